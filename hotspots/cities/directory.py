"""What the places of a city are called, and where they are: what a search looks through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots import geography
from hotspots.cities.city import City
from hotspots.geography import units
from hotspots.geography.crossings import Network, street_names
from hotspots.geography.name_index import NameIndex

_PRIOR = {"district": 0.009, "beat": 0.008, "street": 0.007, "layer": 0.006, "address": 0.005, "block": 0.004}  # where all else is alike
_GROUPS = {"district": "districts", "beat": "beats"}


@dataclass(frozen=True, eq=False)
class Entry:
    """A place: its `kind`, its `id` in the data, its `name`, the name of what it lies in, and west, south, east, north in metres."""

    kind: str
    id: str
    name: str
    within: str
    box: tuple[float, float, float, float]
    has_area: bool = True


class Directory:
    """The places of a city: names, and the ids of blocks beside their names, with the entry that each stands for; streets apart too."""

    def __init__(self, city: City, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        rows = [(one.name, at) for at, one in enumerate(self.entries)]
        rows += [(one.id, at) for at, one in enumerate(self.entries) if one.kind == "block" and one.id != one.name]
        self.of = tuple(at for _, at in rows)
        self.index = NameIndex([name for name, _ in rows], [_PRIOR[self.entries[at].kind] for at in self.of])
        self.blocks, self.epsg, self.only_areas = city.blocks, city.epsg, city.only_totals
        self.segments = None if city.only_totals else city.segments

    @cached_property
    def network(self) -> Network | None:
        """The streets and where they meet; None where no street has a name."""
        if self.segments is None or not (street_names(self.segments) != "").any():
            return None
        return Network.of(self.segments)

    @cached_property
    def streets(self) -> NameIndex:
        """The names of the streets."""
        return NameIndex([_on_one_line(name) for name in self.network.names] if self.network else ())

    @cached_property
    def by_place(self) -> dict[tuple[str, str], Entry]:
        """The entries by their kind and id."""
        return {(one.kind, one.id): one for one in self.entries if one.id}

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the whole city, in metres; missing where nothing has an outline."""
        tables = [one for one in (self.blocks, self.segments) if one is not None and len(one)]
        edges = np.array([one.total_bounds for one in tables]).reshape(-1, 4)
        known = edges[np.isfinite(edges).all(axis=1)]
        return _box(np.append(known[:, :2].min(axis=0), known[:, 2:].max(axis=0)) if len(known) else np.full(4, np.nan))


def directory(city: City) -> Directory:
    """Return the places of a city that a search can find: of published totals the areas alone, for nothing else is known of these."""
    entries = [*_groups(city), *_blocks(city)]
    if not city.only_totals:
        entries += [*_streets(city), *_layers(city.context), *_addresses(city.gazetteer)]
    return Directory(city, entries)


def _groups(city: City) -> Iterable[Entry]:
    edges = city.blocks.geometry.bounds
    for kind, unit in _GROUPS.items():
        if units.ROLL_UPS[unit] not in city.blocks.columns:
            continue
        keys = units.roll_up_keys(city.blocks, unit)
        for name, own in edges.groupby(keys.astype("str").where(keys.notna())):
            yield Entry(kind, str(name), str(name), "", _box([*own.min()[:2], *own.max()[2:]]))


def _blocks(city: City) -> Iterable[Entry]:
    blocks = city.blocks
    names, edges = geography.names(blocks), blocks.geometry.bounds.to_numpy()
    within = blocks["district"].fillna("").astype(str) if "district" in blocks.columns else pd.Series("", index=blocks.index)
    for unit, name, around, edge in zip(blocks.index, names, within, edges, strict=True):
        yield Entry("block", str(unit), name, around, _box(edge))


def _streets(city: City) -> Iterable[Entry]:
    if city.segments is None or not len(city.segments):
        return
    edges = city.segments.geometry.bounds.groupby(street_names(city.segments))
    low, high = edges[["minx", "miny"]].min().to_numpy(), edges[["maxx", "maxy"]].max().to_numpy()
    for street, edge in zip(edges.groups, np.hstack([low, high]), strict=True):
        if street:
            yield Entry("street", str(street), _on_one_line(str(street)), "", _box(edge))


def _layers(context: gpd.GeoDataFrame) -> Iterable[Entry]:
    named = context[context["name"].fillna("").astype(str).str.strip() != ""]
    for (kind, name), own in named.groupby(["kind", named["name"].astype(str)]):
        shapes = np.asarray(own.geometry.array)
        yield Entry("layer", f"{kind}/{name}", _on_one_line(str(name)), "", _box(own.total_bounds), bool(shapely.area(shapes).sum() > 0))


def _addresses(gazetteer: gpd.GeoDataFrame | None) -> Iterable[Entry]:
    if gazetteer is not None:
        for name, edge in zip(gazetteer["name"], gazetteer.geometry.bounds.to_numpy(), strict=True):
            yield Entry("address", "", _on_one_line(str(name)), "", _box(edge), has_area=False)


def _on_one_line(name: str) -> str:
    return " ".join(name.split())


def _box(edges: npt.ArrayLike) -> tuple[float, float, float, float]:
    west, south, east, north = (float(edge) for edge in np.asarray(edges, dtype=float))
    return west, south, east, north
