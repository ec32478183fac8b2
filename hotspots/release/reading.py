"""What a release says, worked out once for every way to show it. Nothing but the release is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.cities import City, Note
from hotspots.cities.published_totals import WHOLE, years_between
from hotspots.geography.outlines import outlined
from hotspots.inference.normal_range import SPREAD_YEARS, Trend, yearly_trend
from hotspots.release import how_sure, standing_out
from hotspots.release.how_sure import Ratio
from hotspots.release.profiles import FEWER_THAN, Window
from hotspots.release.protection import SHOWN, UNPUBLISHED
from hotspots.release.release import AREA_COLUMNS, Release, rate
from hotspots.statistics import trends
from hotspots.store.schema import UNKNOWN
from hotspots.study.calendar import counted_alike
from hotspots.study.of_totals import TotalsStudy


@dataclass(frozen=True)
class Sum:
    """All victims of a window, and those of them who lie in no area; missing where that is not shown, with the reason."""

    count: float
    reason: str
    unmapped: float
    unmapped_reason: str


@dataclass(frozen=True, eq=False)
class Reading:
    """A release, and what follows from it. `fingerprint` is its hash, by which anybody can tell the real one."""

    release: Release
    fingerprint: str = ""

    @property
    def slug(self) -> str:
        """The city's short name."""
        return str(self.release.facts["slug"])

    @property
    def rules(self) -> dict[str, Any]:
        """The rules that the release was made by."""
        return dict(self.release.facts["rules"])

    @cached_property
    def city(self) -> City:
        """The release as a city of published totals."""
        return self.release.as_city()

    @cached_property
    def notes(self) -> list[Note]:
        """Dated events, changes of definition and interventions, in order of time."""
        return sorted(self.city.notes, key=lambda note: note.start)

    @property
    def republished(self) -> bool:
        """Whether the release holds figures that others had published, each with its source."""
        return self.release.totals is not None

    def study(self, window: Window | tuple[None, None] = (None, None)) -> TotalsStudy:
        """Return the published totals of a window; of all time where it is left out."""
        return TotalsStudy.of_totals(self.release.area_counts(), self.city.blocks, start=window[0], end=window[1])

    @cached_property
    def windows(self) -> list[Window]:
        """The windows that areas are published for, oldest first."""
        if self.release.totals is None:
            return self.release.windows
        return published_windows(self.release.totals) if outlined(self.release.areas).any() else []

    def window(self, name: str) -> Window:
        """Return the window that begins on the day `name`; the newest one where none does."""
        return next((one for one in self.windows if f"{one[0]:%Y-%m-%d}".startswith(name or "-")), self.windows[-1])

    def before(self, window: Window) -> Window | None:
        """Return the newest window before that has the same months and days of earlier years; None where there is none.

        So whole years are compared with as many whole years, and a part of a year only with the same part.
        """
        alike = [one for one in self.windows if _years_later(one, window)]
        return alike[-1] if alike else None

    # --- areas ------------------------------------------------------------------------------------------------------------------

    @cached_property
    def by_area(self) -> pd.DataFrame:
        """One row for each area and window: those of `Release.by_area`, with the exact 95 % interval of the rate, and `alone`.

        `reason` is `few`, `held` or `unpublished` where the number is not shown. No rate, and no interval, under 10. Residents of figures
        that others had published are those of the window; missing where they do not say how many were killed. `alone`: 1 where an area's
        own number is more than chance gives its residents (`standing_out.own_areas`); `hot` is about an area and its neighbours together.
        """
        if self.republished:
            parts = [self._published_areas(window) for window in self.windows]
            table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(AREA_COLUMNS))
        else:
            table = self.release.by_area
        lived = table["population"].to_numpy(dtype=float) * [years_between(a, b) for a, b in zip(table["start"], table["end"], strict=True)]
        table = how_sure.rate_ends(table, lived, map(self.release.victims_vary, table["start"]))
        own = [
            standing_out.own_areas(rows["count"].to_numpy(dtype=float), self.city.blocks, together=self.release.victims_vary(start))
            for (start, _), rows in zip(self.windows, self._by_window(table), strict=True)
        ]
        alone = np.concatenate(own) if own and not self.republished else np.full(len(table), np.nan)
        return table.assign(alone=alone)

    def _by_window(self, table: pd.DataFrame) -> list[pd.DataFrame]:
        """Return the rows of each window, in the order in which they stand in `by_area`."""
        return [table[table["start"] == start] for start, _ in self.windows]

    def groups(self, window: Window) -> pd.Series:
        """Return which areas stand out together, see `standing_out.groups`; all 0 where others had published the numbers."""
        rows, blocks = self.areas(window), self.city.blocks
        if self.republished:
            return pd.Series(0, index=blocks.index, name="group")
        return standing_out.groups(rows["hot"].to_numpy(dtype=float), rows["count"].to_numpy(dtype=float), blocks)

    def _published_areas(self, window: Window) -> pd.DataFrame:
        study = self.study(window)
        lived = study.person_years.fillna(0.0).to_numpy(dtype=float)
        counts = study.counts.astype(float).to_numpy()
        values, states = rate(counts, lived)
        columns = {
            "area": study.blocks.index,
            "name": geography.names(study.blocks).to_numpy(),
            "start": window[0],
            "end": window[1],
            "count": counts,
            "reason": np.where(np.isnan(counts), UNPUBLISHED, SHOWN),
            "population": np.where(lived > 0, lived / study.years, np.nan),
            "rate": values,
            "rate_state": np.where(np.isnan(counts), "no_data", states),
            "hot": np.nan,
        }
        return pd.DataFrame(columns)

    def areas(self, window: Window) -> pd.DataFrame:
        """Return the rows of `by_area` of one window, by the id of the area, in the order of the areas."""
        return self._areas[window]

    @cached_property
    def _areas(self) -> dict[Window, pd.DataFrame]:
        table, ids = self.by_area, self.city.blocks.index
        there = {window: (table["start"] == window[0]) & (table["end"] == window[1]) for window in self.windows}
        return {window: table[rows].set_index("area").reindex(ids) for window, rows in there.items()}

    @property
    def shows(self) -> tuple[str, ...]:
        """What maps can show, first what they open with.

        That is the rate where residents are known and most of the homicides shown in the newest window lie in areas whose rate is not
        uncertain, else the count.
        """
        if not self.windows:
            return ()
        newest = self.areas(self.windows[-1])
        stable = newest["count"].where(newest["rate_state"] == "ok").sum()
        rates = ("rate",) if self.by_area["rate"].notna().any() else ()
        by_rate = bool(newest["population"].notna().any() and 2 * stable >= newest["count"].sum())
        return (
            *(("rate", "count") if rates and by_rate else ("count", *rates)),
            *(() if self.republished else ("hot",)),
            *self._places_of_work,
        )

    @property
    def _places_of_work(self) -> tuple[str, ...]:
        """`done` where a programme is named with its areas."""
        return ("done",) if any(note.kind == "intervention" and note.treated for note in self.notes) else ()

    def total(self, window: Window) -> Sum:
        """Return all victims of a window and those in no area."""
        return self._totals[window] if window in self._totals else self._total(window)

    @cached_property
    def _totals(self) -> dict[Window, Sum]:
        return {window: self._total(window) for window in self.windows}

    def _total(self, window: Window) -> Sum:
        if self.republished:
            count = float(self.study(window).victims)
            return Sum(count, UNPUBLISHED if np.isnan(count) else SHOWN, np.nan, UNPUBLISHED)
        row = self.release.total(window[0])
        return Sum(float(row["count"]), str(row["reason"]), float(row["unmapped"]), str(row["unmapped_reason"]))

    def coverage(self, window: Window) -> float:
        """Return the share of the mapped homicides that lies in areas whose number is shown; missing where that is not known."""
        return float(self.release.coverage.get(window[0], np.nan))

    def against_the_rest(self, area: str, window: Window) -> Ratio | None:
        """Return the rate of an area over that of all others together; None where the number is not shown, or is under 10.

        Where the residents of some are not known, the others are those whose number and residents are.
        """
        rows, whole = self.areas(window), self.total(window)
        one = rows.loc[area]
        people = rows["population"].to_numpy(dtype=float)
        others = float(np.nansum(people) - one["population"])
        rest = whole.count - one["count"] - (0.0 if np.isnan(whole.unmapped) else whole.unmapped)
        partial = bool(np.isnan(people).any())
        if partial:
            known = rows[rows["count"].notna() & rows["population"].notna()].drop(area, errors="ignore")
            rest, others = float(known["count"].sum()), float(known["population"].sum())
        if np.isnan(one["rate"]) or one["count"] < FEWER_THAN or not rest >= FEWER_THAN or not others > 0:
            return None
        exposed, vary = (float(one["population"]), others), self.release.victims_vary(window[0])
        return how_sure.ratio((one["count"], rest), exposed, together=vary, partial=partial)

    def change(self, area: str, window: Window) -> Ratio | None:
        """Return how many times the deaths a year of the window before an area has; None where either number is not shown."""
        before = self.before(window)
        if before is None:
            return None
        now, then = (float(self.areas(one).loc[area, "count"]) for one in (window, before))
        if not min(now, then) >= FEWER_THAN:
            return None
        vary = max(self.release.victims_vary(start) for start, _ in (window, before))
        return how_sure.ratio((now, then), (years_between(*window), years_between(*before)), together=vary)

    # --- who was killed -----------------------------------------------------------------------------------------------------------

    def people(self, name: str, window: Window) -> pd.DataFrame:
        """Return the rows of one attribute of the victims in a window (`value`, `count`, `reason`), the unknown last."""
        rows = self.release.attribute(name)
        rows = rows[(rows["start"] == window[0]) & (rows["end"] == window[1])]
        return pd.concat([rows[rows["value"] != UNKNOWN], rows[rows["value"] == UNKNOWN]], ignore_index=True)

    def together(self, name: str, window: Window) -> float:
        """Return what the hidden numbers of an attribute add up to; missing where that is under the threshold or not known."""
        found = self.release.together(name, window[0])
        return found if found >= FEWER_THAN else np.nan

    # --- the whole city by year -----------------------------------------------------------------------------------------------------

    @cached_property
    def years(self) -> pd.DataFrame:
        """The whole city by year, on a PeriodIndex: `start`, `end`, `count`, `reason`, `rate` with its exact interval, `complete`.

        And `published_rate`, `source` where others published the number; `low`, `high`, `base` of the normal range (`normal_ranges`). No
        rate under 10. `complete` is True where the number is shown and is that of a whole year; of a part of a year `start` and `end`
        are those of the part.
        """
        table = self._published_years() if self.republished else self._own_years()
        table = table.assign(
            start=np.maximum(table.index.start_time, self.city.start).as_unit("us"),
            end=np.minimum((table.index + 1).start_time, self.city.end).as_unit("us"),
        )
        ranges = self.normal_ranges(table)
        ranges[(table["count"].notna() & ~table["complete"]).to_numpy()] = (np.nan, np.nan, 0)  # a part of a year beside whole ones
        return table.join(ranges)

    def _published_years(self) -> pd.DataFrame:
        table = trends.yearly(self.study())
        for name in ("rate", "rate_low", "rate_high"):
            table[name] = table[name].where(table["count"] >= FEWER_THAN)
        return table.assign(count=table["count"].astype(float), reason=np.where(table["count"].notna(), SHOWN, UNPUBLISHED))

    def _own_years(self) -> pd.DataFrame:
        rows = self.release.city_years
        people = float(self.city.blocks["population"].sum(skipna=False))
        table = how_sure.rate_ends(rows, np.full(len(rows), people), map(self.release.victims_vary, rows["start"]))
        table = table[["count", "reason", "rate", "rate_low", "rate_high"]].assign(complete=rows["count"].notna())
        table = table.assign(published_rate=np.nan, source="")
        return table.set_axis(pd.PeriodIndex(rows["start"], freq="Y", name="year"))

    @property
    def whole_years(self) -> pd.DataFrame:
        """The newest whole years whose number is shown, without a gap: what may be added up and compared."""
        years = self.years if self.newest is None else self.years[: self.newest.name]
        return years[years["complete"][::-1].cummin()[::-1]]

    @property
    def newest(self) -> pd.Series | None:
        """The newest whole year of which the release tells something: a number, or why there is none."""
        years = self.years[self.years["complete"] | ~self.years["reason"].isin([SHOWN, UNPUBLISHED])]
        return years.iloc[-1] if len(years) else None

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day that any figure reaches to."""
        return self.city.end - pd.Timedelta(days=1)

    @property
    def due(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """The first days on which the next number of the whole city and the next window by area may be published, by the release's rules.

        None where others publish the numbers: when, the release does not know.
        """
        if self.republished:
            return None
        wait = pd.DateOffset(months=int(self.rules["lag_months"]))
        year = self.release.city_years["end"].max() + pd.DateOffset(years=1)
        window = self.windows[-1][1] + pd.DateOffset(years=int(self.rules["window_years"])) if self.windows else year
        return year + wait, window + wait

    def redefined(self, start: pd.Timestamp, end: pd.Timestamp) -> list[Note]:
        """Return the changes of what is counted that fall after `start` and before `end`."""
        return [note for note in self.notes if note.kind == "definition" and start < note.start < end]

    def comparable(self, table: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
        """Return the last years of `table`, without a gap, that are `complete` and were counted as the year up to `end` was."""
        return trends.comparable(table, end, self.changes)

    @cached_property
    def changes(self) -> list[pd.Timestamp]:
        """The days on which what is counted changed."""
        return [note.start for note in self.notes if note.kind == "definition"]

    @cached_property
    def trend(self) -> Trend | None:
        """By what share the whole city's number rises or falls each year, up to the newest whole year; None where too few are shown."""
        newest = self.newest
        if newest is None:
            return None
        last = self.years[: newest.name].tail(SPREAD_YEARS)
        whole = last["count"].where(last["complete"])
        return yearly_trend(whole.to_numpy(dtype=float), counted_alike(zip(last["start"], last["end"], strict=True), self.changes))

    def normal_ranges(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the normal range of each year of `table`: see `trends.normal_ranges`."""
        return trends.normal_ranges(table, self.changes)


def _years_later(one: Window, other: Window) -> bool:
    """Return whether `other` is the same months and days as `one`, some years later."""
    step = pd.DateOffset(years=other[0].year - one[0].year)
    return bool(one[1] <= other[0] and (one[0] + step, one[1] + step) == other)


def published_windows(totals: pd.DataFrame) -> list[Window]:
    """Return the windows that published totals of areas are shown for: whole years as they are, months of one year without a gap as one.

    So a year told month by month is one window, and one that is not over is a window of its own, named by its months. Of periods that
    overlap, whole years and the shorter ones are taken; the others stand in the file of totals.

    >>> from hotspots.testing import published_totals
    >>> rows = published_totals([("b00", "2019", 3), ("b00", "2020-12", 1), ("b00", "2021-01", 1), ("b00", "2021-02", 0)])
    >>> [(f"{start:%Y-%m}", f"{end:%Y-%m}") for start, end in published_windows(rows)]
    [('2019-01', '2020-01'), ('2020-12', '2021-01'), ('2021-01', '2021-03')]
    """
    rows = totals[totals["area"] != WHOLE]
    spans = {(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)}
    apart: list[Window] = []
    for start, end in sorted(spans, key=lambda span: (not _whole_years(span), span[1] - span[0], span[0])):
        if all(end <= other[0] or other[1] <= start for other in apart):
            apart.append((start, end))
    found: list[Window] = []
    for start, end in sorted(apart):
        before = found[-1] if found else None
        if before and before[1] == start < end <= pd.Timestamp(before[0].year + 1, 1, 1) and not _whole_years(before):
            found[-1] = (before[0], end)
        else:
            found.append((start, end))
    return found


def _whole_years(span: Window) -> bool:
    return all((day.month, day.day) == (1, 1) for day in span)
