"""Registration and stripe removal on simulated stacks whose truth is known: errors, time and memory beside peers.

Run with `make bench`. Peers in the same run: phase correlation of whole slices with scikit-image, summed up, as most
registration tools do; the wavelet-FFT filter (Muench et al., which
pystripe has too) and the sorting-based filter of algotom for stripes.
"""

import argparse
import dataclasses
import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from algotom.prep.removal import remove_stripe_based_sorting, remove_stripe_based_wavelet_fft
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.registration import phase_cross_correlation
from tifffile import imread

from porescope.ingest.stack import IngestOptions, ingest_stack
from porescope.restore.brightness import find_face
from porescope.restore.quality import SLOWEST_STRIPE_PX
from porescope.restore.stack import RestoreOptions, restore_stack
from porescope.restore.stripes import remove_stripes, stripe_energy
from porescope.runtime import PeakMemory
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.specimen import Outputs, simulate_specimen
from porescope.volume import read_volume

CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
SPECIMENS = (("HPA", 175), ("HPB", 400), ("NPC", 250))
LIMIT_PX = 0.25


def simulated(
    place: Path, material: str, temperature_C: float, config: Mapping[str, Any], slices: int, curtains: bool = True
) -> Path:
    """A stack of 336 x 336 px with the default instrument, or the same without curtains."""
    section = json.loads(json.dumps(config["simulate"]))
    if not curtains:
        section["instrument"]["curtaining"] = 0.0
    section["stack"] |= {"slices": slices, "height_px": 336, "width_px": 336}
    folder = place / f"{material}_{temperature_C}_{curtains}"
    (folder / "slices").mkdir(parents=True)
    simulate_specimen(
        identity={"sample": "a", "material": material, "temperature_C": temperature_C},
        recipe=Recipe.from_config(section["materials"][material]),
        settings=Settings.from_config(section),
        measurement={"solve_um": 1.2, "noise": 0.03},
        solid_property=config["property"],
        seed=1,
        threads=1,
        outputs=Outputs(
            slices=[str(folder / "slices" / f"slice_{index:04d}.tif") for index in range(slices)],
            **{field.name: str(folder / field.name) for field in dataclasses.fields(Outputs) if field.name != "slices"},
        ),
    )
    return folder


def restored(folder: Path, config: Mapping[str, Any]) -> tuple[dict[str, Any], float, float]:
    """Ingest and restore a folder; the record, CPU time of restoring in s and peak memory in MB."""
    files = sorted((folder / "slices").iterdir())
    grey, told, out, info = (folder / name for name in ("in.ome.zarr", "in.json", "out.ome.zarr", "out.json"))
    ingest_stack(files, "a", "raw", (None, None, None), IngestOptions(**config["ingest"]), grey, told)
    start = time.process_time()
    with PeakMemory() as peak:
        restore_stack(grey, told, RestoreOptions(**config["restore"]), out, info)
    return json.loads(info.read_text()), time.process_time() - start, peak.megabytes


def detrended_rms(error: np.ndarray) -> np.ndarray:
    """Along y and x, in px, of what is left of an error (n, 2) after its linear trend."""
    index = np.arange(len(error))
    lines = np.stack([np.polyval(np.polyfit(index, e, 1), index) for e in error.T], axis=-1)
    return np.sqrt(np.mean((error - lines) ** 2, axis=0))


def by_whole_slices(stack: np.ndarray) -> np.ndarray:
    """Shifts of neighbouring slices by phase correlation of all greys, summed up."""
    steps = [-phase_cross_correlation(a, b, upsample_factor=20)[0] for a, b in pairwise(stack)]
    return np.concatenate([[[0, 0]], np.cumsum(steps, axis=0)])


def registration(folder: Path, title: str, config: Mapping[str, Any]) -> np.ndarray:
    """Print the errors of one specimen; returns ours."""
    info, seconds, megabytes = restored(folder, config)
    drift = pd.read_csv(folder / "drift")[["shift_y_px", "shift_x_px"]].to_numpy()
    stack = np.asarray(read_volume(folder / "in.ome.zarr").array[:])
    start = time.process_time()
    theirs = detrended_rms(by_whole_slices(stack) - drift)
    theirs_s = time.process_time() - start
    ours = detrended_rms(np.array(info["shift_px"]) - drift)
    rate, error = info["apparent_trend_px_per_slice"], info["apparent_trend_standard_error"]
    thickness = info["slice_thickness"]
    print(
        f"{title:10} drift {detrended_rms(drift).round(2)} px (y, x); error ours {ours.round(3)}, whole slices "
        f"{theirs.round(3)} ({theirs_s:.1f} s); apparent trend {rate} +- {error} px a slice; thickness "
        f"{thickness['apparent_um']} of {thickness['nominal_um']} um; all of restore {seconds:.1f} s, "
        f"{megabytes:.0f} MB",
        flush=True,
    )
    return ours


def stripes(folder: Path, clean: Path, title: str, config: Mapping[str, Any]) -> None:
    """Stripe energy left of what curtains add, and error of the density against the same stack without curtains."""
    how = config["restore"]["stripes"]
    files, same = (sorted((place / "slices").iterdir()) for place in (folder, clean))
    numbers = np.linspace(0, len(files) - 1, 12).astype(int)
    chosen, truth = ([imread(paths[k]).astype(np.float32) for k in numbers] for paths in (files, same))
    faces = [find_face(pixels) for pixels in chosen]
    methods: dict[str, Callable[[int], np.ndarray]] = {
        "nothing done": lambda k: chosen[k],
        "ours": lambda k: remove_stripes(chosen[k], faces[k], how["levels"], how["damping"], how["wavelet"]),
        "wavelet-FFT of whole slices": lambda k: remove_stripe_based_wavelet_fft(chosen[k], how["levels"]),
        "sorting": lambda k: remove_stripe_based_sorting(chosen[k]),
    }
    expected = np.mean([density(pixels) for pixels in truth])
    before = np.mean([stripe_energy(p, f, SLOWEST_STRIPE_PX) for p, f in zip(chosen, faces, strict=True)])
    lines = []
    for name, method in methods.items():
        start = time.process_time()
        done = [method(k) for k in range(len(chosen))]
        seconds = (time.process_time() - start) / len(chosen)
        after = np.mean([stripe_energy(p, f, SLOWEST_STRIPE_PX) for p, f in zip(done, faces, strict=True)])
        error = np.mean([density(pixels) for pixels in done]) - expected
        lines.append(f"{name} {after / before:.3f} and {error:+.4f} ({1000 * seconds:.0f} ms)")
    print(f"{title:10} stripe energy left and error of the density: {'; '.join(lines)}", flush=True)


def density(pixels: np.ndarray) -> float:
    """Share of pixels above Otsu's threshold, lightly smoothed against noise."""
    smooth = ndimage.gaussian_filter(pixels, 1)
    return float(np.mean(smooth > threshold_otsu(smooth)))


def main() -> None:
    """Print a line for each specimen and number."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--slices", type=int, default=92)
    slices = parser.parse_args().slices
    logging.getLogger("porescope").setLevel(logging.ERROR)
    config = yaml.safe_load(CONFIG.read_text())
    errors = []
    with tempfile.TemporaryDirectory() as place:
        for material, temperature_C in SPECIMENS:
            title = f"{material} {temperature_C} C"
            folder = simulated(Path(place), material, temperature_C, config, slices)
            errors.append(registration(folder, title, config))
            clean = simulated(Path(place), material, temperature_C, config, slices, curtains=False)
            stripes(folder, clean, title, config)
    rms = np.sqrt(np.mean(np.square(errors)))
    print(f"RMS error of the recovered drift after its trend, all specimens: {rms:.3f} px, expected {LIMIT_PX}")


if __name__ == "__main__":
    main()
