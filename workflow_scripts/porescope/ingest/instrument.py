"""What a microscope wrote about itself: beam, detector and stage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tifffile

from porescope.errors import InputError
from porescope.ingest.metadata import tescan_settings

FEI = {
    "accelerating_voltage_kV": ("Beam", "HV", 1e-3),
    "working_distance_mm": ("Beam", "WD", 1e3),
    "stage_x_mm": ("Stage", "StageX", 1e3),
    "stage_y_mm": ("Stage", "StageY", 1e3),
    "stage_z_mm": ("Stage", "StageZ", 1e3),
    "stage_tilt_deg": ("Stage", "StageT", 57.29577951308232),
    "dwell_us": ("Scan", "Dwelltime", 1e6),
}
"""Section and key in FEI and Thermo Fisher files, and the factor to our unit from theirs (SI units, radians)."""

ZEISS = {
    "accelerating_voltage_kV": "ap_actualkv",
    "working_distance_mm": "ap_wd",
    "stage_x_mm": "ap_stage_at_x",
    "stage_y_mm": "ap_stage_at_y",
    "stage_z_mm": "ap_stage_at_z",
    "stage_tilt_deg": "ap_stage_at_t",
}
"""Keys in Zeiss files; units come with the values."""

TESCAN = {
    "accelerating_voltage_kV": ("HV", 1e-3),
    "working_distance_mm": ("WD", 1e3),
    "stage_x_mm": ("StageX", 1e3),
    "stage_y_mm": ("StageY", 1e3),
    "stage_z_mm": ("StageZ", 1e3),
    "stage_tilt_deg": ("StageTilt", 1.0),
    "dwell_us": ("DwellTime", 1e6),
}
"""Key in TESCAN files and the factor to our unit from theirs (SI units, degrees)."""

FACTORS = {"kv": 1.0, "v": 1e-3, "mm": 1.0, "m": 1e3, "µm": 1e-3, "um": 1e-3, "nm": 1e-6, "°": 1.0, "degrees": 1.0}


def instrument_settings(path: Path) -> dict[str, Any]:
    """Maker, beam and stage as the header of a TIFF tells them; only what it tells, the unit in the key.

    Raises
    ------
    InputError
        The header cannot be read.
    """
    try:
        with tifffile.TiffFile(path) as tif:
            if tif.fei_metadata:
                return _fei(tif.fei_metadata)
            if tif.sem_metadata:
                return {"maker": "Zeiss", **_zeiss(tif.sem_metadata)}
            told = tescan_settings(tif)
            return {"maker": "TESCAN", **_tescan(told)} if told else {}
    except (tifffile.TiffFileError, ValueError, TypeError, OSError) as error:
        raise InputError(f"{path}: its metadata cannot be read ({error}); expected those of a microscope") from error


def image_rows(path: Path) -> int | None:
    """Rows of the image without the databar, where an FEI or Thermo Fisher header tells them."""
    with tifffile.TiffFile(path) as tif:
        rows = (tif.fei_metadata or {}).get("Image", {}).get("ResolutionY")
    return rows if isinstance(rows, int) else None


def _fei(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"maker": "FEI"}
    if kind := told.get("System", {}).get("SystemType"):
        found["system"] = str(kind)
    beam = told.get("Beam", {}).get("Beam", "EBeam")
    for name, (section, key, factor) in FEI.items():
        value = told.get(beam, {}).get(key) if section == "Beam" else told.get(section, {}).get(key)
        if isinstance(value, int | float):
            found[name] = float(f"{value * factor:.6g}")
    return found


def _zeiss(told: Mapping[str, Any]) -> dict[str, float]:
    entries = {name: told.get(key) for name, key in ZEISS.items()}
    return {
        name: float(f"{entry[1] * FACTORS[entry[2].strip().lower()]:.6g}")
        for name, entry in entries.items()
        if isinstance(entry, tuple) and len(entry) == 3 and entry[2].strip().lower() in FACTORS
    }


def _tescan(told: Mapping[str, str]) -> dict[str, float]:
    return {name: float(f"{float(told[key]) * f:.6g}") for name, (key, f) in TESCAN.items() if told.get(key)}
