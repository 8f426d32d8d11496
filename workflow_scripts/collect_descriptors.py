"""Join the specimens' descriptors, with intervals (rule collect_descriptors)."""

from porescope.describe.collect import collect_descriptors
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        collect_descriptors(
            tables=snakemake.input.tables,
            arrays=snakemake.input.arrays,
            specimens=snakemake.params.specimens,
            vois=snakemake.output.vois,
            samples=snakemake.output.samples,
        )


if __name__ == "__main__":
    main()
