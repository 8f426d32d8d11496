"""Names and orders that tables, figures and sentences of the report share."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

DENSITY_CHECK = "density_check"
CONDUCTION = "conduction"
ERRORS = "errors"
"""Panels beside the curves: described and independent densities; conduction over density; the errors."""

STRUCTURES = ("solid", "skeleton", "paths", "mean_curvature", "gaussian_curvature")
"""Kinds of pictures of the structure."""

SPLIT_NAMES = {
    "train": "seen in training",
    "held_out_slab": "unseen slab",
    "held_out_specimen": "unseen specimen",
}
"""Values of scores.csv, column split, in plain words; in the order in which they are shown."""

SCORE_NAMES = {
    "accuracy": "accuracy",
    "jaccard": "Jaccard index of pore",
    "recall_shine_through": "recall of shine-through",
    "precision": "precision",
    "recall": "recall",
    "dice": "Dice",
    "jaccard_solid": "Jaccard index of metal",
    "density_error": "error of relative density",
    "accuracy_off_interface": "accuracy off the interface",
    "jaccard_off_interface": "Jaccard index of pore off the interface",
    "interface_displacement_px": "displacement of the interface (px)",
    "ece": "calibration error",
    "brier": "Brier score",
}

LOWER_IS_BETTER = ("interface_displacement_px", "ece", "brier")

SEGMENTERS = ("cta", "hybrid", "unet_cta", "unet_hybrid", "unet_twin", "unet_best")


def segmenter_order(names: Iterable[str]) -> list[str]:
    """Each segmenter once, the plainest first; others behind, by name."""
    return sorted(set(names), key=lambda n: (SEGMENTERS.index(n) if n in SEGMENTERS else len(SEGMENTERS), n))


def in_order(present: Iterable[str], order: Iterable[str]) -> list[str]:
    """Those that are present, in the given order; others behind, by name."""
    there = set(present)
    known = [name for name in order if name in there]
    return known + sorted(there - set(known))


def descriptor_rows(table: pd.DataFrame, descriptor: str) -> pd.DataFrame:
    """Rows of sample.csv of one descriptor with a finite mean, by temperature."""
    rows = table[(table["descriptor"] == descriptor) & np.isfinite(table["mean"].astype(float))]
    return rows.sort_values(["temperature_C", "sample"], kind="stable")


def undefined_rows(table: pd.DataFrame, descriptor: str) -> pd.DataFrame:
    """Rows of sample.csv of one descriptor whose mean is missing or infinite."""
    return table[(table["descriptor"] == descriptor) & ~np.isfinite(table["mean"].astype(float))]


def highlighted_model(models: pd.DataFrame, wanted: str) -> str:
    """The wanted model if it was fitted; else the one with the best cross-validated R2; else the wanted name."""
    fitted = models.dropna(subset=["r2_train"])
    if wanted in set(fitted["model"]) or fitted.empty:
        return wanted
    return str(fitted.sort_values("r2_loocv", ascending=False, kind="stable")["model"].iloc[0])
