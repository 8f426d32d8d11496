"""Explain the regression models by SHAP (rule explain_models)."""

from porescope.relate.attribution import explain_models
from porescope.relate.fitting import ModelOptions
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        explain_models(
            features=snakemake.input.features,
            properties=snakemake.input.properties,
            options=ModelOptions(
                models=snakemake.params.models,
                rivals=snakemake.params.rivals,
                laws=[],
                transform=snakemake.params.transform,
            ),
            resamples=snakemake.params.resamples,
            seed=resources.seed,
            outputs=dict(snakemake.output.items()),
        )


if __name__ == "__main__":
    main()
