"""What was planned for an evaluation, registered in the log with its day and its code, so that what changed after is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspots.cities import logbook
from hotspots.cities.logbook import Change, Entry, Log
from hotspots.readers.sections import Note
from hotspots.store import checked_json
from hotspots.store.schema import DataError
from hotspots.words import told

LONGEST_TEXT = 4000
SHORT_CODE = 12  # letters of a code that are shown
_PARTS = ("start", "end", "treated", "comparison", "starts")  # what of an entry a plan is about


@dataclass(frozen=True)
class Plan:
    """What was planned for an entry before its result was looked at.

    `at` is the moment of registering in UTC (ISO text), `text` what will be looked at and when, `design` the way of looking that was
    named (empty: none), `ring` the metres of the ring. `code` is the SHA-256 of all that and of the dates and areas of the entry as they
    stood; `whole` says whether it still fits them.
    """

    at: str
    text: str
    design: str
    ring: float
    code: str
    whole: bool

    @property
    def day(self) -> pd.Timestamp:
        """The day of registering, in UTC."""
        return _day(self.at)


@dataclass(frozen=True)
class Plans:
    """The plans of one entry, the first one first; `moved` says whether its dates or areas are no longer those that the last is about."""

    plans: tuple[Plan, ...] = ()
    moved: bool = False

    @property
    def first(self) -> Plan | None:
        """The plan that was registered first; None where there is none."""
        return self.plans[0] if self.plans else None

    @property
    def last(self) -> Plan | None:
        """The plan that holds; None where there is none."""
        return self.plans[-1] if self.plans else None

    @property
    def tampered(self) -> bool:
        """Whether what stands on disk is not what was registered."""
        return not all(one.whole for one in self.plans)


def register(slug: str, name: str, text: str, *, design: str = "", ring: float = 250.0, notes: Sequence[Note] = ()) -> Plans:
    """Register what is planned for the entry `name` and return all its plans; a former plan stays. Raises a `DataError` without a text."""
    plain = logbook.clean(text)
    if not plain or len(plain) > LONGEST_TEXT:
        most = f"{LONGEST_TEXT:,}"
        raise DataError(told("interventions: a plan has 1 to {most} characters; say what will be looked at, and when", most=most))
    entry = logbook.read(slug, notes).entry(name)
    said = {"text": plain, "design": design, "ring": float(ring)}
    logbook.register(slug, name, {**said, "code": code_of(entry, said)}, notes=notes)
    return of_entry(logbook.read(slug, notes), entry)


def of_entry(log: Log, entry: Entry) -> Plans:
    """Return the plans of an entry of a log."""
    changes = [one for one in log.changes if one.action == "plan" and one.entry.id == entry.id]
    moved = bool(changes) and _parts(changes[-1].entry) != _parts(entry)
    return Plans(tuple(map(_plan, changes)), moved)


def written(log: Log, entry: Entry) -> pd.Timestamp | None:
    """Return the day on which an entry, or its present first days, were written into the log; None where it stands in city.toml."""
    for change in log.changes:
        same = change.entry.id == entry.id and (change.entry.start, change.entry.starts) == (entry.start, entry.starts)
        if same and change.action in ("add", "edit"):
            return _day(change.at)
    return None


def code_of(entry: Entry, said: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a plan and of the dates and areas that it is about.

    >>> from hotspots.cities.logbook import Entry
    >>> code_of(Entry("x", {"en": "x"}, pd.Timestamp("2024-01-01")), {"text": "a", "design": "", "ring": 250.0})[:12]
    'cd3ccd4dcf2b'
    """
    return checked_json.seal({"entry": _parts(entry), **{key: said[key] for key in ("text", "design", "ring")}})


def _day(moment: str) -> pd.Timestamp:
    return pd.Timestamp(moment[:10])


def _parts(entry: Entry) -> dict[str, Any]:
    plain = entry.as_plain()
    return {name: plain.get(name) for name in _PARTS}


def _plan(change: Change) -> Plan:
    said = change.more
    return Plan(change.at, said["text"], said["design"], said["ring"], said["code"], code_of(change.entry, said) == said["code"])
