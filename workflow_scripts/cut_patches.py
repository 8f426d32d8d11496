"""Cut the patches that a plan lists (rule cut_patches)."""

from pathlib import Path

from porescope.runtime import job
from porescope.segment.patches import cut_patches


def main() -> None:
    with job(snakemake):
        cut_patches(
            plan=Path(snakemake.input.plan),
            volumes=dict(zip(snakemake.params.samples, snakemake.input.volumes, strict=True)),
            labels=dict(zip(snakemake.params.samples, snakemake.input.labels, strict=True)),
            patch_px=snakemake.params.patch_px,
            neighbours=snakemake.params.neighbours,
            patches=Path(snakemake.output.patches),
        )


if __name__ == "__main__":
    main()
