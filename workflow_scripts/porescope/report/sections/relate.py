"""Section on stage relate: what drives the property, and how sure that is."""

import math

import pandas as pd

from porescope.report.blocks import Block, Figure, Key, Note, Row, Section, Table
from porescope.report.notation import feature_name
from porescope.report.results import Results
from porescope.report.tables import highlighted_model
from porescope.report.words import counted, fixed, number

EXTRAPOLATED = "R² can be negative: then the mean of the training specimens would have been the better guess."


def section(results: Results, highlighted: str, property_name: str) -> Section:
    """Prediction against measurement, all models, SHAP."""
    title = f"What drives {property_name}"
    models = results.table("models")
    if "relate" in results.left_out or models is None:
        return Section("relate", title, "", [Note(f"Left out: {results.left_out.get('relate', 'no models')}.")])
    coefficients, shap = results.table("coefficients"), results.table("shap")
    assert coefficients is not None
    assert shap is not None
    chosen = highlighted_model(models, highlighted)
    row = models[models["model"] == chosen].iloc[0]
    unit = str(row.get("rmse_unit", "") or "")
    blocks: list[Block] = [
        Figure(
            f"Model {chosen} against measurement",
            "",
            "Filled marks: each training specimen predicted by a model that was fitted without it; open marks: as "
            "fitted; stars: test specimens that no fit saw. Horizontal bars: one standard deviation of the "
            "measurement, where known. Bars beside SHAP: rank of the feature and its 95 % bootstrap interval.",
            results.pictures(
                ["models__predicted", "models__property", "models__shap", "models__overview"],
                "Regression of the property: {}",
                {
                    "predicted": score_sentence(row, unit),
                    "shap": driver_sentence(shap, chosen),
                    "overview": overview_sentence(models),
                    "property": property_sentence(results, property_name),
                },
            ),
            columns=2,
        )
    ]
    blocks += cautions(shap, models, chosen)
    blocks.append(model_table(models, chosen))
    blocks.append(
        Figure(
            "Predictions of every model",
            share_sentence(models),
            f"Predicted over measured for every model, marks as above. {EXTRAPOLATED}",
            results.pictures(["models__all"], "Predicted over measured, all models"),
            columns=1,
        )
    )
    blocks += [shap_table(shap, chosen), coefficient_table(coefficients)]
    lead = (
        f"Linear models of {property_name} on {counted(int(row['n_train']), 'training specimen')}, tested on "
        f"{int(row['n_test'])} more."
    )
    return Section("relate", title, lead, blocks, keys(row, property_name))


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


def overview_sentence(models: pd.DataFrame) -> str:
    """Best and worst of the cross-validated models."""
    known = models.dropna(subset=["r2_loocv"]).sort_values("r2_loocv", ascending=False, kind="stable")
    if known.empty:
        return "No model could be cross-validated."
    best, worst = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        return f"One model could be cross-validated: {best['model']} with R² = {fixed(best['r2_loocv'], 2)}."
    return (
        f"Of {len(known)} models, {best['model']} predicts left-out specimens best (R² = {fixed(best['r2_loocv'], 2)}) "
        f"and {worst['model']} worst ({fixed(worst['r2_loocv'], 2)}); picking the best of many flatters it."
    )


def share_sentence(models: pd.DataFrame) -> str:
    """How many models predict left-out specimens well."""
    known = models["r2_loocv"].dropna()
    good = int((known > 0.9).sum())
    verb = "predicts" if good == 1 else "predict"
    return f"{good} of {counted(len(models), 'model')} {verb} left-out specimens with R² above 0.9."


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


def model_table(models: pd.DataFrame, chosen: str) -> Table:
    """All models."""
    rows = []
    for r in models.to_dict("records"):
        features = " + ".join(feature_name(name) for name in str(r["features"]).split(" + "))
        name = f"{r['model']} (shown)" if r["model"] == chosen else str(r["model"])
        scores = [fixed_or_dash(r[column]) for column in ("r2_train", "r2_loocv")]
        scores += [number(r["rmse_loocv"]), fixed_or_dash(r["r2_test"]), number(r["rmse_test"])]
        scores += [number(r["p_permutation"], 2), number(r["max_vif"])]
        rows.append(Row([name, features, str(r["n_train"]), *scores]))
    units = models["rmse_unit"].dropna().astype(str).unique()
    unit = f" ({units[0]})" if len(units) and units[0] else ""
    columns = ["model", "features", "n", "R² fitted", "R² left out", f"RMSE left out{unit}", "R² test",
               f"RMSE test{unit}", "p", "largest VIF"]  # fmt: skip
    caption = (
        "n: training specimens. Left out: leave-one-specimen-out cross-validation. p: share of random permutations of "
        "the property that do as well. VIF: how far features repeat each other; above 10 their coefficients are not "
        f"to be read one by one. {EXTRAPOLATED}"
    )
    return Table("All models", columns, rows, caption=caption, text_columns=2)


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
        Row([str(r["model"]), feature_name(str(r["feature"])), str(r.get("unit", "")), number(r["coefficient"], 4),
             number(r["ci_low"], 4), number(r["ci_high"], 4)])
        for r in coefficients.to_dict("records")
    ]  # fmt: skip
    columns = ["model", "feature", "unit", "coefficient", "95 % low", "95 % high"]
    return Table("Coefficients of every model", columns, rows, text_columns=3, folded=True)


def fixed_or_dash(value: float) -> str:
    """Two decimals; a dash for a missing value."""
    return number(value) if not math.isfinite(float(value)) else fixed(value, 2)
