"""Planar descriptors of real and generated sections (rule describe_sections)."""

from porescope.generate.describe import describe_sections
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        table = describe_sections(
            sections=snakemake.input.sections,
            samples={"ddpm": snakemake.input.ddpm, "cgan": snakemake.input.cgan},
        )
        table.to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
