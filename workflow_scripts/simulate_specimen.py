"""Make a specimen, its truth and its raw slices (rule simulate_specimen)."""

from porescope.runtime import job
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.specimen import Outputs, simulate_specimen


def main() -> None:
    with job(snakemake) as resources:
        simulate_specimen(
            identity=snakemake.params.identity,
            recipe=Recipe.from_config(snakemake.params.recipe),
            settings=Settings.from_config(snakemake.params.settings),
            measurement=snakemake.params.measurement,
            solid_property=snakemake.params.solid_property,
            seed=resources.seed,
            threads=resources.threads,
            outputs=Outputs(
                slices=snakemake.output.slices,
                truth=snakemake.output.truth,
                particles=snakemake.output.particles,
                drift=snakemake.output.drift,
                example=snakemake.output.example,
                info=snakemake.output.info,
            ),
        )


if __name__ == "__main__":
    main()
