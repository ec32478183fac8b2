"""The year that is under way, over ten years of monthly releases; and why areas have no rolling figures: what these would give away."""

from __future__ import annotations

import os
from collections.abc import Set
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from released import SECRET, city_of, released_city

from hotspots import release as disclosure
from hotspots.release import examination, figures, so_far
from hotspots.release.profiles import FEWER_THAN, WIDTH
from hotspots.release.statements import Statement
from hotspots.store.schema import Incidents

TORTURE = os.environ.get("HOTSPOTS_TORTURE") == "1"
YEARS = 10
FIRST = 2015


class Registered:
    """Deaths by month, when each came to be known, and when it was taken out again: late arrivals and corrections."""

    def __init__(self, rng: np.random.Generator, a_month: float, *, late: float, wrong: float) -> None:
        level = a_month * np.exp(np.cumsum(rng.normal(0, 0.06, 12 * YEARS)))  # rises and falls as cities do
        self.month = np.repeat(np.arange(12 * YEARS), rng.poisson(level))
        self.seen = self.month + np.where(rng.random(len(self.month)) < late, rng.geometric(0.3, len(self.month)), 0)
        self.gone = np.where(rng.random(len(self.month)) < wrong, self.seen + rng.geometric(0.15, len(self.month)), 10**6)

    def known(self, today: int) -> np.ndarray:
        """Return the months that are over on the first day of month `today`, as they are known then."""
        there = (self.seen < today) & (self.gone >= today) & (self.month < today)
        return np.bincount(self.month[there], minlength=today)[:today]


Passed = Set[tuple[pd.Timestamp, pd.Timestamp]]


def released(deaths: Registered) -> tuple[pd.DataFrame, Passed]:
    """Return all that ten years of monthly releases tell of the whole city: its years, and their parts. Each number is told once.

    And which parts were passed over: whoever knows the rule sees that these had at most 9 more than the part told before them.
    """
    years: dict[int, float] = {}
    told: dict[int, dict[int, float]] = {}
    over_by: dict[tuple[int, int], int] = {}
    for today in range(1, 12 * YEARS + 1):
        months = deaths.known(today)
        for year in (today // 12 - 1, today // 12):
            own, over = months[12 * year : 12 * year + 12], today // 12 > year
            if year < 0 or year in years or not len(own):
                continue
            each = so_far.step([years.get(one, np.nan) for one in range(year - 5, year)])
            known = told.get(year, {})
            bears = so_far.bears(own.sum(), known)
            told[year] = so_far.parts(own, known, months_each=each, over=over and bears) if bears or not over else known
            for month in range(each, min(len(own), 11) + 1, each) if each else ():
                if month not in told[year]:
                    over_by[year, month] = max((one for one in told[year] if one < month), default=0)
            if over:
                years[year] = float(own.sum()) if bears else np.nan
    parts = [so_far.as_rows(FIRST + year, rows) for year, rows in told.items()]
    ends = [(pd.Timestamp(FIRST + year, 1, 1), pd.Timestamp(FIRST + year + 1, 1, 1), n) for year, n in years.items() if n == n]
    rows = pd.DataFrame(ends, columns=["start", "end", "count"]).assign(table="city", area="", value="", reason="")
    january = {year: pd.Timestamp(FIRST + year, 1, 1) for year in told}
    passed = {
        (january[year] + pd.DateOffset(months=begin), january[year] + pd.DateOffset(months=month))
        for (year, month), begin in over_by.items()
        if month not in told[year]
    }
    return figures.typed(pd.concat([figures.empty(), *parts, rows], ignore_index=True)), passed


def attack(table: pd.DataFrame, passed: Passed = frozenset()) -> list[disclosure.Finding]:
    """Return what the figures give away, also to who knows which parts were passed over."""
    known = list(examination.statements(figures.typed(table)))
    known += [Statement(f"up to {end:%Y-%m}", begin, end, 0.0, FEWER_THAN - 1.0, hidden=True) for begin, end in sorted(passed)]
    leaks = [one for group in examination.spells(known) for one in examination.attacked(group)[0] + examination.nested(group)]
    return [one for one in leaks if one.code != "part_pinned" or _number(one) < FEWER_THAN]


def _number(leak: disclosure.Finding) -> float:
    return float(str(leak.text).rsplit(" ", 1)[-1])


@pytest.mark.parametrize("seed", range(60 if TORTURE else 3))
def test_ten_years_of_monthly_releases_leave_every_part_open(seed):
    rng = np.random.default_rng(seed)
    deaths = Registered(rng, float(rng.choice([10, 15, 20, 45])), late=0.1, wrong=0.03)
    table, passed = released(deaths)
    parts = table[table["table"] == so_far.TABLE]
    assert (parts["count"] >= FEWER_THAN).all()
    assert len(parts) or table["count"].min() < 160
    assert not attack(table, passed)


def test_the_attack_finds_a_part_that_tells_too_much():
    rows = so_far.as_rows(2020, {3: 20.0, 9: 32.0, 12: 60.0})
    assert not attack(rows)
    year = pd.DataFrame({"start": [pd.Timestamp("2020-01-01")], "end": [pd.Timestamp("2020-10-01")], "count": [24.0]})
    assert attack(pd.concat([rows, year.assign(table="city", area="", value="", reason="")], ignore_index=True))


@pytest.mark.walk
def test_releases_of_a_city_pass_the_audit_beside_one_another():
    """Late arrivals and corrections between releases: no number told changes, no two give a small one, the year comes last."""
    city = released_city(years=7, victims=1500, side=3, seed=3)
    late, wrong = (np.random.default_rng(seed).random(len(city.incidents)) < share for seed, share in ((1, 0.1), (2, 0.03)))
    past: list[disclosure.Release] = []
    for at, day in enumerate(pd.date_range("2020-12-01", "2022-03-01", freq="MS" if TORTURE else "5MS")):
        seen = city.incidents["date"] < day - pd.DateOffset(months=1)
        seen &= ~late | (city.incidents["date"] < day - pd.DateOffset(months=4))
        seen &= ~(wrong & (at > 1))
        now = city_of(Incidents(city.incidents[seen]), city.blocks, end=f"{day - pd.DateOffset(months=1):%Y-%m-%d}")
        made = disclosure.build(now, as_of=day.date(), secret=SECRET, before=past)
        found = disclosure.audit(made, past)
        assert found.passed, found.found[:3]
        assert not found.hidden or found.narrowest >= WIDTH
        past.append(made)
    tables = [one.figures[one.figures["table"] == so_far.TABLE] for one in past]
    assert len(tables[-1]) > len(tables[0]) > 0
    assert all(len(old.merge(new)) == len(old) for old, new in pairwise(tables))
    whole = past[-1].figures[past[-1].figures["table"] == "city"].set_index("start")["count"]
    sums = tables[-1].groupby(tables[-1]["start"].dt.year)["count"].sum()
    assert sums[2021] == whole["2021-01-01"]  # the parts of a year that is over add up to it


# --- why areas have no rolling figures --------------------------------------------------------------------------------------------


def open_by(counts: np.ndarray, length: int) -> float:
    """Return how far each month stays open to who has every rolling sum of `length` months: the change of two sums is that of two months.

    So the months that lie `length` apart are known but for one number each, none may be under 0, and all of these numbers add up to the
    first sum: what is left of it after the least that each must be is what stays open.
    """
    each = [counts[start::length] for start in range(length)]
    return float(counts[:length].sum() - sum(own[0] - own.min() for own in each))


def test_how_far_months_stay_open_agrees_with_the_attack():
    for seed in range(4):
        counts = np.random.default_rng(seed).poisson(1.5, 9)
        days = pd.date_range("2020-01-01", periods=10, freq="MS")
        sums = [Statement(str(i), days[i], days[i + 3], counts[i : i + 3].sum(), counts[i : i + 3].sum()) for i in range(7)]
        months = [Statement(f"month {i}", days[i], days[i + 1], 0.0, np.inf, hidden=True) for i in range(9)]
        solved = disclosure.system([*sums, *months])
        got = disclosure.intervals(solved, solved.matrix[len(sums) : len(sums) + 9])
        assert got.width.max() == open_by(counts, 3)


@pytest.mark.parametrize(("length", "deaths", "share"), [(12, 12, 0.95), (36, 12, 0.95), (36, 36, 0.4)])
def test_rolling_figures_of_an_area_give_its_months_away(length, deaths, share):
    """Ten years of monthly rolling sums: of areas with so many deaths in a window, most months are open by less than 9."""
    rng = np.random.default_rng(0)
    left = np.array([open_by(rng.poisson(deaths / length, 120), length) for _ in range(1000 if TORTURE else 200)])
    assert (left < WIDTH).mean() > share
