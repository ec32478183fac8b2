"""How large an excess the map of hot spots would have found, held to maps drawn anew and tested by scipy alone."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import TORTURE
from scipy import stats

from hotspots.geography.adjacency import contiguity
from hotspots.statistics.clusters import detectable, detectable_risk
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city
from hotspots.words import words_for

SETTINGS = [
    (20, 400, "bh", (0, 210)),
    (20, 90, "bh", (5, 399)),
    (10, 3000, "bh", (0, 44)),
    (20, 400, "by", (21, 300)),
    (6, 300, "bh", (0, 14)),
]


def city(side: int, events: int, method: str = "bh") -> Study:
    people = np.random.default_rng(side).gamma(2, 500, side * side).round() + 100
    return Study.of(*square_city([(5, 5)] * events, side=side, population=people.tolist()), correction=method)


@pytest.mark.cases(1)
@pytest.mark.parametrize(("side", "events", "method", "places"), SETTINGS)
def test_it_is_found_on_eighty_of_a_hundred_maps(side, events, method, places):
    """Simulated: maps with just that excess in just that place; the test of the map of hot spots, worked out from its definition."""
    study, maps = city(side, events, method), 4000 if TORTURE else 500
    found = detectable_risk(study)
    residents = study.residents.to_numpy(dtype=float)
    around = contiguity(study.blocks).matrix.toarray() + np.eye(len(residents))
    share = around @ residents / residents.sum()
    rng = np.random.default_rng(2)
    for place in places:
        weight = residents.copy()
        weight[place] *= found.iloc[place]
        drawn = rng.multinomial(events, weight / weight.sum(), size=maps) @ around.T
        p = stats.binom.sf(drawn - 1, events, share)
        hot = [stats.false_discovery_control(one, method=method)[place] <= 0.05 for one in p]
        assert np.mean(hot) == pytest.approx(0.8, abs=0.03 + 2.6 * np.sqrt(0.16 / maps))


def test_more_homicides_find_a_smaller_excess_and_a_stricter_test_a_larger_one():
    few, many = detectable_risk(city(12, 100)), detectable_risk(city(12, 1000))
    assert (many < few.fillna(100)).all()
    assert (many > 1).all()
    assert (detectable_risk(city(12, 1000, "by")) > many).all()


def test_what_could_never_be_found_is_not_told():
    """In the middle of nine places the window is the whole city, and nothing is more than that; nothing is found of two homicides."""
    assert detectable_risk(city(3, 100)).isna().to_numpy().nonzero()[0].tolist() == [4]
    assert detectable_risk(city(20, 2)).isna().all()


def test_too_many_places_are_told_and_not_worked_out():
    blocks = square_blocks(side=71)
    study = Study.of(square_city([(5, 5)] * 40)[0], blocks)
    assert detectable.too_many(study, words_for("en")) == "there are too many places to work this out; choose larger ones"
    assert detectable_risk(study).isna().all()
