"""A city of totals: only what its source has published goes out, and nothing of it is called strict."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from opened import forget, open_page, text

from hotspots import cities
from hotspots import release as disclosure
from hotspots.cli.main import main
from hotspots.store.schema import DataError

TOML = """
name = "Totales"
language = "en"
timezone = "UTC"
source = "Internal, not published"
licence = "none"
unmapped = true

[area_counts.inside]
file = "counts.csv"
area = "place"
period = "year"
count = "killed"
sex = "sex"
{inside}
[area_counts.outside]
file = "whole.csv"
period = "year"
count = "killed"
public = {outside}
"""
COUNTS = "place,year,killed,sex\n" + "".join(
    f"{place},{year},{n},{sex}\n"
    for year in (2021, 2022)
    for place, sex, n in (("Norte", "male", 2), ("Norte", "female", 1), ("Sur", "male", 0), ("Sur", "female", 1))
)


def write(folder: Path, *, inside: str = "", outside: str = "false") -> Path:
    folder.mkdir(parents=True)
    (folder / "city.toml").write_text(TOML.format(inside=inside, outside=outside), encoding="utf-8")
    (folder / "counts.csv").write_text(COUNTS, encoding="utf-8")
    (folder / "whole.csv").write_text("year,killed\n2021,4\n2022,4\n", encoding="utf-8")
    return folder


def test_internal_counts_are_refused(store, tmp_path, capsys):
    cities.import_folder(write(tmp_path / "tot"))
    assert main(["publish", "tot", "--profile", "strict", "--out", str(tmp_path / "rel")]) == 1
    assert "nobody has said that the totals of Totales are public" in capsys.readouterr().err
    with pytest.raises(DataError, match="nobody has said"):
        disclosure.publish("tot", "strict", tmp_path / "rel")
    with pytest.raises(DataError, match="nobody has said"):
        disclosure.build(cities.load("tot"))
    assert not (tmp_path / "rel").exists()
    assert disclosure.releases("tot") == []


def test_only_the_tables_that_are_public_go_out(store, tmp_path, capsys):
    cities.import_folder(write(tmp_path / "tot", outside="true"))
    assert cities.load("tot").public_totals == ("outside",)
    assert main(["publish", "tot", "--out", str(tmp_path / "rel")]) == 0
    said = capsys.readouterr()
    assert "totals of tot that were public before, as they were" in said.out
    assert not re.search(r"\bstrict\b", said.out + said.err + (tmp_path / "rel" / "release.json").read_text())
    release = disclosure.read(tmp_path / "rel")
    assert set(release.totals["table"]) == {"outside"}
    assert "Norte" not in (tmp_path / "rel" / "totals.csv").read_text()
    assert main(["audit", str(tmp_path / "rel")]) == 0
    assert "nothing is given away" not in capsys.readouterr().out


def test_a_person_may_say_so(store, tmp_path, capsys):
    cities.import_folder(write(tmp_path / "tot"))
    assert main(["publish", "tot", "--already-public", "--out", str(tmp_path / "rel"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["profile"] == "totals"
    assert len(disclosure.read(tmp_path / "rel").totals) == 10


def test_the_page_asks(store, tmp_path, monkeypatch):
    city = cities.import_folder(write(tmp_path / "tot"))
    forget()
    app = open_page("publish", lang="en", city="tot")
    assert not app.exception
    assert app.radio[0].label == "Has the source of these totals published these very numbers already?"
    assert app.radio[0].value is None
    assert not app.success
    app.radio[0].set_value(False).run()
    assert "Then nothing goes out" in app.info[0].value
    assert {one.key for one in app.button} <= {"to_saved_views"}
    forget()
    cities.publish(replace(city, tables={name: replace(one, public=True) for name, one in city.tables.items()}))
    forget()
    again = open_page("publish", lang="en", city="tot")
    assert not again.radio
    assert "Strict" not in text(again)
    forget()


def test_a_key_that_is_no_yes_or_no_is_a_fault(tmp_path):
    with pytest.raises(DataError, match=r"public in .area_counts.inside. must be true or false"):
        cities.read_folder(write(tmp_path / "tot", inside='public = "yes"'))
