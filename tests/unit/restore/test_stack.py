"""If one fails, restoring would not undo what the microscope did, or would say something else in its record."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from porescope.restore.stack import RestoreOptions, apply_plan, plan_restoration, restore_stack, steps_done
from porescope.restore.table import quality_table
from porescope.volume import Spacing, read_volume, write_volume


@pytest.fixture(scope="module")
def restored(damaged, options: RestoreOptions, tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("restored")
    write_volume(place / "raw.ome.zarr", damaged.grey, Spacing(0.05, 0.02, 0.03), "image")
    (place / "raw.json").write_text('{"damaged_slices": []}')
    paths = [place / name for name in ("raw.ome.zarr", "raw.json", "out.ome.zarr", "out.json")]
    restore_stack(*paths[:2], options, *paths[2:], threads=2)
    return read_volume(place / "out.ome.zarr"), json.loads((place / "out.json").read_text(encoding="utf-8"))


def detrended(values: np.ndarray) -> np.ndarray:
    index = np.arange(len(values))
    return values - np.polyval(np.polyfit(index, values, 1), index)


def test_the_drift_is_recovered_within_a_quarter_pixel_apart_from_its_trend(damaged, restored) -> None:
    _, info = restored
    error = np.array(info["shift_px"]) - damaged.drift
    assert info["shift_px"][0] == [0, 0]
    for axis in (0, 1):
        assert np.abs(detrended(error[:, axis])).max() < 0.25


def test_every_measure_of_quality_improves(restored) -> None:
    quality = restored[1]["quality"]
    assert quality["after"]["neighbour_correlation"] > quality["before"]["neighbour_correlation"]
    assert quality["after"]["stripe_energy"] < 0.2 * quality["before"]["stripe_energy"]
    assert quality["after"]["brightness_cv"] < 0.2 * quality["before"]["brightness_cv"]
    assert quality["after"]["illumination_unevenness"] < 0.3 * quality["before"]["illumination_unevenness"]


def test_density_and_structure_are_kept(damaged, restored) -> None:
    volume, info = restored
    (y0, y1), (x0, x1) = info["crop_px"]["y"], info["crop_px"]["x"]
    clean = damaged.clean[:, y0:y1, x0:x1] > 110
    metal = volume.array[:] > 110
    assert metal.mean() == pytest.approx(clean.mean(), abs=0.01)
    assert np.mean(metal[0] == clean[0]) > 0.985  # the first slice is not moved


def test_type_spacing_and_place_are_kept(damaged, restored) -> None:
    volume, info = restored
    assert volume.array.dtype == np.uint8
    assert tuple(volume.spacing) == (0.05, 0.02, 0.03)
    assert list(volume.shape) == info["shape"]
    assert volume.origin == pytest.approx((0, info["crop_px"]["y"][0] * 0.02, info["crop_px"]["x"][0] * 0.03))
    assert len(info["brightness"]) == len(damaged.grey)
    relative = np.array(info["brightness"]) / damaged.brightness
    assert relative.std() / relative.mean() < 0.02


def test_everything_switched_off_returns_the_stack(damaged, options: RestoreOptions) -> None:
    off = switched(options)
    plan = plan_restoration(damaged.grey, off, 1, "s")
    out = np.stack([item.restored for item in apply_plan(damaged.grey, plan, off, 1)])
    np.testing.assert_array_equal(out, damaged.grey)


def test_damaged_slices_are_replaced_and_disturb_nothing(damaged, options: RestoreOptions, tmp_path) -> None:
    """Black ones at the start and in a row, a saturated one at the end."""
    spoilt = {0: "is 0 everywhere", 9: "is 0 everywhere", 10: "is 0 everywhere", 23: "is 255 everywhere"}
    grey = damaged.grey.copy()
    for index, reason in spoilt.items():
        grey[index] = int(reason.split()[1])
    write_volume(tmp_path / "raw.ome.zarr", grey, Spacing(0.05, 0.02, 0.03), "image")
    told = [{"slice": k, "file_slice": k, "reason": reason} for k, reason in spoilt.items()]
    (tmp_path / "raw.json").write_text(json.dumps({"damaged_slices": told}))
    paths = [tmp_path / name for name in ("raw.ome.zarr", "raw.json", "out.ome.zarr", "out.json")]
    restore_stack(*paths[:2], options, *paths[2:])
    info = json.loads(paths[3].read_text())
    assert info["interpolated_slices"] == [{"slice": k, "reason": reason} for k, reason in spoilt.items()]
    out = read_volume(paths[2]).array[:].astype(float)
    np.testing.assert_array_equal(out[0], out[1])
    np.testing.assert_array_equal(out[23], out[22])
    np.testing.assert_allclose(out[9], (2 * out[8] + out[11]) / 3, atol=0.51)
    np.testing.assert_allclose(out[10], (out[8] + 2 * out[11]) / 3, atol=0.51)
    error = np.array(info["shift_px"])[1:23] - damaged.drift[1:23]
    for axis in (0, 1):
        assert detrended(error[:, axis]).std() < 0.25
    (y0, y1), (x0, x1) = info["crop_px"]["y"], info["crop_px"]["x"]
    assert np.mean(out > 110) == pytest.approx(np.mean(damaged.clean[:, y0:y1, x0:x1] > 110), abs=0.01)


def test_a_single_slice_is_evened_and_destriped(damaged, options: RestoreOptions, tmp_path) -> None:
    write_volume(tmp_path / "raw.ome.zarr", damaged.grey[:1], Spacing(0.05, 0.02, 0.03), "image")
    (tmp_path / "raw.json").write_text('{"damaged_slices": []}')
    paths = [tmp_path / name for name in ("raw.ome.zarr", "raw.json", "out.ome.zarr", "out.json")]
    restore_stack(*paths[:2], options, *paths[2:])
    info = json.loads(paths[3].read_text())
    assert info["shift_px"] == [[0, 0]]
    assert info["shape"] == [1, 128, 144]
    assert info["quality"]["after"]["stripe_energy"] < 0.3 * info["quality"]["before"]["stripe_energy"]


def switched(options: RestoreOptions, *on: str) -> RestoreOptions:
    """Only the named steps."""
    off = RestoreOptions(
        illumination={**options.illumination, "degree": 0},
        brightness={**options.brightness, "even": False},
        stripes={**options.stripes, "levels": 0},
        registration={**options.registration, "method": "none"},
        denoising=options.denoising,
    )
    changes = {"denoising": {"method": "tv", "strength": 0.8}}
    return replace(off, **{name: changes.get(name, getattr(options, name)) for name in on})


@pytest.mark.parametrize("step", ["illumination", "brightness", "stripes", "registration", "denoising"])
def test_no_step_alone_changes_the_density(damaged, options: RestoreOptions, step: str) -> None:
    """Density at the threshold that the clean stack has, against that of the same slices before the step."""
    chosen = switched(options, step)
    plan = plan_restoration(damaged.grey, chosen, 1, "s")
    assert steps_done(chosen) == {name: name == step for name in steps_done(chosen)}
    items = list(apply_plan(damaged.grey, plan, chosen, 1))
    clean = damaged.clean[:, slice(*plan.crop.y), slice(*plan.crop.x)]
    smooth = [ndimage.gaussian_filter(item.restored.astype(float), 1) for item in items]
    even = np.full(len(items), np.median(damaged.brightness))
    lights = even if step == "brightness" else damaged.brightness
    density = np.mean([s > 110 * light for s, light in zip(smooth, lights, strict=True)])
    assert density == pytest.approx(np.mean(clean > 110), abs=0.005)


def test_unrelated_slices_of_16_bit_without_registration(damaged, options: RestoreOptions) -> None:
    four = (damaged.grey[::6].astype(np.uint16) * 200)[:, ::-1]
    still = replace(options, registration={**options.registration, "method": "none"})
    plan = plan_restoration(four, still, 1, "s")
    items = list(apply_plan(four, plan, still, 1))
    assert items[0].restored.dtype == np.uint16
    assert items[0].restored.shape == four[0].shape
    assert np.std([item.restored_face.level for item in items]) < 100


def test_threads_do_not_change_the_result(damaged, options: RestoreOptions) -> None:
    stack = damaged.grey[:6]
    plans = [plan_restoration(stack, options, threads, "s") for threads in (1, 3)]
    np.testing.assert_array_equal(plans[0].shifts, plans[1].shifts)
    results = [[i.restored for i in apply_plan(stack, plans[0], options, threads)] for threads in (1, 3)]
    np.testing.assert_array_equal(*results)


def test_quality_table_has_a_row_for_each_specimen_and_metric(damaged, restored) -> None:
    table = quality_table({"a": restored[1], "b": restored[1]}, {"b": damaged.drift})
    assert table.columns.tolist() == ["sample", "metric", "before", "after"]
    assert len(table) == 12
    drift = table[table["metric"] == "drift_rms_y_px"]
    assert drift["sample"].tolist() == ["b"]
    assert drift["after"].item() < 0.25 < drift["before"].item()
