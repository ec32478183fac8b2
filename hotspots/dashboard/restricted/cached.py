"""The only caches. Keys are small values, among them the hash of the data; what comes out is shared by all readers and never changed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st

from hotspots import cities, store
from hotspots.agency import Access, AccessError
from hotspots.cities import City, Summary, drafts
from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import admission
from hotspots.dashboard.restricted.answering import Answerings
from hotspots.dashboard.restricted.reading import Readings
from hotspots.dashboard.restricted.working import Working
from hotspots.geography import units
from hotspots.questions.restricted import Asked, Question, ahead, cases, concentration, here, interventions, long, search, when, where
from hotspots.statistics import victims
from hotspots.study import FILTERS, Study
from hotspots.study.memo import MOST_BYTES, Memo, key_of, studies
from hotspots.study.selection import Selection
from hotspots.views import areas, map_view
from hotspots.views.months import Months
from hotspots.views.single_homicides import Dot
from hotspots.words import LANGUAGES, told

PAUSE = 0.1  # seconds
pages = Memo(MOST_BYTES)  # cities, studies, answers, maps as the browser gets them
_RUN = threading.local()  # whether this thread runs a page, and the cities that were listed for it


@st.cache_resource(show_spinner=False)
def bundled() -> tuple[str, ...]:
    """Import the bundled cities that are not published yet, once for each start of the server; return their short names."""
    store.shelf().listen()
    return tuple(cities.ensure_bundled())


def warm() -> None:
    """Make what the first reader will ask for first: the city that opens, its shapes, its maps and its sentence, in every language."""
    with admission.as_machine():
        _warm()


def _warm() -> None:
    for one in available()[:1]:
        chosen, _ = settled(Selection(city=one.slug))
        place = city(chosen).blocks
        for unit in {units.default(place), *units.available(place)} & {"districts", "beats", units.default(place)}:
            for language in LANGUAGES:
                by_unit = replace(chosen, unit=unit, language=language)
                for key in ("count", "rate"):
                    shapes(one.slug, chosen.content, unit, asked(by_unit).ask(where.map_of, key))
        asked(replace(chosen, unit=units.default(place))).ask(concentration.against_chance)
        asked(replace(chosen, unit="blocks")).ask(when.months)
        asked(chosen).ask(search.hits, "a & b")


def warm_later(*, many: bool) -> None:
    """Make what takes longest and nobody asks for first: evaluate the interventions of the city that opens and, where `many` readers are
    expected, answer what the first page asks about each value of each filter."""
    with admission.as_machine():
        for one in available()[:1]:
            chosen = asked(Selection(city=one.slug, unit="blocks"))
            for entry in interventions.log(chosen).value.entries:
                interventions.evaluated(chosen, entry)
            for name in (name for name in FILTERS if many and name in chosen.city.fields):
                for value in victims.values(name):
                    _first_page_of(chosen.at(where=((name, (value,)),)))


def _first_page_of(chosen: Asked) -> None:
    """Answer what the first page asks, with pauses: readers come first."""
    newest = here.recent(chosen) if chosen.study.has_victims and chosen.study.victims else None
    if newest is None:
        return
    of_all: tuple[Question[[], Any], ...] = (here.here, here.few_places, here.windows, when.months, where.by_month, ahead.months_ahead)
    of_late: tuple[Question[[], Any], ...] = (when.hours_of_the_week, when.cells_of_the_week)
    for about, questions in ((chosen, of_all), (newest, of_late)):
        for one in questions:
            about.ask(one)
            time.sleep(PAUSE)
    for days in (cases.NEWEST, 365):
        chosen.ask(cases.cases, days=days, with_near=False)


def available() -> list[Summary]:
    """Return the published cities that the reader may see; read anew each time, so that an import shows at once. Uploads that were left are
    deleted on the way."""
    access = admission.current()
    known: list[Summary] | None = getattr(_RUN, "listed", None)
    if known is None:
        if pages.given("erased", store.worked_out.forgotten) != store.worked_out.forgotten():
            forget()  # another process, or a command, has erased something
        drafts.sweep()
        bundled()
        known = cities.available()
        if getattr(_RUN, "going", False):
            _RUN.listed = known
    return [one for one in known if access.sees(one.slug)]


@contextmanager
def one_run() -> Iterator[None]:
    """Within one run of a page the list of cities is read once, whoever asks for it: four do."""
    _RUN.going = True
    try:
        yield
    finally:
        _RUN.going, _RUN.listed = False, None


def own_cities() -> list[Summary]:
    """Return the published cities that do not come with the program; read anew each time."""
    shipped = cities.bundled()
    return [one for one in available() if one.slug not in shipped]


@st.cache_resource(show_spinner=False)
def readings() -> Readings:
    """Return the files that are being read now."""
    return Readings()


@st.cache_resource(show_spinner=False)
def working() -> Working:
    """Return what is being worked out now, for pages that stand without it."""
    return Working()


@st.cache_resource(show_spinner=False)
def answerings() -> Answerings:
    """Return the answers that are being worked out now."""
    return Answerings()


def forget() -> None:
    """Forget all that is kept in memory: something was erased, and nobody may come upon it."""
    _RUN.listed = None
    st.cache_resource.clear()
    pages.clear()
    studies.clear()


def settled(chosen: Selection) -> tuple[Selection, int | None]:
    """Return the choices about the data that the store holds now, and the number of the version that these stand in for, if any is damaged.

    What is kept is known by the hash of the data, not by the version's number, which comes again with other data after a copy was put back;
    and, for a reader who may see some districts alone, by these. A city that the reader may not see is refused.
    """
    access = admission.current()
    if not access.sees(chosen.city):
        raise AccessError(told("your role does not include this city: {city}", city=chosen.city))
    found = cities.standing(chosen.city, chosen.version or None)
    return replace(chosen, version=found.version, content=_seen(found.content, access)), found.fallback_from


def _seen(content: str, access: Access) -> str:
    return content if access.districts is None else json.dumps([content, *sorted(access.districts)])


def _about(chosen: Selection) -> Selection:
    """Return the choices about known data: those of the page, else those that the store holds now."""
    return chosen if chosen.content else settled(chosen)[0]  # the address holds no hash: only `settled` gives one


def city(chosen: Selection) -> City:
    """Return the data of a city that choices are about."""
    chosen = _about(chosen)
    return _city(chosen.city, chosen.version, chosen.content)


def _city(slug: str, version: int, content: str) -> City:
    return pages.given(("city", slug, version, content), lambda: _read(slug, version, content))


def _read(slug: str, version: int, content: str) -> City:
    if not content.startswith("["):
        return cities.holding(slug, version, content)
    whole, *districts = json.loads(content)
    return replace(cities.holding(slug, version, whole).within(districts), content=content)


def elsewhere(slug: str) -> frozenset[str]:
    """Return the names of the districts of a city that the reader may not see: what names one is not for them."""
    access = admission.current()
    if access.districts is None:
        return frozenset()
    found = cities.standing(slug, None)
    return frozenset(_districts(slug, found.version, found.content)) - set(access.districts)


def _districts(slug: str, version: int, content: str) -> set[str]:
    blocks = _city(slug, version, content).blocks
    return set(blocks["district"].dropna().astype(str)) if "district" in blocks.columns else set()


def study(chosen: Selection) -> Study:
    """Return the study of a selection; what does not change the numbers (language, measure) is no part of the key."""
    known = _about(chosen).figures()
    return pages.given(("study", known), lambda: _study(known))


def _study(chosen: Selection) -> Study:
    everywhere = study(replace(chosen, place="")) if chosen.place else None
    return chosen.study(city(chosen), everywhere=everywhere)


def asked(chosen: Selection) -> Asked:
    """Return what a question about a selection is asked with: its answers are kept."""
    chosen = _about(chosen)
    return Asked(chosen, city(chosen), study, answer)


def answer(question: Question[..., Any], asked: Asked, told: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Return the answer to a question, kept by the choices that it reads and by what else it was told; refused to who lacks the right."""
    admission.demand(question.needs)
    read = question.read(asked.selection)

    def made() -> Any:
        if long.takes_long(question, asked):
            return answerings().given(question, asked, told, named)
        return question.ask(replace(asked, selection=read), *told, **named)

    return pages.given((question.name, read, key_of(told), key_of(named)), made)


def shapes(slug: str, content: str, unit: str, shown: map_view.MapView) -> bytes:
    """Return the shapes of a map as the browser gets them."""
    return pages.given(("shapes", slug, content, unit), lambda: map_component.encode_geometry(shown))


def values(
    chosen: Selection,
    key: str,
    shown: map_view.MapView,
    words: Mapping[str, str],
    numbered: tuple[str, ...] = (),
    limits: tuple[float, ...] = (),
    period: tuple[Any, ...] = (),
    dots_of: Selection | None = None,
    months: Months | None = None,
    dots: Callable[[], tuple[Dot, ...]] = tuple,
) -> bytes:
    """Return what a map shows as the browser gets it; `chosen` are the choices that the map reads, `numbered` the places with a number.

    `limits` are the reader's own classes; `months` are those of `period`, where the map can show any of them. `dots` makes the dots of
    single homicides, `dots_of` are the choices that they depend on.
    """
    known = ("values", chosen, key, words["lang"], numbered, limits, period, dots_of)
    return pages.given(known, lambda: map_component.encode_values(replace(areas.numbered(shown, numbered), dots=dots()), words, months))
