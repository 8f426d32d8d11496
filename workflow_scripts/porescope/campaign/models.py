"""Which specimens and features stage relate deals with, and whether its models can be fitted to them, known before
anything runs."""

import math
from collections.abc import Mapping
from typing import Any

from porescope.campaign.schema import nearest
from porescope.campaign.specimens import Specimen
from porescope.describe.names import DESCRIPTORS
from porescope.errors import InputError
from porescope.relate.features import TEMPERATURE
from porescope.relate.table import own_features, read_own_table

BEST = "best"
"""Value of relate/predictor that names no model."""

NO_MATERIAL = "all"
"""Material of specimens of a user's table that names none."""


class Relation:
    """What stage relate sees of a campaign.

    Parameters
    ----------
    config : mapping
        Complete and validated.
    specimens : mapping
        Of the sample sheet, by name.

    Attributes
    ----------
    table : DataFrame or None
        The user's table (config relate/table). With one, its rows are the specimens of the stage.

    Raises
    ------
    InputError
        The table cannot be read, or has faults (table.read_own_table).
    """

    def __init__(self, config: Mapping[str, Any], specimens: Mapping[str, Specimen]) -> None:
        self.options: Mapping[str, Any] = config["relate"]
        self.specimens = specimens
        self.table = None if self.options["table"] is None else read_own_table(self.options["table"])

    @property
    def measurements(self) -> list[dict[str, Any]]:
        """Condition, side of the split and property of every specimen; None where a number is not given.

        What a table does not say of a specimen is taken from the sheet; a column ``property`` of a table holds for all.
        """
        sheet = {name: _row(specimen) for name, specimen in self.specimens.items()}
        if self.table is None:
            return list(sheet.values())
        blank = {"material": NO_MATERIAL, "temperature_C": None, "split": "train", "property": None}
        rows = []
        for own in self.table.to_dict("records"):
            name = own["sample"]
            row = {"sample": name, **blank, "property_sd": None, "group": name} | sheet.get(name, {})
            if "property" in own:
                row |= {"property": None, "property_sd": None}
            given = {key: own[key] for key in row if key in own and own[key] != "" and not _missing(own[key])}
            rows.append(row | given)
        return rows

    @property
    def simulated(self) -> list[str]:
        """Specimens whose property comes from the simulation: neither sheet nor table have it."""
        if self.table is not None and "property" in self.table:
            return []
        sources = {name: specimen.source for name, specimen in self.specimens.items()}
        return [r["sample"] for r in self.measurements
                if r["property"] is None and sources.get(r["sample"]) == "simulate"]  # fmt: skip

    @property
    def known(self) -> list[dict[str, Any]]:
        """Measurements of the specimens whose property is measured or will be simulated."""
        simulated = set(self.simulated)
        return [row for row in self.measurements if row["property"] is not None or row["sample"] in simulated]

    @property
    def features(self) -> list[str]:
        """What a model may be made of."""
        own = [] if self.table is None else own_features(self.table)
        return [*DESCRIPTORS, TEMPERATURE, *(name for name in own if name not in DESCRIPTORS)]

    @property
    def described(self) -> bool:
        """Whether any model needs what stage describe measures: not where a table holds all features."""
        if self.table is None:
            return True
        own = {TEMPERATURE, *own_features(self.table)}
        return any(set(model["features"]) - own for model in [*self.options["models"], *self.options["rivals"]])

    def left_out(self) -> str:
        """Why the stage does not apply, in one sentence; empty if it does."""
        if not self.known:
            return "no specimen has a measured property, so no model is fitted"
        return "" if self.options["models"] else "the config's relate/models is empty, so no model is fitted"


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
        fewer training specimens with the property than coefficients, a predictor that is no model, a property whose
        logarithm does not exist; or what Relation raises.
    """
    relation, options = Relation(config, specimens), config["relate"]
    names = list(options["laws"])
    for section in ("models", "rivals"):
        for model in options[section]:
            if model["name"] in [*names, BEST]:
                raise InputError(f"config: relate/{section} has another '{model['name']}', expected every name once")
            names.append(model["name"])
            _check_features(f"'{model['name']}' of relate/{section}", model["features"], relation.features)
    predictors = [BEST, *(model["name"] for model in options["models"])]
    if options["models"] and options["predictor"] not in predictors:
        raise InputError(
            f"config: relate/predictor is '{options['predictor']}'; {nearest(options['predictor'], predictors)}"
        )
    if relation.known:
        _check_numbers(config, relation)


def _check_numbers(config: Mapping[str, Any], relation: Relation) -> None:
    training = [row for row in relation.known if row["split"] == "train"]
    source = "sample sheet" if relation.table is None else config["relate"]["table"]
    for model in config["relate"]["models"]:
        needed = len(model["features"]) + 1
        if len(training) < needed:
            raise InputError(
                f"config: model '{model['name']}' of relate/models has {needed} coefficients ({needed - 1} features "
                f"and the intercept) but the {source} has {len(training)} training specimens with "
                f"{config['property']['name']}, expected at least {needed}; an empty list leaves the stage out"
            )
    if config["relate"]["transform"] == "log":
        for row in relation.known:
            if row["property"] is not None and row["property"] <= 0:
                raise InputError(
                    f"sample '{row['sample']}': property is {row['property']:g}, expected more than 0 because "
                    "config relate/transform is 'log'"
                )


def _row(specimen: Specimen) -> dict[str, Any]:
    return {
        "sample": specimen.sample,
        "material": specimen.material,
        "temperature_C": specimen.temperature_C,
        "group": specimen.group,
        "split": specimen.split,
        "property": specimen.measured if math.isfinite(specimen.measured) else None,
        "property_sd": specimen.measured_sd if math.isfinite(specimen.measured_sd) else None,
    }


def _missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _check_features(name: str, features: list[str], known: list[str]) -> None:
    if not features:
        raise InputError(f"config: model {name} has no feature, expected at least one")
    for index, feature in enumerate(features):
        if feature not in known:
            raise InputError(f"config: model {name} has the unknown feature '{feature}'; {nearest(feature, known)}")
        if feature in features[:index]:
            raise InputError(f"config: model {name} has '{feature}' twice, expected every one once")
