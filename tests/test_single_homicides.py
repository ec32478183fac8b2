"""Single homicides: page, file and command list the same, and it is what the raw file says; filters by hour and weekday."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from opened import asked, open_page, text
from printed import unlabelled

from hotspots import cities
from hotspots.cli.main import main
from hotspots.dashboard.restricted.parts import maps
from hotspots.drawing import exports
from hotspots.questions.restricted import Asked, cases
from hotspots.statistics import victims
from hotspots.statistics.repeats import close_by
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection, read_query
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "data/cities/puerto-albatros/raw/homicides.csv"
DISTRICT = "El Malecón"


def of(city: str, **query: str) -> Asked:
    selection, strange = read_query({"city": city, **query})
    assert strange == ()
    return Asked.of(selection)


@pytest.fixture
def albatros(bundled, unchanged) -> str:
    unchanged(bundled)
    return "puerto-albatros"


def raw() -> pd.DataFrame:
    """Return the file as it came; without rows that stand there twice; a day that does not exist is none."""
    return (
        pd.read_csv(RAW, dtype=str)
        .drop_duplicates()
        .assign(day=lambda table: pd.to_datetime(table["fecha"], format="%d/%m/%Y", errors="coerce"))
    )


@pytest.mark.parametrize("days", [7, 28, 365])
def test_the_newest_cases_are_those_of_the_raw_file(albatros, days):
    table, answer = raw(), of(albatros).ask(cases.cases, days=days)
    end = answer.value.days.end
    inside = table[(table["day"] >= end - pd.Timedelta(days=days)) & (table["day"] < end)]
    assert answer.n == len(answer.table()) == len(inside) > 0
    assert sorted(answer.table()["date"].astype(str)) == sorted(inside["day"].astype(str))
    assert answer.value.unsolved == inside["estado"].str.upper().str.startswith("EN INVESTIGACI").sum()


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    "query", [{}, {"place": f"district:{DISTRICT}"}, {"status": "open", "span": "365"}, {"span": "all", "hour": "20-23"}]
)
def test_page_file_and_command_list_the_same(albatros, capsys, query):
    asked_of = of(albatros, **query)
    days = cases.days_of(asked_of, query.get("span", "28"))
    answer = asked_of.ask(cases.cases, days=days)
    words = ["--place", query["place"]] if "place" in query else []
    words += [part for name in ("status", "hour") if name in query for part in ("--where", f"{name}={query[name]}")]
    assert main(["cases", albatros, "--days", str(days), "--csv", *words]) == 0
    out = capsys.readouterr()
    assert unlabelled(out.out) == exports.csv(answer.table())
    assert "never to be published" in out.err
    assert set(pd.read_csv(io.StringIO(out.out))["restricted"]) <= {"not for publication"}
    app = open_page("cases", lang="en", city=albatros, **query)
    assert not app.exception
    assert not app.error
    assert answer.sentence(words_for("en")) in app.title[0].value
    shown = app.dataframe[0].value
    assert len(shown) == answer.n
    assert shown["Date"].str[:10].tolist() == answer.table()["date"].astype(str).tolist()
    assert "Restricted: not for publication." in text(app)


def test_the_command_says_it_in_text_and_json(albatros, capsys):
    assert main(["cases", albatros, "--days", "28", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["restricted"]
    assert main(["cases", albatros, "--days", "28"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(told["cases"]) == len(lines) - 1 > 0
    assert main(["cases", albatros, "--days", "-1"]) == 1
    assert main(["cases", "el-salvador"]) == 1


def test_what_is_near_is_found_pair_by_pair(albatros):
    study = of(albatros, unit="blocks").study
    found = close_by(study, metres=200, days=14)
    rows = study.rows[study.rows["unplaced"] == ""].sort_values("date", kind="stable").drop_duplicates("event_id")
    x, y = rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy()
    day = rows["date"].dt.normalize().to_numpy()
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= 200
    soon = np.abs((day[:, None] - day) / np.timedelta64(1, "D")) <= 14
    pairs = near & soon & ~np.eye(len(rows), dtype=bool)
    assert len(found) == pairs.sum() > 0
    assert found.groupby("event").size().to_dict() == {event: n for event, n in zip(rows["event_id"], pairs.sum(axis=1), strict=True) if n}
    answer = of(albatros).ask(cases.cases, days=0)
    listed = answer.value.table.drop_duplicates("event").set_index("event")["near"].dropna()
    assert (listed.loc[rows["event_id"]].to_numpy(dtype=int) == pairs.sum(axis=1)).all()


def test_a_dot_for_each_homicide_with_a_place(albatros):
    from hotspots.dashboard.restricted.chosen import Chosen

    chosen = Chosen(Selection(city=albatros, version=cities.load(albatros).version, unit="blocks"), words_for("en"), cities.load(albatros))
    answer = chosen.ask(cases.cases, days=365)
    dots, table = maps.dots(chosen), answer.value.table
    placed = table[table["x"].notna()]
    assert len(dots) == len(placed) < len(table)
    assert sum(dot.newest for dot in dots) == (placed["date"] >= answer.value.days.end - pd.Timedelta(days=28)).sum() > 0
    west, south, east, north = cities.load(albatros).blocks.to_crs(4326).total_bounds
    assert all(west < dot.lon < east and south < dot.lat < north for dot in dots)


@pytest.mark.parametrize(("hours", "weekdays"), [("20-23", "fri,sat"), ("0-3,20-23", "sun"), ("unknown", "mon")])
def test_hours_and_weekdays_keep_what_the_raw_file_has(albatros, hours, weekdays):
    study = of(albatros, hour=hours, weekday=weekdays).study
    rows = of(albatros).study.rows
    bands = [band.split("-") for band in hours.split(",") if band != "unknown"]
    keep = rows["hour"].isna() if hours == "unknown" else pd.Series(False, index=rows.index)
    for first, last in bands:
        keep |= rows["hour"].isin(range(int(first), int(last) + 1))
    keep &= rows["date"].dt.day_name().str[:3].str.lower().isin(weekdays.split(","))
    assert study.victims == keep.sum() > 0


@pytest.mark.walk
def test_every_hour_and_day_is_in_one_band(albatros):
    study = of(albatros).study
    for name in ("hour", "weekday", "status"):
        counts = victims.by(study, name)
        assert counts.sum() == study.victims
        for value, n in counts.items():
            assert of(albatros, **{name: str(value)}).study.victims == n


@pytest.mark.parametrize(("name", "value"), [("hour", "23-2"), ("hour", "20-24"), ("hour", "x"), ("weekday", "friday")])
def test_what_is_no_hour_or_day_is_refused(albatros, name, value):
    assert read_query({name: value})[1] == (name,)
    with pytest.raises(DataError, match="use "):
        Selection(city=albatros, where=((name, (value,)),)).study(cities.load(albatros))


def test_the_page_says_where_there_are_only_totals(albatros):
    app = open_page("cases", lang="en", city="el-salvador")
    assert not app.exception
    assert "not available" in text(app)


def test_open_cases_are_a_switch(albatros):
    app = open_page("cases", lang="en", city=albatros, span="365")
    app.toggle(key="choice_open_cases").set_value(True).run()
    assert asked(app)["status"] == "open"
    assert set(app.dataframe[0].value["Case"]) == {"Open"}
