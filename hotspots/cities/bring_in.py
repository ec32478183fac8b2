"""Files that nobody described → what was understood of them, what is asked, and the city that they are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.cities.city import City, read_city, slug_of
from hotspots.cities.guard import differences, shrunk
from hotspots.cities.steps import Progress
from hotspots.cities.versions import publish
from hotspots.readers.asking import Entries, Question
from hotspots.readers.cityfile.checking import check_city_file
from hotspots.readers.cityfile.contents import content_of
from hotspots.readers.cityfile.working_out import work_out
from hotspots.readers.cityfile.writing import text_of
from hotspots.readers.doubts import question, section_of, settled
from hotspots.readers.faults import DoubtError
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table
from hotspots.store import Lock, answers
from hotspots.store.schema import DataError
from hotspots.words import Told, told

_SAMPLE = 5  # rows of a file that are shown
_ROUNDS = 12  # of doubts that come to light while the files are read


@dataclass(frozen=True)
class Files:
    """What a person brings: a `folder` that holds a city.toml, or files without one.

    `incidents` are the homicides, one or several files of the same columns; `blocks` the areas; `population` their residents.
    `allowed` are files outside the folder that its city.toml may name.
    """

    incidents: tuple[Path, ...] = ()
    blocks: Path | None = None
    population: Path | None = None
    folder: Path | None = None
    allowed: tuple[Path, ...] = ()

    @property
    def named(self) -> tuple[Path, ...]:
        """The files that the person named, wherever they lie."""
        return tuple(path.resolve() for path in (*self.incidents, self.blocks, self.population, *self.allowed) if path is not None)

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
    that are still open. `refusal` is what no answer mends. `text` is the city.toml that says all of it. `source` is the mark of the
    files' columns: answers are remembered for it. `changes` are the years in which it differs from the version served.
    """

    slug: str
    text: str
    questions: tuple[Question, ...] = ()
    samples: tuple[Sample, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field → the file's words → ours
    city: City | None = None
    refusal: DataError | None = None
    source: str = ""
    changes: tuple[Told, ...] = ()

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that nobody has answered."""
        return tuple(one for one in self.questions if not one.answer)

    @property
    def blocked(self) -> tuple[Question, ...]:
        """Those among them that have no safe answer: nothing is published before they are answered."""
        return tuple(one for one in self.open if not one.safe)


def understand(
    files: Files,
    answers: Mapping[str, str] | None = None,
    *,
    name: str = "",
    remembered: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Understood:
    """Return what the files are understood to say, given the answers so far; nothing is stored.

    `answers` is question id → answer, with `ID@FILE` where two files are in the same doubt; an answer is one that
    `Question.takes`. `remembered` is what `store.answers.remembered` gives of the city: answers about files of the same columns are
    used again, unless the question knows values now that it did not know then. Every doubt that is not answered is gone around by
    its safe answer, or where none is safe by the likeliest one, so that those behind it come to light as well:
    `Understood.questions` are all of them. Call it again with more answers until `blocked` is empty, show what it gives, and publish
    with `bring_in`. Doubts that readers raise while they read (`DoubtError` with a row in `readers.doubts`) are settled alike.

    Raises `DataError` where an answer is none that its question takes.
    """
    opened = _Opened()
    inquiry = _Inquiry(dict(answers or {}), remembered or {}, opened)
    slug = files.slug(name)
    try:
        content = content_of(files.folder) if files.folder else _worked_out(files, name, inquiry, opened)
    except DataError as error:
        if isinstance(error, _AnswerError):
            raise
        return Understood(slug, "", inquiry.asked(), opened.samples({}), refusal=error)
    city, refusal = _read(content, files, name, inquiry, opened, progress)
    refusal = refusal or _guarded(city, inquiry)
    return Understood(
        slug,
        text_of(content, remarks=inquiry.remarks()),
        inquiry.asked(),
        opened.samples(content),
        content.get("incidents", {}).get("values", {}),
        None if refusal or inquiry.blocked() else city,
        refusal,
        opened.source(),
        differences(city) if city else (),
    )


def bring_in(understood: Understood, *, held: Lock | None = None) -> City:
    """Publish the city as it was understood: the next version of its slug, or an error and nothing changed.

    The answers are remembered for files of the same columns of this city. `held` is the city's lock, if it is held.
    """
    assert understood.city is not None  # a question is open, or the files are refused: nothing can be published
    city = publish(understood.city, held=held)
    given = {one.id: {"answer": one.answer, "seen": _seen(one)} for one in understood.questions if one.answer and one.id != "shrink"}
    if given:
        answers.remember(understood.slug, understood.source, given)
    return city


class _AnswerError(DataError):
    """An answer that is none of those that the question knows."""


class _Opened:
    """Reads each file once, and keeps its table for what reads it again."""

    def __init__(self) -> None:
        self.tables: dict[tuple[Path, str, int | None], Table] = {}

    def __call__(self, path: Path, *, needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
        """Return the file's table, as `read_file` does."""
        key = (path, sheet, header_row)
        if key not in self.tables or not set(needs) <= set(self.tables[key].columns.columns):
            self.tables[key] = read_file(path, needs=needs, sheet=sheet, header_row=header_row)
        return self.tables[key]

    def source(self) -> str:
        """Return the mark of the columns of all files read so far."""
        names = sorted({str(name) for table in self.tables.values() for name in table.columns.columns})
        return hashlib.sha256("\n".join(names).encode()).hexdigest()

    def samples(self, content: Mapping[str, Any]) -> tuple[Sample, ...]:
        """Return the first rows of each file, with what city.toml says that its columns are."""
        section = content.get("incidents") or content.get("area_counts", {})
        roles = {str(column): key for key, column in section.items() if isinstance(column, str)}
        roles |= {str(column): "homicide" for column in section.get("where", {})}
        found = []
        for table in self.tables.values():
            rows = table.columns.head(_SAMPLE)
            found.append(Sample(table.source, rows, {name: roles[name] for name in rows.columns if name in roles}))
        return tuple(found)


class _Inquiry:
    """Answers each question from what was given; goes around one that nobody answered, and remembers it."""

    def __init__(self, given: Mapping[str, str], remembered: Mapping[str, Any], opened: _Opened) -> None:
        self._given, self._remembered, self._opened = given, remembered, opened
        self._asked: dict[tuple[str, str, tuple[str, ...]], Question] = {}

    def __call__(self, asked: Question) -> str:
        names = (self._name(asked), asked.id)
        answer = self._given_to(asked, names) or self._before(asked, names)
        self._asked[asked.id, asked.file, tuple(asked.options)] = replace(asked, answer=answer)
        return answer or asked.safe or next(iter(asked.options), "")

    def _name(self, asked: Question) -> str:
        """Return what the question is called beside others of its id: by its file, and a number where one file is in several doubts."""
        options = [known for id, file, known in self._asked if (id, file) == (asked.id, asked.file)]
        mine = tuple(asked.options)
        number = options.index(mine) + 1 if mine in options else len(options) + 1
        return f"{asked.id}@{asked.file}" + (f"#{number}" if number > 1 else "")

    def _given_to(self, asked: Question, names: tuple[str, ...]) -> str:
        """Return the answer that was given; one that is none raises, unless it is the answer to another question of the same id."""
        given = next((self._given[name] for name in names if name in self._given), "")
        if not given or asked.takes(given):
            return given
        if any(id == asked.id and one.answer == given for (id, _, _), one in self._asked.items()):
            return ""
        known = ", ".join(asked.options)
        raise _AnswerError(told("{id} = {given} is no answer; known are: {known}", id=asked.id, given=repr(given), known=known))

    def _before(self, asked: Question, names: tuple[str, ...]) -> str:
        """Return the answer that was given to the same question about files of the same columns."""
        kept = self._remembered.get(self._opened.source(), {}) if self._opened.tables else self._of_any_source()
        found = next((kept[name] for name in names if name in kept), None)
        same = found and asked.takes(found["answer"]) and set(_seen(asked)) <= set(found["seen"])
        return str(found["answer"]) if found and same else ""

    def _of_any_source(self) -> dict[str, Any]:
        """Return what was answered about any file of the city: no table is read yet, such as where a sheet must be named first."""
        return {id: answer for answers in self._remembered.values() for id, answer in answers.items()}

    def asked(self) -> tuple[Question, ...]:
        """Return every question so far; the id says the file where two files are in the same doubt."""
        ids = [id for id, _, _ in self._asked]
        return tuple(replace(one, id=self._name(one)) if ids.count(one.id) > 1 else one for one in self._asked.values())

    def blocked(self) -> bool:
        """Return whether a question has neither answer nor safe answer."""
        return any(not one.answer and not one.safe for one in self._asked.values())

    def remarks(self) -> list[str]:
        """Return what was answered, for the city.toml that is written."""
        return [f"{one.id}: {one.answer or one.safe}" for one in self.asked() if one.answer or one.safe]


def _seen(asked: Question) -> list[str]:
    """Return every value that a question is about."""
    return [f"{column}={value}" for column, values in asked.values.items() for value in values]


def _worked_out(files: Files, name: str, inquiry: _Inquiry, opened: _Opened) -> dict[str, Any]:
    blocks, population = (path.resolve() if path else None for path in (files.blocks, files.population))
    incidents = [path.resolve() for path in files.incidents]
    return work_out(incidents, name=name, ask=inquiry, blocks=blocks, population=population, read=opened)


def _read(
    content: dict[str, Any], files: Files, name: str, inquiry: _Inquiry, opened: _Opened, progress: Progress | None
) -> tuple[City | None, DataError | None]:
    """Return the city that the content describes; each doubt that comes to light on the way is settled, which changes the content."""
    folder = files.folder or Path(files.slug(name))
    for _ in range(_ROUNDS):
        try:
            city_file = check_city_file(content, folder=folder, named=files.named)
            if files.folder is None and city_file.incidents:
                city_file = replace(city_file, incidents=replace(city_file.incidents, asks=True))
            return read_city(city_file, progress, text=text_of(content), read=opened), None
        except DataError as error:
            doubts = [part for part in (error.parts or (error,)) if isinstance(part, DoubtError) and question(part)]
            if not any([_written(content, section_of(doubt), settled(doubt, inquiry)) for doubt in doubts]):
                return None, error
    return None, DataError(told("the files are in more doubts than can be gone around; write a city.toml (docs/city-file.md)"))


def _guarded(city: City | None, inquiry: _Inquiry) -> DataError | None:
    """Ask whether less than is served may take its place; return the refusal where the answer is no."""
    doubt = shrunk(city) if city else None
    asked = question(doubt) if doubt else None
    return doubt if asked and inquiry(asked) == "no" else None


def _written(content: dict[str, Any], section: str, entries: Entries) -> bool:
    """Write the entries into their section, beside what its own sections hold, and return whether that changed anything."""
    before = dict(content.get(section, {}))
    merged = {key: {**before.get(key, {}), **value} if isinstance(value, Mapping) else value for key, value in entries.items()}
    content[section] = before | merged
    return bool(content[section] != before)
