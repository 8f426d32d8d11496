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
        drift="results/simulate/{sample}/drift.csv",
        info="results/simulate/{sample}/specimen.json",
    log:
        "results/logs/simulate/simulate_specimen/{sample}.log",
    benchmark:
        "results/benchmarks/simulate/simulate_specimen/{sample}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=simulation_memory(config),
        runtime=minutes(15),
    params:
        material=lambda wildcards: specimens[wildcards.sample].material,
        temperature_C=lambda wildcards: specimens[wildcards.sample].temperature_C,
        recipe=lambda wildcards: config["simulate"]["materials"][specimens[wildcards.sample].material],
        settings={name: value for name, value in config["simulate"].items() if name != "materials"},
        solid_property=lookup(within=config, dpath="property"),
        seed=config["seed"],
        code=code("simulate_specimen.py"),
    script:
        "../workflow_scripts/simulate_specimen.py"
