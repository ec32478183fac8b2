"""The page without a server: every number is the release's, no text of the data can run, nothing is fetched, the same bytes always."""

from __future__ import annotations

import ast
import base64
import hashlib
import html
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from released import SECRET, city_of, released_city
from scipy.stats import chi2
from test_maps import HOSTILE, Reader, outside
from test_words import said as texts_of

import hotspots.drawing.site
from hotspots import cities
from hotspots import release as disclosure
from hotspots.cities import Note
from hotspots.cli.main import main
from hotspots.drawing import site
from hotspots.inference.normal_range import expected_range
from hotspots.release import Reading, ReleaseError
from hotspots.settings import cities_folder
from hotspots.store.schema import Blocks, Incidents
from hotspots.study.testing import square_city
from hotspots.words import words_for

DAY = pd.Timestamp
PAGES = ("index.html", "index.es.html")
NOTES = (
    Note(DAY("2017-03-01"), {"en": "A port opens", "es": "Abre un puerto"}, "event"),
    Note(DAY("2016-07-01"), {"en": "Police killings are left out from here on", "es": "Desde aquí sin muertes policiales"}, "definition"),
    Note(DAY("2018-05-01"), {"en": "Lights in the parks", "es": "Luces en los parques"}, "intervention"),
)


def strict(city, **more):
    return disclosure.build(city, **{"as_of": "2026-01-15", "secret": SECRET} | more)


@pytest.fixture(scope="module")
def release():
    return strict(replace(released_city(victims=900, years=10, seed=3, hot=3.0), notes=NOTES))


@pytest.fixture(scope="module")
def pages(release):
    return {name: content.decode() for name, content in site.render(release).items() if name.endswith(".html")}


@pytest.fixture(scope="module")
def country():
    return disclosure.build(cities.read_folder(cities_folder() / "el-salvador"))


def tables(page: str) -> dict[str, list[list[str]]]:
    """Return the tables of a page by caption, heading first."""
    found = {}
    for part in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        caption = html.unescape(re.search(r"<caption>(.*?)</caption>", part)[1])
        found[caption] = Reader(part).rows
    return found


def text_of(page: str) -> str:
    body = re.sub(r"<(style|title|desc|code)[^>]*>.*?</\1>", " ", page[page.index("<body") :], flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def exact_ends(count: float, person_years: float, release) -> list[str]:
    """Return the ends of the exact 95 % interval of a rate per 100,000, by Garwood's formula for victims in pieces, as they are written."""
    (told,) = release.facts["killed_together"]
    pieces = count / told["factor"]
    ends = (told["factor"] * end / 2 for end in (chi2.ppf(0.025, 2 * pieces), chi2.ppf(0.975, 2 * pieces + 2)))
    return [words_for("en").rate(1e5 * end / person_years) for end in ends]


# --- the numbers ------------------------------------------------------------------------------------------------------------------


def test_the_tables_of_areas_are_the_release(release, pages):
    found = tables(pages["index.html"])
    for start, end in release.windows:
        rows = found[f"Areas, {start.year}–{end.year - 1}"][1:]
        wanted = Reading(release).areas((start, end)).reset_index()
        assert len(rows) == len(wanted)
        for i, (row, one) in enumerate(zip(rows, wanted.to_dict("records"), strict=True)):
            number, name, count, rate, people, hot, *_ = row
            assert (number, name, people) == (str(i + 1), one["name"], f"{one['population']:,.0f}")
            hidden = {"few": "fewer than 10", "held": "10 or more, not shown"}
            assert count == (hidden[one["reason"]] if one["reason"] else f"{one['count']:,.0f}")
            assert hot == {1.0: "yes", 0.0: "no"}.get(one["alone"], "–")
            if np.isnan(one["rate"]):
                assert rate == "–"
            else:
                value, *ends, doubt = re.fullmatch(r"([\d.,]+) \(([\d.,]+)–([\d.,]+)\)(, uncertain)?", rate).groups()
                assert value == words_for("en").rate(one["rate"])
                assert ends == exact_ends(one["count"], 5 * one["population"], release)
                assert bool(doubt) == (one["count"] < 20)


def test_the_years_and_their_normal_range(release, pages):
    """The range comes from up to ten years before that were counted alike: here none before July 2016 counts."""
    rows = tables(pages["index.html"])["People killed each year"][1:]
    counts = release.city_years["count"].tolist()
    assert [row[:2] for row in rows] == [[str(2015 + i), f"{n:,.0f}"] for i, n in enumerate(counts)]
    for i, row in enumerate(rows):
        base = counts[max(2, i - 10) : i]
        wanted = "–"
        if i > 2 and len(base) >= 3:
            one = expected_range(base)
            wanted = f"{one.low}–{one.high}"
        assert row[3] == wanted


def test_the_tables_of_victims_are_the_release(release, pages):
    found = tables(pages["index.html"])
    newest = release.windows[-1][0]
    for name, heading in (("sex", "Sex of the victim"), ("weapon", "Weapon"), ("age", "Age of the victim")):
        rows = release.attribute(name)
        now = rows[rows["start"] == newest]
        shown = [row[1] for row in found[f"{heading}, 2020–2024"][1:]]
        assert [int(cell.replace(",", "")) for cell in shown if cell[-1].isdigit() and "than" not in cell] == now["count"].dropna().tolist()
        assert [cell for cell in shown if "than" in cell] == ["fewer than 10"] * int((now["reason"] == "few").sum())


def test_every_number_on_the_page_comes_from_the_release(release, pages):
    """No number stands on the page that is neither a published figure, nor worked out from published figures, nor one of the rules."""
    reading, words = Reading(release), words_for("en")
    years, areas = reading.years, release.by_area
    numbers = [*release.figures["count"].dropna(), *areas["population"], *years["low"].dropna(), *years["high"].dropna()]
    numbers += [release.together(name, start) for name in release.attributes for start, _ in release.windows]
    allowed = {words.number(n) for n in numbers}
    allowed |= {words.rate(one) for one in [*areas["rate"].dropna(), *years["rate"].dropna()]}
    people = release.areas["population"].sum()
    rated = [*zip(areas["count"], 5 * areas["population"], strict=True), *((n, people) for n in years["count"])]
    allowed |= {end for n, lived in rated if n >= 10 for end in exact_ends(n, lived, release)}
    attributes = release.figures[~release.figures["table"].isin(["city", "areas"]) & release.figures["count"].notna()]
    allowed |= {
        str(round(100 * n / release.total(start)["count"])) for n, start in zip(attributes["count"], attributes["start"], strict=True)
    }
    allowed |= {str(round(100 * share)) for share in release.coverage}
    for start, _ in release.windows:
        total = release.total(start)
        allowed |= {f"{100 * (1 - total['unmapped'] / total['count']):.1f}"} if total["unmapped"] == total["unmapped"] else set()
    rules = {"100,000", "10", "9", "0", "19", "95", "100", "5,000", "1", "20", *(str(year) for year in range(2015, 2025))}
    ages = {"0", "14", "15", "29", "30", "44", "45", "59", "60"}
    allowed |= {f"{one['factor']:.1f}" for one in release.facts["killed_together"]}
    allowed |= rules | ages | {str(i + 1) for i in range(len(release.areas))} | {"31", "2026", str(reading.due[1].year)}
    allowed |= {"12", "24", "36", *(str(release.windows[-1][1].year + more) for more in (0, 4))}  # the next window, what was tried
    text = text_of(pages["index.html"])
    for name in release.areas["name"]:
        text = text.replace(f" {name} ", " ")
    classes = set(
        re.findall(r"\d[\d,.]*", " ".join(row.label for row in site.Atlas(reading, words).of("rate", release.windows[-1]).legend))
    )
    legend = {str(n) for n in range(len(release.areas) + 1)}
    found = {one.strip(",.") for one in re.findall(r"\d[\d,.]*", text)}
    assert found <= allowed | classes | legend, sorted(found - allowed - classes - legend)


def test_the_title_is_a_finding(release, pages):
    counts = release.city_years["count"]
    usual = expected_range(counts.iloc[2:-1].tolist())  # what is counted changed in 2016
    assert usual.low <= counts.iloc[-1] <= usual.high
    assert f"<h1>{counts.iloc[-1]:.0f} people killed in Villa Prueba in 2024: within the normal range</h1>" in pages["index.html"]
    assert f"That lies within the {usual.low}–{usual.high} that the years 2019–2023 lead one to expect." in pages["index.html"]


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("n", "wanted"),
    [
        (50, "50 people killed in Villa Prueba in 2018: within the normal range"),
        (150, "150 people killed in Villa Prueba in 2018: more than usual"),
        (14, "14 people killed in Villa Prueba in 2018: fewer than usual"),
        (4, "Villa Prueba, 2018: number of people killed: fewer than 10"),
    ],
)
def test_titles(n, wanted):
    dates = [f"{year}-06-15" for year, k in ((2015, 60), (2016, 40), (2017, 54), (2018, n)) for _ in range(k)]
    incidents, blocks = square_city([(5, 5), (15, 5)] * (len(dates) // 2), population=9000, dates=dates)
    release = strict(city_of(incidents, blocks, end="2019-01-01"))
    usual = expected_range([60, 40, 54])
    assert [usual.low <= n, n <= usual.high] == ["fewer" not in wanted, "more" not in wanted]
    title = re.compile(r"<h1>(.*?)</h1>")
    assert title.search(site.render(release)["index.html"].decode())[1] == wanted
    broken = replace(release, facts={**release.facts, "notes": [{"start": "2018-02-01", "text": {"en": "x"}, "kind": "definition"}]})
    unjudged = wanted if n < 10 else wanted.split(":")[0]
    assert title.search(site.render(broken)["index.html"].decode())[1] == unjudged


@pytest.mark.walk
def test_what_is_left_out_is_told(release, pages):
    page = text_of(pages["index.html"])
    unmapped = release.total(release.windows[-1][0])["unmapped"]
    for wanted in (
        "December 31, 2024",
        "At least 1 full month",
        "Areas have at least 5,000 residents",
        "means any number from 0 to 9",
        f"Not on the map, but in every total: {unmapped:.0f}.",
    ):
        assert wanted in page
    assert "since May 1, 2018 Lights in the parks" in " ".join(page.split())
    assert "Write to the source of the figures: Invented for the tests" in page
    asked = site.render(release, contact="<b>ana@example.org</b>")["index.html"].decode()
    assert "Write to: &lt;b&gt;ana@example.org&lt;/b&gt;." in asked


@pytest.mark.walk
def test_an_open_release_shows_zeros():
    release = disclosure.build(released_city(victims=120, side=5, years=2, seed=1, hot=4.0), profile="open", as_of="2026-01-15")
    pages = site.render(release)
    rows = tables(pages["index.html"].decode())["Blocks, 2016"][1:]
    wanted = release.by_area[release.by_area["start"] == DAY("2016-01-01")]["count"]
    assert [int(row[2]) for row in rows] == wanted.tolist()
    assert 0 in wanted.tolist()
    assert "None in this period" in pages["index.html"].decode()
    assert "map-2015.en.html" in pages


@pytest.mark.walk
def test_a_release_that_may_say_nothing():
    incidents, blocks = square_city([(5, 5)] * 4, population=9000, dates="2015-03-03", sex=["male"] * 4)
    page = site.render(strict(city_of(incidents, blocks, end="2016-01-01")))["index.html"].decode()
    assert "<h1>Villa Prueba, 2015: number of people killed: fewer than 10</h1>" in page
    assert 'class="lead"' not in page
    assert "People killed in Villa Prueba, 2015: fewer than 10." in page


@pytest.mark.walk
def test_published_totals_are_told_with_their_sources(country):
    pages = site.render(country)
    rows = tables(pages["index.en.html"].decode())["People killed each year"]
    assert rows[0][-1] == "Source"
    assert next(row for row in rows if row[0] == "2015")[:3] == ["2015", "6,656", "103"]
    page = text_of(pages["index.en.html"].decode())
    assert "k: FGR" in page
    assert "This release names no programme" in page
    areas = tables(pages["index.en.html"].decode())["Departments, 2010"]
    assert len(areas) == 15
    assert "The figure for these years in the chart comes from another source: 4,005." in page


# --- what is in the files ---------------------------------------------------------------------------------------------------------


def test_nothing_is_fetched_and_only_our_own_files_are_linked(release, pages, tmp_path):
    disclosure.write(release, tmp_path / "out", key=SECRET, pages=site.render(release))
    there = {path.name for path in (tmp_path / "out").iterdir()}
    for name, page in pages.items():
        assert {one.partition("#")[0] for one in outside(page)} <= there, name
    for name in PAGES:
        assert not re.search(r"https?:|src=", re.sub(r"<code>.*?</code>", "", pages[name]))
        assert {"map-2015-2019.en.html", "areas.csv"} <= {*outside(pages["index.html"])}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_holds_no_script_and_one_style(pages, name):
    page = pages[name]
    tags = [tag for tag, _ in Reader(page).tags]
    assert not {"script", "iframe", "object", "img", "form", "base"} & set(tags)
    assert not [key for _, attrs in Reader(page).tags for key in attrs if key == "style" or key.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)[1])
    assert f"style-src 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_built_for_who_cannot_see_it(pages, name):
    read = Reader(pages[name])
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in read.tags:
        if tag == "th":
            assert attrs["scope"] in ("row", "col")
        for key in ("aria-labelledby", "aria-describedby"):
            assert attrs.get(key, ids[0]) in ids
        if tag == "a" and attrs["href"].startswith("#"):
            assert attrs["href"][1:] in ids
    counts = {tag: sum(one == tag for one, _ in read.tags) for tag in ("main", "header", "footer", "table", "caption")}
    assert counts["main"] == counts["header"] == counts["footer"] == 1
    assert counts["table"] == counts["caption"]
    assert pages[name].count('role="img"') <= counts["table"]


def test_both_languages_are_complete(pages):
    assert '<html lang="en">' in pages["index.html"]
    assert '<html lang="es">' in pages["index.es.html"]
    spanish = text_of(pages["index.es.html"])
    words = words_for("es")
    for file in Path(hotspots.drawing.site.__file__).parent.glob("*.py"):
        for texts in texts_of(ast.parse(file.read_text(encoding="utf-8"))):
            plain = max(re.split(r"\{\w+\}", texts[0]), key=len).strip(" .,:–")
            if len(plain) > 4 and words.say(texts[0]) != texts[0]:
                assert not re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", spanish), texts[0]
    structure = [[tag for tag, _ in Reader(pages[name][pages[name].index("<main") :]).tags] for name in PAGES]
    assert structure[0] == structure[1]
    digits = [
        sorted(re.findall(r"\d", " ".join(cell for table in tables(pages[name]).values() for row in table[1:] for cell in row[1:2])))
        for name in PAGES
    ]
    assert digits[0] == digits[1]


@pytest.mark.walk
def test_no_text_of_the_data_becomes_markup(release):
    hostile = itertools.cycle(HOSTILE)
    areas = release.areas.assign(name=[next(hostile) for _ in range(len(release.areas))])
    notes = [{"start": f"20{16 + i % 8}-03-01", "text": {"en": text}, "kind": "intervention"} for i, text in enumerate(HOSTILE)]
    facts = {
        **release.facts,
        "name": HOSTILE[0],
        "source": " ".join(HOSTILE),
        "licence": HOSTILE[1],
        "called": {"en": HOSTILE[4]},
        "notes": notes,
    }
    bad = site.render(replace(release, areas=Blocks(areas), facts=facts), contact=HOSTILE[5])
    good = site.render(replace(release, facts={**release.facts, "notes": [{**one, "text": {"en": "x"}} for one in notes]}), contact="x")
    for name in (one for one in good if one.endswith(".html")):
        shapes = [[(tag, sorted(attrs)) for tag, attrs in Reader(pages[name].decode()).tags] for pages in (bad, good)]
        assert shapes[0] == shapes[1], name
    rows = tables(bad["index.html"].decode())
    assert any(row[1].startswith(HOSTILE[0]) for table in rows.values() for row in table)


# --- the folder -------------------------------------------------------------------------------------------------------------------


@pytest.mark.walk
def test_the_same_release_gives_the_same_bytes(release, tmp_path):
    files = site.render(release)
    assert files == site.render(release)
    disclosure.write(release, tmp_path / "out", key=SECRET, pages=files)
    assert site.render(disclosure.read(tmp_path / "out", key=SECRET)) == files


@pytest.mark.walk
@pytest.mark.parametrize("seed", range(2))
def test_one_withheld_incident_changes_no_byte(seed):
    city = released_city(victims=120, side=3, seed=seed)
    without = Incidents(city.incidents.assign(withheld=False))
    extra = without.iloc[[seed]].assign(withheld=True, sex="other", date=DAY("2018-05-05"))
    joined = Incidents(pd.concat([extra, without], ignore_index=True).rename_axis("incident"))
    made = [site.render(strict(replace(city, incidents=table), profile=["strict", "open"][seed % 2])) for table in (without, joined)]
    assert made[0] == made[1]


def test_every_place_is_a_corner_of_an_area_and_no_version_is_told(release, pages):
    corners = {tuple(corner) for corner in np.round(shapely.get_coordinates(release.areas.to_crs(4326).geometry.array), 5).tolist()}
    for name, page in pages.items():
        pairs = {(float(lon), float(lat)) for lon, lat in re.findall(r"\[(-?\d+\.\d+), ?(-?\d+\.\d+)\]", page)}
        pairs = {pair for pair in pairs if abs(pair[0]) <= 180}  # Leaflet's own bounds of the world are in metres
        assert pairs <= corners
        assert bool(pairs) == name.startswith("map-")
        assert not re.search(r"-?\d{1,3}\.\d{4,}", text_of(page)) or name.startswith(
            ("map-", "find.")
        )  # outlines to find a reader's place among
    text = "".join(text_of(pages[name]) for name in PAGES).lower()
    assert not re.search(r"sha256|versi[oó]n|fingerprint|\d\d:\d\d", text)


@pytest.mark.walk
def test_publish_html(store, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_CONTACT", "corrections@example.org")
    slug = cities.publish(released_city(victims=450, years=6, seed=3, hot=3.0)).slug
    out = tmp_path / "public"
    asked = ["publish", slug, "--out", str(out), "--as-of", "2026-01-15"]
    assert main([*asked, "--html"]) == 0
    assert "index.html" in capsys.readouterr().err
    assert b"corrections@example.org" in (out / "index.html").read_bytes()
    assert {"index.html", "index.es.html"} <= set(json.loads((out / "release.json").read_bytes())["pages"])
    assert disclosure.verify(out, key=disclosure.ledger.key(slug)) == ()
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    assert main([*asked, "--html"]) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first
    assert len(disclosure.releases(slug)) == 1
    (out / "index.html").write_bytes(first["index.html"].replace(b"people", b"nobody", 1))
    with pytest.raises(ReleaseError, match=r"index\.html was changed"):
        disclosure.read(out)
    manifest = json.loads(first["release.json"])
    manifest["pages"]["index.html"] = hashlib.sha256((out / "index.html").read_bytes()).hexdigest()
    (out / "release.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match="signature"):
        disclosure.read(out, key=disclosure.ledger.key(slug))
    assert main(["publish", slug, "--out", str(out), "--as-of", "2026-01-15"]) == 1  # what lies there was changed: it says so
    for name, content in first.items():
        (out / name).write_bytes(content)
    assert main(["publish", slug, "--out", str(out), "--as-of", "2026-01-15"]) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first  # without --html no page is lost, and none is stale
    with pytest.raises(ReleaseError, match="take them off the web site"):
        disclosure.publish(slug, "strict", out, as_of="2026-01-15")


def test_a_page_may_not_take_the_name_of_a_file(release):
    with pytest.raises(ValueError, match=r"areas\.csv"):
        disclosure.render(release, key=SECRET, pages={"areas.csv": b""})
