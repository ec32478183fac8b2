"""Alerts: the likelihood ratio held to scipy's, the promise of false ones to simulated cities, the delay to a sum that knows everything."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from attacked import data
from conftest import TORTURE
from nothing_changes import SWING, alarms, waits, weekly
from scipy.stats import nbinom

from hotspots import cities
from hotspots.cities import versions
from hotspots.inference import alarm_spread
from hotspots.inference.alarm_rule import rule_of
from hotspots.inference.alarm_spread import OWN_SWING, STEPS, spread_of
from hotspots.inference.alarms import CALM, SPANS, Spread, Usual, evidence, limit_for, raised, strongest, usual_of
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted import alerts as questions
from hotspots.questions.restricted.digest import digest
from hotspots.statistics import repeats
from hotspots.store.schema import Incidents
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import square_city
from hotspots.words import words_for

DAY = pd.Timedelta(days=1)


def test_the_evidence_is_the_largest_ratio_of_likelihoods():
    rng = np.random.default_rng(1)
    counts, size = rng.poisson(0.8, 70), rng.uniform(3, 40, 70)
    expected = rng.uniform(0.3, 1.0, 70)
    found, span = evidence(counts, Usual(expected, size)), strongest(counts, Usual(expected, size))
    for week in range(70):
        ratios: dict[int, float] = {}
        for long in SPANS:
            n, m, k = counts[max(week + 1 - long, 0) : week + 1].sum(), expected[max(week + 1 - long, 0) : week + 1].sum(), size[week]
            ratios[min(long, week + 1)] = nbinom.logpmf(n, k, k / (k + 2 * m)) - nbinom.logpmf(n, k, k / (k + m))
        strong = max(ratios, key=lambda long: ratios[long])
        over = min([0.0, *(one for long, one in ratios.items() if long < strong)]) <= -CALM
        assert found[week] == (-np.inf if over else pytest.approx(ratios[strong]))
        assert ratios[span[week]] == pytest.approx(max(ratios.values()))


def test_an_alarm_ends_and_ages():
    found = np.full(60, 6.0)
    found[40:] = -1.0
    stands, starts = raised(found, 5.0)
    assert np.flatnonzero(starts).tolist() == [0, 26]  # aged after half a year, and raised anew
    assert stands[:40].all()
    assert not stands[40:].any()


def test_the_limit_keeps_to_the_rate_asked_for():
    found = np.random.default_rng(2).exponential(1.0, (40, 5, 104))
    for rate in (0.5, 2.0):
        limit = limit_for(found, a_year=rate)
        assert raised(found, limit)[1].sum() / 80 <= rate < raised(found, limit - 0.01)[1].sum() / 80 + 0.1


def test_what_comes_later_changes_no_week_before_it():
    rng = np.random.default_rng(3)
    counts = rng.poisson(1.0, (4, 400))
    alike = np.arange(4) > 0
    whole = usual_of(counts, alike, spread=Spread(0.01))
    part = usual_of(counts[:, :300], alike, spread=Spread(0.01))
    many = part.expected.shape[1]
    assert np.array_equal(evidence(counts[:, 156:], whole)[:, :many], evidence(counts[:, 156:300], part))


def test_bunches_and_swings_are_seen():
    rng = np.random.default_rng(4)
    alike = np.arange(23) > 0
    plain = rng.poisson(2.0, (23, 260))
    plain[0] = plain[1:].sum(axis=0)
    bunched = plain + rng.binomial(plain, 0.2)
    bunched[0] = bunched[1:].sum(axis=0)
    assert spread_of(plain, alike).spread.bunched < 1.1
    assert 1.15 < spread_of(bunched, alike).spread.bunched < 1.5  # each brings .2 others on average: 1 + 3 · .2 ÷ 1.2 at most
    found = [spread_of(weekly(rng, 2000, own=0.2), alike).spread for _ in range(40)]  # levels change in any week
    assert np.mean([one.own for one in found]) == pytest.approx(0.04, abs=0.008)
    assert np.mean([one.bunched for one in found]) < 1.05


@pytest.mark.parametrize("year", [60, 300, 1000])
def test_what_five_years_leave_open_of_how_far_districts_swing_holds_the_truth(year):
    """Truths drawn as they are taken to be: 90 of 100 lie in the middle 90 of what is told, about half above its middle."""
    rng, many = np.random.default_rng(11), 1000 if TORTURE else 150
    alike = np.arange(23) > 0
    below = []
    for _ in range(many):
        own = min(abs(rng.normal(0, OWN_SWING)), 0.79)
        told = spread_of(weekly(rng, year, own=own), alike)
        below.append(np.interp(own, STEPS + 0.0025, told.weight.cumsum()))
    found = np.array(below)
    slack = 3 * math.sqrt(0.09 / many)
    assert ((found > 0.05) & (found < 0.95)).mean() >= 0.9 - 0.015 - slack
    assert abs(found.mean() - 0.5) <= 0.07 + 3 / math.sqrt(12 * many)
    drawn = told.drawn(rng, 4000)
    assert drawn.mean() == pytest.approx(told.spread.own, abs=4 * drawn.std() / math.sqrt(4000))


def test_how_far_districts_swing_weighs_what_is_left_once_the_city_is_taken_out():
    """The covariance of what is left, as matrices say it: levels of years that lie across those counted, and parts of a total."""
    years, part = 5, 0.3
    counted = np.eye(years, years + 1) * 0.7 + np.eye(years, years + 1, 1) * part
    about = np.eye(years) - 1 / years
    one = about @ counted @ counted.T
    assert alarm_spread._across(years, part) == pytest.approx((np.trace(one), np.trace(one @ one)))
    usual, variance = np.array([3.0, 5.0, 12.0]), np.array([3.0, 9.0, 40.0])
    shared = np.eye(3) - np.outer(usual / usual.sum(), np.ones(3))
    assert alarm_spread._left(variance, usual) == pytest.approx(np.diag(shared @ np.diag(variance) @ shared.T))


@pytest.mark.walk
@pytest.mark.parametrize(
    ("year", "more"),
    [
        (300, {}),
        (300, {"season": 0.2, "swing": SWING}),
        (300, {"season": 0.2, "swing": SWING, "bunched": 1.2}),
        (50, {}),
        (300, {"own": 0.2}),
    ],
    ids=["plain", "season and swings", "bunches", "few", "districts swing"],
)
def test_at_most_one_alert_a_year_is_in_vain(year, more):
    """22 districts and the city, the usual estimated from 286 weeks; see docs/calibration.md. In torture 1,000 simulated years each."""
    many = 250 if TORTURE else 4
    rng = np.random.default_rng(7)
    found = np.array([alarms(rng, year, **more)[0] for _ in range(many)])
    print(f"{year} a year, {more}: {found.mean():.2f} alerts in vain a year")
    slack = 0.0 if TORTURE else 3 * math.sqrt(2 / (4 * many))
    assert found.mean() <= 1.2 + slack
    assert found.mean() > 0.3 - slack


@pytest.mark.walk
@pytest.mark.parametrize("month", [2, 4, 8])
@pytest.mark.parametrize("districts", [1, 22])
def test_a_doubling_is_found_nearly_as_soon_as_by_who_knows_the_usual(month, districts):
    """The cumulative sum that knows the usual and the doubling, with as many alarms in vain; each district doubles by itself.

    Wanted are 1.3 times; what is found stands in docs/calibration.md. What more is let pass is the error of the simulation, three times:
    cities are drawn again, since the districts of one share a rule; and half a week, as weeks are counted whole.
    """
    rng = np.random.default_rng(month)
    many = (40 if districts > 1 else 400) if TORTURE else (2 if districts > 1 else 30)
    ours, theirs = zip(*(waits(rng, month, districts=districts) for _ in range(many)), strict=True)
    rule, knows = np.concatenate(ours), np.concatenate(theirs)
    drawn = [rng.integers(0, many, many) for _ in range(400)]
    beyond = [
        np.median(np.concatenate([ours[i] for i in one])) - 1.3 * np.median(np.concatenate([theirs[i] for i in one])) for one in drawn
    ]
    print(f"{districts} districts of {month} a month: {np.median(rule):.0f} weeks, {np.median(knows):.0f} by who knows the usual")
    error = np.std(beyond) if TORTURE else knows.std() / math.sqrt(len(knows))
    assert np.median(rule) <= 1.3 * np.median(knows) + 0.5 + 3 * error


def of_philadelphia() -> np.ndarray:
    """Return the homicides of each week from 2006 on: of the city, and of each police district with more than 100."""
    table = pd.read_csv(data() / "philadelphia" / "homicides_2006_2018.csv")
    week = (pd.to_datetime(table["dispatch_date_time"].str[:10]) - pd.Timestamp("2006-01-01")).dt.days // 7
    counts = pd.crosstab(table["police_district"], week)
    counts = counts.reindex(columns=range(int(week.max())), fill_value=0)
    return np.vstack([week.value_counts().reindex(counts.columns, fill_value=0), counts[counts.sum(axis=1) > 100]])


@pytest.mark.walk
def test_on_real_districts_the_promise_holds_and_a_doubling_is_found_late():
    """Philadelphia: each year from the sixth on by a rule of the 286 weeks before it; then each killing of a district twice, one by one."""
    if not data().is_dir():
        pytest.skip("the real city data are not beside the project (set HOTSPOTS_TEST_DATA)")
    events, ready, weeks, vain = of_philadelphia(), 26, [], []
    alike = np.arange(len(events)) > 0
    for first in range(286, events.shape[1] - ready - 78, 52):
        rule = rule_of(events[:, first - 286 : first], alike, a_year=1.0, seed=first)
        here = events[:, first - 286 : first + ready + 78]
        starts = raised(evidence(here[:, 286:], usual_of(here, alike, spread=rule.spread, first=286)), rule.limit)[1]
        vain.append(starts[:, ready : ready + 52].sum())
        twice = np.where(np.arange(here.shape[1]) < 286 + ready, here, 2 * here)
        usual = usual_of(twice, alike, spread=rule.spread, first=286, others=here[:1] - here)
        stands = raised(evidence(twice[:, 286:], usual), rule.limit)[0][1:]
        after = stands[:, ready:][~stands[:, ready - 1]]
        weeks += np.where(after.any(axis=1), after.argmax(axis=1) + 1.0, 79.0).tolist()
    print(f"Philadelphia: {np.mean(vain):.2f} alerts a year; a doubling after {np.median(weeks):.0f} weeks")
    assert np.mean(vain) <= 1 + 3 * math.sqrt(1 / len(vain))  # real changes are among them
    assert np.median(weeks) <= 40
    assert np.mean(np.array(weeks) <= ready) >= 0.3


def fast_city(*, more: int, late: str = "2019-12-09", extra: int = 0) -> Study:
    """Return four years of one event every second week in each of two districts, and `more` in the three weeks from `late` on.

    `extra` weeks of the same follow the end of 2019.
    """
    regular = [str(np.datetime64("2016-01-04") + 14 * k) for k in range(104 + extra // 2)]
    days = [str(np.datetime64(late) + k) for k in range(more)]
    places = [(5, 5)] * len(regular) + [(5, 15)] * len(regular) + [(15, 5)] * more
    covers = (pd.Timestamp("2016-01-01"), pd.Timestamp("2019-12-30") + 7 * extra * DAY)
    return Study.of(*square_city(places, dates=[*regular, *regular, *days]), start=covers[0], end=covers[1], covers=covers)


def test_an_alert_is_told_with_its_weeks():
    found = repeats.alerts(fast_city(more=12))
    row = found.table.loc["district:row 0"]
    assert (row["state"], found.table.loc["district:row 1", "state"]) == ("raised", "quiet")
    assert row["usual"] == pytest.approx(0.5, abs=0.1)
    assert row["events"] >= 12
    assert row["events"] > row["high"] >= row["expected"]
    assert row["since"] == found.last - (7 * int(row["weeks"]) - 1) * DAY
    assert found.last == pd.Timestamp("2019-12-29")  # a Sunday
    assert pd.Timestamp("2019-12-15") <= row["raised"] <= found.last
    assert found.rule.false_low <= 1.2


def test_an_alert_ends_when_the_last_weeks_are_as_usual():
    found = repeats.alerts(fast_city(more=12, extra=20))
    row = found.table.loc["district:row 0"]
    assert row["state"] == "ended"
    assert row["raised"] < row["ended"] <= found.last
    later = repeats.alerts(fast_city(more=12, extra=60))
    assert later.table.loc["district:row 0", "state"] == "quiet"
    assert len(later.episodes[later.episodes["place"] == "district:row 0"]) >= 1


def test_no_alert_where_nothing_changes_and_none_without_a_usual():
    assert (repeats.alerts(fast_city(more=0)).table["state"] == "quiet").all()
    assert repeats.alerts(Study.of(*square_city([(5, 5)] * 3, dates=["2019-01-01", "2020-01-01", "2020-06-01"]))) is None


def test_an_area_is_watched_too():
    study = fast_city(more=12)
    at = study.unit_of.tolist()
    burst, other = at[-1], at[104]  # where the three weeks are, and the other district's regular events
    found = repeats.alerts(study, areas={"area:x": [burst, other], "area:y": [burst]})
    assert found.table.loc["area:x", "state"] == "raised"
    assert found.table.loc["area:x", "events"] >= 12
    assert found.table.loc["area:y", "state"] == "few"  # nobody was killed there before


REAL = {
    "chicago": ("homicides_2001_2018.csv", "District", "Date", "Case Number"),
    "philadelphia": ("homicides_2006_2018.csv", "police_district", "dispatch_date_time", "dc_key"),
}


def weeks_of(folder: Path, name: str) -> np.ndarray:
    """Return the weekly events of a real city and its police districts, the city first; people killed together are one event."""
    file, district, date, event = REAL[name]
    rows = pd.read_csv(folder / name / file).drop_duplicates(event)
    day = pd.to_datetime(rows[date], format="mixed", utc=True)
    week = ((day - day.min()).dt.days // 7).to_numpy()
    known = rows[district].astype(str)
    whole = range(week.max())  # but the last one, which is cut off
    return np.array(
        [np.bincount(week[here], minlength=len(whole) + 1)[:-1] for here in (known != "", *(known == one for one in known.unique()))]
    )


@pytest.mark.walk
@pytest.mark.parametrize("name", list(REAL))
def test_a_real_history_with_its_weeks_dealt_anew_raises_as_few_as_promised(real_data, name):
    """Risk is constant then; what happens in one week stays together."""
    rng = np.random.default_rng(5)
    counts = weeks_of(real_data, name)
    counts = counts[(counts[:, :286].sum(axis=1) >= 5)]
    alike = np.arange(len(counts)) > 0
    many, vain = 60 if TORTURE else 2, []
    years = (counts.shape[1] - 286) / 52.18
    for _ in range(many):
        dealt = counts[:, rng.permutation(counts.shape[1])]
        rule = rule_of(dealt[:, :286], alike, a_year=1.0, seed=int(rng.integers(1 << 30)))
        _, starts = raised(evidence(dealt[:, 286:], usual_of(dealt, alike, spread=rule.spread, first=286)), rule.limit)
        vain.append(starts.sum() / years)
    print(f"{name}: {np.mean(vain):.2f} alerts in vain a year on weeks dealt anew, {len(counts)} places")
    assert np.mean(vain) <= 1.2 + (0 if TORTURE else 3 * math.sqrt(1 / (many * years)))


# In the digest.


def killed_at(city: cities.City, days: list[pd.Timestamp], like: int, *, end: pd.Timestamp) -> cities.City:
    """Publish the city with further people killed where row `like` was, one on each day, up to `end`."""
    table = city.incidents
    more = [table.iloc[[like]].assign(date=day, event_id=f"new {day} {i}") for i, day in enumerate(days)]
    joined = gpd.GeoDataFrame(pd.concat([table, *more], ignore_index=True), crs=table.crs).rename_axis("incident")
    return versions.publish(replace(city, incidents=Incidents(joined), end=end))


@pytest.fixture
def town(villa, tmp_path, monkeypatch):
    """Return the small city, with a store that the test may change."""
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    return villa[0]


def placed(city: cities.City) -> int:
    return int(np.flatnonzero((city.incidents["unplaced"] == "").to_numpy())[0])


def alerts_in(city: cities.City, before: int) -> list[str]:
    asked = Asked.of(Selection(city=city.slug, language="en"))
    found = digest(asked, words_for("en"), before=before)
    return [line for one in found.sections if one.key == "alerts" for line in one.lines]


@pytest.mark.walk
def test_the_digest_tells_what_was_raised_and_what_ended(town):
    start, like = town.end, placed(town)
    regular = [start + 21 * k * DAY for k in range(80)]  # four years and a half at one pace
    end = regular[-1] + 21 * DAY
    first = killed_at(town, regular, like, end=end)
    burst = [end + k * DAY for k in range(14)]
    second = killed_at(first, burst, like, end=end + 21 * DAY)
    told = alerts_in(second, 1)
    assert told
    assert all("alert since" in line for line in told)
    assert Asked.of(Selection(city=town.slug)).city.version == 2
    watched = questions.watch(Asked.of(Selection(city=town.slug))).value
    assert (watched.table["state"] == "raised").any()
    quiet = [end + (40 + 21 * k) * DAY for k in range(12)]
    third = killed_at(second, quiet, like, end=end + 300 * DAY)
    assert any("has ended" in line for line in alerts_in(third, 2))


def test_none_is_raised_from_late_registrations_alone(town):
    start, like = town.end, placed(town)
    regular = [start + 21 * k * DAY for k in range(80)]
    end = regular[-1] + 21 * DAY
    first = killed_at(town, regular, like, end=end)
    late = [end - (100 - k) * DAY for k in range(14)]  # known only now, three months after
    second = killed_at(first, late, like, end=end)
    assert not alerts_in(second, 1)
    watched = questions.watch(Asked.of(Selection(city=town.slug))).value
    assert watched.episodes["late"].any()
    assert not (watched.table["state"] == "raised").any()


def test_a_place_has_the_alerts_of_the_ground_it_lies_on(city):
    def watched(place: str) -> list[str]:
        return list(questions.watch(Asked.of(Selection(city=city.slug, place=place))).value.table.index)

    assert watched("") == ["", *(f"district:{name}" for name in sorted(set(city.blocks["district"])))]
    assert watched("district:row 1") == ["", "district:row 1"]
    assert watched("block:b00") == ["", f"district:{city.blocks['district']['b00']}"]
