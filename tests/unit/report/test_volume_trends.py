"""If these fail, volumes are drawn at another temperature or material, or one without a way through ends the page."""

import numpy as np
import pandas as pd

from porescope.report.volume_trends import DRAWN, SIDES, trend_figure


def vois():
    rows = [
        {"material": m, "temperature_C": t, "origin": o, "volume_relative_density": d, "tortuosity_minus_1": w}
        for m, t, o, d, w in (
            ("A", 200.0, "real", 0.4, 0.06),
            ("A", 200.0, "real", 0.5, np.inf),
            ("A", 350.0, "real", 0.6, 0.02),
            ("A", 200.0, "generated", 0.44, 0.07),
            ("A", 350.0, "generated", 0.62, 0.03),
            ("B", 200.0, "generated", 0.8, 0.01),
        )
    ]
    return pd.DataFrame([dict.fromkeys(DRAWN, 1.0) | row for row in rows])


def lines(ax):
    """What joins the means of each side."""
    found = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    return {side: found[side] for side in SIDES if side in found}


def test_means_of_each_temperature_are_joined_where_a_way_leads_through():
    axes = np.array(trend_figure(vois()).axes).reshape(len(DRAWN), 2)
    rows = dict(zip(DRAWN, axes, strict=True))
    density, winding = rows["volume_relative_density"], rows["tortuosity_minus_1"]
    assert [ax.get_title() for ax in axes[0]] == ["A", "B"]
    assert lines(density[0])["real"] == [[200.0, 0.45], [350.0, 0.6]]
    assert lines(winding[0])["real"] == [[200.0, 0.06], [350.0, 0.02]]
    assert lines(winding[0])["generated"] == [[200.0, 0.07], [350.0, 0.03]]
    assert lines(density[1])["real"] == []
