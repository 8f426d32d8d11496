"""Generated volumes against real ones, by the estimators of stage describe.

One specimen holds a few VOIs, which differ: by a quarter of tortuosity less 1 in a loosely packed metal. What a
generator does wrong shows over all temperatures of a material, where many VOIs stand on both sides.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from skimage.transform import resize

from porescope.describe.boxes import cut_block, voi_grid
from porescope.describe.by_conduction import columns as conduction
from porescope.describe.correlation import two_point
from porescope.describe.field import Block, crop, field_from, smooth_spectrum
from porescope.describe.geodesic import tortuosities
from porescope.describe.percolation import percolation
from porescope.describe.surface import specific_surface
from porescope.generate.conditions import Condition, parse_condition
from porescope.progress import progress
from porescope.volume import Spacing, Volume, read_volume


class Measure(NamedTuple):
    """How a descriptor of volumes is compared.

    Attributes
    ----------
    unit : str
    relative : bool
        Whether the difference is divided by the real value.
    tolerance : float
        What the difference should not exceed; NaN where nothing is asked for.
    whole : bool
        Whether it is of a whole volume or mask, not of a VOI.
    """

    unit: str
    relative: bool
    tolerance: float
    whole: bool = False


MEASURES = {
    "volume_relative_density": Measure("", False, 0.02, whole=True),
    "relative_density": Measure("", False, math.nan),
    "specific_surface_per_um": Measure("1/um", True, 0.10),
    "tortuosity_minus_1": Measure("", True, 0.20),
    "percolating_fraction": Measure("", False, 0.02),
    "pore_percolating_fraction": Measure("", False, 0.10),
    "effective_conductivity": Measure("", True, math.nan),
    "correlation_length_um": Measure("um", True, math.nan),
}
"""What is compared; the conductivity is relative to the metal's.

A volume has the density that it is told, its VOIs have others by chance; other descriptors depend on the field or the
walls of a VOI.
"""


GENERATED, REAL = "generated", "real"
"""Origins of the VOIs."""


def describe_volumes(
    volumes: Mapping[str, str | Path],
    masks: Mapping[str, Sequence[str | Path]],
    voi_um: float,
    smoothing_px: float,
    blocks: str | Path,
) -> pd.DataFrame:
    """Describe each generated volume and the masks of its condition.

    Both are cut into the VOIs of stage describe, so that field and wall effects are the same on both sides: tortuosity
    depends on the edge of a VOI. The mask is resampled to the voxels of the volume first, averaged and cut at one half
    as the sections of training were, since a coarser voxel hides surface on both sides alike.

    Parameters
    ----------
    volumes : mapping
        OME-Zarr of each condition, by its name.
    masks : mapping
        OME-Zarr of all specimens of a condition, by its name.
    voi_um : float
        Edge of a VOI in um; that of the volume where it is smaller.
    smoothing_px : float
        As in stage describe.
    blocks : path
        NPZ to write, for a picture of the coldest and the hottest condition of each material: the smooth field of one
        VOI on each side as int8, positive in the metal, ``{condition}__generated`` and ``{condition}__real``, and
        voxel_um.

    Returns
    -------
    table
        One row per VOI: condition, material, temperature_C, origin (GENERATED or REAL), volume (which mask of the
        condition, from 0), voi (in it, from 0), voi_um, voxel_um and MEASURES, in their units. No row is REAL where no
        VOI fits into a mask.
    """
    rows: list[dict[str, object]] = []
    pictured = ends(volumes)
    pictures = {}
    voxel_um = math.nan
    for name in progress(volumes, len(volumes), "volumes"):
        condition = parse_condition(name)
        volume = read_volume(volumes[name])
        voxel_um = volume.spacing.x
        edge_um = min(voi_um, *volume.spacing.extent(volume.shape))
        made = Volume(np.asarray(volume.array[:]) == 0, volume.spacing)
        identity = {"condition": name, "material": condition.material, "temperature_C": condition.temperature_C}
        sizes = {"voi_um": edge_um, "voxel_um": voxel_um}
        for origin, side in ((GENERATED, [made]), (REAL, [resampled(mask, voxel_um) for mask in masks[name]])):
            for number, whole in enumerate(side):
                density = {"volume_relative_density": float(np.mean(whole.array))}
                for place, block in enumerate(vois(whole, edge_um)):
                    if name in pictured and (shown := f"{name}__{origin}") not in pictures:
                        pictures[shown] = picture(block, smoothing_px)
                    where = {"origin": origin, "volume": number, "voi": place}
                    rows.append(identity | where | sizes | density | described(block, smoothing_px))
    np.savez_compressed(blocks, voxel_um=voxel_um, **pictures)  # type: ignore[arg-type]
    return pd.DataFrame(rows)


def score_volumes(measured: pd.DataFrame) -> pd.DataFrame:
    """Compare the VOIs of generated volumes with the real ones of the same material, over its temperatures.

    Parameters
    ----------
    measured : table
        From describe_volumes.

    Returns
    -------
    table
        One row per material and descriptor: material, descriptor, unit, voi_um, voxel_um, n_conditions (those with VOIs
        on both sides; no other counts), n_generated and n_real (VOIs, or volumes where ``whole``), generated and real
        (means over conditions of the means over these), generated_se and real_se (their standard errors, from the
        scatter within conditions; NaN where none has two), deviation (generated - real, divided by real where
        ``relative``),
        mean_absolute_deviation (over conditions, of each one's magnitude, the scatter of its few VOIs included: it
        shows what has cancelled in the former), relative, tolerance of the deviation (NaN: nothing is asked for),
        within (empty then). Values are NaN where no condition counts.
    """
    rows = []
    for material, own in measured.groupby("material", sort=False):
        sizes = {name: own[name].iloc[0] for name in ("voi_um", "voxel_um")}
        shared = [both for _, both in own.groupby("condition") if both["origin"].nunique() > 1]
        rows += [
            {"material": material, "descriptor": name, "unit": measure.unit} | sizes | compared(shared, name, measure)
            for name, measure in MEASURES.items()
        ]
    return pd.DataFrame(rows)


def ends(conditions: Iterable[str]) -> list[str]:
    """The coldest and the hottest condition of each material."""
    own: dict[str, list[Condition]] = {}
    for condition in map(parse_condition, conditions):
        own.setdefault(condition.material, []).append(condition)
    warmth = attrgetter("temperature_C")
    return list(dict.fromkeys(end(known, key=warmth).name for known in own.values() for end in (min, max)))


def resampled(mask: str | Path, voxel_um: float) -> Volume:
    """The metal (True) of a mask on cubic voxels of another size."""
    volume = read_volume(mask)
    solid = np.asarray(volume.array[:]) == 0
    shape = tuple(max(1, round(edge / voxel_um)) for edge in volume.spacing.extent(volume.shape))
    if shape != solid.shape:
        finer = max(solid.shape) > max(shape)
        solid = resize(solid.astype(np.float32), shape, order=1, anti_aliasing=finer) >= 0.5
    return Volume(solid, Spacing(voxel_um, voxel_um, voxel_um))


def vois(volume: Volume, voi_um: float) -> list[Block]:
    """Blocks of all VOIs of a volume whose values are True in the metal."""
    boxes = voi_grid(volume.shape, volume.spacing, voi_um)
    return [cut_block(volume, box, lambda solid: solid) for box in boxes]


def described(block: Block, smoothing_px: float) -> dict[str, float]:
    """MEASURES of one VOI, not those of the whole; infinite or NaN where a phase does not percolate or is not there."""
    solid = block.interior
    ways = [result.tortuosity for _, result in tortuosities(smooth_field(block, smoothing_px), block.spacing)]
    return {
        "relative_density": float(solid.mean()),
        "specific_surface_per_um": specific_surface(block),
        "tortuosity_minus_1": float(np.mean(ways)) - 1,
        "percolating_fraction": percolation(solid).percolating_fraction,
        "pore_percolating_fraction": percolation(~solid).percolating_fraction,
        "effective_conductivity": conduction(solid, block.spacing, True).get("effective_conductivity", math.nan),
        "correlation_length_um": two_point(solid, block.spacing).correlation_length_um,
    }


def smooth_field(block: Block, smoothing_px: float) -> np.ndarray:
    """Smooth field of a VOI, positive in the metal."""
    spectrum = smooth_spectrum(block.solid, block.spacing, smoothing_px)
    return crop(field_from(spectrum, block.solid.shape), block.shape)


def picture(block: Block, smoothing_px: float) -> np.ndarray:
    """The smooth field in steps of 1 / 127 of its largest magnitude."""
    field = smooth_field(block, smoothing_px)
    return np.rint(field / max(float(np.abs(field).max()), 1e-9) * 127).astype(np.int8)


def compared(conditions: Sequence[pd.DataFrame], name: str, measure: Measure) -> dict[str, object]:
    """Columns of score_volumes that follow from the VOIs of all conditions of a material."""
    sides = {o: [_values(both[both["origin"] == o], name, measure) for both in conditions] for o in (GENERATED, REAL)}
    made, real = (np.array([values.mean() for values in side]) for side in sides.values())
    each = _deviation(made, real, measure)
    generated, mean = (float(side.mean()) if len(side) else math.nan for side in (made, real))
    deviation = float(_deviation(generated, mean, measure))
    return {
        "n_conditions": len(conditions),
        "n_generated": sum(map(len, sides[GENERATED])),
        "n_real": sum(map(len, sides[REAL])),
        "generated": generated,
        "generated_se": _standard_error(sides[GENERATED]),
        "real": mean,
        "real_se": _standard_error(sides[REAL]),
        "deviation": deviation,
        "mean_absolute_deviation": float(np.abs(each).mean()) if len(each) else math.nan,
        "relative": measure.relative,
        "tolerance": measure.tolerance,
        "within": None if math.isnan(measure.tolerance) else bool(abs(deviation) <= measure.tolerance),
    }


def _values(vois: pd.DataFrame, name: str, measure: Measure) -> pd.Series:
    """One a VOI, or one a volume."""
    return (vois.drop_duplicates("volume") if measure.whole else vois)[name]


def _deviation(generated: Any, real: Any, measure: Measure) -> Any:
    """Numbers or arrays."""
    return (generated - real) / (real if measure.relative else 1.0)


def _standard_error(conditions: Sequence[pd.Series]) -> float:
    """Of the mean over conditions of the means over VOIs; all conditions share one scatter."""
    free = sum(len(values) - 1 for values in conditions)
    if not free:
        return math.nan
    variance = sum(float(np.square(values - values.mean()).sum()) for values in conditions) / free
    return math.sqrt(variance * sum(1 / len(values) for values in conditions)) / len(conditions)
