"""Geodesic tortuosity beside public libraries: time, and error of tau - 1, in the same run.

Run with `make bench`. The peers are scikit-fmm's second-order travel time and scikit-image's MCP_Geometric on the
voxels of the solid, from the same entry face. First the shadow of a ball, whose answer is known; then random structures
like sintered metal, where the reference is our own search on three times finer nodes; then how far our error scatters
behind balls a little smaller and larger; then the time for a voxel and a direction at growing sizes, up to the number
of voxels along the edge that is given as an argument (default 200).
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import peers
from skimage.graph import MCP_Geometric

from porescope.describe.field import Block, crop, cubic_factors, finer, refined_field, smooth_spectrum
from porescope.describe.geodesic import LAST, geodesic, tortuosities
from porescope.describe.selfcheck.path_shapes import ball_in_the_way, shadow_tortuosity
from porescope.describe.selfcheck.shapes import random_field
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
SPACINGS = {"1:1:1": CUBE, "2:1:1": Spacing(2.0, 1.0, 1.0)}
LONG = {"1:1:2": Spacing(1.0, 1.0, 2.0), "4:1:1": Spacing(4.0, 1.0, 1.0), "1:1:4": Spacing(1.0, 1.0, 4.0)}
RADII = (4.0, 8.0, 12.0)
NEARBY = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
"""Differences in radius, in voxels: the interface meets the grid otherwise in each."""

SMOOTHING_PX = 1.45  # as the shipped config
FIELDS = ((-0.05, 0.0), (-0.03, -0.3), (-0.09, -0.3))
"""Gaussian curvature in 1/voxel^2 and threshold of the random structures."""

SIZES = (100, 150, 200, 300, 400, 500)


def smooth(block: Block, refinement: int = 1) -> tuple[np.ndarray, Spacing]:
    """The field that stage describe hands to the estimators, of the VOI."""
    factors = tuple(refinement * f for f in cubic_factors(block.spacing))
    spectrum = smooth_spectrum(block.solid, block.spacing, SMOOTHING_PX)
    return crop(refined_field(spectrum, block.solid.shape, factors), block.shape, factors), finer(
        block.spacing, factors
    )


def ours(block: Block) -> float:
    """Smoothing included."""
    return geodesic(*smooth(block), 1, 1).tortuosity


def fast_marching(block: Block) -> float:
    """Mean of travel time / distance along +y over the last quarter, by scikit-fmm."""
    steps = (block.spacing.y, block.spacing.z, block.spacing.x)
    return peers.fast_marching(np.moveaxis(block.interior, 1, 0), steps)


def graph(block: Block) -> float:
    """The same by scikit-image's minimal paths between neighbouring voxels."""
    oriented = np.moveaxis(block.interior, 1, 0)
    steps = (block.spacing.y, block.spacing.z, block.spacing.x)
    costs = np.where(oriented, 1.0, -1.0)  # negative: not to be entered
    starts = [(0, j, k) for j, k in np.argwhere(oriented[0])]
    length, _ = MCP_Geometric(costs, sampling=steps).find_costs(starts)
    return _mean_of_last(np.where(np.isfinite(length), length + steps[0] / 2, np.nan), steps[0])


def _mean_of_last(length: np.ndarray, step: float) -> float:
    distance = ((np.arange(len(length)) + 0.5) * step).reshape(-1, 1, 1)
    tail = distance.ravel() >= (1 - LAST) * len(length) * step
    return float(np.nanmean((length / distance)[tail]))


METHODS: tuple[Callable[[Block], float], ...] = (ours, fast_marching, graph)


def timed(function: Callable[[Block], float], block: Block) -> tuple[float, float]:
    """Result and the time in s that the processor spent."""
    start = time.process_time()
    value = function(block)
    return value, time.process_time() - start


def compare(name: str, block: Block, expected: float) -> None:
    """Print a row: error of tau - 1 and time of each."""
    results = [timed(method, block) for method in METHODS]
    errors = "".join(f"{100 * ((value - 1) / expected - 1):10.1f} %" for value, _ in results)
    times = "".join(f"{seconds:10.2f} s" for _, seconds in results)
    print(f"{name:32}{errors}{times}{results[0][1] / min(t for _, t in results[1:]):12.2f}", flush=True)


def scatter() -> None:
    """Print mean and largest error of tau - 1 behind balls of nearly the same radius; see METHOD_ERROR."""
    print("error of tau - 1, mean and largest   single nodes        blocks of eight")
    for name, spacing in (SPACINGS | LONG).items():
        for radius in RADII:
            errors = np.array([shadow_errors(radius + more, spacing) for more in NEARBY])
            means, largest = 100 * errors.mean(axis=0), 100 * np.abs(errors).max(axis=0)
            found = "  ".join(f"{m:7.1f} {w:7.1f} %" for m, w in zip(means, largest, strict=True))
            print(f"ball of radius {radius:g}, voxels {name}".ljust(34), found)


def shadow_errors(radius: float, spacing: Spacing) -> list[float]:
    """Error of tau - 1 behind a ball, searched by single nodes and by blocks of two along each edge."""
    block, _, depth = ball_in_the_way(radius, spacing)
    expected = shadow_tortuosity(block, radius, depth, LAST) - 1
    errors = []
    for size in (1, 2):
        ((_, result),) = tortuosities(*smooth(block), {"y": (1, 1)}, size)
        errors.append((result.tortuosity - 1) / expected - 1)
    return errors


def series(largest: int) -> None:
    """Print the time for a voxel and a direction at growing sizes, beside fast marching up to 200."""
    print("voxels  ours: us for a voxel and direction, of the five   scikit-fmm: one   time ours / scikit-fmm")
    for edge in (n for n in SIZES if n <= largest):
        block = random_field(float(edge), -0.05, 0.0, CUBE, seed=1).block
        field, spacing = smooth(block)
        start = time.process_time()
        for _ in tortuosities(field, spacing):
            pass
        own = (time.process_time() - start) / field.size * 1e6 / 5
        peer = timed(fast_marching, block)[1] / field.size * 1e6 if edge <= 200 else np.nan
        print(f"{edge:4}^3{own:20.3f}{peer:40.3f}{own / peer:16.2f}", flush=True)


def main() -> None:
    """Print the four tables."""
    ours(ball_in_the_way(4.0, CUBE)[0])  # compiles the kernels
    names = "".join(f"{name:>12}" for name in ("ours", "scikit-fmm", "graph"))
    print(f"{'':32}{names}{names}   time ours / fastest")
    for name, spacing in SPACINGS.items():
        for radius in RADII:
            block, _, depth = ball_in_the_way(radius, spacing)
            expected = shadow_tortuosity(block, radius, depth, LAST) - 1
            compare(f"ball of radius {radius:g}, voxels {name}", block, expected)
    for gaussian, level in FIELDS:
        block = random_field(64.0, gaussian, level, CUBE, seed=3).block
        reference = geodesic(*smooth(block, 3), 1, 1).tortuosity - 1
        compare(f"random field, G = {gaussian:g}", block, reference)
    scatter()
    series(int(sys.argv[1]) if len(sys.argv) > 1 else 200)


if __name__ == "__main__":
    main()
