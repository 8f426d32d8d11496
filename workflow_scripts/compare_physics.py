"""Compare measurement, regression and direct solution (rule compare_physics)."""

from porescope.relate.physics import compare_physics
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        compare_physics(
            tables=dict(snakemake.input.items()),
            solid=snakemake.params.solid,
            output=snakemake.output.physics,
        )


if __name__ == "__main__":
    main()
