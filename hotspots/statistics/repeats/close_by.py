"""What lies near an event in place and time: every other event so near and so soon before or after it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.statistics.repeats.close import near_pairs
from hotspots.statistics.repeats.events import day_of, victims_of
from hotspots.statistics.repeats.knox import DAYS, METRES
from hotspots.study import Study


def close_by(study: Study, *, metres: float = METRES, days: int = DAYS) -> pd.DataFrame:
    """Return the pairs of events at most `metres` and `days` apart, each from both sides; the nearest in time first.

    Columns: `event` and `other` (their ids), `metres` between them, `days` from the event to the other (below 0: the other came first),
    `date` of the other and the people `killed` in it. An event stands where and when its first victim was killed; one without a place is
    near nothing that can be told. It says nothing of who did it: two killings near each other may have nothing in common.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 9), (95, 5)], side=10, dates=["2020-01-01", "2020-01-04", "2020-01-05"])
    >>> close_by(Study.of(incidents, blocks), metres=50)[["metres", "days"]].to_numpy().tolist()
    [[4.0, 3.0], [4.0, -3.0]]
    """
    victims = victims_of(study)
    placed = victims[~victims["off"]].drop_duplicates("event")
    killed = victims.groupby("event", sort=False).size()
    day, ids = placed["day"].to_numpy(), placed["event"].to_numpy()
    pairs, gap = near_pairs(placed[["x", "y"]].to_numpy(dtype=float), day, metres=metres, days=days)
    one, other = np.vstack([pairs, pairs[:, ::-1]]).T
    found = pd.DataFrame({"event": ids[one], "other": ids[other], "metres": np.tile(gap, 2), "days": day[other] - day[one]})
    found = found.assign(date=day_of(0) + pd.to_timedelta(day[other], unit="D"), killed=killed.reindex(ids[other]).to_numpy())
    return found.sort_values(["event", "days", "metres"], key=lambda row: row.abs() if row.name == "days" else row, kind="stable")
