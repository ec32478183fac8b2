"""What a question gives: its result with all that must stand beside it, whoever prints it: a page, a command, a brief, a digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import pandas as pd

from hotspots.study.calendar import Days
from hotspots.study.memo import kept
from hotspots.words import Words

Value = TypeVar("Value", covariant=True)


@dataclass(frozen=True, eq=False)
class Answer(Generic[Value]):
    """A result and what it rests on: `n` people killed (missing where no total is published) in `period`, out of `source`.

    `says` makes its one sentence in a reader's language: a page has it as its heading, a command prints the same. `interval` are the ends
    of the figure that the sentence is about, where it has one. `warnings` are sentences, marked for translation, that must be read before
    the figure is used. `rows` makes the plain table that files carry and that a page shows under words.

    >>> from hotspots.words import words_for
    >>> year = Days(pd.Timestamp(2020, 1, 1), pd.Timestamp(2021, 1, 1))
    >>> answer = Answer(3, 3, year, "Police of X", lambda words: words.say("{n} people killed", n=3), lambda: pd.DataFrame({"n": [3]}))
    >>> answer.sentence(words_for("en")), answer.table()["n"].tolist()
    ('3 people killed', [3])
    """

    value: Value
    n: float
    period: Days
    source: str
    says: Callable[[Words], str] | None = None
    rows: Callable[[], pd.DataFrame] | None = None
    interval: tuple[float, float] | None = None
    warnings: tuple[str, ...] = ()

    def sentence(self, words: Words) -> str:
        """Return the finding in the language of `words`; empty where the answer is a table alone."""
        return kept(self, _said, words)

    def table(self) -> pd.DataFrame:
        """Return the plain table: keys first, numbers unrounded, what is not known missing; without rows where there is none.

        It is made once, and must not be changed.
        """
        return kept(self, _tabled)


def _said(answer: Answer[object], words: Words) -> str:
    return answer.says(words) if answer.says else ""


def _tabled(answer: Answer[object]) -> pd.DataFrame:
    return answer.rows() if answer.rows else pd.DataFrame()
