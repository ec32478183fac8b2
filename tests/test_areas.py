"""Maps of areas that a page marks itself: each unit in its group, each open window a circle of the right size in the right place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics import repeats
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city
from hotspots.views import areas, map_view
from hotspots.words import words_for


def test_every_unit_is_in_its_group():
    frame = map_view.geometry("x", square_blocks(side=3))
    groups = {"treated": frame.ids[:1], "comparison": [frame.ids[5], frame.ids[7]]}
    names = {"treated": "Treated", "comparison": "Compared"}
    shown = areas.marked_areas(frame, groups, names, words_for("en"), other="Others", title="t")
    assert shown.classes.tolist() == [0, -1, -1, -1, -1, 1, -1, 1, -1]
    assert [(row.label, row.units) for row in shown.legend] == [("Treated", 1), ("Compared", 2), ("Others", 6)]
    assert sum(row.units for row in shown.legend) == len(shown.ids)
    assert shown.tips[0].texts[7] == "Compared"


def test_windows_are_circles_of_the_distance_chosen():
    incidents, blocks = square_city([(5, 5), (15, 5)], dates=["2020-01-02", "2020-01-14"])
    study = Study.of(incidents, blocks, end="2020-01-15")
    found = repeats.open_windows(repeats.events_of(study), metres=200, days=14)
    frame = map_view.geometry("x", blocks)
    shown = areas.open_windows(frame, found, ["new", "old"], words_for("en"), metres=200, days=14, epsg=blocks.crs.to_epsg())
    circles = shown.shapes.to_crs(blocks.crs)
    assert circles.area.to_numpy() == pytest.approx(np.pi * 200**2, rel=0.01)
    assert circles.centroid.x.to_numpy() == pytest.approx([5, 15], abs=0.5)  # the newest last: on top
    assert shown.names == ["old", "new"]
    assert shown.classes.tolist() == [0, 1]
    assert shown.tips[0].texts == [words_for("en").short_date(pd.Timestamp(day).date()) for day in ("2020-01-02", "2020-01-14")]
    other = areas.open_windows(frame, found, ["new", "old"], words_for("en"), metres=400, days=14, epsg=blocks.crs.to_epsg())
    assert other.key != shown.key
