"""Where to begin: places in order for the months to come, with how well such an order did before. For the restricted edition only."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import (
    address,
    cached,
    pieces,
    priority_notes,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.statistics.measure import why_not
from hotspots.statistics.priorities import (
    ALLOWED_FILTERS,
    MONTHS,
    MOST_PERIODS,
    PLAIN,
    RULE_WORDS,
    Backtest,
)
from hotspots.study.selection import Selection
from hotspots.views import data_tables, map_view
from hotspots.words import Words


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, city = chosen.words, chosen.city
    if city.only_totals or not chosen.study.has_outlines:
        heading(chosen, words.say("Where to begin"))
        reason = words.say(why_not(chosen.study, "outlines" if chosen.study.has_days else "points"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Priorities"), reason=reason))
        return
    selection = deaths_alone(chosen.selection)
    months = chosen.selection.months if chosen.selection.months in MOST_PERIODS else MONTHS
    found = cached.backtest(selection, months)
    best = PLAIN if isinstance(found, str) else found.winner()
    rule = chosen.selection.rule if chosen.selection.rule in RULE_WORDS else best
    places = cached.priorities(selection, rule)
    heading(replace(chosen, selection=selection), title(chosen, places, found, rule))
    restricted(words)
    if selection != chosen.selection:
        st.info(
            words.say("Places are put in order by deaths alone: the choices of sex, age and of solved cases are set aside on this page.")
        )
    controls(chosen, months)
    verdict(found, words)
    if rule != best:
        st.info(words.say("You chose another rule than the one that the test supports: {rule}.", rule=words.say(RULE_WORDS[best])))
    listed(chosen, selection, places, rule)
    tested(found, words)
    if not isinstance(found, str):
        pieces.table_download(
            replace(chosen, selection=selection), lambda: data_tables.backtest(found), f"{selection.unit}_priorities_tests"
        )
    limits(words)


def deaths_alone(selection: Selection) -> Selection:
    """Return the selection without filters by who was killed, or by whether anybody was arrested."""
    return replace(selection, where=tuple(pair for pair in selection.where if pair[0] in ALLOWED_FILTERS))


def title(chosen: Chosen, places: pd.DataFrame, found: Backtest | str, rule: str) -> str:
    """Return the finding that heads the page: what the first places hold of the homicides, and how much that says of the next ones."""
    words = chosen.words
    if places.empty or isinstance(found, str):
        return words.say("Where to begin")
    row = found.table.loc[(rule, 0.05)]
    unit = map_view.unit_name(chosen.selection.unit, words, chosen.city.called).lower()
    return words.say(
        "Where to begin: {n} {unit}, 5% of the area; such a choice held {rate} of later homicides",
        n=words.number(len(places)),
        unit=unit,
        rate=words.percent(row["hit_rate"]),
    )


def restricted(words: Words) -> None:
    """Say whom the page is for, and what it is made of."""
    st.warning(
        words.say(
            "Restricted: for those who decide where to begin, not for publication. Made of deaths alone: no arrests, no stops, nothing "
            "about who lives or passes there. It says nothing of any person."
        )
    )


def controls(chosen: Chosen, months: int) -> None:
    """Draw the choices: by what, how long a tested period is, and by which rule."""
    words, asked = chosen.words, chosen.selection.rule
    left, middle, right = st.columns(3)
    with left:
        pieces.unit_choice(chosen)
    middle.selectbox(
        words.say("Tested on periods of"),
        sorted(MOST_PERIODS),
        format_func=lambda n: words.count("{n} month", "{n} months", n),
        **address.widget("months", months, lambda old, new: replace(old, months=0 if new == MONTHS else new)),
    )
    right.selectbox(
        words.say("Rule"),
        ["", *RULE_WORDS],
        format_func=lambda rule: words.say(RULE_WORDS[rule]) if rule else words.say("The one that the test supports"),
        **address.widget("rule", asked if asked in RULE_WORDS else "", lambda old, new: replace(old, rule=new)),
    )


def verdict(found: Backtest | str, words: Words) -> None:
    """Say which rule is used and how well it did."""
    if isinstance(found, str):
        st.markdown(priority_notes.reason(found, words) + " " + words.say("The list below is the plain count, untested."))
    else:
        st.markdown(priority_notes.plain_score(found, words) + " " + priority_notes.verdict(found, words))


def listed(chosen: Chosen, selection: Selection, places: pd.DataFrame, rule: str) -> None:
    """Draw the list of places, first ones first, and its download."""
    words, study = chosen.words, cached.study(selection)
    st.subheader(words.say("The first places"), anchor=False)
    if places.empty:
        st.info(words.say("The homicides with a place do not tell these places apart. Widen the period or choose other places."))
        return
    left, right = st.columns([1.25, 1], gap="medium") if rule == PLAIN else (None, st.container())
    if left is not None:
        with left:
            pieces.draw_map(selection, "priority", words, key="first_places", height=410, on_click=pick)
    right.dataframe(shown(places, words), hide_index=True, alt=words.say("The first places in order, with their homicides"))
    st.caption(
        words.say(
            "{rule}, {period}: {n} of {all} places, together at most 5% of the area, in the order of homicides for their size. Events: "
            "people killed together count once. Places that tie have the same number; where they tie over the end of the 5% they are "
            "left out.",
            rule=words.say(RULE_WORDS[rule]),
            period=words.period(study.start.date(), study.end.date()),
            n=words.number(len(places)),
            all=words.number(len(study.blocks)),
        )
        + (" " + priority_notes.spread(cached.spread(selection), words) if rule == "density" else "")
    )
    told = replace(chosen, selection=selection)
    pieces.table_download(told, lambda: places.reset_index(names="id"), f"{selection.unit}_priorities")


def pick(place: str) -> None:
    """Outline the place that was clicked on the map."""
    address.change(lambda old: replace(old, place=place))


def shown(places: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the list under words that a reader knows."""
    return pd.DataFrame(
        {
            words.say("No."): places["order"],
            words.say("Place"): places["name"],
            words.say("Events with deaths"): places["events"],
            words.say("of these in the last 12 months"): places["last_year"],
            words.say("Hectares"): (places["area"] / 1e4).round(2),
            words.say("Within the first"): [words.percent(share) for share in places["within"]],
        }
    )


def tested(found: Backtest | str, words: Words) -> None:
    """Draw the back-test."""
    st.subheader(words.say("Would it have been right before?"), anchor=False)
    if isinstance(found, str):
        st.markdown(priority_notes.reason(found, words))
        return
    st.markdown(priority_notes.tested(found, words))
    st.dataframe(
        priority_notes.table(found, words), hide_index=True, alt=words.say("Every rule on years it had not seen, beside the plain count")
    )
    st.caption(priority_notes.explained(words))


def limits(words: Words) -> None:
    """Say what the page does not say."""
    st.subheader(words.say("What this does not say"), anchor=False)
    lines = [
        words.say("That something will happen in a place: of single places, most will have no homicide in the months to come."),
        words.say("Why there, or what helps there: that is for people who know the place."),
        words.say("Anything about homicides without a place on the map: they can put no place on the list."),
        words.say("That more police is the answer. A place that is looked at more has more arrests and stops; so they are not used."),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))
