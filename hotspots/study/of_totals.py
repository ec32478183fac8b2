"""A study of published totals: the same questions as of single homicides, as far as totals can answer them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd

from hotspots.cities.published_totals import (
    WHOLE,
    Cell,
    Published,
    Total,
    lift,
    no_incidents,
)
from hotspots.geography import units
from hotspots.store.schema import (
    AreaCounts,
    Blocks,
    DataError,
    censuses,
    field,
)
from hotspots.study import Study, Where
from hotspots.study.exposure import ASSUMED_TOGETHER
from hotspots.study.places import MADE_OF_BLOCKS, Place
from hotspots.words import told

FILTERS: tuple[str, ...] = ("sex",)


@dataclass(frozen=True, eq=False)
class TotalsStudy(Study):
    """Published totals in `[start, end)` that pass the filters, on one unit.

    A count is known where published rows fill the period without a gap; else it is missing, never zero. Its `incidents` are empty:
    what needs places or days is not available.
    """

    totals: AreaCounts
    definition: str = ""  # the table whose numbers go first
    has_victims: ClassVar[bool] = False

    @property
    def has_days(self) -> bool:
        """No day of a single homicide is known."""
        return False

    @property
    def has_points(self) -> bool:
        """No place of a single homicide is known."""
        return False

    @property
    def together(self) -> float:
        """Nobody tells who was killed together: as much as is assumed then."""
        return ASSUMED_TOGETHER

    @classmethod
    def of_totals(
        cls,
        totals: AreaCounts,
        blocks: Blocks,
        *,
        start: str | dt.date | pd.Timestamp | None = None,
        end: str | dt.date | pd.Timestamp | None = None,
        where: Mapping[str, Iterable[str]] | Where | None = None,
        covers: tuple[pd.Timestamp, pd.Timestamp] | None = None,
        definition: str = "",
    ) -> TotalsStudy:
        """Return the study of `totals`, whose areas are those of `blocks` (see `published_totals.lift` for larger units).

        The arguments mean what they mean in `Study.of`; the one field to filter by is `sex`. `definition` is the table of totals that
        counts as the reader wants it: its numbers go first where it has any.

        >>> from hotspots.testing import published_totals, square_blocks
        >>> rows = published_totals([("b00", "2020", 3), ("", "2020", 4), ("", "2021", 5)])
        >>> study = TotalsStudy.of_totals(rows, square_blocks(side=1))
        >>> study.victims, study.counts.tolist(), study.for_map().counts.tolist()
        (9, [nan], [3])
        """
        empty = no_incidents(blocks.crs)
        pairs = tuple(where.items()) if isinstance(where, Mapping) else (where or ())
        _check_where(pairs, totals)
        span = covers or (totals["start"].min(), totals["end"].max())
        plain = Study.of(empty, blocks, start=start, end=end, covers=span)
        chosen = tuple(sorted((name, tuple(sorted(values))) for name, values in pairs if tuple(values)))
        return cls(empty, blocks, plain.start, plain.end, chosen, plain.placed, span, totals=totals, definition=definition)

    @cached_property
    def _passing(self) -> np.ndarray:
        """No single homicide is known, so none passes."""
        return np.zeros(0, dtype=bool)

    @cached_property
    def published(self) -> Published:
        """The rows that pass the filters, by area."""
        return Published.of(self.totals, self.blocks, self.where, first=self.definition)

    @cached_property
    def whole(self) -> Total:
        """What is known of the whole place in the period."""
        return self.published.total(WHOLE, self.start, self.end)

    @cached_property
    def _by_unit(self) -> pd.DataFrame:
        return self.published.counts(self.blocks.index, self.start, self.end)

    def at(self, unit: str) -> Study:
        """Return the study of one unit alone."""
        rows = self.totals[self.totals["area"] == unit]
        return replace(self, totals=AreaCounts(rows), blocks=Blocks(self.blocks.loc[[unit]]), place=None, of_city=None)

    def within_totals(self, place: Place, totals: AreaCounts, blocks: Blocks) -> TotalsStudy:
        """Return the study of a place alone: `totals` are those of `blocks`, its units, and of the place in place of the whole."""
        return replace(self, totals=totals, blocks=blocks, place=place, of_city=self)

    @property
    def in_no_place(self) -> float:
        """Not known: totals are published by area, and what is missing from them is not said."""
        return float("nan") if self.place else 0

    @cached_property
    def counts(self) -> pd.Series:
        """Victims in each unit; missing where the published rows do not fill the period."""
        return _whole_numbers(self._by_unit["count"])

    @property
    def exposed(self) -> pd.Series:
        """Victims that may stand over `person_years`: all, since a unit has person-years only where all its residents are known."""
        return self.counts

    @property
    def exposed_victims(self) -> float:
        """All victims: the whole place has person-years only where all its residents are known."""
        return self.victims

    @cached_property
    def person_years(self) -> pd.Series:
        """Residents times years in each unit, of the rows that make up its count."""
        return self._by_unit["person_years"]

    @property
    def held_back(self) -> pd.Series:
        """Which units have a number that its publisher held back because it is small."""
        return (self._by_unit["state"] == "suppressed").rename("held_back")

    @property
    def residents(self) -> pd.Series:
        """Residents of each unit, on average over the period."""
        return (self.person_years / self.years).rename("population")

    @property
    def population(self) -> float:
        """Residents of the whole place, on average over the period; missing where nobody published them."""
        return self.whole.person_years / self.years

    @property
    def victims(self) -> float:
        """All victims in the period; missing where the published rows do not fill it."""
        return _whole_number(self.whole.count)

    @property
    def located(self) -> float:
        """Victims that are published for one of the units."""
        return self.inside

    @property
    def inside(self) -> float:
        """Victims that are published for one of the units; missing where no unit has a number."""
        return _whole_number(float(self.counts.sum(min_count=1)))

    def series(self, periods: pd.PeriodIndex) -> pd.DataFrame:
        """Return the study period by period; `published_rate` and `source` where one published row is the whole period."""
        found = self.published.over(periods, self.start, self.end)
        alone = [one.cells[0] if len(one.cells) == 1 else None for one in found]
        columns = {
            "count": _whole_numbers(pd.Series([one.count for one in found], index=periods, dtype=float)),
            "exposed": [one.count for one in found],
            "person_years": [one.person_years for one in found],
            "published_rate": [cell.rate if cell else np.nan for cell in alone],
            "source": ["; ".join(dict.fromkeys(cell.source for cell in one.cells if cell.source)) for one in found],
        }
        return pd.DataFrame(columns, index=periods)

    def for_map(self) -> Study:
        """Return the study of the latest period, within this one, that is published for single units; itself where there is none."""
        if self.counts.notna().any() or self.held_back.any():
            return self
        newest = self.published.newest(self.blocks.index, self.start, self.end)
        return self.between(*newest) if newest else self

    def newest_year(self) -> Study | None:
        """Return the study of the latest twelve months, within this one, that published rows fill; None where there are none."""
        ends = sorted({cell.end for cell in self.published.cells.get(WHOLE, ()) if cell.end <= self.end}, reverse=True)
        for end in ends:
            start = end - pd.DateOffset(years=1)
            if start >= self.start and self.published.total(WHOLE, start, end).state == "known":
                return self.between(start, end)
        return None

    @property
    def rivals(self) -> list[tuple[Cell, Cell]]:
        """The numbers in use for the whole place, each with one of another table that differs on the same period."""
        return self.published.rivals(self.start, self.end)


def on_units(totals: AreaCounts, blocks: Blocks, unit: str) -> AreaCounts:
    """Return the totals on the units called `unit` that `blocks` make up."""
    return totals if unit == "blocks" else lift(totals, units.roll_up_keys(blocks, unit))


def units_of(blocks: Blocks, unit: str) -> Blocks:
    """Return the units called `unit`; one whose residents are known in part has none, as its total cannot be cut in parts.

    >>> from hotspots.testing import square_blocks
    >>> units_of(square_blocks(side=2, population=[1, float("nan"), 1, 1]), "districts")["population"].tolist()
    [nan, 2.0]
    """
    if unit == "blocks":
        return blocks
    table, keys = units.roll_up(blocks, unit), units.roll_up_keys(blocks, unit)
    unknown = table.index.isin(keys[blocks["population"].isna()].dropna().astype(str))
    people = ["population", *censuses(blocks).values()]
    return Blocks(table.assign(**{name: table[name].mask(unknown) for name in people}))


def in_place(totals: AreaCounts, blocks: Blocks, place: Place, unit: str) -> AreaCounts:
    """Return the totals of a place, as those of the whole, and of the units in it; `blocks` are all those of the city."""
    of = MADE_OF_BLOCKS[place.kind]
    together = on_units(totals, blocks, of)
    together = together[together["area"] == place.text.partition(":")[2]].assign(area=WHOLE)
    parts = on_units(AreaCounts(totals[totals["area"].isin(place.blocks.index)]), place.blocks, unit)
    return AreaCounts(pd.concat([parts[parts["area"] != WHOLE], together], ignore_index=True))


def _check_where(where: Iterable[tuple[str, Iterable[str]]], totals: AreaCounts) -> None:
    faults = []
    for name, values in where:
        if name not in FILTERS or name not in totals.columns or not (totals[name] != "").any():
            faults.append(told("where: these published totals have no {name}", name=name))
            continue
        allowed = field(name).values
        faults += [
            told("where: {name} has no value {value}; use {listed}", name=name, value=repr(value), listed=", ".join(allowed))
            for value in values
            if value not in allowed
        ]
    if faults:
        raise DataError(faults)


def _whole_numbers(counts: pd.Series) -> pd.Series:
    return (counts.astype("int64") if counts.notna().all() else counts).rename("count")


def _whole_number(value: float) -> float:
    return value if np.isnan(value) else int(value)
