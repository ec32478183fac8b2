"""The audit finds what leaks, agrees with enumeration, and passes what is sound."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import TORTURE
from released import CITIES, SECRET, city_of, released_city
from scipy import sparse
from scipy.optimize import linprog

from hotspots import release as disclosure
from hotspots.release import (
    Statement,
    attack,
    attacked,
    audit,
    build,
    figures,
    intervals,
    nested,
    rules,
    system,
)
from hotspots.release.attack import _surely_free
from hotspots.release.protection import ASKED_FOR, LIKELIER, attribute_weights, protect, told_by_lot
from hotspots.statistics.clusters import gi_star, neighbours
from hotspots.store.schema import Blocks, Incidents
from hotspots.study.testing import square_blocks

DAY = pd.Timestamp


def said(low, high=None, areas="", *, year=2015, years=1, values=(), hidden=False, name="", **more):
    """Return a statement; areas is a text of one letter for each."""
    span = DAY(year, 1, 1), DAY(year + years, 1, 1)
    top = low if high is None else high
    return Statement(name or f"{areas or 'all'} {year}", *span, low, top, frozenset(areas), tuple(values), hidden, **more)


def few(areas, **more):
    return said(0, 9, areas, hidden=True, **more)


# --- against enumeration -------------------------------------------------------------------------------------------------------


def enumerated(matrix, low, high, top):
    """Return the least and greatest value of each unknown over all whole-number solutions, by trying every one."""
    worlds = np.array(list(itertools.product(range(top + 1), repeat=matrix.shape[1])))
    sums = worlds @ matrix.T
    good = worlds[((sums >= low) & (sums <= high)).all(axis=1)]
    return good.min(axis=0), good.max(axis=0)


@pytest.mark.cases(8)
@pytest.mark.parametrize("seed", range(400 if TORTURE else 25))
def test_intervals_agree_with_enumeration(seed):
    rng = np.random.default_rng(seed)
    n, top = int(rng.integers(2, 6)), 6
    truth = rng.integers(0, top + 1, n)
    rows = rng.integers(0, 2, (int(rng.integers(1, 5)), n)).astype(float)
    sums, slack = rows @ truth, rng.integers(0, 3, len(rows))
    matrix = np.vstack([rows, np.eye(n)])
    low, high = np.concatenate([sums - slack, np.zeros(n)]), np.concatenate([sums + slack, np.full(n, float(top))])
    known = disclosure.System(sparse.csr_array(matrix), low, high, (), tuple(map(str, range(n))))
    found = intervals(known, sparse.eye_array(n, format="csr"))
    least, most = enumerated(matrix, low, high, top)
    assert found.low.tolist() == least.tolist()
    assert found.high.tolist() == most.tolist()
    quick = intervals(known, sparse.eye_array(n, format="csr"), enough=most - least)
    assert (quick.low.tolist(), quick.high.tolist()) == (least.tolist(), most.tolist())  # as wide as they are, and no wider


@pytest.mark.cases(2)
@pytest.mark.parametrize("seed", range(200 if TORTURE else 10))
def test_known_parts_agree_with_enumeration(seed):
    """A part is called known exactly where every table of whole numbers with these margins has the same number there."""
    rng = np.random.default_rng(seed)
    truth = rng.poisson(0.7, (2, 3))
    areas = [said(float(n), areas=a, years=3) for a, n in zip("ab", truth.sum(axis=1), strict=True)]
    years = [said(float(n), areas="ab", year=2015 + y) for y, n in enumerate(truth.sum(axis=0))]
    found, _, parts = attacked([*areas, *years])
    assert parts == 6
    margins = np.vstack([np.kron(np.eye(2), np.ones(3)), np.kron(np.ones(2), np.eye(3))])
    sums = margins @ truth.ravel()
    least, most = enumerated(margins, sums, sums, int(truth.max() + truth.sum(axis=1).max()))
    assert len([one for one in found if one.code == "part_pinned"]) == int((least == most).sum())


def limits_of(rng):
    """Return sums of a few unknowns and limits around a world in which many are touched: often none lies inside all of them."""
    matrix = (rng.random((int(rng.integers(1, 7)), int(rng.integers(2, 8)))) < 0.5).astype(float)
    sums = matrix @ (rng.integers(0, 6, matrix.shape[1]) * (rng.random(matrix.shape[1]) < 0.7))
    size = len(sums)
    low = np.where(rng.random(size) < 0.7, sums, sums - rng.integers(0, 3, size)).clip(0)
    high = np.where(rng.random(size) < 0.5, sums, np.where(rng.random(size) < 0.4, np.inf, sums + rng.integers(0, 3, size)))
    return matrix, low, high


def test_what_is_known_exactly_in_a_large_block_is_what_two_programmes_for_each_unknown_say(monkeypatch):
    """The plain way, the least and the greatest value of each, tells the same; also where every world touches some limit."""
    monkeypatch.setattr(attack, "EXACT_UP_TO", 0)
    rng, pinned, inside = np.random.default_rng(2), 0, 0
    for _ in range(400 if TORTURE else 40):
        matrix, low, high = limits_of(rng)
        n, finite = matrix.shape[1], np.isfinite(high)
        known = disclosure.System(sparse.csr_array(matrix), low, high, (), tuple(map(str, range(n))))
        found, values = attack.fixed(known, np.arange(n))
        inside += bool(_surely_free(known.matrix, low, high, np.zeros(n, dtype=bool)).any())
        above, below = np.vstack([-matrix, matrix[finite]]), np.concatenate([-low, high[finite]])
        for j in range(n):
            least, most = (linprog(sign * np.eye(n)[j], A_ub=above, b_ub=below) for sign in (1, -1))
            wide = np.inf if most.status == 3 else -most.fun - least.fun
            assert found[j] == (wide < 1e-7), (matrix, low, high, j)
            if found[j]:
                assert values[j] == pytest.approx(least.fun, abs=0.5)
                pinned += 1
    assert pinned > 20
    assert 0 < inside < 40


def test_an_audit_tells_of_numbers_that_differ_by_a_few():
    """The year, and the year without its last month, 5 apart: nobody need be killed in one place for that to tell."""
    release = strict(released_city(**CITIES["middle"]))
    assert audit(release).passed
    year = release.figures[(release.figures["table"] == "city") & (release.figures["start"] == DAY(2019, 1, 1))].iloc[0]
    most = year.to_dict() | {"table": "so_far", "end": DAY(2019, 12, 1), "count": year["count"] - 5}
    told = figures.typed(pd.concat([release.figures, pd.DataFrame([most])], ignore_index=True))
    found = [one for one in audit(replace(release, figures=told)).found if one.code == "difference"]
    assert len(found) == 1
    assert "it leaves 5" in str(found[0])


def test_hand_worked_interval():
    """20 in all, 8 shown: two hidden numbers under 10 add up to 12, so each lies between 3 and 9."""
    solved = system([said(20, areas="abc"), said(8, areas="a"), few("b"), few("c")])
    found = intervals(solved, solved.matrix[[2, 3]])
    assert found.low.tolist() == [3, 3]
    assert found.high.tolist() == [9, 9]
    assert found.width.tolist() == [6, 6]


def test_a_contradiction_is_told():
    with pytest.raises(disclosure.ContradictionError):
        attacked([said(3, areas="a"), said(4, areas="ab"), said(2, areas="b"), few("b")])


def test_unknowns_that_no_sum_holds_are_free():
    free = _surely_free(sparse.csr_array((0, 2)), np.zeros(0), np.zeros(0), np.array([False, True]))
    assert free.tolist() == [True, False]


def test_nothing_said_nothing_known():
    assert attacked([])[0] == []
    solved = system([said(3, areas="a")])
    assert intervals(solved, sparse.csr_array((1, 1))).width.tolist() == [0]


# --- twenty releases that leak ------------------------------------------------------------------------------------------------


def sliding_windows():
    return [said(40, areas="a", years=5), said(43, areas="a", year=2016, years=5), said(0, areas="a"), few("b", years=5)]


def sliding_by_one_year():
    return [said(12.0, areas="a", years=2), few("a"), said(11.0, areas="a", year=2016)]


def no_complement():
    return [said(50, areas="abc"), said(30, areas="a"), said(17, areas="b"), few("c")]


def complement_too_small():
    return [said(50, areas="abc"), said(38, areas="a"), few("b"), said(10, np.inf, "c", hidden=True)]


def two_small_cells_of_sum_one():
    return [said(50, areas="abc"), said(49, areas="a"), few("b"), few("c")]


def rate_of_a_hidden_count():
    low, high = (np.array([7.65, 7.75]) * 52_000 / 1e5).tolist()
    return [few("a"), said(low, high, "a"), said(60, areas="ab")]


def rate_without_decimals():
    low, high = ((7 * 1e5 / 30_000 + np.array([-0.5, 0.5])) * 30_000 / 1e5).tolist()
    return [few("a"), said(low, high, "a")]


def percentages():
    return [said(57.0), few("a"), said(10, np.inf, "b"), said(0.0873, 0.0882, "a", of=said(57.0))]


def percentages_of_attributes():
    female = (("sex", "female"),)
    return [
        said(200.0),
        few("", values=female),
        said(10, np.inf, values=(("sex", "male"),)),
        said(0.0345, 0.0355, values=female, of=said(200.0)),
    ]


def rounded_to_five():
    return [few("a"), said(3, 7, "a")]


def gi_star_of_one_decimal():
    """Scores with the mean and the spread known: each is a weighted sum of counts to within a rounding."""
    blocks = square_blocks(side=3)
    counts = np.array([3, 0, 1, 12, 5, 2, 0, 7, 20.0])
    near = neighbours(blocks)
    scores = np.round(gi_star(counts, near), 1)
    around = (near + sparse.eye_array(9)).toarray()
    size = around.sum(axis=1)
    spread = counts.std() * np.sqrt((9 * size - size**2) / 8)
    letters = "abcdefghi"
    found = [said(50.0, areas=letters), *(few(one) for one, n in zip(letters, counts, strict=True) if n < 10)]
    for row, score, scale, n in zip(around, scores, spread, size, strict=True):
        if scale > 0:
            low, high = ((score + np.array([-0.05, 0.05])) * scale + n * counts.mean()).tolist()
            found.append(said(low, high, weights=tuple(zip(letters, row.tolist(), strict=True))))
    return found


def overlapping_areas():
    return [said(25, areas="abc"), said(22, areas="bcd"), few("a"), said(19, areas="bc")]


def overlapping_unions():
    return [said(31, areas="ab"), said(30, areas="bc"), said(27, areas="ac"), few("d")]


def two_way_table():
    both = [(("sex", sex), ("weapon", weapon)) for sex in "fm" for weapon in "gk"]
    counts = [12.0, None, 40.0, 21.0]
    rows = [few("", values=v) if n is None else said(n, values=v) for v, n in zip(both, counts, strict=True)]
    return [said(76.0), *rows]


def two_way_beside_one_way():
    return [
        said(60.0),
        said(14.0, values=(("sex", "f"),)),
        said(46.0, values=(("sex", "m"),)),
        said(13.0, values=(("sex", "f"), ("weapon", "g"))),
        few("", values=(("sex", "f"), ("weapon", "k"))),
    ]


def total_less_sum():
    return [said(100.0), said(60, areas="a"), said(36, areas="b"), few("c")]


def districts_beside_areas():
    return [said(33, areas="ab"), said(29, areas="a"), few("b"), said(80, areas="abcd"), said(25, areas="c")]


def year_to_date():
    months = [Statement(f"to month {m}", DAY(2015, 1, 1), DAY(2015, m, 1), n, n, frozenset("a")) for m, n in ((6, 14.0), (7, 15.0))]
    return [*months, Statement("June", DAY(2015, 6, 1), DAY(2015, 7, 1), 0, 9, frozenset("a"), (), True)]


def all_of_one_year_in_one_area():
    return [said(12.0, areas="ab", years=2), said(0.0, areas="ab"), said(12.0, areas="a", years=2)]


def attribute_by_area():
    return [said(18, areas="a"), said(15, areas="a", values=(("weapon", "gun"),)), few("a", values=(("weapon", "knife"),))]


def press_release():
    return [said(30, areas="ab"), said(27, areas="a"), few("b"), said(2, 30, "b")]


LEAKS = (
    *(sliding_windows, sliding_by_one_year, no_complement, complement_too_small, two_small_cells_of_sum_one, rate_of_a_hidden_count),
    *(rate_without_decimals, percentages, percentages_of_attributes, rounded_to_five, gi_star_of_one_decimal, overlapping_areas),
    *(overlapping_unions, two_way_table, two_way_beside_one_way, total_less_sum, districts_beside_areas, year_to_date),
    *(all_of_one_year_in_one_area, attribute_by_area, press_release),
)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_a_leak_is_flagged(leak):
    known = leak()
    found = attacked(known)[0] + nested(known)
    assert found
    assert all(one.give_up and one.text for one in found)


def test_the_figure_to_give_up_is_named():
    found = attacked([said(50, areas="abc"), said(30, areas="a"), said(17, areas="b"), few("c")])[0]
    assert [(one.code, one.give_up) for one in found] == [("pinned", "b 2015")]
    assert "it is 3" in found[0].text
    narrow = attacked([said(60, areas="abc"), said(30, areas="a"), few("b"), said(24, np.inf, "c", hidden=True)])[0]
    assert {one.code for one in narrow} == {"narrow"}


def test_who_lies_in_no_area_is_told():
    """A number of nobody's area: neither it nor its 0 by year is a finding, nor what is left of a city of one area."""
    nowhere = [said(40.0, areas="", years=2), said(20.0, areas=""), said(20.0, areas="", year=2016)]
    for n in (0, 3):
        told = [*nowhere, replace(said(n, areas="u", years=2), areas=frozenset(["unmapped"])), said(40.0 - n, areas="a", years=2)]
        assert attacked(told)[0] == []
        assert nested(told) == []
    assert attacked([*nowhere, said(0, areas="b", years=2), said(40.0, areas="a", years=2)])[0]


def test_what_does_not_leak_is_not_flagged():
    sound = [said(100.0, areas="abcd"), said(50, areas="a"), few("b"), few("c"), said(10, np.inf, "d", hidden=True)]
    assert attacked(sound)[0] == []
    assert nested(sound) == []


def test_the_limits_are_where_the_rules_put_them():
    open_by = {low: attacked([said(40, areas="ab"), few("a"), said(low, np.inf, "b", hidden=True)])[0] for low in (31, 32)}
    assert open_by[31] == []  # a is any number from 0 to 9
    assert {one.code for one in open_by[32]} == {"narrow"}  # from 0 to 8
    gaps = {gap: [one.code for one in nested([said(40.0 + gap, areas="ab"), said(40.0, areas="a")])] for gap in (0, 1, 9, 10)}
    assert gaps == {0: [], 1: ["difference"], 9: ["difference"], 10: []}


# --- whole releases -----------------------------------------------------------------------------------------------------------


@pytest.mark.walk
@pytest.mark.parametrize("former", [True, False])
def test_the_lot_tells_nothing_to_who_knows_the_method(former):
    """The attacker knows the method and sees which number is held back, not the key: 15 is shown, so was it passed over for good reason?

    Every count of the unknown is tried with many keys, as the attacker would (400 in `make torture`). With the weights of before, all but
    certainly at most 3.
    """
    values, drawn, keys = ["0-14", "15-29", "30-44", "45-59", "60+", "unknown"], [], 400 if TORTURE else 120
    weights = pd.Series([16.0**-i for i in range(6)], index=values) if former else attribute_weights("age", values)
    for unknown in range(10):
        counts = pd.Series([30, 150, 90, 45 - unknown, 15, unknown], index=values)
        found = [protect(counts, weights=weights, secret=str(n).encode(), label="age") for n in range(keys)]
        drawn.append(sum(one is not None and one.tolist() == ["", "", "", "held", "", "few"] for one in found))
    assert (min(drawn) == 0) if former else (max(drawn) <= 2.5 * min(drawn) and min(drawn) > keys / 10)


def test_how_much_the_lot_may_tell_is_what_the_decision_says():
    decision = (Path(__file__).parents[1] / "docs/decisions/0015-disclosure.md").read_text(encoding="utf-8")
    assert f"gets more than {LIKELIER:.0f} times likelier" in decision


def test_an_audit_by_who_knows_the_lot():
    """The table of the finding: 45-59 held back, unknown few, 60+ shown as 15."""
    shown = pd.Series({"0-14": 12.0, "15-29": 150, "30-44": 90, "60+": 15})
    weights = {name: 16.0**-i for i, name in enumerate(["0-14", "15-29", "30-44", "45-59", "60+", "unknown"])}
    told = partial(told_by_lot, shown, held="45-59", together=45, small=1)
    assert told(pd.Series(weights)) > 10
    # alike: of 3, 4 or 5 that could be drawn, so 5 ÷ 3
    assert told(pd.Series(1.0, index=list(weights))) == pytest.approx(5 / 3)


def test_a_lot_that_tells_is_found_in_a_release():
    release = strict(released_city(**CITIES["middle"]))
    assert rules.lots(release) == []
    rows = release.figures
    age = rows["table"] == "age"
    table = rows[~age].copy()
    values = {"15-29": 440.0, "30-44": np.nan, "45-59": 14.0, "60+": 13.0, "unknown": np.nan}
    reasons = ["", "held", "", "", "few"]
    row = {"table": "age", "area": "", "start": DAY(2015, 1, 1), "end": DAY(2020, 1, 1)}
    more = [row | {"value": value, "count": n, "reason": reason} for (value, n), reason in zip(values.items(), reasons, strict=True)]
    table = pd.concat([table, pd.DataFrame(more)], ignore_index=True)
    lopsided = replace(release, figures=table)
    assert rules.lots(lopsided) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "attribute_weights", lambda _, values: pd.Series([16.0**-i for i in range(len(values))], index=values))
        assert [leak.code for leak in rules.lots(lopsided)] == ["lot"]
        assert rules.lots(lopsided, [lopsided]) == []  # it is out, and drawing anew would tell more


def test_what_people_ask_for_is_held_back_last():
    """Empty and rare values protect one another with a number that nobody asks for: women killed and cases cleared are told."""
    for name, counts in (
        ("sex", {"male": 300, "female": 40, "other": 0, "unknown": 2}),
        ("status", {"open": 200, "cleared": 50, "unknown": 0}),
        ("weapon", {"firearm": 300, "blade": 40, "blunt": 3, "body": 2, "other": 1, "unknown": 0}),
    ):
        found = protect(pd.Series(counts), weights=attribute_weights(name, counts), secret=b"any", label=name)
        asked = [value for value in counts if (name, value) in ASKED_FOR]
        assert found is not None
        assert found[asked].tolist() == [""]
    # where only they can protect, they do; where another was passed over for a reason that tells, nothing is told
    alone = protect(pd.Series({"male": 3, "female": 40}), weights=attribute_weights("sex", ["male", "female"]), secret=b"any", label="sex")
    told = protect(
        pd.Series({"male": 15, "female": 40, "other": 2}),
        weights=attribute_weights("sex", ["male", "female", "other"]),
        secret=b"any",
        label="sex",
    )
    assert alone is not None
    assert told is not None
    assert alone.tolist() == ["few", "held"]
    assert told.tolist() == ["unpublished"] * 3


def strict(city, **more):
    return build(city, as_of="2026-01-15", secret=SECRET, **more)


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", CITIES)
def test_synthetic_cities_pass(name):
    release = strict(released_city(**CITIES[name]))
    found = audit(release, exact=True)
    assert found.passed, found.found
    assert found.pinned == 0
    assert found.hidden == 0 or found.narrowest >= 9
    assert (release.coverage >= 0.8).all()


@pytest.mark.parametrize("name", ["middle", "small"] if TORTURE else ["small"])
def test_open_releases_pass(name):
    release = build(released_city(**CITIES[name]), profile="open", as_of="2026-01-15", secret=SECRET)
    found = audit(release)
    assert found.passed, found.found[:3]
    assert (release.figures[release.figures["table"] == "areas"]["reason"] == "").all()


@pytest.mark.cases(2)
@pytest.mark.parametrize("seed", range(200 if TORTURE else 6))
def test_any_city_passes(seed):
    """Whatever the city, the release passes its own audit: the protection is enough."""
    rng = np.random.default_rng(seed)
    victims, side, hot = int(rng.integers(3, 400)), int(rng.integers(1, 7)), rng.uniform(0.2, 6)
    city = released_city(victims=victims, side=side, years=int(rng.integers(1, 9)), seed=seed, hot=hot, unmapped=rng.uniform(0, 0.3))
    release = strict(city)
    found = audit(release, exact=True)
    assert found.passed, found.found
    assert found.narrowest >= 9


def _changed(city, rng):
    """Return the city with 1 to 5 incidents added, deleted or reclassified."""
    table = city.incidents.copy()
    for _ in range(int(rng.integers(1, 6))):
        what = rng.integers(3)
        at = int(rng.integers(len(table)))
        if what == 0:
            table = pd.concat([table, table.iloc[[at]]], ignore_index=True).rename_axis("incident")
        elif what == 1:
            table = table.drop(table.index[at]).reset_index(drop=True).rename_axis("incident")
        else:
            table.loc[table.index[at], "sex"] = "female"
    return replace(city, incidents=Incidents(table))


@pytest.mark.cases(1)
@pytest.mark.parametrize("seed", range(200 if TORTURE else 3))
def test_release_against_the_next_release(seed):
    """A release some years later, with corrections to the records, gives nothing away beside the one before."""
    rng = np.random.default_rng(seed)
    city = released_city(victims=700, side=5, years=10, seed=seed)
    early = incidents_until(city, "2020-01-01")
    first = build(early, as_of="2020-03-01", secret=SECRET)
    second = build(_changed(city, rng), as_of="2026-01-15", secret=SECRET, before=[first])
    found = audit(second, [first], exact=True)
    assert found.passed, found.found
    assert found.pinned == 0
    same = first.figures.merge(second.figures, on=list(first.figures.columns))
    assert len(same) == len(first.figures)


def incidents_until(city, day):
    return replace(city, incidents=Incidents(city.incidents[city.incidents["date"] < day]), end=DAY(day))


def test_a_changed_number_is_flagged():
    city = released_city(**CITIES["middle"])
    first = strict(city)
    rows = first.figures.copy()
    shown = rows.index[(rows["table"] == "areas") & rows["count"].notna()][3]
    rows.loc[shown, "count"] += 1
    codes = {one.code for one in audit(replace(first, figures=rows), [first]).found}
    assert {"changed", "contradiction"} <= codes
    other = first.figures.assign(reason=first.figures["reason"].replace("few", "held"))
    told = rules.changed(replace(first, figures=other), [first])
    assert {one.code for one in told} == {"changed"}  # the reason alone, where no number is shown in either


def test_an_area_of_the_floor_and_a_count_of_ten_may_stand():
    release = strict(released_city(**CITIES["middle"]))
    release = replace(release, facts={key: fact for key, fact in release.facts.items() if key != "killed_together"})  # of other counts
    shown = release.figures.index[(release.figures["table"] == "areas") & release.figures["count"].notna()][0]

    def codes(people, count):
        areas, rows = release.areas.copy(), release.figures.copy()
        areas.loc["a002", "population"], rows.loc[shown, "count"] = people, count
        return [one.code for one in rules.broken(replace(release, areas=Blocks(areas), figures=rows))]

    assert codes(5000.0, 10.0) == []
    assert codes(4999.0, 10.0) == ["floor"]
    assert codes(5000.0, 9.0) == ["small"]


def test_rules_are_checked():
    release = strict(released_city(**CITIES["middle"]))
    rows = release.figures

    def codes(**changes):
        return {one.code for one in audit(replace(release, **changes)).found}

    assert "column" in codes(figures=rows.assign(gi_star=1.0))
    assert "table" in codes(figures=pd.concat([rows, rows.iloc[[0]].assign(table="months")]))
    assert "crossed" in codes(figures=pd.concat([rows, rows[rows["table"] == "sex"].iloc[[0]].assign(area="a001")]))
    assert "crossed" in codes(figures=pd.concat([rows, rows[rows["table"] == "city"].iloc[[0]].assign(value="male")]))
    assert "area" in codes(figures=pd.concat([rows, rows[rows["table"] == "areas"].iloc[[0]].assign(area="a999")]))
    small = rows.copy()
    small.loc[small.index[small["reason"] == "few"][0], ["count", "reason"]] = [3.0, ""]
    assert "small" in codes(figures=small)
    wide = rows[rows["table"] == "areas"].assign(start=DAY("2017-01-01"), end=DAY("2022-01-01"))
    assert "window" in codes(figures=pd.concat([rows, wide]))
    areas = release.areas.copy()
    areas.loc["a002", "population"] = 1200.0
    assert "floor" in codes(areas=Blocks(areas))
    areas = release.areas.copy()
    areas.loc["a002", "geometry"] = shapely.union_all(release.areas.geometry.array[:2])
    assert "overlap" in codes(areas=Blocks(areas))
    other = build(released_city(**CITIES["middle"]), profile="open", as_of="2026-01-15")
    found = {one.code for one in audit(other, [release]).found}
    assert {"profile", "areas_changed", "window"} <= found


@pytest.mark.cases(1)
@pytest.mark.parametrize("years", [9, 10])
def test_late_records_do_not_contradict(years):
    """Years are published as they end; a window that counts what was registered later may add up to more.

    With ten years all five of the window are shown and add up to less than it; with nine the last is "fewer than 10" and may hold the rest.
    """
    city = released_city(victims=600, side=5, years=years, seed=4)
    first = build(incidents_until(city, "2020-01-01"), as_of="2020-03-01", secret=SECRET)
    second = build(incidents_until(city, "2023-01-01"), as_of="2023-03-01", secret=SECRET, before=[first])
    late = pd.concat([city.incidents, city.incidents[city.incidents["date"].dt.year == 2021].head(3)], ignore_index=True)
    whole = replace(city, incidents=Incidents(late.rename_axis("incident")), end=DAY("2025-01-01"))
    third = build(whole, as_of="2026-01-15", secret=SECRET, before=[first, second])
    assert len(third.windows) == 2
    found = audit(third, [first, second])
    assert found.passed, found.found
    window = third.total(DAY("2020-01-01"))["count"]
    shown = third.city_years.set_index("start").loc["2020-01-01":, "count"]
    assert (shown.notna().all() and shown.sum() == window - 3) == (years == 10)


@pytest.mark.slow
def test_a_large_audit_is_quick():
    """100 areas by 60 months, all small numbers hidden beside shown margins."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(2.0, (100, 60 if TORTURE else 12))
    city = [
        Statement(
            f"month {m}", DAY(2015, 1, 1) + pd.DateOffset(months=m), DAY(2015, 1, 1) + pd.DateOffset(months=m + 1), float(n), float(n)
        )
        for m, n in enumerate(counts.sum(axis=0))
    ]
    end = city[-1].end
    areas = [
        Statement(f"area {a}", DAY(2015, 1, 1), end, float(n), float(n), frozenset([str(a)])) for a, n in enumerate(counts.sum(axis=1))
    ]
    cells = [Statement("", one.start, one.end, 0, 9, frozenset([str(a)]), (), True) for one in city for a in range(100)]
    _, open_, _ = attacked([*city, *areas, *cells])
    assert len(open_.low) == counts.size
    assert (open_.low <= counts.T.ravel()).all()
    assert (open_.high >= counts.T.ravel()).all()


def test_totals_that_others_published_need_no_attack():
    from hotspots.study.testing import published_totals

    city = replace(released_city(**CITIES["small"]), totals=published_totals([("b00", "2020", 3), ("", "2020", 9)]))
    empty = replace(city, incidents=Incidents(city.incidents.iloc[:0]))
    release = build(empty, already_public=True)
    assert audit(release, [release]).passed
    assert city_of(city.incidents, city.blocks).slug == release.facts["slug"]
