"""What the map of the first page is made from: months that add up, classes that stay, hours and days to filter by."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_map_payload import unpack

from hotspots.dashboard.map_component import payload
from hotspots.dashboard.restricted.parts import place_map
from hotspots.questions.restricted import Asked, where
from hotspots.study.selection import Selection, read_query
from hotspots.study.times import TIMES


def of(city, **choices) -> Asked:
    return Asked.of(Selection(city=city.slug, version=city.version, unit="districts", language="en", **choices))


def test_the_months_of_a_map_are_the_counts_of_those_months(city):
    asked = of(city)
    found = asked.ask(where.by_month)
    assert found.all.sum() == asked.study.victims
    for start, end in (("2015-01-01", "2016-01-01"), ("2019-03-01", "2019-04-01")):
        first = pd.Period(found.first, freq="M")
        at = [(pd.Period(day, freq="M") - first).n for day in (start, end)]
        inside = (found.month >= at[0]) & (found.month < at[1])
        study = asked.at(start=start, end=end).study
        counts = np.bincount(found.unit[inside], found.n[inside], minlength=len(study.counts))
        assert counts.tolist() == study.counts.tolist()
        assert found.all[at[0] : at[1]].sum() == study.victims


def test_own_classes_hold_in_every_period(city):
    limits = (1.0, 40.0, 90.0)
    shown = [of(city, start=f"{year}-01-01", end=f"{year + 1}-01-01").ask(where.map_of, "count", limits) for year in (2016, 2022)]
    for one in shown:
        assert one.limits == limits
        assert [row.label for row in one.legend if row.kind == "class"][:2] == ["1 to 39", "40 to 89"]
    counts = of(city, start="2016-01-01", end="2017-01-01").study.counts.to_numpy()
    assert shown[0].classes.tolist() == [-1 if n == 0 else int(np.searchsorted(limits, n, side="right")) - 1 for n in counts]


def test_the_browser_gets_the_months_and_where_the_classes_begin(city):
    asked = of(city)
    view, months = asked.ask(where.map_of, "count"), asked.ask(where.by_month)
    meta, arrays = unpack(payload.encode_values(view, {"lang": "es"}, months))
    assert meta["months"]["limits"] == list(view.limits)
    assert sum(meta["months"]["all"]) == asked.study.victims
    assert arrays["month_unit"].tolist() == months.unit.tolist()
    assert arrays["month_n"].sum() == asked.study.inside


@pytest.mark.parametrize("name", list(TIMES))
def test_hours_and_days_to_filter_by_add_up(city, name):
    whole = of(city)
    parts = [replace(whole, selection=whole.selection.with_where(name, (value,))).study.victims for value in TIMES[name]]
    assert sum(parts) == whole.study.victims
    if name == "weekday":
        rows = whole.study.rows["date"].dt.day_of_week.value_counts().reindex(range(7), fill_value=0)
        assert parts == rows.tolist()


def test_an_address_filters_by_hour_and_day():
    selection, strange = read_query({"city": "x", "hour": "20-23", "weekday": "fri,sat", "month": "nosuch"})
    assert selection.where == (("hour", ("20-23",)), ("weekday", ("fri", "sat")))
    assert strange == ("month",)
    assert selection.query() == {"city": "x", "hour": "20-23", "weekday": "fri,sat"}


def test_a_window_names_whole_months():
    assert place_map.window("2020-02/2020-02") == (dt.date(2020, 2, 1), dt.date(2020, 3, 1))
    assert [place_map.window(text) for text in ("", "2020-02", "2020-13/2021-01", "2021-01/2020-12")] == [None] * 4
