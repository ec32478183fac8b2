"""What a target would mean: arithmetic on the last years' counts, never a forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.study import Study

BASE_YEARS = 3


def avoided(study: Study, *, fall: float = 0.10, years: int = 5, base_years: int = BASE_YEARS) -> pd.DataFrame:
    """Return how many homicides fewer a yearly fall by the share `fall` would mean, in each unit and year.

    `base` is the yearly mean of the last `base_years` whole years of the data within the study (fewer where there are fewer: `attrs`).
    A column `1`, `2`, … for each year: base · (1 − (1 − fall)ᵗ), and `total`, their sum. It is arithmetic: it holds if every place falls
    alike from its own mean, and says nothing of whether or why that happens. The last row, `all`, is of all victims, mapped or not. Counts
    are victims. A unit without a published number is missing.

    With 10 a year and a fall of one tenth: 1 fewer in the first year, 1.9 in the second, 2.9 in all.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5)] * 10, dates="2020-06-01")
    >>> year = pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01")
    >>> study = Study.of(incidents, blocks, covers=year)
    >>> avoided(study, years=2).loc["b00"].round(3).tolist()
    [10.0, 1.0, 1.9, 2.9]
    """
    end = min(study.end, study.covers[1])
    start = max(study.start, study.covers[0])
    whole = next((years for years in range(base_years, 0, -1) if end - pd.DateOffset(years=years) >= start), 0)
    steps = np.arange(1, years + 1)
    if not whole:
        empty = pd.DataFrame(columns=["base", *map(str, steps), "total"], dtype=float)
        return empty.rename_axis(study.blocks.index.name)
    last = study.between(end - pd.DateOffset(years=whole), end)
    base = last.counts.astype(float) / whole
    base.loc["all"] = float(last.victims) / whole
    table = pd.DataFrame(np.outer(base, 1 - (1 - fall) ** steps), index=base.index, columns=list(map(str, steps)))
    table.insert(0, "base", base)
    table["total"] = table[list(map(str, steps))].sum(axis=1, min_count=1)
    table.attrs["base_years"] = whole
    return table
