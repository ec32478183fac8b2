"""A city: its folder with city.toml → checked layers → one city."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import pyproj

from hotspots import geography
from hotspots.agency import AccessError
from hotspots.cities.health import check
from hotspots.cities.published_totals import Published, differ, no_blocks, no_incidents
from hotspots.cities.steps import Progress, Steps
from hotspots.geography import units
from hotspots.geography.outlines import outlined
from hotspots.readers.cityfile.checking import read_city_file
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table
from hotspots.readers.layers.area_counts import read_area_counts
from hotspots.readers.layers.blocks import (
    Layer,
    in_no_block,
    named_areas,
    read_blocks,
    read_context,
    read_segments,
    squares_instead,
)
from hotspots.readers.layers.gazetteer import read_gazetteer
from hotspots.readers.layers.groups import with_groups
from hotspots.readers.layers.incidents import read_incidents
from hotspots.readers.layers.shapes import NOWHERE
from hotspots.readers.report import Finding, QualityReport
from hotspots.readers.sections import CityFile, Note, TotalsTable, UnitCost
from hotspots.store.schema import AreaCounts, Blocks, DataError, Incidents
from hotspots.store.span import span_of
from hotspots.words import told

__all__ = ["City", "Note", "check", "fingerprint_of", "read_folder", "slug_of"]
_T = TypeVar("_T")
NAMED = 3  # districts in the name of a city that was cut down to some


@dataclass(frozen=True, eq=False)
class City:
    """A city's data, checked: what every study starts from.

    `totals` are published totals, where there are any; `called` is the place's own word for its blocks, by language. `tables` says what
    each table of totals is, by name. `partial` are those that tell of some areas only: no part of any sum, and on no map.

    `start` and `end` (exclusive) are the period that the data cover. `context` is the basemap: columns kind and name.
    `version` is 0 until the city is published. `fallback_from` is the version that should be served and is damaged, so that this one
    stands in for it (0: even its number is lost); None in health. `content` is the hash of all that the version holds: its number may
    come again, after a copy was put back. `fingerprint` tells whether the files it came from have changed.
    `covers_stated`: whether city.toml states the period that the data cover, so that `start` and `end` do not hang on single incidents.
    """

    slug: str
    name: str
    language: str
    timezone: str
    source: Mapping[str, str] | str
    licence: Mapping[str, str] | str
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
    gazetteer: gpd.GeoDataFrame | None = None
    fingerprint: str = ""
    totals: AreaCounts | None = None
    partial: AreaCounts | None = None
    tables: Mapping[str, TotalsTable] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    fallback_from: int | None = None
    content: str = ""
    covers_stated: bool = False
    costs: UnitCost | None = None
    districts: tuple[str, ...] = ()  # what it was cut down to (see `within`); none: it is whole

    @property
    def public_totals(self) -> tuple[str, ...]:
        """The tables of `totals` that city.toml calls public already."""
        return tuple(name for name, one in self.tables.items() if one.public)

    @property
    def only_totals(self) -> bool:
        """Whether nothing but published totals is known: no single homicide, no place, no day."""
        return self.totals is not None and not len(self.incidents)

    @cached_property
    def has_points(self) -> bool:
        """Whether the place of any homicide is known, and not its area alone."""
        return bool((self.incidents["unplaced"] == "").any())

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units that the city can be shown on: see `geography.units.available`."""
        return units.available(self.blocks, points=self.has_points, streets=self.segments is not None)

    @property
    def has_days(self) -> bool:
        """Whether the days of single homicides are known, and not their months alone."""
        return not self.only_totals and "day_known" not in self.incidents.columns

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns that a reader can filter by."""
        if self.totals is None or not self.only_totals:
            of_days = ("weekday", "month") if self.has_days else ("month",)
            return (*self.incidents.columns, *of_days)  # the hour is a column; of the days both follow
        return tuple(name for name in ("sex",) if name in self.totals.columns and (self.totals[name] != "").any())

    def within(self, districts: Collection[str]) -> City:
        """Return what the city holds of some of its districts alone: their blocks, and who was killed there.

        Whose place is not known counts where the district was recorded. Published totals are of the whole city and are left out; streets,
        water and names of streets stay. Its name says so, wherever it stands: a figure of these is none of the city. Raises `AccessError`
        where the city has no districts, or none of these.
        """
        known = self.blocks["district"].astype("string") if "district" in self.blocks.columns else pd.Series(pd.NA, index=self.blocks.index)
        inside = known.isin(list(districts)).to_numpy(dtype=bool)
        if not inside.any():
            raise AccessError(told("{city} has none of the districts that your role is for", city=self.name))
        of = units.assign(self.incidents, self.blocks)
        there = of.isin(self.blocks.index[inside]).to_numpy(dtype=bool)
        if "district" in self.incidents.columns:
            there |= of.isna().to_numpy() & self.incidents["district"].astype("string").isin(list(districts)).to_numpy(dtype=bool)
        blocks, incidents = Blocks(self.blocks[inside].copy()), Incidents(self.incidents[there].copy())
        held = tuple(one for one in sorted(districts) if one in set(known[inside]))
        name = f"{self.name} ({', '.join(held[:NAMED])}{', …' * (len(held) > NAMED)})"
        return replace(self, name=name, blocks=blocks, incidents=incidents, totals=None, partial=None, tables={}, districts=held)

    @property
    def definitions(self) -> dict[str, Mapping[str, str]]:
        """What is counted, by the name of the table of totals that counts so; the first one is what holds where nobody chose."""
        return {name: one.definition for name, one in self.tables.items() if one.definition and not one.partial_of}


def slug_of(folder: Path | str) -> str:
    """Return the short name of a folder, safe in addresses and file names.

    >>> slug_of("data/cities/San José (centro)")
    'san-jose-centro'
    """
    name = Path(folder).resolve().name if isinstance(folder, Path) else Path(folder).name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")
    if not slug:
        raise DataError(told("the folder name {folder} has no letter or digit to name the city by; rename it", folder=repr(str(folder))))
    return slug


def read_folder(folder: Path | str, progress: Progress | None = None, *, named: Collection[Path] | None = None) -> City:
    """Return the city that the folder's city.toml describes, read and checked; nothing is stored.

    `named` are the files outside the folder that city.toml may name, because a person did; without it, it may name any. Raises one
    `DataError` with every fault that could be found: in city.toml, then in blocks, basemap and incidents together.
    """
    return read_city(read_city_file(Path(folder), named=named), progress)


def read_city(
    city_file: CityFile, progress: Progress | None = None, *, text: str | None = None, read: Callable[..., Table] = read_file
) -> City:
    """Return the city that a checked city file describes; nothing is stored. Raises as `read_folder`.

    `text` is what the city.toml says where it stands in no file; `read` reads the file of the incidents.
    """
    return _read(city_file, Steps(city_file, progress), text=text, read_file=read)


def _read(city_file: CityFile, say: Steps, *, text: str | None = None, read_file: Callable[..., Table] = read_file) -> City:
    fingerprint = fingerprint_of(city_file, text=text)
    faults: list[DataError] = []
    own = pyproj.CRS.from_epsg(city_file.epsg) if city_file.epsg else None
    layer = first = _tried(lambda: _read_blocks(city_file, own, say), faults)
    drawn = first.blocks[outlined(first.blocks)] if first else None
    stated = own if drawn is None or not len(drawn) else drawn.crs
    bounds = tuple(drawn.total_bounds) if drawn is not None and len(drawn) else None
    known = {"bounds": bounds, "areas": geography.own_names(first.blocks) if first else None}
    known["residents"] = float(first.blocks["population"].sum()) if first else 0.0
    read = _tried(lambda: _read_incidents(city_file, stated, known, say, read_file), faults)
    crs = stated or (read[0].crs if read else NOWHERE)
    others = _tried(lambda: _other_layers(city_file, crs), faults)
    if read and others:
        layer = _tried(partial(_units, city_file, first, read[0], others[1], crs), faults)
    published = _tried(partial(_read_totals, city_file, layer.blocks, say), faults) if city_file.area_counts and layer else None
    if layer and published and not len(layer.blocks) and (published[0]["area"] != "").any():
        layer = named_areas(published[0]["area"], crs)
    if faults or layer is None or others is None or read is None:
        raise DataError(faults)
    incidents, report = read
    totals, report = _with_totals(layer.blocks, len(incidents), report, (published[0], published[2]) if published else None)
    segments, context, gazetteer, noted = others
    start, end = _period(city_file, incidents, totals)
    return City(
        slug=slug_of(city_file.folder),
        name=city_file.name,
        language=city_file.language,
        timezone=city_file.timezone,
        source=city_file.source,
        licence=city_file.licence,
        epsg=_number_of(crs),
        fictional=city_file.fictional,
        population_year=city_file.blocks.population_year if city_file.blocks else None,
        incidents=incidents,
        blocks=layer.blocks,
        context=context,
        notes=city_file.notes,
        report=replace(report, findings=(*report.findings, *layer.findings, *noted)),
        start=start,
        end=end,
        segments=segments,
        gazetteer=gazetteer,
        fingerprint=fingerprint,
        totals=totals,
        partial=published[1] if published else None,
        tables={one.table: one.about for one in city_file.area_counts},
        called=city_file.blocks.called if city_file.blocks else {},
        covers_stated=bool(city_file.incidents and city_file.incidents.covers),
        costs=city_file.costs,
    )


def fingerprint_of(city_file: CityFile, *, text: str | None = None) -> str:
    """Return one hash of city.toml and every file it names; `text` is what city.toml says where it stands in no file."""
    total = hashlib.sha256()
    toml, *others = city_file.files()
    total.update(hashlib.sha256(toml.read_bytes() if text is None else text.encode()).digest())
    for path in others:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _number_of(crs: pyproj.CRS) -> int:
    number = crs.to_epsg()
    assert number is not None  # city.toml names it, or it is a UTM zone
    return int(number)


def _tried(read: Callable[[], _T], faults: list[DataError]) -> _T | None:
    try:
        return read()
    except DataError as error:
        faults.append(error)
        return None


def _other_layers(
    city_file: CityFile, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame, gpd.GeoDataFrame | None, list[Finding]]:
    segments, noted = read_segments(city_file.segments, city_crs=crs) if city_file.segments else (None, [])
    context, more = read_context(city_file.layers, city_crs=crs)
    gazetteer, last = read_gazetteer(city_file.gazetteer, city_crs=crs) if city_file.gazetteer else (None, [])
    return segments, context, gazetteer, [*noted, *more, *last]


def _units(city_file: CityFile, layer: Layer | None, incidents: Incidents, context: gpd.GeoDataFrame, crs: pyproj.CRS) -> Layer | None:
    """Return the blocks, or what stands in for them, with their districts and beats; None where they could not be read."""
    whole = city_file.name if city_file.incidents and city_file.incidents.no_place else ""
    if city_file.blocks is None:
        layer = Layer(no_blocks(crs), ()) if city_file.incidents is None else _instead(incidents, context, whole)
    elif layer is None:
        return None
    elif layer.blocks.crs != crs:
        layer = replace(layer, blocks=Blocks(layer.blocks.set_crs(crs, allow_override=True)))  # none has an outline
    outside = () if city_file.blocks is None else in_no_block(incidents, layer.blocks)
    return with_groups(replace(layer, findings=(*layer.findings, *outside)), city_file.groups, incidents=incidents)


def _instead(incidents: Incidents, context: gpd.GeoDataFrame, whole: str) -> Layer:
    """Return what stands in for blocks that nobody gave: squares, the areas that incidents without places name, or one, the `whole`."""
    if whole:
        return replace(named_areas(pd.Series([whole]), incidents.crs), findings=())
    by_name = "block_id" in incidents.columns and not (incidents["unplaced"] == "").any()
    return named_areas(incidents["block_id"], incidents.crs) if by_name else squares_instead(incidents, context)


def _read_blocks(city_file: CityFile, crs: pyproj.CRS | None, say: Steps) -> Layer | None:
    if city_file.blocks is None:
        return None
    say(told("reading {file}", file=city_file.blocks.file.name))
    return read_blocks(city_file.blocks, city_crs=crs)


def _read_totals(city_file: CityFile, blocks: Blocks, say: Steps) -> tuple[AreaCounts, AreaCounts | None, QualityReport]:
    """Return the published totals, apart from them those that tell of some areas only, and the account of all rows."""
    say(told("reading {file}", file=", ".join(one.file.name for one in city_file.area_counts)))
    nobody_names_them = city_file.blocks is None and city_file.incidents is None
    rows, report = read_area_counts(city_file.area_counts, areas=None if nobody_names_them else geography.own_names(blocks))
    some = rows["table"].isin([one.table for one in city_file.area_counts if one.partial_of])
    if some.all():
        raise DataError(told("city.toml: every table under [area_counts] is partial; at least one must tell of the whole place"))
    return AreaCounts(rows[~some]), AreaCounts(rows[some]) if some.any() else None, report


def _read_incidents(
    city_file: CityFile, crs: pyproj.CRS | None, known: dict[str, Any], say: Steps, read: Callable[..., Table]
) -> tuple[Incidents, QualityReport]:
    if city_file.incidents is None:
        return no_incidents(crs or NOWHERE), QualityReport("", 0, 0, 0, 0, 0, 0)
    where = {"city_crs": crs, "timezone": city_file.timezone, "read": read, **known}
    incidents, report = read_incidents(city_file.incidents, **where, progress=say)
    if city_file.incidents.no_place and city_file.blocks is None:
        incidents = Incidents(incidents.assign(block_id=city_file.name))
    return incidents, report


def _with_totals(
    blocks: Blocks, victims: int, report: QualityReport, published: tuple[AreaCounts, QualityReport] | None
) -> tuple[AreaCounts | None, QualityReport]:
    """Return the published totals, and one account of all rows; where there are only totals its victims are theirs."""
    if published is None:
        return None, report
    totals, more = published
    findings = (*report.findings, *more.findings, *differ(totals, blocks))
    parts = ("read", "accepted", "repaired", "rejected", "filtered")
    counts = {name: getattr(report, name) + getattr(more, name) for name in parts}
    source = ", ".join(name for name in (report.source, more.source) if name)
    if not victims and len(set(totals["table"])) == 1 and (totals["area"] != "").all():
        victims = int(totals["count"].sum())
    elif not victims:
        victims = Published.of(totals, blocks).known
    return totals, QualityReport(source, victims=victims, findings=findings, left_out=report.left_out, **counts)


def _period(city_file: CityFile, incidents: Incidents, totals: AreaCounts | None) -> tuple[pd.Timestamp, pd.Timestamp]:
    if city_file.incidents is None and totals is not None:
        return totals["start"].min(), totals["end"].max()
    if city_file.incidents is None or not city_file.incidents.covers:
        return span_of(incidents)
    first, end = city_file.incidents.covers
    if "day_known" not in incidents.columns:
        return first, end
    return first.replace(day=1), end if end.day == 1 else end.replace(day=1) + pd.DateOffset(months=1)
