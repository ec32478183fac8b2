"""What a release says, as a page needs it: years with their normal range, windows with their areas. Nothing but the release is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hotspots.cities import City, Note
from hotspots.disclosure import FEW, FEWER_THAN, SHOWN, UNPUBLISHED, Release
from hotspots.disclosure.release import rate
from hotspots.expected import expected_range
from hotspots.published import TotalsStudy
from hotspots.totals import WHOLE

LEAST_BASE, MOST_BASE = 3, 5  # years that a normal range is made from
YEAR_COLUMNS: tuple[str, ...] = ("start", "end", "count", "reason", "rate", "low", "high", "base")
Window = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Sum:
    """All victims of a window, and those of them who lie in no area; missing where that is not shown, with the reason."""

    count: float
    reason: str
    unmapped: float
    unmapped_reason: str


@dataclass(frozen=True, eq=False)
class Reading:
    """A release read for its pages."""

    release: Release

    @cached_property
    def city(self) -> City:
        """The release as a city of published totals."""
        return self.release.as_city()

    @cached_property
    def breaks(self) -> list[pd.Timestamp]:
        """The days from which homicides are counted in another way."""
        return sorted(note.start for note in self.notes if note.kind == "definition")

    @property
    def notes(self) -> list[Note]:
        """The dated notes, oldest first."""
        return sorted(self.city.notes, key=lambda note: note.start)

    @cached_property
    def years(self) -> pd.DataFrame:
        """One row for each year: `YEAR_COLUMNS`, and `source` where others published the number.

        `low` and `high` are the normal range, made from the last three to five years before that were counted in the same way; `base` is
        how many these are, 0 where there is no range.
        """
        found = self._published_years() if self.release.totals is not None else self.release.city_years.copy()
        ranges = [self._range(found, i) for i in range(len(found))]
        return found.assign(low=[one[0] for one in ranges], high=[one[1] for one in ranges], base=[one[2] for one in ranges])

    def _published_years(self) -> pd.DataFrame:
        study = self._study()
        periods = pd.period_range(self.city.start, self.city.end - pd.Timedelta(days=1), freq="Y")
        series = study.series(periods)
        counts = series["count"].astype(float).to_numpy()
        told, _ = rate(counts, series["person_years"].astype(float).fillna(0.0).to_numpy())
        return pd.DataFrame(
            {
                "start": periods.start_time.astype("datetime64[us]"),
                "end": (periods + 1).start_time.astype("datetime64[us]"),
                "count": counts,
                "reason": np.where(np.isnan(counts), UNPUBLISHED, SHOWN),
                "rate": np.where(np.isnan(told), series["published_rate"].to_numpy(dtype=float), told),
                "source": series["source"].to_numpy(),
            }
        )

    def _range(self, table: pd.DataFrame, i: int) -> tuple[float, float, int]:
        base = self.comparable(table.iloc[:i], table["end"].iloc[i])
        if len(base) < LEAST_BASE:
            return np.nan, np.nan, 0
        found = expected_range(base["count"].to_numpy())
        return float(found.low), float(found.high), len(base)

    def comparable(self, table: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
        """Return the last years of `table`, without a gap, whose number is shown and that were counted as the year up to `end` was."""
        since = max((day for day in self.breaks if day < end), default=pd.Timestamp.min)
        good = (table["start"] >= since) & table["count"].notna()
        run = good[::-1].cummin()[::-1]
        return table[run].tail(MOST_BASE)

    def broken(self, start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Return whether the way of counting changes after `start` and before `end`."""
        return any(start < day < end for day in self.breaks)

    @cached_property
    def windows(self) -> list[Window]:
        """The periods that areas are published for, oldest first."""
        if self.release.totals is None:
            return self.release.windows
        rows = self.release.totals[self.release.totals["area"] != WHOLE]
        return sorted({(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)})

    def areas(self, window: Window) -> pd.DataFrame:
        """Return one row for each area: area, name, count, reason, population, rate, rate_state, hot (1, 0, missing)."""
        if self.release.totals is None:
            table = self.release.by_area
            return table[(table["start"] == window[0]) & (table["end"] == window[1])].reset_index(drop=True)
        study = self._study(window)
        lived = study.person_years.fillna(0.0).to_numpy(dtype=float)
        counts = study.counts.astype(float).to_numpy()
        values, states = rate(counts, lived)
        held = study.held_back.to_numpy(dtype=bool)
        return pd.DataFrame(
            {
                "area": study.blocks.index,
                "name": study.blocks["name"].to_numpy(),
                "count": counts,
                "reason": np.select([held, np.isnan(counts)], [FEW, UNPUBLISHED], SHOWN),
                "population": np.where(lived > 0, lived / study.years, np.nan),
                "rate": values,
                "rate_state": np.where(np.isnan(counts) & ~held, "no_data", states),
                "hot": np.nan,
            }
        )

    def total(self, window: Window) -> Sum:
        """Return all victims of a window and those in no area."""
        if self.release.totals is None:
            row = self.release.total(window[0])
            return Sum(float(row["count"]), str(row["reason"]), float(row["unmapped"]), str(row["unmapped_reason"]))
        count = float(self._study(window).victims)
        return Sum(count, SHOWN if count == count else UNPUBLISHED, np.nan, UNPUBLISHED)

    def _study(self, window: Window | tuple[None, None] = (None, None)) -> TotalsStudy:
        return TotalsStudy.of_totals(self.release.area_counts(), self.city.blocks, start=window[0], end=window[1])

    @cached_property
    def by_rate(self) -> bool:
        """Whether maps show rates: residents are known, and most of the shown homicides lie in areas with a rate that is not uncertain."""
        if not self.windows:
            return False
        table = self.areas(self.windows[-1])
        stable = table["count"].where(table["rate_state"] == "ok").sum()
        return bool(table["population"].notna().any() and 2 * stable >= table["count"].sum())

    def shown_values(self, table: pd.DataFrame) -> np.ndarray:
        """Return what a map of these areas colours: rates or counts; missing where neither is told."""
        return np.asarray(table["rate" if self.by_rate else "count"], dtype=float)

    def together(self, name: str, window: Window) -> float:
        """Return what the hidden numbers of an attribute add up to; missing where that is under the threshold or not known."""
        found = self.release.together(name, window[0])
        return found if found >= FEWER_THAN else np.nan
