"""Stage relate: from descriptors to the property.

Inputs: the per-specimen descriptors of stage describe; the property from the sample sheet or from specimen.json of
simulated specimens; or a table of the user's own (config relate/table) for either.
Outputs in results/relate/: features.csv and properties.csv (all that the models see), models.csv (scores of every model
with a verdict in words, the specimens it left out and why), coefficients.csv, predictions.csv, selection.json (the score
of 'the best of many', itself cross-validated), model.json (the predictor, to be read by any program), shap.csv,
shap_groups.csv, shap_values.csv, predicted.csv (specimens without the property), physics.csv (measurement beside
regression, direct solution and bounds).
Paper section: multi-variable linear regression, models A to R, leave-one-out cross-validation, three held-out test
specimens, SHAP. An r2_test over three specimens is fragile: read it beside rmse_test and r2_loocv.
"""

relation = campaign.relation


rule collect_properties:
    """Put the measured and the simulated properties of all specimens into one table."""
    input:
        simulated=expand(rules.simulate_specimen.output.info, sample=relation.simulated),
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
        specimens=relation.measurements,
        property=lookup(within=config, dpath="property"),
        code=code("collect_properties.py"),
    script:
        "../workflow_scripts/collect_properties.py"


rule collect_features:
    """Put the descriptors, or the features of a user's own table, into one table with their errors."""
    input:
        descriptors=[rules.collect_descriptors.output.samples] if relation.described else [],
        own=[] if relation.table is None else [config["relate"]["table"]],
    output:
        features="results/relate/features.csv",
    log:
        "results/logs/relate/collect_features.log",
    benchmark:
        "results/benchmarks/relate/collect_features.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=300),
        runtime=minutes(base=5),
    params:
        code=code("collect_features.py"),
    script:
        "../workflow_scripts/collect_features.py"


rule fit_models:
    """Fit every configured model, leave specimens and materials out in turn, shuffle the property, compare."""
    input:
        features=rules.collect_features.output.features,
        properties=rules.collect_properties.output.properties,
    output:
        models="results/relate/models.csv",
        coefficients="results/relate/coefficients.csv",
        predictions="results/relate/predictions.csv",
        selection="results/relate/selection.json",
        model="results/relate/model.json",
    log:
        "results/logs/relate/fit_models.log",
    benchmark:
        "results/benchmarks/relate/fit_models.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=700),
        runtime=minutes(base=20),
    params:
        models=lookup(within=config, dpath="relate/models"),
        rivals=lookup(within=config, dpath="relate/rivals"),
        laws=lookup(within=config, dpath="relate/laws"),
        transform=lookup(within=config, dpath="relate/transform"),
        predictor=lookup(within=config, dpath="relate/predictor"),
        permutations=lookup(within=config, dpath="relate/permutations"),
        resamples=lookup(within=config, dpath="relate/bootstrap"),
        seed=config["seed"],
        code=code("fit_models.py"),
    script:
        "../workflow_scripts/fit_models.py"


rule explain_models:
    """Attribute the predictions to the features by SHAP, with an interval of each feature's rank."""
    input:
        features=rules.collect_features.output.features,
        properties=rules.collect_properties.output.properties,
    output:
        summary="results/relate/shap.csv",
        groups="results/relate/shap_groups.csv",
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
        rivals=lookup(within=config, dpath="relate/rivals"),
        transform=lookup(within=config, dpath="relate/transform"),
        resamples=lookup(within=config, dpath="relate/bootstrap"),
        seed=config["seed"],
        code=code("explain_models.py"),
    script:
        "../workflow_scripts/explain_models.py"


rule predict_specimens:
    """Predict every specimen without a measured property, with interval, domain and bounds."""
    input:
        model=rules.fit_models.output.model,
        features=rules.collect_features.output.features,
        properties=rules.collect_properties.output.properties,
    output:
        predicted="results/relate/predicted.csv",
    log:
        "results/logs/relate/predict_specimens.log",
    benchmark:
        "results/benchmarks/relate/predict_specimens.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=5),
    params:
        solid=lookup(within=config, dpath="property/solid"),
        code=code("predict_specimens.py"),
    script:
        "../workflow_scripts/predict_specimens.py"


rule compare_physics:
    """Put measurement, regression, the direct solution of the structure and bounds side by side."""
    input:
        model=rules.fit_models.output.model,
        predictions=rules.fit_models.output.predictions,
        predicted=rules.predict_specimens.output.predicted,
        features=rules.collect_features.output.features,
        properties=rules.collect_properties.output.properties,
    output:
        physics="results/relate/physics.csv",
    log:
        "results/logs/relate/compare_physics.log",
    benchmark:
        "results/benchmarks/relate/compare_physics.tsv"
    conda:
        "../envs/stats.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=5),
    params:
        solid=lookup(within=config, dpath="property/solid"),
        code=code("compare_physics.py"),
    script:
        "../workflow_scripts/compare_physics.py"
