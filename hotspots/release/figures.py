"""The figures of a release: incidents that may be counted → one long table of what is shown and what is held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hotspots.cities.published_totals import WHOLE
from hotspots.release import so_far
from hotspots.release.profiles import FEWER_THAN, FIELDS, UNMAPPED, Profile, Window
from hotspots.release.protection import FEW, SHOWN, UNPUBLISHED, attribute_weights, protect
from hotspots.statistics import victims
from hotspots.store.schema import Incidents
from hotspots.study import Study

# One row is one figure: `count` is missing where it is not shown, and `reason` says why. Tables: `city` (its years), `so_far` (from January
# on), `months`, `areas` (by window; an empty area is the sum, `unmapped` who lies in none), and one for each attribute.
COLUMNS: tuple[str, ...] = ("table", "area", "start", "end", "value", "count", "reason")
KEYS = list(COLUMNS[:5])


@dataclass(frozen=True, eq=False)
class Counted:
    """What figures are made of: victims who may be counted, the area of each (missing: none), residents by area, what is public already.

    `before` holds the figures of earlier releases; they are never changed, so that nobody can compare two versions of one number.
    """

    study: Study
    area_of: pd.Series
    residents: pd.Series
    profile: Profile
    secret: bytes
    before: pd.DataFrame

    def frozen(self, table: str, window: Window) -> pd.DataFrame:
        """Return the figures of a table and window that were published before."""
        known = self.before
        return known[(known["table"] == table) & (known["start"] == window[0]) & (known["end"] == window[1])]


def empty() -> pd.DataFrame:
    """Return a table of figures without a row."""
    kinds = {"start": "datetime64[us]", "end": "datetime64[us]", "count": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "object")) for name in COLUMNS})


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return figures with their columns in order and of their own types, sorted: the same table however it came about.

    >>> typed(empty()).dtypes["count"].name
    'float64'
    """
    kinds = {name: "datetime64[us]" if name in ("start", "end") else "float64" if name == "count" else "str" for name in COLUMNS}
    return table[list(COLUMNS)].astype(kinds).sort_values(KEYS, ignore_index=True)


def of_windows(counted: Counted, spans: list[Window]) -> list[pd.DataFrame]:
    """Return the figures of each window: the sum and the areas, and one table for each attribute the data have."""
    return [part for window in spans for part in _of_window(counted, window)]


def _of_window(counted: Counted, window: Window) -> list[pd.DataFrame]:
    frozen = counted.frozen("areas", window)
    study = counted.study.between(*window)
    tables = {"areas": _by_area(counted, study)}
    tables |= {name: victims.by(study, name) for name in FIELDS if name in study.incidents.columns}
    if len(frozen):
        return [frozen, *(counted.frozen(name, window) for name in tables if name != "areas")]
    total = pd.DataFrame({"area": [WHOLE], "value": "", "count": [float(study.victims)], "reason": SHOWN})
    small = study.victims < FEWER_THAN and not counted.profile.exact
    secret_total = not small and not _year_states(counted, window).bear
    total["reason"] = FEW if small else UNPUBLISHED if secret_total else SHOWN
    found = [_rows("areas", window, total)]
    for name, counts in tables.items():
        if name != "areas" and counted.profile.exact and study.victims < FEWER_THAN:
            continue  # the exact sum alone says too much of every part
        hide = small or secret_total
        states = pd.Series(UNPUBLISHED, index=counts.index) if hide else _states(counted, name, counts, window)
        key = {"area": counts.index, "value": ""} if name == "areas" else {"area": WHOLE, "value": counts.index}
        found.append(_rows(name, window, pd.DataFrame({**key, "count": counts.to_numpy(dtype=float), "reason": states.to_numpy()})))
    return found


def _by_area(counted: Counted, study: Study) -> pd.Series:
    """Return the victims in each area, and last those who lie in none."""
    here = counted.area_of.loc[study.rows.index]
    found = here.value_counts().reindex(counted.residents.index, fill_value=0)
    return pd.concat([found, pd.Series({UNMAPPED: len(here) - int(found.sum())})])


def _states(counted: Counted, name: str, counts: pd.Series, window: Window) -> pd.Series:
    if name == "areas" and counted.profile.exact:
        return pd.Series(SHOWN, index=counts.index)
    if name == "areas":
        weights = counted.residents.reindex(counts.index).astype(float)
        told = pd.Series({UNMAPPED: SHOWN})  # how many lie in no area is no number of any area: it is told, also where it is 0
        states = protect(counts, weights=weights.fillna(1.0), secret=counted.secret, label=f"areas/{window[0]:%Y}", fixed=told)
        return pd.Series(UNPUBLISHED, index=counts.index) if states is None else states
    weights = attribute_weights(name, counts.index)
    states = protect(counts, weights=weights, secret=counted.secret, label=f"{name}/{window[0]:%Y}")
    assert states is not None  # nothing of this table was published before
    return states


def city_years(counted: Counted, first: int, last: int, spans: list[Window]) -> pd.DataFrame:
    """Return the figures of the whole city in each complete year, those published before as they were."""
    own: dict[int, pd.Series] = {}
    for window in spans:
        own |= dict.fromkeys(range(window[0].year, window[1].year), _year_states(counted, window).states)
    parts = []
    for year in range(first, last + 1):
        window = (pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1))
        frozen = counted.frozen("city", window)
        if len(frozen):
            parts.append(frozen)
            continue
        n = float(_in_year(counted, year))
        alone = SHOWN if counted.profile.exact or n >= FEWER_THAN else FEW
        reason = str(own[year][year]) if year in own else alone
        reason = reason if _bears(counted, year, n) else UNPUBLISHED
        parts.append(_rows("city", window, pd.DataFrame({"area": [WHOLE], "value": "", "count": [n], "reason": [reason]})))
    return pd.concat(parts, ignore_index=True)


def _in_year(counted: Counted, year: int) -> float:
    return counted.study.between(pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)).victims


def _bears(counted: Counted, year: int, n: float) -> bool:
    """Return whether the number of a year may stand beside what was told of its parts; open releases tell what is left, also under 10."""
    known = so_far.of_year(counted.before, year)
    return so_far.bears(n, known) or (counted.profile.exact and n >= max(known.values()))


class _Years(NamedTuple):
    """The states of the years within a window, and whether its sum may be told beside them."""

    states: pd.Series
    bear: bool


def _year_states(counted: Counted, window: Window) -> _Years:
    """Return what is told of the years within a window.

    Years come out as they end, so mostly the last one alone can still be held back. What an attacker has are the numbers as they were told:
    where some have changed since, the hidden ones add up to something else than they do in the data. Where no year can be held, no year
    that is not out yet is told, nor the sum: its number would say that it and the small ones together are under 19.
    """
    years = range(window[0].year, window[1].year)
    counts = pd.Series({year: float(_in_year(counted, year)) for year in years})
    alone = pd.Series(np.where(counted.profile.exact | (counts >= FEWER_THAN), SHOWN, FEW), index=counts.index, dtype=object)
    if counted.profile.exact or counts.sum() < FEWER_THAN:
        return _Years(alone, bear=True)
    spans = {year: (pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)) for year in years}
    out = {year: rows.iloc[0] for year in years if len(rows := counted.frozen("city", spans[year]))}
    parts = [year for year in years if so_far.of_year(counted.before, year)]
    fixed = {year: SHOWN if _bears(counted, year, counts[year]) else UNPUBLISHED for year in parts}
    fixed |= {year: str(row["reason"]) for year, row in out.items()}
    drift = sum(counts[year] - float(row["count"]) for year, row in out.items() if row["reason"] == SHOWN)
    old = pd.Series(fixed, dtype=object)
    weights = pd.Series(1.0, index=counts.index)
    told = protect(counts, weights=weights, secret=counted.secret, label=f"city/{window[0]:%Y}", fixed=old, drift=min(drift, 0.0))
    if told is not None:
        return _Years(told, bear=True)
    return _Years(pd.Series({year: fixed.get(year, UNPUBLISHED) for year in years}, dtype=object), bear=False)


def parts_of_years(counted: Counted, years: pd.DataFrame, stop: pd.Timestamp) -> list[pd.DataFrame]:
    """Return what the whole city's years tell of their parts (see `so_far`): `years` are their rows, `stop` the end of the data.

    A year whose number came out before gets no further part, so that no two states of the data are beside one another.
    """
    each = so_far.step(years.sort_values("start")["count"].tolist())
    fresh = years[~years["start"].isin(counted.before.loc[counted.before["table"] == "city", "start"])]
    whole = fresh.loc[fresh["reason"] == SHOWN, "start"].dt.year.tolist()
    found = [counted.before[counted.before["table"] == so_far.TABLE]]
    for year in [*whole, stop.year]:
        first = pd.Timestamp(year, 1, 1)
        months = 12 if year in whole else stop.month - 1
        rows = counted.study.rows["date"]
        dates = rows[(rows >= first) & (rows < first + pd.DateOffset(months=months))]
        counts = dates.dt.month.value_counts().reindex(range(1, months + 1), fill_value=0)
        known = so_far.of_year(counted.before, year)
        told = so_far.parts(counts.tolist(), known, months_each=each, over=year in whole)
        rows = so_far.as_rows(year, told)
        found.append(rows[rows["start"] >= first + pd.DateOffset(months=max(known, default=0))])
    return [part for part in found if len(part)]


def city_months(counted: Counted, first: int, last: int) -> list[pd.DataFrame]:
    """Return the months of the whole city, of each year in which they do not tell when somebody was killed in one area.

    They do where all who were killed that year were killed in one area, or in one month.
    """
    found = []
    for year in range(first, last + 1):
        study = counted.study.between(pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1))
        months = study.rows["date"].dt.month.value_counts().reindex(range(1, 13), fill_value=0)
        rows = pd.DataFrame({"area": WHOLE, "value": "", "count": months.to_numpy(dtype=float), "reason": SHOWN}, index=months.index)
        if study.victims and study.victims in (months.max(), _by_area(counted, study).max()):
            rows["reason"] = UNPUBLISHED
        starts = pd.date_range(f"{year}-01-01", periods=13, freq="MS")
        rows = _rows("months", (pd.Timestamp.min, pd.Timestamp.min), rows).assign(start=starts[:-1], end=starts[1:])
        known = counted.before
        frozen = known[(known["table"] == "months") & known["start"].isin(starts[:-1])]
        found += [part for part in (frozen, rows[~rows["start"].isin(frozen["start"])]) if len(part)]
    return found


def _rows(table: str, window: Window, rows: pd.DataFrame) -> pd.DataFrame:
    found = rows.assign(table=table, start=window[0], end=window[1])
    found["count"] = found["count"].where(found["reason"] == SHOWN)
    return found[list(COLUMNS)]


def coverage(figures: pd.DataFrame) -> pd.Series:
    """Return, for each window, the share of the published sum that lies in areas whose number is shown; by the start of the window.

    Of those who lie in an area where the number of those who lie in none is shown, else of all. Made from published figures alone.
    """
    rows = figures[figures["table"] == "areas"]
    found = {}
    for start, part in rows.groupby("start"):
        named = part.set_index("area")["count"]
        mapped = named[WHOLE] - (0.0 if named.isna()[UNMAPPED] else named[UNMAPPED])
        found[start] = float(named.drop([WHOLE, UNMAPPED]).sum() / mapped) if mapped > 0 else 0.0 if mapped != mapped else 1.0
    return pd.Series(found, dtype=float, name="coverage")


def kept(incidents: Incidents) -> Incidents:
    """Return the incidents without those that are withheld: what every figure of a release starts from."""
    if "withheld" not in incidents.columns:
        return incidents
    return Incidents(incidents[~incidents["withheld"].astype(bool)].drop(columns="withheld"))
