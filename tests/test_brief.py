"""One page about a place: it says what the commands print, in each file, for each reader, in each language."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.enum.text import PP_ALIGN
from pypdf import PdfReader

from hotspots import cities
from hotspots.cities.logbook import find_areas
from hotspots.cli.main import main
from hotspots.drawing.brief import graphs, letters, render
from hotspots.drawing.brief.typeset import compiled
from hotspots.questions.restricted import Asked, brief_words, interventions, when
from hotspots.questions.restricted.brief import ENTRIES, FIELDS, PRESETS, brief
from hotspots.questions.restricted.brief_page import of_choices
from hotspots.release.profiles import FEWER_THAN
from hotspots.study.selection import Selection
from hotspots.views.series import series_of
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
VILLA, ADDRESS = "villa-prueba", "http://localhost:8501"
PLACES = ("", "district:row 0", "block:b00")
PERIODS = ((), ("--start", "2018-01-01", "--end", "2020-01-01"))
FEW = [
    (PLACES[0], "command", "en", ()),
    (PLACES[1], "command", "es", PERIODS[1]),
    (PLACES[1], "policy", "en", ()),
    ("", "community", "es", ()),
]
GRID = [(place, preset, language, period) for place in PLACES for preset in PRESETS for language in ("en", "es") for period in PERIODS]


def plain(text: str) -> str:
    """Return a text without the breaks of lines, which paper puts where it wants."""
    return re.sub(r"\s+", " ", text)


def pdf_text(content: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def slide(content: bytes):
    return Presentation(io.BytesIO(content)).slides[0]


def slide_text(content: bytes) -> str:
    shapes = slide(content).shapes
    cells = [cell.text for shape in shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return plain(" ".join([*(shape.text_frame.text for shape in shapes if shape.has_text_frame), *cells]))


def chart(content: bytes) -> pd.DataFrame:
    """Return the numbers behind the slide's own chart."""
    (shape,) = [shape for shape in slide(content).shapes if shape.has_chart]
    plot = shape.chart.plots[0]
    return pd.DataFrame({one.name: list(one.values) for one in plot.series}, index=list(plot.categories), dtype=float)


def page_of(city, place="", preset="command", language="en"):
    return of_choices(Asked.of(Selection(city=city.slug, place=place, language=language)), preset, address=ADDRESS)


def written(printed, tmp_path, at, preset, language):
    """Return the text of each file that the command writes, and the numbers behind the slide's chart."""
    files = {}
    for suffix in (".pdf", ".pptx", ".html"):
        out = tmp_path / f"brief{suffix}"
        printed("brief", *at, "--preset", preset, "--language", language, "--out", str(out))
        files[suffix] = out.read_bytes()
    return (pdf_text(files[".pdf"]), slide_text(files[".pptx"]), plain(files[".html"].decode())), chart(files[".pptx"])


@pytest.mark.cases(1)
@pytest.mark.parametrize(("place", "preset", "language", "period"), GRID if TORTURE else FEW)
def test_the_files_say_what_the_commands_print(city, printed, tmp_path, place, preset, language, period):
    words, at = words_for(language), [VILLA, "--place", place, *period]
    texts, drawn = written(printed, tmp_path, at, preset, language)
    series = pd.read_csv(io.StringIO(printed("table", *at, "months" if preset == "command" else "years"))).tail(120)
    counted = series["count"].astype(float)
    told = counted.where(counted >= FEWER_THAN) if preset == "community" else counted
    assert drawn[words.say("People killed")].tolist() == pytest.approx(told.tolist(), nan_ok=True)
    for name, key in (("Normal range, from", "low"), ("Normal range, to", "high")) if words.say("Normal range, from") in drawn else ():
        assert drawn[words.say(name)].tolist() == pytest.approx(series[key].tolist(), nan_ok=True)
    said = [words.say("Restricted: not for publication")]
    totals = json.loads(printed("totals", *at, "--unit", "blocks", "--json"))
    if period and totals["victims"] >= 20:
        said.append(words.count("{n} person killed", "{n} people killed", totals["victims"]))
    if preset != "community":
        start, end = (period[1], period[3]) if period else (None, None)
        days = {name: dt.date.fromisoformat(day) for name, day in (("start", start), ("end", end)) if day}
        said.append(Asked.of(Selection(city=VILLA, place=place, **days)).ask(when.last_twelve_months, in_city=True).sentence(words))
    assert not [(one, text) for one in said for text in texts if plain(one) not in text]


@pytest.mark.walk
def test_what_was_done_is_told_where_it_was_done(albatros, bundled, unchanged):
    unchanged(bundled)
    log = interventions.log(Asked.of(Selection(city=albatros.slug))).value.entries
    treated = [set(find_areas(albatros.blocks, one.treated)[0]) if one.treated else None for one in log]
    districts = {name: set(found) for name, found in albatros.blocks.groupby("district", observed=True).groups.items()}
    touched = {name: any(areas is not None and areas & found for areas in treated) for name, found in districts.items()}
    some = [max(districts, key=touched.__getitem__), min(districts, key=touched.__getitem__)]
    assert [touched[name] for name in some] == [True, False]
    for place, blocks in (("", set(albatros.blocks.index)), *((f"district:{name}", districts[name]) for name in some)):
        done = Asked.of(Selection(city=albatros.slug, place=place)).ask(brief, "command").value.done
        there = [one.name for one, areas in zip(log, treated, strict=True) if areas is None or areas & blocks]
        assert [one.name for one, _ in done] == there[: -ENTRIES - 1 : -1]


@pytest.mark.walk
@pytest.mark.parametrize("place", PLACES[:2])
def test_the_numbers_and_their_ranges_are_those_of_the_command(city, printed, place):
    compared = json.loads(printed("change", VILLA, "--place", place, "--json"))["periods"]
    figures = {one.label: one for one in page_of(city, place).figures}
    for span, label in (("7", "7 days"), ("28", "28 days")):
        one, usual = figures[label], compared[span]["usual"]
        assert (one.n, one.low, one.high) == (compared[span]["city"]["count"], usual["low"], usual["high"])
        assert one.outside == (usual["verdict"] != "within")
        assert one.said in pdf_text(render(page_of(city, place), ".pdf"))


@pytest.mark.walk
def test_the_rate_stands_where_there_is_room_and_where_it_gives_away_no_small_number(city):
    label, few = "Per 100,000 a year", ("block:b00", "community")  # the year ends with the data: three periods for those in command
    labels = {(place, preset): [one.label for one in page_of(city, place, preset).figures] for place in PLACES[::2] for preset in PRESETS}
    assert {which for which, found in labels.items() if label not in found} == {few}
    assert {found.index(label) for which, found in labels.items() if which != few} == {2, 3}
    twelve, rate = page_of(city, preset="policy").figures[-2:]
    assert rate.text == words_for("en").rate(twelve.n / city.blocks["population"].sum() * 100_000)
    assert rate.days == twelve.days
    whole = [f"The whole city: {rate.text}." in page_of(city, place, "policy").lead[0] for place in PLACES]
    assert whole == [False, True, True]


@pytest.mark.cases(1)
@pytest.mark.parametrize("preset", PRESETS)
def test_who_adds_up_to_what_the_command_prints(city, printed, preset):
    page, asked = page_of(city, preset=preset), Asked.of(Selection(city=VILLA, language="en"))
    found = asked.ask(brief, preset).value
    start, end = (day.date().isoformat() for day in (found.recent.start, found.recent.end))
    by_year = pd.read_csv(io.StringIO(printed("table", VILLA, "--start", start, "--end", end, "people-by-year")))
    assert len(by_year)
    assert [one.label for one in page.bars] == [words for name, words in (("weapon", "Weapon"), ("sex", "Sex")) if name in FIELDS]
    for one in page.bars:
        assert sum(part.n for part in one.parts) == found.recent.victims


def test_the_community_gets_areas_alone_and_no_small_number(city):
    texts = [pdf_text(render(page_of(city, preset="community", language=language), ".pdf")) for language in ("en", "es")]
    assert not [name for name in city.blocks["name"] for text in texts if re.search(rf"{name}\b", text)]
    page = page_of(city, preset="community")
    small = [part for bar in page.bars for part in bar.parts if part.n < FEWER_THAN and not part.unknown]
    assert small == []
    assert page.graph is None or not (page.graph.series.rows["count"] < FEWER_THAN).any()
    assert page.places is None or not [row for row in page.places.rows if row[1].isdigit() and int(row[1]) < FEWER_THAN]
    assert page_of(city, preset="command").places is not None


@pytest.mark.parametrize(("preset", "said"), [("community", ["fewer than 10", "10"]), ("command", ["9", "10"]), ("policy", ["9", "10"])])
def test_a_number_under_ten_is_told_to_some_alone(city, preset, said):
    found = Asked.of(Selection(city=VILLA)).ask(brief, preset).value
    assert [brief_words.told(n, found, words_for("en")) for n in (FEWER_THAN - 1, FEWER_THAN)] == said


@pytest.mark.cases(1)
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_pdf_is_one_tagged_page_and_always_the_same(city, paper):
    page = page_of(city, "district:row 0", language="es")
    one, again = render(page, ".pdf", paper=paper), render(page_of(city, "district:row 0", language="es"), ".pdf", paper=paper)
    assert one == again
    reader = PdfReader(io.BytesIO(one))
    assert len(reader.pages) == 1
    wide, tall = (float(side) for side in reader.pages[0].mediabox[2:])
    assert (round(wide), round(tall)) == {"a4": (595, 842), "letter": (612, 792)}[paper]
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("es")
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == page.title
    fonts = {str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert fonts
    assert all("SourceSansPro" in name for name in fonts)


def test_the_compiler_of_pages_never_lives_in_the_process_that_asks(city, monkeypatch):
    """It keeps megabytes of each page for as long as its process lives, and a server lives for months."""
    page = page_of(city)
    monkeypatch.setitem(sys.modules, "typst", None)
    assert render(page, ".pdf").startswith(b"%PDF")
    assert render(page, ".pptx").startswith(b"PK")
    with pytest.raises(RuntimeError, match=r"typst: .*unknown variable"):
        compiled("#nothing_of_this_name", fonts=[])


def test_tables_come_on_demand(city, tmp_path, printed):
    out = tmp_path / "brief.pdf"
    printed("brief", VILLA, "--tables", "--language", "en", "--out", str(out))
    reader = PdfReader(out)
    assert len(reader.pages) == 2
    assert "The numbers behind this page" in plain(reader.pages[1].extract_text())


def test_text_of_the_data_is_never_markup(city):
    hostile = "#panic() *x* <script>alert(1)</script> $y$ @z [w]"
    page = replace(page_of(city), city=hostile, title=hostile)
    html = render(page, ".html").decode()
    assert "<script" not in html
    assert hostile in pdf_text(render(page, ".pdf"))
    assert hostile in slide_text(render(page, ".pptx"))


def test_the_page_for_the_browser_asks_for_nothing(city):
    html = render(page_of(city), ".html").decode()
    assert not re.findall(r'(?:src|@import|url\()\s*=?["\']?(?!#)https?:', html)
    assert [link for link in re.findall(r'href="([^"]+)"', html) if not link.startswith(ADDRESS)] == []
    assert html.count("<h1") == 1


def test_the_link_opens_the_same_choices(city):
    page = page_of(city, "district:row 0")
    assert page.link == f"{ADDRESS}/?city=villa-prueba&place=district%3Arow+0&lang=en&version=1"


@pytest.mark.walk
def test_a_country_of_published_totals(store):
    city = cities.import_folder(ROOT / "data/cities/el-salvador")
    for preset in PRESETS:
        page = page_of(city, preset=preset, language="es")
        text = pdf_text(render(page, ".pdf"))
        assert page.title == "114 personas asesinadas en El Salvador, 2024"
        assert page.plan is None
        assert page.mark == ""
        assert page.title in text
        assert "578, 608, 659" in text
        assert [one.text for one in page.figures] == ["114", "1.9", "154"]
        assert [one.low for one in page.figures if one.ranged] == []
        assert len(PdfReader(io.BytesIO(render(page, ".pdf"))).pages) == 1
    known = page.graph.series.rows.set_index("label")["count"]
    assert chart(render(page, ".pptx")).iloc[:, 0].tolist() == known.tolist()


def test_a_wrong_ending_is_refused(city, tmp_path, capsys):
    assert main(["brief", VILLA, "--out", str(tmp_path / "brief.doc")]) == 1
    assert "cannot write .doc" in capsys.readouterr().err
    assert list(tmp_path.glob("brief*")) == []


def extents(content: bytes):
    """Return each text of the slide and where it stands: left, top, right, bottom, in points."""
    for shape in slide(content).shapes:
        if not shape.has_text_frame or not shape.text_frame.text or shape.is_placeholder:
            continue
        wide, lines, tall = shape.width / 12_700, [], 0.0
        for one in shape.text_frame.paragraphs:
            across = sum(letters.width(run.text, run.font.size.pt) for run in one.runs)
            tall += math.ceil(across / wide) * max(run.font.size.pt for run in one.runs) * 1.2
            lines.append(min(across, wide))
        right = one.alignment == PP_ALIGN.RIGHT
        left, top = shape.left / 12_700, shape.top / 12_700
        yield shape.text_frame.text, (left + (wide - max(lines)) * right, top, left + (wide if right else max(lines)), top + tall)


@pytest.mark.walk
@pytest.mark.parametrize(("preset", "language"), [("community", "es"), ("command", "en"), ("policy", "es"), ("community", "en")])
def test_no_text_of_the_slide_lies_on_another(albatros, bundled, unchanged, preset, language):
    unchanged(bundled)
    content = render(page_of(albatros, preset=preset, language=language), ".pptx")
    texts = list(extents(content))
    assert len(texts) > 15
    bars = [
        (shape.name, [side / 12_700 for side in (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)])
        for shape in slide(content).shapes
        if shape.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE
    ]
    for (one, (left, top, right, bottom)), (other, box) in itertools.combinations([*texts, *bars], 2):
        if one in dict(texts):
            assert min(right, box[2]) - max(left, box[0]) <= 4 or min(bottom, box[3]) - max(top, box[1]) <= 3, (one, other)


@pytest.mark.walk
@pytest.mark.slow
def test_the_slide_opens_in_libreoffice(city, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice Impress is not installed")
    page = page_of(city)
    (tmp_path / "brief.pptx").write_bytes(render(page, ".pptx"))
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    done = subprocess.run(
        [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "brief.pptx")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reader = PdfReader(tmp_path / "brief.pdf")
    assert len(reader.pages) == 1
    assert plain(page.title) in plain(reader.pages[0].extract_text())


def test_a_chart_of_years_is_not_cut_and_has_their_ranges_as_boxes():
    """The last of these years follows a leap year; the labels beside the lines have six figures."""
    years = pd.period_range("2012", "2017", freq="Y")
    table = pd.DataFrame({"count": [90_000, 70_000, 65_000, 50_000, 40_000, 9_000], "complete": True}, index=years)
    table = table.assign(low=[np.nan] * 3 + [40_000] * 3, high=[np.nan] * 3 + [120_000] * 3)
    drawn = str(graphs.series(series_of(table, words_for("en")), words=words_for("en"), wide=600, tall=200))
    labels = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="end"[^>]*>([^<]*)<', drawn)
    assert "100,000" in [text for _, text in labels]
    assert all(float(x) >= 6.2 * len(text) for x, text in labels)  # a figure is six wide, or a little more
    assert re.findall(r">(20\d\d)<", drawn) == [str(year) for year in range(2012, 2018)]
    assert len(re.findall(r"<rect[^>]*fill-opacity", drawn)) == 3
    assert "<circle" not in drawn
