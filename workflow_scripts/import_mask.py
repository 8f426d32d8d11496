"""Bring a mask made elsewhere into the form of stage segment (rule import_mask)."""

from porescope.runtime import job
from porescope.segment.imported import import_mask


def main() -> None:
    with job(snakemake):
        import_mask(snakemake.input.volume, snakemake.params.solid, snakemake.output.mask)


if __name__ == "__main__":
    main()
