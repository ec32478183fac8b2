"""What a release answers: windows, areas, comparison, change, years. Plain arithmetic on published numbers, no screen and no words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hotspots.cities.published_totals import years_between
from hotspots.inference.intervals import PER, poisson_interval, ratio_interval
from hotspots.release import (
    FEW,
    FEWER_THAN,
    SHOWN,
    UNPUBLISHED,
    Reading,
)
from hotspots.release.profiles import Window
from hotspots.statistics import trends

__all__ = ["UNSTABLE", "Answers", "Ratio", "Window", "told"]

UNSTABLE = "unstable"


@dataclass(frozen=True)
class Ratio:
    """One rate over another, with its exact 95 % interval; `few` where either rests on fewer than 20 people killed."""

    value: float
    low: float
    high: float
    few: bool

    @property
    def verdict(self) -> str:
        """`above`, `below`, or `within` what chance alone explains."""
        return "above" if self.low > 1 else "below" if self.high < 1 else "within"


@dataclass(frozen=True, eq=False)
class Answers(Reading):
    """A release, and what follows from it. `fingerprint` is its hash, by which anybody can tell the real one."""

    fingerprint: str = ""

    @property
    def slug(self) -> str:
        """The city's short name."""
        return str(self.release.facts["slug"])

    @property
    def facts(self) -> dict[str, Any]:
        """What the release says of the city and of its own rules."""
        return dict(self.release.facts)

    def window(self, name: str) -> Window:
        """Return the window that begins in the year `name`; the newest one where none does."""
        return next((one for one in self.windows if f"{one[0]:%Y-%m-%d}".startswith(name or "-")), self.windows[-1])

    @property
    def shows(self) -> tuple[str, ...]:
        """What maps can show."""
        kinds = ("rate", "count") if self.by_area["rate"].notna().any() else ("count",)
        return kinds if self.republished else (*kinds, "hot")

    def in_window(self, window: Window) -> pd.DataFrame:
        """Return the areas of one window, by their id."""
        return self.areas(window).set_index("area").reindex(self.city.blocks.index)

    def coverage(self, window: Window) -> float:
        """Return the share of the mapped homicides that lies in areas whose number is shown."""
        return float(self.release.coverage.get(window[0], np.nan)) if not self.republished else float("nan")

    def against_the_rest(self, area: str, window: Window) -> Ratio | None:
        """Return the rate of an area over that of all others together; None where the number is not shown, or is under 10."""
        rows, whole = self.in_window(window), self.total(window)
        one = rows.loc[area]
        people = rows["population"].to_numpy(dtype=float)
        others = float(np.nansum(people) - one["population"])
        rest = whole.count - one["count"] - (0.0 if np.isnan(whole.unmapped) else whole.unmapped)
        if np.isnan(one["rate"]) or one["count"] < FEWER_THAN or not rest >= FEWER_THAN or not others > 0 or np.isnan(people).any():
            return None
        return _ratio((one["count"], rest), (float(one["population"]), others))

    def change(self, area: str, window: Window) -> Ratio | None:
        """Return how many times the deaths a year of the window before an area has; None where either number is not shown."""
        before = self.before(window)
        if before is None:
            return None
        now, then = (float(self.in_window(one).loc[area, "count"]) for one in (window, before))
        if not min(now, then) >= FEWER_THAN:
            return None
        return _ratio((now, then), (years_between(*window), years_between(*before)))

    def before(self, window: Window) -> Window | None:
        """Return the window before; None for the first one."""
        at = self.windows.index(window)
        return self.windows[at - 1] if at else None

    @cached_property
    def years(self) -> pd.DataFrame:
        """The whole city by year: count, reason, source, rate with its interval (none under 10), and `low`, `high` of the normal range.

        The normal range is that of `normal_ranges`: none across a change of definition. `complete` is True where the number is published.
        """
        table = self._years()
        dated = table[["count"]].assign(start=table.index.start_time, end=(table.index + 1).start_time)
        return table.join(self.normal_ranges(dated)[["low", "high"]])

    def _years(self) -> pd.DataFrame:
        if self.republished:
            table = trends.yearly(self.study())
            for name in ("rate", "rate_low", "rate_high"):
                table[name] = table[name].where(table["count"] >= FEWER_THAN)
            return table.assign(count=table["count"].astype(float), reason=np.where(table["count"].notna(), SHOWN, UNPUBLISHED))
        rows = self.release.city_years
        people = float(self.city.blocks["population"].sum(skipna=False))
        low, high = (np.where(rows["rate"].notna(), PER * end / people, np.nan) for end in poisson_interval(rows["count"]))
        table = rows[["count", "reason", "rate"]].assign(rate_low=low, rate_high=high, complete=rows["count"].notna(), source="")
        return table.set_axis(pd.PeriodIndex(rows["start"], freq="Y", name="year"))

    @property
    def newest_year(self) -> pd.Period | None:
        """The newest year with a published number."""
        known = self.years.index[self.years["count"].notna()]
        return known[-1] if len(known) else None

    def hidden(self, window: Window) -> dict[str, int]:
        """Return how many areas have no number in a window, by reason."""
        found = self.in_window(window)["reason"].value_counts()
        return {str(reason): int(n) for reason, n in found.items() if reason != SHOWN}


def _ratio(counts: tuple[float, float], exposures: tuple[float, float]) -> Ratio:
    low, high = ratio_interval(counts, exposures)
    value = (counts[0] / exposures[0]) / (counts[1] / exposures[1])
    return Ratio(value, low, high, min(counts) < 2 * FEWER_THAN)


def told(count: float, reason: str) -> str:
    """Return which of three things a number is: `shown`, `few` (fewer than 10, 0 included) or `kept` (any other reason)."""
    return "shown" if not np.isnan(count) else "few" if reason == FEW else "kept"
