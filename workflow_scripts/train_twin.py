"""Train unet_twin on random simulated stacks (rule train_twin)."""

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
