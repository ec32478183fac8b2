"""Nothing restricted leaves the public edition: every page, file, error and bad address, captured in a browser and searched."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import zlib
from pathlib import Path

import canaries
import numpy as np
import pytest
from driving import REPO
from pyproj import Transformer
from wired import PAGES, Wire

TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))  # every page of the other edition, every area, both languages
RESTRICTED = (
    "map",
    "change",
    "trends",
    "clusters",
    "compare",
    "concentration",
    "priorities",
    "repeats",
    "interventions",
    "data",
    "publish",
)
BAD = (
    "?city=..%2F..%2Fstore&area=%00&window=2015-03-04&show=points",
    "?weapon=firearm&unit=grid:50&from=2015-03-04&to=2015-03-05&version=1&place=b00&surface=300&sex=female",
    "city?city=villa-prueba&lang=fr",
)
FILES = ("app/static/..%2F..%2Fapp.py", "media/..%2F..%2Frelease.json", "_stcore/host-config", "component/hotspots.map/..%2F..%2Fstore")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Publish the city with canaries; return its rows, its store and the folder of its release."""
    folder = tmp_path_factory.mktemp("canaries")
    rows = canaries.write_city(folder / "puerto-canario")
    surroundings = {**os.environ, "HOTSPOTS_STORE": str(folder / "store"), "HOTSPOTS_CITIES": str(folder / "none")}
    releases = folder / "releases"
    for command in (
        ["import", str(folder / "puerto-canario")],
        ["publish", "puerto-canario", "--profile", "strict", "--html", "--out", str(releases / "puerto-canario")],
    ):
        run = [sys.executable, "-m", "hotspots", *command]
        done = subprocess.run(run, cwd=REPO, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return rows, folder / "store", releases


@pytest.fixture
def wire(published, server, open_page):
    _, store, releases = published
    # The store is named on purpose: that the server knows where it lies must not matter.
    address = server("app.py", env={"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(releases), "HOTSPOTS_STORE": str(store)})
    return Wire(open_page(viewport={"width": 1280, "height": 1400}, accept_downloads=True)), address


def degrees(rows) -> np.ndarray:
    known = rows.dropna(subset=["x"])
    return np.column_stack(Transformer.from_crs(32616, 4326, always_xy=True).transform(known["x"], known["y"]))


def walk(captured: Wire, address: str, areas: list[str], folder: Path) -> None:
    """Visit every page in both languages, some areas, every kind of map, every file, bad addresses and those of the other edition."""
    for page in PAGES:
        captured.open(address, f"{page}?lang=en")
        captured.download(folder)
        if page in ("", "embed") or TORTURE:
            captured.open(address, f"{page}?lang=es&embed=true")
    for area in areas if TORTURE else areas[::18]:
        assert "Barrio" in captured.open(address, f"?lang=en&area={area}")
    for show in ("count", "hot"):
        captured.open(address, f"city?lang=en&show={show}")
        captured.download(folder)
    for bad in BAD:
        assert "Puerto Canario" in captured.open(address, bad + "&lang=en")
    for page in RESTRICTED if TORTURE else RESTRICTED[::5]:
        assert "How are things around here?" in captured.open(address, f"{page}?lang=en"), page
    for path in FILES:
        captured.page.goto(f"{address}/{path}")
        captured.sources[path] = captured.page.content().encode()


def near(bodies: dict[str, bytes], rows, corners: np.ndarray) -> dict[str, np.ndarray]:
    """Return the pairs of numbers, by the body that holds them, that lie near an incident and are no published corner."""
    found = {name: canaries.near_an_incident(canaries.pairs(body), degrees(rows), corners) for name, body in bodies.items()}
    return {name: points for name, points in found.items() if len(points)}


@pytest.mark.walk
def test_no_canary_and_no_place_of_an_incident_leaves(published, wire, tmp_path):
    rows, store, releases = published
    captured, address = wire
    release = releases / "puerto-canario"
    walk(captured, address, [one["id"] for one in json.loads((release / "areas.geojson").read_text())["features"]], tmp_path)
    bodies = {name: body for body, name in {body: name for name, body in captured.bodies().items()}.items()}
    ours = {name: body for name, body in bodies.items() if "static" not in name}
    assert len(captured.files) >= 15
    assert len(captured.frames) > 60
    wanted = canaries.marks(rows, store)
    assert not {name: found for name, body in bodies.items() if (found := canaries.found_in(body, wanted, deep=name in ours))}
    assert not {name: found for name, body in ours.items() if (found := canaries.found_in(body, canaries.days(rows)))}
    corners = canaries.corners_of(release)
    assert not near(ours, rows, corners)
    drawn = np.vstack([canaries.drawn_in(body) for name, body in bodies.items() if name.startswith("frame")])
    assert len(drawn) > 100
    assert not len(canaries.near_an_incident(drawn, degrees(rows), corners))
    pictures = {name: canaries.chunks(body) for name, body in captured.files.items() if name.endswith(".png")}
    assert len(pictures) >= 3
    plain = {b"tEXt", b"iTXt"}  # what the picture says of itself, as plain text: looked through above
    assert all(kinds <= {b"IHDR", b"pHYs", b"IDAT", b"IEND", *plain} for kinds in pictures.values())


def test_nothing_leaves_with_the_page_without_a_server(published, open_page):
    rows, store, releases = published
    release = releases / "puerto-canario"
    bodies = {path.name: path.read_bytes() for path in release.iterdir()}
    asked = []
    page = open_page(viewport={"width": 1280, "height": 1400})
    page.on("request", lambda request: asked.append(request.url))
    pages = [path for path in release.iterdir() if path.suffix == ".html"]
    assert {path.name for path in pages} == {
        "index.html",
        "index.en.html",
        "cards.es.html",
        "cards.en.html",
        "find.es.html",
        "find.en.html",
        "map-2015-2019.es.html",
        "map-2015-2019.en.html",
    }
    for path in pages:
        page.goto(path.as_uri())
        page.wait_for_timeout(500)
        bodies[f"drawn {path.name}"] = page.content().encode()
    assert {urllib.parse.urlsplit(url).scheme for url in asked} <= {"file", "data", "blob"}
    wanted = canaries.marks(rows, store)
    assert not {name: found for name, body in bodies.items() if (found := canaries.found_in(body, wanted))}
    assert not {name: found for name, body in bodies.items() if (found := canaries.found_in(body, canaries.days(rows)))}
    assert not near(bodies, rows, canaries.corners_of(release))


@pytest.mark.walk
def test_a_damaged_release_is_not_shown_and_says_nothing(published, server, open_page, tmp_path):
    rows, store, releases = published
    broken = tmp_path / "puerto-canario"
    shutil.copytree(releases / "puerto-canario", broken)
    (broken / "areas.csv").write_text((broken / "areas.csv").read_text() + "\n")
    address = server("app.py", env={"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(tmp_path), "HOTSPOTS_STORE": str(store)})
    captured = Wire(open_page())
    assert "Nothing has been released here yet." in captured.open(address, "?lang=en")
    wanted = canaries.marks(rows, store) | {str(tmp_path).encode()}
    assert not [name for name, body in captured.bodies().items() if canaries.found_in(body, wanted, deep="static" not in name)]


def test_the_scan_finds_what_a_page_leaks(published, server, open_page, tmp_path):
    rows, store, _ = published
    captured = Wire(open_page(accept_downloads=True))
    captured.open(server("tests/browser/leaky_demo.py"), "")
    captured.download(tmp_path)
    wanted = canaries.marks(rows, store)
    assert any(canaries.found_in(body, wanted) == {b"zzcase"} for body in captured.frames)
    assert [canaries.found_in(body, wanted) for body in captured.files.values()] == [{b"zzaddress"}]


def test_the_search_sees_through_packing():
    text = b"the case zzcase00001q at -89.123456,13.765432 in a long enough line of text for everything"
    packed = [text, gzip.compress(text), b"xx" + zlib.compress(text), base64.b64encode(text), urllib.parse.quote("zzcase %/" * 9).encode()]
    assert all(canaries.found_in(body, {b"zzcase"}) for body in packed)
    assert not canaries.found_in(gzip.compress(b"nothing to be found in this text"), {b"zzcase"})
    point = np.array([[-89.123456, 13.765432]])
    far = np.array([[-89.5, 13.9]])
    assert len(canaries.near_an_incident(canaries.pairs(text), point + 1e-4, far)) == 1
    assert len(canaries.near_an_incident(canaries.pairs(text), point + 1e-4, point)) == 0
    assert len(canaries.near_an_incident(canaries.pairs(text), far, far + 1)) == 0


@pytest.mark.walk
def test_every_map_says_what_it_must(published, wire):
    captured, address = wire
    for page in ("", "city", "embed?embed=true"):
        text = captured.open(address, page + ("&" if "?" in page else "?") + "lang=en")
        for phrase in (
            r"Unit: ",
            r"Window: 2015–2019",
            r"Threshold: 10\.",
            r"any number from 0 to 9",
            r"Placed in an area: [\d.]+% of \d+ people killed",
            r"Not on the map, but in every total: \d+",
            r"No single homicide and no point is on this map",
        ):
            assert re.search(phrase, text), (page, phrase)
