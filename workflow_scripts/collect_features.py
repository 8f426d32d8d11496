"""Collect the features of every specimen, described or of the user's own table (rule collect_features)."""

from porescope.relate.features import collect_features
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        collect_features(
            descriptors=snakemake.input.descriptors,
            own=snakemake.input.own,
            output=snakemake.output.features,
        )


if __name__ == "__main__":
    main()
