"""If these fail, contacts do not have the resistance that their law says."""

import pytest

from porescope.errors import InputError
from porescope.simulate.contact import Contact, contact_length_um
from porescope.simulate.kinetics import Furnace

CONTACT = Contact(start_ohm_m2=1e-12, floor_ohm_m2=1e-14, activation_energy_kJ_mol=60)

FURNACE = Furnace(activation_energy_kJ_mol=104, room_C=25, heating_C_per_min=5, hold_min=30, from_C=175, to_C=400)


def test_contact_resistance_starts_at_the_lower_temperature_and_falls_to_its_floor():
    values = [CONTACT.resistance_ohm_m2(t, FURNACE) for t in (175, 200, 250, 350, 400, 1e6)]
    assert values[0] == pytest.approx(1e-12)
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(1e-14, rel=1e-3)


def test_contact_resistance_above_its_floor_follows_arrhenius():
    """60 kJ/mol from 448.15 K to 523.15 K: exp(60 / R (1/523.15 - 1/448.15)) = 0.0995."""
    ratio = (CONTACT.resistance_ohm_m2(250, FURNACE) - 1e-14) / (1e-12 - 1e-14)
    assert ratio == pytest.approx(0.0995, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((1e-12, -1e-14, 60), "floor_ohm_m2 is -1e-14, expected 0 or more"),
        ((1e-14, 1e-12, 60), "start_ohm_m2 is 1e-14, expected at least floor_ohm_m2"),
        ((1e-12, 1e-14, 0), "activation_energy_kJ_mol is 0, expected more than 0"),
    ],
)
def test_impossible_contacts_are_refused(values, words):
    with pytest.raises(InputError, match=words):
        Contact(*values).check("material 'HPA'")


@pytest.mark.parametrize(("unit", "solid"), [("S/m", 5.96e7), ("S/cm", 5.96e5), ("10^3 S/cm", 596), ("MS/m", 59.6)])
def test_contact_length_does_not_depend_on_the_unit_of_the_property(unit, solid):
    assert contact_length_um(1e-13, solid, unit) == pytest.approx(5.96)


def test_units_that_are_no_conductivity_are_refused():
    with pytest.raises(InputError, match="property/unit is 'uS/cm', expected one of S/m, S/cm"):
        contact_length_um(1e-13, 596, "uS/cm")
