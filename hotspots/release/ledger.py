"""What was ever released of a city, kept in the store: one line for each release, only ever added to; and the key that signs.

Both are written whole or not at all. What was noted apart from the list (`anchor`) tells when lines are gone, and when a key is another.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots import settings, store
from hotspots.release import anchor, figures, signing
from hotspots.release.anchor import Anchor
from hotspots.release.release import Release
from hotspots.store import whole
from hotspots.store.schema import Blocks
from hotspots.words import Told, told

FILE = "releases.jsonl"
KEY = ".release-key"
_FIRST = "0" * 64


class LedgerError(store.StoreError):
    """The list of what was released, or the key that signed it, is not what was written."""


def key(slug: str) -> bytes:
    """Return the secret key of a city, made when first asked for; only its owner can read the file.

    A `LedgerError` where it is empty, damaged, another one than signed before, or lost: it is never replaced but by `accept`.
    """
    path = settings.store_folder() / slug / KEY
    found = _key(path)
    noted = _anchor(slug)
    if found is None:
        if path.exists():
            raise _refused(slug, told("the key that signs the releases of {city} ({file}) is empty or damaged", city=repr(slug), file=KEY))
        if noted or _lines(slug):
            raise _refused(slug, told("the key that signed the releases of {city} ({file}) is gone", city=repr(slug), file=KEY))
        return _make_key(path)
    if noted and noted.public_key != signing.public_key(found):
        raise _refused(slug, told("the key of {city} ({file}) is another one than signed its releases", city=repr(slug), file=KEY))
    return found


def _key(path: Path) -> bytes | None:
    """Return the key in a file; None where there is none, or what is there is no key: 64 hexadecimal digits."""
    try:
        text = path.read_bytes().strip().decode("latin-1")
    except FileNotFoundError:
        return None
    return bytes.fromhex(text) if re.fullmatch("[0-9a-fA-F]{64}", text) else None


def _make_key(path: Path) -> bytes:
    made = secrets.token_bytes(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        whole.write(path, made.hex().encode(), mode=0o600, anew=True)
    except FileExistsError:  # another made one this very moment
        return key(path.parent.name)
    except PermissionError:
        raise LedgerError(
            told(
                "{city} has no key yet that draws which numbers are held back, and this account may not write one into the store; let who "
                "publishes run: python -m hotspots key export {city} FILE",
                city=path.parent.name,
            )
        ) from None
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
    known = entries(slug)  # a list that was changed is not passed on
    return (json.dumps({"city": slug, "key": key(slug).hex(), "releases": _lines(slug)[: len(known)]}, indent=1) + "\n").encode()


def unpack(slug: str, content: bytes) -> int:
    """Bring the key and the list of releases of a city from a `packed` file into this store; return how many releases the list now has.

    The longer of two lists is kept, where one begins with the other. Raises `LedgerError` where the file is damaged or of another city,
    where something was published here with another key, or where the two lists part: then both machines have published, each on its own.
    """
    try:
        told_by = json.loads(content)
        lines, secret = [str(line) for line in told_by["releases"]], bytes.fromhex(told_by["key"])
        good = told_by["city"] == slug and len(secret) == 32 and len(_followed(lines)) == len(lines)
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise LedgerError(told("that is not the file of the key of {city}, or it is damaged", city=repr(slug)))
    with store.lock(slug, wait=10):
        return _take(slug, lines, secret)


def _take(slug: str, lines: list[str], secret: bytes) -> int:
    folder = settings.store_folder() / slug
    here, own, noted = _followed(_lines(slug)), _key(folder / KEY), _anchor(slug)
    if (here and own not in (None, secret)) or (noted and noted.public_key != signing.public_key(secret)):
        raise LedgerError(
            told("{city} was published here with another key; two keys draw two lots, which give each other away", city=repr(slug))
        )
    if lines[: len(here)] != here[: len(lines)]:
        raise LedgerError(
            told("the list of releases of {city} here and the one in the file part: both machines published apart", city=repr(slug))
        )
    longer = max(lines, here, key=len)
    folder.mkdir(parents=True, exist_ok=True)
    whole.write(folder / KEY, secret.hex().encode(), mode=0o600)
    if longer:
        whole.write(folder / FILE, _text(longer))
    if noted:
        entries(slug)  # a copy from before the last release does not bring back what was noted since: that is said
    _note(slug, longer)
    return len(longer)


def _followed(lines: Sequence[str]) -> list[str]:
    """Return the first lines of a list, as far as each follows on the one before."""
    last = _FIRST
    for number, line in enumerate(lines):
        if _entry_of(line, last) is None:
            return list(lines[:number])
        last = json.loads(line)["chain"]
    return list(lines)


def releases(slug: str) -> list[Release]:
    """Return what was released of a city so far, oldest first; a `LedgerError` where a line was changed, cut or lost."""
    return [_release(entry) for entry in entries(slug)]


def entries(slug: str) -> list[dict[str, Any]]:
    """Return the lines of the ledger as plain values.

    The chain that ties each to the one before was found whole, and as long as what was noted apart from it. An unfinished last line that
    was never noted is passed over: its release never came out.
    """
    noted, lines = _anchor(slug), _lines(slug)
    good = _followed(lines)
    torn = noted is not None and len(lines) == noted.releases + 1 and len(good) == noted.releases and _parsed(lines[-1]) is None
    if len(good) < len(lines) and not torn:
        raise _refused(
            slug,
            told(
                "line {line} of the list of releases of {city} ({file}) was changed or cut; without it nobody can "
                "tell what a new release gives away",
                line=len(good) + 1,
                city=repr(slug),
                file=FILE,
            ),
        )
    _check_anchor(slug, noted, good)
    return [json.loads(json.loads(line)["entry"]) for line in good]


def _lines(slug: str) -> list[str]:
    path = settings.store_folder() / slug / FILE
    return path.read_bytes().decode("latin-1").splitlines() if path.is_file() else []


def _parsed(line: str) -> dict[str, Any] | None:
    """Return what a line says, whatever its chain; None where it is no line of a ledger."""
    try:
        entry = json.loads(json.loads(line)["entry"])
        return dict(entry) if _release(entry) is not None else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _entry_of(line: str, last: str) -> dict[str, Any] | None:
    """Return what a line says where it follows on the one chained by `last`, else None."""
    try:
        chained = json.loads(line)
        entry = json.loads(chained["entry"])
        return dict(entry) if chained["chain"] == _chain(last, chained["entry"]) else None
    except (ValueError, KeyError, TypeError):
        return None


def _check_anchor(slug: str, noted: Anchor | None, lines: list[str]) -> None:
    """Raise a `LedgerError` where the lines of a whole chain are not those that were noted."""
    if noted is None:
        if any(json.loads(line).get("anchored") for line in lines):
            raise _no_anchor(slug)
        return
    if len(lines) < noted.releases:
        raise _refused(
            slug,
            told(
                "the list of releases of {city} ({file}) has lost lines: {n} releases are there, and {m} were published",
                city=repr(slug),
                file=FILE,
                n=len(lines),
                m=noted.releases,
            ),
        )
    head = json.loads(lines[noted.releases - 1])["chain"] if noted.releases else _FIRST
    secret = _key(settings.store_folder() / slug / KEY)
    if head != noted.head:
        raise _refused(slug, told("the list of releases of {city} ({file}) is not the one that was kept", city=repr(slug), file=FILE))
    if secret is not None and noted.public_key == signing.public_key(secret) and not anchor.keyed(slug, secret=secret):
        raise _no_anchor(slug)


def _anchor(slug: str) -> Anchor | None:
    try:
        return anchor.read(slug)
    except (ValueError, KeyError, TypeError):
        raise _no_anchor(slug) from None


def _no_anchor(slug: str) -> LedgerError:
    what = told(
        "what was noted of the releases of {city} apart from their list ({file}) was changed, damaged or lost",
        city=repr(slug),
        file=anchor.place(slug).name,
    )
    return _refused(slug, what)


def _refused(slug: str, fault: Told) -> LedgerError:
    remedy = told(
        "bring the file back from a copy; where there is none, take what is left as it stands: python -m hotspots audit {city} --accept",
        city=slug,
    )
    return LedgerError([fault, remedy])


def add(slug: str, release: Release) -> bool:
    """Add a release to the ledger, whole or not at all; False where it says nothing that is not there already."""
    entry, known = _entry(release), entries(slug)
    new = not (known and known[-1] == entry)
    lines = [*_lines(slug)[: len(known)], *([_line(entry, _last(_lines(slug)[: len(known)]))] if new else [])]
    if new:
        path = settings.store_folder() / slug / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.write(path, _text(lines))
    _note(slug, lines)
    return new


def _note(slug: str, lines: list[str], accepted: str = "") -> None:
    """Note how far the list has come, where that is not noted yet."""
    noted, secret = None if accepted else _anchor(slug), key(slug)
    now = anchor.of(len(lines), _last(lines), secret=secret, accepted=noted.accepted if noted else ((accepted,) if accepted else ()))
    if now != noted:
        anchor.write(slug, now, secret=secret)


def accept(slug: str) -> int:
    """Take the list of releases and the key of a city as they stand, where what was lost is in no copy; return how many releases it has.

    Every line that can be read stays, since what may have got out counts as out. A key that is none is put aside and a new one made: then
    signatures of before can be checked only with the public key that was announced. What stood there before is kept beside, and the moment
    in the anchor.
    """
    with store.lock(slug, wait=10):
        folder, now = settings.store_folder() / slug, datetime.now(UTC).isoformat(timespec="seconds")
        old = _lines(slug)
        lines: list[str] = []
        for entry in (_parsed(line) for line in old):
            lines += [] if entry is None else [_line(entry, _last(lines))]
        place = anchor.place(slug)
        for path in (folder / FILE, folder / KEY, place):
            if path.exists():
                whole.write(path.with_name(f"{path.name}-{now.replace(':', '')}"), path.read_bytes(), mode=0o600)
        place.unlink(missing_ok=True)
        if lines or old:
            whole.write(folder / FILE, _text(lines))
        if _key(folder / KEY) is None:
            whole.write(folder / KEY, secrets.token_bytes(32).hex().encode(), mode=0o600)
        _note(slug, lines, accepted=now)
    return len(lines)


def known() -> list[str]:
    """Return the cities that have a list of releases, a key, or a note of either: also those whose folder is gone."""
    folder, notes = settings.store_folder(), anchor.place("x").parent
    there = {path.parent.name for name in (FILE, KEY) for path in folder.glob(f"*/{name}")}
    there |= (
        {path.stem for path in notes.glob("[!.]*.json")} if notes.is_dir() else set()
    )  # a killed call leaves one that begins with a dot
    return sorted({*there, *store.slugs()})


def verify(slug: str) -> int:
    """Return how many releases of a city were published; a `LedgerError` where the list, its note or the key is not what was written."""
    found = len(entries(slug))
    if found or (settings.store_folder() / slug / KEY).exists():
        key(slug)
    return found


def _line(entry: dict[str, Any], last: str) -> str:
    text = json.dumps(entry, sort_keys=True)
    return json.dumps({"entry": text, "chain": _chain(last, text), "anchored": True})


def _last(lines: list[str]) -> str:
    return str(json.loads(lines[-1])["chain"]) if lines else _FIRST


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")


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
