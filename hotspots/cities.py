"""A city: its folder with city.toml → checked layers → a published version → the layers again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import pyproj

from hotspots import settings, store
from hotspots.readers.blocks import Layer, read_blocks, read_context, read_segments
from hotspots.readers.cityfile import read_city_file
from hotspots.readers.incidents import read_incidents
from hotspots.readers.report import Finding, QualityReport
from hotspots.readers.spec import CitySpec, Note
from hotspots.readers.values import fold
from hotspots.schema import Blocks, DataError, Incidents

__all__ = ["City", "Note", "Summary", "available", "ensure_bundled", "import_folder", "load", "publish", "read_folder", "slug_of"]
_T = TypeVar("_T")
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class City:
    """A city's data, checked: what every study starts from.

    `start` and `end` (exclusive) are the period that the data cover. `context` is the basemap: columns kind and name.
    `version` is 0 until the city is published. `fingerprint` tells whether the files it came from have changed.
    """

    slug: str
    name: str
    language: str
    timezone: str
    source: str
    licence: str
    epsg: int
    fictional: bool
    population_year: int | None
    incidents: Incidents
    blocks: Blocks
    context: gpd.GeoDataFrame
    notes: tuple[Note, ...]
    report: QualityReport
    start: pd.Timestamp
    end: pd.Timestamp
    version: int = 0
    segments: gpd.GeoDataFrame | None = None
    fingerprint: str = ""


@dataclass(frozen=True)
class Summary:
    """What a list of cities shows; from the manifest alone. `published` is the moment in UTC, as ISO text."""

    slug: str
    name: str
    fictional: bool
    version: int
    victims: int
    start: pd.Timestamp
    end: pd.Timestamp
    published: str


def slug_of(folder: Path | str) -> str:
    """Return the short name of a folder, safe in addresses and file names.

    >>> slug_of("data/cities/San José (centro)")
    'san-jose-centro'
    """
    name = Path(folder).resolve().name if isinstance(folder, Path) else Path(folder).name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")
    if not slug:
        raise DataError(f"the folder name {str(folder)!r} has no letter or digit to name the city by; rename it")
    return slug


def read_folder(folder: Path | str, progress: Progress | None = None) -> City:
    """Return the city that the folder's city.toml describes, read and checked; nothing is stored.

    Raises one `DataError` with every fault that could be found: in city.toml, then in blocks, basemap and incidents together.
    """
    say = progress or (lambda _: None)
    spec = read_city_file(Path(folder))
    fingerprint = _fingerprint(spec)
    faults: list[str] = []
    say(f"reading {spec.blocks.file.name}")
    layer = _tried(lambda: read_blocks(spec.blocks, city_crs=pyproj.CRS.from_epsg(spec.epsg) if spec.epsg else None), faults)
    crs = layer.blocks.crs if layer else pyproj.CRS.from_epsg(spec.epsg or 3857)
    others = _tried(lambda: _other_layers(spec, crs), faults)
    bounds = tuple(layer.blocks.total_bounds) if layer else None
    read = _tried(lambda: read_incidents(spec.incidents, city_crs=crs, timezone=spec.timezone, bounds=bounds, progress=say), faults)
    if faults or layer is None or others is None or read is None:
        raise DataError(faults)
    incidents, report = read
    segments, context, noted = others
    start, end = _period(spec, incidents)
    return City(
        slug=slug_of(Path(folder)),
        name=spec.name,
        language=spec.language,
        timezone=spec.timezone,
        source=spec.source,
        licence=spec.licence,
        epsg=_number_of(crs),
        fictional=spec.fictional,
        population_year=spec.blocks.population_year,
        incidents=incidents,
        blocks=layer.blocks,
        context=context,
        notes=spec.notes,
        report=_joined(report, layer, noted),
        start=start,
        end=end,
        segments=segments,
        fingerprint=fingerprint,
    )


def publish(city: City) -> City:
    """Publish the city as the next version of its slug and return it with its version number."""
    tables = {"incidents": city.incidents, "blocks": city.blocks, "context": city.context}
    if city.segments is not None:
        tables["segments"] = city.segments
    version = store.publish(city.slug, tables, _facts(city))
    return replace(city, version=version.number)


def import_folder(folder: Path | str, progress: Progress | None = None) -> City:
    """Read the folder and publish what was read: a new version, or a `DataError` and nothing changed."""
    city = read_folder(folder, progress)
    if progress:
        progress(f"publishing {city.name}")
    return publish(city)


def load(slug: str, number: int | None = None) -> City:
    """Return a published city: the version served now, or the one of the given number. Raises `StoreError` where there is none."""
    version = store.current(slug, number)
    facts = version.manifest["facts"]
    return City(
        slug=slug,
        incidents=Incidents(store.read(version, "incidents")),
        blocks=Blocks(store.read(version, "blocks")),
        context=store.read(version, "context"),
        segments=store.read(version, "segments") if store.has(version, "segments") else None,
        notes=tuple(Note(pd.Timestamp(row["start"]), row["text"], row["kind"], tuple(row["treated"])) for row in facts["notes"]),
        report=QualityReport.from_dict(facts["report"]),
        start=pd.Timestamp(facts["start"]),
        end=pd.Timestamp(facts["end"]),
        version=version.number,
        **{key: facts[key] for key in _PLAIN},
    )


def available() -> list[Summary]:
    """Return the published cities, by name, from their manifests alone; a city whose manifest is damaged is left out."""
    found = []
    for slug in store.slugs():
        try:
            version = store.current(slug)
        except store.StoreError:
            continue
        facts = version.manifest["facts"]
        found.append(
            Summary(
                slug,
                facts["name"],
                facts["fictional"],
                version.number,
                facts["victims"],
                pd.Timestamp(facts["start"]),
                pd.Timestamp(facts["end"]),
                version.manifest["published"],
            )
        )
    return sorted(found, key=lambda row: fold(row.name))


def ensure_bundled(progress: Progress | None = None) -> list[str]:
    """Import every bundled city that has no version yet, or whose files have changed since, and return their slugs."""
    root = settings.cities_folder()
    folders = sorted(path for path in root.iterdir() if (path / "city.toml").is_file()) if root.is_dir() else []
    imported = []
    for folder in folders:
        slug = slug_of(folder)
        if _published_fingerprint(slug) != _fingerprint(read_city_file(folder)):
            import_folder(folder, progress)
            imported.append(slug)
    return imported


_PLAIN = ("name", "language", "timezone", "source", "licence", "epsg", "fictional", "population_year", "fingerprint")


def _facts(city: City) -> dict[str, Any]:
    """Return everything about the city that is not a table, as plain values for the manifest."""
    notes = [
        {"start": note.start.isoformat(), "text": dict(note.text), "kind": note.kind, "treated": list(note.treated)} for note in city.notes
    ]
    return {
        **{key: getattr(city, key) for key in _PLAIN},
        "victims": len(city.incidents),
        "start": city.start.isoformat(),
        "end": city.end.isoformat(),
        "notes": notes,
        "report": city.report.to_dict(),
    }


def _fingerprint(spec: CitySpec) -> str:
    """Return one hash of city.toml and every file it names."""
    total = hashlib.sha256()
    for path in spec.files():
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _published_fingerprint(slug: str) -> str:
    try:
        return str(store.current(slug).manifest["facts"]["fingerprint"])
    except store.StoreError:
        return ""


def _number_of(crs: pyproj.CRS) -> int:
    number = crs.to_epsg()
    assert number is not None  # the spec names it, or it is a UTM zone
    return int(number)


def _tried(read: Callable[[], _T], faults: list[str]) -> _T | None:
    try:
        return read()
    except DataError as error:
        faults += error.faults
        return None


def _other_layers(spec: CitySpec, crs: pyproj.CRS) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame, list[Finding]]:
    segments, noted = read_segments(spec.segments, city_crs=crs) if spec.segments else (None, [])
    context, more = read_context(spec.layers, city_crs=crs)
    return segments, context, [*noted, *more]


def _period(spec: CitySpec, incidents: Incidents) -> tuple[pd.Timestamp, pd.Timestamp]:
    if spec.incidents.covers:
        return spec.incidents.covers
    first, last = incidents["date"].min(), incidents["date"].max()
    return first.normalize().replace(day=1), last.normalize() + pd.Timedelta(days=1)


def _joined(report: QualityReport, layer: Layer, noted: list[Finding]) -> QualityReport:
    return replace(report, findings=(*report.findings, *layer.findings, *noted))
