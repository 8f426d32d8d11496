"""Show what was generated for withheld temperatures (rule plot_withheld)."""

from porescope.report.generated_curves import plot_withheld
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_withheld(snakemake.input.table, snakemake.input.sections, snakemake.output.figure)


if __name__ == "__main__":
    main()
