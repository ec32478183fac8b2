"""What the values of city.toml may be, where one key takes more than one kind: texts by language, columns by census, house numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from hotspots.words import Told, told

HOUSES = ("from_left", "to_left", "from_right", "to_right")  # columns of house numbers, at the start and the end of each side of a street
_YEAR = re.compile(r"[12][0-9]{3}")


def by_census(value: Any) -> str | dict[int, str] | None:
    """Return the column of residents, or that of each census by its year; None where it is neither."""
    if isinstance(value, str):
        return value or None
    good = isinstance(value, Mapping) and value and all(isinstance(column, str) and column for column in value.values())
    years = [str(year) for year in value] if good else []
    return dict(sorted((int(year), column) for year, column in value.items())) if years and all(map(_YEAR.fullmatch, years)) else None


def by_language(value: Any) -> dict[str, str] | None:
    """Return a text in each language that it has; None where it is no text."""
    if isinstance(value, str) and value:
        return {"en": value}
    good = isinstance(value, Mapping) and value and all(isinstance(text, str) and text for text in value.values())
    return dict(value) if good else None


def by_place(value: Any, day: Callable[[Any], pd.Timestamp | None]) -> dict[str, pd.Timestamp] | None:
    """Return a day for each place, read by `day`; None where one is none."""
    days = {str(place): day(text) for place, text in value.items()} if isinstance(value, Mapping) else {}
    found = {place: one for place, one in days.items() if one is not None}
    return found if found and len(found) == len(days) else None


def one_text(said: Any, read: Any) -> Any:
    """Return a text as it was `said` where it is one for all languages, else as it was `read`: by language."""
    return said if isinstance(said, str) else read


def with_houses(values: dict[str, Any]) -> tuple[dict[str, Any], list[Told]]:
    """Return the values of [segments] with the four columns of house numbers as one, and what is at fault with them."""
    rest = {key: value for key, value in values.items() if key not in (*HOUSES, "from", "to")}
    sides, both = [values[key] for key in HOUSES if key in values], [values[key] for key in ("from", "to") if key in values]
    if (len(sides), len(both)) in ((0, 0), (4, 0), (0, 2)):
        return {**rest, "houses": (*sides, *both, *both)}, []
    listed = ", ".join(HOUSES)
    return rest, [told("city.toml: house numbers in [segments] are from and to, or all of {listed}", listed=listed)]
