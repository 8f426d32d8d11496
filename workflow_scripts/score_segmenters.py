"""Score all segmenters where the truth is known (rule score_segmenters)."""

from pathlib import Path

from porescope.runtime import job
from porescope.segment.scores import score_campaign


def main() -> None:
    with job(snakemake):
        score_campaign(
            masks=snakemake.input.masks,
            segmenters=snakemake.params.segmenters,
            truths=snakemake.params.truths,
            restored=snakemake.input.restored,
            plans=dict(zip(snakemake.params.trained, snakemake.input.plans, strict=True)),
            scores=Path(snakemake.output.scores),
        )


if __name__ == "__main__":
    main()
