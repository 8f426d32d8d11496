"""Score all segmenters where the truth is known (rule score_segmenters)."""

from porescope.runtime import job
from porescope.segment.scores import score_campaign


def main() -> None:
    with job(snakemake):
        score_campaign(
            masks=snakemake.input.masks,
            segmenters=snakemake.params.segmenters,
            networks=snakemake.params.networks,
            truths=snakemake.params.truths,
            restored=snakemake.input.restored,
            plan=next(iter(snakemake.input.plan), None),
            scores=snakemake.output.scores,
            reliability=snakemake.output.reliability,
        )


if __name__ == "__main__":
    main()
