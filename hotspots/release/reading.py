"""What a release says, worked out once for every way to show it. Nothing but the release is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.cities import City, Note
from hotspots.cities.published_totals import WHOLE, years_between
from hotspots.inference.intervals import PER, poisson_interval
from hotspots.inference.normal_range import expected_range
from hotspots.release.profiles import Window
from hotspots.release.protection import SHOWN, UNPUBLISHED
from hotspots.release.release import AREA_COLUMNS, Release, rate
from hotspots.study.of_totals import TotalsStudy

LEAST_BASE, MOST_BASE = 3, 5  # years that a normal range is made from


@dataclass(frozen=True)
class Sum:
    """All victims of a window, and those of them who lie in no area; missing where that is not shown, with the reason."""

    count: float
    reason: str
    unmapped: float
    unmapped_reason: str


@dataclass(frozen=True, eq=False)
class Reading:
    """A release, and what follows from it."""

    release: Release

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
        rows = self.release.totals[self.release.totals["area"] != WHOLE]
        return sorted({(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)})

    @cached_property
    def by_area(self) -> pd.DataFrame:
        """One row for each area and window: those of `Release.by_area`, with the exact 95 % interval of the rate.

        `reason` is `few`, `held` or `unpublished` where the number is not shown. No rate, and no interval, under 10. Residents of figures
        that others had published are those of the window; missing where they do not say how many were killed.
        """
        if self.republished:
            parts = [self._published_areas(window) for window in self.windows]
            table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(AREA_COLUMNS))
        else:
            table = self.release.by_area
        lived = table["population"].to_numpy(dtype=float) * [years_between(a, b) for a, b in zip(table["start"], table["end"], strict=True)]
        told = table["rate"].notna().to_numpy()
        low, high = (np.where(told, PER * end / np.where(told, lived, 1.0), np.nan) for end in poisson_interval(table["count"]))
        return table.assign(rate_low=low, rate_high=high)

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
        """Return the rows of `by_area` of one window, in the order of the areas."""
        table = self.by_area
        return table[(table["start"] == window[0]) & (table["end"] == window[1])].reset_index(drop=True)

    def total(self, window: Window) -> Sum:
        """Return all victims of a window and those in no area."""
        if self.republished:
            count = float(self.study(window).victims)
            return Sum(count, UNPUBLISHED if np.isnan(count) else SHOWN, np.nan, UNPUBLISHED)
        row = self.release.total(window[0])
        return Sum(float(row["count"]), str(row["reason"]), float(row["unmapped"]), str(row["unmapped_reason"]))

    def redefined(self, start: pd.Timestamp, end: pd.Timestamp) -> list[Note]:
        """Return the changes of what is counted that fall after `start` and before `end`."""
        return [note for note in self.notes if note.kind == "definition" and start < note.start < end]

    def comparable(self, table: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
        """Return the last years of `table`, without a gap, whose number is shown and that were counted as the year up to `end` was."""
        alike = np.array([not self.redefined(start, end) for start in table["start"]], dtype=bool)
        run = (table["count"].notna() & alike)[::-1].cummin()[::-1]
        return table[run].tail(MOST_BASE)

    def normal_ranges(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the normal range of each year of `table` (`start`, `end`, `count`; oldest first) as `low`, `high` and `base`.

        It comes from the three to five years before that are `comparable`; `base` is how many these are, 0 where they are too few.
        """
        found = []
        for i, end in enumerate(table["end"]):
            base = self.comparable(table.iloc[:i], end)["count"]
            usual = expected_range(base.to_numpy(dtype=float)) if len(base) >= LEAST_BASE else None
            found.append((usual.low, usual.high, len(base)) if usual else (np.nan, np.nan, 0))
        return pd.DataFrame(found, columns=["low", "high", "base"], index=table.index).astype({"low": float, "high": float})
