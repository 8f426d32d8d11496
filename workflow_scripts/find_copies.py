"""Look for copies of training sections among generated ones (rule find_copies)."""

from porescope.generate.copies import find_copies
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        table = find_copies(
            sections=snakemake.input.sections,
            samples={"ddpm": snakemake.input.ddpm, "cgan": snakemake.input.cgan},
            symmetries=snakemake.params.symmetries,
            seed=resources.seed,
            pairs=snakemake.output.pairs,
        )
        table.to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
