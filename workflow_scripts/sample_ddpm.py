"""Generate sections with the diffusion model (rule sample_ddpm)."""

from porescope.generate.ddpm_sampling import sample_ddpm
from porescope.generate.denoising import DenoisingOptions
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        sample_ddpm(
            weights=snakemake.input.weights,
            architecture=snakemake.input.architecture,
            outputs=dict(zip(snakemake.params.conditions, snakemake.output.samples, strict=True)),
            count=snakemake.params.per_condition,
            options=DenoisingOptions(**snakemake.params.denoising),
            precision=snakemake.params.precision,
            seed=resources.seed,
            device=resources.device,
        )


if __name__ == "__main__":
    main()
