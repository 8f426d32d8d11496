"""Cut the patches of the plan with conventional labels (rule cut_patches)."""

from pathlib import Path

from porescope.runtime import job
from porescope.segment.cutting import cut_labelled_patches
from porescope.segment.plan import PlanOptions


def main() -> None:
    with job(snakemake):
        cut_labelled_patches(
            plan=Path(snakemake.input.plan),
            volumes=dict(zip(snakemake.params.samples, snakemake.input.volumes, strict=True)),
            labels=dict(zip(snakemake.params.samples, snakemake.input.labels, strict=True)),
            options=PlanOptions(**snakemake.params.plan),
            segmenter=snakemake.wildcards.segmenter,
            patches=Path(snakemake.output.patches),
        )


if __name__ == "__main__":
    main()
