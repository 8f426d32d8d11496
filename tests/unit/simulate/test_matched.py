"""If these fail, unet_best is adapted to another instrument than the config describes."""

from pathlib import Path

import pytest
import yaml

from porescope.simulate.matched import matched_ranges
from porescope.simulate.randomise import Ranges

SIMULATE = yaml.safe_load((Path(__file__).parents[3] / "config" / "config.yaml").read_text())["simulate"]


def test_an_instrument_without_spread_is_the_one_described():
    structure = {"relative_density": (0.4, 0.5), "feature_px": (4, 5), "flattening": (1, 1), "blur_px": (0, 0.5)}
    voxel_nm = {"z": 60, "y": 30, "x": 30}
    beam, instrument = SIMULATE["beam"], SIMULATE["instrument"]
    found = matched_ranges(SIMULATE["random_stacks"]["ranges"], structure, beam, instrument, voxel_nm, 0)
    ranges = Ranges(**found)
    assert ranges.relative_density == (0.4, 0.5)
    assert ranges.blur_px == (0, 0.5)
    assert ranges.pixel_nm == (30, 30)
    assert ranges.slice_thickness_px == (2, 2)
    assert ranges.beam["attenuation_px"] == pytest.approx((10, 10))  # 0.3 um
    assert ranges.beam["tilt_deg"] == (52, 52)
    assert ranges.instrument["electrons_per_px"] == (55, 55)
    assert ranges.instrument["drift_reach_px"] == SIMULATE["random_stacks"]["ranges"]["instrument"]["drift_reach_px"]
    assert ranges.instrument["drift_step_px"][1] <= 0.25  # stacks to be segmented are in register
    wide = matched_ranges(SIMULATE["random_stacks"]["ranges"], structure, beam, instrument, voxel_nm, 0.2)
    assert wide["beam"]["pore_yield"] == pytest.approx((0.95**2, 1))  # none brighter than the face, 0.95 in the middle
    assert wide["instrument"]["metal_grey"] == pytest.approx((175 / 1.2, 210))
