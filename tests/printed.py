"""What the R scripts in `oracles` printed, and what our own commands print as CSV."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np


def printed(script: str) -> list[tuple[str, np.ndarray]]:
    """Return the lines that `oracles/SCRIPT.R` printed, each a name and its numbers; names may come more than once."""
    text = (Path(__file__).parent / "oracles" / f"{script}.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, np.array(numbers, dtype=float)) for name, *numbers in rows]


def unlabelled(text: str) -> str:
    """Return a table that a command printed, or a page gave, without its last column, which says what it is; it must be there."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][-1] == "about"
    assert len(rows) == 1 or re.search("ot for publication|o para publicar", rows[1][-1])
    held = io.StringIO()
    csv.writer(held, lineterminator="\n").writerows(row[:-1] for row in rows)
    return held.getvalue()
