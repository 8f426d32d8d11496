"""Describe the volumes of interest of a specimen (rule describe_specimen)."""

from porescope.describe.options import options_from
from porescope.describe.specimen import describe_specimen
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        describe_specimen(
            mask=snakemake.input.mask,
            sample=snakemake.wildcards.sample,
            options=options_from(snakemake.params.options),
            code=snakemake.params.code,
            workers=resources.threads,
            table=snakemake.output.table,
            arrays=snakemake.output.arrays,
        )


if __name__ == "__main__":  # spawned workers import this file again
    main()
