"""The measures of change and their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.statistics.change.comparison import VERDICTS, compare, judged
from hotspots.statistics.measure import Measure, Scale
from hotspots.study import Study
from hotspots.words import mark


def change(study: Study) -> pd.Series:
    """Return how many more (or, below 0, fewer) were killed in each unit than in the same days of the three years before, on average.

    The period of the study, at most a year, stands beside the same calendar days of the years before, pro rata by days. A difference
    means nothing without its normal range: see `change_interval` and `change_p`. Missing where the data hold no earlier year. Shape: one
    number for each unit. Source of the test behind the range: Krishnamoorthy and Thomson (2004), doi:10.1016/S0378-3758(02)00408-1.

    >>> from hotspots.testing import square_city
    >>> city = square_city([(5, 5)] * 3 + [(15, 5)] * 3, dates=["2020-03-01"] * 2 + ["2019-03-01"] + ["2019-05-01"] * 3)
    >>> study = Study.of(*city, start="2020-01-01", end="2020-12-31", covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2021-01-01")))
    >>> [round(one, 2) for one in change(study)]  # 365 days beside 364: 2 − 365/364, 0 − 3 · 365/364
    [1.0, -3.01, 0.0, 0.0]
    """
    return compare(study).places["difference"].rename("change")


def change_interval(study: Study) -> pd.DataFrame:
    """Return the events of each unit less the ends of their normal range: 0 lies between them where they are within the range."""
    places = compare(study).places
    return pd.DataFrame({"change_low": places["events"] - places["high"], "change_high": places["events"] - places["low"]})


def change_p(study: Study) -> pd.Series:
    """Return how likely so large a change would be by chance alone, allowing for the number of places: the adjusted p of the E-test.

    p is that of the exact E-test of each unit's count against the same days of the three years before; it is adjusted for the number of
    units by Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x. Missing where the data hold no earlier year, and where
    nobody was killed in any of the years. Shape: one number from 0 to 1 for each unit.

    >>> from hotspots.testing import square_city
    >>> city = square_city([(5, 5)] * 3, dates=["2020-03-01"] * 3)
    >>> study = Study.of(*city, start="2020-01-01", end="2020-12-31", covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2021-01-01")))
    >>> change_p(study).round(2).tolist()  # 3 against 0 has p = 0.09, one of four: 0.35
    [0.35, nan, nan, nan]
    """
    places = compare(study).places
    return places["adjusted"].where((places["count"] > 0) | (places["base"] > 0)).rename("change_p")


def change_state(study: Study) -> pd.Series:
    """Return the state of each change: `no_data` where no earlier year is known, `zero` where nobody was killed in any of the years."""
    places = compare(study).places
    nobody = (places["count"] == 0) & (places["base"] == 0)
    return pd.Series(np.select([places["base"].isna(), nobody], ["no_data", "zero"], "ok"), index=places.index, name="state")


def change_class(study: Study) -> pd.Series:
    """Return the position of each unit's judgement among `VERDICTS`; −1 where there is none."""
    order = {name: position for position, name in enumerate(VERDICTS)}
    return judged(compare(study).places).map(order).fillna(-1).astype(int)


_WORDS = {
    "zero": mark("None in this period, none in the years before"),
    "no_data": mark("No earlier year to compare with"),
}
_NEEDS = frozenset({"counts", "victims", "earlier"})

MEASURES: tuple[Measure, ...] = (
    Measure(
        key="change",
        compute=change,
        label=mark("Change against the three years before"),
        unit=mark("people killed more (or fewer) than expected"),
        needs=_NEEDS,
        state=change_state,
        interval=change_interval,
        doubled=2,
        words=_WORDS,
        scale=Scale(tuple(VERDICTS.values()), colours.CHANGE, change_class),
    ),
    Measure(
        key="change_p",
        over="city",
        compute=change_p,
        label=mark("How likely such a change is by chance alone (adjusted p)"),
        unit=mark("adjusted p"),
        needs=_NEEDS,
        state=change_state,
        doubled=None,
        mapped=False,  # a small p would be drawn as little
        words=_WORDS,
    ),
)
