"""Rates as they would be if every place had the same mix of ages: directly standardised, with an interval that holds for few deaths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from hotspots.inference.intervals import PER
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.store.schema import DataError, population_bands
from hotspots.study import Study
from hotspots.words import mark, told

# The WHO world standard population 2000-2025, percent by age of 5 years from 0; the last from 85 on. Ahmad, Boschi-Pinto, Lopez, Murray,
# Lozano & Inoue (2001), Age standardization of rates: a new WHO standard, GPE discussion paper 31, table 4. They add up to 100.03.
WHO_WORLD: tuple[float, ...] = (
    *(8.86, 8.69, 8.60, 8.47, 8.22, 7.93, 7.61, 7.15, 6.59),
    *(6.04, 5.37, 4.55, 3.72, 2.96, 2.21, 1.52, 0.91, 0.63),
)
STANDARDS: Mapping[str, str] = {
    "who": mark("WHO world standard population 2000–2025"),
    "city": mark("the city's own ages"),
}
_YEARS = 5
_LAST = _YEARS * (len(WHO_WORLD) - 1)  # the open group begins here


def standard_weights(bands: Mapping[str, tuple[float, float]]) -> pd.Series:
    """Return the share of the WHO world standard population in each of `bands` (name → first and last age), adding up to 1.

    A band that cuts a group of five years takes its part by years. Raises a `DataError` for a band that begins above 85.

    >>> standard_weights({"0-14": (0, 14), "15+": (15, 999)}).round(4).tolist()
    [0.2614, 0.7386]
    """
    late = [name for name, (first, _) in bands.items() if first > _LAST]
    if late:
        raise DataError(
            told(
                "standardised_rate: the band {ages} begins above {last}, where the standard population ends; join it",
                ages=late[0],
                last=_LAST,
            )
        )
    starts = np.arange(len(WHO_WORLD)) * _YEARS
    ends = np.append(starts[1:], 1000)
    spans = np.append(np.full(len(WHO_WORLD) - 1, float(_YEARS)), np.inf)
    found = {}
    for name, (first, last) in bands.items():
        years = np.clip(np.minimum(ends, last + 1) - np.maximum(starts, first), 0, None)
        part = np.where(np.isinf(spans), years > 0, years / np.where(np.isinf(spans), 1, spans))
        found[name] = float(part @ np.array(WHO_WORLD))
    weights = pd.Series(found, dtype=float)
    return weights / weights.sum()


@dataclass(frozen=True)
class AgesKnown:
    """Of the homicides on the map, how many count in age-standardised rates: `known` of `total`; the others have no age in any band."""

    known: int
    total: int

    @property
    def unknown(self) -> int:
        """Homicides without a usable age."""
        return self.total - self.known


def ages_known(study: Study) -> AgesKnown:
    """Return how many of the homicides on the map have an age in one of the population's bands.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6)], age=[20.0, float("nan")])
    >>> blocks = blocks.assign(**{"population:0+": blocks["population"]})
    >>> ages_known(Study.of(incidents, blocks))
    AgesKnown(known=1, total=2)
    """
    return AgesKnown(int(_by_age(study).to_numpy().sum()), int(study.inside))


def _by_age(study: Study) -> pd.DataFrame:
    """Return the homicides of each unit in each band."""
    bands = population_bands(study.blocks)
    table = np.zeros((len(study.blocks), len(bands)), dtype=np.int64)
    if "age" in study.incidents.columns and bands:
        age, codes = study.rows["age"].to_numpy(dtype=float, na_value=np.nan), study.codes
        for at, (first, last) in enumerate(bands.values()):
            inside = (age >= first) & (age < last + 1) & (codes >= 0) & study.exposed_rows
            table[:, at] = np.bincount(codes[inside], minlength=len(table))
    return pd.DataFrame(table, index=study.blocks.index, columns=list(bands))


def standardised(study: Study, *, standard: str = "who", level: float = 0.95) -> pd.DataFrame:
    """Return each unit's directly age-standardised rate per 100,000 person-years, with its interval: `value`, `low`, `high`.

    The rate is Σ w x ÷ n over the ages: x killed in n person-years of one age, and w its share of the standard population: `who` (the WHO
    world standard 2000–2025) or `city` (the residents of all units together). The interval is the gamma interval of Fay and Feuer (1997,
    doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#), which holds for few deaths and for none: then it runs from 0 to
    3.69 times the largest w ÷ n. Missing where an age has no residents or none known, or no victim's age is recorded at all. Victims
    without an age take no part (see `ages_known`), so that the rate is too low by about their share.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6)], age=[20.0, 40.0])
    >>> blocks = blocks.assign(**{"population:0-29": 200.0, "population:30+": 800.0})
    >>> study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    >>> standardised(study, standard="city")["value"].round(3).tolist()[0]  # 0.2 × 1/200 + 0.8 × 1/800
    200.0
    """
    if standard not in STANDARDS:
        raise DataError(
            told(
                "standardised_rate: there is no standard {standard}; use one of {listed}",
                standard=repr(standard),
                listed=", ".join(STANDARDS),
            )
        )
    bands = population_bands(study.blocks)
    if not bands or "age" not in study.incidents.columns or not study.has_victims:
        return pd.DataFrame(np.nan, index=study.blocks.index, columns=["value", "low", "high"])
    people = study.blocks[[f"population:{name}" for name in bands]].to_numpy(dtype=float) * study.years
    if standard == "who":
        weights = standard_weights(bands).to_numpy()
    else:
        whole = np.nansum(people, axis=0)
        weights = whole / whole.sum() if whole.sum() > 0 else np.full(len(bands), np.nan)
    low, value, high = gamma_interval(_by_age(study).to_numpy(), people, weights, level=level)
    return pd.DataFrame({"value": PER * value, "low": PER * low, "high": PER * high}, index=study.blocks.index)


def gamma_interval(
    counts: np.ndarray, people: np.ndarray, weights: np.ndarray, *, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return low end, value and high end of directly standardised rates; one row for each place, one column for each age.

    `weights` add up to 1. Missing in a row where an age with weight has no person-years. Source: Fay and Feuer (1997), see
    `standardised`.

    One age alone gives Garwood's interval: of 10 deaths 4.795 to 18.390.

    >>> [round(float(end[0]), 3) for end in gamma_interval(np.array([[10]]), np.array([[1.0]]), np.array([1.0]))]
    [4.795, 10.0, 18.39]
    """
    used = weights > 0
    known = ((people > 0) | ~used).all(axis=1)
    share = np.where(used, weights / np.where(people > 0, people, 1.0), 0.0)
    value, variance, largest = (share * counts).sum(axis=1), (share**2 * counts).sum(axis=1), share.max(axis=1)
    tail = (1 - level) / 2
    some = value > 0
    y, v = np.where(some, value, 1.0), np.where(some, variance, 1.0)
    low = np.where(some, v / y * gammaincinv(y**2 / v, tail), 0.0)
    y, v = value + largest, variance + largest**2
    high = v / y * gammaincinv(y**2 / v, 1 - tail)
    low, value, high = (np.where(known, end, np.nan) for end in (low, value, high))
    return low, value, high


def standardised_rate(study: Study) -> pd.Series:
    """Return homicides per 100,000 residents a year in each unit, as if its residents had the ages of the WHO world standard population.

    Homicide strikes young adults most, so a place of many young adults has a higher rate at the same risk for each age. This takes that
    difference away: it is for comparing places, and is not the number killed. It misleads where few are killed (one death among few
    residents of an age counts much), and victims of unknown age take no part. Missing where an age has no residents, which is usual on
    single blocks. Shape: one number for each unit, per 100,000 person-years. Source: Ahmad and others (2001); see `standardised`.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5)], age=[20.0], population=[100, 100, 0, 100])
    >>> blocks = blocks.assign(**{"population:0+": blocks["population"]})
    >>> standardised_rate(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")).tolist()
    [1000.0, 0.0, nan, 0.0]
    """
    return standardised(study)["value"].rename("standardised_rate")


def standardised_interval(study: Study) -> pd.DataFrame:
    """Return the 95 % interval of each standardised rate, as `standardised_rate_low` and `standardised_rate_high`."""
    return standardised(study)[["low", "high"]].add_prefix("standardised_rate_")


def standardised_state(study: Study) -> pd.Series:
    """Return the state of each standardised rate: `no_data` where it does not exist, `zero`, `unstable` under 20 victims of known age."""
    value, n = standardised_rate(study), _by_age(study).sum(axis=1)
    state = np.select([value.isna(), n == 0, n < UNSTABLE_UNDER], ["no_data", "zero", "unstable"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")
