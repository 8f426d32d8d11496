"""A campaign of twelve training and three test specimens whose property follows two features exactly."""

import numpy as np
import pandas as pd
import pytest

FEATURES = ("relative_density", "specific_surface_per_um", "alpha")
UNITS = {"relative_density": "", "specific_surface_per_um": "1/um", "alpha": ""}


@pytest.fixture
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features (as features.csv) and properties (as properties.csv); property = 2 + 100 D + 3 S_V, alpha is noise."""
    rng = np.random.default_rng(2)
    samples = [f"{material}_{t}" for material in ("HPA", "HPB", "NPC") for t in (175, 200, 225, 250, 400)]
    values = rng.uniform([0.5, 1.0, 0.05], [0.9, 8.0, 0.1], size=(15, 3))
    features = pd.DataFrame(
        [
            {"sample": s, "feature": name, "value": value, "standard_error": np.nan, "unit": UNITS[name], "reason": ""}
            for s, row in zip(samples, values)
            for name, value in zip(FEATURES, row)
        ]
    )
    properties = pd.DataFrame(
        {
            "sample": samples,
            "material": [s[:3] for s in samples],
            "temperature_C": [float(s[4:]) for s in samples],
            "group": samples,
            "split": ["test" if s in ("HPA_225", "HPB_250", "NPC_400") else "train" for s in samples],
            "property": 2 + 100 * values[:, 0] + 3 * values[:, 1],
            "property_sd": 0.1,
            "unit": "S/cm",
            "origin": "sheet",
            "solved": np.nan,
        }
    )
    return features, properties
