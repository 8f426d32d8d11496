"""Draw what restoring did to a specimen (rule plot_restoration)."""

from porescope.restore.figure import plot_restoration
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        plot_restoration(
            sample=snakemake.wildcards.sample,
            raw=snakemake.input.raw,
            restored=snakemake.input.restored,
            info=snakemake.input.info,
            truth=list(snakemake.input.truth),
            path=snakemake.output.figure,
        )


if __name__ == "__main__":
    main()
