"""A small campaign's results as the stages write them (DESIGN section 6), with plausible numbers and real figures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from porescope.describe.names import DESCRIPTORS
from porescope.relate.attribution import explain_models
from porescope.relate.features import collect_features
from porescope.relate.fitting import ModelOptions
from porescope.relate.physics import compare_physics, predict_specimens
from porescope.relate.scoring import fit_models
from porescope.report.copies import plot_copies
from porescope.report.curvature import plot_curvature_distributions
from porescope.report.descriptors import plot_descriptors
from porescope.report.doubt import plot_flagged, plot_reliability
from porescope.report.generated import plot_denoising, plot_generated
from porescope.report.generated_curves import plot_losses, plot_statistics, plot_withheld
from porescope.report.models import plot_models
from porescope.report.segmentation import plot_scores, plot_slices
from porescope.report.structure import plot_structures
from porescope.report.style import canvas, save
from porescope.report.tables import STRUCTURES
from porescope.report.twin import plot_examples
from porescope.report.volumes import SIDES, plot_volumes
from porescope.simulate.example import Example
from porescope.volume import Spacing, write_volume

TEMPERATURES = (175, 200, 225, 250, 350, 400)
MATERIALS = ("HPA", "HPB", "NPC")
TEST = ("HPA_225", "HPB_350", "NPC_250")
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
SPACING = Spacing(0.025, 0.025, 0.025)
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


class Made:
    """A results folder: ``files`` are the named inputs of rule write_page."""

    def __init__(self, root: Path, temperatures: tuple[int, ...] = TEMPERATURES, shape=(4, 96, 128), tiles: int = 1):
        self.root = root
        self.rng = np.random.default_rng(3)
        self.shape = shape
        self.tiles = tiles
        self.facts: list[dict[str, Any]] = [
            {
                "sample": f"{m}_{t}",
                "material": m,
                "temperature_C": float(t),
                "source": "simulate",
                "path": "",
                "split": "test" if f"{m}_{t}" in TEST else "train",
                "group": f"{m}_{t}",
                "density_reference": None,
                "density_sd": None,
                "generated": True,
            }
            for m in MATERIALS
            for t in temperatures
        ]
        self.samples = [fact["sample"] for fact in self.facts]
        self.shown = [name for name in TEST if name in self.samples] or self.samples[:1]
        self.left_out: dict[str, str] = {}
        self.files: dict[str, Any] = {}
        self.drawn: dict[str, str] = {}

    def path(self, name: str) -> Path:
        """A file of the results folder; its folder is made."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def csv(self, name: str, rows: list[dict[str, Any]]) -> str:
        """Write a table."""
        pd.DataFrame(rows).to_csv(self.path(name), index=False)
        return str(self.path(name))

    def json(self, name: str, value: dict[str, Any]) -> str:
        """Write a JSON."""
        self.path(name).write_text(json.dumps(value), encoding="utf-8")
        return str(self.path(name))

    def heat(self, fact: dict[str, Any]) -> float:
        """0 at 175 C, 1 at 400 C."""
        return (fact["temperature_C"] - 175) / 225


def blobs(rng: np.random.Generator, shape: tuple[int, ...], size: float, density: float) -> np.ndarray:
    """A smooth random structure of one relative density; True where solid."""
    field = ndimage.gaussian_filter(rng.standard_normal(shape), size, mode="wrap")
    return field < np.quantile(field, density)


def density_of(fact: dict[str, Any], made: Made) -> float:
    """Like the paper's."""
    start, gain = {"HPA": (0.576, 0.185), "HPB": (0.383, 0.073), "NPC": (0.548, 0.208)}[fact["material"]]
    return start + gain * made.heat(fact) ** 0.6


def simulated(fact: dict[str, Any], made: Made) -> dict[str, Any]:
    """simulate/{sample}/specimen.json, as far as the report reads it."""
    return {
        "sample": fact["sample"],
        "true_relative_density": density_of(fact, made),
        "shine_through_share_of_pores": 0.2 + 0.1 * made.heat(fact),
        "shape": list(made.shape),
        "spacing_um": list(SPACING),
        "particles": 1200,
        "contact_resistance_ohm_m2": 1e-14,
        "property_name": "conductivity",
        "property_unit": "S/cm",
        "property_without_noise": 1e4 * (1 + made.heat(fact)),
        "property_without_contacts": 5e4 * (1 + made.heat(fact)),
    }


def write_stacks(made: Made) -> None:
    """JSONs of all specimens, volumes of the shown ones."""
    rng, shape = made.rng, made.shape
    quality = []
    for fact in made.facts:
        name = fact["sample"]
        sources = [{"path": f"s{i}.tif", "sha256": f"{i:064d}"} for i in range(3)]
        info = {"sample": name, "shape": list(shape), "spacing_um": list(SPACING), "source_files": sources}
        made.json(f"ingest/{name}.json", info)
        made.json(f"simulate/{name}/specimen.json", simulated(fact, made))
        shifts = np.cumsum(rng.normal(0, 0.6, (shape[0], 2)), axis=0).tolist()
        crop = {"y": [0, shape[1]], "x": [0, shape[2]]}
        made.json(f"restore/{name}.json", {"shape": list(shape), "shift_px": shifts, "crop_px": crop})
        for metric, before, after in (("stripe_energy", 0.08, 0.011), ("neighbour_correlation", 0.71, 0.93)):
            scale = rng.uniform(0.8, 1.2)
            row = {"sample": name, "metric": metric, "before": scale * before, "after": scale * after}
            quality.append(row)
        thresholds = {"threshold_cta": 120 + rng.normal(0, 3), "threshold_hybrid": 96 + rng.normal(0, 3)}
        made.json(f"label/{name}.json", {"sample": name, **thresholds})
    for name in made.shown:
        pore = blobs(rng, shape, 5, 0.4)
        shine = pore & blobs(rng, shape, 3, 0.3)
        truth = pore.astype(np.uint8) + shine
        grey = np.where(pore, 60, 190) + np.where(shine, 90, 0) + rng.normal(0, 12, shape)
        write_volume(made.path(f"simulate/{name}/truth.ome.zarr"), truth, SPACING, "labels")
        face = np.where(pore, 0, 255).astype(np.uint8)
        write_volume(made.path(f"simulate/{name}/truth.ome.zarr"), face, SPACING, "image", group="face")
        signal = np.where(shine, 0.8, ~pore)
        example = Example(~pore[0], signal[0], (255 * signal[0]).astype(np.uint8), truth[0], SPACING)
        example.save(made.path(f"simulate/{name}/example.npz"))
        drift = [{"slice": z, "shift_y_px": 0.0, "shift_x_px": 0.0} for z in range(shape[0])]
        made.csv(f"simulate/{name}/drift.csv", drift)
        info = json.loads(made.path(f"restore/{name}.json").read_text())
        made.json(f"restore/{name}.json", info | {"shift_px": [[0.0, 0.0]] * shape[0]})
        grey = np.clip(grey, 0, 255).astype(np.uint8)
        write_volume(made.path(f"restore/{name}.ome.zarr"), grey, SPACING, "image")
        for segmenter, found in (("cta", 0.0), ("hybrid", 0.6), ("unet_hybrid", 0.95)):
            kept = shine & blobs(rng, shape, 2, found) if found else np.zeros(shape, bool)
            mask = (pore & ~shine).astype(np.uint8) + 2 * kept.astype(np.uint8)
            write_volume(made.path(f"segment/{segmenter}/{name}.ome.zarr"), mask, SPACING, "labels")
    made.files |= {
        "ingest": [str(made.path(f"ingest/{n}.json")) for n in made.samples],
        "simulated": [str(made.path(f"simulate/{n}/specimen.json")) for n in made.samples],
        "restored": [str(made.path(f"restore/{n}.json")) for n in made.samples],
        "quality": made.csv("restore/quality.csv", quality),
        "label": [str(made.path(f"label/{n}.json")) for n in made.samples],
        "label_figures": [label_figure(made, name) for name in made.shown],
    }


def label_figure(made: Made, name: str) -> str:
    """What stage label draws, in short."""
    figure = canvas(3.9, 2.6)
    figure.subplots().hist(made.rng.normal(120, 30, 500), bins=40)
    save(figure, made.path(f"label/{name}.png"))
    return str(made.path(f"label/{name}.png"))


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


def cut_out(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What stage describe keeps for pictures, of a coarse structure."""
    field = ndimage.gaussian_filter(rng.standard_normal((20, 20, 20)), 2.5)
    solid = field > 0
    points = np.argwhere(solid ^ ndimage.binary_erosion(solid)) * 0.025
    inside = np.argwhere(ndimage.binary_erosion(solid, iterations=2)) * 0.025
    return {
        "picture_field": np.clip(200 * field / field.std() / 3, -127, 127).astype(np.int8),
        "picture_nodes_um": np.full(3, 0.025),
        "picture_points_um": points.astype(np.float16),
        "picture_mean_per_um": rng.normal(0, 5, len(points)).astype(np.float32),
        "picture_gaussian_per_um2": rng.normal(-50, 40, len(points)).astype(np.float32),
        "picture_skeleton_um": inside.astype(np.float16),
        "picture_diameters_um": rng.uniform(0.1, 0.3, len(inside)).astype(np.float16),
        "slice_mask": solid[10].astype(np.uint8),
        "slice_tortuosity": np.where(solid[10], 1.02, np.nan).astype(np.float32),
        "slice_pixel_um": np.full(2, 0.025),
    }


def write_descriptors(made: Made) -> None:
    """describe/sample.csv, selfcheck.csv and the maps."""
    rows, maps, vois = [], [], []
    for fact in made.facts:
        h, material = made.heat(fact), fact["material"]
        factor = {"HPA": 1.0, "HPB": 0.55, "NPC": 1.05}[material]
        means = {
            "relative_density": density_of(fact, made),
            "specific_surface_per_um": 14 * factor * (1 - 0.5 * h),
            "strut_diameter_um": {"HPA": 0.22, "HPB": 0.31, "NPC": 0.16}[material] * (1 + h),
            "tortuosity": {"HPA": 1.039, "HPB": 1.045, "NPC": 1.030}[material] - 0.024 * h**0.7,
            "tortuosity_y": 1.03 - 0.02 * h,
            "gaussian_curvature_per_um2": {"HPA": -146, "HPB": -60, "NPC": -102}[material] * (1 - 0.88 * h**0.6),
            "mean_curvature_per_um": {"HPA": 2.18, "HPB": 1.2, "NPC": -0.93}[material] - 3.4 * h,
            "alpha": 0.07 - 0.02 * h,
            "beta": 0.2,
            "specific_perimeter_per_um": 11 * factor * (1 - 0.5 * h),
            "shape_index": 1.9 - 0.3 * h,
            "effective_conductivity": density_of(fact, made) ** 1.7,
        }
        for name, mean in means.items():
            sd = abs(mean) * 0.02 if not name.startswith("tort") else 0.002
            value = mean + made.rng.normal(0, sd / 4)
            row = {"sample": fact["sample"], "segmenter": "unet_hybrid", "material": material}
            row |= {"temperature_C": fact["temperature_C"], "descriptor": name, "unit": DESCRIPTORS[name].unit}
            row |= {"mean": value, "ci_low": value - sd, "ci_high": value + sd, "sd": sd, "n_voi": 8}
            row |= {"sd_statistical": sd / 2, "sd_segmentation": sd, "sd_voxel": sd / 9, "sd_total": 1.2 * sd}
            row |= {"sd_method": sd / 3 if name.startswith("tort") else np.nan}
            row |= {"voi_um": 2.7, "voi_half_width": 3 * sd, "voi_relative": 0.06, "enough_um": 8.9}
            rows.append(row | {"interval_method": "t over VOIs", "reason": ""})
        M = made.rng.normal(means["mean_curvature_per_um"], 6 - 3 * h, 20000)
        G = np.minimum(made.rng.normal(means["gaussian_curvature_per_um2"], 60 - 30 * h, 20000), M**2)
        counts, G_edges, M_edges = np.histogram2d(G, M, bins=(np.linspace(-400, 400, 81), np.linspace(-25, 25, 81)))
        target = made.path(f"describe/samples/{fact['sample']}.npz")
        np.savez(target, gm_histogram=counts, gm_G_edges=G_edges, gm_M_edges=M_edges, **cut_out(made.rng))
        flag = (
            "specific_surface_per_um 9 against 8 from mesh_surface_per_um: noise" if fact["sample"] == "HPB_200" else ""
        )
        vois.append({"sample": fact["sample"], "voi": 0, "flags": flag})
        maps.append(str(target))
    made.files["samples"] = made.csv("describe/sample.csv", rows)
    made.files["vois"] = made.csv("describe/voi.csv", vois)
    checks = [
        {"estimator": e, "shape": s, "size_voxels": n, "expected": x, "measured": x * (1 + d), "relative_error": d,
         "tolerance": 0.02, "passed": abs(d) <= 0.02}
        for e, s, n, x, d in (
            ("specific_surface", "sphere", 10, 1.2566, 0.003),
            ("specific_surface", "gyroid", 24, 3.0915, -0.006),
            ("tortuosity", "channel at 45 degrees", 64, 1.4142, 0.004),
        )
    ]  # fmt: skip
    made.files["selfcheck"] = made.csv("describe/selfcheck.csv", checks)
    made.files["maps"] = maps


MODELS = (
    ("A", ("relative_density", "tortuosity")),
    ("I", ("relative_density", "specific_surface_per_um", "tortuosity", "strut_diameter_um")),
    ("Q", ("specific_surface_per_um", "alpha", "beta")),
)


def write_models(made: Made) -> None:
    """The tables of stage relate, by the functions of the stage."""
    place = made.path("relate/features.csv").parent
    collect_features([made.files["samples"]], [], place / "features.csv")
    properties = [
        {**{k: f[k] for k in ("sample", "material", "temperature_C", "group", "split")},
         "property": 300 * (density_of(f, made) - 0.35) ** 1.3 * (0.4 + made.heat(f)) + made.rng.normal(0, 3),
         "property_sd": 2.0, "unit": "S/cm", "origin": "simulated", "solved": 300 * (density_of(f, made) - 0.3)}
        for f in made.facts
    ]  # fmt: skip
    made.csv("relate/properties.csv", properties)
    models = [{"name": name, "features": features} for name, features in MODELS]
    ridge = {"name": "ridge", "estimator": "ridge", "features": ("relative_density", "tortuosity")}
    options = ModelOptions(models, [ridge], ["bruggeman", "geometric"], "none")
    inputs = (place / "features.csv", place / "properties.csv")
    outputs = {name: str(place / f"{name}.csv") for name in ("models", "coefficients", "predictions")}
    outputs |= {"selection": str(place / "selection.json"), "model": str(place / "model.json")}
    fit_models(*inputs, options, "best", 99, 100, 1, outputs)
    shap = {
        "summary": str(place / "shap.csv"),
        "groups": str(place / "groups.csv"),
        "values": str(place / "values.csv"),
    }
    explain_models(*inputs, options, 100, 1, shap)
    predicted, physics = str(place / "predicted.csv"), str(place / "physics.csv")
    predict_specimens(outputs["model"], *inputs, 600.0, predicted)
    named = {"features": str(inputs[0]), "properties": str(inputs[1])}
    compare_physics(outputs | named | {"predicted": predicted}, 600.0, physics)
    made.files |= {name: outputs[name] for name in ("models", "coefficients", "selection")}
    made.files |= {"predictor": outputs["model"], "properties": named["properties"], "shap": shap["summary"]}
    made.files |= {"shap_groups": shap["groups"], "predicted": predicted, "physics": physics}
    made.drawn = {name: made.files[name] for name in ("models", "coefficients", "selection", "shap", "physics")}
    made.drawn |= {**named, "predictions": outputs["predictions"], "values": shap["values"]}


def write_generated(made: Made) -> None:
    """Sections, their table and scores."""
    rng, edge, count = made.rng, 64, 4
    rows, solid, owner = [], [], []
    made.generated = {"cgan": [], "ddpm": []}
    for fact in made.facts:
        condition = f"{fact['material']}_{fact['temperature_C']:g}"
        for origin, shift, size in (("real", 0.0, 3.0), ("cgan", 0.05, 2.4), ("ddpm", 0.01, 3.0)):
            density = np.clip(density_of(fact, made) + shift + rng.normal(0, 0.03, count), 0.05, 0.95)
            images = np.stack([blobs(rng, (edge, edge), size, d) for d in density]).astype(np.uint8)
            if origin == "real":
                solid.append(images)
                owner += [(fact["material"], fact["temperature_C"])] * count
            else:
                target = made.path(f"generate/{origin}/samples/{condition}.npz")
                np.savez(target, solid=images, training=np.ones(count, int))
                made.generated[origin].append(str(target))
            for index in range(count):
                row = {"origin": origin, "material": fact["material"], "temperature_C": fact["temperature_C"]}
                row |= {"condition": condition, "index": index, "field_um": 1.6, "field_px": edge}
                row |= {
                    "relative_density": density[index],
                    "specific_perimeter_per_um": 9 - 3 * made.heat(fact) + shift,
                }
                rows.append(row | {"shape_index": 1.8 + shift, "touches_border": True})
    material, temperature = zip(*owner, strict=True)
    made.real = str(made.path("generate/sections.npz"))
    arrays = {"material": np.array(material), "temperature_C": np.array(temperature)}
    split = np.array(["held_out"] * len(owner))
    np.savez(made.real, solid=np.concatenate(solid), split=split, pixel_um=0.025, **arrays)
    scores = [
        {"generator": g, "material": m, "descriptor": d, "r2": {"cgan": 0.5, "ddpm": 0.93, "train": 0.98}[g],
         "r2_ci_low": 0.4, "r2_ci_high": 0.6, "r2_ceiling": 0.98, "rmse": 0.01, "rmse_ratio": 1.2,
         "wasserstein": 0.02, "wasserstein_ratio": 1.4, "n_conditions": 6, "n_trainings": 3}
        for g in ("cgan", "ddpm", "train")
        for m in MATERIALS
        for d in ("relative_density", "specific_perimeter_per_um", "shape_index", "average")
    ]  # fmt: skip
    withheld = [
        {"material": m, "temperature_C": 350, "descriptor": d, "real": 0.7, "real_other_slabs": 0.71, "generated": 0.69,
         "interpolated": 0.66, "r2_other_slabs": 0.99, "r2_generated": 0.95, "r2_interpolated": 0.9}
        for m in MATERIALS
        for d in ("relative_density", "specific_perimeter_per_um", "shape_index")
    ]  # fmt: skip
    copies = [
        {"origin": o, "material": m, "temperature_C": 200, "n_sections": 50, "near_distance": 0.1, "n_near": n,
         "share_near": n / 50, "median_distance": 0.12, "share_alike": 0.02}
        for o, n in (("ddpm", 2), ("cgan", 6), ("planted", 48))
        for m in MATERIALS
    ]  # fmt: skip
    volumes = [
        {"condition": f"{m}_250", "descriptor": d, "unit": "", "voi_um": 0.6, "voxel_um": 0.05, "generated": 0.62,
         "n_generated": 1, "real_mean": 0.6, "real_sd": 0.02, "n_real": 2, "difference": 0.02, "deviation": 0.02,
         "relative": d == "effective_conductivity", "tolerance": bound, "within": bound == 0.1}
        for m in MATERIALS
        for d, bound in (
            ("relative_density", 0.01), ("pore_percolating_fraction", 0.1), ("effective_conductivity", np.nan)
        )
    ]  # fmt: skip
    made.blocks = str(made.path("generate/volumes.npz"))
    field = np.where(blobs(rng, (12, 12, 12), 1.5, 0.6), 100, -100).astype(np.int8)
    np.savez(made.blocks, voxel_um=0.05, **{f"{m}_250__{side}": field for m in MATERIALS for side in SIDES})
    made.curves = made.csv(
        "generate/curves.csv",
        [
            {"origin": o, "material": m, "temperature_C": t, "curve": c, "length_um": k / 10, "value": v}
            for o in ("real", "train", "cgan", "ddpm")
            for m in MATERIALS
            for t in (175, 400)
            for c, start in (("two_point", 0.6), ("metal_chord", 0.0), ("pore_chord", 0.0))
            for k, v in enumerate(np.linspace(start, 0.36 if start else 1.0, 10))
        ],
    )
    steps = range(10, 60, 10)
    losses = {"ddpm": ("loss",), "cgan": ("loss_discriminator", "loss_generator")}
    made.losses = {
        g: [
            made.csv(f"generate/{g}/{k}.csv", [{"step": s, **dict.fromkeys(names, 1 / s)} for s in steps])
            for k in (1, 2)
        ]
        for g, names in losses.items()
    }
    made.pairs = str(made.path("generate/copies.npz"))
    section = np.stack([blobs(rng, (edge, edge), 3.0, 0.6) for _ in range(6)]).astype(np.uint8)
    pairs = {f"{o}_{part}": section for o in ("ddpm", "cgan") for part in ("section", "training")}
    np.savez(made.pairs, ddpm_ratio=np.linspace(0.8, 1, 6), cgan_ratio=np.linspace(0.5, 1, 6), **pairs)
    made.files |= {
        "withheld": made.csv("generate/withheld.csv", withheld),
        "copies": made.csv("generate/copies.csv", copies),
        "volumes": made.csv("generate/volumes.csv", volumes),
        "sections": made.csv("generate/sections.csv", rows),
        "generator_scores": made.csv("generate/scores.csv", scores),
    }


def draw(made: Made, property_name: str = "conductivity") -> None:
    """All figures, by the functions that the rules call."""
    figures = made.root / "report" / "figures"

    def places(family: str, names: Any, suffix: str) -> dict[str, str]:
        return {name: str(figures / f"{family}__{name}.{suffix}") for name in names}

    slices = places("slices", made.shown, "png")
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
    twins = places("twin", made.shown, "png")
    plot_examples({n: str(made.path(f"simulate/{n}/example.npz")) for n in made.shown}, twins)
    curves_of = places("reliability", ("networks",), "svg")
    plot_reliability(str(made.path("segment/reliability.csv")), list(curves_of.values()))
    doubtful = places("flagged", range(1, len(made.shown) + 1), "png")
    plot_flagged(
        made.files["flagged"],
        {n: str(made.path(f"restore/{n}.ome.zarr")) for n in made.shown},
        {n: {s: str(made.path(f"segment/{s}/{n}.ome.zarr")) for s in ("hybrid", "unet_hybrid")} for n in made.shown},
        320,
        list(doubtful.values()),
    )
    scores = places("scores", ("accuracy", "jaccard", "recall_shine_through", "interface_displacement_px"), "svg")
    plot_scores(made.files["scores"], scores)
    panels = places("descriptor", PANELS, "svg")
    plot_descriptors(made.files["samples"], made.files["simulated"], made.facts, MATERIALS, panels)
    curvature = places("curvature", MATERIALS, "svg")
    plot_curvature_distributions(made.files["maps"], made.facts, curvature)
    structures = places("structure", STRUCTURES, "png")
    ends = [path for path in made.files["maps"] if Path(path).stem in ("HPA_175", "HPA_400", "NPC_400")]
    plot_structures(ends, made.facts, structures)
    models = places("models", MODEL_FIGURES, "svg")
    plot_models(made.drawn, "Q", property_name, MATERIALS, models)
    galleries, curves = places("gallery", MATERIALS, "png"), places("curves", MATERIALS, "svg")
    plot_generated(made.files["sections"], made.real, made.generated, made.tiles, galleries, curves)
    copies = places("copies", ("nearest",), "png")
    plot_copies(made.pairs, ["ddpm", "cgan"], copies["nearest"])
    volumes = places("volumes", ("metal",), "png")
    plot_volumes(made.blocks, volumes["metal"])
    statistics = places("statistics", MATERIALS, "svg")
    plot_statistics(made.curves, statistics)
    withheld = places("withheld", ("temperatures",), "svg")
    plot_withheld(made.files["withheld"], made.files["sections"], withheld["temperatures"])
    trainings = places("trainings", ("losses",), "svg")
    plot_losses(made.losses, trainings["losses"])
    denoising = places("denoising", ("steps",), "png")
    trace = made.path("generate/ddpm/denoising.npz")
    np.savez(trace, states=made.rng.normal(size=(2, 5, 16, 16)), conditions=np.array(["HPA_175", "HPA_400"]))
    plot_denoising(str(trace), denoising["steps"])
    families = (
        copies,
        volumes,
        denoising,
        statistics,
        withheld,
        trainings,
        twins,
        slices,
        curves_of,
        doubtful,
        scores,
        panels,
        curvature,
        structures,
        models,
        galleries,
        curves,
    )
    made.files["figures"] = [path for family in families for path in family.values()]


def make(root: Path, **options: Any) -> Made:
    """A campaign of three materials at six temperatures, all stages."""
    made = Made(root, **options)
    for write in (write_stacks, write_scores, write_descriptors, write_models, write_generated, draw):
        write(made)
    return made


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made once; tests that change a table write a new one."""
    return make(tmp_path_factory.mktemp("results"))
