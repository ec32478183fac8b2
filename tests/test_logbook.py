"""The log of interventions: nothing written is lost, half-written or able to run."""

from __future__ import annotations

import json
import os
import threading

import pandas as pd
import pytest
import small_city as small

from hotspots import cities
from hotspots.cities import logbook
from hotspots.cities.logbook import Entry
from hotspots.cli.main import main
from hotspots.store import checked_json
from hotspots.store.schema import DataError

HOSTILE = '<script>alert(1)</script> ${x} $a$ **b** [l](http://x) "quoted" \\ `c` |'
SEED = """
[[interventions]]
name = { es = "Plan Uno", en = "Plan One" }
start = "2017-03-01"
end = "2018-03-01"
treated = ["b00"]
comparison = ["district:row 1"]
note = { es = "Una nota", en = "A note" }
"""


@pytest.fixture
def city(city_folder):
    with (city_folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write(SEED)
    return cities.import_folder(city_folder)


def one(**changes: object) -> Entry:
    values = {"id": "", "name": {"en": "Plan Two"}, "start": pd.Timestamp("2019-01-01"), "treated": ("b00",)} | changes
    return Entry(**values)  # type: ignore[arg-type]


def names(city: cities.City) -> list[str]:
    return [entry.id for entry in logbook.read(city.slug, city.notes).entries]


def test_the_first_entries_are_those_of_the_city_file(city):
    [entry] = logbook.read(city.slug, cities.load(city.slug).notes).entries
    assert entry.id == "plan-one-2017-03-01"
    assert (entry.start, entry.end) == (pd.Timestamp("2017-03-01"), pd.Timestamp("2018-03-01"))
    assert (entry.treated, entry.comparison, entry.note["es"], entry.origin) == (("b00",), ("district:row 1",), "Una nota", "city")


def test_the_city_file_says_where_it_began_on_another_day(city_folder):
    more = 'treated = ["b00", "b11", "district:row 0"]\nstarts = { "b11" = "2017-09-01", "district:row 0" = 2018-01-15 }\n'
    text = (city_folder / "city.toml").read_text(encoding="utf-8") + SEED.replace('treated = ["b00"]\n', more)
    (city_folder / "city.toml").write_text(text, encoding="utf-8")
    city = cities.import_folder(city_folder)
    [entry] = logbook.read(city.slug, cities.load(city.slug).notes).entries
    assert entry.starts == (("b11", pd.Timestamp("2017-09-01")), ("district:row 0", pd.Timestamp("2018-01-15")))
    for wrong in ("2018-03-01", "no day"):
        (city_folder / "city.toml").write_text(text.replace('"2017-09-01"', f'"{wrong}"'), encoding="utf-8")
        with pytest.raises(DataError, match=r"starts in \[\[interventions\]\]"):
            cities.import_folder(city_folder)
    (city_folder / "city.toml").write_text(text.replace('{ "b11"', '{ "b22"'), encoding="utf-8")
    with pytest.raises(DataError, match="'b22'"):
        cities.import_folder(city_folder)


def test_added_edited_removed_and_nothing_is_lost(city):
    new = logbook.add(city.slug, one(), blocks=city.blocks, notes=city.notes)
    assert names(city) == ["plan-one-2017-03-01", "plan-two-2019-01-01"]
    logbook.edit(city.slug, Entry(new.id, {"en": "Plan Three"}, new.start), blocks=city.blocks, notes=city.notes)
    assert logbook.read(city.slug, city.notes).entry(new.id).name == {"en": "Plan Three"}
    logbook.remove(city.slug, new.id, notes=city.notes)
    assert names(city) == ["plan-one-2017-03-01"]
    history = logbook.read(city.slug, city.notes).changes
    assert [(change.action, change.entry.name["en"]) for change in history] == [
        ("add", "Plan Two"),
        ("edit", "Plan Three"),
        ("remove", "Plan Three"),
    ]
    again = logbook.add(city.slug, one(), blocks=city.blocks, notes=city.notes)
    assert again.id == "plan-two-2019-01-01-2"  # an id is never given twice


def test_it_survives_a_new_import(city, city_folder):
    logbook.add(city.slug, one(), blocks=city.blocks, notes=city.notes)
    logbook.remove(city.slug, "plan-one-2017-03-01", notes=city.notes)
    later = cities.import_folder(small.touch(city_folder))
    assert later.version == 2
    assert names(later) == ["plan-two-2019-01-01"]


def test_a_write_that_fails_changes_nothing(city, monkeypatch, store):
    before = names(city)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        logbook.add(city.slug, one(), blocks=city.blocks, notes=city.notes)
    assert names(city) == before
    assert list((store / city.slug / "interventions").iterdir()) == []


def test_a_damaged_change_is_told_and_the_others_hold(city, store):
    for number in (1, 2):
        logbook.add(city.slug, one(name={"en": f"Plan {number}"}), blocks=city.blocks, notes=city.notes)
    path = store / city.slug / "interventions" / "000001.json"
    path.write_text(path.read_text().replace("Plan 1", "Plan 9"))
    log = logbook.read(city.slug, city.notes)
    assert log.damaged == 1
    assert [entry.name["en"] for entry in log.entries] == ["Plan One", "Plan 2"]


def test_two_writers_do_not_overwrite_each_other(city):
    def write(number: int) -> None:
        logbook.add(city.slug, one(name={"en": f"Plan {number}"}), blocks=city.blocks, notes=city.notes)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(city)) == 7


def test_hostile_text_is_kept_letter_by_letter_and_turns_nothing(city):
    turned = "a\N{RIGHT-TO-LEFT OVERRIDE}b\x00\x1b[31m\nc"
    new = logbook.add(city.slug, one(name={"en": HOSTILE}, note={"en": turned}), blocks=city.blocks, notes=city.notes)
    read = logbook.read(city.slug, city.notes).entry(new.id)
    assert read.name == {"en": HOSTILE}
    assert read.note == {"en": "ab [31m c"}
    assert new.id == "script-alert-1-script-x-a-b-l-http-x-qu-2019-01-01"


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": {"en": " \n"}}, "no name"),
        ({"name": {"en": "x" * 201}}, "201 characters; use at most 200"),
        ({"treated": ("b00", "b99")}, "1 of 2 areas does not exist here .first: 'b99'."),
        ({"comparison": ("b00",)}, "1 area is treated and compared with"),
        ({"treated": (), "comparison": ("b01",)}, "comparison areas and no treated ones"),
        ({"end": pd.Timestamp("2018-12-31")}, "ends on 2018-12-31 and starts on 2019-01-01"),
    ],
)
def test_refused_with_every_reason(city, changes, reason):
    with pytest.raises(DataError, match=reason):
        logbook.add(city.slug, one(**changes), blocks=city.blocks, notes=city.notes)
    assert names(city) == ["plan-one-2017-03-01"]


def test_the_commands(city, capsys):
    name = ["interventions", city.slug]
    added = [*name, "add", "--name", HOSTILE, "--start", "2019-01-01", "--treated", "district:row 0,b10", "--json"]
    assert main(added) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["name"] == {"es": HOSTILE}
    assert main([*name, "edit", entry["id"], "--name-en", "Plan Two", "--end", "2020-01-01"]) == 0
    assert main([*name, "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told[1]["name"] == {"es": HOSTILE, "en": "Plan Two"}
    assert (told[1]["end"], told[1]["treated"]) == ("2020-01-01", ["district:row 0", "b10"])
    assert main([*name, "remove", entry["id"]]) == 0
    assert main([*name, "list", "--history"]) == 0
    assert [line.split("\t")[1] for line in capsys.readouterr().out.splitlines()[1:]] == ["add", "edit", "remove"]
    assert main([*name, "remove", entry["id"]]) == 1
    assert "plan-one-2017-03-01" in capsys.readouterr().err
    assert main([*name, "add", "--name", "x", "--start", "soon"]) == 1
    assert "write it as 2021-03-01" in capsys.readouterr().err


def test_the_file_is_sealed(city, store):
    logbook.add(city.slug, one(), blocks=city.blocks, notes=city.notes)
    [path] = (store / city.slug / "interventions").iterdir()
    assert checked_json.read(path)["action"] == "add"
    assert "author" not in path.read_text()
