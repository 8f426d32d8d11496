"""Draw stacks of random structures under the campaign's instrument (rule draw_matched_stacks)."""

from porescope.runtime import job
from porescope.simulate.matched import matched_ranges
from porescope.simulate.randomise import Ranges, write_random_stacks


def main() -> None:
    with job(snakemake) as resources:
        described = snakemake.params.described
        write_random_stacks(
            ranges=Ranges(
                **matched_ranges(
                    ranges=described["random_stacks"]["ranges"],
                    structure=snakemake.params.structure,
                    beam=described["beam"],
                    instrument=described["instrument"],
                    voxel_nm=described["stack"]["voxel_nm"],
                    spread=snakemake.params.spread,
                )
            ),
            count=snakemake.params.stacks,
            seed=resources.seed,
            arrays=snakemake.output.arrays,
            table=snakemake.output.table,
        )


if __name__ == "__main__":
    main()
