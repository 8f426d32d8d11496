"""The conductivity of a simulated specimen as a laboratory would report it: particle contacts, measurement noise."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from porescope.conduction.conductivity import effective_conductivity
from porescope.simulate.contact import contact_length_um
from porescope.volume import Spacing

log = logging.getLogger(__name__)


def measure_property(
    metal: np.ndarray,
    particles: np.ndarray,
    spacing: Spacing,
    resistance_ohm_m2: float,
    solid_property: Mapping[str, Any],
    noise: float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Conductivity along y of a structure, with the resistance of its contacts and as measured.

    Parameters
    ----------
    metal : (nz, ny, nx) bool array
    particles : (nz, ny, nx) uint32 array
        Particle of each voxel of metal.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    resistance_ohm_m2 : float
        Of the contacts; see Contact.
    solid_property : mapping
        ``name``, ``unit`` and ``solid``, the conductivity of the pore-free metal (config ``property``).
    noise : float
        Standard deviation of the measurement relative to the true value.
    rng : Generator

    Returns
    -------
    dict
        property_name, property_unit; in that unit property (measured), property_sd (of its noise),
        property_without_noise, property_without_contacts (of the structure alone); property_relative
        (property_without_noise over that of the pore-free metal), contact_resistance_ohm_m2, property_solved_shape
        (voxels), property_converged (both solves).

    Raises
    ------
    InputError
        The unit is not one of conductivity.
    """
    solid = solid_property["solid"]
    length_um = contact_length_um(resistance_ohm_m2, solid, solid_property["unit"])
    bonded = effective_conductivity(metal, spacing)
    real = effective_conductivity(metal, spacing, particles, length_um)
    log.info("relative conductivity %.4g, without contact resistance %.4g", real.relative, bonded.relative)
    true = real.relative * solid
    return {
        "property_name": solid_property["name"],
        "property_unit": solid_property["unit"],
        "property": true * (1 + noise * float(rng.standard_normal())),
        "property_sd": true * noise,
        "property_without_noise": true,
        "property_without_contacts": bonded.relative * solid,
        "property_relative": real.relative,
        "contact_resistance_ohm_m2": resistance_ohm_m2,
        "property_solved_shape": list(metal.shape),
        "property_converged": real.converged and bonded.converged,
    }
