"""Training of a segmenter: patches in, weights and their history out."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from porescope.checkpoint import Checkpoint, beside, work_key
from porescope.errors import InputError
from porescope.progress import progress
from porescope.segment.augment import AugmentOptions, augment
from porescope.segment.calibrate import calibrate
from porescope.segment.classes import CLASSES, IGNORED
from porescope.segment.network import (
    NetworkOptions,
    as_input,
    build,
    load_encoder,
    load_network,
    parameter_count,
    save_network,
)
from porescope.segment.patches import Patches, read_patches, splits_of
from porescope.torch_setup import Precision, autocast, deterministic, keep_freed_memory

log = logging.getLogger(__name__)

WARM_UP = 0.15
"""Share of the steps over which the learning rate rises; it falls along a cosine after that."""

VALIDATION_BATCH = 32


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained.

    Attributes
    ----------
    network : dict
        architecture, settings; see NetworkOptions. A training that starts from weights takes their network.
    encoder_weights : path, optional
        Safetensors with weights of the encoder alone; see network.load_encoder.
    optimizer : 'adamw' or 'rmsprop'
    steps : int
    batch : int
        Patches a step.
    learning_rate : float
        Its highest value.
    weight_decay : float
    label_trust : float
        From 0 to 1; 1 is the cross-entropy, less gives pixels whose label the network doubts less weight; see loss_of.
    class_weights : three floats
        Of metal, dark pore and shine-through in the loss.
    validate_every_steps : int
    patience : int
        Validations without a better loss after which training stops; 0 for never.
    augment : dict
        See AugmentOptions.
    precision : 'auto', 'float32' or 'bfloat16'
        See porescope.torch_setup.
    """

    network: Mapping[str, Any]
    encoder_weights: str | None
    optimizer: Literal["adamw", "rmsprop"]
    steps: int
    batch: int
    learning_rate: float
    weight_decay: float
    label_trust: float
    class_weights: Sequence[float]
    validate_every_steps: int
    patience: int
    augment: Mapping[str, float]
    precision: Precision = "auto"


@dataclass
class State:
    """What a training that was stopped needs to go on.

    Attributes
    ----------
    step : int
        Steps done.
    best : dict of tensors
        Weights with the lowest validation loss so far.
    history : list of dict
        Rows of history.csv.
    losses : list of float
        Of the steps since the last validation.
    """

    step: int = 0
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


def train(
    patches: str | Path,
    weights: str | Path,
    history: str | Path,
    options: TrainingOptions,
    seed: int,
    device: str,
    code: str,
    start: str | Path | None = None,
    save_every_s: float = 20.0,
) -> None:
    """Train a network, keep the weights that are best on the validation patches, calibrate and write it.

    A training that was killed continues from the state it left beside the weights and ends with the same weights as
    one that was not: what is random in a step follows from the seed and the number of the step.

    Parameters
    ----------
    patches : path
        As cut_patches wrote them.
    weights : path
        Safetensors to write; see save_network.
    history : path
        CSV to write: step, loss_train (mean since the row before), loss_validation (both as loss_of),
        accuracy_validation (of pore against metal, relative to the labels, not to truth), learning_rate.
    options : TrainingOptions
    seed : int
    device : 'cpu' or 'cuda'
    code : str
        Digest of the code; state left by other code is discarded.
    start : path, optional
        Weights of a network, as save_network wrote them, to start from in place of random ones.
    save_every_s : float
        Seconds between two savings of the state.
    """
    deterministic()
    keep_freed_memory()
    torch.manual_seed(seed)
    seen, unseen = read_patches(patches, "train"), read_patches(patches, "validation")
    network, network_options = starting_network(options, seen.grey.shape[1], start)
    network = network.to(device).to(memory_format=torch.channels_last)
    optimizer = _optimizer(network, options, device)
    inputs = [patches, *[path for path in (start, options.encoder_weights) if path is not None]]
    key = work_key({"options": asdict(options), "seed": seed, "device": device, "code": code}, inputs)
    checkpoint = Checkpoint(beside(weights), key, save_every_s)
    state = _resume(checkpoint, network, optimizer)
    log.info("%d trained values, %d patches, %d steps", parameter_count(network), len(seen.grey), options.steps)
    for step in progress(range(state.step, options.steps), options.steps - state.step, "training steps"):
        if _out_of_patience(state.history, options.patience):
            log.info("no better validation loss for %d validations: stopped", options.patience)
            break
        rate = learning_rate(step, options)
        state.losses.append(_step(network, optimizer, seen, step, rate, options, seed, device))
        state.step = step + 1
        if state.step % options.validate_every_steps == 0 or state.step == options.steps:
            _validate(network, unseen, state, rate, options, device)
        if checkpoint.due():
            checkpoint.save({**vars(state), "network": network.state_dict(), "optimizer": optimizer.state_dict()})
    best = min(state.history, key=lambda row: row["loss_validation"])
    log.info("best weights: step %d, validation loss %.4f", best["step"], best["loss_validation"])
    network.load_state_dict(state.best)
    split = "calibration" if "calibration" in splits_of(patches) else "validation"
    save_network(weights, state.best, network_options, calibrate(network, read_patches(patches, split), device))
    pd.DataFrame(state.history).to_csv(history, index=False, float_format="%.6g")
    checkpoint.delete()


def starting_network(
    options: TrainingOptions, in_channels: int, start: str | Path | None
) -> tuple[torch.nn.Module, NetworkOptions]:
    """The network before its first step.

    Raises
    ------
    InputError
        The network that the weights belong to takes another number of slices than the patches have.
    """
    if start is None:
        network_options = NetworkOptions(**options.network, in_channels=in_channels, classes=CLASSES)
        network = build(network_options)
        if options.encoder_weights is not None:
            load_encoder(network, options.encoder_weights)
        return network, network_options
    network, network_options, _ = load_network(start)
    if network_options.in_channels != in_channels:
        raise InputError(
            f"{start}: a network of {network_options.neighbours} neighbouring slices on each side, but the patches "
            f"have {in_channels // 2}; set config segment/best/plan/neighbours to {network_options.neighbours}"
        )
    return network, network_options


def loss_of(logits: torch.Tensor, labels: torch.Tensor, options: TrainingOptions) -> torch.Tensor:
    """Mean loss over the pixels whose label is known.

    Parameters
    ----------
    logits : (n, 3, y, x) float tensor
    labels : (n, y, x) tensor
        Classes; IGNORED ones do not count.

    Notes
    -----
    With q = 1 - label_trust the loss of a pixel whose label has the probability p is (1 - p^q) / q: the cross-entropy
    for q = 0; the larger q, the less is learnt from labels that contradict what the others taught.

    References
    ----------
    Z. Zhang, M. Sabuncu, NeurIPS 2018, "Generalized cross entropy loss for training deep neural networks with noisy
    labels".
    """
    weights = torch.tensor(options.class_weights, dtype=logits.dtype, device=logits.device)
    q = 1 - options.label_trust
    if q == 0:
        return functional.cross_entropy(logits, labels, weights, ignore_index=IGNORED)
    known = labels != IGNORED
    target = torch.where(known, labels, 0)
    probability = logits.log_softmax(1).gather(1, target[:, None])[:, 0].exp()
    weight = weights[target] * known
    return (weight * (1 - probability.clamp_min(1e-6) ** q) / q).sum() / weight.sum().clamp_min(1e-6)


def learning_rate(step: int, options: TrainingOptions) -> float:
    """A linear rise from a twentieth, then half a cosine down to a thousandth of the highest rate."""
    rise = max(1, round(WARM_UP * options.steps))
    if step < rise:
        return options.learning_rate * (0.05 + 0.95 * step / rise)
    done = (step - rise) / max(1, options.steps - rise)
    return options.learning_rate * (0.001 + 0.999 * (1 + math.cos(math.pi * done)) / 2)


def batch_indices(n_patches: int, batch: int, step: int, seed: int) -> np.ndarray:
    """Patches of a step: a walk through one random order after another, each patch once in each."""
    places = np.arange(step * batch, (step + 1) * batch)
    orders = {
        turn: np.random.default_rng([seed, turn]).permutation(n_patches) for turn in np.unique(places // n_patches)
    }
    return np.array([orders[turn][place] for turn, place in zip(places // n_patches, places % n_patches, strict=True)])


def _step(
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    patches: Patches,
    step: int,
    rate: float,
    options: TrainingOptions,
    seed: int,
    device: str,
) -> float:
    """One step of the optimizer; returns the loss before it."""
    chosen = batch_indices(len(patches.grey), options.batch, step, seed)
    random = torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**63)
    grey, labels = augment(
        as_input(patches.grey[chosen]),
        torch.from_numpy(patches.labels[chosen]),
        AugmentOptions(**options.augment),
        random,
    )
    for group in optimizer.param_groups:
        group["lr"] = rate
    network.train()
    with autocast(device, options.precision):
        logits = network(grey.to(device, memory_format=torch.channels_last))
        loss = loss_of(logits.float(), labels.to(device).long(), options)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def _validate(
    network: torch.nn.Module, patches: Patches, state: State, rate: float, options: TrainingOptions, device: str
) -> None:
    """Add a row to the history, and keep the weights if they are the best yet."""
    network.eval()
    loss, right, known = 0.0, 0, 0
    with torch.inference_mode(), autocast(device, options.precision):
        for start in range(0, len(patches.grey), VALIDATION_BATCH):
            grey = as_input(patches.grey[start : start + VALIDATION_BATCH])
            labels = torch.from_numpy(patches.labels[start : start + VALIDATION_BATCH]).to(device).long()
            logits = network(grey.to(device, memory_format=torch.channels_last)).float()
            counted = int((labels != IGNORED).sum())
            loss += float(loss_of(logits, labels, options)) * counted
            pore = logits.softmax(1)[:, 0] < 0.5
            right += int(((pore == (labels > 0)) & (labels != IGNORED)).sum())
            known += counted
    row = {
        "step": state.step,
        "loss_train": sum(state.losses) / len(state.losses),
        "loss_validation": loss / known,
        "accuracy_validation": right / known,
        "learning_rate": rate,
    }
    if all(row["loss_validation"] < earlier["loss_validation"] for earlier in state.history):
        state.best = {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
    state.history.append(row)
    state.losses = []
    log.info("step %(step)d: loss %(loss_train).4f, validation %(loss_validation).4f", row)


def _optimizer(network: torch.nn.Module, options: TrainingOptions, device: str) -> torch.optim.Optimizer:
    if options.optimizer == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    return torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay, fused=device == "cuda"
    )


def _out_of_patience(history: Sequence[Mapping[str, float]], patience: int) -> bool:
    losses = [row["loss_validation"] for row in history]
    return 0 < patience <= len(losses) - 1 - int(np.argmin(losses)) if losses else False


def _resume(checkpoint: Checkpoint, network: torch.nn.Module, optimizer: torch.optim.Optimizer) -> State:
    saved = checkpoint.load()
    if saved is None:
        return State()
    network.load_state_dict(saved.pop("network"))
    optimizer.load_state_dict(saved.pop("optimizer"))
    return State(**saved)
