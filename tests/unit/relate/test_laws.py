"""Physical laws as baselines: were they fitted wrongly, a regression would beat a straw man."""

import numpy as np
import pytest

from porescope.relate.laws import fit_law, law_features, law_obstacle

D = np.linspace(0.4, 0.8, 8)
TAU = 1.04 - 0.03 * np.sin(7 * D)
NECK = 0.3 + 0.5 * np.cos(5 * D) ** 2


@pytest.mark.parametrize("transform", ["none", "log"])
@pytest.mark.parametrize(
    ("law", "x", "truth"),
    [
        ("bruggeman", D[:, None], 300 * D**1.5),
        ("tortuosity", np.column_stack([D, TAU]), 300 * D / TAU**2),
        ("geometric", np.column_stack([D, TAU]), 300 * D**1.8 / TAU**4),
        ("geometric", np.column_stack([D, TAU, NECK]), 300 * D**1.15 * NECK**0.37 / TAU**4.39),
    ],
)
def test_a_law_finds_its_own_constants(law, x, truth, transform):
    y = np.log(truth) if transform == "log" else truth
    fit = fit_law(law, x, y, transform)
    assert fit.prefactor == pytest.approx(300)
    np.testing.assert_allclose(fit.predict(x), y)
    np.testing.assert_allclose(fit.residuals, 0, atol=1e-9)


def test_constrictivity_enters_where_the_tables_have_it():
    assert law_features("geometric", frozenset({"relative_density"})) == ("relative_density", "tortuosity")
    assert law_features("geometric", frozenset({"constrictivity"}))[-1] == "constrictivity"
    assert law_features("bruggeman", frozenset()) == ("relative_density",)


def test_what_no_law_can_describe_is_named():
    x = np.column_stack([D, TAU])
    assert "not positive" in law_obstacle("bruggeman", D[:, None], D - 0.5, "none")
    assert law_obstacle("bruggeman", D[:, None], np.log(D), "log") == ""
    assert law_obstacle("tortuosity", x * [1, -1], D, "none") == "a feature of the law is not positive"
    assert "fewer than the 3 constants" in law_obstacle("geometric", x[:2], D[:2], "none")
    assert "do not vary" in law_obstacle("geometric", np.column_stack([D, D**2]), D, "none")
