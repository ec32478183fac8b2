"""The public edition: every page from a release alone, in both languages; what it answers, and what it cannot be made to say."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from opened import asked, keep_caches_of, open_page, text
from released import SECRET, released_city

from hotspots import (
    cities,
    settings,
    store,
)
from hotspots import (
    release as disclosure,
)
from hotspots.cities import logbook
from hotspots.dashboard.public import files
from hotspots.drawing.site import Atlas
from hotspots.inference.intervals import poisson_interval, ratio_interval
from hotspots.inference.normal_range import expected_range
from hotspots.release import Reading
from hotspots.words import words_for


def said(app) -> str:
    """Return all sentences of a page as they read, without the signs that keep markdown from reading them."""
    return text(app).replace("\\", "")


PAGES = ("", "city", "people", "done", "left-out", "embed")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def release() -> disclosure.Release:
    return disclosure.build(released_city(years=10, victims=1400, hot=2), as_of="2025-03-01", secret=SECRET)


@pytest.fixture(scope="module")
def folder(release, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("releases") / "villa-prueba"
    disclosure.write(release, out, key=SECRET)
    return out


@pytest.fixture
def public(folder, monkeypatch):
    """Open the public edition on the folder of releases; whatever would read the store or a city fails."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the public edition reached for the store")

    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder.parent))
    for module, names in ((store, ("read", "published", "publish", "slugs", "lock")), (cities, ("load", "available", "ensure_bundled"))):
        for name in names:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, forbidden)
    monkeypatch.setattr(logbook, "read", forbidden)

    keep_caches_of(folder.parent)  # filled under these guards alone: they know a release by its mark
    return folder


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_from_the_release_alone(public, page, lang):
    app = open_page(page, lang=lang)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    assert {"es": "Fuente: Invented", "en": "Source: Invented"}[lang] in said(app)
    assert set(asked(app)) <= {"lang", "city", "area", "window", "show"}


def test_an_area_and_a_window_are_chosen_by_the_address(public, release):
    reading = Reading(release)
    area = reading.areas(reading.windows[0])["count"].idxmax()
    start = f"{reading.windows[0][0]:%Y-%m-%d}"
    app = open_page("", lang="en", area=area, window=start)
    shown = [metric.value for metric in app.metric]
    assert shown[0] == words_for("en").number(reading.areas(reading.windows[0]).loc[area, "count"])
    assert asked(app) == {"lang": "en", "city": "villa-prueba", "area": area, "window": start}
    app.selectbox(key="public_window").select(f"{reading.windows[-1][0]:%Y-%m-%d}").run()
    assert asked(app)["window"] == f"{reading.windows[-1][0]:%Y-%m-%d}"


def test_a_hidden_number_is_said_to_be_hidden(public, release):
    reading = Reading(release)
    rows = reading.areas(reading.windows[-1])
    few = rows.index[rows["reason"] == "few"][0]
    app = open_page("", lang="en", area=few)
    assert [metric.value for metric in app.metric] == ["fewer than 10", "–"]
    assert "any number from 0 to 9" in said(app)
    assert "Comparison is not published" in said(app)
    assert "Change is not published" in said(app)


@pytest.mark.parametrize("query", [{"area": "zz"}, {"city": "nowhere"}, {"window": "2016-03-04"}, {"show": "points"}])
def test_what_the_release_does_not_offer_is_set_aside(public, query):
    app = open_page("", lang="en", **query)
    assert "set aside" in said(app)
    assert set(asked(app)) == {"lang", "city"}


@pytest.mark.parametrize("page", ["map", "cases", "priorities", "repeats", "interventions", "data", "publish"])
def test_restricted_pages_do_not_exist(public, page):
    app = open_page(page, lang="en", weapon="firearm", unit="grid:50")
    assert app.title[0].value == "How are things around here?"
    assert not app.multiselect
    assert "weapon" not in asked(app)


def test_the_store_refuses_in_the_public_edition(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    for ask in (settings.store_folder, settings.cities_folder, lambda: settings.refuse_in_public("page")):
        with pytest.raises(PermissionError):
            ask()


def test_a_name_that_is_no_edition_opens_nothing(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "Public")
    with pytest.raises(settings.EditionError, match="restricted, public"):
        settings.store_folder()
    assert open_page("", lang="en").exception


@pytest.mark.walk
def test_restricted_pages_are_not_even_imported(public):
    script = (
        "import sys; sys.path[:0] = ['tests']\nfrom opened import open_page\nassert not open_page('', lang='en').exception\n"
        "print([one for one in sys.modules if one.startswith('hotspots.dashboard.') and one.split('.')[2] in "
        "('pages', 'frame', 'cached', 'pieces', 'log_form')])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_released_is_said(public, monkeypatch, tmp_path):
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(tmp_path))
    assert "Nothing has been released here yet." in said(open_page("", lang="en"))


def test_whom_to_write_to(public, monkeypatch):
    assert "Write to the source of the figures: Invented for the tests." in said(open_page("left-out", lang="en"))
    monkeypatch.setenv("HOTSPOTS_CONTACT", "office@example.org")
    assert "Write to: office@example.org." in said(open_page("left-out", lang="en"))


# ---- the arithmetic


def test_rate_interval_and_ratio_follow_from_published_numbers(release):
    reading = Reading(release)
    window = reading.windows[-1]
    rows = reading.areas(window)
    shown = rows[rows["count"].notna()]
    (told,) = release.facts["killed_together"]
    low, high = poisson_interval(shown["count"], together=told["factor"])
    lived = shown["population"] * 5
    assert np.allclose(shown["rate_low"], 1e5 * low / lived)
    assert np.allclose(shown["rate_high"], 1e5 * high / lived)
    area = shown.index[0]
    whole = reading.total(window)
    rest = whole.count - shown.loc[area, "count"] - np.nan_to_num(whole.unmapped)
    people = float(rows.loc[area, "population"])
    others = float(rows["population"].sum()) - people
    found = reading.against_the_rest(area, window)
    assert found.value == pytest.approx((shown.loc[area, "count"] / people) / (rest / others))
    assert (found.low, found.high) == pytest.approx(
        ratio_interval((shown.loc[area, "count"], rest), (people, others), together=told["factor"])
    )


def test_no_rate_no_ratio_and_no_change_without_a_published_number(release):
    reading = Reading(release)
    for window in reading.windows:
        rows = reading.areas(window)
        hidden = rows[rows["count"].isna()]
        assert len(hidden)
        assert hidden[["rate", "rate_low", "rate_high"]].isna().all(axis=None)
        assert all(reading.against_the_rest(area, window) is None for area in hidden.index)
        assert all(reading.change(area, window) is None for area in hidden.index)


def test_the_normal_range_does_not_cross_a_change_of_definition(release):
    plain = Reading(release).years["high"]
    assert plain.notna().tolist() == [False] * 3 + [True] * 7
    note = {"start": "2018-07-01", "text": {"en": "other deaths"}, "kind": "definition"}
    changed = Reading(replace(release, facts={**release.facts, "notes": [note]})).years["high"]
    assert changed.notna().tolist() == [False] * 3 + [False] + [False] * 3 + [True] * 3


def test_a_hidden_year_ends_the_years_compared_with(release):
    hidden = (release.figures["table"] == "city") & (release.figures["start"] == pd.Timestamp("2018-01-01"))
    assert hidden.sum() == 1
    figures = release.figures.assign(count=release.figures["count"].mask(hidden), reason=release.figures["reason"].mask(hidden, "held"))
    shown = replace(release, figures=figures)
    counts = shown.city_years["count"].tolist()
    wanted = [None] * 3 + [counts[:3]] + [None] * 3 + [counts[4:7], counts[4:8], counts[4:9]]  # 2015, 2016 … 2024
    ranges = [(found.low, found.high) if (found := expected_range(base) if base else None) else (None, None) for base in wanted]
    years = Reading(shown).years
    told = [tuple(None if np.isnan(end) else end for end in pair) for pair in zip(years["low"], years["high"], strict=True)]
    assert told == ranges


@pytest.mark.cases(2)
@pytest.mark.parametrize("show", ["rate", "count", "hot"])
def test_maps_and_files_hold_only_published_numbers(release, show):
    reading, words = Reading(release), words_for("en")
    window = reading.windows[-1]
    view = Atlas(reading, words).of(show, window)
    rows = reading.areas(window)
    hidden = rows["count"].isna().to_numpy()
    assert (view.classes[hidden] == -1).all()
    tips = {line.label: line.texts for line in view.tips}
    told = {text for text, kept in zip(tips["People killed"], hidden, strict=True) if kept}
    assert told == {"fewer than 10", "10 or more, not shown"}
    assert all(text == "–" for text, kept in zip(tips["Per 100,000 residents a year"], hidden, strict=True) if kept)
    table = pd.read_csv(io.BytesIO(files.areas(reading, words_for("en"))))
    assert table["count"].dropna().ge(10).all()
    assert table.loc[table["count"].isna(), "rate"].isna().all()
    page = files.page(reading, view, window, words).decode()
    assert "any number from 0 to 9" in page
    assert files.picture(reading, view, window, words).startswith(b"\x89PNG")
