"""Stage generate: synthetic sections under conditions of material and temperature.

Inputs: the masks that are described, of all materials with at least three temperatures (other specimens are left out).
Outputs: sections of a diffusion model (DDPM) and of a generative adversarial network (cGAN), their planar descriptors, R2 over temperature.
Paper: generation of microstructures (Figs. 5 and 6, Table 3).
"""


rule cut_sections:
    """Cut real 2D sections, the same number for every condition, and keep slabs out of training."""
    input:
        masks=[campaign.mask(sample) for sample in campaign.sectioned],
    output:
        sections="results/generate/sections.npz",
    log:
        "results/logs/generate/cut_sections.log",
    benchmark:
        "results/benchmarks/generate/cut_sections.tsv"
    priority: 1
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=minutes(10),
    params:
        samples=campaign.sectioned,
        conditions=[specimens[sample].condition for sample in campaign.sectioned],
        sections=lookup(within=config, dpath="generate/sections"),
        code=code("cut_sections.py"),
    script:
        "../workflow_scripts/cut_sections.py"


use rule cut_sections as cut_thick_sections with:
    output:
        sections="results/generate/thick_sections.npz",
    log:
        "results/logs/generate/cut_thick_sections.log",
    benchmark:
        "results/benchmarks/generate/cut_thick_sections.tsv"
    params:
        sections={
            **lookup(within=config, dpath="generate/sections"),
            "depth_px": lookup(within=config, dpath="generate/volumes/depth_px"),
            "per_condition": {"train": lookup(within=config, dpath="generate/volumes/per_condition")},
            "held_out": {
                **lookup(within=config, dpath="generate/sections/held_out"),
                "slabs": lookup(within=config, dpath="generate/volumes/held_out_slabs"),
            },
        },


rule train_ddpm:
    """Train the conditional diffusion model; an interrupted training is continued."""
    input:
        sections=rules.cut_sections.output.sections,
        properties=[],
    output:
        weights="results/generate/ddpm/training_{training}/weights.safetensors",
        architecture="results/generate/ddpm/training_{training}/architecture.json",
        curve="results/generate/ddpm/training_{training}/curve.csv",
    log:
        "results/logs/generate/train_ddpm/{training}.log",
    benchmark:
        "results/benchmarks/generate/train_ddpm/{training}.tsv"
    priority: 2  # what volumes wait for comes before other trainings
    conda:
        "../envs/torch.yaml"
    threads: lookup(within=config, dpath="generate/workers")
    resources:
        mem_mb=memory(2500),
        runtime=minutes(240),
        gpu=gpu(config["device"]),
    params:
        network=lookup(within=config, dpath="generate/ddpm/network"),
        noise=lookup(within=config, dpath="generate/ddpm/noise"),
        training=lookup(within=config, dpath="generate/ddpm/training"),
        symmetries=lookup(within=config, dpath="generate/symmetries"),
        withheld_C=[],
        quantity="temperature_C",
        seed=config["seed"],
        device=config["device"],
        code=code("train_ddpm.py"),
    script:
        "../workflow_scripts/train_ddpm.py"


use rule train_ddpm as train_withheld with:
    output:
        weights="results/generate/withheld/{withheld_C}/weights.safetensors",
        architecture="results/generate/withheld/{withheld_C}/architecture.json",
        curve="results/generate/withheld/{withheld_C}/curve.csv",
    log:
        "results/logs/generate/train_withheld/{withheld_C}.log",
    benchmark:
        "results/benchmarks/generate/train_withheld/{withheld_C}.tsv"
    priority: 1
    params:
        withheld_C=lambda wildcards: [float(wildcards.withheld_C)],


use rule train_ddpm as train_wanted with:
    input:
        sections=rules.cut_sections.output.sections,
        properties=rules.collect_properties.output.properties,
    output:
        weights="results/generate/wanted/weights.safetensors",
        architecture="results/generate/wanted/architecture.json",
        curve="results/generate/wanted/curve.csv",
    log:
        "results/logs/generate/train_wanted.log",
    benchmark:
        "results/benchmarks/generate/train_wanted.tsv"
    params:
        training=lambda wildcards: {
            **lookup(within=config, dpath="generate/ddpm/training"),
            "unconditional": lookup(within=config, dpath="generate/wanted/unconditional"),
        },
        quantity=lookup(within=config, dpath="generate/wanted/quantity"),


THICK_TRAINING = config["generate"]["ddpm"]["training"] | {"steps": config["generate"]["volumes"]["training_steps"]}


use rule train_ddpm as train_thick with:
    input:
        sections=rules.cut_thick_sections.output.sections,
        properties=[],
    output:
        weights="results/generate/ddpm/thick/weights.safetensors",
        architecture="results/generate/ddpm/thick/architecture.json",
        curve="results/generate/ddpm/thick/curve.csv",
    log:
        "results/logs/generate/train_thick.log",
    benchmark:
        "results/benchmarks/generate/train_thick.tsv"
    params:
        network=lookup(within=config, dpath="generate/volumes/network"),
        training=THICK_TRAINING,
        symmetries=[*lookup(within=config, dpath="generate/symmetries"), "flip_normal"],


use rule train_thick as train_wanted_thick with:
    input:
        sections=rules.cut_thick_sections.output.sections,
        properties=rules.collect_properties.output.properties,
    output:
        weights="results/generate/wanted/thick/weights.safetensors",
        architecture="results/generate/wanted/thick/architecture.json",
        curve="results/generate/wanted/thick/curve.csv",
    log:
        "results/logs/generate/train_wanted_thick.log",
    benchmark:
        "results/benchmarks/generate/train_wanted_thick.tsv"
    params:
        training=THICK_TRAINING | {"unconditional": config["generate"]["wanted"]["unconditional"]},
        quantity=lookup(within=config, dpath="generate/wanted/quantity"),


rule train_cgan:
    """Train the conditional generative adversarial network; an interrupted training is continued."""
    input:
        sections=rules.cut_sections.output.sections,
    output:
        weights="results/generate/cgan/training_{training}/weights.safetensors",
        architecture="results/generate/cgan/training_{training}/architecture.json",
        curve="results/generate/cgan/training_{training}/curve.csv",
    log:
        "results/logs/generate/train_cgan/{training}.log",
    benchmark:
        "results/benchmarks/generate/train_cgan/{training}.tsv"
    priority: 1
    conda:
        "../envs/torch.yaml"
    threads: lookup(within=config, dpath="generate/workers")
    resources:
        mem_mb=memory(2500),
        runtime=minutes(240),
        gpu=gpu(config["device"]),
    params:
        generator=lookup(within=config, dpath="generate/cgan/generator"),
        discriminator=lookup(within=config, dpath="generate/cgan/discriminator"),
        training=lookup(within=config, dpath="generate/cgan/training"),
        symmetries=lookup(within=config, dpath="generate/symmetries"),
        seed=config["seed"],
        device=config["device"],
        code=code("train_cgan.py"),
    script:
        "../workflow_scripts/train_cgan.py"


rule sample_ddpm:
    """Generate sections of every condition with the diffusion model of every training."""
    input:
        weights=expand(rules.train_ddpm.output.weights, training=campaign.trainings),
        architecture=expand(rules.train_ddpm.output.architecture, training=campaign.trainings),
    output:
        samples=expand("results/generate/ddpm/samples/{condition}.npz", condition=campaign.conditions),
    log:
        "results/logs/generate/sample_ddpm.log",
    benchmark:
        "results/benchmarks/generate/sample_ddpm.tsv"
    priority: 2
    conda:
        "../envs/torch.yaml"
    threads: lookup(within=config, dpath="generate/workers")
    resources:
        mem_mb=memory(2500),
        runtime=minutes(60),
        gpu=gpu(config["device"]),
    params:
        conditions=campaign.conditions,
        per_condition=lookup(within=config, dpath="generate/samples_per_condition"),
        denoising=lookup(within=config, dpath="generate/ddpm/sampling"),
        precision=lookup(within=config, dpath="generate/ddpm/training/precision"),
        seed=config["seed"],
        device=config["device"],
        code=code("sample_ddpm.py"),
    script:
        "../workflow_scripts/sample_ddpm.py"


use rule sample_ddpm as request_ddpm with:
    output:
        samples=["results/generate/ddpm/samples/{condition}.npz"],
    log:
        "results/logs/generate/request_ddpm/{condition}.log",
    benchmark:
        "results/benchmarks/generate/request_ddpm/{condition}.tsv"
    wildcard_constraints:
        condition=campaign.unmeasured,
    params:
        conditions=lambda wildcards: [wildcards.condition],


use rule sample_ddpm as sample_withheld with:
    input:
        weights=[rules.train_withheld.output.weights],
        architecture=[rules.train_withheld.output.architecture],
    output:
        samples=["results/generate/withheld/{withheld_C}/{condition}.npz"],
    log:
        "results/logs/generate/sample_withheld/{withheld_C}_{condition}.log",
    benchmark:
        "results/benchmarks/generate/sample_withheld/{withheld_C}_{condition}.tsv"
    params:
        conditions=lambda wildcards: [wildcards.condition],


use rule sample_ddpm as sample_wanted with:
    input:
        weights=[rules.train_wanted.output.weights],
        architecture=[rules.train_wanted.output.architecture],
    output:
        samples=["results/generate/wanted/samples/{condition}.npz"],
    log:
        "results/logs/generate/sample_wanted/{condition}.log",
    benchmark:
        "results/benchmarks/generate/sample_wanted/{condition}.tsv"
    wildcard_constraints:
        condition=campaign.wanted,
    params:
        conditions=lambda wildcards: [wildcards.condition],
        guidance=lookup(within=config, dpath="generate/wanted/guidance"),


rule trace_denoising:
    """Follow a section of the coldest and of the hottest condition of each material from pure noise to the end."""
    input:
        weights=rules.train_ddpm.output.weights.format(training=1),
        architecture=rules.train_ddpm.output.architecture.format(training=1),
    output:
        trace="results/generate/ddpm/denoising.npz",
    log:
        "results/logs/generate/trace_denoising.log",
    benchmark:
        "results/benchmarks/generate/trace_denoising.tsv"
    conda:
        "../envs/torch.yaml"
    threads: lookup(within=config, dpath="generate/workers")
    resources:
        mem_mb=memory(1500),
        runtime=minutes(10),
        gpu=gpu(config["device"]),
    params:
        conditions=campaign.extremes,
        denoising=lookup(within=config, dpath="generate/ddpm/sampling"),
        precision=lookup(within=config, dpath="generate/ddpm/training/precision"),
        seed=config["seed"],
        device=config["device"],
        code=code("trace_denoising.py"),
    script:
        "../workflow_scripts/trace_denoising.py"


rule sample_cgan:
    """Generate sections of every condition with the generative adversarial network of every training."""
    input:
        weights=expand(rules.train_cgan.output.weights, training=campaign.trainings),
        architecture=expand(rules.train_cgan.output.architecture, training=campaign.trainings),
    output:
        samples=expand("results/generate/cgan/samples/{condition}.npz", condition=campaign.conditions),
    log:
        "results/logs/generate/sample_cgan.log",
    benchmark:
        "results/benchmarks/generate/sample_cgan.tsv"
    conda:
        "../envs/torch.yaml"
    threads: lookup(within=config, dpath="generate/workers")
    resources:
        mem_mb=memory(2500),
        runtime=minutes(60),
        gpu=gpu(config["device"]),
    params:
        conditions=campaign.conditions,
        per_condition=lookup(within=config, dpath="generate/samples_per_condition"),
        precision=lookup(within=config, dpath="generate/cgan/training/precision"),
        seed=config["seed"],
        device=config["device"],
        code=code("sample_cgan.py"),
    script:
        "../workflow_scripts/sample_cgan.py"


use rule sample_cgan as request_cgan with:
    output:
        samples=["results/generate/cgan/samples/{condition}.npz"],
    log:
        "results/logs/generate/request_cgan/{condition}.log",
    benchmark:
        "results/benchmarks/generate/request_cgan/{condition}.tsv"
    wildcard_constraints:
        condition=campaign.unmeasured,
    params:
        conditions=lambda wildcards: [wildcards.condition],


rule describe_sections:
    """Measure the planar descriptors of real and generated sections."""
    input:
        sections=rules.cut_sections.output.sections,
        ddpm=rules.sample_ddpm.output.samples,
        cgan=rules.sample_cgan.output.samples,
    output:
        table="results/generate/sections.csv",
    log:
        "results/logs/generate/describe_sections.log",
    benchmark:
        "results/benchmarks/generate/describe_sections.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(10),
    params:
        code=code("describe_sections.py"),
    script:
        "../workflow_scripts/describe_sections.py"


rule describe_curves:
    """Measure two-point probability and chord lengths of real and generated sections."""
    input:
        sections=rules.cut_sections.output.sections,
        ddpm=rules.sample_ddpm.output.samples,
        cgan=rules.sample_cgan.output.samples,
    output:
        table="results/generate/curves.csv",
    log:
        "results/logs/generate/describe_curves.log",
    benchmark:
        "results/benchmarks/generate/describe_curves.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(10),
    params:
        code=code("describe_curves.py"),
    script:
        "../workflow_scripts/describe_curves.py"


rule score_generators:
    """Score each generator by R2 over temperature of its mean descriptors."""
    input:
        table=rules.describe_sections.output.table,
    output:
        scores="results/generate/scores.csv",
    log:
        "results/logs/generate/score_generators.log",
    benchmark:
        "results/benchmarks/generate/score_generators.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code("score_generators.py"),
    script:
        "../workflow_scripts/score_generators.py"


rule score_withheld:
    """Score the diffusion model at temperatures that were kept from its training."""
    input:
        sections=rules.cut_sections.output.sections,
        samples=[
            f"results/generate/withheld/{temperature:g}/{condition}.npz"
            for temperature, conditions in campaign.withheld.items()
            for condition in conditions
        ],
    output:
        table="results/generate/withheld.csv",
    log:
        "results/logs/generate/score_withheld.log",
    benchmark:
        "results/benchmarks/generate/score_withheld.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(10),
    params:
        code=code("score_withheld.py"),
    script:
        "../workflow_scripts/score_withheld.py"


rule find_copies:
    """Find generated sections that are nearer to a training section than real ones are."""
    input:
        sections=rules.cut_sections.output.sections,
        ddpm=rules.sample_ddpm.output.samples,
        cgan=rules.sample_cgan.output.samples,
    output:
        table="results/generate/copies.csv",
        pairs="results/generate/copies.npz",
    log:
        "results/logs/generate/find_copies.log",
    benchmark:
        "results/benchmarks/generate/find_copies.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(20),
    params:
        symmetries=lookup(within=config, dpath="generate/symmetries"),
        seed=config["seed"],
        code=code("find_copies.py"),
    script:
        "../workflow_scripts/find_copies.py"


VOLUME = {key: config["generate"]["volumes"][key] for key in ("shape_px", "steps")}


rule sample_volumes:
    """Generate a volume of each condition that is compared, with the diffusion model of thick sections."""
    input:
        weights=rules.train_thick.output.weights,
        architecture=rules.train_thick.output.architecture,
        sections=expand("results/generate/ddpm/samples/{condition}.npz", condition=campaign.volumes),
    output:
        volumes=directory(expand("results/generate/ddpm/volumes/{condition}.ome.zarr", condition=campaign.volumes)),
        stacks=expand("results/generate/ddpm/volumes/{condition}.tif", condition=campaign.volumes),
    log:
        "results/logs/generate/sample_volumes.log",
    benchmark:
        "results/benchmarks/generate/sample_volumes.tsv"
    priority: 2
    conda:
        "../envs/torch.yaml"
    threads: lookup(within=config, dpath="generate/workers")
    resources:
        mem_mb=memory(2500),
        runtime=minutes(60),
        gpu=gpu(config["device"]),
    params:
        options={
            **VOLUME,
            "guidance": lookup(within=config, dpath="generate/ddpm/sampling/guidance"),
        },
        precision=lookup(within=config, dpath="generate/ddpm/training/precision"),
        seed=config["seed"],
        device=config["device"],
        code=code("sample_volumes.py"),
    script:
        "../workflow_scripts/sample_volumes.py"


use rule sample_volumes as request_volume with:
    input:
        weights=rules.train_thick.output.weights,
        architecture=rules.train_thick.output.architecture,
        sections=["results/generate/ddpm/samples/{condition}.npz"],
    output:
        volumes=[directory("results/generate/ddpm/volumes/{condition}.ome.zarr")],
        stacks=["results/generate/ddpm/volumes/{condition}.tif"],
    log:
        "results/logs/generate/request_volume/{condition}.log",
    benchmark:
        "results/benchmarks/generate/request_volume/{condition}.tsv"
    wildcard_constraints:
        condition=campaign.without_volume,


rule score_volumes:
    """Compare generated volumes with real ones by the estimators of stage describe."""
    input:
        volumes=rules.sample_volumes.output.volumes,
        masks=[
            campaign.mask(sample) for sample in campaign.sectioned if specimens[sample].condition in campaign.volumes
        ],
    output:
        table="results/generate/volumes.csv",
        vois="results/generate/volume_vois.csv",
        blocks="results/generate/volumes.npz",
    log:
        "results/logs/generate/score_volumes.log",
    benchmark:
        "results/benchmarks/generate/score_volumes.tsv"
    priority: 2
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(20),
    params:
        conditions=campaign.volumes,
        masks={
            condition: [campaign.mask(s) for s in campaign.sectioned if specimens[s].condition == condition]
            for condition in campaign.volumes
        },
        voi_um=lookup(within=config, dpath="describe/voi_um"),
        smoothing_px=lookup(within=config, dpath="describe/smoothing_px"),
        code=code("score_volumes.py"),
    script:
        "../workflow_scripts/score_volumes.py"


use rule sample_volumes as sample_wanted_volume with:
    input:
        weights=rules.train_wanted_thick.output.weights,
        architecture=rules.train_wanted_thick.output.architecture,
        sections=["results/generate/wanted/samples/{condition}.npz"],
    output:
        volumes=[directory("results/generate/wanted/volumes/{condition}.ome.zarr")],
        stacks=["results/generate/wanted/volumes/{condition}.tif"],
    log:
        "results/logs/generate/sample_wanted_volume/{condition}.log",
    benchmark:
        "results/benchmarks/generate/sample_wanted_volume/{condition}.tsv"
    params:
        options={
            **VOLUME,
            "guidance": lookup(within=config, dpath="generate/wanted/guidance"),
        },


rule describe_wanted:
    """Describe volumes of wanted conditions and, on the same voxels, all specimens of their materials."""
    input:
        volumes=expand(rules.sample_wanted_volume.output.volumes, condition=campaign.wanted_conditions),
        sections=expand(rules.sample_wanted.output.samples, condition=campaign.wanted_conditions),
        masks=[campaign.mask(sample) for sample in campaign.wanted_specimens],
    output:
        table="results/generate/wanted/descriptors.csv",
    log:
        "results/logs/generate/describe_wanted.log",
    benchmark:
        "results/benchmarks/generate/describe_wanted.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(60),
    params:
        samples=campaign.wanted_specimens,
        describe=lookup(within=config, dpath="describe"),
        code=code("describe_wanted.py"),
    script:
        "../workflow_scripts/describe_wanted.py"


rule check_wanted:
    """Compare what was wanted with what the regression says of the volumes and with what their metal conducts."""
    input:
        descriptors=rules.describe_wanted.output.table,
        model=rules.fit_models.output.model,
        properties=rules.collect_properties.output.properties,
    output:
        table="results/generate/wanted/check.csv",
    log:
        "results/logs/generate/check_wanted.log",
    benchmark:
        "results/benchmarks/generate/check_wanted.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        solid=lookup(within=config, dpath="property/solid"),
        code=code("check_wanted.py"),
    script:
        "../workflow_scripts/check_wanted.py"


rule plot_wanted:
    """Draw what volumes of wanted conditions have against what was wanted."""
    input:
        table=rules.check_wanted.output.table,
    output:
        figure="results/generate/wanted/check.png",
    log:
        "results/logs/generate/plot_wanted.log",
    benchmark:
        "results/benchmarks/generate/plot_wanted.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code("plot_wanted.py"),
    script:
        "../workflow_scripts/plot_wanted.py"
