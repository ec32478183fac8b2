"""How often a hot spot would stand with a few records late or one block off: by hand, by law, kept on disk, on the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from opened import open_page, text

from hotspots import settings
from hotspots.dashboard.restricted import cached
from hotspots.questions.restricted import Asked, lasting
from hotspots.statistics import clusters
from hotspots.statistics.clusters import Redrawing
from hotspots.store import worked_out
from hotspots.store.schema import Blocks
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import square_city
from hotspots.words import words_for

MANY = 40_000 if TORTURE else 1000


def test_a_flag_stands_as_often_as_no_record_is_late():
    """Two blocks alike, far from each other, six events in one: (1/2)^6 for two windows is under .05, and (1/2)^5 is not. So it stands
    where none of six is late, each with the chance .025; those one block off stay, as no block lies beside.
    """
    incidents, blocks = square_city([(5, 5)] * 6, side=9)
    study = Study.of(incidents, Blocks(blocks.loc[["b00", "b88"]].copy()))
    found = Redrawing.of(study).stands(redraws=MANY)
    assert found["b00"] == pytest.approx(0.975**6, abs=4 * np.sqrt(0.86 * 0.14 / MANY))
    assert found["b88"] == 0


@pytest.mark.parametrize("correction", ["bh", "by"])
def test_without_a_change_it_is_the_map(correction):
    rng = np.random.default_rng(1)
    points = [(5, 5)] * 20 + [(85, 45)] * 12 + [tuple(one) for one in rng.uniform(0, 90, (40, 2))]
    study = Study.of(*square_city(points, side=9), correction=correction)
    hot = clusters.hot_spot(study)
    assert 0 < hot.sum() < 81
    assert (Redrawing.of(study).stands(share=0, redraws=3) == hot.fillna(0)).all()


def test_a_record_is_late_or_lies_in_a_block_beside_its_own():
    study = Study.of(*square_city([(45, 45)] * 4000, side=9))
    found = Redrawing.of(study)._redrawn(np.random.default_rng(2), 1.0).reshape(9, 9)
    around = found[3:6, 3:6]
    assert around.sum() == found.sum()
    assert around[1, 1] == 0
    assert found.sum() == pytest.approx(2000, abs=4 * np.sqrt(1000))
    beside = np.delete(around.ravel(), 4)
    assert (np.abs(beside - 250) < 5 * np.sqrt(250)).all()


def test_of_districts_a_record_one_block_off_need_not_leave_its_own():
    """Rows of blocks are districts: of the eight blocks beside one in the middle row, two lie in the same row, three in each beside."""
    study = Study.of(*square_city([(45, 45)] * 4000, side=9))
    row = study.blocks.groupby("district", sort=False).ngroup().to_numpy()
    one = Redrawing.of(study)
    rows = replace(one, base=replace(one.base, known=np.ones(9, dtype=bool)), unit=row, index=pd.RangeIndex(9))
    drawn = rows._redrawn(np.random.default_rng(3), 1.0)
    assert drawn[[3, 4, 5]].sum() == drawn.sum()
    assert drawn[4] == pytest.approx(500, abs=5 * np.sqrt(500))
    assert drawn[3] == pytest.approx(750, abs=5 * np.sqrt(750))


@pytest.fixture
def asked(bundled, unchanged):
    unchanged(bundled)
    worked_out.forget("puerto-albatros")
    yield Asked.of(Selection(city="puerto-albatros", unit="districts", language="en"))
    worked_out.forget("puerto-albatros")


def test_it_is_worked_out_once_for_each_choice_and_kept(asked, monkeypatch):
    assert lasting.known(asked) is None
    first = asked.ask(lasting.lasting).value
    monkeypatch.setattr(Redrawing, "stands", lambda *_: pytest.fail("worked out twice"))
    again = Asked.of(asked.selection)
    assert again.ask(lasting.lasting).value.equals(first)
    assert lasting.known(again.at(language="es", place="district:El Malecón")).value.equals(first)
    assert lasting.known(again.at(unit="beats")) is None
    assert lasting.known(again.at(where=(("weapon", ("firearm",)),))) is None
    assert lasting.known(again.at(baseline="area")) is None
    file = settings.store_folder() / "puerto-albatros" / worked_out.FOLDER / lasting.key(again) / "stands.json"
    file.write_bytes(file.read_bytes()[:-20])
    assert lasting.known(again) is None


def test_what_was_worked_out_goes_with_what_must_not_be_known(asked):
    asked.ask(lasting.lasting)
    assert lasting.known(asked) is not None
    worked_out.forget("puerto-albatros")
    assert lasting.known(asked) is None


def test_the_page_stands_without_it_and_has_it_when_it_is_ready(asked):
    address = {"city": "puerto-albatros", "measure": "hot_spot", "unit": "beats", "lang": "en"}
    assert not open_page("map", **address).exception
    key = lasting.key(asked.at(unit="beats"))
    cached.working().of(key, lambda: pytest.fail("the page has begun it")).result(timeout=60)
    then = open_page("map", **address)
    assert not then.exception
    assert lasting.said(words_for("en")) in text(then)
    assert "Stands" in " ".join(one.proto.body for one in then.get("html"))
