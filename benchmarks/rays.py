"""Rays into pores beside plane-by-plane sums of whole arrays: time and difference in the same run.

Run with `make bench`. The peer is the same physics in numpy and scipy: the emission of every voxel first, then, depth
by depth, the plane behind all faces at once, moved along y, takes its part of what is left of every ray.
"""

import time
from collections.abc import Callable

import numpy as np
from scipy import ndimage

from porescope.simulate.signal import (
    NORMAL_SMOOTHING_PX,
    OPENNESS_DEPTHS,
    POOLED,
    Beam,
    depth_planes,
    noise_free_signal,
    openness,
)
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
BEAM = Beam(
    tilt_deg=52,
    attenuation_um=0.3,
    depth_um=1.0,
    pore_yield=0.95,
    topography=0.8,
    grazing_limit=2,
    shadowing=0.8,
    edge_brightening=0,
    edge_um=0.035,
    redeposition=0,
    redeposition_um=0.05,
    point_spread_um=0,
)
FACES = 24
EDGE = 256
FEATURE_PX = 4.0
DENSITIES = (0.4, 0.6, 0.8)


def random_metal(density: float) -> np.ndarray:
    """A smooth random structure with a ramp about one voxel wide."""
    shape = (FACES + depth_planes(BEAM, SPACING) + 1, EDGE, EDGE)
    field = ndimage.gaussian_filter(np.random.default_rng(0).standard_normal(shape), FEATURE_PX, mode="wrap")
    field = (np.quantile(field, 1 - density) - field) / field.std()
    return np.clip(0.5 - FEATURE_PX * field, 0, 1).astype(np.float32)


def emission(metal: np.ndarray, spacing: Spacing, beam: Beam) -> np.ndarray:
    """Yield of every voxel by the secant law, relative to the milled face."""
    smooth = ndimage.gaussian_filter(metal, NORMAL_SMOOTHING_PX, mode="wrap", truncate=3.5)
    z, y, x = (np.gradient(np.pad(smooth, 1, mode="wrap"), edge, axis=axis) for axis, edge in enumerate(spacing))
    tilt = np.radians(beam.tilt_deg)
    steepness = np.sqrt(z**2 + y**2 + x**2)
    cosine = np.divide(z * np.sin(tilt) + y * np.cos(tilt), steepness, out=np.ones_like(z), where=steepness > 0)
    secant = 1 / np.clip(cosine, 1 / beam.grazing_limit, 1)
    return (1 + beam.topography * (secant * np.sin(tilt) - 1))[1:-1, 1:-1, 1:-1].astype(np.float32)


def plane_by_plane(metal: np.ndarray, faces: np.ndarray, spacing: Spacing, beam: Beam) -> np.ndarray:
    """The same signal from sums of whole planes; faces lie on planes."""
    first = faces.astype(int)
    lit = emission(metal, spacing, beam)
    signal = metal[first].copy()
    left = 1 - signal
    levels = np.concatenate([[0], beam.depth_um * np.array(OPENNESS_DEPTHS)])
    views = openness(signal, levels[1:], spacing).repeat(POOLED, axis=2).repeat(POOLED, axis=3)
    views = np.concatenate([np.ones_like(views[:, :1]), views], axis=1)
    for step in range(1, depth_planes(beam, spacing) + 1):
        depth = step * spacing.z
        along = depth / np.tan(np.radians(beam.tilt_deg)) / spacing.y
        whole, nearest = int(np.floor(along)), int(np.ceil(along - 0.5))
        near = np.roll(metal[first + step], -whole, axis=1)
        held = left * (near + np.float32(along - whole) * (np.roll(near, -1, axis=1) - near))
        level = min(int(np.searchsorted(levels, depth)), len(levels) - 1)
        share = np.float32((depth - levels[level - 1]) / (levels[level] - levels[level - 1]))
        view = views[:, level - 1] + share * (views[:, level] - views[:, level - 1])
        escaping = np.roll((1 - beam.shadowing * (1 - view)) * lit[first + step], -nearest, axis=1)
        signal += np.float32(beam.pore_yield * np.exp(-depth / beam.attenuation_um)) * held * escaping
        left -= held
    return signal


def timed(function: Callable[..., np.ndarray], *arguments: object) -> tuple[np.ndarray, float]:
    """Result and the shortest of three run times in s."""
    results = []
    for _ in range(3):
        start = time.perf_counter()
        value = function(*arguments)
        results.append((time.perf_counter() - start, value))
    return results[-1][1], min(seconds for seconds, _ in results)


def main() -> None:
    """Print a row for each relative density."""
    print("density  largest difference   time ours / planes   million pixels a second, ours")
    faces = np.arange(float(FACES))
    for density in DENSITIES:
        metal = random_metal(density)
        noise_free_signal(metal, faces[:1], SPACING, BEAM)  # compiles the kernel
        ours, our_time = timed(noise_free_signal, metal, faces, SPACING, BEAM)
        peer, peer_time = timed(plane_by_plane, metal, faces, SPACING, BEAM)
        difference = float(np.abs(ours - peer).max())
        print(f"{density:7g} {difference:19.4f} {our_time / peer_time:20.2f} {ours.size / our_time / 1e6:32.1f}")


if __name__ == "__main__":
    main()
