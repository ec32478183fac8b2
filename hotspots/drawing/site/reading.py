"""A release as its page needs it: years with their normal range, and what the maps show."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from hotspots import release
from hotspots.release import FEWER_THAN, SHOWN, UNPUBLISHED
from hotspots.release.profiles import Window
from hotspots.release.release import rate

__all__ = ["Reading", "Window"]

YEAR_COLUMNS: tuple[str, ...] = ("start", "end", "count", "reason", "rate", "low", "high", "base")


class Reading(release.Reading):
    """A release read for its page."""

    @cached_property
    def years(self) -> pd.DataFrame:
        """One row for each year: `YEAR_COLUMNS`, and `source` where others published the number.

        `low` and `high` are the normal range, made from the last three to five years before that were counted in the same way; `base` is
        how many these are, 0 where there is no range.
        """
        found = self._published_years() if self.republished else self.release.city_years.copy()
        return found.join(self.normal_ranges(found))

    def _published_years(self) -> pd.DataFrame:
        study = self.study()
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
