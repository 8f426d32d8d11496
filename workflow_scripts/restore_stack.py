"""Even out, destripe and register an ingested stack (rule restore_stack)."""

from porescope.restore.stack import RestoreOptions, restore_stack
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        restore_stack(
            source=snakemake.input.volume,
            ingested=snakemake.input.info,
            options=RestoreOptions(**snakemake.params.options),
            volume=snakemake.output.volume,
            info=snakemake.output.info,
            threads=resources.threads,
        )


if __name__ == "__main__":
    main()
