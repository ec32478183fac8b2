"""A number of a part of a year is never told as that of a whole one: in the release, its pages and its files."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from opened import forget, open_page, text
from released import SECRET, released_city
from test_site import tables, text_of

from hotspots import cities
from hotspots import release as disclosure
from hotspots.dashboard.public import files
from hotspots.drawing import charts, site
from hotspots.drawing.site import sentences
from hotspots.release import Reading
from hotspots.settings import cities_folder
from hotspots.store.schema import AreaCounts, DataError
from hotspots.study.testing import published_totals, square_blocks
from hotspots.words import words_for

EN, ES = words_for("en"), words_for("es")


def totals_of(rows: AreaCounts, **more) -> disclosure.Release:
    """Return the release of a city that has nothing but these totals, of two areas."""
    city = released_city(victims=10)
    blocks = square_blocks(side=2, population=1000).iloc[:2]
    return disclosure.build(
        replace(city, incidents=city.incidents.iloc[:0], blocks=blocks, totals=rows),
        **{"as_of": "2026-01-15", "already_public": True} | more,
    )


def months(area: str, first: str, n: int, each: int) -> list[tuple[str, str, int]]:
    return [(area, str(month), each) for month in pd.period_range(first, periods=n, freq="M")]


@pytest.fixture(scope="module")
def boston() -> disclosure.Release:
    return disclosure.build(cities.read_folder(cities_folder() / "boston-ceasefire"))


def test_the_bundled_city_ends_in_may(boston):
    """Its data end on May 31, 1998: four people in five months, beside 15 in the twelve months of 1997."""
    pages = {name: page.decode() for name, page in site.render(boston).items()}
    english = pages["index.html"]
    assert "<h1>15 people killed in Boston, aged under 25 (worked example) in 1997: fewer than" in english
    assert "Figures up to May 31, 1998" in english
    assert not re.search(r"(?<!May )1998\W+4\b|December 31, 1998|in 1998\b|\d–1998", text_of(english))
    rows = tables(english)["People killed each year"]
    assert [row[:3] for row in rows[-2:]] == [["1997", "15", "18–66"], ["January 1998 – May 1998", "4", "–"]]
    assert "only January 1998 – May 1998; compared with no whole year." in english
    assert "solo enero de 1998 – mayo de 1998" in pages["index.es.html"]


def test_the_page_with_a_server_says_so_too(boston, monkeypatch, tmp_path):
    disclosure.write(boston, tmp_path / "boston", key=SECRET)
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(tmp_path))
    forget()
    app = open_page("city", lang="en")
    assert not app.exception
    assert "in 1997: fewer than" in text(app)
    assert "May 31, 1998" in text(app)
    shown = app.dataframe[0].value
    assert shown["Year"].tolist()[:2] == ["January 1998 – May 1998", "1997"]
    forget()


def test_the_charts_and_the_file_mark_the_part(boston):
    reading = Reading(boston)
    rows = pd.read_csv(io.BytesIO(files.years(reading, words_for("en"))), encoding="utf-8-sig")
    last = rows.iloc[-1]
    assert (last["start"], last["end"], last["complete"], last["count"]) == ("1998-01-01", "1998-06-01", False, 4)
    assert rows["complete"].sum() == 6
    spec = charts.bars_in_range(sentences.years(reading, EN), EN)
    bars = spec["data"]["values"] if "data" in spec else spec["datasets"]
    assert [row["text"] for row in bars][-2:] == ["15", "4*"]
    assert [row["complete"] for row in bars][-2:] == [True, False]
    assert "January 1998 – May 1998: 4" in sentences.years(reading, EN).alt
    assert "1998*" in site.render(boston)["index.html"].decode()


def test_a_first_year_in_part_is_neither_added_up_nor_compared_with():
    """From July 2019: 2019 is half a year, so 2020 stands beside nothing and the sum begins with 2020."""
    release = totals_of(published_totals(months("", "2019-07", 30, 5)))
    found = {card[1]: (card[0], card[2]) for card in _cards(release)}
    assert found["people killed in 2021"] == ("60", "2020: 60")
    assert found["people killed in 2020–2021"] == ("120", "")
    short = totals_of(published_totals(months("", "2019-07", 18, 5)))
    assert {card[1]: card[2] for card in _cards(short)}["people killed in 2020"] == ""


def _cards(release) -> list[list[str]]:
    page = site.render(release)["index.html"].decode()
    part = page[page.index('class="numbers"') :]
    part = part[: part.index("</ul>")]
    return [[re.sub("<[^>]+>", "", one) for one in re.findall(r"<p[^>]*>(.*?)</p>", card)] for card in re.findall(r"<li>(.*?)</li>", part)]


def test_windows_of_areas_are_whole_years_or_named_by_their_months():
    """Monthly totals to June: 2019 and 2020 are windows, and so are the six months of 2021, which no whole year is compared with."""
    area, other = square_blocks(side=2).index[:2]
    rows = published_totals(months(area, "2019-01", 30, 4) + months(other, "2019-01", 30, 2))
    reading = Reading(totals_of(rows))
    assert [sentences.period(one, EN) for one in reading.windows] == ["2019", "2020", "January 2021 – June 2021"]
    first, second, part = reading.windows
    assert reading.areas(second)["count"].tolist() == [48, 24]
    assert reading.areas(part)["count"].tolist() == [24, 12]
    assert reading.before(part) is None
    assert reading.change(area, part) is None
    assert reading.before(second) == first
    again = published_totals(months(area, "2020-01", 3, 4) + months(area, "2021-01", 3, 6))
    one, other = Reading(totals_of(again)).windows
    assert Reading(totals_of(again)).before(other) == one  # the same months of the year before


def test_a_period_that_is_not_over_asks_to_which_day_it_reaches():
    rows = published_totals([("", "2023", 40), ("", "2024", 44), ("", "2025", 41), ("", "2026", 9)])
    with pytest.raises(DataError, match=r"not over \(2026-12-31\)"):
        totals_of(rows, as_of="2026-06-20")
    reading = Reading(totals_of(rows, as_of="2026-06-20", through="2026-05-31"))
    assert reading.newest["start"].year == 2025
    assert sentences.years_called(reading, EN)[-1] == "January 2026 – May 2026"
    assert reading.last_day == pd.Timestamp("2026-05-31")
    with pytest.raises(DataError, match="not over"):
        totals_of(rows, through="2025-05-31")
    assert np.isfinite(Reading(totals_of(rows, as_of="2027-01-01")).newest["count"])


def test_a_day_later_than_the_data_reach_is_refused():
    """`covers` says that the data end in June 2019: naming a later day would make half a year a whole one."""
    city = replace(released_city(), end=pd.Timestamp("2019-07-01"))
    release = disclosure.build(city, as_of="2026-01-15", secret=SECRET)
    assert [int(year) for year in release.city_years["start"].dt.year][-1] == 2018
    with pytest.raises(DataError, match="complete to 2019-06-30"):
        disclosure.build(city, as_of="2026-01-15", through="2019-12-31", secret=SECRET)
    disclosure.build(city, as_of="2026-01-15", through="2018-12-31", secret=SECRET)
