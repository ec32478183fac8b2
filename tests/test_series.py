"""The normal range of a series stops where none is known: no chart draws a band over a gap."""

from __future__ import annotations

import re

import pandas as pd

from hotspots.drawing import charts
from hotspots.drawing.brief import graphs
from hotspots.views.series import Series
from hotspots.words import words_for

EN = words_for("en")
GAP = pd.DataFrame(
    {
        "start": pd.date_range("2020-01-01", periods=6, freq="MS"),
        "label": list("abcdef"),
        "complete": True,
        "count": [3.0, 4, 2, 5, 3, 4],
        "low": [1.0, 1, None, None, 1, 1],
        "high": [6.0, 6, None, None, 7, 7],
    }
)
SHOWN = Series(GAP, "month", (), "six months")


def test_the_chart_draws_a_band_for_each_stretch_that_has_a_range():
    spec = charts.lines(SHOWN, EN)
    rows = spec["data"]["values"]
    assert len({row["run"] for row in rows if row["high"] is not None}) == 2
    (band,) = [layer for layer in spec["layer"] if isinstance(layer["mark"], dict) and layer["mark"].get("type") == "area"]
    assert band["encoding"]["detail"] == {"field": "run"}


def test_the_page_draws_a_band_for_each_stretch_that_has_a_range():
    drawn = str(graphs.series(SHOWN, words=EN, wide=300, tall=120))
    assert len(re.findall(r"fill-opacity=\"0\.75\"", drawn)) == 2
