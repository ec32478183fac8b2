"""A table that fits its page: the columns that hold the answer as HTML, its text wrapped; on a phone each row is a card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hotspots.words import Words
from hotspots.words.escape import safe_html

_FIGURE = re.compile(r"[-+−–]?[\d.,\s%]*(–[\d.,\s%]+)?( \([\d.,\s%]+\))?")
CARDS = 12  # rows of a long table that a phone shows at once


def fitting(table: pd.DataFrame, *, alt: str, ordered: bool = False) -> str:
    """Return a table as a reader sees it: its first column names the row, numbers stand right; `alt` says what it is.

    Where the first column is of numbers the second is part of the name if it is text, or, where rows are `ordered`, whatever it is: places
    may be called by numbers too.

    >>> found = fitting(pd.DataFrame({"Place": ["Harbour"], "People killed": ["3"]}), alt="Places")
    >>> '<th scope="row">Harbour</th>' in found, '<td data-label="People killed" class="figure">3</td>' in found
    (True, True)
    >>> 'class="named">Harbour' in fitting(pd.DataFrame({"No.": [1], "Place": ["Harbour"]}), alt="Places")
    True
    >>> 'class="named"' in fitting(pd.DataFrame({"Place": ["103", "107.02"], "Verdict": ["more", "fewer"]}), alt="Places")
    False
    >>> 'class="named">176.01' in fitting(pd.DataFrame({"No.": [1], "Place": ["176.01"]}), alt="Places", ordered=True)
    True
    """
    figures = [column for column in table.columns[1 + ordered :] if _figures(table[column].tolist())]
    heads = "".join(f'<th scope="col"{_look(column in figures)}>{safe_html(str(column))}</th>' for column in table.columns)
    cells = [table[column].tolist() for column in table.columns]
    numbered = bool(cells) and all(str(one).isdecimal() for one in cells[0])
    body = "".join(_row(dict(zip(table.columns, row, strict=True)), figures, numbered=numbered) for row in zip(*cells, strict=True))
    return f'<table class="fitting" aria-label="{safe_html(alt)}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def on_paper(
    table: pd.DataFrame,
    *,
    alt: str,
    most: int,
    words: Words,
    decimals: Mapping[str, int] | None = None,
    ordered: bool = False,
) -> str:
    """Return all columns of the first `most` rows of a table, for paper and as cards for a phone; a line says how many more there are.

    On a phone the first `CARDS` rows show, the others when a box is ticked. Numbers of a column in `decimals` are written with so many.
    `ordered` is as for `fitting`.

    >>> from hotspots.words import words_for
    >>> ">1,930.8<" in on_paper(pd.DataFrame({"Rate": [1930.8499]}), alt="", most=1, words=words_for("en"), decimals={"Rate": 1})
    True
    >>> found = on_paper(pd.DataFrame({"Place": ["Harbour", "Hill"], "Day": [None, 2]}), alt="Places", most=1, words=words_for("en"))
    >>> found.count("<tr>"), "1 more row, in the file" in found, "nan" in found
    (2, True, False)
    """
    plain = table.head(most)
    digits = decimals or {}
    written = {name: _written(plain[name], digits.get(name), words) for name in plain.columns}
    drawn = fitting(pd.DataFrame(written, dtype=object), alt=alt, ordered=ordered)
    drawn = drawn.replace('class="fitting"', 'class="fitting on-paper"', 1)
    folded, left = len(plain) - CARDS, len(table) - most
    if folded > 0:
        more = safe_html(words.count("{n} more row", "{n} more rows", folded))
        drawn = f'<label class="more-cards"><input type="checkbox"> {more}</label>{drawn}'
    if left > 0:
        drawn = f"{drawn}<p>{safe_html(words.count('{n} more row, in the file', '{n} more rows, in the file', left))}</p>"
    return f'<div class="on-paper">{drawn}</div>'


def _written(cells: pd.Series, digits: int | None, words: Words) -> list[object]:
    known = zip(cells.tolist(), cells.notna().tolist(), strict=True)
    return ["–" if not there else value if digits is None else words.number(value, digits) for value, there in known]


def _row(row: Mapping[Any, Any], figures: Sequence[Any], *, numbered: bool) -> str:
    (_, first), *rest = row.items()
    named = rest[0][0] if rest and numbered and rest[0][0] not in figures else None  # beside the number of a row
    cells = (
        f'<td data-label="{safe_html(str(name))}"{_look(name in figures, named=name == named)}>{safe_html(str(value))}</td>'
        for name, value in rest
    )
    return f'<tr><th scope="row">{safe_html(str(first))}</th>{"".join(cells)}</tr>'


def _look(figure: bool, *, named: bool = False) -> str:
    return ' class="figure"' if figure else ' class="named"' if named else ""


def _figures(cells: Sequence[object]) -> bool:
    """Return whether every cell is a number, a range of two, or a dash."""
    return all(_FIGURE.fullmatch(str(cell)) for cell in cells)
