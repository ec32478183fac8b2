"""Releases that come month by month: what one adds to those before it, and what is not told, say nothing of a small number."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from monthly import Register, Series, attack, by_month, passed_over, series
from released import SECRET, city_of, released_city

from hotspots import release as disclosure
from hotspots.geography import units
from hotspots.release import Release, figures, so_far
from hotspots.release.profiles import PROFILES, WIDTH
from hotspots.release.protection import FEW, HELD, SHOWN, UNPUBLISHED
from hotspots.store.schema import Incidents
from hotspots.study import Study

TORTURE = os.environ.get("HOTSPOTS_TORTURE") == "1"
DEATHS = released_city(victims=4000, side=2, years=11, seed=4, unmapped=0.0)


def first_of(each: Mapping[int, int], *, end: str, months: range = range(1, 13)):
    """Return the city in which so many were killed each year, all of them in some months of it."""
    rows = DEATHS.incidents[DEATHS.incidents["date"].dt.month.isin(months)]
    found = [rows[rows["date"].dt.year == year].iloc[:n] for year, n in each.items()]
    return city_of(Incidents(pd.concat(found)), DEATHS.blocks, end=end)


def one_after_another(profile: str, *cities) -> list[Release]:
    """Return the releases of the same city as it was known when its data ended, each beside those before it; the last one can go out."""
    out: list[Release] = []
    for city in cities:
        day = city.end + pd.DateOffset(months=PROFILES[profile].lag)
        out.append(disclosure.build(city, profile=profile, as_of=day.date(), secret=SECRET, before=out))
    found = disclosure.audit(out[-1], out[:-1], exact=True)
    assert found.passed, found.found[:2]
    return out


def years_of(release: Release) -> dict[int, tuple[str, float]]:
    rows = release.city_years
    return {start.year: (reason, count) for start, reason, count in zip(rows["start"], rows["reason"], rows["count"], strict=True)}


# --- years of a small city ----------------------------------------------------------------------------------------------------------

OUT = {2015: 12, 2016: 3, 2017: 14, 2018: 13}  # told as they ended, that of 2016 as `few`


def what_comes_out(small: int, newest: int) -> tuple[object, ...]:
    """Return what is told when the window closes, where 2016 had `small` deaths and 2019 had `newest`: the sum of the window, and 2019."""
    window = pd.Timestamp("2015-01-01"), pd.Timestamp("2020-01-01")
    city = first_of({**OUT, 2016: small, 2019: newest}, end="2020-01-01")
    city = replace(city, incidents=Incidents(city.incidents.drop(columns=["sex", "age", "weapon"])))
    told = {"table": "city", "area": "", "value": "", "start": [pd.Timestamp(year, 1, 1) for year in OUT]}
    before = pd.DataFrame(told).assign(end=lambda rows: rows["start"] + pd.DateOffset(years=1), count=list(map(float, OUT.values())))
    before = figures.typed(before.assign(reason=[FEW if year == 2016 else SHOWN for year in OUT]))
    before["count"] = before["count"].where(before["reason"] == SHOWN)
    placed = units.assign(city.incidents, city.blocks)
    study = Study.of(city.incidents, city.blocks, unit_of=placed)
    counted = figures.Counted(study, placed, city.blocks["population"], PROFILES["strict"], SECRET, before)
    year = figures.city_years(counted, 2015, 2019, [window]).iloc[-1]
    every = figures.of_windows(counted, [window])[0].iloc[0]
    return tuple(value if value == value else None for value in (every["reason"], every["count"], year["reason"], year["count"]))


@pytest.mark.walk
def test_what_is_not_told_of_a_window_narrows_no_year():
    """Where the sum of a window stays back, each number of the small year told before is possible, to who knows by which rule it does."""
    small: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for few in range(10):
        for newest in (9, 10, 14, 18, 19):
            small[what_comes_out(few, newest)].add(few)
    back = {told: possible for told, possible in small.items() if told[0] != SHOWN}
    assert back
    for told, possible in back.items():
        assert max(possible) - min(possible) >= WIDTH, (told, possible)
    assert {told[2] for told in small if told[0] == SHOWN} == {HELD}  # the audit attacks these


@pytest.mark.walk
def test_numbers_taken_out_since_they_were_told_do_not_narrow_a_hidden_one():
    """The sum of a window less the years that are told must leave 19 to the hidden ones as the years were told, not as they are now."""
    rich = dict.fromkeys(range(2015, 2020), 30)
    each = {2020: 16, 2021: 5, 2022: 15, 2023: 13, 2024: 15}
    known = [{**rich, **{year: n for year, n in each.items() if year < last}} for last in range(2020, 2025)]
    now = {**rich, **each, 2020: 12}  # four were taken out again
    out = one_after_another("strict", *(first_of(one, end=f"{max(one) + 1}-01-01") for one in (*known, now)))
    assert years_of(out[-1])[2020] == (SHOWN, 16)  # what is told stays as it was told
    assert years_of(out[-1])[2024][0] == UNPUBLISHED
    assert out[-1].total(pd.Timestamp("2020-01-01"))["reason"] == UNPUBLISHED
    late = one_after_another("strict", *(first_of(one, end=f"{max(one) + 1}-01-01") for one in (*known, {**rich, **each})))
    assert years_of(late[-1])[2024][0] == HELD


@pytest.mark.walk
@pytest.mark.parametrize("profile", ["open", "strict"])
def test_a_year_with_little_after_its_last_part_goes_out_or_stays_back_whole(profile):
    """Most were killed in its first half, which was told: what is left is under 10, in a release whose areas are told by the year."""
    whole = {2015: 100} if profile == "strict" else dict.fromkeys(range(2015, 2020), 100)
    # strict: a city that began with one year has windows of one year, and no parts of years before it has five
    before = [first_of(dict.fromkeys(range(2015, year), 100), end=f"{year}-01-01") for year in range(max(whole) + 1, 2021)]
    half = first_of({**dict.fromkeys(range(2015, 2020), 100), 2020: 60}, end="2020-07-01", months=range(1, 7))
    over = first_of({**dict.fromkeys(range(2015, 2020), 100), 2020: 66}, end="2021-01-01", months=range(1, 7))
    out = one_after_another(profile, *before, half, over)
    assert so_far.of_year(out[-2].figures, 2020) == {6: 60}
    told, every = years_of(out[-1])[2020], out[-1].total(pd.Timestamp("2020-01-01"))
    if profile == "open":
        assert told == (SHOWN, 66)
        assert every["count"] == 66
    else:
        assert told[0] == every["reason"] == UNPUBLISHED


# --- month by month -----------------------------------------------------------------------------------------------------------------

TEN = pytest.mark.walk
MANY = range(60 if TORTURE else 0)


def monthly_of(profile: str, victims: int, *, years: int, seed: int = 0, side: int = 3) -> Series:
    """Return the monthly releases of an invented city, of which five years had come out before."""
    city = released_city(victims=victims, side=side, years=5 + years, seed=seed)
    return series(city, profile, by_month("2020-02-01", years=years), Register(city.incidents, np.random.default_rng(seed)))


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("profile", "victims", "years", "seed"),
    [
        ("strict", 250, 1, 0),
        ("open", 250, 1, 0),
        *(pytest.param(profile, victims, 10, 0, marks=TEN) for profile in ("strict", "open") for victims in (140, 300, 900, 4500)),
        *(pytest.param("strict", 120 + 10 * seed, 10, seed, marks=TEN) for seed in MANY),
        *(pytest.param("open", 120 + 60 * seed, 10, seed, marks=TEN) for seed in MANY[::6]),
    ],
)
def test_all_monthly_releases_together_give_nothing_away(profile, victims, years, seed):
    done = monthly_of(profile, victims, years=years, seed=seed)
    assert len(done.standing) == 12 * years + 1
    assert len(done.releases) > years
    assert not done.refused
    found = attack(done)
    assert not found.leaks
    assert found.hidden > 0
    assert (found.pinned, found.changed) == (0, 0)
    assert found.narrowest >= WIDTH


def test_the_attack_on_a_series_finds_what_one_release_told_too_much():
    done = monthly_of("strict", 250, years=1)
    day, last = done.standing[-1]
    rows = last.figures.copy()
    few = rows.index[(rows["reason"] == FEW) & (rows["table"] != "city")][0]
    rows.loc[few, ["count", "reason"]] = [4.0, SHOWN]
    found = attack(Series((*done.standing[:-1], (day, replace(last, figures=rows))), ()))
    assert found.pinned >= 1
    assert found.changed == 1
    assert any("is 4 now" in leak for leak in found.leaks)


def test_what_was_passed_over_is_known_to_the_attack():
    """160 a year and more have halves; of the second half of 2020 too few are left, so the year is not told."""
    each = dict.fromkeys(range(2015, 2020), 100)
    half, over = (first_of({**each, 2020: n}, end=end, months=range(1, 7)) for n, end in ((60, "2020-07-01"), (66, "2021-01-01")))
    ends = [city.end + pd.DateOffset(months=1) for city in (half, over)]
    out = one_after_another("strict", first_of(each, end="2020-01-01"), half, over)
    done = Series(tuple(zip(ends, out[1:], strict=True)), ())
    (told,) = passed_over(done)
    assert (told.start, told.end, told.high) == (pd.Timestamp("2020-07-01"), pd.Timestamp("2021-01-01"), 9.0)
    found = attack(done)
    assert not found.leaks
    assert found.narrowest == WIDTH
