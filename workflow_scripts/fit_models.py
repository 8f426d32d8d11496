"""Fit and cross-validate the configured regression models (rule fit_models)."""

from porescope.relate.fitting import fit_models
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        fit_models(
            descriptors=snakemake.input.descriptors,
            properties=snakemake.input.properties,
            models=snakemake.params.models,
            transform=snakemake.params.transform,
            permutations=snakemake.params.permutations,
            seed=resources.seed,
            outputs=dict(snakemake.output.items()),
        )


if __name__ == "__main__":
    main()
