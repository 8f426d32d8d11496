"""Find where the segmenters of a stack disagree (rule compare_masks)."""

from porescope.runtime import job
from porescope.segment.doubt import compare_masks


def main() -> None:
    with job(snakemake):
        compare_masks(
            masks=dict(zip(snakemake.params.segmenters, snakemake.input.masks, strict=True)),
            slices=dict(zip(snakemake.params.networks, snakemake.input.slices, strict=True)),
            table=snakemake.output.table,
        )


if __name__ == "__main__":
    main()
