"""A source → a folder with a city.toml and its rows: page by page, gone on with after a break, and told what is new."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from hotspots.cities.sources.catalogue import Source
from hotspots.cities.sources.database import fetch_tables
from hotspots.cities.sources.rows import MOST_ROWS, Update, changes, describe, marks, rows_of, write
from hotspots.cities.sources.services import SERVICES, Page, Row, Service, loads
from hotspots.cities.sources.web import Answer, SourceError, Web
from hotspots.words import Told, told

_HOLDS = 6 * 3600.0  # seconds after which the pages of a broken run are asked for again


def fetch(source: Source, folder: Path, *, web: Web | None = None, progress: Callable[[Told], None] = lambda _: None) -> Update:
    """Bring the folder up to date from the source, whole or not at all: its rows change in one step when all have come.

    Each page is kept with its mark, and asked for again only if the service says that it changed; after a break the pages of the last
    six hours stand, and the rest is asked for. Rows are told apart by the source's key. Raises a `SourceError` where the service
    refuses, stays silent, cuts its answer, gives a row twice, or not as many rows as it counts; the folder then holds what it held.
    """
    if source.kind == "database":
        return fetch_tables(source, folder, progress=progress)
    web = web or Web(source.address, own=source.own, say=progress)
    pages = _Pages(folder / ".pages", web, source)
    if source.kind == "plain":
        return _plain(source, folder, pages, progress)
    service = SERVICES[source.kind]
    rows = _all_rows(source, service, pages, progress)
    if not rows:
        raise SourceError(told("{source}: the service has no rows; nothing was changed", source=source.name))
    file = folder / "raw" / "incidents.csv"
    added, changed, gone = changes(marks(rows_of(file), source.key), marks(rows, source.key))
    if added or changed or gone or not file.is_file():
        write(file, _csv(rows))
    describe(source, folder, incidents={"file": "raw/incidents.csv"})
    pages.done()
    return Update(file, len(rows), added, changed, gone, pages.asked)


def _all_rows(source: Source, service: Service, pages: _Pages, progress: Callable[[Told], None]) -> list[Row]:
    """Return every row, once; what was counted before and after must be what came."""
    address, total = service.path(source), _count(source, service, pages)
    rows: list[Row] = []
    while True:
        page = service.read(source, loads(pages.get(address, service.page(source, len(rows))), source))
        total = page.total if page.total is not None else total
        rows += page.rows
        progress(told("{source}: {n} rows of {total}", source=source.name, n=f"{len(rows):,}", total=f"{total:,}" if total else "?"))
        if len(rows) > MOST_ROWS:
            raise SourceError(told("{source}: more than {n} rows; narrow what is asked for", source=source.name, n=f"{MOST_ROWS:,}"))
        if _last(page, source, len(rows), total):
            break
    after = _count(source, service, pages)
    total = total if after is None else after
    known = Counter(row.get(source.key, "") for row in rows) if source.key else Counter()
    twice = sum(number - 1 for number in known.values())
    if (total is not None and total != len(rows)) or twice:
        pages.forget()
        raise SourceError(
            told(
                "{source}: {n} rows came, {twice} of them twice, and the service counts {total}: it was changed while it was read, or "
                "its answer was cut. Nothing was changed; fetch again",
                **{"source": source.name, "n": f"{len(rows):,}", "twice": f"{twice:,}", "total": "?" if total is None else f"{total:,}"},
            )
        )
    return rows


def _last(page: Page, source: Source, have: int, total: int | None) -> bool:
    """Return whether no page follows: the service says so, or all are there; a short page alone says it only where nothing else does."""
    if not page.rows:
        return True
    if page.more is not None:
        return not page.more
    return have >= total if total is not None else len(page.rows) < source.rows_a_page


def _count(source: Source, service: Service, pages: _Pages) -> int | None:
    if service.count_query is None:
        return None
    answer = loads(pages.fresh(service.path(source), service.count_query(source)), source)
    try:
        return service.counted(answer)
    except (KeyError, IndexError, TypeError, ValueError):
        raise SourceError(told("{source}: the service does not say how many rows it has", source=source.name)) from None


class _Pages:
    """The answers of a source, kept in a folder: each with its mark, and whether it came in the run that is going on."""

    def __init__(self, folder: Path, web: Web, source: Source) -> None:
        self._folder, self._web, self.asked = folder, web, 0
        said = json.dumps([source.kind, source.address, source.where, source.table, source.key, source.rows_a_page])
        self._run = hashlib.sha256(said.encode()).hexdigest()[:16]

    def fresh(self, address: str, query: Mapping[str, str]) -> bytes:
        """Return the answer of the service itself, which is not kept."""
        self.asked += 1
        return self._web.get(address, query).body

    def get(self, address: str, query: Mapping[str, str]) -> bytes:
        """Return the answer: the kept one where it came in this run or the service says that it still holds, else the new one."""
        name = hashlib.sha256(json.dumps([self._run, address, dict(query)]).encode()).hexdigest()[:24]
        body, mark = self._folder / f"{name}.body", self._folder / f"{name}.json"
        kept: dict[str, Any] = {}
        if body.is_file() and mark.is_file():
            with suppress(ValueError):
                kept = json.loads(mark.read_text(encoding="utf-8"))
        whole = bool(kept) and hashlib.sha256(body.read_bytes()).hexdigest() == kept["sha256"]
        if whole and kept["open"] and 0 <= time.time() - kept["at"] < _HOLDS:
            return body.read_bytes()
        self.asked += 1
        marks = {"etag": kept["etag"], "modified": kept["modified"]} if whole else {}
        answer = self._web.get(address, query, **marks)
        said = body.read_bytes() if answer.same else answer.body
        self._keep(name, said, kept if answer.same else answer)
        return said

    def _keep(self, name: str, body: bytes, of: Answer | Mapping[str, Any]) -> None:
        etag, modified = (of.etag, of.modified) if isinstance(of, Answer) else (of["etag"], of["modified"])
        mark = {"sha256": hashlib.sha256(body).hexdigest(), "etag": etag, "modified": modified, "at": time.time(), "open": True}
        write(self._folder / f"{name}.body", body)
        write(self._folder / f"{name}.json", json.dumps(mark).encode())

    def done(self) -> None:
        """Say that the run has ended well: the next one asks again. Pages that it did not need are removed."""
        for mark in self._folder.glob("*.json"):
            kept = json.loads(mark.read_text(encoding="utf-8"))
            if kept["open"]:
                write(mark, json.dumps(kept | {"open": False}).encode())
            else:
                mark.with_suffix(".body").unlink(missing_ok=True)
                mark.unlink()

    def forget(self) -> None:
        """Remove every page: together they make no sense."""
        for path in self._folder.glob("*"):
            path.unlink()


def _plain(source: Source, folder: Path, pages: _Pages, progress: Callable[[Told], None]) -> Update:
    """Fetch one file as it is; its rows are counted by its lines."""
    name = PurePosixPath(urlsplit(source.address).path).name or "incidents.csv"
    file = folder / "raw" / name
    progress(told("{source}: fetching {file}", source=source.name, file=name))
    body = pages.get(source.address, {})
    before = file.read_bytes().splitlines() if file.is_file() else []
    now = body.splitlines()
    if not now:
        raise SourceError(told("{source}: the service has no rows; nothing was changed", source=source.name))
    old, new = Counter(before), Counter(now)
    if old != new:
        write(file, body)
    describe(source, folder, incidents={"file": f"raw/{name}"})
    pages.done()
    return Update(file, len(now), (new - old).total(), 0, (old - new).total(), pages.asked)


def _csv(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, names, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8")
