"""A simulated specimen: what the instrument would have shown, and what is really there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import ndimage

from porescope.progress import progress
from porescope.simulate.example import Example
from porescope.simulate.instrument import drift_margins, milled_faces
from porescope.simulate.property import measure_property
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.signal import depth_planes, face_at, noise_free_signal
from porescope.simulate.slices import Imaging, write_slices
from porescope.simulate.structure import Structure, build_structure
from porescope.simulate.truth import FACE, METAL, SHINE_THROUGH, classify, perfect_threshold
from porescope.volume import Spacing, VolumeWriter, slabs

FACES_AT_ONCE = 48
"""Slices whose signal is worked on together: enough that the depth behind them, looked at too, costs little."""

Region = tuple[slice, slice]


@dataclass(frozen=True)
class Outputs:
    """Paths of what a simulation writes; see simulate_specimen."""

    slices: Sequence[str]
    truth: str
    particles: str
    drift: str
    example: str
    info: str


def simulate_specimen(
    identity: Mapping[str, Any],
    recipe: Recipe,
    settings: Settings,
    measurement: Mapping[str, Any],
    solid_property: Mapping[str, Any],
    seed: int,
    threads: int,
    outputs: Outputs,
) -> None:
    """Make a specimen, image it and write both.

    Parameters
    ----------
    identity : mapping
        ``sample``, ``material`` and ``temperature_C``, which the record repeats.
    recipe : Recipe
        Of the material.
    settings : Settings
    measurement : mapping
        ``solve_um``, edge of the cube in the middle of the stack that is solved, None for all of it; ``noise``,
        relative standard deviation of the measurement (config ``simulate.property``).
    solid_property : mapping
        ``name``, ``unit`` and ``solid``, the value of the pore-free metal (config ``property``).
    seed : int
        Same seed, same files.
    threads : int
    outputs : Outputs
        Slices, a TIFF each; classes and particles of the faces (OME-Zarr, in the frame of the specimen without drift);
        drift and thickness of the slices (CSV); one slice in all its stages (npz); recipe and property (JSON).

    Notes
    -----
    The whole stack in memory are the metal and its signal, 4 bytes a voxel each.
    """
    stack, spacing = settings.stack, settings.stack.spacing
    structure_seed, face_seed, image_seed, property_seed = np.random.SeedSequence(seed).spawn(4)
    faces = milled_faces(stack.slices, settings.instrument, np.random.default_rng(face_seed))
    shape, region = box(settings)
    structure = build_structure(
        recipe,
        settings.furnace,
        settings.packing,
        settings.step_um,
        identity["temperature_C"],
        shape,
        spacing,
        np.random.default_rng(structure_seed),
        (slice(0, stack.slices), *region),
    )
    signal = look(structure.metal, faces, spacing, settings)
    threshold = perfect_threshold(signal[:, *region])
    counts = write_truth(outputs, structure, signal, faces, region, threshold)
    imaging = Imaging(signal, region, spacing, settings.instrument, image_seed)
    write_drift(outputs.drift, imaging.shifts, faces * spacing.z)
    write_slices(outputs.slices, imaging, settings.beam, threads)
    example(structure.metal, faces, imaging, threshold).save(outputs.example)
    measured = measure_property(
        *solved_part(structure, stack.cube(measurement["solve_um"]), region),
        spacing,
        recipe.contact.resistance_ohm_m2(identity["temperature_C"], settings.furnace),
        solid_property,
        measurement["noise"],
        np.random.default_rng(property_seed),
    )
    record = {
        **identity,
        "recipe": asdict(recipe),
        "coarsening_um": structure.state.coarsening_um,
        "particles": len(structure.packing.radii_um),
        "spacing_um": list(spacing),
        "shape": list(stack.shape),
        "true_relative_density": float(counts[METAL] / counts.sum()),
        "shine_through_share_of_pores": float(counts[SHINE_THROUGH] / counts[METAL + 1 :].sum()),
        "perfect_threshold": threshold,
        "seed": seed,
        **measured,
    }
    Path(outputs.info).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def solved_part(
    structure: Structure, cube: tuple[slice, slice, slice], region: Region
) -> tuple[np.ndarray, np.ndarray]:
    """Metal and particles of the cube of the imaged part whose conductivity is solved."""
    planes, rows, columns = cube
    metal = structure.metal[:, *region][planes, rows, columns] > 0.5
    return metal, structure.particles(planes)[:, *region][:, rows, columns]


def box(settings: Settings) -> tuple[tuple[int, int, int], Region]:
    """Voxels (z, y, x) of a box that holds the stack, the depth its pores show and the reach of the drift; and the part
    of its sections (y, x) that a slice without drift shows."""
    stack, spacing = settings.stack, settings.stack.spacing
    margin_y, margin_x = drift_margins(spacing, settings.instrument)
    shape = (
        stack.slices + depth_planes(settings.beam, spacing),
        stack.height_px + 2 * margin_y,
        stack.width_px + 2 * margin_x,
    )
    return shape, (slice(margin_y, margin_y + stack.height_px), slice(margin_x, margin_x + stack.width_px))


def look(metal: np.ndarray, faces: np.ndarray, spacing: Spacing, settings: Settings) -> np.ndarray:
    """Noise-free signal of all faces, (n, ny, nx) float32; see signal.noise_free_signal."""
    signal = np.empty((len(faces), *metal.shape[1:]), np.float32)
    groups = list(slabs(len(faces), FACES_AT_ONCE))
    for slab in progress(groups, len(groups), f"groups of {FACES_AT_ONCE} faces"):
        signal[slab] = noise_free_signal(metal, faces[slab], spacing, settings.beam)
    return signal


def write_truth(
    outputs: Outputs, structure: Structure, signal: np.ndarray, faces: np.ndarray, region: Region, threshold: float
) -> np.ndarray:
    """Write classes, partial volumes and particles of all faces; returns the number of pixels of each class."""
    shape = (len(faces), *(part.stop - part.start for part in region))
    counts = np.zeros(SHINE_THROUGH + 1, np.int64)
    with (
        VolumeWriter(outputs.truth, shape, np.uint8, structure.spacing, "labels") as truth,
        VolumeWriter(outputs.truth, shape, np.uint8, structure.spacing, "image", group=FACE) as partial,
        VolumeWriter(outputs.particles, shape, np.uint32, structure.spacing, "labels") as particles,
    ):
        for slab in slabs(len(faces)):
            on_faces = np.stack([face_at(structure.metal, position)[region] for position in faces[slab]])
            classes = classify(on_faces, signal[slab][:, *region], threshold)
            counts += np.bincount(classes.ravel(), minlength=len(counts))
            truth.append(classes)
            partial.append(np.rint(255 * on_faces).astype(np.uint8))
            particles.append(_particles_on(faces[slab], structure, classes == METAL, region))
    return counts


def _particles_on(faces: np.ndarray, structure: Structure, metal: np.ndarray, region: Region) -> np.ndarray:
    """Particle of each metal pixel of some faces: of the plane before the face, or behind it where that has a pore."""
    first = int(np.floor(faces[0]))
    labels = structure.particles(slice(first, int(np.floor(faces[-1])) + 2))[:, *region]
    before = np.floor(faces).astype(int) - first
    return np.where(metal, np.where(labels[before], labels[before], labels[before + 1]), 0)


def example(metal: np.ndarray, faces: np.ndarray, imaging: Imaging, threshold: float) -> Example:
    """The slice in the middle of a stack."""
    middle = len(faces) // 2
    face, signal = face_at(metal, faces[middle])[imaging.region], imaging.signal[middle][imaging.region]
    image = ndimage.shift(imaging.image(middle), np.rint(-imaging.shifts[middle]), order=0, mode="nearest")
    return Example(face, signal, image, classify(face, signal, threshold), imaging.spacing)


def write_drift(path: str | Path, shifts: np.ndarray, faces_um: np.ndarray) -> None:
    """Write what the stage and the ion beam did: drift in pixels, position and thickness of every slice in um.

    The thickness is the distance to the next face; the last slice has none.
    """
    table = pd.DataFrame(
        {
            "slice": np.arange(len(shifts)),
            "shift_y_px": shifts[:, 0],
            "shift_x_px": shifts[:, 1],
            "face_um": faces_um,
            "thickness_um": np.append(np.diff(faces_um), np.nan),
        }
    )
    table.to_csv(path, index=False, float_format="%.4f")
