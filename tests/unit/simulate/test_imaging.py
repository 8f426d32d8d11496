"""If these fail, what the simulated instrument shows is not what its settings say."""

import numpy as np
import pytest
from scipy import ndimage

from porescope.simulate.instrument import (
    Instrument,
    brightness,
    curtains,
    expose,
    illumination,
    shift_slice,
    stage_drift,
)
from porescope.simulate.signal import DARK_PORE, METAL, SHINE_THROUGH, Beam, classify, depth_slices, noise_free_signal
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
PLAIN = Beam(
    tilt_deg=52,
    attenuation_um=0.2,
    depth_um=1.0,
    pore_yield=0.9,
    topography=0,
    grazing_limit=2,
    edge_brightening=0,
    edge_um=0.04,
    point_spread_um=0,
)
INSTRUMENT = Instrument(
    black_grey=35,
    metal_grey=175,
    electrons_per_px=90,
    read_noise_grey=5,
    curtaining=0.03,
    curtain_width_um=0.04,
    curtain_depth_um=0.4,
    brightness_drift=0.02,
    brightness_depth_um=0.5,
    illumination=0.04,
    drift_step_um=0.008,
    drift_reach_um=0.08,
)


def wall_behind(first_metal_slice, n=60, edge=40):
    metal = np.zeros((n, edge, edge), np.float32)
    metal[first_metal_slice:] = 1
    return metal


def test_a_wall_behind_an_empty_pore_fades_with_the_attenuation_length():
    """The slope of ln(signal) over depth is that of the setting, with voxels of any thickness."""
    for spacing in (SPACING, Spacing(0.05, 0.025, 0.02)):
        signal = noise_free_signal(wall_behind(12), 12, spacing, PLAIN)[:, 20, 20]
        depth = (12 - np.arange(12)) * spacing.z
        slope, level = np.polyfit(depth, np.log(signal), 1)
        assert -1 / slope == pytest.approx(0.2, rel=1e-4)
        assert np.exp(level) == pytest.approx(0.9, rel=1e-4)


def test_the_face_is_1_and_an_endless_pore_is_0():
    assert noise_free_signal(np.ones((60, 40, 40), np.float32), 5, SPACING, PLAIN) == pytest.approx(1)
    assert not noise_free_signal(np.zeros((60, 40, 40), np.float32), 5, SPACING, PLAIN).any()


@pytest.mark.parametrize("tilt", [38.0, 52.0, 90.0])
def test_the_ray_goes_along_y_by_the_cotangent_of_the_tilt(tilt):
    """A rod behind the face appears above its place: at smaller y by depth / tan(tilt)."""
    beam = Beam(**{**vars(PLAIN), "tilt_deg": tilt})
    metal = np.zeros((60, 60, 8), np.float32)
    metal[10, 40] = 1
    row = noise_free_signal(metal, 1, SPACING, beam)[0, :, 4]
    seen = np.sum(row * np.arange(60)) / row.sum()
    assert seen == pytest.approx(40 - 10 / np.tan(np.radians(tilt)), abs=0.01)


def test_metal_in_front_hides_what_is_behind():
    metal = wall_behind(20)
    metal[5] = 1
    assert noise_free_signal(metal, 1, SPACING, PLAIN)[0] == pytest.approx(0.9 * np.exp(-5 * 0.025 / 0.2))


def test_surfaces_are_brighter_the_more_grazing_they_are_seen():
    """A wall facing the ray emits sin(tilt) of what the face does, by the secant law."""
    beam = Beam(**{**vars(PLAIN), "topography": 1.0, "attenuation_um": 1e6, "pore_yield": 1.0, "depth_um": 2.0})
    z, y = np.indices((100, 80))[:2]
    tilt = np.radians(52)
    across = (z - 40) * np.sin(tilt) + (y - 40) * np.cos(tilt)
    facing = np.repeat(np.clip(across + 0.5, 0, 1)[:, :, None], 6, axis=2).astype(np.float32)
    signal = noise_free_signal(facing, 1, SPACING, beam)[0, 10:30, 3]
    assert signal == pytest.approx(np.sin(tilt), rel=0.02)
    assert noise_free_signal(wall_behind(12, n=90), 1, SPACING, beam)[0, 20, 20] == pytest.approx(1, rel=0.02)


def test_pores_of_the_last_slice_show_the_slices_behind_the_stack():
    assert depth_slices(PLAIN, Spacing(0.03, 0.01, 0.01)) == 34
    assert noise_free_signal(wall_behind(12), 12, SPACING, PLAIN)[-1].min() > 0.5


def test_shine_through_is_pore_that_a_perfect_threshold_calls_metal():
    """Half metal (1), a quarter empty pore (0), a quarter pore with a near wall (0.9)."""
    metal = np.zeros((1, 4, 100), np.float32)
    metal[:, :2] = 1
    signal = metal.copy()
    signal[:, 3] = 0.9
    classes, threshold = classify(metal, signal)
    assert 0 < threshold < 0.9
    assert (classes[:, :2] == METAL).all()
    assert (classes[:, 2] == DARK_PORE).all()
    assert (classes[:, 3] == SHINE_THROUGH).all()


def test_drift_truth_is_the_shift_that_the_image_has():
    """Cross-correlation of a shifted with the unshifted slice peaks at the recorded shift."""
    rng = np.random.default_rng(0)
    content = ndimage.gaussian_filter(rng.standard_normal((64, 80)), 2, mode="wrap")
    for shift in ((2, -3), (-4, 1)):
        moved = shift_slice(content, np.array(shift, float))
        correlation = np.fft.ifft2(np.fft.fft2(moved) * np.conj(np.fft.fft2(content))).real
        peak = np.unravel_index(correlation.argmax(), correlation.shape)
        assert [int((p + n // 2) % n - n // 2) for p, n in zip(peak, content.shape, strict=True)] == list(shift)
    half = shift_slice(content, np.array([0.5, 0.0]))
    assert shift_slice(half, np.array([-0.5, 0.0])) == pytest.approx(content, abs=0.02)


def test_drift_begins_at_0_moves_on_by_small_steps_and_stays_within_its_reach():
    shifts = stage_drift(2000, SPACING, INSTRUMENT, np.random.default_rng(1))
    assert (shifts[0] == 0).all()
    assert np.abs(shifts).max() <= 0.08 / 0.025
    assert np.abs(shifts).max() > 0.9 * 0.08 / 0.025
    steps = np.diff(shifts, axis=0)
    assert steps.std() == pytest.approx(0.008 / 0.025, rel=0.05)
    assert np.abs(steps).max() < 6 * 0.008 / 0.025


def test_grey_levels_and_noise_are_those_of_the_settings():
    rng = np.random.default_rng(2)
    face = expose(np.ones((400, 400)), INSTRUMENT, rng).astype(float)
    assert face.dtype == float
    assert face.mean() == pytest.approx(175, abs=0.2)
    assert face.std() == pytest.approx(np.hypot(140 / np.sqrt(90), 5), rel=0.02)
    empty = expose(np.zeros((400, 400)), INSTRUMENT, rng)
    assert empty.mean() == pytest.approx(35, abs=0.1)
    assert empty.std() == pytest.approx(5, rel=0.03)


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
