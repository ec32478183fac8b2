"""Hostile files by the two ways in, the page's draft and the command: each ends within the limits, says why, and the store is as it was."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import small_city as small
from test_hostile_files import HOSTILE, MOST_MEGABYTES, PYTHON_WORDS, SECRET, Trap, book, peak, sheet, trap

from hotspots import cities
from hotspots.cities import drafts
from hotspots.cli.main import main
from hotspots.store.schema import DataError
from hotspots.words import words_for

__all__ = ["trap"]
NAMED = (
    "a list of files named csv",
    "a list of files named geojson",
    "a zip that climbs out",
    "a zip that lies about its size",
    "a gz of a flood",
    "a far cell",
    "forty million rows in a megabyte",
    "a cell of five megabytes",
    "a garbled cell of five megabytes",
    "an old cell of five megabytes",
    "a flood of empty rows",
    "a flood of empty rows in a workbook",
    "a nested flood",
    "a workbook of ten million cells",
    "a ring of 6,000 crossing points",
)
SOUND = small.csv_text().encode()
MOST_SECONDS = 120  # a reading has 90 on the clock; what starts it and ends it comes on top


def ten_million_cells() -> bytes:
    return book(sheet1=sheet(f"<row>{'<c><v>1</v></c>' * 100}</row>" * 100_000))


def ring() -> bytes:
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.uniform(-92, -91.98, 6_000), rng.uniform(11, 11.02, 6_000)]).tolist()
    return small.layer([*small.blocks(), small.block("05", [*points, points[0]])]).encode()


def made(name: str, folder: Path, set_trap: Trap) -> tuple[str, bytes]:
    """Return the name of a hostile file, and its bytes."""
    if name == NAMED[-2]:
        return "h.xlsx", ten_million_cells()
    if name == NAMED[-1]:
        return "b.geojson", ring()
    file, make, _ = HOSTILE[name]
    folder.mkdir()
    return file, make(folder, set_trap)


def by_page(file: str, raw: bytes, _: Path) -> str:
    """Return what the page says of a file that was dropped."""
    blocks = None if file.startswith("h") else (file, io.BytesIO(raw))
    incidents = [("h.csv", io.BytesIO(SOUND))] if blocks else [(file, io.BytesIO(raw))]
    draft = drafts.begin("Town", incidents=incidents, blocks=blocks)
    try:
        found = drafts.read(draft)
    except DataError as error:
        return words_for("en").tell(error)
    finally:
        drafts.give_up(draft)
    assert found.city is None
    return words_for("en").tell(found.refusal) if found.refusal else " ".join(str(one.text) for one in found.questions)


def by_command(file: str, raw: bytes, folder: Path) -> str:
    """Return what the command says of a file that it is given."""
    (folder / file).write_bytes(raw)
    incidents = folder / "h.csv" if not file.startswith("h") else folder / file
    if not file.startswith("h"):
        incidents.write_bytes(SOUND)
    areas = [] if file.startswith("h") else ["--blocks", str(folder / file)]
    assert main(["import", "--incidents", str(incidents), *areas, "--name", "Town", "--yes"]) == 1
    return ""


@pytest.mark.walk
@pytest.mark.parametrize("way", [by_page, by_command], ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", NAMED)
def test_a_hostile_file_ends_and_says_why(
    name: str, way: Callable[[str, bytes, Path], str], tmp_path: Path, trap: Trap, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    file, raw = made(name, tmp_path / "made", trap)
    (tmp_path / "sent").mkdir()
    before, began = peak(forget=True), time.monotonic()
    said = way(file, raw, tmp_path / "sent") or capsys.readouterr().err
    assert time.monotonic() - began < MOST_SECONDS
    assert len(said.split()) > 3, "refused without a sentence"
    assert "Traceback" not in said
    assert not PYTHON_WORDS.search(said), said
    assert SECRET not in said
    assert trap.calls == []
    assert peak() - before < MOST_MEGABYTES
    assert "town" not in [one.slug for one in cities.available()]
