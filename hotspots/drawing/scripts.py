"""Our scripts and styles for pages that stand alone, read from the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def asset(name: str) -> str:
    """Return a file of `assets`."""
    return (_PACKAGE / "assets" / name).read_text(encoding="utf-8")


def of_the_screen(name: str) -> str:
    """Return a script of the map on screen for a page that holds it itself, where nothing is exported: both do the same.

    >>> "export" in of_the_screen("ways.js"), "function nextUnit(" in of_the_screen("ways.js")
    (False, True)
    """
    text = (_PACKAGE / "dashboard" / "map_component" / "frontend" / name).read_text(encoding="utf-8")
    return text.replace("export function", "function").replace("export const", "const")
