"""All that the public edition sends and takes while its pages are visited, and what of single cases is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import attacked
import canaries
import numpy as np
import pandas as pd
from attacked import Case
from driving import wait_until_idle

from hotspots.cities import City
from hotspots.release import bundle
from hotspots.release.protection import SHOWN

PAGES = ("", "city", "people", "done", "left-out", "embed")


class Wire:
    """All that left the server, and all that the browser sent."""

    def __init__(self, page) -> None:
        self.page, self.responses, self.frames, self.files, self.sources = page, [], [], {}, {}
        page.on("response", lambda response: self.responses.append(response))
        page.on("websocket", self._listen)

    def _listen(self, socket) -> None:
        for kind in ("framereceived", "framesent"):
            socket.on(kind, lambda body: self.frames.append(body if isinstance(body, bytes) else body.encode()))

    def open(self, address: str, path: str) -> str:
        """Open an address, wait until it rests, keep its source, and return its text."""
        self.page.goto(f"{address}/{path}")
        self.page.wait_for_selector("[data-testid=stApp]", timeout=60_000)
        wait_until_idle(self.page, timeout=240_000)  # a large city on a machine at work
        self.page.wait_for_timeout(400)
        self.sources[path] = self.page.content().encode()
        return self.page.locator("body").inner_text()

    def download(self, folder: Path) -> None:
        """Take every file that the page offers."""
        buttons = self.page.locator("[data-testid=stDownloadButton] button")
        for at in range(buttons.count()):
            with self.page.expect_download(timeout=60_000) as waiting:
                buttons.nth(at).click()
            path = folder / f"{len(self.files)}_{waiting.value.suggested_filename}"
            waiting.value.save_as(path)
            self.files[path.name] = path.read_bytes()

    def bodies(self) -> dict[str, bytes]:
        """Return everything by a name that says what it is; the libraries that Streamlit itself ships are called `static`."""
        found = {f"frame {n}": body for n, body in enumerate(self.frames)}
        found |= {f"file {name}": body for name, body in self.files.items()}
        found |= {f"source {name}": body for name, body in self.sources.items()}
        for n, response in enumerate(self.responses):
            kind = "static" if "/static/" in response.url else "body"
            try:
                body = response.body()
            except Exception:  # a page that was left before its last answer arrived
                body = b""
            found[f"{kind} {n} {response.url}"] = body + json.dumps(dict(response.headers)).encode()
        return found


def visit(captured: Wire, address: str, areas: Iterable[str], folder: Path) -> None:
    """Visit every page in both languages, some areas, each kind of map, the pages of the other edition, and take every file."""
    for page in PAGES:
        for language in ("en", "es"):
            captured.open(address, f"{page}?lang={language}")
        captured.download(folder)
    for area in areas:
        captured.open(address, f"?lang=en&area={area}")
        captured.download(folder)
    for show in ("count", "hot"):
        captured.open(address, f"city?lang=en&show={show}")
        captured.download(folder)
    for bad in (
        "?area=%00&window=2015-03-04&show=points&version=1",
        "priorities?lang=en",
        "data?unit=grid:50&from=2015-03-04",
    ):
        captured.open(address, bad)


def single_cases(case: Case, city: City, out: Path, bodies: dict[str, bytes]) -> dict[str, object]:
    """Return, by what holds it, what stands in single cases alone: their marks, their days, their places to a metre, in text and as drawn.

    A day that a file of the release says is none, nor a place that is a corner of a published shape.
    """
    said = {day for path in out.iterdir() for view in canaries.decoded(path.read_bytes()) for day in re.findall(rb"\d{4}-\d\d-\d\d", view)}
    forbidden = canaries.days(pd.DataFrame(city.incidents)) - said if len(city.incidents) else set()
    known = city.incidents[~city.incidents.geometry.is_empty & city.incidents.geometry.notna()].geometry
    places = np.column_stack([known.to_crs(4326).x, known.to_crs(4326).y]) if len(known) else np.zeros((0, 2))
    corners = canaries.corners_of(out)
    found: dict[str, object] = {}
    for name, body in bodies.items():
        views = canaries.decoded(body)
        marks = {mark for view in views for mark in re.findall(case.tells, view)} if case.tells else set()
        dates = {day for view in views for day in re.findall(rb"\d{4}-\d\d-\d\d", view)} & forbidden
        points = np.vstack([canaries.pairs(body), canaries.drawn_in(body)])
        near = canaries.near_an_incident(points, places, corners, metres=1) if len(places) else points[:0]
        if marks or dates or len(near):
            found[name] = sorted(marks)[:3], sorted(dates)[:3], near[:3].tolist()
    return found


def held_back(out: Path, files: dict[str, bytes]) -> Iterator[tuple[str, object]]:
    """Yield the rows of tables to take away that tell a number of an area where the release holds it back."""
    release = bundle.read(out)
    hidden = release.by_area[release.by_area["reason"] != SHOWN] if release.totals is None else release.by_area.iloc[:0]
    keys = {(row.area, f"{row.start:%Y-%m-%d}") for row in hidden.itertuples()}
    for name, body in files.items():
        if not name.endswith(".csv"):
            continue
        table = pd.read_csv(BytesIO(body), dtype=str)
        if not {"area", "start", "count"} <= set(table.columns):
            continue
        for row in table.itertuples():
            if (row.area, str(row.start)[:10]) in keys and str(row.count) not in ("", "nan"):
                yield name, row


def scan(case: Case, folder: Path, captured: Wire, start) -> tuple[Wire, dict[str, object], list[object]]:
    """Publish a city, let `start` serve its release, visit it, and return what was captured and what is in it that must not be.

    The server is told where the store lies: that must not matter.
    """
    city, out, _ = attacked.published(case, folder, pages=True)
    store = folder / "store"
    address = start({"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(out.parent), "HOTSPOTS_STORE": str(store)})
    release = bundle.read(out)
    hidden = release.by_area.loc[release.by_area["reason"] != SHOWN, "area"] if release.totals is None else release.by_area["area"]
    visit(captured, address, [*hidden.drop_duplicates()[:2], *release.areas.index[:1]], folder)
    bodies = {name: body for body, name in {body: name for name, body in captured.bodies().items() if "static" not in name}.items()}
    wanted = {str(store).encode(), *secrets(store)}
    told = single_cases(case, city, out, bodies)
    told |= {name: found for name, body in bodies.items() if (found := canaries.found_in(body, wanted))}
    return captured, told, list(held_back(out, captured.files))


def secrets(store: Path) -> set[bytes]:
    """Return the hashes of the stored files and the keys, as they might be written."""
    found = {one for file in store.rglob("manifest.json") for one in re.findall(rb"\b[0-9a-f]{64}\b", file.read_bytes())}
    return found | {file.read_bytes().strip() for file in store.rglob(".release-key")}
