"""Write the mask of a conventional segmenter from the labels (rule mask_labels)."""

from porescope.runtime import job
from porescope.segment.conventional import mask_from_labels


def main() -> None:
    with job(snakemake):
        mask_from_labels(snakemake.input.labels, snakemake.wildcards.segmenter, snakemake.output.mask)


if __name__ == "__main__":
    main()
