"""What is asked of a person, and the answers that it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotspots.readers.faults import DoubtError
from hotspots.words import Told, Words

MOST_CANDIDATES = 20  # columns, sheets, values that can be pointed at


@dataclass(frozen=True)
class Question:
    """What only a person can say: the text, the answers with what each means, and the one that can do no harm (empty: none is safe).

    Without `options` any text may be given. `file` is the file that it is about, `samples` three of the values at stake (by column
    where the answers are columns), `answer` what was answered: empty while the question is open. `named` are the answers that are
    names in the files, such as a column's or a sheet's, which a person must see beside their meaning.
    Where the answers are values of columns, `values` is column → value → what it means, and besides the options any
    `COLUMN=VALUE|VALUE` of them is an answer, of several columns joined by ` & `.
    """

    id: str
    text: Told
    options: Mapping[str, Told]
    safe: str = ""
    file: str = ""
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answer: str = ""
    values: Mapping[str, Mapping[str, Told]] = field(default_factory=dict)
    named: tuple[str, ...] = ()

    def takes(self, answer: str) -> bool:
        """Return whether the text is an answer to this question."""
        return bool(answer) and (answer in self.options or not self.options or bool(where_of(answer, self.values)))

    def to_dict(self, words: Words) -> dict[str, Any]:
        """Return the question as plain values, in the reader's language."""
        options = {answer: words.tell(meaning) for answer, meaning in self.options.items()}
        said = {"id": self.id, "text": words.tell(self.text), "options": options, "safe": self.safe or None}
        samples = {column: list(values) for column, values in self.samples.items()}
        values = {column: {one: words.tell(meaning) for one, meaning in listed.items()} for column, listed in self.values.items()}
        return {**said, "file": self.file or None, "samples": samples, "values": values, "answer": self.answer or None}


def where_of(answer: str, columns: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return column → values that an answer `COLUMN=VALUE|VALUE & COLUMN=VALUE` keeps; empty where a column does not have such a value.

    >>> where_of("delito=DOLOSO|FEMINICIDIO & fatal=1", {"delito": ["DOLOSO", "FEMINICIDIO", "ROBO"], "fatal": ["0", "1"]})
    {'delito': ('DOLOSO', 'FEMINICIDIO'), 'fatal': ('1',)}
    >>> where_of("offense=MURDER & MANSLAUGHTER|KILLING & fatal=1", {"offense": ["MURDER & MANSLAUGHTER", "KILLING"], "fatal": ["1"]})
    {'offense': ('MURDER & MANSLAUGHTER', 'KILLING'), 'fatal': ('1',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    rest = answer
    while rest:
        column = max((name for name in columns if rest.startswith(f"{name}=")), key=len, default="")
        values, rest = _values(rest[len(column) + 1 :], columns.get(column, ())) if column else ((), "")
        if not values:
            return {}
        found[column] = values
    return found


def _values(text: str, known: Collection[str]) -> tuple[tuple[str, ...], str]:
    """Return the values that the text begins with, and what follows after ` & `; a value may hold these signs itself."""
    found: list[str] = []
    while True:
        text = text.lstrip()
        ends = [one for one in known if text.startswith(one) and re.match(r"\s*(?:\||$)| & ", text[len(one) :])]
        if not ends:
            return (), ""
        found.append(max(ends, key=len))
        text = text[len(found[-1]) :]
        if not text.lstrip().startswith("|"):
            return tuple(found), text.removeprefix(" & ").strip()
        text = text.lstrip()[1:]


Ask = Callable[[Question], str]
Entries = dict[str, Any]  # what an answer writes in city.toml


@dataclass(frozen=True)
class Doubt:
    """One row: the fault that it is `about`, and four functions of that fault.

    `text` is the question, `options` the answers with their meaning, `safe` the answer that can do no harm or nothing, `entries` what
    an answer writes under its `section` of city.toml. Where the fault has a field `file` the question is about that file. `ours` are
    the answers that are words of this program; None where all of them are, else the others are names in the files.
    """

    id: str
    about: type[DoubtError]
    text: Callable[[Any], Told]
    options: Callable[[Any], dict[str, Told]]
    safe: Callable[[Any], str]
    entries: Callable[[Any, str], Entries]
    section: str = "incidents"
    ours: tuple[str, ...] | None = None
