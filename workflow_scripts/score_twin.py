"""Score unet_twin on random stacks that it did not see (rule score_twin)."""

from porescope.runtime import job
from porescope.segment.twin_scores import score_twin


def main() -> None:
    with job(snakemake) as resources:
        score_twin(
            patches=snakemake.input.patches,
            weights=snakemake.input.weights,
            scores=snakemake.output.scores,
            device=resources.device,
        )


if __name__ == "__main__":
    main()
