"""Training of the generative adversarial network."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from porescope.checkpoint import Checkpoint, beside, work_key
from porescope.generate.cgan import Discriminator, Generator, discriminator_loss
from porescope.generate.conditions import ConditionCode
from porescope.generate.data import Batches, random_numbers
from porescope.generate.ema import RunningMean
from porescope.generate.models import save_model
from porescope.generate.training import Source, Stateful, run, set_learning_rate
from porescope.torch_setup import Precision, autocast, deterministic


@dataclass(frozen=True)
class CganTraining:
    """How the two networks are trained against each other.

    Attributes
    ----------
    steps, batch : int
        Steps, and sections in each; one update of either network a step.
    learning_rate_generator, learning_rate_discriminator : float
        Their peaks (Adam without momentum).
    ema_decay : float
        Decay of the running mean of the generator's weights.
    precision : str
        See torch_setup.
    """

    steps: int
    batch: int
    learning_rate_generator: float
    learning_rate_discriminator: float
    ema_decay: float
    precision: Precision


class CganTrainer:
    """The two networks while they are trained against each other; a call trains one step.

    Parameters
    ----------
    maker : Generator
    judge : Discriminator
    options : CganTraining
    batches : Batches
    seed : int
        All that is random in a step follows from it and the step.
    device : str
    """

    def __init__(
        self, maker: Generator, judge: Discriminator, options: CganTraining, batches: Batches, seed: int, device: str
    ) -> None:
        self.maker, self.judge = maker.to(device).train(), judge.to(device).train()
        self.mean = RunningMean(maker, options.ema_decay)
        self._makers = torch.optim.Adam(
            maker.parameters(), lr=options.learning_rate_generator, betas=(0.0, 0.99), fused=True
        )
        self._judges = torch.optim.Adam(
            judge.parameters(), lr=options.learning_rate_discriminator, betas=(0.0, 0.99), fused=True
        )
        self._options, self._batches = options, batches
        self._seed, self._device = seed, device

    @property
    def parts(self) -> dict[str, Stateful]:
        """All that changes from step to step."""
        return {
            "maker": self.maker,
            "judge": self.judge,
            "mean": self.mean.network,
            "makers": self._makers,
            "judges": self._judges,
        }

    def __call__(self, step: int) -> dict[str, float]:
        """Update the discriminator, then the generator, and return their losses."""
        options = self._options
        set_learning_rate(self._makers, step, options.steps, options.learning_rate_generator)
        set_learning_rate(self._judges, step, options.steps, options.learning_rate_discriminator)
        solid, condition = self._batches(step)
        latent = self.maker.latent(options.batch, random_numbers(self._seed, step, "latent")).to(self._device)
        with autocast(self._device, options.precision):
            made = self.maker(latent, condition)
            real, generated = self.judge(solid, condition), self.judge(made.detach(), condition)
        loss_judge = discriminator_loss(real.float(), generated.float())
        self._judges.zero_grad(set_to_none=True)
        loss_judge.backward()
        self._judges.step()
        self.judge.requires_grad_(False)
        with autocast(self._device, options.precision):
            loss_maker = -self.judge(made, condition).float().mean()
        self.judge.requires_grad_(True)
        self._makers.zero_grad(set_to_none=True)
        loss_maker.backward()
        self._makers.step()
        self.mean.update(step)
        return {"loss_discriminator": loss_judge.item(), "loss_generator": loss_maker.item()}


def train_cgan(
    source: Source,
    generator: Mapping[str, Any],
    discriminator: Mapping[str, Any],
    options: CganTraining,
    code: str,
    seed: int,
    device: str,
    weights: str | Path,
    architecture: str | Path,
) -> pd.DataFrame:
    """Train a conditional generator against a projection discriminator and write the generator's running mean.

    Parameters
    ----------
    source : Source
    generator, discriminator : mapping
        Arguments of Generator (latent_size, fold_px, channels) and Discriminator (fold_px, channels).
    options : CganTraining
    code : str
        Digest of the code; unfinished training of other code is not continued.
    seed : int
    device : str
    weights, architecture : path
        Outputs; see save_model.

    Returns
    -------
    table
        The training curve: step, loss_discriminator, loss_generator.
    """
    deterministic()
    torch.manual_seed(seed)
    real = source.load()
    conditions = source.conditions(real)
    known = ConditionCode.of(conditions)
    arguments = {"field_px": real.solid.shape[-1], "condition_size": known.size, **generator}
    maker, judge = Generator(**arguments), Discriminator(known.size, **discriminator)
    batches = Batches(real.solid, known.encode(conditions), source.symmetries, options.batch, seed, device)
    trainer = CganTrainer(maker, judge, options, batches, seed, device)
    settings = {
        "generator": arguments,
        "discriminator": dict(discriminator),
        "options": asdict(options),
        "source": source.settings(),
        "code": code,
        "seed": seed,
    }
    checkpoint = Checkpoint(beside(weights), work_key(settings, source.files))
    curve = run(trainer.parts, trainer, options.steps, checkpoint)
    description = {
        "generator": "cgan",
        "network": arguments,
        "code": known.to_json(),
        "field_px": arguments["field_px"],
        "pixel_um": real.pixel_um,
    }
    save_model(weights, architecture, trainer.mean.network, description)
    checkpoint.delete()
    return curve
