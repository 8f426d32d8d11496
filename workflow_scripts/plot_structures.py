"""Draw metal, skeleton, ways and curvature of a few specimens (rule plot_structures)."""

from porescope.report.structure import plot_structures
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_structures(
            maps=snakemake.input.maps,
            facts=snakemake.params.facts,
            destinations=dict(zip(snakemake.params.kinds, snakemake.output.figures, strict=True)),
        )


if __name__ == "__main__":
    main()
