"""Files as people send them, with what is wrong in them made on purpose: five clean cities, and a fault for each row of a list.

A `Sent` is a city on its way into files: rows of text, areas, and beside them the truth, which no file says: how many people were killed,
how many of them have a place in an area, and from when to when. A fault changes the files and, where it takes something away that nobody
could know, the truth. So what must come out is known before anything is read, for one fault and for any two of them.

Where a person may see it either way (two rows that are alike in all: one death or two?), the truth holds both numbers, and `told` says
that the report must speak of it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

N = 120  # people killed in each clean city, one row each but where a column counts them
SIDE = 6  # areas in a row
START = datetime(2019, 1, 3, 12, 30)


@dataclass
class Sent:
    """A city on its way into files, and the truth about it."""

    header: list[str]
    rows: list[list[str]]
    column: dict[str, str]  # what a column of the file means: date lat lon age sex weapon killed → its name
    areas: dict[str, Any]
    residents: str  # the property of an area with its residents
    where: tuple[float, float]
    killed: set[int]
    placed: set[int]
    first: datetime
    last: datetime
    people: set[int] = field(default_factory=set)
    told: bool = False
    asked: bool = False  # must not be published without an answer
    refused: bool = False  # must not be published at all
    delimiter: str = ","
    encoding: str = "utf-8"
    before: list[str] = field(default_factory=list)  # lines above the header
    after: list[str] = field(default_factory=list)
    packed: Callable[[bytes], bytes] | None = None
    suffix: str = ".csv"
    drawn: list[frozenset[int]] = field(default_factory=list)  # the rows that each fault took
    touched: frozenset[str] = frozenset()  # what a fault has changed: two that change the same are not put together

    def at(self, meaning: str) -> int:
        """Return the place of a column."""
        return self.header.index(self.column[meaning])

    def some(self, k: int, seed: int) -> list[int]:
        """Return `k` rows, spread over the table."""
        found = sorted(int(i) for i in np.random.default_rng(seed).choice(len(self.rows), k, replace=False))
        self.drawn.append(frozenset(found))
        return found

    def overlap(self, before: int) -> None:
        """Let rows that two faults took count once: those drawn after the first `before` draws and in one of these as well."""
        twice = {len(one & other) for one in self.drawn[:before] for other in self.drawn[before:]} - {0}
        for of in ("killed", "placed"):
            known = getattr(self, of)
            setattr(self, of, known | {n + k for n in known for k in twice} | {n - k for n in known for k in twice})

    def less(self, k: int, *, of: str) -> None:
        """Take `k` from what must come out."""
        setattr(self, of, {n - k for n in getattr(self, of)})

    def either(self, k: int, *, of: str) -> None:
        """Let `k` more or less come out as well, the report saying so."""
        setattr(self, of, getattr(self, of) | {n + k for n in getattr(self, of)})
        self.told = True

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the incidents and the areas; return both files."""
        text = io.StringIO()
        write = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        write.writerow(self.header)
        write.writerows(self.rows)
        lines = "".join(f"{line}\n" for line in self.before) + text.getvalue() + "".join(f"{line}\n" for line in self.after)
        raw = lines.encode(self.encoding, errors="replace")
        incidents, areas = folder / f"homicides{self.suffix}", folder / "areas.geojson"
        incidents.write_bytes(self.packed(raw) if self.packed else raw)
        areas.write_text(json.dumps(self.areas), encoding="utf-8")
        return incidents, areas


def _areas(west: float, south: float, step: float, ids: str, people: str) -> dict[str, Any]:
    def square(x: int, y: int) -> list[list[list[float]]]:
        a, b = west + step * x, south + step * y
        return [[[a, b], [a + step, b], [a + step, b + step], [a, b + step], [a, b]]]

    every = [(x, y) for y in range(SIDE) for x in range(SIDE)]
    shapes = [
        {
            "type": "Feature",
            "properties": {ids: f"{100 + n}", people: 2000 + 37 * n},
            "geometry": {"type": "Polygon", "coordinates": square(x, y)},
        }
        for n, (x, y) in enumerate(every)
    ]
    return {"type": "FeatureCollection", "features": shapes}


def _city(
    names: dict[str, str], *, west: float, south: float, form: str, ids: str, people: str, words: dict[str, list[str]], comma: bool = False
) -> Sent:
    chance, step = np.random.default_rng(len(names) + int(abs(west))), 0.01
    moments = [START + timedelta(days=int(day), minutes=int(chance.integers(0, 600))) for day in np.linspace(0, 1090, N)]
    rows = []
    for n, moment in enumerate(moments):
        lon = west + step * (0.1 + (SIDE - 0.2) * chance.random())
        lat = south + step * (0.1 + (SIDE - 0.2) * chance.random())
        cells = {
            "id": f"H-{n + 1:04d}",
            "date": moment.strftime(form),
            "lat": f"{lat:.6f}".replace(".", "," if comma else "."),
            "lon": f"{lon:.6f}".replace(".", "," if comma else "."),
            "age": str(int(chance.integers(14, 71))),
            "sex": words["sex"][int(chance.random() < 0.12)],
            "weapon": words["weapon"][int(chance.integers(0, len(words["weapon"])))],
            "killed": "1",
        }
        rows.append([cells[meaning] for meaning in names])
    return Sent(
        header=list(names.values()),
        rows=rows,
        column=names,
        areas=_areas(west, south, step, ids, people),
        residents=people,
        where=(west, south),
        killed={N},
        placed={N},
        first=moments[0],
        last=moments[-1],
        people={sum(2000 + 37 * n for n in range(SIDE * SIDE))},
    )


ENGLISH = {"sex": ["Male", "Female"], "weapon": ["Firearm", "Knife", "Blunt object"]}
SPANISH = {"sex": ["Hombre", "Mujer"], "weapon": ["Arma de fuego", "Arma blanca", "Objeto contundente"]}
PORTUGUESE = {"sex": ["Masculino", "Feminino"], "weapon": ["Arma de fogo", "Arma branca"]}


def bases() -> dict[str, Sent]:
    """Return the five clean cities."""
    plain = {"id": "incident_id", "date": "date", "lat": "latitude", "lon": "longitude", "age": "age", "sex": "sex", "weapon": "weapon"}
    stamped = {"date": "occurred_at", "lon": "longitude", "lat": "latitude", "age": "victim_age", "sex": "victim_sex"}
    spanish = {"date": "fecha", "lat": "latitud", "lon": "longitud", "edad": "edad", "sex": "sexo", "weapon": "arma"}
    spanish = {("age" if key == "edad" else key): name for key, name in spanish.items()}
    brazil = {"date": "Data do Fato", "lat": "Latitude", "lon": "Longitude", "age": "Idade", "sex": "Sexo", "weapon": "Meio Empregado"}
    counted = {"id": "event_id", "date": "date", "lat": "lat", "lon": "lon", "killed": "killed"}
    found = {
        "english": _city(plain, west=-75.2, south=39.9, form="%Y-%m-%d", ids="GEOID", people="population", words=ENGLISH),
        "stamped": _city(stamped, west=-87.7, south=41.8, form="%Y-%m-%dT%H:%M:%S", ids="tract", people="total_population", words=ENGLISH),
        "spanish": _city(spanish, west=-89.25, south=13.66, form="%d/%m/%Y", ids="codigo", people="poblacion", words=SPANISH, comma=True),
        "portuguese": _city(
            brazil, west=-46.7, south=-23.6, form="%d/%m/%Y", ids="codigo", people="populacao", words=PORTUGUESE, comma=True
        ),
        "counted": _city(counted, west=-104.95, south=39.7, form="%Y-%m-%d", ids="id", people="population", words=ENGLISH),
    }
    found["spanish"].delimiter = found["portuguese"].delimiter = ";"
    return found


Fault = Callable[[Sent], None]
FAULTS: dict[str, tuple[str, Fault]] = {}  # name → what it touches, and how


def fault(*touches: str) -> Callable[[Fault], Fault]:
    """Enter a fault; `touches` names what it changes."""

    def enter(make: Fault) -> Fault:
        FAULTS[make.__name__] = " ".join(touches), make
        return make

    return enter


def put(sent: Sent, name: str) -> Sent | None:
    """Return the city with one more fault; None where it makes no sense there."""
    touches, make = FAULTS[name]
    if sent.touched & set(touches.split()):
        return None
    changed = replace(sent, rows=[list(row) for row in sent.rows], header=list(sent.header), areas=json.loads(json.dumps(sent.areas)))
    changed.people, changed.drawn = set(sent.people), list(sent.drawn)
    changed.killed, changed.placed = set(sent.killed), set(sent.placed)
    changed.before, changed.after, changed.column = list(sent.before), list(sent.after), dict(sent.column)
    try:
        make(changed)
    except (KeyError, ValueError):  # no such column there
        return None
    changed.touched = sent.touched | set(touches.split())
    return changed


def _set(sent: Sent, meaning: str, rows: list[int], value: Callable[[str], str]) -> None:
    at = sent.at(meaning)
    for n in rows:
        sent.rows[n][at] = value(sent.rows[n][at])


def _every(sent: Sent, meaning: str, value: Callable[[str], str]) -> None:
    _set(sent, meaning, list(range(len(sent.rows))), value)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _like(sent: Sent, number: float, digits: int = 6) -> str:
    comma = "," in sent.rows[0][sent.at("lat")] or "," in sent.rows[1][sent.at("lat")]
    return f"{number:.{digits}f}".replace(".", "," if comma else ".")


# Coordinates
@fault("place")
def zero_zero(sent: Sent) -> None:
    rows = sent.some(7, 1)
    _set(sent, "lat", rows, lambda _: "0")
    _set(sent, "lon", rows, lambda _: "0")
    sent.less(7, of="placed")


@fault("place")
def empty_places(sent: Sent) -> None:
    rows = sent.some(9, 2)
    _set(sent, "lat", rows, lambda _: "")
    _set(sent, "lon", rows, lambda _: "")
    sent.less(9, of="placed")


@fault("place")
def places_in_words(sent: Sent) -> None:
    rows = sent.some(5, 3)
    _set(sent, "lat", rows, lambda _: "UNKNOWN")
    _set(sent, "lon", rows, lambda _: "UNKNOWN")
    sent.less(5, of="placed")


@fault("place")
def all_swapped(sent: Sent) -> None:
    sent.column["lat"], sent.column["lon"] = sent.column["lon"], sent.column["lat"]
    a, b = sent.at("lat"), sent.at("lon")
    sent.header[a], sent.header[b] = sent.header[b], sent.header[a]


@fault("place")
def some_swapped(sent: Sent) -> None:
    a, b = sent.at("lat"), sent.at("lon")
    for n in sent.some(6, 4):
        sent.rows[n][a], sent.rows[n][b] = sent.rows[n][b], sent.rows[n][a]
    sent.placed |= {n - 6 for n in sent.placed}


@fault("place")
def lost_minus(sent: Sent) -> None:
    _every(sent, "lon", lambda text: text.removeprefix("-"))


@fault("place")
def a_million_times(sent: Sent) -> None:
    for meaning in ("lat", "lon"):
        _every(sent, meaning, lambda text: str(round(_number(text) * 1e6)))


@fault("place")
def degrees_minutes_seconds(sent: Sent) -> None:
    def written(text: str, signs: str) -> str:
        value = _number(text)
        seconds = round(abs(value) * 3600, 2)
        return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60)}'{seconds % 60:.2f}\"{signs[value < 0]}"

    _every(sent, "lat", lambda text: written(text, "NS"))
    _every(sent, "lon", lambda text: written(text, "EW"))


@fault("place")
def decimal_commas(sent: Sent) -> None:
    for meaning in ("lat", "lon"):
        _every(sent, meaning, lambda text: text.replace(".", ","))


@fault("place")
def one_column_of_pairs(sent: Sent) -> None:
    a, b = sent.at("lat"), sent.at("lon")
    for row in sent.rows:
        row[a] = f"({row[a].replace(',', '.')}, {row[b].replace(',', '.')})"
        del row[b]
    sent.header[a] = "location"
    del sent.header[b]


@fault("place")
def well_known_text(sent: Sent) -> None:
    a, b = sent.at("lat"), sent.at("lon")
    for row in sent.rows:
        row[a] = f"POINT ({row[b].replace(',', '.')} {row[a].replace(',', '.')})"
        del row[b]
    sent.header[a] = "geometry"
    del sent.header[b]


@fault("place")
def headquarters(sent: Sent) -> None:
    rows = sent.some(40, 5)
    lat, lon = sent.where[1] + 0.031, sent.where[0] + 0.031
    _set(sent, "lat", rows, lambda _: _like(sent, lat))
    _set(sent, "lon", rows, lambda _: _like(sent, lon))
    sent.either(-40, of="placed")


@fault("place")
def outside(sent: Sent) -> None:
    rows = sent.some(4, 6)
    _set(sent, "lat", rows, lambda text: _like(sent, _number(text) + 0.4))
    sent.less(4, of="placed")


# Dates
def _dates(sent: Sent) -> list[datetime]:
    text, at = sent.rows[0][sent.at("date")], sent.at("date")
    form = "%Y-%m-%dT%H:%M:%S" if "T" in text else "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
    return [datetime.strptime(row[at], form) for row in sent.rows]


def _write_dates(sent: Sent, write: Callable[[int, datetime], str]) -> None:
    at = sent.at("date")
    for n, (row, moment) in enumerate(zip(sent.rows, _dates(sent), strict=True)):
        row[at] = write(n, moment)


@fault("date")
def day_or_month(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: moment.replace(day=moment.day % 12 + 1).strftime("%d/%m/%Y"))
    sent.asked = True


@fault("date")
def month_first(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: moment.strftime("%m/%d/%Y"))


@fault("date")
def two_orders(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: moment.strftime("%m/%d/%Y" if n % 2 else "%d/%m/%Y"))
    sent.asked = True


@fault("date")
def no_such_day(sent: Sent) -> None:
    rows = set(sent.some(3, 7))
    form = "%d/%m/%Y" if "/" in sent.rows[0][sent.at("date")] else "%Y-%m-%d"
    wrong = "31/02/2020" if "/" in form else "2020-02-31"
    _write_dates(sent, lambda n, moment: wrong if n in rows else moment.strftime(form))
    sent.killed |= {n - 3 for n in sent.killed}
    sent.placed |= {n - 3 for n in sent.placed}
    sent.told = True


@fault("date")
def excel_serials(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: str((moment.replace(hour=0, minute=0, second=0) - datetime(1899, 12, 30)).days))


@fault("date")
def three_from_1900(sent: Sent) -> None:
    rows = set(sent.some(3, 8))
    text = sent.rows[0][sent.at("date")]
    form = "%Y-%m-%dT%H:%M:%S" if "T" in text else "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
    _write_dates(sent, lambda n, moment: (datetime(1900, 1, 1) if n in rows else moment).strftime(form))
    sent.killed |= {n - 3 for n in sent.killed}
    sent.placed |= {n - 3 for n in sent.placed}
    sent.told = True


@fault("date")
def twelve_from_1970(sent: Sent) -> None:
    rows = set(sent.some(12, 9))
    text = sent.rows[0][sent.at("date")]
    form = "%Y-%m-%dT%H:%M:%S" if "T" in text else "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
    _write_dates(sent, lambda n, moment: (datetime(1970, 1, 1) if n in rows else moment).strftime(form))
    sent.killed |= {n - 12 for n in sent.killed}
    sent.placed |= {n - 12 for n in sent.placed}
    sent.told = True


@fault("date")
def in_the_future(sent: Sent) -> None:
    rows = set(sent.some(2, 10))
    text = sent.rows[0][sent.at("date")]
    form = "%Y-%m-%dT%H:%M:%S" if "T" in text else "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
    _write_dates(sent, lambda n, moment: (moment.replace(year=2091, day=min(moment.day, 28)) if n in rows else moment).strftime(form))
    sent.less(2, of="killed")
    sent.less(2, of="placed")
    sent.told = True


@fault("date")
def months_only(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: moment.strftime("%Y-%m"))
    sent.first, sent.last = sent.first.replace(day=1), sent.last.replace(day=28)
    sent.told = True


@fault("date")
def day_month_and_year(sent: Sent) -> None:
    at, moments = sent.at("date"), _dates(sent)
    spanish = sent.column["date"] in ("fecha", "Data do Fato")
    for row, moment in zip(sent.rows, moments, strict=True):
        row[at : at + 1] = [str(moment.day), str(moment.month), str(moment.year)]
    sent.header[at : at + 1] = ["dia", "mes", "ano"] if spanish else ["day", "month", "year"]


@fault("date")
def milliseconds(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: str(int((moment.replace(hour=12) - datetime(1970, 1, 1)).total_seconds() * 1000)))


@fault("date")
def long_dates(sent: Sent) -> None:
    _write_dates(sent, lambda n, moment: moment.strftime("%a, %d %b %Y 12:00:00 GMT"))


# Text and file
@fault("bytes")
def windows_letters(sent: Sent) -> None:
    sent.encoding = "cp1252"
    sent.header.append("observación")
    for row in sent.rows:
        row.append("Peñón, niño")


@fault("bytes")
def sixteen_bits(sent: Sent) -> None:
    sent.encoding = "utf-16"


@fault("bytes")
def byte_order_mark(sent: Sent) -> None:
    sent.encoding = "utf-8-sig"


@fault("table")
def tabs(sent: Sent) -> None:
    sent.delimiter = "\t"


@fault("table")
def a_title(sent: Sent) -> None:
    sent.before = ["Homicides", "Source: the agency", ""]


@fault("table")
def a_total(sent: Sent) -> None:
    cells = [""] * len(sent.header)
    cells[0], cells[-1] = "TOTAL", str(N)
    sent.after = [sent.delimiter.join(cells)]


@fault("table")
def a_footnote(sent: Sent) -> None:
    sent.after = ["", "* provisional figures"]


@fault("rows")
def header_again(sent: Sent) -> None:
    sent.rows.insert(60, list(sent.header))


@fault("rows")
def blank_rows(sent: Sent) -> None:
    for n in (20, 60, 100):
        sent.rows.insert(n, [""] * len(sent.header))


@fault("table")
def trailing_commas(sent: Sent) -> None:
    for row in sent.rows:
        row.append("")


@fault("table")
def loud_header(sent: Sent) -> None:
    loud = [f"  {name.upper()} " for name in sent.header]
    sent.column = {meaning: loud[sent.header.index(name)] for meaning, name in sent.column.items() if name in sent.header}
    sent.header = loud


@fault("bytes")
def a_nul(sent: Sent) -> None:
    sent.packed = lambda raw: raw[: len(raw) // 2] + b"\x00" + raw[len(raw) // 2 :]
    sent.killed |= {n - 1 for n in sent.killed}
    sent.placed |= {n - 1 for n in sent.placed}


@fault("bytes", "table", "rows")
def a_web_page(sent: Sent) -> None:
    sent.packed = lambda raw: b"<!DOCTYPE html><html><body><table><tr><td>date</td></tr></table></body></html>"
    sent.refused = True


@fault("bytes", "table", "rows")
def nothing(sent: Sent) -> None:
    sent.packed = lambda raw: b""
    sent.refused = True


@fault("rows", "table", "date", "place")
def header_only(sent: Sent) -> None:
    sent.rows = []
    sent.refused = True


@fault("bytes")
def an_open_quote(sent: Sent) -> None:
    sent.packed = lambda raw: raw.replace(b"\n", b'\n"', 41).replace(b'\n"', b"\n", 40)
    sent.killed |= {n - 1 for n in sent.killed}
    sent.placed |= {n - 1 for n in sent.placed}


# Counts
@fault("rows")
def rows_twice(sent: Sent) -> None:
    again = [list(sent.rows[n]) for n in sent.some(10, 11)]
    sent.rows += again
    sent.killed, sent.placed = sent.killed | {n + 10 for n in sent.killed}, sent.placed | {n + 10 for n in sent.placed}
    sent.told = True


@fault("count")
def two_killed(sent: Sent) -> None:
    _set(sent, "killed", sent.some(15, 12), lambda _: "2")
    sent.killed = {n + 15 for n in sent.killed}
    sent.placed = {n + 15 for n in sent.placed}


@fault("count")
def nobody_killed(sent: Sent) -> None:
    _set(sent, "killed", sent.some(15, 13), lambda _: "0")
    sent.less(15, of="killed")
    sent.less(15, of="placed")


@fault("count")
def offences(sent: Sent) -> None:
    sent.header.append("offense")
    other = set(sent.some(30, 14))
    for n, row in enumerate(sent.rows):
        row.append("ROBBERY" if n in other else "CRIMINAL HOMICIDE")
    sent.less(30, of="killed")
    sent.less(30, of="placed")


@fault("count")
def a_fatal_flag(sent: Sent) -> None:
    sent.header.append("fatal")
    hurt = set(sent.some(50, 15))
    for n, row in enumerate(sent.rows):
        row.append("0" if n in hurt else "1")
    sent.less(50, of="killed")
    sent.less(50, of="placed")


# Areas and residents
def _first(sent: Sent) -> dict[str, Any]:
    return sent.areas["features"][0]


@fault("areas")
def a_bow_tie(sent: Sent) -> None:
    ring = _first(sent)["geometry"]["coordinates"][0]
    ring[2], ring[3] = ring[3], ring[2]
    sent.placed |= {n - k for n in sent.placed for k in range(12)}
    sent.told = True


@fault("areas")
def an_area_twice(sent: Sent) -> None:
    sent.areas["features"].append(json.loads(json.dumps(_first(sent))))
    sent.people |= {n + 2000 for n in sent.people}
    sent.told = True


@fault("areas")
def three_dimensions(sent: Sent) -> None:
    for one in sent.areas["features"]:
        one["geometry"]["coordinates"] = [[[*point, 12.0] for point in ring] for ring in one["geometry"]["coordinates"]]


@fault("areas")
def no_shape(sent: Sent) -> None:
    _first(sent)["geometry"] = None
    sent.people |= {n - 2000 for n in sent.people}
    sent.placed |= {n - k for n in sent.placed for k in range(14)}
    sent.told = True


@fault("areas", "place")
def areas_swapped(sent: Sent) -> None:
    for one in sent.areas["features"]:
        one["geometry"]["coordinates"] = [[[y, x] for x, y in ring] for ring in one["geometry"]["coordinates"]]


@fault("residents")
def residents_with_commas(sent: Sent) -> None:
    for one in sent.areas["features"]:
        one["properties"][sent.residents] = f"{one['properties'][sent.residents]:,}"


@fault("residents")
def residents_with_dots(sent: Sent) -> None:
    for one in sent.areas["features"]:
        one["properties"][sent.residents] = f"{one['properties'][sent.residents]:,}".replace(",", ".")


@fault("residents")
def residents_missing(sent: Sent) -> None:
    for one, value in zip(sent.areas["features"], ("-1", "", None, "-9999"), strict=False):
        sent.people = {n - one["properties"][sent.residents] for n in sent.people}
        one["properties"][sent.residents] = value
    sent.told = True
