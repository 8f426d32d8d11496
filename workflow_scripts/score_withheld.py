"""Score the diffusion model at temperatures kept from its training (rule score_withheld)."""

from porescope.generate.withheld import score_withheld
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        table = score_withheld(snakemake.input.sections, snakemake.input.samples)
        table.to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
