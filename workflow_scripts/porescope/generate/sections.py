"""Square binary sections cut from masks: the real data of the generators."""

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from skimage.transform import resize

from porescope.errors import InputError
from porescope.generate.conditions import Condition
from porescope.progress import progress
from porescope.volume import SLAB, Spacing, read_volume

log = logging.getLogger(__name__)

AXES = {"z": 0, "y": 1, "x": 2}
"""Directions in which a stack can be cut: the axis along the normal of a section."""

TRAIN, HELD_OUT = "train", "held_out"

KEYS = "config keys 'generate/sections' and, for thick ones, 'generate/volumes'"
"""Where the size and the number of sections stand, for messages."""


@dataclass(frozen=True)
class CutOptions:
    """What is cut from a mask.

    Attributes
    ----------
    field_um : float
        Edge of a section in um.
    field_px : int
        Edge of a section in pixels.
    directions : sequence of 'z', 'y', 'x'
        Normals of the sections.
    per_condition : mapping
        Number of sections of a condition, for 'train', 'held_out' or both.
    held_out : HeldOut
        Which part of a stack the networks never see.
    depth_px : int
        Layers of a section, a pixel apart along its normal: 1 for flat sections, more for thick ones.
    """

    field_um: float
    field_px: int
    directions: Sequence[str]
    per_condition: Mapping[str, int]
    held_out: "HeldOut"
    depth_px: int = 1

    @property
    def pixel_um(self) -> float:
        """Edge of a pixel in um."""
        return self.field_um / self.field_px

    @property
    def size(self) -> str:
        """Size of a section, for messages."""
        return f"{self.field_um:g} um" + (f" and {self.depth_px} layers" if self.depth_px > 1 else "")

    def extent(self, direction: str, spacing: Spacing) -> tuple[int, int, int]:
        """Voxels (z, y, x) of a mask that a section with this normal takes."""
        z, y, x = (field_voxels(self.field_um, h) for h in spacing)
        thickness = 1
        if self.depth_px > 1:
            thickness = math.ceil(self.depth_px * self.pixel_um / spacing[AXES[direction]] - 1e-9)
        return {"z": (thickness, y, x), "y": (z, thickness, x), "x": (z, y, thickness)}[direction]


class HeldOut(NamedTuple):
    """Slabs of a stack that are kept for scoring.

    Attributes
    ----------
    slabs : int
        Number of slabs, evenly spread along z.
    share : float
        Share of the slices in them.
    gap_um : float
        Thickness in um that is dropped on both faces of each, so that no training section is a neighbour.
    """

    slabs: int
    share: float
    gap_um: float


@dataclass(frozen=True)
class Sections:
    """Sections with their origin.

    Attributes
    ----------
    solid : (n, px, px) or (n, depth, px, px) uint8 array
        1 where solid; thick sections have an axis for their layers.
    material : (n,) str array
    temperature_C : (n,) float array
    split : (n,) str array
        'train' or 'held_out'.
    sample : (n,) str array
    pixel_um : float
        Edge of a pixel in um.
    """

    solid: np.ndarray
    material: np.ndarray
    temperature_C: np.ndarray
    split: np.ndarray
    sample: np.ndarray
    pixel_um: float

    @property
    def conditions(self) -> list[Condition]:
        """Condition of each section."""
        return [Condition(str(m), float(t)) for m, t in zip(self.material, self.temperature_C, strict=True)]

    @property
    def by_condition(self) -> dict[Condition, np.ndarray]:
        """The sections (n, ...) of each condition, in the order in which conditions come."""
        conditions = self.conditions
        return {known: self.solid[[c == known for c in conditions]] for known in dict.fromkeys(conditions)}

    def part(self, split: str) -> "Sections":
        """The sections of one split."""
        return self._chosen(self.split == split)

    def without(self, temperatures_C: Sequence[float]) -> "Sections":
        """The sections of all other temperatures."""
        return self._chosen(~np.isin(self.temperature_C, temperatures_C))

    def _chosen(self, rows: np.ndarray) -> "Sections":
        return Sections(
            self.solid[rows],
            self.material[rows],
            self.temperature_C[rows],
            self.split[rows],
            self.sample[rows],
            self.pixel_um,
        )

    def save(self, path: str | Path) -> None:
        """Write the sections as .npz."""
        np.savez_compressed(
            path,
            solid=self.solid,
            material=self.material,
            temperature_C=self.temperature_C,
            split=self.split,
            sample=self.sample,
            pixel_um=self.pixel_um,
        )

    @classmethod
    def load(cls, path: str | Path) -> "Sections":
        """Read what save() wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                stored["solid"],
                stored["material"],
                stored["temperature_C"],
                stored["split"],
                stored["sample"],
                float(stored["pixel_um"]),
            )


def cut_sections(masks: Mapping[str, str], conditions: Mapping[str, Condition], options: CutOptions) -> Sections:
    """Cut the same number of sections for every condition.

    Parameters
    ----------
    masks : mapping
        Path of the mask of each specimen; label 0 is solid.
    conditions : mapping
        Condition of each specimen; specimens of one condition share its number of sections.
    options : CutOptions

    Raises
    ------
    InputError
        There is no mask, a section is larger than a mask, or too few fit for a condition.
    """
    if not masks:
        raise InputError("sample sheet: no material has three temperatures, expected one to generate sections along")
    members: dict[Condition, list[str]] = {}
    for sample in masks:
        members.setdefault(conditions[sample], []).append(sample)
    cut = _Cutter(masks, options)
    solid, rows = [], []
    for condition, samples in progress(members.items(), len(members), "conditions"):
        for split, wanted in options.per_condition.items():
            found = [(sample, *place) for sample in samples for place in places(masks[sample], split, options)]
            if len(found) < wanted:
                raise InputError(
                    f"condition '{condition.name}': {len(found)} sections of {options.size} fit into the '{split}' "
                    f"part of its masks, expected at least {wanted} ({KEYS})"
                )
            for index in evenly(len(found), wanted):
                sample, direction, corner = found[index]
                solid.append(cut(sample, direction, corner))
                rows.append((condition.material, condition.temperature_C, split, sample))
    material, temperature, split_of, sample_of = zip(*rows, strict=True)
    return Sections(
        np.stack(solid),
        np.array(material),
        np.array(temperature, dtype=np.float64),
        np.array(split_of),
        np.array(sample_of),
        options.pixel_um,
    )


def places(mask: str, split: str, options: CutOptions) -> list[tuple[str, tuple[int, int, int]]]:
    """Directions and first voxels (z, y, x) of all sections that tile one split of a mask.

    Sections start on every voxel along their normal; within a layer neighbours overlap by half, or by a little more
    where the layer is no multiple of the field.

    Raises
    ------
    InputError
        In no direction is there room for a section.
    """
    volume = read_volume(mask)
    found = []
    slabs = split_slabs(volume.shape[0], volume.spacing.z, options.held_out, mask)[split]
    for slab in slabs:
        shape = (slab.stop - slab.start, *volume.shape[1:])
        for direction in options.directions:
            tiles = list(tile(shape, options.extent(direction, volume.spacing), direction))
            found += [(direction, (z + slab.start, y, x)) for z, y, x in tiles]
    if not found:
        extent = " x ".join(f"{edge:.3g}" for edge in volume.spacing.extent(volume.shape))
        raise InputError(
            f"{mask}: a section of {options.size} does not fit into the '{split}' part of the mask of {extent} um "
            f"(z, y, x), expected a smaller one ({KEYS})"
        )
    return found


def split_slabs(n_slices: int, spacing_z_um: float, held_out: HeldOut, source: str) -> dict[str, list[slice]]:
    """Ranges of slices for training and, between them, for scoring.

    A stack too thin for slabs, gaps and at least as many slices to train on gives all its slices to both; a warning
    says so.

    Parameters
    ----------
    n_slices : int
        Depth of the stack.
    spacing_z_um : float
        Distance of slices in um.
    held_out : HeldOut
    source : str
        Name of the stack for the warning.
    """
    thickness = round(n_slices * held_out.share / held_out.slabs)
    gap = math.ceil(held_out.gap_um / spacing_z_um - 1e-9)
    left = n_slices - held_out.slabs * (thickness + 2 * gap)
    if thickness < 1 or left < max(held_out.slabs * thickness, held_out.slabs + 1):
        log.warning(
            "%s: %d slices are too few to hold some out; scores use sections seen in training", source, n_slices
        )
        return {TRAIN: [slice(0, n_slices)], HELD_OUT: [slice(0, n_slices)]}
    train, kept = [], []
    start = 0
    for index in range(held_out.slabs + 1):
        stop = start + left * (index + 1) // (held_out.slabs + 1) - left * index // (held_out.slabs + 1)
        train.append(slice(start, stop))
        if index < held_out.slabs:
            kept.append(slice(stop + gap, stop + gap + thickness))
        start = stop + thickness + 2 * gap
    return {TRAIN: train, HELD_OUT: kept}


def tile(shape: Sequence[int], extent: Sequence[int], direction: str) -> Iterator[tuple[int, int, int]]:
    """First voxels (z, y, x) of the sections of an extent that cover a block; none if it is too small for one."""
    starts = []
    for axis, (length, edge) in enumerate(zip(shape, extent, strict=True)):
        room = length - edge
        if room < 0:
            return
        count = room + 1 if axis == AXES[direction] else math.ceil(2 * length / edge) - 1
        starts.append(np.unique(np.linspace(0, room, count).round().astype(int)).tolist())
    for z in starts[0]:
        for y in starts[1]:
            for x in starts[2]:
                yield z, y, x


def field_voxels(field_um: float, spacing_um: float) -> int:
    """Voxels along the edge of a section; at least one."""
    return max(1, round(field_um / spacing_um))


def evenly(available: int, wanted: int) -> list[int]:
    """Indices of ``wanted`` items spread evenly over ``available`` ones."""
    return [(2 * index + 1) * available // (2 * wanted) for index in range(wanted)]


class _Cutter:
    """Cuts sections; the slices that the last one lay in are kept, since the next one mostly lies there too."""

    def __init__(self, masks: Mapping[str, str], options: CutOptions) -> None:
        self._masks = masks
        self._options = options
        self._kept: tuple[str, int, int] = ("", 0, 0)

    def __call__(self, sample: str, direction: str, corner: tuple[int, int, int]) -> np.ndarray:
        z, y, x = corner
        if sample != self._kept[0]:
            self._volume = read_volume(self._masks[sample])
        spacing = self._volume.spacing
        depth = self._options.extent(direction, spacing)[0]
        first, last = z, z + depth
        if depth == 1:
            first, last = z - z % SLAB, z - z % SLAB + SLAB
        if (sample, first, last) != self._kept:
            self._block = np.asarray(self._volume.array[first:last])
            self._kept = (sample, first, last)
        return section(self._block, spacing, direction, (z - first, y, x), self._options)


def section(
    labels: np.ndarray, spacing: Spacing, direction: str, corner: Iterable[int], options: CutOptions
) -> np.ndarray:
    """One section.

    Parameters
    ----------
    labels : (nz, ny, nx) array
        0 is solid.
    spacing : Spacing
        Voxel edges in um.
    direction : 'z', 'y' or 'x'
        Normal of the section.
    corner : (z, y, x)
        First voxel.
    options : CutOptions

    Returns
    -------
    (px, px) or (depth, px, px) uint8 array
        1 where solid; axes in the order (z, y, x), that of the normal first or, of flat sections, left out. Where the
        voxels are no pixels of this size, the mask is averaged or interpolated linearly and cut at one half.
    """
    box = tuple(
        slice(start, start + edge) for start, edge in zip(corner, options.extent(direction, spacing), strict=True)
    )
    solid = np.moveaxis(np.asarray(labels[box]), AXES[direction], 0) == 0
    shape = (options.depth_px, options.field_px, options.field_px)
    if solid.shape != shape:
        step = spacing[AXES[direction]] / options.pixel_um
        shares = _layers(solid.astype(np.float32), step, options.depth_px)
        finer = max(solid.shape[1:]) > options.field_px
        solid = resize(shares, shape, order=1, anti_aliasing=finer) >= 0.5
    cut = solid.astype(np.uint8)
    return cut[0] if options.depth_px == 1 else cut


def _layers(slices: np.ndarray, step: float, depth: int) -> np.ndarray:
    """Layers (depth, ny, nx), one after the other, of slices (n, ny, nx) that are ``step`` layers thick.

    Each is the mean of the slices around its middle, whose weights fall linearly to none at a distance of one layer,
    or of one slice where slices are thicker. A single slice is itself.
    """
    middles = (np.arange(len(slices)) + 0.5) * step
    away = np.abs(np.arange(depth)[:, None] + 0.5 - middles)
    weights = np.maximum(1 - away / max(1.0, step), 0).astype(slices.dtype)
    return np.tensordot(weights / weights.sum(axis=1, keepdims=True), slices, axes=1)
