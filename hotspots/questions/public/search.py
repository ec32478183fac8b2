"""Which area of a release does the reader mean? By the names in the release alone; where the reader is, only the reader's browser knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from hotspots import geography
from hotspots.cities.directory import directory
from hotspots.cities.search import LONGEST, MOST, Hit, named
from hotspots.geography.outlines import without_gaps
from hotspots.release import Reading
from hotspots.study.memo import kept

_DEGREES = 4326
_ROUGH = 5.0  # metres: how far an outline sent for "near me" may lie from the true one; the blocks of a release are far larger


def hits(reading: Reading, text: str, *, most: int = MOST) -> tuple[Hit, ...]:
    """Return the areas of a release that are called like a text, best first."""
    found = named(kept(reading.city, directory), text[:LONGEST], most=most)
    return tuple(hit for hit in found if hit.kind == "block")


def outlines(reading: Reading) -> Sequence[Sequence[Any]]:
    """Return id, name and rings (flat lists of longitude and latitude) of each area: a browser that has them finds a position by itself."""
    blocks = reading.city.blocks
    shapes = without_gaps(blocks.geometry.simplify(_ROUGH)).to_crs(_DEGREES)
    rings = [
        [np.round(shapely.get_coordinates(ring), 5).ravel().tolist() for ring in shapely.get_rings(shapely.get_parts(shape))]
        for shape in shapes
    ]
    return [[str(area), name, edges] for area, name, edges in zip(blocks.index, geography.names(blocks), rings, strict=True) if edges]
