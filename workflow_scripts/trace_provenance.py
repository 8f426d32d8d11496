"""Trace every output of the report back to the raw slices (rule trace_provenance)."""

from pathlib import Path

from porescope.report.lineage import trace_provenance
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        trace_provenance(
            targets=list(snakemake.input),
            logs=Path(snakemake.params.logs),
            lock=Path(snakemake.params.lock),
            config=snakemake.params.config,
            destination=Path(snakemake.output.provenance),
        )


if __name__ == "__main__":
    main()
