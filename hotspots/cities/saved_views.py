"""Views that somebody saved under a name: a page and the choices on it, kept beside the versions of a city. Restricted."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hotspots import settings
from hotspots.cities.logbook import clean
from hotspots.store import checked_json, whole
from hotspots.store.schema import DataError
from hotspots.words import told

LONGEST = 80  # letters of a name
MOST = 200  # views of a city
_FOLDER = "views"
_LEFT = 60  # seconds after which what is half written is nobody's


@dataclass(frozen=True)
class SavedView:
    """A `page` of the dashboard (empty: the first) and the `choices` on it, as an address has them: no figure, so it opens newer data."""

    name: str
    page: str
    choices: Mapping[str, str]


def listed(slug: str) -> tuple[tuple[SavedView, ...], int]:
    """Return the saved views of a city in the order of their names, and how many are damaged and cannot be opened."""
    found, damaged = [], 0
    for path in _folder(slug).glob("[0-9a-f]*.json"):
        values = checked_json.read(path)
        if values is not None:
            found.append(SavedView(values["name"], values["page"], values["choices"]))
        elif path.exists():  # else somebody deleted it just now
            damaged += 1
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.name))), damaged


def save(slug: str, view: SavedView) -> SavedView:
    """Keep a view under its name, whole or not at all, and return it as it is kept.

    A `DataError` where the name is empty, too long or another view's, whatever its capitals; or where the disk is full.
    """
    name = clean(view.name)
    folder = _folder(slug)
    if not name:
        raise DataError(told("saved views: give the view a name"))
    if len(name) > LONGEST:
        raise DataError(told("saved views: the name has {long} letters; use at most {most}", long=len(name), most=LONGEST))
    if len(list(folder.glob("[0-9a-f]*.json"))) >= MOST:
        raise DataError(told("saved views: there are {most} already; delete one first", most=MOST))
    kept = SavedView(name, view.page, dict(view.choices))
    with _told_when_full():
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        try:
            whole.write(_path(slug, name), checked_json.sealed(vars(kept)), anew=True)
        except FileExistsError:
            raise DataError(told("saved views: there is a view {name} already; take another name", name=repr(name))) from None
    return kept


def rename(slug: str, name: str, new: str) -> SavedView:
    """Give a view another name and return it. Killed between, it has both names; it is never gone."""
    view = _found(slug, name)
    wanted = clean(new)
    if wanted == view.name:
        return view
    changed = SavedView(wanted, view.page, view.choices)
    if wanted and len(wanted) <= LONGEST and _path(slug, wanted) == _path(slug, name):  # other capitals alone
        with _told_when_full():
            whole.write(_path(slug, name), checked_json.sealed(vars(changed)))
        return changed
    kept = save(slug, changed)
    remove(slug, name)
    return kept


def remove(slug: str, name: str) -> None:
    """Delete a view; nothing happens where somebody else deleted it before."""
    _path(slug, name).unlink(missing_ok=True)
    if _folder(slug).is_dir():
        checked_json.flush_folder(_folder(slug))


def _found(slug: str, name: str) -> SavedView:
    values = checked_json.read(_path(slug, name))
    if values is None:
        raise DataError(told("saved views: there is no view {name} any more", name=repr(name)))
    return SavedView(values["name"], values["page"], values["choices"])


def _folder(slug: str) -> Path:
    return settings.store_folder() / slug / _FOLDER


def _path(slug: str, name: str) -> Path:
    """Return the file of a view: one for each name, so that the file system itself keeps two from having the same."""
    return _folder(slug) / f"{hashlib.sha256(name.casefold().encode()).hexdigest()[:32]}.json"


def _sweep(folder: Path) -> None:
    """Delete what writers that were killed left behind; one that writes now is done long before."""
    for path in folder.glob(".tmp-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LEFT:
                path.unlink()


@contextlib.contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        number = error.errno
        if number not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DataError(told("saved views: the disk is full; nothing was changed. Make room and save the view again")) from error
