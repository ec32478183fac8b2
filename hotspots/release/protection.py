"""Which numbers of a table are held back, so that nobody can work out the small ones from its sum."""

from __future__ import annotations

import hashlib
import hmac
from math import log

import numpy as np
import pandas as pd

from hotspots.release.profiles import FEWER_THAN, WIDTH

SHOWN, FEW, HELD, UNPUBLISHED = "", "few", "held", "unpublished"


def protect(counts: pd.Series, *, weights: pd.Series, secret: bytes, label: str, fixed: pd.Series | None = None) -> pd.Series | None:
    """Return why each number of a table with a published sum is not shown: empty (shown), `few`, `held` or `unpublished`.

    Numbers under 10 are `few`. Wherever there is one, one number of 10 or more is `held` back too, always exactly one: how many were
    needed would itself tell something. Which one is drawn by lot from those that make the hidden numbers add up to at least 19, the
    least sum that leaves each `few` anywhere from 0 to 9. The lot is fixed for good by `secret` and `label`, and nobody who does not
    hold the secret can tell which were passed over; numbers of small `weights` (residents) are likelier to be drawn. Where none will do
    the whole table is `unpublished`. `fixed` are states published before, which stay; None where that makes protection impossible.

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
    few = counts[hidden].sum()
    able = counts[~hidden & (counts + few >= FEWER_THAN + WIDTH)]
    if fixed is not None:
        able = able.drop(fixed.index, errors="ignore")
    if not len(able):
        return None if fixed is not None and len(fixed) else pd.Series(UNPUBLISHED, index=counts.index, dtype=object)
    states[min(able.index, key=lambda key: (_lot(secret, f"{label}/{key}", float(weights[key])), str(key)))] = HELD
    return states


def _lot(secret: bytes, text: str, weight: float) -> float:
    """Return the draw of one number: an exponential of mean `weight`, always the same for one secret."""
    drawn = int.from_bytes(hmac.digest(secret, text.encode(), hashlib.sha256)[:7], "big")
    return -log((drawn + 1) / 2**56) * max(weight, 1e-9)
