"""What the project wrote once (see kept/make.py): later code reads the store and the releases, and gives the same answers."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from answers import answer, figures, numbers_in, opened_at, table

from hotspots.__main__ import main

KEPT = Path(__file__).parent / "kept"
ANSWERS = json.loads((KEPT / "addresses.json").read_text(encoding="utf-8"))
SINCE = json.loads((KEPT / "since.json").read_text(encoding="utf-8"))
PUBLIC = json.loads((KEPT / "public_addresses.json").read_text(encoding="utf-8"))
OUTPUTS = json.loads((KEPT / "outputs.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def filled(bundled, tmp_path_factory) -> Path:
    """Return a copy of the kept store that also has the bundled city."""
    folder = shutil.copytree(KEPT / "store", tmp_path_factory.mktemp("kept") / "store")
    shutil.copytree(bundled / "puerto-albatros", folder / "puerto-albatros")
    return folder


@pytest.fixture
def kept(filled, serve_alone) -> None:
    """Let the project see the kept store and no other city."""
    serve_alone(filled)


@pytest.fixture
def own(store) -> Path:
    """Return a copy of the kept store for one test, which may change it."""
    return shutil.copytree(KEPT / "store", store)


def said(capsys, *arguments: str, status: int = 0):
    assert main([*arguments]) == status
    return json.loads(capsys.readouterr().out)


def near(found: object) -> object:
    """Return plain values with their numbers to nine digits: the last ones are the processor's."""
    if isinstance(found, dict):
        return {name: near(value) for name, value in found.items()}
    if isinstance(found, list):
        return [near(value) for value in found]
    return float(f"{found:.9g}") if isinstance(found, float) else found


@pytest.mark.parametrize("line", OUTPUTS)
def test_commands_say_the_same_of_the_kept_store(own, capsys, line):
    found, kept = said(capsys, *line.split()), SINCE.get(line, OUTPUTS[line])
    if isinstance(kept, dict):  # it may say more today, and nothing else
        found = {name: value for name, value in found.items() if name in kept}
    assert near(found) == near(kept)


def test_the_kept_store_rolls_back_and_forth(own, capsys):
    assert said(capsys, "totals", "villa-prueba", "--json")["victims"] == 260
    assert main(["rollback", "villa-prueba"]) == 0
    capsys.readouterr()
    assert said(capsys, "totals", "villa-prueba", "--json")["victims"] == 240
    assert main(["rollback", "villa-prueba", "2"]) == 0
    capsys.readouterr()
    assert said(capsys, "totals", "villa-prueba", "--json")["victims"] == 260


def test_the_kept_releases_are_whole_and_signed(own, capsys):
    assert said(capsys, "audit", str(KEPT / "releases" / "villa-norte"), "--json")["passed"]
    assert said(capsys, "audit", "verify", "--json")


@pytest.mark.parametrize("slug", ["villa-norte", "villa-sur"])
def test_a_change_to_a_kept_release_is_found(own, tmp_path, slug):
    folder = shutil.copytree(KEPT / "releases" / slug, tmp_path / slug)
    table = folder / "areas.csv"
    table.write_bytes(table.read_bytes().replace(b",ok,", b",zero,", 1))
    assert main(["audit", str(folder)]) == 1


def test_publishing_again_gives_the_same_bytes(own, tmp_path, capsys):
    assert main(["publish", "villa-norte", "--as-of", "2025-06-30", "--out", str(tmp_path / "again")]) == 0
    names = sorted(path.name for path in (KEPT / "releases" / "villa-norte").iterdir())
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == sorted([*names, "places.json"])  # streets and names, since then
    for name in (one for one in names if not one.endswith((".parquet", "release.json"))):  # these change with the library that writes them
        assert (tmp_path / "again" / name).read_bytes() == (KEPT / "releases" / "villa-norte" / name).read_bytes(), name
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0


FIRST = [address for address in ANSWERS if address.startswith("/?") and "el-salvador" not in address]


DATED = ("/change", "/people", "/trends")  # their title names a period of its own, so that below it no other one is named since
OF_TOTALS = ("/?city=el-salvador&lang=es", "/map?city=el-salvador&lang=en")


def without_another_period(before: dict, now: dict) -> dict:
    """Return an answer with the parts of its sentence that still stand: all but a period, and how many were killed in it."""
    parts = before["sentence"].split(" · ")
    left = [part for part in parts if part.lower() in now["sentence"].lower().split(" · ")]  # a line begins with a capital now
    assert 0 <= len(parts) - len(left) <= 2
    assert any("data to" in part or "datos hasta" in part for part in left) == (len(parts) > 1)
    return before | {"sentence": " · ".join(left)}


@pytest.mark.parametrize("address", OF_TOTALS)
def test_totals_tell_what_they_told(kept, address):
    """The first page of totals has tables now, and a map stands under its own year and not under that of all the data."""
    now = answer(address)
    before = without_another_period(ANSWERS[address], now) if address.startswith("/?") else SINCE.get(address, ANSWERS[address])
    assert now["metrics"] == before["metrics"]
    assert all(table in now["tables"] for table in before["tables"])
    assert address.startswith("/map") or figures(now | {"tables": []}) == figures(before | {"tables": []})


@pytest.mark.cases(3)
@pytest.mark.parametrize("address", [one for one in ANSWERS if one not in (*FIRST, *OF_TOTALS)])
def test_an_address_gives_the_kept_answer(kept, address):
    now, before = answer(address), SINCE.get(address, ANSWERS[address])
    assert figures(now) == figures(without_another_period(before, now) if address.startswith(DATED) else before)


@pytest.mark.cases(2)
@pytest.mark.parametrize("address", FIRST)
def test_the_first_page_tells_what_it_told(kept, address):
    """It is a panel beside a map now: the numbers stand elsewhere on it, and the rate of the last 12 months on the page Trends alone."""
    app, before = opened_at(address), ANSWERS[address]
    assert set(numbers_in(before["sentence"])) <= {number for one in app.caption for number in numbers_in(one.value)}
    assert numbers_in(app.header[0].value)[0] == numbers_in(before["title"])[0]
    count, _, low, high = SINCE.get(address, before)["metrics"]
    now = next(part.proto.body for part in app.get("html") if 'class="now"' in part.proto.body)
    assert {count, low, high} <= set(numbers_in(re.sub("<[^>]*>", " ", now)))


def changed(before: dict, now: dict) -> list[tuple[float, float]]:
    """Return the numbers of tables with as many as there were that are not what they were."""
    both = list(zip(before["tables"], now["tables"], strict=True))
    alike = [(old["numbers"], new["numbers"]) for old, new in both if old.get("count") == new.get("count")]
    pairs = [pair for old, new in alike if len(old) == len(new) for pair in zip(old, new, strict=True)]
    return [(float(old.replace(",", "")), float(new.replace(",", ""))) for old, new in pairs if old != new]


@pytest.mark.parametrize(
    "address", [one for one in SINCE if one.startswith(("/map", "/compare", "/data", "/methods", "/people", "/priorities"))]
)
def test_what_has_changed_since_was_meant_to(address):
    """Rates leave out who was killed where no residents are known (4 of 2,532), and shrunk ones take those killed together for one event;
    the page Data tells one more finding; a hot spot names its beats; intervals are wider, as people killed together are one event, also
    of totals, where it is assumed how many are.
    """
    before, now = ANSWERS[address], SINCE[address]
    if address.startswith("/methods"):  # its first lines are folded away
        assert before | {"sentence": ""} == now | {"sentence": ""}
        return
    if address.startswith("/people"):  # the years that a range goes by, and how far it goes
        assert figures(before | {"tables": []}) == figures(now | {"tables": []})
        pairs = [(old["numbers"], new["numbers"]) for old, new in zip(before["tables"], now["tables"], strict=True)]
        assert all(len(old) == len(new) for old, new in pairs)
        assert all(sum(a == b for a, b in zip(old, new, strict=True)) * 3 >= len(old) for old, new in pairs)
        return
    if "measure=density" in address:  # its bandwidth is that of likelihood: other densities, and more of them unstable; nothing else
        assert figures(before | {"tables": []}) == figures(now | {"tables": []})
        old, new = (Counter(one for one in told["tables"][0]["numbers"] if "." not in one) for told in (before, now))
        assert set(new - old) == {"20"}  # "fewer than 20 events"
        assert not old - new
        return
    if "measure=shrunk_rate" in address:  # it leads to the rate of a model of the whole map: other numbers for the same places, and ends
        assert figures(before | {"tables": []}) == figures(now | {"tables": []})
        assert [one["rows"] for one in before["tables"]] == [one["rows"] for one in now["tables"]]
        return
    if "measure=hot_spot" in address or address.startswith("/priorities"):  # it names its beats; there are more columns
        old, new = (Counter(one["tables"][0]["numbers"]) for one in (before, now))
        assert old <= new
        assert figures(before | {"tables": before["tables"][1:]}) == figures(now | {"tables": now["tables"][1:]})
        return
    assert before["metrics"] == now["metrics"]
    if address.startswith("/data"):
        assert before["tables"][0] == now["tables"][0]
        return
    assert [(one["rows"], one.get("count")) for one in before["tables"]] == [(one["rows"], one.get("count")) for one in now["tables"]]
    assert figures(before) != figures(now)
    assert all(new == pytest.approx(old, rel=0.45, abs=0.1) for old, new in changed(before, now))


# Numbers in the names of the sources of El Salvador's years: of documents, pages and dates.
OF_SOURCES = {"162630", "7957052", "1", "20170213", "-0072", "12", "20180615", "2015", "2019", "3,340", "194", "2025"}


@pytest.mark.parametrize("address", [one for one in SINCE if one.startswith(("/?", "/trends", "/change", "/city"))])
def test_ranges_and_intervals_have_changed_since_and_nothing_else(address):
    """A normal range goes by how far a year lies from the one before, and by no year that was counted in another way; public intervals are
    wider, as people are killed together; and Trends has the months to come of each district and beat, after the year so far.
    """
    before, now = {**ANSWERS, **PUBLIC}[address], SINCE[address]
    more = len(now["tables"]) - len(before["tables"])
    assert more in ((0, 2) if address.startswith("/trends") else (0,))
    now = now | {"tables": now["tables"][:2] + now["tables"][2 + more :]}
    assert before["metrics"][:1] == now["metrics"][:1]
    assert [one["rows"] for one in before["tables"]] == [one["rows"] for one in now["tables"]]
    if address.startswith("/trends?city=el-salvador"):  # the sources of its years are told once, below the table, which has their ranges
        pairs = [(Counter(old["numbers"]), Counter(new["numbers"])) for old, new in zip(before["tables"], now["tables"], strict=True)]
        assert all(set(old - new) <= OF_SOURCES for old, new in pairs)
        ranges = 2 * len([*range(1998, 2012), 2015, 2016])  # none of women alone
        assert sum((new - old).total() for old, new in pairs) == (0 if "sex=female" in address else ranges)
        return
    assert all(abs(new - old) <= max(8, 0.6 * old) for old, new in changed(before, now))


@pytest.mark.parametrize("address", [one for one in SINCE if one.startswith("/repeats")])
def test_surges_have_become_alerts_and_nothing_else_has_changed(address):
    """Alerts stand in their place, of the same districts and of the treated areas of the log too."""
    before, now = ANSWERS[address], SINCE[address]
    assert (before["metrics"], len(before["tables"])) == (now["metrics"], len(now["tables"]))
    other = [(old, new) for old, new in zip(before["tables"], now["tables"], strict=True) if old != new]
    assert len(other) == 1
    assert [old["rows"] + 1 for old, _ in other] == [new["rows"] for _, new in other]  # each of these cities has one such area


def test_a_command_says_another_normal_range_or_a_wider_interval_and_nothing_else():
    for line in (one for one in SINCE if one.startswith("totals")):
        before, now = OUTPUTS[line], SINCE[line]
        assert near(before | {"rate_low": 0, "rate_high": 0}) == near(now | {"rate_low": 0, "rate_high": 0})
        assert 0.98 * before["rate_low"] < now["rate_low"] < before["rate_low"]
        assert before["rate_high"] < now["rate_high"] < 1.02 * before["rate_high"]
    for line in (one for one in SINCE if not one.startswith(("/", "totals"))):
        before, now = OUTPUTS[line]["periods"], SINCE[line]["periods"]
        for span, told in before.items():
            usual = [one[span]["usual"] for one in (before, now)]
            assert near(told | {"usual": None}) == near(now[span] | {"usual": None})
            assert abs(usual[1]["low"] - usual[0]["low"]) <= 12  # how far places swing anywhere: .12, and .17 since
            assert abs(usual[1]["high"] - usual[0]["high"]) <= 15


def in_the_old_words(rows: pd.DataFrame, *, by_rate: bool) -> pd.DataFrame:
    """Return a table of the public edition as it stood before its map and its words became those of the page without a server.

    A number held back read "no se publica"; a last column of the map's table said again that a number is under 10, or, on a map of
    rates, that one is uncertain.
    """
    told = rows.map(lambda cell: "no se publica" if cell in ("10 o más, sin mostrar", "10 or more, not shown") else cell)
    if rows.columns[0] not in ("Código", "Code"):
        return told
    few, unsure = (rows.iloc[:, at].str.contains(text) for at, text in ((2, "menos de 10|fewer than 10"), (3, "incierta|uncertain")))
    return told.assign(note=np.select([few, unsure & by_rate], ["menos de 10", "De 10 a 19 personas asesinadas: la tasa es incierta"], ""))


@pytest.mark.cases(7)
@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_edition_gives_the_kept_answer(monkeypatch, address):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(KEPT / "releases"))
    monkeypatch.setattr("answers.table", lambda rows: table(in_the_old_words(rows, by_rate="villa-norte" in address)))
    assert figures(answer(address)) == figures(SINCE.get(address, PUBLIC[address]))
