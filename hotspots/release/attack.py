"""The attack that a release must withstand: between what and what can each number lie, given everything published?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from hotspots.release.statements import System

EXACT_UP_TO = 400  # unknowns in a block: up to here whole numbers are asked for, beyond that the bounds are rounded inwards
_ROUNDS = 6  # sweeps in chance directions before numbers are asked one by one
_SLACK = 1e-6


class ContradictionError(ValueError):
    """The statements cannot all be true."""


@dataclass(frozen=True, eq=False)
class Intervals:
    """What an attacker knows of each target: the least and the greatest value it can have.

    In a quick attack the bounds are values that were reached: the truth is at least as wide.
    """

    low: np.ndarray
    high: np.ndarray

    @property
    def width(self) -> np.ndarray:
        """How much stays open."""
        return np.asarray(self.high - self.low)


def intervals(known: System, targets: sparse.csr_array, *, enough: np.ndarray | None = None, seed: int = 0) -> Intervals:
    """Return between which whole numbers each target (a row of weights on the unknowns) can lie, given all constraints.

    It solves two linear programmes for each target (HiGHS), over the block of unknowns that hang together with it; in blocks of at most
    `EXACT_UP_TO` unknowns these are programmes in whole numbers. `enough` makes it quick: a target for which two possible worlds that
    far apart have been met is not asked about further. Raises `ContradictionError` where no world fits.
    """
    low, high = np.zeros(targets.shape[0]), np.zeros(targets.shape[0])  # what a target without weights comes to
    for columns, rows in _blocks(known, targets):
        mine = np.flatnonzero(np.diff(targets[:, columns].tocsr().indptr))
        block = _Block(known.matrix[rows][:, columns], known.low[rows], known.high[rows])
        wanted = targets[mine][:, columns].tocsr()
        low[mine], high[mine] = block.bounds(wanted, None if enough is None else enough[mine], seed)
    return Intervals(low, high)


def _blocks(known: System, targets: sparse.csr_array) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return columns and rows of each set of unknowns that hangs together and that a target is about."""
    every = sparse.vstack([known.matrix, targets]).tocoo()
    n, size = every.shape[1], sum(every.shape)
    links = sparse.coo_array((np.ones(every.nnz), (every.col, n + every.row)), shape=(size, size))  # each sum hangs on its unknowns
    label = sparse.csgraph.connected_components(links, directed=False)[1]
    asked = np.unique(label[targets.tocsr().indices])
    rows = label[n : n + known.matrix.shape[0]]
    return [(np.flatnonzero(label[:n] == one), np.flatnonzero(rows == one)) for one in asked]


class _Block:
    """One block of unknowns with its constraints."""

    def __init__(self, matrix: sparse.csr_array, low: np.ndarray, high: np.ndarray) -> None:
        finite = np.concatenate([low[np.isfinite(low)], high[np.isfinite(high)], [0.0]])
        self.cap = 100.0 + 4 * float(np.abs(finite).max())  # stands in for "without limit"
        self.matrix, self.low, self.high = matrix, low, high
        self.whole = matrix.shape[1] <= EXACT_UP_TO

    def solve(self, direction: np.ndarray) -> np.ndarray:
        """Return the possible world in which the weighted sum is least."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # takes long to import

        limits = [LinearConstraint(self.matrix, self.low, self.high)] if self.matrix.shape[0] else []
        done = milp(
            direction, constraints=limits, bounds=Bounds(0.0, self.cap), integrality=np.full(len(direction), int(self.whole)), options={}
        )
        if done.x is None:
            raise ContradictionError("the figures contradict one another: no counts give all of them")
        return np.asarray(done.x)

    def bounds(self, wanted: sparse.csr_array, enough: np.ndarray | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the greatest value of each target."""
        low, high = np.full(wanted.shape[0], np.inf), np.full(wanted.shape[0], -np.inf)
        if enough is not None:
            low, high = self._sweep(wanted, enough, seed)
        for i in range(wanted.shape[0]):
            if enough is not None and high[i] - low[i] >= enough[i]:
                continue
            row = wanted[[i]].toarray().ravel()
            low[i] = np.ceil(row @ self.solve(row) - _SLACK) + 0.0  # never -0
            high[i] = np.floor(row @ self.solve(-row) + _SLACK)
        return low, high

    def _sweep(self, wanted: sparse.csr_array, enough: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the widest values met in worlds that lie far out in chance directions.

        >>> both, told = sparse.csr_array([[1.0, 1.0], [1.0, 0.0]]), np.array([7.0, 5.0])
        >>> [ends.tolist() for ends in _Block(both, told, told)._sweep(sparse.eye_array(2, format="csr"), np.full(2, 9.0), 0)]
        [[5.0, 2.0], [5.0, 2.0]]
        """
        low, high = np.full(wanted.shape[0], np.inf), np.full(wanted.shape[0], -np.inf)
        rng = np.random.default_rng(seed)
        for _ in range(_ROUNDS):
            open_ = ~(high - low >= enough)
            if not open_.any():
                break
            push = np.where(open_, rng.uniform(0.5, 1.0, len(enough)) * rng.choice([-1.0, 1.0], len(enough)), 0.0)
            for direction in (push @ wanted, -(push @ wanted)):
                values = wanted @ self.solve(direction)
                low, high = np.minimum(low, np.ceil(values - _SLACK)), np.maximum(high, np.floor(values + _SLACK))
        return low, high


def fixed(known: System, unknowns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of the unknowns are known exactly, and what they are (NaN for the others).

    In a block in which some world leaves all unknowns above 0 and no limit touched, unknowns are known exactly only if sums of exact
    figures give them: one linear programme and one decomposition tell. In other blocks each unknown is asked about; in those of more
    than `EXACT_UP_TO` unknowns the limits that every world touches are looked for and count as exact figures (`_by_touched`).
    """
    targets = sparse.csr_array((np.ones(len(unknowns)), (np.arange(len(unknowns)), unknowns)), shape=(len(unknowns), len(known.labels)))
    at = {int(j): i for i, j in enumerate(unknowns)}
    value = np.full(len(unknowns), np.nan)
    for columns, rows in _blocks(known, targets):
        part = sparse.csr_array(known.matrix[rows][:, columns])
        low, high = known.low[rows], known.high[rows]
        nothing = _only_nothing(part, high)
        value[[at[j] for j in columns[nothing].tolist() if j in at]] = 0.0
        free = nothing | _surely_free(part, low, high, nothing)
        asked = [at[j] for j in columns[~free].tolist() if j in at]
        if asked and len(columns) > EXACT_UP_TO:
            known_here, world = _by_touched(part, low, high)
            value[asked] = np.where(known_here, world, np.nan)[~free][np.isin(columns[~free], unknowns)]
        elif asked:
            wanted = targets[asked][:, columns].tocsr()
            least, most = _Block(part, low, high).bounds(wanted, np.ones(len(asked)), 0)
            value[asked] = np.where(least == most, least, np.nan)
    return ~np.isnan(value), value


_INSIDE = 1e-4  # how far from every limit a world must lie


def _surely_free(matrix: sparse.csr_array, low: np.ndarray, high: np.ndarray, nothing: np.ndarray) -> np.ndarray:
    """Return which unknowns of a block can surely take several values; none where no world lies inside all limits."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # takes long to import

    equal = low == high
    room = np.where(equal, 0.0, _INSIDE)
    if matrix.shape[0]:
        bounds = Bounds(np.where(nothing, 0.0, _INSIDE), np.where(nothing, 0.0, np.inf))
        done = milp(np.zeros(matrix.shape[1]), constraints=[LinearConstraint(matrix, low + room, high - room)], bounds=bounds)
        if done.x is None:
            return np.zeros(matrix.shape[1], dtype=bool)
    free = np.zeros(matrix.shape[1], dtype=bool)
    free[~nothing] = _within_sums(sparse.csr_array(matrix[equal][:, ~nothing])) < 1 - 1e-7  # 1: the exact figures alone give it
    return free


def _by_touched(matrix: sparse.csr_array, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which unknowns of a block are known exactly, as far as parts of people go, and a world in which they have their values.

    A limit that every world touches is an exact figure: a sum at its bound, an unknown that is 0. One linear programme finds all of them
    at once: it asks for a world times any number from 1 on that leaves as many limits as it can by 1 or more, and that number lets each
    limit be left which some world leaves. With these figures the decomposition tells as where none is touched.

    >>> known, world = _by_touched(sparse.csr_array(np.array([[1.0, 1, 0], [0, 1, 1]])), np.array([9.0, 0]), np.array([np.inf, 9.0]))
    >>> known.tolist()  # two sums, one at least 9 and one at most 9, touch no limit of their own
    [False, False, False]
    >>> known, world = _by_touched(sparse.csr_array(np.array([[1.0, 1], [1, 1]])), np.array([9.0, 0]), np.array([np.inf, 9.0]))
    >>> known.tolist()  # together they are exactly 9, and what each of two is stays open
    [False, False]
    >>> known, world = _by_touched(sparse.csr_array(np.array([[1.0, 1], [1, 0]])), np.array([0, 9.0]), np.array([9.0, np.inf]))
    >>> known.tolist(), world.tolist()  # the one is 9 at least and both are 9 at most: so the other is 0
    ([True, True], [9.0, 0.0])
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # takes long to import

    n, equal = matrix.shape[1], low == high
    exact = np.flatnonzero(equal)
    lows, highs = np.flatnonzero(~equal & np.isfinite(low)), np.flatnonzero(~equal & np.isfinite(high))
    sums = matrix[np.concatenate([exact, lows, highs])]
    left = sparse.vstack([sparse.csr_array((len(exact), len(lows) + len(highs))), _leaving(len(lows), len(highs))])
    times = sparse.csr_array(-np.concatenate([low[exact], low[lows], high[highs]])[:, None])
    # the columns: of each unknown what is over 1, and that 1; by how much each limit is left, up to 1; times which number
    whole = sparse.csr_array(sparse.hstack([sums, sums, left, times]))
    least = np.concatenate([np.zeros(len(exact) + len(lows)), np.full(len(highs), -np.inf)])
    most = np.concatenate([np.zeros(len(exact)), np.full(len(lows), np.inf), np.zeros(len(highs))])
    ones, beyond = np.ones(n + len(lows) + len(highs)), np.full(n, np.inf)
    bounds = Bounds(np.concatenate([np.zeros(n), 0 * ones, [1.0]]), np.concatenate([beyond, ones, [np.inf]]))
    done = milp(np.concatenate([np.zeros(n), -ones, [0.0]]), constraints=[LinearConstraint(whole, least, most)], bounds=bounds)
    if done.x is None:
        raise ContradictionError("the figures contradict one another: no counts give all of them")
    world = (done.x[:n] + done.x[n : 2 * n]) / done.x[-1]
    touched = done.x[n:-1] < 1 / 2
    nothing, figures = touched[:n], equal.copy()
    figures[np.concatenate([lows, highs])[touched[n:]]] = True
    known = nothing.copy()
    known[~nothing] = _within_sums(sparse.csr_array(matrix[figures][:, ~nothing])) > 1 - 1e-7
    return known, np.round(world)


def _leaving(lows: int, highs: int) -> sparse.csr_array:
    """Return by how much each limit is left, as columns: a sum is over its least by that, and under its most."""
    return sparse.csr_array(sparse.diags_array(np.concatenate([-np.ones(lows), np.ones(highs)])))


def _within_sums(rows: sparse.csr_array) -> np.ndarray:
    """Return for each unknown what part of it lies in the span of some sums: 1 where they give it, by adding and taking away.

    There are far fewer sums than unknowns, so their products with one another are decomposed; where it is not clear from these which
    sums follow from others, the sums themselves are.

    >>> _within_sums(sparse.csr_array(np.array([[1.0, 1, 0, 0], [1, 1, 1, 0]]))).round(6).tolist()
    [0.5, 0.5, 1.0, 0.0]
    """
    value, vector = np.linalg.eigh((rows @ rows.T).toarray())
    most = max(value.max(initial=0.0), 1.0)
    if ((value > 1e-13 * most) & (value < 1e-8 * most)).any():
        _, size, directions = np.linalg.svd(rows.toarray(), full_matrices=False)
        basis = directions[size > 1e-9 * max(size.max(), 1.0)]
    else:
        kept = value >= 1e-8 * most
        basis = (rows.T @ (vector[:, kept] / np.sqrt(value[kept]))).T
    return np.asarray((basis**2).sum(axis=0))


def _only_nothing(matrix: sparse.csr_array, high: np.ndarray) -> np.ndarray:
    """Return which unknowns are part of a sum that is 0."""
    table = matrix.tocoo()
    sums = high <= 0
    sums[table.row[table.data < 0]] = False
    found = np.zeros(matrix.shape[1], dtype=bool)
    found[table.col[sums[table.row]]] = True
    return found
