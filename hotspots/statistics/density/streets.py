"""Where homicides lie close together along the streets: per kilometre of street per year, and its mean over each unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from hotspots.geography import outlines
from hotspots.statistics.density.network import Network, network_of, spread
from hotspots.statistics.density.surfaces import places_of
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.store.schema import Blocks
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import Words, mark

USUAL = 300.0  # metres along the streets: two or three blocks
NEAR = 100.0  # metres: a homicide further off than this lies on no street
BESIDE = 15.0  # metres: a piece of street as near as this to a unit runs along it
PER_KM = 1000.0

# What each kernel does at a crossing, in words for the screen, with its name in the field.
CROSSINGS: dict[str, str] = {
    "discontinuous": mark("shared evenly among the streets ahead at each crossing (equal split, discontinuous)"),
    "continuous": mark("shared at each crossing so that streets meet without a step (equal split, continuous)"),
}


@dataclass(frozen=True, eq=False)
class Streets:
    """Homicides per km of street per year on each piece of a network (see `Network`).

    `n` victims made it; `off` lie in the units, but more than 100 m from every street, and took no part. `rule` says where the
    bandwidth came from (see `RULES`).
    """

    network: Network
    value: np.ndarray
    bandwidth: float
    rule: str
    way: str
    n: int
    off: int
    years: float

    def total(self) -> float:
        """Return the density added up over the streets and the years: that is `n`."""
        return float((self.value * self.network.piece_length).sum() / PER_KM * self.years)


def along_streets(study: Study, *, bandwidth: float | None = None, way: str | None = None) -> Streets:
    """Return the density of homicides along the streets of a study, per km of street per year.

    Each homicide goes to the nearest point of a street and is spread from there along the streets, within `bandwidth` metres as one
    walks, by the quartic kernel. At a crossing it is split: `discontinuous`, evenly among the streets ahead; `continuous`, so that the
    density has no step at the crossing, for which it takes a little back from the street that it came along. Either way each homicide
    adds up to 1. Streets meet only at their ends. Left out, `bandwidth` is that of the study, else 300 m, and `way` that of the study.

    It misleads where homicides are put at crossings or at one address by whoever recorded them, and where streets are missing. A
    `DataError` says what is wrong. Source: Okabe, Satoh & Sugihara (2009, doi:10.1080/13658810802475491).

    >>> import geopandas as gpd
    >>> from hotspots.testing import EPSG, square_city
    >>> street = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (2000, 0)])], crs=EPSG)
    >>> incidents, blocks = square_city([(1000, 5), (1010, 5)], side=2, size=1000.0)
    >>> found = along_streets(Study.of(incidents, blocks, start="2020-01-01", end="2022-01-01", streets=street))
    >>> found.n, round(found.total(), 9)
    (2, 2.0)
    """
    h, rule = _bandwidth(study, bandwidth)
    way = study.equal_split if way is None else way
    net = network_of(study.streets)
    x, y, _ = places_of(study)
    street, along, away = net.snap(x, y)
    near = away <= NEAR
    mass = spread(net, street[near], along[near], bandwidth=h, way=way)
    value = mass / (net.piece_length / PER_KM) / study.years
    return Streets(net, value, h, rule, way, int(near.sum()), int((~near).sum()), study.years)


def _bandwidth(study: Study, bandwidth: float | None = None) -> tuple[float, str]:
    given = study.bandwidth if bandwidth is None else bandwidth
    return (USUAL, "streets") if given is None else (float(given), "given")


def network_density(study: Study) -> pd.Series:
    """Return homicides per km of street per year in each unit: the mean over the streets within it and along its edge.

    It shows where homicides lie close together as people move, along streets, and does not spread them over water, railways or
    fields. Like any density it says nothing of risk, and it depends on the bandwidth: see `along_streets`, whose defaults it takes.
    Missing where a unit has no street within 15 m. Shape: one number for each unit. Source: Okabe, Satoh & Sugihara (2009,
    doi:10.1080/13658810802475491).

    >>> import geopandas as gpd
    >>> from hotspots.testing import EPSG, square_city
    >>> street = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 500), (1000, 500)])], crs=EPSG)
    >>> incidents, blocks = square_city([(500, 500)], side=2, size=1000.0)
    >>> study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01", streets=street)
    >>> network_density(study).round(2).tolist()  # one homicide on the one kilometre of street of b00
    [1.0, 0.0, nan, nan]
    """
    return kept(study, _of)[0]


def network_density_state(study: Study) -> pd.Series:
    """Return the state of each: `no_data` where no street is near, `zero`, `unstable` where few homicides made it, else `ok`.

    Few means fewer than 20 events in the unit, and fewer than 20 within one bandwidth of its middle as the crow flies.
    """
    return kept(study, _of)[1]


def network_density_how(study: Study) -> str:
    """Return the kernel and the bandwidth of the density along streets, for files that programs read."""
    return f"equal-split {study.equal_split}, {_bandwidth(study)[0]:g} m"


def network_density_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return what a map of the density along streets says of its kernel and bandwidth."""
    said = words.say(
        "Each homicide is spread {metres} m along the streets, both ways, {crossings}.",
        metres=words.number(round(_bandwidth(study)[0])),
        crossings=words.say(CROSSINGS[study.equal_split]),
    )
    return (said,)


def _of(study: Study) -> tuple[pd.Series, pd.Series]:
    """Return value and state of each unit."""
    if study.streets is not None and len(study.streets):
        found = along_streets(study)
        value = by_unit(study, found)
        near = _enough_near(study, found.bandwidth)
        state = np.select([value.isna(), value == 0, ~near], ["no_data", "zero", "unstable"], "ok")
    else:
        value, state = pd.Series(np.nan, index=study.blocks.index, name="network_density"), np.full(len(study.blocks), "no_data")
    return value, pd.Series(state, index=study.blocks.index, name="state")


def by_unit(study: Study, found: Streets) -> pd.Series:
    """Return the mean of a density over the streets of each unit, weighted by their length; missing where a unit has no street."""
    unit, piece = kept(study.blocks, _beside, found.network)
    size = found.network.piece_length
    held = np.bincount(unit, weights=found.value[piece] * size[piece], minlength=len(study.blocks))
    length = np.bincount(unit, weights=size[piece], minlength=len(study.blocks))
    mean = np.where(length > 0, held / np.where(length > 0, length, 1), np.nan)
    return pd.Series(mean, index=study.blocks.index, name="network_density")


def _beside(blocks: Blocks, net: Network) -> tuple[np.ndarray, np.ndarray]:
    """Return which pieces run within or along which units, as pairs of positions."""
    if blocks.index.isin(net.names).all():  # the units are street segments
        unit = blocks.index.get_indexer(net.names)[net.street[net.piece_street]]
        piece = np.flatnonzero(unit >= 0)
        return unit[piece], piece
    piece, unit = shapely.STRtree(np.asarray(blocks.geometry.array)).query(net.middles, predicate="dwithin", distance=BESIDE)
    return unit, piece


def _enough_near(study: Study, bandwidth: float) -> np.ndarray:
    """Return where at least 20 events lie in the unit, or within one bandwidth of its middle."""
    from scipy.spatial import cKDTree

    enough = np.asarray(study.events >= UNSTABLE_UNDER)
    x, y = study.places
    seen = np.isfinite(x) & np.isfinite(y) & (study.codes >= 0) & ~study.repeated
    if seen.sum() >= UNSTABLE_UNDER:
        middles = outlines.middles(study.blocks)
        away, _ = cKDTree(np.column_stack((x[seen], y[seen]))).query(middles, k=[UNSTABLE_UNDER], workers=2)
        enough = enough | (away[:, 0] <= bandwidth)
    return enough
