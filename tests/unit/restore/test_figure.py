"""If one fails, what restoring did could not be seen, or would be judged against the wrong truth."""

import json

import numpy as np
import pandas as pd
import pytest

from porescope.restore.accuracy import drift_error, read_drift
from porescope.restore.figure import plot_restoration
from porescope.volume import Spacing, write_volume


def test_the_error_of_the_drift_leaves_out_its_trend() -> None:
    drift = np.cumsum(np.random.default_rng(0).normal(0, 1, (50, 2)), axis=0)
    error = drift_error(drift + np.arange(50)[:, None] * (0.2, 0.0) + [[0, 3]], drift)
    assert error.after == pytest.approx([0, 0], abs=1e-9)
    assert error.trend == pytest.approx([0.2, 0.0], abs=1e-9)
    noisy = drift_error(drift + np.tile([[0.5, -0.5], [-0.5, 0.5]], (25, 1)), drift)
    assert noisy.after == pytest.approx([0.5, 0.5], rel=0.01)


@pytest.mark.parametrize("known", [True, False])
def test_the_picture_is_drawn_with_and_without_truth(tmp_path, known: bool) -> None:
    raw = np.random.default_rng(0).integers(0, 255, (8, 40, 50)).astype(np.uint8)
    write_volume(tmp_path / "raw.ome.zarr", raw, Spacing(0.05, 0.02, 0.03), "image")
    write_volume(tmp_path / "out.ome.zarr", raw[:, 2:38, 1:49], Spacing(0.05, 0.02, 0.03), "image")
    crop = {"y": [2, 38], "x": [1, 49]}
    record = {"shift_px": [[0.1 * k, 0] for k in range(8)], "crop_px": crop, "interpolated_slices": [{"slice": 3}]}
    (tmp_path / "out.json").write_text(json.dumps(record))
    table = pd.DataFrame({"slice": range(8), "shift_y_px": 0.1, "shift_x_px": 0.0})
    table.to_csv(tmp_path / "drift.csv")
    assert read_drift(tmp_path / "drift.csv").shape == (8, 2)
    truth = [tmp_path / "drift.csv"] if known else []
    paths = [tmp_path / name for name in ("raw.ome.zarr", "out.ome.zarr", "out.json")]
    plot_restoration("s", *paths, truth, tmp_path / "s.png")
    assert (tmp_path / "s.png").read_bytes().startswith(b"\x89PNG")
