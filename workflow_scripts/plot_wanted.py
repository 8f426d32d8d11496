"""Draw what generated volumes have against what was wanted (rule plot_wanted)."""

from porescope.report.wanted import plot_wanted
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_wanted(snakemake.input.table, snakemake.output.figure)


if __name__ == "__main__":
    main()
