"""The map of the first page: districts until a place is chosen, then the small places in it, numbered as the panel lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.dashboard.restricted.parts import maps
from hotspots.geography import units
from hotspots.questions.restricted import here, where
from hotspots.study.selection import Selection


def draw(chosen: Chosen) -> None:
    """Draw the map: a click on a district chooses it; once a place is chosen, one on a small place picks it in the list."""
    if not len(chosen.city.blocks):
        maps.no_map(chosen.words)
        return
    on_map = shown_by(chosen)
    measure = on_map.ask(where.opening) if not chosen.selection.place else "count"
    listed = chosen.at(unit=on_map.selection.unit).ask(here.few_places).value
    numbered = list(listed.table.index[: here.LISTED]) if chosen.selection.place else []
    place = chosen.asked.study.place
    maps.draw(
        on_map,
        measure,
        key="place_map",
        height=0,
        on_click=click(on_map),
        place=chosen.selection.picked,
        numbered=numbered,
        around=None if place is None else place.outline,
        dots_of=chosen,
    )


def shown_by(chosen: Chosen) -> Chosen:
    """Return the choices of the map: the whole city, the last 36 months, on districts or, in a place, on the smallest units."""
    offered = units.available(chosen.city.blocks)
    unit = next((one for one in ("districts", "beats") if one in offered), "") if not chosen.selection.place else ""
    everywhere = chosen.at(unit=unit or here.smallest(chosen.asked), place="", bandwidth=0)
    return replace(everywhere, selection=here.recent(everywhere.asked).selection)


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
