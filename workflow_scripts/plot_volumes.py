"""Show real and generated volumes side by side (rule plot_volumes)."""

from porescope.report.volumes import plot_volumes
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_volumes(blocks=snakemake.input.blocks, destination=snakemake.output.figure)


if __name__ == "__main__":
    main()
