"""What stages simulate to label and the segmenters write of the small campaign."""

import json
from typing import Any

import numpy as np

from porescope.report.style import canvas, save
from porescope.simulate.example import Example
from porescope.volume import write_volume
from reporting.made import SPACING, Made, blobs, density_of


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
