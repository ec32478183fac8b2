"""One study, one number, on the pages of a meeting: sentence, table, chart, map, file and command say what plain pandas counts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from opened import forget, text
from printed import unlabelled
from real_cities import philadelphia_toml
from seen import DAY, flags, passing, period, plain_rows, rows_of, watch, within
from villa_prueba import write_small_city

from hotspots import cities
from hotspots.cities import logbook
from hotspots.cities.logbook import Entry
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
CITY = "puerto-albatros"
WHERES = [
    {},
    {"weapon": "firearm", "from": "2018-01-01", "lang": "es"},
    {"weapon": "blade,blunt", "sex": "female", "unit": "beats"},
    {"age": "15-29", "from": "2019-03-01", "to": "2024-03-01", "unit": "beats", "lang": "es"},
    {"category": "group", "to": "2022-07-01", "unit": "districts"},
]
VILLA = [{"city": "villa-prueba"}, {"city": "villa-prueba", "weapon": "firearm", "unit": "districts", "to": "2020-07-01", "lang": "es"}]
REAL = [{"city": "philadelphia", "sex": "female", "lang": "es"}]
QUERIES = [*({"city": CITY, **one} for one in WHERES), *VILLA, *REAL]
if TORTURE:
    QUERIES += [{"city": CITY, **one, **two} for one in WHERES for two in WHERES if one and two and one != two]


def told(query):
    """Return an address as the name of a test."""
    return ";".join(f"{name}={value}" for name, value in query.items())


def grid(page: int):
    """Return the choices to try on a page: some of them in a normal run, others on each page; all of them in a torture run."""
    at = [page % 5, (page + 2) % 5, 5 + page % 2, *([7] if page in (1, 5, 7) else [])]
    kept = QUERIES if TORTURE else [QUERIES[n] for n in at]
    real = {"city=philadelphia": [pytest.mark.real_data]}
    return pytest.mark.parametrize("query", [pytest.param(one, id=told(one), marks=real.get(told(one)[:17], [])) for one in kept])


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return tmp_path_factory.mktemp("agree") / "store"


@pytest.fixture(scope="module")
def opened_cities():
    return {}


@pytest.fixture
def city_of(published, bundled, opened_cities, monkeypatch, tmp_path, request):
    """Return a way to open a city, imported once for the whole grid."""
    monkeypatch.setenv("HOTSPOTS_STORE", str(published))
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))

    def load(slug):
        if slug not in opened_cities:
            forget()
            if slug == "villa-prueba":
                folder = write_small_city(tmp_path / slug)
            if slug == "philadelphia":
                folder = tmp_path / slug
                folder.mkdir()
                (folder / "city.toml").write_text(philadelphia_toml(request.getfixturevalue("real_data")), encoding="utf-8")
            if slug == CITY:
                shutil.copytree(bundled / slug, published / slug)
            city = cities.load(slug) if slug == CITY else cities.import_folder(folder)
            opened_cities[slug] = city, plain_rows(city)
        return opened_cities[slug]

    return load


@pytest.fixture
def see(monkeypatch):
    return watch(monkeypatch)


def place_column(city, unit):
    return {"districts": "district", "beats": "beat", "blocks": "block"}[unit]


def events(rows):
    """Return one row for each event in each block."""
    return rows.drop_duplicates(["event_id", "block"])


@pytest.mark.cases(1)
@grid(0)
def test_change(city_of, see, printed, query):
    lag = "14" if "to" in query or query["city"] == "philadelphia" else "0"
    city, rows = city_of(query["city"])
    seen = see("change", **{"lang": "en", **query, "span": "365", "lag": lag})
    words = words_for(query.get("lang", "en"))
    until = period(city, query)[1] - int(lag) * DAY
    rows = passing(rows, query)
    file = seen.file("download_change", dtype={"place": str}, keep_default_na=True)
    there = [unit for unit in ("districts", "beats") if unit[:-1] in city.blocks.columns] or ["blocks"]
    unit = query.get("unit", "") if query.get("unit") in there else there[0]
    column, starts = place_column(city, unit), {"7": until - 7 * DAY, "28": until - 28 * DAY, "365": until - 365 * DAY}
    starts["ytd"] = pd.Timestamp((until - DAY).year, 1, 1)
    for span, start in starts.items():
        own = file[file["period"] == span].set_index("place")
        now = within(rows, start, until)
        shifts = [pd.DateOffset(years=years) for years in (1, 2, 3)]
        before = [within(rows, start - one, (until - DAY) - one + DAY) for one in shifts if start - one >= city.start]
        assert own["count"].iloc[:-2].sum() == now[column].notna().sum()
        assert own.loc["(no place)", "count"] == now[column].isna().sum()
        assert own.loc["(whole city)", "count"] == len(now)
        assert own.loc["(whole city)", "last_year"] == len(before[0])
        assert own.loc["(whole city)", "base"] == sum(map(len, before))
        if "name" not in city.blocks.columns or unit != "blocks":
            counted = now[column].value_counts().reindex(own.index[:-2], fill_value=0)
            assert own["count"].iloc[:-2].tolist() == counted.tolist()
    whole = seen.table(words.say("Period"))
    chosen = file[file["period"] == "365"].set_index("place")
    places = seen.table(words.say("Place"), words.say("Difference from the mean"))
    row = chosen.loc["(whole city)"]
    assert words.number(row["count"]) in seen.app.title[0].value.split()
    assert whole[words.say("People killed")].iloc[3] == words.number(row["count"])
    assert whole[words.say("Last year")].iloc[3] == words.number(row["last_year"])
    together = (file.set_index("place").loc["(whole city)", ["count", "events"]].diff(axis=1)["events"] != 0).any()
    alone = f"{words.number(row['low'])}–{words.number(row['high'])}"
    assert whole[words.say("By chance alone (events)") if together else words.say("By chance alone")].iloc[3] == alone
    assert (words.say("Events") in whole) == together
    if together:
        assert whole[words.say("Events")].iloc[3] == words.number(row["events"])
    swings = f"{words.number(row['swings_low'])}–{words.number(row['swings_high'])}"
    of_events = words.say("{range} events", range=alone) if row["events"] != row["count"] else alone
    assert whole[words.say("Normal range")].iloc[3] == (of_events if pd.isna(row["swings_low"]) else swings)
    by_name = places.set_index(words.say("Place")).iloc[:-2]
    counts = by_name.iloc[:, 0]
    assert counts.sum() == chosen["count"].iloc[:-2].sum()
    assert counts.loc[chosen.index[:-2]].tolist() == chosen["count"].iloc[:-2].tolist()
    means = by_name.loc[chosen.index[:-2]]
    assert [words.number(one, 1) for one in chosen["expected"].iloc[:-2]] == means.iloc[
        :, list(by_name.columns).index(words.say("Difference from the mean")) - 1
    ].tolist()
    drawn = dict(zip(seen.maps["change_map"].names, seen.maps["change_map"].tips[0].texts, strict=True))
    assert {name: int(re.sub(r"\D", "", drawn[name])) for name in chosen.index[:-2]} == chosen["count"].iloc[:-2].astype(int).to_dict()
    asked = [*flags({**query, "unit": unit}, dates=False), "--as-of", str((period(city, query)[1] - DAY).date()), "--lag", lag]
    assert unlabelled(printed("change", query["city"], *asked, "--csv")) == unlabelled(seen.text("download_change"))


FIELDS = {"age": "0-14|15-29|30-44|45-59|60+|unknown", "sex": None, "weapon": None, "category": None, "status": None}


def valued(rows, name):
    """Return the value of each victim under which the page counts it."""
    if name != "age":
        return rows[name]
    bands = pd.cut(rows["age"], [0, 15, 30, 45, 60, 200], right=False, labels=["0-14", "15-29", "30-44", "45-59", "60+"])
    return bands.astype(object).fillna("unknown")


@pytest.mark.cases(1)
@grid(1)
def test_who_was_killed(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    seen = see("people", **{"lang": "en", **query})
    words = words_for(query.get("lang", "en"))
    start, end = period(city, query)
    known = passing(rows, query)
    all_days = within(known, start, end)
    first = start if end <= start + pd.DateOffset(years=1) else end - 365 * DAY
    now = within(known, first, end)
    shifts = [pd.DateOffset(years=years) for years in (1, 2, 3)]
    before = [within(known, first - one, (end - DAY) - one + DAY) for one in shifts if first - one >= city.start]
    file, years = seen.file("download_people"), seen.file("download_people_by_year")
    assert unlabelled(printed("table", query["city"], "people", *flags(query))) == unlabelled(seen.text("download_people"))
    assert unlabelled(printed("table", query["city"], "people-by-year", *flags(query))) == unlabelled(seen.text("download_people_by_year"))
    there = [name for name in FIELDS if name in rows.columns]
    assert file["field"].unique().tolist() == there
    charts = [one for one in seen.charts if "beside" in rows_of(one).columns]
    tables = [one.value for one in seen.app.dataframe if words.say("Share then") in one.value.columns]
    for name, chart, table in zip(there, map(rows_of, charts), tables, strict=True):
        own = file[file["field"] == name].set_index("value")
        assert own["count"].to_dict() == valued(now, name).value_counts().reindex(own.index, fill_value=0).to_dict()
        assert own["base"].sum() == sum(map(len, before))
        assert chart["count"].tolist() == own["count"].tolist() == table[words.say("People killed")].tolist()
        assert [words.number(one, 1) for one in own["expected"]] == table.iloc[:, 3].tolist()
        assert [f"{words.number(row.low)}–{words.number(row.high)}" for row in own.itertuples()] == table.iloc[:, 5].tolist()
        shown = years[years["field"] == name].pivot_table(index="year", columns="value", values="count", aggfunc="sum", sort=False)
        counted = pd.crosstab(all_days["date"].dt.year, valued(all_days, name)).reindex(
            index=shown.index, columns=shown.columns, fill_value=0
        )
        assert (shown.to_numpy() == counted.to_numpy()).all()
        assert shown.to_numpy().sum() == len(all_days)
    stacked = [one for one in map(rows_of, seen.charts) if {"order", "share", "value"} <= set(one.columns)]
    for name, chart in zip(there, stacked, strict=True):
        by_year = years[years["field"] == name].groupby("year")["count"].sum()
        drawn = chart.groupby("year")["count"].sum()
        assert {year: n for year, n in drawn.items() if n} == {str(year): n for year, n in by_year.items() if n >= 10}
    if {"age", "sex"} <= set(there):
        crossed = seen.file("download_restricted_age_and_sex").set_index("age").drop(columns="about")
        assert crossed.to_numpy().sum() == len(all_days) == seen.table(words.say("Total"))[words.say("Total")].sum()
        assert crossed.loc["15-29", "male"] == ((valued(all_days, "age") == "15-29") & (all_days["sex"] == "male")).sum()
    if "weapon" in there:
        assert f" {words.number((now['weapon'] == 'firearm').sum())} " in seen.app.title[0].value
        known_weapon = all_days[all_days["weapon"] != "unknown"]
        told_share = seen.table(words.say("Weapon known"))
        assert told_share[words.say("Weapon known")].sum() == len(known_weapon)
        assert told_share[words.say("With a firearm")].sum() == (known_weapon["weapon"] == "firearm").sum()
    if "status" in there and "district" in city.blocks.columns:
        file, table = seen.file("download_districts_cleared"), seen.table(words.say("Share cleared (95%)"))
        counted = pd.crosstab(all_days["district"], all_days["status"] == "cleared")
        solved = counted[True] if True in counted.columns else counted.sum(axis=1) * 0
        assert file["cleared"].tolist() == table[words.say("Cleared")].tolist() == solved.reindex(file["place"], fill_value=0).tolist()
        assert file["n"].sum() == table[words.say("People killed")].sum() == all_days["district"].notna().sum()


@pytest.mark.walk
@grid(2)
def test_near_repeats(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    seen = see("repeats", **{"lang": "en", **query, "near": "400", "within": "28"})
    words = words_for(query.get("lang", "en"))
    start, end = period(city, query)
    rows = within(passing(rows, query), start, end).sort_values("date", kind="stable")
    placed = rows[rows["unplaced"] == ""]
    one_each = placed.drop_duplicates("event_id")
    killed = rows.groupby("event_id").size()
    if len(one_each) < 20:
        assert seen.made == {}
        assert seen.app.info
        return
    day = one_each["date"].dt.normalize()
    still = one_each[day >= end - 29 * DAY]
    title = words.count("{n} window open on {day}", "{n} windows open on {day}", len(still), day=words.date((end - DAY).date()))
    assert title in [one.value for one in seen.app.header]
    arguments = [
        "repeats",
        query["city"],
        *flags({k: v for k, v in query.items() if k != "unit"}),
        "--metres",
        "400",
        "--days",
        "28",
        "--csv",
    ]
    if len(still):
        windows = seen.file("download_restricted_open_windows")
        table = seen.table(words.say("Other killings in this window"))
        assert len(windows) == len(table) == len(seen.maps["windows_map"].ids) == len(still)
        assert windows["killed"].sum() == killed[still["event_id"]].sum()
        assert [words.number(n) for n in windows["killed"]] == table[words.say("People killed")].tolist()
        assert [words.number(n) for n in windows["overlaps"]] == table[words.say("Other killings in this window")].tolist()
        assert unlabelled(printed(*arguments, "windows")) == unlabelled(seen.text("download_restricted_open_windows"))
    days = day.to_numpy().astype("datetime64[D]").astype(int)
    points = one_each[["x", "y"]].to_numpy()
    first, second = np.triu_indices(len(points), 1)
    gap = np.sqrt(((points[first] - points[second]) ** 2).sum(axis=1))
    apart = np.abs(days[first] - days[second])
    assert f" {words.number(((gap <= 400) & (apart <= 28)).sum())} " in text(seen.app)
    bands = seen.file("download_restricted_near_repeats")
    shown = next(one.value for one in seen.app.dataframe if words.say("the same place") in one.value.index)
    for row, cell in zip(bands.itertuples(), shown.to_numpy().ravel(), strict=True):
        near = (gap == 0) if row.metres_to == 0 else (gap > 0) & (gap >= row.metres_from) & (gap < row.metres_to)
        assert row.observed == (near & (apart >= row.days_from) & (apart < row.days_to)).sum()
        assert f"({words.number(row.observed)}; " in cell
    assert unlabelled(printed(*arguments, "bands")) == unlabelled(seen.text("download_restricted_near_repeats"))
    if "download_restricted_alerts" in seen.made:
        by_beats = ["--unit", "beats"] * (query.get("unit") == "beats")
        for word in ("alerts", "surges"):  # the second is what older command lines say
            told = unlabelled(printed(*arguments, word, *by_beats))
            assert told == unlabelled(seen.text("download_restricted_alerts"))
        alerts, table = seen.file("download_restricted_alerts"), seen.table(words.say("Events a week, usually"))
        assert [words.number(n, 2) for n in alerts["usual"]] == table[words.say("Events a week, usually")].tolist()


@pytest.mark.walk
@grid(3)
def test_priorities(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    unit = query.get("unit", "blocks")
    seen = see("priorities", **{"lang": "en", **query})
    words = words_for(query.get("lang", "en"))
    start, end = period(city, query)
    kept = {name: value for name, value in query.items() if name not in ("sex", "age")}
    rows = within(passing(rows, kept), start, end)
    column = place_column(city, unit)
    arguments = ["priorities", query["city"], *flags(kept), "--csv"]
    if "download_" + unit + "_priorities" not in seen.made:
        assert printed(*arguments, "places").splitlines()[1].startswith(",,,")  # no place, the label alone
        return
    file = seen.file(f"download_{unit}_priorities", dtype={"id": str})
    table = seen.table(words.say("In all"))
    counted = rows.drop_duplicates(["event_id", column])[column].value_counts()
    late = within(rows, end - pd.DateOffset(years=1), end).drop_duplicates(["event_id", column])[column].value_counts()
    assert file["events"].tolist() == table[words.say("In all")].tolist() == counted.reindex(file["id"]).tolist()
    recent = words.say("12 months")
    assert file["last_year"].tolist() == table[recent].tolist() == late.reindex(file["id"], fill_value=0).tolist()
    assert (file["area"] / 1e4).round(2).tolist() == table[words.say("Hectares")].tolist()
    assert f"{words.number(len(file))} " in text(seen.app)
    assert unlabelled(printed(*arguments, "places")) == unlabelled(seen.text(f"download_{unit}_priorities"))
    if "first_places" in seen.maps:
        drawn = seen.maps["first_places"]
        listed = [name for name, tip, state in zip(drawn.ids, drawn.classes, drawn.states, strict=True) if tip >= 0]
        assert set(file["id"]) <= set(listed)
    if f"download_{unit}_priorities_tests" in seen.made:
        tests = seen.file(f"download_{unit}_priorities_tests")
        shown = seen.table("PAI", "PEI")
        hits = {f"{words.number(row.hits, 1)} / {words.number(row.events)}" for row in tests.itertuples()}
        assert hits == set(shown[words.say("Homicides caught")])
        assert unlabelled(printed(*arguments, "tests")) == unlabelled(seen.text(f"download_{unit}_priorities_tests"))


def in_areas(rows, areas):
    """Return which rows lie in areas as the log names them: blocks by their id, beats and districts by what they are."""
    found = rows["block"].isin(areas)
    for area in areas:
        kind, _, name = area.partition(":")
        found |= rows[kind] == name if kind in ("beat", "district") else False
    return found


@pytest.mark.walk
@grid(4)
def test_interventions(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    if not logbook.read(city.slug, city.notes).entries:
        treated = tuple(rows["block"].value_counts().index[:6])
        some = Entry("", {"en": "A trial"}, pd.Timestamp("2016-06-01"), treated=treated)
        logbook.add(city.slug, some, blocks=city.blocks, notes=city.notes)
    entry = logbook.read(city.slug, city.notes).entries[0]
    seen = see("interventions", **{"lang": "en", **query})
    words = words_for(query.get("lang", "en"))
    start, end = period(city, query)
    rows = within(passing(rows, query), start, end)
    if "series_intervention.csv" in seen.made:
        the_series_agrees(seen, entry, rows, words)
        treated = rows[in_areas(rows, entry.treated)].drop_duplicates(["event_id", "block"])
        before = within(treated, start, entry.start.to_period("M").start_time)
        areas = seen.table(words.say("Areas"), words.say("Before"))
        assert areas[words.say("Before")].iloc[0].startswith(words.number(len(before)) + " (")
    if "download_evaluation" in seen.made:
        arguments = ["evaluate", query["city"], entry.id, *flags({k: v for k, v in query.items() if k != "unit"}), "--csv"]
        assert unlabelled(printed(*arguments)) == unlabelled(seen.text("download_evaluation"))
        the_designs_agree(seen, words)
    target, shown = seen.file("download_target").set_index("place"), seen.table(words.say("A year now"))
    if start <= end - pd.DateOffset(years=3):
        assert target.loc["all", "base"] == pytest.approx(len(within(rows, end - pd.DateOffset(years=3), end)) / 3)
    assert shown[words.say("A year now")].iloc[-1] == pytest.approx(target.loc["all", "base"])
    base = round(target.loc["all", "base"], 1)
    assert f" {words.number(base, 1 if base % 1 else 0)} " in text(seen.app)


def the_series_agrees(seen, entry, rows, words):
    """Hold the chart, the table and the file of the series against the events of these areas."""
    series, chart = seen.file("series_intervention.csv"), seen.chart("count", "mean", "label")
    table = seen.table(words.say("Mean of this side")).iloc[::-1]
    assert series["count"].tolist() == chart["count"].tolist() == table[words.say("These areas")].tolist()
    assert series["mean"].tolist() == chart["mean"].tolist() == table[words.say("Mean of this side")].tolist()
    first = [pd.Timestamp(one) for one in series["start"]]
    months = 3 if len(first) > 1 and (first[1] - first[0]).days > 31 else 1
    for name, areas in (("count", entry.treated), ("comparison", entry.comparison)):
        here = rows[in_areas(rows, areas)].drop_duplicates(["event_id", "block"])
        counted = [len(within(here, one, one + pd.DateOffset(months=months))) for one in first]
        assert counted == (series[name].tolist() if name in series.columns else [0] * len(first))
    assert seen.bytes("series_intervention.png").startswith(b"\x89PNG")


def the_designs_agree(seen, words):
    """Hold the effects in the table against those in the file."""
    designs, shown = seen.file("download_evaluation"), seen.table(words.say("Design, and what it assumes"))
    for row, effect in zip(designs.itertuples(), shown[words.say("Effect")], strict=True):
        if pd.notna(row.not_evaluable):
            assert effect.startswith(words.say("not evaluable: {reason}", reason=""))
        else:
            size = 100 * (row.value - 1) if row.kind == "ratio" else row.value
            assert words.number(abs(size)) in effect


@pytest.mark.cases(1)
@grid(5)
def test_compare(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    unit = query.get("unit", "blocks")
    seen = see("compare", **{"lang": "en", **query})
    words = words_for(query.get("lang", "en"))
    rows = within(passing(rows, query), *period(city, query))
    file = seen.file(f"download_{unit}_compare", dtype={"id": str, "place": str})
    assert unlabelled(printed("table", query["city"], "compare", *flags(query))) == unlabelled(seen.text(f"download_{unit}_compare"))
    people = city.blocks.groupby(city.blocks.index if unit == "blocks" else city.blocks[unit[:-1]])["population"].sum()
    unknown = city.blocks.index[city.blocks["population"].isna()]
    counted = rows.loc[~rows["block"].isin(unknown), place_column(city, unit)].value_counts()  # killed where residents are known
    known = file.set_index("id")
    assert known["count"].tolist() == counted.reindex(known.index, fill_value=0).tolist()
    expected = known["count"].sum() * people.reindex(known.index) / people.reindex(known.index).sum()
    assert known["expected"].to_numpy() == pytest.approx(expected.to_numpy())
    table = seen.table(words.say("Beside chance"))
    drawn = rows_of(seen.charts[0])
    whole = text(seen.app)
    assert words.count("{n} person killed", "{n} people killed", len(rows)) in whole
    for name, column in (("count", words.say("People killed")),):
        assert sorted(table[column]) == sorted(known[name])
    assert drawn["killed"].tolist() == [words.number(n) for n in known["count"]]
    assert drawn["y"].to_numpy() == pytest.approx(known["rate"].to_numpy())
    assert drawn["verdict"].tolist() == known["verdict"].tolist()
    by_place = table.set_index(words.say("Place"))[words.say("Per 100,000 residents a year")]
    if by_place.index.is_unique:
        assert by_place[known["place"]].tolist() == known["rate"].round(1).tolist()
    above = (known["verdict"] == "above").sum()
    assert above == 0 or re.search(rf"\b{above}\b", seen.app.title[0].value)


@pytest.mark.cases(1)
@grid(6)
def test_concentration(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    unit = query.get("unit", "blocks")
    seen = see("concentration", **{"lang": "en", **query})
    words = words_for(query.get("lang", "en"))
    rows = within(passing(rows, query), *period(city, query))
    file = seen.file(f"download_{unit}_concentration")
    assert unlabelled(printed("table", query["city"], "concentration", *flags(query))) == unlabelled(
        seen.text(f"download_{unit}_concentration")
    )
    drawn = seen.chart("chance", "held")
    counted = rows[place_column(city, unit)].value_counts()
    share = counted.cumsum() / counted.sum()
    observed = file.set_index("places")["observed"]
    for places in (1, 2, 3, 5, 10, 20, len(counted)):
        if places in observed.index and places <= len(share):
            assert observed[places] == pytest.approx(share.iloc[places - 1])
    for ours, theirs in (("observed", "y"), ("expected", "chance"), ("low", "low"), ("high", "high"), ("unit_share", "x")):
        assert file[ours].to_numpy() == pytest.approx(drawn[theirs].to_numpy())
    parts = seen.table(words.say("Share of homicides"), words.say("Places"), words.say("By chance alone")).iloc[1]
    half = int((share < 0.5 - 1e-12).sum()) + 1
    assert parts[words.say("Places")] == words.number(half)
    assert words.number(len(rows[place_column(city, unit)].dropna())) in text(seen.app)


@pytest.mark.cases(1)
@grid(7)
def test_clusters(city_of, see, printed, query):
    city, rows = city_of(query["city"])
    unit = query.get("unit", "blocks")
    seen = see("clusters", **{"lang": "en", **query})
    words = words_for(query.get("lang", "en"))
    rows = within(passing(rows, query), *period(city, query))
    column = place_column(city, unit)
    circles = seen.file(f"download_{unit}_circles", dtype={"centre": str})
    table = seen.table(words.say("Radius, m"), words.say("Places"))
    strong = circles[circles["p"] <= 0.05]
    strong = strong if len(strong) else circles.head(1)
    assert table[words.say("Events")].tolist() == strong["observed"].tolist()
    assert table[words.say("Expected by chance")].tolist() == strong["expected"].round(2).tolist()
    assert table[words.say("Times as many")].tolist() == strong["ratio"].round(1).tolist()
    assert len(seen.maps["scan_map"].outlines) == (circles["p"] <= 0.05).sum()
    shapes = city.blocks if unit == "blocks" else city.blocks.dissolve(unit[:-1])
    middle = shapes.geometry.centroid
    in_each = rows.drop_duplicates(["event_id", column])[column].value_counts()
    known = shapes["population"] if unit == "blocks" else city.blocks.groupby(unit[:-1])["population"].sum()
    for row in strong.itertuples():
        inside = middle.index[(middle.distance(middle[row.centre]) <= row.radius + 1e-3) & known.notna()]
        assert row.observed == in_each.reindex(inside, fill_value=0).sum()
    arguments = ["clusters", query["city"], *flags(query), "--csv"]
    assert unlabelled(printed(*arguments)) == unlabelled(seen.text(f"download_{unit}_circles"))
    bursts = seen.file("download_bursts")
    for row in bursts[bursts["p"] <= 0.05].itertuples():
        some = within(rows[rows["unplaced"] == ""], row.start, row.end).drop_duplicates("event_id")
        near = np.hypot(some["x"] - row.x, some["y"] - row.y) <= row.radius + 0.02  # places are rounded to centimetres
        assert row.observed == near.sum()
