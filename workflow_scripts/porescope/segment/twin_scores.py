"""Scores of unet_twin on random stacks that its training, choice of weights and calibration did not see."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.segment.interfaces import Surroundings
from porescope.segment.patches import read_patches
from porescope.segment.predict import load_applied, predict_batch
from porescope.segment.tally import Tally

log = logging.getLogger(__name__)


def score_twin(patches: str | Path, weights: str | Path, scores: str | Path, device: str) -> None:
    """Score a network on the split 'test' of random stacks, with all its neighbouring slices and with none.

    Parameters
    ----------
    patches : path
        See twin.cut_twin_patches.
    weights : path
    scores : path
        CSV to write: input ('stack' or 'single slice'), slices, and the scores of porescope.segment.scores.Tally.
    device : 'cpu' or 'cuda'
    """
    test = read_patches(patches, "test")
    applied = load_applied(weights, device, "float32")
    middle = test.grey.shape[1] // 2
    rows = []
    for name, grey in (
        ("stack", test.grey),
        ("single slice", np.repeat(test.grey[:, [middle]], test.grey.shape[1], 1)),
    ):
        tallies = []
        for image, truth in zip(grey, test.labels, strict=True):
            mask, probability = predict_batch(image[np.newaxis], applied)
            tallies.append(Tally.of(truth, Surroundings.of(truth), mask[0], probability[0]))
        rows.append({"input": name, "slices": len(tallies), **sum(tallies[1:], tallies[0]).scores()})
        log.info("%s", rows[-1])
    pd.DataFrame(rows).to_csv(scores, index=False, float_format="%.4f")
