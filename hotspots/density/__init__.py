"""Where homicides lie close together: a smooth surface of homicides per km² per year, and its mean over each unit."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots import units
from hotspots.density.kernels import SUPPORT, check
from hotspots.density.places import check_edge, density_at, mass_inside, rule_of_thumb
from hotspots.density.smoothing import EDGES, smooth
from hotspots.density.window import Window, cell_for, window_of
from hotspots.measures import UNSTABLE_UNDER, Measure
from hotspots.study import Study
from hotspots.words import mark

__all__ = [
    "EDGES",
    "KERNELS",
    "MEASURES",
    "RULES",
    "Surface",
    "Window",
    "by_unit",
    "density",
    "density_at",
    "density_state",
    "mass_inside",
    "rule_of_thumb",
    "surface",
    "usual_bandwidth",
    "window_of",
]

KERNELS: tuple[str, ...] = tuple(SUPPORT)

# Where a bandwidth came from, in words for the screen.
RULES: dict[str, str] = {
    "given": mark("chosen by the reader"),
    "scott": mark("Scott's rule of thumb"),
    "window": mark("one eighth of the shorter side of the area"),
}

PER_KM2 = 1e6  # m²


@dataclass(frozen=True, eq=False)
class Surface:
    """Homicides per km² per year on a grid.

    `x` and `y` are the middles of the cells in metres, `z[y, x]` the density there: missing outside the units. `n` victims made it;
    `outside` had a place, but not in the units, and took no part. `rule` says where the bandwidth came from (see `RULES`).
    """

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    bandwidth: float
    rule: str
    kernel: str
    edge: str
    cell: float
    n: int
    outside: int
    years: float

    def total(self) -> float:
        """Return the surface added up over the units and the years; under `jones_diggle` that is `n`."""
        return float(np.nansum(self.z) * self.cell**2 / PER_KM2 * self.years)


def surface(
    study: Study,
    *,
    bandwidth: float | None = None,
    kernel: str = "quartic",
    edge: str = "jones_diggle",
    cell: float | None = None,
    window: Window | None = None,
) -> Surface:
    """Return the density of homicides over the units of a study, per km² per year.

    Each homicide is spread over the ground around it: within `bandwidth` metres by the `quartic` kernel, or as a bell with that
    standard deviation by the `gaussian`. Nothing is spread outside the units. `edge` says what becomes of the part that would fall
    there: `jones_diggle` puts it back around the same homicide, so that the surface adds up to the homicides exactly; `uniform`
    raises the surface near the edge; `none` loses it. Left out, `bandwidth` is Scott's rule of thumb (see `rule_of_thumb`), or an
    eighth of the shorter side of the area where all homicides are at one place; `cell`, in metres, at most a twelfth of it as far as
    1,000 cells a side allow. Give `window` to use one again; its cells then hold.

    The bandwidth decides what is seen: try others before you believe a peak. Few homicides are summed one by one, many by Fourier
    transform with an error of about 1/10,000 of the peak. A `DataError` says what is wrong. Source: Diggle (1985, doi:10.2307/2347366).

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5), (5, 6), (15, 5), (500, 5)]), start="2020-01-01", end="2022-01-01")
    >>> found = surface(study, bandwidth=8)
    >>> round(found.total(), 9), found.n, found.outside
    (3.0, 3, 1)
    """
    check(kernel, 1.0 if bandwidth is None else bandwidth)
    check_edge(edge)
    x, y, outside = _places(study)
    rule = "given"
    if bandwidth is None:
        bandwidth, rule = _bandwidth(study, x, y, kernel)
    if window is None:
        window = window_of(study.blocks, cell=cell_for(study.blocks, bandwidth) if cell is None else cell)
    grid = window.grid
    z = smooth(x, y, window, kernel=kernel, bandwidth=bandwidth, edge=edge) * (PER_KM2 / study.years)
    np.copyto(z, np.nan, where=window.unit < 0)
    return Surface(grid.x, grid.y, z, bandwidth, rule, kernel, edge, grid.cell, len(x), outside, study.years)


def _places(study: Study) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the places of the homicides that lie in the units, and how many others have a place."""
    x, y = study.places
    placed = np.isfinite(x) & np.isfinite(y)
    inside = placed & (study.codes >= 0)
    if "block_id" in study.incidents.columns:  # the agency's word decides the unit, the map alone where the place is
        inside[inside] = units.locate(x[inside], y[inside], study.blocks) >= 0
    return x[inside], y[inside], int(placed.sum() - inside.sum())


def _bandwidth(study: Study, x: np.ndarray, y: np.ndarray, kernel: str) -> tuple[float, str]:
    found = rule_of_thumb(x, y, kernel=kernel)
    if found is not None:
        return found, "scott"
    west, south, east, north = study.blocks.total_bounds
    return float(min(east - west, north - south) or max(east - west, north - south) or 1.0) / 8, "window"


def usual_bandwidth(study: Study) -> float:
    """Return the bandwidth in metres that `surface` takes when none is given.

    >>> from hotspots.testing import square_city
    >>> usual_bandwidth(Study.of(*square_city([None], side=2, size=80.0)))  # an eighth of 160 m, as nothing is on the map
    20.0
    """
    x, y, _ = _places(study)
    return _bandwidth(study, x, y, "quartic")[0]


def by_unit(study: Study, found: Surface) -> pd.Series:
    """Return the mean over each unit of a surface made of this study, in homicides per km² per year; missing where a unit has no area."""
    window = window_of(study.blocks, cell=found.cell)
    return pd.Series(window.mean(found.z, study.blocks), index=study.blocks.index, name="density")


def density(study: Study) -> pd.Series:
    """Return homicides per km² per year around each unit, from a smooth surface: the mean of the surface over the unit.

    It shows where homicides lie close together whatever the lines on the map, and two blocks on both sides of a street alike. It says
    nothing of risk: many people, many homicides. It spreads what happened on one corner over its surroundings, as far as the
    bandwidth, and that is a choice: see `surface`, whose defaults it takes. Missing where a unit has no area. Shape: one number for
    each unit. Source: Diggle (1985, doi:10.2307/2347366).

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(500, 500)], side=2, size=1000.0), start="2020-01-01", end="2021-01-01")
    >>> density(study).round(3).tolist()  # one homicide at the middle of b00, which is 1 km²; the bandwidth, 250 m, stays within it
    [1.0, 0.0, 0.0, 0.0]
    """
    return _of(study)[0]


def density_state(study: Study) -> pd.Series:
    """Return the state of each density: `no_data` without area, `zero`, `unstable` where few homicides made it, else `ok`.

    Few means fewer than 20 events in the unit, and fewer than 20 within one bandwidth of its middle.
    """
    return _of(study)[1]


_known: weakref.WeakKeyDictionary[Study, tuple[pd.Series, pd.Series]] = weakref.WeakKeyDictionary()


def _of(study: Study) -> tuple[pd.Series, pd.Series]:
    """Return value and state of each unit; both are asked for one after the other, so they are kept as long as the study lives."""
    if study not in _known:
        if (study.blocks.area > 0).any():
            found = surface(study)
            value = by_unit(study, found)
            near = _enough_near(study, found)
            state = np.select([value.isna(), value == 0, ~near], ["no_data", "zero", "unstable"], "ok")
        else:
            value, state = pd.Series(np.nan, index=study.blocks.index, name="density"), np.full(len(study.blocks), "no_data")
        _known[study] = value, pd.Series(state, index=study.blocks.index, name="state")
    return _known[study]


def _enough_near(study: Study, found: Surface) -> np.ndarray:
    """Return where at least 20 events lie in the unit, or within one bandwidth of its middle."""
    from scipy.spatial import cKDTree

    enough = np.asarray(study.events >= UNSTABLE_UNDER)
    x, y = study.places
    seen = np.isfinite(x) & np.isfinite(y) & (study.codes >= 0) & ~study.repeated
    if seen.sum() >= UNSTABLE_UNDER:
        middles = np.column_stack(window_of(study.blocks, cell=found.cell).middles(study.blocks))
        away, _ = cKDTree(np.column_stack((x[seen], y[seen]))).query(middles, k=[UNSTABLE_UNDER], workers=2)
        enough = enough | (away[:, 0] <= found.bandwidth)
    return enough


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="density",
        compute=density,
        label=mark("Density of homicides"),
        unit=mark("homicides per km² a year"),
        needs=frozenset({"counts", "points", "areas"}),
        state=density_state,
        doubled=2,
    ),
)
