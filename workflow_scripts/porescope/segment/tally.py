"""What is counted of a mask against the truth, and the scores that follow."""

import math
from dataclasses import dataclass, fields

import numpy as np

from porescope.segment.classes import CLASSES
from porescope.segment.interfaces import UNKNOWN, Surroundings, displaced
from porescope.segment.reliability import brier, count_levels, expected_calibration_error

SHINE_THROUGH = 2
"""Class of the truth that a perfect threshold would miss."""


@dataclass(frozen=True)
class Confusion:
    """Pixel counts of one or more slices.

    Attributes
    ----------
    counts : (3, 2) int array
        Row: true class (0 metal, 1 dark pore, 2 shine-through pore); column: taken for metal, for pore.
    """

    counts: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, mask: np.ndarray) -> "Confusion":
        """Count a mask (pore where not 0) against classes of the same shape; unknown pixels are left out."""
        known = truth != UNKNOWN
        index = 2 * truth[known].astype(np.intp) + (mask[known] > 0)
        return cls(np.bincount(index, minlength=2 * CLASSES).reshape(CLASSES, 2))

    def __add__(self, other: "Confusion") -> "Confusion":
        return Confusion(self.counts + other.counts)

    def scores(self) -> dict[str, float]:
        """Scores of pore against metal.

        Returns
        -------
        dict
            accuracy; precision, recall, jaccard and dice of pore; jaccard_solid; recall_shine_through: share of
            class 2 found; density_error: relative density of the mask minus the true one. NaN where nothing is to
            be divided by, e.g. no pixel of class 2.
        """
        (true_metal, false_pore), dark, shine = self.counts.tolist()
        missed, found = dark[0] + shine[0], dark[1] + shine[1]
        total = true_metal + false_pore + missed + found
        return {
            "accuracy": _ratio(true_metal + found, total),
            "precision": _ratio(found, found + false_pore),
            "recall": _ratio(found, found + missed),
            "jaccard": _ratio(found, found + false_pore + missed),
            "dice": _ratio(2 * found, 2 * found + false_pore + missed),
            "jaccard_solid": _ratio(true_metal, true_metal + false_pore + missed),
            "recall_shine_through": _ratio(shine[1], shine[0] + shine[1]),
            "density_error": _ratio(missed - false_pore, total),
        }


@dataclass(frozen=True)
class Tally:
    """All that is counted of one or more slices.

    Attributes
    ----------
    whole : Confusion
    off_interface : Confusion
        Without the band of one pixel on either side of the true interface.
    displaced : int
        See interfaces.displaced.
    length_px : float
        Of the true interface.
    levels, doubtful_levels : (256, 2) int arrays
        See reliability.count_levels: of all pixels; of those near an interface or of class 2.
    """

    whole: Confusion
    off_interface: Confusion
    displaced: int
    length_px: float
    levels: np.ndarray
    doubtful_levels: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, around: Surroundings, mask: np.ndarray, probability: np.ndarray) -> "Tally":
        """Count a slice: its classes, their surroundings, a mask and its probabilities of pore (uint8)."""
        doubtful = around.near | (truth == SHINE_THROUGH)
        return cls(
            Confusion.of(truth, mask),
            Confusion.of(np.where(around.beside, UNKNOWN, truth), mask),
            displaced(around, mask > 0),
            around.length_px,
            count_levels(probability[around.known], around.pore[around.known]),
            count_levels(probability[doubtful], around.pore[doubtful]),
        )

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def scores(self) -> dict[str, float]:
        """Those of Confusion, and accuracy and Jaccard index off the interface, the interface's mean displacement in
        pixels, expected calibration error near interfaces and on class 2, and the Brier score of all pixels."""
        away = self.off_interface.scores()
        return {
            **self.whole.scores(),
            "accuracy_off_interface": away["accuracy"],
            "jaccard_off_interface": away["jaccard"],
            "interface_displacement_px": _ratio(self.displaced, self.length_px),
            "ece": expected_calibration_error(self.doubtful_levels),
            "brier": brier(self.levels),
        }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
