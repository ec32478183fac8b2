"""What the page of change says beside its tables: the range that allows for the swings between years, files, days and hours of a place."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import cached, pieces
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.statistics import trends
from hotspots.statistics.change import Comparison
from hotspots.views import data_tables
from hotspots.words import Words, mark

SWINGS: dict[str, str] = {
    "within": mark("Within the normal range"),
    "below": mark("Fewer than the normal range"),
    "above": mark("More than the normal range"),
}


def usual_text(one: Comparison, words: Words) -> str:
    """Return the range that allows for the swings between years; a dash with fewer than three earlier years."""
    return "–" if one.usual is None else f"{words.number(one.usual.low)}–{words.number(one.usual.high)}"


def verdict_text(one: Comparison, words: Words) -> str:
    """Return the judgement of the whole city in words, the same as that of the headline."""
    return words.say(SWINGS[one.verdict]) if one.verdict in SWINGS else words.say("Nothing to compare with")


def files(chosen: Chosen, found: dict[str, Comparison], names: pd.Series) -> None:
    """Offer all periods and places as one file."""
    pieces.table_download(
        chosen, lambda: data_tables.changes(found, names), "change", label=chosen.words.say("All periods and places (CSV)")
    )


def when_in_the_week(chosen: Chosen, names: pd.Series) -> None:
    """Draw weekdays by hours for the place chosen on the map, else for the whole city; nothing under 20."""
    words, place = chosen.words, chosen.selection.place
    study = cached.study(chosen.selection)
    known = place in names.index
    found = trends.weekday_hour(study, place=place if known else None)
    where = str(names[place]) if known else words.say("the whole city")
    st.subheader(words.say("Day of the week and hour: {place}", place=where), anchor=False)
    if not known:
        st.caption(words.say("Choose a place on the map to see its days and hours."))
    pieces.weekday_hour(found, chosen)


def late_text(chosen: Chosen) -> str:
    """Return what is known of late arrivals as a sentence."""
    words, city = chosen.words, chosen.city
    found = cached.late(city.slug, city.version)
    if found is None:
        return words.say(
            "How many came in late is not known: only one version of these data was published here. The next import will tell."
        )
    return words.say(
        "Since the version published on {day}: {late} killed before {until} were added, {very} of them more than 30 days after they "
        "died, and {gone} were taken out. At least so many: only the numbers for each day are compared.",
        day=words.short_date(pd.Timestamp(found.before).date()),
        until=words.short_date(found.until.date()),
        late=words.number(found.late),
        very=words.number(found.very_late),
        gone=words.number(found.withdrawn),
    )


def method(words: Words) -> None:
    """Say in a few sentences how the range is made."""
    st.caption(
        words.say(
            "Normal range: the counts that an exact test of two counts (E-test) does not tell from the same calendar days of up to three "
            "years before, day for day; 29 February counts with the 28th. Where nothing changed a count lies outside in at most 5 of 100. "
            "The dark colours and “even allowing for” hold across all places compared (Benjamini–Hochberg). No percentage on less than "
            "10. That is chance alone, and what the places are judged by. For the whole city the headline goes by the range that also "
            "allows for how far up to five years before differed from one another, as on Overview and Trends (at least three years)."
        )
        + " "
        + words.say("People killed together count once for every range of chance alone, which is one of events; all else counts people.")
    )
