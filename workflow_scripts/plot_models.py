"""Draw predictions, scores of models and SHAP (rule plot_models)."""

from porescope.report.models import plot_models
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_models(
            tables=dict(snakemake.input.items()),
            highlighted=snakemake.params.model,
            property_name=snakemake.params.property_name,
            materials=snakemake.params.materials,
            outputs=dict(snakemake.output.items()),
        )


if __name__ == "__main__":
    main()
