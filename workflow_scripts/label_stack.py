"""Label a restored stack by thresholds and superpixels (rule label_stack)."""

from porescope.label.stack import LabelOptions, label_stack
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        label_stack(
            source=snakemake.input.volume,
            options=LabelOptions(**snakemake.params.options),
            sample=snakemake.wildcards.sample,
            volume=snakemake.output.volume,
            info=snakemake.output.info,
            figure=snakemake.output.figure,
            threads=resources.threads,
        )


if __name__ == "__main__":
    main()
