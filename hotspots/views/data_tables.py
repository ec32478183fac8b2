"""The tables behind the pages as files carry them: the button on a page and the command line give the same rows.

Each function returns plain columns, the keys first, numbers unrounded, what is not known missing. `exports.csv` makes text of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.cities.logbook import Entry
from hotspots.geography import units
from hotspots.statistics.change import Comparison
from hotspots.statistics.clusters import Scan
from hotspots.statistics.concentration import AgainstChance
from hotspots.statistics.interventions import Evaluation, reading
from hotspots.statistics.priorities import Backtest
from hotspots.statistics.rates import Funnel, rate_of_all
from hotspots.statistics.victims import AgainstBefore
from hotspots.study import Study
from hotspots.study.calendar import DAY

OF_PEOPLE = ("age", "sex", "weapon", "category", "status")  # what is said of the people killed, in the order of the page
TOGETHER = ("(no place)", "(whole city)")  # what stands for a place where people killed in none, or in all, are counted
IN_PLACE = ("(no place inside)", "(whole place)")  # the same, where a place was chosen


def together(study: Study) -> tuple[str, str]:
    """Return what stands for a place in the rows of those in none, and of all."""
    return IN_PLACE if study.place else TOGETHER


def changes(found: Mapping[str, Comparison], study: Study) -> pd.DataFrame:
    """Return every period and place of a comparison, those in no place and the whole city: a row for each.

    `swings_low` and `swings_high` are the ends of the whole city's range that allows for the swings between years.
    """
    parts = []
    names, rest_of = geography.names(study.blocks), together(study)
    for span, one in found.items():
        rows = one.places.assign(place=names.astype(str).to_numpy())
        rest = pd.DataFrame([one.no_place, one.city]).assign(place=list(rest_of))
        every = pd.concat([rows, rest]).assign(period=span, start=one.days.start.date(), last=(one.days.end - DAY).date())
        usual = (None, None) if one.usual is None else (one.usual.low, one.usual.high)
        whole = every["place"] == rest_of[-1]
        every["swings_low"], every["swings_high"] = (pd.Series(end, index=every.index, dtype=float).where(whole) for end in usual)
        parts.append(every)
    return _first(pd.concat(parts, ignore_index=True), "period", "start", "last", "place")


def _first(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table[[*columns, *(name for name in table.columns if name not in columns)]]


def scan(found: Scan, study: Study) -> pd.DataFrame:
    """Return the clusters of a scan, the strongest first, with the `place` that the middle lies in; without the list of members."""
    table = found.table.drop(columns="members").rename_axis("number").reset_index()
    called = geography.names(study.blocks)
    at = units.locate(table["x"].to_numpy(dtype=float), table["y"].to_numpy(dtype=float), study.blocks)
    inside = np.where(at >= 0, called.to_numpy(dtype=object)[at], "")
    place = pd.Series(inside, index=table.index) if "start" in table.columns else table["centre"].astype(str).map(called)
    return _first(table.assign(place=place), "number", "place")


def windows(found: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return open windows with the id and the name of the unit they lie in, empty outside. Restricted: never published."""
    at = found["unit"].to_numpy()
    called, ids = geography.names(study.blocks).to_numpy(dtype=object), study.blocks.index.to_numpy(dtype=object)
    table = found.drop(columns=["unit", "event"]).assign(unit=np.where(at >= 0, ids[at], ""), place=np.where(at >= 0, called[at], ""))
    return _first(table, "place", "unit")


def backtest(found: Backtest) -> pd.DataFrame:
    """Return how each rule did at each share of the area, with its intervals."""
    return found.table.reset_index()


def designs(found: Evaluation) -> pd.DataFrame:
    """Return the designs of an evaluation, a row for each: the effect, its interval, what it could tell, placebos, a moved start, facts."""
    rows = []
    for one in reading.numbers(found)["designs"]:  # type: ignore[attr-defined]
        row = {key: value for key, value in one.items() if key not in ("placebos", "shifted", "facts")}
        row |= {f"placebos_{key}": value for key, value in (one["placebos"] or {}).items()}
        row |= dict(zip(("shifted_low", "shifted_high"), one["shifted"] or (None, None), strict=True))
        rows.append(row | {f"fact_{key}": value for key, value in one["facts"].items()})
    return pd.DataFrame(rows)


def log(entries: Sequence[Entry], language: str) -> pd.DataFrame:
    """Return the entries of a log of interventions: `last` is the last day, empty where it goes on; areas are set apart by semicolons."""
    rows = [
        {
            "id": one.id,
            "name": one.name.get(language) or next(iter(one.name.values())),
            "start": one.start.date(),
            "last": None if one.end is None else (one.end - DAY).date(),
            "treated": "; ".join(one.treated),
            "comparison": "; ".join(one.comparison),
            "note": one.note.get(language) or next(iter(one.note.values()), ""),
        }
        for one in entries
    ]
    table = pd.DataFrame(rows)
    if any(one.starts for one in entries):
        table["starts"] = ["; ".join(f"{area}={day.date()}" for area, day in one.starts) for one in entries]
    return table


def funnel(found: Funnel, study: Study) -> pd.DataFrame:
    """Return each unit beside what chance explains, with its name; `rate` columns are per 100,000 residents a year."""
    whole = rate_of_all(study)
    table = found.table.assign(**{name: found.table[name.replace("rate", "ratio")] * whole for name in ("rate", "rate_low", "rate_high")})
    return _first(table.assign(place=geography.names(study.blocks).reindex(table.index)).rename_axis("id").reset_index(), "id", "place")


def curve(found: AgainstChance) -> pd.DataFrame:
    """Return what the places with most hold, from one place to all of them, beside chance."""
    return found.curve.rename_axis("places").reset_index()


def people(found: Mapping[str, AgainstBefore]) -> pd.DataFrame:
    """Return the victims of a period by every value of each field, beside the same days of the years before; no column without fields."""
    parts = [
        one.table.rename_axis("value").reset_index().assign(field=name, start=one.days.start.date(), last=(one.days.end - DAY).date())
        for name, one in found.items()
    ]
    return _first(pd.concat(parts, ignore_index=True), "field", "value", "start", "last") if parts else pd.DataFrame()


def people_by_year(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the victims of each calendar year by every value of each field: `field`, `value`, `year`, `count`; no column without fields.

    >>> years = pd.DataFrame({"male": [1, 0], "female": [0, 1]}, index=pd.Index([2019, 2020], name="year"))
    >>> people_by_year({"sex": years}).query("count > 0").to_numpy().tolist()
    [['sex', 'female', 2020, 1], ['sex', 'male', 2019, 1]]
    """
    parts = [table.reset_index().melt("year", var_name="value", value_name="count").assign(field=name) for name, table in found.items()]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True)[["field", "value", "year", "count"]]
    return rows.sort_values(["field", "value", "year"], kind="stable", ignore_index=True)
