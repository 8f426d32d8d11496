"""If these fail, a user with other features and another property has to change code."""

import json

import numpy as np
import pandas as pd
import pytest

from running import planned_rules, snakemake, write_project

CONFIG = {
    "property": {"name": "permeability", "unit": "mD"},
    "relate": {
        "table": "mine.csv",
        "transform": "log",
        "models": [{"name": "flow", "features": ["throat_um", "porosity"]}, {"name": "one", "features": ["porosity"]}],
        "rivals": [{"name": "ridge", "estimator": "ridge", "features": ["throat_um", "porosity"]}],
        "permutations": 99,
        "bootstrap": 100,
    },
    "report": {"model": "flow"},
}
WANTED = ["results/relate/physics.csv", "results/relate/shap.csv", "results/report/figures/models__predicted.svg"]


@pytest.fixture
def mine(tmp_path):
    """Fourteen rocks: permeability by throat and porosity; one not measured, one without porosity, two twins."""
    rng = np.random.default_rng(0)
    throat, porosity = rng.uniform(1, 20, 14), rng.uniform(0.1, 0.3, 14)
    table = pd.DataFrame({"sample": [f"rock{i}" for i in range(14)], "throat_um": throat, "porosity": porosity})
    table["throat_um_sd"] = 0.1
    table["property"] = np.exp(0.2 * throat + 10 * porosity + 0.05 * rng.normal(size=14))
    table.loc[0, "property"] = np.nan
    table.loc[1, "porosity"] = np.nan
    table["group"] = ["", "", "bar", "bar", *[""] * 10]
    table["split"] = ["train"] * 12 + ["test"] * 2
    folder = tmp_path / "mine"
    write_project(folder, "", CONFIG)
    table.to_csv(folder / "mine.csv", index=False)
    return folder


def test_other_features_and_another_property_need_config_alone(project, mine):
    where = ("--configfile", str(mine / "config.yaml"), "-d", str(mine))
    assert planned_rules(*where, *WANTED, cwd=project) == {
        "collect_features", "collect_properties", "fit_models", "explain_models", "predict_specimens",
        "compare_physics", "plot_models",
    }, "no microstructure is simulated or described for it"  # fmt: skip
    snakemake("--cores", "2", *WANTED, *where, cwd=project)
    results = mine / "results" / "relate"
    models = pd.read_csv(results / "models.csv").set_index("model")
    assert models.loc["flow", "r2_loocv"] > 0.9
    assert models.loc["flow", "rmse_unit"] == "ln(mD)"
    assert models.loc["flow", "left_out"] == "rock1: porosity is nan (empty in the table)"
    assert models.loc["bruggeman", "reason"].startswith("0 usable training specimens")
    coefficients = pd.read_csv(results / "coefficients.csv").set_index(["model", "feature"])
    assert coefficients.loc[("flow", "throat_um"), "coefficient"] == pytest.approx(0.2, abs=0.03)
    assert json.loads((results / "selection.json").read_text())["best"] == "flow"
    predicted = pd.read_csv(results / "predicted.csv")
    assert predicted["sample"].tolist() == ["rock0"]
    assert predicted["predicted_low"][0] < predicted["predicted"][0] < predicted["predicted_high"][0]
    assert pd.read_csv(results / "shap.csv").set_index(["model", "feature"]).loc[("flow", "throat_um"), "rank"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample,throat_um,porosity\na,1,1\na,2,2\n", "sample 'a' stands twice"),
        ("sample,throat_um\na,1\n", "'porosity'; "),
        ("sample,throat_um,porosity,property\na,1,1,3\nb,2,1,\n", "has 1 training specimens with permeability"),
        ("sample,throat_um,porosity,property,group,split\na,1,1,3,x,test\nb,2,1,,x,\n", "members in train and in test"),
    ],
)
def test_faults_of_the_table_are_told_before_any_work(project, mine, text, message):
    (mine / "mine.csv").write_text(text)
    where = ("--configfile", str(mine / "config.yaml"), "-d", str(mine))
    done = snakemake("--cores", "1", *WANTED, *where, cwd=project, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
