"""If these fail, the noise-free signal is not what the beam's settings say of the metal."""

from dataclasses import replace

import numpy as np
import pytest

from porescope.simulate.signal import POOLED, Beam, depth_planes, face_at, noise_free_signal, openness
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
PLAIN = Beam(
    tilt_deg=52,
    attenuation_um=0.2,
    depth_um=1.0,
    pore_yield=0.9,
    topography=0,
    grazing_limit=2,
    shadowing=0,
    edge_brightening=0,
    edge_um=0.04,
    redeposition=0,
    redeposition_um=0.05,
    point_spread_um=0,
)


def wall_behind(first_metal_plane, n=100, edge=40):
    metal = np.zeros((n, edge, edge), np.float32)
    metal[first_metal_plane:] = 1
    return metal


def blobs(shape, seed=0):
    field = np.random.default_rng(seed).standard_normal(shape)
    spectrum = np.fft.rfftn(field)
    for axis, n in enumerate(shape):
        f = np.fft.rfftfreq(n) if axis == 2 else np.fft.fftfreq(n)
        spectrum *= np.exp(-2 * (np.pi * f * 4) ** 2).reshape([-1 if a == axis else 1 for a in range(3)])
    smooth = np.fft.irfftn(spectrum, s=shape, axes=(0, 1, 2))
    return np.clip(0.5 + 3 * smooth / smooth.std(), 0, 1).astype(np.float32)


@pytest.mark.parametrize("spacing", [SPACING, Spacing(0.05, 0.025, 0.02)])
def test_a_wall_behind_an_empty_pore_fades_with_the_attenuation_length(spacing):
    """The slope of ln(signal) over depth is that of the setting, with voxels of any thickness."""
    signal = noise_free_signal(wall_behind(12), np.arange(12.0), spacing, PLAIN)[:, 20, 20]
    depth = (12 - np.arange(12)) * spacing.z
    slope, level = np.polyfit(depth, np.log(signal), 1)
    assert -1 / slope == pytest.approx(0.2, rel=1e-4)
    assert np.exp(level) == pytest.approx(0.9, rel=1e-4)


def test_faces_between_planes_see_the_wall_at_their_own_depth():
    faces = np.array([2.0, 2.25, 2.5, 3.0])
    signal = noise_free_signal(wall_behind(20), faces, SPACING, PLAIN)[:, 20, 20]
    depth = (20 - faces) * SPACING.z
    assert signal == pytest.approx(0.9 * np.exp(-depth / 0.2), rel=0.06)
    assert np.all(np.diff(signal) > 0)


def test_a_face_between_planes_is_linear_between_them():
    metal = blobs((20, 16, 16))
    np.testing.assert_allclose(face_at(metal, 3.25), 0.75 * metal[3] + 0.25 * metal[4], atol=1e-6)
    np.testing.assert_array_equal(face_at(metal, 7.0), metal[7])


def test_the_face_is_1_and_an_endless_pore_is_0():
    faces = np.arange(5.0)
    assert noise_free_signal(np.ones((60, 40, 40), np.float32), faces, SPACING, PLAIN) == pytest.approx(1)
    assert not noise_free_signal(np.zeros((60, 40, 40), np.float32), faces, SPACING, PLAIN).any()


@pytest.mark.parametrize("tilt", [38.0, 52.0, 90.0])
def test_the_ray_goes_along_y_by_the_cotangent_of_the_tilt(tilt):
    """A rod behind the face appears above its place: at smaller y by depth / tan(tilt)."""
    metal = np.zeros((80, 60, 8), np.float32)
    metal[10, 40] = 1
    row = noise_free_signal(metal, np.array([0.0]), SPACING, replace(PLAIN, tilt_deg=tilt))[0, :, 4]
    seen = np.sum(row * np.arange(60)) / row.sum()
    assert seen == pytest.approx(40 - 10 / np.tan(np.radians(tilt)), abs=0.01)


def test_metal_in_front_hides_what_is_behind():
    metal = wall_behind(20)
    metal[5] = 1
    signal = noise_free_signal(metal, np.array([0.0]), SPACING, PLAIN)[0]
    assert signal == pytest.approx(0.9 * np.exp(-5 * 0.025 / 0.2))


def test_surfaces_are_brighter_the_more_grazing_they_are_seen():
    """A wall facing the ray emits sin(tilt) of what the face does, by the secant law."""
    beam = replace(PLAIN, topography=1.0, attenuation_um=1e6, pore_yield=1.0, depth_um=2.0)
    z, y = np.indices((120, 80))[:2]
    tilt = np.radians(52)
    across = (z - 40) * np.sin(tilt) + (y - 40) * np.cos(tilt)
    facing = np.repeat(np.clip(across + 0.5, 0, 1)[:, :, None], 6, axis=2).astype(np.float32)
    signal = noise_free_signal(facing, np.array([0.0]), SPACING, beam)[0, 10:30, 3]
    assert signal == pytest.approx(np.sin(tilt), rel=0.02)
    flat = noise_free_signal(wall_behind(12, n=120), np.array([0.0]), SPACING, beam)[0, 20, 20]
    assert flat == pytest.approx(1, rel=0.02)


def test_narrow_pores_are_darker_than_wide_ones_of_the_same_depth():
    """Only what leaves through the mouth is seen: with full shadowing, a slit far narrower than deep is nearly black,
    and one far wider than deep as bright as without."""
    beam = replace(PLAIN, shadowing=1.0, attenuation_um=1e6, tilt_deg=90)

    def bottom(width):
        metal = np.ones((80, 200, 200), np.float32)
        metal[:20, :, 100 - width // 2 : 100 + width // 2] = 0
        return noise_free_signal(metal, np.array([0.0]), SPACING, beam)[0, 100, 100]

    seen = [bottom(width) for width in (4, 8, 20, 60, 180)]
    assert np.all(np.diff(seen) > 0)
    assert seen[0] < 0.15 * 0.9
    assert seen[-1] == pytest.approx(0.9, rel=0.03)


@pytest.mark.parametrize("spacing", [SPACING, Spacing(0.05, 0.025, 0.02)])
def test_the_view_up_through_a_round_mouth_is_that_of_lamberts_law(spacing):
    """Under the middle of a disc of radius R at depth d, the view factor is R^2 / (R^2 + d^2)."""
    y, x = np.indices((400, 420))
    distance = np.hypot((y - 199.5) * spacing.y, (x - 209.5) * spacing.x)
    pixel = np.sqrt(spacing.y * spacing.x)
    face = np.clip(0.5 + (distance - 0.6) / pixel, 0, 1).astype(np.float32)
    depths = np.array([0.2, 0.4, 0.8])
    seen = openness(face[None], depths, spacing)[0, :, 200 // POOLED, 210 // POOLED]
    assert seen == pytest.approx(0.6**2 / (0.6**2 + depths**2), abs=0.015)


def test_edges_of_pores_are_brighter_and_settled_metal_lights_the_pore_beside_its_wall():
    metal = np.zeros((80, 64, 64), np.float32)
    metal[:, :, :32] = 1
    face = np.array([0.0])
    edge = noise_free_signal(metal, face, SPACING, replace(PLAIN, edge_brightening=0.2))[0, 32]
    assert edge[31] > 1.1
    assert edge[16] == pytest.approx(1, abs=0.01)
    assert edge[48] == 0
    settled = noise_free_signal(metal, face, SPACING, replace(PLAIN, redeposition=0.3))[0, 32]
    assert settled[32] == pytest.approx(0.3, rel=0.25)
    assert settled[48] == pytest.approx(0, abs=0.01)


def test_faces_give_the_same_signal_in_whatever_groups_they_are_asked_for():
    metal, beam = blobs((96, 48, 52)), replace(PLAIN, topography=0.7, shadowing=0.5, edge_brightening=0.1)
    faces = np.array([0.0, 0.9, 2.1, 3.0, 3.8])
    together = noise_free_signal(metal, faces, SPACING, beam)
    apart = np.concatenate([noise_free_signal(metal, faces[i : i + 2], SPACING, beam) for i in (0, 2, 4)])
    np.testing.assert_allclose(together, apart, atol=1e-5)


def test_as_many_planes_are_made_behind_the_last_face_as_its_pores_show():
    assert depth_planes(PLAIN, Spacing(0.03, 0.01, 0.01)) == 34
