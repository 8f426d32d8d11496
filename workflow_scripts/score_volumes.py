"""Compare generated volumes with real ones (rule score_volumes)."""

from porescope.generate.volume_scores import describe_volumes, score_volumes
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        vois = describe_volumes(
            volumes=dict(zip(snakemake.params.conditions, snakemake.input.volumes, strict=True)),
            masks=snakemake.params.masks,
            voi_um=snakemake.params.voi_um,
            smoothing_px=snakemake.params.smoothing_px,
            blocks=snakemake.output.blocks,
        )
        vois.to_csv(snakemake.output.vois, index=False)
        score_volumes(vois).to_csv(snakemake.output.table, index=False)


if __name__ == "__main__":
    main()
