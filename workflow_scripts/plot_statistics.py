"""Show the spatial statistics of real and synthetic sections (rule plot_statistics)."""

from porescope.report.generated_curves import plot_statistics
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        figures = dict(zip(snakemake.params.materials, snakemake.output.figures, strict=True))
        plot_statistics(snakemake.input.table, figures)


if __name__ == "__main__":
    main()
