"""If these fail, trainings could not be repeated or continued, or masks would depend on how a stack is read."""

import itertools
import json
import os
import subprocess
import sys
import time
from dataclasses import fields
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
from porescope.segment import predict
from porescope.segment import train as training
from porescope.segment.augment import AugmentOptions, augment, known_neighbours
from porescope.segment.classes import IGNORED
from porescope.segment.network import (
    Calibration,
    NetworkOptions,
    build,
    fold_normalisation,
    load_encoder,
    load_network,
    parameter_count,
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
from porescope.segment.train import TrainingOptions, batch_indices, learning_rate, loss_of, train
from porescope.torch_setup import autocast
from porescope.volume import Spacing, Volume, read_volume, write_volume

SCRIPTS = Path(training.__file__).parents[2]
SPACING = Spacing(0.025, 0.025, 0.025)
SMALL: dict[str, Any] = {"architecture": "folded", "settings": {"channels": [8, 12, 16]}}
PLAIN = dict.fromkeys([field.name for field in fields(AugmentOptions)], 0.0)
OPTIONS = TrainingOptions(
    network=SMALL,
    encoder_weights=None,
    optimizer="adamw",
    steps=8,
    batch=4,
    learning_rate=3e-3,
    weight_decay=0.01,
    label_trust=1,
    class_weights=[1, 1, 1],
    validate_every_steps=3,
    patience=0,
    augment={**PLAIN, "brightness": 0.1, "contrast": 0.1, "noise": 0.1, "gamma": 0.1, "blur": 0.5},
    precision="float32",
)
TRUSTED = Calibration(1.0, 0.0, 2.0)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def blobs(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy grey values of a random two-phase structure, and its pores."""
    rng = np.random.default_rng(seed)
    pore = ndimage.gaussian_filter(rng.standard_normal(shape), (*[0] * (len(shape) - 2), 3, 3)) > 0
    grey = np.where(pore, 60, 180) + 25 * rng.standard_normal(shape)
    return np.clip(grey, 0, 255).astype(np.uint8), pore.astype(np.uint8)


def drifting(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """Noisy grey values of slices that show the same structure, each a pixel further."""
    grey, _ = blobs(shape[1:], seed)
    noise = np.random.default_rng(seed).integers(0, 30, shape)
    return np.stack([np.roll(grey, z, 1) // 2 + extra for z, extra in enumerate(noise)]).astype(np.uint8)


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
    options = TrainingOptions(**{**vars(OPTIONS), "steps": 60, "validate_every_steps": 15, "learning_rate": 0.02})
    run(patches, tmp_path / "a", options)
    history = pd.read_csv(tmp_path / "a" / "history.csv")
    assert history["step"].tolist() == [15, 30, 45, 60]
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
    changed, kept = augment(grey, labels, AugmentOptions(**PLAIN), torch.Generator().manual_seed(0))
    assert torch.equal(changed[:, 0].long(), kept)
    mirrored = (kept[:, 0, 0] == 3).sum()
    assert 10 < mirrored < 40
    assert set(kept[:, 0, 0].tolist()) == {0, 3}


def test_augmentation_changes_grey_values_only() -> None:
    grey, labels = torch.zeros(200, 1, 8, 8), torch.zeros(200, 8, 8)
    options = AugmentOptions(**{**PLAIN, "brightness": 0.1})
    changed, kept = augment(grey, labels, options, torch.Generator().manual_seed(0))
    assert float(changed[:, 0, 0, 0].std()) == pytest.approx(0.1, rel=0.2)
    assert torch.equal(kept, labels)


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


def test_normalisation_folds_into_convolutions_without_changing_answers() -> None:
    network = build(NetworkOptions(**SMALL, in_channels=3, classes=3))
    batch = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    network.train()(batch)  # statistics other than 0 and 1
    network.eval()
    with torch.inference_mode():
        before = network(batch)
        fold_normalisation(network)
        assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.modules())
        assert torch.allclose(network(batch), before, atol=1e-5)


def test_labels_and_probability_agree(weights: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (2, 3, 30, 41), dtype=np.uint8)
    labels, probability = predict_batch(grey, load_applied(weights, "cpu", "float32"))
    assert labels.shape == probability.shape == (2, 30, 41)
    assert np.array_equal(labels > 0, probability > 127)


def test_tiles_cover_a_slice_and_leave_no_seam(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grey, _ = blobs((1, 3, 200, 150), 4)
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


@pytest.mark.parametrize(
    "network",
    [
        {"architecture": "chollet", "settings": {}},
        {"architecture": "unet", "settings": {"encoder_name": "tu-resnet10t", "encoder_depth": 5}},
        {"architecture": "fpn", "settings": {"encoder_name": "resnet18"}},
    ],
)
def test_networks_by_name_give_three_logits_a_pixel(network: dict[str, Any]) -> None:
    options = NetworkOptions(**network, in_channels=3, classes=3)
    edge = 2 * options.multiple_px
    assert build(options)(torch.zeros(2, 3, edge, edge)).shape == (2, 3, edge, edge)


def test_the_papers_network_has_its_filters() -> None:
    network = build(NetworkOptions("chollet", {}, 1, 3))
    filters = [m.out_channels for m in network.modules() if isinstance(m, torch.nn.ConvTranspose2d)]
    assert filters == [256, 256, 128, 128, 64, 64, 32, 32]
    assert parameter_count(network) == pytest.approx(2.06e6, rel=0.01)


def test_an_unknown_network_is_named() -> None:
    with pytest.raises(InputError, match="resnet19"):
        build(NetworkOptions("unet", {"encoder_name": "resnet19"}, 1, 3))
    with pytest.raises(InputError, match="architecture 'vnet'"):
        build(NetworkOptions("vnet", {}, 1, 3))
    with pytest.raises(InputError, match="channel"):
        build(NetworkOptions("folded", {"channel": [8]}, 1, 3))


def test_encoder_weights_of_a_local_file_are_taken(tmp_path: Path) -> None:
    options = NetworkOptions("unet", {"encoder_name": "resnet18"}, 7, 3)
    donor = build(NetworkOptions("unet", {"encoder_name": "resnet18"}, 3, 3)).encoder
    save_file(
        {name: value.contiguous() for name, value in donor.state_dict().items()}, tmp_path / "encoder.safetensors"
    )
    network = build(options)
    load_encoder(network, tmp_path / "encoder.safetensors")
    own = network.encoder.state_dict()
    assert torch.equal(own["layer1.0.conv1.weight"], donor.state_dict()["layer1.0.conv1.weight"])
    grey = torch.rand(1, 1, 32, 32)  # the same in every channel gives what it gave in three
    assert torch.allclose(
        network.encoder.conv1(grey.expand(1, 7, 32, 32)), donor.conv1(grey.expand(1, 3, 32, 32)), atol=1e-5
    )
    with pytest.raises(InputError, match="no encoder"):
        load_encoder(build(NetworkOptions("chollet", {}, 1, 3)), tmp_path / "encoder.safetensors")


def test_labels_that_are_ignored_teach_nothing_and_doubted_ones_less() -> None:
    logits = torch.tensor([[[[4.0, 0.0]], [[0.0, 4.0]], [[0.0, 0.0]]]])
    right, wrong = torch.tensor([[[0, 1]]]), torch.tensor([[[0, 0]]])
    ignored = torch.tensor([[[0, IGNORED]]])
    for trust in (1.0, 0.5):
        options = TrainingOptions(**{**vars(OPTIONS), "label_trust": trust})
        assert torch.allclose(loss_of(logits, ignored, options), loss_of(logits[..., :1], right[..., :1], options))
    doubtful = TrainingOptions(**{**vars(OPTIONS), "label_trust": 0.3})
    assert loss_of(logits, wrong, doubtful) < 0.4 * loss_of(logits, wrong, OPTIONS)


def test_training_stops_when_it_no_longer_improves(patches: Path, tmp_path: Path) -> None:
    options = TrainingOptions(
        **{**vars(OPTIONS), "steps": 60, "validate_every_steps": 1, "patience": 2, "learning_rate": 1e-9}
    )
    run(patches, tmp_path / "a", options)
    history = pd.read_csv(tmp_path / "a" / "history.csv")
    assert len(history) < 60
    assert len(history) - 1 - int(history["loss_validation"].argmin()) == 2


def test_a_training_may_start_from_a_network(patches: Path, tmp_path: Path) -> None:
    first = run(patches, tmp_path / "a")
    options = TrainingOptions(**{**vars(OPTIONS), "network": None, "steps": 1, "learning_rate": 1e-12})
    (tmp_path / "b").mkdir()
    weights = tmp_path / "b" / "weights.safetensors"
    train(patches, weights, tmp_path / "b" / "h.csv", options, 1, "cpu", "c", start=first)
    old, new = load_network(first)[0], load_network(weights)[0]
    pairs = zip(old.parameters(), new.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)
    wide = tmp_path / "wide.npz"
    with np.load(patches) as stored:
        np.savez(wide, **{k: v.repeat(3, 1) if "grey" in k else v for k, v in stored.items()})
    with pytest.raises(InputError, match="neighbours"):
        train(wide, weights, tmp_path / "b" / "h.csv", options, 1, "cpu", "c", start=first)


def test_neighbours_that_are_missing_show_the_nearest_known_slice() -> None:
    random = torch.Generator().manual_seed(0)
    single = known_neighbours(5, 7, AugmentOptions(**{**PLAIN, "single": 1.0}), random)
    assert (single == 3).all()
    assert known_neighbours(1, 7, AugmentOptions(**PLAIN), random).tolist() == [[0, 1, 2, 3, 4, 5, 6]]
    cropped = known_neighbours(200, 7, AugmentOptions(**{**PLAIN, "cropped": 1.0}), random)
    assert (cropped[:, 3] == 3).all()
    assert (cropped.diff(dim=1) >= 0).all()
    assert {tuple(row) for row in cropped.tolist()} >= {
        (3, 3, 3, 3, 4, 5, 6),
        (0, 1, 2, 3, 3, 3, 3),
        (2, 2, 2, 3, 4, 4, 4),
    }


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


def test_a_training_that_was_killed_outright_goes_on_to_the_same_weights(patches: Path, tmp_path: Path) -> None:
    """SIGKILL leaves no time to tidy up: only what was saved before counts."""
    undisturbed = run(patches, tmp_path / "a", TrainingOptions(**{**vars(OPTIONS), "steps": 200}))
    target = tmp_path / "b" / "weights.safetensors"
    target.parent.mkdir()
    program = (
        "import json, sys, torch; torch.set_num_threads(1)\n"
        "from porescope.segment.train import TrainingOptions, train\n"
        "patches, weights, history, options = sys.argv[1:]\n"
        "train(patches, weights, history, TrainingOptions(**json.loads(options)), 1, 'cpu', 'c', save_every_s=0)\n"
    )
    options = json.dumps({**vars(OPTIONS), "steps": 200})
    arguments = [str(patches), str(target), str(tmp_path / "b" / "history.csv"), options]
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], env=environment)
    try:
        while process.poll() is None and not beside(target).is_file():
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    assert beside(target).is_file()
    assert not target.exists()
    assert run(patches, tmp_path / "b", TrainingOptions(**json.loads(options))).read_bytes() == undisturbed.read_bytes()
