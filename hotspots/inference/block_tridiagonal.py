"""The inverse of a matrix of areas that touch, block tridiagonal: area by area in rings, of which only those side by side touch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy
from scipy import sparse
from scipy.linalg.lapack import dpotrf, dpotri

FEW = 16  # areas of small parts of a map that share a ring, about


@dataclass(frozen=True)
class BlockTridiagonal:
    """A symmetric matrix of areas, put in rings: those as many steps from a first area lie in one, and only rings side by side touch.

    `order` are the areas ring by ring, `own` the square part of each ring, `next` that between a ring (columns) and the following (rows).
    """

    order: np.ndarray
    own: tuple[np.ndarray, ...]
    next: tuple[sparse.csr_array, ...]

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> BlockTridiagonal:
        """Put the areas of a matrix in rings, from one at the edge of the map."""
        steps = _steps(matrix)
        order = np.argsort(steps, kind="stable")
        ends = np.concatenate([[0], np.cumsum(np.bincount(steps))])
        sorted_ = sparse.csr_array(matrix[order][:, order])
        parts = list(pairwise(ends))
        own = tuple(sorted_[a:b, a:b].toarray() for a, b in parts)
        following = tuple(sorted_[b : parts[i + 1][1], a:b] for i, (a, b) in enumerate(parts[:-1]))
        return cls(order, own, following)

    def inverse(self, scale: float, weight: np.ndarray) -> Inverse:
        """Return what is asked of the inverse of the matrix times `scale`, with `weight` added on its diagonal."""
        pieces = np.split(weight[self.order], np.cumsum([len(one) for one in self.own])[:-1])
        inner, across, logs, less = [], [], 0.0, np.zeros_like(self.own[0])
        for i, (own, added) in enumerate(zip(self.own, pieces, strict=True)):
            ring = own * scale - less
            ring.flat[:: len(ring) + 1] += added
            inside, log_determinant = _inverse(ring)
            logs += log_determinant
            inner.append(inside)
            if i < len(self.next):
                link = self.next[i]  # an area touches few of the following ring: it is nearly empty
                across.append(scale * (link @ inside).T)
                less = scale * (link @ across[i])
        return Inverse(self.order, tuple(inner), tuple(across), logs)


def _inverse(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the inverse of a symmetric matrix, which is written over, and the log of its determinant; both from one Cholesky factor."""
    factor, wrong = dpotrf(matrix.T, lower=1, overwrite_a=1)
    if wrong:
        raise np.linalg.LinAlgError("the matrix is not positive definite")
    log_determinant = 2 * float(np.log(factor.diagonal()).sum())
    half = dpotri(factor, lower=1, overwrite_c=1)[0]  # the lower triangle and the diagonal; nothing above
    found = half + half.T
    found.flat[:: len(found) + 1] /= 2
    return found, log_determinant


def _steps(matrix: sparse.csr_array) -> np.ndarray:
    """Return a ring for each area: how many steps it is from one at the edge of its part of the map.

    The largest part begins at the first ring; the others, islands above all, are spread so that about `FEW` of their areas share a ring.
    """
    _, part = scipy.sparse.csgraph.connected_components(matrix, directed=False)
    far = _from(matrix, np.unique(part, return_index=True)[1])
    edge = np.lexsort((far, part))[np.append(np.flatnonzero(np.diff(np.sort(part))), len(part) - 1)]
    sizes = np.bincount(part)
    sizes[sizes.argmax()] = 0
    offset = np.where(sizes > 0, np.cumsum(sizes) - sizes, 0) // FEW
    return np.unique(_from(matrix, edge) + offset[part], return_inverse=True)[1]


def _from(matrix: sparse.csr_array, first: np.ndarray) -> np.ndarray:
    return np.asarray(
        scipy.sparse.csgraph.dijkstra(abs(matrix), directed=False, indices=first, unweighted=True, min_only=True), dtype=np.int64
    )


@dataclass(frozen=True)
class Inverse:
    """The inverse of a matrix in rings, as far as it is asked for; `log_determinant` is that of the matrix itself."""

    order: np.ndarray
    inner: tuple[np.ndarray, ...]
    across: tuple[np.ndarray, ...]
    log_determinant: float

    def diagonal(self) -> np.ndarray:
        """Return the diagonal, from the last ring back to the first."""
        whole = self.inner[-1]
        found = [whole.diagonal()]
        for inner, across in zip(self.inner[-2::-1], self.across[::-1], strict=True):
            whole = inner + across @ whole @ across.T
            found.append(whole.diagonal())
        return self._back(np.concatenate(found[::-1]))

    def times(self, values: np.ndarray) -> np.ndarray:
        """Return the inverse times a vector."""
        parts = np.split(values[self.order], np.cumsum([len(one) for one in self.inner])[:-1])
        for i, across in enumerate(self.across):
            parts[i + 1] = parts[i + 1] - across.T @ parts[i]
        found = [self.inner[-1] @ parts[-1]]
        for i in range(len(self.across) - 1, -1, -1):
            found.append(self.inner[i] @ parts[i] - self.across[i] @ found[-1])
        return self._back(np.concatenate(found[::-1]))

    def _back(self, sorted_: np.ndarray) -> np.ndarray:
        found = np.empty_like(sorted_)
        found[self.order] = sorted_
        return found
