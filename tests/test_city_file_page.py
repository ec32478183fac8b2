"""docs/city-file.md says of every key and every question what the rows say that the reader reads, and the rows are right."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hotspots.readers import doubts
from hotspots.readers.cityfile import keys
from hotspots.readers.cityfile.checking import _Reader
from hotspots.readers.cityfile.printed import EXAMPLES, SECTIONS, filled

PAGE = Path(__file__).parent.parent / "docs" / "city-file.md"
KEYS = [(section, name) for section, listed in SECTIONS.items() for name in listed]


def test_the_printed_parts_are_the_rows_that_are_read() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page
    assert all(f"| `{name}` |" in page for _, name in KEYS)
    assert all(f"| `{row.id}` |" in page for row in doubts.DOUBTS)


@pytest.mark.parametrize(("section", "name"), KEYS)
def test_each_key_has_a_meaning_and_an_example_of_its_kind(tmp_path: Path, section: str, name: str) -> None:
    key = SECTIONS[section][name]
    assert key.kind in keys.WORDS
    assert key.meaning
    if key.kind == "section" or key.example.startswith("[["):
        parsed = tomllib.loads(key.example if key.example.startswith("[") and "-" not in key.example else f"v = {key.example}")
        assert parsed
        return
    reader = _Reader(tmp_path)
    assert reader.value(tomllib.loads(f"v = {key.example}")["v"], key.kind) not in (None, "")


def test_each_question_has_an_example_that_is_its_own() -> None:
    for row, fault in zip(doubts.DOUBTS, EXAMPLES, strict=True):
        asked = doubts.question(fault)
        assert isinstance(fault, row.about)
        assert asked is not None
        assert asked.id == row.id
        assert asked.options
        assert asked.safe == "" or asked.safe in asked.options
