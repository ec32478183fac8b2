"""What the map page says and asks about surfaces: which one, how far each homicide is spread, and what changes with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.questions.restricted import where
from hotspots.statistics.catalog import measure
from hotspots.statistics.density import RULES
from hotspots.statistics.density.streets import USUAL
from hotspots.study import EQUAL_SPLITS, Study
from hotspots.study.selection import Selection
from hotspots.views.columns import Cells, Column
from hotspots.words import Words, mark

BANDWIDTHS: tuple[int, ...] = (100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 5000, 10000, 20000)
ALONG_STREETS: tuple[int, ...] = (100, 150, 200, 300, 400, 500, 700, 1000)
NONE = "none"
KINDS: dict[str, tuple[str, str]] = {  # the measure that says whether it can be had, and its name on screen
    "": ("density", mark("Smooth surface")),
    "residents": ("relative_risk", mark("Compared with where people live")),
    "streets": ("network_density", mark("Along the streets")),
}
HELP: dict[str, str] = {
    "": mark(
        "Spreads each homicide over the ground around it. It shows where homicides lie close together, and draws smooth hills even from "
        "chance."
    ),
    "residents": mark(
        "Divides smoothed homicides by smoothed residents. Where many people pass but few sleep, such as a market, it is high. Outlines "
        "show where chance alone seldom does as much."
    ),
    "streets": mark(
        "Spreads each homicide along the streets, both ways, and splits it at crossings: nothing crosses water or open ground where no "
        "street does."
    ),
}

SPLIT_NAMES: dict[str, str] = {
    "discontinuous": mark("shared evenly among the streets ahead"),
    "continuous": mark("blended, without a step"),
}


def choice(chosen: Chosen) -> Chosen:
    """Draw the choice of a surface and of its bandwidth in one row, and return the choices with what can be shown of it."""
    words, selection, study = chosen.words, chosen.selection, chosen.by_unit
    offered = [kind for kind, (key, _) in KINDS.items() if not measure(key).missing(study) and study.has_areas]
    if not offered:
        return chosen.at(bandwidth=0, layer="")
    kind = NONE if not selection.bandwidth or selection.layer not in offered else selection.layer
    left, right = st.columns([1.4, 1])
    left.radio(
        words.say("Surface over the map"),
        [NONE, *offered],
        horizontal=True,
        label_visibility="collapsed",
        format_func=lambda name: words.say("No surface") if name == NONE else words.say(KINDS[name][1]),
        **address.widget("surface", kind, lambda old, new: picked(old, new, study)),
    )
    if kind == NONE:
        return chosen.at(bandwidth=0, layer="")
    rules = {} if kind == "streets" else chosen.ask(where.bandwidths)
    ladder = ALONG_STREETS if kind == "streets" else BANDWIDTHS
    right.select_slider(
        words.say("Bandwidth: how far each homicide is spread, in metres"),
        sorted({*ladder, *rules.values(), selection.bandwidth}),
        format_func=lambda metres: named(metres, rules, words),
        **address.widget("bandwidth", selection.bandwidth, lambda old, new: replace(old, bandwidth=int(new))),
    )
    st.caption(words.say(HELP[kind]) + " " + by_rules(rules, words))
    return chosen


def crossings(chosen: Chosen) -> None:
    """Draw the choice of what a density along streets does where streets meet."""
    words, selection = chosen.words, chosen.selection
    st.radio(
        words.say("Where streets meet, a homicide is"),
        EQUAL_SPLITS,
        horizontal=True,
        format_func=lambda name: words.say(SPLIT_NAMES[name]),
        help=words.say(
            "Shared evenly: what reaches a crossing goes on, in equal parts, along the streets ahead, so colours can change at once at the "
            "crossing. Blended: streets that meet have the same value there, and a little is taken back from the street that the homicide "
            "is on. Either way each homicide counts once."
        ),
        **address.widget(
            "equal_split",
            selection.equal_split or EQUAL_SPLITS[0],
            lambda old, new: replace(old, equal_split="" if new == EQUAL_SPLITS[0] else new),
        ),
    )


def picked(old: Selection, kind: str, study: Study) -> Selection:
    """Return the selection with another kind of surface; its bandwidth is the usual one of that kind, or stays where it can."""
    if kind == NONE:
        return replace(old, bandwidth=0, layer="")
    if kind == "streets":
        return replace(old, bandwidth=int(USUAL), layer=kind)
    keep = old.bandwidth if old.bandwidth and old.layer != "streets" else where.usual_bandwidth(study)
    return replace(old, bandwidth=keep, layer=kind)


def named(metres: int, rules: Mapping[str, int], words: Words) -> str:
    """Return a bandwidth as the slider shows it, with the rule that gives it."""
    found = [words.say(RULES[rule]) for rule, own in rules.items() if own == metres]
    return words.number(metres) + " m" + (f" ({found[0]})" if found else "")


def by_rules(rules: Mapping[str, int], words: Words) -> str:
    """Say which bandwidth each rule gives: they differ, and that is worth knowing."""
    if not rules:
        return ""
    said = [words.say("{metres} m {rule}", metres=words.number(metres), rule=words.say(RULES[rule])) for rule, metres in rules.items()]
    return words.say("Rules differ: {rules}.", rules=", ".join(said))


def what_changes(chosen: Chosen) -> None:
    """Say how the highest places change with the bandwidth, and show them in a table."""
    words, selection = chosen.words, chosen.selection
    answer = chosen.ask(where.sensitivity) if selection.bandwidth and not selection.layer else None
    if answer is None:
        return
    found = answer.value

    def rank(rows: pd.DataFrame, key: str, words: Words) -> Cells:
        return [words.number(one) if one <= found.top else "" for one in rows[key]]

    rows = answer.table().set_index("id").rename_axis(found.ranks.index.name)
    with st.expander(words.say("Does it depend on the bandwidth?"), expanded=False):
        st.markdown(answer.sentence(words))
        columns = (Column("place", mark("Place")), *(Column(h, words.number(h) + " m", rank) for h in found.ranks.columns))
        tables.draw(rows, columns, words, alt=words.say("The rank of the highest places at each bandwidth"))
        st.caption(words.say("Rank by the smooth surface, 1 the highest; empty: not among the first {n} there.", n=words.number(found.top)))
