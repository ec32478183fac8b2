"""What stands with a map of hot spots: which places belong together, what the test compared, and when no map may be drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from hotspots.geography.adjacency import contiguity
from hotspots.inference.intervals import poisson_interval
from hotspots.statistics.clusters.exact_window import BASELINES, Calibration, events_in, null_calibration, windows
from hotspots.statistics.clusters.power import ADVICE, Advice, sparse
from hotspots.study import Study
from hotspots.study.area_model import SURE, area_model, chance_above
from hotspots.study.memo import kept
from hotspots.words import Words, mark

FEW_IN_WINDOW = 5  # events in a window on average, under which Gi* and local Moran need their warning

# What stands beside a map of hot spots, and beside one of Gi* or local Moran where events are few.
CALIBRATED: str = mark("If nothing were going on, expect {expected} false hot places on this map.")
DESCRIPTIVE: str = mark(
    "A place and its neighbours hold fewer than 5 homicides on average: this describes the map and is no evidence. "
    "At such numbers it calls hundreds of places hot where nothing is going on."
)
SIZED: str = mark("Only places whose own risk is more than {times} times the city's, with 95 in 100 certainty.")
COMPARED: str = mark("Compared with what would be {baseline}.")


def advice(study: Study) -> Advice:
    """Return whether a study has enough events to rank places, worked out once (see `sparse`)."""
    return kept(study, sparse)


def calibration(study: Study) -> Calibration:
    """Return what the test calls hot where nothing is going on, worked out once (see `null_calibration`)."""
    return kept(study, null_calibration)


def tested_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return which size was asked for, what a map of hot spots was compared with, and how many false ones to expect at most."""
    found = calibration(study)
    sized = (words.say(SIZED, times=words.times(float(study.least))),) if study.least else ()
    return (
        *sized,
        words.say(COMPARED, baseline=words.say(BASELINES[found.baseline])),
        words.say(CALIBRATED, expected=words.rate(found.expected)),
    )


def too_few(study: Study, words: Words) -> str:
    """Return why no map of hot spots may be drawn, where all the data are too few to rank places; else nothing.

    >>> from hotspots.testing import square_city
    >>> from hotspots.words import words_for
    >>> too_few(Study.of(*square_city([(5, 5)] * 29, side=8)), words_for("en"))
    'too few homicides to rank places'
    """
    found = advice(study)
    return "" if found.enough or found.reason == "widen" else words.say(ADVICE[found.reason])


def descriptive(study: Study, *, gap: float | None = None) -> str:
    """Return the warning that Gi* and local Moran need, marked for translation; empty where a window holds 5 events or more on average.

    >>> from hotspots.testing import square_city
    >>> descriptive(Study.of(*square_city([(5, 5)] * 4))) == DESCRIPTIVE, descriptive(Study.of(*square_city([(5, 5)] * 5)))
    (True, '')
    """
    events = events_in(study)
    inside = kept(study.blocks, contiguity, gap=gap).matrix @ events + events
    return DESCRIPTIVE if not len(inside) or inside.mean() < FEW_IN_WINDOW else ""


def description_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return the warning of a description in the reader's words, where it needs one."""
    warning = descriptive(study)
    return (words.say(warning),) if warning else ()


def together(study: Study, hot: pd.Series) -> pd.Series:
    """Return a number for each hot unit, the same for hot units beside each other, 1 for those with most homicides; 0 where not hot.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5), (25, 25), (25, 25)], side=3))
    >>> together(study, pd.Series([1, 0, 0, 0, 0, 0, 0, 0, 1], index=study.blocks.index)).tolist()
    [2, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    chosen = np.flatnonzero((hot == 1).to_numpy())
    found = np.zeros(len(hot), dtype=np.int64)
    if len(chosen):
        near = kept(study.blocks, contiguity, gap=None).matrix[chosen][:, chosen]
        _, label = scipy.sparse.csgraph.connected_components(near, directed=False)
        table = pd.DataFrame({"label": label, "n": study.counts.to_numpy()[chosen], "id": study.blocks.index[chosen].astype(str)})
        order = table.groupby("label").agg(n=("n", "sum"), id=("id", "min")).sort_values(["n", "id"], ascending=[False, True])
        found[chosen] = pd.Series(np.arange(1, len(order) + 1), index=order.index).loc[label].to_numpy()
    return pd.Series(found, index=hot.index, name="group")


def hot_places(study: Study, hot: pd.Series) -> pd.DataFrame:
    """Return the hot units: `group` (see `together`), `killed` in the unit, and of its window `events`, `expected`, their `ratio` with its
    exact 95 % interval (`low`, `high`; Garwood 1936) and the `adjusted` p; the groups in order, most events first.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 9, side=9))
    >>> hot_places(study, pd.Series([1, *[0] * 80], index=study.blocks.index)).round(2).iloc[0].tolist()  # 4 of 81 blocks: 36/81
    [1.0, 9.0, 9.0, 0.44, 20.25, 9.26, 38.44, 0.0]
    """
    table = windows(study).table
    low, high = poisson_interval(table["events"])
    found = pd.DataFrame(
        {
            "group": together(study, hot),
            "killed": study.counts,
            "events": table["events"],
            "expected": table["expected"],
            "ratio": table["events"] / table["expected"],
            "low": low / table["expected"],
            "high": high / table["expected"],
            "adjusted": table["adjusted"],
        }
    )
    return found[found["group"] > 0].sort_values(["group", "events"], ascending=[True, False], kind="stable")


def sizes(study: Study, baseline: str) -> pd.DataFrame:
    """Return how much more each unit's own risk is than the city's: `risk`, its 95 % interval (`risk_low`, `risk_high`), and whether it is
    `own`: more than the city's with 95 in 100 certainty. Where a hot unit's is not, it is hot through those beside it. See `area_model`.

    >>> from hotspots.testing import square_city
    >>> found = sizes(Study.of(*square_city([(5, 5)] * 9, side=9)), "equal")
    >>> found["own"].tolist()[:3], bool(found["risk_low"].iloc[0] > 1)
    ([True, False, False], True)
    """
    model = area_model(study, baseline)
    columns = ["risk", "risk_low", "risk_high"]
    if model is None:
        return pd.DataFrame(np.nan, index=study.blocks.index, columns=columns).assign(own=False)
    ends = dict(zip(columns, (model.risks.mean, *model.risks.interval()), strict=True))
    found = pd.DataFrame({name: model.series(values) for name, values in ends.items()})
    return found.assign(own=chance_above(study, 1, baseline=baseline) >= SURE)
