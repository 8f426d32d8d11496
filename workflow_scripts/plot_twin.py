"""Show one slice of a few simulated specimens in all its stages (rule plot_twin)."""

from porescope.report.twin import plot_examples
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        samples = snakemake.params.samples
        plot_examples(
            examples=dict(zip(samples, snakemake.input.examples, strict=True)),
            destinations=dict(zip(samples, snakemake.output.figures, strict=True)),
        )


if __name__ == "__main__":
    main()
