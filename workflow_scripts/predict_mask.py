"""Segment a restored stack with a U-Net (rule predict_mask)."""

from porescope.runtime import job
from porescope.segment.predict import predict_mask


def main() -> None:
    with job(snakemake) as resources:
        predict_mask(
            volume=snakemake.input.volume,
            weights=snakemake.input.weights,
            mask=snakemake.output.mask,
            slices=snakemake.output.slices,
            device=resources.device,
            precision=snakemake.params.precision,
        )


if __name__ == "__main__":
    main()
