"""Stage segment: which voxels are pore.

Inputs: restored volumes, labels of stage label, imported masks, truth where there is one.
Outputs: masks by conventional methods and by trained U-Nets, a table of their scores.
Paper: image segmentation (Fig. 1, Table 1). CTA = conventional threshold, hybrid = threshold and superpixels, U-Net trained on hybrid labels.
"""


rule mask_labels:
    """Write what a conventional segmenter takes for pore."""
    input:
        labels=rules.label_stack.output.volume,
        info=rules.label_stack.output.info,
    output:
        mask=directory("results/segment/{segmenter}/{sample}.ome.zarr"),
    log:
        "results/logs/segment/mask_labels/{segmenter}/{sample}.log",
    benchmark:
        "results/benchmarks/segment/mask_labels/{segmenter}/{sample}.tsv"
    wildcard_constraints:
        segmenter="|".join(targets.CONVENTIONAL),
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5, per_megavoxel=0.01),
    params:
        code=code("mask_labels.py"),
    script:
        "../workflow_scripts/mask_labels.py"


rule import_mask:
    """Bring a mask made elsewhere into the form of this stage."""
    input:
        volume=rules.ingest_stack.output.volume,
        info=rules.ingest_stack.output.info,
    output:
        mask=directory(f"results/segment/{targets.IMPORTED}/{{sample}}.ome.zarr"),
    log:
        "results/logs/segment/import_mask/{sample}.log",
    benchmark:
        "results/benchmarks/segment/import_mask/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5, per_megavoxel=0.01),
    params:
        solid=lambda wildcards: specimens[wildcards.sample].mask_solid,
        code=code("import_mask.py"),
    script:
        "../workflow_scripts/import_mask.py"


rule plan_training:
    """Decide which slices and patches a network is trained on, and which are kept from it."""
    input:
        info=expand(rules.restore_stack.output.info, sample=campaign.imaged),
    output:
        plan="results/segment/{segmenter}/plan.csv",
        info="results/segment/{segmenter}/plan.json",
    log:
        "results/logs/segment/plan_training/{segmenter}.log",
    benchmark:
        "results/benchmarks/segment/plan_training/{segmenter}.tsv"
    wildcard_constraints:
        segmenter="|".join(targets.TRAINED),
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        samples=campaign.imaged,
        held_out=campaign.held_out,
        plan=lookup(within=config, dpath="segment/plan"),
        seed=config["seed"],
        code=code("plan_training.py"),
    script:
        "../workflow_scripts/plan_training.py"


rule cut_patches:
    """Cut the patches of a plan from restored volumes and labels."""
    input:
        plan=rules.plan_training.output.plan,
        info=rules.plan_training.output.info,
        volumes=expand(rules.restore_stack.output.volume, sample=campaign.training),
        labels=expand(rules.label_stack.output.volume, sample=campaign.training),
    output:
        patches="results/segment/{segmenter}/patches.npz",
    log:
        "results/logs/segment/cut_patches/{segmenter}.log",
    benchmark:
        "results/benchmarks/segment/cut_patches/{segmenter}.tsv"
    wildcard_constraints:
        segmenter="|".join(targets.TRAINED),
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000, bytes_per_voxel=6),
        runtime=minutes(10, per_megavoxel=0.1),
    params:
        samples=campaign.training,
        patch_px=lookup(within=config, dpath="segment/plan/patch_px"),
        neighbours=lookup(within=config, dpath="segment/plan/neighbours"),
        code=code("cut_patches.py"),
    script:
        "../workflow_scripts/cut_patches.py"


rule train_unet:
    """Train one 3-class U-Net on the patches that the plan lists."""
    input:
        patches=rules.cut_patches.output.patches,
        info=rules.plan_training.output.info,
    output:
        weights="results/segment/{segmenter}/weights.safetensors",
        history="results/segment/{segmenter}/history.csv",
    log:
        "results/logs/segment/train_unet/{segmenter}.log",
    benchmark:
        "results/benchmarks/segment/train_unet/{segmenter}.tsv"
    wildcard_constraints:
        segmenter="|".join(targets.TRAINED),
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        mem_mb=memory(2500, bytes_per_voxel=4),
        runtime=minutes(120),
        gpu=int(config["device"] != "cpu"),
    params:
        training=lookup(within=config, dpath="segment/training"),
        seed=config["seed"],
        device=config["device"],
        code=code("train_unet.py"),
    script:
        "../workflow_scripts/train_unet.py"


rule predict_mask:
    """Segment a restored stack with a trained U-Net, a few slices at a time."""
    input:
        volume=rules.restore_stack.output.volume,
        info=rules.restore_stack.output.info,
        weights=rules.train_unet.output.weights,
    output:
        mask=directory("results/segment/{segmenter}/{sample}.ome.zarr"),
    log:
        "results/logs/segment/predict_mask/{segmenter}/{sample}.log",
    benchmark:
        "results/benchmarks/segment/predict_mask/{segmenter}/{sample}.tsv"
    wildcard_constraints:
        segmenter="|".join(targets.TRAINED),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=minutes(10, per_megavoxel=0.2),
        gpu=int(config["device"] != "cpu"),
    params:
        precision=lookup(within=config, dpath="segment/training/precision"),
        device=config["device"],
        code=code("predict_mask.py"),
    script:
        "../workflow_scripts/predict_mask.py"


rule score_segmenters:
    """Score all segmenters where the truth is known, in the frame of the restored stacks."""
    input:
        masks=expand(
            "results/segment/{segmenter}/{sample}.ome.zarr",
            sample=campaign.with_truth,
            segmenter=lookup(within=config, dpath="segment/segmenters"),
        ),
        plans=expand(rules.plan_training.output.plan, segmenter=campaign.trained_segmenters),
        restored=expand(rules.restore_stack.output.info, sample=campaign.with_truth),
        truth=campaign.truth_files,
    output:
        scores="results/segment/scores.csv",
    log:
        "results/logs/segment/score_segmenters.log",
    benchmark:
        "results/benchmarks/segment/score_segmenters.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=minutes(120),
    params:
        segmenters=lookup(within=config, dpath="segment/segmenters"),
        truths=campaign.truths,
        trained=campaign.trained_segmenters,
        code=code("score_segmenters.py"),
    script:
        "../workflow_scripts/score_segmenters.py"
