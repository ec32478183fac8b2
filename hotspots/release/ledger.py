"""What was ever released of a city, kept in the store: one line for each release, only ever added to; and the key that signs."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots import settings, store
from hotspots.release import figures
from hotspots.release.release import Release
from hotspots.store import checked_json
from hotspots.store.schema import Blocks
from hotspots.words import told

FILE = "releases.jsonl"
KEY = ".release-key"
_FIRST = "0" * 64


class LedgerError(store.StoreError):
    """The list of what was released is not what was written."""


def key(slug: str) -> bytes:
    """Return the secret key of a city, made when first asked for; only its owner can read the file."""
    path = settings.store_folder() / slug / KEY
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = secrets.token_bytes(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made.hex())
            file.flush()
            os.fsync(file.fileno())
        return made


def lot_secret(slug: str, fingerprint: str) -> bytes:
    """Return what a brief draws its lot with: the key of the city, or the hash of the data (`fingerprint`) until there is a key.

    Nobody who does not have the data can work out either; nothing is written.
    """
    return key(slug) if (settings.store_folder() / slug / KEY).is_file() else fingerprint.encode()


def packed(slug: str) -> bytes:
    """Return the key and the list of releases of a city as one file: a copy to keep, and what another machine needs to publish too.

    Whoever holds it can sign in the city's name and repeat the lot: it is as secret as the data.
    """
    entries(slug)  # a list that was changed is not passed on
    path = settings.store_folder() / slug / FILE
    lines = path.read_text(encoding="ascii").splitlines() if path.is_file() else []
    return (json.dumps({"city": slug, "key": key(slug).hex(), "releases": lines}, indent=1) + "\n").encode()


def unpack(slug: str, content: bytes) -> int:
    """Bring the key and the list of releases of a city from a `packed` file into this store; return how many releases the list now has.

    The longer of two lists is kept, where one begins with the other. Raises `LedgerError` where the file is damaged or of another city,
    where something was published here with another key, or where the two lists part: then both machines have published, each on its own.
    """
    try:
        told_by = json.loads(content)
        lines, secret = [str(line) for line in told_by["releases"]], bytes.fromhex(told_by["key"])
        good = told_by["city"] == slug and len(secret) == 32
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise LedgerError(told("that is not the file of the key of {city}, or it is damaged", city=repr(slug)))
    _whole(lines, slug)
    folder = settings.store_folder() / slug
    here = (folder / FILE).read_text(encoding="ascii").splitlines() if (folder / FILE).is_file() else []
    if here and key(slug) != secret:
        raise LedgerError(
            told("{city} was published here with another key; two keys draw two lots, which give each other away", city=repr(slug))
        )
    if lines[: len(here)] != here[: len(lines)]:
        raise LedgerError(
            told("the list of releases of {city} here and the one in the file part: both machines published apart", city=repr(slug))
        )
    folder.mkdir(parents=True, exist_ok=True)
    _secretly(folder / KEY, secret.hex())
    if len(lines) > len(here):
        _secretly(folder / FILE, "".join(f"{line}\n" for line in lines))
    checked_json.flush_folder(folder)
    return max(len(lines), len(here))


def _secretly(path: Path, text: str) -> None:
    """Write a file whole, for its owner alone."""
    building = path.with_name(f".tmp-{secrets.token_hex(4)}")
    handle = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(building, path)


def releases(slug: str) -> list[Release]:
    """Return what was released of a city so far, oldest first; a `LedgerError` where a line was changed, cut or lost."""
    return [_release(entry) for entry in entries(slug)]


def entries(slug: str) -> list[dict[str, Any]]:
    """Return the lines of the ledger as plain values, after the chain that ties each to the one before was found whole."""
    path = settings.store_folder() / slug / FILE
    return _whole(path.read_text(encoding="ascii").splitlines(), slug) if path.is_file() else []


def _whole(lines: Sequence[str], slug: str) -> list[dict[str, Any]]:
    found, last = [], _FIRST
    for number, line in enumerate(lines, 1):
        try:
            chained = json.loads(line)
            entry = json.loads(chained["entry"])
            whole = chained["chain"] == _chain(last, chained["entry"])
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise LedgerError(
                told(
                    "line {line} of the list of releases of {city} ({file}) was changed or cut; without it nobody can "
                    "tell what a new release gives away. Bring the file back from a copy",
                    line=number,
                    city=repr(slug),
                    file=FILE,
                )
            )
        found.append(entry)
        last = chained["chain"]
    return found


def add(slug: str, release: Release) -> bool:
    """Add a release to the ledger and flush it to disk; False, and nothing written, where it says nothing that is not there already."""
    entry = _entry(release)
    known = entries(slug)
    if known and known[-1] == entry:
        return False
    path = settings.store_folder() / slug / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="ascii").splitlines() if path.is_file() else []
    last = json.loads(lines[-1])["chain"] if lines else _FIRST
    text = json.dumps(entry, sort_keys=True)
    with path.open("a", encoding="ascii") as file:
        file.write(json.dumps({"entry": text, "chain": _chain(last, text)}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    checked_json.flush_folder(path.parent)
    return True


def _chain(last: str, text: str) -> str:
    return hashlib.sha256((last + text).encode()).hexdigest()


def _entry(release: Release) -> dict[str, Any]:
    members = release.members if release.members is not None else pd.Series(dtype=int)
    areas = release.areas
    return {
        "facts": dict(release.facts),
        "figures": as_rows(release.figures),
        "members": {str(block): int(area) for block, area in members.items()},
        "areas": [
            [str(area), str(name), None if people != people else float(people), shapely.to_wkt(shape, rounding_precision=-1)]
            for area, name, people, shape in zip(areas.index, areas["name"], areas["population"], areas.geometry, strict=True)
        ],
        "epsg": int(release.facts["epsg"]),
        "totals": release.totals is not None,
    }


def _release(entry: dict[str, Any]) -> Release:
    rows = entry["areas"]
    table = {"population": [row[2] for row in rows], "name": [row[1] for row in rows]}
    index = pd.Index([row[0] for row in rows], name="block_id")
    areas = gpd.GeoDataFrame(table, geometry=shapely.from_wkt([row[3] for row in rows]), crs=entry["epsg"], index=index)
    areas["population"] = areas["population"].astype(float)
    nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=gpd.GeoSeries([], crs=entry["epsg"]))
    members = pd.Series(entry["members"], dtype=int)
    return Release(entry["facts"], Blocks(areas), nothing, from_rows(entry["figures"]), members=members)


def as_rows(table: pd.DataFrame) -> list[list[Any]]:
    """Return a table of figures as plain values."""
    days = table.assign(start=table["start"].dt.strftime("%Y-%m-%d"), end=table["end"].dt.strftime("%Y-%m-%d"))
    rows = days[list(figures.COLUMNS)].to_numpy(dtype=object).tolist()
    return [[None if part != part else part for part in row] for row in rows]


def from_rows(rows: list[list[Any]]) -> pd.DataFrame:
    """Return the table of figures that `as_rows` gave.

    >>> from_rows([["city", "", "2020-01-01", "2021-01-01", "", None, "few"]])["count"].isna().tolist()
    [True]
    """
    return figures.typed(pd.DataFrame(rows, columns=list(figures.COLUMNS)))
