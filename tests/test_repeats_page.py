"""The page of repeats without a browser: both languages, filters, nothing to show, totals only, and the same numbers as elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import asked, forget, open_page, text

from hotspots.statistics import repeats
from hotspots.study.selection import read_query
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.cases(2)
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("query", [{}, {"weapon": "firearm"}, {"from": "2017-01-01", "to": "2019-01-01"}], ids=str)
def test_the_page_says_what_the_family_says(city, lang, query):
    app = open_page("repeats", lang=lang, **query)
    assert not app.exception
    assert not app.error
    words = words_for(lang)
    study = read_query(query)[0].study(city)
    events = repeats.events_of(study)
    if len(events) < 20:
        assert app.info
        return
    found = repeats.near_repeats(study).single
    said = text(app)
    assert words.number(found.ratio, 1) in said
    assert words.number(found.observed) in said
    assert words.say("Restricted: never published.") in said
    opened = repeats.open_windows(events)
    assert (
        words.count(
            "{n} window open on {day}", "{n} windows open on {day}", len(opened), day=words.date(repeats.day_of(events.last).date())
        )
        in said
    )


def test_other_limits_give_other_numbers(city):
    app = open_page("repeats", lang="en")
    app.selectbox(key="choice_near").set_value(400).run()
    app.selectbox(key="choice_within").set_value(28).run()
    assert not app.exception
    found = repeats.near_repeats(read_query({})[0].study(city), metres=400, days=28).single
    assert "within 400 m and 28 days" in text(app)
    assert {name: asked(app)[name] for name in ("near", "within")} == {"near": "400", "within": "28"}
    assert "within 400 m and 28 days" in text(open_page("repeats", lang="en", near="400", within="28"))
    assert f"{found.observed} pairs" in text(app)


def test_words_that_accuse_or_foretell_are_absent(city):
    said = text(open_page("repeats", lang="en")).lower()
    for word in ("predict", "suspect", "risk score", "dangerous", "worst", "p-value", "monte carlo"):
        assert word not in said


def test_published_totals_have_no_repeats(bundled, unchanged):
    unchanged(bundled)
    app = open_page("repeats", lang="en", city="el-salvador")
    assert not app.exception
    assert "not available, because these data are published totals" in app.info[0].value


def test_where_chance_explains_all_the_page_says_so():
    from hotspots.dashboard.restricted.pages.repeats import VERDICTS

    assert "no near repeats are seen here" in VERDICTS["within"]
    assert repeats.Knox(200, 14, 500, 900, 20, 20.5, 20 / 20.5, 0.6, 1.5, 0.57, 999).verdict == "within"
    assert repeats.Knox(200, 14, 90, 9, 1, 0.7, 1 / 0.7, 0.04, 8, 0.5, 999).verdict == "few"
    assert repeats.Knox(200, 14, 500, 900, 40, 20.5, 40 / 20.5, 1.4, 2.7, 0.001, 999).verdict == "more"


def test_repeats_that_come_too_often_are_questioned_before_they_are_shown(city, monkeypatch):
    forget()
    monkeypatch.setattr(repeats, "doubted", lambda events, single: "large")
    app = open_page("repeats", lang="en")
    assert not app.exception
    assert "Do the victims of one event have numbers of their own here" in text(app)
    assert "more than chance explains: near repeats" not in text(app)
    assert not app.header
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert app.header
    monkeypatch.undo()
    forget()


def test_no_title_says_that_one_killing_brings_another(city):
    for lang in ("es", "en"):
        title = open_page("repeats", lang=lang).title[0].value.lower()
        assert not any(word in title for word in ("traer", "causa", "provoca", "bring", "cause", "draw")), title
