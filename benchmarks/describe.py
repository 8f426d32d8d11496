"""Descriptors beside public libraries: CPU time and error of both in the same run, our memory, and time by size.

Run with `make bench`, or `--size 400` for the paper's VOI, `--sizes 100 200 300 400 500` for a longer series, which is
drawn in results/benchmarks/describe_by_size.png. The structure is a thresholded Gaussian random field, whose surface,
curvatures and correlation are known. The peer is the fastest public library that gives the same quantity: scikit-image
(marching cubes, Euler number), libigl (principal curvatures on its mesh), a distance transform for each of 25 sizes as
in PoreSpy (local thickness; PoreSpy itself needs an older edt).
"""

import argparse
import math
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import edt
import igl
import numpy as np
from matplotlib.figure import Figure
from skimage.measure import euler_number, marching_cubes, mesh_surface_area

from porescope.describe.chords import mean_chord_um
from porescope.describe.correlation import two_point
from porescope.describe.curvature import interface
from porescope.describe.distance import interface_distance
from porescope.describe.euler import euler_density_per_um3
from porescope.describe.field import MARGIN
from porescope.describe.geodesic import tortuosities
from porescope.describe.selfcheck.chords import correlation_length
from porescope.describe.selfcheck.shapes import RandomField, random_field
from porescope.describe.smoothing import smooth_field
from porescope.describe.spheres import ridge_spheres
from porescope.describe.struts import fit_log_normal, skeleton_points, strut_diameters
from porescope.describe.surface import specific_surface
from porescope.describe.thickness import local_thickness, thickness_of
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
GAUSSIAN = -0.01  # struts of about 11 voxels
SMOOTHING_PX = 1.45  # as the shipped config


class Pair(NamedTuple):
    """One quantity, both ways; ``expected`` is NaN where nothing is known."""

    name: str
    ours: Callable[[RandomField], float]
    peer: Callable[[RandomField], float]
    expected: Callable[[RandomField], float]


def mesh(field: RandomField) -> tuple[np.ndarray, np.ndarray]:
    """Marching cubes of the mask, as it comes."""
    vertices, faces, _, _ = marching_cubes(field.block.interior.astype(np.float32), 0.5)
    return vertices, faces


def mesh_gaussian(field: RandomField) -> float:
    """Area-weighted <G> by libigl's quadric fits, on the mesh of a Gaussian-smoothed mask."""
    smooth = smooth_field(field.block.solid, CUBE, SMOOTHING_PX)
    inner = tuple(slice(MARGIN, MARGIN + n) for n in field.block.shape)
    vertices, faces, _, _ = marching_cubes(smooth[inner], 0.0)
    found = igl.principal_curvature(vertices.astype(np.float64), faces.astype(np.int64))
    low, high = found[2], found[3]
    return float(np.average(low * high, weights=igl.massmatrix(vertices.astype(np.float64), faces, 0).diagonal()))


def thickness_ours(field: RandomField) -> float:
    """Mean local thickness of the metal."""
    smooth = smooth_field(field.block.solid, CUBE, SMOOTHING_PX)
    spheres = ridge_spheres(interface_distance(smooth, CUBE), smooth > 0, CUBE)
    return thickness_of(local_thickness(spheres, smooth > 0, CUBE)).mean_um


def struts_ours(field: RandomField) -> float:
    """Mean strut diameter."""
    smooth = smooth_field(field.block.solid, CUBE, SMOOTHING_PX)
    skeleton = skeleton_points(smooth > 0)
    struts = strut_diameters(field.block, skeleton, interface_distance(smooth, CUBE), (1, 1, 1))
    return fit_log_normal(struts.diameter_um, struts.length_um).mean


def paths_ours(field: RandomField) -> float:
    """Mean tortuosity of five directions; beside peers in geodesic.py."""
    smooth = smooth_field(field.block.solid, CUBE, SMOOTHING_PX)
    inner = tuple(slice(MARGIN, MARGIN + n) for n in field.block.shape)
    return float(np.mean([found.tortuosity for _, found in tortuosities(smooth[inner], CUBE)]))


def thickness_peer(field: RandomField) -> float:
    """Mean local thickness from 25 sizes, a distance transform for each, as PoreSpy's fastest method does it."""
    solid = field.block.solid
    distance = edt.edt(solid, parallel=1)
    thickness = np.zeros(solid.shape, np.float32)
    for radius in np.linspace(1, distance.max(), 25):
        thickness[edt.edt(distance < radius, parallel=1) < radius] = 2 * radius
    return float(thickness[solid].mean())


def nothing(_: RandomField) -> float:
    """No library gives it without bias from the faces."""
    return math.nan


def unknown(_: RandomField) -> float:
    """No known answer."""
    return math.nan


PAIRS = (
    Pair(
        "specific surface",
        lambda f: specific_surface(f.block),
        lambda f: float(mesh_surface_area(*mesh(f))) / f.block.volume_um3,
        lambda f: f.surface,
    ),
    Pair(
        "Gaussian curvature",
        lambda f: interface(f.block, SMOOTHING_PX).gaussian_curvature_per_um2,
        mesh_gaussian,
        lambda f: f.gaussian,
    ),
    Pair(
        "Euler number / um3",
        lambda f: euler_density_per_um3(f.block),
        lambda f: float(euler_number(f.block.interior, connectivity=3)) / f.block.volume_um3,
        lambda f: f.gaussian * f.surface / (4 * math.pi),
    ),
    Pair(
        "mean chord",
        lambda f: float(mean_chord_um(f.block.interior, CUBE).mean()),
        nothing,
        lambda f: 4 * 0.5 / f.surface,
    ),
    Pair(
        "correlation length",
        lambda f: two_point(f.block.interior, CUBE).correlation_length_um,
        nothing,
        lambda f: correlation_length(-6 * f.gaussian),
    ),
    Pair("local thickness", thickness_ours, thickness_peer, unknown),
    Pair("strut diameter", struts_ours, nothing, unknown),
    Pair("five tortuosities", paths_ours, nothing, unknown),
)

NAME_HEIGHT = 1.35
"""Ratio of the times whose names just do not touch in the chart."""

CHART = Path("results/benchmarks/describe_by_size.png")


def timed(function: Callable[[RandomField], float], field: RandomField) -> tuple[float, float]:
    """Result and CPU time in s."""
    start = time.process_time()
    value = function(field)
    return value, time.process_time() - start


def memory(function: Callable[[RandomField], Any], field: RandomField) -> float:
    """Most bytes per voxel that numpy holds at once beyond the mask."""
    tracemalloc.start()
    function(field)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / np.prod(field.block.shape)


def percent(value: float, expected: float) -> str:
    """Relative error."""
    return "-" if math.isnan(value / expected) else f"{100 * (value / expected - 1):.1f}"


def beside_peers(size: int) -> None:
    """A row for each descriptor, and the sums."""
    field = random_field(float(size), GAUSSIAN, 0.0, CUBE, seed=1)
    small = random_field(48.0, GAUSSIAN, 0.0, CUBE, seed=1)
    print(f"{size}^3, random field with G h2 = {GAUSSIAN:g}")
    print("descriptor            error in %: ours   peer   CPU s: ours    peer   peer / ours   bytes a voxel, ours")
    totals = np.zeros(2)
    for pair in PAIRS:
        pair.ours(small)  # compiles the kernels
        (ours, own_time), (peer, peer_time) = (timed(function, field) for function in (pair.ours, pair.peer))
        ratio = "-"
        if not math.isnan(peer):
            totals += own_time, peer_time
            ratio = f"{peer_time / own_time:.1f}"
        known = pair.expected(field)
        print(
            f"{pair.name:20} {percent(ours, known):>17} {percent(peer, known):>6} {own_time:14.2f} {peer_time:7.2f}"
            f" {ratio:>13} {memory(pair.ours, field):21.1f}"
        )
    print(f"{'all with a peer':20} {'':24} {totals[0]:14.2f} {totals[1]:7.2f} {totals[1] / totals[0]:13.1f}")


def by_size(sizes: Sequence[int]) -> None:
    """Microseconds a voxel: linear where a row stays level."""
    print("\nmicroseconds a voxel   " + "".join(f"{size:>8}" for size in sizes))
    each: dict[str, list[float]] = {pair.name: [] for pair in PAIRS}
    for size in sizes:
        field = random_field(float(size), GAUSSIAN, 0.0, CUBE, seed=2)
        for pair in PAIRS:
            each[pair.name].append(1e6 * timed(pair.ours, field)[1] / size**3)
    for name, row in each.items():
        print(f"{name:22} " + "".join(f"{value:8.3f}" for value in row))
    draw(sizes, each)


def draw(sizes: Sequence[int], each: dict[str, list[float]]) -> None:
    """A line for each descriptor, named at its end."""
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    free = 0.0  # above the names so far
    for name, row in sorted(each.items(), key=lambda item: item[1][-1]):
        (line,) = axes.plot(sizes, row, marker="o", markersize=4)
        height = max(row[-1], free)
        free = height * NAME_HEIGHT
        axes.annotate(
            name, (sizes[-1], height), (6, 0), textcoords="offset points", va="center", color=line.get_color()
        )
    axes.set(yscale="log", xlabel="voxels along an edge", ylabel="processor time in us a voxel", xticks=sizes)
    axes.set_title("Time is linear in voxels where a line is level", loc="left", fontsize=11)
    axes.set_xlim(sizes[0] - 10, sizes[-1] + 0.4 * (sizes[-1] - sizes[0]))
    axes.spines[["top", "right"]].set_visible(False)
    CHART.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHART, dpi=150)
    print(f"drawn in {CHART}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="voxels along an edge beside the peers")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 150, 200, 300], help="of the series")
    options = parser.parse_args()
    beside_peers(options.size)
    by_size(options.sizes)


if __name__ == "__main__":
    main()
