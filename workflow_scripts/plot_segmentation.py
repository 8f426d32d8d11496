"""Show slices under every segmenter, and all scores (rule plot_segmentation)."""

from porescope.report.segmentation import plot_scores, plot_slices
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        samples = snakemake.params.samples
        plot_slices(
            restored=dict(zip(samples, snakemake.input.restored, strict=True)),
            info=dict(zip(samples, snakemake.input.info, strict=True)),
            truths=snakemake.params.truths,
            masks=snakemake.params.masks,
            field_px=snakemake.params.field_px,
            destinations=dict(zip(samples, snakemake.output.slices, strict=True)),
        )
        plot_scores(
            scores=snakemake.input.scores,
            destinations=dict(zip(snakemake.params.metrics, snakemake.output.scores, strict=True)),
        )


if __name__ == "__main__":
    main()
