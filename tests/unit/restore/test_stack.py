"""If one fails, restoring would not undo what the microscope did, or would say something else in its record."""

import json
from dataclasses import replace

import numpy as np
import pytest

from porescope.restore.stack import RestoreOptions, apply_plan, plan_restoration, restore_stack
from porescope.restore.table import quality_table
from porescope.volume import Spacing, read_volume, write_volume


@pytest.fixture(scope="module")
def restored(damaged, options: RestoreOptions, tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("restored")
    write_volume(place / "raw.ome.zarr", damaged.grey, Spacing(0.05, 0.02, 0.03), "image")
    restore_stack(place / "raw.ome.zarr", options, place / "out.ome.zarr", place / "out.json", threads=2)
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
    off = RestoreOptions(
        illumination={**options.illumination, "degree": 0},
        brightness={**options.brightness, "even": False},
        stripes={**options.stripes, "levels": 0},
        registration={**options.registration, "method": "none"},
    )
    plan = plan_restoration(damaged.grey, off, 1, "s")
    out = np.stack([item.restored for item in apply_plan(damaged.grey, plan, off, 1)])
    np.testing.assert_array_equal(out, damaged.grey)


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


def test_quality_table_has_a_row_for_each_specimen_and_metric(restored) -> None:
    table = quality_table({"a": restored[1], "b": restored[1]})
    assert table.columns.tolist() == ["sample", "metric", "before", "after"]
    assert len(table) == 8
