"""Where people were killed: counts or rates by block, beat or district, with each unit's own numbers and years."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes, pictures
from hotspots.dashboard.restricted import address, admission
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, published, series, surfaces, tables, tested, two_periods
from hotspots.dashboard.shell import guard
from hotspots.drawing import charts, exports
from hotspots.questions.restricted import city, here, when, where
from hotspots.questions.restricted.where import Mapped, Place
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import OVER, STATES, Measure
from hotspots.statistics.rates import Estimate
from hotspots.study import Study
from hotspots.views import captions, map_view
from hotspots.views.columns import Column, rounded
from hotspots.views.series import numbered, series_of
from hotspots.words import Words, mark

HEIGHT = 620
DOWNLOADS: dict[str, tuple[str, str]] = {
    ".csv": (mark("Table (CSV)"), "text/csv"),
    ".geojson": (mark("Areas (GeoJSON)"), "application/geo+json"),
    ".png": (mark("Picture (PNG)"), "image/png"),
    ".html": (mark("Map as a page (HTML)"), "text/html"),
}


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, shown = chosen.words, replace(chosen, selection=city.for_map(chosen.asked))  # a map stands under its own period
    heading(shown, title(shown))
    if not len(chosen.city.blocks):
        maps.no_map(words)
        return
    if not shown.study.victims:
        st.info(here.nobody(chosen.asked, words))
    what, on_map = controls(chosen)
    published.explain(chosen, on_map)
    if not published.by_area(on_map):
        return
    tested.controls(on_map, what.key)
    guarded_picture(on_map, what)
    tested.findings(on_map, what.key)
    not_shown(on_map.everywhere.by_unit, words)
    data_table(on_map, what)
    how_to_read(on_map, what)


def title(chosen: Chosen) -> str:
    """Return the finding that heads the page."""
    if pd.isna(chosen.study.victims):
        return chosen.words.say("{city}, {period}: no total is published", city=chosen.city.name, period=chosen.period)
    return captions.killed(chosen.city, chosen.study, chosen.words)


def controls(chosen: Chosen) -> tuple[Measure, Chosen]:
    """Draw the choice of what is shown, on which unit, and beside which period; return what, and the choices that it shows."""
    words = chosen.words
    left, middle, right = st.columns([1.7, 1, 1])
    with middle:
        maps.unit_choice(chosen)
    with right:
        two_periods.choice(chosen)
    on_map = replace(chosen, selection=city.for_map(chosen.asked))
    selection, shown = on_map.selection, on_map.everywhere.by_unit  # whatever place was chosen, the map shows it among the others
    possible = [row.key for row in MEASURES if row.mapped and not row.missing(shown)]
    default = on_map.at(where=(), start=None, end=None, place="").ask(where.opening)
    key = selection.measure if selection.measure in possible else default if default in possible else possible[0]
    left.selectbox(
        words.say("What the map shows"),
        possible,
        format_func=lambda name: words.say(measure(name).label),
        **address.widget("measure", key, lambda old, new: replace(old, measure=new)),
    )
    return measure(key), on_map


def not_shown(study: Study, words: Words) -> None:
    """Draw, folded away, what cannot be shown of these data, with the reason."""
    lacking = {row.label: row.missing(study) for row in MEASURES if row.mapped and row.missing(study)}
    if not lacking:
        return
    with st.expander(words.say("What cannot be shown here, and why ({n})", n=words.number(len(lacking))), expanded=False):
        lines = [
            words.say("{what}: not available, because {reason}.", what=words.say(label), reason=words.say(reason))
            for label, reasons in lacking.items()
            for reason in reasons
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))


@st.fragment
def guarded_picture(chosen: Chosen, what: Measure) -> None:
    """Draw the part of the page that a click runs again."""
    with guard(chosen.words):
        picture(chosen, what)


def picture(chosen: Chosen, what: Measure) -> None:
    """Draw the map, the numbers of the place picked on it, and the table. A click runs only this part again."""
    now, _ = address.current()
    own = what.key == "network_density"
    if own and now.equal_split != chosen.selection.equal_split:
        st.rerun()  # the table below the map shows it too
    if now.place != chosen.selection.place:
        st.rerun()  # every figure of the page is of the place
    looked_at = surfaces.choice(chosen.at(picked=now.picked, bandwidth=now.bandwidth, layer=now.layer, equal_split=now.equal_split))
    if own or looked_at.selection.layer == "streets":
        surfaces.crossings(looked_at)
    beside = two_periods.draw(looked_at, what.key, height=HEIGHT)
    left, right = st.columns([2.1, 1], gap="medium") if beside is None else (st.container(), st.container())
    with left:
        shown = beside or maps.draw(looked_at, what.key, key="map", height=HEIGHT)
    place = maps.unit_of(looked_at.selection)
    with right:
        if place in shown.ids:
            profile(looked_at, what, shown.names[shown.ids.index(place)])
        else:
            usual = not looked_at.selection.bandwidth and "unstable" not in what.words  # else the legend says what is hatched
            hatched = usual and bool((shown.states == STATES.index("unstable")).any())
            largest(looked_at, hatched=hatched)
    surfaces.what_changes(looked_at)
    downloads(looked_at, shown, what)


def downloads(chosen: Chosen, shown: map_view.MapView, what: Measure) -> None:
    """Draw the buttons that give exactly what is shown, each made when it is asked for."""
    words, unit, study = chosen.words, chosen.selection.unit, chosen.by_unit
    told = exports.Subject(chosen.city, unit, words, shown)
    with st.container(horizontal=True):
        for suffix, (label, kind) in DOWNLOADS.items():
            if suffix in exports.PICTURES and not study.has_outlines:
                continue
            admission.give(
                words.say(label),
                partial(exports.download, study, [what], suffix, told=told),
                file_name=exports.file_name(chosen.city, study, [what], suffix, unit=unit),
                mime=kind,
                key=f"download{suffix}",
            )


def profile(chosen: Chosen, what: Measure, name: str) -> None:
    """Show the numbers of one place and its own years."""
    words, study = chosen.words, chosen.by_unit
    found: Place = chosen.ask(where.place, maps.unit_of(chosen.selection), what.key).value
    one = found.rate
    st.header(name, anchor=False)
    st.button(words.say("Back to all places"), on_click=maps.pick, args=("",), type="tertiary")
    st.metric(words.say("People killed"), words.number(found.row["count"]))
    if one.state == "no_data":
        st.caption(words.say(map_view.state_words(study)["no_data"] if pd.isna(one.count) else map_view.STATE_WORDS["no_data"]))
    else:
        st.metric(words.say("Per 100,000 residents a year"), words.rate(one.value))
        st.caption(words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high)) + note(one, words))
        if remark := captions.left_out(float(found.row["count"]) - one.count, words):
            st.caption(remark)
    st.caption(" · ".join([words.say("Residents") + ": " + words.number(found.row["population"]), *captions.shared_out(study, words)]))
    st.markdown("**" + words.say("People killed here each year") + "**")
    year_chart(chosen, found.years)


def note(one: Estimate, words: Words) -> str:
    """Return the warning that a rate needs, if it needs one."""
    return " · " + words.say(map_view.STATE_WORDS["unstable"]) if one.state in ("unstable", "zero") else ""


def year_chart(chosen: Chosen, years: pd.DataFrame) -> None:
    """Draw a yearly series with the events and changes of definition that cross it."""
    words = chosen.words
    notes = [note for note in series.crossing(chosen) if years.index[0].start_time <= note.start <= years.index[-1].end_time]
    chart = charts.bars(series_of(years, words, dated=numbered(notes, words)), words)
    pictures.draw(chart, alt=when.years_in_words(years, words))
    series.faint_years(years, words)
    if notes:
        with st.expander(words.say("What the numbered lines stand for")):
            dated_notes.explained(notes, words)


def largest(chosen: Chosen, *, hatched: bool) -> None:
    """Say how many places there are, and how many have none: what to read from the map before a place is picked."""
    words, study = chosen.words, chosen.by_unit
    found = chosen.ask(where.mapped).value
    if found.unknown:
        st.markdown(
            words.say("**{n} of {all}** places: no number is published.", n=words.number(found.unknown), all=words.number(found.of))
        )
    if found.unknown < found.of:
        some_and_none(found, words)
    st.markdown(words.say("Pick a place on the map to see its numbers and its years."))
    if len(found.years) > 1:  # one bar says nothing
        st.markdown("**" + words.say("People killed each year, all places") + "**")
        year_chart(chosen, found.years)
    if not hatched:
        return
    if study.away is not None:
        st.markdown(words.say("Dashed streets had fewer than 20 homicides: their rate could as well be much lower or higher."))
    else:
        st.markdown(words.say("Hatched places had fewer than 20 homicides: their rate could as well be much lower or higher."))


def some_and_none(found: Mapped, words: Words) -> None:
    """Say in how many places somebody was killed, and in how many nobody."""
    st.markdown(
        words.say(
            "**{some} of {all}** places had at least one homicide in this period; **{none}** had none.",
            some=words.number(found.some),
            all=words.number(found.of),
            none=words.number(found.none),
        )
    )


def data_table(chosen: Chosen, what: Measure) -> None:
    """Draw the table behind the map, once it is opened; picking a row picks the place."""
    words = chosen.words

    def made() -> None:
        answer = chosen.ask(where.of_places, what.key)
        tables.draw(
            answer.value,
            columns(chosen.by_unit, what),
            words,
            of=answer,
            key="places",
            on_select=partial(pick, list(answer.value.index)),
            selection_mode="single-row",
            alt=words.say("The numbers of every place on the map"),
        )

    tables.once_open(made, words, key="places_open")


def pick(ids: list[str]) -> None:
    """Make the place whose row was picked the one that every page is about."""
    row = address.picked_row("places")
    if row is not None:
        maps.pick(str(ids[row]))


def columns(study: Study, what: Measure) -> list[Column]:
    """Return the columns of the table behind the map."""
    found = [
        Column("name", mark("Place")),
        Column("count", mark("People killed"), rounded(2)),
        Column("population", mark("Residents"), rounded(2)),
    ]
    if not what.whole:
        found.append(Column(what.key, what.label, rounded(2)))
        if what.interval is not None:
            found.append(Column(f"{what.key}_low", mark("from (95%)"), rounded(2)))
            found.append(Column(f"{what.key}_high", mark("to (95%)"), rounded(2)))
    return [*found, Column("state", mark("Note"), lambda rows, key, words: map_view.note_texts(rows, what, words, study))]


def how_to_read(chosen: Chosen, what: Measure) -> None:
    """Say what is left out and how the figures are made."""
    words, study = chosen.words, chosen.by_unit
    parts = [chosen.ask(where.mapped).sentence(words)]
    if study.has_victims and what.key == "rate":
        parts.append(
            words.say(
                "Rate: people killed divided by residents and years; exact 95% interval, people killed together taken as one event. "
                "Under 20 homicides a rate is uncertain."
            )
        )
    if study.has_victims and what.key == "standardised_rate":
        parts.append(chosen.ask(where.ages).sentence(words))
    if study.place:
        parts.append(f"{words.say(what.label)}: {words.say(OVER[what.over])}.")
    st.caption(" ".join([*parts, *(captions.of_units(study, what, words) if study.has_victims else ())]))
