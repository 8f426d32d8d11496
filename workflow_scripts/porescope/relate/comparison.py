"""The least-squares models side by side: which is best, and how much of that is the luck of having tried many."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from porescope.relate.bootstrap import r_squared_interval
from porescope.relate.fitting import Fitted
from porescope.relate.permutation import Candidate, Null, permutation_null
from porescope.relate.regression import LinearFit, fit_linear, obstacle, to_target
from porescope.relate.selection import choose, nested_residuals
from porescope.relate.validation import leave_out_operator, r_squared, rmse

COMPARABLE = 0.8
"""A model that can use a smaller share of the training specimens is not compared: it would cost the others theirs."""


@dataclass(frozen=True)
class Comparison:
    """What comparing the models found.

    Attributes
    ----------
    names : tuple of str
        Least-squares models that were fitted.
    null : Null
        Permutation null of each.
    compared : tuple of str
        Models between which the nested selection chose.
    best : str
        The one that cross-validates best over the specimens that all of them can use; empty without any.
    specimens : tuple of str
        These specimens.
    r2_best, r2_nested, rmse_nested : float
        Cross-validated R2 of the best, and of the rule 'take the best' with the choice itself cross-validated.
    interval : (float, float)
        95 % interval of r2_nested over resampled specimens.
    chosen : tuple of str
        The model that was chosen without each group of specimens.
    reason : str
        Why there is nothing to compare.
    """

    names: tuple[str, ...]
    null: Null
    compared: tuple[str, ...]
    best: str
    specimens: tuple[str, ...]
    r2_best: float
    r2_nested: float
    rmse_nested: float
    interval: tuple[float, float]
    chosen: tuple[str, ...]
    reason: str

    def p_values(self, name: str) -> dict[str, float]:
        """p_permutation and p_corrected of a least-squares model; nothing for others."""
        if name not in self.names:
            return {}
        place = self.names.index(name)
        return {"p_permutation": float(self.null.p[place]), "p_corrected": float(self.null.p_corrected[place])}

    def record(self) -> dict[str, Any]:
        """The content of selection.json; null for what is unknown.

        ``r2_chance_median`` and ``r2_chance_95`` are quantiles of the best model's cross-validated R2 where the
        property is shuffled.
        """
        chance = np.quantile(self.null.best, [0.5, 0.95]).tolist() if len(self.null.best) else [math.nan, math.nan]
        best = self.p_values(self.best)
        numbers = {
            "r2_best": self.r2_best,
            "r2_nested": self.r2_nested,
            "r2_nested_low": self.interval[0],
            "r2_nested_high": self.interval[1],
            "rmse_nested": self.rmse_nested,
            "p_best": best.get("p_permutation", math.nan),
            "p_corrected": best.get("p_corrected", math.nan),
            "r2_chance_median": chance[0],
            "r2_chance_95": chance[1],
        }
        return {
            "compared": list(self.compared),
            "best": self.best or None,
            "specimens": list(self.specimens),
            **{name: value if math.isfinite(value) else None for name, value in numbers.items()},
            "chosen": dict(Counter(self.chosen).most_common()),
            "reason": self.reason,
        }


def compare(
    fitted: Sequence[Fitted], properties: pd.DataFrame, permutations: int, resamples: int, seed: int
) -> Comparison:
    """Compare the least-squares models that were fitted.

    Parameters
    ----------
    fitted : sequence of Fitted
        Laws and rivals among them are passed over.
    properties : DataFrame
        As properties.read_properties gives it.
    permutations, resamples : int
        Shuffles behind the p values, resamples behind the interval.
    seed : int
    """
    linear = [(model, fit) for model in fitted if (fit := model.linear) is not None]
    train = properties[(properties["split"] == "train") & np.isfinite(properties["property"])]
    places = {sample: place for place, sample in enumerate(train["sample"])}
    candidates = [
        Candidate(np.array([places[s] for s in model.rows.train.index]), leave_out_operator(fit.hat, _groups(model)))
        for model, fit in linear
    ]
    if linear:
        y = to_target(train["property"].to_numpy(float), linear[0][0].transform)
        groups = train["group"].to_numpy(dtype=str)
        null = permutation_null(candidates, y, groups, permutations, np.random.default_rng(seed))
    else:
        null = Null(np.empty(0), np.empty(0), np.empty(0))
    names = tuple(model.name for model, _ in linear)
    return _nested(linear, names, null, len(train), resamples, np.random.default_rng([seed, 1]))


def _nested(
    linear: Sequence[tuple[Fitted, LinearFit]],
    names: tuple[str, ...],
    null: Null,
    n_train: int,
    resamples: int,
    rng: np.random.Generator,
) -> Comparison:
    """Choose among the models over the specimens that all of them can use."""
    usable = [model for model, _ in linear if len(model.rows.train) >= COMPARABLE * n_train]
    shared = [s for s in usable[0].rows.train.index if all(s in m.rows.train.index for m in usable)] if usable else []
    kept, hats = [], []
    for model in usable:
        x = model.rows.train.loc[shared, list(model.rows.features)].to_numpy(float)
        y = to_target(model.rows.train.loc[shared, "property"].to_numpy(float), model.transform)
        if not obstacle(x, y, model.rows.features):
            kept.append(model)
            hats.append(fit_linear(x, y).hat)
    groups = usable[0].rows.train.loc[shared, "group"].to_numpy(dtype=str) if kept else np.empty(0, dtype=str)
    compared = tuple(model.name for model in kept)
    operators = [leave_out_operator(hat, groups) for hat in hats]
    if not any(np.isfinite(operator).all() for operator in operators):
        why = "no least-squares model can be cross-validated over the specimens that all can use"
        unknown = (math.nan, math.nan, math.nan, (math.nan, math.nan))
        return Comparison(names, null, compared, "", tuple(map(str, shared)), *unknown, (), why)
    best = int(choose(operators, y[None])[0])
    residuals, chosen = nested_residuals(hats, groups, y[None])
    return Comparison(
        names=names,
        null=null,
        compared=compared,
        best=compared[best],
        specimens=tuple(map(str, shared)),
        r2_best=r_squared(y, operators[best] @ y),
        r2_nested=r_squared(y, residuals[0]),
        rmse_nested=rmse(residuals[0]),
        interval=r_squared_interval(y, residuals[0], groups, resamples, rng),
        chosen=tuple(compared[i] for i in chosen[0]),
        reason="",
    )


def _groups(model: Fitted) -> np.ndarray:
    return model.rows.column("train", "group")
