"""Published totals: which rows make up a period, and what they add up to. What nobody published is unknown, never zero."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.geography import residents
from hotspots.geography.residents import years_between as years_between
from hotspots.readers.report import Finding
from hotspots.store.schema import (
    AreaCounts,
    Blocks,
    Incidents,
    check_blocks,
    check_incidents,
)
from hotspots.words import mark, told

WHOLE = ""  # the area of a row that is about the whole place
_KEYS = ["table", "area", "start", "end"]


def no_incidents(crs: Any) -> Incidents:
    """Return incidents without a row: what a place has that publishes only totals.

    >>> len(no_incidents(32616))
    0
    """
    columns = {"date": "datetime64[us]", "hour": "float64", "unplaced": "str", "event_id": "str"}
    table = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    return check_incidents(gpd.GeoDataFrame(table.rename_axis("incident"), geometry=gpd.GeoSeries([], crs=crs)))


def no_blocks(crs: Any) -> Blocks:
    """Return blocks without a row: what a place has whose totals are published without an outline. It has series, and no map.

    >>> len(no_blocks(32616))
    0
    """
    columns = {"population": pd.Series(dtype="float64")}
    index = pd.Index([], name="block_id", dtype="str")
    return check_blocks(gpd.GeoDataFrame(columns, index=index, geometry=gpd.GeoSeries([], index=index, crs=crs)))


@dataclass(frozen=True, order=True)
class Cell:
    """One published number for one area and period: of all victims, or of those that the filters keep."""

    start: pd.Timestamp
    end: pd.Timestamp
    count: float
    population: float
    rate: float
    source: str
    table: str

    @property
    def days(self) -> int:
        """Days that the number is about."""
        return int((self.end - self.start).days)


@dataclass(frozen=True)
class Total:
    """What the published rows say of one area and period.

    `count` and `person_years` are missing where they are not known. `state` is `known`; `suppressed` where a row that is needed was
    held back; `unknown` where rows do not fill the period.
    """

    count: float
    person_years: float
    state: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class Published:
    """Published totals of some areas and of the whole place, after the filters.

    A row belongs to a period only if it lies in it entirely. Rows of different tables that count the same days are never added: the
    table called `first` is used where it has a number, then the one that fills most of the period, and among equals one that brings its
    population with it, then the one named first in city.toml; others only fill what it leaves open.
    """

    cells: Mapping[str, tuple[Cell, ...]]
    residents: Mapping[str, Mapping[int, float]]  # by area and census, see `residents.by_census`
    first: str = ""

    @classmethod
    def of(
        cls, totals: AreaCounts, blocks: pd.DataFrame, where: Iterable[tuple[str, tuple[str, ...]]] = (), *, first: str = ""
    ) -> Published:
        """Return the totals of the areas in `blocks` (with their residents), and of the whole: as published, or as their sum."""
        kept = totals[totals["area"].isin([WHOLE, *blocks.index])]
        for field, values in where:
            kept = kept[kept[field].isin(values)]
        table = _with_whole(_all_sexes(kept), len(blocks))
        found = {
            area: tuple(Cell(*row) for row in rows[[one.name for one in fields(Cell)]].itertuples(index=False))
            for area, rows in table.groupby("area", sort=False)
        }
        people = pd.DataFrame(residents.by_census(blocks))
        people.loc[WHOLE] = people.sum(min_count=max(len(people), 1))  # of all areas, or not known
        return cls(found, people.to_dict("index"), first)

    @property
    def known(self) -> int:
        """All victims of the whole place that rows tell of, no day counted twice."""
        cells = self.cells.get(WHOLE, ())
        used = self._fill(WHOLE, min(cell.start for cell in cells), max(cell.end for cell in cells)) if cells else []
        return int(sum(cell.count for cell in used if cell.count >= 0))

    def total(self, area: str, start: pd.Timestamp, end: pd.Timestamp) -> Total:
        """Return what is known of `area` in `[start, end)`."""
        return self._sum(area, self._fill(area, start, end), (end - start).days)

    def counts(self, areas: pd.Index, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
        """Return `count`, `person_years` and `state` for each area."""
        found = [self.total(area, start, end) for area in areas]
        columns = {"count": [one.count for one in found], "person_years": [one.person_years for one in found]}
        return pd.DataFrame({**columns, "state": [one.state for one in found]}, index=areas)

    def over(self, periods: pd.PeriodIndex, start: pd.Timestamp, end: pd.Timestamp, area: str = WHOLE) -> list[Total]:
        """Return what is known of each of `periods`, as far as it lies in `[start, end)`.

        The rows that make up the total of `[start, end)` go first, so that the parts add up to it.
        """
        chosen = self._fill(area, start, end)
        starts = [cell.start for cell in chosen]
        found = []
        for period in periods:
            first, last = max(period.start_time, start), min((period + 1).start_time, end)
            inside = [cell for cell in chosen[bisect_left(starts, first) : bisect_left(starts, last)] if cell.end <= last]
            whole = sum(cell.days for cell in inside) == (last - first).days
            found.append(self._sum(area, inside, (last - first).days) if whole else self.total(area, first, last))
        return found

    def spans(self, area: str = WHOLE) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Return the periods without a gap that rows of `area` fill, in order of time."""
        found: list[tuple[pd.Timestamp, pd.Timestamp]] = []
        for cell in sorted(self.cells.get(area, ())):
            if found and cell.start <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], cell.end))
            else:
                found.append((cell.start, cell.end))
        return found

    def newest(self, areas: Iterable[str], start: pd.Timestamp, end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """Return the period of the latest row about one of `areas` within `[start, end)`; of two that end together the longer."""
        inside = [cell for area in areas for cell in self.cells.get(area, ()) if start <= cell.start and cell.end <= end]
        best = max(inside, key=lambda cell: (cell.end, cell.days), default=None)
        return (best.start, best.end) if best else None

    def rivals(self, start: pd.Timestamp, end: pd.Timestamp) -> list[tuple[Cell, Cell]]:
        """Return the numbers in use for the whole place, each with one of another table that differs on the same period."""
        same: dict[tuple[pd.Timestamp, pd.Timestamp], list[Cell]] = {}
        for cell in self.cells.get(WHOLE, ()):
            if not np.isnan(cell.count):
                same.setdefault((cell.start, cell.end), []).append(cell)
        used = self._fill(WHOLE, start, end)
        return [(one, other) for one in used for other in same.get((one.start, one.end), ()) if other.count != one.count]

    def _fill(self, area: str, start: pd.Timestamp, end: pd.Timestamp) -> list[Cell]:
        inside = [cell for cell in self.cells.get(area, ()) if start <= cell.start and cell.end <= end]
        tables = {name: list(cells) for name, cells in groupby(inside, key=lambda cell: cell.table)}

        def rank(name: str) -> tuple[bool, int, int]:
            known = [cell for cell in tables[name] if not np.isnan(cell.count)]
            return name != self.first, -sum(cell.days for cell in known), -sum(cell.population > 0 for cell in known)

        ordered = [cell for name in sorted(tables, key=rank) for cell in tables[name]]
        taken: list[Cell] = []
        starts: list[pd.Timestamp] = []
        for cell in sorted(ordered, key=lambda cell: bool(np.isnan(cell.count))):
            at = bisect_right(starts, cell.start)  # what is taken does not overlap, so only its neighbours can
            if (not at or taken[at - 1].end <= cell.start) and (at == len(taken) or cell.end <= taken[at].start):
                taken.insert(at, cell)
                starts.insert(at, cell.start)
        return taken

    def _sum(self, area: str, cells: Sequence[Cell], days: int) -> Total:
        nothing = float("nan")
        if not cells or sum(cell.days for cell in cells) < days:
            return Total(nothing, nothing, "unknown", tuple(cells))
        people = self.residents.get(area, {0: nothing})
        years = sum(
            residents.person_years(people if np.isnan(cell.population) else {0: cell.population}, cell.start, cell.end) for cell in cells
        )
        person_years = years if years > 0 else nothing
        held = any(np.isnan(cell.count) for cell in cells)
        return Total(sum(cell.count for cell in cells), person_years, "suppressed" if held else "known", tuple(cells))


def differ(totals: AreaCounts, blocks: pd.DataFrame) -> list[Finding]:
    """Return a finding on tables that give the whole place different numbers for the same days."""
    rivals = Published.of(totals, blocks).rivals(totals["start"].min(), totals["end"].max())
    if not rivals:
        return []
    one, other = rivals[0]
    text = told(
        "{rivals} published totals of the whole place differ from another table's for the same period (first: "
        "from {day}, {one} {n}, {other} {m}); both are kept and never added",
        rivals=len(rivals),
        day=f"{one.start:%Y-%m-%d}",
        one=one.table,
        n=f"{one.count:,.0f}",
        other=other.table,
        m=f"{other.count:,.0f}",
    )
    return [Finding("totals_differ", "accepted", len(rivals), text, mark("Say in the README of the folder why they differ."))]


def _all_sexes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each table, area and period: sexes added up, where all sexes of the table are there."""
    if not len(rows):
        return rows.assign(rate=rows["count"]).reindex(columns=[*_KEYS, "count", "population", "rate", "source"])
    plain = rows.reindex(columns=[*_KEYS, "count", "population", "published_rate", "source", "sex"])
    plain["source"] = rows["source"] if "source" in rows.columns else ""
    sexes = plain.groupby("table")["sex"].nunique(dropna=False)
    groups = plain.groupby(_KEYS, sort=False)
    table = pd.DataFrame(
        {
            "count": _exact_sum(groups["count"]),
            "population": _exact_sum(groups["population"]),
            "rate": groups["published_rate"].first().where(groups.size() == 1),
            "source": groups["source"].first(),
            "n": groups.size(),
        }
    ).reset_index()
    return table[table["n"] == table["table"].map(sexes)].drop(columns="n")


def _with_whole(table: pd.DataFrame, areas: int) -> pd.DataFrame:
    """Return the table with rows for the whole place added where all areas have a row and the table has none for the whole."""
    own = table[table["area"] == WHOLE]
    parts = table[table["area"] != WHOLE]
    if not len(parts):
        return own
    groups = parts.groupby(["table", "start", "end"], sort=False)
    made = pd.DataFrame(
        {
            "count": _exact_sum(groups["count"]),
            "population": _exact_sum(groups["population"]),
            "rate": np.nan,
            "source": groups["source"].first(),
            "n": groups.size(),
        }
    ).reset_index()
    made = made[made["n"] == areas].drop(columns="n").assign(area=WHOLE)
    told = pd.MultiIndex.from_frame(own[["table", "start", "end"]])
    made = made[~pd.MultiIndex.from_frame(made[["table", "start", "end"]]).isin(told)]
    return pd.concat([part for part in (table, made[table.columns]) if len(part)], ignore_index=True)


def _exact_sum(groups: pd.api.typing.SeriesGroupBy) -> pd.Series:
    """Return the sum of each group, missing where one of its values is missing."""
    return groups.sum().where(groups.count() == groups.size())


def lift(totals: AreaCounts, keys: pd.Series) -> AreaCounts:
    """Return the totals on larger units; `keys` gives the unit of each block.

    A unit has a row where all of its blocks have one. Rows about the whole place stay, and stand for a unit made of all blocks too.
    """
    keys = keys.dropna()
    parts = totals[totals["area"].isin(keys.index)]
    own = totals[~totals["area"].isin(keys.index) & (totals["area"] == WHOLE)]
    kept = [own]
    if len(parts):
        unit = parts["area"].map(keys)
        by = [column for column in ("table", "start", "end", "sex") if column in parts.columns]
        groups = parts.assign(area=unit).groupby([*by, "area"], sort=False)
        made = pd.DataFrame({name: _exact_sum(groups[name]) for name in ("count", "population") if name in parts.columns})
        made["suppressed"] = groups["suppressed"].any()
        if "source" in parts.columns:
            made["source"] = groups["source"].first()
        made = made[groups.size().to_numpy() == made.index.get_level_values("area").map(keys.value_counts())]
        kept.append(made.reset_index())
    if len(keys.unique()) == 1 and len(own):
        kept.append(own.assign(area=keys.iloc[0]))
    lifted = pd.concat([part.reindex(columns=totals.columns) for part in kept if len(part)] or [own], ignore_index=True)
    own_city = lifted.duplicated([column for column in ("table", "area", "start", "end", "sex") if column in lifted.columns], keep="last")
    return AreaCounts(lifted[~own_city].rename_axis("row"))
