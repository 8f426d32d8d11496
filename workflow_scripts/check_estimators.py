"""Run the estimators on shapes with known answers (rule check_estimators)."""

from porescope.describe.selfcheck.run import check_estimators
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        check_estimators(smoothing_px=snakemake.params.smoothing_px, table=snakemake.output.table)


if __name__ == "__main__":
    main()
