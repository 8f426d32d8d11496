"""Training of the diffusion model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from porescope.checkpoint import Checkpoint, beside, work_key
from porescope.generate.conditions import ConditionCode
from porescope.generate.data import Batches, random_numbers
from porescope.generate.ddpm import Denoiser, denoising_loss, noise_schedule, noise_steps
from porescope.generate.ema import RunningMean
from porescope.generate.models import save_model
from porescope.generate.sections import Sections
from porescope.generate.training import Stateful, learning_rate, run
from porescope.torch_setup import Precision, autocast, deterministic


@dataclass(frozen=True)
class DdpmTraining:
    """How the diffusion model is trained.

    Attributes
    ----------
    steps, batch : int
        Steps, and sections in each.
    learning_rate : float
        Its peak (AdamW).
    ema_decay : float
        Decay of the running mean of the weights.
    coarse_weight : float
        See denoising_loss.
    precision : str
        See torch_setup.
    """

    steps: int
    batch: int
    learning_rate: float
    ema_decay: float
    coarse_weight: float
    precision: Precision


def train_ddpm(
    sections: str | Path,
    network: Mapping[str, Any],
    noise: Mapping[str, Any],
    options: DdpmTraining,
    symmetries: Sequence[str],
    code: str,
    seed: int,
    device: str,
    weights: str | Path,
    architecture: str | Path,
) -> pd.DataFrame:
    """Train a conditional denoiser and write its running mean.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them.
    network : mapping
        fold_px, channels and layers of Denoiser.
    noise : mapping
        Arguments of noise_schedule.
    options : DdpmTraining
    symmetries : sequence of str
        See Batches.
    code : str
        Digest of the code; unfinished training of other code is not continued.
    seed : int
    device : str
    weights, architecture : path
        Outputs; see save_model.

    Returns
    -------
    table
        The training curve: step, loss.
    """
    deterministic()
    torch.manual_seed(seed)
    real = Sections.load(sections)
    conditions = ConditionCode.of(real.conditions)
    arguments = {"field_px": real.solid.shape[-1], "condition_size": conditions.size, **network}
    denoiser = Denoiser(**arguments).to(device).train()
    mean = RunningMean(denoiser, options.ema_decay)
    optimiser = torch.optim.AdamW(denoiser.parameters(), lr=options.learning_rate, betas=(0.9, 0.99))
    schedule = noise_schedule(**noise)
    signal = schedule.alphas_cumprod.to(device)
    batches = Batches(real, conditions, symmetries, options.batch, seed, device)

    def advance(step: int) -> dict[str, float]:
        clean, condition = batches(step)
        chance = random_numbers(seed, step, "noise")
        when = noise_steps(options.batch, noise["steps"], chance).to(device)
        white = torch.randn(clean.shape, generator=chance).to(device)
        with autocast(device, options.precision):
            predicted = denoiser(schedule.add_noise(clean, white, when), when, condition)
        loss = denoising_loss(predicted.float(), clean, signal[when], noise["shift"], options.coarse_weight)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, options.steps, options.learning_rate)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(denoiser.parameters(), 1.0)
        optimiser.step()
        mean.update(denoiser, step)
        return {"loss": loss.item()}

    settings = {
        "network": arguments,
        "noise": dict(noise),
        "options": asdict(options),
        "symmetries": list(symmetries),
        "code": code,
        "seed": seed,
    }
    checkpoint = Checkpoint(beside(weights), work_key(settings, [sections]))
    parts: dict[str, Stateful] = {"denoiser": denoiser, "mean": mean.network, "optimiser": optimiser}
    curve = run(parts, advance, options.steps, checkpoint)
    description = {
        "generator": "ddpm",
        "network": arguments,
        "noise": dict(noise),
        "code": conditions.to_json(),
        "field_px": arguments["field_px"],
        "pixel_um": real.pixel_um,
    }
    save_model(weights, architecture, mean.network, description)
    checkpoint.delete()
    return curve
