"""All figures of the small campaign's page."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from porescope.report.copies import plot_copies
from porescope.report.curvature import plot_curvature_distributions
from porescope.report.descriptors import plot_descriptors
from porescope.report.doubt import plot_flagged, plot_reliability
from porescope.report.generated import plot_denoising, plot_generated
from porescope.report.generated_curves import plot_losses, plot_statistics, plot_withheld
from porescope.report.models import plot_models
from porescope.report.segmentation import plot_scores, plot_slices
from porescope.report.structure import plot_structures
from porescope.report.tables import STRUCTURES
from porescope.report.twin import plot_examples
from porescope.report.volume_trends import plot_volume_trends
from porescope.report.volumes import plot_volumes
from reporting.made import MATERIALS, Made

MODEL_FIGURES = (
    "predicted",
    "property",
    "overview",
    "residuals",
    "coefficients",
    "shap",
    "contributions",
    "correlation",
    "physics",
    "all",
)
PANELS = (
    "relative_density",
    "specific_surface_per_um",
    "strut_diameter_um",
    "tortuosity",
    "mean_curvature_per_um",
    "gaussian_curvature_per_um2",
    "density_check",
    "conduction",
    "errors",
)


def draw(made: Made, property_name: str = "conductivity") -> None:
    """All figures, by the functions that the rules call."""
    families = (*draw_masks(made), *draw_descriptors(made), draw_models(made, property_name), *draw_generated(made))
    made.files["figures"] = [path for family in families for path in family.values()]


def places(made: Made, family: str, names: Iterable[Any], suffix: str) -> dict[str, str]:
    """Where the figures of a family go."""
    figures = made.root / "report" / "figures"
    return {str(name): str(figures / f"{family}__{name}.{suffix}") for name in names}


def draw_masks(made: Made) -> tuple[dict[str, str], ...]:
    """Slices with their masks, the twin, and what the networks are unsure of."""
    slices = places(made, "slices", made.shown, "png")
    truths = {
        n: {
            "volume": str(made.path(f"simulate/{n}/truth.ome.zarr")),
            "drift": str(made.path(f"simulate/{n}/drift.csv")),
        }
        for n in made.shown
    }
    plot_slices(
        {n: str(made.path(f"restore/{n}.ome.zarr")) for n in made.shown},
        {n: str(made.path(f"restore/{n}.json")) for n in made.shown},
        truths,
        {
            n: {s: str(made.path(f"segment/{s}/{n}.ome.zarr")) for s in ("cta", "hybrid", "unet_hybrid")}
            for n in made.shown
        },
        320,
        slices,
    )
    twins = places(made, "twin", made.shown, "png")
    plot_examples({n: str(made.path(f"simulate/{n}/example.npz")) for n in made.shown}, twins)
    curves_of = places(made, "reliability", ("networks",), "svg")
    plot_reliability(str(made.path("segment/reliability.csv")), list(curves_of.values()))
    doubtful = places(made, "flagged", range(1, len(made.shown) + 1), "png")
    plot_flagged(
        made.files["flagged"],
        {n: str(made.path(f"restore/{n}.ome.zarr")) for n in made.shown},
        {n: {s: str(made.path(f"segment/{s}/{n}.ome.zarr")) for s in ("hybrid", "unet_hybrid")} for n in made.shown},
        320,
        list(doubtful.values()),
    )
    scores = places(made, "scores", ("accuracy", "jaccard", "recall_shine_through", "interface_displacement_px"), "svg")
    plot_scores(made.files["scores"], scores)
    return slices, twins, curves_of, doubtful, scores


def draw_descriptors(made: Made) -> tuple[dict[str, str], ...]:
    """Curves over temperature, distributions of curvature, structures."""
    panels = places(made, "descriptor", PANELS, "svg")
    plot_descriptors(made.files["samples"], made.files["simulated"], made.facts, MATERIALS, panels)
    curvature = places(made, "curvature", MATERIALS, "svg")
    plot_curvature_distributions(made.files["maps"], made.facts, curvature)
    structures = places(made, "structure", STRUCTURES, "png")
    ends = [path for path in made.files["maps"] if Path(path).stem in ("HPA_175", "HPA_400", "NPC_400")]
    plot_structures(ends, made.facts, structures)
    return panels, curvature, structures


def draw_models(made: Made, property_name: str) -> dict[str, str]:
    """Figures of stage relate."""
    models = places(made, "models", MODEL_FIGURES, "svg")
    plot_models(made.drawn, "Q", property_name, MATERIALS, models)
    return models


def draw_generated(made: Made) -> tuple[dict[str, str], ...]:
    """Figures of stage generate."""
    galleries, curves = places(made, "gallery", MATERIALS, "png"), places(made, "curves", MATERIALS, "svg")
    plot_generated(made.files["sections"], made.real, made.generated, made.tiles, galleries, curves)
    copies = places(made, "copies", ("nearest",), "png")
    plot_copies(made.pairs, ["ddpm", "cgan"], copies["nearest"])
    volumes = places(made, "volumes", ("metal",), "png")
    plot_volumes(made.blocks, volumes["metal"])
    trends = places(made, "volumes", ("trends",), "svg")
    plot_volume_trends(made.files["volume_vois"], trends["trends"])
    statistics = places(made, "statistics", MATERIALS, "svg")
    plot_statistics(made.curves, statistics)
    withheld = places(made, "withheld", ("temperatures",), "svg")
    plot_withheld(made.files["withheld"], made.files["sections"], withheld["temperatures"])
    trainings = places(made, "trainings", ("losses",), "svg")
    plot_losses(made.losses, trainings["losses"])
    denoising = places(made, "denoising", ("steps",), "png")
    trace = made.path("generate/ddpm/denoising.npz")
    np.savez(trace, states=made.rng.normal(size=(2, 5, 16, 16)), conditions=np.array(["HPA_175", "HPA_400"]))
    plot_denoising(str(trace), denoising["steps"])
    return copies, volumes, trends, denoising, statistics, withheld, trainings, galleries, curves
