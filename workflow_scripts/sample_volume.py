"""Generate a volume of one condition with a diffusion model of thick sections (rule sample_volume)."""

from porescope.generate.volumes import VolumeOptions, sample_volume
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        sample_volume(
            weights=snakemake.input.weights,
            architecture=snakemake.input.architecture,
            sections=snakemake.input.sections,
            options=VolumeOptions(**snakemake.params.options),
            precision=snakemake.params.precision,
            seed=resources.seed,
            device=resources.device,
            volume=snakemake.output.volume,
            stack=snakemake.output.stack,
        )


if __name__ == "__main__":
    main()
