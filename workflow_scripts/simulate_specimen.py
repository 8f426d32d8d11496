"""Make a specimen, its truth and its raw slices (rule simulate_specimen)."""

from porescope.runtime import job
from porescope.simulate.recipe import Recipe
from porescope.simulate.specimen import Settings, simulate_specimen


def main() -> None:
    with job(snakemake) as resources:
        simulate_specimen(
            sample=snakemake.wildcards.sample,
            material=snakemake.params.material,
            temperature_C=snakemake.params.temperature_C,
            recipe=Recipe.from_config(snakemake.params.recipe),
            settings=Settings.from_config(snakemake.params.settings),
            solid_property=snakemake.params.solid_property,
            seed=resources.seed,
            slices=snakemake.output.slices,
            truth=snakemake.output.truth,
            drift=snakemake.output.drift,
            info=snakemake.output.info,
        )


if __name__ == "__main__":
    main()
