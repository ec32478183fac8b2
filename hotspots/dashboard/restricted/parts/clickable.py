"""Bars and cells that filter every page when they are clicked."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import chips
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.views import crossfilter


def bars(chosen: Chosen, fields: Mapping[str, tuple[str, pd.Series]], *, key: str) -> None:
    """Draw a bar for each field: what it is called (marked for translation), and how many people were killed of each value."""
    where = dict(chosen.selection.where)
    drawn = [
        crossfilter.bar(name, chosen.words.say(label), counts, chosen.words, chosen=where.get(name, ()))
        for name, (label, counts) in fields.items()
    ]
    _show(chosen, {"bars": drawn, "week": None}, key)


def week(chosen: Chosen, table: pd.DataFrame, *, key: str) -> None:
    """Draw the days of the week by hours."""
    where = dict(chosen.selection.where)
    drawn = crossfilter.week(table, chosen.words, hours=where.get("hour", ()), weekdays=where.get("weekday", ()))
    _show(chosen, {"bars": [], "week": drawn}, key)


def _show(chosen: Chosen, data: Mapping[str, object], key: str) -> None:
    words = chosen.words
    told = {
        "filter": words.say("Filter by this"),
        "remove": words.say("Remove this filter"),
        "week": words.say("Days and hours: each cell filters"),
    }
    map_component.show_filters({**data, "words": told}, key=key, on_pick=chips.pick)
