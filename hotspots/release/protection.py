"""Which numbers of a table are held back, so that nobody can work out the small ones from its sum."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Hashable, Iterable
from math import log

import numpy as np
import pandas as pd

from hotspots.release.profiles import FEWER_THAN, WIDTH

SHOWN, FEW, HELD, UNPUBLISHED = "", "few", "held", "unpublished"
LIKELIER = 10.0  # how many times likelier than another one value of a small number may become to who knows how the lot is drawn
ASKED_FOR = frozenset({("sex", "female"), ("status", "cleared"), ("weapon", "firearm")})  # held back only where no other number can be
_LAST = 1e9  # weight of what is asked for


def protect(
    counts: pd.Series, *, weights: pd.Series, secret: bytes, label: str, fixed: pd.Series | None = None, drift: float = 0.0
) -> pd.Series | None:
    """Return why each number of a table with a published sum is not shown: empty (shown), `few`, `held` or `unpublished`.

    Numbers under 10 are `few`. Wherever there is one, one number of 10 or more is `held` back too, always exactly one: how many were
    needed would itself tell something. Which one is drawn by lot from those that make the hidden numbers add up to at least 19, the
    least sum that leaves each `few` anywhere from 0 to 9. The lot is fixed for good by `secret` and `label`, and nobody who does not
    hold the secret can tell which were passed over; numbers of small `weights` (residents) are likelier to be drawn. Where none will do,
    or where the one drawn would tell too much of those passed over (`told_by_lot`), the whole table is `unpublished`. `fixed` are states
    published before, which stay; None where that makes protection impossible. `drift` is how many more the numbers told before have become
    since (fewer: under 0): what the sum less all that is told leaves to the hidden ones is more than they are by so many.

    >>> counts = pd.Series([3, 40, 12], index=["a", "b", "c"])
    >>> weights = pd.Series(1.0, index=counts.index)
    >>> protect(counts, weights=weights, secret=b"s", label="areas").tolist()  # 3 + 12 is under 19, so only b will do
    ['few', 'held', '']
    """
    states = pd.Series(np.where(counts < FEWER_THAN, FEW, SHOWN), index=counts.index, dtype=object)
    if fixed is not None:
        states.update(fixed)
    hidden = states != SHOWN
    if not hidden.any() or (states == HELD).any():
        return states
    few = counts[hidden].sum() + drift
    able = counts[~hidden & (counts + few >= FEWER_THAN + WIDTH)]
    if fixed is not None:
        able = able.drop(fixed.index, errors="ignore")
    if len(able):
        held = min(able.index, key=lambda key: (_lot(secret, f"{label}/{key}", float(weights[key])), str(key)))
        states[held] = HELD
        rivals = counts[states == SHOWN].drop(fixed.index if fixed is not None else [], errors="ignore")
        if told_by_lot(rivals, weights, held=held, together=float(few + counts[held]), small=int(hidden.sum())) <= LIKELIER:
            return states
    return None if fixed is not None and len(fixed) else pd.Series(UNPUBLISHED, index=counts.index, dtype=object)


def told_by_lot(shown: pd.Series, weights: pd.Series, *, held: Hashable, together: float, small: int) -> float:
    """Return how many times likelier one value of a small number is than another, to who knows how the lot is drawn; 1 tells nothing.

    `shown` are the numbers that could have been drawn instead of the one `held`, `together` what the hidden ones add up to, `small` how
    many of them are under 10. A shown number from 10 to 18 can be drawn only where the small ones add up to enough; that another was
    drawn says that this was perhaps not so. All values that the small ones can have are taken for equally likely beforehand. Figures that
    contradict one another (`together` under 10) tell nothing here; the attack on them says so.

    >>> told_by_lot(pd.Series({"b": 300, "c": 12}), pd.Series({"a": 1.0, "b": 1.0, "c": 1.0}), held="a", together=40, small=1)
    1.5
    """
    if not together >= FEWER_THAN:
        return 1.0
    sums = np.arange(min(9 * small, int(together) - FEWER_THAN) + 1)
    pull = 1.0 / np.maximum(weights[shown.index].to_numpy(dtype=float), 1e-9)
    own = 1.0 / max(float(weights[held]), 1e-9)
    enters = np.clip(FEWER_THAN + WIDTH - shown.to_numpy(dtype=float), 0, None)  # the least sum with which each shown one could be drawn
    chance = own / (own + (pull * (enters <= sums[:, None])).sum(axis=1))
    ways = np.array([1.0])
    for _ in range(small - 1):
        ways = np.convolve(ways, np.full(FEWER_THAN, 1 / FEWER_THAN))
    odds = []
    for value in range(min(FEWER_THAN, len(sums))):
        rest = ways[: len(sums) - value]
        odds.append(float(rest @ chance[value : value + len(rest)] / rest.sum()))
    return max(odds) / min(odds)


def attribute_weights(name: str, values: Iterable[str]) -> pd.Series:
    """Return how the lot weighs the values of an attribute: all alike, but what people ask for (`ASKED_FOR`) comes last.

    >>> attribute_weights("sex", ["male", "female"]).tolist()
    [1.0, 1000000000.0]
    """
    return pd.Series({value: _LAST if (name, value) in ASKED_FOR else 1.0 for value in values})


def _lot(secret: bytes, text: str, weight: float) -> float:
    """Return the draw of one number: an exponential of mean `weight`, always the same for one secret."""
    drawn = int.from_bytes(hmac.digest(secret, text.encode(), hashlib.sha256)[:7], "big")
    return -log((drawn + 1) / 2**56) * max(weight, 1e-9)
