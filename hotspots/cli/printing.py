"""How results are printed: tables as CSV and values as JSON, which no language changes."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from hotspots.drawing import exports
from hotspots.questions.restricted import Asked
from hotspots.views.answer import Answer
from hotspots.words import words_for


def print_csv(answer: Answer[Any], asked: Asked, *, what: str) -> None:
    """Print the table of an answer as the page of the dashboard gives it, labelled; `what` it is, where the answer has no sentence."""
    words = words_for("en")  # as all that machines read
    what = answer.sentence(words) or what
    print(exports.restricted_csv(answer.table(), asked.city, asked.study, words, what=what, answer=answer), end="")


def print_json(value: Any) -> None:
    """Print plain values on one line."""
    print(json.dumps(value, ensure_ascii=False))


def whole(number: float) -> int | None:
    """Return a whole number as JSON writes it; None where it has no end.

    >>> whole(9.0), whole(float("inf"))
    (9, None)
    """
    return None if number == float("inf") else int(number)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values; days as ISO text, None for what is missing."""
    return list(json.loads(table.to_json(orient="records", date_format="iso")))


def known(value: Any) -> Any:
    """Return a value ready for JSON: days as ISO text, None for what is missing or has no end.

    >>> known({"first": [pd.Timestamp("2020-02-01"), pd.NaT], "ratio": float("inf")})
    {'first': ['2020-02-01', None], 'ratio': None}
    """
    if isinstance(value, dict):
        return {key: known(one) for key, one in value.items()}
    if isinstance(value, list):
        return [known(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if hasattr(value, "isoformat"):
        return value.date().isoformat() if value == value else None
    return value
