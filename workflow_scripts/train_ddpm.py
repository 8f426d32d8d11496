"""Train the diffusion model (rule train_ddpm)."""

from porescope.generate.ddpm_training import DdpmTraining, train_ddpm
from porescope.generate.training import Source
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        train_ddpm(
            source=Source(
                snakemake.input.sections,
                snakemake.params.symmetries,
                snakemake.params.withheld_C,
                snakemake.params.quantity,
                snakemake.input.properties,
            ),
            network=snakemake.params.network,
            noise=snakemake.params.noise,
            options=DdpmTraining(**snakemake.params.training),
            code=snakemake.params.code,
            seed=resources.seed,
            device=resources.device,
            weights=snakemake.output.weights,
            architecture=snakemake.output.architecture,
        ).to_csv(snakemake.output.curve, index=False)


if __name__ == "__main__":
    main()
