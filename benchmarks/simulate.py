"""A full-size stack and a specimen of the default campaign: time and peak memory; own kernels beside libraries.

Run with `make bench`. The full-size stack is that of config/paper.yaml, 450 slices of 640 x 1120 px at 25 nm. Peers in
the same run: scipy's Gaussian filter and FFT for the smoothing of sintering, scipy's trees for the forces of packing.
"""

import argparse
import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numba
import numpy as np
import yaml
from scipy import fft, ndimage
from scipy.spatial import cKDTree

from porescope.runtime import PeakMemory
from porescope.simulate.neighbours import pushes, sort_into_cells
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.smoothing import smooth_in_place
from porescope.simulate.specimen import Outputs, simulate_specimen
from porescope.volume import Spacing

CONFIG = Path(__file__).parents[1] / "config"


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A config laid over another, as the workflow engine does."""
    both = {
        k: merged(base[k], v) if isinstance(v, dict) and isinstance(base.get(k), dict) else v for k, v in over.items()
    }
    return {**base, **both}


def specimen(title: str, material: str, temperature_C: float, config: Mapping[str, Any], threads: int) -> None:
    """Simulate one specimen into a folder that is then deleted."""
    section = config["simulate"]
    numba.set_num_threads(threads)
    peak = PeakMemory()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, peak:
        place = Path(folder)
        count = section["stack"]["slices"]
        simulate_specimen(
            identity={"sample": "a", "material": material, "temperature_C": temperature_C},
            recipe=Recipe.from_config(section["materials"][material]),
            settings=Settings.from_config(section),
            measurement=section["property"],
            solid_property=config["property"],
            seed=1,
            threads=threads,
            outputs=Outputs(
                slices=[str(place / f"slice_{index:04d}.tif") for index in range(count)],
                truth=str(place / "truth.ome.zarr"),
                particles=str(place / "particles.ome.zarr"),
                drift=str(place / "drift.csv"),
                example=str(place / "example.npz"),
                info=str(place / "specimen.json"),
            ),
        )
    took = time.perf_counter() - start
    print(f"{title:48} {threads} threads {took:7.1f} s {peak.megabytes / 1000:6.2f} GB", flush=True)


def best_of(function: Callable[[], object], repeats: int = 3) -> float:
    """Shortest run time in s."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def smoothing() -> None:
    """One Gaussian step on 256^3 voxels, one thread each."""
    numba.set_num_threads(1)
    field = np.random.default_rng(0).random((256, 256, 256)).astype(np.float32)
    sigma = 2.0
    smooth_in_place(field.copy(), Spacing(1, 1, 1), sigma)
    damping = [
        np.exp(-2 * (np.pi * f * sigma) ** 2).astype(np.float32)
        for f in (fft.fftfreq(256)[:, None, None], fft.fftfreq(256)[:, None], fft.rfftfreq(256))
    ]

    def by_fft() -> np.ndarray:
        spectrum = fft.rfftn(field)
        for factor in damping:
            spectrum *= factor
        return fft.irfftn(spectrum, s=field.shape)

    ours = best_of(lambda: smooth_in_place(field.copy(), Spacing(1, 1, 1), sigma))
    filtered = best_of(lambda: ndimage.gaussian_filter(field, sigma, mode="wrap", truncate=3.5))
    own = field.copy()
    smooth_in_place(own, Spacing(1, 1, 1), sigma)
    error = np.abs(own - by_fft()).max()
    print(
        f"smoothing of 256^3 voxels: scipy.ndimage / ours {filtered / ours:.1f}, scipy.fft / ours "
        f"{best_of(by_fft) / ours:.1f}; largest difference from the FFT {error:.1e} of values up to 1"
    )


def packing() -> None:
    """Forces of one round on 100 000 spheres of two sizes, one thread each."""
    numba.set_num_threads(1)
    rng = np.random.default_rng(0)
    radii = np.concatenate([rng.normal(0.1, 0.01, 95_000), rng.normal(0.4, 0.03, 5_000)])
    box = np.full(3, np.cbrt(4 / 3 * np.pi * np.sum(radii**3) / 0.57))
    centres = rng.random((radii.size, 3)) * box
    ends = np.array([0, 95_000, 100_000])

    def by_cells() -> np.ndarray:
        return pushes(centres, radii, box, 0.05, 0.3, sort_into_cells(centres, radii, box, 0.05, ends))

    def by_trees() -> int:
        """Pairs alone, without their forces."""
        small, large = cKDTree(centres[:95_000], boxsize=box), cKDTree(centres[95_000:], boxsize=box)
        near = small.query_pairs(2 * radii[:95_000].max() + 0.05, output_type="ndarray")
        mixed = large.sparse_distance_matrix(
            small, radii[95_000:].max() + radii[:95_000].max() + 0.05, output_type="ndarray"
        )
        return len(near) + len(mixed)

    by_cells()
    ours, theirs = best_of(by_cells), best_of(by_trees)
    print(f"forces between 100 000 spheres: scipy's trees, pairs alone / ours, with forces {theirs / ours:.1f}")


def main() -> None:
    """Print a line for each; ``--quick`` leaves out the full-size stack, of about five minutes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    logging.getLogger("porescope").setLevel(logging.INFO)
    default = yaml.safe_load((CONFIG / "config.yaml").read_text())
    smoothing()
    packing()
    specimen("warm-up, HPB at 175 C", "HPB", 175, default, 1)
    specimen("default campaign, HPA at 400 C", "HPA", 400, default, 1)
    if not quick:
        paper = merged(default, yaml.safe_load((CONFIG / "paper.yaml").read_text()))
        specimen("full size (450 x 640 x 1120), HPA at 400 C", "HPA", 400, paper, 2)


if __name__ == "__main__":
    main()
