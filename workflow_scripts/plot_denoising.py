"""Show sections on their way from noise (rule plot_denoising)."""

from porescope.report.generated import plot_denoising
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_denoising(snakemake.input.trace, snakemake.output.figure)


if __name__ == "__main__":
    main()
