"""A simulated specimen: what the instrument would have shown, and what is really there."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tifffile
from scipy.fft import next_fast_len

from porescope.errors import InputError
from porescope.progress import progress
from porescope.simulate.conductivity import Conduction, effective_conductivity
from porescope.simulate.instrument import (
    Instrument,
    brightness,
    curtains,
    expose,
    illumination,
    shift_slice,
    stage_drift,
)
from porescope.simulate.packing import PackingOptions, pack, voxelise
from porescope.simulate.recipe import Kinetics, Recipe, Stack, check_recipe
from porescope.simulate.signal import DARK_PORE, METAL, SHINE_THROUGH, Beam, classify, depth_slices, noise_free_signal
from porescope.simulate.sintering import sinter
from porescope.volume import Spacing, write_volume

log = logging.getLogger(__name__)

MARGIN_PX = 4
"""Pixels kept beyond the reach of the drift: as far as the spline of a shifted slice looks."""


@dataclass(frozen=True)
class Settings:
    """All settings of the stage but the recipe."""

    stack: Stack
    packing: PackingOptions
    kinetics: Kinetics
    beam: Beam
    instrument: Instrument
    property_noise: float

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> "Settings":
        """From config ``simulate``, with or without its materials."""
        return cls(
            stack=Stack(**section["stack"]),
            packing=PackingOptions(**section["packing"]),
            kinetics=Kinetics(**section["sintering"]),
            beam=Beam(**section["beam"]),
            instrument=Instrument(**section["instrument"]),
            property_noise=section["property"]["noise"],
        )


@dataclass(frozen=True)
class Structure:
    """Metal in a periodic box that is larger than what is imaged.

    Attributes
    ----------
    metal : (nz, ny, nx) float32 array
        Partial volume of metal; above 0.5 is metal.
    region : slices (z, y, x)
        The part that is imaged: slices from the first one, a margin around it in y and x.
    """

    metal: np.ndarray
    region: tuple[slice, slice, slice]


def simulate_specimen(
    sample: str,
    material: str,
    temperature_C: float,
    recipe: Recipe,
    settings: Settings,
    solid_property: Mapping[str, Any],
    seed: int,
    slices: Sequence[str],
    truth: str,
    drift: str,
    info: str,
) -> None:
    """Make a specimen, image it and write both.

    Parameters
    ----------
    sample, material : str
    temperature_C : float
    recipe : Recipe
        Of the material.
    settings : Settings
    solid_property : mapping
        ``name``, ``unit`` and ``solid``, the value of the pore-free metal (config ``property``).
    seed : int
        Same seed, same files.
    slices : sequence of path
        One TIFF each.
    truth, drift, info : path
        Outputs: classes (OME-Zarr, frame of the specimen without drift), shifts (CSV), recipe and property (JSON).

    Raises
    ------
    InputError
        The recipe cannot be made, or the property of the pore-free metal is unknown.
    """
    if solid_property["solid"] is None:
        raise InputError("config: property/solid is null, expected a number: simulated specimens need it")
    check_recipe(recipe, settings.kinetics, temperature_C, settings.stack, f"material '{material}'")
    spacing = settings.stack.spacing
    structure_rng, image_rng, property_rng = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3))
    structure = build_structure(recipe, settings, temperature_C, structure_rng)
    signal = noise_free_signal(structure.metal, settings.stack.slices, spacing, settings.beam)
    metal = structure.metal[structure.region]
    classes, threshold = classify(metal, signal[structure.region])
    write_volume(truth, classes, spacing, "labels")
    shifts = stage_drift(settings.stack.slices, spacing, settings.instrument, image_rng)
    _write_drift(drift, shifts)
    write_slices(slices, signal, structure.region, shifts, settings, image_rng)
    conduction = effective_conductivity(metal > 0.5, spacing)
    record = {
        "sample": sample,
        "material": material,
        "temperature_C": temperature_C,
        "recipe": asdict(recipe),
        "spacing_um": list(spacing),
        "shape": list(metal.shape),
        "true_relative_density": float(np.mean(classes == METAL)),
        "shine_through_share_of_pores": _share(classes, SHINE_THROUGH),
        "perfect_threshold": threshold,
        "seed": seed,
        **measure_property(conduction, solid_property, settings.property_noise, property_rng),
    }
    Path(info).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    log.info("density %.3f, shine-through %.3f of the pores", record["true_relative_density"], _share(classes, 2))


def build_structure(recipe: Recipe, settings: Settings, temperature_C: float, rng: np.random.Generator) -> Structure:
    """Pack and sinter a box that holds the stack, the depth that its pores show and the reach of the drift.

    Returns
    -------
    Structure
        Its imaged region has the density of the recipe at the temperature, exactly to a voxel.
    """
    stack, spacing = settings.stack, settings.stack.spacing
    reach = settings.instrument.drift_reach_um
    margin_y, margin_x = (int(np.ceil(reach / edge)) + MARGIN_PX for edge in (spacing.y, spacing.x))
    wanted = (
        stack.slices + depth_slices(settings.beam, spacing),
        stack.height_px + 2 * margin_y,
        stack.width_px + 2 * margin_x,
    )
    shape = tuple(next_fast_len(n, real=True) for n in wanted)
    region = (
        slice(0, stack.slices),
        slice(margin_y, margin_y + stack.height_px),
        slice(margin_x, margin_x + stack.width_px),
    )
    box_um = spacing.extent(shape)
    green = voxelise(pack(recipe.modes, recipe.green_density, box_um, settings.packing, rng), shape, spacing)
    density, coarsening = recipe.state(settings.kinetics, temperature_C)
    metal = sinter(green, spacing, coarsening, density, settings.kinetics.step_um, region)
    return Structure(metal, region)


def write_slices(
    paths: Sequence[str],
    signal: np.ndarray,
    region: tuple[slice, slice, slice],
    shifts: np.ndarray,
    settings: Settings,
    rng: np.random.Generator,
) -> None:
    """Image every slice and write it as the instrument would: 8-bit TIFF with the voxel size in its header.

    Parameters
    ----------
    paths : sequence of path
        One a slice.
    signal : (nz, ny, nx) array
        Noise-free signal of the slices, with margins in y and x.
    region : slices (z, y, x)
        What the image of a slice without drift shows.
    shifts : (nz, 2) array
        Drift (y, x) in pixels.
    settings : Settings
    rng : Generator
    """
    spacing, instrument = settings.stack.spacing, settings.instrument
    stripes = curtains((signal.shape[0], signal.shape[2]), spacing, instrument, rng)
    levels = brightness(signal.shape[0], spacing, instrument, rng)
    light = illumination((settings.stack.height_px, settings.stack.width_px), instrument)
    for index, path in enumerate(progress(paths, len(paths), "slices")):
        content = shift_slice(signal[index] * stripes[index], shifts[index])
        image = expose(content[region[1:]] * light * levels[index], instrument, rng)
        _write_slice(path, image, spacing)


def measure_property(
    conduction: Conduction, solid_property: Mapping[str, Any], noise: float, rng: np.random.Generator
) -> dict[str, Any]:
    """The property as a laboratory would report it: with noise, and its standard deviation.

    Parameters
    ----------
    conduction : Conduction
    solid_property : mapping
        ``name``, ``unit``, ``solid``.
    noise : float
        Standard deviation of the measurement relative to the true value.
    rng : Generator
    """
    true = conduction.relative * solid_property["solid"]
    return {
        "property_name": solid_property["name"],
        "property_unit": solid_property["unit"],
        "property": true * (1 + noise * float(rng.standard_normal())),
        "property_sd": true * noise,
        "property_without_noise": true,
        "property_converged": conduction.converged,
    }


def _write_slice(path: str, image: np.ndarray, spacing: Spacing) -> None:
    tifffile.imwrite(
        path,
        image,
        imagej=True,
        resolution=(1 / spacing.x, 1 / spacing.y),
        metadata={"unit": "um", "spacing": spacing.z},
    )


def _write_drift(path: str, shifts: np.ndarray) -> None:
    table = pd.DataFrame({"slice": np.arange(len(shifts)), "shift_y_px": shifts[:, 0], "shift_x_px": shifts[:, 1]})
    table.to_csv(path, index=False, float_format="%.4f")


def _share(classes: np.ndarray, of: int) -> float:
    """Share of the pore voxels that belong to a class; NaN without pores."""
    pores = int(np.count_nonzero(classes >= DARK_PORE))
    return float(np.count_nonzero(classes == of)) / pores if pores else float("nan")
