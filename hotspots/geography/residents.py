"""How many people live in a unit in a year: the census as it is, or a straight line between censuses; and how long, in person-years."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from hotspots.store.schema import censuses


def years_between(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the years in `[start, end)`: a calendar year counts 1, a part of a year its days over that year's days.

    >>> years_between(pd.Timestamp("2015-01-01"), pd.Timestamp("2018-01-01"))
    3.0
    >>> years_between(pd.Timestamp("2020-01-01"), pd.Timestamp("2020-07-01")) == 182 / 366
    True
    """
    whole = end.year - start.year
    return float(whole + _part_of_year(end) - _part_of_year(start))


def _part_of_year(day: pd.Timestamp) -> float:
    first, after = pd.Timestamp(day.year, 1, 1), pd.Timestamp(day.year + 1, 1, 1)
    return float((day - first).days / (after - first).days)


def by_census(blocks: pd.DataFrame) -> dict[int, pd.Series]:
    """Return the residents of each unit in each census, year → numbers; those of no year under 0 where there is one number only."""
    known = censuses(blocks)
    return {year: blocks[name].astype(float) for year, name in known.items()} or {0: blocks["population"].astype(float)}


def in_year(known: Mapping[int, Any], year: int) -> Any:
    """Return the residents of a calendar year: on the straight line between two censuses, before the first and after the last as in it.

    >>> in_year({2010: 100.0, 2020: 200.0}, 2015), in_year({2010: 100.0, 2020: 200.0}, 2025)
    (150.0, 200.0)
    """
    years = sorted(known)
    if year <= years[0] or len(years) == 1:
        return known[years[0]]
    for one, other in pairwise(years):
        if year <= other:
            return known[one] + (known[other] - known[one]) * ((year - one) / (other - one))
    return known[years[-1]]


def person_years(known: Mapping[int, Any], start: pd.Timestamp, end: pd.Timestamp) -> Any:
    """Return residents times years in `[start, end)`, each calendar year with its own residents (see `in_year`).

    >>> person_years({2010: 100.0, 2020: 200.0}, pd.Timestamp("2010-01-01"), pd.Timestamp("2012-01-01"))  # 100 + 110
    210.0
    """
    if len(known) == 1:
        return next(iter(known.values())) * years_between(start, end)
    ends = [start, *(pd.Timestamp(year, 1, 1) for year in range(start.year + 1, end.year + 1)), end]
    parts = [in_year(known, one.year) * years_between(one, other) for one, other in pairwise(ends) if one < other]
    first, *others = parts or [in_year(known, start.year) * 0.0]
    for other in others:
        first = first + other
    return first


def constant_before_and_after(blocks: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> tuple[int, int] | None:
    """Return the first and the last census where `[start, end)` reaches out of them, so that the nearest is held constant; else None."""
    years = sorted(censuses(blocks))
    outside = bool(years) and (start.year < years[0] or (end - pd.Timedelta(days=1)).year > years[-1])
    return (years[0], years[-1]) if outside else None


def known_in_part(blocks: pd.DataFrame) -> bool:
    """Return whether residents are known of some of these units and not of others."""
    known = blocks["population"].notna()
    return bool(known.any() and not known.all())


def known_to_live(unit_of: pd.Series, blocks: pd.DataFrame) -> pd.Series | None:
    """Return which incidents lie where residents are known; None where that is everywhere, or nowhere.

    `unit_of` is the block of each incident. Only these homicides may stand over the residents that are known: a rate divides what
    belongs together. One that lies in no block goes with most of those that lie in one: so the city's rate errs the least.

    >>> from hotspots.testing import square_blocks
    >>> blocks = square_blocks(side=2, population=[100, float("nan"), 100, 100])
    >>> known_to_live(pd.Series(pd.Categorical(["b00", "b00", "b01", None], categories=blocks.index)), blocks).tolist()
    [True, True, False, True]
    """
    if not known_in_part(blocks):
        return None
    known = blocks["population"].notna().to_numpy()
    codes = unit_of.cat.codes.to_numpy()
    placed = codes[codes >= 0]
    most = len(placed) > 0 and float(known[placed].mean()) > 0.5
    return pd.Series(np.append(known, most)[codes], index=unit_of.index, name="exposed")
