"""Show how the generators were trained (rule plot_losses)."""

from porescope.report.generated_curves import plot_losses
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_losses({"ddpm": snakemake.input.ddpm, "cgan": snakemake.input.cgan}, snakemake.output.figure)


if __name__ == "__main__":
    main()
