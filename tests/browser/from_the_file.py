"""Answers to the questions that users ask, worked out from the raw files with pandas alone: nothing of ours is imported here.

Each function takes the folder of a city's raw files and returns the numbers by name; `docs/questions.md` tells in words what it does.
"""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

DAY = pd.Timedelta(days=1)
NORTH, EAST = 110_610, 111_320  # metres of a degree of latitude here, and of longitude on the equator
NO_PLACE = (-89.294649, 11.305819)  # where the police of Puerto Albatros put a death of unknown place
CIRCLES = (  # of the scan, which other programs find as well (see tests/test_scans.py): the block in the middle, and metres
    "C64-035 225, C51-128 152, C62-021 228, C53-055 150, C23-040 98, C21-020 103, C14-052 190, C52-105 172, C54-046 162, C83-028 133, "
    "C13-031 163, C23-001 192.5, C63-051 160, C73-054 195, C22-020 219, C75-044 153, C73-025 134, C53-092 159, C23-031 247, C34-065 1, "
    "C51-064 85, C74-007 185, C82-031 134, C31-002 104"
)

Numbers = dict[str, float | str]
Ring = list[list[float]]


# --- Puerto Albatros ----------------------------------------------------------------------------------------------------------------


@cache
def blocks(raw: Path) -> pd.DataFrame:
    """Return the blocks with their rings, their bounds and their middles (the mean of the area, in degrees)."""
    features = json.loads((raw / "blocks.geojson").read_text(encoding="utf-8"))["features"]
    table = pd.DataFrame([one["properties"] for one in features])
    shapes = [one["geometry"] for one in features]
    table["parts"] = [one["coordinates"] if one["type"] == "MultiPolygon" else [one["coordinates"]] for one in shapes]
    for name, axis, end in (("west", 0, min), ("east", 0, max), ("south", 1, min), ("north", 1, max)):
        table[name] = [end(point[axis] for part in parts for point in part[0]) for parts in table["parts"]]
    middles = [middle(parts[0][0]) for parts in table["parts"]]
    return table.assign(x=[one[0] for one in middles], y=[one[1] for one in middles]).set_index("block_id")


def middle(ring: Ring) -> tuple[float, float]:
    """Return the centre of the area of a ring.

    >>> middle([[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]])
    (1.0, 1.0)
    """
    x0, y0 = ring[0][:2]
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in ((one[:2], other[:2]) for one, other in pairwise(ring)):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        area, x, y = area + cross, x + cross * (x1 + x2 - 2 * x0), y + cross * (y1 + y2 - 2 * y0)
    return x0 + x / (3 * area), y0 + y / (3 * area)


def within(x: float, y: float, ring: Ring) -> bool:
    """Return whether a point lies in a ring: a ray from it crosses the ring an odd number of times."""
    odd = False
    for (x1, y1), (x2, y2) in ((one[:2], other[:2]) for one, other in pairwise(ring)):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def block_at(x: float, y: float, places: pd.DataFrame) -> str:
    """Return the block that a point lies in, or nothing."""
    near = places[(places["west"] <= x) & (places["east"] >= x) & (places["south"] <= y) & (places["north"] >= y)]
    found = [one for one, parts in near["parts"].items() if any(sum(within(x, y, ring) for ring in part) % 2 for part in parts)]
    return str(found[0]) if found else ""


@cache
def killed(raw: Path) -> pd.DataFrame:
    """Return the rows of the file with a day that exists, with `day`, `placed` (a point that is one) and `block`."""
    rows = pd.read_csv(raw / "homicides.csv", dtype=str)
    rows["day"] = pd.to_datetime(rows["fecha"], format="%d/%m/%Y", errors="coerce")
    rows = rows[rows["day"].notna()].reset_index(drop=True)
    x, y = rows["lon"].astype(float), rows["lat"].astype(float)
    usual = ((x - NO_PLACE[0]).abs() < 1e-6) & ((y - NO_PLACE[1]).abs() < 1e-6)
    rows["placed"] = x.notna() & ~((x == 0) & (y == 0)) & ~usual
    rows["block"] = rows["manzana"].fillna("")
    points = rows["placed"] & (rows["block"] == "")
    rows.loc[points, "block"] = [block_at(a, b, blocks(raw)) for a, b in zip(x[points], y[points], strict=True)]
    known = blocks(raw).reindex(rows["block"])
    return rows.assign(x=x, y=y, district=known["district"].to_numpy(), beat=known["beat"].to_numpy())


def between(rows: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Return the rows from one day to another, both included."""
    return rows[(rows["day"] >= pd.Timestamp(first)) & (rows["day"] <= pd.Timestamp(last))]


def recent(raw: Path) -> pd.DataFrame:
    """Return the last 36 months."""
    return between(killed(raw), "2022-01-01", "2024-12-31")


def my_district(raw: Path) -> Numbers:
    """Count the rows of a district by period."""
    rows = killed(raw)
    here = rows[rows["district"] == "El Malecón"]
    return {
        "week": len(between(here, "2024-12-25", "2024-12-31")),
        "month": len(between(here, "2024-12-04", "2024-12-31")),
        "year": len(between(here, "2024-01-01", "2024-12-31")),
    }


def change(raw: Path) -> Numbers:
    """Count the same 28 days of this year and of the year before."""
    now, then = (len(between(killed(raw), f"{year}-12-04", f"{year}-12-31")) for year in (2024, 2023))
    return {"n": now, "fewer": then - now}


def few_places(raw: Path) -> Numbers:
    """Count the rows of each block, most first, and go down until half of them are reached."""
    counts = recent(raw)["block"].replace("", pd.NA).dropna().value_counts()
    return {"n": int(counts.sum()), "half": reached(counts, 0.5), "of": len(blocks(raw))}


def reached(counts: pd.Series, share: float) -> int:
    """Return how many of the largest counts it takes to reach a share of their sum.

    >>> reached(pd.Series([5, 3, 2]), 0.6)
    2
    """
    return int((counts.sort_values(ascending=False).cumsum() < share * counts.sum()).sum()) + 1


def patterns(raw: Path) -> Numbers:
    """Mark for each block in which of the last three years somebody was killed there, and count the blocks by what is marked."""
    rows = recent(raw)
    rows = rows[rows["block"] != ""]
    years = pd.crosstab(rows["block"], rows["day"].dt.year) > 0
    first, second, last = (years[year] for year in (2022, 2023, 2024))
    lasting, new, past = first & second & last, last & ~first & ~second, ~last & ~second
    told = {"lasting": lasting, "new": new, "past": past, "times": ~(lasting | new | past)}
    return {"every": len(years)} | {name: int(one.sum()) for name, one in told.items()}


def windows(raw: Path) -> Numbers:
    """Count the events with a point of the last 14 days."""
    rows = between(killed(raw), "2024-12-18", "2024-12-31")
    return {"n": rows.loc[rows["placed"], "caso"].nunique()}


def hours(raw: Path) -> Numbers:
    """Count the rows with an hour, and those of Sunday before 4 in the morning."""
    rows = recent(raw)
    hour = pd.to_numeric(rows["hora"].str[:2], errors="coerce")
    return {
        "known": int(hour.notna().sum()),
        "unknown": int(hour.isna().sum()),
        "sunday": int(((rows["day"].dt.day_of_week == 6) & (hour < 4)).sum()),
    }


def kinds(raw: Path) -> Numbers:
    """Count the rows by the word under `tipo`, whatever its capitals."""
    words = recent(raw)["tipo"].str.strip().str.upper().str.replace("Ñ", "N")
    told = {"group": "CONFLICTO ENTRE GRUPOS", "dispute": "RINA O DISPUTA", "robbery": "ROBO", "unknown": "POR DETERMINAR"}
    return {name: int((words == word).sum()) for name, word in told.items()}


def victims(raw: Path) -> Numbers:
    """Count the rows by age and sex."""
    rows = recent(raw)
    age, sex = pd.to_numeric(rows["edad"], errors="coerce"), rows["sexo"].str.strip().str.upper()
    young, adult = (int(age.between(*ends).sum()) for ends in ((15, 29), (30, 44)))
    return {"young": young, "adult": adult, "men": int((sex == "HOMBRE").sum()), "women": int((sex == "MUJER").sum())}


def solved(raw: Path) -> Numbers:
    """Count the rows of the last 12 months by the word under `estado`."""
    rows = between(killed(raw), "2024-01-01", "2024-12-31")
    return {"n": len(rows), "open": int(rows["estado"].str.upper().str.startswith("EN INVESTIGACI").sum())}


def programme(raw: Path) -> Numbers:
    """Count the events before and after in the treated beats and in those compared with, and divide the change of one by the other's."""
    rows, start = killed(raw), pd.Timestamp("2021-03-01")
    treated, compared = rows["block"].str.startswith(("C21-", "C22-", "C23-")), rows["beat"].isin(["C12", "C13", "C14", "C83"])
    counts = [
        rows.loc[which & when, "caso"].nunique() for which in (treated, compared) for when in (rows["day"] < start, rows["day"] >= start)
    ]
    before, after, there_before, there_after = counts
    fewer = 1 - (after / before) / (there_after / there_before)
    return {"before": before, "after": after, "fewer": f"{fewer:.0%}"}


def circles(raw: Path, scanned: str = CIRCLES) -> Numbers:
    """Take for each of the 24 circles of the scan the blocks whose middle is as near to the middle of one of them, and list their beats."""
    places, found = blocks(raw), []
    for number, (centre, radius) in enumerate((one.split() for one in scanned.split(",")), 1):
        x, y = places.loc[centre, ["x", "y"]]
        east, north = (places["x"] - x) * EAST * math.cos(math.radians(y)), (places["y"] - y) * NORTH
        beats = sorted(places.loc[(east**2 + north**2) ** 0.5 <= float(radius), "beat"].unique())
        found += [f"no. {number} ({' and '.join(', '.join(beats).rsplit(', ', 1))})"] if len(beats) > 1 else []
    return {"n": len(found), "all": number, "which": " and ".join(", ".join(found).rsplit(", ", 1))}


def trust(raw: Path) -> Numbers:
    """Count the rows with a point that is one."""
    rows = killed(raw)
    return {"placed": int(rows["placed"].sum()), "n": len(rows), "rejected": len(pd.read_csv(raw / "homicides.csv", dtype=str)) - len(rows)}


def level(raw: Path) -> Numbers:
    """Count 2024 and 2015, and divide the last 36 months by three times the residents."""
    years = killed(raw)["day"].dt.year.value_counts()
    residents = blocks(raw)["population"].sum()
    below = 1 - years[2024] / years[2015]
    return {
        "n": int(years[2024]),
        "then": int(years[2020]),
        "below": f"{below:.0%}",
        "rate": round(1e5 * len(recent(raw)) / (3 * residents), 1),
    }


def concentrated(raw: Path) -> Numbers:
    """Count the rows of each block over all years, most first, and go down until half of them are reached."""
    counts = killed(raw)["block"].replace("", pd.NA).dropna().value_counts()
    half, of = reached(counts, 0.5), len(blocks(raw))
    return {"half": half, "of": of, "share": f"{100 * half / of:.1f}"}


def weapons(raw: Path) -> Numbers:
    """Count the rows of the last 36 months by the word under `arma`."""
    word = recent(raw)["arma"].str.upper().str.split().str.join(" ")
    return {"gun": int((word == "ARMA DE FUEGO").sum()), "unknown": int((word == "NO DETERMINADA").sum())} | victims(raw)


def shift(raw: Path) -> Numbers:
    """Take the mean of the monthly counts before March 2020, and that from then on."""
    months, cut = killed(raw)["day"].dt.to_period("M").value_counts(), pd.Period("2020-03", "M")
    return {"before": round(months[months.index < cut].mean(), 1), "after": round(months[months.index >= cut].mean(), 1)}


def first_place(raw: Path, name: str = "Comunidad El Manantial, manzana 48") -> Numbers:
    """Count the events of the place that the list begins with, and those of the last 12 months."""
    rows = killed(raw)
    there = rows[rows["block"] == blocks(raw).index[blocks(raw)["name"] == name][0]]
    return {"events": there["caso"].nunique(), "last": between(there, "2024-01-01", "2024-12-31")["caso"].nunique()}


def target(raw: Path) -> Numbers:
    """Take a third of the last 36 months as a year now, a tenth of it for the first year, and what five such falls leave out."""
    return falling(len(recent(raw)) / 3)


def falling(now: float) -> Numbers:
    """Return a year, its tenth, and what five falls of a tenth a year leave out.

    >>> falling(100)
    {'now': '100', 'first': '10.0', 'total': 131}
    """
    return {
        "now": f"{now:.1f}".removesuffix(".0"),
        "first": f"{now / 10:.1f}",
        "total": round(sum(now * (1 - 0.9**year) for year in range(1, 6))),
    }


def money(raw: Path) -> Numbers:
    """Multiply a year now, and what the target leaves out, by the figure that was typed."""
    return costing(len(recent(raw)) / 3)


def costing(now: float, unit: int = 1_000_000) -> Numbers:
    """Return a unit cost, that of a year, and what five falls of a tenth a year leave out of it."""
    return {"unit": unit, "year": round(now * unit), "less": round(sum(now * (1 - 0.9**year) for year in range(1, 6)) * unit)}


def year_end(raw: Path) -> Numbers:
    """Count the year to the end of September."""
    return {"n": len(between(killed(raw), "2024-01-01", "2024-09-30"))}


def one_page(raw: Path) -> Numbers:
    """Count the last 12 months."""
    return {"n": len(between(killed(raw), "2024-01-01", "2024-12-31"))}


# --- Philadelphia: the raw file is homicides_2006_2018.csv ------------------------------------------------------------------------------


@cache
def in_philadelphia(raw: Path) -> pd.DataFrame:
    """Return the rows of the file, with the `day` and the `hour` that the clock says; the offset written beside it is false."""
    rows = pd.read_csv(raw / "homicides_2006_2018.csv", dtype=str)
    clock = pd.to_datetime(rows["dispatch_date_time"].str[:19])
    return rows.assign(day=clock.dt.normalize(), hour=clock.dt.hour)


def phl_month(raw: Path) -> Numbers:
    """Count the same 28 days of 2018 and of 2017."""
    now, then = (len(between(in_philadelphia(raw), f"{year}-12-04", f"{year}-12-31")) for year in (2018, 2017))
    return {"n": now, "more": now - then}


def phl_recent(raw: Path) -> Numbers:
    """Count the last 36 months."""
    return {"n": len(between(in_philadelphia(raw), "2016-01-01", "2018-12-31"))}


def phl_windows(raw: Path) -> Numbers:
    """Count the points of the last 14 days: no row names an event, and a place has one window."""
    return {"n": between(in_philadelphia(raw), "2018-12-18", "2018-12-31")["geometry"].nunique()}


def phl_victims(raw: Path) -> Numbers:
    """Count the rows of the last 36 months by sex."""
    sex = between(in_philadelphia(raw), "2016-01-01", "2018-12-31")["sex"].value_counts()
    return {"men": int(sex["Male"]), "women": int(sex["Female"])}


def phl_trust(raw: Path) -> Numbers:
    """Count the rows, and those with a point."""
    rows = in_philadelphia(raw)
    return {"n": len(rows), "placed": int(rows["geometry"].str.startswith("POINT (").sum())}


def phl_level(raw: Path) -> Numbers:
    """Count 2018 and 2006."""
    return {name: len(between(in_philadelphia(raw), f"{year}-01-01", f"{year}-12-31")) for name, year in (("n", 2018), ("then", 2006))}


def phl_weapons(raw: Path) -> Numbers:
    """Count the rows of 2018 by the word under `weapon`."""
    rows = between(in_philadelphia(raw), "2018-01-01", "2018-12-31")
    return {"n": len(rows), "gun": int((rows["weapon"] == "firearm").sum())}


def phl_shift(raw: Path) -> Numbers:
    """Take the mean of the monthly counts before December 2007, and that from then on."""
    months, cut = in_philadelphia(raw)["day"].dt.to_period("M").value_counts(), pd.Period("2007-12", "M")
    return {"before": round(months[months.index < cut].mean(), 1), "after": round(months[months.index >= cut].mean(), 1)}


def phl_target(raw: Path) -> Numbers:
    """Take a third of the last 36 months as a year now, a tenth of it for the first year, and what five such falls leave out."""
    return falling(len(between(in_philadelphia(raw), "2016-01-01", "2018-12-31")) / 3)


def phl_money(raw: Path) -> Numbers:
    """Multiply a year now, and what the target leaves out, by the figure that was typed."""
    return costing(len(between(in_philadelphia(raw), "2016-01-01", "2018-12-31")) / 3)


# --- El Salvador ------------------------------------------------------------------------------------------------------------------------


def sv_level(raw: Path) -> Numbers:
    """Read the newest year."""
    last = pd.read_csv(raw / "national_1995_2024.csv").iloc[-1]
    return {"n": int(last["people_killed"]), "rate": float(last["published_per_100000"])}


def sv_years(raw: Path) -> Numbers:
    """Read the largest and the smallest year, and one between them."""
    years = pd.read_csv(raw / "national_1995_2024.csv").set_index("year")["people_killed"]
    return {"most": int(years[1995]), "between": int(years[2015]), "least": int(years.iloc[-1])}


def sv_women(raw: Path) -> Numbers:
    """Add up the months of 2015 of one sex."""
    months = pd.read_csv(raw / "months_2015.csv")
    return {"n": int(months.loc[months["sex"] == "femenino", "people_killed"].sum())}


def sv_range(raw: Path) -> Numbers:
    """Read 2022 in each of the files that count it."""
    names = ("national_1995_2024", "with_alleged_gang_members", "with_graves", "with_prisons")
    files = [pd.read_csv(raw / f"{name}.csv") for name in names]
    counts = [int(one.loc[one["year"] == 2022, "people_killed"].iloc[0]) for one in files]
    return {"low": min(counts), "high": max(counts)}


def sv_target(raw: Path) -> Numbers:
    """Take the newest year as a year now, a tenth of it for the first year, and what five such falls leave out."""
    return falling(float(sv_level(raw)["n"]))


def sv_money(raw: Path) -> Numbers:
    """Multiply the newest year, and what the target leaves out, by the figure that was typed."""
    return costing(float(sv_level(raw)["n"]))


# --- what a community group asks of the public edition --------------------------------------------------------------------------------


def around_here(raw: Path) -> Numbers:
    """Count the rows of beat C22 in the five years to 2024 and in the five before."""
    here = killed(raw)
    here = here[here["beat"] == "C22"]
    return {"now": len(between(here, "2020-01-01", "2024-12-31")), "then": len(between(here, "2015-01-01", "2019-12-31"))}


def rate_here(raw: Path) -> Numbers:
    """Divide the deaths of beat C22 in the five years to 2024 by five times its residents."""
    people = pd.to_numeric(blocks(raw).query("beat == 'C22'")["population"]).sum()
    return {"rate": f"{1e5 * float(around_here(raw)['now']) / (5 * people):.1f}"}


def women(raw: Path) -> Numbers:
    """Count the women of the five years to 2024."""
    return {"n": int((between(killed(raw), "2020-01-01", "2024-12-31")["sexo"].str.strip().str.upper() == "MUJER").sum())}


def services(raw: Path) -> Numbers:
    """Take three fifths of the deaths of beat C22 in the five years to 2024; measure its edge from the hospital."""
    places = json.loads((raw / "services.geojson").read_text(encoding="utf-8"))["features"]
    x, y = next(one["geometry"]["coordinates"] for one in places if one["properties"]["name"] == "Hospital del Buen Viento")
    east = EAST * math.cos(math.radians(y))
    rings = [ring for parts in blocks(raw).query("beat == 'C22'")["parts"] for part in parts for ring in part]
    lines = [(one, other) for ring in rings for one, other in pairwise(ring)]
    far = min(away((0.0, 0.0), *(((a - x) * east, (b - y) * NORTH) for a, b, *_ in line)) for line in lines)
    return {"n": f"{float(around_here(raw)['now']) * 36 / 60:.1f}", "km": f"{far / 1000:.1f}"}


def away(point: tuple[float, float], one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far a point lies from a stretch between two others.

    >>> away((0, 0), (1, -1), (1, 1))
    1.0
    """
    (x, y), (a, b), (c, d) = point, one, other
    length = (c - a) ** 2 + (d - b) ** 2
    at = min(max(((x - a) * (c - a) + (y - b) * (d - b)) / length, 0.0), 1.0) if length else 0.0
    return math.hypot(a + at * (c - a) - x, b + at * (d - b) - y)


def solved_cases(raw: Path) -> Numbers:
    """Count the solved cases of the five years to 2024."""
    return {"n": int((between(killed(raw), "2020-01-01", "2024-12-31")["estado"].str.strip().str.upper() == "RESUELTO").sum())}


def left_out(raw: Path) -> Numbers:
    """Count the rows of the five years to 2024, and those of them without a place."""
    rows = between(killed(raw), "2020-01-01", "2024-12-31")
    return {"total": len(rows), "unmapped": int((rows["block"] == "").sum())}


def newest_year(raw: Path) -> Numbers:
    """Count the rows of 2024."""
    return {"n": len(between(killed(raw), "2024-01-01", "2024-12-31"))}


def since_when(raw: Path) -> Numbers:
    """Read when the programme begins in city.toml."""
    text = (raw.parent / "city.toml").read_text(encoding="utf-8")
    start = pd.Timestamp(text.split("[[interventions]]")[1].split('start = "')[1][:10])
    return {"year": str(start.year), "day": str(start.day)}
