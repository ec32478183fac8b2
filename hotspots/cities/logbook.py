"""The log of interventions: what was done, when and where, kept beside the versions of a city. Nothing written is ever lost."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots import settings, store
from hotspots.readers.sections import Note
from hotspots.store import checked_json
from hotspots.store.schema import Blocks, DataError
from hotspots.words import Told, told

ACTIONS: tuple[str, ...] = ("add", "edit", "remove", "plan")
GROUPS: Mapping[str, str] = {"beat": "beat", "district": "district"}  # how an area can be named besides by a block's id, and its column
LONGEST_NAME, LONGEST_NOTE = 200, 2000
_TURNING = re.compile("[\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}]")


@dataclass(frozen=True)
class Entry:
    """One intervention: what was done, from `start` to the day before `end` (None: it goes on), where, and what it is compared with.

    Areas are ids of blocks, or `beat:NAME`, `district:NAME`; no treated area means the whole place. `starts` are the first days of those
    treated areas that began on another day than `start`. `name` and `note` are texts by language. `origin` is `city` for an entry that
    stands in city.toml, else `log`. No person is named as its author.
    """

    id: str
    name: Mapping[str, str]
    start: pd.Timestamp
    end: pd.Timestamp | None = None
    treated: tuple[str, ...] = ()
    comparison: tuple[str, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)
    origin: str = "log"
    starts: tuple[tuple[str, pd.Timestamp], ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """Return the entry as plain values: what is written to disk and printed for programs. `end` is exclusive; `starts` only if any."""
        starts = {area: day.date().isoformat() for area, day in self.starts}
        return {
            "id": self.id,
            "name": dict(self.name),
            "start": self.start.date().isoformat(),
            "end": self.end.date().isoformat() if self.end is not None else None,
            "treated": list(self.treated),
            "comparison": list(self.comparison),
            "note": dict(self.note),
        } | ({"starts": starts} if starts else {})


@dataclass(frozen=True)
class Change:
    """One change of the log: `action` is one of `ACTIONS`, `at` the moment in UTC as ISO text; a removal keeps what it removed.

    `more` is what a change of an action says besides the entry: the plan that was registered (see `cities.plans`).
    """

    at: str
    action: str
    entry: Entry
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Log:
    """The entries that hold now, in order of time; every change that led there; how many changes were damaged on disk.

    `broken` counts the changes that do not follow on the one before them: each carries the seal of that one, so something was taken out
    or written anew by hand.
    `events` are the city's dated events as entries about the whole place, so that they can be asked after in the same way.
    """

    entries: tuple[Entry, ...]
    changes: tuple[Change, ...]
    damaged: int = 0
    events: tuple[Entry, ...] = ()
    broken: int = 0

    def entry(self, name: str) -> Entry:
        """Return the entry or dated event whose id is `name`; a `DataError` names those that there are."""
        for one in (*self.entries, *self.events):
            if one.id == name:
                return one
        there = ", ".join(one.id for one in (*self.entries, *self.events)) or told("none yet")
        raise DataError(told("interventions: there is no entry {name}; entries: {there}", name=repr(name), there=there))


def of_notes(notes: Iterable[Note], kind: str = "intervention") -> tuple[Entry, ...]:
    """Return the interventions (or the notes of another kind) that stand in city.toml, as entries.

    >>> of_notes([Note(pd.Timestamp("2021-03-01"), {"en": "Quiet Docks"}, "intervention", ("b1",))])[0].id
    'quiet-docks-2021-03-01'
    """
    found: list[Entry] = []
    for note in notes:
        if note.kind == kind:
            name = _free_id(note.text, note.start, [one.id for one in found])
            found.append(
                Entry(
                    name,
                    note.text,
                    note.start,
                    note.end,
                    note.treated,
                    note.comparison,
                    note.note,
                    origin="city" if kind == "intervention" else kind,
                    starts=tuple(note.starts.items()),
                )
            )
    return tuple(found)


def read(slug: str, notes: Iterable[Note] = ()) -> Log:
    """Return the log of a city: the interventions of its city.toml (`notes`), changed by what was written since.

    A new import brings the city.toml's entries anew; an entry that was edited or removed here stays edited or removed. A change whose
    file was damaged is counted in `damaged` and left out; the others hold.
    """
    notes = tuple(notes)
    current = {one.id: one for one in of_notes(notes)}
    found = [checked_json.read(path) for path in _files(slug)]
    changes = [Change(one["at"], one["action"], _entry(one["entry"]), one.get("more", {})) for one in found if one is not None]
    for change in changes:
        if change.action == "remove":
            current.pop(change.entry.id, None)
        elif change.action != "plan":
            current[change.entry.id] = change.entry
    entries = tuple(sorted(current.values(), key=lambda one: (one.start, one.id)))
    return Log(entries, tuple(changes), found.count(None), of_notes(notes, "event"), _broken(found))


def _broken(found: Sequence[Mapping[str, Any] | None]) -> int:
    """Return how many changes do not carry the seal of the change before them; those written before seals were carried carry none."""
    seals = ["", *("" if one is None else checked_json.seal(one) for one in found)]
    return sum(one is not None and "before" in one and one["before"] != last for one, last in zip(found, seals, strict=False))


def add(slug: str, entry: Entry, *, blocks: Blocks, notes: Sequence[Note] = ()) -> Entry:
    """Write a new entry and return it with the id that it got. Raises a `DataError` with every fault; then nothing was written."""
    checked = _checked(entry, blocks)
    with store.lock(slug, wait=10):
        log = read(slug, notes)
        taken = [one.id for one in log.entries] + [one.entry.id for one in log.changes]
        written = replace(checked, id=_free_id(checked.name, checked.start, taken))
        _write(slug, "add", written)
    return written


def edit(slug: str, entry: Entry, *, blocks: Blocks, notes: Sequence[Note] = ()) -> Entry:
    """Write a new wording of the entry that has this id and return it; the former one stays in the history."""
    checked = _checked(entry, blocks)
    with store.lock(slug, wait=10):
        _own(read(slug, notes), entry.id)
        _write(slug, "edit", checked)
    return checked


def remove(slug: str, name: str, *, notes: Sequence[Note] = ()) -> Entry:
    """Take an entry out of the log and return it; it stays in the history."""
    with store.lock(slug, wait=10):
        gone = _own(read(slug, notes), name)
        _write(slug, "remove", gone)
    return gone


def register(slug: str, name: str, more: Mapping[str, Any], *, notes: Sequence[Note] = ()) -> Entry:
    """Write down what is planned for an entry, with the entry as it stands, and return it."""
    with store.lock(slug, wait=10):
        entry = _own(read(slug, notes), name)
        _write(slug, "plan", entry, more)
    return entry


def _own(log: Log, name: str) -> Entry:
    """Return an entry of the log itself: dated events stand in city.toml and are changed there."""
    return replace(log, events=()).entry(name)


def find_areas(blocks: Blocks, areas: Sequence[str]) -> tuple[pd.Index, tuple[str, ...]]:
    """Return the blocks that `areas` name, and the names that fit none.

    >>> from hotspots.testing import square_blocks
    >>> found, strange = find_areas(square_blocks(), ["b00", "district:row 1", "b77"])
    >>> found.tolist(), strange
    (['b00', 'b10', 'b11'], ('b77',))
    """
    inside = pd.Series(False, index=blocks.index)
    strange = []
    for area in areas:
        group, _, name = area.partition(":")
        if area in blocks.index:
            inside[area] = True
        elif group in GROUPS and GROUPS[group] in blocks.columns and (blocks[GROUPS[group]] == name).any():
            inside |= blocks[GROUPS[group]] == name
        else:
            strange.append(area)
    return blocks.index[inside], tuple(strange)


def _files(slug: str) -> list[Path]:
    folder = settings.store_folder() / slug / "interventions"
    return sorted(folder.glob("[0-9]*.json"), key=lambda path: int(path.stem)) if folder.is_dir() else []


def _write(slug: str, action: str, entry: Entry, more: Mapping[str, Any] | None = None) -> None:
    """Write one change, whole or not at all; the city's lock is held."""
    folder = settings.store_folder() / slug / "interventions"
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(slug)
    number = max((int(path.stem) for path in files), default=0) + 1
    building = folder / f".tmp-{number}"
    last = checked_json.read(files[-1]) if files else None
    values = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "action": action, "entry": entry.as_plain()}
    values |= {"before": checked_json.seal(last) if last is not None else ""} | ({"more": dict(more)} if more else {})
    try:
        checked_json.write(building, values)
        os.replace(building, folder / f"{number:06}.json")
    finally:
        building.unlink(missing_ok=True)
    checked_json.flush_folder(folder)


def _entry(values: Mapping[str, Any]) -> Entry:
    end = pd.Timestamp(values["end"]) if values["end"] else None
    areas = tuple(values["treated"]), tuple(values["comparison"])
    starts = tuple((area, pd.Timestamp(day)) for area, day in values.get("starts", {}).items())
    return Entry(values["id"], values["name"], pd.Timestamp(values["start"]), end, *areas, values["note"], starts=starts)


def _checked(entry: Entry, blocks: Blocks) -> Entry:
    """Return the entry with clean texts, or raise a `DataError` with every fault."""
    name, note = ({key: clean(text) for key, text in texts.items() if clean(text)} for texts in (entry.name, entry.note))
    faults = [] if name else [told("interventions: the entry has no name; say what was done")]
    for what, texts, most in ((told("name"), name, LONGEST_NAME), (told("note"), note, LONGEST_NOTE)):
        long = max((len(text) for text in texts.values()), default=0)
        faults += (
            [told("interventions: the {what} has {long} characters; use at most {most}", what=what, long=f"{long:,}", most=f"{most:,}")]
            if long > most
            else []
        )
    if entry.end is not None and entry.end <= entry.start:
        faults.append(
            told(
                "interventions: it ends on {end} and starts on {start}; the end is the day after the last",
                end=entry.end.date(),
                start=entry.start.date(),
            )
        )
    faults += _faults_of_starts(entry)
    treated, strange = find_areas(blocks, entry.treated)
    comparison, more = find_areas(blocks, entry.comparison)
    unknown = (*strange, *more)
    if unknown:
        faults.append(
            told(
                "interventions: {n} of {total} areas do not exist here (first: {first}); use block ids, or "
                "beat:NAME, district:NAME where the blocks have them",
                n=len(unknown),
                total=len(entry.treated) + len(entry.comparison),
                first=repr(unknown[0]),
            )
        )
    both = treated.intersection(comparison)
    if len(both):
        faults.append(
            told(
                "interventions: {n} areas are treated and compared with as well (first: {first}); an area is one or the other",
                n=f"{len(both):,}",
                first=both[0],
            )
        )
    if len(comparison) and not entry.treated:
        faults.append(told("interventions: there are comparison areas and no treated ones; name the treated areas, or leave both out"))
    if faults:
        raise DataError(faults)
    return replace(entry, name=name, note=note)


def _faults_of_starts(entry: Entry) -> list[Told]:
    """Return what is wrong with the areas that began on a day of their own."""
    strange = [area for area, _ in entry.starts if area not in entry.treated]
    late = [area for area, day in entry.starts if entry.end is not None and day >= entry.end]
    faults = []
    if any(pd.isna(day) for _, day in entry.starts):
        faults.append(told("interventions: write areas that began on a day of their own as AREA=2024-05-01, AREA=2024-06-15"))
    if strange:
        faults.append(
            told("interventions: {area} has a first day of its own and is no treated area; name it among them", area=repr(strange[0]))
        )
    if late:
        faults.append(told("interventions: {area} begins when all of it is over", area=repr(late[0])))
    return faults


def clean(text: str) -> str:
    """Return text without control characters and signs that turn the direction of writing; all else stays letter by letter."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in _TURNING.sub("", text))
    return re.sub(r"\s+", " ", plain).strip()


def _free_id(name: Mapping[str, str], start: pd.Timestamp, taken: Sequence[str]) -> str:
    text = name.get("en") or next(iter(name.values()))
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "entry"
    wanted = f"{stem}-{start.date()}"
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(one for one in numbered if one not in taken)
