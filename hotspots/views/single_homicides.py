"""How a single homicide is shown: its day and clock, and its dot on a map. For the restricted edition only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspots.geography.degrees import lon_lat
from hotspots.store.schema import UNKNOWN
from hotspots.views import captions
from hotspots.words import Words

TOLD = ("weapon", "category", "sex", "age", "status")  # what the lines of a dot say beside the day


class Dot(NamedTuple):
    """One homicide on a map: where it stands in EPSG:4326, whether it is of the newest days, and the lines that say what it was."""

    lon: float
    lat: float
    newest: bool
    lines: tuple[str, ...]


def when(case: pd.Series | Mapping[Any, Any]) -> str:
    """Return the day and, where it is known, the clock of a case, in an order that can be sorted by; the month where that is all.

    >>> when(pd.Series({"date": pd.Timestamp(2020, 5, 1), "time": "21:40"}))
    '2020-05-01 21:40'
    >>> when(pd.Series({"date": pd.Timestamp(2020, 5, 1), "time": "", "day_known": False}))
    '2020-05'
    """
    if not case.get("day_known", True):
        return f"{case['date']:%Y-%m}"
    return f"{case['date']:%Y-%m-%d} {case['time']}".strip()


def dots(cases: pd.DataFrame, words: Words, *, newest_from: pd.Timestamp, epsg: int) -> tuple[Dot, ...]:
    """Return a dot for each case that has a place; those from the day `newest_from` on are of the newest days. `epsg` is that of x and y.

    >>> from hotspots.words import words_for
    >>> case = {"date": pd.Timestamp(2020, 5, 1), "time": "", "x": 500000.0, "y": 1500000.0, "weapon": "firearm"}
    >>> dots(pd.DataFrame([case]), words_for("en"), newest_from=pd.Timestamp(2020, 4, 20), epsg=32616)[0].lines
    ('2020-05-01', 'Firearm')
    """
    placed = cases[cases["x"].notna()]
    lon, lat = (np.round(one, 6).tolist() for one in lon_lat(placed["x"], placed["y"], epsg=epsg))
    told: dict[tuple[str, ...], tuple[str, ...]] = {}  # of a large city many are alike but for their day
    lines = []
    for case in placed.to_dict("records"):
        like = tuple(str(case.get(name)) for name in TOLD)
        known = told.get(like)
        if known is None:
            known = told[like] = _lines(case, words)
        lines.append((when(case), *known))
    newest = placed["date"] >= newest_from
    return tuple(Dot(*found) for found in zip(lon, lat, newest.tolist(), lines, strict=True))


def _lines(case: Mapping[Any, Any], words: Words) -> tuple[str, ...]:
    how = [captions.value_name(name, str(case[name]), words) for name in ("weapon", "category") if _known(case, name)]
    who = [captions.value_of_one("sex", str(case["sex"]), words)] if _known(case, "sex") else []
    who += [words.say("{n} years old", n=words.number(int(case["age"])))] if _known(case, "age") else []
    state = captions.value_name("status", str(case["status"]), words) if _known(case, "status") else ""
    return tuple(line for line in (" · ".join(how), ", ".join(who), state) if line)


def _known(case: Mapping[Any, Any], name: str) -> bool:
    return name in case and pd.notna(case[name]) and case[name] != UNKNOWN
