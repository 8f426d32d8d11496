"""Train the generative adversarial network (rule train_cgan)."""

from porescope.generate.cgan_training import CganTraining, train_cgan
from porescope.generate.training import Source
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        train_cgan(
            source=Source(snakemake.input.sections, snakemake.params.symmetries),
            generator=snakemake.params.generator,
            discriminator=snakemake.params.discriminator,
            options=CganTraining(**snakemake.params.training),
            code=snakemake.params.code,
            seed=resources.seed,
            device=resources.device,
            weights=snakemake.output.weights,
            architecture=snakemake.output.architecture,
        ).to_csv(snakemake.output.curve, index=False)


if __name__ == "__main__":
    main()
