"""The three answers that stage relate owes a person who makes the material: what drives the property, how sure that is,
what to change."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from porescope.describe.names import DESCRIPTORS
from porescope.report.notation import feature_name, unit_text
from porescope.report.words import counted, fixed, listed, number, percent

SURE_SIGN = 0.95
"""Share of resamples that must agree on a direction before it is called sure."""

ENTANGLED = 10.0
"""Variance inflation above which a coefficient is not read alone."""

CHANCE = 0.05

USEFUL = 0.5
"""Cross-validated R2 from which a model is worth reading for advice."""


def drives(row: Mapping[str, Any], groups: pd.DataFrame, coefficients: pd.DataFrame, unit: str, name: str) -> str:
    """What drives the property, by groups of features that the data can tell apart.

    Parameters
    ----------
    row : mapping
        The model's row of models.csv.
    groups : DataFrame
        shap_groups.csv.
    coefficients : DataFrame
        coefficients.csv.
    unit, name : str
        Of the fitted target; of the property.
    """
    own = groups[groups["model"] == row["model"]].sort_values("rank")
    slopes = coefficients[coefficients["model"] == row["model"]].set_index("feature")
    if own.empty:
        return "Unknown: the model could not be fitted."
    parts = []
    for group in own.to_dict("records"):
        members = str(group["group"]).split(" + ")
        text = listed([feature_name(member) for member in members])
        if len(members) == 1:
            text += f" ({direction(slopes.loc[members[0]], name)})" if members[0] in slopes.index else ""
        else:
            text += " together (they rise and fall together, so the data cannot say which of them acts)"
        suffix = f" {unit_text(unit)}" if unit else ""
        parts.append(f"{text}: ± {number(group['mean_abs_shap'], 2)}{suffix} from specimen to specimen")
    r2 = float(row["r2_loocv"])
    doubt = "" if r2 >= USEFUL else "Not to be relied on, for the model predicts unseen specimens poorly. "
    sentences = f"{doubt}In model {row['model']}, most of all {parts[0]}."
    return sentences + (f" Then {'; then '.join(parts[1:])}." if len(parts) > 1 else "")


def direction(coefficient: Mapping[str, Any] | pd.Series, name: str) -> str:
    """Whether more of a feature goes with more of the property; open where the data do not tell."""
    if not is_sure(coefficient):
        return f"whether {name} rises or falls with it is open"
    return f"more of it goes with {'more' if coefficient['coefficient'] > 0 else 'less'} {name}"


def is_sure(coefficient: Mapping[str, Any] | pd.Series) -> bool:
    """Whether interval and resamples agree on the direction of a coefficient that other features do not mix into."""
    low, high, stable, vif = (float(coefficient[key]) for key in ("ci_low", "ci_high", "sign_stability", "vif"))
    return (low > 0 or high < 0) and stable >= SURE_SIGN and vif <= ENTANGLED


def sureness(row: Mapping[str, Any], selection: Mapping[str, Any], shap: pd.DataFrame) -> str:
    """How sure that is: prediction, chance, luck of choosing, order of the features."""
    r2 = float(row["r2_loocv"])
    if not math.isfinite(r2):
        return f"Not at all: {row['reason'] if isinstance(row['reason'], str) else 'it could not be cross-validated'}."
    texts = [f"Specimens that the model has not seen are predicted with R² = {fixed(r2, 2)}{_interval(row)}"]
    texts[0] += " (1 is perfect, 0 no better than their mean)."
    chance = float(row["p_corrected"])
    if math.isfinite(chance):
        count = len(selection.get("compared", []))
        odds = f"as well as this in {percent(chance, 2)} of shuffles of the property"
        texts.append(
            f"By chance the best of {counted(count, 'tried model')} does {odds}"
            + (": this is no chance." if chance <= CHANCE else ": it may be chance.")
        )
    nested = selection.get("r2_nested")
    if nested is not None and len(selection["compared"]) > 1:
        texts.append(
            f"The best of all ({selection['best']}, R² = {fixed(selection['r2_best'], 2)}) keeps "
            f"R² = {fixed(nested, 2)} when the choice itself is tested on specimens that had no part in it."
        )
    ranks = shap[(shap["model"] == row["model"]) & shap["rank_ci"].notna()]
    fixed_ranks = sum(str(text).split("-")[0] == str(text).split("-")[-1] for text in ranks["rank_ci"] if str(text))
    if len(ranks):
        texts.append(
            f"The order holds for {fixed_ranks} of {counted(len(ranks), 'feature')} whichever specimens are drawn."
        )
    return " ".join(texts)


def change(row: Mapping[str, Any], coefficients: pd.DataFrame, unit: str, name: str) -> str:
    """What to change, with the size and interval of its effect; nothing where the data do not say."""
    r2 = float(row["r2_loocv"])
    if not r2 >= USEFUL:
        return "No advice: the model predicts specimens that it has not seen too poorly."
    own = coefficients[(coefficients["model"] == row["model"]) & (coefficients["feature"] != "intercept")]
    sure = [_effect(c, row["transform"] == "log", unit, name) for c in own.to_dict("records") if is_sure(c)]
    if not sure:
        return (
            f"No single feature of model {row['model']} has a sure effect of its own: the specimens change all of them "
            "at once. Make specimens in which one changes while the others stay, and measure those."
        )
    return f"{' '.join(sure)} These are relations between specimens, not yet proof that turning one knob does it."


def _effect(coefficient: Mapping[str, Any], logarithm: bool, unit: str, name: str) -> str:
    step = float(coefficient["feature_sd"])
    effects = [float(coefficient[key]) * step for key in ("coefficient", "ci_low", "ci_high")]
    more = effects[0] > 0
    if logarithm:
        effects = [100 * math.expm1(effect) for effect in effects]
        unit = "%"
    low, high = sorted((abs(effects[1]), abs(effects[2])))
    feature = str(coefficient["feature"])
    size = f"{number(step, 2)} {unit_text(DESCRIPTORS[feature].unit if feature in DESCRIPTORS else '')}".rstrip()
    text = (
        f"{'Raise' if more else 'Lower'} {feature_name(feature)}: by {size} (its usual difference between "
        f"specimens), others as they are, it goes with {number(abs(effects[0]), 2)} {unit_text(unit)}"
    )
    return f"{text.rstrip()} more {name} (95 %: {number(low, 2)} to {number(high, 2)})."


def _interval(row: Mapping[str, Any]) -> str:
    low, high = float(row["r2_loocv_low"]), float(row["r2_loocv_high"])
    return f", 95 % interval {fixed(low, 2)} to {fixed(high, 2)}" if math.isfinite(low) else ""
