"""The map of the first page: districts until a place is chosen, then the small places in it, numbered as the panel lists them.

Over it stand the choices of the map alone: what it shows, by which places, in which months and classes, and a place drawn by hand.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hotspots.dashboard import base_map
from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import maps
from hotspots.questions.restricted import here, where
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.study.selection import Selection
from hotspots.views import map_view
from hotspots.views.classes import own_limits
from hotspots.words import mark

# What the map can show, in the reader's words; a measure that stands in no group is on the page Map alone.
GROUPS: Mapping[str, tuple[str, ...]] = {
    mark("How many"): ("count",),
    mark("At what rate"): ("rate", "smoothed_rate", "standardised_rate", "local_shrunk_rate"),
    mark("Where unusual"): ("hot_spot", "detectable_risk", "scan", "emerging", "excess_risk"),
    mark("How it changed"): ("change",),
    mark("How dense"): ("density", "relative_risk", "network_density"),
}
TOLD = ("measure", "by", "window", "limits", "place")  # what the map says by its name: the choices of these names


def draw(chosen: Chosen) -> None:
    """Draw the map: a click on a district chooses it; once a place is chosen, one on a small place picks it in the list."""
    if not len(chosen.city.blocks):
        maps.no_map(chosen.words)
        return
    on_map = shown_by(chosen)
    key = measure_of(chosen, on_map)
    in_list = chosen.selection.place and on_map.selection.unit == here.smallest(chosen.asked)
    numbered = list(chosen.at(unit=on_map.selection.unit).ask(here.few_places).value.listed.index) if in_list else []
    place = chosen.asked.study.place
    limits = own_limits(chosen.selection.limits)
    months = chosen.at(unit=on_map.selection.unit, place="").ask(where.by_month) if key == "count" else None
    if months is None:
        limits = limits or on_map.ask(where.map_of, key).limits
        on_map = in_window(on_map, chosen.selection.window)
    maps.draw(
        on_map,
        key,
        key="place_map",
        height=0,
        on_click=click(on_map),
        place=chosen.selection.picked,
        numbered=numbered,
        around=None if place is None else place.outline,
        dots_of=chosen if chosen.may("cases") else None,
        over=maps.Over(
            more=over(chosen, on_map, key),
            on_tell=tell,
            limits=limits,
            months=months,
            period=(chosen.selection.start, chosen.selection.end),
        ),
    )


def shown_by(chosen: Chosen) -> Chosen:
    """Return the choices of the map: the whole city, the last 36 months, on the units chosen over it.

    Without a choice these are districts or, in a place, the smallest units.
    """
    unit = next((one for one in ("districts", "beats") if one in chosen.city.units), "") if not chosen.selection.place else ""
    by = chosen.selection.by if chosen.selection.by in maps.units_of(chosen) else ""
    everywhere = chosen.at(unit=by or unit or here.smallest(chosen.asked), place="", bandwidth=0)
    return replace(everywhere, selection=here.recent(everywhere.asked).selection)


def measure_of(chosen: Chosen, on_map: Chosen) -> str:
    """Return the measure that the map shows: the one chosen, else the rate where most rates are certain, else how many."""
    possible = [row.key for row in MEASURES if row.mapped and not row.missing(on_map.by_unit)]
    if chosen.selection.measure in possible:
        return chosen.selection.measure
    return on_map.ask(where.opening) if not chosen.selection.place else "count"


def in_window(on_map: Chosen, text: str) -> Chosen:
    """Return the choices of the map in the months of a text such as 2022-01/2024-12; as they are where it names none of the data."""
    found = window(text)
    covers = (on_map.city.start.date(), on_map.city.end.date())
    if found is None or found[1] <= covers[0] or found[0] >= covers[1]:
        return on_map
    return on_map.at(start=max(found[0], covers[0]), end=min(found[1], covers[1]))


def window(text: str) -> tuple[dt.date, dt.date] | None:
    """Return the first day and the day after the last one of the months that a text names; None where it names none.

    >>> window("2022-01/2022-03"), window("2022-03/2022-01")
    ((datetime.date(2022, 1, 1), datetime.date(2022, 4, 1)), None)
    """
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])/(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text):
        return None
    first, last = (pd.Period(part, freq="M") for part in text.split("/"))
    return (first.start_time.date(), (last + 1).start_time.date()) if first <= last else None


def over(chosen: Chosen, on_map: Chosen, key: str) -> dict[str, Any]:
    """Return what stands over the map: its choices, the months, whether a place can be drawn."""
    words, study = chosen.words, chosen.whole.study
    recent = here.recent(chosen.asked).selection
    shown = window(chosen.selection.window)
    last = pd.Timestamp(recent.end or chosen.city.end) - pd.Timedelta(days=1)
    first = pd.Timestamp(recent.start or chosen.city.start)
    bars = chosen.whole.ask(where.by_month)
    return {
        "choices": [
            ["measure", words.say("What the map shows"), key, _measures(chosen, on_map)],
            ["by", words.say("By"), on_map.selection.unit, [["", _units(chosen)]]],
        ],
        "limits": chosen.selection.limits,
        "base": base_map.offered(),
        "strip": None
        if bars is None
        else {
            "first": bars.first,
            "bars": bars.all.tolist(),
            "window": chosen.selection.window if shown else f"{first:%Y-%m}/{last:%Y-%m}",
            "usual": f"{first:%Y-%m}/{last:%Y-%m}",
            "said": here.recent_days(chosen.asked, words),
        },
        "draw": study.has_victims and chosen.city.has_points,
    }


def _measures(chosen: Chosen, on_map: Chosen) -> list[list[Any]]:
    possible = {row.key for row in MEASURES if row.mapped and not row.missing(on_map.by_unit)}
    say = chosen.words.say
    groups = [[say(name), [[key, _plain(key, chosen)] for key in keys if key in possible]] for name, keys in GROUPS.items()]
    return [group for group in groups if group[1]]


def _plain(key: str, chosen: Chosen) -> str:
    return chosen.words.say("How many") if key == "count" else chosen.words.say(measure(key).label)


def _units(chosen: Chosen) -> list[list[str]]:
    return [[one, map_view.unit_name(one, chosen.words, chosen.city.called)] for one in maps.units_of(chosen)]


def tell(told: Mapping[str, str]) -> None:
    """Take what was chosen over the map, by its name. Another measure has other classes; another place or unit leaves what was picked."""
    known: dict[str, Any] = {name: value for name, value in told.items() if name in TOLD}
    left = {"limits": ""} if "measure" in known else {"picked": ""} if {"place", "by"} & set(known) else {}
    address.change(lambda old: replace(old, **{**known, **left}))


def click(on_map: Chosen) -> Callable[[str], None]:
    """Return what a click on the map does: choose the place that a unit is, or pick the unit in the list of a place."""
    unit = on_map.selection.unit

    def choose(of: str) -> None:
        def update(old: Selection) -> Selection:
            if of and old.place and unit not in ("districts", "beats"):
                return replace(old, picked=of)
            return replace(maps.at_unit(replace(old, unit=unit), of), unit=old.unit)

        address.change(update)

    return choose
