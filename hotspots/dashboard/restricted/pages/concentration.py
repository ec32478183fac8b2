"""How few places hold how many of the homicides, beside what chance alone would give, and whether the same places last."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard import pictures
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, tables
from hotspots.drawing import charts
from hotspots.questions.restricted import concentration as questions
from hotspots.statistics import concentration
from hotspots.statistics.concentration import AgainstChance, Comparison
from hotspots.statistics.measure import NEEDS
from hotspots.views.answer import Answer
from hotspots.views.columns import Cells, Column, number, percent
from hotspots.words import Words, mark

VERDICTS: dict[str, str] = {
    "below": mark("Homicides are more concentrated than chance explains."),
    "within": mark("Homicides are no more concentrated than chance explains."),
    "above": mark("Homicides are more evenly spread than chance explains."),
}
LASTING: dict[str, str] = {
    "above": mark("That is more than chance explains: to a part, the same places last."),
    "within": mark("That is within what chance gives: nothing here says that the same places last."),
    "below": mark("That is less than chance gives: the places changed."),
}
CURVE: tuple[Column, ...] = (
    Column("places", mark("Places"), number()),
    Column("unit_share", mark("Share of the places"), percent(1)),
    Column("observed", mark("Share of homicides"), percent()),
    Column("expected", mark("By chance alone"), percent()),
    Column("low", mark("from (95%)"), percent()),
    Column("high", mark("to (95%)"), percent()),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.everywhere.by_unit
    if not study.has_victims:
        heading(chosen, words.say("How concentrated homicides are"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Concentration"), reason=words.say(NEEDS["points"])))
        return
    answer = chosen.ask(questions.against_chance)
    if answer is None:
        heading(chosen, words.say("How concentrated homicides are"))
        maps.unit_choice(chosen)
        st.info(words.say("No homicides with a place match these choices. Widen the period or remove a filter."))
        return
    found = answer.value
    heading(chosen, answer.sentence(words))
    maps.unit_choice(chosen)
    if found.of_units == 1:
        st.info(words.say("There is one place only, and it holds everything. Choose smaller places."))
        return
    verdict(chosen, found)
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        curve(chosen, answer)
    with right:
        lasting(chosen)
        fifths(chosen)
    limits(study.victims, found, words)


def verdict(chosen: Chosen, found: AgainstChance) -> None:
    """Say whether the homicides are more concentrated than chance, when every place is alike and when residents count."""
    words = chosen.words
    lines = [
        words.say(VERDICTS[found.half.verdict]),
        words.say(
            "Had the same homicides fallen on the places by lot, half of them would lie in {low} to {high} of the places.",
            **ends(found.half, found, words),
        ),
    ]
    if chosen.by_unit.population > 0:
        by_people = chosen.ask(questions.against_chance, "population")
        if by_people is not None:
            lines.append(
                words.say(
                    "Had they fallen by where people live, it would be {chance} of the places ({low} to {high}).",
                    chance=concentration.percent(by_people.value.half.expected, found, words),
                    **ends(by_people.value.half, found, words),
                )
            )
    if found.homicides < found.of_units:
        few = tables.worked_out(words)
        few.caption(
            words.say(
                "There are fewer homicides ({n}) than places ({all}), so most places have none whatever happens: only the comparison with "
                "chance says something.",
                n=words.number(found.homicides),
                all=words.number(found.of_units),
            )
        )
    st.markdown(" ".join(lines))


def ends(one: Comparison, found: AgainstChance, words: Words) -> dict[str, str]:
    """Return the ends of what chance gives as text."""
    return {"low": concentration.percent(one.low, found, words), "high": concentration.percent(one.high, found, words)}


def curve(chosen: Chosen, answer: Answer[AgainstChance]) -> None:
    """Draw the Lorenz curve with the curve of chance, and the tables behind it."""
    words, found = chosen.words, answer.value
    st.header(words.say("How much the places with most hold"), anchor=False)
    pictures.draw_once(lambda: charts.lorenz_curve(found.curve, words), of=answer, by=("lorenz", words), alt=answer.sentence(words))
    tables.worked_out(words).caption(
        words.say(
            "{period}: {n} homicides of {events} events on {all} places. Blue: as it is. Grey: the mean of {draws} draws by lot, with the "
            "band that 95 of 100 draws fall in.",
            period=chosen.period,
            n=words.number(found.homicides),
            events=words.number(found.events),
            all=words.number(found.of_units),
            draws=words.number(found.draws),
        )
    )
    alt = words.say("How few places hold a part of the homicides, as a table")
    tables.fitting(questions.parts(found), part_columns(found), words, alt=alt, lead=LEAD, of=answer)
    tables.download(chosen, answer, f"{chosen.selection.unit}_concentration")
    with tables.folded(words):
        tables.draw(questions.steps(answer), CURVE, words, alt=words.say("The curve as a table"), of=answer)
        st.caption(
            words.say(
                "Gini coefficient: {gini}; by chance alone {chance}. Against the most even spread that so few homicides allow: {general}; "
                "by chance alone {general_chance}.",
                gini=words.number(found.gini.observed, 2),
                chance=words.number(found.gini.expected, 2),
                general=words.number(found.generalised_gini.observed, 2),
                general_chance=words.number(found.generalised_gini.expected, 2),
            )
        )


LEAD = ("part", "places", "observed", "expected")  # the columns that fit beside the text; all of them are folded below


def part_columns(found: AgainstChance) -> tuple[Column, ...]:
    """Return the columns of that table: shares of the places with as many decimals as so many places allow."""

    def share(rows: pd.DataFrame, key: str, words: Words) -> Cells:
        return [concentration.percent(one, found, words) for one in rows[key]]

    return (
        Column("part", mark("Share of homicides"), percent()),
        Column("places", mark("Places"), number()),
        Column("observed", mark("Share of the places"), share),
        Column("expected", mark("By chance alone"), share),
        Column("low", mark("from (95%)"), share),
        Column("high", mark("to (95%)"), share),
    )


def lasting(chosen: Chosen) -> None:
    """Say whether the places that held half of the homicides held as many in the time after."""
    words, answer = chosen.words, chosen.ask(questions.lasting)
    st.header(words.say("Do the same places last?"), anchor=False)
    if answer is None:
        st.markdown(words.say("Not known: the period is too short, or one part of it has no homicide with a place."))
        return
    st.markdown(answer.sentence(words) + " " + words.say(LASTING[answer.value.share.verdict]))
    tables.worked_out(words).caption(
        words.say("Even where nothing changes the share falls below one half: the places were picked when they happened to be high.")
    )


def fifths(chosen: Chosen) -> None:
    """Say how far apart the rates of the hardest-hit and the least-hit fifth of the places lie."""
    words, answer = chosen.words, chosen.ask(questions.fifths)
    st.header(words.say("How unequal is the burden?"), anchor=False)
    if answer is None:
        st.markdown(words.say("Not known: no population is known, places are fewer than five, or homicides too few to tell places apart."))
        return
    st.markdown(answer.sentence(words))
    tables.worked_out(words).caption(
        words.say("One half of the period puts the places in order and the other measures them, so that chance alone makes no gap.")
    )


def limits(victims: float, found: AgainstChance, words: Words) -> None:
    """Say what the page does not say."""
    lines = [
        words.say("Which places these are: that is on the page “{page}”.", page=words.say("Every measure on the map")),
        words.say("How likely a resident of a place is to be killed: more homicides happen where more people live and pass."),
        words.say("Why: places of unequal size or use differ without any cause at work. Chance by lot takes all places for alike."),
    ]
    if victims > found.homicides:
        lines.append(
            words.say(
                "Anything about the {n} of {total} people killed whose place is not on the map.",
                n=words.number(victims - found.homicides),
                total=words.number(victims),
            )
        )
    st.expander(words.say("What this does not say")).markdown("\n".join(f"- {line}" for line in lines))
