"""Two maps of one measure, an earlier period and the one shown: on the same classes, moved together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import maps
from hotspots.questions.restricted import Asked, periods, where
from hotspots.study.options import AGAINST
from hotspots.views import map_view
from hotspots.views.classes import own_limits
from hotspots.words import mark

LABELS: Mapping[str, str] = {
    "": mark("No other period"),
    "before": mark("The same time before"),
    "1": mark("The same months, 1 year earlier"),
    "3": mark("The same months, 3 years earlier"),
    "5": mark("The same months, 5 years earlier"),
}


def choice(chosen: Chosen) -> None:
    """Draw the choice of the period that the map's own stands beside; nothing where only totals are published."""
    if not chosen.study.has_victims:
        return
    words = chosen.words
    st.selectbox(
        words.say("Beside another period"),
        ["", *AGAINST],
        format_func=lambda against: words.say(LABELS[against]),
        **address.widget("against", chosen.selection.against, lambda old, new: replace(old, against=new)),
    )


def draw(chosen: Chosen, key: str, *, height: int) -> map_view.MapView | None:
    """Draw both maps and return the newer one; None where there are not two periods, after saying why."""
    words = chosen.words
    if not chosen.selection.against or not chosen.study.has_victims:
        return None
    found = periods.two_periods(chosen.whole.asked)
    if found is None:
        st.info(words.say("The data do not reach so far back: choose a shorter period, or another one beside it."))
        return None
    now = _at(chosen, found.now)
    limits = own_limits(chosen.selection.limits) or now.ask(where.map_of, key).limits
    shown = None
    sides = zip(st.columns(2, gap="small"), (("then", found.then), ("now", found.now)), strict=True)
    for side, (name, period) in sides:
        one = _at(chosen, period)
        with side:
            st.markdown(f"**{one.period}**  \n{periods.in_words(period, words)}")
            over = maps.Over(more={"linked": "periods"}, on_tell=lambda told: None, limits=limits)
            shown = maps.draw(one, key, key=f"map_{name}", height=height, over=over)
    st.caption(words.say("Both maps have the same classes, and move together."))
    return shown


def _at(chosen: Chosen, period: Asked) -> Chosen:
    return chosen.at(start=period.selection.start, end=period.selection.end)
