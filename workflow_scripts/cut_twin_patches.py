"""Divide random stacks and cut their patches (rule cut_twin_patches)."""

from porescope.runtime import job
from porescope.segment.twin import TwinPlan, cut_twin_patches


def main() -> None:
    with job(snakemake):
        cut_twin_patches(
            arrays=snakemake.input.arrays,
            plan=TwinPlan(**snakemake.params.plan),
            table=snakemake.output.plan,
            patches=snakemake.output.patches,
        )


if __name__ == "__main__":
    main()
