"""Generate volumes of conditions with a diffusion model of thick sections (rule sample_volumes)."""

from porescope.generate.volumes import VolumeOptions, sample_volumes
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        sample_volumes(
            weights=snakemake.input.weights,
            architecture=snakemake.input.architecture,
            sections=snakemake.input.sections,
            options=VolumeOptions(**snakemake.params.options),
            precision=snakemake.params.precision,
            seed=resources.seed,
            device=resources.device,
            volumes=snakemake.output.volumes,
            stacks=snakemake.output.stacks,
        )


if __name__ == "__main__":
    main()
