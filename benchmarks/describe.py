"""All descriptors of a VOI beside the fastest public library for each: processor time and error of both in one run.

Run with `make bench`; `--size 400` for the paper's VOI. The structure is a thresholded Gaussian random field with
struts of about 11 voxels, whose surface, curvature, Euler number, chords and correlation are known; the errors of the
other descriptors are those on small shapes with known answers. Peers are in peers.py. The first table has the time of
each descriptor alone; in a VOI described whole (the last rows, without its conductivity, for which see conductivity.py)
they share the smooth field, the distance to the interface and the spheres, and second estimators, distributions and
tails are found besides. `--sizes 100 200 300 400 500` prints the time a voxel by size, too, and draws it in
results/benchmarks/describe_by_size.png.
"""

import argparse
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import peers
import yaml
from matplotlib.figure import Figure

from porescope.describe.chords import mean_chord_um
from porescope.describe.constrictivity import constrictivity, inscribed_radius
from porescope.describe.correlation import two_point
from porescope.describe.curvature import interface
from porescope.describe.distance import interface_distance
from porescope.describe.euler import euler_density_per_um3
from porescope.describe.field import MARGIN, Block, whole_block
from porescope.describe.geodesic import LAST, tortuosities
from porescope.describe.options import options_from
from porescope.describe.percolation import percolation
from porescope.describe.planar import planar_descriptors
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.chords import correlation_length
from porescope.describe.selfcheck.path_shapes import ball_in_the_way, shadow_tortuosity
from porescope.describe.selfcheck.struts import strut_diameter
from porescope.describe.selfcheck.thickness import neck
from porescope.describe.smoothing import smooth_field
from porescope.describe.spheres import ridge_spheres
from porescope.describe.surface import specific_surface
from porescope.describe.thickness import local_thickness, thickness_of
from porescope.describe.voi import describe_voi
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
GAUSSIAN = -0.01
SMOOTHING_PX = 1.45  # as the shipped config
CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
OPTIONS = replace(options_from(yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["describe"]), conductivity=False)
CHART = Path("results/benchmarks/describe_by_size.png")

NAME_HEIGHT = 1.35
"""Ratio of the times whose names just do not touch in the chart."""


T = TypeVar("T")
R = TypeVar("R")


class Known(NamedTuple):
    """A shape and the answer."""

    name: str
    block: Block
    expected: float


class Pair(NamedTuple):
    """A descriptor, both ways, and the shape that both are judged on; perhaps a faster peer that rounds radii."""

    name: str
    library: str
    ours: Callable[[Block], float]
    peer: Callable[[np.ndarray], float]
    known: Callable[[shapes.RandomField], Known]
    rounding: Callable[[np.ndarray], float] | None = None


def smooth(block: Block) -> np.ndarray:
    """The field that the estimators work on."""
    return smooth_field(block.solid, CUBE, SMOOTHING_PX)


def inner(field: np.ndarray, block: Block) -> np.ndarray:
    """The VOI's part of it."""
    return field[tuple(slice(MARGIN, MARGIN + n) for n in block.shape)]


def gaussian_curvature(block: Block) -> float:
    """Area-weighted <G>."""
    return interface(block, SMOOTHING_PX).gaussian_curvature_per_um2


def mean_chord(block: Block) -> float:
    """Mean chord of the metal over the axes; of the pores, too."""
    metal, _ = (float(mean_chord_um(phase, CUBE).mean()) for phase in (block.interior, ~block.interior))
    return metal


def thickness(block: Block) -> float:
    """Median local thickness of the metal; of the pores, too."""
    field = smooth(block)
    near = interface_distance(field, CUBE)
    medians = []
    for phase in (field > 0, field <= 0):
        diameter = local_thickness(ridge_spheres(near, phase, CUBE), phase, CUBE)
        medians.append(thickness_of(inner(diameter, block)).quantiles_um[1])
    return medians[0]


def struts(block: Block) -> float:
    """Log-normal mean strut diameter."""
    return strut_diameter(block, SMOOTHING_PX)


def excess_length(block: Block) -> float:
    """Tortuosity - 1 along the first of five directions, all of which are found."""
    along_y, *_ = (found.tortuosity for _, found in tortuosities(inner(smooth(block), block), CUBE))
    return along_y - 1


def narrowness(block: Block) -> float:
    """Constrictivity along y; along z and x, too."""
    field = smooth(block)
    near = interface_distance(field, CUBE)
    spheres = ridge_spheres(near, field > 0, CUBE)
    median = thickness_of(inner(local_thickness(spheres, field > 0, CUBE), block)).quantiles_um[1]
    radius = inscribed_radius(near.distance_um, field > 0, spheres, (MARGIN,) * 3)
    return constrictivity(radius, median, CUBE)[1]


def shape_index(block: Block) -> float:
    """Mean shape index of the sections' pores; their specific perimeter, too."""
    return float(planar_descriptors(block.interior, (1.0, 1.0))["shape_index"].mean())


def of_field(answer: Callable[[shapes.RandomField], float]) -> Callable[[shapes.RandomField], Known]:
    """Judged on the random field itself."""
    return lambda field: Known("the random field", field.block, answer(field))


def slab(_: shapes.RandomField) -> Known:
    """A plate of 9.4 voxels across a direction that is no axis."""
    shape = (60 + 2 * MARGIN,) * 3
    z, y, x = shapes.grid(shape, CUBE, shapes.off_centre(shape))  # type: ignore[arg-type]
    away = np.abs(0.5 * z + 0.3 * y + 0.8 * x) / math.hypot(0.5, 0.3, 0.8)
    return Known("slab of 9.4 voxels", shapes.block_of(away < 4.7, CUBE), 9.4)


def bar(_: shapes.RandomField) -> Known:
    """A round bar."""
    return Known("bar of 8.6 voxels", shapes.cylinder(4.3, (1, 0.2, 0.1), 48, CUBE), 8.6)


def shadow(_: shapes.RandomField) -> Known:
    """Ways round a ball of pore."""
    block, _, depth = ball_in_the_way(8, CUBE)
    return Known("shadow of a ball, r = 8", block, shadow_tortuosity(block, 8, depth, LAST) - 1)


def throat(_: shapes.RandomField) -> Known:
    """A bar with necks of half its width."""
    return Known("bar with necks", neck(8, 4, CUBE), 0.25)


def bars(_: shapes.RandomField) -> Known:
    """A bar from face to face along y, and one that ends inside."""
    solid = np.zeros((64, 64, 64), bool)
    solid[:8, :, :8] = True
    solid[:8, :32, -8:] = True
    return Known("bars", whole_block(solid, CUBE), 2 / 3 / 3)


def discs(_: shapes.RandomField) -> Known:
    """Sections of a round pore."""
    axis = np.arange(80) - 39.7
    section = axis[:, np.newaxis] ** 2 + axis**2 > 100
    return Known("disc, r = 10", whole_block(np.repeat(section[np.newaxis], 4, 0), CUBE), 1.0)


PAIRS = (
    Pair("specific surface", "VTK", specific_surface, peers.specific_surface, of_field(lambda f: f.surface)),
    Pair("curvatures", "libigl", gaussian_curvature, peers.gaussian_curvature, of_field(lambda f: f.gaussian)),
    Pair(
        "Euler number",
        "scikit-image",
        euler_density_per_um3,
        peers.euler_density,
        of_field(lambda f: f.gaussian * f.surface / (4 * math.pi)),
    ),
    Pair("chords", "numpy", mean_chord, peers.mean_chord, of_field(lambda f: 2 / f.surface)),
    Pair(
        "correlation length",
        "scipy.fft",
        lambda block: two_point(block.interior, CUBE).correlation_length_um,
        peers.correlation_length,
        of_field(lambda f: correlation_length(-6 * f.gaussian)),
    ),
    Pair("thickness, metal and pores", "localthickness", thickness, peers.thickness, slab, peers.whole_thickness),
    Pair("strut diameter", "scikit-image, edt", struts, peers.strut_diameter, bar),
    Pair("five tortuosities - 1", "scikit-fmm", excess_length, peers.excess_length, shadow),
    Pair("constrictivity, three axes", "PoreSpy", narrowness, peers.constrictivity, throat, peers.whole_constrictivity),
    Pair(
        "percolating fraction",
        "cc3d",
        lambda block: percolation(block.interior).percolating_fraction,
        peers.percolating_fraction,
        bars,
    ),
    Pair("shape index, perimeter", "scikit-image", shape_index, peers.shape_index, discs),
)

DEAREST = "constrictivity, three axes"
"""The sum of the peers is printed without it, too, beside a whole VOI that has it."""


def percent(value: float, expected: float) -> str:
    """Relative error."""
    return f"{100 * (value / expected - 1):+.1f}"


def timed(function: Callable[[T], R], argument: T) -> tuple[R, float]:
    """Result and processor time in s."""
    start = time.process_time()
    value = function(argument)
    return value, time.process_time() - start


def compare(pair: Pair, field: shapes.RandomField, solid: np.ndarray, small: Block) -> tuple[float, float, float]:
    """Print a descriptor's row; the times: ours, the peer's, and the rounding peer's, if there is one."""
    pair.ours(small)  # compiles, as do the peers
    ours, own = timed(pair.ours, field.block)
    known = pair.known(field)
    judged = known.block is not field.block
    mask = np.ascontiguousarray(known.block.interior)
    error = percent(pair.ours(known.block) if judged else ours, known.expected)
    times = []
    for peer, note in ((pair.peer, ""), (pair.rounding, " in whole radii")):
        if peer is None:
            times.append(times[0])
            continue
        peer(np.ascontiguousarray(small.interior))
        value, other = timed(peer, solid)
        times.append(other)
        off = percent(peer(mask) if judged else value, known.expected)
        library = pair.library if not note else "PoreSpy" + note
        print(
            f"{pair.name:27} {own:11.2f} {other:8.2f} {other / own:6.1f} {'':13} {error:>6} {off:>7}   {known.name};"
            f" {library}",
            flush=True,
        )
    return own, times[0], times[1]


def beside_peers(size: int) -> None:
    """A row for each descriptor, and the sums."""
    field = shapes.random_field(float(size), GAUSSIAN, 0.0, CUBE, seed=1)
    small = shapes.random_field(48.0, GAUSSIAN, 0.0, CUBE, seed=1).block
    solid = np.ascontiguousarray(field.block.interior)
    print(f"{size}^3, random field with G h2 = {GAUSSIAN:g}")
    print(f"{'':27} {'CPU s: ours':>11} {'peer':>8} {'ratio':>6}   error in %: {'ours':>6} {'peer':>7}   on; peer")
    describe_voi(small, OPTIONS)
    _, whole = timed(partial(describe_voi, options=OPTIONS), field.block)
    spent = {pair.name: np.array(compare(pair, field, solid, small)) for pair in PAIRS}
    own, peer, rounding = sum(spent.values())
    rest = peer - spent[DEAREST][1]
    for name, ours, other in (
        ("sum", own, peer),
        ("VOI described whole", whole, peer),
        ("beside rounding peers", whole, rounding),
        ("peers without the dearest", whole, rest),
    ):
        print(f"{name:27} {ours:11.2f} {other:8.2f} {other / ours:6.1f}")


def single_places(radius: float) -> None:
    """G at single places of a ball, which distributions are made of: root mean square error.

    Balls show what the steps of the voxels leave at worst; more smoothing leaves less of them, and less of fine necks.
    """
    block = shapes.ball(radius, CUBE)
    found = interface(block, SMOOTHING_PX)
    print(f"\nG at single places of a ball of {radius:g} voxels: error in %, root mean square")
    for name, (local, area) in {
        "ours": (found.gaussian_per_um2, found.area_um2),
        "libigl, quadric fits": peers.local_curvature(block.solid),
        "VTK, angle defects": peers.angle_defects(block.solid),
    }.items():
        square = np.average((local * radius**2 - 1) ** 2, weights=area)
        print(f"{name:27} {100 * math.sqrt(square):11.1f}")


def by_size(sizes: Sequence[int]) -> None:
    """Microseconds a voxel: linear where a row stays level."""
    print("\nmicroseconds a voxel        " + "".join(f"{size:>8}" for size in sizes))
    each: dict[str, list[float]] = {pair.name: [] for pair in PAIRS}
    for size in sizes:
        block = shapes.random_field(float(size), GAUSSIAN, 0.0, CUBE, seed=2).block
        for pair in PAIRS:
            each[pair.name].append(1e6 * timed(pair.ours, block)[1] / size**3)
    for name, row in each.items():
        print(f"{name:27} " + "".join(f"{value:8.3f}" for value in row))
    draw(sizes, each)


def draw(sizes: Sequence[int], each: dict[str, list[float]]) -> None:
    """A line for each descriptor, named at its end."""
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
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
    axes.set_xlim(sizes[0] - 10, sizes[-1] + 0.7 * (sizes[-1] - sizes[0]))
    axes.spines[["top", "right"]].set_visible(False)
    CHART.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHART, dpi=150)
    print(f"drawn in {CHART}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="voxels along an edge beside the peers")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 150, 200], help="of the series")
    options = parser.parse_args()
    beside_peers(options.size)
    single_places(8.0)
    if options.sizes:
        by_size(options.sizes)


if __name__ == "__main__":
    main()
