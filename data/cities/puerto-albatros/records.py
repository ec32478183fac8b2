"""From events to the agency's file: people, words, case numbers, and the dirt that real files have."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import shapely
from deaths import FIRST, Events
from people import STATION, Map
from streets import touching
from terrain import to_degrees, to_metres

COLUMNS = ("caso", "fecha", "hora", "edad", "sexo", "arma", "tipo", "estado", "municipio", "manzana", "lon", "lat", "fuente")
TOWN = "Puerto Albatros (ficticio)"
SOURCE = "Datos inventados"
HOURS = (5.2, 4.6, 3.6, 2.6, 1.9, 1.7, 2.0, 2.2, 2.3, 2.5, 2.6, 2.8, 3.0, 3.1, 3.3, 3.6, 4.1, 4.9, 6.3, 7.9, 8.9, 8.8, 7.9, 6.4)
LATE = (9.0, 8.6, 7.2, 5.0, 3.4, 2.4, 1.7, 1.5, 1.5, 1.7, 1.9, 2.1, 2.4, 2.5, 2.7, 2.9, 3.2, 3.8, 4.9, 6.2, 7.2, 7.6, 7.8, 7.8)
CATEGORIES = ("group", "dispute", "domestic", "robbery", "other", "unknown")
FIRST_EVENT = (0.41, 0.18, 0.085, 0.125, 0.03, 0.17)
TRIGGERED = (0.72, 0.10, 0.02, 0.02, 0.01, 0.13)
WEAPONS = ("firearm", "blade", "blunt", "body", "other", "unknown")
WEAPON_OF = {
    "group": (0.91, 0.05, 0.01, 0.01, 0.01, 0.01),
    "dispute": (0.66, 0.25, 0.05, 0.03, 0.005, 0.005),
    "domestic": (0.42, 0.33, 0.09, 0.13, 0.02, 0.01),
    "robbery": (0.84, 0.12, 0.02, 0.01, 0.005, 0.005),
    "police": (0.99, 0.0, 0.0, 0.01, 0.0, 0.0),
    "other": (0.60, 0.20, 0.08, 0.06, 0.04, 0.02),
    "unknown": (0.80, 0.09, 0.03, 0.03, 0.01, 0.04),
}
CLEARED = {"group": 0.26, "dispute": 0.50, "domestic": 0.74, "robbery": 0.27, "police": 0.85, "other": 0.35, "unknown": 0.10}
MEN = {"domestic": 0.42, "police": 0.97}
WORDS = {
    "firearm": "ARMA DE FUEGO",
    "blade": "ARMA BLANCA",
    "blunt": "OBJETO CONTUNDENTE",
    "body": "ASFIXIA O GOLPES",
    "male": "HOMBRE",
    "female": "MUJER",
    "group": "CONFLICTO ENTRE GRUPOS",
    "dispute": "RIÑA O DISPUTA",
    "domestic": "VIOLENCIA INTRAFAMILIAR",
    "robbery": "ROBO",
    "police": "ENFRENTAMIENTO CON POLICÍA",
    "other": "OTRO",
    "unknown": "POR DETERMINAR",
    "cleared": "RESUELTO",
    "open": "EN INVESTIGACIÓN",
}
WEAPON_WORDS = {**{weapon: WORDS[weapon] for weapon in WEAPONS[:-1]}, "unknown": "NO DETERMINADA"}
VARIANTS = {
    "ARMA DE FUEGO": ("Arma de fuego", "arma de fuego", "ARMA DE FUEGO ", "  ARMA DE FUEGO", "ARMA  DE FUEGO"),
    "ARMA BLANCA": ("Arma blanca", "ARMA BLANCA "),
    "HOMBRE": ("Hombre", "hombre", "HOMBRE "),
    "MUJER": ("Mujer", "MUJER "),
    "RIÑA O DISPUTA": ("RINA O DISPUTA", "Riña o disputa"),
    "CONFLICTO ENTRE GRUPOS": ("Conflicto entre grupos", "CONFLICTO ENTRE GRUPOS "),
    "ENFRENTAMIENTO CON POLICÍA": ("ENFRENTAMIENTO CON POLICIA", "Enfrentamiento con policía"),
    "EN INVESTIGACIÓN": ("EN INVESTIGACION", "En investigación", "EN INVESTIGACIÓN "),
    "RESUELTO": ("Resuelto", "RESUELTO "),
}
MISSING_PLACE, ZERO_PLACE, DEFAULT_PLACE = 0.03, 5, 0.02
FAR_PLACES = ((-1_400, -1_900), (-350, -1_250), (2_300, -3_900), (6_900, 1_600), (-6_700, 900), (1_200, 6_200))
GREEN_PLACES = ((-2_450, 2_700), (2_850, 820), (4_350, -2_150), (-1_080, 380), (-640, 1_250), (1_320, 1_450), (-3_720, -640))
DATES_THAT_CANNOT_BE = ("31/02/2017", "31/11/2021")
IDENTICAL_PAIRS = 3
CORNERS, WRONG_BLOCK, BLANK_BLOCK = 0.03, 0.01, 0.02
NO_HOUR, NO_AGE, NO_SEX, ODD_WORDS = 0.06, 0.04, 4, 0.04

Row = dict[str, str]


def rows(city: Map, events: Events, size: np.ndarray, police: np.ndarray, chance: np.random.Generator) -> list[Row]:
    """Return one clean row a victim, in the order of the dates; `_block` and `_event` are for the dirt and are not written."""
    order = np.lexsort((np.arange(len(size)), events.day))
    places = to_degrees([shapely.Point(at) for at in events.place])
    serial: dict[str, int] = {}
    table = []
    for number in order:
        date = FIRST + events.day[number]
        year = str(date)[:4]
        serial[year] = serial.get(year, 0) + 1
        kind = _category(bool(police[number]), bool(events.parent[number] >= 0), chance)
        shared = {
            "caso": f"PA-{year}-{serial[year]:04d}",
            "fecha": f"{str(date)[8:10]}/{str(date)[5:7]}/{year}",
            "hora": _hour(date, chance),
            "arma": WEAPON_WORDS[str(chance.choice(WEAPONS, p=WEAPON_OF[kind]))],
            "tipo": WORDS[kind],
            "estado": WORDS["cleared" if chance.random() < CLEARED[kind] else "open"],
            "manzana": city.ids[events.block[number]],
            "lon": f"{places[number].x:.6f}",
            "lat": f"{places[number].y:.6f}",
            "_block": str(events.block[number]),
        }
        table += [{**shared, **_person(kind, chance)} for _ in range(size[number])]
    return table


def _category(police: bool, triggered: bool, chance: np.random.Generator) -> str:
    drawn = str(chance.choice(CATEGORIES, p=TRIGGERED if triggered else FIRST_EVENT))
    return "police" if police else drawn


def _hour(date: np.datetime64, chance: np.random.Generator) -> str:
    weekend = (int(date.astype("datetime64[D]").astype(int)) + 3) % 7 >= 5
    weights = np.array(LATE if weekend else HOURS)
    hour = int(chance.choice(24, p=weights / weights.sum()))
    minute = int(chance.choice([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55])) if chance.random() < 0.7 else int(chance.integers(60))
    return f"{hour:02d}:{minute:02d}"


def _person(kind: str, chance: np.random.Generator) -> Row:
    man = chance.random() < MEN.get(kind, 0.925)
    young = kind in ("group", "police", "robbery", "unknown") or chance.random() < 0.4
    age = 15 + chance.gamma(2.3, 5.2) if young else chance.normal(37, 15)
    return {"edad": str(int(np.clip(age, 1, 91))), "sexo": WORDS["male" if man else "female"]}


def soil(table: list[Row], city: Map, chance: np.random.Generator) -> dict[str, int]:
    """Put the dirt into the rows, in place, and return how many rows have each kind."""
    shared = _repeated(row["caso"] for row in table)
    single = [n for n, row in enumerate(table) if row["caso"] not in shared]
    free = [single[n] for n in chance.permutation(len(single))]
    counts = {"identical_rows": _twins(table, shared, chance), **_misplace(table, city, free)}
    counts |= _misdate(table, free)
    counts |= _move_to_corners(table, city, free, chance)
    counts |= _misname_blocks(table, city, free, chance)
    counts |= _forget(table, chance)
    counts["odd_words"] = _vary(table, chance)
    return counts


def _repeated(cases: Iterable[str]) -> set[str]:
    return {case for case, count in Counter(cases).items() if count > 1}


def _twins(table: list[Row], shared: set[str], chance: np.random.Generator) -> int:
    """Make both victims of a few double killings alike in every column, and no others: two people, one and the same row."""
    pairs: dict[str, list[Row]] = {}
    for row in table:
        if row["caso"] in shared:
            pairs.setdefault(row["caso"], []).append(row)
    doubles = [case for case, own in sorted(pairs.items()) if len(own) == 2]
    for own in pairs.values():
        for number, row in enumerate(own):
            while any((row["edad"], row["sexo"]) == (other["edad"], other["sexo"]) for other in own[:number]):
                row["edad"] = str(int(row["edad"]) + 1)
    for case in chance.choice(doubles, IDENTICAL_PAIRS, replace=False):
        pairs[str(case)][1].update(pairs[str(case)][0])
        for row in pairs[str(case)]:
            row["_twin"] = "yes"
    return IDENTICAL_PAIRS


def _misplace(table: list[Row], city: Map, free: list[int]) -> dict[str, int]:
    station = to_degrees([city.shapes[city.names.index(STATION)].representative_point()])[0]
    far, green = to_degrees([shapely.Point(at) for at in FAR_PLACES]), to_degrees([shapely.Point(at) for at in GREEN_PLACES])
    at_station = [(f"{station.x:.6f}", f"{station.y:.6f}")] * round(DEFAULT_PLACE * len(table))
    new = {
        "missing_coordinates": [("", "")] * round(MISSING_PLACE * len(table)),
        "zero_coordinates": [("0.000000", "0.000000")] * ZERO_PLACE,
        "default_place": at_station,
        "outside_the_city": [(f"{point.x:.6f}", f"{point.y:.6f}") for point in far],
        "in_no_block": [(f"{point.x:.6f}", f"{point.y:.6f}") for point in green],
    }
    for places in new.values():
        for lon, lat in places:
            table[free.pop()].update(lon=lon, lat=lat, manzana="", _block="")
    return {name: len(places) for name, places in new.items()}


def _misdate(table: list[Row], free: list[int]) -> dict[str, int]:
    for date in DATES_THAT_CANNOT_BE:
        spot = next(n for n in free if table[n]["fecha"][-4:] == date[-4:])
        free.remove(spot)
        table[spot]["fecha"] = date
    return {"impossible_dates": len(DATES_THAT_CANNOT_BE)}


def _move_to_corners(table: list[Row], city: Map, free: list[int], chance: np.random.Generator) -> dict[str, int]:
    """Put some victims on the very corner of their block, as agencies that geocode to crossings do."""
    degrees = to_degrees(city.shapes)
    seen: dict[tuple[float, float], int] = {}
    for shape in degrees:
        for corner in set(shape.exterior.coords):
            seen[corner] = seen.get(corner, 0) + 1
    moved = 0
    while moved < round(CORNERS * len(table)):
        row = table[free.pop()]
        corners = [corner for corner in degrees[int(row["_block"])].exterior.coords[:-1] if seen[corner] >= 3]
        if corners:
            lon, lat = corners[int(chance.integers(len(corners)))]
            row.update(lon=f"{lon:.6f}", lat=f"{lat:.6f}")
            moved += 1
    return {"on_a_corner": moved}


def _misname_blocks(table: list[Row], city: Map, free: list[int], chance: np.random.Generator) -> dict[str, int]:
    pairs = touching(city.shapes)
    wrong, blank = round(WRONG_BLOCK * len(table)), round(BLANK_BLOCK * len(table))
    for _ in range(wrong):
        row = table[free.pop()]
        own = int(row["_block"])
        beside = np.concatenate([pairs[pairs[:, 0] == own, 1], pairs[pairs[:, 1] == own, 0]])
        row["manzana"] = city.ids[int(chance.choice(beside))]
    for _ in range(blank):
        table[free.pop()]["manzana"] = ""
    return {"wrong_block_id": wrong, "no_block_id_but_a_place": blank}


def _forget(table: list[Row], chance: np.random.Generator) -> dict[str, int]:
    shared = _repeated(row["caso"] for row in table)
    plain = [n for n, row in enumerate(table) if row["caso"] not in shared]
    wanted = {"hora": round(NO_HOUR * len(table)), "edad": round(NO_AGE * len(table)), "sexo": NO_SEX}
    for column, count in wanted.items():
        for number in chance.choice(plain, count, replace=False):
            table[number][column] = "S/D" if column == "sexo" or chance.random() < 0.6 else ""
    return {"no_hour": wanted["hora"], "no_age": wanted["edad"], "no_sex": wanted["sexo"]}


def _vary(table: list[Row], chance: np.random.Generator) -> int:
    changed = 0
    for row in table:
        for column in ("sexo", "arma", "tipo", "estado"):
            if row[column] in VARIANTS and "_twin" not in row and chance.random() < ODD_WORDS:
                row[column] = str(chance.choice(VARIANTS[row[column]]))
                changed += 1
    return changed


def mapped(table: list[Row]) -> list[shapely.Point | None]:
    """Return where each row lies in metres, or nothing where its place is missing, 0 0, or outside every block."""
    found = [shapely.Point(float(row["lon"]), float(row["lat"])) if row["_block"] else shapely.Point(0, 0) for row in table]
    metres = to_metres(found)
    return [point if row["_block"] else None for row, point in zip(table, metres, strict=True)]


def write_csv(path: Path, table: list[Row]) -> None:
    """Write the file as the agency would send it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "municipio": TOWN, "fuente": SOURCE} for row in table)
