"""The measures of density and their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.statistics.density.relative import enough_near, relative_risk, relative_risk_state
from hotspots.statistics.density.streets import network_density, network_density_how, network_density_remarks, network_density_state
from hotspots.statistics.density.surfaces import by_unit, spread_remarks, surface
from hotspots.statistics.density.window import window_of
from hotspots.statistics.measure import Measure
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import mark


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
    return kept(study, _of)[0]


def density_state(study: Study) -> pd.Series:
    """Return the state of each density: `no_data` without area, `zero`, `unstable` where few homicides made it, else `ok`.

    Few means fewer than 20 events in the unit, and fewer than 20 within one bandwidth of its middle.
    """
    return kept(study, _of)[1]


def _of(study: Study) -> tuple[pd.Series, pd.Series]:
    """Return value and state of each unit."""
    if study.has_areas:
        found = surface(study)
        value = by_unit(study, found)
        near = enough_near(study, window_of(study.blocks, cell=found.cell), found.bandwidth)
        state = np.select([value.isna(), value == 0, ~near], ["no_data", "zero", "unstable"], "ok")
    else:
        value, state = pd.Series(np.nan, index=study.blocks.index, name="density"), np.full(len(study.blocks), "no_data")
    return value, pd.Series(state, index=study.blocks.index, name="state")


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="density",
        over="city",
        compute=density,
        label=mark("Density of homicides"),
        unit=mark("homicides per km² a year"),
        needs=frozenset({"counts", "points", "areas"}),
        state=density_state,
        doubled=2,
        remarks=spread_remarks,
    ),
    Measure(
        key="relative_risk",
        over="city",
        compute=relative_risk,
        label=mark("Homicides compared with residents, smoothed"),
        unit=mark("times the average"),
        needs=frozenset({"counts", "points", "population", "areas"}),
        state=relative_risk_state,
        remarks=lambda study, words: spread_remarks(study.exposed_study, words),
    ),
    Measure(
        key="network_density",
        over="city",
        compute=network_density,
        label=mark("Density of homicides along streets"),
        unit=mark("homicides per km of street a year"),
        needs=frozenset({"counts", "points", "streets"}),
        state=network_density_state,
        doubled=2,
        remarks=network_density_remarks,
        how=network_density_how,
    ),
)
