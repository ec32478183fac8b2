"""What was worked out for a study is worked out once, takes a bounded room, and goes when the study goes; no other memo exists."""

from __future__ import annotations

import ast
import gc
import re
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import settings
from hotspots.statistics import clusters, density, priorities
from hotspots.statistics.catalog import MEASURES
from hotspots.study import Study, memo
from hotspots.study.memo import kept
from hotspots.study.testing import EPSG, square_city

ROOT = Path(__file__).resolve().parent.parent


class Owner:
    """Something that things are worked out for."""


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(memo, "studies", memo.Memo(memo.MOST_BYTES))


def counted() -> tuple[Callable[..., object], list[object]]:
    calls: list[object] = []

    def make(owner, *asked, **named):
        calls.append((owner, asked, named))
        return object()

    return make, calls


def streets_city() -> Study:
    points = [(150 + 40 * (i % 7), 150 + 30 * (i % 9)) for i in range(60)]
    street = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 200), (900, 200)])], crs=EPSG)
    dates = [f"{2018 + i % 3}-0{1 + i % 9}-15" for i in range(60)]
    incidents, blocks = square_city(points, side=9, size=100.0, dates=dates)
    return Study.of(incidents, blocks, start="2018-01-01", end="2021-01-01", streets=street)


def test_each_question_is_answered_once_and_arguments_do_not_mix():
    make, calls = counted()
    other, others = counted()
    one, two = Owner(), Owner()
    found = [kept(one, make), kept(two, make), kept(one, make, 1), kept(one, make, 2), kept(one, make, a=1), kept(one, make, a=2)]
    found.append(kept(one, other))
    assert len(set(map(id, found))) == 7
    again = [kept(one, make), kept(two, make), kept(one, make, 1), kept(one, make, 2), kept(one, make, a=1), kept(one, make, a=2)]
    assert [id(x) for x in again] == [id(x) for x in found[:6]]
    assert (len(calls), len(others)) == (6, 1)


def test_a_study_that_holds_itself_is_counted_once():
    """Where residents are known everywhere, those killed where they are known are all, and the study of them is the study."""
    study = Study.of(*square_city([(5, 5), (15, 5)], side=2), unit_of=pd.Series(["b00", "b01"]))
    before = memo.size(study)
    assert study.exposed_study is study
    assert 0 < memo.size(study) == before
    owner = Owner()
    assert kept(owner, lambda _: study) is kept(owner, lambda _: study) is study


def test_sizes_are_those_of_the_arrays_and_both_rooms_together_have_what_may_be_taken():
    one = np.zeros(1000)
    assert memo.size(one) == memo.size([one, one]) == one.nbytes
    assert memo.size({"a": one, "b": np.zeros(500)}) == one.nbytes + 4000
    assert 0 < 2 * memo.MOST_BYTES <= settings.memory()


def test_what_was_asked_for_longest_ago_goes_first_and_the_room_is_bounded(monkeypatch):
    monkeypatch.setattr(memo.studies, "most_bytes", 10 * memo.LEAST_BYTES)
    make, calls = counted()
    owner = Owner()
    for at in range(30):
        kept(owner, make, at)
        kept(owner, make, 0)
        assert len(memo.studies) <= 10
    assert [asked for _, asked, _ in calls] == [(at,) for at in range(30)]  # 0 was asked for all the time
    kept(owner, make, 1)
    assert len(calls) == 31


def test_large_results_take_the_room_of_many_and_are_counted_again_when_they_have_grown(monkeypatch):
    monkeypatch.setattr(memo.studies, "most_bytes", 10 * memo.LEAST_BYTES)
    owner = Owner()
    grows: list[np.ndarray] = []

    def small(_: object, at: int) -> int:
        return at

    def growing(_: object) -> list[np.ndarray]:
        return grows

    for at in range(6):
        kept(owner, small, at)
    kept(owner, growing)
    assert len(memo.studies) == 7
    grows.append(np.zeros(memo.LEAST_BYTES))  # eight times as many bytes
    for _ in range(15):
        kept(owner, growing)
    assert [entry.found for entry in memo.studies._of.values()] == [[5], [grows]]
    kept(owner, lambda _: pd.DataFrame({"n": np.zeros(2 * memo.LEAST_BYTES)}))  # larger than all the room: kept, and nothing else
    assert len(memo.studies) == 1


def test_what_cannot_be_worked_out_is_tried_again():
    def fails(_: object) -> None:
        raise ValueError("not today")

    owner = Owner()
    for _ in range(2):
        with pytest.raises(ValueError, match="not today"):
            kept(owner, fails)


def test_two_readers_at_once_work_it_out_once():
    begun, go_on = threading.Event(), threading.Event()
    calls, found = [], []

    def slow(_: object) -> object:
        calls.append(1)
        begun.set()
        assert go_on.wait(20)
        return object()

    owner = Owner()
    readers = [threading.Thread(target=lambda: found.append(kept(owner, slow))) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert begun.wait(20)
    make, _ = counted()
    kept(owner, make)  # nobody who asks for something else waits
    go_on.set()
    for reader in readers:
        reader.join(20)
    assert (len(calls), len(found), len(set(map(id, found)))) == (1, 4, 1)


def test_many_readers_and_dying_owners_do_not_break_it(monkeypatch):
    monkeypatch.setattr(memo.studies, "most_bytes", 5 * memo.LEAST_BYTES)
    faults: list[BaseException] = []

    def ask() -> None:
        try:
            for at in range(300):
                owner = Owner()
                assert kept(owner, lambda _, n: n, at % 7) == at % 7
                assert kept(owner, lambda one, n: (id(one), n), at)[0] == id(owner)
        except BaseException as fault:
            faults.append(fault)

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    assert faults == []
    assert not len(memo.studies)
    assert memo.studies.bytes == 0


def test_a_study_that_is_dropped_is_freed_with_all_that_was_worked_out_for_it():
    study = streets_city()
    for row in MEASURES:
        if row.key != "age_standardised_rate":
            row.compute(study)
    clusters.space_time_scan(study, simulations=19)
    clusters.calibration(study)
    priorities.backtest(study)
    density.risk_surface(study)
    blocks, streets = weakref.ref(study.blocks), weakref.ref(study.streets)
    seen = weakref.ref(study)
    assert len(memo.studies) > 10
    del study
    gc.collect()
    assert (seen(), blocks(), streets()) == (None, None, None)
    assert not len(memo.studies)
    assert memo.studies.bytes == 0


def test_the_only_caches_are_those_that_the_architecture_names():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = text.split("**Caches.**")[1].split("\n\n")[0]
    found = {
        str(path.relative_to(ROOT / "hotspots")) for path in sorted((ROOT / "hotspots").rglob("*.py")) if keeps(ast.parse(path.read_text()))
    }
    assert found == set(re.findall(r"`([\w/]+\.py)`", told))


def keeps(tree: ast.Module) -> bool:
    """Tell whether a module remembers things: by a cache of a library, by weak references, or in an empty table of its own."""
    words = {"Memo", "lru_cache", "cache", "cache_data", "cache_resource", "weakref", "WeakKeyDictionary", "WeakValueDictionary"}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)
    }
    return bool(words & used) or any(empty_table(node) for node in tree.body)


def empty_table(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name in {"dict", "list", "set", "OrderedDict", "defaultdict", "deque"} and not value.args
    return (isinstance(value, ast.Dict) and not value.keys) or (isinstance(value, ast.List) and not value.elts)


@pytest.mark.parametrize(
    "line",
    ["x = {}", "x: dict[int, int] = {}", "x = OrderedDict()", "x = []", "@lru_cache\ndef f(): ...", "x = weakref.ref(y)", "x = Memo(1)"],
)
def test_a_new_table_would_be_noticed(line):
    assert keeps(ast.parse(line))
    assert not keeps(ast.parse("x = {1: 2}\ny = [3]\n\ndef f():\n    z = {}\n"))
