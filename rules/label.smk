"""Stage label: where the thresholds lie, and what they call pore.

in   results/restore/{sample}.ome.zarr
out  results/label/{sample}.ome.zarr (0 metal, 1 pore by CTA, 2 pore by the hybrid method only), {sample}.json, {sample}.png

Paper: conventional threshold (CTA) and hybrid labelling, on which its U-Net is trained.
"""


rule label_stack:
    """Label a specimen by Otsu's threshold, and by superpixels under a threshold from the second derivative."""
    input:
        volume=rules.restore_stack.output.volume,
        info=rules.restore_stack.output.info,
    output:
        volume=directory("results/label/{sample}.ome.zarr"),
        info="results/label/{sample}.json",
        figure=report(
            "results/label/{sample}.png",
            caption="captions/label.rst",
            category="Segmentation",
            subcategory="Thresholds",
            labels={"specimen": "{sample}"},
        ),
    log:
        "results/logs/label/label_stack/{sample}.log",
    benchmark:
        "results/benchmarks/label/label_stack/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: config["label"]["workers"]
    resources:
        mem_mb=memory(base_mb=1000),
        runtime=minutes(10, per_megavoxel=0.1),
    params:
        options={part: what for part, what in config["label"].items() if part != "workers"},
        code=code("label_stack.py"),
    script:
        "../workflow_scripts/label_stack.py"
