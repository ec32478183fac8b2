"""A page about an area, made of a release alone: every number on it is the release's, and nothing that is held back is on it."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from opened import forget, open_page
from pypdf import PdfReader
from released import SECRET, released_city
from scipy.stats import chi2

from hotspots import release as disclosure
from hotspots.cli.main import main
from hotspots.drawing.site import Atlas, handout
from hotspots.release import Reading
from hotspots.words import words_for

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
OF_THE_RULES = {10, 9, 0, 1, 20, 95, 100, 1_000, 100_000}  # the threshold, "0 to 9", 1 area in 20, the intervals, the rates, what is near


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("handout") / "villa-prueba"
    one = disclosure.build(released_city(victims=1400, years=10, hot=2), as_of="2026-01-15", secret=SECRET)
    disclosure.write(one, out, key=SECRET)
    return out


@pytest.fixture(scope="module")
def reading(folder):
    return Reading(disclosure.read(folder))


def pages_of(content: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def numbers(text: str) -> set[float]:
    return {float(one.replace(",", "")) for one in NUMBER.findall(text)}


def in_the_files(folder) -> set[float]:
    """Return the numbers of a release that stand for the whole place, and its days: read from its files."""
    facts = json.loads((folder / "release.json").read_text(encoding="utf-8"))["facts"]
    found = {float(facts["rules"]["area_floor"]), float(facts["population_year"])}
    for name in ("city.csv", "windows.csv"):
        rows = pd.read_csv(folder / name)
        found |= set(rows["count"].dropna())
        for day in pd.to_datetime([*rows["start"], *rows["end"]]):
            found |= {day.year, day.year - 1, day.day, (day - pd.Timedelta(days=1)).day}
    return found


def of_area(folder, area: str, reading) -> set[float]:
    """Return the numbers that follow from a release's rows of one area: counts, rates, exact intervals, the rate beside the rest."""
    rows = pd.read_csv(folder / "areas.csv", dtype={"area": str})
    own = rows[rows["area"] == area]
    found = set(own["count"].dropna()) | set(own["population"])
    (told,) = reading.release.facts["killed_together"]
    vary = told["factor"]
    for one in own.dropna(subset=["rate"]).to_dict("records"):
        years = 5 * one["population"]
        pieces = one["count"] / vary
        ends = [vary * end / 2 for end in (chi2.ppf(0.025, 2 * pieces), chi2.ppf(0.975, 2 * pieces + 2))]
        found |= {float(words_for("en").rate(value).replace(",", "")) for value in (one["rate"], *(1e5 * end / years for end in ends))}
    ratio = reading.against_the_rest(area, reading.windows[-1])
    if ratio is not None:
        found |= {float(words_for("en").number(value, 2)) for value in (ratio.value, ratio.low, ratio.high)}
    return found


def test_every_number_on_a_page_is_the_releases(folder, reading, tmp_path, capsys):
    out = tmp_path / "areas.pdf"
    assert main(["handout", str(folder), "--language", "en", "--out", str(out)]) == 0
    pages, areas = pages_of(out.read_bytes()), handout.order(reading)
    assert len(pages) == len(areas)
    held = reading.areas(reading.windows[-1])
    hidden = int((held["reason"] != "").sum())
    share = round(100 * reading.coverage(reading.windows[-1]))
    plain, due = in_the_files(folder), {float(day.year) for day in reading.due}
    axis = set(np.arange(0, 1001, 5.0)) | set(range(2014, 2026))  # how the chart is divided; a scale of metres
    names = reading.city.blocks["name"]
    for area, text in zip(areas, pages, strict=True):
        said = text.replace(names[area], " ").replace("BSD-3-Clause", " ")
        drawn = re.search(r"The area, and those around it.*?What is uncertain", said)
        rest = said.replace(drawn[0], " ") if drawn else said  # the chart and the map are held to the release below
        allowed = plain | of_area(folder, area, reading) | OF_THE_RULES | due | {hidden, share}
        assert numbers(rest) <= allowed, (area, sorted(numbers(rest) - allowed))
        legend = {float(n) for label in Atlas(reading, words_for("en")).newest.legend for n in NUMBER.findall(label.label.replace(",", ""))}
        assert numbers(drawn[0]) <= allowed | axis | legend, (area, sorted(numbers(drawn[0]) - allowed - axis - legend))
    capsys.readouterr()


def test_a_number_that_is_held_back_is_on_no_page(reading):
    window = reading.windows[-1]
    rows = reading.areas(window)
    atlas = Atlas(reading, words_for("en"))
    hidden = rows.index[rows["reason"] != ""]
    assert len(hidden)
    for area in hidden:
        page = handout.handout(atlas, str(area))
        now, *_, rate, _ = [one.text for one in page.figures]
        assert not NUMBER.findall(now.replace("10", ""))
        assert rate == "–"
        assert "not" in page.lead[0] or "held back" in page.lead[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_page_says_all_that_a_neighbour_asks(reading, language):
    words = words_for(language)
    rows = reading.areas(reading.windows[-1])
    area = str(rows.index[rows["reason"] == ""][0])
    page = handout.handout(Atlas(reading, words), area, contact="ana@example.org")
    titles = [one.title for one in page.blocks]
    assert titles == [words.say(one) for one in ("What is uncertain", "What is held back, and why", "What is near, and what is done")]
    assert words.number(rows.loc[area, "count"]) in page.title
    assert "2020–2024" in page.title
    assert "2015–2019" in page.lead[-1]
    foot = " ".join(page.source)
    assert "2026" in foot  # the next year of the whole place
    assert "2030" in foot  # the next window
    assert "ana@example.org" in foot
    assert words.say("Public: may be passed on with its source") in foot


def test_the_next_numbers_are_those_of_the_rules(reading):
    assert [f"{day:%Y-%m-%d}" for day in reading.due] == ["2026-02-01", "2030-02-01"]


def test_services_near_are_named(reading):
    from dataclasses import replace as changed

    import geopandas as gpd

    area = handout.order(reading)[0]
    shape = reading.city.blocks.geometry[area]
    spots = [shape.representative_point(), shape.centroid.__class__(shape.bounds[2] + 99_000, shape.bounds[3])]
    context = gpd.GeoDataFrame({"kind": "service", "name": ["Clinic", "Far"]}, geometry=spots, crs=reading.city.blocks.crs)
    other = Reading(changed(reading.release, context=context))
    said = " ".join(handout.near(other, area, words_for("en")))
    assert "1 service is in the area" in said
    assert "Clinic" in said
    assert "Far" not in said
    assert not handout.near(reading, area, words_for("en"))


def test_the_command_takes_an_area_by_code_and_name_and_refuses_others(folder, reading, tmp_path, capsys):
    name = str(reading.city.blocks["name"].iloc[1])
    out = tmp_path / "one.pdf"
    assert main(["handout", str(folder), "--area", name, "--area", f"area:{handout.order(reading)[0]}", "--out", str(out)]) == 0
    assert len(pages_of(out.read_bytes())) == 2
    assert main(["handout", str(folder), "--area", "nowhere", "--out", str(out)]) == 1
    assert main(["handout", str(folder), "--out", str(tmp_path / "x.png")]) == 1
    assert "the release has no area" in capsys.readouterr().err


def test_the_card_of_an_area_gives_its_page(folder, reading, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder))
    forget()
    app = open_page("", lang="en", area=handout.order(reading)[0])
    assert not app.exception
    assert "A page about this area, to print (PDF)" in [one.proto.label for one in app.get("download_button")]
    forget()
