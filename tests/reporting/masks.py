"""Scores of the small campaign's masks, as stage segment writes them."""

import numpy as np

from reporting.made import Made


def write_scores(made: Made) -> None:
    """segment/scores.csv."""
    rows = []
    for segmenter, accuracy in (("cta", 0.915), ("hybrid", 0.94), ("unet_hybrid", 0.965)):
        for fact in made.facts:
            for split in ["held_out_specimen"] if fact["split"] == "test" else ["train", "held_out_slab"]:
                a = accuracy + made.rng.normal(0, 0.008)
                row = {"segmenter": segmenter, "sample": fact["sample"], "split": split, "slices": 14, "accuracy": a}
                row |= {"precision": a, "recall": a - 0.02, "jaccard": a - 0.08, "dice": a - 0.04}
                recall = {"cta": 0.05, "hybrid": 0.55, "unet_hybrid": 0.91}[segmenter] + made.rng.normal(0, 0.02)
                row |= {"accuracy_off_interface": a + 0.02, "jaccard_off_interface": a, "ece": 0.1 * (1 - a)}
                row |= {"interface_displacement_px": 5 * (1 - a), "brier": 0.8 * (1 - a)}
                rows.append(row | {"jaccard_solid": a - 0.05, "recall_shine_through": recall, "density_error": 0.01})
    made.files["scores"] = made.csv("segment/scores.csv", rows)
    said = np.linspace(0.03, 0.97, 15)
    curve = {"segmenter": "unet_hybrid", "split": "held_out_slab", "pixels": 1000}
    reliability = [curve | {"probability": p, "observed": p + 0.2 * p * (1 - p)} for p in said]
    made.csv("segment/reliability.csv", reliability)
    flagged = [
        {"sample": name, "slice": 3, "disagreement": 0.08, "typical_disagreement": 0.03, "expected_error": 0.02,
         "reason": reason}
        for name, reason in zip(made.shown, ("stands out", *["highest of its stack"] * len(made.shown)), strict=False)
    ]  # fmt: skip
    made.files["flagged"] = made.csv("segment/flagged.csv", flagged)
    density = {"segmenter": "unet_hybrid", "relative_density": 0.6, "expected_density": 0.61, "density_low": 0.59}
    density |= {"density_high": 0.63, "confidence": 0.97, "least_confidence": 0.95, "least_confident_slice": 4}
    made.files["densities"] = made.csv("segment/densities.csv", [density | {"sample": name} for name in made.samples])
