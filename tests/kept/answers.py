"""What a page answers to an address: its title, whom it counts, and every number of its tables, in order. Prose is left out."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import pandas as pd
from opened import open_page
from streamlit.testing.v1 import AppTest

FEW = 120  # numbers of one table that are kept; of the rest their count and their sum
_SPACED = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)")
_SAME_YEAR = re.compile(r"\b(\d{4})(?= – [^–]*\b\1\b)")
_NUMBER = re.compile(r"[-−]?\d[\d.,]*\d|[-−]?\d")


def numbers_in(text: str) -> list[str]:
    """Return the numbers in a text, as they are written; a space that marks thousands, as Spanish pages had it, reads as a comma."""
    return _NUMBER.findall(_SPACED.sub(",", text))


def cell(value: Any) -> list[str]:
    """Return the numbers in one cell of a table: a number to six digits, or those in a text."""
    if isinstance(value, bool) or value is None or (isinstance(value, float) and value != value):
        return []
    if isinstance(value, int | float) or hasattr(value, "dtype"):
        return [f"{float(value):.6g}"]
    return numbers_in(str(value))


def table(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the numbers of a table row by row; of a long one the first, and the count and the sum of all."""
    found = [number for row in rows.itertuples(index=False) for value in row for number in cell(value)]
    if len(found) <= FEW:
        return {"rows": len(rows), "numbers": found}
    whole = rows.select_dtypes("number").to_numpy(dtype=float, na_value=float("nan"))
    return {"rows": len(rows), "numbers": found[:FEW], "count": len(found), "sum": f"{whole[whole == whole].sum():.6g}"}


def opened_at(address: str) -> AppTest:
    """Open the page at an address; a page that fails raises an `AssertionError`."""
    page, _, query = address.partition("?")
    app = open_page(page.strip("/"), **dict(parse_qsl(query)))
    assert not app.exception, f"{address}: {app.exception}"
    assert not app.error, f"{address}: {[one.value for one in app.error]}"
    return app


def answer(address: str) -> dict[str, Any]:
    """Return what the page at an address answers."""
    app = opened_at(address)
    return {
        "title": app.title[0].value if app.title else "",
        "sentence": app.caption[0].value if app.caption else "",
        "metrics": [number for one in app.metric for number in numbers_in(f"{one.value} {one.delta}")],
        "tables": [table(one.value) for one in (*app.dataframe, *app.table)],
    }


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of an answer: those that no later work may change. The year of some days stood at both ends, and stands once."""
    return found | {name: numbers_in(_SAME_YEAR.sub("", found[name])) for name in ("title", "sentence")}
