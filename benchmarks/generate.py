"""Training step and sampling of the diffusion model beside a plain loop of diffusers with the same network, in one run.

Run with `make bench`. The plain loop is the library's own example: DDPMScheduler noise, mean squared error, AdamW; and
for sampling its DDPMScheduler over all noise steps. Our step adds the weighted loss with its block means, even noise
steps, the running mean of the weights and batches that follow from seed and step; our sampler is the library's solver
of second order in few steps. Both see random sections of the campaign's size, on one thread, in processes of their own,
whose peak memory is told. Times are processor times.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import yaml
from diffusers import DDPMScheduler
from torch.nn.functional import mse_loss

from porescope.generate.conditions import Condition, ConditionCode
from porescope.generate.data import Batches
from porescope.generate.ddpm import Denoiser
from porescope.generate.ddpm_training import DdpmTrainer, DdpmTraining
from porescope.generate.denoising import DenoisingOptions, denoise

CONFIG = Path(__file__).parent.parent / "config" / "config.yaml"
WARM_UP, STEPS, SAMPLES = 3, 20, 16
CODE = ConditionCode("temperature_C", dict.fromkeys(("HPA", "HPB", "NPC"), (175.0, 200.0, 225.0, 250.0, 350.0, 400.0)))


class Cost(NamedTuple):
    """Of a training step and of a sample in processor seconds, and the process's peak memory in MB."""

    step_s: float
    sample_s: float
    peak_mb: float


def settings() -> dict[str, Any]:
    """Section generate of the shipped config."""
    section: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["generate"]
    return section


def network(section: dict[str, Any]) -> Denoiser:
    """The campaign's, untrained."""
    torch.manual_seed(0)
    return Denoiser(section["sections"]["field_px"], CODE.size, **section["ddpm"]["network"])


def batches(section: dict[str, Any]) -> Batches:
    """Of random pixels: the time does not depend on what they show."""
    edge, rng = section["sections"]["field_px"], np.random.default_rng(0)
    solid = (rng.random((200, edge, edge)) < 0.6).astype(np.uint8)
    vectors = CODE.encode([Condition("HPA", 200.0)] * len(solid))
    return Batches(solid, vectors, section["symmetries"], section["ddpm"]["training"]["batch"], 0, "cpu")


def ours(section: dict[str, Any]) -> Cost:
    """As the workflow trains and samples."""
    denoiser, noise = network(section), section["ddpm"]["noise"]
    options = DdpmTraining(**section["ddpm"]["training"])
    step_s = cost(DdpmTrainer(denoiser, noise, options, batches(section), 0, "cpu"), STEPS)
    condition = torch.from_numpy(CODE.encode([Condition("HPA", 200.0)] * SAMPLES))
    how, chance = DenoisingOptions(**section["ddpm"]["sampling"]), torch.Generator().manual_seed(0)
    sample_s = cost(lambda _: denoise(denoiser.eval(), noise, condition, how, chance), 1)
    return Cost(step_s, sample_s / SAMPLES, peak_mb())


def plain(section: dict[str, Any]) -> Cost:
    """The library's example of training and of sampling."""
    denoiser, noise = network(section).train(), section["ddpm"]["noise"]
    training = section["ddpm"]["training"]
    scheduler = DDPMScheduler(noise["steps"], beta_schedule=noise["schedule"], prediction_type="sample")
    optimiser, draw = torch.optim.AdamW(denoiser.parameters(), lr=training["learning_rate"]), batches(section)

    def advance(step: int) -> None:
        clean, condition = draw(step)
        white = torch.randn_like(clean)
        when = torch.randint(0, noise["steps"], (len(clean),))
        loss = mse_loss(denoiser(scheduler.add_noise(clean, white, when), when, condition), clean)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()

    step_s = cost(advance, STEPS)
    condition = torch.from_numpy(CODE.encode([Condition("HPA", 200.0)] * SAMPLES))
    edge = section["sections"]["field_px"]

    @torch.no_grad()
    def sample(_: int) -> None:
        state = torch.randn(SAMPLES, 1, edge, edge)
        scheduler.set_timesteps(noise["steps"])
        for when in scheduler.timesteps:
            state = scheduler.step(denoiser(state, when.expand(SAMPLES), condition), when, state).prev_sample

    denoiser.eval()
    return Cost(step_s, cost(sample, 1, warm_up=0) / SAMPLES, peak_mb())


def cost(work: Callable[[int], object], repeats: int, warm_up: int = WARM_UP) -> float:
    """Processor seconds of one call."""
    for step in range(warm_up):
        work(step)
    start = time.process_time()
    for step in range(repeats):
        work(warm_up + step)
    return (time.process_time() - start) / repeats


def peak_mb() -> float:
    """Largest memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(kind: str) -> Cost:
    """In a process of its own."""
    torch.set_num_threads(1)
    return {"ours": ours, "plain": plain}[kind](settings())


def main() -> None:
    """Print a line each, and the ratios."""
    fresh = multiprocessing.get_context("spawn")
    costs = {}
    print(f"{'':<16} {'s a step':>9} {'s a sample':>11} {'peak MB':>8}")
    for kind, name in (("ours", "porescope"), ("plain", "plain diffusers")):
        with fresh.Pool(1) as pool:
            costs[kind] = pool.apply(measure, (kind,))
        print(f"{name:<16} {costs[kind].step_s:9.3f} {costs[kind].sample_s:11.3f} {costs[kind].peak_mb:8.0f}")
    ratios = [p / o for p, o in zip(costs["plain"], costs["ours"], strict=True)]
    print(f"{'plain / ours':<16} {ratios[0]:9.2f} {ratios[1]:11.1f} {ratios[2]:8.2f}")


if __name__ == "__main__":
    main()
