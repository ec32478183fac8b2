"""Where published numbers stand out: areas by their own number, and areas that do so together. Made of published numbers alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots.geography.adjacency import contiguity
from hotspots.statistics.clusters.exact_window import LEAST_RESIDENTS, LEVEL, adjusted, tail
from hotspots.store.schema import Blocks
from hotspots.study.memo import kept


def own_areas(counts: np.ndarray, areas: Blocks, *, together: float = 1.0) -> np.ndarray:
    """Return which areas have more homicides than chance gives their own residents: 1, 0, or missing where the number is not shown.

    Chance spreads the shown homicides over the residents of the shown areas; the exact tail is adjusted for how many areas were looked
    at. Victims are counted in pieces of `together` (see `Release.victims_vary`), as those of one event come together. Neighbours play no
    part, so an area is never coloured for what happened beside it.

    >>> from hotspots.testing import square_blocks
    >>> own_areas(np.array([90, 10, 10, 10, np.nan, 10, 10, 10, 10.0]), square_blocks(side=3, population=6000)).tolist()
    [1.0, 0.0, 0.0, 0.0, nan, 0.0, 0.0, 0.0, 0.0]
    """
    people = areas["population"].to_numpy(dtype=float)
    shown = ~np.isnan(counts) & (people > 0)
    found = np.full(len(counts), np.nan)
    n = float(counts[shown].sum())
    if n > 0:
        p = tail(counts[shown] / together, n / together, people[shown] / people[shown].sum())
        found[shown] = adjusted(np.where(people[shown] >= LEAST_RESIDENTS, p, np.nan)) <= LEVEL
    return found


def groups(hot: np.ndarray, counts: np.ndarray, areas: Blocks) -> pd.Series:
    """Return the group of each area, from 1 on, 0 for none: `hot` areas (see `release.hot_areas`) with those they were tested with.

    A group is what the test is about: areas side by side that have more homicides together than chance gives their residents. One of
    them alone may have few. Groups that share an area are one.

    >>> from hotspots.testing import square_blocks
    >>> counts = np.array([90, 10, 10, 10, np.nan, 10, 10, 10, 10.0])
    >>> groups(np.array([1, 0, 0, 0, np.nan, 0, 0, 0, 0.0]), counts, square_blocks(side=3, population=6000)).tolist()
    [1, 1, 0, 1, 0, 0, 0, 0, 0]
    """
    shown = ~np.isnan(counts) & (areas["population"].to_numpy(dtype=float) > 0)
    middles = np.flatnonzero((hot == 1) & shown)
    near = (kept(areas, contiguity, gap=None).matrix + sparse.eye_array(len(areas))).tocsr()[middles][:, shown].tocoo()
    rows, columns = middles[near.row], np.flatnonzero(shown)[near.col]
    joined = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(areas), len(areas)))
    label = sparse.csgraph.connected_components(joined, directed=False)[1]
    inside = np.isin(np.arange(len(areas)), columns)
    found = np.zeros(len(areas), dtype=int)
    found[inside] = np.unique(label[inside], return_inverse=True)[1] + 1 if inside.any() else 0
    return pd.Series(found, index=areas.index, name="group")
