"""If these fail, generated volumes are called more winding, or less, than real metal of their density is."""

import math

import numpy as np
import pandas as pd
import pytest

from porescope.report.volume_findings import trend_sentence
from porescope.report.volume_trends import departure, of_material, trend_figure


def described():
    """Tortuosity less 1 that falls by a factor e over a density of .1, and a VOI without a way through."""
    density = np.array([0.36, 0.4, 0.45, 0.5, 0.3])
    tortuosity = 1 + 0.07 * np.exp(-(density - 0.4) / 0.1)
    tortuosity[-1] = np.inf
    own = pd.DataFrame({"material": "A_b", "relative_density": density, "tortuosity": tortuosity})
    return pd.concat([own, own.assign(material="C", tortuosity=2.0)])


def generated(times):
    density = np.array([0.38, 0.42])
    made = pd.DataFrame(
        {"relative_density": density, "tortuosity_minus_1": times * 0.07 * np.exp(-(density - 0.4) / 0.1)}
    )
    made = made.assign(condition="A_b_250", origin="generated")
    real = pd.DataFrame(
        {"relative_density": [0.45], "tortuosity_minus_1": [0.04], "condition": "A_b_250", "origin": "real"}
    )
    return pd.concat([made, real], ignore_index=True)


def test_less_dense_is_not_too_winding():
    """On the line through the real ones nothing departs, wherever on it; another material has no say."""
    real = of_material(described(), "A_b_250")
    assert len(real) == 4
    assert departure(generated(1), real) == pytest.approx(0, abs=1e-9)
    assert departure(generated(1.3), real) == pytest.approx(0.3)
    assert trend_sentence(generated(1.3), described()).endswith("density: A_b_250 +30 %.")
    assert "−20 %" in trend_sentence(generated(0.8), described())


def test_too_few_real_volumes_have_no_line():
    few = described().iloc[:3]
    assert math.isnan(departure(generated(1.3), of_material(few, "A_b_250")))
    assert trend_sentence(generated(1.3), few) == ""
    assert trend_figure(generated(1.3), few).axes


def test_a_volume_without_a_way_through_is_left_out():
    own = generated(1.2)
    own.loc[0, "tortuosity_minus_1"] = np.inf
    assert departure(own, of_material(described(), "A_b_250")) == pytest.approx(0.2)
