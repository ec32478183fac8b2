"""Where to begin: places in order for the months to come, with how well such an order did before. For the restricted edition only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import backtest, maps, tables
from hotspots.geography import units
from hotspots.questions.restricted import priorities
from hotspots.questions.restricted.priorities import FirstPlaces
from hotspots.statistics.concentration import PATTERNS
from hotspots.statistics.measure import why_not
from hotspots.statistics.priorities import MONTHS, MOST_PERIODS, PLAIN, RULE_WORDS, Backtest
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, called, percent
from hotspots.views.map_view import unit_name
from hotspots.words import Words, mark

NUMBERED = 20  # places with a number on the map
COLUMNS: tuple[Column, ...] = (
    Column("order", mark("No."), width=44),
    Column("name", mark("Place"), width=215),
    Column("last_year", mark("12 months"), width=72),
    Column("events", mark("In all"), width=68),
    Column("share", mark("Share"), percent(1), width=54),
    Column("running", mark("Running share"), percent(), width=116),
    Column("pattern", mark("Pattern"), called(PATTERNS), width=70),
    Column("district", mark("District"), lambda rows, key, words: [name or "–" for name in rows[key]], width=142),
    Column("services", mark("Services near"), lambda rows, key, words: [one or "–" for one in rows[key]], width=106),
    Column("area", mark("Hectares"), lambda rows, key, words: (rows[key] / 1e4).round(2)),
    Column("within", mark("Within the first"), percent()),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    if chosen.city.only_totals or not chosen.by_unit.has_outlines:
        heading(chosen, words.say("Where to begin"))
        reason = words.say(why_not(chosen.by_unit, "outlines" if chosen.by_unit.has_victims else "points"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Priorities"), reason=reason))
        return
    selection = priorities.deaths_alone(chosen.selection)
    months = selection.months if selection.months in MOST_PERIODS else MONTHS
    whole = replace(chosen, selection=selection)
    named = selection.by or ("" if selection.unit == units.default(chosen.city.blocks) else selection.unit)
    by = named if named in maps.units_of(chosen) else ""
    plain = whole.at(unit=priorities.by_kind(whole.asked, by, months=months).unit)
    rule = selection.rule if selection.rule in RULE_WORDS else ""
    test = plain.ask(priorities.backtest, months=months)
    answer = plain.ask(priorities.first_places, rule, months=months)
    heading(plain, answer.sentence(words))
    restricted(words)
    if selection.where != chosen.selection.where:
        st.info(
            words.say("Places are put in order by deaths alone: the choices of sex, age and of solved cases are set aside on this page.")
        )
    controls(plain, by, months)
    map_side, said = st.columns([1.9, 1], gap="medium")
    with said:
        verdict(test, words)
        st.markdown(whole.ask(priorities.kinds, months=months).sentence(words))
        chosen_otherwise(answer.value, words)
    listed(plain, answer, map_side)
    with st.expander(words.say("Would it have been right before?")):
        backtest.draw(test, words)
    if not isinstance(test.value, str):
        tables.download(plain, test, f"{plain.selection.unit}_priorities_tests")
    limits(words)


def restricted(words: Words) -> None:
    """Say whom the page is for, and what it is made of."""
    st.markdown(
        f"**{words.say('Restricted: for those who decide where to begin, not for publication.')}** "
        + words.say("Made of deaths alone: no arrests, no stops, nothing about who lives or passes there. It says nothing of any person.")
    )


def controls(chosen: Chosen, by: str, months: int) -> None:
    """Draw the choices: by what, how long a tested period is, and by which rule."""
    words, asked = chosen.words, chosen.selection.rule
    left, middle, right = st.columns(3)
    left.selectbox(
        words.say("By"),
        ["", *maps.units_of(chosen)],
        format_func=lambda unit: unit_name(unit, words, chosen.city.called) if unit else words.say("What the test supports"),
        **address.widget("by", by, lambda old, new: replace(old, by=new, unit=old.unit if new else "", picked="")),
    )
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


def verdict(test: Answer[Backtest | str], words: Words) -> None:
    """Say which rule is used and how well it did."""
    if isinstance(test.value, str):
        st.markdown(test.sentence(words) + " " + words.say("The list below is the plain count, untested."))
    else:
        st.markdown(priorities.score(test.value, words) + " " + test.sentence(words))


def chosen_otherwise(found: FirstPlaces, words: Words) -> None:
    """Say that the reader chose another rule than the tests support, if so."""
    if found.rule != found.best:
        named = words.say(RULE_WORDS[found.best])
        st.info(words.say("You chose another rule than the one that the test supports: {rule}.", rule=named))


def listed(chosen: Chosen, answer: Answer[FirstPlaces], map_side: DeltaGenerator) -> None:
    """Draw the map of the first places in `map_side`, and below it their list, first ones first, and its download."""
    words, study = chosen.words, chosen.everywhere.by_unit
    rule, places = answer.value.rule, answer.value.places
    if not answer.value.of_city:
        map_side.info(words.say("The homicides with a place do not tell these places apart. Widen the period or choose other places."))
        return
    with map_side:
        maps.draw(
            chosen.everywhere if places.empty else chosen,  # none inside: the map shows where they are
            "priority" if rule == PLAIN else "count",
            key="first_places",
            height=480,
            on_click=partial(maps.pick, unit=chosen.selection.unit),
            numbered=list(places.index[:NUMBERED]),
        )
    if places.empty:
        return
    st.header(words.say("The first places"), anchor=False)
    st.markdown(priorities.in_words(answer.value, chosen.asked, words))
    st.caption(words.say("In the order of homicides for the size of the place: a small place with as many comes before a large one."))
    columns = [one for one in COLUMNS if one.key in places.columns]
    tables.draw(
        places,
        columns,
        words,
        column_order=[one.title(words) for one in columns if one.key not in ("within", "area")],  # the file has these too
        alt=words.say("The first places in order, with their homicides"),
        key="first_places_list",
        of=answer,
        on_select=partial(pick, list(places.index), chosen.selection.unit),
        selection_mode="single-row",
    )
    tables.worked_out(words).caption(
        patterns(words)
        + " "
        + words.say(
            "{rule}, {period}: {n} of {all} places, together at most 5% of the area, in the order of homicides for their size. Events: "
            "people killed together count once. Places that tie have the same number; where they tie over the end of the 5% they are "
            "left out.",
            rule=words.say(RULE_WORDS[rule]),
            period=words.period(study.start.date(), study.end.date()),
            n=words.number(len(places)),
            all=words.number(len(study.blocks)),
        )
        + (" " + chosen.ask(priorities.spread).sentence(words) if rule == "density" else "")
    )
    tables.download(chosen, answer, f"{chosen.selection.unit}_priorities")


def pick(ids: list[str], unit: str) -> None:
    """Make the place whose row was picked the one that every page is about."""
    row = address.picked_row("first_places_list")
    if row is not None:
        maps.pick(ids[row], unit)


def patterns(words: Words) -> str:
    """Return what the patterns and the columns of the list stand for."""
    return words.say(
        "Pattern, in years of 12 months back from the last day: lasting, in each of 3; new, in the last and not in the 2 before; past, "
        "not in the last 2; at times, any other. Services within {metres} m. A row or a shape picked sets the place.",
        metres=words.number(priorities.BESIDE),
    )


def limits(words: Words) -> None:
    """Say what the page does not say."""
    lines = [
        words.say("That something will happen in a place: of single places, most will have no homicide in the months to come."),
        words.say("Why there, or what helps there: that is for people who know the place."),
        words.say("Anything about homicides without a place on the map: they can put no place on the list."),
        words.say("That more police is the answer. A place that is looked at more has more arrests and stops; so they are not used."),
    ]
    st.expander(words.say("What this does not say")).markdown("\n".join(f"- {line}" for line in lines))
