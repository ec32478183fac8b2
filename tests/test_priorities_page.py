"""The page of priorities, the Methods page and the command line: the same list, the same test, deaths alone."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from opened import forget, open_page, text

from hotspots import cities
from hotspots.cli.main import main
from hotspots.dashboard.restricted.parts import backtest
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted import priorities as questions
from hotspots.statistics import priorities
from hotspots.study.selection import Selection
from hotspots.study.testing import square_blocks
from hotspots.words import words_for

TOML = """
name = "Villa Grande"
language = "es"
epsg = 32616
source = "Invented for the tests"
licence = "BSD-3-Clause"
fictional = true

[incidents]
file = "homicides.csv"
x = "x"
y = "y"
epsg = 32616
date = "date"
sex = "sex"
covers = ["2013-01-01", "2020-12-31"]

[blocks]
file = "blocks.geojson"
id = "block_id"
epsg = 32616
population = "population"
"""


@pytest.fixture
def large(tmp_path, monkeypatch):
    """Publish a city of 64 blocks, a few of them with most of 300 homicides, as the only one."""

    folder = tmp_path / "villa-grande"
    folder.mkdir()
    rng = np.random.default_rng(1)
    cells = np.where(rng.random(300) < 0.6, rng.choice([3, 17, 40], 300), rng.integers(0, 64, 300))
    days = np.datetime64("2013-01-01") + rng.integers(0, 2922, 300)
    rows = [f"{day},{100 * (c % 8) + 50},{100 * (c // 8) + 50},{'male' if c % 2 else 'female'}" for day, c in zip(days, cells, strict=True)]
    (folder / "homicides.csv").write_text("\n".join(["date,x,y,sex", *rows]) + "\n", encoding="utf-8")
    (folder / "blocks.geojson").write_text(square_blocks(side=8, size=100).reset_index().to_json(drop_id=True), encoding="utf-8")
    (folder / "city.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()
    return cities.import_folder(folder)


@pytest.mark.cases(1)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_page_and_methods_say_the_same(large, lang):
    words = words_for(lang)
    study = Selection(city="villa-grande").study(large)
    found = priorities.backtest(study)
    app, methods = open_page("priorities", lang=lang), open_page("methods", lang=lang)
    for page in (app, methods):
        assert not page.exception
        assert not page.error
        assert Asked.of(Selection(city="villa-grande")).ask(questions.backtest).sentence(words) in text(page)
        assert backtest.on_what(found, words) in text(page)
    assert questions.score(found, words) in text(app)
    assert words.percent(found.table.loc[(found.winner(), 0.05), "hit_rate"]) in app.title[0].value
    assert {"es": "no para publicar", "en": "not for publication"}[lang] in text(app)


def test_the_list_is_that_of_the_command_line(large, capsys):
    assert main(["priorities", "villa-grande", "--json", "--share", "1,2,5"]) == 0
    told = json.loads(capsys.readouterr().out)
    study = Selection(city="villa-grande").study(large)
    places = priorities.ranked(study)
    assert [row["id"] for row in told["places"]] == places.index.tolist()
    assert [row["events"] for row in told["places"]] == places["events"].tolist()
    assert {row["rule"] for row in told["tests"]} == set(priorities.RULES)
    assert told["rule"] == priorities.backtest(study).winner()
    assert main(["priorities", "villa-grande", "--share", "5", "--months", "3", "--rule", "recent"]) == 0
    out = capsys.readouterr()
    assert "tested on 8 periods of 3 months" in out.out
    assert "the first 5% of the area by recent" in out.out
    assert "not for publication" in out.err


@pytest.mark.parametrize(("start", "parted"), [("2018-01-01", True), ("2020-01-01", False)])
def test_the_last_12_months_are_told_of_longer_times_alone(large, start, parted):
    app = open_page("priorities", lang="en", **{"from": start, "to": "2021-01-01"})
    (heads,) = (list(one.value.columns) for one in app.dataframe if "Running share" in one.value.columns)
    assert ("12 months" in heads) is parted
    assert ("of them in the last 12 months" in text(app)) is parted
    assert "First: " in text(app)


@pytest.mark.cases(1)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_page_and_command_line_name_the_bandwidth_in_metres(large, capsys, lang):
    study, words = Selection(city="villa-grande").study(large), words_for(lang)
    found, own = priorities.backtest(study), priorities.bandwidth(study)
    said = text(open_page("priorities", lang=lang, rule="density"))
    spread = Asked.of(Selection(city="villa-grande")).ask(questions.spread).sentence(words)
    assert spread in said
    assert f"{words.number(round(own))} m " in spread
    assert f"{words.number(round(found.bandwidth))} m" in backtest.on_what(found, words)
    assert spread not in text(open_page("priorities", lang=lang, rule="recent"))
    assert main(["priorities", "villa-grande", "--share", "5", "--rule", "density"]) == 0
    out = capsys.readouterr().out
    assert f"density spreads each homicide {found.bandwidth:,.0f} m" in out
    assert f"by density (each homicide spread {own:,.0f} m" in out
    assert main(["priorities", "villa-grande", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bandwidth"] == {"tests": found.bandwidth, "places": own}


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--share", "x"], "percentages"),
        (["--share", "0"], "percentages"),
        (["--where", "sex=male"], "deaths alone"),
        (["--rule", "x"], "use one of"),
    ],
)
def test_refusals_say_why(large, capsys, arguments, reason):
    assert main(["priorities", "villa-grande", *arguments]) == 1
    assert reason in capsys.readouterr().err


def test_filters_by_who_was_killed_are_set_aside(large):
    plain, filtered = open_page("priorities", lang="en"), open_page("priorities", lang="en", sex="male")
    assert not filtered.exception
    assert "Places are put in order by deaths alone" in text(filtered)
    assert filtered.title[0].value == plain.title[0].value
    assert "300 people killed" in filtered.caption[0].value


def test_a_city_that_cannot_be_tested_says_why(city):
    app = open_page("priorities", lang="en")
    assert not app.exception
    assert not app.error
    assert "fewer than 50 places" in text(app)
    assert "fewer than 50 places" in text(open_page("methods", lang="en"))


def test_nothing_to_put_in_order(large):
    app = open_page("priorities", lang="en", **{"from": "2013-01-01", "to": "2013-01-02"})
    assert not app.exception
    assert not app.error


def test_a_place_that_is_none_of_the_first_shows_where_these_are(large):
    """It used to say that the homicides do not tell places apart; those of the city do."""
    whole = Asked.of(Selection(city="villa-grande", unit="blocks"))
    first = whole.ask(questions.first_places).value
    other = next(one for one in whole.study.blocks.index if one not in first.places.index)
    found = whole.at(place=f"block:{other}").ask(questions.first_places)
    assert (len(found.value.places), found.value.of_city) == (0, len(first.places))
    app = open_page("priorities", city="villa-grande", lang="en", by="blocks", place=f"block:{other}")
    assert not app.exception
    assert app.title[0].value.endswith(": 0 of the places to begin with in the whole city are inside")
    assert "do not tell these places apart" not in text(app)


def test_months_and_rule_come_from_the_address(large):
    app = open_page("priorities", lang="en", months="3", rule="recent")
    assert not app.exception
    assert not app.error
    assert "periods of 3 months" in text(app)
    assert "Count of the last three years, " in text(app)
    strange = open_page("priorities", lang="en", months="7", rule="nobody")
    assert not strange.error
    assert "periods of 12 months" in text(strange)


def test_the_kind_of_place_is_asked_about_with_the_share_and_the_months_in_use(city):
    seen = []

    def listening(question, asked, told, named):
        seen.append((question.name, told, named))
        return SimpleNamespace(value="too_few")

    about = replace(Asked.of(Selection(city=city.slug)), keep=listening)
    assert questions.by_kind(about, months=24, shares=(0.05, 0.3)).unit == "blocks"  # what the city opens with, where none can be tested
    assert seen == [(questions.kinds.name, (), {"months": 24, "shares": (0.05, 0.3)})]
    seen.clear()
    assert questions.by_kind(about, "districts", months=24, shares=(0.3,)).unit == "districts"
    assert seen == []  # who names one is not told another
