"""Train a U-Net on the patches of the plan (rule train_unet)."""

from porescope.runtime import job
from porescope.segment.train import TrainingOptions, train


def main() -> None:
    with job(snakemake) as resources:
        train(
            patches=snakemake.input.patches,
            weights=snakemake.output.weights,
            history=snakemake.output.history,
            options=TrainingOptions(**snakemake.params.training),
            seed=resources.seed,
            device=resources.device,
            code=snakemake.params.code,
        )


if __name__ == "__main__":
    main()
