"""Geodesic tortuosity beside fast marching: time and error of tau - 1 in the same run.

Run with `make bench`. The shadow of a ball has a known answer; the peer is scikit-fmm's second-order travel time on the
same voxels, with the solid as its domain, from the same entry face.
"""

import time
from collections.abc import Callable

import numpy as np
import skfmm

from porescope.describe.geodesic import LAST
from porescope.describe.selfcheck.path_shapes import ball_in_the_way, shadow_tortuosity
from porescope.describe.selfcheck.paths import tortuosity_y
from porescope.volume import Spacing

SPACINGS = {"1:1:1": Spacing(1.0, 1.0, 1.0), "2:1:1": Spacing(2.0, 1.0, 1.0)}
RADII = (4.0, 8.0, 12.0)
SMOOTHING_PX = 1.45  # as the shipped config


def fast_marching_tortuosity_y(solid: np.ndarray, spacing: Spacing) -> float:
    """Mean of travel time / distance along +y over the last quarter, by scikit-fmm."""
    oriented = np.moveaxis(solid, 1, 0)
    steps = [spacing[1], spacing[0], spacing[2]]
    phi = np.ma.MaskedArray(np.ones(oriented.shape), ~oriented)
    front = np.ma.concatenate([np.ma.MaskedArray(-np.ones_like(phi[:1].data), ~oriented[:1]), phi])
    length = skfmm.travel_time(front, np.ones(front.shape), dx=steps)[1:]
    distance = ((np.arange(len(oriented)) + 0.5) * steps[0]).reshape(-1, 1, 1)
    tail = distance.ravel() >= (1 - LAST) * len(oriented) * steps[0]
    return float((length / distance)[tail].mean())


def timed(function: Callable[..., float], *arguments: object) -> tuple[float, float]:
    """Result and the shortest of three run times in s."""
    results = []
    for _ in range(3):
        start = time.perf_counter()
        value = function(*arguments)
        results.append((time.perf_counter() - start, value))
    return min(results)[1], min(results)[0]


def main() -> None:
    """Print a row for each radius and voxel shape."""
    print("voxels radius  error of tau - 1 in %: ours  scikit-fmm   time ours / scikit-fmm")
    for name, spacing in SPACINGS.items():
        for radius in RADII:
            block, _, depth = ball_in_the_way(radius, spacing)
            expected = shadow_tortuosity(block, radius, depth, LAST) - 1
            tortuosity_y(block, SMOOTHING_PX)  # compiles the kernel
            ours, our_time = timed(tortuosity_y, block, SMOOTHING_PX)
            peer, peer_time = timed(fast_marching_tortuosity_y, block.interior, spacing)
            errors = [100 * ((value - 1) / expected - 1) for value in (ours, peer)]
            print(f"{name:6} {radius:6g} {errors[0]:28.1f} {errors[1]:11.1f} {our_time / peer_time:24.2f}")


if __name__ == "__main__":
    main()
