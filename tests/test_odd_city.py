"""Names that are missing, shared or markup, an island, a street of 0.5 m: every page, file and command works and names each place."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from conftest import TORTURE
from odd_city import MARKUP, write_odd_city
from opened import PAGES, PUBLIC, open_page, text
from streamlit.testing.v1 import AppTest

from hotspots import cities, geography, release
from hotspots.cli.main import main
from hotspots.cli.table import TABLES
from hotspots.questions.restricted import Asked, here, when
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import table as table_of
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import words_for

# The pages that show units, on the smallest ones and on those whose first has no name.
ON_UNITS = [*itertools.product(("", "map", "change", "compare", "concentration", "priorities"), ("segments+corners", "districts", "h3:9"))]
PLACES = ("Place", "Places", "Area", "Areas", "District", "Name", "Code", "Block", "name", "place", "area")  # columns that say where
SHOWN = "What the map shows"
NO_NAME = {"", "nan", "NaN", "None", "<NA>", "NaT", "null"}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the odd city, and a release of it, once; return the folder of releases."""
    folder = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder / "store"))
        city = cities.import_folder(write_odd_city(folder / "odd-town"))
        made = release.build(city, profile="open", as_of="2025-01-01", secret=b"a secret of the tests")
        release.write(made, folder / "releases" / "odd-town", key=b"a secret of the tests")
    return folder


@pytest.fixture(autouse=True)
def opened(odd: Path, serve_alone: Callable[[Path], None]) -> None:
    """Let the dashboard and the commands know the odd city alone."""
    serve_alone(odd / "store")


def nameless(values: Any) -> list[str]:
    """Return what stands among names and is none."""
    return [str(value) for value in values if str(value).strip() in NO_NAME]


def check_page(app: AppTest) -> None:
    """Hold that a page did not fail, that its tables name each place, and that its sentences hold no name that is none."""
    failed = words_for("en").say("This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.")
    assert not app.exception
    assert not app.error
    assert failed.split("{")[0] not in text(app)
    assert not re.search(r"\bnan\b|<NA>|\bNone:|\(\)", text(app))
    for table in (*app.dataframe, *app.table):
        for column in {*PLACES} & {*map(str, table.value.columns)}:
            assert not nameless(table.value[column]), table.value


@pytest.mark.cases(1)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_every_block(page: str) -> None:
    check_page(open_page(page, city="odd-town", lang="en", unit="blocks"))


def test_a_block_where_nobody_was_killed_has_none_and_leaves_the_map_as_it_is() -> None:
    """Nobody killed there is 0, not unknown; and as the map shows the whole city, what it can show hangs on no place."""
    whole = Asked.of(Selection(city="odd-town", unit="blocks"))
    counts, people = whole.study.counts, whole.study.residents
    quiet, empty = counts.index[counts == 0][0], people.index[people == 0][0]
    there = whole.at(place=f"block:{quiet}").study
    for key in ("count", "rate"):
        assert not measure(key).missing(there)
        assert table_of(there, measure(key)).loc[quiet, key] == 0
    for key in ("count", "rate"):
        at = ({}, {"place": f"block:{quiet}"}, {"place": f"block:{empty}"})
        pages = (open_page("map", city="odd-town", lang="en", unit="blocks", measure=key, **one) for one in at)
        of_city, *of_places = (next(box for box in page.selectbox if box.label == SHOWN) for page in pages)
        assert {(one.value, *one.options) for one in of_places} == {(of_city.value, *of_city.options)}


def test_a_place_that_is_one_block_is_driven_by_no_few_places_inside(tmp_path: Path) -> None:
    counts = Asked.of(Selection(city="odd-town", unit="blocks")).study.counts
    busy = f"block:{counts.index[counts == counts.max()][0]}"
    said = []
    for place in ({}, {"place": busy}):
        told = [part for name, value in place.items() for part in (f"--{name}", value)]
        assert main(["brief", "odd-town", *told, "--out", str(tmp_path / "page.html"), "--language", "en"]) == 0
        pages = (text(open_page("", city="odd-town", lang="en", **place)), (tmp_path / "page.html").read_text(encoding="utf-8"))
        said.append(["Which few places drive it" in one for one in pages])
    assert said == [[True, True], [False, False]]
    assert here.few_places(Asked.of(Selection(city="odd-town", place=busy))).value.listed.empty  # no number on the map either


def test_figures_of_a_place_and_of_few_say_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    asked = Asked.of(Selection(city="odd-town", unit="blocks"))
    assert main(["change", "odd-town", "--unit", "blocks", "--place", f"block:{asked.study.counts.idxmax()}", "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert "whole place, allowing for the swings between years" in told
    assert "whole city" not in told
    start = asked.study.start.date()
    month = asked.at(start=start, end=start + dt.timedelta(days=31)).ask(when.weeks)
    assert month.sentence(words_for("en")).endswith(" weeks. No normal range: there are too few years before.")
    few = SimpleNamespace(away=pd.Series([3.0, 7.6]))
    assert "at most 7.6 m from it" in captions.distances(few, words_for("en"))
    assert "9 in 10" not in captions.distances(few, words_for("en"))


def test_who_was_killed_where_nobody_was() -> None:
    counts = Asked.of(Selection(city="odd-town", unit="blocks")).study.counts
    app = open_page("people", city="odd-town", lang="en", place=f"block:{counts.index[counts == 0][0]}")
    assert app.title[0].value == "Who was killed"
    assert "of 0." not in text(app)
    assert re.search(r"Nobody was killed in .+20[0-9]{2}\.", " ".join(one.value for one in app.info))


@pytest.mark.cases(5)
@pytest.mark.parametrize(("page", "unit"), ON_UNITS if TORTURE else ON_UNITS[::2])  # each page and each unit at least once
def test_the_pages_of_places_name_every_unit(page: str, unit: str) -> None:
    check_page(open_page(page, city="odd-town", lang="en", unit=unit))


@pytest.mark.parametrize("page", PUBLIC)
def test_every_public_page_names_every_area(odd: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(odd / "releases"))
    check_page(open_page(page, lang="en"))


@pytest.mark.walk
@pytest.mark.parametrize("unit", ["blocks", "districts", "beats", "city", "segments", "segments+corners", "grid:250", "h3:9"])
def test_every_file_names_every_unit(tmp_path: Path, unit: str) -> None:
    study = Selection(city="odd-town", unit=unit).study(cities.load("odd-town"))
    keys = ",".join(row.key for row in MEASURES if not row.missing(study))
    for ending, read in {"csv": pd.read_csv, "parquet": gpd.read_parquet, "geojson": gpd.read_file}.items():
        out = tmp_path / f"units.{ending}"
        assert main(["export", "odd-town", "--unit", unit, "--measure", keys, "--out", str(out)]) == 0
        table = read(out)
        assert len(table)
        assert not nameless(table["name"])
    if unit in ("blocks", "segments+corners"):
        for ending in ("png", "html"):
            assert main(["export", "odd-town", "--unit", unit, "--measure", "rate", "--out", str(tmp_path / f"map.{ending}")]) == 0
        assert MARKUP not in (tmp_path / "map.html").read_text("utf-8")


COMMANDS = [
    *(["totals", "odd-town", "--unit", unit] for unit in ("blocks", "districts", "segments+corners")),
    *(["change", "odd-town", "--unit", unit] for unit in ("blocks", "districts", "beats", "city")),
    *(["clusters", "odd-town", "--method", method, "--shuffles", "19"] for method in ("scan", "space-time")),
    *(["priorities", "odd-town", "--share", "20", "--unit", unit] for unit in ("blocks", "segments+corners")),
    *(["table", "odd-town", name, "--unit", "blocks"] for name in TABLES),
    ["cases", "odd-town", "--days", "0"],
    ["repeats", "odd-town"],
    ["evaluate", "odd-town", "lights-u-eyes-u-2020-01-01"],
    ["interventions", "odd-town", "list"],
    ["check", "odd-town"],
    ["list"],
]
FORMS = {  # of those that do not have the usual three
    "table": [[]],
    "repeats": [[], ["--json"], ["--csv", "windows"]],
    "priorities": [[], ["--json"], ["--csv", "places"]],
    **{name: [[], ["--json"]] for name in ("totals", "interventions", "check", "list")},
}


@pytest.mark.cases(5)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_names_every_place(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for form in FORMS.get(command[0], [[], ["--json"], ["--csv"]]):
        assert main([*command, *form]) == 0, capsys.readouterr().err
        told = capsys.readouterr().out
        if form == ["--json"]:
            assert not list(blanks(json.loads(told)))
        elif form or command[0] == "table":
            check_csv(told)
        else:
            assert told.strip()
            assert not re.search(r"^\s*\t|\t\t|\bnan\b|<NA>|\bNone\b", told, re.MULTILINE), told


def check_csv(told: str) -> None:
    """Hold that a table names the place of each row that has one."""
    table = pd.read_csv(io.StringIO(told), dtype=str, keep_default_na=False)
    assert len(table.columns) > 1
    for column in {*PLACES} & {*table.columns}:
        lies_in = next((name for name in ("unit", "block") if name in table), None)  # a place outside all units has no name
        somewhere = pd.Series(True, index=table.index) if lies_in is None else table[lies_in] != ""
        assert not nameless(table.loc[somewhere, column]), table


def blanks(found: Any, key: str = "") -> Iterator[str]:
    """Yield the keys of names that are none anywhere in a result."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name != "place" or found.get("block") != "":  # a case on no map lies in no block
                yield from blanks(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from blanks(value, key)
    elif key in PLACES and str(found).strip() in NO_NAME:
        yield key


def test_the_city_is_as_odd_as_it_says() -> None:
    city = cities.load("odd-town")
    own, blocks = geography.own_names(city.blocks), city.blocks
    assert (own == "").sum() > 10
    assert own[own != ""].duplicated().any()
    assert city.segments is not None
    assert city.segments.length.min() == pytest.approx(0.5)
    assert (blocks.geom_type == "MultiPolygon").sum() == 1
    assert blocks["population"].eq(0).sum() == 1
    assert blocks["population"].isna().sum() == 1
    assert len(blocks.union_all().geoms) >= 3
    assert not nameless(geography.names(blocks))
