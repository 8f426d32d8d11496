"""Describe volumes of wanted conditions beside real specimens (rule describe_wanted)."""

from porescope.describe.options import options_from
from porescope.generate.wanted import describe_wanted
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        describe_wanted(
            volumes=snakemake.input.volumes,
            sections=snakemake.input.sections,
            masks=dict(zip(snakemake.params.samples, snakemake.input.masks, strict=True)),
            options=options_from(snakemake.params.describe),
        ).to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
