"""What a reader can click to filter by: the parts of a bar, the cells of weekday by hour; described here, drawn by the browser."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from hotspots.store.schema import UNKNOWN
from hotspots.views import captions
from hotspots.words import Words

MOST_PARTS = 3  # of a bar, before what is left is one part


def bar(name: str, label: str, counts: pd.Series, words: Words, *, chosen: Collection[str] = ()) -> dict[str, Any]:
    """Return the parts of a bar: the largest first, what is not known last; `chosen` are the values that the figures are filtered by.

    >>> from hotspots.words import words_for
    >>> drawn = bar("weapon", "Weapon", pd.Series({"firearm": 3, "blade": 1, "unknown": 2}), words_for("en"), chosen=["blade"])
    >>> [(part["label"], part["n"], part["pick"], part["on"]) for part in drawn["parts"]]
    [('Firearm', '3', 'weapon=firearm', False), ('Blade', '1', 'weapon=blade', True), ('not known', '2', 'weapon=unknown', False)]
    """
    every = {str(value): int(n) for value, n in counts.items()}
    largest = sorted((value for value in every if value != UNKNOWN), key=lambda value: -every[value])
    known = [value for value in largest if every[value] > 0 or value in chosen]
    shown = [*known[:MOST_PARTS], *(value for value in known[MOST_PARTS:] if value in chosen)]
    total = max(sum(every.values()), 1)
    parts = [
        _part(name, value, captions.value_name(name, value, words), every[value], total, words, look=f"p{k}", on=value in chosen)
        for k, value in enumerate(shown)
    ]
    if rest := sum(every[value] for value in known if value not in shown):
        parts.append(_part("", "", words.say("all others"), rest, total, words, look="p3", on=False))
    if unknown := every.get(UNKNOWN, 0):
        parts.append(_part(name, UNKNOWN, words.say("not known"), unknown, total, words, look="unknown", on=UNKNOWN in chosen))
    return {"label": label, "parts": parts}


def _part(name: str, value: str, label: str, n: int, total: int, words: Words, *, look: str, on: bool) -> dict[str, Any]:
    pick = f"{name}={value}" if name else ""
    return {"label": label, "n": words.number(n), "share": n / total, "pick": pick, "on": on, "look": look}


def week(table: pd.DataFrame, words: Words, *, hours: Collection[str] = (), weekdays: Collection[str] = ()) -> dict[str, Any]:
    """Return the cells of days of the week (rows) by bands of hours: a head picks its day or its hours, a cell both.

    >>> from hotspots.words import words_for
    >>> table = pd.DataFrame([[2, 0], [0, 1]], index=["mon", "tue"], columns=["0-3", "4-7"])
    >>> drawn = week(table, words_for("en"), weekdays=["mon"])
    >>> drawn["rows"][0]["cells"][0], drawn["rows"][0]["on"], drawn["heads"][1]["pick"]
    ({'n': '2', 'heat': 4, 'pick': 'weekday=mon&hour=0-3', 'on': False, 'label': 'Monday, 0:00–3:59'}, True, 'hour=4-7')
    """
    most = max(int(table.to_numpy().max()), 1)
    bands = {str(band): captions.value_name("hour", str(band), words) for band in table.columns}
    heads = [{"label": band.split("-")[0], "said": said, "pick": f"hour={band}", "on": band in hours} for band, said in bands.items()]
    rows = []
    for day, counts in table.iterrows():
        called = captions.value_name("weekday", str(day), words)
        cells = [
            {
                "n": words.number(counts[band]) if counts[band] else "",
                "heat": -(-4 * int(counts[band]) // most),  # 0 for none, then four steps
                "pick": f"weekday={day}&hour={band}",
                "on": day in weekdays and band in hours,
                "label": f"{called}, {said}",
            }
            for band, said in bands.items()
        ]
        rows.append({"label": called, "pick": f"weekday={day}", "on": day in weekdays, "cells": cells})
    return {"heads": heads, "rows": rows}
