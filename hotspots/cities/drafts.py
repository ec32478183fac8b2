"""Imports on their way: what a person brought or had fetched, and answered, kept on disk until it is published or given up."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import IO, Any

from hotspots import settings, store
from hotspots.cities.bring_in import Files, Understood, bring_in, understand
from hotspots.cities.city import City, slug_of
from hotspots.cities.listing import bundled
from hotspots.cities.sources import Source, Update, kept_in
from hotspots.readers.isolation.limits import allowed
from hotspots.readers.isolation.running import Stop, isolated
from hotspots.store import answers, checked_json
from hotspots.store.schema import DataError
from hotspots.words import Told, told

ROLES = ("incidents", "blocks", "population")
HOURS = 24  # after which an import that nobody finished is deleted
_FOLDER, _STATE, _LEFT_OUT = ".imports", "state.json", "left_out.csv"
Brought = tuple[str, IO[bytes]]  # the name of a file, as the person has it, and its content


@dataclass(frozen=True)
class Draft:
    """One import on its way: the `name` of the city, the `answers` so far, and once it is published the `version`.

    `unchanged`: that version was served before, and says the same. `rows_in` is the folder of the rows of an official source, and
    `fetched` how many they are: `rows`, `added`, `changed`, `gone`; empty for files that a person brought.
    """

    folder: Path
    name: str
    answers: Mapping[str, str]
    version: int = 0
    unchanged: bool = False
    rows_in: str = ""
    fetched: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What tells this import from others."""
        return self.folder.name

    @property
    def slug(self) -> str:
        """The short name of the city."""
        return self.files.slug(self.name)

    @property
    def files(self) -> Files:
        """What the person brought, which is nothing once it is published; or what was fetched."""
        if self.rows_in:
            return Files(folder=Path(self.rows_in))
        found = {role: tuple(sorted((self.folder / role).glob("*"))) for role in ROLES}
        single = {role: found[role][0] if found[role] else None for role in ROLES[1:]}
        return Files(found["incidents"], single["blocks"], single["population"])

    @property
    def left_out(self) -> bytes:
        """The rejected rows as a file; empty where every row was kept."""
        path = self.folder / _LEFT_OUT
        return path.read_bytes() if path.is_file() else b""


def begin(name: str, *, incidents: Sequence[Brought], blocks: Brought | None = None, population: Brought | None = None) -> Draft:
    """Keep what a person brings, and return it; an import before it that nobody finished is given up.

    Raises `DataError` where the name or the homicides are missing, or the name is that of a city that comes with the program.
    """
    if not name.strip() or not incidents:
        raise DataError(told("Give the name of the city, and at least the file of the homicides."))
    if slug_of(name.replace("/", " ")) in bundled():
        raise DataError(told("{name} is the name of a city that comes with the program; give yours another one", name=repr(name)))
    sweep(everything=True)
    folder = _root() / secrets.token_hex(8)
    given = {"incidents": tuple(incidents), "blocks": (blocks,) if blocks else (), "population": (population,) if population else ()}
    try:
        for role, brought in given.items():
            (folder / role).mkdir(parents=True)
            for file, content in brought:
                with (folder / role / _free(folder / role, _safe(file))).open("wb") as out:
                    shutil.copyfileobj(content, out)
        return _written(Draft(folder, name.strip(), {}))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def begin_fetched(source: Source, update: Update) -> Draft:
    """Keep that a source was fetched, as an import of what it gave; an import before it that nobody finished is given up."""
    sweep(everything=True)
    folder = _root() / secrets.token_hex(8)
    folder.mkdir(parents=True)
    numbers = {name: int(getattr(update, name)) for name in ("rows", "added", "changed", "gone")}
    return _written(Draft(folder, source.name, {}, rows_in=str(kept_in(source)), fetched=numbers))


def unfinished() -> Draft | None:
    """Return the newest import that was begun and not given up; those that lay for too long are deleted."""
    sweep()
    found = [draft for path in _root().glob(f"*/{_STATE}") if (draft := _read(path)) is not None]
    return max(found, key=lambda draft: (draft.folder / _STATE).stat().st_mtime, default=None)


def answered(draft: Draft, more: Mapping[str, str]) -> Draft:
    """Return the import with more answers."""
    return _written(replace(draft, answers={**draft.answers, **more}))


def give_up(draft: Draft) -> None:
    """Delete everything of an import; what was published stays."""
    shutil.rmtree(draft.folder, ignore_errors=True)


def sweep(*, everything: bool = False) -> None:
    """Delete imports that lay for too long, and folders that a beginning left unfinished; with `everything`, all of them."""
    for folder in _root().glob("*"):
        state = folder / _STATE
        with contextlib.suppress(FileNotFoundError):  # it was given up meanwhile
            old = time.time() - (state if state.is_file() else folder).stat().st_mtime > HOURS * 3600
            if everything or old:
                shutil.rmtree(folder, ignore_errors=True)


def read(draft: Draft, *, progress: Callable[[Told], None] | None = None, stop: Stop | None = None) -> Understood:
    """Return what the files are understood to say with the answers so far, read in a process of its own. Raises as `isolated` does."""
    files = draft.files
    sizes = files.folder.glob("raw/*") if files.folder else files.named
    known = answers.remembered(draft.slug)
    given = dict(draft.answers)
    watched: dict[str, Any] = {"progress": progress, "stop": stop, "most": allowed(sizes), "beside": draft.slug}
    return isolated(understand, files, given, name=draft.name, remembered=known, **watched)


def accept(draft: Draft, understood: Understood, *, left_out: bytes = b"") -> Draft:
    """Publish what was understood, delete what was uploaded, and return the import with its version.

    `left_out` is the file of the rejected rows: it stays until the import is closed.
    """
    before = store.served(understood.slug)
    city: City = bring_in(understood)
    if left_out:
        (draft.folder / _LEFT_OUT).write_bytes(left_out)
    done = _written(replace(draft, version=city.version, unchanged=city.version == before))
    for role in ROLES:
        shutil.rmtree(draft.folder / role, ignore_errors=True)
    return done


def _root() -> Path:
    return settings.store_folder() / _FOLDER


def _safe(name: str) -> str:
    """Return a name for a file that stays in its folder and says which file it was.

    >>> _safe("../../etc/pass wd.csv"), _safe("..")
    ('pass wd.csv', 'file')
    """
    plain = re.sub(r"[^\w .()+-]", "_", re.split(r"[/\\]", name)[-1]).strip(" .")
    return plain[-120:].lstrip(" .") or "file"


def _free(folder: Path, name: str) -> str:
    stem, dot, rest = name.partition(".")
    tried = (name, *(f"{stem} ({n}){dot}{rest}" for n in range(2, 1000)))
    return next(one for one in tried if not (folder / one).exists())


def _written(draft: Draft) -> Draft:
    values = {one.name: getattr(draft, one.name) for one in fields(draft) if one.name != "folder"}
    checked_json.write(draft.folder / _STATE, values)
    return draft


def _read(path: Path) -> Draft | None:
    values = checked_json.read(path)
    return Draft(path.parent, **values) if values else None
