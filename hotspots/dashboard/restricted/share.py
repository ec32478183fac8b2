"""A link that restores everything, on every page, and the views that were saved under a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from hotspots.cities import City, saved_views
from hotspots.cities.saved_views import SavedView
from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import address, cached
from hotspots.dashboard.shell import link_words, refusal
from hotspots.geography import units
from hotspots.store.schema import DataError
from hotspots.study import places
from hotspots.study.selection import read_query
from hotspots.words import Words
from hotspots.words.escape import safe_html, safe_markdown


def draw(city: City, words: Words, *, page: str) -> None:
    """Draw the button that copies the link to the page as it stands, and the way to the saved views. `page` is its name in the address."""
    usual = _usual(city)
    with st.container(horizontal=True, key="share", vertical_alignment="top"):
        if st.button(words.say("Saved views"), type="tertiary", key="to_saved_views"):
            dialog(city, words, page=page)
        map_component.show_link({**link_words(words), "usual": usual}, key="copy_link")


def _usual(city: City) -> dict[str, str]:
    """Return the parts of the address that hold where nobody chose."""
    now, _ = address.current()
    short = now.short(units.default(city.blocks))
    return {key: text for key, text in now.query().items() if key not in short}


def dialog(city: City, words: Words, *, page: str) -> None:
    """Open the saved views over the page: a field to save this one, and each of the others as a link."""

    @st.dialog(words.say("Saved views"), width="medium")
    def opened() -> None:
        _fault(words)
        st.caption(words.say("A view keeps place, filters, map and page under a name. Everybody who uses this dashboard sees these names."))
        data = {**link_words(words), "label": words.say("Save this view as"), "save": words.say("Save"), "most": saved_views.LONGEST}
        last = address.left("saved_last")
        map_component.show_link({**data, "kept": last}, key="save_view", on_save=partial(_save, city, page))
        found, damaged = within_reach(city)
        if not found:
            st.markdown(words.say("No view is saved yet."))
        for i, view in enumerate(found):
            _row(view, i, city, words)
        if damaged:
            n = words.count("{n} saved view is damaged and cannot be opened.", "{n} saved views are damaged and cannot be opened.", damaged)
            st.warning(n)

    opened()


def within_reach(city: City) -> tuple[list[SavedView], int]:
    """Return the saved views that the reader may know of, and how many are damaged.

    Whoever may see some districts alone gets those of places in these, and of all that they see where no other district is named; where
    the map stood, and what was picked on it, is left out of these.
    """
    found, damaged = saved_views.listed(city.slug)
    if not city.districts:
        return list(found), damaged
    others = [re.compile(rf"(?<!\w){re.escape(one)}(?!\w)", re.IGNORECASE) for one in cached.elsewhere(city.slug)]
    held = [one for one in found if all(places.holds(city, one.choices.get(key, "")) for key in ("place", "beside"))]
    plain = [replace(one, choices={key: text for key, text in one.choices.items() if key not in ("at", "picked")}) for one in held]
    return [one for one in plain if not any(other.search(f"{one.name} {one.choices.get('entry', '')}") for other in others)], 0


def _row(view: SavedView, i: int, city: City, words: Words) -> None:
    """Draw a view as a link, and how to give it another name or delete it."""
    with st.container(horizontal=True, key=f"saved_{i}", vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(f'<a class="saved" href="{safe_html(link(view, words))}">{safe_html(view.name)}</a>', width="stretch")
        with st.popover(words.say("Rename or delete"), key=f"saved_change_{i}_{view.name}"):
            key = f"saved_name_{i}_{view.name}"
            st.text_input(
                words.say("Name"),
                view.name,
                max_chars=saved_views.LONGEST,
                key=key,
                on_change=_acted,
                args=(lambda: saved_views.rename(city.slug, view.name, address.typed(key)),),
            )
            st.button(
                words.say("Delete “{name}”", name=safe_markdown(view.name)),
                key=f"saved_delete_{i}_{view.name}",
                on_click=_acted,
                args=(lambda: saved_views.remove(city.slug, view.name),),
            )


def link(view: SavedView, words: Words) -> str:
    """Return where a view opens, seen from any page of the dashboard; in the reader's own language."""
    return f"./{view.page}?{urlencode({**view.choices, 'lang': words.language}, safe=':,;/@')}"


def _save(city: City, page: str, name: str, choices: Mapping[str, str]) -> None:
    """Save the choices of an address as a view: what of it is no choice of a reader is left out."""
    chosen, _ = read_query(choices)
    short = replace(chosen, city=city.slug, language="").short(units.default(city.blocks))
    _acted(lambda: saved_views.save(city.slug, SavedView(name, page, short)))


def _acted(act: Callable[[], SavedView | None]) -> None:
    """Do what was asked; what kept it from being done is told by the dialog that follows."""
    try:
        done = act()
    except DataError as fault:
        address.leave("saved_fault", fault)
    else:
        address.leave("saved_last", done.name if done else "")


def _fault(words: Words) -> None:
    fault = address.left("saved_fault")
    if fault is not None:
        address.leave("saved_fault", None)
        refusal(words, words.say("Nothing was saved."), fault)
