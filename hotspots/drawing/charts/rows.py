"""A table that fits its page: the columns that hold the answer as HTML, its text wrapped; on a phone each row is a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hotspots.words import Words
from hotspots.words.escape import safe_html


def fitting(table: pd.DataFrame, *, alt: str) -> str:
    """Return a table as a reader sees it: its first column names the row, numbers stand right; `alt` says what it is.

    >>> found = fitting(pd.DataFrame({"Place": ["Harbour"], "People killed": ["3"]}), alt="Places")
    >>> '<th scope="row">Harbour</th>' in found, '<td data-label="People killed" class="figure">3</td>' in found
    (True, True)
    """
    figures = [column for column in table.columns[1:] if _figures(table[column])]
    heads = "".join(f'<th scope="col"{_look(column in figures)}>{safe_html(str(column))}</th>' for column in table.columns)
    body = "".join(_row(row, figures) for row in table.to_dict("records"))
    return f'<table class="fitting" aria-label="{safe_html(alt)}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def on_paper(table: pd.DataFrame, *, alt: str, most: int, words: Words) -> str:
    """Return all columns of the first `most` rows of a table as they are printed; a line says how many more rows there are.

    >>> from hotspots.words import words_for
    >>> found = on_paper(pd.DataFrame({"Place": ["Harbour", "Hill"], "Day": [None, 2]}), alt="Places", most=1, words=words_for("en"))
    >>> found.count("<tr>"), "1 more row, in the file" in found, "nan" in found
    (2, True, False)
    """
    plain = table.head(most).astype(object)
    drawn = fitting(plain.where(plain.notna(), "–"), alt=alt).replace('class="fitting"', 'class="fitting on-paper"', 1)
    more = len(table) - most
    if more <= 0:
        return drawn
    left = words.count("{n} more row, in the file", "{n} more rows, in the file", more)
    return f'<div class="on-paper">{drawn}<p>{safe_html(left)}</p></div>'


def _row(row: Mapping[Any, Any], figures: Sequence[Any]) -> str:
    (_, first), *rest = row.items()
    cells = (f'<td data-label="{safe_html(str(name))}"{_look(name in figures)}>{safe_html(str(value))}</td>' for name, value in rest)
    return f'<tr><th scope="row">{safe_html(str(first))}</th>{"".join(cells)}</tr>'


def _look(figure: bool) -> str:
    return ' class="figure"' if figure else ""


def _figures(cells: pd.Series) -> bool:
    """Return whether every cell is a number, a range of two, or a dash."""
    return bool(cells.astype(str).str.fullmatch(r"[-+−–]?[\d.,\s%]*(–[\d.,\s%]+)?( \([\d.,\s%]+\))?").all())
