"""If these fail, masks would depend on how a stack is read, or would not say how sure they are."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from porescope.errors import InputError
from porescope.segment import predict
from porescope.segment.network import (
    Calibration,
    NetworkOptions,
    build,
    load_network,
    save_network,
)
from porescope.segment.patches import alike, grey_range, normalise, with_neighbours
from porescope.segment.predict import (
    OVERLAP_PX,
    load_applied,
    predict_batch,
    predict_mask,
    predicted_slices,
    slice_row,
    tiles,
)
from porescope.volume import Spacing, Volume, read_volume, write_volume
from segmenting import SMALL, grey_and_pores

SPACING = Spacing(0.025, 0.025, 0.025)
TRUSTED = Calibration(1.0, 0.0, 2.0)


def drifting(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """Noisy grey values of slices that show the same structure, each a pixel further."""
    grey, _ = grey_and_pores(shape[1:], seed)
    noise = np.random.default_rng(seed).integers(0, 30, shape)
    return np.stack([np.roll(grey, z, 1) // 2 + extra for z, extra in enumerate(noise)]).astype(np.uint8)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    options = NetworkOptions(**SMALL, in_channels=3, classes=3)
    path = tmp_path / "weights.safetensors"
    save_network(path, build(options).state_dict(), options, TRUSTED)
    return path


def test_prediction_in_slabs_equals_prediction_of_the_whole(tmp_path: Path, weights: Path) -> None:
    grey = drifting((37, 45, 52), 2)  # no multiple of a slab nor of 8 px
    write_volume(tmp_path / "grey.ome.zarr", grey, SPACING, "image", origin=(0.0, 0.1, 0.2))
    predict_mask(tmp_path / "grey.ome.zarr", weights, tmp_path / "mask.ome.zarr", tmp_path / "s.csv", "cpu", "float32")
    volume = read_volume(tmp_path / "grey.ome.zarr")
    levels = normalise(grey, grey_range(volume))
    below, above = np.concatenate([levels[:1], levels[:-1]]), np.concatenate([levels[1:], levels[-1:]])
    whole = np.stack([below, levels, above], axis=1)
    labels, probability = predict_batch(whole, load_applied(weights, "cpu", "float32"))
    mask = read_volume(tmp_path / "mask.ome.zarr")
    stored = read_volume(tmp_path / "mask.ome.zarr", "probability")
    assert np.abs(stored.array[:].astype(int) - probability).max() <= 1  # sums of floats in another order
    assert np.mean(mask.array[:] != labels) < 1e-3
    assert mask.origin == stored.origin == volume.origin
    assert mask.spacing == stored.spacing == SPACING


def test_a_slice_is_not_seen_beside_one_of_another_place(weights: Path) -> None:
    first, second = drifting((5, 40, 48), 5), drifting((4, 40, 48), 6)
    together = np.concatenate([first, second])
    pieces = alike(together)
    assert np.array_equal(pieces, [0] * 5 + [1] * 4)
    applied = load_applied(weights, "cpu", "float32")
    limits = grey_range(Volume(together, SPACING))
    (found,) = (probability for _, probability in predicted_slices(Volume(together, SPACING), applied))
    for part, there in ((first, found[:5]), (second, found[5:])):
        levels = normalise(part, limits)
        channels = np.stack([with_neighbours(levels, z, 1) for z in range(len(part))])
        assert np.abs(predict_batch(channels, applied)[1].astype(int) - there).max() <= 1


def test_labels_and_probability_agree(weights: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (2, 3, 30, 41), dtype=np.uint8)
    labels, probability = predict_batch(grey, load_applied(weights, "cpu", "float32"))
    assert labels.shape == probability.shape == (2, 30, 41)
    assert np.array_equal(labels > 0, probability > 127)


def test_tiles_cover_a_slice_and_leave_no_seam(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grey, _ = grey_and_pores((1, 3, 200, 150), 4)
    applied = load_applied(weights, "cpu", "float32")
    _, whole = predict_batch(grey, applied)
    monkeypatch.setattr(predict, "TILE_PX", 96)
    assert [len(tiles(edge, 8)) for edge in (96, 97, 128, 200)] == [1, 2, 2, 5]
    parts = tiles(200, 8)
    assert all(part.start % 8 == 0 for part in parts)
    assert parts[0].start == 0
    assert parts[-1].stop == 200
    assert all(a.stop - b.start >= OVERLAP_PX for a, b in itertools.pairwise(parts))
    _, tiled = predict_batch(grey, applied)
    difference = np.abs(whole.astype(int) - tiled)
    assert np.percentile(difference, 99) <= 2  # of 255: padding at the edges of tiles, blended away


def test_slices_know_how_sure_they_are() -> None:
    row = slice_row(np.array([[0, 0, 1, 2]]), np.array([[0, 51, 204, 255]], np.uint8), Calibration(1, 0, 3))
    assert row == pytest.approx(
        {"relative_density": 0.5, "expected_density": 0.5, "expected_error": 0.1, "density_margin": 0.3}
    )


def test_a_file_that_is_no_segmenter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no safetensors file"):
        load_network(tmp_path / "missing.safetensors")
    save_file({"a": torch.ones(1)}, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="rule train_unet"):
        load_network(tmp_path / "other.safetensors")
    (tmp_path / "text").write_text("text")
    with pytest.raises(InputError, match="no safetensors file"):
        load_network(tmp_path / "text")
