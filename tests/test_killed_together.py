"""How many are killed together: public intervals hold, and the one number that is told gives nothing away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attacked import data
from conftest import TORTURE
from released import CITIES, SECRET, released_city

from hotspots.cities.published_totals import WHOLE
from hotspots.release import audit, build, bundle, killed_together, rules
from hotspots.release.beside import Beside, weakened
from hotspots.release.how_sure import rate_ends
from hotspots.release.killed_together import LEAST_KILLED, MOST, Told, factor
from hotspots.release.reading import Reading
from hotspots.release.release import hot_areas
from hotspots.release.standing_out import own_areas
from hotspots.store.schema import Incidents
from hotspots.study.exposure import ASSUMED_TOGETHER
from hotspots.study.testing import square_blocks

DAY = pd.Timestamp
DOUBLES = 0.2  # of the events


def doubled(city, share: float = DOUBLES, *, size: int = 2, seed: int = 5):
    """Return a city in which a share of its events has as many victims as `size` says; everybody else is killed alone."""
    table = city.incidents
    more = table.sample(frac=share, random_state=seed)
    told = pd.concat([table, *[more] * (size - 1)], ignore_index=True)
    return replace(city, incidents=Incidents(told.rename_axis(table.index.name)))


def made(city, *, as_of: str = "2020-03-01", **more):
    return build(city, as_of=as_of, secret=SECRET, **more)


def by_pandas(events: pd.Series) -> float:
    """Return the number that is to be told of events, before it is made coarse: each of more than four counts as four."""
    sizes = events.value_counts()
    counted = sizes.clip(upper=4)
    return 1 + float((counted * counted - counted).sum()) / float(sizes.sum())


# ---- it is right, and the intervals hold


def test_public_intervals_hold_where_a_fifth_of_the_events_kills_two():
    """Twelve areas of one city, and the number told of all of them; taken one by one, fewer than 93 of 100 hold."""
    rng, held, alone = np.random.default_rng(70), [], []
    mean, many = rng.uniform(15, 150, 12), 4000 if TORTURE else 400
    for _ in range(many):
        events = rng.poisson(mean / (1 + DOUBLES))
        pairs = rng.binomial(events, DOUBLES)
        told = factor(np.repeat([1, 2], [int((events - pairs).sum()), int(pairs.sum())]), most=2.0)
        table = pd.DataFrame({"count": (events + pairs).astype(float), "rate": 1.0})
        for into, together in ((held, told), (alone, 1.0)):
            ends = rate_ends(table, np.full(12, 1e5), [together] * 12)
            into.append(((ends["rate_low"] <= mean) & (mean <= ends["rate_high"])).mean())
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(alone) < 0.93


def test_where_nobody_tells_intervals_hold_all_the_same():
    """The smallest tenth with which they do, in every city at hand: exact chances of victims of events as large as there (Panjer 1981)."""
    if not data().is_dir():
        pytest.skip("the real city data are not beside the project (set HOTSPOTS_TEST_DATA)")
    held = {together: [covered(sizes, together) for sizes in (*sizes_of_cities(), np.array([80, 20]))] for together in (1.3, 1.4)}
    assert min(held[ASSUMED_TOGETHER]) >= 0.93
    assert min(held[1.3]) < 0.93


def sizes_of_cities() -> list[np.ndarray]:
    """Return how many events had one, two, … victims in Chicago (by its own number), Philadelphia and Guayaquil (by day and place)."""
    chicago = pd.read_csv(data() / "chicago" / "homicides_2001_2018.csv")["Case Number"].dropna()
    table = pd.read_csv(data() / "philadelphia" / "homicides_2006_2018.csv")
    philadelphia = table["dispatch_date_time"].str[:10] + table["geometry"]
    file = data() / "guayaquil" / "muertes_violentas_guayaquil_latin1_semicolon.csv.gz"
    table = pd.read_csv(file, sep=";", encoding="latin1", dtype=str)
    day, x, y = (next(name for name in table.columns if name.startswith(start)) for start in ("Fecha Inf", "Coord. X", "Coord. Y"))
    guayaquil = table[day] + table[x] + table[y]
    return [np.bincount(one.value_counts())[1:] for one in (chicago, philadelphia, guayaquil)]


def covered(sizes: np.ndarray, together: float) -> float:
    """Return the least chance that the interval of 15 to 150 killed holds the mean that they came from."""
    share = sizes / sizes.sum()
    size = np.arange(1, len(share) + 1)
    found = []
    for mean in (15, 20, 30, 60, 150):
        events, chance = mean / float(size @ share), np.zeros(500)
        chance[0] = np.exp(-events)
        for n in range(1, len(chance)):
            up_to = size[: min(n, len(size))]
            chance[n] = events / n * float((up_to * share[: len(up_to)]) @ chance[n - up_to])
        ends = rate_ends(pd.DataFrame({"count": np.arange(500.0), "rate": 1.0}), np.full(500, 1e5), [together] * 500)
        found.append(chance[(ends["rate_low"] <= mean) & (mean <= ends["rate_high"])].sum())
    return min(found)


@pytest.mark.cases(2)
@pytest.mark.parametrize(("share", "size"), [(0.0, 1), (0.05, 2), (0.2, 2), (0.1, 3), (0.02, 30)])
def test_what_is_told_is_what_pandas_finds_in_the_victims_and_a_tenth_more_at_most(share, size):
    city = doubled(released_city(), share, size=size)
    (told,) = killed_together.told_in(made(city).facts)
    exact = by_pandas(city.incidents["event_id"])
    assert (told.start, told.end) == (DAY("2015-01-01"), DAY("2020-01-01"))
    assert told.factor == max(1.1, np.ceil(round(10 * exact, 9)) / 10)


def test_every_public_interval_uses_it():
    """By scipy's gamma: areas, the whole city by year, an area against the rest."""
    from scipy import stats

    reading = Reading(made(doubled(released_city(years=10)), as_of="2025-03-01"))
    d = reading.release.facts["killed_together"][0]["factor"]
    assert d > 1.2
    window = reading.windows[-1]
    area = reading.areas(window)["count"].idxmax()
    row = reading.areas(window).loc[area]
    year = reading.years.iloc[-1]
    people = float(reading.city.blocks["population"].sum())
    for one, lived in ((row, 5 * row["population"]), (year, people)):
        pieces = one["count"] / d
        ends = stats.gamma.ppf(0.025, pieces) * d, stats.gamma.ppf(0.975, pieces + 1) * d
        assert (one["rate_low"], one["rate_high"]) == pytest.approx(tuple(1e5 * end / lived for end in ends))
    found = reading.change(area, window)
    x, y = (float(reading.areas(one).loc[area, "count"]) / d for one in (window, reading.windows[0]))
    low, high = stats.beta.ppf(0.025, x, y + 1), stats.beta.ppf(0.975, x + 1, y)
    assert (found.low, found.high) == pytest.approx((low / (1 - low), high / (1 - high)), rel=1e-3)


def test_where_nothing_differs_maps_of_what_stands_out_are_empty():
    """A fifth of the events kills two in 36 areas alike: were each victim an event, more than 5 of 100 maps would have a colour."""
    areas = square_blocks(side=6, population=20_000)
    rng, many = np.random.default_rng(1), 2000 if TORTURE else 150
    found = {(test, together): 0 for test in (own_areas, hot_areas) for together in (1.0, 1.4)}
    for _ in range(many):
        events = rng.poisson(33, 36)
        counts = (events + rng.binomial(events, DOUBLES)).astype(float)
        for test, together in found:
            found[test, together] += int((test(counts, areas, together=together) == 1).any())
    for (_, together), maps in found.items():
        slack = 3 * np.sqrt(0.05 * 0.95 / many)
        assert maps / many <= 0.05 + slack if together > 1 else maps / many > 0.05 + slack


# ---- it gives nothing away


def test_nothing_is_told_of_few_people_or_of_one_year():
    """Of 12 deaths with one double the number would be 1.2, and nothing else than one double gives it."""
    assert factor(np.array([1] * 10 + [2]), most=2.0) == 1.2
    few = doubled(released_city(victims=160))
    assert killed_together.told_in(made(few).facts) == []
    assert Reading(made(few)).release.victims_vary(DAY("2017-01-01")) == ASSUMED_TOGETHER
    year = doubled(released_city(victims=900, years=1))
    assert killed_together.told_in(made(year, as_of="2016-03-01").facts) == []


def test_whether_it_is_told_hangs_on_published_numbers_alone():
    plain, pairs = released_city(victims=240), doubled(released_city(victims=200))
    assert len(plain.incidents) == len(pairs.incidents)
    spans = [[(one.start, one.end) for one in killed_together.told_in(made(city).facts)] for city in (plain, pairs)]
    assert spans[0] == spans[1] != []


def test_how_many_were_killed_together_stays_open_by_nine():
    """Every number of events of two, three, four that gives what is told, tried one by one."""
    for killed in (LEAST_KILLED, LEAST_KILLED + 37, 2 * LEAST_KILLED):
        events: dict[float, list[tuple[int, int, int]]] = {}
        for fours in range(killed // 4 + 1):
            for threes in range((killed - 4 * fours) // 3 + 1):
                left = killed - 4 * fours - 3 * threes
                pairs = np.arange(left // 2 + 1)
                told = np.maximum(11, 10 + np.ceil(np.round(10 * (2 * pairs + 6 * threes + 12 * fours) / killed, 9)).astype(int)) / 10
                for value in np.unique(told):
                    both = pairs[told == value]
                    events.setdefault(value, []).append(
                        (int(both.min()) + threes + fours, int(both.max()) + threes + fours, threes + fours)
                    )
        for value, found in events.items():
            if value <= 2.0:  # above, more than one of two died with others, which no area's number leaves room for
                low, high = min(one[0] for one in found), max(one[1] for one in found)
                assert high - low >= 9, (killed, value)
                alone = [one for one in found if one[2] == 0]  # for who knows that no event had more than two
                assert not alone or max(one[1] for one in alone) - min(one[0] for one in alone) >= 9, (killed, value)


def test_no_single_event_moves_it_by_more_than_a_tenth():
    rng = np.random.default_rng(7)
    for _ in range(2000 if TORTURE else 200):
        sizes = rng.choice([1, 2, 3, 4, 9], rng.integers(60, 400), p=rng.dirichlet([20, 3, 1, 1, 1]))
        sizes = np.append(sizes, np.ones(max(LEAST_KILLED - sizes.sum(), 0), dtype=int))
        event = int(rng.choice([2, 3, 4, 20]))
        together, apart = np.append(sizes, event), np.append(sizes, np.ones(event, dtype=int))
        assert abs(factor(together, most=9.0) - factor(apart, most=9.0)) <= 0.1 + 1e-9
    assert MOST == 4


@pytest.mark.walk
@pytest.mark.parametrize("name", CITIES)
@pytest.mark.parametrize(("share", "size"), [(0.2, 2), (0.3, 4)])
@pytest.mark.parametrize("profile", ["strict", "open"])
def test_people_of_any_shown_area_may_have_been_killed_one_by_one(name, share, size, profile):
    """Events of two within other shown areas give what is told: so no hidden number is narrower with it, nor is it about any area."""
    city = doubled(released_city(**CITIES[name]), share, size=size)
    release = made(city, profile=profile)
    (told,) = killed_together.told_in(release.facts)
    cells = release.figures[(release.figures["table"] == "areas") & (release.figures["area"] != WHOLE)].dropna(subset="count")
    killed = int(release.figures.loc[(release.figures["table"] == "areas") & (release.figures["area"] == WHOLE), "count"].sum())
    for left_out in ["", *release.areas.index]:
        sizes: list[int] = []
        for n in cells.loc[cells["area"] != left_out, "count"].astype(int):
            fits = 0
            while fits < n and by_sizes([*sizes, *[min(MOST, n - fits)]], killed) <= told.factor:
                sizes.append(min(MOST, n - fits))
                fits += sizes[-1]
        sizes += [1] * (killed - sum(sizes))
        assert max(1.1, np.ceil(round(10 * by_sizes(sizes, killed), 9)) / 10) == told.factor, left_out
    assert audit(release).passed


def by_sizes(sizes: list[int], killed: int) -> float:
    return 1 + sum(one * (one - 1) for one in sizes) / killed


def test_it_is_told_once_of_the_same_years_whatever_comes_later():
    city = doubled(released_city(victims=1800, years=10))
    until = Incidents(city.incidents[city.incidents["date"] < "2020-01-01"])
    first = made(replace(city, incidents=until, end=DAY("2020-01-01")))
    late = doubled(replace(city, incidents=until), 0.9, size=4, seed=9).incidents.iloc[len(until) :]  # all of it told after the first
    both = replace(city, incidents=Incidents(pd.concat([city.incidents, late], ignore_index=True).rename_axis(city.incidents.index.name)))
    second = made(both, as_of="2025-03-01", before=[first])
    (old,), told = killed_together.told_in(first.facts), killed_together.told_in(second.facts)
    assert told[0] == old
    assert [(one.start.year, one.end.year) for one in told] == [(2015, 2020), (2020, 2025)]
    assert not rules.changed(second, [first])


# ---- the audit holds it to that


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    "wrong",
    [
        {"factor": 1.25},
        {"factor": 1.0},
        {"factor": 3.9},
        {"start": "2016-01-01"},
        {"end": "2019-01-01"},
    ],
)
def test_the_audit_refuses_a_number_that_tells_too_much(wrong):
    release = made(doubled(released_city()))
    told = release.facts["killed_together"][0]
    forged = replace(release, facts=release.facts | {"killed_together": [told | wrong]})
    assert [one.code for one in audit(forged).found] == ["killed_together"]
    assert audit(release).passed


def test_the_audit_refuses_a_number_of_few_and_one_that_changed():
    few = made(doubled(released_city(victims=160)))
    told = [{"start": "2015-01-01", "end": "2020-01-01", "factor": 1.4}]
    assert "killed_together" in [one.code for one in audit(replace(few, facts=few.facts | {"killed_together": told})).found]
    release = made(doubled(released_city()))
    other = replace(release, facts=release.facts | {"killed_together": [release.facts["killed_together"][0] | {"factor": 1.1}]})
    assert [one.code for one in rules.changed(release, [other])] == ["killed_together"]


def test_two_releases_of_nearly_the_same_people_tell_nothing_of_the_rest():
    """Of 1,000 at 1.5 more than 400 pieces, of 960 at 1.4 at most 384: the 40 more would be known to hold some."""
    figures = [
        pd.DataFrame({"table": "areas", "area": WHOLE, "start": [DAY("2015-01-01")], "end": [DAY("2020-01-01")], "count": [n]})
        for n in (1000.0, 960.0, 700.0)
    ]
    one, other = (Told(DAY("2015-01-01"), DAY("2020-01-01"), value) for value in (1.5, 1.4))
    assert killed_together.tell_of_a_part(one, figures[0], other, figures[1])
    assert not killed_together.tell_of_a_part(one, figures[0], other, figures[2])  # of 300 more anything may be told
    assert not killed_together.tell_of_a_part(other, figures[1], one, figures[0])
    assert not killed_together.tell_of_a_part(one, figures[0], one, figures[1])


def test_beside_another_release_of_the_same_areas_it_must_be_the_same():
    release = made(doubled(released_city()))
    other = replace(
        release, facts=release.facts | {"slug": "other", "killed_together": [release.facts["killed_together"][0] | {"factor": 1.1}]}
    )
    found = weakened(release, [Beside.of("other", other, same=False)])
    assert [one.code for one in found] == ["killed_together"]


# ---- releases of before


def test_releases_of_before_open_with_what_is_assumed():
    for folder in sorted((Path(__file__).parent / "kept" / "releases").iterdir()):
        release = bundle.read(folder)
        assert killed_together.FACT not in release.facts
        reading = Reading(release)
        row = reading.by_area.dropna(subset="rate").iloc[0]
        from scipy import stats

        lived = row["population"] * (row["end"] - row["start"]).days / 365.25
        high = stats.gamma.ppf(0.975, row["count"] / ASSUMED_TOGETHER + 1) * ASSUMED_TOGETHER
        assert row["rate_high"] == pytest.approx(1e5 * high / lived, rel=2e-3)


def test_it_is_written_and_read_back(tmp_path):
    release = made(doubled(released_city()))
    bundle.write(release, tmp_path / "out", key=SECRET)
    read = bundle.read(tmp_path / "out")
    assert killed_together.told_in(read.facts) == killed_together.told_in(release.facts) != []
