"""Draw descriptors over temperature (rule plot_descriptors)."""

from porescope.report.descriptors import plot_descriptors
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_descriptors(
            table=snakemake.input.samples,
            simulated=snakemake.input.simulated,
            facts=snakemake.params.facts,
            materials=snakemake.params.materials,
            destinations=dict(zip(snakemake.params.panels, snakemake.output.panels, strict=True)),
        )


if __name__ == "__main__":
    main()
