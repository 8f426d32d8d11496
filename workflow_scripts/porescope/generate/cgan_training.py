"""Training of the generative adversarial network."""

from collections.abc import Mapping, Sequence
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
from porescope.generate.sections import Sections
from porescope.generate.training import Stateful, learning_rate, run
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


def train_cgan(
    sections: str | Path,
    generator: Mapping[str, Any],
    discriminator: Mapping[str, Any],
    options: CganTraining,
    symmetries: Sequence[str],
    code: str,
    seed: int,
    device: str,
    weights: str | Path,
    architecture: str | Path,
) -> pd.DataFrame:
    """Train a conditional generator against a projection discriminator and write the generator's running mean.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them.
    generator, discriminator : mapping
        Arguments of Generator (latent_size, fold_px, channels) and Discriminator (fold_px, channels).
    options : CganTraining
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
        The training curve: step, loss_discriminator, loss_generator.
    """
    deterministic()
    torch.manual_seed(seed)
    real = Sections.load(sections)
    conditions = ConditionCode.of(real.conditions)
    arguments = {"field_px": real.solid.shape[-1], "condition_size": conditions.size, **generator}
    maker = Generator(**arguments).to(device).train()
    judge = Discriminator(conditions.size, **discriminator).to(device).train()
    mean = RunningMean(maker, options.ema_decay)
    makers = torch.optim.Adam(maker.parameters(), lr=options.learning_rate_generator, betas=(0.0, 0.99))
    judges = torch.optim.Adam(judge.parameters(), lr=options.learning_rate_discriminator, betas=(0.0, 0.99))
    batches = Batches(real, conditions, symmetries, options.batch, seed, device)

    def advance(step: int) -> dict[str, float]:
        for optimiser, peak in (
            (makers, options.learning_rate_generator),
            (judges, options.learning_rate_discriminator),
        ):
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(step, options.steps, peak)
        solid, condition = batches(step)
        latent = maker.latent(options.batch, random_numbers(seed, step, "latent")).to(device)
        with autocast(device, options.precision):
            made = maker(latent, condition)
            loss_judge = discriminator_loss(judge(solid, condition).float(), judge(made.detach(), condition).float())
        judges.zero_grad(set_to_none=True)
        loss_judge.backward()
        judges.step()
        judge.requires_grad_(False)
        with autocast(device, options.precision):
            loss_maker = -judge(made, condition).float().mean()
        judge.requires_grad_(True)
        makers.zero_grad(set_to_none=True)
        loss_maker.backward()
        makers.step()
        mean.update(maker, step)
        return {"loss_discriminator": loss_judge.item(), "loss_generator": loss_maker.item()}

    settings = {
        "generator": arguments,
        "discriminator": dict(discriminator),
        "options": asdict(options),
        "symmetries": list(symmetries),
        "code": code,
        "seed": seed,
    }
    checkpoint = Checkpoint(beside(weights), work_key(settings, [sections]))
    parts: dict[str, Stateful] = {
        "maker": maker,
        "judge": judge,
        "mean": mean.network,
        "makers": makers,
        "judges": judges,
    }
    curve = run(parts, advance, options.steps, checkpoint)
    description = {
        "generator": "cgan",
        "network": arguments,
        "code": conditions.to_json(),
        "field_px": arguments["field_px"],
        "pixel_um": real.pixel_um,
    }
    save_model(weights, architecture, mean.network, description)
    checkpoint.delete()
    return curve
