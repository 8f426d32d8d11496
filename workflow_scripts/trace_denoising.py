"""Follow sections from noise to the end (rule trace_denoising)."""

from porescope.generate.ddpm_sampling import trace_denoising
from porescope.generate.denoising import DenoisingOptions
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        trace_denoising(
            weights=snakemake.input.weights,
            architecture=snakemake.input.architecture,
            conditions=snakemake.params.conditions,
            options=DenoisingOptions(**snakemake.params.denoising),
            precision=snakemake.params.precision,
            seed=resources.seed,
            device=resources.device,
            trace=snakemake.output.trace,
        )


if __name__ == "__main__":
    main()
