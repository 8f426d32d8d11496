"""A model's worth in plain words."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from porescope.relate.fitting import LAW, LEAST_SQUARES

TOLERANCE = 0.1
"""Part of the target's range by which left-out predictions may miss where a model is called linear."""

LEAST_RUN = 3
"""Specimens in a row that make a range."""

SIGNIFICANT = 0.05
GOOD, ROUGH = 0.9, 0.5
"""Cross-validated R2 from which a model predicts well, or roughly."""


def linear_range(y: np.ndarray, residuals: np.ndarray) -> tuple[float, float, int]:
    """Over which values of the target the model holds.

    Parameters
    ----------
    y : (n,) array
        Measured targets.
    residuals : (n,) array
        Cross-validated.

    Returns
    -------
    low, high : float
        Ends of the longest run of specimens, in the order of ``y``, around each of which the middle one of three
        neighbouring residuals is within TOLERANCE of the range of y; NaN if no three in a row are.
    count : int
        Specimens in it.

    Notes
    -----
    The middle one of three: a single bad specimen is scatter, two neighbours that miss to the same side are a bend.
    """
    if len(y) < LEAST_RUN:
        return math.nan, math.nan, 0
    order = np.argsort(y, kind="stable")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(residuals[order], 3), axis=1)
    within = np.abs(np.r_[middle[:1], middle, middle[-1:]]) <= TOLERANCE * np.ptp(y)
    best, start = (0, 0), None
    for place, good in enumerate([*within.tolist(), False]):
        if good and start is None:
            start = place
        elif not good and start is not None:
            best, start = max(best, (place - start, -start)), None
    count, first = best[0], -best[1]
    if count < LEAST_RUN:
        return math.nan, math.nan, 0
    return float(y[order][first]), float(y[order][first + count - 1]), count


def bent_p(hat: np.ndarray, y: np.ndarray) -> float:
    """Whether residuals bend: p of the square of the fitted values as one more feature (Ramsey's RESET).

    Parameters
    ----------
    hat : (n, n) array
        Projection onto the fitted values.
    y : (n,) array
        Targets.

    Returns
    -------
    float
        Small where a straight model misses a curve; NaN without a degree of freedom to see it by.

    References
    ----------
    Ramsey, J. R. Stat. Soc. B 31 (1969) 350.
    """
    fitted = hat @ y
    residual = y - fitted
    square = (fitted - fitted.mean()) ** 2
    extra = square - hat @ square
    freedom = len(y) - round(float(np.trace(hat))) - 1
    strength = float(extra @ extra)
    if freedom < 1 or strength <= 1e-12 * float(square @ square):
        return math.nan
    gain = float(extra @ residual) ** 2 / strength
    rest = float(residual @ residual) - gain
    if rest <= 1e-14 * float(y @ y):
        return math.nan
    return float(stats.f.sf(gain / (rest / freedom), 1, freedom))


def verdict(row: Mapping[str, Any], best_law: Mapping[str, Any] | None, outside_test: int) -> str:
    """What to think of a model, in sentences.

    Parameters
    ----------
    row : mapping
        Its row of models.csv.
    best_law : mapping or None
        The row of the physical law that cross-validates best.
    outside_test : int
        Test specimens outside of the model's domain.
    """
    r2 = float(row["r2_loocv"])
    if not math.isfinite(float(row["r2_train"])):
        return f"Not fitted: {row['reason']}."
    if not math.isfinite(r2):
        return f"Not tested, so not to be trusted: {row['reason']}."
    texts = [_grade(row, r2), _range(row)]
    if row["estimator"] == LEAST_SQUARES and float(row["p_bent"]) < SIGNIFICANT:
        texts.append("Its residuals bend: a straight law is not the whole truth.")
    texts.append(_reach(row))
    if row["estimator"] != LAW and best_law is not None:
        law, rival = float(best_law["r2_loocv"]), best_law["model"]
        beaten = f"Better than every physical law of one line (the best, {rival}: R² {law:.2f})."
        texts.append(beaten if r2 > law else f"The one-line law {rival} does as well or better (R² {law:.2f}).")
    if outside_test:
        texts.append(f"{outside_test} of {row['n_test']} test specimens lie outside of what it was fitted to.")
    return " ".join(text for text in texts if text)


def _grade(row: Mapping[str, Any], r2: float) -> str:
    chance = float(row["p_corrected"])
    if r2 <= 0 or chance > SIGNIFICANT:
        found = f"R² {r2:.2f}" + (f", p {chance:.2g} as one of those tried" if math.isfinite(chance) else "")
        return f"No better than chance on left-out specimens ({found})."
    word = "well" if r2 >= GOOD else "roughly" if r2 >= ROUGH else "poorly"
    unit = f" {row['rmse_unit']}" if row["rmse_unit"] else ""
    return f"Predicts left-out specimens {word} (R² {r2:.2f}, error {_digits(float(row['rmse_loocv']))}{unit})."


def _range(row: Mapping[str, Any]) -> str:
    low, high = float(row["linear_from"]), float(row["linear_to"])
    name = "Linear" if row["estimator"] != LAW else "Holds"
    if not math.isfinite(low):
        return f"{name} over no range: nowhere are three specimens in a row predicted to a tenth of the range."
    if row["linear_n"] == row["n_train"]:
        return f"{name} over the whole range, {_digits(low)} to {_digits(high)}."
    return (
        f"{name} from {_digits(low)} to {_digits(high)} only ({row['linear_n']} of {row['n_train']} specimens); "
        "beyond, it misses by more than a tenth of the range."
    )


def _reach(row: Mapping[str, Any]) -> str:
    r2 = float(row["r2_material"])
    if not math.isfinite(r2):
        return ""
    if r2 >= ROUGH:
        word = "Carries" if r2 >= GOOD else "Roughly carries"
        return f"{word} over to a material it has not seen (R² {r2:.2f})."
    return f"Does not carry over to a material it has not seen (R² {r2:.2f}): there it extrapolates."


def _digits(value: float) -> str:
    """Three significant digits, thousands apart."""
    return f"{float(f'{value:.3g}'):,.10g}"
