"""Which colour class each unit of a map belongs to, and what the legend calls each class."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.statistics.measure import Measure
from hotspots.study import Study
from hotspots.words import Words

CLASSES = 5
_LADDER = (1, 1.5, 2, 3, 5, 7, 10)
_TAILS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4)  # share of the lowest values that the spacing may pass over
Classes = tuple[np.ndarray, list[str], tuple[str, ...]]


def class_limits(values: np.ndarray, *, whole: bool) -> list[float]:
    """Return the lower ends of at most five classes for positive `values`: round numbers, about evenly spaced as ratios.

    The lowest and highest hundredth are set aside first, so that one strange unit does not squeeze all others into one class. Where a
    tail of low values would still leave more than half of all units in the highest class, more of that tail goes into the lowest.

    >>> class_limits(np.array([1, 1, 1, 2, 3, 4]), whole=True)
    [1.0, 2.0, 3.0, 4.0]
    >>> class_limits(np.array([2.0, 11, 25, 60, 180]), whole=False)
    [0.0, 5.0, 15.0, 30.0, 70.0]
    >>> class_limits(np.array([0.1] * 10 + [0.3] * 10 + [8.0] * 40 + [12.0] * 20 + [20.0] * 20), whole=False)
    [0.0, 3.0, 10.0]
    """
    seen = values[values > 0]
    if not len(seen):
        return []
    if whole and len(np.unique(seen)) <= CLASSES:
        return [float(value) for value in np.unique(seen)]
    found: list[float] = []
    for share in _TAILS:
        found, held = _spaced(seen, *np.quantile(seen, [share, 0.99]), whole=whole)
        if held[-1] <= len(seen) / 2:
            break
    return found


def _spaced(seen: np.ndarray, low: float, high: float, *, whole: bool) -> tuple[list[float], list[int]]:
    """Return the lower ends of classes between `low` and `high` that hold any value, and how many each holds."""
    inner = np.geomspace(low, max(high, low * 1.01), CLASSES + 1)[1:-1]
    start = 1.0 if whole else 0.0
    ends = sorted({_round(value, whole=whole) for value in inner} - {start})
    starts = [start, *(end for end in ends if start < end <= seen.max())]
    held = np.bincount(np.searchsorted(starts, seen, side="right") - 1, minlength=len(starts))
    kept = [k for k in range(len(starts)) if k == 0 or held[k]]
    return [starts[k] for k in kept], [int(held[k]) for k in kept]


def _round(value: float, *, whole: bool) -> float:
    power = 10.0 ** np.floor(np.log10(value))
    nearest = float(min((step * power for step in _LADDER), key=lambda step: abs(np.log(step / value))))
    return float(max(round(nearest), 1)) if whole else float(f"{nearest:.6g}")


def class_labels(starts: Sequence[float], words: Words, *, whole: bool, top: float) -> list[str]:
    """Return how the legend names each class.

    >>> from hotspots.words import words_for
    >>> class_labels([1, 2, 5], words_for("en"), whole=True, top=9)
    ['1', '2 to 4', '5 to 9']
    """
    labels = []
    for start, after in zip_longest(starts, starts[1:]):
        if whole:
            last = after - 1 if after else top
            one = words.number(start)
            labels.append(one if last <= start else words.say("{low} to {high}", low=one, high=words.number(last)))
        elif after is None:
            labels.append(words.say("{low} or more", low=_plain(start, words)))
        elif start == 0:
            labels.append(words.say("less than {high}", high=_plain(after, words)))
        else:
            labels.append(words.say("{low} to {high}", low=_plain(start, words), high=_plain(after, words)))
    return labels


def _plain(value: float, words: Words) -> str:
    return words.number(value) if value == int(value) else words.rate(value)


def own_limits(text: str) -> tuple[float, ...]:
    """Return where a reader's own classes begin, from a text; none where it is not one to five growing numbers, the first at least 0.

    >>> own_limits("1, 2,5"), own_limits("5,2"), own_limits("")
    ((1.0, 2.0, 5.0), (), ())
    """
    try:
        found = tuple(float(part) for part in text.replace(";", ",").split(","))
    except ValueError:
        return ()
    rising = all(low < high for low, high in pairwise(found))
    return found if rising and len(found) <= CLASSES and found[0] >= 0 and np.isfinite(found).all() else ()


def starts_of(data: pd.DataFrame, measure: Measure, limits: Sequence[float] = ()) -> list[float]:
    """Return the lower ends of the classes of a measure of numbers: `limits` where they are given; none of one that has no such classes."""
    if measure.scale or measure.categories:
        return []
    if limits:
        return list(limits)
    known = data["state"].isin(["ok", "unstable"]).to_numpy()
    return class_limits(np.where(known, data[measure.key].to_numpy(dtype=float), np.nan), whole=measure.whole)


def classed(study: Study, data: pd.DataFrame, measure: Measure, words: Words, limits: Sequence[float] = ()) -> Classes:
    """Return the class of each unit (−1: its state alone decides), and the label and colour of each class.

    `limits` are where classes begin; left out, the numbers decide. A number below the first limit is in the first class.
    """
    values, known = data[measure.key].to_numpy(dtype=float), data["state"].isin(["ok", "unstable"]).to_numpy()
    if measure.scale:
        of = np.where(data["state"] == "ok", measure.scale.of(measure.of(study)).reindex(data.index), -1).astype(np.int8)
        return of, [words.say(label) for label in measure.scale.labels], measure.scale.colours
    if measure.categories:
        return _categories(values, known, measure, words)
    starts = starts_of(data, measure, limits)
    coloured = known & (values > 0)
    labels = class_labels(starts, words, whole=measure.whole, top=float(np.nanmax(values, initial=0)))
    if "ok" in measure.words:
        labels = [words.say(measure.words["ok"]) for _ in labels]
    classes = np.where(coloured, np.maximum(np.searchsorted(starts, values, side="right") - 1, 0), -1).astype(np.int8)
    return classes, labels, colours.classes(len(starts)) if starts else ()


def _categories(values: np.ndarray, known: np.ndarray, measure: Measure, words: Words) -> Classes:
    """Return the categories that occur, each with its own words; categories of one role share a colour."""
    found = category(values, known, measure)
    there = [k for k in range(len(measure.categories)) if (found == k).any()]
    classes = np.full(len(values), -1, dtype=np.int8)
    for level, k in enumerate(there):
        classes[found == k] = level
    rows = [measure.categories[k] for k in there]
    return classes, [words.say(row.label) for row in rows], tuple(colours.ROLES[row.role] for row in rows)


def category(values: np.ndarray, known: np.ndarray, measure: Measure) -> np.ndarray:
    """Return the number of the category of each value, −1 where it is not known."""
    lows = [row.low for row in measure.categories]
    return np.where(known, np.searchsorted(lows, np.nan_to_num(values), side="right") - 1, -1)
