"""Draw stacks of random structures under random instruments (rule draw_random_stacks)."""

from porescope.runtime import job
from porescope.simulate.randomise import Ranges, write_random_stacks


def main() -> None:
    with job(snakemake) as resources:
        write_random_stacks(
            ranges=Ranges(**snakemake.params.ranges),
            count=snakemake.params.stacks,
            seed=resources.seed,
            arrays=snakemake.output.arrays,
            table=snakemake.output.table,
        )


if __name__ == "__main__":
    main()
