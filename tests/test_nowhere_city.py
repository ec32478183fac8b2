"""Homicides without coordinates, areas without outlines: totals, trends, victims, weapons and rates by area work; maps say why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from conftest import TORTURE
from nowhere_city import AREAS, write_nowhere_city
from opened import PAGES, open_page, text
from streamlit.testing.v1 import AppTest

from hotspots import cities
from hotspots.cli.main import main
from hotspots.statistics.catalog import MEASURES
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection
from hotspots.words import words_for


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Publish the city twice: by its names alone, and with a table of its areas."""
    folder = tmp_path_factory.mktemp("nowhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder / "store"))
        cities.import_folder(write_nowhere_city(folder / "by-name"))
        cities.import_folder(write_nowhere_city(folder / "by-table", blocks=True))
    return folder


@pytest.fixture(autouse=True)
def opened(nowhere: Path, serve_alone: Callable[[Path], None]) -> None:
    """Let the dashboard and the commands know these two cities alone."""
    serve_alone(nowhere / "store")


def check_page(app: AppTest) -> None:
    failed = words_for("en").say("This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.")
    assert not app.exception
    assert not app.error
    assert failed.split("{")[0] not in text(app)


@pytest.mark.cases(3)
@pytest.mark.parametrize("city", ["by-name", "by-table"])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_fails(page: str, city: str) -> None:
    app = open_page(page, city=city, lang="en")
    if page == "publish":
        assert ["no outline" in one.value for one in app.error] == [True]  # a release needs outlines, and the page says so
    else:
        check_page(app)


ON_UNITS = [(page, unit) for page in ("", "map", "compare", "change", "concentration") for unit in ("city", "districts", "blocks")]


@pytest.mark.parametrize(("page", "unit"), ON_UNITS if TORTURE else ON_UNITS[::2])  # each page and each unit at least once
def test_the_pages_of_places_stand_on_every_unit(page: str, unit: str) -> None:
    check_page(open_page(page, city="by-table", lang="en", unit=unit))


def test_a_page_with_a_map_says_that_there_is_no_outline() -> None:
    assert "no outline of the areas is loaded" in text(open_page("map", city="by-name", lang="en"))


def test_totals_and_areas_are_those_of_the_file() -> None:
    city = cities.load("by-name")
    assert city.report.read == city.report.victims == 240
    assert city.blocks.index.tolist() == sorted(AREAS)
    study = Selection(city="by-name").study(city)
    rows = pd.read_csv(_file())
    fold = {name.upper().translate(str.maketrans("ÑÉÍÓ", "NEIO")): name for name in AREAS}
    by_hand = rows["municipio"].dropna().map(lambda name: fold.get(name, name)).value_counts()
    assert study.counts.to_dict() == by_hand.reindex(study.counts.index, fill_value=0).to_dict()
    assert (study.victims, study.inside, study.located) == (240, 239, 0)
    assert city.blocks.geometry.isna().all()


def _file() -> Path:
    import os

    return Path(os.environ["HOTSPOTS_STORE"]).parent / "by-name" / "homicidios.csv"


def test_a_table_of_areas_gives_rates_by_its_names() -> None:
    city = cities.load("by-table")
    study = Selection(city="by-table", unit="blocks").study(city)
    assert study.counts.index.tolist() == [f"{5001 + at:05}" for at in range(6)]
    assert study.counts.sum() == 239
    by_name = Selection(city="by-name").study(cities.load("by-name")).counts
    assert study.counts["05002"] == by_name["San José"]
    districts = Selection(city="by-table", unit="districts").study(city)
    assert districts.population == 270_000
    assert districts.counts["Norte"] == study.counts.iloc[:3].sum()


@pytest.mark.parametrize("city", ["by-name", "by-table"])
def test_every_measure_works_or_says_why_not(city: str, tmp_path: Path) -> None:
    study = Selection(city=city, unit="blocks").study(cities.load(city))
    lacking = {row.key: row.missing(study) for row in MEASURES}
    assert not lacking["count"]
    assert bool(lacking["rate"]) == (city == "by-name")
    assert "outline" in lacking["density"][0]
    assert "outline" in lacking["window_test"][0]
    keys = [key for key, reasons in lacking.items() if not reasons]
    for ending in ("csv", "geojson", "parquet"):
        assert main(["export", city, "--unit", "blocks", "--measure", ",".join(keys), "--out", str(tmp_path / f"u.{ending}")]) == 0
    assert gpd.read_file(tmp_path / "u.geojson").geometry.isna().all()
    assert main(["export", city, "--unit", "blocks", "--measure", "count", "--out", str(tmp_path / "u.png")]) == 1


@pytest.mark.parametrize(
    ("command", "done"),
    [
        (["totals", "by-table"], 0),
        (["totals", "by-table", "--reconcile"], 0),
        (["change", "by-table", "--unit", "blocks"], 0),
        (["check", "by-table"], 0),
        (["evaluate", "by-name", "lights-2020-01-01"], 0),
        (["clusters", "by-table"], 1),
        (["cases", "by-table", "--days", "0"], 0),
        (["repeats", "by-table"], 1),
        (["priorities", "by-table", "--share", "20"], 1),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_commands_work_or_refuse_with_a_reason(command: list[str], done: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == done
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out.strip() if not done else said.err.strip()


def test_totals_in_json_say_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["totals", "by-name", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["victims"], numbers["inside"], numbers["population"], numbers["rate"]) == (240, 239, None, None)


def test_a_release_is_refused_with_the_reason() -> None:
    from hotspots.release import build

    with pytest.raises(DataError, match="have no outline"):
        build(cities.load("by-table"), as_of="2026-01-01", secret=b"x")
