"""If these fail, nobody knows whether volumes of a wanted property have it."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from porescope.describe.options import DescribeOptions
from porescope.errors import InputError
from porescope.generate.conditions import Condition
from porescope.generate.samples import Samples
from porescope.generate.wanted import describe_wanted
from porescope.generate.wanted_check import check_wanted
from porescope.report.wanted import wanted_figure
from porescope.volume import Spacing, write_volume

SOLID = 1000.0


def model(path, slope=400.0):
    """Property = 100 + slope x (density - 0.5), with known errors and a domain of densities from 0.4 to 0.6."""
    feature = {"name": "relative_density", "unit": "", "mean": 0.5, "scale": 0.1, "coefficient": slope / 10}
    content = {
        "format": 1,
        "model": "A",
        "unit": "S/cm",
        "transform": "none",
        "n_train": 10,
        "intercept": 100.0,
        "features": [feature | {"low": 0.4, "high": 0.6}],
        "scatter": [[0.1]],
        "leverage_limit": 1.0,
        "errors": {"residual_variance": 25.0, "from_property": 0.0, "from_features": 0.0, "freedom": 8},
    }
    path.write_text(json.dumps(content))
    return path


def properties(path, values):
    rows = [
        {
            "sample": s,
            "material": s[0],
            "temperature_C": 200,
            "group": s,
            "split": "train",
            "property": v,
            "unit": "S/cm",
        }
        for s, v in values.items()
    ]
    pd.DataFrame(rows).assign(property_sd=1.0, origin="sheet", solved=np.nan).to_csv(path, index=False)
    return path


def descriptors(path, rows):
    """Rows: origin, name, wanted, extrapolated, density, effective conductivity."""
    names = ["origin", "name", "wanted", "extrapolated", "relative_density", "effective_conductivity"]
    table = pd.DataFrame(rows, columns=names).assign(voi=0)
    table["material"] = [row[1][0] if row[0] == "generated" else None for row in rows]
    table.to_csv(path, index=False)
    return path


REAL = [
    ("real", "A_1", None, None, 0.4, 0.20),
    ("real", "A_2", None, None, 0.6, 0.40),
    ("real", "B_1", None, None, 0.9, 0.80),
]
MEASURED = {"A_1": 50.0, "A_2": 150.0, "B_1": 100.0}


def check(tmp_path, made, solid=SOLID):
    table = check_wanted(
        descriptors(tmp_path / "descriptors.csv", [*made, *REAL]),
        model(tmp_path / "model.json"),
        properties(tmp_path / "properties.csv", MEASURED),
        solid,
    )
    return table.set_index("name")


def test_a_volume_as_real_specimens_of_the_wanted_property_deviates_by_nothing(tmp_path):
    """Half way between two specimens of its material; another material's specimen between them does not count."""
    row = check(tmp_path, [("generated", "A_100", 100.0, False, 0.5, 0.30)]).loc["A_100"]
    assert row["predicted"] == pytest.approx(100)
    assert row["predicted_of_real"] == pytest.approx(100)
    assert row["solved"] == pytest.approx(300)
    assert row["solved_of_real"] == pytest.approx(300)
    assert row["conducted"] == pytest.approx(100)
    assert row[["predicted_deviation", "solved_deviation"]].to_numpy(float) == pytest.approx([0, 0], abs=1e-9)
    assert row["predicted_low"] < row["predicted"] < row["predicted_high"]
    assert row["outside"] == ""


def test_a_volume_that_conducts_a_tenth_too_much_would_measure_a_tenth_too_much(tmp_path):
    row = check(tmp_path, [("generated", "A_100", 100.0, False, 0.55, 0.33)]).loc["A_100"]
    assert row["solved_deviation"] == pytest.approx(0.1)
    assert row["conducted"] == pytest.approx(110)
    assert row["predicted_deviation"] == pytest.approx(0.2)


def test_beyond_the_measured_range_nothing_real_is_there_to_compare_with(tmp_path):
    row = check(tmp_path, [("generated", "A_500", 500.0, True, 0.8, 0.70)]).loc["A_500"]
    assert row["extrapolated"]
    assert np.isnan([row["predicted_of_real"], row["solved_of_real"], row["conducted"]]).all()
    assert row["outside"] == "relative_density 0.8 is above 0.6"
    assert row["predicted"] == pytest.approx(220)


def test_a_specimen_is_no_witness_of_itself(tmp_path):
    table = check(tmp_path, [("generated", "A_100", 100.0, False, 0.5, 0.30)])
    assert table.loc["A_1", "wanted"] == 50
    assert table.loc[["A_1", "A_2", "B_1"], "solved_of_real"].isna().all()


def test_without_the_property_of_the_metal_nothing_is_solved_for(tmp_path):
    table = check(tmp_path, [("generated", "A_100", 100.0, False, 0.5, 0.30)], None)
    assert table["solved"].isna().all()
    assert table.loc["A_100", "predicted"] == pytest.approx(100)


def test_without_a_regression_the_rest_is_still_compared(tmp_path):
    (tmp_path / "none.json").write_text(json.dumps({"model": None, "reason": "too few specimens"}))
    table = check_wanted(
        descriptors(tmp_path / "d.csv", [("generated", "A_100", 100.0, False, 0.5, 0.30), *REAL]),
        tmp_path / "none.json",
        properties(tmp_path / "p.csv", MEASURED),
        SOLID,
    ).set_index("name")
    assert np.isnan(table.loc["A_100", "predicted"])
    assert table.loc["A_100", "solved_deviation"] == pytest.approx(0)


def test_a_volume_and_a_mask_of_one_structure_are_described_alike(tmp_path):
    pores = gaussian_filter(np.random.default_rng(0).standard_normal((24, 24, 24)), 2.5, mode="wrap") > 0
    volume, drawn = tmp_path / "A_100.ome.zarr", tmp_path / "A_100.npz"
    write_volume(volume, pores.astype(np.uint8), Spacing(0.05, 0.05, 0.05), "labels")
    Samples(np.zeros((1, 8, 8)), np.ones(1, int), Condition("A", 100.0, "property"), 0.05, False).save(drawn)
    table = describe_wanted([volume], [drawn], {"A_1": volume}, DescribeOptions(voi_um=2.0)).set_index("origin")
    assert table.loc["generated", "wanted"] == 100
    assert table.loc["generated", "relative_density"] == pytest.approx(1 - pores.mean())
    for name in ("specific_surface_per_um", "effective_conductivity", "strut_diameter_um"):
        assert table.loc["generated", name] == pytest.approx(table.loc["real", name])


def test_no_condition_is_refused():
    with pytest.raises(InputError, match="generate/wanted/conditions names no condition"):
        describe_wanted([], [], {}, DescribeOptions(voi_um=2.0))


def test_the_figure_has_a_row_a_material_and_shows_what_was_wanted(tmp_path):
    made = [("generated", "A_100", 100.0, False, 0.5, 0.30), ("generated", "A_500", 500.0, True, 0.8, 0.70)]
    figure = wanted_figure(check(tmp_path, made).reset_index())
    assert len(figure.axes) == 3
    lines = {line.get_label(): line for line in figure.axes[1].lines}
    assert list(lines["generated"].get_ydata()) == pytest.approx([300])
    assert list(lines["generated, extrapolated"].get_ydata()) == pytest.approx([700])
    assert list(lines["real specimens"].get_xdata()) == [50, 150]
