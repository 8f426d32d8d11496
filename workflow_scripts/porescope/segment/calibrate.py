"""Make the probabilities of a network mean what they say, and learn how far its density may be off."""

import logging
from dataclasses import dataclass

import numpy as np
import torch
from scipy import optimize
from torch.nn import functional

from porescope.segment.classes import IGNORED
from porescope.segment.network import Calibration, as_input
from porescope.segment.patches import Patches

log = logging.getLogger(__name__)

BATCH = 16

QUANTILE = 0.95
"""Of the patches, as many have a density within the margin."""


@dataclass(frozen=True)
class Answers:
    """What a network says of the pixels of patches.

    Attributes
    ----------
    odds : (n, py, px) float32 array
        Logarithm of the odds of pore, both of its classes together.
    pore, known : (n, py, px) bool arrays
        From the labels.
    """

    odds: np.ndarray
    pore: np.ndarray
    known: np.ndarray


def answers(network: torch.nn.Module, patches: Patches, device: str) -> Answers:
    """Apply a network to patches."""
    network.eval()
    odds = []
    with torch.inference_mode():
        for start in range(0, len(patches.grey), BATCH):
            grey = as_input(patches.grey[start : start + BATCH])
            logits = network(grey.to(device, memory_format=torch.channels_last)).float()
            odds.append((logits[:, 1:].logsumexp(1) - logits[:, 0]).cpu().numpy())
    return Answers(np.concatenate(odds), patches.labels > 0, patches.labels != IGNORED)


def calibrate(network: torch.nn.Module, patches: Patches, device: str) -> Calibration:
    """Fit slope and offset of the log-odds of pore to labels, and the margin of the density.

    Parameters
    ----------
    network : Module
    patches : Patches
        That the network was not trained on.
    device : str

    Returns
    -------
    Calibration

    Notes
    -----
    Platt's scaling: the probability is the logistic function of slope * log-odds + offset, by maximum likelihood.
    The margin is that of conformal prediction with normalised residuals: the 95 % quantile over patches of
    |true - expected density| / expected share of errors.

    References
    ----------
    J. Platt, Advances in Large Margin Classifiers (1999) 61; J. Lei et al., J. Am. Stat. Assoc. 113 (2018) 1094.
    """
    said = answers(network, patches, device)
    odds, pore = said.odds[said.known], said.pore[said.known]
    values, target = torch.from_numpy(odds), torch.from_numpy(pore.astype(np.float32))

    def loss(parameters: np.ndarray) -> float:
        return float(functional.binary_cross_entropy_with_logits(parameters[0] * values + parameters[1], target))

    slope, offset = optimize.minimize(loss, (1.0, 0.0), method="Nelder-Mead", options={"xatol": 1e-3, "maxiter": 60}).x
    probability = 1 / (1 + np.exp(-(slope * said.odds + offset)))
    residual = np.abs(_means(probability - said.pore, said.known))
    errors = _means(np.minimum(probability, 1 - probability), said.known)
    margin = float(np.quantile(residual / np.maximum(errors, 1e-6), QUANTILE))
    log.info("log-odds x %.3f + %.3f; density within %.2f times the expected share of errors", slope, offset, margin)
    return Calibration(round(float(slope), 4), round(float(offset), 4), round(margin, 4))


def _means(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Mean over the known pixels of each patch."""
    return (values * known).sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
