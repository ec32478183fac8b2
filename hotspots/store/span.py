"""The time that homicides cover, where nobody states it."""

from __future__ import annotations

import pandas as pd

from hotspots.store.schema import Incidents


def span_of(incidents: Incidents) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first of the month of the first homicide, and the day after the last one; after its month where not all days are known.

    >>> dates = pd.to_datetime(["2021-02-03", "2021-05-17"])
    >>> [str(day.date()) for day in span_of(pd.DataFrame({"date": dates}))]
    ['2021-02-01', '2021-05-18']
    >>> [str(day.date()) for day in span_of(pd.DataFrame({"date": dates, "day_known": [False, True]}))]
    ['2021-02-01', '2021-06-01']
    """
    first, last = incidents["date"].min().normalize(), incidents["date"].max().normalize()
    end = last.replace(day=1) + pd.DateOffset(months=1) if "day_known" in incidents.columns else last + pd.Timedelta(days=1)
    return first.replace(day=1), end
