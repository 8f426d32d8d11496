"""Fit, cross-validate and compare the configured models (rule fit_models)."""

from porescope.relate.fitting import ModelOptions
from porescope.relate.scoring import fit_models
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        fit_models(
            features=snakemake.input.features,
            properties=snakemake.input.properties,
            options=ModelOptions(
                models=snakemake.params.models,
                rivals=snakemake.params.rivals,
                laws=snakemake.params.laws,
                transform=snakemake.params.transform,
            ),
            predictor=snakemake.params.predictor,
            permutations=snakemake.params.permutations,
            resamples=snakemake.params.resamples,
            seed=resources.seed,
            outputs=dict(snakemake.output.items()),
        )


if __name__ == "__main__":
    main()
