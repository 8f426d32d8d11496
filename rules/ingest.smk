"""Stage ingest: from slices in any usual format to a checked volume in physical units.

in   the listed slices of a specimen (raw, mask, or results/simulate/{sample}/slices)
out  results/ingest/{sample}.ome.zarr (values as stored, databar cropped), {sample}.json (shape, voxel size, bits,
     damaged slices, the microscope's settings, hashes of the slices)

Paper: data section (about 450 slices of 1120 x 640 pixels each).
"""


rule ingest_stack:
    """Check all slices of a specimen and store them as OME-Zarr."""
    input:
        slices=lambda wildcards: campaign.slices(wildcards.sample),
    output:
        volume=directory("results/ingest/{sample}.ome.zarr"),
        info="results/ingest/{sample}.json",
    log:
        "results/logs/ingest/ingest_stack/{sample}.log",
    benchmark:
        "results/benchmarks/ingest/ingest_stack/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(30),
    params:
        source=lambda wildcards: specimens[wildcards.sample].source,
        voxel_nm=lambda wildcards: specimens[wildcards.sample].voxel_nm,
        options=lookup(within=config, dpath="ingest"),
        code=code("ingest_stack.py"),
    script:
        "../workflow_scripts/ingest_stack.py"
