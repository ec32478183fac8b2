"""Counts and rates per 100,000 person-years, each with its exact interval and its state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.intervals import PER, poisson_interval
from hotspots.measures import UNSTABLE_UNDER, Measure
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
    """Return the exact 95 % interval of the mean behind each count, as `count_low` and `count_high`.

    Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437.
    """
    low, high = poisson_interval(study.counts)
    return pd.DataFrame({"count_low": low, "count_high": high}, index=study.blocks.index)


def count_state(study: Study) -> pd.Series:
    """Return the state of each count: `zero` or `ok`; of published totals also `suppressed`, and `no_data` where none is published."""
    state = np.select([study.held_back, study.counts.isna(), study.counts == 0], ["suppressed", "no_data", "zero"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")


def rate(study: Study) -> pd.Series:
    """Return homicides per 100,000 residents a year in each unit.

    100,000 × people killed ÷ (residents × years). Residents are those of the census, not those who pass through: a market or a port
    has killings and few residents, and its rate misleads. Where nobody lives or the population is unknown the rate does not exist
    (missing, not 0). Shape: one number for each unit, per 100,000 person-years.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5)], side=2, population=[1000, 500, 1000, 0])
    >>> rate(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")).tolist()
    [200.0, 200.0, 0.0, nan]
    """
    return (PER * study.counts / study.person_years).rename("rate")


def rate_interval(study: Study) -> pd.DataFrame:
    """Return the exact 95 % interval of each rate, as `rate_low` and `rate_high`.

    Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437. The exposure is taken as known without error.
    """
    low, high = poisson_interval(study.counts)
    return pd.DataFrame({"rate_low": PER * low / study.person_years, "rate_high": PER * high / study.person_years})


def rate_state(study: Study) -> pd.Series:
    """Return the state of each rate: `no_data` without residents or count, `zero`, `unstable` under 20 homicides, else `ok`.

    `suppressed` where the publisher held the number back.

    Source of the limit: the reliability rule of CDC's WISQARS.
    """
    n = study.counts
    unknown = study.person_years.isna() | n.isna()
    cases = [study.held_back, unknown, n == 0, n < UNSTABLE_UNDER]
    state = np.select(cases, ["suppressed", "no_data", "zero", "unstable"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")


@dataclass(frozen=True)
class Estimate:
    """A rate with everything that must stand beside it: the count, the person-years, the exact 95 % interval, the state."""

    count: float
    person_years: float
    value: float
    low: float
    high: float
    state: str


def estimate(count: float, person_years: float) -> Estimate:
    """Return the rate per 100,000 of `count` homicides in `person_years`, with its exact 95 % interval and state.

    >>> one = estimate(20, 100_000)
    >>> f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f}), {one.state}"
    '20.0 (12.2 to 30.9), ok'
    """
    if not person_years > 0 or not count >= 0:
        return Estimate(count, float("nan"), float("nan"), float("nan"), float("nan"), "no_data")
    low, high = poisson_interval(count)
    state = "zero" if count == 0 else "unstable" if count < UNSTABLE_UNDER else "ok"
    scale = PER / person_years
    return Estimate(count, person_years, count * scale, float(low) * scale, float(high) * scale, state)


def overall(study: Study) -> Estimate:
    """Return the rate of all units together: every victim of the study counts, mapped or not.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), None], side=2, population=5000)
    >>> overall(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")).value
    10.0
    """
    return estimate(study.victims, study.population * study.years)


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
)
