"""What every test shares: a store of its own, settings for randomised tests, and where the real city data are."""

from __future__ import annotations

import functools
import gc
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres import STORE, WRITER, Server, serving
from villa_prueba import write_small_city

from hotspots import cities
from hotspots.cities import City
from hotspots.store import database

ROOT = Path(__file__).resolve().parent.parent
os.environ["HOTSPOTS_STORE"] = f"{os.devnull}/none"  # whatever a test undoes, it finds no store that somebody uses
TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))

settings.register_profile("test", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("torture", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("torture" if TORTURE else "test")


def until(holds: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Wait for something, and return whether it came about in time."""
    ends = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends:
        time.sleep(0.05)
    return holds()


def pytest_configure() -> None:
    """Look for no garbage while tests are collected: nothing of them is any."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave the half million objects of libraries and tests out of every search for garbage to come: it took a fifteenth of the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the long walk what a test of many cases has beyond `cases(n)`: `make test` runs n of them, from the first to the last."""
    of: dict[tuple[Path, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("cases"):
            of[item.path, getattr(item, "originalname", item.name)].append(item)
    for every in of.values():
        marker = every[0].get_closest_marker("cases")
        n = marker.args[0] if marker else len(every)
        kept = {(2 * k + 1) * len(every) // (2 * n) for k in range(n)}
        for place, item in enumerate(every):
            if place not in kept:
                item.add_marker(pytest.mark.walk)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty store, so that none touches the user's."""
    folder = tmp_path / "store"
    monkeypatch.setenv("HOTSPOTS_STORE", str(folder))
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a PostgreSQL server with PostGIS, started once for each process of tests; skip where there is none."""
    with serving() as one:
        yield one


@pytest.fixture
def database_store(server: Server, store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Let the store be an empty database, and return its server."""
    server.empty_store()
    monkeypatch.setenv("HOTSPOTS_STORE", server.address(STORE, role="writer", password=WRITER))
    monkeypatch.setenv("HOTSPOTS_PAPERS", str(store))
    yield server
    database.at.cache_clear()


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine name no language, whatever it is where the tests run."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")


@pytest.fixture(autouse=True)
def unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page that is opened without a browser have all that is folded away, as for a reader who has opened it."""
    monkeypatch.setattr("hotspots.dashboard.restricted.parts.tables.is_open", lambda fold: True)


@pytest.fixture(scope="session", autouse=True)
def components_looked_for_once() -> Iterator[None]:
    """Let a page that is opened without a browser look once for the components that are installed: it takes longer than a page does."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of the real city data; skip where it is not beside the project."""
    folder = Path(os.environ.get("HOTSPOTS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real city data are not beside the project (set HOTSPOTS_TEST_DATA)")
    return folder


@pytest.fixture
def city_folder(tmp_path: Path) -> Path:
    """Return a folder with a small city: 9 blocks, 72 victims of whom 6 have no place and 6 lie outside."""
    return write_small_city(tmp_path / "villa-prueba")


@pytest.fixture
def none_bundled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the dashboard know no city but those that a test publishes."""
    from opened import forget

    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()


@pytest.fixture
def own_city(city_folder: Path, none_bundled: None) -> City:
    """Publish the small city as the only one that the dashboard knows, in a store that the test may change."""
    return cities.import_folder(city_folder)


@pytest.fixture(scope="session")
def villa(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Path]:
    """Publish the small city once for each process of tests; return it and its store, which nobody changes."""
    folder = tmp_path_factory.mktemp("villa")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder / "store"))
        return cities.import_folder(write_small_city(folder / "villa-prueba")), folder / "store"


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the bundled cities once for each process of tests; return their store, which nobody changes."""
    folder = tmp_path_factory.mktemp("bundled") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder))
        for toml in sorted((ROOT / "data/cities").glob("*/city.toml")):
            cities.import_folder(toml.parent)
    return folder


@pytest.fixture(scope="session")
def albatros(bundled: Path) -> City:
    """Return the invented city as it was published, read once for each process of tests; nobody changes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(bundled))
        return cities.load("puerto-albatros")


@pytest.fixture
def serve_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], None]:
    """Return a way to let the dashboard know one store alone, and to keep what it has worked out from that store's cities."""
    from opened import keep_caches_of

    def serve(store: Path) -> None:
        monkeypatch.setenv("HOTSPOTS_STORE", str(store))
        monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
        keep_caches_of(store)

    return serve


@pytest.fixture
def unchanged(serve_alone: Callable[[Path], None]) -> Iterator[Callable[[Path], None]]:
    """Return a way to serve a store that tests share; whoever changes it fails."""
    from opened import content

    served: dict[Path, dict[str, tuple[int, int]]] = {}

    def serve(store: Path) -> None:
        serve_alone(store)
        served[store] = content(store)

    yield serve
    changed = [str(store) for store, before in served.items() if content(store) != before]
    assert not changed, f"this test changed a store that others share: {changed}"


@pytest.fixture
def city(villa: tuple[City, Path], unchanged: Callable[[Path], None]) -> City:
    """Return the small city, the only one that the dashboard knows, in a store that all tests read and none changes."""
    unchanged(villa[1])
    return villa[0]


@pytest.fixture
def printed(capsys):
    """Return a way to run a command and read what it prints."""
    from hotspots.__main__ import main

    def run(*arguments):
        capsys.readouterr()
        assert main([*arguments]) == 0
        return capsys.readouterr().out

    return run
