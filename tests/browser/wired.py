"""All that the public edition sends and takes while its pages are visited, and what of single cases is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import canaries
import numpy as np
import pandas as pd
from driving import REPO, SWITCHES, chromium, start_streamlit, wait_until_idle

from hotspots.cities import City
from hotspots.release import bundle
from hotspots.release.protection import SHOWN

if TYPE_CHECKING:
    from attacked import Case

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
    for at, area in enumerate(areas):
        captured.open(address, f"?lang=en&area={area}")
        if not at:
            captured.download(folder)
    for show in ("count", "hot"):
        captured.open(address, f"city?lang=en&show={show}")
        captured.download(folder)
    for bad in (
        "?area=%00&window=1901-03-04&show=points&version=1",
        "priorities?lang=en",
        "data?unit=grid:50&from=1901-03-04",
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
    corners = canaries.corners_of(out) if len(places) else places
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


def held_back(out: Path, files: dict[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """Yield the numbers that a table to take away tells, by area or attribute, where the release holds them back: file, what, count."""
    release = bundle.read(out)
    rows = release.figures[(release.figures["reason"] != SHOWN) & (release.figures["table"] != "city")]
    hidden = {(row.table, row.area + row.value, f"{row.start:%Y-%m-%d}") for row in rows.itertuples()}
    for name, body in files.items():
        if not name.endswith(".csv"):
            continue
        table = pd.read_csv(BytesIO(body), dtype=str, keep_default_na=False, encoding="utf-8-sig").rename(columns={"attribute": "table"})
        if not {"start", "count"} <= set(table.columns):
            continue
        for row in table.to_dict("records"):
            what = row.get("table", "areas"), row.get("area", "") + row.get("value", ""), row["start"][:10]
            if what in hidden and row["count"]:
                yield name, ", ".join(what), row["count"]


Start = Callable[[dict[str, str]], str]


def scan(case: Case, city: City, out: Path, captured: Wire, start: Start) -> tuple[dict[str, object], list[tuple[str, str, str]]]:
    """Let `start` serve a release that was published, visit it, and return what was sent and must not be: of single cases, and held back.

    The server is told where the store lies: that must not matter.
    """
    folder = out.parents[1]
    store = folder / "store"
    address = start({"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(out.parent), "HOTSPOTS_STORE": str(store)})
    release = bundle.read(out)
    hidden = release.by_area.loc[release.by_area["reason"] != SHOWN, "area"] if release.totals is None else release.by_area["area"]
    visit(captured, address, [*hidden.drop_duplicates()[:2], *release.areas.index[:1]], folder)
    bodies = {name: body for body, name in {body: name for name, body in captured.bodies().items() if "static" not in name}.items()}
    wanted = {str(store).encode(), *secrets(store)}
    told = single_cases(case, city, out, bodies)
    told |= {name: found for name, body in bodies.items() if (found := canaries.found_in(body, wanted))}
    return told, list(held_back(out, captured.files))


def secrets(store: Path) -> set[bytes]:
    """Return the hashes of the stored files and the keys, as they might be written."""
    found = {one for file in store.rglob("manifest.json") for one in re.findall(rb"\b[0-9a-f]{64}\b", file.read_bytes())}
    return found | {file.read_bytes().strip() for file in store.rglob(".release-key")}


def line(case: Case, city: City, out: Path) -> str:
    """Return what came of a scan of one published city as a line of the page (`attacked.SENT`)."""
    from playwright.sync_api import sync_playwright  # is not installed everywhere

    running = []

    def start(surroundings: dict[str, str]) -> str:
        running.append(start_streamlit(REPO / "app.py", surroundings, {}, out.parents[1]))
        return running[-1][1]

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=SWITCHES)
        page = browser.new_context(viewport={"width": 1280, "height": 1400}, accept_downloads=True).new_page()
        try:
            captured = Wire(page)
            told, held = scan(case, city, out, captured, start)
        finally:
            for process, _ in running:
                process.kill()
                process.wait()
        size = sum(map(len, captured.bodies().values())) / 1e6
        browser.close()
    if told or held:
        raise RuntimeError(f"{case.city} {case.profile}: {told} {held}")
    kind = "public totals, as they were" if case.profile == "totals" else case.profile
    return (
        f"| {city.name} | {kind} | {len(captured.responses)} | {len(captured.frames):,} | {len(captured.files)} | {size:.1f} "
        f"| {len(told)} | {len(held)} |"
    )
