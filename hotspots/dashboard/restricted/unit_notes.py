"""What pages say of the units themselves: how far homicides lie from their street, who the residents are, and that all units agree."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import cached
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.geography import segments, units
from hotspots.statistics.measure import Measure
from hotspots.study import Study, reconciliation
from hotspots.views import map_view
from hotspots.words import Words


def lines(study: Study, what: Measure, words: Words) -> list[str]:
    """Return the sentences that a map of these units needs; none for blocks, beats and districts."""
    found = [distances(study, words)]
    rule = units.denominator(study.blocks)
    if rule and "population" in what.needs:
        found.append(words.say("Residents here: {rule}; nobody counted them place by place.", rule=words.say(rule)))
    return [line for line in found if line]


def shared(study: Study, words: Words) -> list[str]:
    """Return by what rule the residents of these units were shared out; none where they were counted."""
    rule = units.denominator(study.blocks)
    return [words.say(rule)] if rule else []


def distances(study: Study, words: Words) -> str:
    """Return how far homicides lie from the street they are counted on; empty where the units are no streets."""
    if study.away is None:
        return ""
    found = segments.distribution(study.away, within=segments.snap_distance())
    parts = []
    if found.n:
        parts.append(
            words.say(
                "Each homicide counts on the nearest street: half lie within {median} m of it, 9 in 10 within {p90} m, 95 in 100 within "
                "{p95} m, all {n} within {longest} m.",
                n=words.number(found.n),
                **{name: words.number(getattr(found, name), 1) for name in ("median", "p90", "p95", "longest")},
            )
        )
    parts.append(words.say("More than {within} m from any street: {n}.", within=words.number(found.within), n=words.number(found.beyond)))
    return " ".join(parts)


def reconciled(chosen: Chosen) -> None:
    """Draw the table that shows the same homicides on every unit; it is made when the reader opens it, for that takes seconds."""
    words, city = chosen.words, chosen.city
    if city.only_totals:
        return
    st.subheader(words.say("The same homicides on every kind of place"), anchor=False)
    box = st.expander(words.say("Compare: every row adds up to all people killed"), on_change="rerun", key="reconciled")
    if not box.open:
        return
    found = reconciliation.table(city, chosen.selection.figures(), study_of=cached.study)
    shown = pd.DataFrame(
        {
            words.say("By"): [map_view.unit_name(unit, words, city.called) for unit in found.index],
            words.say("Places"): found["units"].to_numpy(),
            words.say("In a place"): found["inside"].to_numpy(),
            words.say("Outside all of them"): found["outside"].to_numpy(),
            words.say("Without a usable place"): found["without_place"].to_numpy(),
            words.say("People killed"): found["total"].to_numpy(),
        }
    )
    with box:
        st.dataframe(shown, hide_index=True, alt=words.say("The same homicides on every kind of place"))
        st.caption(f"{chosen.period} · {chosen.filters}")
        if "segments" in found.index:
            st.markdown(distances(cached.study(replace(chosen.selection, unit="segments")), words))
        notes = [
            words.say("Beats, districts and the city are added up from blocks."),
            words.say("On streets, squares and hexagons the place of the homicide alone decides, so a few more or fewer lie outside."),
        ]
        st.markdown(" ".join(notes))
