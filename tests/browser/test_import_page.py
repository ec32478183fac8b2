"""A person without a terminal brings a city in: only controls labelled on the page, at most twelve actions, and the totals come out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from driving import wait_until_idle

SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
MOST_ACTIONS = 12
LABELS = {
    "en": {
        "name": "Name of the city",
        "incidents": "Homicides: one row",
        "blocks": "Areas, if you have them",
        "population": "Residents of each area",
        "read": "Read the files",
        "use": "Use these answers",
        "publish": "Publish",
        "all": "each of the 8,986 rows is a person killed",
        "more": "Bring more files",
        "stop": "Stop",
    },
    "es": {
        "name": "Nombre de la ciudad",
        "incidents": "Homicidios: una fila",
        "read": "Leer los archivos",
        "publish": "Publicar",
        "more": "Traer más archivos",
    },
}
CITIES = {
    "philadelphia": {"incidents": "homicides_2006_2018.csv", "blocks": "tracts_2020.geojson", "population": "acs_tracts_2023.csv"},
    "guayaquil": {"incidents": "muertes_violentas_guayaquil_latin1_semicolon.csv.gz"},
    "chicago": {"incidents": "homicides_2001_2018.csv", "blocks": "tracts_acs2019.geojson"},
}
SCRIPT = "app.py"


class Person:
    """Somebody at the page, who finds a control by its label alone; every action is counted."""

    def __init__(self, page, lang: str) -> None:
        self.page, self.words, self.actions = page, LABELS[lang], 0

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(self.words[label]).fill(text)
        self.actions += 1

    def drop(self, label: str, file: Path) -> None:
        box = self.page.get_by_test_id("stFileUploader").filter(has_text=self.words[label])
        box.locator("input[type=file]").set_input_files(str(file))
        box.get_by_role("button", name=f"Remove {file.name}").wait_for(timeout=30_000)
        self.actions += 1

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=self.words[label], exact=True).click()
        self.actions += 1

    def choose(self, label: str) -> None:
        self.page.get_by_text(self.words[label]).last.click()
        self.actions += 1

    def wait_for(self, label: str) -> None:
        self.page.get_by_role("button", name=self.words[label], exact=True).wait_for(timeout=90_000)
        wait_until_idle(self.page)


def at_import(page, server, tmp_path_factory, lang: str) -> Person:
    none = tmp_path_factory.getbasetemp() / "none"
    address = server(SCRIPT, env={"HOTSPOTS_CITIES": str(none)})
    page.goto(f"{address}/import?lang={lang}")
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page)
    return Person(page, lang)


def photographed(page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(600)
    page.screenshot(path=SHOTS / f"import-{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.locator("[data-testid=stException]").count() == 0


def expected(folder: Path, slug: str) -> list[str]:
    """Return the totals that the page must show, from the reference beside the data."""
    known = json.loads((folder / slug / "reference.json").read_text(encoding="utf-8"))
    if slug == "guayaquil":
        return [f"{known['rows']:,}"]
    if slug == "chicago":
        inside = f"{known['inside_tracts']:,} people killed lie in them"
        return [
            f"{known['rows']:,}",
            f"{known['n_tracts']:,}",
            inside,
            f"{known['population_acs2019']:,}",
            f"{known['rows'] - known['with_coords']:,}",
        ]
    tracts = known["homicides_2006_2018_tracts2020"]
    inside = f"{tracts['inside']:,} people killed lie in them"
    return [f"{tracts['points']:,}", f"{tracts['n_areas']:,}", inside, f"{known['population_acs2023']:,}"]


@pytest.mark.walk
@pytest.mark.real_data
@pytest.mark.parametrize("slug", CITIES)
def test_a_real_city_comes_in_with_its_totals(slug, open_page, server, tmp_path_factory, real_data):
    page = open_page(viewport={"width": 1280, "height": 1700})
    person = at_import(page, server, tmp_path_factory, "en")
    person.write("name", slug.title())
    for label, file in CITIES[slug].items():
        person.drop(label, real_data / slug / file)
    person.press("read")
    person.wait_for("publish")
    if slug == "chicago":  # reckless and involuntary are set aside unless a person says otherwise; the reference counts them
        person.choose("all")
        person.press("use")
        page.get_by_text("8,986 of 8,986 rows are homicides").wait_for(timeout=90_000)
        wait_until_idle(page)
    photographed(page, f"understood-{slug}")
    person.press("publish")
    person.wait_for("more")
    photographed(page, f"published-{slug}")
    shown = page.get_by_test_id("stMain").inner_text()
    assert [total for total in expected(real_data, slug) if total not in shown] == []
    assert person.actions <= MOST_ACTIONS
    person.press("more")
    wait_until_idle(page)


ROWS = "fecha;lat;lon;sexo\n" + "".join(
    f"2020-{1 + i % 12:02}-{1 + i % 28:02};{13.70 + 0.001 * (i % 7):.4f};{-89.20 + 0.001 * (i % 5):.4f};M\n" for i in range(60)
)


@pytest.mark.walk
def test_it_works_on_a_phone_in_spanish(open_page, server, tmp_path_factory, tmp_path):
    page = open_page(viewport={"width": 390, "height": 2600}, has_touch=True)
    file = tmp_path / "homicidios.csv"
    file.write_text(ROWS, encoding="utf-8")
    person = at_import(page, server, tmp_path_factory, "es")
    photographed(page, "empty-phone-es")
    person.write("name", "Villa Móvil")
    person.drop("incidents", file)
    person.press("read")
    person.wait_for("publish")
    photographed(page, "understood-phone-es")
    person.press("publish")
    person.wait_for("more")
    photographed(page, "published-phone-es")
    assert "Villa Móvil se publicó como versión 1." in page.get_by_test_id("stMain").inner_text()
    person.press("more")
    wait_until_idle(page)


def test_it_works_by_keyboard_and_a_bad_file_leaves_the_server_alive(open_page, server, tmp_path_factory, tmp_path):
    page = open_page()
    file = tmp_path / "page.csv"
    file.write_text("<html><body>no table here</body></html>", encoding="utf-8")
    person = at_import(page, server, tmp_path_factory, "en")
    person.drop("incidents", file)
    page.get_by_label(person.words["name"]).focus()
    page.keyboard.type("Villa Teclado")
    page.get_by_role("button", name=person.words["read"]).focus()
    page.keyboard.press("Enter")
    page.get_by_text("this is a web page").wait_for(timeout=60_000)
    photographed(page, "refused-en")
    give_up = page.get_by_role("button", name="Give up and delete the files")
    give_up.focus()
    page.keyboard.press("Enter")
    page.get_by_label(person.words["name"]).wait_for(timeout=30_000)
