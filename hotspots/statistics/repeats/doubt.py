"""What has to be asked before near repeats are believed: whether the victims of one event stand as events of their own."""

from __future__ import annotations

import math

import pandas as pd

from hotspots.statistics.repeats.events import Events
from hotspots.statistics.repeats.knox import Knox

MOST = 20.0  # times as often as chance gives
_GROUPS = 3  # groups of events of one place and day, to doubt numbers of events that never repeat


def doubted(events: Events, single: Knox) -> str:
    """Return why near repeats are to be questioned before they are shown: `lone`, `large`, or nothing.

    `lone`: no event has two victims, and at least three times several events share a place and a day: their numbers may be those of
    victims. `large`: repeats come more than 20 times as often as chance gives.

    >>> from hotspots.testing import square_city
    >>> from hotspots.study import Study
    >>> from hotspots.statistics.repeats import events_of, knox
    >>> places, days = [(5, 5)] * 6, ["2020-01-01"] * 2 + ["2020-05-01"] * 2 + ["2020-09-01"] * 2
    >>> events = events_of(Study.of(*square_city(places, dates=days, event_id=list("abcdef"))))
    >>> import numpy as np
    >>> doubted(events, knox(np.column_stack((events.x, events.y)), events.day, metres=10, within=5))
    'lone'
    """
    keys = pd.DataFrame({"x": events.x, "y": events.y, "day": events.day})
    sizes = keys.value_counts()
    if len(events) and events.victims.max() == 1 and int((sizes > 1).sum()) >= _GROUPS:
        return "lone"
    return "large" if math.isfinite(single.ratio) and single.ratio > MOST else ""
