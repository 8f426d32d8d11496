"""Check a stack of slices and store it as OME-Zarr (rule ingest_stack)."""

from porescope.ingest.stack import IngestOptions, ingest_stack
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        ingest_stack(
            paths=snakemake.input.slices,
            sample=snakemake.wildcards.sample,
            source=snakemake.params.source,
            voxel_nm=snakemake.params.voxel_nm,
            options=IngestOptions(**snakemake.params.options),
            volume=snakemake.output.volume,
            info=snakemake.output.info,
        )


if __name__ == "__main__":
    main()
