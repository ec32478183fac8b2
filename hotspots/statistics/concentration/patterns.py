"""Whether a place is an old or a new one: in which of the last three years people were killed there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from hotspots.study import Study
from hotspots.words import mark

PATTERNS: dict[str, str] = {
    "new": mark("new"),
    "lasting": mark("lasting"),
    "at_times": mark("at times"),
    "past": mark("past"),
    "": "",
}


def patterns(study: Study) -> pd.Series:
    """Return the pattern of each unit over the last three years of the study: 12 months three times, counted back from its end.

    `lasting`: killed in each of the three; `new`: in the last 12 months and not in the 24 before; `past`: not in the last 24 months, but
    before; `at_times`: any other; empty where nobody was killed in the study. With few homicides it is chance to a good part which of
    them a place is. It needs three years; the parts of a shorter study that lie before it count as without any.

    >>> from hotspots.testing import square_city
    >>> city = square_city([(5, 5), (15, 5), (5, 15)], dates=["2020-12-01", "2018-05-01", "2019-06-01"])
    >>> patterns(Study.of(*city, covers=(pd.Timestamp("2018-01-01"), pd.Timestamp("2021-01-01")))).tolist()
    ['new', 'past', 'at_times', '']
    """
    end = min(study.end, study.covers[1])
    edges = [end - pd.DateOffset(months=12 * years) for years in range(4)]
    last, middle, first = (study.between(start, after).counts.fillna(0).to_numpy() > 0 for after, start in pairwise(edges))
    ever = study.counts.fillna(0).to_numpy() > 0
    found = np.select(
        [~(ever | last | middle | first), last & middle & first, last & ~middle & ~first, ~last & ~middle],
        ["", "lasting", "new", "past"],
        "at_times",
    )
    return pd.Series(found, index=study.blocks.index, name="pattern")
