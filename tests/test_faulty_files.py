"""No file is read wrongly without a word: every fault of a list in five clean cities, and pairs of faults drawn by a seed.

What must come out is known from the city and the fault before anything is read (`faulty_files`). A file may be refused or asked about, in a
sentence; what is published must be true.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import TORTURE
from faulty_files import FAULTS, Sent, bases, put

from hotspots import cities
from hotspots.cli.main import main
from hotspots.study import Study

CITIES = bases()
ONE = [(city, name) for city in CITIES for name in FAULTS if put(CITIES[city], name) is not None]
Run = Callable[[Sent], tuple[int, dict[str, Any], str]]


def pairs(n: int, seed: int = 12) -> list[tuple[str, str, str]]:
    """Draw pairs of faults that change different things."""
    chance, found = random.Random(seed), []
    while len(found) < n:
        city, one, two = chance.choice(list(CITIES)), *chance.sample(list(FAULTS), 2)
        first = put(CITIES[city], one)
        if first is not None and put(first, two) is not None and (city, one, two) not in found:
            found.append((city, one, two))
    return found


def some(every: list[Any], n: int) -> list[Any]:
    """Return all in a torture run, otherwise so many of them, spread over the list."""
    return every if TORTURE else every[:: max(len(every) // n, 1)]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))  # nothing is served that could be asked about

    def go(sent: Sent) -> tuple[int, dict[str, Any], str]:
        folder = tmp_path / "sent"
        folder.mkdir()
        incidents, areas = sent.write(folder)
        status = main(["import", "--incidents", str(incidents), "--blocks", str(areas), "--name", "Town", "--yes", "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out.strip() else {}, err

    return go


def held(sent: Sent, status: int, printed: dict[str, Any], err: str) -> None:
    """Hold what came out to the truth."""
    assert "Traceback" not in err
    assert status in (0, 1)
    if status:
        assert re.search(r"\w+ \w+ \w+", err), "refused without a sentence"
        assert "town" not in [one.slug for one in cities.available()]
        return
    assert not sent.asked, f"published without asking: {err}"
    assert not sent.refused, f"published: {err}"
    city = cities.load("town")
    dates = city.incidents["date"].dropna()
    assert city.has_days or (dates.dt.day == 1).all(), "days of a list that knows months"
    placed = int(Study.of(city.incidents, city.blocks).counts.sum())
    assert len(city.incidents) in sent.killed, err
    assert placed in sent.placed, err
    if len(dates):
        assert pd.Timestamp(sent.first).normalize() <= dates.min().normalize(), err
        assert dates.max().normalize() <= pd.Timestamp(sent.last).normalize(), err
    people = city.blocks["population"]
    if people.notna().any():
        assert people.sum() in sent.people, err
    report = printed["report"]
    assert report["read"] == report["accepted"] + report["repaired"] + report["rejected"] + report["filtered"]
    if sent.told:
        assert report["findings"], "published without a word"


@pytest.mark.cases(1)
@pytest.mark.parametrize("city", CITIES)
def test_a_clean_city_is_published(run, city):
    status, printed, err = run(CITIES[city])
    assert status == 0, err
    held(CITIES[city], status, printed, err)
    assert cities.load("town").blocks["population"].notna().all()


@pytest.mark.cases(1)
@pytest.mark.parametrize(("city", "name"), some(ONE, 40), ids=lambda one: one)
def test_one_fault(run, city, name):
    sent = put(CITIES[city], name)
    held(sent, *run(sent))


@pytest.mark.cases(1)
@pytest.mark.parametrize(("city", "one", "two"), some(pairs(300), 25), ids=lambda one: one)
def test_two_faults(run, city, one, two):
    first = put(CITIES[city], one)
    sent = put(first, two)
    sent.overlap(len(first.drawn))
    held(sent, *run(sent))


def test_there_are_enough():
    assert len(ONE) >= 150
    assert len(set(pairs(300))) == 300
