"""Stacks of random structures under random instruments, far beyond any one campaign: data to train segmenters on."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import ndimage

from porescope.progress import progress
from porescope.simulate.instrument import Instrument, drift_margins, milled_faces, shift_slice
from porescope.simulate.random_structures import STRUCTURES
from porescope.simulate.signal import Beam, depth_planes, face_at, noise_free_signal
from porescope.simulate.slices import Imaging
from porescope.simulate.truth import DARK_PORE, METAL, SHINE_THROUGH, classify, perfect_threshold
from porescope.volume import Spacing

Range = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Ranges:
    """Between which limits everything is drawn; positive ranges evenly in the logarithm, others evenly.

    Attributes
    ----------
    slices, edge_px : int
        Size of a stack.
    structures : sequence of str
        Names in random_structures.STRUCTURES, each as likely as the others.
    pixel_nm : (float, float)
        Edge of a pixel along y and x.
    slice_thickness_px : (float, float)
        Distance between slices in pixels.
    relative_density : (float, float)
    feature_px : (float, float)
        Typical radius of particles or pores in pixels, along y and x.
    flattening : (float, float)
        That radius relative to the one along z: above 1, pores are flat and show a back wall parallel to the face.
    blur_px : (float, float)
        Standard deviation of a Gaussian over the partial volumes: how gradually metal gives way to pore, beyond the one
        voxel in which all structures do.
    beam, instrument : dict
        Range of each setting of Beam and Instrument; lengths end in ``_px`` in place of ``_um``.
    """

    slices: int
    edge_px: int
    structures: Sequence[str]
    pixel_nm: Range
    slice_thickness_px: Range
    relative_density: Range
    feature_px: Range
    flattening: Range
    blur_px: Range
    beam: Mapping[str, Range]
    instrument: Mapping[str, Range]


class RandomStack(NamedTuple):
    """A stack with its truth.

    Attributes
    ----------
    images : (n, edge, edge) uint8 array
    classes : (n, edge, edge) uint8 array
        0 metal, 1 dark pore, 2 shine-through, moved as the images have drifted.
    settings : dict
        What was drawn, and the shares of metal and of shine-through.
    """

    images: np.ndarray
    classes: np.ndarray
    settings: dict[str, Any]


def random_stack(ranges: Ranges, seed: np.random.SeedSequence) -> RandomStack:
    """Draw a structure and an instrument, and image the one with the other.

    Parameters
    ----------
    ranges : Ranges
    seed : SeedSequence
        Same seed, same stack.
    """
    draw_seed, structure_seed, image_seed, blur_seed = seed.spawn(4)
    rng = np.random.default_rng(draw_seed)
    pixel_um = draw(ranges.pixel_nm, rng) / 1000
    spacing = Spacing(draw(ranges.slice_thickness_px, rng) * pixel_um, pixel_um, pixel_um)
    kind = str(rng.choice(list(ranges.structures)))
    density, feature_um = draw(ranges.relative_density, rng), draw(ranges.feature_px, rng) * pixel_um
    beam = Beam(**draw_settings(ranges.beam, pixel_um, rng))
    instrument = Instrument(bits=8, **draw_settings(ranges.instrument, pixel_um, rng))
    margin, _ = drift_margins(spacing, instrument)  # pixels are square
    edge = ranges.edge_px + 2 * margin
    shape = (ranges.slices + depth_planes(beam, spacing) + 1, edge, edge)
    stretch = draw(ranges.flattening, rng)
    stretched = Spacing(spacing.z * stretch, spacing.y, spacing.x)  # isotropic there, flattened along z as imaged
    metal = STRUCTURES[kind](shape, stretched, density, feature_um, np.random.default_rng(structure_seed))
    blur_um = draw(ranges.blur_px, np.random.default_rng(blur_seed)) * pixel_um
    if blur_um:
        metal = ndimage.gaussian_filter(metal, [blur_um / length for length in spacing], mode="wrap")
    faces = milled_faces(ranges.slices, instrument, rng)
    signal = noise_free_signal(metal, faces, spacing, beam)
    part = slice(margin, margin + ranges.edge_px)
    imaging = Imaging(signal, (part, part), spacing, instrument, image_seed)
    threshold = perfect_threshold(signal)
    moved = [
        classify(shift_slice(face_at(metal, z), shift), shift_slice(s, shift), threshold)
        for z, s, shift in zip(faces, signal, imaging.shifts, strict=True)
    ]
    truth = np.stack(moved)[:, part, part]
    counts = np.bincount(truth.ravel(), minlength=SHINE_THROUGH + 1)
    settings = {
        "structure": kind,
        "relative_density": counts[METAL] / counts.sum(),
        "shine_through_share_of_pores": counts[SHINE_THROUGH] / max(counts[DARK_PORE:].sum(), 1),
        "feature_um": feature_um,
        "flattening": stretch,
        "blur_um": blur_um,
        **{f"voxel_{axis}_nm": 1000 * length for axis, length in zip("zyx", spacing, strict=True)},
        **dataclasses.asdict(beam),
        **dataclasses.asdict(instrument),
    }
    return RandomStack(np.stack([imaging.image(z) for z in range(ranges.slices)]), truth, settings)


def draw(limits: Range, rng: np.random.Generator) -> float:
    """A number between two limits: evenly in its logarithm where both are positive, else evenly."""
    low, high = limits
    if low > 0:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(rng.uniform(low, high))


def draw_settings(ranges: Mapping[str, Range], pixel_um: float, rng: np.random.Generator) -> dict[str, float]:
    """Settings by name; those whose range is in pixels come out in um.

    ``bandwidth_px`` and ``electrons_per_px`` are no lengths on the specimen and keep their names.
    """
    drawn = {}
    for name, limits in ranges.items():
        value = draw(limits, rng)
        if name.endswith("_px") and name not in ("bandwidth_px", "electrons_per_px"):
            drawn[name.removesuffix("_px") + "_um"] = value * pixel_um
        else:
            drawn[name] = value
    return drawn


def write_random_stacks(ranges: Ranges, count: int, seed: int, arrays: str | Path, table: str | Path) -> None:
    """Draw stacks and write them.

    Parameters
    ----------
    ranges : Ranges
    count : int
    seed : int
        Stack k is the same whatever the count.
    arrays : path
        npz with images and classes (count, slices, edge, edge).
    table : path
        CSV of the settings, a row a stack.
    """
    seeds = np.random.SeedSequence(seed).spawn(count)
    stacks = [random_stack(ranges, one) for one in progress(seeds, count, "random stacks")]
    np.savez_compressed(
        arrays, images=np.stack([s.images for s in stacks]), classes=np.stack([s.classes for s in stacks])
    )
    pd.DataFrame([s.settings for s in stacks]).to_csv(table, index_label="stack", float_format="%.5g")
