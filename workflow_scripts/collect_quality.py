"""Quality of all stacks before and after restoring, as one table (rule collect_quality)."""

from porescope.restore.table import collect_quality
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        collect_quality(
            samples=snakemake.params.samples,
            infos=snakemake.input.infos,
            drifts=dict(zip(snakemake.params.simulated, snakemake.input.drifts, strict=True)),
            table=snakemake.output.table,
        )


if __name__ == "__main__":
    main()
