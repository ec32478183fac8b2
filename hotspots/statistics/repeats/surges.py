"""More killings than a district's normal range explains: its last weeks beside the usual, with a stated chance that the page is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc

from hotspots.geography import units
from hotspots.inference.normal_range import swings
from hotspots.statistics.repeats.events import day_number, day_of, victims_of
from hotspots.study import Study

SPANS = (4, 13, 26)  # the last weeks that are looked at, each with those before it
WATCHED = SPANS[-1]
BEFORE, LEAST_BEFORE = 260, 130  # weeks that say what is usual
YEAR = 52  # weeks
FEWEST = 5  # events in the weeks before
CHANCE = 0.05  # that anything is shown where nothing changes, over all areas together
RISE = 2.0
AROUND = 2  # weeks on each side that tell the season too
SEASON = 44.0  # events that a season has to outweigh: those of a swing of 15 %
DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Surges:
    """The areas watched and what their last weeks say.

    `table` has one row for each district, and one for the whole city (index ""): `name`, `usual` events a week, `state` (`surge`,
    `within`, or `few`: too few before to say what is usual); of the last weeks that stand out most, `since` (their first day), `weeks`,
    `events` and `killed` in them, `expected` events and `p`, the chance of as many; `doubling`, the chance that a number twice the
    usual for half a year is shown. `chance` is how likely anything at all is shown where nothing changes, over all areas together, and
    `level` the p from which on it is. Weeks are counted back from `last`.
    """

    table: pd.DataFrame
    chance: float
    level: float
    last: pd.Timestamp
    baseline_weeks: int


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual: `rate` a week of each area (the whole city first), known from `known` events; `season`, of each span.

    `swing` is the variance of the level of a year as a share of its square, `unsure` that of each season.
    """

    rate: np.ndarray
    known: np.ndarray
    season: np.ndarray
    unsure: np.ndarray
    swing: float

    @property
    def mean(self) -> np.ndarray:
        """Events to expect: areas by spans."""
        return np.asarray(self.rate[:, None] * np.array(SPANS) * self.season)

    @property
    def size(self) -> np.ndarray:
        """The size of the negative binomial of each: the smaller, the further numbers swing."""
        return np.asarray(1 / (self.swing + 1 / self.known[:, None] + self.unsure))

    def tail(self, counts: np.ndarray) -> np.ndarray:
        """Return the chance of at least so many where nothing changes: areas by spans, and more axes before them."""
        mean, size = self.mean, self.size
        return np.asarray(np.where(counts > 0, betainc(np.maximum(counts, 1), size, mean / (size + mean)), 1.0))

    def draw(self, rng: np.random.Generator, *, rise: float = 1.0) -> np.ndarray:
        """Return counts of the last weeks where nothing changes: draws by areas by spans; the level swings for all areas together."""
        level = (
            rng.gamma(1 / self.swing, self.swing, (DRAWS, 1, 1))
            * rng.gamma(self.known, 1 / self.known, (DRAWS, len(self.known)))[:, :, None]
        )
        season = rng.gamma(1 / self.unsure, self.unsure, (DRAWS, len(SPANS)))[:, None, :] * self.season
        weeks = np.diff(SPANS, prepend=0)
        upto = season * np.array(SPANS)
        parts = np.maximum(np.diff(upto, axis=2, prepend=0), 0.1 * weeks)
        rate = np.append(max(self.rate[0] - self.rate[1:].sum(), 0.0), self.rate[1:])  # of the whole city: who is in no district judged
        counts = rng.poisson(rise * rate[:, None] * level * parts).cumsum(axis=2)
        counts[:, 0] = counts.sum(axis=1)
        return np.asarray(counts)


def surges(study: Study, *, chance: float = CHANCE, seed: int = 0) -> Surges | None:
    """Return which districts, and whether the city, have more killings in their last weeks than what was usual before explains.

    The last 4, 13 and 26 weeks of each area stand beside what is usual: its mean of up to 260 weeks before the last 26, times how the
    same weeks of those years (and two on each side) lay above or below the rest of the year in the whole city. Counts are taken as
    negative binomial: chance, a usual and a season known from so many events, and levels that swing from year to year as those of the
    city have done (see `normal_range.swings`). A p as small as `Surges.level` is a surge; the
    level is the largest at which no more than `chance` of 2,000 draws of a city where nothing changes show one anywhere. So a surge
    ends when the last weeks are as usual. After Farrington et al. (1996), doi:10.2307/2983331, and Noufaily et al. (2013),
    doi:10.1002/sim.5595, with the level held over all areas and spans by redrawing (the minimum p of Westfall & Young 1993).

    None with fewer than 130 weeks before. It misleads where the usual has risen or fallen for good more than years swing; and what is no
    surge may be one too small to tell: `doubling` says how often one would be seen. Events are counted, not victims; the whole city has
    those without a place too.
    """
    table = _events(study)
    start, end = max(study.start, study.alike(study.end)[0]), min(study.end, study.covers[1])
    weeks = min((day_number(end) - day_number(start)) // 7, WATCHED + BEFORE)
    if weeks < WATCHED + LEAST_BEFORE or not len(table):
        return None
    last = day_number(end) - 1
    ago = (last - table["day"].to_numpy()) // 7
    table = table.assign(week=weeks - 1 - ago)[ago < weeks]
    names = _names(study)
    counts = {"": _weekly(table, weeks)} | {name: _weekly(table[table["district"] == name], weeks) for name in names}
    judged = ["", *(name for name in names if counts[name][0][:-WATCHED].sum() >= FEWEST)]
    if counts[""][0][:-WATCHED].sum() < FEWEST:
        judged = []
    rows = {name: _few(events[:-WATCHED].mean()) for name, (events, _) in counts.items()}
    level, found = judged_weeks({name: counts[name] for name in judged}, last, chance=chance, seed=seed) if judged else ((0.0, 0.0), {})
    every = pd.DataFrame.from_dict(rows | found, orient="index")
    every.insert(0, "name", [name or "(whole city)" for name in every.index])
    return Surges(every, level[1], level[0], day_of(last), weeks - WATCHED)


def judged_weeks(
    counts: dict[str, tuple[np.ndarray, np.ndarray]], last: int, *, chance: float = CHANCE, seed: int = 0
) -> tuple[tuple[float, float], dict[str, dict[str, object]]]:
    """Return the level with the chance that it is reached where nothing changes, and the row of each area (see `Surges.table`).

    `counts` are the weekly events and people killed of each area up to the day `last`, the whole city first.
    """
    events = np.array([one[0] for one in counts.values()])
    killed = np.array([one[1] for one in counts.values()])
    usual = usual_of(events[:, :-WATCHED])
    rng = np.random.default_rng(seed)
    least = np.sort(usual.tail(usual.draw(rng)).min(axis=(1, 2)))
    level = float(least[math.floor(chance * DRAWS)])
    level = float(np.nextafter(level, 0))  # as many draws as there may be lie at or below
    doubled = (usual.tail(usual.draw(rng, rise=RISE)).min(axis=2) <= level).mean(axis=0)
    p = usual.tail(_last(events))
    at = p.argmin(axis=1)
    rows: dict[str, dict[str, object]] = {}
    for i, name in enumerate(counts):
        span = SPANS[at[i]]
        rows[name] = _few(float(usual.rate[i])) | {
            "state": "surge" if p[i, at[i]] <= level else "within",
            "since": day_of(last + 1 - 7 * span),
            "weeks": span,
            "events": int(events[i, -span:].sum()),
            "killed": int(killed[i, -span:].sum()),
            "expected": float(usual.mean[i, at[i]]),
            "p": float(p[i, at[i]]),
            "doubling": float(doubled[i]),
        }
    return (level, float((least <= level).mean())), rows


def usual_of(events: np.ndarray) -> Usual:
    """Return what is usual from the weekly events of each area (the whole city first) before the weeks that are watched.

    >>> usual_of(np.ones((2, 208), dtype=int)).mean.round(1).tolist()
    [[4.0, 13.0, 26.0], [4.0, 13.0, 26.0]]
    """
    weeks = events.shape[1]
    city, rate = events[0], events.mean(axis=1)
    years = weeks // YEAR
    totals = city[weeks - years * YEAR :].reshape(years, YEAR).sum(axis=1)
    mean = max(float(totals.mean()), 1.0)
    swing = (swings(totals[:, None].astype(float), mean) - 1) / mean
    season, unsure = [], []
    for span in SPANS:
        ends = np.arange(weeks + WATCHED - YEAR, span, -YEAR)  # where the same weeks of the years before end
        same = np.unique(np.concatenate([np.arange(max(end - span - AROUND, 0), min(end + AROUND, weeks)) for end in ends]))
        expected = rate[0] * len(same) + SEASON
        season.append((city[same].sum() + SEASON) / expected)
        unsure.append(1 / expected)
    return Usual(rate, np.maximum(events.sum(axis=1), 1.0), np.array(season), np.array(unsure), max(float(swing), 1e-4))


def _last(events: np.ndarray) -> np.ndarray:
    return np.stack([events[:, -span:].sum(axis=1) for span in SPANS], axis=1)


def _few(usual: float) -> dict[str, object]:
    row: dict[str, object] = {"usual": float(usual), "state": "few", "since": pd.NaT, "weeks": 0, "events": 0, "killed": 0}
    return row | {"expected": 0.0, "p": math.nan, "doubling": math.nan}


def _names(study: Study) -> list[str]:
    if "district" not in study.blocks.columns or "districts" not in units.available(study.blocks):
        return []
    return sorted(str(name) for name in study.blocks["district"].dropna().unique() if name != "")


def _events(study: Study) -> pd.DataFrame:
    """Return each event's first day, the people killed and its district (missing where it has no place)."""
    table = victims_of(study)
    district = np.full(len(table), None, dtype=object)
    if "district" in study.blocks.columns:
        inside = (table["unit"] >= 0).to_numpy()
        district[inside] = study.blocks["district"].to_numpy(dtype=object)[table["unit"].to_numpy()[inside]]
    table = table.assign(district=district)
    grouped = table.groupby("event", sort=False)
    return pd.DataFrame({"day": grouped["day"].first(), "district": grouped["district"].first(), "killed": grouped.size()})


def _weekly(table: pd.DataFrame, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    week = table["week"].to_numpy()
    return np.bincount(week, minlength=weeks), np.bincount(week, table["killed"].to_numpy(), weeks)
