"""Whether the configured regression models can be fitted to the specimens of the sheet, known before anything runs."""

import math
from collections.abc import Mapping
from typing import Any

from porescope.campaign.schema import nearest
from porescope.campaign.specimens import Specimen
from porescope.describe.names import DESCRIPTORS
from porescope.errors import InputError

FEATURES = (*DESCRIPTORS, "temperature_C")
"""What a model may be made of."""


def check_models(config: Mapping[str, Any], specimens: Mapping[str, Specimen]) -> None:
    """Refuse models that cannot be fitted; nothing to refuse where no specimen has the property.

    Parameters
    ----------
    config : mapping
        Complete and validated.
    specimens : mapping
        By name.

    Raises
    ------
    InputError
        A model without a feature, a name that stands twice, a feature that does not exist or stands twice in a model,
        fewer training specimens with the property than coefficients, a property whose logarithm does not exist.
    """
    models = config["relate"]["models"]
    for index, model in enumerate(models):
        name = model["name"]
        if name in [earlier["name"] for earlier in models[:index]]:
            raise InputError(f"config: relate/models has two models '{name}', expected every name once")
        _check_features(name, model["features"])
    known = [s for s in specimens.values() if has_property(s)]
    if not known:
        return
    training = [s for s in known if s.split == "train"]
    for model in models:
        needed = len(model["features"]) + 1
        if len(training) < needed:
            raise InputError(
                f"config: model '{model['name']}' of relate/models has {needed} coefficients ({needed - 1} features "
                f"and the intercept) but the sample sheet has {len(training)} training specimens with "
                f"{config['property']['name']}, expected at least {needed}; an empty list leaves the stage out"
            )
    if config["relate"]["transform"] == "log":
        for specimen in known:
            if specimen.measured <= 0:
                raise InputError(
                    f"sample '{specimen.sample}': property is {specimen.measured:g}, expected more than 0 because "
                    "config relate/transform is 'log'"
                )


def has_property(specimen: Specimen) -> bool:
    """Whether the property is measured or will be simulated."""
    return specimen.source == "simulate" or math.isfinite(specimen.measured)


def takes_simulated_property(specimen: Specimen) -> bool:
    """Whether the property comes from the simulation: the sheet has none."""
    return specimen.source == "simulate" and not math.isfinite(specimen.measured)


def measurements(specimens: Mapping[str, Specimen]) -> list[dict[str, Any]]:
    """What stage relate needs of the sheet, a row a specimen; None where a number is not given."""
    return [
        {
            "sample": s.sample,
            "material": s.material,
            "temperature_C": s.temperature_C,
            "group": s.group,
            "split": s.split,
            "property": s.measured if math.isfinite(s.measured) else None,
            "property_sd": s.measured_sd if math.isfinite(s.measured_sd) else None,
        }
        for s in specimens.values()
    ]


def _check_features(name: str, features: list[str]) -> None:
    if not features:
        raise InputError(f"config: model '{name}' of relate/models has no feature, expected at least one")
    for index, feature in enumerate(features):
        if feature not in FEATURES:
            hint = nearest(feature, list(FEATURES))
            raise InputError(f"config: model '{name}' of relate/models has the unknown feature '{feature}'; {hint}")
        if feature in features[:index]:
            raise InputError(f"config: model '{name}' of relate/models has '{feature}' twice, expected every one once")
