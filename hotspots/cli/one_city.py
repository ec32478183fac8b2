"""What `batch` does for one city: each step by the function that its own command calls, and only where what it makes is missing.

What a step was made of and what it made are noted beside the brief. It is missing where either is another one now: the files of the
folder, the answers to what was asked about them, the version served, the log of interventions, what was asked for, this program. The check
is of the store itself, so it is made every time.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotspots import __version__, agency, cities, release, settings, store
from hotspots.cities import Files, logbook
from hotspots.cities.city import fingerprint_of
from hotspots.cli import brief, digest, import_, noted, publish
from hotspots.questions.restricted import Asked
from hotspots.readers.cityfile.checking import read_city_file
from hotspots.readers.sections import PUBLISH
from hotspots.release import ledger
from hotspots.store import checked_json, whole
from hotspots.study.selection import Selection
from hotspots.words import Told, ToldError, told

NOTE, BRIEF, DIGEST = "done.json", "brief.pdf", "digest.json"
STATES = ("done", "kept", "none", "failed", "not reached")
_WAIT = 60.0  # seconds for what a process that was killed held to come free
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What is to be done for the city of a `folder`.

    `papers` is the folder of what is not for publication, `releases` the one with a release of each city. `profile` is what may be made
    public unless city.toml says less; empty: what city.toml says. `safe`: the safe answers are taken to what is asked about the files.
    """

    folder: Path
    papers: Path
    releases: Path
    profile: str = ""
    html: bool = False
    signed_by: str = ""
    preset: str = "command"
    safe: bool = False

    @property
    def slug(self) -> str:
        """The city's short name."""
        return cities.slug_of(self.folder)


@dataclass(frozen=True)
class Step:
    """What became of one step: its `state` is one of `STATES`, `said` what it says of itself or why it failed, `seconds` processor time."""

    name: str
    state: str
    said: tuple[Told, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Account:
    """What became of a city: its steps, the processor time that they took in seconds, and the most memory in bytes, where it is known."""

    slug: str
    steps: tuple[Step, ...]
    seconds: float = 0.0
    memory: int = 0

    @property
    def failed(self) -> bool:
        """Whether any step failed."""
        return any(one.state == "failed" for one in self.steps)


class _StoppedError(ToldError):
    """A step failed on which those after it rest."""


@dataclass
class _Notes:
    """What was made for a city, and of what; on disk after each step, whole or not at all."""

    path: Path
    made: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> _Notes:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / NOTE, dict((checked_json.read(folder / NOTE) or {}).get("made", {})))

    def has(self, step: str, of: str, found: str) -> bool:
        """Return whether a step was made `of` the same, and what it made is what was `found` now."""
        return bool(found) and self.made.get(step) == {"of": of, "made": found}

    def add(self, step: str, of: str, made: str) -> None:
        self.made[step] = {"of": of, "made": made}
        whole.write(self.path, checked_json.sealed({"made": self.made}), mode=0o600)


def profile_for(said: str, asked: str) -> str:
    """Return what may be made public of a city: the less of what its city.toml said and what is asked for; nothing where neither does.

    >>> profile_for("", "strict"), profile_for("no", "open"), profile_for("open", "strict"), profile_for("open", ""), profile_for("", "")
    ('strict', 'no', 'strict', 'open', 'no')
    """
    return min((one for one in (said, asked) if one), key=PUBLISH.index, default=PUBLISH[0])


def work(order: Order, *, hear: Callable[[str], None], clock: Callable[[], float]) -> Account:
    """Do what is missing of one city, and return what became of each step. `clock` tells the processor time, `hear` hears of each step.

    A step that fails does not stop those that do not rest on it; no fault of one city is raised.
    """
    notes = _Notes.of(order.papers)
    found: list[Step] = []
    stopped = False
    for name, step in _STEPS.items():
        if stopped:
            found.append(Step(name, "not reached"))
            continue
        hear(told("{step} of {city}", step=_CALLED[name], city=order.slug))
        begun = clock()
        state, said = _tried(step, order, notes, hear)
        stopped = state == "stopped"
        found.append(Step(name, "failed" if stopped else state, said, clock() - begun))
    return Account(order.slug, tuple(found))


def _tried(step: Callable[..., tuple[str, Told]], order: Order, notes: _Notes, hear: Callable[[str], None]) -> tuple[str, tuple[Told, ...]]:
    try:
        state, said = step(order, notes, hear)
        if state == "done":
            noted.note("batch", order.slug)
    except _StoppedError as fault:
        return "stopped", fault.faults
    except ToldError as fault:
        return "stopped" if step is _import else "failed", fault.faults
    except OSError as fault:
        what = told("cannot read or write {file}: {reason}", file=fault.filename or order.folder, reason=fault.strerror or repr(fault))
        return "stopped" if step is _import else "failed", (what,)
    except Exception as fault:
        _log.exception("%s: a step of the batch broke", order.slug)
        kind = type(fault).__name__
        return "stopped", (told("a fault of this program, not of yours ({kind}); report it, with what the worker's log says", kind=kind),)
    return state, (said,)


def _import(order: Order, notes: _Notes, hear: Callable[[str], None]) -> tuple[str, Told]:
    slug, folder = order.slug, order.folder
    of = _hash(fingerprint_of(read_city_file(folder)), store.answers.remembered(slug), order.safe)
    if _intact(slug) and (cities.is_current(folder) or notes.has("import", of, _newest(slug))):
        return "kept", told("version {version}", version=store.served(slug))
    with store.lock(slug, wait=_WAIT) as held:
        before = store.served(slug)
        understood = import_.read(Files(folder=folder), {}, progress=hear, put=None if order.safe else _nobody)
        if understood.city is None:
            raise import_.refusal(understood)
        city = cities.bring_in(understood, held=held)
    notes.add("import", _hash(fingerprint_of(read_city_file(folder)), store.answers.remembered(slug), order.safe), _newest(slug))
    return ("kept" if city.version == before else "done"), told("version {version}", version=city.version)


def _check(order: Order, notes: _Notes, hear: Callable[[str], None]) -> tuple[str, Told]:
    found = cities.check(order.slug)
    faults = [fault for one in found for fault in one.faults]
    if any(one.faults and (one.served or not one.number) for one in found):
        raise _StoppedError(faults)
    if faults:
        raise store.StoreError(faults)
    return "done", told("{n} versions intact", n=len(found))


def _publish(order: Order, notes: _Notes, hear: Callable[[str], None]) -> tuple[str, Told]:
    profile, out = profile_for(read_city_file(order.folder).publish, order.profile), order.releases / order.slug
    if profile == PUBLISH[0]:
        return "none", told("nobody asked for a release: publish in city.toml, or --profile")
    month = f"{datetime.now(UTC):%Y-%m}"  # what may be public grows by whole months
    of = _hash(*_rests_on(order.slug), profile, order.html, settings.value("HOTSPOTS_CONTACT"), month)
    if notes.has("publish", of, _released(out)):
        return "kept", told("{profile} release", profile=profile)
    done = publish.publish(order.slug, profile, out, html=order.html, who=order.signed_by, progress=hear)
    notes.add("publish", of, done.fingerprint)
    return "done", told("{profile} release, {n} areas", profile=done.release.profile.name, n=len(done.release.areas))


def _brief(order: Order, notes: _Notes, hear: Callable[[str], None]) -> tuple[str, Told]:
    out = order.papers / BRIEF
    of = _hash(*_rests_on(order.slug), order.preset, settings.value("HOTSPOTS_ADDRESS"), ledger.lot_secret(order.slug, "").hex())
    if notes.has("brief", of, _file(out)):
        return "kept", told("brief")
    brief.write(Asked.of(Selection(city=order.slug)), out, order.preset)
    notes.add("brief", of, _file(out))
    return "done", told("brief")


def _digest(order: Order, notes: _Notes, hear: Callable[[str], None]) -> tuple[str, Told]:
    slug, served = order.slug, store.served(order.slug) or 0
    before = max((one for one in store.versions(slug) if one < served), default=0)
    if not before:
        return "none", told("no earlier version")
    of = _hash(*_rests_on(slug), store.content(store.current(slug, before)), settings.value("HOTSPOTS_ADDRESS"))
    said = told("since version {version}", version=before)
    if notes.has("digest", of, _file(order.papers / DIGEST)):
        return "kept", said
    digest.write(Asked.of(Selection(city=slug)), order.papers, before=before)
    notes.add("digest", of, _file(order.papers / DIGEST))
    return "done", said


_STEPS: Mapping[str, Callable[[Order, _Notes, Callable[[str], None]], tuple[str, Told]]] = {
    "import": _import,
    "check": _check,
    "publish": _publish,
    "brief": _brief,
    "digest": _digest,
}
_CALLED: Mapping[str, Told] = {
    "import": told("import"),
    "check": told("check"),
    "publish": told("release"),
    "brief": told("brief"),
    "digest": told("digest"),
}
STEPS: tuple[str, ...] = tuple(_STEPS)


def called(step: str) -> Told:
    """Return what a step is called."""
    return _CALLED[step]


def _nobody(_: Any) -> str:
    """Answer nothing: nobody is there."""
    return ""


def _rests_on(slug: str) -> Iterator[object]:
    """Yield what all that is made of a city rests on: the data, what was noted since, this program, and whose name it bears."""
    log = logbook.read(slug)
    yield from (__version__, store.content(store.current(slug)), repr(log.changes), log.damaged, repr(agency.agency()))


def _intact(slug: str) -> bool:
    """Return whether a version is served, and whole: a damaged one is made anew from its files."""
    try:
        return store.unchanged(store.current(slug))
    except store.StoreError:
        return False


def _newest(slug: str) -> str:
    return store.content(store.current(slug, max(store.versions(slug))))


def _released(out: Path) -> str:
    """Return the fingerprint of the release in a folder; empty where there is none, or it is damaged."""
    try:
        release.read(out)
        return release.fingerprint(out)
    except (release.ReleaseError, OSError):
        return ""


def _file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
