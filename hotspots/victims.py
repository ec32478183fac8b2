"""Who was killed and how: victims by what the file tells of them. The unknown are always told, never left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.measures import Measure
from hotspots.schema import UNKNOWN, field
from hotspots.study import Study, band

AGES: tuple[str, ...] = ("0-14", "15-29", "30-44", "45-59", "60+", UNKNOWN)


def values(name: str) -> tuple[str, ...]:
    """Return the values of a field in the order in which they are shown; for ages, the bands.

    >>> values("age")[1]
    '15-29'
    """
    return AGES if name == "age" else field(name).values


def by(study: Study, name: str) -> pd.Series:
    """Return how many victims of the study have each value of the field `name`; ages fall into bands. The sum is `study.victims`.

    A field that the file does not have gives "unknown" for all. Shape: whole numbers on the index `values(name)`.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5)] * 3, age=[15, 29.5, float("nan")])
    >>> by(Study.of(incidents, blocks), "age").to_dict()
    {'0-14': 0, '15-29': 2, '30-44': 0, '45-59': 0, '60+': 0, 'unknown': 1}
    """
    order = values(name)
    if name not in study.rows.columns:
        return pd.Series([study.victims if value == UNKNOWN else 0 for value in order], index=order, name=name)
    column = study.rows[name]
    found = _age_bands(column) if name == "age" else column
    return found.value_counts().reindex(order, fill_value=0).rename(name).rename_axis(None)


def _age_bands(age: pd.Series) -> pd.Series:
    starts = [ages[0] for ages in map(band, AGES) if isinstance(ages, tuple)]
    position = np.searchsorted(starts, age.fillna(-1).to_numpy(dtype=float), side="right") - 1
    return pd.Series(np.where(age.notna(), np.array(AGES)[position], UNKNOWN), index=age.index)


MEASURES: tuple[Measure, ...] = ()
