"""What a release brings besides its figures: files that run nothing, and what is being done as the log has it that day."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pandas as pd
import pytest
from released import SECRET, released_city

from hotspots import cities
from hotspots import release as disclosure
from hotspots.cities import Note, logbook
from hotspots.drawing import site
from hotspots.drawing.site import programmes
from hotspots.release import bundle, near
from hotspots.release.facts import as_it_stands
from hotspots.words import words_for
from hotspots.words.escape import safe_cell

FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture
def formula():
    made = disclosure.build(released_city(victims=450, years=6, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET)
    return replace(made, areas=made.areas.assign(name=[FORMULA, *made.areas["name"].iloc[1:]]))


def test_no_cell_of_a_release_runs(formula, tmp_path):
    disclosure.write(formula, tmp_path / "out", key=SECRET)
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if safe_cell(cell) != cell] == []
    again = disclosure.read(tmp_path / "out", key=SECRET)
    assert again.areas["name"].iloc[0] == FORMULA
    assert again.by_area.equals(formula.by_area)


def test_a_release_from_before_still_opens(formula, tmp_path, monkeypatch):
    raw = bundle._csv
    with monkeypatch.context() as patch:
        patch.setattr(bundle, "_csv", lambda table: raw(table, inert=False))
        disclosure.write(formula, tmp_path / "out", key=SECRET)
    assert FORMULA.split("(")[0] in (tmp_path / "out" / "areas.csv").read_text(encoding="utf-8")
    assert disclosure.read(tmp_path / "out", key=SECRET).areas["name"].iloc[0] == FORMULA


@pytest.mark.walk
def test_the_log_goes_out_as_it_stands(store, tmp_path):
    """One programme of the city file is withdrawn, another is entered with its end and its areas: the release has the second alone."""
    plan = Note(pd.Timestamp("2016-03-01"), {"en": "Old plan"}, "intervention")
    city = cities.publish(replace(released_city(victims=450, years=6, seed=3, hot=3.0), notes=(plan,)))
    first = disclosure.publish(city.slug, "strict", tmp_path / "out", as_of="2026-01-15")
    assert [note.text["en"] for note in first.release.as_city().notes] == ["Old plan"]
    logbook.remove(city.slug, "old-plan-2016-03-01", notes=city.notes)
    block = str(city.blocks.index[0])
    entry = logbook.Entry("", {"en": "Lights"}, pd.Timestamp("2017-01-01"), pd.Timestamp("2018-01-01"), (block,))
    logbook.add(city.slug, entry, blocks=city.blocks, notes=city.notes)
    second = disclosure.publish(city.slug, "strict", tmp_path / "out", as_of="2026-01-15", pages=site.render)
    assert second.fingerprint != first.fingerprint
    manifest = json.loads((tmp_path / "out" / "release.json").read_bytes())
    area = second.release.areas.index[second.release.members[block]]
    assert manifest["facts"]["notes"] == [
        {"start": "2017-01-01", "end": "2018-01-01", "text": {"en": "Lights"}, "kind": "intervention", "areas": [area]}
    ]
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    name = second.release.areas.loc[area, "name"]
    assert f'<th scope="row">January 1, 2017 to December 31, 2017</th><td>Lights (in {name})</td>' in page
    assert "Old plan" not in page
    assert second.release.figures.equals(first.release.figures)


def test_what_began_on_several_days_is_told_with_each(store):
    city = cities.publish(replace(released_city(victims=450, years=6, seed=3, hot=3.0), notes=()))
    one, two, three = map(str, city.blocks.index[[0, 14, 35]])
    later = pd.Timestamp("2018-03-01")
    entry = logbook.Entry("", {"en": "Patrols"}, pd.Timestamp("2017-01-01"), None, (one, two, three), starts=((two, later), (three, later)))
    logbook.add(city.slug, entry, blocks=city.blocks, notes=())
    stands = as_it_stands(cities.load(city.slug))
    assert [(note.start.year, note.treated) for note in stands.notes] == [(2017, (one,)), (2018, (two, three))]
    reading = disclosure.Reading(disclosure.build(stands, as_of="2026-01-15", secret=SECRET))
    assert [note.start for note in near.programmes(reading)] == [entry.start, later]
    assert near.named(reading) == 1
    told = programmes.lines(reading, words_for("en"))
    assert told[0].startswith("Since January 1, 2017: Patrols (in ")
    assert told[1].startswith("Since March 1, 2018: Patrols (in ")
    assert near.worked_in(reading).max() == 1
