"""Lists of single homicides without days → totals of their months, quarters or years, 0 where the list has none."""

from __future__ import annotations

import pandas as pd

from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import told

_MOST = 1_000_000  # totals of areas and periods


def with_zeros(rows: pd.DataFrame, *, source: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the sums of a list of single homicides with 0 for each area, period and sex that it could have named, and a finding.

    Periods run from the first to the last that occurs, in steps of the length that they have; where lengths differ none is added.
    Raises `DataError` where that is beyond a million totals.
    """
    months = {(end.year - start.year) * 12 + end.month - start.month for start, end in zip(rows["start"], rows["end"], strict=True)}
    listed = int(rows["count"].sum())
    text = told(
        "{n} rows of {file} are single homicides of which the month, the quarter or the year is known alone: they were counted as totals "
        "of it, so nothing is told by day, by point, by age or by weapon",
        n=f"{listed:,}",
        file=source,
    )
    found = [Finding("no_days", "accepted", listed, text)]
    if len(months) != 1:
        return rows, found
    step = pd.DateOffset(months=months.pop())
    starts = pd.date_range(rows["start"].min(), rows["start"].max(), freq=step)
    areas, sexes = rows["area"].unique(), rows["sex"].unique()
    if len(starts) * len(areas) * len(sexes) > _MOST:
        raise DataError(told("{file}: too many areas and periods to count its rows in; name a column of larger areas", file=source))
    every = pd.MultiIndex.from_product([areas, starts, sexes], names=["area", "start", "sex"])
    filled = rows.set_index(["area", "start", "sex"]).reindex(every).reset_index()
    filled["end"] = filled["start"] + step
    filled["count"] = filled["count"].fillna(0.0)
    filled["suppressed"] = filled["suppressed"].fillna(False).astype(bool)
    filled["table"] = rows["table"].iloc[0]
    filled["source"] = filled["source"].fillna("")
    return filled[rows.columns].astype({"start": rows["start"].dtype, "end": rows["end"].dtype}), found
