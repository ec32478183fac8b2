"""A community group's twelve questions: answered by the files of a release alone, with the numbers of the raw file."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import pytest
from released import SECRET

from hotspots import cities
from hotspots import release as disclosure
from hotspots.drawing.site import Atlas, cards, feed, handout
from hotspots.drawing.site.pages import page
from hotspots.release import Reading
from hotspots.words import words_for

REPO = Path(__file__).resolve().parent.parent
sys.path.append(str(REPO / "tests" / "browser"))  # at the end: names of tests exist in both
import asked_by_neighbours as asked  # noqa: E402

RAW = REPO / "data" / "cities" / asked.CITY / "raw"


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading(disclosure.build(cities.read_folder(RAW.parent), as_of=asked.AS_OF, secret=SECRET))


@pytest.fixture(scope="module")
def texts(reading) -> dict[tuple[str, str], str]:
    """Return what a reader finds in each file, by file and language; of cards and sheets those of the area alone."""
    found = {}
    for language in asked.LANGUAGES:
        words = words_for(language)
        atlas = Atlas(reading, words)
        card = cards.page(reading, words).split(f'id="{cards.anchor(asked.AREA)}"')[1].split("</article>")[0]
        sheet = handout.handout(atlas, asked.AREA)
        found["index", language] = plain(page(reading, atlas, contact=""))
        found["cards", language] = plain(card)
        found["areas", language] = " ".join([sheet.title, *sheet.lead])
        found["feed", language] = plain(feed.atom(reading, words).decode())
    return found


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style>.*?</style>", "", text))).split())


@pytest.mark.cases(8)
@pytest.mark.parametrize("language", asked.LANGUAGES)
@pytest.mark.parametrize("row", [row for row in asked.ROWS if row.says], ids=lambda row: row.question)
def test_the_files_of_a_release_answer(texts, row, language):
    there, at = texts[row.file, language].lower(), 0
    for piece in row.told(language, RAW).split("…"):
        at = there.find(piece.lower(), at)
        assert at >= 0, piece


def test_every_question_has_its_row_and_nine_are_answered_in_full():
    assert [row.question for row in asked.ROWS] == list(asked.QUESTIONS)
    assert sum(row.says is not None and row.full for row in asked.ROWS) >= 9
    assert all(row.missing for row in asked.ROWS if row.says is None or not row.full)
