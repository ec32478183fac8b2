"""The letters of a brief: where their files are, and about how wide a text is in them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

FAMILY = "Source Sans Pro"


def folder() -> Path:
    """Return the folder of the letters, in the package that holds them (SIL Open Font License 1.1)."""
    found = importlib.util.find_spec("font_source_sans_pro")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "files"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is when it is `size` high, rather too much than too little.

    >>> width("1234", 10)
    20.8
    """
    return round(len(text) * size * (0.55 if bold else 0.52), 1)
