"""The sample sheet: one row per specimen."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from porescope.campaign.schema import load_schema, nearest, validate
from porescope.errors import InputError
from porescope.volume import Spacing

TEXT_COLUMNS = ("sample", "material", "source", "path", "mask_solid", "truth_solid", "truth", "split", "group")


@dataclass(frozen=True)
class Specimen:
    """One row of the sample sheet.

    Attributes
    ----------
    sample : str
        Unique name.
    material : str
    temperature_C : float
        Sintering temperature.
    source : 'simulate', 'raw' or 'mask'
    path : str
        Folder, glob or file; empty for simulated specimens.
    mask_solid, truth_solid : str
        Which values are solid, e.g. '>0'.
    voxel_nm : (z, y, x)
        None where the file's metadata is to say it.
    truth : str
        Folder, glob or file of manual labels; empty without.
    measured, measured_sd : float
        Measured property and its standard deviation; NaN if not measured.
    split : 'train' or 'test'
    group : str
        Specimens of one group are not independent.
    density_reference, density_sd : float
        Independent relative density; NaN without.
    """

    sample: str
    material: str
    temperature_C: float
    source: str
    path: str
    mask_solid: str
    truth_solid: str
    voxel_nm: tuple[float | None, float | None, float | None]
    truth: str
    measured: float
    measured_sd: float
    split: str
    group: str
    density_reference: float
    density_sd: float

    @property
    def condition(self) -> str:
        """Material and temperature as they enter paths, e.g. NPC_300."""
        return f"{self.material}_{self.temperature_C:g}"

    @property
    def identity(self) -> dict[str, str | float]:
        """What a record of the specimen begins with."""
        return {"sample": self.sample, "material": self.material, "temperature_C": self.temperature_C}

    @property
    def spacing(self) -> Spacing | None:
        """Voxel edges in um, or None where the sheet leaves any of them to the file's metadata."""
        z, y, x = self.voxel_nm
        return None if z is None or y is None or x is None else Spacing(z / 1000, y / 1000, x / 1000)


def read_specimens(sheet: Path, schemas: Path) -> dict[str, Specimen]:
    """Read and check a sample sheet.

    Parameters
    ----------
    sheet : path
        Tab-separated text with a header.
    schemas : path
        Folder with samples.schema.yaml.

    Raises
    ------
    InputError
        Naming the row and the column: unknown or missing column, a value that the schema does not allow, a name that
        stands twice, a group with members on both sides of the split.
    """
    schema = load_schema(schemas / "samples.schema.yaml")
    if not sheet.is_file():
        raise InputError(f"{sheet}: no such sample sheet; expected a tab-separated file (config key 'samples')")
    table = pd.read_csv(sheet, sep="\t", dtype=str, keep_default_na=False, comment="#", encoding="utf-8")
    known = list(schema["properties"])
    for column in table.columns:
        if column not in known:
            raise InputError(f"{sheet}: unknown column '{column}'; {nearest(column, known)}")
    for column in schema["required"]:
        if column not in table.columns:
            raise InputError(f"{sheet}: column '{column}' is missing")
    specimens: dict[str, Specimen] = {}
    for index, row in enumerate(table.to_dict("records")):
        source = f"{sheet} line {index + 2}"
        specimen = _specimen({str(k): v.strip() for k, v in row.items()}, schema, source)
        if specimen.sample in specimens:
            raise InputError(f"{source}: sample '{specimen.sample}' stands twice; names must be unique")
        specimens[specimen.sample] = specimen
    if not specimens:
        raise InputError(f"{sheet}: holds no specimen; expected at least one row")
    _check_groups(sheet, specimens)
    return specimens


def solid_predicate(expression: str, source: str) -> tuple[str, float]:
    """Parse which values are solid, e.g. '>127' or '==0', into an operator and a number; never evaluated.

    Raises
    ------
    InputError
        The expression is anything else.
    """
    match = re.fullmatch(r"\s*(==|!=|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*", expression)
    if not match:
        raise InputError(f"{source}: '{expression}' is no rule for solid; expected e.g. '>0', '>127' or '==0'")
    return match[1], float(match[2])


def _specimen(row: Mapping[str, str], schema: dict[str, Any], source: str) -> Specimen:
    values: dict[str, Any] = {name: _parse(name, text, source) for name, text in row.items() if text != ""}
    validate(values, schema, source)
    if values["source"] != "simulate" and "path" not in values:
        raise InputError(f"{source}: 'path' is empty, expected a folder, glob or file for source '{values['source']}'")
    for name in ("mask_solid", "truth_solid"):
        solid_predicate(values.get(name, ">0"), f"{source}, column '{name}'")
    return Specimen(
        sample=values["sample"],
        material=values["material"],
        temperature_C=values["temperature_C"],
        source=values["source"],
        path=values.get("path", ""),
        mask_solid=values.get("mask_solid", ">0"),
        truth_solid=values.get("truth_solid", ">0"),
        voxel_nm=(values.get("voxel_z_nm"), values.get("voxel_y_nm"), values.get("voxel_x_nm")),
        truth=values.get("truth", ""),
        measured=values.get("property", math.nan),
        measured_sd=values.get("property_sd", math.nan),
        split=values.get("split", "train"),
        group=values.get("group", values["sample"]),
        density_reference=values.get("density_reference", math.nan),
        density_sd=values.get("density_sd", math.nan),
    )


def _parse(name: str, text: str, source: str) -> str | float:
    if name in TEXT_COLUMNS:
        return text
    try:
        number = float(text)
    except ValueError:
        raise InputError(f"{source}: '{name}' is '{text}', expected a number") from None
    if not math.isfinite(number):
        raise InputError(f"{source}: '{name}' is '{text}', expected a finite number")
    return number


def _check_groups(sheet: Path, specimens: dict[str, Specimen]) -> None:
    sides: dict[str, Specimen] = {}
    for specimen in specimens.values():
        other = sides.setdefault(specimen.group, specimen)
        if other.split != specimen.split:
            raise InputError(
                f"{sheet}: group '{specimen.group}' has '{other.sample}' in {other.split} and '{specimen.sample}' in "
                f"{specimen.split}; a test specimen must not have kin in the training set"
            )
