"""Show real and synthetic sections and their descriptors (rule plot_generated)."""

from porescope.report.generated import plot_generated
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        materials = snakemake.params.materials
        plot_generated(
            table=snakemake.input.table,
            real=snakemake.input.real,
            generated={"cgan": snakemake.input.cgan, "ddpm": snakemake.input.ddpm},
            tiles=snakemake.params.tiles,
            galleries=dict(zip(materials, snakemake.output.galleries, strict=True)),
            curves=dict(zip(materials, snakemake.output.curves, strict=True)),
        )


if __name__ == "__main__":
    main()
