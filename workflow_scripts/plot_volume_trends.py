"""Draw descriptors of generated and of real volumes over temperature (rule plot_volume_trends)."""

from porescope.report.volume_trends import plot_volume_trends
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_volume_trends(vois=snakemake.input.vois, destination=snakemake.output.figure)


if __name__ == "__main__":
    main()
