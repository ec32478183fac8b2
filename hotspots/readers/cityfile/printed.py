"""The parts of docs/city-file.md that are printed from the rows that the reader reads: keys, questions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotspots.readers.cityfile.keys import (
    AREA_COUNTS,
    BLOCKS,
    CITY,
    COSTS,
    GAZETTEER,
    GROUP,
    INCIDENTS,
    INTERVENTION,
    LAYER,
    NOTE,
    SEGMENTS,
    WORDS,
    Key,
)
from hotspots.readers.doubts import DOUBTS, question
from hotspots.readers.falls import ShrinkError
from hotspots.readers.faults import (
    NOWHERE,
    AreaColumnError,
    DateColumnError,
    DayOrMonthError,
    DoubtError,
    LatitudeError,
    LoneEventError,
    MidnightZoneError,
    NumbersError,
    PlaceColumnError,
    ResidentsColumnError,
)
from hotspots.readers.homicide_faults import (
    CodedAgesError,
    CodedSexError,
    CountsError,
    HomicideError,
    Judged,
    SameVictimError,
    SeveralPeopleError,
    VictimsError,
)
from hotspots.readers.place_faults import (
    Change,
    LostSignError,
    LostSignInBlocksError,
    OtherSystemError,
    SwappedAxesError,
    SwappedInBlocksError,
    UnknownSystemError,
)
from hotspots.readers.table_faults import (
    HeaderError,
    MergedAreasError,
    MergedTimesError,
    NoDaysError,
    SameNameError,
    SheetError,
    SplitYearsError,
    TwiceNamedError,
    YearlessDaysError,
    YearlessError,
)
from hotspots.words import told

SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "": CITY,
    "[incidents]": INCIDENTS,
    "[area_counts]": AREA_COUNTS,
    "[blocks]": BLOCKS,
    "[districts]` and `[beats]": GROUP,
    "[segments]": SEGMENTS,
    "[gazetteer]": GAZETTEER,
    "[layers.NAME]": LAYER,
    "[[events]]` and `[[definition_breaks]]": NOTE,
    "[[interventions]]": INTERVENTION,
    "[costs]": COSTS,
}
_FILE = "h.csv"
_AWAY = (_FILE, ("lon", "lat"), "", False, "75.1, 39.9", 9, "Asia/Bishkek")
EXAMPLES: tuple[DoubtError, ...] = (  # of each row of questions, a doubt that it is about
    SwappedInBlocksError(0, 12, (89.2, 13.7), Change(swap=("lon", "lat"))),
    LostSignInBlocksError(0, 12, (89.2, 13.7), Change(negate=("x",))),
    OtherSystemError(0, 12, (89.2, 13.7), Change(epsg=4326)),
    HomicideError(_FILE, 9, (Judged("delito", (("ROBO", "other", 7), ("DOLOSO", "homicide", 2))),), {"delito": ("DOLOSO",)}, 2),
    VictimsError(_FILE, 9, {"killed": 4}, {"killed": ("0", "1")}, "killed"),
    SameVictimError(_FILE, ("victim_id",), 12, 9, {"victim_id": ("a", "b")}, by_id=True),
    CountsError("t.csv", 12, {"homicidios": 40, "lesiones": 90}, {"homicidios": ("1",), "lesiones": ("2",)}),
    SeveralPeopleError(_FILE, ("edad", "sexo"), 160, 12, 175),
    CodedAgesError("d.csv", "EDAD", ("4023", "3011", "4998"), ("4023", 23), 160),
    CodedSexError("d.csv", "SEXO", (("1", 142), ("2", 18))),
    SheetError("h.xlsx", told("several sheets hold a table ({listed})", listed="'a', 'b'"), (("a", "id, day"), ("b", "id, day")), 2),
    HeaderError(_FILE, ((1, "Fecha, Edad"), (2, "date, age"))),
    DayOrMonthError(
        "day",
        ("%d/%m/%Y", "%m/%d/%Y"),
        (0.0, 0.0),
        12,
        (("2/6/2019", pd.Timestamp(2019, 6, 2), pd.Timestamp(2019, 2, 6)),),
        0,
        0,
    ),
    LoneEventError(_FILE, "case", ("1", "2", "3"), 103, 210),
    MidnightZoneError("day", "23:00", 1200),
    DateColumnError(_FILE, ("when", "who"), ("when",), {"when": ("2019-06-02",)}),
    PlaceColumnError(
        _FILE,
        ("lon", "lat"),
        ("lon, lat", NOWHERE),
        {"lon, lat": ("-89.2", "13.7")},
        places={"lon, lat": {"x": "lon", "y": "lat"}, NOWHERE: {"no_place": True}},
    ),
    LatitudeError("lat", "lon", -103.25),
    SwappedAxesError(*_AWAY, (("swap", Change(swap=("lon", "lat"))),), ("America/Bogota",)),
    LostSignError(*_AWAY, (("x", Change(negate=("x",))),), ("America/New_York",)),
    UnknownSystemError(_FILE, np.array([500_000.0]), np.array([1_500_000.0]), of=3, likely=32616),
    AreaColumnError("b.geojson", ("code", "name"), ("code",), {"code": ("05001",)}),
    SameNameError("t.csv", "municipio", "departamento", {"Barbosa": {"Antioquia": 5, "Santander": 2}}, 1),
    TwiceNamedError("t.csv", "municipio", {"Barbosa": (5, 2)}, 1),
    NoDaysError(_FILE, "mes", {"mes": ("2024-01", "2024-02")}, 160, months=True),
    YearlessDaysError(_FILE, "dia + mes", (2023,), (2024, 2022)),
    YearlessError("t.csv", "Ene", (2023,), (2024, 2022)),
    SplitYearsError("t.csv", ("2019/20", "2020/21"), {4: ("2019-04", "2020-03"), 7: ("2019-07", "2020-06")}),
    MergedTimesError("t.csv", "anio", ("2019", "2020"), 22),
    MergedAreasError("t.csv", "departamento", ("Antioquia", "Santander"), 40),
    ResidentsColumnError("b.geojson", ("people", "homes"), ("people", "homes"), {"people": ("1200",), "homes": ("310",)}),
    ShrinkError(3, (told("{year}: {before} victims before, {now} now", year=2023, before=12, now=5),)),
    NumbersError("b.csv", "pop", "dot", ("1.234", "2.345"), 40),
)
_PART = "<!-- {name}: printed from the reader's own rows by `python -m hotspots.readers.cityfile.printed` -->"
_END = "<!-- end of {name} -->"


def printed_keys() -> str:
    """Return a table of the keys of each section: what each means, the kind of its value, what holds without it, an example."""
    lines: list[str] = []
    for section, keys in SECTIONS.items():
        lines += ["", f"### `{section}`" if section else "### Above all sections", ""]
        lines += ["| key | meaning | value | left out | example |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(f"`{name}`", key.meaning, WORDS[key.kind], _without(key), _example(name, key)) for name, key in keys.items()]
    return "\n".join(lines[1:])


def _without(key: Key) -> str:
    return "it must be there" if key.needed else key.without


def _example(name: str, key: Key) -> str:
    return (
        f"`{key.example}`"
        if key.example.lstrip("[").startswith((f"{name}]", f"{name}.")) and key.example[0] == "["
        else f"`{name} = {key.example}`"
    )


def printed_questions() -> str:
    """Return the table of all questions, one row for each doubt: id, text and answers of an example, and where the answer is written."""
    lines = ["| id | for example | answers | the answer is written under |", "| --- | --- | --- | --- |"]
    for row, fault in zip(DOUBTS, EXAMPLES, strict=True):
        asked = question(fault)
        assert asked is not None  # a row is about it
        named = {answer: f"`{answer}`" + (" (safe)" if answer == asked.safe else "") for answer in asked.options}
        answers = "<br>".join(f"{named[answer]}: {meaning}" for answer, meaning in asked.options.items())
        under = "nothing is written" if row.id == "shrink" else f"`[{row.section}]`"
        lines.append(_row(f"`{row.id}`", asked.text, answers, under))
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def filled(page: str) -> str:
    """Return the page with its printed parts as the rows have them now; all other text stays.

    >>> filled("no part to fill")
    'no part to fill'
    """
    for name, text in (("keys", printed_keys()), ("questions", printed_questions())):
        start, end = _PART.format(name=name), _END.format(name=name)
        before, sign, after = page.partition(start)
        if sign:
            page = f"{before}{start}\n{text}\n{end}{after.partition(end)[2]}"
    return page


if __name__ == "__main__":
    import sys
    from pathlib import Path

    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/city-file.md")
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
