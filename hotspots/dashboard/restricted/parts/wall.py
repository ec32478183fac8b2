"""The wall: what it shows of each place, worked out shortly before the place comes round, and newer data as soon as they are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from hotspots.agency import worn
from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import address, cached
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import panel
from hotspots.dashboard.shell import guard
from hotspots.questions.restricted import here, when, where
from hotspots.questions.restricted.brief_words import OF_EVENTS, SAID
from hotspots.questions.restricted.here import Now
from hotspots.statistics.measure import why_not
from hotspots.study import places
from hotspots.views import areas, captions, verdicts, wall
from hotspots.words import Words, mark

KEY = "wall_screen"
SECONDS = 20  # that each place stays
LOOK_AGAIN = "10m"  # for newer data
WORDS: Mapping[str, str] = {
    "pause": mark("Pause"),
    "go_on": mark("Go on"),
    "back": mark("Previous place"),
    "on": mark("Next place"),
    "full_screen": mark("Full screen"),
    "end": mark("End"),
    "places": mark("Places"),
    "waiting": mark("Working out the numbers…"),
    "keys": mark("Space pauses and goes on, the arrow keys step, F fills the screen, Escape ends."),
}
BRIEFLY: Mapping[str, str] = {
    "within": mark("normal range {low}–{high}"),
    "above": mark("more than {low}–{high}"),
    "below": mark("fewer than {low}–{high}"),
}


def draw(chosen: Chosen) -> None:
    """Draw the wall; where days are not known say why there is none."""
    words = chosen.words
    if not chosen.study.has_days:
        reason = words.say(why_not(chosen.study, "days"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("On the wall"), reason=reason))
        return
    turning(chosen)


@st.fragment(run_every=LOOK_AGAIN)
def turning(chosen: Chosen) -> None:
    """Draw what the browser turns through; it runs again when the browser asks for the next place, and now and then for newer data."""
    with guard(chosen.words):
        pinned = address.current()[0].version
        if not pinned and any(one.slug == chosen.city.slug and one.version != chosen.city.version for one in cached.available()):
            st.rerun()
        screen(chosen)


def screen(chosen: Chosen) -> None:
    """Draw the wall with the places that the browser needs by now."""
    words, offered = chosen.words, turned_through(chosen)
    listed = list(offered)
    start = listed.index(chosen.selection.place) if chosen.selection.place in offered else 0
    needed = [i for i in map_component.wanted(KEY) if i < len(listed)] or [start]
    told = {
        "words": {name: words.say(text) for name, text in WORDS.items()},
        "top": {"title": chosen.city.name, "about": about(chosen), "reach": reach(chosen), "map": on_map_said(chosen), **worn_by_agency()},
        "places": [[text, name] for text, name in offered.items()],
        "start": start,
        "seconds": SECONDS,
        "slides": {listed[i]: slide(chosen.at(place=listed[i])) for i in needed},
    }
    on_map = map_of(chosen)
    map_component.show_wall(told, key=KEY, words=map_component.spoken(words), **on_map)


def turned_through(chosen: Chosen) -> dict[str, str]:
    """Return the places of the wall by their texts, with their names: the city, its districts (or beats), and the place chosen."""
    offered = places.offered(chosen.city)
    kind = next((kind for kind in ("district", "beat") if any(text.startswith(f"{kind}:") for text in offered)), "")
    found = {"": chosen.city.name} | {text: name for text, name in offered.items() if kind and text.startswith(f"{kind}:")}
    own = chosen.selection.place
    return found if not own or own in found else {own: captions.place_name(places.found(chosen.city, own), chosen.words)} | found


def worn_by_agency() -> dict[str, str]:
    """Return the agency's name, logo and colour; nothing where there is none."""
    ours = worn()
    return {"agency": ours.name, "logo": ours.picture, "colour": ours.primary_dark} if ours else {}


def about(chosen: Chosen) -> str:
    """Return what is counted: people killed, by the filters in force."""
    return " · ".join(one for one in (chosen.words.say("People killed"), chosen.filters) if one)


def reach(chosen: Chosen) -> str:
    """Return how far the data reach, and who may see them."""
    words, city = chosen.words, chosen.city
    parts = [words.say("data to {day}", day=words.date(here.until(chosen.asked).date()))]
    parts += (
        [words.say("fictional city: no real person, no real place")] if city.fictional else [words.say("Restricted: not for publication")]
    )
    return " · ".join(parts)


def on_map_said(chosen: Chosen) -> str:
    """Return what the map shows, of how many, in which period."""
    words, recent = chosen.words, chosen.everywhere.at(unit="blocks")
    study = replace(recent, selection=here.recent(recent.asked).selection).study
    period = words.period(study.start.date(), study.end.date())
    if not study.victims:
        return words.say("Nobody was killed, {period}", period=period)
    n, total = words.number(study.inside), words.number(study.victims)
    return words.say("On the map: {n} of {total} people killed, {period}", n=n, total=total, period=period)


def slide(chosen: Chosen) -> dict[str, Any]:
    """Return what the wall says of one place: the numbers of its panel, large."""
    words, asked = chosen.words, chosen.whole.asked
    found = asked.ask(here.here).value
    year = next(count(one, SAID, words) for one in found.now if one.span == here.YEAR)
    others = [count(one, BRIEFLY, words) for one in found.now if one.span != here.YEAR]
    study = chosen.study
    lines = [here.which_way(found.direction, words), panel.own_rate(chosen)]
    title = words.say("Each month, and its normal range")
    told = wall.Slide(here.name_of(asked, words), year, others, lines, asked.ask(when.months).value, title).plain(words)
    outline = None if study.place is None else study.place.outline
    around = [] if outline is None else map_component.rings(areas.in_degrees(outline, chosen.city.epsg))
    return {
        **told,
        "around": around,
        "killed": words.say("people killed in 12 months"),
        "source": " ".join([*captions.of_place(here.recent(asked).study, words), source(chosen)]),
    }


def source(chosen: Chosen) -> str:
    """Return whom the numbers come from."""
    return captions.whose(chosen.city, chosen.words)[0]


def count(one: Now, told: Mapping[str, str], words: Words) -> wall.Count:
    """Return a period of the panel in words; where people were killed together and the range is of events, that is said in full."""
    known = told if one.judged == one.count else OF_EVENTS
    ends = {"low": words.number(one.low), "high": words.number(one.high), "events": words.number(one.judged)}
    said = words.say(verdicts.VERDICTS["unknown"] if pd.isna(one.low) else known[one.verdict], **ends)
    days = captions.days(one.days, words)
    outside = one.verdict in ("above", "below")
    return wall.Count(words.number(one.count), words.say(here.SPANS[one.span]), days, said, one.judged, one.low, one.high, outside)


def map_of(chosen: Chosen) -> dict[str, Any]:
    """Return the map of the whole city in the last 36 months, by its smallest units; without a view where there are no outlines."""
    if not len(chosen.city.blocks):
        return {"view": None}
    everywhere = chosen.at(unit=here.smallest(chosen.asked), place="", bandwidth=0)
    on_map = replace(everywhere, selection=here.recent(everywhere.asked).selection)
    if not on_map.by_unit.has_outlines:
        return {"view": None}
    selection, spoken = on_map.selection, map_component.spoken(chosen.words)
    shown = on_map.ask(where.map_of, "count")
    shapes = cached.shapes(selection.city, selection.content, selection.unit, shown)
    return {"view": shown, "geometry": shapes, "values": cached.values(where.map_of.read(selection), "count", shown, spoken)}
