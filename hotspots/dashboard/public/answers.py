"""What a release answers: windows, areas, comparison, change, years. Plain arithmetic on published numbers, no screen and no words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hotspots import trends
from hotspots.cities import City, Note
from hotspots.disclosure import FEW, SHOWN, UNPUBLISHED, Release
from hotspots.disclosure.profiles import FEWER_THAN
from hotspots.disclosure.release import rate
from hotspots.intervals import PER, poisson_interval, ratio_interval
from hotspots.published import TotalsStudy
from hotspots.totals import WHOLE, years_between
from hotspots.trends import BASE_YEARS, LEAST_YEARS, Range, expected_range

UNSTABLE = "unstable"
Window = tuple[pd.Timestamp, pd.Timestamp]


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


@dataclass(frozen=True)
class Sum:
    """All victims of a window, and how many of them lie in no area; a number that is not published is missing, with its reason."""

    count: float
    unmapped: float
    unmapped_reason: str


@dataclass(frozen=True, eq=False)
class Answers:
    """A release, and what follows from it. `fingerprint` is its hash, by which anybody can tell the real one."""

    release: Release
    fingerprint: str = ""

    @cached_property
    def city(self) -> City:
        """The release as a city of published totals."""
        return self.release.as_city()

    @property
    def slug(self) -> str:
        """The city's short name."""
        return str(self.release.facts["slug"])

    @property
    def facts(self) -> dict[str, Any]:
        """What the release says of the city and of its own rules."""
        return dict(self.release.facts)

    @property
    def republished(self) -> bool:
        """Whether the release holds figures that others had published, each with its source."""
        return self.release.totals is not None

    @cached_property
    def notes(self) -> list[Note]:
        """Dated events, changes of definition and interventions, in order of time."""
        return sorted(self.city.notes, key=lambda note: note.start)

    @cached_property
    def windows(self) -> list[Window]:
        """The windows that areas are published for, oldest first."""
        if self.release.totals is None:
            return self.release.windows
        rows = self.release.totals[self.release.totals["area"] != WHOLE]
        return sorted({(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)})

    def window(self, name: str) -> Window:
        """Return the window that begins in the year `name`; the newest one where none does."""
        return next((one for one in self.windows if f"{one[0]:%Y-%m-%d}".startswith(name or "-")), self.windows[-1])

    @property
    def shows(self) -> tuple[str, ...]:
        """What maps can show."""
        kinds = ("rate", "count") if self.by_area["rate"].notna().any() else ("count",)
        return kinds if self.republished else (*kinds, "hot")

    @cached_property
    def by_area(self) -> pd.DataFrame:
        """One row for each area and window: those of `Release.by_area`, with the exact 95 % interval of the rate.

        `reason` is `few`, `held` or `unpublished` where the number is not shown. No rate, and no interval, under 10.
        """
        table = self.release.by_area if self.release.totals is None else self._republished()
        low, high = poisson_interval(table["count"])
        lived = table["population"].to_numpy(dtype=float) * [years_between(a, b) for a, b in zip(table["start"], table["end"], strict=True)]
        told = table["rate"].notna().to_numpy()
        ends = {
            name: np.where(told, PER * end / np.where(told, lived, 1.0), np.nan) for name, end in (("rate_low", low), ("rate_high", high))
        }
        return table.assign(**ends)

    def _republished(self) -> pd.DataFrame:
        parts = []
        for start, end in self.windows:
            study = self._study(start, end)
            counts = study.counts.astype(float)
            people = study.residents.fillna(self.city.blocks["population"]).to_numpy(dtype=float)
            value, state = rate(counts.to_numpy(), people * years_between(start, end))
            reason = np.where(counts.notna(), SHOWN, UNPUBLISHED)
            part = {"area": self.city.blocks.index, "name": self.city.blocks["name"].to_numpy(), "start": start, "end": end}
            more = {"count": counts.to_numpy(), "reason": reason, "population": people, "rate": value, "rate_state": state, "hot": np.nan}
            parts.append(pd.DataFrame(part | more))
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(self.release.by_area.columns))

    def _study(self, start: pd.Timestamp | None = None, end: pd.Timestamp | None = None) -> TotalsStudy:
        assert self.city.totals is not None
        return TotalsStudy.of_totals(self.city.totals, self.city.blocks, start=start, end=end)

    def in_window(self, window: Window) -> pd.DataFrame:
        """Return the areas of one window, by their id."""
        return self.by_area[self.by_area["start"] == window[0]].set_index("area").reindex(self.city.blocks.index)

    def sum(self, window: Window) -> Sum:
        """Return all victims of a window."""
        if self.release.totals is not None:
            return Sum(float(self._study(*window).victims), float("nan"), UNPUBLISHED)
        row = self.release.total(window[0])
        return Sum(float(row["count"]), float(row["unmapped"]), str(row["unmapped_reason"]))

    def coverage(self, window: Window) -> float:
        """Return the share of the mapped homicides that lies in areas whose number is shown."""
        return float(self.release.coverage.get(window[0], np.nan)) if self.release.totals is None else float("nan")

    def against_the_rest(self, area: str, window: Window) -> Ratio | None:
        """Return the rate of an area over that of all others together; None where the number is not shown, or is under 10."""
        rows, whole = self.in_window(window), self.sum(window)
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

    def redefined(self, start: pd.Timestamp, end: pd.Timestamp) -> list[Note]:
        """Return the changes of what is counted that fall after `start` and before `end`."""
        return [note for note in self.notes if note.kind == "definition" and start < note.start < end]

    @cached_property
    def years(self) -> pd.DataFrame:
        """The whole city by year: count, reason, source, rate with its interval (none under 10), and `low`, `high` of the normal range.

        The normal range of a year comes from the three to five years before it that count the same deaths: none across a change of
        definition. `complete` is True where the number is published.
        """
        table = self._years()
        base = {year: self._range(table["count"], year) for year in table.index}
        for name in ("low", "high"):
            table[name] = [float(getattr(found, name)) if found else np.nan for found in base.values()]
        return table

    def _years(self) -> pd.DataFrame:
        if self.release.totals is not None:
            table = trends.yearly(self._study())
            for name in ("rate", "rate_low", "rate_high"):
                table[name] = table[name].where(table["count"] >= FEWER_THAN)
            return table.assign(count=table["count"].astype(float), reason=np.where(table["count"].notna(), SHOWN, UNPUBLISHED))
        rows = self.release.city_years
        people = float(self.city.blocks["population"].sum())
        low, high = (np.where(rows["rate"].notna(), PER * end / people, np.nan) for end in poisson_interval(rows["count"]))
        table = rows[["count", "reason", "rate"]].assign(rate_low=low, rate_high=high, complete=rows["count"].notna(), source="")
        return table.set_axis(pd.PeriodIndex(rows["start"], freq="Y", name="year"))

    def _range(self, counts: pd.Series, year: pd.Period) -> Range | None:
        if np.isnan(counts[year]):
            return None
        base = [other for other in (year - step for step in range(1, BASE_YEARS + 1)) if other in counts.index]
        base = [one for one in base if not np.isnan(counts[one]) and not self.redefined(one.start_time, (year + 1).start_time)]
        return expected_range(counts[base].to_numpy(dtype=float)) if len(base) >= LEAST_YEARS else None

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
