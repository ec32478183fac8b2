"""How places compare: which had more or fewer homicides than chance explains, in a funnel and never in a league table."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard import pictures
from hotspots.dashboard.restricted import place_of
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, published, tables
from hotspots.drawing import charts
from hotspots.drawing.charts import funnel
from hotspots.drawing.charts.funnel import VERDICTS
from hotspots.questions.restricted import city, when, where
from hotspots.statistics import rates
from hotspots.statistics.measure import NEEDS
from hotspots.study import Study
from hotspots.views import captions
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, called, rounded, whole
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

NORMAL: dict[str, str] = {
    "within": mark("within the normal range"),
    "above": mark("more than the years before lead one to expect"),
    "below": mark("fewer than the years before lead one to expect"),
    "unknown": mark("not known"),
}
COLUMNS: tuple[Column, ...] = (
    Column("place", mark("Place"), width=205),
    Column("verdict", mark("Beside chance"), called(VERDICTS), width=190),
    Column("count", mark("People killed"), whole, width=100),
    Column("expected", mark("Expected"), rounded(1), width=80),
    Column("rate", mark("Per 100,000 residents a year"), rounded(1), width=190),
    Column("rate_low", mark("from (95%)"), rounded(1), width=84),
    Column("rate_high", mark("to (95%)"), rounded(1), width=84),
)
BESIDE: tuple[Column, ...] = (
    Column("name", mark("Place")),
    Column("count", mark("People killed"), whole),
    Column("rate", mark("Per 100,000 residents a year"), rounded(1)),
    Column("rate_low", mark("from (95%)"), rounded(1)),
    Column("rate_high", mark("to (95%)"), rounded(1)),
    Column("population", mark("Residents"), rounded(0)),
    Column("latest", mark("12 months"), whole),
    Column("verdict", mark("In words"), called(NORMAL)),
)
RATES: tuple[tuple[str, str], ...] = (
    ("rate", mark("{place}: per 100,000 residents a year")),
    ("rate_low", mark("{place}: from (95%)")),
    ("rate_high", mark("{place}: to (95%)")),
)
WIDENED = Column("widened", mark("With the wider funnel"), called(VERDICTS))


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    on_map = replace(chosen, selection=city.for_map(chosen.asked))
    study, answer = on_map.everywhere.by_unit, on_map.ask(where.compared)
    found = answer.value
    heading(on_map, answer.sentence(words))
    side_by_side(on_map)
    maps.unit_choice(chosen)
    published.explain(chosen, on_map)
    if found is None:
        unknown = not (study.person_years > 0).any()
        reason = words.say(NEEDS["population"]) if unknown else words.say("no homicide with a place matches these choices")
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Compare"), reason=reason))
        return
    if found.table.empty:
        st.info(words.say("No place of this kind lies inside; choose smaller places, or the whole city."))
        return
    if len(found.table) == 1 and not chosen.selection.place:
        st.info(words.say("There is one place only, and it holds everything. Choose smaller places."))
        return
    if len(found.table) > 1:
        finding(found, words)
    picture(study, answer, words)
    columns = (*COLUMNS, WIDENED) if found.scatter > 1 else COLUMNS
    rows = answer.table().set_index("id").rename_axis(study.blocks.index.name).sort_values("place", kind="stable")
    named(rows[rows["verdict"] != "within"], words)
    alt, label = words.say("Every place with its homicides and what chance explains, by name"), words.say("Every place, by its name")
    tables.once_open(lambda: tables.draw(rows, columns, words, alt=alt, of=answer), words, key="every_place", label=label)
    tables.download(chosen, answer, f"{chosen.selection.unit}_compare")
    if found.scatter > 1:
        widened(study, answer, words)
    limits(study, found, words)


def named(outside: pd.DataFrame, words: Words) -> None:
    """Draw the places that chance does not explain, by their names: in an order of rates the smallest ones would stand first."""
    if not len(outside):
        return
    st.header(words.say("What chance does not explain, by name"), anchor=False)
    tables.whole(outside.head(tables.MOST_ROWS), COLUMNS[:4], words, alt=words.say("The places that chance does not explain, by name"))
    more = len(outside) - tables.MOST_ROWS
    if more > 0:
        st.caption(
            words.count("{n} more is marked in the picture and in the table.", "{n} more are marked in the picture and in the table.", more)
        )


def side_by_side(chosen: Chosen) -> None:
    """Draw the place chosen beside another one, or beside the whole city; without a place there is nothing to put beside."""
    words, city, selection = chosen.words, chosen.city, chosen.selection
    if not selection.place:
        return
    st.header(words.say("Side by side"), anchor=False)
    other = place_of.beside(selection, city, words)
    answer = chosen.at(beside=other).ask(where.side_by_side)
    rows = answer.value.assign(name=[place_of.named(text, city, words) for text in answer.value["place"]])
    tables.draw(rows, BESIDE, words, alt=words.say("The place chosen and another one, with the same numbers"))
    tables.download(chosen.at(beside=other), answer, "side_by_side")
    for one in rows["study"].iloc[1:]:
        for line in captions.of_place(one, words):
            st.caption(line)
    series_beside(chosen, other)


def series_beside(chosen: Chosen, other: str) -> None:
    """Draw the rate of each 12 months of the place and of the one beside it, on one scale; nothing where a rate of one is not known."""
    words = chosen.words
    both = [chosen.at(place=text, beside="").ask(when.months).value.dropna(subset=["rate"]) for text in (chosen.selection.place, other)]
    if any(table.empty for table in both):
        return
    top = float(max(table["rate_high"].max() for table in both))
    for room, text, table in zip(st.columns(2), (chosen.selection.place, other), both, strict=True):
        first, last = table.iloc[0], table.iloc[-1]
        name = place_of.named(text, chosen.city, words)
        alt = words.say(
            "Homicides per 100,000 residents a year, 12 months at a time: {first} at first, {last} at last.",
            first=words.rate(first["rate"]),
            last=words.rate(last["rate"]),
        )
        room.markdown(f"**{safe_markdown(name)}** · {chosen.period}")
        pictures.draw(charts.rolling_rate(table, words, top=top), alt=f"{name}. {alt}", room=room)
    told = words.say("Each point is the rate of the 12 months that end there; the band is its exact 95% interval. One scale for both.")
    st.caption(told)
    keys = [key for key, _ in RATES]
    rows = both[0][keys].join(both[1][keys].add_suffix("_beside"))
    rows = rows.iloc[::-1].assign(month=[words.month(month.start_time) for month in rows.index[::-1]])
    tables.behind(rows, columns_beside(chosen, other), words, alt=words.say("The series as a table"))


def columns_beside(chosen: Chosen, other: str) -> list[Column]:
    """Return the columns of the two series: the month, and each place's rate with its interval."""
    columns = [Column("month", mark("12 months to"))]
    for text, end in ((chosen.selection.place, ""), (other, "_beside")):
        name = {"place": place_of.named(text, chosen.city, chosen.words)}
        columns += [Column(f"{key}{end}", label, rounded(1), name) for key, label in RATES]
    return columns


def finding(found: rates.Funnel, words: Words) -> None:
    """Say what the funnel shows, with what chance alone would show."""
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


def picture(study: Study, answer: Answer[rates.Funnel | None], words: Words) -> None:
    """Draw the funnel and the line that says what it is made of."""
    found, whole = answer.value, rates.rate_of_all(study)
    assert found is not None
    tables.worked_out(words).caption(
        words.say(
            "Each sign is a place; those in the grey funnel differ from the rate of all no more than chance explains. The funnel is wide "
            "on the left, because where few are expected one or two deaths change the rate a lot."
        )
    )
    pictures.draw_once(
        lambda: funnel.spec(found, geography.names(study.blocks), whole, words), of=answer, by=("funnel", words), alt=answer.sentence(words)
    )
    tables.worked_out(words).caption(
        words.say(
            "{period}: {n} people killed in {all} places. Dashed: the rate of all, {rate} per 100,000 residents a year. Funnel: 95 of 100, "
            "and 998 of 1,000 places at that rate lie inside. Triangles: more (pointing up) or fewer (down) than chance explains.",
            period=words.period(study.start.date(), study.end.date()),
            n=words.number(found.killed),
            all=words.number(len(found.table)),
            rate=words.rate(whole),
        )
    )


def widened(study: Study, answer: Answer[rates.Funnel | None], words: Words) -> None:
    """Say how far the places differ as a whole, and draw the funnel that is wide enough for it."""
    found = answer.value
    assert found is not None
    count = found.verdicts(widened=True)
    st.header(words.say("Places differ as a whole"), anchor=False)
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
        pictures.draw_once(
            lambda: funnel.spec(found, geography.names(study.blocks), rates.rate_of_all(study), words, widened=True),
            of=answer,
            by=("wider funnel", words),
            alt=words.say("The same places beside the wider funnel"),
        )


def limits(study: Study, found: rates.Funnel, words: Words) -> None:
    """Say what the page does not say."""
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
    if study.has_victims:
        lines.append(words.say("People killed together count once in the judgement, and each one in counts and rates."))
    st.expander(words.say("What this does not say")).markdown("\n".join(f"- {line}" for line in lines))
