"""Draw joint distributions of curvature (rule plot_curvature_distributions)."""

from porescope.report.curvature import plot_curvature_distributions
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_curvature_distributions(
            maps=snakemake.input.maps,
            facts=snakemake.params.facts,
            destinations=dict(zip(snakemake.params.materials, snakemake.output.figures, strict=True)),
        )


if __name__ == "__main__":
    main()
