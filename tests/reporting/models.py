"""What stage relate writes of the small campaign, by its own functions."""

from porescope.relate.attribution import explain_models
from porescope.relate.features import collect_features
from porescope.relate.fitting import ModelOptions
from porescope.relate.physics import compare_physics, predict_specimens
from porescope.relate.scoring import fit_models
from reporting.made import Made, density_of

MODELS = (
    ("A", ("relative_density", "tortuosity")),
    ("I", ("relative_density", "specific_surface_per_um", "tortuosity", "strut_diameter_um")),
    ("Q", ("specific_surface_per_um", "alpha", "beta")),
)


def write_models(made: Made) -> None:
    """The tables of stage relate, by the functions of the stage."""
    place = made.path("relate/features.csv").parent
    collect_features([made.files["samples"]], [], place / "features.csv")
    properties = [
        {**{k: f[k] for k in ("sample", "material", "temperature_C", "group", "split")},
         "property": 300 * (density_of(f, made) - 0.35) ** 1.3 * (0.4 + made.heat(f)) + made.rng.normal(0, 3),
         "property_sd": 2.0, "unit": "S/cm", "origin": "simulated", "solved": 300 * (density_of(f, made) - 0.3)}
        for f in made.facts
    ]  # fmt: skip
    made.csv("relate/properties.csv", properties)
    models = [{"name": name, "features": features} for name, features in MODELS]
    ridge = {"name": "ridge", "estimator": "ridge", "features": ("relative_density", "tortuosity")}
    options = ModelOptions(models, [ridge], ["bruggeman", "geometric"], "none")
    inputs = (place / "features.csv", place / "properties.csv")
    outputs = {name: str(place / f"{name}.csv") for name in ("models", "coefficients", "predictions")}
    outputs |= {"selection": str(place / "selection.json"), "model": str(place / "model.json")}
    fit_models(*inputs, options, "best", 99, 100, 1, outputs)
    shap = {
        "summary": str(place / "shap.csv"),
        "groups": str(place / "groups.csv"),
        "values": str(place / "values.csv"),
    }
    explain_models(*inputs, options, 100, 1, shap)
    predicted, physics = str(place / "predicted.csv"), str(place / "physics.csv")
    predict_specimens(outputs["model"], *inputs, 600.0, predicted)
    named = {"features": str(inputs[0]), "properties": str(inputs[1])}
    compare_physics(outputs | named | {"predicted": predicted}, 600.0, physics)
    made.files |= {name: outputs[name] for name in ("models", "coefficients", "selection")}
    made.files |= {"predictor": outputs["model"], "properties": named["properties"], "shap": shap["summary"]}
    made.files |= {"shap_groups": shap["groups"], "predicted": predicted, "physics": physics}
    made.drawn = {name: made.files[name] for name in ("models", "coefficients", "selection", "shap", "physics")}
    made.drawn |= {**named, "predictions": outputs["predictions"], "values": shap["values"]}
