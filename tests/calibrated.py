"""How often each flag is false where nothing changes: `make calibrate`. Writes docs/calibration.md, beside what it was before.

Every row is a design of its own with a fixed seed. `--share` runs a part of the counts, for a look; what was counted stands in each row.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import null_histories
import numpy as np
import pandas as pd
import shapely
from high_before import headline, picked
from next_year import on_the_first
from nothing_changes import SWING, alarms, drifting, monthly, waits, yearly
from scipy.special import stdtrit
from scipy.stats import binomtest
from small_area_maps import covered

from hotspots.inference.ahead import Drift, gain_of
from hotspots.inference.level_shift import break_date
from hotspots.inference.normal_range import expected_range, yearly_trend
from hotspots.statistics import clusters, rates
from hotspots.statistics.clusters import Redrawing
from hotspots.statistics.density.network import Network, spread
from hotspots.statistics.density.relative import risk_surface
from hotspots.statistics.interventions.staggered import pooled
from hotspots.statistics.repeats import Events, strength
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Calibration, as `make calibrate` last measured it

{day}. Each row is a design in which the truth is known: how often a flag is raised where nothing changes, or found where something does.
“Before” is what the same design, or that of an independent audit with the same numbers, gave before the method was changed. “Between” are
the ends of a 95 % interval for n runs that gave a number: exact (Clopper & Pearson) for a share of them, by Student's t for a mean. What
lies beyond its promise by more than that is **bold**. Rows can be measured again by themselves: `tests/calibrated.py --only TEXT --write`.

| what | design | promised | before | now | between | n |
| --- | --- | --- | --- | --- | --- | ---: |
"""
SWINGS = f"season .2, years that swing by {SWING}"


@dataclass(frozen=True)
class Row:
    """One design: `runs` at full count, and what gives the number of one run."""

    what: str
    design: str
    promised: str
    before: str
    runs: int
    one: Callable[[np.random.Generator], float]
    share: bool = True  # whether the number is the share of runs in which something is so

    def measured(self, part: float) -> str:
        """Return the row of the table, from `part` of the full count."""
        n = max(round(self.runs * part), 2)
        rng = np.random.default_rng(1)
        every = np.array([self.one(rng) for _ in range(n)], dtype=float)
        told = every[np.isfinite(every)]
        if not len(told):
            return self.unmeasured
        low, high = between(told, share=self.share)
        now = f"{told.mean():.3f}"
        now = now if kept_to(self.promised, low, high) else f"**{now}**"
        return f"| {self.what} | {self.design} | {self.promised} | {self.before} | {now} | {low:.3f} to {high:.3f} | {len(told)} |"

    @property
    def unmeasured(self) -> str:
        """The row of the table where nothing was measured."""
        return f"| {self.what} | {self.design} | {self.promised} | {self.before} | not measured | | 0 |"


def between(told: np.ndarray, *, share: bool) -> tuple[float, float]:
    """Return the 95 % interval of the mean of `told`: of a share (each 0 or 1) the exact one, else by Student's t."""
    if share:
        found = binomtest(int(told.sum()), len(told)).proportion_ci()
        return float(found.low), float(found.high)
    reach = float(stdtrit(len(told) - 1, 0.975)) * float(told.std(ddof=1)) / math.sqrt(len(told)) if len(told) > 1 else math.inf
    return float(told.mean()) - reach, float(told.mean()) + reach


def kept_to(promised: str, low: float, high: float) -> bool:
    """Return whether a promise can be true: at most so many, or, of an interval that is to hold, at least so many (from .5 to below 1)."""
    try:
        level = float(promised)
    except ValueError:
        return True  # none is given
    return high >= level if 0.5 <= level < 1 else low <= level or level == 0


def alerts(year: float, **more: float) -> Callable[[np.random.Generator], float]:
    """Return how many alerts in vain a year the districts of a city raise, with the usual and the rule estimated."""
    return lambda rng: alarms(rng, year, **more)[0]


def waited(month: float, *, knows: bool = False) -> Callable[[np.random.Generator], float]:
    """Return the median weeks until a doubling of one of 22 districts is found: by the rule, or by a sum that knows the usual."""
    return lambda rng: float(np.median(waits(rng, month)[int(knows)]))


def outside(mean: float, years: int, *, swing: float, effect: float = 1.0) -> Callable[[np.random.Generator], float]:
    """Return whether the newest year, `effect` times as high, lies outside the range of the years before it."""

    def one(rng: np.random.Generator) -> float:
        row = yearly(rng, 1, mean=mean, years=years + 1, swing=swing)[0]
        found = expected_range(row[:-1])
        return not found.low <= rng.binomial(row[-1], effect) <= found.high

    return one


def trend(*, fall: float) -> Callable[[np.random.Generator], float]:
    """Return whether ten years are said to rise or fall."""

    def one(rng: np.random.Generator) -> float:
        found = yearly_trend(yearly(rng, 1, years=10, fall=fall)[0])
        return found is not None and found.verdict != "none"

    return one


def shifted(year: float, *, season: float = 0.0, swing: float = 0.0, effect: float = 1.0) -> Callable[[np.random.Generator], float]:
    """Return whether the level is said to have shifted; from the middle on it is `effect` times as high."""
    index = pd.period_range("2015-01", periods=96, freq="M")

    def one(rng: np.random.Generator) -> float:
        counts = monthly(rng, year=year, years=8, season=season, swing=swing)
        return break_date(pd.Series(rng.binomial(counts, np.where(np.arange(96) < 48, 1.0, effect)), index=index)).p <= 0.05

    return one


def outlined(rng: np.random.Generator) -> float:
    """Return whether a map on which homicides fall by residents has any outline of more than chance."""
    people = rng.integers(500, 4000, 16).astype(float)
    at = rng.choice(16, 80, p=people / people.sum())
    points = np.column_stack((at % 4, at // 4)) * 1000 + rng.uniform(0, 1000, (80, 2))
    study = Study.of(square_city([tuple(one) for one in points])[0], square_blocks(side=4, size=1000.0, population=list(people)))
    return float(np.nanmin(risk_surface(study, bandwidth=1200, draws=99, seed=int(rng.integers(1 << 30)), cell=100.0).high) <= 0.05)


def differing(rng: np.random.Generator) -> float:
    """Return how far shrunk rates differ (their variation) where all risks are alike and a fifth of the events kill two."""
    at, sizes = rng.integers(0, 100, 1250), 1 + (rng.random(1250) < 0.2)
    event = np.repeat(np.arange(1250), sizes)
    points = [(10 * (place % 10) + 5, 10 * (place // 10) + 5) for place in at[event]]
    found = rates.shrunk_rate(Study.of(*square_city(points, event_id=[str(one) for one in event])))
    return float(found.std() / found.mean())


def stub(rng: np.random.Generator) -> float:
    """Return the density of a stub of 0.5 m beside that of a long street in its place, bandwidth 1,000 m."""
    import geopandas as gpd

    at = rng.uniform(0, 300)

    def dense(middle: float) -> float:
        cuts = [0, 300, 300 + middle, 8000]
        lines = [shapely.LineString([(a, 0), (b, 0)]) for a, b in pairwise(cuts)]
        net = Network.of(gpd.GeoDataFrame(geometry=lines))
        mass = spread(net, np.array([0]), np.array([at]), bandwidth=1000.0)
        return float((mass / net.piece_length)[net.piece_street == 1][0])

    return dense(0.5) / dense(25.0)


def fallen(by: str, *, effect: float = 1.0) -> Callable[[np.random.Generator], float]:
    """Return whether the headline on areas that were high before a made-up start is of a fall."""

    def one(rng: np.random.Generator) -> float:
        found = headline(picked(rng, by=by, effect=effect))
        return found is not None and found.verdict == "fall"

    return one


def nothing_done(city: str, areas: int, design: str = "") -> Callable[[np.random.Generator], float]:
    """Return whether a change is found at a made-up start in so many areas of a real city (0: all of it): by the headline, or one design.

    Nothing where the data of real cities are not at hand, or nothing is evaluated.
    """
    folder = os.environ.get("HOTSPOTS_TEST_DATA", "")

    def one(rng: np.random.Generator) -> float:
        if not folder:
            return float("nan")
        case = null_histories.made_up(null_histories.months_of(Path(folder), city), rng, areas=areas)
        found = null_histories.one_design(case, design) if design else null_histories.headline(case)
        return float("nan") if found is None or not found.evaluable else found.verdict != "unclear"

    return one


def drifts(world: str, mean: float, design: str, *, alone: bool = False, **more: Any) -> Callable[[np.random.Generator], float]:
    """Return whether a design finds a change in places that drift, or the change that there is; `alone`: no other place is known."""

    def one(rng: np.random.Generator) -> float:
        case = null_histories.drifting(rng, mean=mean, world=world, places=0 if alone else 20, **more)
        return null_histories.one_design(case, design).verdict in ("fall", "rise")

    return one


def apart(mean: float, effect: float) -> Callable[[np.random.Generator], float]:
    """Return whether the pooled effect of areas that began at four dates holds the truth in its interval."""

    def one(rng: np.random.Generator) -> float:
        found = pooled(*null_histories.begun_apart(rng, mean=mean, effect=effect))
        return found.low <= effect <= found.high

    return one


def foretold(rng: np.random.Generator) -> float:
    """Return whether likelihood foretells the next homicides of six knots on even ground better than the rule of thumb."""
    knots, ground = rng.uniform(0, 20_000, (6, 2)), 20_000

    def draw(n: int) -> np.ndarray:
        even = rng.random(n) < 0.5
        near = knots[rng.integers(0, 6, n)] + rng.normal(0, 700, (n, 2))
        return np.where(even[:, None], rng.uniform(0, ground, (n, 2)), near)

    early, late = draw(600), draw(200)
    years = np.repeat([1, 2], [600, 200])
    both = [on_the_first(np.vstack((early, late)), years, 2, rule=rule, shares=(0.05,))[0] for rule in ("likelihood", "scott")]
    return both[0] > both[1]


def held(kind: str, expected: float, *, highest: bool = False) -> Callable[[np.random.Generator], float]:
    """Return how many of a map's intervals hold the true risk: of all places, or of the twentieth whose risk is put highest."""

    def one(rng: np.random.Generator) -> float:
        found = covered(kind, expected, rng)
        return found.highest if highest else found.all_places

    return one


def two_together(mean: float) -> Callable[[np.random.Generator], float]:
    """Return whether the rate of a city, a fifth of whose events has two victims, holds the truth in its interval."""

    def one(rng: np.random.Generator) -> float:
        sizes = rng.choice([1, 2], p=[0.8, 0.2], size=rng.poisson(mean))
        events = np.repeat(np.arange(len(sizes)), sizes)
        if not len(events):
            return 1.0  # from 0 to 3.69 events or more
        incidents, blocks = square_city([(5, 5)] * len(events), event_id=events.tolist(), population=25_000)
        found = rates.overall(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01"))
        return found.low <= 1.2 * mean <= found.high

    return one


def came_within(level: float, *, year: float = 120, any_month: bool = False) -> Callable[[np.random.Generator], float]:
    """Return how many of the ranges of the next 12 months hold, of a city and three places in it, by the level of late.

    They begin as the level jumps, with the year, or in `any_month` of it.
    """

    def one(rng: np.random.Generator) -> float:
        whole = monthly(rng, year=year, years=8, season=0.2, swing=SWING)
        every = np.vstack([whole, np.array([rng.multinomial(n, [0.5, 0.3, 0.2]) for n in whole]).T])
        at = 84 - (int(rng.integers(12)) if any_month else 0)
        return float(Drift(every[:, :at], 0).at(at, 12).within(every[:, at : at + 12].sum(axis=1), level).mean())

    return one


def follows(swing: float, *, branching: float = 0.0) -> Callable[[np.random.Generator], float]:
    """Return whether killings are said to follow on one another in a city whose places drift from year to year."""

    def one(rng: np.random.Generator) -> float:
        place, day = drifting(rng, swing, branching=branching)
        ones = np.ones(len(day), dtype=np.int64)
        found = strength(Events(place[:, 0], place[:, 1], day, ones, ones * 0, 0, 8 * 365 - 1, 0))
        return found is not None and found.verdict == "more"

    return one


def still_hot(*, sure: bool) -> Callable[[np.random.Generator], float]:
    """Return how many flags are hot on the map without records late or off: those that stand on 95 of 100 redraws (`sure`), or the rest.

    100 places, 300 events, one place at twelve times the risk and one at five; every event has a chance of .05 to be late or one block off.
    """

    def one(rng: np.random.Generator) -> float:
        risk = np.ones(100)
        risk[[22, 77]] = 12, 5
        at = rng.choice(100, 300, p=risk / risk.sum())
        late, off = rng.random(300) < 0.025, rng.random(300) < 0.025
        x, y = at % 10, at // 10
        seen = np.column_stack([np.clip(x + off * rng.integers(-1, 2, 300), 0, 9), np.clip(y + off * rng.integers(-1, 2, 300), 0, 9)])
        whole, now = (
            Study.of(*square_city([tuple(one) for one in 10.0 * points + 5], side=10)) for points in (np.column_stack([x, y]), seen[~late])
        )
        flagged = clusters.hot_spot(now) == 1
        stands = Redrawing.of(now).stands()[flagged] >= 0.95
        found = (clusters.hot_spot(whole) == 1)[flagged][stands if sure else ~stands]
        return float(found.mean()) if len(found) else float("nan")

    return one


def told_better(rng: np.random.Generator) -> float:
    """Return whether one of two rules is called better from nine years of 12 overlapping months in which neither is."""
    return gain_of(np.convolve(rng.normal(size=119), np.ones(12), "valid"), together=24).clear


KINDS_OF_RISK = {
    "model": "risks as the model has them",
    "step": "a quarter at four times the risk",
    "spikes": "eight places at eight times",
}

ROWS = (
    Row("alerts in vain a year", "22 districts, 50 events a year", "1", "not told", 100, alerts(50), share=False),
    Row("", f"50 a year, {SWINGS}", "1", "not told", 100, alerts(50, season=0.2, swing=SWING), share=False),
    Row("", "300 a year", "1", "not told", 250, alerts(300), share=False),
    Row("", f"300 a year, {SWINGS}", "1", "not told", 250, alerts(300, season=0.2, swing=SWING), share=False),
    Row(
        "",
        "the same, every tenth followed by another",
        "1",
        "not told",
        100,
        alerts(300, season=0.2, swing=SWING, bunched=1.2),
        share=False,
    ),
    Row("", "300 a year, each district swings by .2", "1", "1.40", 100, alerts(300, own=0.2), share=False),
    *(
        Row(first, f"22 districts of {month} a month{who}", "", "not told", 40, waited(month, knows=knows), share=False)
        for month in (2, 4, 8)
        for first, who, knows in (("weeks until a doubling is found", "", False), ("", ": by a sum that knows the usual", True))
    ),
    Row("12 months outside their normal range", "300 a year, ten years before", ".05", ".04", 2000, outside(300, 10, swing=0)),
    Row("", "300 a year that swing by .12, five years before", ".05", ".11", 2000, outside(300, 5, swing=SWING)),
    Row("", "the same, ten years before", ".05", ".11", 2000, outside(300, 10, swing=SWING)),
    Row("", "50 a year that swing by .12, five years before", ".05", ".05", 2000, outside(50, 5, swing=SWING)),
    Row("", "50 a year that swing by .2, five years before", ".05", ".085", 2000, outside(50, 5, swing=0.2)),
    Row("", "50 a year that swing by .2, ten years before", ".05", "not measured", 2000, outside(50, 10, swing=0.2)),
    Row("", "300 a year that swing by .2, ten years before", ".05", "not measured", 2000, outside(300, 10, swing=0.2)),
    Row("", "50 a year that swing by .12, halved: found", "", ".73", 2000, outside(50, 5, swing=SWING, effect=0.5)),
    Row("", "300 a year that swing by .12, halved: found", "", ".95", 2000, outside(300, 5, swing=SWING, effect=0.5)),
    Row("a rise or fall from year to year", "300 a year that swing by .12, ten years", ".05", "not told", 1000, trend(fall=0)),
    Row("", "the same, 6 % fewer each year: found", "", "not told", 1000, trend(fall=0.06)),
    Row("“did the level shift?” yes", "50 a year, eight years", ".05", ".03", 300, shifted(50)),
    Row("", f"50 a year, {SWINGS}", ".05", ".15, .097", 1000, shifted(50, season=0.2, swing=SWING)),
    Row("", "300 a year", ".05", ".02", 300, shifted(300)),
    Row("", f"300 a year, {SWINGS}", ".05", ".45", 300, shifted(300, season=0.2, swing=SWING)),
    Row("", "50 a year, the same, 40 % fewer from the middle on: found", "", ".77", 300, shifted(50, season=0.2, swing=SWING, effect=0.6)),
    Row("", "50 a year, the same, halved from the middle on: found", "", ".92", 300, shifted(50, season=0.2, swing=SWING, effect=0.5)),
    Row("any outline of more than chance", "80 events by residents on 16 km²", ".05", ".93 to 1.00", 200, outlined),
    Row("variation of shrunk rates, all risks alike", "1,250 events, a fifth of two, 100 places", "0", ".13", 100, differing, share=False),
    Row("the interval of a rate holds the truth", "30 events a year, a fifth of two", ".95", ".88 to .92", 1000, two_together(30)),
    Row("", "100 events a year, a fifth of two", ".95", ".88 to .92", 1000, two_together(100)),
    Row(
        "next homicides on the first 5 % of the ground",
        "six knots: likelihood has more than Scott's rule",
        "",
        "Scott's used",
        100,
        foretold,
    ),
    Row("a headline of a fall", "areas picked for a year above four before it", ".025", ".23 to .58", 1000, fallen("rise")),
    Row("", "areas picked for a high year", ".025", "not measured", 1000, fallen("level")),
    Row("", "the first, and homicides halved: found", "", "not measured", 1000, fallen("rise", effect=0.5)),
    Row("a change found where nothing was done", "headline: two areas of Chicago", ".05", ".05", 300, nothing_done("chicago", 2)),
    Row("", "two neighbourhoods of Philadelphia", ".05", ".05", 100, nothing_done("philadelphia", 2)),
    Row("", "before and after alone: two areas of Chicago", ".05", ".14", 300, nothing_done("chicago", 2, "before_after")),
    Row("", "beside comparison areas: the same", ".05", ".04", 300, nothing_done("chicago", 2, "comparison")),
    Row("", "the monthly series: the same", ".05", ".10", 300, nothing_done("chicago", 2, "interrupted")),
    *(
        Row(
            "",
            f"{label}: the whole of {city.title()} (one history, whose starts overlap)",
            "as it is",
            before,
            100,
            nothing_done(city, 0, design),
        )
        for label, city, design, before in (
            ("before and after alone", "chicago", "before_after", ".18, .14"),
            ("the monthly series", "chicago", "interrupted", ".20, .00"),
            ("before and after alone", "philadelphia", "before_after", ".21"),
            ("the monthly series", "philadelphia", "interrupted", ".04"),
        )
    ),
    *(
        Row("", f"{said}, {mean} a month: {label}", ".05", before, 400, drifts(world, mean, design, alone=alone))
        for world, mean, design, said, label, before, alone in (
            ("follows", 12, "before_after", "months like the one before (.9)", "before and after", ".33", False),
            ("follows", 12, "comparison", "months like the one before (.9)", "beside comparison areas", ".32", False),
            ("walk", 12, "before_after", "levels that walk", "before and after", ".45", False),
            ("walk", 12, "comparison", "levels that walk", "beside comparison areas", ".48", False),
            ("walk", 12, "interrupted", "levels that walk", "the monthly series", ".25", False),
            ("walk", 12, "before_after", "levels that walk", "before and after, no other place known", ".45, .087", True),
            ("walk", 12, "interrupted", "levels that walk", "the monthly series, no other place known", ".08", True),
            ("years", 40, "before_after", "years that swing by .12", "before and after, no other place known", ".04", True),
        )
    ),
    *(
        Row("", f"{said}: {label}, no other place known", promised, before, 400, drifts("years", 40, design, alone=True, **more))
        for design, label, said, promised, before, more in (
            (
                "before_after",
                "before and after",
                "18 months before, 18 after, years that swing by .12",
                ".05",
                ".18",
                {"lengths": (18, 18)},
            ),
            ("before_after", "before and after", "years that swing by .12, halved, found", "", ".77", {"effect": 0.5}),
            ("interrupted", "the monthly series", "years that swing by .12, halved, found", "", ".39", {"effect": 0.5}),
        )
    ),
    Row("areas that began at four dates: the interval holds", "six a month, nothing done", ".95", "not there", 400, apart(1.5, 1.0)),
    Row("", "six a month, homicides fall to .6", ".95", "not there", 400, apart(1.5, 0.6)),
    Row("", "two a month, homicides fall to .6", ".95", "not there", 400, apart(0.5, 0.6)),
    *(
        Row(
            "the interval of a smoothed rate holds the truth" if (name, expected) == ("model", 0.05) else "",
            f"400 places, {said}, {expected:g} expected events in each",
            ".95",
            "no interval",
            60,
            held(name, expected),
            share=False,
        )
        for name, said in KINDS_OF_RISK.items()
        for expected in (0.05, 0.3, 1, 5)
    ),
    *(
        Row(
            "the same, of the twentieth put highest" if (name, expected) == ("model", 0.3) else "",
            f"400 places, {said}, {expected:g} expected events in each",
            "as it is",
            "no interval",
            60,
            held(name, expected, highest=True),
            share=False,
        )
        for name, said in KINDS_OF_RISK.items()
        for expected in (0.3, 1, 5)
    ),
    Row(
        "what 12 months bring lies in its range",
        f"120 a year, three places, {SWINGS}",
        ".95",
        ".927",
        400,
        came_within(0.95),
        share=False,
    ),
    Row("", "the same, the range of half of the cases", ".50", ".483", 400, came_within(0.5), share=False),
    Row("", "the first, from any month on", ".95", ".934", 400, came_within(0.95, any_month=True), share=False),
    Row("", "300 a year, from any month on", ".95", ".939", 400, came_within(0.95, year=300, any_month=True), share=False),
    Row("one rule called better than another", "neither is, nine years of 12 overlapping months", ".025", "no record", 4000, told_better),
    Row("killings said to follow on one another", "250 a year, none does, places alike each year", ".025", ".05", 200, follows(0.0)),
    Row("", "none does, square kilometres that swing by .3 from year to year", ".025", ".35", 200, follows(0.3)),
    Row("", "none does, square kilometres that swing by .6", ".025", ".95", 200, follows(0.6)),
    Row("", "every tenth is followed by another, they swing by .3: found", "", "not told", 200, follows(0.3, branching=0.1)),
    Row(
        "a flag that stands on 95 of 100 redraws is hot on the whole map",
        "100 places, 300 events, two at 12 and 5 times",
        "",
        "not told",
        200,
        still_hot(sure=True),
        share=False,
    ),
    Row("", "the same, a flag that stands less often", "", "not told", 200, still_hot(sure=False), share=False),
    Row("density of a stub of 0.5 m ÷ of a street there", "bandwidth 1,000 m", "about 1", "7.8", 20, stub, share=False),
)


def main() -> int:
    """Measure, print, and write the page if asked."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--share", type=float, default=1.0, help="part of the full counts")
    told.add_argument(
        "--only",
        default="",
        help="measure the rows that hold this text alone, or the row that is it (“what: design”); the others stay as they are",
    )
    told.add_argument("--write", action="store_true", help="write docs/calibration.md")
    chosen = told.parse_args()
    page = ROOT / "docs" / "calibration.md"
    old = _kept(page.read_text(encoding="utf-8"))
    rows = list(_named(ROWS))
    lines = [old.get((what, row.design)) or row.unmeasured for what, row in rows]
    names = [f"{what}: {row.design}" for what, row in rows]
    wanted = [at for at, name in enumerate(names) if chosen.only == name]
    wanted = wanted or [at for at, name in enumerate(names) if chosen.only in name]
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        waiting = {workers.submit(_measured, at, chosen.share): at for at in wanted}
        for done in as_completed(waiting):
            lines[waiting[done]] = done.result()
            print(done.result(), flush=True)
            if chosen.write:  # row by row, so that what was measured stands where it is cut off
                page.write_text(HEAD.format(day=date.today()) + "\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _measured(at: int, part: float) -> str:
    """Return the line of the row `at` a place, in a process of its own; a row has functions, which go to no other process."""
    return ROWS[at].measured(part)


def _named(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Give each row with what it measures, which the table says once for those that follow on one another."""
    what = ""
    for row in rows:
        what = row.what or what
        yield what, row


def _kept(page: str) -> dict[tuple[str, str], str]:
    """Return the lines of a page that was written before, by what they measure and their design."""
    found, what = {}, ""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0] not in ("what", "---"):
            what = cells[0] or what
            found[what, cells[1]] = line
    return found


if __name__ == "__main__":
    sys.exit(main())
