"""By what kind of place: blocks, beats, streets, squares, each on years it had not seen and on the same ground to be covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from hotspots.geography.outlines import outlined
from hotspots.geography.units import locate
from hotspots.statistics.priorities.backtest import (
    LEAST_EVENTS,
    LEVEL,
    MONTHS,
    SHARES,
    days_to_test,
    one_sided,
    pick,
    step_down,
)
from hotspots.statistics.priorities.rules import for_its_size, sizes
from hotspots.store.schema import Blocks
from hotspots.study import Study
from hotspots.study.memo import kept

STREETS = "segments"
_STEP = 100.0  # metres of a street between two looks at what lies beside it
_ASIDE = 15.0  # metres from the middle of a street to the place beside it


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of places beside the `usual` one, on the same ground: as much `length` of street, or as much `area` (`ground`).

    `table` has a row for each kind: how many `places`, `hits` of `events`, `hit_rate`, events `gained` and `lost` beside the usual kind,
    `adjusted` p, and whether it `beats` the usual one.
    """

    table: pd.DataFrame
    usual: str
    ground: str
    share: float
    periods: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]

    @property
    def best(self) -> str:
        """The kind to use: of those that beat the usual one that with most hits, else the usual one."""
        better = self.table[self.table["beats"]]
        return self.usual if better.empty else str(better["hits"].idxmax())


@dataclass(frozen=True, eq=False)
class _Kind:
    """Places of one kind: their sizes, what each of them costs of the ground, and the place of each event (−1: in none)."""

    area: np.ndarray
    cost: np.ndarray
    code: np.ndarray

    def counts(self, which: np.ndarray) -> np.ndarray:
        known = self.code[which & (self.code >= 0)]
        return np.bincount(known, minlength=len(self.area)).astype(float)

    def part(self, before: np.ndarray, after: np.ndarray, budget: float, *, unlucky: bool) -> np.ndarray:
        """Return how much of each event `after` lies in the first places by the events `before`, in their order on the page."""
        dense = self.counts(after) / np.where(self.cost > 0, self.cost, np.inf)
        share = min(budget / max(self.cost.sum(), 1e-300), 1.0)
        chosen = pick(for_its_size(self.counts(before), self.area), self.cost, share, unlucky=dense if unlucky else None)
        return np.asarray(np.where(self.code >= 0, chosen[self.code], 0.0)[after])


def compared(studies: Mapping[str, Study], *, usual: str, months: int = MONTHS, share: float = SHARES[-1]) -> Kinds | str:
    """Return how kinds of places would have done beside the `usual` one; or the key of `REASONS` that says why none can be tested.

    `studies` are the same study on each kind of place, by its name. Each kind is put in order by the plain count for the size of the
    place, on what happened before each tested period, and takes places in that order until the same ground is used up: as many metres
    of street as are in the first `share` of the city, where its streets are known (a place has the streets along its sides, half of each
    on either side), else as many square metres. A kind of which `share` is less than one place is left out. The events are the same for
    all: one that a kind cannot place is one that it misses. A kind `beats` the usual one by the test of `backtest`, adjusted for all kinds
    by Holm; ties go against it.
    """
    days = days_to_test(studies[usual], months)
    if not days:
        return "period"
    ground = "length" if STREETS in studies else "area"
    first, streets = studies[usual], studies[STREETS].blocks if STREETS in studies else None
    found = {name: _kind(study, streets, first.repeated) for name, study in studies.items()}
    found = {name: kind for name, kind in found.items() if (kind.cost > 0).sum() * share >= 1}
    if usual not in found:
        return "units"
    budget = share * found[usual].cost.sum()
    date = first.dates[~first.repeated]
    placed = np.logical_or.reduce([kind.code >= 0 for kind in found.values()])
    turns = [
        (placed & (date < a.to_datetime64()), placed & (date >= a.to_datetime64()) & (date < b.to_datetime64())) for a, b in pairwise(days)
    ]
    if sum(after.sum() for _, after in turns) < LEAST_EVENTS:
        return "events"
    plain = [found[usual].part(before, after, budget, unlucky=False) for before, after in turns]
    rows = {name: _beside(kind, plain, turns, budget, usual=name == usual) for name, kind in found.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("unit")
    others = table.index != usual
    table["adjusted"] = 1.0
    table.loc[others, "adjusted"] = step_down(table.loc[others, "p"].to_numpy())
    table["beats"] = others & (table["adjusted"] <= LEVEL).to_numpy()
    return Kinds(table.drop(columns="p"), usual, ground, share, tuple(pairwise(days)))


def _kind(study: Study, streets: Blocks | None, repeated: np.ndarray) -> _Kind:
    area = sizes(study.blocks)
    lines = not shapely.area(np.asarray(study.blocks.geometry.array)).any()
    cost = area if streets is None or lines else street_metres(study.blocks, streets)
    return _Kind(area, cost, np.where(np.append(outlined(study.blocks), False)[study.codes], study.codes, -1)[~repeated])


def _beside(
    kind: _Kind, plain: list[np.ndarray], turns: list[tuple[np.ndarray, np.ndarray]], budget: float, *, usual: bool
) -> dict[str, float]:
    gained = lost = hits = 0.0
    for other, (before, after) in zip(plain, turns, strict=True):
        own = kind.part(before, after, budget, unlucky=True)
        hits += float(own.sum())
        gained, lost = gained + float(np.maximum(own - other, 0).sum()), lost + float(np.maximum(other - own, 0).sum())
    events = float(sum(after.sum() for _, after in turns))
    row = {"places": int((kind.cost > 0).sum()), "hits": hits, "events": events, "hit_rate": hits / events}
    p = 1.0 if usual else one_sided(gained, lost)
    return {**row, "gained": gained, "lost": lost, "p": p}


@dataclass(frozen=True, eq=False)
class _Sides:
    """Places on either side of streets, every `_STEP` metres: `x`, `y`, and how many metres of street each stands for."""

    x: np.ndarray
    y: np.ndarray
    length: np.ndarray

    def metres(self, blocks: Blocks) -> np.ndarray:
        """Return how many metres of street each place has."""
        code = locate(self.x, self.y, blocks)
        return np.bincount(code[code >= 0], weights=self.length[code >= 0], minlength=len(blocks))


def _sides(table: Blocks) -> _Sides:
    streets = np.asarray(table.geometry.array)
    length = shapely.length(streets)
    pieces = np.maximum(np.ceil(length / _STEP), 1).astype(int)
    line = np.repeat(np.arange(len(streets)), pieces)
    at = (np.arange(len(line)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[line]
    near = [shapely.line_interpolate_point(streets[line], at + step, normalized=True) for step in (-0.01, 0.01)]
    (x0, y0), (x1, y1) = ((shapely.get_x(one), shapely.get_y(one)) for one in near)
    along = np.hypot(x1 - x0, y1 - y0)
    right = np.array([y1 - y0, x0 - x1]) * (_ASIDE / np.where(along > 0, along, np.inf))
    middle = np.array([x0 + x1, y0 + y1]) / 2
    x, y = np.concatenate([middle - right, middle + right], axis=1)
    return _Sides(x, y, np.tile((length / pieces)[line] / 2, 2))


def street_metres(blocks: Blocks, streets: Blocks) -> np.ndarray:
    """Return how many metres of `streets` each place has: of each street half belongs to what lies on either side of it.

    It is worked out once for these places and streets, whatever the filter.

    >>> import geopandas as gpd
    >>> from hotspots.testing import square_blocks
    >>> between = gpd.GeoDataFrame(geometry=shapely.linestrings([[(100.0, 0.0), (100.0, 100.0)]]))
    >>> street_metres(square_blocks(side=2, size=100), between).tolist()
    [50.0, 50.0, 0.0, 0.0]
    """
    return kept(blocks, kept(streets, _sides).metres)
