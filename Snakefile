"""porescope: from FIB-SEM tomograms of sintered porous metals to masks, descriptors, models and synthetic sections."""

from snakemake.utils import min_version

min_version("9.27")


configfile: workflow.source_path("config/config.yaml")


include: "rules/common.smk"
include: "rules/simulate.smk"
include: "rules/ingest.smk"
include: "rules/restore.smk"
include: "rules/label.smk"
include: "rules/segment.smk"
include: "rules/describe.smk"
include: "rules/relate.smk"
include: "rules/generate.smk"
include: "rules/report.smk"


rule all:
    """The report of the whole campaign, every mask, and where it all came from."""
    default_target: True
    input:
        masks=expand(
            "results/segment/{segmenter}/{sample}.ome.zarr",
            segmenter=config["segment"]["segmenters"],
            sample=campaign.imaged,
        ),
        page=rules.write_page.output.page,
        provenance=rules.trace_provenance.output.provenance,
