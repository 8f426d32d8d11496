"""Generate sections with the generative adversarial network (rule sample_cgan)."""

from porescope.generate.cgan_sampling import sample_cgan
from porescope.runtime import job


def main() -> None:
    with job(snakemake) as resources:
        sample_cgan(
            weights=snakemake.input.weights,
            architecture=snakemake.input.architecture,
            outputs=dict(zip(snakemake.params.conditions, snakemake.output.samples, strict=True)),
            count=snakemake.params.per_condition,
            precision=snakemake.params.precision,
            seed=resources.seed,
            device=resources.device,
        )


if __name__ == "__main__":
    main()
