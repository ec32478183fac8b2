"""The twelve questions of a community group, on Puerto Albatros in the public edition: the page, what stands there, and the raw file.

The rows are those of `asked_by_users`, which writes them into docs/questions.md. The release is the strict one of 1 March 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import from_the_file
import pandas as pd

CITY = "puerto-albatros"
AS_OF = "2025-03-01"
AREA = "a006"  # El Malecón C22
LANGUAGES = ("en", "es")
QUESTIONS = {
    "N1": "How are things around here, and getting better or worse?",
    "N2": "Compared with the rest of the city?",
    "N3": "Who is losing people?",
    "N4": "When do we need people out?",
    "N5": "Which blocks have flared recently?",
    "N6": "Are services where the harm is?",
    "N7": "Are cases being solved here?",
    "N8": "What is left out?",
    "N9": "Can I show this at a meeting, in Spanish?",
    "N10": "Could this hurt someone?",
    "N11": "Tell me when data change",
    "N12": "What is being done?",
}
PAGES = {  # a page of the edition, and the click that leads to it from the first one
    "": "none",
    "people": "Who is losing people",
    "done": "What is being done",
    "left-out": "What is left out",
}


@dataclass(frozen=True)
class Row:
    """A question: the page of the edition, the file of the page without a server, the words of both with blanks, and what is missing.

    Without `says` it is not answered; `full` is False where only part of it is.
    """

    question: str
    page: str = ""
    file: str = "index"
    says: tuple[str, str] | None = None
    numbers: str = ""
    full: bool = True
    missing: str = ""

    def told(self, language: str, raw: Path) -> str:
        """Return the words with the numbers from the raw file in them."""
        assert self.says is not None
        numbers = {name: f"{n:,}" if isinstance(n, int) else str(n) for name, n in getattr(from_the_file, self.numbers)(raw).items()}
        return self.says[LANGUAGES.index(language)].format(**numbers)

    @property
    def oracle(self) -> str:
        """What `from_the_file` does."""
        return (getattr(from_the_file, self.numbers).__doc__ or "").split("\n")[0]


ROWS = (
    Row(
        "N1",
        says=(
            "{now} people killed in 2020–2024, {then} in 2015–2019: fewer, and beyond the normal range.",
            "{now} personas asesinadas en 2020–2024, {then} en 2015–2019: menos, y fuera de lo habitual.",
        ),
        file="cards",
        numbers="around_here",
        missing="The last 12 and 36 months of an area are not told; the page says why and when its next number comes.",
    ),
    Row(
        "N2",
        says=("{rate}…times the rate of the rest", "{rate}…veces la tasa del resto"),
        file="cards",
        numbers="rate_here",
        missing="The rest are the areas whose number and residents are known: some blocks of this city are not counted.",
    ),
    Row("N3", "people", says=("Women and girls…{n}", "Mujeres y niñas…{n}"), numbers="women"),
    Row("N4", missing="Days and hours are not published: with the news they would tell which death is meant."),
    Row("N5", missing="Not published: blocks and recent days would tell of single deaths. Vetted partners use the restricted edition."),
    Row(
        "N6",
        "done",
        says=("El Malecón C22…{n}…Hospital del Buen Viento, {km} km", "El Malecón C22…{n}…Hospital del Buen Viento, a {km} km"),
        numbers="services",
    ),
    Row(
        "N7",
        "people",
        says=("{n}…", "{n}…"),
        numbers="solved_cases",
        full=False,
        missing="Of the whole city: by area it would describe one person's case.",
    ),
    Row(
        "N8",
        "left-out",
        says=("{total}…{unmapped}", "{total}…{unmapped}"),
        numbers="left_out",
    ),
    Row(
        "N9",
        file="areas",
        says=("{now} people killed in El Malecón C22, 2020–2024", "{now} personas asesinadas en El Malecón C22, 2020–2024"),
        numbers="around_here",
        missing="The page to print of an area, in both languages; the same number as on its card.",
    ),
    Row(
        "N10",
        "left-out",
        says=("{total}…Do not name a victim in public.", "{total}…No nombre a una víctima en público."),
        numbers="left_out",
        missing="Why each number is not there, and how to ask for a correction, stand there.",
    ),
    Row(
        "N11",
        file="feed",
        says=("{n} people killed in Puerto Albatros in 2024", "{n} personas asesinadas en Puerto Albatros en 2024"),
        numbers="newest_year",
    ),
    Row(
        "N12",
        "done",
        says=("since March {day}, {year}…Quiet Docks plan", "desde el {day} de marzo de {year}…Plan Muelle Tranquilo"),
        numbers="since_when",
    ),
)


def written() -> list[str]:
    """Return the lines of docs/questions.md."""
    raw = Path(__file__).resolve().parents[2] / "data" / "cities" / CITY / "raw"
    full = sum(row.says is not None and row.full for row in ROWS)
    lines = [
        "## Puerto Albatros, the public edition",
        "",
        f"Of a community group's twelve, {full} are answered in full, from the strict release of {pd.Timestamp(AS_OF):%-d %B %Y} and",
        "nothing else. `make walk` finds those of a page in the browser in both languages, `make test` all in the files of the page",
        "without a server (`tests/test_asked_by_neighbours.py`).",
        "",
        "| | question | page | clicks | without a server | what stands there | from the raw file |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in ROWS:
        if row.says is None:
            lines.append(f"| {row.question} | {QUESTIONS[row.question]} | – | – | – | not answered | {row.missing} |")
            continue
        area = f"&area={AREA}" if row.page == "" and row.file != "feed" else ""
        page = f"`/{row.page}?city={CITY}{area}`"
        clicks = "Search for an area" if area else PAGES[row.page]
        file = f"`{row.file}.*`" if row.file else "`index.*`"
        what = f"{row.told('en', raw)}{'' if row.full else ' (in part)'}"
        lines.append(f"| {row.question} | {QUESTIONS[row.question]} | {page} | {clicks} | {file} | {what} | {row.oracle} {row.missing} |")
    return [*lines, ""]
