"""How few places hold how many of the homicides."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hotspots.measures import Measure
from hotspots.study import Study


@dataclass(frozen=True)
class TopShare:
    """The units with most homicides, and what they hold.

    `units` units of `of_units` hold `count` of the `mapped` homicides: `share` of them.
    """

    units: int
    of_units: int
    count: float
    mapped: float
    share: float


def top_share(study: Study, *, fraction: float = 0.05) -> TopShare:
    """Return the share of mapped homicides that lies in the `fraction` of units with most of them.

    The number of units is rounded up. When homicides are few, a large share is mere arithmetic: 100 homicides on 10,000 blocks lie on
    1 % of them at most. So never quote the share without what chance alone would give. Missing when nothing is mapped.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (25, 25)], side=3)
    >>> top_share(Study.of(incidents, blocks), fraction=0.1).share
    0.5
    """
    ordered = np.sort(study.counts.to_numpy())[::-1]
    k = math.ceil(fraction * len(ordered))
    held, mapped = ordered[:k].sum(), ordered.sum()  # missing where a unit's count is not known: it could be among the first
    return TopShare(k, len(ordered), held.item(), mapped.item(), float(held / mapped) if mapped else float("nan"))


MEASURES: tuple[Measure, ...] = ()
