"""What is served is what was published: headline numbers found again, and an intact version in place of a damaged one."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import sys

import pytest
import small_city as small
from opened import open_page, text
from villa_prueba import write_small_city

from hotspots import cities, settings, store
from hotspots.cli.main import main
from hotspots.store import StoreError, checked_json

SLUG = "villa-prueba"


@pytest.fixture
def folder(city_folder, store):
    cities.import_folder(small.touch(city_folder))
    return store / SLUG


def run(capsys, *arguments):
    status = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.walk
def test_headline_numbers_are_written_down_and_found_again(folder):
    [one] = cities.check(SLUG)
    assert (one.number, one.served, one.faults) == (1, True, ())
    years = {str(year): 12 for year in range(2015, 2021)}
    assert one.found == one.recorded == {"victims": 72, "located": 66, "inside": 60, "population": 8000.0, "by_year": years}


def test_a_headline_that_differs_is_told(folder):
    path = folder / "versions" / "1" / "manifest.json"
    manifest = checked_json.read(path)
    manifest["facts"]["headline"]["inside"] = 61
    checked_json.write(path, manifest)
    assert cities.check(SLUG)[0].faults == ("inside: 61 when it was published, 60 in its files now",)


@pytest.mark.walk
def test_a_version_from_before_is_checked_without_comparison(folder, capsys):
    path = folder / "versions" / "1" / "manifest.json"
    manifest = checked_json.read(path)
    del manifest["facts"]["headline"]
    checked_json.write(path, manifest)
    assert cities.check(SLUG)[0].faults == ()
    assert "not compared" in run(capsys, "check", SLUG)[1]


def test_check_on_the_command_line(folder, city_folder, capsys):
    cities.import_folder(small.touch(city_folder))
    status, out, _ = run(capsys, "check", SLUG)
    assert status == 0
    assert out.splitlines()[0] == f"{SLUG}\tversion 1\tintact"
    assert out.splitlines()[2] == f"{SLUG}\tversion 2 (served)\tintact"
    assert "72 victims, 66 located, 60 inside, population 8,000, 2015 to 2020" in out
    (folder / "versions" / "2" / "blocks.parquet").unlink()
    status, out, err = run(capsys, "check", SLUG)
    assert status == 1
    assert "version 2 (served)\tdamaged" in out
    assert "blocks.parquet of version 2 of 'villa-prueba' is gone" in err
    status, out, _ = run(capsys, "check", SLUG, "--json")
    found = json.loads(out)
    assert (status, found["intact"], [bool(one["faults"]) for one in found["versions"]]) == (1, False, [False, True])
    assert run(capsys, "check", "nowhere")[0] == 1


@pytest.mark.walk
def test_rollback_on_the_command_line(folder, city_folder, capsys):
    for _ in range(2):
        cities.import_folder(small.touch(city_folder))
    status, out, _ = run(capsys, "rollback", SLUG)
    assert (status, out.startswith(f"{SLUG}: version 2, published ")) == (0, True)
    assert cities.load(SLUG).version == 2
    assert json.loads(run(capsys, "rollback", SLUG, 1, "--json")[1])["before"] == 2
    assert run(capsys, "rollback", SLUG)[0] == 1
    status, _, err = run(capsys, "rollback", SLUG, 9)
    assert (status, "versions 1, 2, 3 exist" in err) == (1, True)
    assert cities.import_folder(small.touch(city_folder)).version == 4


@pytest.fixture(scope="module")
def thrice(tmp_path_factory):
    """Publish the small city three times, once for all tests; return its folder and the store, which nobody changes."""
    root = tmp_path_factory.mktemp("thrice")
    source = write_small_city(root / SLUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(root / "store"))
        for _ in range(3):
            cities.import_folder(small.touch(source))
    return source, root / "store"


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", ["incidents.parquet", "blocks.parquet", "context.parquet", "manifest.json"])
@pytest.mark.parametrize("how", ["cut", "lost"])
def test_the_newest_intact_version_stands_in(thrice, tmp_path, store, name, how):
    city_folder = shutil.copytree(thrice[0], tmp_path / "mine" / SLUG)
    folder = shutil.copytree(thrice[1], store) / SLUG
    assert (cities.load(SLUG).version, cities.load(SLUG).fallback_from) == (3, None)
    for number in (3, 2):
        path = folder / "versions" / str(number) / name
        path.unlink() if how == "lost" else path.write_bytes(path.read_bytes()[:-9])
    for asked in (None, 3):
        city = cities.load(SLUG, asked)
        assert (city.version, city.fallback_from) == (1, 3)
    with pytest.raises(StoreError):
        cities.load(SLUG, 2)
    [summary] = cities.available()
    assert (summary.version, summary.fallback_from) == ((1, 3) if name == "manifest.json" else (3, None))
    assert cities.import_folder(small.touch(city_folder)).version == 4
    assert cities.load(SLUG).fallback_from is None


def headline(app) -> str:
    """Return the number of people killed that the page says, after a click that changes nothing."""
    app.run()
    assert not app.exception
    return " ".join(re.findall(r"\d+ people killed", text(app)))


def with_rows(folder, rows):
    """Return the city's folder with so many rows of its homicides."""
    path = folder / "homicides.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[: rows + 1]))
    return folder


def test_after_a_copy_is_put_back_a_number_that_comes_again_shows_its_new_data(own_city, city_folder, store, tmp_path):
    """Once the caches were keyed by the number: an open page, and a new one, showed data that were no longer in the store."""
    copy = shutil.copytree(store / SLUG, tmp_path / "copy")
    cities.import_folder(with_rows(city_folder, 60))
    app = open_page("data", lang="en", city=SLUG)
    assert cities.load(SLUG).version == 2
    assert "60 people killed" in headline(app)
    shutil.rmtree(store / SLUG)
    shutil.copytree(copy, store / SLUG)
    assert "72 people killed" in headline(app)
    assert cities.import_folder(with_rows(city_folder, 48)).version == 2
    assert "48 people killed" in headline(app)
    assert "48 people killed" in headline(open_page("data", lang="en", city=SLUG, version="2"))


def test_a_stand_in_ends_when_the_file_is_repaired(own_city, city_folder, store):
    cities.import_folder(with_rows(city_folder, 60))
    app, path = open_page("data", lang="en", city=SLUG), store / SLUG / "versions" / "2" / "incidents.parquet"
    assert "60 people killed" in headline(app)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert "72 people killed" in headline(app)
    assert "This is version 1, the newest one intact" in text(app)
    path.write_bytes(whole)
    assert "60 people killed" in headline(app)
    assert "intact" not in text(app)


def test_data_that_changed_after_they_were_looked_at_are_not_taken_for_the_old_ones(folder, city_folder):
    now = cities.standing(SLUG)
    assert cities.holding(SLUG, now.version, now.content).content == cities.load(SLUG).content == now.content
    manifest = checked_json.read(folder / "versions" / "1" / "manifest.json")
    checked_json.write(folder / "versions" / "1" / "manifest.json", manifest | {"published": "2020-01-01T00:00:00+00:00"})
    with pytest.raises(StoreError, match="version 1 of villa-prueba holds other data now; load it again"):
        cities.holding(SLUG, now.version, now.content)


def rewritten(folder, number, change):
    path = folder / "versions" / str(number) / "manifest.json"
    manifest = checked_json.read(path)
    change(manifest)
    checked_json.write(path, manifest)


def test_what_a_newer_program_wrote_is_refused_in_a_sentence_and_stays(folder, city_folder, capsys):
    cities.import_folder(small.touch(city_folder))
    rewritten(folder, 2, lambda manifest: manifest.update(format=99))
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file() and path.name != ".lock"}
    for command in (("totals", SLUG), ("import", city_folder), ("publish", SLUG, "--out", folder.parent / "out")):
        status, _, err = run(capsys, *command)
        assert (status, "version 2 of 'villa-prueba' was written by a newer program (format 99" in err) == (1, True), command
        assert "Traceback" not in err
    assert {path: path.read_bytes() for path in before} == before
    assert run(capsys, "rollback", SLUG, 1)[0] == 0
    assert cities.load(SLUG).version == 1


@pytest.mark.cases(1)
@pytest.mark.parametrize("lost", ["format", "notes", "epsg"])
def test_a_manifest_that_lacks_something_is_told_and_another_version_stands_in(folder, city_folder, lost):
    cities.import_folder(small.touch(city_folder))
    rewritten(folder, 2, lambda manifest: (manifest if lost == "format" else manifest["facts"]).pop(lost))
    city = cities.load(SLUG)
    assert (city.version, city.fallback_from) == (1, 2)
    (folder / "versions" / "1" / "manifest.json").unlink()
    with pytest.raises(StoreError, match=f"in which format|does not say its {lost}"):
        cities.load(SLUG)


def test_a_lost_pointer_is_told(folder):
    (folder / "current").unlink()
    city = cities.load(SLUG)
    assert (city.version, city.fallback_from) == (1, 0)
    assert cities.available()[0].fallback_from == 0
    assert [(one.number, bool(one.faults)) for one in cities.check(SLUG)] == [(0, True), (1, False)]


def test_where_nothing_is_intact_nothing_is_shown(folder):
    (folder / "versions" / "1" / "incidents.parquet").write_bytes(b"rubbish")
    with pytest.raises(StoreError, match="damaged on disk"):
        cities.load(SLUG)


def test_a_second_import_is_told_before_it_reads(folder, city_folder):
    (city_folder / "homicides.csv").unlink()
    with store.lock(SLUG), pytest.raises(StoreError, match="is being imported by"):
        cities.import_folder(small.touch(city_folder))


def test_bundled_cities_are_not_imported_again_after_going_back(tmp_path, city_folder, monkeypatch):
    root = tmp_path / "bundled"
    shutil.copytree(city_folder, root / SLUG)
    monkeypatch.setenv("HOTSPOTS_CITIES", str(root))
    assert settings.cities_folder() == root
    assert cities.ensure_bundled() == [SLUG]
    (root / SLUG / "city.toml").write_text((root / SLUG / "city.toml").read_text() + "\n# changed\n")
    assert cities.ensure_bundled() == [SLUG]
    store.rollback(SLUG)
    assert cities.ensure_bundled() == []
    assert cities.load(SLUG).version == 1
    (settings.store_folder() / SLUG / "current").unlink()
    assert cities.ensure_bundled() == [SLUG]


@pytest.mark.walk
def test_the_command_line_starts_without_the_drawing_libraries(folder, capsys, tmp_path):
    """folium and matplotlib are loaded where a picture is asked for, and not before."""
    import subprocess

    code = "import sys\nfrom hotspots.__main__ import main\nmain(sys.argv[1:])\nassert not {'folium', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code, "export", SLUG, "--out", str(tmp_path / "a.csv")], check=True, capture_output=True)


@pytest.mark.cases(1)
@pytest.mark.parametrize("suffix", [".png", ".html"])
def test_pictures_on_the_command_line(folder, capsys, tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    assert run(capsys, "export", SLUG, "--measure", "rate", "--language", "en", "--out", path)[0] == 0
    assert path.read_bytes().startswith(b"\x89PNG" if suffix == ".png" else b"<!DOCTYPE html>")
    if suffix == ".html":
        assert '<html lang="en">' in path.read_text(encoding="utf-8")
    assert run(capsys, "export", SLUG, "--measure", "rate,count", "--out", path)[0] == 1


def test_fields_that_others_rely_on():
    assert {"fallback_from"} <= {field.name for field in dataclasses.fields(cities.City)} & {
        field.name for field in dataclasses.fields(cities.Summary)
    }
