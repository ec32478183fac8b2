"""The smooth surface of homicides per km² per year, and its bandwidth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.geography import units
from hotspots.statistics.density import bandwidths
from hotspots.statistics.density.kernels import SUPPORT, check
from hotspots.statistics.density.places import check_edge
from hotspots.statistics.density.smoothing import smooth
from hotspots.statistics.density.window import Window, cell_for, window_of
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import Words, mark, told

KERNELS: tuple[str, ...] = tuple(SUPPORT)

# Where a bandwidth came from, in words for the screen.
RULES: dict[str, str] = {
    "given": mark("chosen by the reader"),
    "scott": mark("Scott's rule of thumb"),
    "window": mark("one eighth of the shorter side of the area"),
    "likelihood": mark("by likelihood cross-validation"),
    "least_squares": mark("by least-squares cross-validation"),
    "streets": mark("usual along streets"),
}

FORETOLD = mark(
    "Each homicide is spread {metres} m over the ground around it: the distance at which the homicides of this period best foretell "
    "one another's places (cross-validation)."
)
USUAL_RULE = "likelihood"  # on two real cities it picks the ground of the next year better than the rule of thumb (docs/calibration.md)
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
    rule: str = USUAL_RULE,
    kernel: str = "quartic",
    edge: str = "jones_diggle",
    cell: float | None = None,
    window: Window | None = None,
) -> Surface:
    """Return the density of homicides over the units of a study, per km² per year.

    Each homicide is spread over the ground around it: within `bandwidth` metres by the `quartic` kernel, or as a bell with that
    standard deviation by the `gaussian`. Nothing is spread outside the units. `edge` says what becomes of the part that would fall
    there: `jones_diggle` puts it back around the same homicide, so that the surface adds up to the homicides exactly; `uniform`
    raises the surface near the edge; `none` loses it. Left out, `bandwidth` is that of the study, else found by `rule`:
    `likelihood` or `least_squares` (see `cross_validated`), `scott` (see `rule_of_thumb`), or an eighth of the shorter side of the area
    where all homicides are at one place; `cell`, in metres, at most a twelfth of it as far as 1,000 cells a side allow. Give `window` to
    use one again; its cells then hold.

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
    x, y, outside = places_of(study)
    bandwidth, rule = bandwidth_of(study, bandwidth, rule=rule, kernel=kernel)
    if window is None:
        window = window_of(study.blocks, cell=cell_for(study.blocks, bandwidth) if cell is None else cell)
    grid = window.grid
    z = smooth(x, y, window, kernel=kernel, bandwidth=bandwidth, edge=edge) * (PER_KM2 / study.years)
    np.copyto(z, np.nan, where=window.unit < 0)
    return Surface(grid.x, grid.y, z, bandwidth, rule, kernel, edge, grid.cell, len(x), outside, study.years)


def places_of(study: Study) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the places of the homicides that lie in the units, and how many others have a place."""
    x, y = study.places
    placed = np.isfinite(x) & np.isfinite(y)
    inside = placed & (study.codes >= 0)
    if "block_id" in study.incidents.columns:  # the agency's word decides the unit, the map alone where the place is
        inside[inside] = units.locate(x[inside], y[inside], study.blocks) >= 0
    return x[inside], y[inside], int(placed.sum() - inside.sum())


def bandwidth_of(study: Study, bandwidth: float | None = None, *, rule: str = USUAL_RULE, kernel: str = "quartic") -> tuple[float, str]:
    """Return the bandwidth in metres to take, and where it came from (see `RULES`): the one given, the study's own, or that of `rule`."""
    given = study.bandwidth if bandwidth is None else bandwidth
    if given is not None:
        return float(given), "given"
    if rule not in ("scott", *bandwidths.CRITERIA):
        raise DataError(
            told(
                "density: there is no rule {rule} for the bandwidth; use one of scott, {listed}",
                rule=repr(rule),
                listed=", ".join(bandwidths.CRITERIA),
            )
        )
    found = kept(study, _by_rule, rule, kernel)
    if found is not None:
        return found, rule
    west, south, east, north = study.blocks.total_bounds
    return float(min(east - west, north - south) or max(east - west, north - south) or 1.0) / 8, "window"


def _by_rule(study: Study, rule: str, kernel: str) -> float | None:
    """Return the bandwidth that a rule finds for the homicides of a study; None where all are at one place."""
    x, y, _ = places_of(study)
    if rule == "scott":
        return bandwidths.rule_of_thumb(x, y, kernel=kernel)
    return bandwidths.cross_validated(x, y, criterion=rule, kernel=kernel)


def usual_bandwidth(study: Study, *, rule: str = USUAL_RULE) -> float:
    """Return the bandwidth in metres that `surface` takes when none is given.

    >>> from hotspots.testing import square_city
    >>> usual_bandwidth(Study.of(*square_city([None], side=2, size=80.0)))  # an eighth of 160 m, as nothing is on the map
    20.0
    """
    return bandwidth_of(study, rule=rule)[0]


def spread_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return what a map of the density by unit says of its bandwidth: how many metres it is, and which rule gave it."""
    metres, rule = bandwidth_of(study)
    if rule == "likelihood":
        return (words.say(FORETOLD, metres=words.number(round(metres))),)
    said = words.say(
        "Each homicide is spread {metres} m over the ground around it ({rule}).",
        metres=words.number(round(metres)),
        rule=words.say(RULES[rule]),
    )
    return (said,)


def by_unit(study: Study, found: Surface) -> pd.Series:
    """Return the mean over each unit of a surface made of this study, in homicides per km² per year; missing where a unit has no area."""
    window = window_of(study.blocks, cell=found.cell)
    return pd.Series(window.mean(found.z, study.blocks), index=study.blocks.index, name="density")
