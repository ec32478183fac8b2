"""How places compare: which had more or fewer homicides than chance explains, in a funnel and never in a league table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import cached, pieces, totals_notes
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.drawing.charts import funnel
from hotspots.drawing.charts.funnel import VERDICTS
from hotspots.inference.intervals import PER
from hotspots.statistics import rates
from hotspots.statistics.measure import NEEDS
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.views import data_tables, map_view
from hotspots.words import Words


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    selection = totals_notes.for_map(chosen.selection)
    study = cached.study(selection)
    found = cached.funnel(selection)
    heading(chosen, title(chosen, found))
    pieces.unit_choice(chosen)
    totals_notes.explain(chosen, selection)
    if found is None:
        unknown = not (study.person_years > 0).any()
        reason = words.say(NEEDS["population"]) if unknown else words.say("no homicide with a place matches these choices")
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Compare"), reason=reason))
        return
    if len(found.table) == 1:
        st.info(words.say("There is one place only, and it holds everything. Choose smaller places."))
        return
    finding(chosen, found)
    picture(chosen, study, found)
    st.subheader(words.say("Every place, by its name"), anchor=False)
    st.dataframe(
        places_table(study, found, words),
        hide_index=True,
        alt=words.say("Every place with its homicides and what chance explains, by name"),
    )
    pieces.table_download(chosen, lambda: data_tables.funnel(found, study), f"{selection.unit}_compare")
    if found.scatter > 1:
        widened(chosen, study, found)
    limits(selection, study, found, words)


def unit_word(chosen: Chosen) -> str:
    """Return the word for the places, in the plural."""
    return map_view.unit_name(chosen.selection.unit, chosen.words, chosen.city.called).lower()


def title(chosen: Chosen, found: rates.Funnel | None) -> str:
    """Return the finding that heads the page."""
    words = chosen.words
    if found is None or len(found.table) < 2:
        return words.say("How do places compare?")
    count = found.verdicts()
    values = {"all": words.number(len(found.table)), "unit": unit_word(chosen)}
    if not count["above"] and not count["below"]:
        return words.say("None of the {all} {unit} stands out: chance explains how they differ", **values)
    return words.count(
        "{n} of {all} {unit} is above what chance explains, {below} below",
        "{n} of {all} {unit} are above what chance explains, {below} below",
        count["above"],
        below=words.number(count["below"]),
        **values,
    )


def finding(chosen: Chosen, found: rates.Funnel) -> None:
    """Say what the funnel shows, with what chance alone would show."""
    words = chosen.words
    n = len(found.table)
    lines = [
        words.say(
            "Were all {all} places at the same risk, about {expected} would still lie outside the darker funnel by chance; {outside} do.",
            all=words.number(n),
            expected=words.number(found.outside_by_chance(), 1),
            outside=words.number(found.outside()),
        ),
        words.say("So a place is named only where chance remains a poor explanation after allowing for the number of places looked at."),
    ]
    st.markdown(" ".join(lines))


def picture(chosen: Chosen, study: Study, found: rates.Funnel) -> None:
    """Draw the funnel and the line that says what it is made of."""
    words = chosen.words
    whole = rate_of_all(study)
    st.caption(
        words.say(
            "Each sign is a place; those in the grey funnel differ from the rate of all no more than chance explains. The funnel is wide "
            "on the left, because where few are expected one or two deaths change the rate a lot."
        )
    )
    st.vega_lite_chart(funnel.spec(found, geography.names(study.blocks), whole, words), width="stretch", alt=title(chosen, found))
    st.caption(
        words.say(
            "{period}: {n} people killed in {all} places. Dashed: the rate of all, {rate} per 100,000 residents a year. Funnel: 95 of 100, "
            "and 998 of 1,000 places at that rate lie inside. Triangles: more (pointing up) or fewer (down) than chance explains.",
            period=words.period(study.start.date(), study.end.date()),
            n=words.number(found.table["count"].sum()),
            all=words.number(len(found.table)),
            rate=words.rate(whole),
        )
    )


def rate_of_all(study: Study) -> float:
    """Return the rate of all units on the map together, per 100,000 person-years."""
    people = study.person_years.where(study.exposed.notna())
    return float(PER * study.exposed[people.notna()].sum() / people.sum())


def places_table(study: Study, found: rates.Funnel, words: Words) -> pd.DataFrame:
    """Return every place in the order of its name: no league table."""
    whole, table = rate_of_all(study), found.table
    columns = {
        words.say("Place"): geography.names(study.blocks).reindex(table.index).astype(str),
        words.say("People killed"): table["count"].astype(int),
        words.say("Expected"): table["expected"].round(1),
        words.say("Per 100,000 residents a year"): (table["ratio"] * whole).round(1),
        words.say("from (95%)"): (table["ratio_low"] * whole).round(1),
        words.say("to (95%)"): (table["ratio_high"] * whole).round(1),
        words.say("Beside chance"): table["verdict"].map({name: words.say(text) for name, text in VERDICTS.items()}),
    }
    if found.scatter > 1:
        columns[words.say("With the wider funnel")] = table["widened"].map({name: words.say(text) for name, text in VERDICTS.items()})
    shown = pd.DataFrame(columns)
    return shown.sort_values(shown.columns[0], kind="stable")


def widened(chosen: Chosen, study: Study, found: rates.Funnel) -> None:
    """Say how far the places differ as a whole, and draw the funnel that is wide enough for it."""
    words = chosen.words
    count = found.verdicts(widened=True)
    st.subheader(words.say("Places differ as a whole"), anchor=False)
    lines = [
        words.say(
            "The places scatter {scatter} times as much as chance alone explains: many differ, not a few.",
            scatter=words.rate(found.scatter),
        )
    ]
    if count["above"] or count["below"]:
        lines.append(
            words.say(
                "Beside a funnel widened by that much, {above} are above and {below} below: those stand out even among places that differ.",
                above=words.number(count["above"]),
                below=words.number(count["below"]),
            )
        )
    else:
        lines.append(words.say("Beside a funnel widened by that much, no single place stands out from the others."))
    st.markdown(" ".join(lines))
    with st.expander(words.say("The wider funnel")):
        drawn = funnel.spec(found, geography.names(study.blocks), rate_of_all(study), words, widened=True)
        st.vega_lite_chart(drawn, width="stretch", alt=words.say("The same places beside the wider funnel"))


def limits(selection: Selection, study: Study, found: rates.Funnel, words: Words) -> None:
    """Say what the page does not say."""
    st.subheader(words.say("What this does not say"), anchor=False)
    lines = [
        words.say("Why a place lies outside. Residents are those of the census: where many pass and few live, rates are high."),
        words.say("That a place inside is safe, or like the others: with few homicides a real difference is missed."),
        words.say("Which place comes first or last: such an order would change by chance from year to year."),
    ]
    if found.left_out:
        lines.append(
            words.count(
                "Anything about {n} place without residents or without a published number.",
                "Anything about {n} places without residents or without a published number.",
                found.left_out,
            )
        )
    if study.has_days:
        lines.append(words.say("People killed together count once in the judgement, and each one in counts and rates."))
    st.markdown("\n".join(f"- {line}" for line in lines))
