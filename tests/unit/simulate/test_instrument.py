"""If these fail, what the simulated instrument stores is not what its settings say."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from porescope.simulate.instrument import (
    Instrument,
    brightness,
    curtains,
    expose,
    illumination,
    milled_faces,
    shift_slice,
    stage_drift,
    streaks,
)
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
INSTRUMENT = Instrument(
    bits=8,
    black_grey=35,
    metal_grey=175,
    electrons_per_px=90,
    bandwidth_px=0,
    read_noise_grey=5,
    curtaining=0.03,
    curtain_width_um=0.04,
    curtain_depth_um=0.4,
    streaks_per_slice=3,
    streak_strength=0.1,
    streak_um=0.5,
    brightness_drift=0.02,
    brightness_depth_um=0.5,
    illumination=0.04,
    thickness_variation=0.1,
    drift_step_um=0.008,
    drift_jump_chance=0.0,
    drift_jump_um=0.03,
    drift_reach_um=0.08,
)


def test_slices_vary_in_thickness_but_the_stack_is_as_deep_as_nominal():
    faces = milled_faces(2000, INSTRUMENT, np.random.default_rng(0))
    thickness = np.diff(faces)
    assert (faces[0], faces[-1]) == (0, pytest.approx(1999))
    assert thickness.std() == pytest.approx(0.1, rel=0.05)
    assert milled_faces(2000, replace(INSTRUMENT, thickness_variation=0.5), np.random.default_rng(0)).min() == 0
    assert (
        np.diff(milled_faces(2000, replace(INSTRUMENT, thickness_variation=0.5), np.random.default_rng(0))).min() > 0.1
    )


def test_drift_truth_is_the_shift_that_the_image_has():
    """Measured by phase correlation, sub-pixel, for noise-free slices moved by the drift of a stack."""
    rng = np.random.default_rng(0)
    content = ndimage.gaussian_filter(rng.standard_normal((96, 112)), 2, mode="wrap")
    for shift in stage_drift(12, SPACING, replace(INSTRUMENT, drift_jump_chance=0.3), rng)[1:]:
        moved = shift_slice(content, shift)
        found = measured_shift(content, moved)
        assert found == pytest.approx(shift, abs=0.06)


def measured_shift(still, moved):
    """Shift (y, x) in pixels, from the slope of the phase over frequency: an estimator of its own."""
    cross = np.fft.fft2(moved) * np.conj(np.fft.fft2(still))
    fy, fx = np.meshgrid(*(np.fft.fftfreq(n) for n in still.shape), indexing="ij")
    low = (np.hypot(fy, fx) < 0.06) & (np.hypot(fy, fx) > 0)
    weight = np.abs(cross[low])
    design = -2 * np.pi * np.column_stack([fy[low], fx[low]])
    root = np.sqrt(weight)
    return np.linalg.lstsq(design * root[:, None], np.angle(cross[low]) * root, rcond=None)[0]


def test_drift_begins_at_0_moves_on_by_small_steps_and_stays_within_its_reach():
    shifts = stage_drift(2000, SPACING, INSTRUMENT, np.random.default_rng(1))
    assert (shifts[0] == 0).all()
    assert np.abs(shifts).max() <= 0.08 / 0.025
    assert np.abs(shifts).max() > 0.9 * 0.08 / 0.025
    steps = np.diff(shifts, axis=0)
    assert steps.std() == pytest.approx(0.008 / 0.025, rel=0.05)
    assert np.abs(steps).max() < 6 * 0.008 / 0.025


def test_the_stage_jumps_as_often_as_its_chance_says_and_stays_within_its_reach():
    jumping = replace(INSTRUMENT, drift_jump_chance=0.1, drift_step_um=1e-6)
    shifts = stage_drift(4000, SPACING, jumping, np.random.default_rng(1))
    jumps = np.abs(np.diff(shifts, axis=0)).max(axis=1) > 1e-3
    assert jumps.mean() == pytest.approx(0.1, abs=0.015)
    assert np.abs(shifts).max() <= 0.08 / 0.025


def test_grey_levels_and_noise_are_those_of_the_settings():
    rng = np.random.default_rng(2)
    face = expose(np.ones((400, 400)), INSTRUMENT, rng).astype(float)
    assert face.mean() == pytest.approx(175, abs=0.2)
    assert face.std() == pytest.approx(np.hypot(140 / np.sqrt(90), 5), rel=0.02)
    empty = expose(np.zeros((400, 400)), INSTRUMENT, rng)
    assert empty.mean() == pytest.approx(35, abs=0.1)
    assert empty.std() == pytest.approx(5, rel=0.03)


def test_16_bits_hold_the_same_picture_in_finer_steps():
    eight = expose(np.ones((64, 64)), INSTRUMENT, np.random.default_rng(0))
    sixteen = expose(np.ones((64, 64)), replace(INSTRUMENT, bits=16), np.random.default_rng(0))
    assert (eight.dtype, sixteen.dtype) == (np.uint8, np.uint16)
    np.testing.assert_allclose(sixteen / 257, eight, atol=0.51)


def test_limited_bandwidth_ties_the_noise_of_neighbours_along_x_only():
    face = expose(np.ones((400, 400)), replace(INSTRUMENT, bandwidth_px=0.5), np.random.default_rng(0)).astype(float)
    face -= face.mean()
    along = [np.mean(face * np.roll(face, 1, axis)) / np.mean(face**2) for axis in (0, 1)]
    assert along[0] == pytest.approx(0, abs=0.01)
    assert along[1] > 0.1


def test_streaks_begin_at_the_sharpest_edge_of_their_line_and_fade_along_x():
    signal = np.zeros((200, 300), np.float32)
    signal[:, 120:] = 1
    factor = streaks(signal, SPACING, replace(INSTRUMENT, streaks_per_slice=40), np.random.default_rng(4))
    struck = np.flatnonzero((factor != 1).any(axis=1))
    assert 25 < len(struck) < 55
    assert (factor[:, :119] == 1).all()
    strength = np.abs(factor[struck] - 1)
    assert strength[:, 139] == pytest.approx(strength[:, 119] * np.exp(-1), rel=1e-3)  # 20 px of 0.025 um


def test_stripes_and_brightness_have_their_strength_and_change_slowly_over_the_slices():
    stripes = curtains((200, 300), SPACING, INSTRUMENT, np.random.default_rng(3))
    assert stripes.mean() == pytest.approx(1)
    assert stripes.std() == pytest.approx(0.03)
    assert np.diff(stripes, axis=0).std() < 0.2 * np.diff(stripes, axis=1).std()
    levels = brightness(200, SPACING, INSTRUMENT, np.random.default_rng(3))
    assert levels.std() == pytest.approx(0.02)
    assert np.abs(np.diff(levels)).max() < 0.02
    light = illumination((65, 65), INSTRUMENT)
    assert light[0, 32] - light[-1, 32] == pytest.approx(0.08)
    assert light.mean() == pytest.approx(1, abs=0.002)
