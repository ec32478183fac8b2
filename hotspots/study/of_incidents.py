"""A study: incidents in a period, with filters, on one unit. Every number shown comes from one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Concatenate, ParamSpec

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.geography import outlines, residents, units
from hotspots.geography.residents import years_between as years_between
from hotspots.store.schema import Blocks, DataError, Incidents
from hotspots.store.span import span_of
from hotspots.study.exposure import Exposure
from hotspots.study.filters import Where, any_placed, check_months, check_where, events, passing, usable
from hotspots.study.gathering import counted
from hotspots.study.memo import kept
from hotspots.study.options import OF_STATISTICS, Options, settled
from hotspots.study.places import Place
from hotspots.study.times import period_numbers
from hotspots.words import told

_Asked = ParamSpec("_Asked")


@dataclass(frozen=True, eq=False)
class Study(Exposure, Options):
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
    snapped: pd.Series | None = field(default=None, kw_only=True)
    streets: gpd.GeoDataFrame | None = field(default=None, kw_only=True)  # the city's street segments, whatever the unit
    exposed_of: pd.Series | None = field(default=None, kw_only=True)  # which incidents lie where residents are known; None: all
    recounted: tuple[pd.Timestamp, ...] = field(default=(), kw_only=True)  # days from which on deaths are counted in another way
    gathering: gpd.GeoSeries | None = field(default=None, kw_only=True)  # points where people gather, of the city; None: not known
    place: Place | None = field(default=None, kw_only=True)  # what the study is narrowed to; None: the whole city
    of_city: Study | None = field(default=None, kw_only=True)  # the same without that place
    has_victims: ClassVar[bool] = True  # single homicides are known, and not totals alone

    def __post_init__(self) -> None:
        for name, value in settled({row.name: getattr(self, row.name) for row in OF_STATISTICS}).items():
            object.__setattr__(self, name, value)

    @property
    def has_days(self) -> bool:
        """Whether the days of single homicides are known, and not their months alone."""
        return "day_known" not in self.incidents.columns

    @property
    def has_points(self) -> bool:
        """Whether the places of single homicides are known, and not the area alone."""
        return kept(self.incidents, any_placed)

    @cached_property
    def has_outlines(self) -> bool:
        """Whether the units are drawn: some of them at least have an outline."""
        return bool(outlines.outlined(self.blocks).any())

    @property
    def has_areas(self) -> bool:
        """Whether some of the units have an area: segments have none."""
        return kept(self.blocks, _any_area)

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
        snapped: pd.Series | None = None,
        streets: gpd.GeoDataFrame | None = None,
        exposed_of: pd.Series | None = None,
        recounted: tuple[pd.Timestamp, ...] = (),
        gathering: gpd.GeoSeries | None = None,
        **options: Any,
    ) -> Study:
        """Return the study of `incidents` on `blocks`.

        `covers` is the period that the data cover, end exclusive; left out, it runs from the first day of the first month with an
        incident to the day after the last one. `start` and `end` (exclusive) are local days; left out, they are those of `covers`.
        `where` maps a field to the values kept; ages are bands such as `15-29`, `65+` or `unknown`. `unit_of` gives the unit of
        every incident where it is already known (see `units.assign`), `snapped` its distance from its street segment. `streets` are the
        city's street segments, for densities along them. `exposed_of`, beside `unit_of`, says which incidents lie where residents are
        known (`residents.known_to_live`); left out beside it, all do. `recounted` are the days from which on deaths are counted in another
        way: what came before them is compared with nothing after. `options` are those of single statistics, left out where the usual
        one will do; the rows of `options.Options` say what each is. A `DataError` names what is wrong.

        >>> from hotspots.testing import square_city
        >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5)], side=2)
        >>> Study.of(incidents, blocks).counts.tolist()
        [2, 1, 0, 0]
        """
        first, last = covers or _span(incidents)
        begin = pd.Timestamp(start) if start is not None else first
        finish = pd.Timestamp(end) if end is not None else last
        if finish <= begin:
            raise DataError(
                told("study: the period is empty: it starts on {start} and ends before {end}", start=begin.date(), end=finish.date())
            )
        check_months(incidents, begin, finish)
        pairs = where.items() if isinstance(where, Mapping) else (where or ())
        chosen = tuple(sorted((name, tuple(sorted(values))) for name, values in pairs if tuple(values)))
        check_where(chosen, incidents)
        placed = units.assign(incidents, blocks) if unit_of is None else unit_of
        exposed_of = residents.known_to_live(placed, blocks) if unit_of is None else exposed_of
        span = (begin.normalize(), finish.normalize())
        return cls(
            incidents,
            blocks,
            *span,
            chosen,
            placed,
            (first, last),
            snapped=snapped,
            streets=streets,
            exposed_of=exposed_of,
            recounted=recounted,
            gathering=gathering,
            **options,
        )

    def between(self, start: pd.Timestamp, end: pd.Timestamp) -> Study:
        """Return the same study over another period."""
        of_city = None if self.of_city is None else self.of_city.between(start, end)
        return replace(self, start=start, end=end, of_city=of_city)

    def within(self, place: Place, here: units.Geography) -> Study:
        """Return the study of what lies in a place alone, `here` being its units (see `places.narrowed`); this one is its `everywhere`."""
        return replace(
            self,
            incidents=Incidents(self.incidents[place.inside]),
            blocks=here.blocks,
            placed=here.unit_of,
            snapped=here.away,
            exposed_of=here.exposed_of,
            place=place,
            of_city=self,
        )

    @property
    def everywhere(self) -> Study:
        """The study of the whole city, which tests over many places run on; itself where no place was chosen."""
        return self.of_city or self

    @property
    def in_no_place(self) -> float:
        """Victims in the period that pass the filters and lie in no place of the kind chosen, and so in none that could be chosen."""
        return 0 if self.place is None else int(self.place.in_none[self.everywhere._seen].sum())

    def alike(self, end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return the days that the data cover, from the last change before `end` in how deaths are counted."""
        return max([self.covers[0], *(day for day in self.recounted if day < end)]), self.covers[1]

    def split(self, day: pd.Timestamp) -> tuple[Study, Study]:
        """Return the study before `day` and from `day` on."""
        return self.between(self.start, day), self.between(day, self.end)

    @property
    def middle(self) -> pd.Timestamp:
        """The day that cuts the covered part of the period in half, moved back to the first of its month where that lies inside."""
        start, end = max(self.start, self.covers[0]), min(self.end, self.covers[1])
        half = (start + (end - start) / 2).normalize()
        month = half.replace(day=1)
        return month if month > start else half

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
            exposed_of=None if self.exposed_of is None else self.exposed_of[here],
            place=None,
            of_city=None,
        )

    @cached_property
    def _passing(self) -> np.ndarray:
        """Which incidents pass the filters, whatever their date."""
        return kept(self.incidents, passing, self.where)

    @cached_property
    def _seen(self) -> np.ndarray:
        """The positions of `rows` among the incidents."""
        date = self.incidents["date"].to_numpy()
        start, end = (day.as_unit(np.datetime_data(date.dtype)[0]).to_datetime64() for day in (self.start, self.end))
        return np.flatnonzero(self._passing & (date >= start) & (date < end))

    def of_rows(
        self, make: Callable[Concatenate[Incidents, _Asked], np.ndarray], *args: _Asked.args, **kwargs: _Asked.kwargs
    ) -> np.ndarray:
        """Return what `make(incidents, …)` says of each of `rows`: made once for all incidents, whatever the filter and the period.

        >>> from hotspots.testing import square_city
        >>> study = Study.of(*square_city([(5, 5)] * 3, dates=["2019-03-01", "2020-03-01", "2020-04-01"]), start="2020-01-01")
        >>> study.of_rows(lambda incidents: incidents["date"].dt.month.to_numpy()).tolist()
        [3, 4]
        """
        return np.asarray(kept(self.incidents, make, *args, **kwargs)[self._seen])

    @cached_property
    def dates(self) -> np.ndarray:
        """The local time of each of `rows`."""
        return np.asarray(self.incidents["date"].to_numpy()[self._seen])

    @cached_property
    def event_codes(self) -> np.ndarray:
        """A number for the event of each of `rows`, the same for those killed together; −1 where it is not known."""
        return self.of_rows(events)

    def of_history(
        self, make: Callable[Concatenate[Incidents, _Asked], np.ndarray], *args: _Asked.args, **kwargs: _Asked.kwargs
    ) -> np.ndarray:
        """Return the same of each incident that passes the filters, whatever its date: what comparisons with earlier years are made of."""
        return np.asarray(kept(self.incidents, make, *args, **kwargs)[self._passing])

    @cached_property
    def rows(self) -> Incidents:
        """Incidents in the period that pass the filters, mapped or not."""
        return Incidents(self.incidents.iloc[self._seen])

    @cached_property
    def _placed(self) -> pd.Series:
        """The unit of every incident, in the incidents' order."""
        return self.placed if self.placed.index.equals(self.incidents.index) else self.placed.loc[self.incidents.index]

    @cached_property
    def unit_of(self) -> pd.Series:
        """The unit of each of `rows`; missing where the incident lies in none."""
        return self._placed.iloc[self._seen]

    @cached_property
    def codes(self) -> np.ndarray:
        """The position among the units of the unit of each of `rows`; −1 where the incident lies in none."""
        return np.asarray(self._placed.cat.codes.to_numpy().take(self._seen))

    @cached_property
    def away(self) -> pd.Series | None:
        """How far each of `rows` lies from its street segment, in metres; None where the units are no streets.

        Infinite where no segment is near enough, missing where the incident has no place.
        """
        return None if self.snapped is None else self.snapped.reindex(self.rows.index)

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y of each of `rows`, in metres; missing where it has no place."""
        points = np.asarray(self.incidents.geometry.array)[self._seen]
        return shapely.get_x(points), shapely.get_y(points)

    @cached_property
    def counts(self) -> pd.Series:
        """Victims in each unit, as whole numbers on the units' index."""
        return self._tally(self.codes)

    @cached_property
    def repeated(self) -> np.ndarray:
        """Which of `rows` are further victims of an event already counted in the same unit."""
        pair = self.event_codes.astype(np.int64) * (len(self.blocks) + 1) + self.codes
        return np.asarray(pd.Series(pair).duplicated())

    @cached_property
    def events(self) -> pd.Series:
        """Events in each unit: several victims of one event in one unit count once. Tests of clustering run on these."""
        return self._tally(self.codes[~self.repeated])

    @cached_property
    def exposed_study(self) -> Study:
        """The study of those killed where residents are known: what is compared with residents, place by place."""
        if self.exposed_of is None:
            return self
        known = self.exposed_of.reindex(self.incidents.index).to_numpy(dtype=bool)
        return replace(self, incidents=Incidents(self.incidents[known]), placed=self._placed[known], exposed_of=None)

    def _tally(self, codes: np.ndarray) -> pd.Series:
        found = np.bincount(codes + 1, minlength=len(self.blocks) + 1)[1:]  # the first bin holds those in no unit
        return pd.Series(found, index=self.blocks.index, name="count")

    @property
    def years(self) -> float:
        """Length of the period in years."""
        return years_between(self.start, self.end)

    def series(self, periods: pd.PeriodIndex) -> pd.DataFrame:
        """Return `count`, `exposed` and `person_years` of the study in each of successive `periods`; one held in part is counted in part.

        `exposed` are the victims that may stand over `person_years`: those killed where residents are known.
        """
        at = self.of_rows(period_numbers, periods.freqstr) - periods.asi8[0]
        inside = (at >= 0) & (at < len(periods))
        found = [np.bincount(at[those], minlength=len(periods)) for those in (inside, inside & self.exposed_rows)]
        starts, ends = periods.start_time, (periods + 1).start_time
        parts = self.lived(starts.where(starts > self.start, self.start), ends.where(ends < self.end, self.end))
        return pd.DataFrame({"count": found[0], "exposed": found[1], "person_years": parts}, index=periods)

    def for_map(self) -> Study:
        """Return the study that a map of this one shows: the same, except where its units are known for a part of the period only."""
        return self

    @property
    def held_back(self) -> pd.Series:
        """Which units have a number that its publisher held back because it is small."""
        return pd.Series(False, index=self.blocks.index, name="held_back")

    @property
    def residents(self) -> pd.Series:
        """Residents of each unit, on average over the period; missing where nobody knows."""
        if len(self.residents_by_census) == 1:
            return self.blocks["population"]
        return (residents.person_years(self.residents_by_census, self.start, self.end) / self.years).rename("population")

    @cached_property
    def gathered(self) -> np.ndarray:
        """How many places where people gather each unit has: 0 in all where none is known (see `gathering`)."""
        return counted(self.gathering, self.blocks)

    def amount(self, baseline: str) -> np.ndarray:
        """Return how much of a baseline (see `options.BASELINES`) each unit has; missing where nobody knows."""
        if baseline == "population":
            return np.asarray(self.residents, dtype=float)
        if baseline == "equal":
            return np.ones(len(self.blocks))
        return self.extent if baseline == "area" else self.gathered

    @cached_property
    def extent(self) -> np.ndarray:
        """How large each unit is: m², of hexagons as on the globe (the column `area`); metres where not all units are areas.

        Missing without an outline.
        """
        shapes = np.asarray(self.blocks.geometry.array)
        if not (shapely.get_dimensions(shapes[outlines.outlined(self.blocks)]) == 2).all():
            return np.asarray(shapely.length(shapes))
        known = "area" in self.blocks.columns
        return np.asarray(self.blocks["area"].to_numpy(dtype=float) if known else shapely.area(shapes))

    @property
    def victims(self) -> float:
        """All victims in the period that pass the filters, mapped or not: a whole number; missing where totals are not published."""
        return len(self._seen)

    @property
    def placed_well(self) -> np.ndarray:
        """Which of `rows` have a usable place of their own."""
        return self.of_rows(usable)

    @property
    def located(self) -> float:
        """Victims with a usable place of their own."""
        return int(self.placed_well.sum())

    @property
    def inside(self) -> float:
        """Victims that lie in one of the units: what a map of them shows. `inside` of `victims` are mapped."""
        return int(self.counts.sum())

    @property
    def population(self) -> float:
        """Residents of all units, on average over the period; missing where no unit has a population."""
        if len(self._people) == 1:
            return next(iter(self._people.values()))
        return self.person_years_between(self.start, self.end) / self.years


def _any_area(units: gpd.GeoDataFrame) -> bool:
    return bool((units.area > 0).any())


def _span(incidents: Incidents) -> tuple[pd.Timestamp, pd.Timestamp]:
    if not len(incidents):
        return pd.Timestamp(2000, 1, 1), pd.Timestamp(2001, 1, 1)
    return span_of(incidents)
