"""Training of a segmenter: patches in, weights and their history out."""

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from porescope.checkpoint import Checkpoint, beside, work_key
from porescope.progress import progress
from porescope.segment.augment import AugmentOptions, augment
from porescope.segment.network import NetworkOptions, as_input, build, parameter_count, save_network
from porescope.segment.patches import Patches, read_patches
from porescope.segment.plan import CLASSES
from porescope.torch_setup import Precision, autocast, deterministic

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
        encoder, encoder_depth, decoder_channels; see NetworkOptions.
    steps : int
    batch : int
        Patches a step.
    learning_rate : float
        Its highest value, of AdamW.
    weight_decay : float
    validate_every_steps : int
    augment : dict
        See AugmentOptions.
    precision : 'auto', 'float32' or 'bfloat16'
        See porescope.torch_setup.
    """

    network: Mapping[str, Any]
    steps: int
    batch: int
    learning_rate: float
    weight_decay: float
    validate_every_steps: int
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
    save_every_s: float = 20.0,
) -> None:
    """Train a network and write the weights that are best on the validation slabs.

    A training that was killed continues from the state it left beside the weights and ends with the same weights as
    one that was not: what is random in a step follows from the seed and the number of the step.

    Parameters
    ----------
    patches : path
        As cut_patches wrote them.
    weights : path
        Safetensors to write; see save_network.
    history : path
        CSV to write: step, loss_train (mean since the row before), loss_validation (both cross-entropy),
        accuracy_validation (of pore against metal, relative to the labels, not to truth), learning_rate.
    options : TrainingOptions
    seed : int
    device : 'cpu' or 'cuda'
    code : str
        Digest of the code; state left by other code is discarded.
    save_every_s : float
        Seconds between two savings of the state.
    """
    deterministic()
    torch.manual_seed(seed)
    seen, unseen = read_patches(patches, "train"), read_patches(patches, "validation")
    network_options = NetworkOptions(**options.network, in_channels=seen.grey.shape[1], classes=CLASSES)
    network = build(network_options).to(device).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay, fused=device == "cuda"
    )
    key = work_key({"options": asdict(options), "seed": seed, "device": device, "code": code}, [patches])
    checkpoint = Checkpoint(beside(weights), key, save_every_s)
    state = _resume(checkpoint, network, optimizer)
    log.info("%d trained values, %d patches, %d steps", parameter_count(network), len(seen.grey), options.steps)
    for step in progress(range(state.step, options.steps), options.steps - state.step, "training steps"):
        rate = learning_rate(step, options)
        state.losses.append(_step(network, optimizer, seen, step, rate, options, seed, device))
        state.step = step + 1
        if state.step % options.validate_every_steps == 0 or state.step == options.steps:
            _validate(network, unseen, state, rate, options, device)
        if checkpoint.due():
            checkpoint.save({**vars(state), "network": network.state_dict(), "optimizer": optimizer.state_dict()})
    best = min(state.history, key=lambda row: row["loss_validation"])
    log.info("best weights: step %d, validation loss %.4f", best["step"], best["loss_validation"])
    save_network(weights, state.best, network_options)
    pd.DataFrame(state.history).to_csv(history, index=False, float_format="%.6g")
    checkpoint.delete()


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
        loss = functional.cross_entropy(logits.float(), labels.to(device).long())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def _validate(
    network: torch.nn.Module, patches: Patches, state: State, rate: float, options: TrainingOptions, device: str
) -> None:
    """Add a row to the history, and keep the weights if they are the best yet."""
    network.eval()
    loss, right = 0.0, 0
    with torch.inference_mode(), autocast(device, options.precision):
        for start in range(0, len(patches.grey), VALIDATION_BATCH):
            grey = as_input(patches.grey[start : start + VALIDATION_BATCH])
            labels = torch.from_numpy(patches.labels[start : start + VALIDATION_BATCH]).to(device).long()
            logits = network(grey.to(device, memory_format=torch.channels_last)).float()
            loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
            pore = logits.softmax(1)[:, 0] < 0.5
            right += int((pore == (labels > 0)).sum())
    row = {
        "step": state.step,
        "loss_train": sum(state.losses) / len(state.losses),
        "loss_validation": loss / patches.labels.size,
        "accuracy_validation": right / patches.labels.size,
        "learning_rate": rate,
    }
    if all(row["loss_validation"] < earlier["loss_validation"] for earlier in state.history):
        state.best = {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
    state.history.append(row)
    state.losses = []
    log.info("step %(step)d: loss %(loss_train).4f, validation %(loss_validation).4f", row)


def _resume(checkpoint: Checkpoint, network: torch.nn.Module, optimizer: torch.optim.Optimizer) -> State:
    saved = checkpoint.load()
    if saved is None:
        return State()
    network.load_state_dict(saved.pop("network"))
    optimizer.load_state_dict(saved.pop("optimizer"))
    return State(**saved)
