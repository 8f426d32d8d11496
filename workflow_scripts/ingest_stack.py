"""Check a stack of TIFF slices and store it as OME-Zarr (rule ingest_stack)."""

from porescope.ingest.stack import ingest_stack
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        ingest_stack(
            paths=snakemake.input.slices,
            sample=snakemake.wildcards.sample,
            source=snakemake.params.source,
            voxel_nm=snakemake.params.voxel_nm,
            minimum_slices=snakemake.params.minimum_slices,
            volume=snakemake.output.volume,
            info=snakemake.output.info,
        )


if __name__ == "__main__":
    main()
