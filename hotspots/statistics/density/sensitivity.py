"""Whether the highest places stay the highest when the bandwidth changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.statistics.density.surfaces import by_unit, surface
from hotspots.study import Study

FACTORS: tuple[float, ...] = (0.4, 0.65, 1.0, 1.5, 2.5)
TOP = 10


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The highest units at each bandwidth. `ranks` has a row for each unit that is among the highest at one bandwidth at least.

    Its columns are the bandwidths in metres, its cells the rank of the unit there, 1 the highest. `stay` of `top` units are among the
    highest at every bandwidth, `share[h]` of those of the bandwidth chosen are among the highest at h.
    """

    ranks: pd.DataFrame
    top: int
    chosen: int
    stay: int
    shared: pd.Series


def around(bandwidth: float) -> tuple[int, ...]:
    """Return five bandwidths in whole metres around one, from two fifths of it to two and a half times, the middle one itself.

    >>> around(500)
    (200, 320, 500, 750, 1200)
    """
    others = [float(f"{bandwidth * factor:.2g}") for factor in FACTORS if factor != 1]
    return tuple(sorted({round(bandwidth), *(max(round(other), 1) for other in others)}))


def sensitivity(study: Study, *, bandwidth: float, others: Sequence[float] = (), top: int = TOP) -> Sensitivity:
    """Return how the `top` highest units of the smooth surface change with the bandwidth, in metres.

    `others` are the bandwidths to compare with; left out, those of `around`. A unit's value is the mean of the surface over it; units
    without any are never among the highest; ties go by the unit's id. Few that stay mean that the map shows the bandwidth as much as
    the homicides. A `DataError` says what is wrong.

    >>> from hotspots.testing import square_city
    >>> points = [(500, 500)] * 3 + [(3500, 3500)] * 2
    >>> found = sensitivity(Study.of(*square_city(points, side=4, size=1000.0)), bandwidth=200, others=[100, 400], top=2)
    >>> found.stay, found.ranks.loc["b00"].tolist()
    (2, [1, 1, 1])
    """
    chosen = round(bandwidth)
    widths = sorted({*(others or around(bandwidth)), chosen})
    ranks = {}
    for h in widths:
        value = by_unit(study, surface(study, bandwidth=h)).fillna(0)
        order = np.lexsort((np.asarray(value.index.astype(str)), -value.to_numpy()))
        rank = pd.Series(np.empty(len(value), dtype=int), index=value.index)
        rank.iloc[order] = np.arange(1, len(value) + 1)
        ranks[h] = rank.where(value > 0, len(value) + 1)
    table = pd.DataFrame(ranks)
    among = table <= top
    seen = table[among.any(axis=1)].sort_values(chosen, kind="stable")
    held = min(top, int(among[chosen].sum()))
    return Sensitivity(seen, held, chosen, int(among.all(axis=1).sum()), among[among[chosen]].sum())
