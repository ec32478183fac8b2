"""Where people were killed: counts or rates by block, beat or district, with each unit's own numbers and years."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes
from hotspots.dashboard.restricted import (
    address,
    cached,
    hot_places,
    pieces,
    surfaces,
    totals_notes,
    unit_notes,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.dashboard.shell import guard
from hotspots.drawing import charts, exports
from hotspots.statistics import rates, trends
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import STATES, Measure, table
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.views import captions, map_view
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
    words, study = chosen.words, chosen.study
    estimate = rates.overall(study)
    heading(chosen, title(chosen, estimate))
    if not len(chosen.city.blocks):
        pieces.no_map(words)
        return
    if not study.victims:
        st.info(words.say("No homicides match these choices. Widen the period or remove a filter."))
    what, selection = controls(chosen)
    totals_notes.explain(chosen, selection)
    hot_places.controls(selection, what.key, words)
    guarded_picture(replace(chosen, selection=selection), what)
    hot_places.findings(selection, what.key, words)
    data_table(cached.study(selection), what, words)
    reading(chosen, cached.study(selection), what)


def title(chosen: Chosen, estimate: rates.Estimate) -> str:
    """Return the finding that heads the page."""
    words = chosen.words
    if pd.isna(chosen.study.victims):
        return totals_notes.title(chosen)
    killed = words.count(
        "{n} person killed in {city}, {period}",
        "{n} people killed in {city}, {period}",
        chosen.study.victims,
        city=chosen.city.name,
        period=chosen.period,
    )
    return (
        killed
        if estimate.state == "no_data"
        else killed + words.say(": {rate} per 100,000 residents a year", rate=words.rate(estimate.value))
    )


def controls(chosen: Chosen) -> tuple[Measure, Selection]:
    """Draw the choice of what is shown and on which unit, and the list to find a place; return what and where."""
    words, selection = chosen.words, chosen.selection
    left, right, last = st.columns(3)
    with right:
        pieces.unit_choice(chosen)
    selection = totals_notes.for_map(selection)
    study = cached.study(selection)
    possible = [row.key for row in MEASURES if row.mapped and not row.missing(study)]
    default = map_view.default_measure(cached.study(replace(selection, where=(), start=None, end=None))).key
    key = selection.measure if selection.measure in possible else default if default in possible else possible[0]
    left.selectbox(
        words.say("What the map shows"),
        possible,
        format_func=lambda name: words.say(measure(name).label),
        **address.widget("measure", key, lambda old, new: replace(old, measure=new)),
    )
    with last:
        find(cached.frame(selection.city, selection.version, selection.unit), words)
    not_shown(study, words)
    return measure(key), selection


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
    words = chosen.words
    now, _ = address.current()
    own = what.key == "network_density"
    if own and now.equal_split != chosen.selection.equal_split:
        st.rerun()  # the table below the map shows it too
    looked_at = replace(chosen.selection, place=now.place, bandwidth=now.bandwidth, layer=now.layer, equal_split=now.equal_split)
    selection = surfaces.choice(looked_at, words)
    if own or selection.layer == "streets":
        surfaces.crossings(selection, words)
    shown = cached.map_view(selection, what.key)
    place = selection.place if selection.place in shown.ids else ""
    left, right = st.columns([2.1, 1], gap="medium")
    with left:
        pieces.draw_map(
            replace(selection, place=place),
            what.key,
            words,
            key="map",
            height=HEIGHT,
            on_click=lambda unit: address.change(lambda old: replace(old, place=unit)),
        )
    with right:
        if place:
            profile(chosen, cached.study(selection), what, place, shown.names[shown.ids.index(place)])
        else:
            hatched = not selection.bandwidth and bool((shown.states == STATES.index("unstable")).any())
            largest(chosen, cached.study(selection), hatched=hatched)
    surfaces.what_changes(selection, shown, words)
    downloads(chosen, selection, shown, what)


def downloads(chosen: Chosen, selection: Selection, shown: map_view.MapView, what: Measure) -> None:
    """Draw the buttons that give exactly what is shown, each made when it is asked for."""
    words, city, study = chosen.words, chosen.city, cached.study(selection)
    told = exports.Told(city, selection.unit, words, shown)
    with st.container(horizontal=True):
        for suffix, (label, kind) in DOWNLOADS.items():
            if suffix in exports.PICTURES and not study.has_outlines:
                continue
            st.download_button(
                words.say(label),
                data=partial(exports.download, study, [what], suffix, told=told),
                file_name=exports.file_name(city, study, [what], suffix, unit=selection.unit),
                mime=kind,
                on_click="ignore",
                key=f"download{suffix}",
            )


def find(shown: map_view.MapGeometry, words: Words) -> None:
    """Draw the list to find a place by its name: the way to a place without a mouse.

    It stands outside of what a click runs again, because a city's list is long to send; so it names no place once one is found.
    """
    names = dict(zip(shown.ids, shown.names, strict=True))
    st.selectbox(
        words.say("Find a place"),
        sorted(names, key=lambda unit: (names[unit], unit)),
        format_func=lambda unit: names.get(unit, "—"),
        placeholder=words.say("Type a name"),
        help=words.say("Type a name, or click a place on the map."),
        **address.widget("place", None, lambda old, new: replace(old, place=new or "")),
    )


def profile(chosen: Chosen, study: Study, what: Measure, place: str, name: str) -> None:
    """Show the numbers of one place and its own years."""
    words = chosen.words
    row = table(study, what).loc[place]
    st.subheader(name, anchor=False)
    st.button(words.say("Back to all places"), on_click=address.change, args=(lambda old: replace(old, place=""),), type="tertiary")
    st.metric(words.say("People killed"), words.number(row["count"]))
    one = rates.estimate(float(study.exposed.loc[place]), float(study.person_years.loc[place]))
    if one.state == "no_data":
        st.caption(words.say(map_view.state_words(study)["no_data"] if pd.isna(one.count) else map_view.STATE_WORDS["no_data"]))
    else:
        st.metric(words.say("Per 100,000 residents a year"), words.rate(one.value))
        st.caption(words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high)) + note(one, words))
        if remark := captions.left_out(float(row["count"]) - one.count, words):
            st.caption(remark)
    st.caption(" · ".join([words.say("Residents") + ": " + words.number(row["population"]), *unit_notes.shared(study, words)]))
    years = trends.yearly(study.at(place))
    st.markdown("**" + words.say("People killed here each year") + "**")
    year_chart(chosen, years)


def note(one: rates.Estimate, words: Words) -> str:
    """Return the warning that a rate needs, if it needs one."""
    return " · " + words.say(map_view.STATE_WORDS["unstable"]) if one.state in ("unstable", "zero") else ""


def year_chart(chosen: Chosen, years: pd.DataFrame) -> None:
    """Draw a yearly series with the events and changes of definition that cross it."""
    words = chosen.words
    notes = [note for note in pieces.crossing(chosen) if years.index[0].start_time <= note.start <= years.index[-1].end_time]
    chart = charts.yearly_counts(years, words, rules=dated_notes.rules(notes, words))
    st.vega_lite_chart(chart, width="stretch", alt=series_text(years, words))
    if notes:
        with st.expander(words.say("What the numbered lines stand for")):
            dated_notes.explained(notes, words)


def series_text(years: pd.DataFrame, words: Words) -> str:
    """Return a yearly series as a sentence: what the chart says to who cannot see it."""
    return "; ".join(f"{year}: {words.number(n)}" for year, n in years["count"].items())


def largest(chosen: Chosen, study: Study, *, hatched: bool) -> None:
    """Say how many places there are, and how many have none: what to read from the map before a place is picked."""
    words = chosen.words
    with_any, without = int((study.counts > 0).sum()), int((study.counts == 0).sum())
    unknown = len(study.counts) - with_any - without
    if unknown:
        st.markdown(
            words.say("**{n} of {all}** places: no number is published.", n=words.number(unknown), all=words.number(len(study.counts)))
        )
    if unknown < len(study.counts):
        some_and_none(with_any, without, words, of=len(study.counts))
    st.markdown(words.say("Pick a place on the map or in the list to see its numbers and its years."))
    years = trends.yearly(study)
    st.markdown("**" + words.say("People killed each year, all places") + "**")
    year_chart(chosen, years)
    if not hatched:
        return
    if study.away is not None:
        st.markdown(words.say("Dashed streets had fewer than 20 homicides: their rate could as well be much lower or higher."))
    else:
        st.markdown(words.say("Hatched places had fewer than 20 homicides: their rate could as well be much lower or higher."))


def some_and_none(some: int, none: int, words: Words, *, of: int) -> None:
    """Say in how many places somebody was killed, and in how many nobody."""
    st.markdown(
        words.say(
            "**{some} of {all}** places had at least one homicide in this period; **{none}** had none.",
            some=words.number(some),
            all=words.number(of),
            none=words.number(none),
        )
    )


def data_table(study: Study, what: Measure, words: Words) -> None:
    """Draw the table behind the map; picking a row picks the place."""
    data = shown_table(study, what, words)

    def picked() -> None:
        row = address.picked_row("places")
        address.change(lambda old: replace(old, place=str(data.index[row]) if row is not None else ""))

    with st.expander(words.say("The same as a table"), expanded=False):
        st.dataframe(
            data,
            key="places",
            hide_index=True,
            on_select=picked,
            selection_mode="single-row",
            alt=words.say("The numbers of every place on the map"),
        )


def shown_table(study: Study, what: Measure, words: Words) -> pd.DataFrame:
    """Return the table behind the map, most homicides first, under words that a reader knows."""
    data = table(study, what).sort_values(["count", "name"], ascending=[False, True], kind="stable")
    columns = {"name": words.say("Place"), "count": words.say("People killed"), "population": words.say("Residents")}
    if not what.whole:
        columns[what.key] = words.say(what.label)
        if what.interval is not None:
            columns |= {f"{what.key}_low": words.say("from (95%)"), f"{what.key}_high": words.say("to (95%)")}
    notes = pd.Series(map_view.note_texts(data, what, words, study), index=data.index)
    return data[list(columns)].round(2).rename(columns=columns).assign(**{words.say("Note"): notes})


def reading(chosen: Chosen, study: Study, what: Measure) -> None:
    """Say what is left out and how the figures are made."""
    words = chosen.words
    if not study.has_days:
        st.caption(words.say("Published totals: single homicides, their places and days are not known."))
        return
    outside = study.located - int((study.unit_of.notna() & (study.rows["unplaced"] == "")).sum())
    placeless = study.victims - study.inside - outside
    parts = [
        words.say("On the map: {n} of {total} people killed.", n=words.number(study.inside), total=words.number(study.victims)),
        words.say("Without a usable place: {n}.", n=words.number(placeless)),
        words.say("Outside the mapped area: {n}.", n=words.number(outside)),
    ]
    if what.key == "rate":
        parts.append(
            words.say(
                "Rate: people killed divided by residents and years; exact 95% interval (Garwood). Under 20 homicides a rate is uncertain."
            )
        )
    if what.key == "standardised_rate":
        parts.append(ages(study, words))
    st.caption(" ".join([*parts, *unit_notes.lines(study, what, words)]))


def ages(study: Study, words: Words) -> str:
    """Say which standard the rate has, and how many victims of unknown age take no part in it."""
    known = rates.ages_known(study)
    left_out = words.number(known.unknown) + (f" ({words.percent(known.unknown / known.total)})" if known.total >= 10 else "")
    return words.say(
        "As if every place had the ages of the {standard}. Of {total} people killed on the map {unknown} have no known age and take "
        "no part.",
        standard=words.say(rates.STANDARDS["who"]),
        total=words.number(known.total),
        unknown=left_out,
    )
