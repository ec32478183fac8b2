"""From a stored city to a folder that anybody may have: built, audited against everything released before, signed, written down."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hotspots import cities, settings, store
from hotspots.release import bundle, ledger, sign_off
from hotspots.release.beside import beside, counted_twice, weakened
from hotspots.release.examination import Findings, audit
from hotspots.release.facts import as_it_stands
from hotspots.release.making import build
from hotspots.release.release import Release
from hotspots.release.sign_off import Sheet
from hotspots.store import locks
from hotspots.words import Told, told

_WAIT = 600.0  # seconds for another city's release to be written


class RefusedError(store.StoreError):
    """The audit found what a release would give away; `findings` says what, and which figure to give up."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        first = [told("- {finding}", finding=one.sentence) for one in findings.found[:20]]
        found = told("not published: the audit found {n} things that the release would give away", n=len(findings.found))
        super().__init__([found, *first])


@dataclass(frozen=True)
class Done:
    """A release that went out: the release, its audit, the names of its files, the fingerprint to compare it by, and who signed it off."""

    release: Release
    findings: Findings
    files: tuple[str, ...]
    fingerprint: str
    sheet: Sheet


def _full(fault: OSError) -> bool:
    return fault.errno in (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def _told_when_full() -> Iterator[None]:
    """Say in a sentence that the disk is full."""
    try:
        yield
    except OSError as error:
        if not _full(error):
            raise
        raise store.StoreError(told("the disk is full. The release that was there is still there; make room and publish again")) from error


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Look at other releases and write this one while no other city of this store does: of two at once neither would see the other."""
    folder = settings.store_folder()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locks.hold(folder / ".publishing", wait=_WAIT):
            yield
    except locks.TakenError as fault:
        raise store.StoreError(
            told("another release is being written since {since}; publish again when that is done. Nothing was changed", since=fault.since)
        ) from fault


def _keeps_pages(out: Path, made: bool) -> None:
    """Refuse to take the web pages of the release that is replaced off the web site."""
    online = bundle.pages_in(out)
    if online and not made:
        raise bundle.ReleaseError(
            told(
                "{folder} holds a release with {n} web pages; publishing without them would take them off the web site. Publish with "
                "--html, or into another folder",
                folder=out.name,
                n=len(online),
            )
        )


@_told_when_full()
def publish(
    slug: str,
    profile: str,
    out: Path | str,
    *,
    as_of: str | dt.date | None = None,
    through: str | dt.date | None = None,
    already_public: bool = False,
    pages: Callable[[Release], Mapping[str, bytes]] | None = None,
    html: bool = True,
    who: str = "",
    progress: Callable[[Told], object] = lambda _: None,
) -> Done:
    """Publish a release of a stored city into the folder `out`, whole or not at all.

    `pages` makes further files of the release, such as its web page; they are given the release and nothing else, and signed with it.
    `html`: they are wanted; else they are made anew only where the release that is replaced has some, so that none is ever taken away.
    `progress` is told what is being done, as it takes a while. `who` signs it off: the sheet says what it was audited against and what
    not, and lies beside the ledger.
    It is written into the ledger before the folder appears: what may have got out counts as out. The same data published again give the
    same bytes. Raises `RefusedError` where the audit finds anything, and nothing is written then.
    """
    with store.lock(slug):
        city = as_it_stands(cities.load(slug))
        secret, before = ledger.key(slug), ledger.releases(slug)
        made_by: dict[str, Any] = {"as_of": as_of, "through": through, "secret": secret, "before": before, "already_public": already_public}
        progress(told("dividing {city} into areas and counting", city=city.name))
        release = build(city, profile=profile, **made_by)
        findings = audit(release, before, progress=lambda n, m: progress(told("attacking the figures: {n} of {m} periods done", n=n, m=m)))
        bundle.check_place(Path(out))
        made = None
        if pages and findings.passed and (html or bundle.pages_in(Path(out))):
            progress(told("drawing the pages"))
            made = pages(release)
        with _alone():
            progress(told("looking at the releases beside it"))
            there = [*beside(Path(out)), *counted_twice(city)]
            findings = replace(findings, found=(*findings.found, *weakened(release, there, before=before)))
            if not findings.passed:
                raise RefusedError(findings)
            _keeps_pages(Path(out), pages is not None)
            progress(told("writing the files"))
            ledger.add(slug, release)
            files = bundle.write(release, Path(out), key=secret, pages=made)
            against = dict.fromkeys([*(f"{slug} {number}" for number in range(1, len(before) + 1)), *(one.name for one in there)])
            day, mark = dt.datetime.now().astimezone().isoformat(timespec="minutes"), bundle.fingerprint(out)
            sheet = Sheet(who, day, mark, release.profile.name, tuple(against))
            sign_off.keep(slug, sheet)
    return Done(release, findings, tuple(files), mark, sheet)
