"""Districts and beats that are drawn in a file of their own: each block goes whole to the one that most of it lies in."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from hotspots.geography.outlines import outlined
from hotspots.readers.files.any_file import read_layer
from hotspots.readers.files.text_tables import missing_columns, refuse
from hotspots.readers.layers.blocks import Layer
from hotspots.readers.layers.shapes import projected
from hotspots.readers.report import Example, Finding
from hotspots.readers.sections import GroupSection
from hotspots.store.schema import Blocks, DataError, Incidents
from hotspots.words import mark, told

_MOSTLY = 0.9  # a block with less of itself than this in its district is said to lie across its edge
_IN_WORDS = {"district": told("districts"), "beat": told("beats")}


def with_groups(layer: Layer, sections: tuple[GroupSection, ...], *, incidents: Incidents | None = None) -> Layer:
    """Return the layer with the columns `district` and `beat` filled from the areas that `sections` name.

    A block belongs to one area only, the one that holds the largest part of it, so that districts add up exactly to the city. The price
    is told: how many blocks lie across an edge, and how many victims lie in another area than their block.
    Raises `DataError` where a file has no areas, an area has no name, or no block lies in any.
    """
    blocks, findings = layer.blocks, list(layer.findings)
    for section in sections:
        areas = _read(section, blocks.crs)
        names, share = most_of(blocks.geometry[outlined(blocks)], areas)
        names, share = names.reindex(blocks.index, fill_value=""), share.reindex(blocks.index, fill_value=0.0)
        if (names == "").all():
            raise DataError(
                told(
                    "{where}: no block lies in any area of {file}; is its coordinate system right (epsg = …)?",
                    where=_IN_WORDS[section.kind],
                    file=section.file.name,
                )
            )
        findings += _remarks(section.kind, blocks, names, share, _elsewhere(blocks, names, areas, incidents))
        blocks = Blocks(blocks.assign(**{section.kind: names}))
    return replace(layer, blocks=blocks, findings=tuple(findings))


def most_of(shapes: gpd.GeoSeries, areas: gpd.GeoSeries) -> tuple[pd.Series, pd.Series]:
    """Return, for each shape, the label of the area that holds the largest part of it, and that part of the whole shape (0 to 1).

    Areas are measured in m², lines in metres, both in the coordinate system of `shapes`, which `areas` must share. An empty label and 0:
    the shape lies in none. Where two areas hold as much, the one that comes first has it.

    >>> from shapely import box
    >>> names, share = most_of(gpd.GeoSeries([box(0, 0, 10, 10)]), gpd.GeoSeries({"west": box(0, 0, 4, 10), "east": box(4, 0, 20, 10)}))
    >>> names[0], float(share[0])
    ('east', 0.6)
    """
    own, others = shapes.to_numpy(), areas.to_numpy()
    size = shapely.area if (shapely.get_dimensions(own) == 2).all() else shapely.length
    shape, area = shapely.STRtree(others).query(own, predicate="intersects")
    part = size(shapely.intersection(own[shape], others[area]))
    table = pd.DataFrame({"shape": shape, "area": area, "part": part})[part > 0]
    best = table.sort_values(["part", "area"], ascending=[False, True]).drop_duplicates("shape").set_index("shape")
    labels = areas.index.astype(str).to_numpy(dtype=object)
    names, share = np.full(len(own), "", dtype=object), np.zeros(len(own))
    names[best.index] = labels[best["area"]]
    share[best.index] = best["part"] / size(own[best.index])
    return pd.Series(names, index=shapes.index, dtype="str"), pd.Series(share, index=shapes.index)


def _read(section: GroupSection, crs: pyproj.CRS) -> gpd.GeoSeries:
    """Return the areas by name; several shapes of one name are one area."""
    layer = f"{section.kind}s"
    table = read_layer(section.file, layer=layer, sheet=section.sheet)
    refuse(missing_columns(table, [("name", section.name)]))
    names = table.columns[section.name].str.strip()
    shapes = shapely.make_valid(table.shapes)
    bad = np.flatnonzero((shapely.get_dimensions(shapes) != 2) | (names == "").to_numpy())
    if len(bad):
        raise DataError(
            told(
                "{where}: {bad} of {n} features of {source} have no name or no area (first: feature {row}); correct or remove them",
                where=_IN_WORDS[section.kind],
                bad=f"{len(bad):,}",
                n=f"{len(names):,}",
                source=table.source,
                row=table.rows[bad[0]],
            )
        )
    in_metres, _ = projected(shapes, table, layer=layer, epsg=section.epsg, city_crs=crs)
    return (
        in_metres.set_axis(names.to_numpy())
        .groupby(level=0, sort=False)
        .agg(lambda parts: shapely.union_all(parts.to_numpy()))
        .set_crs(crs)
    )


def _elsewhere(blocks: Blocks, names: pd.Series, areas: gpd.GeoSeries, incidents: Incidents | None) -> int:
    """Return how many victims lie in another area than the block that they lie in."""
    if incidents is None or not len(incidents):
        return 0
    points = incidents.geometry[incidents["unplaced"] == ""].to_numpy()
    block, area = (_first(points, series) for series in (blocks.geometry, areas))
    both = (block >= 0) & (area >= 0)
    return int((names.to_numpy()[block[both]] != areas.index.to_numpy()[area[both]]).sum())


def _first(points: np.ndarray, areas: gpd.GeoSeries) -> np.ndarray:
    """Return the position of the first area that covers each point, -1 where none does."""
    point, area = shapely.STRtree(areas.to_numpy()).query(points, predicate="intersects")
    found = np.full(len(points), len(areas))
    np.minimum.at(found, point, area)
    return np.where(found < len(areas), found, -1)


def _remarks(kind: str, blocks: Blocks, names: pd.Series, share: pd.Series, elsewhere: int) -> list[Finding]:
    where, findings = _IN_WORDS[kind], []
    across, outside = (names != "") & (share < _MOSTLY), names == ""
    if across.any():
        text = told(
            "{where}: {n} of {total} blocks lie across an edge, with {people} residents; each counts whole where most of it lies, so "
            "that all add up, and {elsewhere} people killed are counted in a neighbouring one",
            where=where,
            n=f"{int(across.sum()):,}",
            total=f"{len(blocks):,}",
            people=f"{blocks.loc[across, 'population'].sum():,.0f}",
            elsewhere=f"{elsewhere:,}",
        )
        advice = mark("Smaller blocks follow the edges better.")
        first = tuple(Example(blocks.index.get_loc(label) + 1, kind, str(label)) for label in share[across].nsmallest(3).index)
        findings.append(Finding("across_edges", "accepted", int(across.sum()), text, advice, first))
    if outside.any():
        text = told(
            "{where}: {n} of {total} blocks lie in none; they count in the city's total only",
            where=where,
            n=f"{int(outside.sum()):,}",
            total=f"{len(blocks):,}",
        )
        findings.append(Finding("in_no_group", "accepted", int(outside.sum()), text, mark("Look at them on the map.")))
    return findings
