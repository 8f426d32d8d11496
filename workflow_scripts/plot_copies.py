"""Show the generated sections that are nearest to a training section (rule plot_copies)."""

from porescope.report.copies import plot_copies
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_copies(
            pairs=snakemake.input.pairs,
            generators=["ddpm", "cgan"],
            destination=snakemake.output.figure,
        )


if __name__ == "__main__":
    main()
