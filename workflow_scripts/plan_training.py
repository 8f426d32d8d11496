"""Decide which slices and patches a network is trained on (rule plan_training)."""

from pathlib import Path

from porescope.runtime import job
from porescope.segment.plan import PlanOptions, write_plan


def main() -> None:
    with job(snakemake) as resources:
        write_plan(
            infos=dict(zip(snakemake.params.samples, snakemake.input.info, strict=True)),
            held_out=set(snakemake.params.held_out),
            options=PlanOptions(**snakemake.params.plan),
            seed=resources.seed,
            plan=Path(snakemake.output.plan),
            info=Path(snakemake.output.info),
        )


if __name__ == "__main__":
    main()
