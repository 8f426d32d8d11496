"""If these fail, trainings could not be repeated or continued."""

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

from porescope.checkpoint import beside
from porescope.errors import InputError
from porescope.segment import train as training
from porescope.segment.augment import AugmentOptions, augment, known_neighbours
from porescope.segment.classes import IGNORED
from porescope.segment.network import load_network
from porescope.segment.train import TrainingOptions, batch_indices, learning_rate, loss_of, train
from porescope.volume import Spacing
from segmenting import SMALL, grey_and_pores

SCRIPTS = Path(training.__file__).parents[2]
SPACING = Spacing(0.025, 0.025, 0.025)
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


@pytest.fixture
def patches(tmp_path: Path) -> Path:
    grey, pore = grey_and_pores((24, 32, 32), 1)
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
