"""An address where there is no page: said in the reader's language, in both editions, and it leads on."""

from __future__ import annotations

import pytest
from driving import wait_until, wait_until_idle

SAID = {"es": ("Esa página no existe", "A la primera página"), "en": ("There is no such page", "To the first page")}


@pytest.mark.parametrize("lang", ["es", "en"])
def test_an_unknown_page_is_told_in_the_readers_language(open_page, server, lang):
    page = open_page(viewport={"width": 390, "height": 844}, locale="fr-FR")
    page.goto(f"{server('app.py')}/ni_ña*x*?lang={lang}")
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page)
    head, back = SAID[lang]
    assert page.locator("h1").inner_text() == head
    assert "ni_ña*x*" in page.locator("[data-testid=stMain]").inner_text()
    assert "Page not found" not in page.locator("body").inner_text()
    assert page.locator("[role=dialog]").count() == 0
    page.get_by_role("button", name=back).click()
    wait_until(page, "() => location.pathname === '/' && document.querySelector('.st-key-screen h1')")
    assert page.locator("[role=dialog]").count() == 0
    assert page.evaluate("document.documentElement.lang") == lang


@pytest.mark.walk
def test_a_choice_on_it_stays_on_it(open_page, server):
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server('app.py')}/nowhere?lang=en")
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page)
    page.get_by_role("combobox", name="Idioma · Language").click()
    page.get_by_role("option", name="Español").click()
    wait_until(page, "head => document.querySelector('h1').innerText === head", SAID["es"][0])
    wait_until_idle(page)
    assert page.locator("[role=dialog]").count() == 0
    assert "«nowhere»" in page.locator("[data-testid=stMain]").inner_text()


@pytest.mark.walk
def test_the_public_edition_says_so_too(open_page, server, tmp_path):
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server('app.py', {'HOTSPOTS_EDITION': 'public', 'HOTSPOTS_RELEASE': str(tmp_path)})}/nowhere?lang=es")
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page)
    assert page.locator("h1").inner_text() == SAID["es"][0]
    assert page.locator("[role=dialog]").count() == 0
