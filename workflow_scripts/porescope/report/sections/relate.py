"""Section on stage relate: what drives the property, and how sure that is."""

import math
from typing import Any

import pandas as pd

from porescope.report.answers import change, drives, sureness
from porescope.report.blocks import Block, Figure, Key, Note, Row, Section, Table
from porescope.report.notation import feature_name, unit_text
from porescope.report.results import Results
from porescope.report.tables import highlighted_model
from porescope.report.words import MISSING, counted, fixed, listed, number, percent, with_interval

DECADES = 10.0
"""Ratio of the largest to the smallest property from which on its logarithm is worth a try."""

EXTRAPOLATED = "R² can be negative: then the mean of the training specimens would have been the better guess."


def section(results: Results, highlighted: str, property_name: str) -> Section:
    """The answers in words, prediction against measurement, what drives it, doubts, physics, all models."""
    title = f"What drives {property_name}"
    models = results.table("models")
    if "relate" in results.left_out or models is None:
        return Section("relate", title, "", [Note(f"Left out: {results.left_out.get('relate', 'no models')}.")])
    tables = {name: results.table(name) for name in ("coefficients", "shap", "shap_groups", "physics", "predicted")}
    found = {name: table for name, table in tables.items() if table is not None}
    selection = results.record("selection")
    chosen = highlighted_model(models, highlighted)
    row = models[models["model"] == chosen].iloc[0]
    unit = str(row.get("rmse_unit", "") or "")
    blocks: list[Block] = [
        answer_table(models, chosen, found, selection, property_name),
        Figure(
            f"Model {chosen} against measurement",
            "",
            "Filled marks: each training specimen predicted by a model that was fitted without it; open marks: as "
            "fitted; stars: test specimens that no fit saw. Bars: 95 % intervals of measurement and prediction, the "
            "latter with the errors of the descriptors in it.",
            results.pictures(
                ["models__predicted", "models__property", "models__residuals"],
                "Regression of the property: {}",
                {"predicted": score_sentence(row, unit), "property": property_sentence(results, property_name)},
            ),
        ),
        Figure(
            "What drives it",
            driver_sentence(found["shap"], chosen),
            "SHAP: how far a feature moves the prediction of a specimen away from the mean. Beside the bars: rank of "
            "the feature and its 95 % bootstrap interval. Coefficients: 95 % intervals by Student's t, grey over "
            "resampled specimens; one across 0 leaves the direction open.",
            results.pictures(
                ["models__shap", "models__coefficients", "models__contributions", "models__correlation"],
                "What drives the property: {}",
            ),
            columns=2,
        ),
    ]
    blocks += cautions(found["shap"], models, chosen)
    blocks += span_note(results, str(row["transform"]))
    blocks += physics_blocks(results, found["physics"], property_name)
    blocks += prediction_blocks(found["predicted"], results.record("predictor"), property_name)
    blocks += [
        Figure(
            "Every model, and what chance can do",
            overview_sentence(models, selection),
            f"Every model's R², and its predictions over measurement, marks as above. {EXTRAPOLATED} The dashed line "
            "is reached by the best of all models in one of twenty shuffles of the property; * the rule 'take the "
            "best', with the choice itself tested.",
            results.pictures(["models__overview", "models__all"], "All models: {}"),
            columns=2,
        ),
        verdict_table(models, chosen),
        model_table(models, chosen),
        shap_table(found["shap"], chosen),
        coefficient_table(found["coefficients"]),
    ]
    lead = (
        f"Linear models of {property_name} on {counted(int(row['n_train']), 'training specimen')}, tested on "
        f"{int(row['n_test'])} more."
    )
    return Section("relate", title, lead, blocks, keys(row, property_name))


def answer_table(
    models: pd.DataFrame,
    chosen: str,
    found: dict[str, pd.DataFrame],
    selection: dict[str, Any],
    property_name: str,
) -> Table:
    """What drives the property, how sure that is, what to change: by the shown model, and by the best if another."""
    row, unit = _facts(models, chosen), str(_facts(models, chosen)["rmse_unit"] or "")
    best = selection.get("best")
    answers = [
        ("What drives it?", drives(row, found["shap_groups"], found["coefficients"], unit, property_name)),
        ("How sure is that?", sureness(row, selection, found["shap"])),
        ("What to change?", change(row, found["coefficients"], unit, property_name)),
        ("Where does it hold?", str(row["verdict"])),
    ]
    if best not in (None, chosen):
        other = _facts(models, str(best))
        advice = change(other, found["coefficients"], unit, property_name)
        driven = drives(other, found["shap_groups"], found["coefficients"], unit, property_name)
        answers.append(("And by the best model?", f"{driven} {advice} {other['verdict']}"))
    return Table("In short", ["question", "answer"], [Row([q, a]) for q, a in answers], text_columns=2)


def _facts(models: pd.DataFrame, name: str) -> dict[str, Any]:
    row = models[models["model"].astype(str) == name].iloc[0]
    return {str(key): value for key, value in row.items()}


def physics_blocks(results: Results, physics: pd.DataFrame, property_name: str) -> list[Block]:
    """The directly solved property beside measurement and regression."""
    broken = physics.loc[physics["within_bounds"] == "no", "sample"].astype(str).tolist()
    notes: list[Block] = []
    if broken:
        notes.append(Note(f"Beyond what any structure of this density can have: {listed(broken)}.", alarm=True))
    figure = Figure(
        "Physics beside statistics",
        physics_sentence(physics, property_name),
        "Circles: measured, 95 %. Crosses: predicted by a model that has not seen the specimen. Squares: solved on the "
        "structure, as if metal met metal without resistance. Red: the pore-free metal's value times relative density.",
        results.pictures(["models__physics"], "Measured, predicted and solved property of every specimen"),
        columns=1,
    )
    return [figure, *notes]


def physics_sentence(physics: pd.DataFrame, property_name: str) -> str:
    """How much of what the geometry lets through is lost, at which specimens most and least."""
    rows = physics.dropna(subset=["lost_share"]).sort_values("lost_share", kind="stable")
    if rows.empty:
        return ""
    least, most = rows.iloc[0], rows.iloc[-1]
    return (
        f"Measured {property_name} is {percent(1 - most['lost_share'], 2)} ({most['sample']}) to "
        f"{percent(1 - least['lost_share'], 2)} ({least['sample']}) of what the geometry alone would let through; the "
        "rest is lost where no image shows it: at contacts between particles and at grain boundaries."
    )


def prediction_blocks(predicted: pd.DataFrame, predictor: dict[str, Any], property_name: str) -> list[Block]:
    """Specimens without a measured property."""
    if predicted.empty:
        return []
    known = predicted[predicted["predicted"].notna()]
    rows = [
        Row([str(r["sample"]), "in its range" if r["in_domain"] == "yes" else f"extrapolated: {r['outside']}",
             with_interval(r["predicted"], r["predicted_low"], r["predicted_high"]), number(r["bound"])],
            alarm=r["within_bounds"] == "no")
        for r in known.to_dict("records")
    ]  # fmt: skip
    left = predicted[predicted["predicted"].isna()]
    rows += [Row([str(r["sample"]), str(r["reason"]), MISSING, MISSING]) for r in left.to_dict("records")]
    unit = f" ({unit_text(predicted['unit'].iloc[0])})" if unit_text(predicted["unit"].iloc[0]) else ""
    caption = f"By model {predictor['model']} (results/relate/model.json), with 95 % intervals for a measurement."
    columns = ["specimen", "remark", f"predicted {property_name}{unit}", "upper bound"]
    return [Table("Specimens without a measurement", columns, rows, caption=caption, text_columns=2)]


def verdict_table(models: pd.DataFrame, chosen: str) -> Table:
    """What to think of each model."""
    rows = [
        Row([f"{r['model']} (shown)" if r["model"] == chosen else str(r["model"]), str(r["verdict"])])
        for r in models.to_dict("records")
    ]
    return Table("Verdict on every model", ["model", "verdict"], rows, text_columns=2, folded=True)


def keys(row: pd.Series, property_name: str) -> list[Key]:
    """Cross-validated R2 of the highlighted model."""
    if not math.isfinite(float(row["r2_loocv"])):
        return []
    detail = f"{property_name} of left-out specimens; test specimens R² {fixed_or_dash(row['r2_test'])}"
    return [Key(f"R² {fixed(row['r2_loocv'], 2)}", f"model {row['model']}", detail)]


def score_sentence(row: pd.Series, unit: str) -> str:
    """What the highlighted model achieves."""
    if not math.isfinite(float(row["r2_train"])):
        return f"Model {row['model']} could not be fitted: {row['reason']}."
    unit = f" {unit}" if unit else ""
    sentence = f"Model {row['model']} predicts left-out specimens with R² = {fixed_or_dash(row['r2_loocv'])}"
    sentence += f" and an error (RMSE) of {number(row['rmse_loocv'])}{unit}"
    if int(row["n_test"]):
        sentence += f"; the {counted(int(row['n_test']), 'test specimen')} with {number(row['rmse_test'])}{unit}"
    return f"{sentence}."


def overview_sentence(models: pd.DataFrame, selection: dict[str, Any]) -> str:
    """Best and worst of the least-squares models, the best law, and what choosing is worth."""
    tested = models.dropna(subset=["r2_loocv"]).sort_values("r2_loocv", ascending=False, kind="stable")
    known = tested[tested["estimator"] == "least_squares"]
    if known.empty:
        return "No model could be cross-validated."
    best, worst = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        text = f"One model could be cross-validated: {best['model']} with R² = {fixed(best['r2_loocv'], 2)}."
    else:
        text = (
            f"Of {len(known)} models, {best['model']} predicts left-out specimens best "
            f"(R² = {fixed(best['r2_loocv'], 2)}) and {worst['model']} worst ({fixed(worst['r2_loocv'], 2)})"
        )
        nested = selection.get("r2_nested")
        text += f"; picking the best of many flatters it: honestly {fixed(nested, 2)}." if nested is not None else "."
    laws = tested[tested["estimator"] == "law"]
    if len(laws):
        law = laws.iloc[0]
        word = "above" if law["r2_loocv"] >= best["r2_loocv"] else "below"
        text += f" The best law of one line, {law['model']}, is {word} it with {fixed(law['r2_loocv'], 2)}."
    return text


def property_sentence(results: Results, property_name: str) -> str:
    """The range of the property."""
    table = results.table("properties")
    rows = pd.DataFrame() if table is None else table.dropna(subset=["property"]).sort_values("property", kind="stable")
    if rows.empty:
        return ""
    low, high = rows.iloc[0], rows.iloc[-1]
    ends = (
        f"{number(low['property'])} ({low['sample']}) to {number(high['property'])} {high['unit']} ({high['sample']})"
    )
    return f"Over {counted(len(rows), 'specimen')}, {property_name} runs from {ends}."


def driver_sentence(shap: pd.DataFrame, model: str) -> str:
    """The order of the features by mean |SHAP|."""
    rows = shap[shap["model"] == model].sort_values("rank")
    if rows.empty:
        return ""
    names = [feature_name(str(name)) for name in rows["feature"]]
    if len(names) == 1:
        return f"Model {model} has one feature, {names[0]}."
    return f"By mean |SHAP|, {names[0]} contributes most to model {model}, then {', then '.join(names[1:])}."


def cautions(shap: pd.DataFrame, models: pd.DataFrame, model: str) -> list[Block]:
    """Why the order or a model should not be trusted, as the tables say."""
    notes: list[Block] = []
    if "caution" in shap:
        texts = [str(t) for t in shap.loc[shap["model"] == model, "caution"].dropna().unique() if str(t)]
        notes += [Note(f"Caution with the order of features in model {model}: {text}.") for text in texts]
    unfit = models[models["r2_train"].isna()]
    notes += [Note(f"Model {r['model']} is not fitted: {r['reason']}.") for _, r in unfit.iterrows()]
    if "left_out" in models:
        left = [str(text) for text in models["left_out"].dropna().unique() if str(text)]
        notes += [Note(f"Specimens left out of models: {text}.") for text in left]
    return notes


def span_note(results: Results, transform: str) -> list[Block]:
    """A hint at the logarithm where a property that spans decades is fitted as it is."""
    table = results.table("properties")
    values = pd.Series(dtype=float) if table is None else table["property"].dropna()
    if transform == "log" or values.empty or values.min() <= 0 or values.max() < DECADES * values.min():
        return []
    return [
        Note(
            f"The property spans a factor of {number(values.max() / values.min(), 2)}: a straight line through it is "
            "held by its few largest values. With relate/transform: log in the config its logarithm is fitted instead."
        )
    ]


def model_table(models: pd.DataFrame, chosen: str) -> Table:
    """All models."""
    rows = []
    for r in models.to_dict("records"):
        features = " + ".join(feature_name(name) for name in str(r["features"]).split(" + "))
        name = f"{r['model']} (shown)" if r["model"] == chosen else str(r["model"])
        scores = [fixed_or_dash(r[column]) for column in ("r2_train", "r2_loocv")]
        scores += [number(r["rmse_loocv"]), fixed_or_dash(r["r2_material"])]
        scores += [fixed_or_dash(r["r2_test"]), number(r["rmse_test"])]
        scores += [number(r["p_permutation"], 2), number(r["p_corrected"], 2)]
        scores += [number(r["max_vif"]), number(r["condition_number"], 2), number(r["max_leverage"], 2)]
        rows.append(Row([name, features, str(r["n_train"]), *scores]))
    units = models["rmse_unit"].dropna().astype(str).unique()
    unit = f" ({units[0]})" if len(units) and units[0] else ""
    columns = ["model", "features", "n", "R² fitted", "R² left out", f"RMSE left out{unit}", "R² unseen material",
               "R² test", f"RMSE test{unit}", "p", "p of many", "largest VIF", "condition",
               "largest leverage"]  # fmt: skip
    caption = (
        "n: training specimens. Left out: leave-one-specimen-out cross-validation (groups of the sheet together). p: "
        "share of random permutations of the property that do as well; of many: in which the best of all models does. "
        "VIF: how far features repeat each other; above 10 their coefficients are not to be read one by one, nor with "
        f"a condition number above 30. Leverage 1: a specimen fits itself. {EXTRAPOLATED}"
    )
    return Table("All models", columns, rows, caption=caption, text_columns=2, folded=True)


def shap_table(shap: pd.DataFrame, chosen: str) -> Table:
    """Importance of every feature in every model, the shown model first."""
    ordered = shap.assign(first=shap["model"] != chosen).sort_values(["first", "model", "rank"], kind="stable")
    rows = [
        Row([str(r["model"]), feature_name(str(r["feature"])), number(r["mean_abs_shap"]), number(r["rank"]),
             "–" if pd.isna(r["rank_ci"]) else str(r["rank_ci"])])
        for r in ordered.to_dict("records")
    ]  # fmt: skip
    columns = ["model", "feature", "mean |SHAP|", "rank", "95 % interval of the rank"]
    return Table("SHAP of every model", columns, rows, text_columns=2, folded=True)


def coefficient_table(coefficients: pd.DataFrame) -> Table:
    """Coefficients of every model."""
    rows = [
        Row([str(r["model"]), feature_name(str(r["feature"])), str(r["unit"]), number(r["coefficient"], 4),
             number(r["ci_low"], 4), number(r["ci_high"], 4), number(r["boot_low"], 4), number(r["boot_high"], 4),
             percent(r["sign_stability"], 2), fixed_or_dash(r["reliability"])])
        for r in coefficients.to_dict("records")
    ]  # fmt: skip
    columns = ["model", "feature", "unit", "coefficient", "95 % low", "95 % high", "resampled low", "resampled high",
               "same sign", "reliability"]  # fmt: skip
    caption = (
        "Resampled: 95 % over specimens drawn again. Reliability: share of the feature's own variance that is no error "
        "of the descriptor; a coefficient with 0.8 is drawn about 20 % towards 0."
    )
    return Table("Coefficients of every model", columns, rows, caption=caption, text_columns=3, folded=True)


def fixed_or_dash(value: float) -> str:
    """Two decimals; a dash for a missing value."""
    return number(value) if not math.isfinite(float(value)) else fixed(value, 2)
