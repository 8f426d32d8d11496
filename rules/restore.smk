"""Stage restore: even brightness, no curtaining stripes, slices in register.

in   results/ingest/{sample}.ome.zarr
out  results/restore/{sample}.ome.zarr, {sample}.json (drift, crop, quality), {sample}.png, results/restore/quality.csv

Paper: pre-processing of the tomograms before segmentation.
"""


rule restore_stack:
    """Even out, destripe and register the slices of a specimen."""
    input:
        volume=rules.ingest_stack.output.volume,
        info=rules.ingest_stack.output.info,
    output:
        volume=directory("results/restore/{sample}.ome.zarr"),
        info="results/restore/{sample}.json",
    log:
        "results/logs/restore/restore_stack/{sample}.log",
    benchmark:
        "results/benchmarks/restore/restore_stack/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=900),
        runtime=minutes(10, per_megavoxel=0.1),
    params:
        options=lookup(within=config, dpath="restore"),
        code=code("restore_stack.py"),
    script:
        "../workflow_scripts/restore_stack.py"


rule plot_restoration:
    """Draw the drift of a specimen beside the truth, where that is known, and its slices before and after."""
    input:
        raw=rules.ingest_stack.output.volume,
        restored=rules.restore_stack.output.volume,
        info=rules.restore_stack.output.info,
        truth=lambda wildcards: expand(
            rules.simulate_specimen.output.drift, sample=set(campaign.simulated) & {wildcards.sample}
        ),
    output:
        figure=report(
            "results/restore/{sample}.png",
            caption="captions/restoration.rst",
            category="Restoration",
            labels={"specimen": "{sample}"},
        ),
    log:
        "results/logs/restore/plot_restoration/{sample}.log",
    benchmark:
        "results/benchmarks/restore/plot_restoration/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=700),
        runtime=minutes(5),
    params:
        code=code("plot_restoration.py"),
    script:
        "../workflow_scripts/plot_restoration.py"


rule collect_quality:
    """Quality of all stacks before and after restoring; for simulated ones, the error of the drift."""
    input:
        infos=expand(rules.restore_stack.output.info, sample=campaign.imaged),
        drifts=expand(rules.simulate_specimen.output.drift, sample=campaign.simulated),
    output:
        table="results/restore/quality.csv",
    log:
        "results/logs/restore/collect_quality.log",
    benchmark:
        "results/benchmarks/restore/collect_quality.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(5),
    params:
        samples=campaign.imaged,
        simulated=campaign.simulated,
        code=code("collect_quality.py"),
    script:
        "../workflow_scripts/collect_quality.py"
