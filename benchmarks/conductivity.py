"""Effective conductivity beside TauFactor: time and error of both in the same run, on one thread.

Run with `make bench`. Simple cubic arrays of insulating balls have known conductivities, which hold the error of the
voxels too (the same for both solvers). The exact solution on the voxels, which shows the error of the solver alone, is
our own, taken on until the currents through all layers agree to 1e-6; a test compares it with elimination. The sintered
packing is one of the shipped campaign. TauFactor knows no contact resistance.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
import yaml
from taufactor import Solver

from porescope.conduction import conductivity
from porescope.conduction.conductivity import effective_conductivity
from porescope.simulate.contact import Contact, contact_length_um
from porescope.simulate.kinetics import Furnace
from porescope.simulate.packing import PackingOptions
from porescope.simulate.recipe import Recipe, Stack
from porescope.simulate.structure import Structure, build_structure
from porescope.volume import Spacing

CONFIG = Path(__file__).parent.parent / "config" / "config.yaml"
ARRAYS = {0.1: 0.8571, 0.3: 0.6057, 0.5: 0.3764}
"""Relative conductivity by void fraction."""

EDGE = 96
CASES = (("HPA", 175), ("NPC", 400))


def cell_with_ball(void: float) -> np.ndarray:
    """Cubic cell of metal around an insulating ball."""
    radius = (void * 3 / (4 * np.pi)) ** (1 / 3)
    place = (np.indices((EDGE,) * 3) + 0.5) / EDGE - 0.5
    return (place**2).sum(axis=0) > radius**2


def sintered(section: Mapping[str, Any], material: str, temperature_C: float) -> Structure:
    """A box of the size of the shipped stack."""
    stack = Stack(**section["stack"])
    return build_structure(
        Recipe.from_config(section["materials"][material]),
        Furnace(**section["sintering"]["furnace"]),
        PackingOptions(**section["packing"]),
        section["sintering"]["step_um"],
        temperature_C,
        stack.shape,
        stack.spacing,
        np.random.default_rng(0),
    )


def ours(metal: np.ndarray, spacing: Spacing) -> float:
    """Without contacts."""
    return effective_conductivity(metal, spacing).relative


def exact(metal: np.ndarray, spacing: Spacing) -> float:
    """The solution on these voxels."""
    with mock.patch.multiple(conductivity, LAYER_TOLERANCE=1e-6, TOLERANCE=1e-10):
        return effective_conductivity(metal, spacing).relative


def taufactor(metal: np.ndarray, _: Spacing) -> float:
    """TauFactor with its own tolerance, for cubic voxels."""
    solver = Solver(np.ascontiguousarray(metal.transpose(1, 0, 2)).astype(np.uint8), device="cpu")
    solver.solve(verbose=False)
    return float(solver.D_eff[0])


def timed(function: Callable[..., float], *arguments: object) -> tuple[float, float]:
    """Result and the time in s that the processor spent."""
    start = time.process_time()
    value = function(*arguments)
    return value, time.process_time() - start


def compare(name: str, metal: np.ndarray, spacing: Spacing, known: float | None = None) -> None:
    """Print a row: time and errors of both."""
    truth = exact(metal, spacing)
    row = f"{name:22}"
    times = []
    for solve in (ours, taufactor):
        value, seconds = timed(solve, metal, spacing)
        times.append(seconds)
        to_known = f"{100 * (value / known - 1):8.2f} %" if known else f"{'':>10}"
        row += f"{seconds:8.2f} s {100 * (value / truth - 1):9.4f} % {to_known}"
    print(f"{row}{times[0] / times[1]:10.2f}")


def main() -> None:
    """Print a row for each structure, then our times with contacts."""
    torch.set_num_threads(1)
    section = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["simulate"]
    effective_conductivity(np.ones((4, 4, 4), bool), Spacing(1, 1, 1), np.zeros((4, 4, 4), np.uint32), 1.0)  # compiles
    print(f"{'':22}{'ours: time, error of the solver, of all':>33}{'TauFactor: the same':>30}   time ours / TauFactor")
    for void, known in ARRAYS.items():
        compare(f"balls, void {void:g}", cell_with_ball(void), Spacing(1, 1, 1), known)
    structures = {case: sintered(section, *case) for case in CASES}
    for (material, temperature_C), structure in structures.items():
        compare(f"{material} at {temperature_C} C", structure.metal > 0.5, structure.spacing)
    print("with contacts: relative conductivity without and with them, steps, time, megavoxels")
    for (material, temperature_C), structure in structures.items():
        contact = Contact(**section["materials"][material]["contact"])
        resistance = contact.resistance_ohm_m2(temperature_C, Furnace(**section["sintering"]["furnace"]))
        length_um = contact_length_um(resistance, 596000, "S/cm")
        metal, particles = structure.metal > 0.5, structure.particles(slice(0, structure.metal.shape[0]))
        start = time.process_time()
        result = effective_conductivity(metal, structure.spacing, particles, length_um)
        seconds = time.process_time() - start
        print(
            f"{material} at {temperature_C} C{ours(metal, structure.spacing):12.4f}{result.relative:10.4f}"
            f"{result.iterations:5}{seconds:8.2f} s{metal.size / 1e6:8.2f}"
        )


if __name__ == "__main__":
    main()
