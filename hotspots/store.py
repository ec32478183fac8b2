"""Versions of a city's data on disk: published whole or not at all, and checked before they are read."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyproj
import shapely

from hotspots import settings

FORMAT = 1
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TEMP = ".tmp-"


class StoreError(RuntimeError):
    """The store cannot give or take a version, and why, in plain words."""


@dataclass(frozen=True)
class Version:
    """One published version: `manifest` holds version, published (UTC), facts and the hash of each file."""

    slug: str
    number: int
    folder: Path
    manifest: dict[str, Any]


def publish(slug: str, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> Version:
    """Publish the tables as the next version of the city, whole or not at all.

    Files are written in a hidden folder, flushed to disk, renamed into place, and only then does the pointer move. If anything
    fails on the way the version served before stays served. One publication at a time: a second one waits.
    """
    if not _SLUG.fullmatch(slug):
        raise StoreError(f"{slug!r} cannot be the short name of a city; use small letters, digits, - and _")
    city = settings.store_folder() / slug
    (city / "versions").mkdir(parents=True, exist_ok=True)
    with _locked(city):
        _sweep(city)
        number = max(versions(slug), default=0) + 1
        target = city / "versions" / str(number)
        building = Path(tempfile.mkdtemp(prefix=_TEMP, dir=city / "versions"))
        try:
            manifest = _build(building, number, tables, facts)
            os.rename(building, target)
            _flush_folder(city / "versions")
            _point(city, number)
        except BaseException as error:
            shutil.rmtree(building, ignore_errors=True)
            if not _serves(city, number):
                shutil.rmtree(target, ignore_errors=True)
                raise
            if not isinstance(error, OSError):  # the pointer had moved already: the version is out, and whole
                raise
    return Version(slug, number, target, manifest)


def current(slug: str, number: int | None = None) -> Version:
    """Return the version served now, or the one of the given number; a `StoreError` names what there is instead."""
    city = settings.store_folder() / slug
    wanted = _pointer(city) if number is None and _SLUG.fullmatch(slug) else number
    there = versions(slug)
    if wanted is None or wanted not in there:
        what = f"version {number} of {slug!r}" if number is not None else f"published version of {slug!r}"
        known = f"versions {', '.join(map(str, there))} exist" if there else f"the store has {', '.join(slugs()) or 'no city yet'}"
        raise StoreError(f"the store has no {what}; {known}. Import the city first")
    folder = city / "versions" / str(wanted)
    manifest = _sealed(folder / "manifest.json", f"the manifest of version {wanted} of {slug!r}")
    return Version(slug, wanted, folder, manifest)


def versions(slug: str) -> list[int]:
    """Return the numbers of the whole versions of a city, ascending."""
    folder = settings.store_folder() / slug / "versions"
    if not _SLUG.fullmatch(slug) or not folder.is_dir():
        return []
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit() and (path / "manifest.json").is_file())


def slugs() -> list[str]:
    """Return the cities that have a published version, in alphabetical order."""
    folder = settings.store_folder()
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if _SLUG.fullmatch(path.name) and (path / "current").is_file())


def has(version: Version, name: str) -> bool:
    """Return whether the version holds the table `name`."""
    return name in version.manifest["files"]


def read(version: Version, name: str) -> pd.DataFrame:
    """Return a table of the version, after its bytes were found to be those that were published.

    A table with geometry comes back as a `GeoDataFrame`. Raises `StoreError` for a table that is not there or was damaged.
    """
    if not has(version, name):
        raise StoreError(
            f"version {version.number} of {version.slug!r} has no table {name!r}; it has {', '.join(version.manifest['files'])}"
        )
    path = version.folder / f"{name}.parquet"
    try:
        raw = path.read_bytes()
    except OSError:
        raise StoreError(f"the file {path.name} of version {version.number} of {version.slug!r} is gone; import the city again") from None
    if hashlib.sha256(raw).hexdigest() != version.manifest["files"][name]["sha256"]:
        raise StoreError(f"the file {path.name} of version {version.number} of {version.slug!r} was damaged on disk; import the city again")
    table = pq.read_table(io.BytesIO(raw))
    geo = (table.schema.metadata or {}).get(b"geo")
    frame = table.to_pandas()
    return _with_geometry(frame, json.loads(geo)) if geo else frame


def _with_geometry(frame: pd.DataFrame, geo: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the frame with the geometry that its GeoParquet metadata describe."""
    name = geo["primary_column"]
    shapes = shapely.from_wkb(frame[name].to_numpy())
    return gpd.GeoDataFrame(
        frame.drop(columns=name).assign(**{name: shapes}), geometry=name, crs=_system(json.dumps(geo["columns"][name]["crs"]))
    )


@functools.lru_cache(maxsize=64)
def _system(described: str) -> pyproj.CRS:
    """Return the coordinate system that GeoParquet describes; building one takes longer than reading the table."""
    return pyproj.CRS.from_json(described)


def _build(folder: Path, number: int, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> dict[str, Any]:
    files = {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        table.to_parquet(path, index=True)
        raw = path.read_bytes()
        _flush(path)
        files[name] = {"sha256": hashlib.sha256(raw).hexdigest(), "rows": len(table)}
    published = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "version": number, "published": published, "facts": dict(facts), "files": files}
    _write(folder / "manifest.json", manifest)
    _flush_folder(folder)
    return manifest


def _point(city: Path, number: int) -> None:
    """Move the pointer. After `os.replace` the new version is served; a folder that cannot be flushed then loses nothing whole."""
    temporary = city / f"{_TEMP}current"
    try:
        _write(temporary, {"version": number})
        os.replace(temporary, city / "current")
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        _flush_folder(city)


def _pointer(city: Path) -> int | None:
    if not (city / "current").is_file():
        return None
    return int(_sealed(city / "current", f"the pointer to the current version of {city.name!r}")["version"])


def _serves(city: Path, number: int) -> bool:
    try:
        return _pointer(city) == number
    except StoreError:
        return False


def _seal(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON with a seal over its own content, and flush it to disk."""
    path.write_text(json.dumps({**values, "seal": _seal(values)}, indent=1, ensure_ascii=True) + "\n", encoding="ascii")
    _flush(path)


def _sealed(path: Path, what: str) -> dict[str, Any]:
    """Return JSON whose seal holds."""
    try:
        values = json.loads(path.read_bytes())
        seal = values.pop("seal")
        whole = seal == _seal(values)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        whole, values = False, {}
    if not whole:
        raise StoreError(f"{what} was damaged on disk; import the city again")
    return dict(values)


def _flush(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Flush a folder's own entries to disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(city: Path) -> None:
    """Remove what a publication that was killed left behind; the lock is held, so nobody is writing there."""
    for path in (city / "versions").glob(f"{_TEMP}*"):
        shutil.rmtree(path, ignore_errors=True)
    (city / f"{_TEMP}current").unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(city: Path) -> Iterator[None]:
    """Hold the city's lock; the system lets go of it when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # no such lock on this system: publications there are the user's to keep apart
        yield
        return
    with (city / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
