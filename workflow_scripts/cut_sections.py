"""Cut real sections from the described masks (rule cut_sections)."""

from porescope.generate.conditions import parse_condition
from porescope.generate.sections import CutOptions, HeldOut, cut_sections
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        options = dict(snakemake.params.sections)
        cut_sections(
            masks=dict(zip(snakemake.params.samples, snakemake.input.masks, strict=True)),
            conditions=dict(
                zip(snakemake.params.samples, map(parse_condition, snakemake.params.conditions), strict=True)
            ),
            options=CutOptions(held_out=HeldOut(**options.pop("held_out")), **options),
        ).save(snakemake.output.sections)


if __name__ == "__main__":
    main()
