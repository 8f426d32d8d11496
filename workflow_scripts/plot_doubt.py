"""Show how far segmenters are to be believed, and where they disagree (rule plot_doubt)."""

from porescope.report.doubt import plot_flagged, plot_reliability
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_reliability(snakemake.input.reliability, snakemake.output.reliability)
        plot_flagged(
            flagged=snakemake.input.flagged,
            restored=dict(zip(snakemake.params.samples, snakemake.input.restored, strict=True)),
            masks=snakemake.params.masks,
            field_px=snakemake.params.field_px,
            destinations=snakemake.output.flagged,
        )


if __name__ == "__main__":
    main()
