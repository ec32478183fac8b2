"""The panel about one place: what it is, how many now against usual, the series, who, when, which few places, what was done there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes, pictures
from hotspots.dashboard.restricted import address, chips, frame, place_of, share
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import case_list, clickable, one_page, series, tables
from hotspots.drawing import charts
from hotspots.questions.restricted import ahead, cases, here, when
from hotspots.statistics import rates
from hotspots.statistics.concentration import PATTERNS
from hotspots.study import places
from hotspots.study.memo import kept_as
from hotspots.views import captions
from hotspots.views.columns import Column, called, percent
from hotspots.views.series import numbered, series_of
from hotspots.views.verdicts import VERDICTS
from hotspots.words import mark
from hotspots.words.escape import safe_markdown

NEWEST = 5  # cases
YEAR = 365  # days
EVALUATED = 3  # of what was done: the newest


def head(chosen: Chosen) -> None:
    """Draw what the panel is about, the choices in force, and the finding."""
    words, study = chosen.words, chosen.study
    with st.container(horizontal=True, key="panel_name", vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(here.name_of(chosen.asked, words), anchor=False, width="content")
        buttons(chosen)
    parts = [words.begins(chosen.filters), words.say("data to {day}", day=words.date(here.until(chosen.asked).date()))]
    if study.population > 0:
        parts.append(words.say("{n} residents", n=words.number(study.population)))
    if chosen.city.fictional:
        parts.append(words.say("fictional city: no real person, no real place"))
    st.caption(" · ".join(parts))
    place_of.what_the_city_is(chosen.city, words)
    choices_in_force(chosen)
    if study.victims:
        st.header(chosen.whole.ask(here.here).sentence(words), anchor=False)
        st.caption(rate(chosen))
    else:
        st.info(here.nobody(chosen.asked, words))


def rest(chosen: Chosen) -> None:
    """Draw the blocks of the panel, in the order of the questions that are asked of a place."""
    if chosen.study.victims:
        now(chosen)
        ways_in(chosen)
    frame.invitation(chosen, primary=not chosen.study.victims)  # a panel has one filled button
    if chosen.study.victims:
        over_time(chosen)
        who_and_when(chosen)
        few_places(chosen)
        if chosen.may("windows"):
            open_windows(chosen)
        if chosen.may("cases"):
            newest_cases(chosen)
        done(chosen)
        unknown(chosen)
        one_page.downloads(chosen)


def choices_in_force(chosen: Chosen) -> None:
    """Draw the choice of the place, the way to all choices, and the filters in force, each with a cross that takes it away."""
    words, selection = chosen.words, chosen.selection
    with st.container(horizontal=True, key="chips", vertical_alignment="bottom"):
        place_choice(chosen)
        with st.popover(words.say("City, period, filters · Idioma")):
            frame.choices(selection, chosen.city, words)
        chips.filters(selection, chosen.city, words)
    share.draw(chosen.city, words, page="")


def buttons(chosen: Chosen) -> None:
    """Draw what can be done with the place: keep it as one's own, put it beside another, show it to a room."""
    words = chosen.words
    with st.container(horizontal=True, key="panel_buttons", horizontal_alignment="right", width="content"):
        place_of.own_choice(chosen.selection, chosen.city, words)
        if chosen.selection.place and st.button(words.say("Beside…"), key="to_beside"):
            st.switch_page(st.Page(lambda: None, title=words.say("Compare"), url_path="compare"))
        if st.button(words.say("On the wall"), key="to_wall"):
            st.switch_page(st.Page(lambda: None, title=words.say("On the wall"), url_path="wall"))


def place_choice(chosen: Chosen) -> None:
    """Draw the choice of a district, or of what the city has in place of them; nothing where it has none."""
    words, now = chosen.words, chosen.selection.place
    offered = {text: name for text, name in places.offered(chosen.city).items() if text.split(":")[0] in ("district", "beat")}
    first = next(iter(offered), "").split(":")[0]
    listed = [text for text in offered if text.split(":")[0] == first]
    if not listed:
        return
    whole = words.say("All your districts") if chosen.city.districts else words.say("The whole city")
    st.selectbox(
        words.say("Place"),
        ["", *listed, *([now] if now and now not in listed else [])],
        format_func=lambda text: offered.get(text, here.name_of(chosen.asked, words)) if text else whole,
        label_visibility="collapsed",
        **address.widget("district", now, lambda old, new: replace(old, place=new, picked="")),
    )


def now(chosen: Chosen) -> None:
    """Draw each period beside the same days of the years before."""
    words, answer = chosen.words, chosen.whole.ask(here.here)
    st.subheader(words.say("Now against usual"), anchor=False)
    rows = [
        charts.NowRow(
            words.number(one.count),
            words.say(here.SPANS[one.span]),
            captions.days(one.days, words),
            one.judged,
            one.low,
            one.high,
            words.say(VERDICTS[one.verdict]),
            one.verdict in ("above", "below"),
        )
        for one in answer.value.now
    ]
    st.html(charts.now_rows(rows, words))
    if (coming := chosen.whole.ask(ahead.months_ahead)).value is not None:
        st.caption(ahead.brief(coming.value, words))


def rate(chosen: Chosen) -> str:
    """Return the rate of the last 36 months with its interval, and the city's where the panel is about a part of it."""
    words, study, said = chosen.words, here.recent(chosen.whole.asked).study, own_rate(chosen)
    if study.place is None or rates.overall(study).state == "no_data":
        return said
    return f"{said}; " + words.say("the city: {rate}", rate=words.rate(rates.overall(study.everywhere).value))


def own_rate(chosen: Chosen) -> str:
    """Return the rate of the last 36 months with its interval, of the place alone."""
    words, one = chosen.words, rates.overall(here.recent(chosen.whole.asked).study)
    if one.state == "no_data":
        return words.say("No rate: residents are not known here.")
    return words.say(
        "{rate} per 100,000 residents a year ({low}–{high}), {period}",
        rate=words.rate(one.value),
        low=words.rate(one.low),
        high=words.rate(one.high),
        period=days(chosen),
    )


def days(chosen: Chosen) -> str:
    """Return the period that all but the first block is about."""
    study = here.recent(chosen.whole.asked).study
    return chosen.words.period(study.start.date(), study.end.date())


def ways_in(chosen: Chosen) -> None:
    """Draw the three ways in: what happened this week, where to begin, one page for the meeting."""
    words = chosen.words
    with st.container(horizontal=True, key="ways_in"):
        if st.button(words.say("My place this week") if chosen.city.has_days else words.say("What changed"), key="way_week"):
            address.change(lambda old: replace(old, span="7"))
            st.switch_page(st.Page(lambda: None, title=words.say("Change"), url_path="change"))
        if st.button(words.say("Where to begin"), key="way_begin"):
            st.switch_page(st.Page(lambda: None, title=words.say("Priorities"), url_path="priorities"))
        one_page.for_the_meeting(chosen)


def over_time(chosen: Chosen) -> None:
    """Draw the monthly series with its normal range and the notes that cross it."""
    words, answer = chosen.words, chosen.whole.ask(when.months)
    table, notes = answer.value, series.crossing(chosen)
    st.subheader(words.say("Each month, and its normal range"), anchor=False)
    st.caption(f"{words.count('{n} person killed', '{n} people killed', chosen.study.victims)} · {chosen.period}")
    dated = tuple(numbered(notes, words))
    alt = kept_as(answer, ("in brief", words), lambda: when.months_in_brief(table, words))
    pictures.draw_once(
        lambda: charts.lines(series_of(table, words, dated=dated), words) | {"height": 190},
        of=answer,
        by=("in the panel", dated, words),
        alt=alt,
    )
    if said := here.range_of(chosen.whole.ask(here.here).value.direction, words):
        st.caption(said)
    with st.expander(words.say("How to read it, and what the numbers stand for")):
        st.caption(series.months_text(table, words))
        st.caption(chosen.whole.ask(ahead.months_ahead).sentence(words))
        dated_notes.explained(notes, words)


def who_and_when(chosen: Chosen) -> None:
    """Draw who was killed and with what, and on which days and hours, in the last 36 months; what is clicked filters."""
    words, found = chosen.words, chosen.whole.ask(here.here).value.who
    newest = replace(chosen.whole, selection=here.recent(chosen.whole.asked).selection)
    if found:
        st.subheader(words.say("Who, and with what"), anchor=False)
        st.caption(f"{words.count('{n} person killed', '{n} people killed', newest.study.victims)} · {days(chosen)}")
        clickable.bars(chosen, {name: (here.FIELDS[name], counts) for name, counts in found.items()}, key="who")
    st.subheader(words.say("When"), anchor=False)
    series.hours_of_the_week(newest, newest.ask(when.hours_of_the_week), brief=True)


def few_places(chosen: Chosen) -> None:
    """Draw which few places drive it, where there are several; a row picked is outlined on the map."""
    words, unit = chosen.words, here.smallest(chosen.asked)
    answer = chosen.at(unit=unit).ask(here.few_places)
    n = len(answer.value.listed)
    if not n:
        return
    rows = answer.table().head(n).assign(order=range(1, n + 1))
    st.subheader(words.say("Which few places drive it"), anchor=False)
    st.caption(f"{answer.sentence(words)} · {days(chosen)}")
    if patterns := here.old_or_new(answer.value, words):
        st.caption(f"{patterns} {days(chosen)}.")
    columns = [
        Column("order", mark("No."), width=34),
        Column("name", mark("Place"), width=104),
        Column("count", mark("36 months") if answer.value.whole else mark("People killed"), width=62),
        *((Column("last_year", mark("12 months"), width=62),) if answer.value.parted else ()),
        Column("share", mark("Share"), percent(), width=48),
        Column("running", mark("Running share"), percent(), width=60),
        Column("pattern", mark("Pattern"), called(PATTERNS), width=62),
    ]
    alt = words.say("Which few places drive it")
    if chosen.selection.place:
        picked = partial(pick, list(rows["id"]))
        tables.draw(rows, columns, words, alt=alt, of=answer, key="few_places", on_select=picked, selection_mode="single-row")
    else:
        tables.whole(rows, columns, words, alt=alt, of=answer)
    left = len(answer.value.table) - len(rows)
    if left > 0:
        tables.download(
            chosen, answer, "few_places", label=words.say("All {n} places (CSV)", n=words.number(left + len(rows))), restricted=True
        )


def pick(ids: list[str]) -> None:
    """Outline on the map the place whose row was picked."""
    row = address.picked_row("few_places")
    address.change(lambda old: replace(old, picked="" if row is None else ids[row]))


def open_windows(chosen: Chosen) -> None:
    """Draw the windows that are open on the last day, with the way to their page."""
    words, answer = chosen.words, chosen.whole.ask(here.windows)
    if answer is None:
        return
    st.subheader(words.say("Open windows"), anchor=False)
    st.caption(words.say("{near} m and {within} days around a killing", near=here.NEAR, within=here.WITHIN))
    st.markdown(answer.sentence(words) + ".")
    table = answer.table()
    if len(table):
        columns = [Column("place", mark("Place")), Column("day", mark("Day, of {days}"), blanks={"days": here.WITHIN})]
        tables.whole(table, columns, words, alt=words.say("Open windows"), of=answer)


def newest_cases(chosen: Chosen) -> None:
    """Draw the newest cases, how many of the last 12 months are open, and the way to all of them."""
    words = chosen.words
    month, year = (chosen.whole.ask(cases.cases, days=days, with_near=False) for days in (cases.NEWEST, YEAR))
    if month is None or year is None:
        return
    st.subheader(words.say("Cases"), anchor=False)
    newest, state = words.number(len(month.value.table)), cases.open_cases(year.value, words)
    by_day = chosen.study.has_days and month.value.days.n == cases.NEWEST
    said = words.say("last 28 days: {n}", n=newest) if by_day else f"{captions.period(month.value.days, words)}: {newest}"
    if year.value.days != month.value.days:
        shorter = f"{captions.period(year.value.days, words)}: {state}"
        state = words.say("last 12 months: {cases}", cases=state) if year.value.days.n >= YEAR else shorter
    st.caption(f"{said} · {state}" if year.value.known else said)
    rows = year.value.table.head(NEWEST)
    if len(rows):
        columns = case_list.columns(year.value, without=("district", "category", "near", "sex", "age"))
        tables.whole(rows, columns, words, alt=words.say("Cases, newest first"), of=year)
    if st.button(words.say("All cases"), key="to_cases"):
        st.switch_page(st.Page(lambda: None, title=words.say("Cases"), url_path="cases"))


def done(chosen: Chosen) -> None:
    """Draw what was done here, newest first, by its name and days."""
    words, entries = chosen.words, here.done(chosen.asked)
    st.subheader(words.say("What was done here, and whether it worked"), anchor=False)
    if not entries:
        st.markdown(words.say("Nothing stands in the log."))
    for one in entries:
        ended = (
            words.say("since {day}", day=words.date(one.start.date()))
            if one.end is None
            else words.period(one.start.date(), one.end.date())
        )
        worked = here.whether_it_worked(chosen.asked, one, words) if entries.index(one) < EVALUATED else ""
        st.markdown(f"- **{safe_markdown(words.own(one.name))}**, {ended}. {worked}".rstrip())
    if entries and st.button(words.say("How sure is this?"), key="to_done"):
        st.switch_page(st.Page(lambda: None, title=words.say("Did it work?"), url_path="interventions"))


def unknown(chosen: Chosen) -> None:
    """Say what we do not know."""
    words, study = chosen.words, chosen.study
    lines = [words.say("What happened after {day}: the data end there.", day=words.date((chosen.city.end - pd.Timedelta(days=1)).date()))]
    nowhere = study.victims - study.inside
    if nowhere:
        lines.insert(
            0,
            words.say(
                "Where {n} of {total} people were killed: they are counted, and are on no map.",
                n=words.number(nowhere),
                total=words.number(study.victims),
            ),
        )
    if any(note.kind == "definition" for note in series.crossing(chosen)):
        lines.append(words.say("How many would have been counted under the other definition: what is counted changed within this period."))
    told = "\n".join(f"- {line}" for line in [*lines, *captions.of_place(study, words)])
    st.expander(words.say("What we do not know")).markdown(told)
