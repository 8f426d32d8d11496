"""If these fail, trainings could not be repeated or continued, or masks would depend on how a stack is read."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from scipy import ndimage

from porescope.checkpoint import beside
from porescope.errors import InputError
from porescope.segment import train as training
from porescope.segment.augment import AugmentOptions, augment
from porescope.segment.network import NetworkOptions, build, load_network, save_network
from porescope.segment.patches import grey_range, normalise
from porescope.segment.predict import predict_batch, predict_mask
from porescope.segment.train import TrainingOptions, batch_indices, learning_rate, train
from porescope.torch_setup import autocast
from porescope.volume import Spacing, read_volume, write_volume

SPACING = Spacing(0.025, 0.025, 0.025)
SMALL = {"encoder": "tu-regnetx_002", "encoder_depth": 3, "decoder_channels": [16, 12, 8]}
OPTIONS = TrainingOptions(
    network=SMALL,
    steps=8,
    batch=4,
    learning_rate=3e-3,
    weight_decay=0.01,
    validate_every_steps=3,
    augment={"brightness": 0.1, "contrast": 0.1, "noise": 0.1},
    precision="float32",
)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def blobs(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy grey values of a random two-phase structure, and its pores."""
    rng = np.random.default_rng(seed)
    pore = ndimage.gaussian_filter(rng.standard_normal(shape), (*[0] * (len(shape) - 2), 3, 3)) > 0
    grey = np.where(pore, 60, 180) + 25 * rng.standard_normal(shape)
    return np.clip(grey, 0, 255).astype(np.uint8), pore.astype(np.uint8)


@pytest.fixture
def patches(tmp_path: Path) -> Path:
    grey, pore = blobs((24, 32, 32), 1)
    arrays = {"train_grey": grey[:18, None], "train_labels": pore[:18]}
    path = tmp_path / "patches.npz"
    np.savez(path, **arrays, validation_grey=grey[18:, None], validation_labels=pore[18:])
    return path


def run(patches: Path, folder: Path, options: TrainingOptions = OPTIONS, seed: int = 1, code: str = "c") -> Path:
    folder.mkdir(exist_ok=True)
    weights = folder / "weights.safetensors"
    train(patches, weights, folder / "history.csv", options, seed, "cpu", code, save_every_s=0)
    return weights


def test_equal_seeds_give_equal_weights(patches: Path, tmp_path: Path) -> None:
    first, second = run(patches, tmp_path / "a"), run(patches, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != run(patches, tmp_path / "c", seed=2).read_bytes()


def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(
    patches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = run(patches, tmp_path / "a")
    real_step, done = training._step, []

    def step(*arguments: Any) -> float:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(1)
        return real_step(*arguments)

    monkeypatch.setattr(training, "_step", step)
    with pytest.raises(KeyboardInterrupt):
        run(patches, tmp_path / "b")
    left = beside(tmp_path / "b" / "weights.safetensors")
    assert left.is_file()
    steps = []
    monkeypatch.setattr(training, "_step", lambda *a: (steps.append(a[3]), real_step(*a))[1])
    resumed = run(patches, tmp_path / "b")
    assert steps == [5, 6, 7]
    assert resumed.read_bytes() == undisturbed.read_bytes()
    assert (tmp_path / "b/history.csv").read_bytes() == (tmp_path / "a/history.csv").read_bytes()
    assert not left.exists()


def test_state_of_other_code_is_not_continued(patches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_step = training._step

    def step(*arguments: Any) -> float:
        if arguments[3] == 5:
            raise KeyboardInterrupt
        return real_step(*arguments)

    monkeypatch.setattr(training, "_step", step)
    with pytest.raises(KeyboardInterrupt):
        run(patches, tmp_path / "a", code="old")
    steps = []
    monkeypatch.setattr(training, "_step", lambda *a: (steps.append(a[3]), real_step(*a))[1])
    run(patches, tmp_path / "a", code="new")
    assert steps == list(range(8))


def test_training_learns_and_its_history_tells_so(patches: Path, tmp_path: Path) -> None:
    options = TrainingOptions(**{**vars(OPTIONS), "steps": 40, "validate_every_steps": 10})
    run(patches, tmp_path / "a", options)
    history = pd.read_csv(tmp_path / "a" / "history.csv")
    assert history["step"].tolist() == [10, 20, 30, 40]
    assert history["accuracy_validation"].max() > 0.9
    assert history["loss_validation"].iloc[-1] < history["loss_validation"].iloc[0]


def test_every_patch_is_used_once_in_each_turn() -> None:
    seen = np.concatenate([batch_indices(10, 4, step, seed=7) for step in range(5)])
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10].tolist() != seen[10:].tolist()


def test_the_learning_rate_rises_and_falls() -> None:
    options = TrainingOptions(**{**vars(OPTIONS), "steps": 100})
    rates = [learning_rate(step, options) for step in range(100)]
    assert max(rates) == pytest.approx(options.learning_rate)
    assert int(np.argmax(rates)) == 15
    assert rates[-1] < 0.01 * options.learning_rate


def test_patches_are_mirrored_along_x_with_their_labels_and_never_along_y() -> None:
    grey = torch.arange(12.0).reshape(1, 1, 3, 4).repeat(50, 1, 1, 1)
    labels = torch.arange(12).reshape(1, 3, 4).repeat(50, 1, 1)
    changed, kept = augment(grey, labels, AugmentOptions(0, 0, 0), torch.Generator().manual_seed(0))
    assert torch.equal(changed[:, 0].long(), kept)
    mirrored = (kept[:, 0, 0] == 3).sum()
    assert 10 < mirrored < 40
    assert set(kept[:, 0, 0].tolist()) == {0, 3}


def test_augmentation_changes_grey_values_only() -> None:
    grey, labels = torch.zeros(200, 1, 8, 8), torch.zeros(200, 8, 8)
    changed, kept = augment(grey, labels, AugmentOptions(0.1, 0.1, 0), torch.Generator().manual_seed(0))
    assert float(changed[:, 0, 0, 0].std()) == pytest.approx(0.1, rel=0.2)
    assert torch.equal(kept, labels)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    options = NetworkOptions(**SMALL, in_channels=3, classes=3)
    path = tmp_path / "weights.safetensors"
    save_network(path, build(options).state_dict(), options)
    return path


def test_prediction_in_slabs_equals_prediction_of_the_whole(tmp_path: Path, weights: Path) -> None:
    grey, _ = blobs((37, 45, 52), 2)  # no multiple of a slab nor of 8 px
    write_volume(tmp_path / "grey.ome.zarr", grey, SPACING, "image", origin=(0.0, 0.1, 0.2))
    predict_mask(tmp_path / "grey.ome.zarr", weights, tmp_path / "mask.ome.zarr", "cpu", "float32")
    volume = read_volume(tmp_path / "grey.ome.zarr")
    network, options = load_network(weights)
    levels = normalise(grey, grey_range(volume))
    below, above = np.concatenate([levels[:1], levels[:-1]]), np.concatenate([levels[1:], levels[-1:]])
    whole = np.stack([below, levels, above], axis=1)
    labels, probability = predict_batch(whole, network, options.multiple_px, "cpu", "float32")
    mask = read_volume(tmp_path / "mask.ome.zarr")
    stored = read_volume(tmp_path / "mask.ome.zarr", "probability")
    assert np.abs(stored.array[:].astype(int) - probability).max() <= 1  # sums of floats in another order
    assert np.mean(mask.array[:] != labels) < 1e-3
    assert mask.origin == stored.origin == volume.origin
    assert mask.spacing == stored.spacing == SPACING


def test_labels_and_probability_agree(weights: Path) -> None:
    network, options = load_network(weights)
    grey = np.random.default_rng(0).integers(0, 256, (2, 3, 30, 41), dtype=np.uint8)
    labels, probability = predict_batch(grey, network, options.multiple_px, "cpu", "float32")
    assert labels.shape == probability.shape == (2, 30, 41)
    assert np.array_equal(labels > 0, probability > 127)


def test_an_unknown_encoder_is_named() -> None:
    with pytest.raises(InputError, match="encoder 'resnet19'"):
        build(NetworkOptions("resnet19", 4, [64, 32, 16, 8], 1, 3))
    with pytest.raises(InputError, match="decoder_channels"):
        build(NetworkOptions("resnet18", 4, [64, 32], 1, 3))


def test_a_file_that_is_no_segmenter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no safetensors file"):
        load_network(tmp_path / "missing.safetensors")
    save_file({"a": torch.ones(1)}, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="rule train_unet"):
        load_network(tmp_path / "other.safetensors")
    (tmp_path / "text").write_text("text")
    with pytest.raises(InputError, match="no safetensors file"):
        load_network(tmp_path / "text")


def test_precision_is_what_was_asked_for() -> None:
    product = {}
    for precision in ("float32", "bfloat16"):
        with autocast("cpu", precision):
            product[precision] = (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    assert product == {"float32": torch.float32, "bfloat16": torch.bfloat16}
