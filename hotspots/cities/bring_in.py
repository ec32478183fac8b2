"""Files that nobody described → what was understood of them, what is asked, and the city that they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.cities.city import City, publish, read_city, slug_of
from hotspots.cities.steps import Progress
from hotspots.readers.cityfile.checking import check_city_file, content_of
from hotspots.readers.cityfile.working_out import work_out
from hotspots.readers.cityfile.writing import text_of
from hotspots.readers.doubts import Entries, Question, question, section_of, settled
from hotspots.readers.faults import DoubtError
from hotspots.store import Lock
from hotspots.store.schema import DataError
from hotspots.words import told

_SAMPLE = 5  # rows of a file that are shown
_ROUNDS = 12  # of doubts that come to light while the files are read


@dataclass(frozen=True)
class Files:
    """What a person brings: a `folder` that holds a city.toml, or files without one.

    `incidents` are the homicides, one or several files of the same columns; `blocks` the areas; `population` their residents.
    """

    incidents: tuple[Path, ...] = ()
    blocks: Path | None = None
    population: Path | None = None
    folder: Path | None = None

    @property
    def named(self) -> tuple[Path, ...]:
        """The files that the person named, wherever they lie."""
        return tuple(path.absolute() for path in (*self.incidents, self.blocks, self.population) if path is not None)

    def slug(self, name: str = "") -> str:
        """Return the short name of the city: that of the folder, or the `name` made safe."""
        return slug_of(self.folder) if self.folder else slug_of(name.replace("/", " "))


@dataclass(frozen=True, eq=False)
class Sample:
    """The first rows of a file as text, and the `roles` that its columns have: column → key of city.toml."""

    file: str
    rows: pd.DataFrame
    roles: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Understood:
    """What was understood of files: everything that is shown to a person before the city is published. It travels between processes.

    `questions` are all that are known, in the order in which they arose, each with its `answer` where one was given. `city` is the
    city as it would be published, with its report; it is there when no question is `blocked`, and rests on the safe answers to those
    that are still open. `refusal` is what no answer mends. `text` is the city.toml that says all of it.
    """

    slug: str
    text: str
    questions: tuple[Question, ...] = ()
    samples: tuple[Sample, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field → the file's words → ours
    city: City | None = None
    refusal: DataError | None = None

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that nobody has answered."""
        return tuple(one for one in self.questions if not one.answer)

    @property
    def blocked(self) -> tuple[Question, ...]:
        """Those among them that have no safe answer: nothing is published before they are answered."""
        return tuple(one for one in self.open if not one.safe)


def understand(files: Files, answers: Mapping[str, str] | None = None, *, name: str = "", progress: Progress | None = None) -> Understood:
    """Return what the files are understood to say, given the answers so far; nothing is stored.

    `answers` is question id → answer, with `ID@FILE` where two files are in the same doubt; an answer is one of the question's
    options. Every doubt that is not answered is gone around by its safe answer, or where none is safe by the likeliest one, so that
    those behind it come to light as well: `Understood.questions` are all of them. Call it again with more answers until `blocked` is
    empty, show what it gives, and publish with `bring_in`.

    Raises `DataError` where a file is not there or an answer is none of the options.
    """
    inquiry = _Inquiry(dict(answers or {}))
    try:
        content = content_of(files.folder) if files.folder else _worked_out(files, name, inquiry)
    except DataError as error:
        if isinstance(error, _WrongAnswer):
            raise
        return Understood(files.slug(name), "", inquiry.asked(), refusal=error)
    city, refusal = _read(content, files, name, inquiry, progress)
    values = content.get("incidents", {}).get("values", {})
    return Understood(files.slug(name), text_of(content), inquiry.asked(), (), values, None if inquiry.blocked() else city, refusal)


def bring_in(understood: Understood, *, held: Lock | None = None) -> City:
    """Publish the city as it was understood: the next version of its slug, or an error and nothing changed.

    The answers are remembered for files of the same columns of this city. `held` is the city's lock, if it is held.
    """
    assert understood.city is not None  # a question is open, or the files are refused: nothing can be published
    return publish(understood.city, held=held)


class _WrongAnswer(DataError):
    """An answer that is none of those that the question knows."""


class _Inquiry:
    """Answers each question from what was given; goes around one that nobody answered, and remembers it."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self._asked: dict[tuple[str, str], Question] = {}

    def __call__(self, asked: Question) -> str:
        given = self.answers.get(f"{asked.id}@{asked.file}", self.answers.get(asked.id, ""))
        if given and not asked.takes(given):
            known = ", ".join(asked.options)
            raise _WrongAnswer(told("{id} = {given} is no answer; known are: {known}", id=asked.id, given=repr(given), known=known))
        self._asked[asked.id, asked.file] = replace(asked, answer=given)
        return given or asked.safe or next(iter(asked.options), "")

    def asked(self) -> tuple[Question, ...]:
        """Return every question so far; the id says the file where two files are in the same doubt."""
        ids = [id for id, _ in self._asked]
        return tuple(replace(one, id=f"{one.id}@{one.file}") if ids.count(one.id) > 1 else one for one in self._asked.values())

    def blocked(self) -> bool:
        """Return whether a question has neither answer nor safe answer."""
        return any(not one.answer and not one.safe for one in self._asked.values())


def _worked_out(files: Files, name: str, inquiry: _Inquiry) -> dict[str, Any]:
    blocks, population = (path.resolve() if path else None for path in (files.blocks, files.population))
    return work_out([path.resolve() for path in files.incidents], name=name, ask=inquiry, blocks=blocks, population=population)


def _read(
    content: dict[str, Any], files: Files, name: str, inquiry: _Inquiry, progress: Progress | None
) -> tuple[City | None, DataError | None]:
    """Return the city that the content describes; each doubt that comes to light on the way is settled, which changes the content."""
    folder = files.folder or Path(files.slug(name))
    for _ in range(_ROUNDS):
        try:
            return read_city(check_city_file(content, folder=folder, named=files.named), progress, text=text_of(content)), None
        except DataError as error:
            doubts = [part for part in (error.parts or (error,)) if isinstance(part, DoubtError) and question(part)]
            if not any([_written(content, section_of(doubt), settled(doubt, inquiry)) for doubt in doubts]):
                return None, error
    return None, error


def _written(content: dict[str, Any], section: str, entries: Entries) -> bool:
    """Write the entries into their section, and return whether that changed anything."""
    before = dict(content.get(section, {}))
    content[section] = before | entries
    return bool(content[section] != before)
