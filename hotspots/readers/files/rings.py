"""Rings → areas: which ring is a hole of which, by the way round that shapefiles and ArcGIS write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Ring = npt.NDArray[np.float64]


def polygon_of(rings: Sequence[Ring]) -> Any:
    """Return the area that rings enclose: those that run clockwise are outlines, the others holes in the smallest outline around them.

    A hole without an outline around it is an outline. None where no ring has three corners.

    >>> outer, hole = [(0, 0), (0, 4), (4, 4), (4, 0), (0, 0)], [(1, 1), (2, 1), (2, 2), (1, 2), (1, 1)]
    >>> polygon_of([np.array(outer, float), np.array(hole, float)]).area
    15.0
    """
    closed = [_closed(ring) for ring in rings]
    whole = [ring for ring in closed if len(ring) >= 4]
    if not whole:
        return None
    if len(whole) == 1:
        return shapely.Polygon(whole[0])
    clockwise = np.array([_signed_area(ring) <= 0 for ring in whole])
    if not clockwise.any():
        clockwise[:] = True
    outlines = [ring for ring, outer in zip(whole, clockwise, strict=True) if outer]
    holes: list[list[Ring]] = [[] for _ in outlines]
    if len(outlines) < len(whole):
        _place([ring for ring, outer in zip(whole, clockwise, strict=True) if not outer], outlines, holes)
    parts = [shapely.Polygon(outline, inner) for outline, inner in zip(outlines, holes, strict=True)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _place(inner: list[Ring], outlines: list[Ring], holes: list[list[Ring]]) -> None:
    areas = shapely.polygons([shapely.LinearRing(ring) for ring in outlines])
    shapely.prepare(areas)
    size = shapely.area(areas)
    for ring in inner:
        inside = np.flatnonzero(shapely.covers(areas, shapely.Point(ring[0])) & shapely.covers(areas, shapely.Point(ring[1])))
        if len(inside):
            holes[int(inside[np.argmin(size[inside])])].append(ring)
        else:
            outlines.append(ring)
            holes.append([])


def _closed(ring: Ring) -> Ring:
    if len(ring) < 3 or not np.isfinite(ring).all():
        return ring[:0]
    return ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])


def _signed_area(ring: Ring) -> float:
    x, y = (ring - ring[0]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
