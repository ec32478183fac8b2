"""What the R scripts in `oracles` printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def printed(script: str) -> list[tuple[str, np.ndarray]]:
    """Return the lines that `oracles/SCRIPT.R` printed, each a name and its numbers; names may come more than once."""
    text = (Path(__file__).parent / "oracles" / f"{script}.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, np.array(numbers, dtype=float)) for name, *numbers in rows]
