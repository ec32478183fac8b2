"""What published figures say of the unknown counts behind them, as linear constraints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots.words import Told, told

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Statement:
    """One published figure: `low` ≤ victims in a scope ≤ `high`.

    The scope is the `areas` (none named: everywhere), the days from `start` to the day before `end`, and the `values` of attributes,
    such as `(("sex", "female"),)`. `hidden`: the figure is one that must stay open. `weights`, by area, stand in for plain sums, as in a
    score. `of`: `low` and `high` are shares of the victims of that other scope, as in a percentage. `table` is the one that it stands in.
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    low: float
    high: float
    areas: frozenset[str] = frozenset()
    values: Values = ()
    hidden: bool = False
    weights: tuple[tuple[str, float], ...] = ()
    of: Statement | None = field(default=None, repr=False)
    table: str = ""

    @property
    def exact(self) -> bool:
        """Whether the figure says one number."""
        return self.low == self.high and self.of is None and not self.weights


@dataclass(frozen=True, eq=False)
class System:
    """All statements as `low` ≤ matrix @ unknowns ≤ `high`, where the unknowns are whole numbers of at least 0.

    The first rows are the statements in their order; `labels` name the unknowns, each the smallest part that the statements tell apart.
    """

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    statements: tuple[Statement, ...]
    labels: tuple[str, ...]

    @cached_property
    def supports(self) -> tuple[frozenset[int], ...]:
        """The unknowns of each row."""
        return tuple(frozenset(part.tolist()) for part in np.split(self.matrix.indices, self.matrix.indptr[1:-1]))


def system(statements: Iterable[Statement]) -> System:
    """Return the constraints that the statements put on the unknown counts.

    The unknowns are counts by area and elementary period, and once more by the values of each set of attributes that some statement
    crosses; the latter add up to the former. Parts that no statement tells apart are one unknown.
    """
    known = tuple(statements)
    cells = _Cells(known)
    groups = _groups(known)
    crossed = [_classes(cells, [one for one in known if _fields(one) & group]) for group in groups]
    plain = [cells.coefficients(one) for one in _every(known) if not one.values]
    code, used = _alike([*plain, *(member for classes in crossed for member in classes)], cells.count)
    merged = np.full(cells.count, -1)
    merged[used] = np.unique(code[used], return_inverse=True)[1]
    return _assembled(known, cells, groups, crossed, merged)


def _every(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements and the scopes that they are shares of."""
    return [one for whole in statements for one in (whole, whole.of) if one is not None]


def _alike(scopes: Iterable[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each cell, the same for cells that all scopes treat alike, and which cells any scope is about.

    The number is the sum of chance numbers, two for each scope: sums of different scopes never agree but by a miracle.
    """
    rng = np.random.default_rng(0)
    sums, used = np.zeros((2, count)), np.zeros(count, dtype=bool)
    for scope in scopes:
        sums += rng.random((2, 1)) * scope
        used |= scope != 0
    return np.unique(sums, axis=1, return_inverse=True)[1].ravel() if count else np.zeros(0, dtype=int), used


class _Cells:
    """Every area in every elementary period."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        every = _every(statements)
        named = {area for one in every for area in (*one.areas, *(area for area, _ in one.weights))}
        self.areas = sorted(named) or ["everywhere"]
        self.edges = sorted({day for one in every for day in (one.start, one.end)})
        self.count = len(self.areas) * max(len(self.edges) - 1, 0)
        self.position = {area: i for i, area in enumerate(self.areas)}
        self.when = {day: i for i, day in enumerate(self.edges)}
        self.periods = [days(start, end) for start, end in pairwise(self.edges)]

    def coefficients(self, one: Statement) -> np.ndarray:
        """Return the weight of each cell in a statement."""
        by_area = np.zeros(len(self.areas))
        if one.weights:
            for area, weight in one.weights:
                by_area[self.position[area]] = weight
        else:
            by_area[[self.position[area] for area in one.areas] if one.areas else slice(None)] = 1.0
        by_time = np.zeros(len(self.edges) - 1)
        by_time[self.when[one.start] : self.when[one.end]] = 1.0
        return np.outer(by_area, by_time).ravel()

    def label(self, cell: int) -> str:
        area, period = divmod(cell, len(self.edges) - 1)
        return spelled(self.areas[area], self.periods[period])


def spell(what: str, start: pd.Timestamp, end: pd.Timestamp) -> Told:
    """Return what a figure is about and its days, of which `end` is the day after the last."""
    return spelled(what, days(start, end))


def days(start: pd.Timestamp, end: pd.Timestamp) -> tuple[str, str]:
    """Return the first and the last day of a period as texts: thousands of figures share few periods, and each takes a while to write."""
    return f"{start:%Y-%m-%d}", f"{end - pd.Timedelta(days=1):%Y-%m-%d}"


def spelled(what: str, period: tuple[str, str]) -> Told:
    """Return what a figure is about and its days, see `days`.

    >>> from hotspots.words import words_for
    >>> words_for("en").tell(spelled("Centro", ("2023-01-01", "2023-12-31")))
    'Centro, 2023-01-01 to 2023-12-31'
    """
    return told("{what}, {start} to {end}", what=what, start=period[0], end=period[1])


def _fields(one: Statement) -> set[str]:
    return {name for name, _ in (*one.values, *(one.of.values if one.of else ()))}


def _groups(statements: Sequence[Statement]) -> list[frozenset[str]]:
    """Return the sets of attributes that statements cross with one another."""
    groups: list[set[str]] = []
    for one in statements:
        fields = _fields(one)
        if fields:
            met = [group for group in groups if group & fields]
            groups = [group for group in groups if not group & fields] + [fields.union(*met)]
    return [frozenset(group) for group in groups]


def _classes(cells: _Cells, statements: Sequence[Statement]) -> list[np.ndarray]:
    """Return the cells that a set of statements treats alike, as rows of 0 and 1; cells that none is about are left out."""
    code, used = _alike([cells.coefficients(one) for one in _every(statements)], cells.count)
    return [(used & (code == one)).astype(float) for one in np.unique(code[used])]


def _assembled(
    statements: tuple[Statement, ...],
    cells: _Cells,
    groups: list[frozenset[str]],
    crossed: list[list[np.ndarray]],
    merged: np.ndarray,
) -> System:
    first = np.unique(merged[merged >= 0], return_index=True)[1]
    named = np.flatnonzero(merged >= 0)[first]
    labels = [cells.label(cell) for cell in named]
    parts = [_Part(cells, group, classes, statements) for group, classes in zip(groups, crossed, strict=True)]
    at = len(labels)
    links = []
    for part in parts:
        part.begin = at
        labels += part.labels()
        at = len(labels)
        links += part.links(named)
    rows, low, high = [], [], []
    for one in statements:
        row = _row(one, cells, named, parts)
        if one.of is None:
            rows.append(row)
            low.append(one.low)
            high.append(one.high)
        else:
            whole = _row(one.of, cells, named, parts)
            rows.append(_less(row, whole, one.low))
            low.append(0.0)
            high.append(np.inf)
            links.append(_less(row, whole, one.high))
    extra_high = [0.0] * len(links)
    extra_low = [-np.inf if _is_share(link) else 0.0 for link in links]
    matrix = _stacked([*rows, *links], len(labels))
    return System(matrix, np.array([*low, *extra_low], float), np.array([*high, *extra_high], float), statements, tuple(labels))


Row = dict[int, float]
_SHARE = -1  # marks a row that is the upper half of a share


def _less(row: Row, whole: Row, share: float) -> Row:
    found = dict(row)
    for position, weight in whole.items():
        found[position] = found.get(position, 0.0) - share * weight
    return {_SHARE: 0.0, **found}


def _is_share(row: Row) -> bool:
    return _SHARE in row


def _row(one: Statement, cells: _Cells, named: np.ndarray, parts: Sequence[_Part]) -> Row:
    if one.values:
        part = next(part for part in parts if _fields(one) & part.group)
        return part.row(one)
    weights = cells.coefficients(one)[named]
    return {int(i): float(weights[i]) for i in np.flatnonzero(weights)}


class _Part:
    """The unknowns of one set of attributes: for each class of cells, one for each combination of values."""

    def __init__(self, cells: _Cells, group: frozenset[str], classes: list[np.ndarray], statements: Sequence[Statement]) -> None:
        self.cells, self.group, self.classes = cells, group, classes
        said: dict[str, set[str]] = {name: set() for name in group}
        for one in _every(statements):
            for name, value in one.values:
                if name in said:
                    said[name].add(value)
        self.fields = sorted(group)
        self.combinations = list(product(*(sorted(said[name]) for name in self.fields)))
        self.begin = 0

    def labels(self) -> list[str]:
        places = [self.cells.label(int(np.flatnonzero(one)[0])) for one in self.classes]
        return [f"{place}, {' and '.join(values)}" for place in places for values in self.combinations]

    def links(self, named: np.ndarray) -> list[Row]:
        """Return the rows that say that the values of each class add up to its victims."""
        found = []
        for i, one in enumerate(self.classes):
            row: Row = {int(j): -1.0 for j in np.flatnonzero(one[named])}
            row |= {self.begin + i * len(self.combinations) + j: 1.0 for j in range(len(self.combinations))}
            found.append(row)
        return found

    def row(self, one: Statement) -> Row:
        scope, wanted = self.cells.coefficients(one), dict(one.values)
        row: Row = {}
        for i, member in enumerate(self.classes):
            weight = float(scope[np.flatnonzero(member)[0]])
            for j, values in enumerate(self.combinations):
                if weight and all(wanted.get(name, value) == value for name, value in zip(self.fields, values, strict=True)):
                    row[self.begin + i * len(self.combinations) + j] = weight
        return row


def _stacked(rows: Sequence[Row], width: int) -> sparse.csr_array:
    at = [(i, position, weight) for i, row in enumerate(rows) for position, weight in row.items() if position != _SHARE]
    i, j, weight = (np.array(part) for part in zip(*at, strict=True)) if at else (np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    return sparse.csr_array((weight.astype(float), (i.astype(int), j.astype(int))), shape=(len(rows), width))
