"""Two-point probability and chord lengths of sections (rule describe_curves)."""

from porescope.generate.curves import describe_curves
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        table = describe_curves(
            sections=snakemake.input.sections,
            samples={"ddpm": snakemake.input.ddpm, "cgan": snakemake.input.cgan},
        )
        table.to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
