"""Counts and rates per 100,000 person-years, each with its exact interval and its state; rates made steady by those of all units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.intervals import PER, poisson_interval, ratio_interval
from hotspots.inference.random_allocation import part_of_top
from hotspots.statistics.measure import UNSTABLE_UNDER, Measure
from hotspots.statistics.rates.funnel import (
    excess_risk,
    excess_risk_interval,
)
from hotspots.statistics.rates.small_areas import smoothed_interval, smoothed_rate, smoothed_state, smoothing_remarks
from hotspots.statistics.rates.standardised import (
    standardised_interval,
    standardised_rate,
    standardised_state,
)
from hotspots.study import Study
from hotspots.words import mark


def count(study: Study) -> pd.Series:
    """Count the people killed in each unit.

    Every victim is counted in one unit, or in none: those are told apart as "mapped n of N". A count says where help is needed; it
    says nothing of risk where few people live. Shape: one whole number for each unit.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), None], side=2)
    >>> count(Study.of(incidents, blocks)).tolist()
    [2, 1, 0, 0]
    """
    return study.counts


def count_interval(study: Study) -> pd.DataFrame:
    """Return the exact 95 % interval of the mean behind each count, as `count_low` and `count_high`, wider where some die together.

    Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437; see `intervals.poisson_interval`.
    """
    low, high = poisson_interval(study.counts, together=study.together)
    return pd.DataFrame({"count_low": low, "count_high": high}, index=study.blocks.index)


def count_state(study: Study) -> pd.Series:
    """Return the state of each count: `zero` or `ok`; of published totals also `suppressed`, and `no_data` where none is published."""
    state = np.select([study.held_back, study.counts.isna(), study.counts == 0], ["suppressed", "no_data", "zero"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")


def rate(study: Study) -> pd.Series:
    """Return homicides per 100,000 residents a year in each unit.

    100,000 × people killed ÷ (residents × years), both of places whose residents are known. Residents are those of the census, not
    those who pass through: a market or a port has killings and few residents, and its rate misleads. Where nobody lives or the
    population is unknown the rate does not exist (missing, not 0). Shape: one number for each unit, per 100,000 person-years.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5)], side=2, population=[1000, 500, 1000, 0])
    >>> rate(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")).tolist()
    [200.0, 200.0, 0.0, nan]
    """
    return (PER * study.exposed / study.person_years).rename("rate")


def rate_interval(study: Study) -> pd.DataFrame:
    """Return the exact 95 % interval of each rate, as `rate_low` and `rate_high`; wider where people are killed together.

    Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437; see `intervals.poisson_interval`. The exposure is taken as known without error.
    """
    low, high = poisson_interval(study.exposed, together=study.together)
    return pd.DataFrame({"rate_low": PER * low / study.person_years, "rate_high": PER * high / study.person_years})


def rate_state(study: Study) -> pd.Series:
    """Return the state of each rate: `no_data` without residents or count, `zero`, `unstable` under 20 homicides, else `ok`.

    `suppressed` where the publisher held the number back.

    Source of the limit: the reliability rule of CDC's WISQARS.
    """
    n = study.exposed
    unknown = study.person_years.isna() | n.isna()
    cases = [study.held_back, unknown, n == 0, n < UNSTABLE_UNDER]
    state = np.select(cases, ["suppressed", "no_data", "zero", "unstable"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")


def shrunk_rate(study: Study) -> pd.Series:
    """Return each unit's rate drawn towards the rate of all units, the more so the less its own count can tell.

    Rates of small places jump about: two killed among 500 residents is 400 per 100,000, and next year 0. The shrunk rate keeps what the
    place's own count supports, and takes the rest from all places together. Where the rates differ no more than chance explains, every
    place gets the rate of all. It is the better guess of what a place's rate is, on average over places, and it hides the one small
    place that is truly different; it takes all places for one family and knows nothing of neighbours. A place without homicides gets a
    rate above 0. Shape: one number for each unit, per 100,000 person-years.

    With x killed in n person-years in each of m units, r = x ÷ n: b = Σx ÷ Σn, s² = Σ n (r − b)² ÷ Σn, a = max(0, s² − d b ÷ (Σn ÷ m)),
    and the shrunk rate is b + a ÷ (a + d b ÷ n) · (r − b). d is how many times more counts vary by chance because people are killed
    together (see `Study.together`), 1 where nobody is. Source: Marshall (1991), doi:10.2307/2347593.

    With 0 and 8 killed in 1,000 person-years each, b = 0.004, s² = 0.000016, a = 0.000012 and the weight a ÷ (a + 0.000004) is 3/4.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(15, 5)] * 8, side=2)
    >>> shrunk_rate(Study.of(incidents, blocks[:2], start="2020-01-01", end="2021-01-01")).round(6).tolist()
    [100.0, 700.0]
    """
    people = study.person_years.astype(float)
    return (PER * shrink(study.exposed.astype(float), people, together=study.together)).rename("shrunk_rate")


def shrink(counts: pd.Series, people: pd.Series, *, together: float = 1.0) -> pd.Series:
    """Return counts per person-year, drawn towards the rate of all as `shrunk_rate` says; missing where nobody lives or nobody knows.

    >>> shrink(pd.Series([0.0, 8.0]), pd.Series([1000.0, 1000.0])).round(6).tolist()
    [0.001, 0.007]
    """
    known = counts.notna() & (people > 0)
    x, n = counts[known].to_numpy(), people[known].to_numpy()
    if not len(x):
        return pd.Series(np.nan, index=counts.index)
    b = x.sum() / n.sum()
    between = max(0.0, float((n * (x / n - b) ** 2).sum() / n.sum() - together * b / n.mean()))
    own = between / (between + together * b / n) if between > 0 else 0.0
    return pd.Series(b + own * (x / n - b), index=counts.index[known]).reindex(counts.index)


def shrunk_state(study: Study) -> pd.Series:
    """Return the state of each shrunk rate: as `rate_state`, but a unit without homicides has a rate, which is `unstable` and not `zero`.

    `zero` only where no unit has a homicide.
    """
    state = rate_state(study)
    return state.mask((state == "zero") & (study.exposed.sum() > 0), "unstable")


@dataclass(frozen=True)
class Estimate:
    """A rate with everything that must stand beside it: the count, the person-years, the exact 95 % interval, the state."""

    count: float
    person_years: float
    value: float
    low: float
    high: float
    state: str


def estimate(count: float, person_years: float, *, together: float = 1.0) -> Estimate:
    """Return the rate per 100,000 of `count` homicides in `person_years`, with its exact 95 % interval and state.

    `together`: see `intervals.poisson_interval`.

    >>> one = estimate(20, 100_000)
    >>> f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f}), {one.state}"
    '20.0 (12.2 to 30.9), ok'
    """
    if not person_years > 0 or not count >= 0:
        return Estimate(count, float("nan"), float("nan"), float("nan"), float("nan"), "no_data")
    low, high = poisson_interval(count, together=together)
    state = "zero" if count == 0 else "unstable" if count < UNSTABLE_UNDER else "ok"
    scale = PER / person_years
    return Estimate(count, person_years, count * scale, float(low) * scale, float(high) * scale, state)


def overall(study: Study) -> Estimate:
    """Return the rate of all units together: every victim of the study counts, mapped or not, where all residents are known.

    Where the residents of some blocks are not known, a rate over the others holds only who was killed in these: `count` is those, and
    `left_out` tells how many more there are, in blocks of unknown residents or in none.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), None], side=2, population=5000)
    >>> overall(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")).value
    10.0
    >>> incidents, blocks = square_city([(5, 5), (15, 5), (15, 5)], side=2, population=[5000, float("nan"), 2500, 2500])
    >>> overall(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")).value
    10.0
    """
    return estimate(study.exposed_victims, study.population * study.years, together=study.together)


def left_out(study: Study) -> float:
    """Return how many victims are in no rate of all units: killed where nobody knows how many people live; 0 where no rate is known.

    >>> from hotspots.testing import square_city
    >>> left_out(Study.of(*square_city([(5, 5), (15, 5), (15, 5)], population=[5000, float("nan"), 2500, 2500])))
    2
    """
    return study.victims - study.exposed_victims


@dataclass(frozen=True)
class RateRatio:
    """The rate of the fifth of the units with the highest rates over that of the fifth with the lowest, with its exact 95 % interval.

    The units were put in order by the period before `day`; `highest` and `lowest` are their rates from `day` to `end`. `value` is
    missing and `high` infinite where nobody was killed in the lowest fifth. `units` in each fifth, of `of_units` with residents.
    """

    value: float
    low: float
    high: float
    highest: Estimate
    lowest: Estimate
    units: int
    of_units: int
    start: pd.Timestamp
    day: pd.Timestamp
    end: pd.Timestamp


def rate_ratio_of_fifths(study: Study) -> RateRatio | None:
    """Return how many times the rate of the hardest-hit fifth of the units is that of the least-hit fifth.

    To pick the highest and the lowest fifth and to measure them on the same homicides would measure the picking: among places that are
    all alike, those that happened to be high are high. So the units are put in order by the first half of the period (by their shrunk
    rate, so that few residents do not decide) and measured in the second half. The ratio is of what lasts: where all places are alike
    it is about 1, and where the hard-hit places change it is less than either half alone would show. Units that tie for the last place
    in a fifth count in part. The interval takes the order as given, and victims in pieces of `Study.together`: it is that of so many fewer
    killed one by one. None with fewer than five units with residents, without homicides in both halves, where the first half shows no
    difference beyond chance to put the units in order by, or where both fifths together have fewer than `UNSTABLE_UNDER` homicides.

    Source of the interval: the binomial one given the sum of both counts, see `intervals.ratio_interval`.
    """
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    day = study.middle
    if not start < day < end:
        return None
    before, after = study.between(start, end).split(day)
    order = shrunk_rate(before)
    known = order.notna() & after.exposed.notna() & (after.person_years > 0)
    order, counts, people = order[known], after.exposed[known].to_numpy(dtype=float), after.person_years[known].to_numpy(dtype=float)
    if len(order) < 5 or not counts.sum() or order.max() - order.min() <= 1e-9 * order.max():
        return None
    k = math.ceil(len(order) / 5)
    weights = part_of_top(order, k), part_of_top(-order, k)
    x, y = (float(one @ counts) for one in weights)
    if x + y < UNSTABLE_UNDER:
        return None
    n, m = (float(one @ people) for one in weights)
    pieces = after.together
    low, high = ratio_interval((x, y), (n, m), together=pieces)
    value = (x / n) / (y / m) if y > 0 else float("nan")
    return RateRatio(value, low, high, estimate(x, n, together=pieces), estimate(y, m, together=pieces), k, len(order), start, day, end)


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="count",
        compute=count,
        label=mark("People killed"),
        unit=mark("people killed"),
        needs=frozenset({"counts"}),
        state=count_state,
        interval=count_interval,
        whole=True,
        doubled=2,
    ),
    Measure(
        key="rate",
        compute=rate,
        label=mark("Homicides per 100,000 residents a year"),
        unit=mark("homicides per 100,000 residents a year"),
        needs=frozenset({"counts", "population"}),
        state=rate_state,
        interval=rate_interval,
    ),
    Measure(
        key="smoothed_rate",
        over="city",
        compute=smoothed_rate,
        label=mark("Rate steadied by what lies around: homicides per 100,000 residents a year"),
        unit=mark("homicides per 100,000 residents a year"),
        needs=frozenset({"counts", "population"}),
        state=smoothed_state,
        interval=smoothed_interval,
        doubled=None,
        words={"unstable": mark("The upper end is over ten times the lower one")},
        remarks=smoothing_remarks,
    ),
    Measure(
        key="standardised_rate",
        compute=standardised_rate,
        label=mark("Age-standardised rate (WHO world population)"),
        unit=mark("homicides per 100,000 residents a year, ages standardised"),
        needs=frozenset({"counts", "victims", "ages"}),
        state=standardised_state,
        interval=standardised_interval,
        words={"no_data": mark("An age without residents: no standardised rate")},
    ),
    Measure(
        key="excess_risk",
        over="city",
        compute=excess_risk,
        label=mark("Homicides for each one expected by residents"),
        unit=mark("homicides for each one expected"),
        needs=frozenset({"counts", "population"}),
        state=rate_state,
        interval=excess_risk_interval,
    ),
)
