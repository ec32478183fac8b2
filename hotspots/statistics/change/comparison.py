"""What changed: counts of a period beside the same days of the years before, for the city and for each of its places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots import settings
from hotspots.inference.e_test import LEVEL, e_range, e_test
from hotspots.inference.normal_range import SPREAD_YEARS, Range, expected_range
from hotspots.inference.random_allocation import benjamini_hochberg
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.calendar import Days, known_before
from hotspots.words import mark, told

PERCENT_FROM = 10  # no percentage on a smaller base
LEAST_YEARS = 3  # earlier years whose ups and downs make the wider range; with fewer there is none

VERDICTS: dict[str, str] = {
    "firmly_below": mark("Fewer, even allowing for the number of places compared"),
    "below": mark("Fewer than its own normal range"),
    "within": mark("Within the normal range"),
    "above": mark("More than its own normal range"),
    "firmly_above": mark("More, even allowing for the number of places compared"),
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """A period beside the same days of the years before.

    `places` has a row for each unit, `no_place` is the same for the people killed who lie in none, `city` is all of them together.
    Columns: `count` (people killed) and `events` (people killed together count once); `last_year` and `last_year_difference` (in
    counts, whatever the days), with `last_year_low`, `last_year_high`, `last_year_p`, `last_year_adjusted` and `last_year_verdict`;
    `base` (people killed in the same days of `before`), `expected` (base ÷ its days × days), `difference` (count − expected), and of
    events `base_events`, `low`, `high`, `p`, `adjusted`, `verdict`. What cannot be known is missing, its verdict `unknown`.
    `last_year_percent` and `percent` are shares of the base, missing where it is under 10. `adjusted` is of the places only. `usual` is
    the range of people killed in the whole city that allows for how far the years before differed from one another; None with fewer
    than three of them.
    """

    days: Days
    before: tuple[Days, ...]
    places: pd.DataFrame
    no_place: pd.Series
    city: pd.Series
    usual: Range | None

    @property
    def verdict(self) -> str:
        """The judgement of the whole city: by the wider range where there is one, else by chance alone."""
        if self.usual is None:
            return str(self.city["verdict"])
        return "below" if self.city["count"] < self.usual.low else "above" if self.city["count"] > self.usual.high else "within"

    @property
    def by_events(self) -> bool:
        """Whether people were killed together, so that events are fewer than people killed."""
        return bool((self.places["events"] != self.places["count"]).any() or self.city["events"] != self.city["count"])

    @property
    def by_chance(self) -> int:
        """How many places would lie outside their normal range, at most, if nothing had changed anywhere."""
        return int(np.ceil(LEVEL * len(self.places)))

    @property
    def last_year(self) -> Days | None:
        """The same days of the year before; None where the data do not cover them."""
        return self.before[0] if self.before else None


def reporting_lag() -> int:
    """Return how many days before the end of the data comparisons stop unless somebody says otherwise: the setting HOTSPOTS_LAG.

    A `DataError` says where the setting is no whole number of days.

    >>> reporting_lag()
    0
    """
    text = settings.value("HOTSPOTS_LAG")
    if not text.isdecimal():
        raise DataError(told("HOTSPOTS_LAG is {text}; write a whole number of days, such as 7", text=repr(text)))
    return int(text)


def compare(study: Study, days: Days | None = None, *, places: bool = True) -> Comparison:
    """Return `days` (left out: the period of the study) beside the same calendar days of last year and of the three years before.

    The normal range holds the counts that the exact E-test calls alike with the years before, days for days: a count outside has a p of
    at most 0.05. It is of events: people killed together would too often be called a change. `adjusted` is p allowing for the number of
    places (Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x), apart for each comparison: of all places of the city,
    where the study is of one part of it. The city (of such a study: that part) and those in no place are not among the places compared.
    Years that the data do not cover in full, or that were counted in another way, take no part; a period of more than a year is compared
    with nothing. Over the years homicides swing by more than chance; for the whole city `usual` allows for that. Without `places` only the
    whole city is compared: `places` and `no_place` are empty.

    Ten in 2020 against four, three and two in the years before: expected 3, and 9 in 1,096 days against 10 in 366 has p < 0.05.

    >>> from hotspots.testing import square_city
    >>> dates = ["2020-03-01"] * 10 + ["2019-03-01"] * 4 + ["2018-03-01"] * 3 + ["2017-03-01"] * 2
    >>> study = Study.of(*square_city([(5, 5)] * 19, dates=dates), covers=(pd.Timestamp("2017-01-01"), pd.Timestamp("2021-01-01")))
    >>> row = compare(study, Days(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))).city
    >>> int(row["count"]), int(row["last_year"]), int(row["base"]), row["verdict"]
    (10, 4, 9, 'above')
    """
    asked = days or Days(max(study.start, study.covers[0]), min(study.end, study.covers[1]))
    before = known_before(asked, study.alike(asked.end))
    tallies = _tallies(study, [asked, *before], places=places)
    count, events = tallies[0]
    then = np.stack([tallies[1], np.sum(tallies[1 : len(before) + 1], axis=0) if before else tallies[1]])
    last, all_ = _against(count, events, then, asked, (before[:1], before))
    last["difference"] = count - last["base"]  # in counts: as a reader subtracts
    last["percent"] = np.where(last["base"] >= PERCENT_FROM, last["difference"] / np.where(last["base"] > 0, last["base"], 1), np.nan)
    of_last = {"last_year" if name == "base" else f"last_year_{name}": column for name, column in last.items()}
    table = pd.DataFrame({"count": count, "events": events, **of_last, **all_})
    if not places:
        return Comparison(asked, before, table.iloc[:0], pd.Series(dtype=float), table.iloc[-1], _usual(study, asked))
    units = len(study.blocks)
    by_place = _adjusted(study, asked, table.iloc[:units].set_axis(study.blocks.index))
    return Comparison(asked, before, by_place, table.iloc[units], table.iloc[units + 1], _usual(study, asked))


def _adjusted(study: Study, days: Days, places: pd.DataFrame) -> pd.DataFrame:
    """Return the places with their p allowing for the number of places of the city."""
    every = places if study.of_city is None else compare(study.of_city, days).places
    for prefix in ("", "last_year_"):
        p = every[f"{prefix}p"].copy()
        p.loc[places.index] = places[f"{prefix}p"]
        adjusted = pd.Series(benjamini_hochberg(p.to_numpy()), index=p.index)
        places = places.assign(**{f"{prefix}adjusted": adjusted.reindex(places.index)})
    return places


def _usual(study: Study, days: Days) -> Range | None:
    """Return what the same days of the years before lead one to expect of the whole city, with the swings between them."""
    before = known_before(days, study.alike(days.end), years=SPREAD_YEARS)
    if len(before) < LEAST_YEARS:
        return None
    date = study.between(before[-1].start, before[0].end).dates
    return expected_range([int(((date >= one.start.to_datetime64()) & (date < one.end.to_datetime64())).sum()) for one in before[::-1]])


def _tallies(study: Study, periods: list[Days], *, places: bool) -> list[np.ndarray]:
    """Return the victims and the events of each period: in each unit, in none, and all; a period of nothing but unknowns at the end.

    Without `places` all of them alone.
    """
    whole = study.between(min(one.start for one in periods), max(one.end for one in periods))
    date, codes = whole.dates, whole.codes
    units = len(study.blocks)
    at, again = np.where(codes < 0, units, codes), pd.Series(whole.event_codes).duplicated().to_numpy()
    found = []
    for one in periods:
        within = (date >= one.start.to_datetime64()) & (date < one.end.to_datetime64())
        rows = np.array([[within.sum()], [(within & ~again).sum()]], dtype=float)
        if places:
            kept = (within, within & ~whole.repeated)
            rows = np.hstack([[np.bincount(at[each], minlength=units + 1) for each in kept], rows])
        found.append(rows)
    return [*found, np.full((2, units + 2 if places else 1), np.nan)]


def _against(
    count: np.ndarray, events: np.ndarray, then: np.ndarray, days: Days, befores: tuple[tuple[Days, ...], ...]
) -> list[dict[str, np.ndarray]]:
    """Return the people killed beside those of the days of each of `befores`, judged by the events of both.

    `then` holds the people killed and the events of each: befores by two by places.
    """
    base, base_events = then[:, 0], then[:, 1]
    days_before = np.array([[sum(one.n for one in before) or np.nan] for before in befores])
    expected = base * days.n / days_before
    low, high = e_range(base_events, exposure=days.n, base_exposure=days_before)
    side = np.select([np.isnan(base), events < low, events > high], ["unknown", "below", "above"], "within").astype(object)
    difference = count - expected
    found = {
        "base": base,
        "base_events": base_events,
        "expected": expected,
        "difference": difference,
        "percent": np.where(expected >= PERCENT_FROM, difference / np.where(expected > 0, expected, 1), np.nan),
        "low": low,
        "high": high,
        "p": e_test(events, base_events, exposure=days.n, base_exposure=days_before),
        "verdict": side,
    }
    return [{name: column[one] for name, column in found.items()} for one in range(len(befores))]


def judged(table: pd.DataFrame, prefix: str = "") -> pd.Series:
    """Return the judgement of each row of `Comparison.places`, one of `VERDICTS`; `unknown` where there is nothing to compare with.

    >>> judged(pd.DataFrame({"verdict": ["above", "above", "within"], "adjusted": [0.01, 0.2, 1.0]})).tolist()
    ['firmly_above', 'above', 'within']
    """
    side, firm = table[f"{prefix}verdict"], table[f"{prefix}adjusted"] <= LEVEL
    return side.where(~(firm & side.isin(["above", "below"])), "firmly_" + side)
