"""The server edition and the page without a server, opened on the same release: the same map and the same sentences, area by area."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from functools import cache

import pytest
from opened import forget, keep_caches_of, open_page, text
from released import SECRET, released_city
from test_map_payload import opened as message
from test_map_payload import unpack
from test_site import tables

from hotspots import cities
from hotspots import release as disclosure
from hotspots.cities.published_totals import WHOLE
from hotspots.dashboard import map_component
from hotspots.dashboard.public import files as taken
from hotspots.drawing import sheets, site
from hotspots.drawing.site.sections import map_name
from hotspots.release import Reading
from hotspots.settings import cities_folder
from hotspots.statistics.measure import STATES
from hotspots.words import words_for

RELEASES = ("every-look", "puerto-albatros", "el-salvador")
PAGES = ("", "city", "people", "done", "left-out", "embed")
OF_THE_PAGE_ALONE = (  # how to read a page that is one file, or printed
    "All maps here have the same colours",
    "Todos los mapas de esta página",
    "A number on the map is that of its row",
    "El número en el mapa es el de su fila",
    "Find your area by",
    "Encuentre su zona por",
    "Open this map",
    "Abrir este mapa",
    "A page for each area, to print",
    "Una página por zona, para imprimir",
    "On paper the newest map alone",
    "En papel, solo el mapa más reciente",
)


@dataclass(frozen=True)
class Drawn:
    """A map as its reader sees it: how each area looks and what it says; title and legend, each row with its look."""

    title: str
    looks: dict[str, tuple[str | None, str | None]]
    tips: dict[str, str]
    legend_title: str
    legend: list[tuple[str, int | None, str | None, str | None]]


@cache
def release(name: str) -> disclosure.Release:
    """Return a release: of a bundled city, or a small one that has every look an area can have."""
    if name != "every-look":
        return disclosure.build(cities.read_folder(cities_folder() / name), as_of="2026-01-15", secret=SECRET)
    made = disclosure.build(released_city(victims=900, years=10, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET)
    figures = made.figures.copy()
    few = figures.index[(figures["table"] == "areas") & (figures["reason"] == "few") & figures["area"].isin(made.areas.index)]
    figures.loc[few[[0, -1]], ["count", "reason"]] = (0.0, "")
    figures.loc[few[[1, -2]], "reason"] = "unpublished"
    return replace(made, figures=figures)


@cache
def files(name: str) -> dict[str, str]:
    return {file: content.decode() for file, content in site.render(release(name)).items() if file.endswith(".html")}


def page_of(name: str, lang: str) -> str:
    own = release(name).facts["language"]
    return files(name)["index.html" if lang == own else f"index.{lang}.html"]


def windows_of(name: str) -> list[str]:
    """Return the first days of the windows, newest first, as the page without a server has them."""
    shown = release(name)
    if shown.totals is None:
        starts = {start for start, _ in shown.windows}
    else:
        starts = set(shown.totals.loc[shown.totals["area"] != WHOLE, "start"])
    return [f"{start:%Y-%m-%d}" for start in sorted(starts, reverse=True)]


# --- what the page without a server shows --------------------------------------------------------------------------------------------


def on_the_page(name: str, lang: str) -> list[Drawn]:
    """Return the maps of the page without a server, newest first."""
    parts = re.findall(r'(<svg[^>]*class="map".*?</svg>)<figcaption><div class="legend-box">(.*?)</div></figcaption>', page_of(name, lang))
    return [_drawn(ET.fromstring(drawn), ET.fromstring(f"<div>{legend}</div>")) for drawn, legend in parts]


def _drawn(drawn: ET.Element, legend: ET.Element) -> Drawn:
    looks, tips = {}, {}
    paths = [one for one in drawn if one.tag == "path"]
    hatched = [(one.get("d", ""), _hatch(one)) for one in paths if _hatch(one)]  # each hatch lies over all its places at once
    for one in paths:
        said = one.findtext("title")
        if said is not None:
            place, _, told = said.partition(". ")
            looks[place] = (one.get("fill"), next((hatch for over, hatch in hatched if one.get("d", "") in over), None))
            tips[place] = told
    rows = []
    for row in legend.iter("li"):
        boxes = list(row.iter("rect"))
        label, units = (span.text or "" for span in row.iter("span"))
        rows.append((label, int(units) if units else None, boxes[0].get("fill"), _hatch(boxes[-1])))
    return Drawn(drawn.findtext("title") or "", looks, tips, legend.findtext("p") or "", rows)


def _hatch(box: ET.Element | None) -> str | None:
    found = re.fullmatch(r"url\(#.*-(hatch\w+)\)", "" if box is None else box.get("fill", ""))
    return found[1] if found else None


def sentences_on_the_page(name: str, lang: str) -> list[str]:
    """Return the sentences of the page without a server: its title and lead, and those of its sections but the last, on how to use it."""
    found = re.findall(r'<(?:h1|p class="lead")>(.*?)</', page_of(name, lang))
    parts = dict(re.findall(r'(?s)<section aria-labelledby="([\w-]+)">(.*?)</section>', page_of(name, lang)))
    for part in ("where", "who", "done", "left-out", "correction"):
        whole = re.sub(r'(?s)<(svg|table).*?</\1>|<div class="legend-box">.*?</div>', "", parts[part])
        found += re.findall(r"<(?:p|li)[^>]*>(.*?)</(?:p|li)>", whole)
    plain = [re.sub(r"^\d{4}(–\d{4})?: ", "", html.unescape(re.sub(r"<[^>]+>", "", one))) for one in found]
    return [one for text in plain for one in re.split(r"(?<=\.) (?=[A-ZÁ“¿\d])", text) if one and not one.startswith(OF_THE_PAGE_ALONE)]


# --- what the server edition shows ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a folder for the releases, each written once; what the edition keeps of them is kept by their marks."""
    yield tmp_path_factory.mktemp("faces")
    forget()


@pytest.fixture
def server(monkeypatch, written):
    """Return what opens a page of the server edition on a release, and gives its sentences, its tables and the map that it draws."""
    drawn: list[bytes] = []

    def component(_: str):
        return lambda **given: drawn.append(given["data"])

    monkeypatch.setattr(map_component, "_component", component)
    keep_caches_of(written)

    def at(name: str, page: str, **query: str):
        if not (written / name).exists():
            disclosure.write(release(name), written / name, key=SECRET)
        monkeypatch.setenv("HOTSPOTS_RELEASE", str(written / name))
        monkeypatch.setenv("HOTSPOTS_EDITION", "public")  # here, because this edition refuses to read the bundled cities
        drawn.clear()
        app = open_page(page, **query)
        assert not app.exception
        maps = [one for one in drawn if isinstance(one, bytes)]
        return text(app).replace("\\", ""), [one.value for one in app.dataframe], _on_screen(maps[-1]) if maps else None

    return at


def _on_screen(sent: bytes) -> Drawn:
    _, values, shapes = message(sent)
    (shown, arrays), (frame, _) = unpack(values), unpack(shapes)
    looks, tips = {}, {}
    for at, name in enumerate(frame["names"]):
        level, state = int(arrays["classes"][at]) - 1, STATES[int(arrays["states"][at])]
        look = sheets.unit_look(state, shown["colours"][level] if level >= 0 else None)
        looks[name] = (look.fill, look.hatch)
        lines = [f"{tip['label']}: {tip['texts'][int(arrays[f'tip{i}'][at])]}" for i, tip in enumerate(shown["tips"])]
        tips[name] = ". ".join(lines)
    rows = []
    second = shown["colours"][min(1, len(shown["colours"]) - 1)] if shown["colours"] else None
    for kind, label, colour, units in shown["legend"]:
        look = sheets.unit_look("ok" if kind == "class" else kind, colour or second)
        rows.append((label, units, look.fill, look.hatch))
    return Drawn(shown["title"], looks, tips, shown["legend_title"], rows)


# --- both ---------------------------------------------------------------------------------------------------------------------------


def test_the_small_release_has_every_look():
    shown = release("every-look")
    table = shown.by_area
    assert set(table["reason"]) == {"", "few", "held", "unpublished"}
    assert {"zero", "unstable", "ok"} <= set(table["rate_state"])
    looks = {look for drawn in on_the_page("every-look", "en") for look in drawn.looks.values()}
    assert len({hatch for _, hatch in looks}) >= 3
    assert len(looks) >= 6


@pytest.mark.walk
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("name", RELEASES)
def test_both_draw_the_same_map_of_each_window(server, name, lang):
    printed = on_the_page(name, lang)
    assert len(printed) == len(windows_of(name)) > 0
    for start, wanted in zip(windows_of(name), printed, strict=True):
        _, _, shown = server(name, "city", lang=lang, city=release(name).facts["slug"], window=start)
        assert len(shown.looks) == len(release(name).areas)
        different = [area for area in shown.looks if shown.looks[area] != wanted.looks.get(area)]
        assert not different, (start, len(different), len(shown.looks))
        assert shown == wanted


@pytest.mark.walk
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("name", RELEASES)
def test_both_say_the_same_sentences(server, name, lang):
    asked = {"lang": lang, "city": release(name).facts["slug"]}
    wanted = sentences_on_the_page(name, lang)
    opened = [server(name, page, **asked, **chosen) for page, chosen in _addresses(name)]
    rows = [row for _, shown, _ in opened for table in shown for row in table.astype(str).to_numpy()]
    said = " ".join([*(found for found, _, _ in opened), *(": ".join(row) for row in rows)])
    assert len(wanted) > 10
    assert [one for one in wanted if one.rstrip(".") not in said] == []


def _addresses(name: str) -> list[tuple[str, dict[str, str]]]:
    older = [(page, {"window": start}) for start in windows_of(name)[1:] for page in ("city", "embed")]
    return [(page, {}) for page in PAGES] + older + [("city", {"show": "hot"})] * (release(name).totals is None)


@pytest.mark.walk
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("name", RELEASES)
def test_both_hold_the_same_tables(server, name, lang):
    """The years, the areas of the newest window, and who was killed in it, cell by cell."""
    asked = {"lang": lang, "city": release(name).facts["slug"]}
    printed = tables(page_of(name, lang))
    at = list(printed).index(words_for(lang).say("People killed each year"))
    (heading, *years), (_, *areas), *_ = list(printed.values())[at:]
    _, (years_shown, areas_shown), _ = server(name, "city", **asked)
    same = [column for column in heading if column != words_for(lang).say("Source")]  # letters on paper, where names have no room
    assert [row[: len(same)] for row in years] == years_shown[same].iloc[::-1].to_numpy().tolist()
    shown = areas_shown.drop(columns=words_for(lang).say("Code"), errors="ignore").sort_index().to_numpy().tolist()
    assert [row[-len(shown[0]) :] for row in areas] == shown
    _, people_shown, _ = server(name, "people", **asked)
    first = at + 1 + len(windows_of(name))
    attributes, done = (
        list(printed.values())[part] for part in (slice(first, first + len(people_shown)), slice(first + len(people_shown), None))
    )
    assert len(attributes) == len(people_shown) == len(release(name).attributes)
    _, near_shown, _ = server(name, "done", **asked)
    assert [rows[1:] for rows in done[len(done) - len(near_shown) :]] == [one.to_numpy().tolist() for one in near_shown]  # nearest services
    assert [[row[:2] for row in rows[1:]] for rows in attributes] == [one.iloc[:, :2].to_numpy().tolist() for one in people_shown]


@pytest.mark.walk
@pytest.mark.parametrize("name", RELEASES)
def test_the_map_to_take_away_is_the_same_file(name):
    reading, words = Reading(release(name)), words_for("es")
    for window in reading.windows:
        shown = site.Atlas(reading, words).of(reading.shows[0], window)
        assert taken.page(reading, shown, window, words).decode() == files(name)[map_name(window, "es")]
