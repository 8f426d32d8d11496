"""Explain the regression models by SHAP (rule explain_models)."""

from porescope.relate.attribution import explain_models
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        explain_models(
            descriptors=snakemake.input.descriptors,
            properties=snakemake.input.properties,
            models=snakemake.params.models,
            transform=snakemake.params.transform,
            resamples=snakemake.params.resamples,
            seed=resources.seed,
            outputs=dict(snakemake.output.items()),
        )


if __name__ == "__main__":
    main()
