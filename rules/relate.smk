"""Stage relate: from descriptors to the property.

Inputs: the per-specimen descriptors of stage describe; the property from the sample sheet or from specimen.json of
simulated specimens. Outputs in results/relate/: properties.csv, models.csv (scores of every model, with the specimens
it left out and why), coefficients.csv, predictions.csv, shap.csv and shap_values.csv.
Paper section: multi-variable linear regression, models A to R, leave-one-out cross-validation, three held-out test
specimens, SHAP. An r2_test over three specimens is fragile: read it beside rmse_test and r2_loocv.
"""

from porescope.campaign.models import measurements, takes_simulated_property


rule collect_properties:
    """Put the measured and the simulated properties of all specimens into one table."""
    input:
        simulated=expand(
            rules.simulate_specimen.output.info,
            sample=[name for name, specimen in specimens.items() if takes_simulated_property(specimen)],
        ),
    output:
        properties="results/relate/properties.csv",
    log:
        "results/logs/relate/collect_properties.log",
    benchmark:
        "results/benchmarks/relate/collect_properties.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=300),
        runtime=minutes(base=5),
    params:
        specimens=measurements(specimens),
        property=lookup(within=config, dpath="property"),
        code=code("collect_properties.py"),
    script:
        "../workflow_scripts/collect_properties.py"


rule fit_models:
    """Fit every configured model, leave specimens out in turn, shuffle the property, predict the test specimens."""
    input:
        descriptors=rules.collect_descriptors.output.samples,
        properties=rules.collect_properties.output.properties,
    output:
        models="results/relate/models.csv",
        coefficients="results/relate/coefficients.csv",
        predictions="results/relate/predictions.csv",
    log:
        "results/logs/relate/fit_models.log",
    benchmark:
        "results/benchmarks/relate/fit_models.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        models=lookup(within=config, dpath="relate/models"),
        transform=lookup(within=config, dpath="relate/transform"),
        permutations=lookup(within=config, dpath="relate/permutations"),
        seed=config["seed"],
        code=code("fit_models.py"),
    script:
        "../workflow_scripts/fit_models.py"


rule explain_models:
    """Attribute the predictions to the features by SHAP, with an interval of each feature's rank."""
    input:
        descriptors=rules.collect_descriptors.output.samples,
        properties=rules.collect_properties.output.properties,
    output:
        summary="results/relate/shap.csv",
        values="results/relate/shap_values.csv",
    log:
        "results/logs/relate/explain_models.log",
    benchmark:
        "results/benchmarks/relate/explain_models.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=700),
        runtime=minutes(base=10),
    params:
        models=lookup(within=config, dpath="relate/models"),
        transform=lookup(within=config, dpath="relate/transform"),
        resamples=lookup(within=config, dpath="relate/bootstrap"),
        seed=config["seed"],
        code=code("explain_models.py"),
    script:
        "../workflow_scripts/explain_models.py"
