"""The questions that users bring, where each is answered, and the number: one table, which the walk and docs/questions.md both read.

    python tests/browser/asked_by_users.py [FOLDER OF THE REAL CITY DATA]

writes docs/questions.md. A row has the page that one starts from, the clicks (at most three), the number in words in both languages (the
blanks are filled from the raw file by a function of `from_the_file`), and what is missing where a question is not answered in full.
"""

from __future__ import annotations

import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asked_by_neighbours
import from_the_file

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "questions.md"
MOST_CLICKS = 3
LANGUAGES = ("en", "es")
CITIES = {"puerto-albatros": "Puerto Albatros", "philadelphia": "Philadelphia", "el-salvador": "El Salvador"}

Click = tuple[str, dict[str, str]]  # what is clicked, and its name in each language


@dataclass(frozen=True)
class Row:
    """One question about one city. `typed` is written into the field that the last click opened; without `says` it is not answered."""

    question: str
    city: str
    start: str = ""
    clicks: tuple[Click, ...] = ()
    typed: str = ""
    period: str | tuple[str, str] = ""
    says: tuple[str, str] | None = None
    numbers: str = ""
    missing: str = ""

    def found(self, data: Path) -> from_the_file.Numbers:
        """Return the numbers from the raw files."""
        found: from_the_file.Numbers = getattr(from_the_file, self.numbers)(raw(self.city, data)) if self.numbers else {}
        return found

    def of(self, language: str) -> str:
        """Return the period that stands beside the number, where the words do not hold it."""
        return self.period if isinstance(self.period, str) else self.period[LANGUAGES.index(language)]

    def told(self, language: str, data: Path) -> str:
        """Return the words that stand on the page, with the numbers in them."""
        assert self.says is not None
        numbers = {name: f"{n:,}" if isinstance(n, int) else str(n) for name, n in self.found(data).items()}
        numbers |= {f"{name}_es": text.replace(" and ", " y ").replace("no. ", "n.º ") for name, text in numbers.items() if " and " in text}
        return self.says[LANGUAGES.index(language)].format(**numbers)


def raw(city: str, data: Path) -> Path:
    """Return the folder of a city's raw files."""
    return data / city if city == "philadelphia" else REPO / "data" / "cities" / city / "raw"


def menu(group: tuple[str, str], page: tuple[str, str]) -> tuple[Click, ...]:
    """Return the two clicks that lead to a page."""
    return ("group", dict(zip(LANGUAGES, group, strict=True))), ("page", dict(zip(LANGUAGES, page, strict=True)))


def named(kind: str, en: str, es: str) -> Click:
    """Return a click on something by its name."""
    return kind, {"en": en, "es": es}


BEGIN = ("Where to begin", "Por dónde empezar")
CHANGED = ("What changed", "Qué cambió")
DONE = ("What was done", "Qué se hizo")
DATA = ("About the data", "Sobre los datos")
TRENDS = menu(CHANGED, ("Over the years", "A lo largo de los años"))
FIRST = menu(BEGIN, ("The first places", "Los primeros lugares"))
CHANCE = menu(BEGIN, ("More than chance explains", "Más de lo que explica el azar"))
FEW = menu(BEGIN, ("How few places", "Qué pocos lugares"))
WORKED = menu(DONE, ("Did it work?", "¿Funcionó?"))
FEED = menu(DATA, ("Data", "Datos"))
PEOPLE = menu(("People", "Personas"), ("Who was killed", "Quiénes fueron asesinados"))
COST = named("number", "What a homicide costs (a figure of your own)", "Lo que cuesta un homicidio (su propia cifra)")
PLACE = named("choice", "Place", "Lugar")
DISTRICT = (PLACE, named("option", "El Malecón", "El Malecón"))
HTML = named("file", "One page (HTML)", "Una página (HTML)")
COMMANDER = {
    "C1": "What happened in my district in the last 7 and 28 days and this year?",
    "C2": "Is that change real?",
    "C3": "Which few places drive it?",
    "C4": "Are they old or new?",
    "C5": "Which recent killings may be followed by another?",
    "C6": "When should people be there?",
    "C7": "What kind of homicide?",
    "C8": "Who is being hurt?",
    "C9": "Are we solving them?",
    "C10": "Did our last deployment work?",
    "C11": "Where do hot spots straddle beats?",
    "C12": "Can I trust today's feed?",
}
POLICYMAKER = {
    "P1": "How many, what rate, which direction?",
    "P2": "How concentrated is it?",
    "P3": "Who, and how?",
    "P4": "What changed when?",
    "P5": "Did the programme work?",
    "P6": "Where should the next dollar go?",
    "P7": "What would the target mean here?",
    "P8": "What does it cost us?",
    "P9": "Which number is right?",
    "P10": "Is the burden fair?",
    "P11": "Where will the year end?",
    "P12": "One page to take away?",
}

NO_NUMBER = "Which place a point lies in is worked out by our geometry, held to other programs in the tests; pandas gives the sum."
NOT_BY_PANDAS = "The range is the method's, held to simulation in `docs/calibration.md`; pandas gives the counts that it is about."


def _puerto_albatros() -> list[Row]:
    def row(question: str, en: str, es: str, numbers: str, clicks: tuple[Click, ...] = (), **more: Any) -> Row:
        return Row(question, "puerto-albatros", clicks=clicks, says=(en, es), numbers=numbers, **more)

    month_en, month_es = "28 days 4–31 Dec 2024 within the normal range", "28 días 4–31 de dic de 2024 dentro de lo habitual"
    return [
        row(
            "C1",
            "{week} 7 days 25–31 Dec 2024 within the normal range 0 to 4 {month} 28 days 4–31 Dec 2024 within the normal range 0 to 5 "
            "{year} 12 months 1 Jan – 31 Dec 2024",
            "{week} 7 días 25–31 de dic de 2024 dentro de lo habitual 0 a 4 {month} 28 días 4–31 de dic de 2024 "
            "dentro de lo habitual 0 a 5 {year} 12 meses 1 de ene – 31 de dic de 2024",
            "my_district",
            DISTRICT,
        ),
        row("C2", f"{{n}} {month_en} 7 to 33", f"{{n}} {month_es} 7 a 33", "change"),
        row(
            "C3",
            "{half} of {of} blocks hold half of {n} people killed · 2022–2024",
            "{half} de {of} manzanas reúnen la mitad de {n} personas asesinadas · 2022–2024",
            "few_places",
        ),
        row(
            "C4",
            "Old or new: of {every} places {lasting} lasting, {new} new, {past} past, {times} at times. 2022–2024.",
            "Antiguos o nuevos: de {every} lugares, {lasting} duraderos, {new} nuevos, {past} pasados y {times} a veces. 2022–2024.",
            "patterns",
        ),
        row("C5", "{n} windows open on December 31, 2024.", "{n} ventanas abiertas el 31 de diciembre de 2024.", "windows"),
        row(
            "C6",
            "{known} people killed, by day of the week and hour. 2022–2024. Hour known for {known}, not known for {unknown}.",
            "{known} personas asesinadas, por día de la semana y hora. 2022–2024. Hora conocida en {known} casos, "
            "desconocida en {unknown}.",
            "hours",
        ),
        row(
            "C7",
            "Gang or group {group} Dispute {dispute} Robbery {robbery} all others 50 not known {unknown}",
            "Pandilla o grupo {group} Riña o disputa {dispute} Robo {robbery} todos los demás 50 no se sabe {unknown}",
            "kinds",
            period="2022–2024",
        ),
        row("C8", "15–29 {young} 30–44 {adult}", "15–29 {young} 30–44 {adult}", "victims", period="2022–2024"),
        row(
            "C9",
            "last 12 months: {open} of {n} cases open",
            "últimos 12 meses: {open} de {n} casos abiertos",
            "solved",
        ),
        row(
            "C10",
            "{fewer} fewer homicides than the comparison areas lead one to expect (95% interval: −72% to −8%).",
            "{fewer} menos homicidios de los que hacen esperar las áreas de comparación (intervalo del 95%: −72% a −8%).",
            "programme",
            WORKED,
            period=("March 1, 2021", "1 de marzo de 2021"),
        ),
        row(
            "C11",
            "{n} of {all} circles reach into more than one beat: {which}.",
            "{n} de {all} círculos alcanzan más de un sector: {which_es}.",
            "circles",
            CHANCE,
            period="2015–2024",
        ),
        row(
            "C12",
            "{placed} of {n} people killed",
            "{placed} de {n} personas asesinadas",
            "trust",
            FEED,
            period=("Dec 31, 2024", "31 dic 2024"),
        ),
        row(
            "P1",
            "{n} people killed, 2024: within the normal range. No clear difference from 2020 ({then}). {below} below 2015, when it was "
            "counted differently. {rate} per 100,000 residents a year (48.2–57.5), 2022–2024",
            "{n} personas asesinadas, 2024: dentro de lo habitual. Sin diferencia clara con 2020 ({then}). {below} menos que en 2015, "
            "cuando se contaba de otra manera. {rate} por cada 100,000 habitantes al año (48.2–57.5), 2022–2024",
            "level",
        ),
        row(
            "P2",
            "{half} of {of} blocks ({share}%) hold half of the homicides; chance alone would give 15.3% 2015–2024",
            "{half} de {of} manzanas ({share}%) reúnen la mitad de los homicidios; por puro azar sería el 15.3% 2015–2024",
            "concentrated",
            FEW,
        ),
        row(
            "P3",
            "588 people killed · 2022–2024 Weapon Firearm {gun}",
            "588 personas asesinadas · 2022–2024 Arma Arma de fuego {gun}",
            "weapons",
        ),
        row(
            "P4",
            "Yes, most clearly from March 2020: {before} people killed a month before, {after} from then on (120 months).",
            "Sí, sobre todo desde marzo de 2020: {before} personas asesinadas al mes antes, {after} desde entonces (120 meses).",
            "shift",
            TRENDS,
        ),
        row(
            "P5",
            "Quiet Docks plan , since March 1, 2021. {fewer} fewer homicides",
            "Plan Muelle Tranquilo , desde el 1 de marzo de 2021. {fewer} menos homicidios",
            "programme",
        ),
        row(
            "P6",
            "{events} events in 2015–2024, {last} of them in the last 12 months.",
            "{events} hechos en 2015–2024, {last} de ellos en los últimos 12 meses.",
            "first_place",
            FIRST,
        ),
        row(
            "P7",
            "From {now} homicides a year, a fall of 10% a year means {first} fewer in the first year and {total} fewer in five years.",
            "Desde {now} homicidios al año, una baja de 10% al año significa {first} menos el primer año y {total} menos en cinco años.",
            "target",
            WORKED,
        ),
        row(
            "P8",
            "At {unit} a homicide (your own figure): {year} a year now; the target means {less} less in five years.",
            "A {unit} por homicidio (su propia cifra): {year} al año ahora; la meta significa {less} menos en cinco años.",
            "money",
            (*WORKED, COST),
            typed="1000000",
        ),
        Row("P9", "puerto-albatros", missing="One source only: there is no other count to put beside it."),
        row(
            "P10",
            "in 2020–2024 the fifth with the highest rates had 105 homicides per 100,000 residents a year, the fifth with the lowest 34.6",
            "en 2020–2024 el quinto de los lugares con las tasas más altas tuvo 105 homicidios por cada 100,000 habitantes al año",
            "",
            FEW,
            missing=NOT_BY_PANDAS,
        ),
        row(
            "P11",
            "{n} people killed in 2024 so far. If the rest of 2024 is to its beginning as in 2020–2023, the year ends between 150 and 192",
            "{n} personas asesinadas en lo que va de 2024. Si el resto de 2024 guarda con su comienzo la relación de 2020–2023, el año "
            "terminará entre 150 y 192",
            "year_end",
            TRENDS,
            start="to=2024-10-01",
            missing=NOT_BY_PANDAS,
        ),
        row(
            "P12",
            "{n} people killed in Puerto Albatros in the last 12 months: within the normal range",
            "{n} personas asesinadas en Puerto Albatros en los últimos 12 meses: dentro de lo habitual",
            "one_page",
            (HTML,),
        ),
    ]


def _philadelphia() -> list[Row]:
    def row(question: str, en: str, es: str, numbers: str, clicks: tuple[Click, ...] = (), **more: Any) -> Row:
        return Row(question, "philadelphia", clicks=clicks, says=(en, es), numbers=numbers, **more)

    return [
        row(
            "C1",
            "6 28 days 4–31 Dec 2018 within the normal range 0 to 6 34 12 months 1 Jan – 31 Dec 2018 within the normal range 19 to 42",
            "6 28 días 4–31 de dic de 2018 dentro de lo habitual 0 a 6 34 12 meses 1 de ene – 31 de dic de 2018 "
            "dentro de lo habitual 19 a 42",
            "",
            (PLACE, named("option", "22", "22")),
            missing="A district is that of its tracts: 179 people killed are counted in a neighbouring one. " + NO_NUMBER,
        ),
        row(
            "C2",
            "{n} 28 days 4–31 Dec 2018 more than usual 12 to 32",
            "{n} 28 días 4–31 de dic de 2018 más de lo habitual 12 a 32",
            "phl_month",
        ),
        row(
            "C3",
            "55 of 408 blocks hold half of {n} people killed · 2016–2018",
            "55 de 408 manzanas reúnen la mitad de {n} personas asesinadas · 2016–2018",
            "phl_recent",
            missing=NO_NUMBER,
        ),
        row(
            "C4",
            "Old or new: of 257 places 76 lasting, 43 new, 27 past, 111 at times. 2016–2018.",
            "Antiguos o nuevos: de 257 lugares, 76 duraderos, 43 nuevos, 27 pasados y 111 a veces. 2016–2018.",
            "",
            missing=NO_NUMBER,
        ),
        row("C5", "{n} windows open on December 31, 2018.", "{n} ventanas abiertas el 31 de diciembre de 2018.", "phl_windows"),
        row(
            "C6",
            "{n} people killed, by day of the week and hour. 2016–2018. Hour known for {n}, not known for 0.",
            "{n} personas asesinadas, por día de la semana y hora. 2016–2018. Hora conocida en {n} casos, desconocida en 0.",
            "phl_recent",
        ),
        Row("C7", "philadelphia", missing="Not published: the file does not say what a homicide came from."),
        row(
            "C8",
            "Men and boys {men} Women and girls {women}",
            "Hombres y niños {men} Mujeres y niñas {women}",
            "phl_victims",
            period="2016–2018",
        ),
        Row("C9", "philadelphia", missing="Not published: the file does not say whether a case was cleared."),
        Row("C10", "philadelphia", missing="Nothing stands in the log yet."),
        row(
            "C11",
            "10 of 12 circles reach into more than one district: no. 1 (22, 25, 26 and 39), no. 2 (22 and 39), no. 3 (24 and 25)",
            "10 de 12 círculos alcanzan más de un distrito: n.º 1 (22, 25, 26 y 39), n.º 2 (22 y 39), n.º 3 (24 y 25)",
            "",
            CHANCE,
            period="2006–2018",
            missing=NO_NUMBER,
        ),
        row(
            "C12",
            "{placed} of {n} people killed",
            "{placed} de {n} personas asesinadas",
            "phl_trust",
            FEED,
            period=("Dec 31, 2018", "31 dic 2018"),
        ),
        row(
            "P1",
            "{n} people killed, 2018: within the normal range. No clear difference from 2006 ({then}).",
            "{n} personas asesinadas, 2018: dentro de lo habitual. Sin diferencia clara con 2006 ({then}).",
            "phl_level",
        ),
        row(
            "P2",
            "67 of 408 blocks (16%) hold half of the homicides; chance alone would give 38% 2006–2018",
            "67 de 408 manzanas (16%) reúnen la mitad de los homicidios; por puro azar sería el 38% 2006–2018",
            "",
            FEW,
            missing=NO_NUMBER,
        ),
        row(
            "P3",
            "Firearms killed {gun} of {n} people, 2018",
            "Las armas de fuego mataron a {gun} de {n} personas, 2018",
            "phl_weapons",
            PEOPLE,
        ),
        row(
            "P4",
            "Yes, most clearly from December 2007: {before} people killed a month before, {after} from then on (156 months).",
            "Sí, sobre todo desde diciembre de 2007: {before} personas asesinadas al mes antes, {after} desde entonces (156 meses).",
            "phl_shift",
            TRENDS,
        ),
        Row("P5", "philadelphia", missing="Nothing stands in the log yet."),
        row(
            "P6",
            "44 blocks, 5% of the area",
            "44 manzanas, el 5% de la superficie",
            "",
            FIRST,
            period="2006–2018",
            missing=NO_NUMBER,
        ),
        row(
            "P7",
            "From {now} homicides a year, a fall of 10% a year means {first} fewer in the first year and {total} fewer in five years.",
            "Desde {now} homicidios al año, una baja de 10% al año significa {first} menos el primer año y {total} menos en cinco años.",
            "phl_target",
            WORKED,
        ),
        row(
            "P8",
            "At {unit} a homicide (your own figure): {year} a year now; the target means {less} less in five years.",
            "A {unit} por homicidio (su propia cifra): {year} al año ahora; la meta significa {less} menos en cinco años.",
            "phl_money",
            (*WORKED, COST),
            typed="1000000",
        ),
        Row("P9", "philadelphia", missing="One source only: there is no other count to put beside it."),
        row("P10", "That is 15.1 times as many", "Es 15.1 veces esa tasa", "", FEW, period="2018", missing=NO_NUMBER),
        Row("P11", "philadelphia", missing="The year is over: 351 people killed in 2018."),
        row(
            "P12",
            "{n} people killed in Philadelphia in the last 12 months: within the normal range",
            "{n} personas asesinadas en Philadelphia en los últimos 12 meses: dentro de lo habitual",
            "phl_level",
            (HTML,),
        ),
    ]


def _el_salvador() -> list[Row]:
    def row(question: str, en: str, es: str, numbers: str, clicks: tuple[Click, ...] = (), **more: Any) -> Row:
        return Row(question, "el-salvador", clicks=clicks, says=(en, es), numbers=numbers, **more)

    totals = "Only totals are published: no single homicide, no day, no place."
    return [
        *(Row(question, "el-salvador", missing=totals) for question in COMMANDER),
        row("P1", "{n} people killed in El Salvador, 2024", "{n} personas asesinadas en El Salvador, 2024", "sv_level"),
        Row("P2", "el-salvador", missing=totals),
        row(
            "P3",
            "{n} people killed in El Salvador, 2015",
            "{n} personas asesinadas en El Salvador, 2015",
            "sv_women",
            start="sex=female&from=2015-01-01&to=2016-01-01",
            missing="By sex of 2015 alone; no weapon is published.",
        ),
        row("P4", "{most}", "{most}", "sv_years", period="1995–2024"),
        row(
            "P5",
            "Not evaluable: no months are published.",
            "No evaluable: faltan los meses.",
            "",
            WORKED,
            missing="Said in five words: months are not published.",
        ),
        Row("P6", "el-salvador", missing=totals),
        row(
            "P7",
            "From {now} homicides a year, a fall of 10% a year means {first} fewer in the first year and {total} fewer in five years.",
            "Desde {now} homicidios al año, una baja de 10% al año significa {first} menos el primer año y {total} menos en cinco años.",
            "sv_target",
            WORKED,
        ),
        row(
            "P8",
            "At {unit} a homicide (your own figure): {year} a year now; the target means {less} less in five years.",
            "A {unit} por homicidio (su propia cifra): {year} al año ahora; la meta significa {less} menos en cinco años.",
            "sv_money",
            (*WORKED, COST),
            typed="1000000",
        ),
        row("P9", "2022 4 counts by what is counted {low} to {high}", "2022 4 recuentos según lo que se cuenta {low} a {high}", "sv_range"),
        Row("P10", "el-salvador", missing="Only 2010 is published by area."),
        Row("P11", "el-salvador", missing="The year is over, and totals are of whole years."),
        row("P12", "{n} people killed in El Salvador, 2024", "{n} personas asesinadas en El Salvador, 2024", "sv_level", (HTML,)),
    ]


ROWS: tuple[Row, ...] = (*_puerto_albatros(), *_philadelphia(), *_el_salvador())


# --- the page ---------------------------------------------------------------------------------------------------------------------------


def written(data: Path | None) -> str:
    """Return docs/questions.md; without the real city data the rows of Philadelphia have their words, and no numbers."""
    answered = "Of the {title}'s twelve, {n} are answered."
    table = ["| | question | from | clicks | what stands there | period | from the raw file |", "|---|---|---|---|---|---|---|"]
    lines = [
        "# The questions that users bring",
        "",
        "A commander's twelve and a policymaker's twelve, on three cities: where each is answered, and how its number follows from the raw",
        "file with pandas alone. Written from the table `tests/browser/asked_by_users.py` by that program; `make walk`",
        "walks every row in a browser, on a desk and on a phone, in Spanish and English, everything outside blocked, and finds the number",
        "with its period in visible text; `make test` holds this page to the table. How a number follows is a function of",
        "`tests/browser/from_the_file.py`, which imports pandas and nothing of ours.",
        "",
    ]
    for city, name in CITIES.items():
        lines += [f"## {name}", ""]
        for title, questions in (("commander", COMMANDER), ("policymaker", POLICYMAKER)):
            rows = [row for row in ROWS if row.city == city and row.question in questions]
            n = sum(row.says is not None for row in rows)
            lines += [answered.format(title=title, n=n), "", *table, *(line(row, questions[row.question], data) for row in rows), ""]
    return "\n".join([*lines, *asked_by_neighbours.written()])


def line(row: Row, question: str, data: Path | None) -> str:
    """Return the line of a row."""
    if row.says is None:
        return f"| {row.question} | {question} | – | – | not answered | – | {row.missing} |"
    known = row.city != "philadelphia" or data is not None
    said = row.told("en", data or REPO) if known else row.says[0]
    clicks = " › ".join(names["en"] for _, names in row.clicks) or "none"
    clicks += f", type {row.typed}" if row.typed else ""
    how = (inspect.getdoc(getattr(from_the_file, row.numbers)) or "").split("\n")[0] if row.numbers else ""
    start = f"`/?city={row.city}{'&' + row.start if row.start else ''}`"
    said = f"{said} | {row.of('en') or 'in the words'}"
    return f"| {row.question} | {question} | {start} | {clicks} | {said} | {' '.join(part for part in (how, row.missing) if part)} |"


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("HOTSPOTS_TEST_DATA", "")
    PAGE.write_text(written(Path(where) if where else None), encoding="utf-8")
