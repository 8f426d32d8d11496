"""Compare what was wanted with what generated volumes have (rule check_wanted)."""

from porescope.generate.wanted_check import check_wanted
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        check_wanted(
            descriptors=snakemake.input.descriptors,
            model=snakemake.input.model,
            properties=snakemake.input.properties,
            solid=snakemake.params.solid,
        ).to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
