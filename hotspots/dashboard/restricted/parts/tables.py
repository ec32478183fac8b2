"""The one table builder: plain rows under words that a reader knows, and the same rows as a file."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from hotspots.dashboard import paper
from hotspots.dashboard.restricted import admission
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.drawing import charts, exports
from hotspots.study.memo import kept_as
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, shown
from hotspots.words import Words

_Made = TypeVar("_Made")
ORDERS = ("order", "number")  # columns that number the rows: what comes next is their name
MOST_ROWS = 12  # more are read as a table of all columns


def draw(
    rows: pd.DataFrame,
    columns: Sequence[Column],
    words: Words,
    *,
    alt: str,
    shades: pd.DataFrame | None = None,
    of: Answer[Any] | None = None,
    part: Hashable = None,
    **how: Any,
) -> None:
    """Draw the rows of a plain table as the columns say. `alt` says what it is to who cannot see it.

    `shades` are the backgrounds of the cells (CSS), with the rows and columns of what is shown; `how` is for `st.dataframe`. `of` is the
    answer that the table called `alt` shows, where it and the language alone decide what is in it: then it is made once. `part` is what
    else decides it, such as which part of the answer it shows.
    """
    table = _once(of, ("shown", part), alt, words, lambda: shown(rows, columns, words))
    decimals = {one.title(words): one.decimals for one in columns if one.decimals is not None}
    widths = {one.title(words): one.width for one in columns if one.width}
    drawn = table if shades is None else table.style.apply(lambda _: shades.set_axis(table.columns, axis=1), axis=None)
    once = {} if shades is not None else {"of": of, "part": part}
    paper.table(drawn, alt=alt, words=words, decimals=decimals, widths=widths, ordered=_ordered(columns), **once, **how)


def _once(of: Answer[Any] | None, what: Hashable, alt: str, words: Words, make: Callable[[], _Made]) -> _Made:
    return make() if of is None else kept_as(of, (what, alt, words), make)


def _ordered(columns: Sequence[Column]) -> bool:
    return len(columns) > 1 and columns[0].key in ORDERS


def fitting(
    rows: pd.DataFrame,
    columns: Sequence[Column],
    words: Words,
    *,
    alt: str,
    lead: Sequence[str],
    beside: Sequence[Column] = (),
    of: Answer[Any] | None = None,
    part: Hashable = None,
) -> None:
    """Draw the columns called `lead`, in that order, and those `beside` them, so that they fit the page; the whole table, with every
    column, folded below.

    Of many rows the first ones are drawn; nothing of the table is lost. `of` and `part` are as for `draw`.
    """
    first = [*(next(one for one in columns if one.key == key) for key in lead), *beside]
    whole(rows.head(MOST_ROWS), first, words, alt=alt, of=of, part=part)
    more = len(rows) - MOST_ROWS
    label = words.say("All columns, and {n} more rows", n=words.number(more)) if more > 0 else words.say("All columns")
    once_open(lambda: draw(rows, columns, words, alt=alt, of=of, part=part), words, key=f"all {alt}", label=label)


def whole(
    rows: pd.DataFrame, columns: Sequence[Column], words: Words, *, alt: str, of: Answer[Any] | None = None, part: Hashable = None
) -> None:
    """Draw a few rows with all of these columns, none cut, as cards on a phone; no row can be picked. `of` and `part` are as for `draw`."""

    def made() -> str:
        table = shown(rows, columns, words)
        for one in columns:
            if one.decimals is not None:
                table[one.title(words)] = [words.number(value, one.decimals) for value in table[one.title(words)]]
        return charts.fitting(table, alt=alt, ordered=_ordered(columns))

    st.html(_once(of, ("whole", part), alt, words, made))


def as_it_stands(rows: pd.DataFrame, words: Words, *, alt: str) -> None:
    """Draw rows of a file that somebody brings, under the names that the file has."""
    paper.table(rows, alt=alt, words=words)


def folded(words: Words) -> Any:
    """Return the place, folded away, for the table behind a picture."""
    return st.expander(words.say("The same as a table"))


def once_open(make: Callable[[], None], words: Words, *, key: str, label: str = "") -> None:
    """Draw a place, folded away, for a table or what is called `label`: made and sent once it is opened, which runs the page again.

    `key` is its own on the page.
    """
    fold = st.expander(label or words.say("The same as a table"), key=key, on_change="rerun")
    if is_open(fold):
        with fold:
            make()


def is_open(fold: Any) -> bool:
    """Return whether a reader has opened a fold."""
    return bool(fold.open)


def worked_out(words: Words) -> Any:
    """Return the place, folded away, for how a figure is worked out."""
    return st.expander(words.say("How it is worked out"))


def behind(
    rows: pd.DataFrame, columns: Sequence[Column], words: Words, *, alt: str, of: Answer[Any] | None = None, part: Hashable = None
) -> None:
    """Draw the table behind a picture, folded away, and made once it is opened. `of` and `part` are as for `draw`."""
    once_open(lambda: draw(rows, columns, words, alt=alt, of=of, part=part), words, key=f"behind {alt}")


def download(chosen: Chosen, answer: Answer[Any], name: str, *, label: str = "", restricted: bool = False) -> None:
    """Draw the button that gives the table of an answer as a file; it is made when somebody asks for it.

    What is `restricted` is so by its name too: numbers as small as they are, or places as exact.
    """
    words, stem = chosen.words, f"restricted_{name}" if restricted else name
    admission.give(
        label or (words.say("Table (CSV), restricted") if restricted else words.say("Table (CSV)")),
        lambda: _labelled(chosen, answer, name).encode("utf-8-sig"),
        file_name=exports.file_name(chosen.city, chosen.study, [], ".csv", unit=stem),
        mime="text/csv",
        key=f"download_{stem}",
    )


def _labelled(chosen: Chosen, answer: Answer[Any], name: str) -> str:
    what = answer.sentence(chosen.words) or name
    return exports.restricted_csv(answer.table(), chosen.city, chosen.study, chosen.words, what=what, answer=answer)
