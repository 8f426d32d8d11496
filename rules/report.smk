"""Stage report: the whole story at a glance.

Inputs: the tables of all stages, and of a few specimens the volumes for pictures.
Outputs: results/report/figures/ (each also in `snakemake --report`), and results/report/index.html, one page that loads
nothing. Only figures that apply to the campaign are made; the page says which stages were left out and why.
Paper: Figures 1 to 6 and Tables 1 and 3, from our own tables.
"""

from porescope.campaign.figures import Reported
from porescope.provenance import content_hash
from porescope.report.tables import STRUCTURES

reported = Reported(campaign)


rule plot_twin:
    """Show one slice of a few simulated specimens: truth, noise-free signal, image, classes."""
    input:
        examples=expand(rules.simulate_specimen.output.example, sample=reported.shown_simulated),
    output:
        figures=report(
            expand("results/report/figures/twin__{sample}.png", sample=reported.shown_simulated),
            caption="captions/twin.rst",
            category="Simulated specimens",
        ),
    log:
        "results/logs/report/plot_twin.log",
    benchmark:
        "results/benchmarks/report/plot_twin.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        samples=reported.shown_simulated,
        code=code("plot_twin.py"),
    script:
        "../workflow_scripts/plot_twin.py"


rule plot_segmentation:
    """Show the same slice of a few specimens under every segmenter, and all scores."""
    input:
        restored=expand(rules.restore_stack.output.volume, sample=reported.shown),
        info=expand(rules.restore_stack.output.info, sample=reported.shown),
        truths=reported.shown_truth_files,
        masks=[path for masks in reported.shown_masks.values() for path in masks.values()],
        scores=reported.of("segment truth", rules.score_segmenters.output.scores),
    output:
        slices=report(
            expand("results/report/figures/slices__{sample}.png", sample=reported.shown),
            caption="captions/slices.rst",
            category="Segmentation",
        ),
        scores=report(
            expand("results/report/figures/scores__{metric}.svg", metric=reported.metrics),
            caption="captions/scores.rst",
            category="Segmentation",
        ),
    log:
        "results/logs/report/plot_segmentation.log",
    benchmark:
        "results/benchmarks/report/plot_segmentation.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=1000),
        runtime=minutes(base=10),
    params:
        samples=reported.shown,
        masks=reported.shown_masks,
        truths=reported.shown_truths,
        metrics=reported.metrics,
        field_px=lookup(within=config, dpath="report/slice_field_px"),
        code=code("plot_segmentation.py"),
    script:
        "../workflow_scripts/plot_segmentation.py"


rule plot_doubt:
    """Draw how far probabilities are to be believed, and the slices on which segmenters disagree most."""
    input:
        reliability=reported.of("segment truth", rules.score_segmenters.output.reliability),
        flagged=rules.collect_confidence.output.flagged,
        restored=expand(rules.restore_stack.output.volume, sample=campaign.imaged),
        masks=[path for masks in reported.masks.values() for path in masks.values()],
    output:
        reliability=report(
            reported.reliability,
            caption="captions/reliability.rst",
            category="Segmentation",
        ),
        flagged=report(
            expand("results/report/figures/flagged__{rank}.png", rank=reported.flagged),
            caption="captions/flagged.rst",
            category="Segmentation",
        ),
    log:
        "results/logs/report/plot_doubt.log",
    benchmark:
        "results/benchmarks/report/plot_doubt.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=800),
        runtime=minutes(base=10),
    params:
        samples=campaign.imaged,
        masks=reported.masks,
        field_px=lookup(within=config, dpath="report/slice_field_px"),
        code=code("plot_doubt.py"),
    script:
        "../workflow_scripts/plot_doubt.py"


rule plot_descriptors:
    """Draw descriptors over temperature with their intervals, and densities against independent ones."""
    input:
        samples=rules.collect_descriptors.output.samples,
        simulated=expand(rules.simulate_specimen.output.info, sample=campaign.simulated),
    output:
        panels=report(
            expand("results/report/figures/descriptor__{panel}.svg", panel=reported.panels),
            caption="captions/descriptors.rst",
            category="Microstructure",
        ),
    log:
        "results/logs/report/plot_descriptors.log",
    benchmark:
        "results/benchmarks/report/plot_descriptors.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        facts=reported.facts,
        materials=reported.materials,
        panels=reported.panels,
        code=code("plot_descriptors.py"),
    script:
        "../workflow_scripts/plot_descriptors.py"


rule plot_curvature_distributions:
    """Draw the joint distributions of mean and Gaussian curvature of every specimen."""
    input:
        maps=expand(rules.describe_specimen.output.arrays, sample=specimens),
    output:
        figures=report(
            expand("results/report/figures/curvature__{material}.svg", material=reported.materials),
            caption="captions/curvature.rst",
            category="Microstructure",
        ),
    log:
        "results/logs/report/plot_curvature_distributions.log",
    benchmark:
        "results/benchmarks/report/plot_curvature_distributions.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=800),
        runtime=minutes(base=10),
    params:
        facts=reported.facts,
        materials=reported.materials,
        code=code("plot_curvature_distributions.py"),
    script:
        "../workflow_scripts/plot_curvature_distributions.py"


rule plot_structures:
    """Draw the metal in three dimensions, its skeleton, ways and curvature."""
    input:
        maps=expand(rules.describe_specimen.output.arrays, sample=reported.structures),
    output:
        figures=report(
            expand("results/report/figures/structure__{kind}.png", kind=STRUCTURES),
            caption="captions/structure.rst",
            category="Microstructure",
        ),
    log:
        "results/logs/report/plot_structures.log",
    benchmark:
        "results/benchmarks/report/plot_structures.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=1500),
        runtime=minutes(base=10),
    params:
        facts=reported.facts,
        kinds=STRUCTURES,
        code=code("plot_structures.py"),
    script:
        "../workflow_scripts/plot_structures.py"


rule plot_models:
    """Draw predictions against measurements, scores and doubts of all models, what drives one, physics beside it."""
    input:
        features=rules.collect_features.output.features,
        properties=rules.collect_properties.output.properties,
        models=rules.fit_models.output.models,
        coefficients=rules.fit_models.output.coefficients,
        predictions=rules.fit_models.output.predictions,
        selection=rules.fit_models.output.selection,
        shap=rules.explain_models.output.summary,
        values=rules.explain_models.output.values,
        physics=rules.compare_physics.output.physics,
    output:
        predicted=report(
            "results/report/figures/models__predicted.svg", caption="captions/predicted.rst", category="Models"
        ),
        property=report(
            "results/report/figures/models__property.svg", caption="captions/property.rst", category="Models"
        ),
        overview=report(
            "results/report/figures/models__overview.svg", caption="captions/overview.rst", category="Models"
        ),
        residuals=report(
            "results/report/figures/models__residuals.svg", caption="captions/residuals.rst", category="Models"
        ),
        coefficients=report(
            "results/report/figures/models__coefficients.svg", caption="captions/coefficients.rst", category="Models"
        ),
        shap=report("results/report/figures/models__shap.svg", caption="captions/shap.rst", category="Models"),
        contributions=report(
            "results/report/figures/models__contributions.svg", caption="captions/contributions.rst", category="Models"
        ),
        correlation=report(
            "results/report/figures/models__correlation.svg", caption="captions/correlation.rst", category="Models"
        ),
        physics=report("results/report/figures/models__physics.svg", caption="captions/physics.rst", category="Models"),
        all=report("results/report/figures/models__all.svg", caption="captions/predicted.rst", category="Models"),
    log:
        "results/logs/report/plot_models.log",
    benchmark:
        "results/benchmarks/report/plot_models.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        model=lookup(within=config, dpath="report/model"),
        property_name=lookup(within=config, dpath="property/name"),
        materials=reported.materials,
        code=code("plot_models.py"),
    script:
        "../workflow_scripts/plot_models.py"


rule plot_generated:
    """Show real and synthetic sections side by side, and their descriptors over temperature."""
    input:
        table=rules.describe_sections.output.table,
        real=rules.cut_sections.output.sections,
        cgan=rules.sample_cgan.output.samples,
        ddpm=rules.sample_ddpm.output.samples,
    output:
        galleries=report(
            expand("results/report/figures/gallery__{material}.png", material=reported.generated),
            caption="captions/gallery.rst",
            category="Synthetic sections",
        ),
        curves=report(
            expand("results/report/figures/curves__{material}.svg", material=reported.generated),
            caption="captions/curves.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_generated.log",
    benchmark:
        "results/benchmarks/report/plot_generated.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=800),
        runtime=minutes(base=10),
    params:
        tiles=lookup(within=config, dpath="report/sections_per_condition"),
        materials=reported.generated,
        code=code("plot_generated.py"),
    script:
        "../workflow_scripts/plot_generated.py"


rule plot_copies:
    """Show the generated sections that are nearest to a training section."""
    input:
        pairs=rules.find_copies.output.pairs,
    output:
        figure=report(
            "results/report/figures/copies__nearest.png",
            caption="captions/copies.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_copies.log",
    benchmark:
        "results/benchmarks/report/plot_copies.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        code=code("plot_copies.py"),
    script:
        "../workflow_scripts/plot_copies.py"


rule plot_statistics:
    """Show two-point probability and chord lengths of real and synthetic sections."""
    input:
        table=rules.describe_curves.output.table,
    output:
        figures=report(
            expand("results/report/figures/statistics__{material}.svg", material=reported.generated),
            caption="captions/statistics.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_statistics.log",
    benchmark:
        "results/benchmarks/report/plot_statistics.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        materials=reported.generated,
        code=code("plot_statistics.py"),
    script:
        "../workflow_scripts/plot_statistics.py"


rule plot_withheld:
    """Show what was generated for temperatures that the network never saw."""
    input:
        table=rules.score_withheld.output.table,
        sections=rules.describe_sections.output.table,
    output:
        figure=report(
            "results/report/figures/withheld__temperatures.svg",
            caption="captions/withheld.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_withheld.log",
    benchmark:
        "results/benchmarks/report/plot_withheld.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        code=code("plot_withheld.py"),
    script:
        "../workflow_scripts/plot_withheld.py"


rule plot_losses:
    """Show the losses of all trainings of the generators."""
    input:
        ddpm=expand(rules.train_ddpm.output.curve, training=campaign.trainings),
        cgan=expand(rules.train_cgan.output.curve, training=campaign.trainings),
    output:
        figure=report(
            "results/report/figures/trainings__losses.svg",
            caption="captions/losses.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_losses.log",
    benchmark:
        "results/benchmarks/report/plot_losses.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        code=code("plot_losses.py"),
    script:
        "../workflow_scripts/plot_losses.py"


rule plot_denoising:
    """Show sections on their way from noise."""
    input:
        trace=rules.trace_denoising.output.trace,
    output:
        figure=report(
            "results/report/figures/denoising__steps.png",
            caption="captions/denoising.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_denoising.log",
    benchmark:
        "results/benchmarks/report/plot_denoising.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        code=code("plot_denoising.py"),
    script:
        "../workflow_scripts/plot_denoising.py"


rule plot_volumes:
    """Show a real and a generated volume of the coldest and the hottest condition of each material side by side."""
    input:
        blocks=rules.score_volumes.output.blocks,
    output:
        figure=report(
            "results/report/figures/volumes__metal.png",
            caption="captions/volumes.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_volumes.log",
    benchmark:
        "results/benchmarks/report/plot_volumes.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=1000),
        runtime=minutes(base=10),
    params:
        code=code("plot_volumes.py"),
    script:
        "../workflow_scripts/plot_volumes.py"


rule plot_volume_trends:
    """Draw descriptors of generated and of real volumes over temperature."""
    input:
        vois=rules.score_volumes.output.vois,
    output:
        figure=report(
            "results/report/figures/volumes__trends.svg",
            caption="captions/volume_trends.rst",
            category="Synthetic sections",
        ),
    log:
        "results/logs/report/plot_volume_trends.log",
    benchmark:
        "results/benchmarks/report/plot_volume_trends.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=1000),
        runtime=minutes(base=10),
    params:
        code=code("plot_volume_trends.py"),
    script:
        "../workflow_scripts/plot_volume_trends.py"


rule write_page:
    """Put all figures, tables and what they say onto one page that loads nothing."""
    input:
        ingest=expand(rules.ingest_stack.output.info, sample=specimens),
        simulated=expand(rules.simulate_specimen.output.info, sample=campaign.simulated),
        restored=expand(rules.restore_stack.output.info, sample=campaign.imaged),
        quality=reported.of("restore", rules.collect_quality.output.table),
        restore_figures=expand(rules.plot_restoration.output.figure, sample=reported.shown),
        label=expand(rules.label_stack.output.info, sample=campaign.imaged),
        label_figures=expand(rules.label_stack.output.figure, sample=reported.shown),
        scores=reported.of("segment truth", rules.score_segmenters.output.scores),
        densities=reported.of("segment", rules.collect_confidence.output.densities),
        flagged=reported.of("segment", rules.collect_confidence.output.flagged),
        samples=rules.collect_descriptors.output.samples,
        vois=rules.collect_descriptors.output.vois,
        selfcheck=rules.check_estimators.output.table,
        maps=expand(rules.describe_specimen.output.arrays, sample=specimens),
        properties=reported.of("relate", rules.collect_properties.output.properties),
        models=reported.of("relate", rules.fit_models.output.models),
        coefficients=reported.of("relate", rules.fit_models.output.coefficients),
        selection=reported.of("relate", rules.fit_models.output.selection),
        predictor=reported.of("relate", rules.fit_models.output.model),
        shap=reported.of("relate", rules.explain_models.output.summary),
        shap_groups=reported.of("relate", rules.explain_models.output.groups),
        predicted=reported.of("relate", rules.predict_specimens.output.predicted),
        physics=reported.of("relate", rules.compare_physics.output.physics),
        sections=reported.of("generate", rules.describe_sections.output.table),
        generator_scores=reported.of("generate", rules.score_generators.output.scores),
        withheld=reported.of("generate withheld", rules.score_withheld.output.table),
        copies=reported.of("generate", rules.find_copies.output.table),
        volumes=reported.of("generate volumes", rules.score_volumes.output.table),
        figures=[
            *reported.of("simulate", rules.plot_twin.output),
            *reported.of("segment", rules.plot_segmentation.output),
            *reported.of("segment", rules.plot_doubt.output),
            *rules.plot_descriptors.output.panels,
            *rules.plot_curvature_distributions.output.figures,
            *rules.plot_structures.output.figures,
            *reported.of("relate", rules.plot_models.output),
            *reported.of("generate", rules.plot_generated.output),
            *reported.of("generate", rules.plot_statistics.output),
            *reported.of("generate withheld", rules.plot_withheld.output),
            *reported.of("generate", rules.plot_losses.output),
            *reported.of("generate", rules.plot_denoising.output),
            *reported.of("generate", rules.plot_copies.output),
            *reported.of("generate volumes", rules.plot_volumes.output),
            *reported.of("generate volumes", rules.plot_volume_trends.output),
        ],
    output:
        page=report("results/report/index.html", caption="captions/page.rst", category="The whole story"),
    log:
        "results/logs/report/write_page.log",
    benchmark:
        "results/benchmarks/report/write_page.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=10),
    params:
        facts=reported.facts,
        left_out=reported.left_out,
        title=lookup(within=config, dpath="report/title"),
        model=lookup(within=config, dpath="report/model"),
        property_name=lookup(within=config, dpath="property/name"),
        seed=config["seed"],
        template=content_hash(SCRIPTS / "porescope" / "report" / "template"),
        code=code("write_page.py"),
    script:
        "../workflow_scripts/write_page.py"


rule trace_provenance:
    """Hash everything that the report's outputs came from, down to the raw slices."""
    input:
        page=rules.write_page.output.page,
        figures=rules.write_page.input.figures,
    output:
        provenance="results/provenance.json",
    log:
        "results/logs/report/trace_provenance.log",
    benchmark:
        "results/benchmarks/report/trace_provenance.tsv"
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(base_mb=500),
        runtime=minutes(base=60),
    params:
        logs="results/logs",
        lock=str(LOCK),
        config=config,
        code=code("trace_provenance.py"),
    script:
        "../workflow_scripts/trace_provenance.py"
