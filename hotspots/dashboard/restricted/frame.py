"""The frame around every page: the sidebar with the choices, the head and the foot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Literal

import pandas as pd
import streamlit as st

from hotspots import settings, store
from hotspots.agency import refused, worn
from hotspots.cities import City
from hotspots.dashboard import lost, map_component, paper
from hotspots.dashboard.restricted import address, admission, cached, chips, period, place_of, place_search, share
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.shell import guard, link_words, refusal
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.statistics import victims
from hotspots.statistics.catalog import MEASURES
from hotspots.study import Study
from hotspots.study.gathering import places_of
from hotspots.study.memo import kept
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import (
    DEFAULT,
    LANGUAGES,
    ToldError,
    Words,
    words_for,
)
from hotspots.words.escape import safe_markdown

MEASURE_KEYS = frozenset(one.key for one in MEASURES)


def page(
    name: str,
    title: str,
    *,
    first: bool = False,
    cityless: bool = False,
    shown: bool = True,
    whole: bool = False,
    needs: str = "areas",
    everywhere: bool = False,
    narrowed: bool = True,
) -> Any:
    """Return the page that the file `name` in `pages` renders, under its name in the address; the `first` one is at no path.

    The file is read when somebody opens the page, so that the first page waits for no other. A `cityless` page is about no
    city: it gets the words alone. The first page, and one that is `whole`, fills the window: it draws the choices, the invitation and the
    foot where it wants them, if it does.
    One that is not `shown` is not in the menu, and its address still answers: where only totals are published there are no cases.
    `needs` is the right that it takes; one that tells of the city `everywhere` is not for whoever may see some of its districts alone.
    One that is not `narrowed` tells the same whatever place, period and filters are chosen, and offers none of them.
    """
    settings.refuse_in_public("such page")
    words = words_for(language(address.current()[0]))
    granted = admission.lets_in(needs, everywhere=everywhere)

    def render(given: Chosen | Words) -> None:
        try:
            import_module(f"hotspots.dashboard.restricted.pages.{name}").render(given)
        except ToldError as fault:
            refusal(words, words.say("This page cannot be shown."), fault)

    def show() -> None:
        with guard(words):
            if not let_in(name, words, needs, granted=granted, cityless=cityless):
                return
            own = address.own_to_keep()
            keep = (address.COOKIE, own) if own is not None else None
            map_component.set_page_language(words.language, menu=words.say("Menu"), keep=keep)
            if cityless:
                without_city(words)
                render(words)
            elif (chosen := open_page(name, with_choices=not (first or whole), narrowed=narrowed)) is not None:
                framed(chosen, render, name="" if first else name.rstrip("_"), whole=first or whole, narrowed=narrowed)
        if address.taken_up():
            st.rerun()

    seen: Literal["visible", "hidden"] = "visible" if shown and granted else "hidden"
    return st.Page(show, title=words.say(title), url_path=None if first else name.rstrip("_"), default=first, visibility=seen)


def let_in(name: str, words: Words, needs: str, *, granted: bool, cityless: bool) -> bool:
    """Return whether a page may be drawn for whoever is at it, and write down that one about no city is; else draw why not."""
    try:
        if admission.turned_away(words):
            return False
        if not granted:
            raise refused(needs)
        if cityless:
            admission.viewed(name, "")
    except ToldError as fault:
        refusal(words, words.say("This page cannot be shown."), fault)
        admission.way_out(words)
        return False
    return True


def framed(chosen: Chosen, render: Callable[[Chosen], None], *, name: str, whole: bool, narrowed: bool = True) -> None:
    """Draw a page about a city between the search and the foot; one that fills the `whole` window draws these where it wants them.

    `name` is the page's in the address.
    """
    paper.label(captions.of_sheet(chosen.city, chosen.study, chosen.words))
    if not whole:
        with st.container(horizontal=True, key="top_row", vertical_alignment="bottom"):
            if narrowed:
                search_field(chosen)
            share.draw(chosen.city, chosen.words, page=name)
        if narrowed:
            chips.draw(chosen.selection, chosen.city, chosen.words)
        place_of.what_the_city_is(chosen.city, chosen.words)
    render(chosen)
    if not whole:
        invitation(chosen, primary=False)
        close_page(chosen)


def only_totals() -> bool:
    """Return whether the city that the page opens with publishes totals alone."""
    try:
        chosen, listed = address.current()[0].city, cached.available()
    except ToldError:
        return False  # the page says what is wrong
    return any(one.only_totals for one in listed if one.slug == chosen) or bool(listed and not chosen and listed[0].only_totals)


def search_field(chosen: Chosen) -> None:
    """Draw the search for a place; nothing where the city has no blocks to lie in."""
    if len(chosen.city.blocks):
        with st.container(key="place_search_room"):
            place_search.field(chosen)


def without_city(words: Words) -> None:
    """Draw the sidebar of a page that is about no city: the language alone."""
    selection, _ = address.current()
    address.keep(replace(selection, language=words.language))
    with st.sidebar:
        language_choice(replace(selection, language=words.language))
        admission.signed_in_as(words)
        map_component.show_link(link_words(words), key="copy_link")


def language_choice(selection: Selection) -> None:
    """Draw the choice of the language."""
    st.selectbox(
        "Idioma · Language",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        **address.widget("lang", selection.language, lambda old, new: replace(old, language=new)),
    )


def invitation(chosen: Chosen, *, primary: bool = True) -> None:
    """Draw the band that leads to the page Import, as long as the store holds no city but those that come with the program."""
    if admission.current().may("import") and not cached.own_cities():
        with st.container(horizontal=True, key="bring_your_own", vertical_alignment="center"):
            st.markdown(chosen.words.say("These data are an example that comes with the program."))
            to_import(chosen.words, primary=primary)


def to_import(words: Words, *, primary: bool = False) -> None:
    """Draw the button that leads to the page Import."""
    if st.button(words.say("Bring your own data"), type="primary" if primary else "secondary", key="to_import"):
        st.switch_page(st.Page(lambda: None, title=words.say("Import"), url_path="import"))


def contents(pages: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return the pages under the names of their groups in the reader's language, with one of our own where the address asks for none."""
    words = words_for(language(address.current()[0]))
    named = {words.say(group) if group else "": list(found) for group, found in pages.items()}
    name = lost.asked({one.url_path for found in pages.values() for one in found})
    return {**named, "": [*named.get("", []), *([lost.page(name, words, _around_nothing)] if name else [])]}


def _around_nothing(draw: Callable[[], None]) -> None:
    """Draw what stands where there is no page, for whoever is let in."""
    words = words_for(language(address.current()[0]))
    with guard(words):
        if let_in("lost", words, "areas", granted=admission.lets_in("areas"), cityless=True):
            map_component.set_page_language(words.language, menu=words.say("Menu"))
            without_city(words)
            draw()


def open_page(name: str, *, with_choices: bool = True, narrowed: bool = True) -> Chosen | None:
    """Return the reader's choices, drawn in the sidebar unless a page draws them itself; None where nothing is to show: it says why."""
    selection, strange = address.current()
    selection = replace(selection, language=language(selection))
    words = words_for(selection.language)
    try:
        found = cached.available()
        if not found:
            st.info(words.say("No city is loaded yet. Bring your files here, or import a folder with: python -m hotspots import FOLDER"))
            to_import(words, primary=True)
            return None
        selection, foreign = settle(selection, [one.slug for one in found])
        pinned = selection.version
        selection, fallen = cached.settled(selection)
        city = cached.city(selection)
        selection = place_of.settle(selection, city, words)
        selection, missing = fit(selection, city)
        address.keep(replace(selection, version=pinned, content=""))
        admission.viewed(name, about(selection))
        if with_choices:
            with st.sidebar:
                choices(selection, city, words, narrowed=narrowed)
    except ToldError as fault:
        refusal(words, words.say("The data cannot be shown."), fault)
        admission.way_out(words)
        return None
    if fallen is not None:
        st.warning(words.say("The newest data are damaged. This is version {version}, the newest one intact.", version=city.version))
    told_of_store(selection, words, follows=not pinned and fallen is None)
    set_aside = sorted({*strange, *foreign, *missing})
    if set_aside:
        st.info(words.say("Some choices in the address do not fit these data and were set aside: {names}.", names=", ".join(set_aside)))
    return Chosen(selection, words, city)


def told_of_store(selection: Selection, words: Words, *, follows: bool) -> None:
    """Draw that the store is silent and, where the page `follows` the version served, that it is another than the reader saw before."""
    since = store.shelf().silent_since()
    if since is not None:
        last = f"{words.date(since.astimezone().date())}, {since.astimezone():%H:%M}"
        st.warning(words.say("The database that holds the data does not answer. These are the data of {time}.", time=last))
    before = address.seen(selection.city, selection.version if follows else 0)
    if before:
        st.info(
            words.say("New data: this is version {version}; before you saw version {before}.", version=selection.version, before=before)
        )


def about(selection: Selection) -> str:
    """Return what a page is about, for the record of who saw what: no case that was picked, no filter."""
    told = {"version": selection.version, "place": selection.place, "beside": selection.beside, "unit": selection.unit}
    told |= {"from": selection.start, "to": selection.end}
    return " ".join([selection.city, *(f"{key}={value}" for key, value in told.items() if value)])


def language(selection: Selection) -> str:
    """Return the language to speak: the one chosen, else the browser's, else the default."""
    if selection.language in LANGUAGES:
        return selection.language
    asked = (st.context.locale or "").split("-")[0]
    return asked if asked in LANGUAGES else DEFAULT


def settle(selection: Selection, slugs: Sequence[str]) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection with a city that exists; where the address named another one, all its other choices go too."""
    if selection.city in slugs:
        return selection, ()
    fresh = Selection(city=slugs[0], language=selection.language)
    if selection.city:
        return fresh, ("city",) if address.names_a_city() else ()  # else a place was kept of a city that is no longer there
    return replace(selection, city=slugs[0]), ()


def fit(selection: Selection, city: City) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection without the choices that this city cannot meet, and their names."""
    dropped = [name for name, _ in selection.where if name not in city.fields]
    where = tuple(pair for pair in selection.where if pair[0] not in dropped)
    streets = city.segments is not None
    usual = not selection.unit or selection.unit in city.units
    unit = selection.unit if usual or units.offers(city.blocks, selection.unit, points=city.has_points, streets=streets) else ""
    if selection.unit and not unit:
        dropped.append("unit")
    baseline = selection.baseline
    unknown = {"population": not city.blocks["population"].sum() > 0, "gathering": city.only_totals or kept(city.context, places_of).empty}
    if unknown.get(baseline):
        baseline = ""
        dropped.append("baseline")
    measure = selection.measure if selection.measure in MEASURE_KEYS else ""
    dropped += ["measure"] if selection.measure and not measure else []
    definition = selection.definition if selection.definition in city.definitions else ""
    dropped += ["definition"] if selection.definition and not definition else []
    start, end = selection.start, selection.end
    if (start and start >= city.end.date()) or (end and end <= city.start.date()):
        start = end = None
        dropped.append("from")
    unit = unit or units.default(city.blocks)
    known: dict[str, Any] = {"where": where, "unit": unit, "measure": measure, "baseline": baseline, "definition": definition}
    fitted = replace(selection, start=start, end=end, **known)
    return fitted, tuple(dropped)


def choices(selection: Selection, city: City, words: Words, *, narrowed: bool = True) -> None:
    """Draw the choices; of a page that is not `narrowed` by place, period and filters the language and the city alone."""
    names = {one.slug: one.name for one in cached.available()}
    language_choice(selection)
    st.selectbox(
        words.say("City"),
        list(names),
        format_func=names.__getitem__,
        **address.widget("city", selection.city, lambda old, new: Selection(city=new, language=old.language)),
    )
    if narrowed:
        place_of.choice(selection, city, words)
        period.choice(selection, city, words)
    for name, label in chips.FILTERS if narrowed else ():
        if name in city.fields:
            filter_choice(name, words.say(label), selection, words)
    admission.signed_in_as(words)


def filter_choice(name: str, label: str, selection: Selection, words: Words) -> None:
    """Draw the choice of one filter, and below it how many victims each value has under all the other choices."""
    chosen = dict(selection.where).get(name, ())
    st.multiselect(
        label,
        [*victims.values(name), *(value for value in chosen if value not in victims.values(name))],
        format_func=lambda value: captions.value_name(name, value, words),
        placeholder=words.say("All"),
        **address.widget(name, list(chosen), lambda old, new: old.with_where(name, tuple(new))),
    )
    study = cached.study(replace(selection.with_where(name, ()), unit="blocks"))
    if not study.has_victims:
        return  # published totals: what a value holds is known for some periods only
    st.html(kept(study, _histogram, name, chosen, words))


def _histogram(study: Study, name: str, chosen: tuple[str, ...], words: Words) -> str:
    counts = kept(study, victims.by, name)
    named = pd.Series(counts.to_numpy(), index=[captions.value_name(name, value, words) for value in counts.index])
    return charts.histogram(named, words, chosen={captions.value_name(name, value, words) for value in chosen})


def heading(chosen: Chosen, title: str, *, dated: bool = False) -> None:
    """Draw the head of a page: a finding, then period, filters, number and how far the data reach.

    A finding that is `dated` names a period of its own: below it stands no other one, and no number of another one.
    """
    words, study = chosen.words, chosen.study
    st.title(title, anchor=False)
    place = [captions.place_name(study.place, words)] if study.place else []
    filters = words.begins(chosen.filters) if dated and not place else chosen.filters
    said = ("" if dated else chosen.period, *place, filters, captions.counted(chosen.city, study, words))
    killed = [] if dated else [captions.how_many(study.victims, words)]
    parts = [*(one for one in said if one), *killed]
    parts.append(words.say("data to {day}", day=words.date((study.covers[1] - pd.Timedelta(days=1)).date())))
    if chosen.city.fictional:
        parts.append(words.say("fictional city: no real person, no real place"))
    st.caption(" · ".join(parts))
    for line in captions.of_place(study, words):
        st.caption(line)


def close_page(chosen: Chosen) -> None:
    """Draw the foot of a page: where the figures come from."""
    words, city = chosen.words, chosen.city
    st.divider()
    ours = worn()
    st.caption((f"{safe_markdown(ours.name)} · " if ours else "") + captions.note(city, words))
