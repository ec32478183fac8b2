"""The letters of a brief: where their files are, which there are, and about how wide a text is in them."""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

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


def shown(value: Any) -> Any:
    """Return text, or whatever holds text, as these letters can show it: a letter of another script as "?", and none that has no shape.

    A page for those who cannot see it may hold no letter without a shape of its own; it would not be written at all.

    >>> shown({"place": "Peña 中" + chr(0), "n": [1, "Жук"]})
    {'place': 'Peña ?', 'n': [1, 'Жук']}
    """
    if isinstance(value, str):
        others = {ord(one): other for one in set(value) if (other := _letter(one)) != one}
        return value.translate(others) if others else value
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list | tuple) else value


def _letter(one: str) -> str:
    if ord(one) in _there() or one in "\n\t":
        return one
    kind = unicodedata.category(one)
    return " " if kind.startswith("Z") else "" if kind.startswith("C") else "?"


@cache
def _there() -> frozenset[int]:
    """Return the numbers of the letters that every cut of the family used on a page has."""
    from fontTools.ttLib import TTFont

    cuts = [TTFont(folder() / f"SourceSansPro-{cut}.otf") for cut in ("Regular", "Semibold", "Bold")]
    for one in cuts:
        one.setGlyphOrder([str(n) for n in range(one["maxp"].numGlyphs)])  # which letters there are needs no names and no shapes
    return frozenset.intersection(*(frozenset(one.getBestCmap()) for one in cuts))
