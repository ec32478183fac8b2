"""Every file that leaves says what it is, of whom, when and whence, and whether it may be published; no cell starts a formula."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from opened import PAGES as EVERY_PAGE
from opened import forget, open_page
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader
from released import SECRET, released_city
from seen import watch

from hotspots import release as disclosure
from hotspots.cities import versions
from hotspots.cli.main import main
from hotspots.drawing import exports
from hotspots.questions.restricted import Asked, when
from hotspots.store.schema import Incidents
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
MARKS = {"en": "Restricted: not for publication", "es": "Restringido: no para publicar"}
PASSED_ON = {"en": "Public: may be passed on with its source", "es": "Público: puede difundirse citando su fuente"}
PAGES = (
    *("", "change", "trends", "priorities", "map", "clusters", "concentration", "compare", "cases", "people", "repeats"),
    "interventions",
)
# Where files leave the dashboard: a new place must be opened by a test below, and be added here.
BUTTONS = {
    "public/pages/around.py": 1,
    "public/pages/city.py": 1,
    "public/pages/people.py": 1,
    "public/parts.py": 1,
    "restricted/admission.py": 1,  # the one of all below
    "restricted/pages/import_.py": 1,  # test_import_page
    "restricted/pages/map.py": 1,
    "restricted/pages/publish.py": 1,  # a whole release: test_publish_page
    "restricted/parts/brought.py": 1,  # test_import_page
    "restricted/parts/one_page.py": 2,
    "restricted/parts/series.py": 1,
    "restricted/parts/tables.py": 1,
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SOMEBODY = "Invented"  # how the sources of the invented cities begin


def said_by(name: str, content: bytes) -> str:
    """Return all text that a file carries, whatever its kind."""
    kind = Path(name).suffix
    if kind == ".png":
        return str(Image.open(io.BytesIO(content)).info["Description"])
    if kind == ".pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if kind == ".pptx":
        shapes = [shape for one in Presentation(io.BytesIO(content)).slides for shape in one.shapes]
        return " ".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    if kind == ".parquet":
        return json.dumps(json.loads(pq.read_schema(io.BytesIO(content)).metadata[b"about"]), ensure_ascii=False)
    if kind == ".geojson":
        return json.dumps(json.loads(content)["about"], ensure_ascii=False)
    text = content.decode("utf-8-sig")
    return text if kind != ".csv" else next(csv.DictReader(io.StringIO(text)))["about"]


def a_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|-?inf", cell))


def hold(name: str, content: bytes, mark: str, *, city: str, year: str) -> None:
    """Hold a file to its label: whether it may be published, whose it is, its period, source, and version or reach."""
    said = re.sub(r"\s+", " ", said_by(name, content))
    machine = name.endswith((".geojson", ".parquet")) and mark in MARKS.values()
    for part in ("not for publication" if machine else mark, city, year, SOMEBODY):
        assert part in said, (name, part, said[:600])
    if name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0][-1] == "about"
        assert not [cell for row in rows for cell in row if cell.startswith(FORMULA) and not a_number(cell)], name
        if mark in MARKS.values():
            assert all(mark in row[-1] for row in rows[1:]), name


def test_every_button_that_gives_a_file_is_known():
    found: dict[str, int] = {}
    for path in sorted((ROOT / "hotspots/dashboard").rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        n = sum(getattr(call.func, "attr", "") in ("download_button", "give") for call in calls)
        if n:
            found[str(path.relative_to(ROOT / "hotspots/dashboard"))] = n
    assert found == BUTTONS


@pytest.mark.cases(1)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_gives_is_marked(city, monkeypatch, page, language):
    found = watch(monkeypatch)(page, lang=language)
    assert len(found.made) or page in ("clusters", "priorities", "repeats"), page  # these may find nothing in a small city
    for key, name in found.names.items():
        hold(name, found.bytes(key), MARKS[language], city=city.name, year="20")
        assert "not-for-publication" in name


@pytest.mark.parametrize("suffix", exports.SUFFIXES)
def test_what_export_writes_is_marked(city, tmp_path, suffix, capsys):
    out = tmp_path / f"out{suffix}"
    assert main(["export", city.slug, "--start", "2018-01-01", "--where", "weapon=firearm", "--language", "es", "--out", str(out)]) == 0
    hold(out.name, out.read_bytes(), MARKS["es"], city=city.name, year="2018")
    said = said_by(out.name, out.read_bytes())
    assert ("firearm" if suffix in (".geojson", ".parquet") else "Arma de fuego") in said
    capsys.readouterr()


@pytest.mark.walk
def test_the_digest_is_marked(own_city, tmp_path, capsys):
    versions.publish(replace(own_city, incidents=Incidents(own_city.incidents.iloc[1:])))
    assert main(["digest", own_city.slug, "--language", "es", "--out", str(tmp_path / "d")]) == 0
    files = sorted((tmp_path / "d").iterdir())
    assert len(files) == 4
    for one in files:
        assert MARKS["es"] in one.read_text(encoding="utf-8"), one.name
    capsys.readouterr()


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public") / "villa-prueba"
    disclosure.write(disclosure.build(released_city(years=6), as_of="2026-01-15", secret=SECRET), folder, key=SECRET)
    return folder


@pytest.mark.cases(1)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", ["", "city", "people"])
def test_what_a_public_page_gives_says_that_it_may_be_passed_on(released, monkeypatch, page, language):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(released))
    forget()
    found = watch(monkeypatch)(page, lang=language, **({} if page else {"area": "a001"}))
    for key, name in found.names.items():
        hold(name, found.bytes(key), PASSED_ON[language], city="Villa Prueba", year="2020")
        assert "public" in name
    forget()


def test_a_release_says_what_it_is(released):
    about = json.loads((released / "release.json").read_text(encoding="utf-8"))["about"]
    assert about["publication"] == "may be passed on with its source"
    assert (about["place"], about["start"], about["end"]) == ("Villa Prueba", "2015-01-01", "2021-01-01")
    for path in released.glob("*.csv"):
        cells = [cell for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(FORMULA) and not a_number(cell)], path.name
    assert not zipfile.is_zipfile(released / "release.json")


def test_a_table_opens_as_it_did_and_runs_nothing():
    data = pd.DataFrame({"=id": ["+1", "b", "\tc"], "count": [-2, 3, 4], "rate": [-0.5, float("nan"), 1e-9]})
    text = exports.csv(data, "=label", again="@again")
    back = pd.read_csv(io.StringIO(text))
    assert back["count"].tolist() == [-2, 3, 4]
    assert back["rate"].dtype == float
    assert back["about"].tolist() == ["'=label", "'@again", "'@again"]
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA) and not a_number(cell)]
    assert exports.csv(data.iloc[:0], "label").splitlines()[1].endswith(",label")  # an empty table says what it is


def test_every_page_that_has_buttons_is_opened(city):
    """The pages above are all that are about a city, but those that give no file or are opened by a test of their own."""
    others = {"wall", "data", "methods", "import", "publish", "record", "erase"}
    assert {*EVERY_PAGE} == {*PAGES, *others}
    for page in ("wall", "data", "methods"):
        assert not open_page(page, lang=words_for("en").language).get("download_button")


def test_the_table_of_an_answer_tells_the_days_and_the_number_that_the_answer_is_of(city):
    words, asked = words_for("en"), Asked.of(Selection(city=city.slug))
    answer, study = asked.ask(when.last_twelve_months, in_city=False), asked.study
    told = captions.of_table(city, study, "x", words, answer=answer)
    assert words.period(answer.value.start.date(), answer.value.end.date()) in told
    assert words.period(study.start.date(), study.end.date()) not in told
    assert words.count("{n} person killed", "{n} people killed", answer.value.count) in told
    assert words.period(study.start.date(), study.end.date()) in captions.of_table(city, study, "x", words)
