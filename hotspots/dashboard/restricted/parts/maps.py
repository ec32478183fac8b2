"""The map on a page, the choice of its places, and why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import shapely
import streamlit as st

from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import address, cached
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.questions.restricted import cases, search, where
from hotspots.study import places
from hotspots.study.selection import Selection
from hotspots.views import areas, map_view, single_homicides
from hotspots.views.months import Months
from hotspots.views.single_homicides import Dot
from hotspots.words import Words

YEAR = 365  # days, whose homicides have a dot


@dataclass(frozen=True, eq=False)
class Over:
    """What a reader can choose over a map: see `map_component.show_map`.

    `limits` are the reader's own classes; `months`, those of `period`, let the browser show any of them.
    """

    more: Mapping[str, Any]
    on_tell: Callable[[Mapping[str, str]], None]
    limits: tuple[float, ...] = ()
    months: Months | None = None
    period: tuple[Any, ...] = ()


def pick(of: str, unit: str = "") -> None:
    """Make the unit that was clicked the place that every page is about; a square or a hexagon is looked at here alone.

    `unit` is the kind of places that the map shows, where it is not that of the choices.
    """
    address.change(lambda old: replace(at_unit(replace(old, unit=unit or old.unit), of), unit=old.unit))


def units_of(chosen: Chosen) -> tuple[str, ...]:
    """Return the kinds of places that a map of the city can be drawn on."""
    return tuple(one for one in chosen.city.units if one != "city")


def at_unit(chosen: Selection, unit: str) -> Selection:
    """Return the choices with a unit of the map as the place, or as what is looked at; with no unit, the whole city.

    >>> from hotspots.study.selection import Selection
    >>> at_unit(Selection(unit="districts"), "12").place, at_unit(Selection(unit="h3:9"), "89").picked
    ('district:12', '89')
    """
    if not unit:
        return replace(chosen, place="", picked="")
    place = places.text_of(chosen.unit, unit)
    return replace(chosen, place=place, picked="") if place else replace(chosen, picked=unit)


def unit_of(chosen: Selection) -> str:
    """Return the unit of the map that is looked at: the place, where it is one of them, or what was picked."""
    return places.unit_in(chosen.place, chosen.unit) or chosen.picked


def draw(
    chosen: Chosen,
    measure: str,
    *,
    key: str,
    height: int,
    on_click: Callable[[str], None] = pick,
    place: str | None = None,
    numbered: Sequence[str] = (),
    around: shapely.Geometry | None = None,
    over: Over | None = None,
    dots_of: Chosen | None = None,
) -> map_view.MapView:
    """Draw the map of `measure` and return what it shows; `place` (left out: the one chosen) is outlined if it is on the map.

    A height of 0 fills the window. The places `numbered` get outlines with their numbers; `around`, in the city's metres, is the place
    that the map opens on, with a veil over everything else. `over` is what a reader can choose over the map. `dots_of` are the choices
    whose single homicides stand on the map, a dot each.
    """
    words, selection = chosen.words, chosen.selection
    outlined = unit_of(selection) if place is None else place
    translated = map_component.spoken(words)
    if not chosen.city.has_days:
        translated |= {"dot_newest": words.say("one death, newest month"), "deaths_newest": words.say("deaths, newest month")}
    limits = over.limits if over else ()
    shown = map_view.around(chosen.ask(where.map_of, measure, limits), chosen.by_unit, selection.unit)
    if not chosen.by_unit.has_outlines:
        no_outlines(words)
        return shown
    here = chosen.ask(search.named, selection.place) if selection.place else None
    map_component.show_map(
        shown,
        cached.shapes(selection.city, selection.content, selection.unit, shown),
        key=key,
        selected=outlined if outlined in shown.ids else None,
        height=height,
        on_click=on_click,
        words=translated,
        values=cached.values(
            replace(where.map_of.read(selection), place=selection.place),
            measure,
            shown,
            translated,
            tuple(numbered),
            limits,
            over.period if over else (),
            None if dots_of is None else cases.cases.read(dots_of.selection),
            over.months if over else None,
            partial(dots, dots_of),
        ),
        look=(here.place, here.box) if here and here.lies_somewhere else None,
        around=None if around is None else areas.in_degrees(around, chosen.city.epsg),
        more={"at": selection.at, "placed": bool(selection.place or selection.picked), **(over.more if over else {})},
        on_tell=over.on_tell if over else None,
    )
    return shown


def dots(chosen: Chosen | None) -> tuple[Dot, ...]:
    """Return a dot for each homicide of the last 12 months of these choices, those of the last 28 days apart; none of published totals."""
    answer = None if chosen is None else chosen.ask(cases.cases, days=YEAR, with_near=False)
    if chosen is None or answer is None:
        return ()
    found = answer.value
    return single_homicides.dots(found.table, chosen.words, newest_from=found.newest_from, epsg=chosen.city.epsg)


def draw_areas(chosen: Chosen, shown: map_view.MapView, *, key: str, height: int) -> None:
    """Draw a map of areas that a page marks itself (`hotspots.views.areas`): it is looked at, nothing is chosen on it."""
    if not len(shown.shapes) or shown.shapes.is_empty.all():
        no_outlines(chosen.words)
        return
    selection, translated = chosen.selection, map_component.spoken(chosen.words)
    shapes = cached.shapes(selection.city, selection.content, shown.key, shown)
    map_component.show_map(shown, shapes, key=key, selected=None, height=height, on_click=lambda unit: None, words=translated)


def unit_choice(chosen: Chosen) -> None:
    """Draw the choice of the places that a page tells apart."""
    selection = chosen.selection
    offered = chosen.city.units
    offered += () if selection.unit in offered else (selection.unit,)  # a grid of another side, from the address
    st.selectbox(
        chosen.words.say("By"),
        offered,
        format_func=lambda unit: map_view.unit_name(unit, chosen.words, chosen.city.called),
        **address.widget("unit", selection.unit, lambda old, new: replace(old, unit=new, picked="")),
    )


def no_map(words: Words) -> None:
    """Say why there is no map: totals of the whole place, published without an outline."""
    st.info(words.say("There is no map for these data: they are totals of the whole place, and no outline of it is at hand."))


def no_outlines(words: Words) -> None:
    """Say why there is no map of areas that are known by their names alone."""
    st.info(
        words.say(
            "There is no map for these data: no outline of the areas is loaded. Lists, rates and series are by area all the same; give the "
            "outlines, with the same ids, to see them on a map."
        )
    )
