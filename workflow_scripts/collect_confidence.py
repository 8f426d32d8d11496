"""List densities with their intervals and the slices in doubt (rule collect_confidence)."""

from porescope.runtime import job
from porescope.segment.doubt import collect_densities, collect_flagged


def main() -> None:
    with job(snakemake):
        collect_densities(snakemake.input.slices, snakemake.params.networks, snakemake.output.densities)
        collect_flagged(snakemake.params.samples, snakemake.input.disagreement, snakemake.output.flagged)


if __name__ == "__main__":
    main()
