"""Stage simulate: specimens with known truth, as the instrument would have shown them.

Inputs: none but the sample sheet and the recipes of config simulate.
Outputs: raw slices, exact classes, exact drift, recipe and property of every simulated specimen.
Paper: it had specimens of three pastes at six temperatures and measured their conductivity; these stand in for them.
"""


rule simulate_specimen:
    """Pack and sinter particles, image the structure slice by slice, solve for its conductivity."""
    output:
        slices=expand(
            "results/simulate/{{sample}}/slices/slice_{index:04d}.tif",
            index=range(lookup(within=config, dpath="simulate/stack/slices")),
        ),
        truth=directory("results/simulate/{sample}/truth.ome.zarr"),
        particles=directory("results/simulate/{sample}/particles.ome.zarr"),
        drift="results/simulate/{sample}/drift.csv",
        example="results/simulate/{sample}/example.npz",
        info="results/simulate/{sample}/specimen.json",
    log:
        "results/logs/simulate/simulate_specimen/{sample}.log",
    benchmark:
        "results/benchmarks/simulate/simulate_specimen/{sample}.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: config["simulate"]["workers"]
    resources:
        mem_mb=simulation_memory(config),
        runtime=minutes(30),
    params:
        identity=lambda wildcards: specimens[wildcards.sample].identity,
        recipe=lambda wildcards: config["simulate"]["materials"][specimens[wildcards.sample].material],
        settings={part: config["simulate"][part] for part in ("stack", "packing", "sintering", "beam", "instrument")},
        measurement=lookup(within=config, dpath="simulate/property"),
        solid_property=lookup(within=config, dpath="property"),
        seed=config["seed"],
        code=code("simulate_specimen.py"),
    script:
        "../workflow_scripts/simulate_specimen.py"


rule draw_random_stacks:
    """Draw small stacks of random structures under random instruments, as data to train on; made when asked for."""
    output:
        arrays="results/simulate/random_stacks.npz",
        table="results/simulate/random_stacks.csv",
    log:
        "results/logs/simulate/draw_random_stacks.log",
    benchmark:
        "results/benchmarks/simulate/draw_random_stacks.tsv"
    conda:
        "../envs/imaging.yaml"
    threads: config["simulate"]["workers"]
    resources:
        mem_mb=memory(base_mb=2000),
        runtime=minutes(60),
    params:
        ranges=lookup(within=config, dpath="simulate/random_stacks/ranges"),
        stacks=lookup(within=config, dpath="simulate/random_stacks/count"),
        seed=config["seed"],
        code=code("draw_random_stacks.py"),
    script:
        "../workflow_scripts/draw_random_stacks.py"
