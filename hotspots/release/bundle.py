"""A release as files: written all or nothing, signed, the same bytes for the same release; and read back, checked."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from hotspots.release import figures, partition, places, signing, so_far
from hotspots.release.profiles import FIELDS
from hotspots.release.protection import SHOWN
from hotspots.release.release import AREA_COLUMNS, Release
from hotspots.store import StoreError, checked_json, whole
from hotspots.store.schema import AreaCounts, DataError, check_area_counts, check_blocks
from hotspots.words import Told, told, words_for
from hotspots.words.escape import safe_cell

FORMAT = 1
MANIFEST = "release.json"
_TOTALS_TEXT = ("table", "area", "sex", "source")


class ReleaseError(StoreError):
    """A folder that is no release, or no longer the one that was written."""


def render(release: Release, *, key: bytes, pages: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the files of a release by name, `release.json` last. The same release and key give the same bytes, always.

    `pages` are files made of the release that travel with it, such as its web page: signed like the figures, never read as figures.
    """
    files = {
        "areas.geojson": _geojson(_shapes(release)),
        "areas.parquet": _parquet(_shapes(release)),
        "context.geojson": _geojson(_plain(release.context)),
    }
    files |= {places.FILE: _json(release.places)} if release.places else {}
    tables = _tables(release)
    files |= {name: _csv(table) for name, table in tables.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = {"format": FORMAT, "facts": dict(release.facts), "files": hashes, "about": _about(release)}
    if pages:
        manifest["pages"] = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(pages.items())}
        files |= _apart(files, pages)
    manifest |= {"signed_with": signing.SIGNED_WITH, "public_key": signing.public_key(key)}
    files[MANIFEST] = _json(manifest | {"signature": signing.sign(_json(manifest), secret=key)})
    return files


def _about(release: Release) -> dict[str, Any]:
    """Return what the files of a release are, for who finds one of them: `release.json` lies beside all of them. `end` is exclusive."""
    facts, counts = release.facts, release.area_counts()
    own = words_for(facts["language"]).own
    return {
        "what": "public release of counts of people killed, by area and for the whole place; areas.geojson holds the newest window",
        "publication": "may be passed on with its source",
        "place": facts["name"],
        "filters": "none: every person killed",
        "definition": "each person killed, once; what is a homicide is as the source has it",
        "start": f"{counts['start'].min():%Y-%m-%d}",
        "end": f"{counts['end'].max():%Y-%m-%d}",
        "source": own(facts["source"]),
        "licence": own(facts["licence"]),
        "profile": facts["profile"],
    }


def _apart(files: Mapping[str, bytes], pages: Mapping[str, bytes]) -> Mapping[str, bytes]:
    taken = sorted({*files, MANIFEST} & set(pages))
    if taken:
        raise ValueError(f"{', '.join(taken)}: pages with the names of files of the release")
    return pages


def write(release: Release, out: Path, *, key: bytes, pages: Mapping[str, bytes] | None = None) -> list[str]:
    """Write a release, and the `pages` that travel with it, into the folder `out`, whole or not at all; return the names of the files.

    An older release there is replaced; a folder that holds anything else is refused.
    """
    check_place(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    building = Path(tempfile.mkdtemp(prefix=f".tmp-{out.name}-", dir=out.parent))
    try:
        files = render(release, key=key, pages=pages)
        for name, content in files.items():
            (building / name).write_bytes(content)
            checked_json.flush(building / name)
        checked_json.flush_folder(building)
        building.chmod(0o755)
        if out.exists():
            whole.swap(building, out)
        else:
            os.rename(building, out)
        checked_json.flush_folder(out.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return list(files)


def _sweep(out: Path) -> None:
    """Remove what a killed call left beside a release; what had stepped aside for a moment comes back where its place is empty.

    Folders of before were not named after their release: such a one goes where it holds what nothing but a release has.
    """
    for left in sorted(out.parent.glob(".tmp-*")):
        of_before = re.fullmatch(r"\.tmp-[a-z0-9_]{8}(-old)?", left.name) and (left / "areas.geojson").is_file()
        ours = re.fullmatch(rf"\.tmp-{re.escape(out.name)}-[a-z0-9_]{{8}}(-old)?", left.name)
        if not (ours or of_before):
            continue
        if left.name.endswith("-old") and ours and not out.exists() and (left / MANIFEST).is_file():
            os.rename(left, out)
        else:
            shutil.rmtree(left, ignore_errors=True)


def check_place(out: Path) -> None:
    """Refuse a folder that is there and is no release."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).is_file())):
        raise ReleaseError(told("{folder} is there already and is no release; name another folder", folder=out.name))


def pages_in(out: Path) -> tuple[str, ...]:
    """Return the names of the web pages of the release in a folder; none where there is no release."""
    return tuple(_manifest(out).get("pages", ())) if (out / MANIFEST).is_file() else ()


def read(folder: Path | str, *, key: bytes | None = None) -> Release:
    """Return the release in a folder, after every file was found to be what `release.json` says it is.

    The signature is checked with the public key that the release brings: a change after signing is found. With `key`, the secret of the
    city, so is a release that somebody else signed (`Release.signed`); without it compare `public_key` with the one announced. Every
    derived figure (rates, hot areas) is worked out again from the counts and must be the one written. Raises `ReleaseError`.
    """
    place = Path(folder)
    manifest = _manifest(place)
    raw = {name: _checked(place, name, wanted) for name, wanted in manifest["files"].items()}
    for name, wanted in manifest.get("pages", {}).items():
        _checked(place, name, wanted)
    content = _json(_unsigned(manifest))
    if "public_key" in manifest and not signing.holds(content, str(manifest.get("signature")), public=str(manifest["public_key"])):
        raise ReleaseError(told("{folder}: the signature does not fit; the release was changed after it was published", folder=place.name))
    signed = None if key is None else signing.signed_by(manifest, content, secret=key)
    if signed is False:
        raise ReleaseError(
            told("{folder}: the signature is not that of this store; the release was made or changed elsewhere", folder=place.name)
        )
    try:
        release = _assembled(manifest["facts"], raw, signed)
        again = render(release, key=b"")
    except DataError as fault:
        raise ReleaseError(
            told(
                "{folder}: the files of the release do not fit together ({fault}); publish it again",
                folder=place.name,
                fault=fault.faults[0],
            )
        ) from fault
    except (KeyError, ValueError, TypeError) as fault:
        raise ReleaseError(told("{folder}: the files of the release do not fit together; publish it again", folder=place.name)) from fault
    former = {name: _csv(table, inert=False) for name, table in _tables(release).items()}
    strange = sorted(
        name
        for name in {*raw, *again} - {MANIFEST}
        if not _same(name, raw.get(name), again.get(name)) and raw.get(name) != former.get(name, b"")
    )
    if strange:
        raise ReleaseError(
            told(
                "{folder}: {files} holds figures that do not follow from the published counts; do not use it",
                folder=place.name,
                files=", ".join(strange),
            )
        )
    return release


def verify(folder: Path | str, *, key: bytes | None = None) -> tuple[Told, ...]:
    """Return what is wrong with the release in a folder; empty where it is what was published."""
    try:
        release = read(folder, key=key)
    except ReleaseError as fault:
        return fault.faults
    del release
    return ()


def fingerprint(folder: Path | str) -> str:
    """Return one hash of the whole release, to be told by another way, so that others can compare without the key."""
    return hashlib.sha256((Path(folder) / MANIFEST).read_bytes()).hexdigest()


def _manifest(place: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((place / MANIFEST).read_bytes())
        good = manifest["format"] == FORMAT and isinstance(manifest["facts"], dict) and isinstance(manifest["files"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise ReleaseError(told("{folder} holds no release: there is no {file} that can be read", folder=place.name, file=MANIFEST))
    return dict(manifest)


def _checked(place: Path, name: str, wanted: str) -> bytes:
    try:
        if Path(name).name != name:
            raise OSError
        content = (place / name).read_bytes()
    except OSError:
        raise ReleaseError(told("{folder}: the file {file} is gone; publish the release again", folder=place.name, file=name)) from None
    if hashlib.sha256(content).hexdigest() != wanted:
        raise ReleaseError(
            told("{folder}: the file {file} was changed or damaged; publish the release again", folder=place.name, file=name)
        )
    return content


def _unsigned(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in manifest.items() if name != "signature"}


def _json(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _shapes(release: Release) -> gpd.GeoDataFrame:
    """Return the areas in degrees with the figures of the newest window."""
    table = partition.in_degrees(release.areas)[["name", "population", "geometry"]].rename_axis("area")
    if release.windows:
        newest = release.by_area[release.by_area["start"] == release.windows[-1][0]].set_index("area")
        for name in (*AREA_COLUMNS[2:7], *AREA_COLUMNS[8:]):
            column = newest[name]
            table[name] = column.dt.strftime("%Y-%m-%d") if name in ("start", "end") else column
    return table


def _plain(context: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kept = [name for name in ("kind", "name", "geometry") if name in context.columns]
    return partition.in_degrees(context)[kept] if len(context) else context[kept]


def _geojson(table: gpd.GeoDataFrame) -> bytes:
    names = [name for name in table.columns if name != "geometry"]
    features = []
    for index, values, shape in zip(table.index, table[names].to_numpy(dtype=object), table.geometry, strict=True):
        properties = {name: _value(value) for name, value in zip(names, values, strict=True)}
        drawn = None if shape is None else json.loads(shapely.to_geojson(shape))  # areas of totals may have no outline
        whole = {"type": "Feature", "id": str(index), "properties": properties, "geometry": drawn}
        features.append(whole)
    return (json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n").encode()


def _value(value: Any) -> Any:
    if value is None or value != value:
        return None
    number = isinstance(value, float | np.floating | np.integer | int)
    return int(value) if number and float(value).is_integer() else float(value) if number else str(value)


def _parquet(table: gpd.GeoDataFrame) -> bytes:
    plain = {name: table[name].astype("str" if table[name].dtype == object else table[name].dtype) for name in table.columns}
    held = io.BytesIO()
    told = table.assign(**{name: column for name, column in plain.items() if name != "geometry"})
    told.set_axis(told.index.astype("str").rename("area")).to_parquet(held, index=True)
    return held.getvalue()


def _same(name: str, one: bytes | None, other: bytes | None) -> bool:
    """Return whether two files say the same: byte for byte; a Parquet file, which differs from library to library, value for value."""
    if one == other or one is None or other is None or not name.endswith(".parquet"):
        return one == other
    tables = [repr(pq.read_table(io.BytesIO(content)).to_pydict()) for content in (one, other)]
    return tables[0] == tables[1]


def _csv(table: pd.DataFrame, *, inert: bool = True) -> bytes:
    """Return a table as CSV in which no text runs as a formula; `inert` is False for releases of before, which had it as it stood."""
    shown = table.copy()
    for name in shown.columns:
        if pd.api.types.is_datetime64_any_dtype(shown[name]):
            shown[name] = shown[name].dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_float_dtype(shown[name]):
            shown[name] = pd.Series([_value(value) for value in shown[name]], index=shown.index, dtype=object)
    shown = shown.astype(object)
    if inert:  # `DataFrame.map` would write whole numbers beside missing ones as fractions
        shown = shown.apply(lambda column: pd.Series([safe_cell(cell) for cell in column], index=column.index, dtype=object))
    return bytes(shown.to_csv(index=False, lineterminator="\n").encode())


def _tables(release: Release) -> dict[str, pd.DataFrame]:
    """Return the tables of a release by file."""
    if release.totals is not None:
        return {"totals.csv": pd.DataFrame(release.totals)}
    rows = release.figures
    city = rows[rows["table"].isin(["city", so_far.TABLE, "months"])][["table", "start", "end", "count", "reason"]]
    whole = rows[(rows["table"] == "areas") & ~rows["area"].isin(release.areas.index)][["area", "start", "end", "count", "reason"]]
    attributes = rows[rows["table"].isin(FIELDS)][["table", "value", "start", "end", "count", "reason"]]
    return {"city.csv": city, "windows.csv": whole, "areas.csv": release.by_area, "attributes.csv": attributes}


def _assembled(facts: dict[str, Any], raw: Mapping[str, bytes], signed: bool | None) -> Release:
    epsg = int(facts["epsg"])
    areas = _layer(raw["areas.geojson"], ("name", "population")).to_crs(epsg).rename_axis("block_id")
    areas["population"] = areas["population"].astype(float)
    context = _layer(raw["context.geojson"], ("kind", "name")).to_crs(epsg)
    blocks = check_blocks(areas[["population", "name", "geometry"]])
    called = json.loads(raw[places.FILE]) if places.FILE in raw else {}
    if facts["kind"] != "incidents":
        return Release(facts, blocks, context, figures.empty(), totals=_read_totals(raw["totals.csv"]), signed=signed)
    return Release(facts, blocks, context, _read_figures(raw), signed=signed, places=called)


def _layer(content: bytes, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    features = json.loads(content)["features"]
    table = {
        name: [one["properties"].get(name) for one in features] for name in columns if not features or name in features[0]["properties"]
    }
    shapes = [None if one["geometry"] is None else shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326, index=pd.Index([one["id"] for one in features], dtype=object))


def _read_figures(raw: Mapping[str, bytes]) -> pd.DataFrame:
    city, whole, areas, attributes = (_text(raw[name]) for name in ("city.csv", "windows.csv", "areas.csv", "attributes.csv"))
    parts = [
        city.assign(area="", value=""),
        whole.assign(table="areas", value=""),
        areas[["area", "start", "end", "count", "reason"]].assign(table="areas", value=""),
        attributes.assign(area=""),
    ]
    table = pd.concat(parts, ignore_index=True)[list(figures.COLUMNS)]
    table = figures.typed(table.assign(count=pd.to_numeric(table["count"])))
    clear = table["count"].notna() == (table["reason"] == SHOWN)
    if not clear.all():
        raise DataError(told("{n} numbers are neither shown nor held back", n=int((~clear).sum())))
    return table


def _text(content: bytes) -> pd.DataFrame:
    """Return a table as texts, without the sign that keeps a spreadsheet from running one."""
    table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    return table.map(lambda cell: cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell)


def _read_totals(content: bytes) -> AreaCounts:
    table = _text(content)
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    table["suppressed"] = table["suppressed"] == "True"
    for name in table.columns.difference([*_TOTALS_TEXT, "start", "end", "suppressed"]):
        table[name] = pd.to_numeric(table[name]).astype("float64")
    return check_area_counts(table.rename_axis("row"))
