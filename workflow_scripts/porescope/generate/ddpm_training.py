"""Training of the diffusion model."""

from collections.abc import Mapping
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
from porescope.generate.training import Source, Stateful, run, set_learning_rate
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
    unconditional : float
        See Batches.
    precision : str
        See torch_setup.
    """

    steps: int
    batch: int
    learning_rate: float
    ema_decay: float
    coarse_weight: float
    unconditional: float
    precision: Precision


class DdpmTrainer:
    """The diffusion model while it is trained; a call trains one step.

    Parameters
    ----------
    denoiser : Denoiser
    noise : mapping
        Arguments of noise_schedule.
    options : DdpmTraining
    batches : Batches
    seed : int
        All that is random in a step follows from it and the step.
    device : str
    """

    def __init__(
        self,
        denoiser: Denoiser,
        noise: Mapping[str, Any],
        options: DdpmTraining,
        batches: Batches,
        seed: int,
        device: str,
    ) -> None:
        self.denoiser = denoiser.to(device).train()
        self.mean = RunningMean(denoiser, options.ema_decay)
        self._optimiser = torch.optim.AdamW(
            denoiser.parameters(), lr=options.learning_rate, betas=(0.9, 0.99), fused=True
        )
        self._schedule = noise_schedule(**noise)
        self._signal = self._schedule.alphas_cumprod.to(device)
        self._noise, self._options, self._batches = noise, options, batches
        self._seed, self._device = seed, device

    @property
    def parts(self) -> dict[str, Stateful]:
        """All that changes from step to step."""
        return {"denoiser": self.denoiser, "mean": self.mean.network, "optimiser": self._optimiser}

    def __call__(self, step: int) -> dict[str, float]:
        """Train one step and return its loss."""
        options = self._options
        clean, condition = self._batches(step)
        chance = random_numbers(self._seed, step, "noise")
        when = noise_steps(options.batch, self._noise["steps"], chance).to(self._device)
        white = torch.randn(clean.shape, generator=chance).to(self._device)
        with autocast(self._device, options.precision):
            log_odds = self.denoiser.log_odds(self._schedule.add_noise(clean, white, when), when, condition)
        loss = denoising_loss(log_odds, clean, self._signal[when], self._noise["shift"], options.coarse_weight)
        set_learning_rate(self._optimiser, step, options.steps, options.learning_rate)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.denoiser.parameters(), 1.0)
        self._optimiser.step()
        self.mean.update(step)
        return {"loss": loss.item()}


def train_ddpm(
    source: Source,
    network: Mapping[str, Any],
    noise: Mapping[str, Any],
    options: DdpmTraining,
    code: str,
    seed: int,
    device: str,
    weights: str | Path,
    architecture: str | Path,
) -> pd.DataFrame:
    """Train a conditional denoiser and write its running mean.

    Parameters
    ----------
    source : Source
    network : mapping
        fold_px, channels and layers of Denoiser.
    noise : mapping
        Arguments of noise_schedule.
    options : DdpmTraining
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
    real = source.load()
    conditions = source.conditions(real)
    known = ConditionCode.of(conditions)
    vectors = known.encode(conditions)
    batches = Batches(real.solid, vectors, source.symmetries, options.batch, seed, device, options.unconditional)
    arguments = {
        "field_px": real.solid.shape[-1],
        "condition_size": known.size,
        "depth_px": batches.depth_px,
        **network,
    }
    trainer = DdpmTrainer(Denoiser(**arguments), noise, options, batches, seed, device)
    settings = {
        "network": arguments,
        "noise": dict(noise),
        "options": asdict(options),
        "source": source.settings(),
        "code": code,
        "seed": seed,
    }
    checkpoint = Checkpoint(beside(weights), work_key(settings, source.files))
    curve = run(trainer.parts, trainer, options.steps, checkpoint)
    description = {
        "generator": "ddpm",
        "network": arguments,
        "noise": dict(noise),
        "code": known.to_json(),
        "field_px": arguments["field_px"],
        "pixel_um": real.pixel_um,
    }
    save_model(weights, architecture, trainer.mean.network, description)
    checkpoint.delete()
    return curve
