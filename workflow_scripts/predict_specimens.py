"""Predict the specimens without a measured property (rule predict_specimens)."""

from porescope.relate.physics import predict_specimens
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        predict_specimens(
            model=snakemake.input.model,
            features=snakemake.input.features,
            properties=snakemake.input.properties,
            solid=snakemake.params.solid,
            output=snakemake.output.predicted,
        )


if __name__ == "__main__":
    main()
