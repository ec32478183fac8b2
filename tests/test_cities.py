"""city.toml → city → published version → the same city again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small_city as small

from hotspots import cities
from hotspots import store as versions
from hotspots.cli.main import main
from hotspots.store.schema import DataError, check_blocks, check_incidents
from hotspots.words import words_for

EXTRA = """
[segments]
file = "streets.geojson"
id = "id"
street = "street"

[layers.river]
file = "river.geojson"
kind = "water"
name = "name"

[layers.shops]
file = "river.geojson"
kind = "service"

[[events]]
date = "2019-03-27"
text = { es = "Estado de excepción", en = "State of exception" }

[[definition_breaks]]
date = 2019-02-01
text = "What is counted changed"

[[interventions]]
name = { es = "Luces", en = "Lights" }
start = "2019-06-01"
treated = ["01", "03"]
"""


def _line(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": small.square(0, 0)[:2]}}


MORE = {
    "streets.geojson": small.layer([_line({"id": "s1", "street": "Calle 1"}), _line({"id": "s2", "street": None})]),
    "river.geojson": small.layer([_line({"name": "Río"}), {"type": "Feature", "properties": {"name": "x"}, "geometry": None}]),
}


def full(folder: Path) -> Path:
    return small.write_city(folder / "Small City", toml=small.TOML + EXTRA, more=MORE)


def test_a_city_is_the_same_after_it_was_published_and_loaded(tmp_path: Path) -> None:
    city = cities.import_folder(full(tmp_path))
    assert (city.slug, city.version, city.epsg, city.fictional) == ("small-city", 1, 32615, False)
    again = cities.load("small-city")
    for name in ("incidents", "blocks", "context", "segments"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(city, name))
        assert getattr(again, name).crs == getattr(city, name).crs
    for name in (
        "slug",
        "name",
        "language",
        "timezone",
        "source",
        "licence",
        "epsg",
        "notes",
        "report",
        "start",
        "end",
        "version",
        "fingerprint",
        "population_year",
    ):
        assert getattr(again, name) == getattr(city, name), name
    check_incidents(again.incidents)
    check_blocks(again.blocks)


def test_notes_layers_and_segments(tmp_path: Path) -> None:
    city = cities.read_folder(full(tmp_path))
    assert [(note.kind, note.start.isoformat()[:10]) for note in city.notes] == [
        ("definition", "2019-02-01"),
        ("event", "2019-03-27"),
        ("intervention", "2019-06-01"),
    ]
    assert city.notes[1].text["es"] == "Estado de excepción"
    assert city.notes[2].treated == ("01", "03")
    assert city.context[["kind", "name"]].to_numpy().tolist() == [["water", "Río"], ["service", ""]]
    assert city.segments is not None
    assert city.segments["street"].to_dict() == {"s1": "Calle 1", "s2": ""}
    assert city.version == 0
    assert {row.code for row in city.report.findings} == {"layer_no_shape"}


def test_a_city_without_layers_has_an_empty_context(tmp_path: Path) -> None:
    city = cities.import_folder(small.write_city(tmp_path / "town"))
    assert list(city.context.columns) == ["kind", "name", "geometry"]
    assert cities.load("town").context.crs == city.blocks.crs
    assert cities.load("town").segments is None


def test_the_period_is_as_stated_or_from_the_first_month_to_the_last_day(tmp_path: Path) -> None:
    city = cities.read_folder(small.write_city(tmp_path / "town"))
    assert (city.start, city.end) == (pd.Timestamp("2019-01-01"), pd.Timestamp("2019-12-14"))
    toml = small.with_lines('covers = ["2019-02-01", "2019-12-31"]')
    city = cities.read_folder(small.write_city(tmp_path / "town", toml=toml))
    assert (city.start, city.end) == (pd.Timestamp("2019-02-01"), pd.Timestamp("2020-01-01"))
    assert [(row.code, row.rows) for row in city.report.findings] == [("outside_covers", 1)]
    assert len(city.incidents) == 12


def test_versions_of_a_city(tmp_path: Path) -> None:
    folder = small.write_city(tmp_path / "town")
    cities.import_folder(folder)
    small.write_city(folder, csv="\n".join([small.HEADER, *small.rows()[:6]]))
    assert cities.import_folder(folder).version == 2
    assert len(cities.load("town").incidents) == 6
    assert len(cities.load("town", 1).incidents) == 12
    row = cities.available()[0]
    assert (row.slug, row.name, row.version, row.victims, row.start) == ("town", "Small city", 2, 6, pd.Timestamp("2019-01-01"))
    assert pd.Timestamp(row.published).tzinfo is not None


def test_a_city_of_ones_own_comes_before_those_that_come_with_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundled: alder and birch. Imported: zeal. Alphabetical order would open on alder, as it does where nothing else is there."""
    for name in ("alder", "birch"):
        folder = small.write_city(tmp_path / "bundled" / name)
        (folder / "city.toml").write_text((folder / "city.toml").read_text().replace("Small city", name.title()))
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "bundled"))
    assert cities.ensure_bundled() == ["alder", "birch"]
    assert [row.slug for row in cities.available()] == ["alder", "birch"]
    own = small.write_city(tmp_path / "zeal")
    (own / "city.toml").write_text((own / "city.toml").read_text().replace("Small city", "Zeal"))
    cities.import_folder(own)
    assert [row.slug for row in cities.available()] == ["zeal", "alder", "birch"]


def test_the_list_of_cities_opens_no_table(tmp_path: Path, store: Path) -> None:
    cities.import_folder(small.write_city(tmp_path / "town"))
    for path in store.rglob("*.parquet"):
        path.unlink()
    assert [row.victims for row in cities.available()] == [12]
    (store / "town" / "versions" / "1" / "manifest.json").write_text("{}")
    assert cities.available() == []


def test_a_refused_import_changes_nothing(tmp_path: Path) -> None:
    folder = small.write_city(tmp_path / "town")
    cities.import_folder(folder)
    small.write_city(folder, csv="nothing")
    with pytest.raises(DataError):
        cities.import_folder(folder)
    assert versions.versions("town") == [1]
    assert len(cities.load("town").incidents) == 12


def test_bundled_cities_are_imported_when_they_are_new_or_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "bundled"
    monkeypatch.setenv("HOTSPOTS_CITIES", str(root))
    assert cities.ensure_bundled() == []
    small.write_city(root / "town")
    (root / "not-a-city").mkdir()
    assert cities.ensure_bundled() == ["town"]
    assert cities.ensure_bundled() == []
    small.write_city(root / "town", csv=small.csv_text([(0, "age", "77")]))
    assert cities.ensure_bundled() == ["town"]
    assert cities.load("town").version == 2
    small.write_city(root / "town", csv=small.csv_text([(0, "age", "78")]))
    with (root / "town" / "city.toml").open("a") as file:
        file.write("# a remark\n")
    cities.bring_in(cities.understand(cities.Files(folder=root / "town")))  # as `import` does: without remarks
    assert cities.ensure_bundled() == []
    shutil.rmtree(root)
    assert cities.ensure_bundled() == []


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    cities.import_folder(small.write_city(tmp_path / "town"), said.append)
    assert said[0] == "step 1 of 4: reading blocks.geojson"
    assert said[-1] == "step 4 of 4: publishing Small city"
    assert len(said) == 4
    assert words_for("es").tell(said[0]) == "paso 1 de 4: leyendo blocks.geojson"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("San Salvador", "san-salvador"),
        ("puerto_marea", "puerto_marea"),
        ("Ñuñoa (2)", "nunoa-2"),
        ("--x--", "x"),
        ("São Paulo.v2", "sao-paulo-v2"),
    ],
)
def test_slugs(tmp_path: Path, name: str, slug: str) -> None:
    assert cities.slug_of(tmp_path / name) == slug
    assert cities.slug_of(str(tmp_path / name)) == slug


def test_a_folder_without_a_letter_in_its_name_is_refused() -> None:
    with pytest.raises(DataError, match="rename it"):
        cities.slug_of("/???")


# --------------------------------------------------------------------------------------------------------- city.toml

FAULTS = {
    "an unknown key": (small.with_lines('wepon = "x"'), "unknown key 'wepon' in [incidents]; did you mean 'weapon'?"),
    "an unknown section": (small.TOML + "\n[block]\n", "unknown key 'block'; did you mean 'blocks'?"),
    "a key like none": (small.with_lines('qqq = "x"'), "unknown key 'qqq' in [incidents]; known are file"),
    "a missing file": (small.with_lines('file = "gone.csv"'), "file gone.csv does not exist"),
    "a missing key": (small.TOML.replace('date = "day"\n', ""), "[incidents] names no date; give date, or year with month and day"),
    "no name": (small.TOML.replace('name = "Small city"\n', ""), "name is missing"),
    "no blocks and no incidents": ('name = "Nowhere"\n\n[area_counts]\nfile = "a.csv"\nperiod = "y"\ncount = "n"\n', "blocks is missing"),
    "a header in row 0": (small.with_lines("header_row = 0"), "header_row in [incidents] must be 1 or more"),
    "a number for text": (small.with_lines("age = 3"), "age in [incidents] must be text in quotation marks"),
    "text for a number": (small.with_lines('epsg = "4326"'), "epsg in [incidents] must be a whole number"),
    "true for a number": (small.with_lines("epsg = true"), "epsg in [incidents] must be a whole number"),
    "x without y": (small.TOML.replace('y = "lat"\n', ""), "x and y in [incidents] go together"),
    "no place at all": (small.TOML.replace('x = "lon"\ny = "lat"\n', ""), "names no place"),
    "two kinds of place": (small.with_lines('geometry = "wkt"'), "keep one of the two"),
    "a system that does not exist": (small.TOML.replace("32615", "999999"), "is not a coordinate system that exists"),
    "degrees for the city": (small.TOML.replace("32615", "4326"), "is not in metres"),
    "feet for the city": (small.TOML.replace("32615", "2272"), "is not in metres"),
    "no such zone": (small.TOML.replace("El_Salvador", "Atlantis"), "is no time zone"),
    "no such date zone": (small.with_lines('date_zone = "Atlantis"'), 'write "local", "UTC" or a name'),
    "no such folder of a zone": (small.TOML.replace("America/El_Salvador", "../zone"), "is no time zone"),
    "a word not ours": (
        small.TOML + '\n[incidents.values.weapon]\n"pistola" = "gun"\n',
        "'gun' in [incidents.values.weapon] is no word of ours",
    ),
    "words for no field": (
        small.TOML + '\n[incidents.values.wepon]\n"pistola" = "firearm"\n',
        "[incidents.values.wepon] is not a list of words",
    ),
    "a filter that is no list": (small.TOML + "\n[incidents.where]\nfatal = true\n", "fatal in [incidents.where] must be a list"),
    "a filter on no column": (small.TOML + '\n[incidents.where]\nfatal = ["1"]\n', "no column 'fatal' (for where)"),
    "covers the wrong way": (
        small.with_lines('covers = ["2019-12-31", "2019-01-01"]'),
        "covers in [incidents] must be the first and the last day",
    ),
    "covers in words": (small.with_lines('covers = ["spring", "autumn"]'), "covers in [incidents] must be"),
    "default places that are no pairs": (small.with_lines("default_places = [1, 2]"), "default_places in [incidents] must be pairs"),
    "an axis that does not exist": (small.with_lines('negate = ["z"]'), 'negate in [incidents] may hold "x" and "y" only'),
    "a population id alone": (small.with_lines('population_id = "b"', section="[blocks]"), "needs population_file"),
    "a population file alone": (
        small.with_lines('population_file = "homicides.csv"', section="[blocks]"),
        "needs population and population_id",
    ),
    "a kind of layer unknown": (small.TOML + '\n[layers.x]\nfile = "blocks.geojson"\nkind = "lake"\n', "use one of water, park"),
    "a layer that is no section": (small.TOML + '\n[layers]\nx = "y"\n', "[layers.x] must be a section"),
    "an event without a day": (small.TOML + '\n[[events]]\ntext = "x"\n', "date in [[events]] is missing"),
    "an event on no day": (small.TOML + '\n[[events]]\ndate = "soon"\ntext = "x"\n', 'must be a day such as "2019-07-01"'),
    "an event with a number for text": (
        small.TOML + '\n[[events]]\ndate = "2019-07-01"\ntext = 3\n',
        "text in [[events]] must be text, or text by language",
    ),
    "not TOML": ("name = ", "it cannot be read"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_city_toml_is_told_in_plain_words(tmp_path: Path, name: str) -> None:
    toml, words = FAULTS[name]
    with pytest.raises(DataError) as caught:
        cities.read_folder(small.write_city(tmp_path / "town", toml=toml))
    assert words in str(caught.value)
    assert not re.search(r"dtype|NaN|NaT|KeyError|\bNone\b", str(caught.value))


def test_all_faults_of_city_toml_are_told_at_once(tmp_path: Path) -> None:
    toml = small.with_lines('wepon = "x"', 'file = "gone.csv"').replace("32615", "4326").replace("El_Salvador", "Atlantis")
    with pytest.raises(DataError) as caught:
        cities.read_folder(small.write_city(tmp_path / "town", toml=toml))
    assert len(caught.value.faults) == 4


def test_faults_of_blocks_and_incidents_are_told_together(tmp_path: Path) -> None:
    dirty = small.csv_text([(i, "day", f"0{i % 9 + 1}/02/2019") for i in range(12)])
    with pytest.raises(DataError) as caught:
        cities.read_folder(small.write_city(tmp_path / "town", csv=dirty, geojson="{}"))
    assert len(caught.value.faults) == 2


def test_a_folder_without_city_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no city\.toml in this folder"):
        cities.read_folder(tmp_path)


def test_files_lie_in_the_folder_unless_a_person_names_them(tmp_path: Path) -> None:
    other = small.write_city(tmp_path / "other")
    whole = small.TOML.replace('"homicides.csv"', f'"{other / "homicides.csv"}"').replace('"blocks.geojson"', '"../other/blocks.geojson"')
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "city.toml").write_text(whole)
    with pytest.raises(DataError, match=r"homicides.csv lies outside the folder[^\n]*\n.*other/blocks.geojson lies outside the folder"):
        cities.read_folder(folder, named=())
    named = [other / "homicides.csv", other / "blocks.geojson"]
    assert len(cities.read_folder(folder, named=named).incidents) == len(cities.read_folder(folder).incidents) == 12
    assert main(["import", str(folder)]) == 1
    assert main(["import", str(folder), "--allow", str(named[0]), "--allow", str(named[1])]) == 0
    (folder / "sly.csv").symlink_to(other / "homicides.csv")
    (folder / "city.toml").write_text(small.TOML.replace('"homicides.csv"', '"sly.csv"').replace('"blocks', '"../other/blocks'))
    with pytest.raises(DataError, match=r"sly.csv lies outside"):
        cities.import_folder(folder, named=named[1:])


@pytest.mark.walk
@pytest.mark.slow
def test_a_city_of_three_thousand_blocks_loads_whole(tmp_path: Path) -> None:
    features = [small.block(f"{i:05d}", small.square(i % 60 / 30, i // 60 / 25, 0.03)) for i in range(3000)]
    rows = [
        f"c{i},2019-{i % 12 + 1:02d}-13 10:30,{-92 + 0.00001 * i % 0.019:.5f},{11 + 0.000007 * i % 0.019:.5f},30,male,firearm"
        for i in range(2500)
    ]
    folder = small.write_city(tmp_path / "big", csv="\n".join([small.HEADER, *rows]), geojson=small.layer(features))
    cities.import_folder(folder)
    loaded = cities.load("big")
    assert (len(loaded.blocks), len(loaded.incidents)) == (3000, 2500)


def test_a_folder_and_files_may_be_named_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small.write_city(tmp_path / "town")
    monkeypatch.chdir(tmp_path)
    assert main(["import", "town"]) == 0
    monkeypatch.chdir(folder)
    assert main(["import", "--incidents", "homicides.csv", "--name", "Other", "--yes"]) == 0
    assert {one.slug for one in cities.available()} >= {"town", "other"}
