"""Score generators by R2 over temperature (rule score_generators)."""

import pandas as pd

from porescope.generate.scores import score
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        score(pd.read_csv(snakemake.input.table)).to_csv(snakemake.output.scores, index=False)


if __name__ == "__main__":
    main()
