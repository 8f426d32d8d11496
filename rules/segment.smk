"""Stage segment: which voxels are pore.

Inputs: restored volumes, labels of stage label, imported masks, truth where there is one, the shipped weights of unet_twin.
Outputs: masks by conventional methods and by U-Nets, how sure each is of each slice, where they disagree, their scores.
Paper: image segmentation (Fig. 1, Table 1). CTA = conventional threshold, hybrid = threshold and superpixels, U-Net trained on hybrid labels.
"""

TWIN_WEIGHTS = targets.twin_weights(config, Path(workflow.basedir))


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
    """Decide which slices and patches networks are trained on, and which are kept from them."""
    input:
        info=expand(rules.restore_stack.output.info, sample=campaign.imaged),
    output:
        plan="results/segment/plan.csv",
        info="results/segment/plan.json",
    log:
        "results/logs/segment/plan_training.log",
    benchmark:
        "results/benchmarks/segment/plan_training.tsv"
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
    """Cut the patches of the plan from restored volumes and conventional labels."""
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
        segmenter="|".join(targets.LABELLED),
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000, bytes_per_voxel=6),
        runtime=minutes(10, per_megavoxel=0.1),
    params:
        samples=campaign.training,
        plan=lookup(within=config, dpath="segment/plan"),
        code=code("cut_patches.py"),
    script:
        "../workflow_scripts/cut_patches.py"


rule draw_matched_stacks:
    """Draw random structures as the instrument of config simulate shows them, to adapt unet_twin to it."""
    output:
        arrays=f"results/segment/{targets.BEST}/stacks.npz",
        table=f"results/segment/{targets.BEST}/stacks.csv",
    log:
        "results/logs/segment/draw_matched_stacks.log",
    benchmark:
        "results/benchmarks/segment/draw_matched_stacks.tsv"
    priority: 1  # the longest chain of jobs goes first
    conda:
        "../envs/imaging.yaml"
    threads: config["simulate"]["workers"]
    resources:
        mem_mb=memory(base_mb=2000),
        runtime=minutes(60),
    params:
        described={part: config["simulate"][part] for part in ("random_stacks", "beam", "instrument", "stack")},
        structure=lookup(within=config, dpath="segment/best/structure"),
        spread=lookup(within=config, dpath="segment/best/spread"),
        stacks=lookup(within=config, dpath="segment/best/stacks"),
        seed=config["seed"],
        code=code("draw_matched_stacks.py"),
    script:
        "../workflow_scripts/draw_matched_stacks.py"


rule cut_matched_patches:
    """Divide the matched stacks into those that unet_best is trained, chosen and calibrated on."""
    input:
        arrays=rules.draw_matched_stacks.output.arrays,
    output:
        plan=f"results/segment/{targets.BEST}/plan.csv",
        patches=f"results/segment/{targets.BEST}/patches.npz",
    log:
        "results/logs/segment/cut_matched_patches.log",
    benchmark:
        "results/benchmarks/segment/cut_matched_patches.tsv"
    priority: 1
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=minutes(20),
    params:
        plan=lookup(within=config, dpath="segment/best/plan"),
        code=code("cut_matched_patches.py"),
    script:
        "../workflow_scripts/cut_matched_patches.py"


rule train_unet:
    """Train one 3-class U-Net on the patches of the plan with conventional labels."""
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
        segmenter="|".join(targets.LABELLED),
    conda:
        "../envs/torch.yaml"
    threads: config["segment"]["workers"]
    resources:
        mem_mb=memory(2500, bytes_per_voxel=4),
        runtime=minutes(120),
        gpu=gpu(config["device"]),
    params:
        training=lookup(within=config, dpath="segment/training"),
        seed=config["seed"],
        device=config["device"],
        code=code("train_unet.py"),
    script:
        "../workflow_scripts/train_unet.py"


rule adapt_twin:
    """Train unet_twin further on random structures as the campaign's instrument shows them: unet_best."""
    input:
        patches=rules.cut_matched_patches.output.patches,
        start=TWIN_WEIGHTS,
    output:
        weights=f"results/segment/{targets.BEST}/weights.safetensors",
        history=f"results/segment/{targets.BEST}/history.csv",
    log:
        "results/logs/segment/adapt_twin.log",
    benchmark:
        "results/benchmarks/segment/adapt_twin.tsv"
    priority: 1
    conda:
        "../envs/torch.yaml"
    threads: config["segment"]["workers"]
    resources:
        mem_mb=memory(3000),
        runtime=minutes(120),
        gpu=gpu(config["device"]),
    params:
        training=lookup(within=config, dpath="segment/best/training"),
        seed=config["seed"],
        device=config["device"],
        code=code("adapt_twin.py"),
    script:
        "../workflow_scripts/adapt_twin.py"


rule cut_twin_patches:
    """Divide random stacks into those unet_twin is trained, calibrated and scored on; made when asked for."""
    input:
        arrays=rules.draw_random_stacks.output.arrays,
    output:
        plan="results/segment/twin/plan.csv",
        patches="results/segment/twin/patches.npz",
    log:
        "results/logs/segment/cut_twin_patches.log",
    benchmark:
        "results/benchmarks/segment/cut_twin_patches.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(3000),
        runtime=minutes(20),
    params:
        plan=lookup(within=config, dpath="segment/twin/plan"),
        code=code("cut_twin_patches.py"),
    script:
        "../workflow_scripts/cut_twin_patches.py"


rule train_twin:
    """Train unet_twin on random simulated stacks alone; made when asked for, the workflow ships its weights."""
    input:
        patches=rules.cut_twin_patches.output.patches,
    output:
        weights="results/segment/twin/weights.safetensors",
        history="results/segment/twin/history.csv",
    log:
        "results/logs/segment/train_twin.log",
    benchmark:
        "results/benchmarks/segment/train_twin.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=minutes(240),
        gpu=gpu(config["device"]),
    params:
        training=lookup(within=config, dpath="segment/twin/training"),
        seed=config["seed"],
        device=config["device"],
        code=code("train_twin.py"),
    script:
        "../workflow_scripts/train_twin.py"


rule score_twin:
    """Score unet_twin on random stacks that its training did not see; made when asked for."""
    input:
        patches=rules.cut_twin_patches.output.patches,
        weights=rules.train_twin.output.weights,
    output:
        scores="results/segment/twin/scores.csv",
    log:
        "results/logs/segment/score_twin.log",
    benchmark:
        "results/benchmarks/segment/score_twin.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=minutes(30),
        gpu=gpu(config["device"]),
    params:
        device=config["device"],
        code=code("score_twin.py"),
    script:
        "../workflow_scripts/score_twin.py"


rule predict_mask:
    """Segment a restored stack with a U-Net, a few slices at a time, and tell how sure it is of each slice."""
    input:
        volume=rules.restore_stack.output.volume,
        info=rules.restore_stack.output.info,
        weights=branch(
            lambda wildcards: wildcards.segmenter == targets.TWIN,
            then=TWIN_WEIGHTS,
            otherwise="results/segment/{segmenter}/weights.safetensors",
        ),
    output:
        mask=directory("results/segment/{segmenter}/{sample}.ome.zarr"),
        slices="results/segment/{segmenter}/{sample}.csv",
    log:
        "results/logs/segment/predict_mask/{segmenter}/{sample}.log",
    benchmark:
        "results/benchmarks/segment/predict_mask/{segmenter}/{sample}.tsv"
    wildcard_constraints:
        segmenter="|".join(targets.NETWORKS),
    conda:
        "../envs/torch.yaml"
    threads: config["segment"]["workers"]
    resources:
        mem_mb=memory(2000),
        runtime=minutes(10, per_megavoxel=0.2),
        gpu=gpu(config["device"]),
    params:
        precision=lookup(within=config, dpath="segment/training/precision"),
        device=config["device"],
        code=code("predict_mask.py"),
    script:
        "../workflow_scripts/predict_mask.py"


rule compare_masks:
    """Find the slices on which segmenters disagree or are unsure, for a person to look at."""
    input:
        masks=expand(
            "results/segment/{segmenter}/{{sample}}.ome.zarr",
            segmenter=lookup(within=config, dpath="segment/segmenters"),
        ),
        slices=expand("results/segment/{segmenter}/{{sample}}.csv", segmenter=campaign.networks),
        info=rules.restore_stack.output.info,
    output:
        table="results/segment/disagreement/{sample}.csv",
    log:
        "results/logs/segment/compare_masks/{sample}.log",
    benchmark:
        "results/benchmarks/segment/compare_masks/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(800),
        runtime=minutes(10, per_megavoxel=0.05),
    params:
        segmenters=lookup(within=config, dpath="segment/segmenters"),
        networks=campaign.networks,
        code=code("compare_masks.py"),
    script:
        "../workflow_scripts/compare_masks.py"


rule collect_confidence:
    """List the relative density of every stack with the interval that follows from probabilities, and doubtful slices."""
    input:
        slices=expand(rules.predict_mask.output.slices, sample=campaign.imaged, segmenter=campaign.networks),
        disagreement=expand(rules.compare_masks.output.table, sample=campaign.imaged),
    output:
        densities="results/segment/densities.csv",
        flagged="results/segment/flagged.csv",
    log:
        "results/logs/segment/collect_confidence.log",
    benchmark:
        "results/benchmarks/segment/collect_confidence.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        samples=campaign.imaged,
        networks=campaign.networks,
        code=code("collect_confidence.py"),
    script:
        "../workflow_scripts/collect_confidence.py"


rule score_segmenters:
    """Score all segmenters where the truth is known, in the frame of the restored stacks."""
    input:
        masks=expand(
            "results/segment/{segmenter}/{sample}.ome.zarr",
            sample=campaign.with_truth,
            segmenter=lookup(within=config, dpath="segment/segmenters"),
        ),
        plan=[rules.plan_training.output.plan] if campaign.trained_segmenters else [],
        restored=expand(rules.restore_stack.output.info, sample=campaign.with_truth),
        truth=campaign.truth_files,
    output:
        scores="results/segment/scores.csv",
        reliability="results/segment/reliability.csv",
    log:
        "results/logs/segment/score_segmenters.log",
    benchmark:
        "results/benchmarks/segment/score_segmenters.tsv"
    priority: 1  # else it is left for the end, where nothing runs beside it
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=minutes(120),
    params:
        segmenters=lookup(within=config, dpath="segment/segmenters"),
        networks=campaign.networks,
        truths=campaign.truths,
        code=code("score_segmenters.py"),
    script:
        "../workflow_scripts/score_segmenters.py"
