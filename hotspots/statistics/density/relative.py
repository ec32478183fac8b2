"""Homicides beside where people live: the ratio of two surfaces, and where it is more than chance explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from hotspots.geography.outlines import outlined
from hotspots.statistics.density.smoothing import smooth
from hotspots.statistics.density.surfaces import PER_KM2, bandwidth_of, places_of
from hotspots.statistics.density.window import Window, cell_for, window_of
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import told

THIN = 100.0  # residents in a circle of one bandwidth: with fewer nothing is said,
THIN_SHARE = 0.1  # unless that is more than a tenth of the average of all units: then with less than the tenth
DRAWS = 199
SIDE = 512
LEVEL = 0.05  # on each side


@dataclass(frozen=True, eq=False)
class RelativeRisk:
    """Homicides for each resident, as a multiple of the average of all units, on a grid.

    `x` and `y` are the middles of the cells in metres; `ratio[y, x]` is missing outside the units and where fewer than `thin_density`
    residents live on a km²: as many as make 100 in a circle of one bandwidth, or a tenth of the average where that is less. `high` is
    the part of the draws, and of what is seen, in which any cell at all stands out as far upwards as this one does; `low` downwards: at
    5 in 100 and less it is more, or less, than chance explains, of all the places on the map. Both are missing without draws. `n` victims
    and `events` made it; `people` are residents per km² and `homicides` victims per km² in the whole period, both smoothed.
    """

    x: np.ndarray
    y: np.ndarray
    ratio: np.ndarray
    high: np.ndarray | None
    low: np.ndarray | None
    bandwidth: float
    rule: str
    cell: float
    thin_density: float
    n: int
    events: int
    draws: int
    people: np.ndarray
    homicides: np.ndarray


def risk_surface(
    study: Study, *, bandwidth: float | None = None, kernel: str = "quartic", draws: int = 0, seed: int = 0, cell: float | None = None
) -> RelativeRisk:
    """Return the density of homicides divided by the density of residents, each as a part of its total: 1 is the average.

    Residents are spread evenly over the cells of their unit, and both are smoothed by the same kernel, bandwidth and edge correction
    (Jones–Diggle), so that homicides in proportion to residents give 1 everywhere. Its logarithm is the log relative risk of Kelsall &
    Diggle. Left out, `bandwidth` is the usual one (see `surface`); cells at most a sixth of it, as far as 512 a side allow. With `draws`
    the events are put down again at random by residents so many times, and each cell is compared with what it then shows
    (`high`, `low`); `seed` makes it repeatable.

    Residents are who sleeps there: around markets, bars and stations the ratio is high because many people pass. A `DataError` says what
    is wrong. Source: Kelsall & Diggle (1995, doi:10.2307/3318678).

    >>> from hotspots.testing import square_city
    >>> points = [(500 + 1000 * i, 500 + 1000 * j) for i in range(2) for j in range(2)]
    >>> found = risk_surface(Study.of(*square_city(points, side=2, size=1000.0)), bandwidth=4000)
    >>> bool(0.9 < np.nanmin(found.ratio) and np.nanmax(found.ratio) < 1.1), found.n
    (True, 4)
    """
    if not (study.residents > 0).any():
        raise DataError(told("relative risk: no residents are known; give the blocks a population"))
    study = study.exposed_study
    h, rule = bandwidth_of(study, bandwidth, kernel=kernel)
    window = window_of(study.blocks, cell=_cell(study, h) if cell is None else cell)
    people = residents(study, window)
    x, y, _ = places_of(study)
    area = window.grid.cell**2 / PER_KM2
    killed = smooth(x, y, window, kernel=kernel, bandwidth=h, edge="jones_diggle") * PER_KM2
    living = spread_cells(people, window, kernel=kernel, bandwidth=h) / area
    inside = window.mask.sum() * area
    thin_density = min(THIN / (np.pi * h**2 / PER_KM2), float(people.sum() / inside) * THIN_SHARE)
    thick = (living >= thin_density) & known_cells(study, window)
    share = np.where(thick, living / max(people.sum(), 1e-300), np.nan)
    ratio = killed / len(x) / share if len(x) else np.full_like(share, np.nan)
    sx, sy = study.places
    once = np.isfinite(sx) & np.isfinite(sy) & (study.codes >= 0) & ~study.repeated
    high = low = None
    if draws and once.any():
        cells = window.nearest.ravel()[window.grid.flat(sx[once], sy[once])]
        high, low = tolerance(cells, people, window, thick, kernel=kernel, bandwidth=h, draws=draws, seed=seed)
    grid = window.grid
    return RelativeRisk(grid.x, grid.y, ratio, high, low, h, rule, grid.cell, thin_density, len(x), int(once.sum()), draws, living, killed)


def _cell(study: Study, bandwidth: float) -> float:
    """Return the size of cell in metres: a sixth of the bandwidth and a 256th of the area or less, but no more than `SIDE` cells a side."""
    west, south, east, north = study.blocks.total_bounds
    side = float(max(east - west, north - south))
    return max(min(cell_for(study.blocks, 2 * bandwidth), side / 256), side / SIDE)


def residents(study: Study, window: Window) -> np.ndarray:
    """Return the residents of each cell: those of a unit evenly over its cells, of a unit without a cell on the nearest one."""
    count = np.nan_to_num(study.residents.to_numpy(dtype=float))
    each = np.append(count / np.maximum(window.cells, 1), 0.0)
    found = each[window.unit]
    bare = np.flatnonzero((window.cells == 0) & (count > 0) & outlined(study.blocks))
    if len(bare):
        points = shapely.point_on_surface(np.asarray(study.blocks.geometry.array)[bare])
        flat = window.nearest.ravel()[window.grid.flat(shapely.get_x(points), shapely.get_y(points))]
        np.add.at(found.ravel(), flat, count[bare])
    return np.asarray(found)


def known_cells(study: Study, window: Window) -> np.ndarray:
    """Return which cells lie in a unit whose residents are known."""
    known = np.append(study.residents.notna().to_numpy(), False)
    return np.asarray(known[window.unit])


def spread_cells(cells: np.ndarray, window: Window, *, kernel: str, bandwidth: float) -> np.ndarray:
    """Return what the cells hold spread by the kernel, corrected at the edge as Jones and Diggle do: the sum stays."""
    cut = window.cut(kernel=kernel, bandwidth=bandwidth)
    found = cut.spread.over(cells * _inverse(window, kernel, bandwidth), window.grid.rows, window.grid.columns)
    found *= window.mask * window.grid.cell**2
    return np.asarray(np.maximum(found, 0))


def _inverse(window: Window, kernel: str, bandwidth: float) -> np.ndarray:
    cut = window.cut(kernel=kernel, bandwidth=bandwidth)
    return np.asarray(1 / np.maximum(cut.kept, cut.least))


def tolerance(
    cells: np.ndarray, people: np.ndarray, window: Window, told: np.ndarray, *, kernel: str, bandwidth: float, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each cell that is `told` how often any of them stands out as far, upwards and downwards, when events fall by residents.

    `cells` are the flat cells of the events. A cell stands out by what it has beyond what residents alone give it, over the square root
    of that, so that thin and crowded ground count alike; of each draw the largest counts, and p = (1 + draws with one as large) ÷
    (1 + draws). So at most 5 of 100 maps on which nothing goes on have an outline at 0.05, on each side. The number of residents and of
    events is the same in each draw, so to compare the counts is to compare the ratios. Source: the maximum of Westfall & Young (1993).
    """
    rng = np.random.default_rng(seed)
    steps = np.cumsum(people.ravel())
    usual = spread_cells(people * (len(cells) / steps[-1]), window, kernel=kernel, bandwidth=bandwidth)[told]
    scale = np.sqrt(np.maximum(usual, 1e-12 * max(usual.max(initial=0.0), 1e-300)))

    def apart(where: np.ndarray) -> np.ndarray:
        return np.asarray((_smoothed(where, window, kernel, bandwidth)[told] - usual) / scale)

    seen = apart(cells)
    up, down = np.empty(draws), np.empty(draws)
    for k in range(draws):
        drawn = np.minimum(np.searchsorted(steps, rng.random(len(cells)) * steps[-1], side="right"), len(steps) - 1)
        one = apart(drawn)
        up[k], down[k] = one.max(initial=-np.inf), one.min(initial=np.inf)
    slack = 1e-9 * np.abs(seen).max(initial=0.0)
    high, low = np.full(told.shape, np.nan), np.full(told.shape, np.nan)
    high[told] = (1 + draws - np.searchsorted(np.sort(up), seen - slack)) / (draws + 1)
    low[told] = (1 + np.searchsorted(np.sort(down), seen + slack, side="right")) / (draws + 1)
    return high, low


def _smoothed(cells: np.ndarray, window: Window, kernel: str, bandwidth: float) -> np.ndarray:
    count = np.bincount(cells, minlength=window.mask.size).reshape(window.mask.shape).astype(float)
    return spread_cells(count, window, kernel=kernel, bandwidth=bandwidth)


def relative_risk(study: Study) -> pd.Series:
    """Return homicides beside residents in each unit, both smoothed, as a multiple of the average of all units: 1 is the average.

    2 means twice as many homicides as its residents would have at the average rate, once both are spread over the surroundings. It
    steadies the rates of small units by their neighbours. Residents are who sleeps there, so places where many pass are high; and a
    high value on few homicides can be chance: see the contours of `risk_surface`, whose defaults it takes. Missing where a unit's
    residents are unknown or 0, where too few live around it (see `RelativeRisk`), and where nobody was killed at all. Shape: one number
    for each unit. Source: Kelsall & Diggle (1995, doi:10.2307/3318678).

    >>> from hotspots.testing import square_city
    >>> points = [(500, 500)] * 3 + [(1500, 1500)]
    >>> study = Study.of(*square_city(points, side=2, size=1000.0), bandwidth=250)
    >>> relative_risk(study).round(1).tolist()  # of four, three and one in quarters of a city where each has a quarter of the people
    [3.0, 0.0, 0.0, 1.0]
    """
    return kept(study, _of)[0]


def relative_risk_state(study: Study) -> pd.Series:
    """Return the state of each: `no_data` where it is missing, `zero`, `unstable` where few homicides made it, else `ok`.

    Few means fewer than 20 events in the unit, and fewer than 20 within one bandwidth of its middle.
    """
    return kept(study, _of)[1]


def _of(study: Study) -> tuple[pd.Series, pd.Series]:
    """Return value and state of each unit."""
    value = pd.Series(np.nan, index=study.blocks.index, name="relative_risk")
    near = np.zeros(len(value), dtype=bool)
    if (study.residents > 0).any() and study.has_areas:
        found = risk_surface(study)
        window = window_of(study.blocks, cell=found.cell)
        value = _by_unit(study, found, window)
        near = enough_near(study, window, found.bandwidth)
    state = np.select([value.isna(), value == 0, ~near], ["no_data", "zero", "unstable"], "ok")
    return value, pd.Series(state, index=value.index, name="state")


def _by_unit(study: Study, found: RelativeRisk, window: Window) -> pd.Series:
    """Return the smoothed homicides of each unit over its smoothed residents, as a multiple of the average."""
    if not found.n:
        return pd.Series(np.nan, index=study.blocks.index, name="relative_risk")
    killed, living = window.mean(found.homicides, study.blocks), window.mean(found.people, study.blocks)
    total = float(np.nansum(study.residents))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (killed / found.n) / (living / total)
    said = (living >= found.thin_density) & (study.residents > 0).to_numpy()
    return pd.Series(np.where(said, ratio, np.nan), index=study.blocks.index, name="relative_risk")


def enough_near(study: Study, window: Window, bandwidth: float) -> np.ndarray:
    """Return where at least 20 events lie in the unit, or within one bandwidth of its middle."""
    from scipy.spatial import cKDTree

    enough = np.asarray(study.events >= UNSTABLE_UNDER)
    x, y = study.places
    seen = np.isfinite(x) & np.isfinite(y) & (study.codes >= 0) & ~study.repeated
    if seen.sum() >= UNSTABLE_UNDER:
        middles = np.column_stack(window.middles(study.blocks))
        away, _ = cKDTree(np.column_stack((x[seen], y[seen]))).query(middles, k=[UNSTABLE_UNDER], workers=2)
        enough = enough | (away[:, 0] <= bandwidth)
    return enough
