"""A release: the tables that the public may see, and everything that is made from them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.cities import City, Note
from hotspots.cities.published_totals import WHOLE, Published, no_incidents, years_between
from hotspots.geography.adjacency import contiguity
from hotspots.readers.report import QualityReport
from hotspots.release import killed_together
from hotspots.release.figures import coverage
from hotspots.release.profiles import (
    FEWER_THAN,
    FIELDS,
    UNMAPPED,
    Profile,
    profile_of,
)
from hotspots.release.protection import SHOWN
from hotspots.statistics.clusters.exact_window import LEAST_RESIDENTS, LEVEL, adjusted, tail
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.store.schema import AreaCounts, Blocks, check_area_counts
from hotspots.study.memo import kept

RATE_DIGITS = 1
AREA_COLUMNS: tuple[str, ...] = (
    *("area", "name", "start", "end", "count", "state", "reason"),
    *("population", "rate", "rate_state", "hot"),
)


@dataclass(frozen=True, eq=False)
class Release:
    """What one release says. `build` makes one, `read` reads one back; nothing else is known to the public edition.

    `facts` are plain values about the city and the rules; `areas` the published areas, in metres; `context` the basemap; `figures` one
    long table (see `figures.COLUMNS`); `totals` are what others had published, where a city has nothing else. `members` gives the area
    of each block; it stays inside and is in no file. `signed` tells whether a signature was checked: None where no key was at hand.
    `places` are the names by which people know the areas (`places.places_of`); empty where there are none.
    """

    facts: Mapping[str, Any]
    areas: Blocks
    context: gpd.GeoDataFrame
    figures: pd.DataFrame
    totals: AreaCounts | None = None
    members: pd.Series | None = field(default=None, repr=False)
    signed: bool | None = None
    places: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def profile(self) -> Profile:
        """The profile that the release was made by."""
        return profile_of(self.facts["profile"])

    @property
    def windows(self) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """The periods that areas and attributes are published for, oldest first; end exclusive."""
        rows = self.figures[self.figures["table"] == "areas"]
        return sorted({(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)})

    @cached_property
    def by_area(self) -> pd.DataFrame:
        """One row for each area and window: `AREA_COLUMNS`.

        `state` is `ok`, `zero` (open only) or `suppressed`, and `reason` then `few` (fewer than 10), `held` (10 or more, held back to
        protect another number) or `unpublished`. `rate` is per 100,000 residents a year, made from the published count and residents
        alone; missing under 10. `hot`: 1, 0, or missing where the release says too little (see `hot_areas`).
        """
        parts = [self._window(start, end) for start, end in self.windows]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(AREA_COLUMNS))

    def _window(self, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
        rows = self.figures[(self.figures["table"] == "areas") & (self.figures["start"] == start)]
        rows = rows.set_index("area").reindex(self.areas.index)
        people = self.areas["population"].to_numpy(dtype=float)
        table = pd.DataFrame({"area": self.areas.index, "name": geography.names(self.areas).to_numpy(), "start": start, "end": end})
        table["count"] = rows["count"].to_numpy()
        table["reason"] = rows["reason"].to_numpy()
        table["state"] = np.select([table["reason"] != SHOWN, table["count"] == 0], ["suppressed", "zero"], "ok")
        table["population"] = people
        table["rate"], table["rate_state"] = rate(table["count"].to_numpy(), people * years_between(start, end))
        table["hot"] = hot_areas(table["count"].to_numpy(), self.areas, together=self._as_tested(start))
        kinds = {"area": "str", "name": "str", "start": "datetime64[us]", "end": "datetime64[us]", "reason": "str", "state": "str"}
        return table[list(AREA_COLUMNS)].astype(kinds | {"rate_state": "str"})

    @cached_property
    def city_years(self) -> pd.DataFrame:
        """The whole city year by year: start, end, count, reason, rate and its state."""
        rows = self.figures[self.figures["table"] == "city"].reset_index(drop=True)
        people = float(self.areas["population"].sum(skipna=False))
        found = rows[["start", "end", "count", "reason"]].copy()
        found["rate"], found["rate_state"] = rate(found["count"].to_numpy(), np.full(len(found), people))
        return found

    def victims_vary(self, start: pd.Timestamp) -> float:
        """Return how many times more victims of a period from `start` vary than as many killed one by one (see `killed_together.at`)."""
        return killed_together.at(killed_together.told_in(self.facts), start)

    def _as_tested(self, start: pd.Timestamp) -> float:
        """Return what hot areas are tested with: releases made before anything was told of it took each victim for an event."""
        return self.victims_vary(start) if killed_together.FACT in self.facts else 1.0

    def attribute(self, name: str) -> pd.DataFrame:
        """Return one attribute of the victims of the whole city: start, end, value, count, reason; empty where it is not published.

        Numbers that are not shown have a sum that follows from the others: `together` gives it.
        """
        rows = self.figures[self.figures["table"] == name]
        return rows[["start", "end", "value", "count", "reason"]].reset_index(drop=True)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that have a table."""
        return tuple(name for name in FIELDS if (self.figures["table"] == name).any())

    def total(self, start: pd.Timestamp) -> pd.Series:
        """Return count and reason of all victims in the window that begins on `start`, and the same of those who lie in no area."""
        rows = self.figures[(self.figures["table"] == "areas") & (self.figures["start"] == start)].set_index("area")
        return pd.Series(
            {
                "count": rows["count"][WHOLE],
                "reason": rows["reason"][WHOLE],
                "unmapped": rows["count"][UNMAPPED],
                "unmapped_reason": rows["reason"][UNMAPPED],
            }
        )

    def together(self, table: str, start: pd.Timestamp) -> float:
        """Return what the numbers of a table that are not shown add up to in the window from `start`; missing with the sum."""
        rows = self.figures[(self.figures["table"] == table) & (self.figures["start"] == start)]
        return float(self.total(start)["count"] - rows.loc[(rows["area"] != WHOLE) | (rows["value"] != ""), "count"].sum())

    @cached_property
    def coverage(self) -> pd.Series:
        """The share of the homicides that lies in areas whose number is shown, by the start of the window (see `figures.coverage`)."""
        return coverage(self.figures) if len(self.figures) else pd.Series(dtype=float, name="coverage")

    def area_counts(self) -> AreaCounts:
        """Return everything that a study of totals can use: areas by window, the city by year and month, and the windows by sex."""
        if self.totals is not None:
            return self.totals
        rows = self.figures[self.figures["table"].isin(["city", "months", "areas", "sex"]) & (self.figures["area"] != UNMAPPED)]
        sex = rows["value"].where(rows["table"] == "sex", "")
        table = rows[["table", "area", "start", "end", "count"]].assign(suppressed=rows["count"].isna(), sex=sex)
        table["table"] = table["table"].where(table["table"] != "sex", "by sex")
        return check_area_counts(table.reset_index(drop=True).rename_axis("row"))

    def as_city(self) -> City:
        """Return the release as a city of published totals, for `TotalsStudy.of_totals(city.totals, city.blocks)` and every page.

        Its blocks are the areas; a number that is not shown is held back (`study.held_back`), never 0. No incident is in it.
        """
        facts, totals = self.facts, self.area_counts()
        known = Published.of(totals, self.areas).known if self.totals is not None else self.city_years["count"].sum()
        notes = tuple(Note.from_plain({"treated": row.get("areas", ()), **row}) for row in facts["notes"])
        plain = ("slug", "name", "language", "timezone", "source", "licence", "epsg", "fictional", "population_year", "called")
        return City(
            incidents=no_incidents(self.areas.crs),
            blocks=self.areas,
            context=self.context,
            notes=notes,
            report=QualityReport("", 0, 0, 0, 0, 0, int(known)),
            start=totals["start"].min(),
            end=totals["end"].max(),
            totals=totals,
            **{name: facts[name] for name in plain},
        )


def rate(counts: np.ndarray, person_years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rates per 100,000 person-years of published counts, and their states.

    No rate under 10 homicides, whatever is known otherwise; `unstable` from 10 to 19; `zero` for a published 0; `suppressed` where the
    count is not shown; `no_data` where nobody lives.

    >>> [one.tolist() for one in rate(np.array([20.0, 10.0, 9.0, 0.0, np.nan]), np.full(5, 1e5))]
    [[20.0, 10.0, nan, 0.0, nan], ['ok', 'unstable', 'few', 'zero', 'suppressed']]
    """
    lived = person_years > 0
    told = lived & ((counts >= FEWER_THAN) | (counts == 0))
    values = np.where(told, np.round(1e5 * counts / np.where(lived, person_years, 1.0), RATE_DIGITS), np.nan)
    cases = [np.isnan(counts), ~lived, counts == 0, counts < FEWER_THAN, counts < UNSTABLE_UNDER]
    return values, np.select(cases, ["suppressed", "no_data", "zero", "few", "unstable"], "ok")


def hot_areas(counts: np.ndarray, areas: Blocks, *, together: float = 1.0) -> np.ndarray:
    """Return which areas are hot by the window test on published counts: 1, 0, or missing where the release says too little.

    The test is `clusters.window_test`, on shown areas alone: a window is an area and its neighbours as far as they are shown, chance
    spreads the shown homicides over the residents of the shown areas. So it is a function of the release and tells nothing more than
    it. Victims are counted in pieces of `together` (see `victims_vary`), as those of one event come together. It misleads a little: hidden
    areas are not in the comparison.

    >>> from hotspots.testing import square_blocks
    >>> hot_areas(np.array([90, 10, 10, 10, np.nan, 10, 10, 10, 10.0]), square_blocks(side=3, population=6000)).tolist()
    [1.0, 1.0, 0.0, 1.0, nan, 0.0, 0.0, 0.0, 0.0]
    """
    people = areas["population"].to_numpy(dtype=float)
    shown = ~np.isnan(counts) & (people > 0)
    found = np.full(len(counts), np.nan)
    n = float(counts[shown].sum())
    if n <= 0:
        return found
    near = kept(areas, contiguity, gap=None).matrix[shown][:, shown]
    held, pieces = (near @ part + part for part in (people[shown], counts[shown] / together))
    p = tail(pieces, n / together, np.minimum(held / people[shown].sum(), 1.0))
    found[shown] = adjusted(np.where(held >= LEAST_RESIDENTS, p, np.nan)) <= LEVEL
    return found
