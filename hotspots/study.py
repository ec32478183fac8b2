"""A study: incidents in a period, with filters, on one unit. Every number shown comes from one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hotspots import units
from hotspots.schema import INCIDENT_FIELDS, UNKNOWN, Blocks, DataError, Incidents

Where = tuple[tuple[str, tuple[str, ...]], ...]
FILTERS: tuple[str, ...] = (*(row.name for row in INCIDENT_FIELDS if row.kind == "word"), "age")


def years_between(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the years in `[start, end)`: a calendar year counts 1, a part of a year its days over that year's days.

    >>> years_between(pd.Timestamp("2015-01-01"), pd.Timestamp("2018-01-01"))
    3.0
    >>> years_between(pd.Timestamp("2020-01-01"), pd.Timestamp("2020-07-01")) == 182 / 366
    True
    """

    whole = end.year - start.year
    return float(whole + _part_of_year(end) - _part_of_year(start))


def _part_of_year(day: pd.Timestamp) -> float:
    first, after = pd.Timestamp(day.year, 1, 1), pd.Timestamp(day.year + 1, 1, 1)
    return float((day - first).days / (after - first).days)


@dataclass(frozen=True, eq=False)
class Study:
    """Incidents in `[start, end)` that pass the filters, on one unit.

    Make one with `Study.of`. What it offers is worked out when first asked for and then kept: `rows`, `unit_of`, `counts`, `events`,
    `person_years`. It never changes its tables.
    """

    incidents: Incidents
    blocks: Blocks
    start: pd.Timestamp
    end: pd.Timestamp
    where: Where
    placed: pd.Series
    covers: tuple[pd.Timestamp, pd.Timestamp]

    @classmethod
    def of(
        cls,
        incidents: Incidents,
        blocks: Blocks,
        *,
        start: str | dt.date | pd.Timestamp | None = None,
        end: str | dt.date | pd.Timestamp | None = None,
        where: Mapping[str, Iterable[str]] | Where | None = None,
        unit_of: pd.Series | None = None,
        covers: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    ) -> Study:
        """Return the study of `incidents` on `blocks`.

        `covers` is the period that the data cover, end exclusive; left out, it runs from the first day of the first month with an
        incident to the day after the last one. `start` and `end` (exclusive) are local days; left out, they are those of `covers`.
        `where` maps a field to the values kept; ages are bands such as `15-29`, `65+` or `unknown`. `unit_of` gives the unit of
        every incident where it is already known (see `units.assign`). A `DataError` names what is wrong.

        >>> from hotspots.testing import square_city
        >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5)], side=2)
        >>> Study.of(incidents, blocks).counts.tolist()
        [2, 1, 0, 0]
        """
        first, last = covers or _span(incidents)
        begin = pd.Timestamp(start) if start is not None else first
        finish = pd.Timestamp(end) if end is not None else last
        if finish <= begin:
            raise DataError(f"study: the period is empty: it starts on {begin.date()} and ends before {finish.date()}")
        pairs = where.items() if isinstance(where, Mapping) else (where or ())
        chosen = tuple(sorted((field, tuple(sorted(values))) for field, values in pairs if tuple(values)))
        _check_where(chosen, incidents)
        placed = units.assign(incidents, blocks) if unit_of is None else unit_of
        return cls(incidents, blocks, begin.normalize(), finish.normalize(), chosen, placed, (first, last))

    def between(self, start: pd.Timestamp, end: pd.Timestamp) -> Study:
        """Return the same study over another period."""
        return replace(self, start=start, end=end)

    def split(self, day: pd.Timestamp) -> tuple[Study, Study]:
        """Return the study before `day` and from `day` on."""
        return self.between(self.start, day), self.between(day, self.end)

    def at(self, unit: str) -> Study:
        """Return the study of one unit alone: its incidents, its residents.

        >>> from hotspots.testing import square_city
        >>> Study.of(*square_city([(5, 5), (15, 5), None])).at("b01").victims
        1
        """
        here = self.placed == unit
        return replace(
            self,
            incidents=Incidents(self.incidents[here]),
            blocks=Blocks(self.blocks.loc[[unit]]),
            placed=self.placed[here].cat.set_categories([unit]),
        )

    @cached_property
    def history(self) -> Incidents:
        """Incidents that pass the filters, whatever their date: what series and comparisons with earlier years are made of."""
        keep = np.ones(len(self.incidents), dtype=bool)
        for field, values in self.where:
            keep &= _matches(self.incidents[field], field, values)
        return Incidents(self.incidents[keep])

    @cached_property
    def rows(self) -> Incidents:
        """Incidents in the period that pass the filters, mapped or not."""
        date = self.history["date"]
        return Incidents(self.history[(date >= self.start) & (date < self.end)])

    @cached_property
    def unit_of(self) -> pd.Series:
        """The unit of each of `rows`; missing where the incident lies in none."""
        return self.placed.loc[self.rows.index]

    @cached_property
    def counts(self) -> pd.Series:
        """Victims in each unit, as whole numbers on the units' index."""
        return self._tally(self.unit_of)

    @cached_property
    def events(self) -> pd.Series:
        """Events in each unit: several victims of one event in one unit count once. Tests of clustering run on these."""
        return self._tally(self.unit_of[~pd.DataFrame({"event": self.rows["event_id"], "unit": self.unit_of}).duplicated()])

    def _tally(self, unit_of: pd.Series) -> pd.Series:
        codes = unit_of.cat.codes.to_numpy()
        return pd.Series(np.bincount(codes[codes >= 0], minlength=len(self.blocks)), index=self.blocks.index, name="count")

    @property
    def years(self) -> float:
        """Length of the period in years."""
        return years_between(self.start, self.end)

    @cached_property
    def person_years(self) -> pd.Series:
        """Residents times years in each unit; missing where the population is unknown or 0: there no rate exists."""
        people = self.blocks["population"].astype(float)
        return (people.where(people > 0) * self.years).rename("person_years")

    @property
    def victims(self) -> int:
        """All victims in the period that pass the filters, mapped or not."""
        return len(self.rows)

    @property
    def located(self) -> int:
        """Victims with a usable place of their own."""
        return int((self.rows["unplaced"] == "").sum())

    @property
    def inside(self) -> int:
        """Victims that lie in one of the units: what a map of them shows. `inside` of `victims` are mapped."""
        return int(self.counts.sum())

    @property
    def population(self) -> float:
        """Residents of all units; missing where no unit has a population."""
        return float(self.blocks["population"].sum(min_count=1))


def _span(incidents: Incidents) -> tuple[pd.Timestamp, pd.Timestamp]:
    if not len(incidents):
        return pd.Timestamp(2000, 1, 1), pd.Timestamp(2001, 1, 1)
    first, last = incidents["date"].min(), incidents["date"].max()
    return pd.Timestamp(first.year, first.month, 1), last.normalize() + pd.Timedelta(days=1)


def _check_where(where: Where, incidents: Incidents) -> None:
    faults = []
    for name, values in where:
        if name not in FILTERS:
            faults.append(f"where: {name!r} cannot be filtered; use one of {', '.join(FILTERS)}")
            continue
        if name not in incidents.columns:
            faults.append(f"where: these data have no {name}")
        allowed = next((row.values for row in INCIDENT_FIELDS if row.name == name and row.values), None)
        for value in values:
            if not (value in allowed if allowed else band(value)):
                hint = ", ".join(allowed) if allowed else "a band such as 15-29, 65+ or unknown"
                faults.append(f"where: {name} has no value {value!r}; use {hint}")
    if faults:
        raise DataError(faults)


def band(text: str) -> tuple[float, float] | str | None:
    """Return the ages that a band such as `15-29` or `65+` spans, the word `unknown` as it is, and None for anything else.

    >>> band("15-29"), band("x")
    ((15.0, 29.0), None)
    """
    if text == UNKNOWN:
        return UNKNOWN
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|\+)", text)
    return (float(found[1]), float(found[2] or 999)) if found else None


def _matches(column: pd.Series, field: str, values: tuple[str, ...]) -> np.ndarray:
    if field != "age":
        return np.asarray(column.isin(values))
    keep = np.zeros(len(column), dtype=bool)
    for value in values:
        ages = band(value)
        if isinstance(ages, tuple):
            keep |= np.asarray((column >= ages[0]) & (column < ages[1] + 1))
        else:
            keep |= np.asarray(column.isna())
    return keep
