"""Stage describe: what the microstructure is.

Inputs: the mask of every specimen (config describe/segmenter; imported masks as they are) and its size from stage ingest.
Outputs: descriptors per volume of interest and per specimen with 95 % intervals, distributions, a self-check on known shapes.
Paper: 3D analysis of the pore structure (Figs. 2 and 3): density, strut diameter, tortuosity, specific surface, curvatures.
"""


rule describe_specimen:
    """Describe all volumes of interest of a mask, with what its uncertainties do to them."""
    input:
        mask=lambda wildcards: campaign.mask(wildcards.sample),
        info=rules.ingest_stack.output.info,
    output:
        table="results/describe/samples/{sample}.csv",
        arrays="results/describe/samples/{sample}.npz",
    log:
        "results/logs/describe/describe_specimen/{sample}.log",
    benchmark:
        "results/benchmarks/describe/describe_specimen/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: config["describe"]["workers"]
    resources:
        mem_mb=memory(
            base_mb=600 + 300 * config["describe"]["workers"],
            bytes_per_voxel=120 * config["describe"]["workers"],
            voi_um=config["describe"]["voi_um"],
        ),
        runtime=minutes(30, per_megavoxel=0.2),
    params:
        options=lookup(within=config, dpath="describe"),
        code=code("describe_specimen.py"),
    script:
        "../workflow_scripts/describe_specimen.py"


rule collect_descriptors:
    """Join the specimens and take means with their intervals."""
    input:
        tables=expand(rules.describe_specimen.output.table, sample=specimens),
        arrays=expand(rules.describe_specimen.output.arrays, sample=specimens),
    output:
        vois="results/describe/voi.csv",
        samples="results/describe/sample.csv",
    log:
        "results/logs/describe/collect_descriptors.log",
    benchmark:
        "results/benchmarks/describe/collect_descriptors.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        specimens=[
            {
                "sample": name,
                "segmenter": campaign.segmenter(name),
                "material": specimen.material,
                "temperature_C": specimen.temperature_C,
            }
            for name, specimen in specimens.items()
        ],
        code=code("collect_descriptors.py"),
    script:
        "../workflow_scripts/collect_descriptors.py"


rule check_estimators:
    """Run the estimators on shapes with known answers."""
    output:
        table="results/describe/selfcheck.csv",
    log:
        "results/logs/describe/check_estimators.log",
    benchmark:
        "results/benchmarks/describe/check_estimators.tsv"
    priority: 2  # waits for nothing, and leaves every kernel compiled for the specimens
    conda:
        "../envs/imaging.yaml"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(10),
    params:
        smoothing_px=lookup(within=config, dpath="describe/smoothing_px"),
        code=code("check_estimators.py"),
    script:
        "../workflow_scripts/check_estimators.py"
