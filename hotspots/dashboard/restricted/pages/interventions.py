"""Did it work: one intervention of the log by several designs side by side, what each can tell, and what a target would mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.cities import Note
from hotspots.cities.logbook import Entry, Log
from hotspots.dashboard import pictures
from hotspots.dashboard.restricted import address, cached, log_form
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, tables
from hotspots.dashboard.restricted.parts import series as parts
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.questions.restricted import interventions as questions
from hotspots.questions.restricted import when, where
from hotspots.statistics import interventions
from hotspots.statistics.interventions import RING, Evaluation, reading
from hotspots.study.calendar import DAY
from hotspots.study.selection import Selection
from hotspots.views import areas, map_view
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, day, each, number, shown
from hotspots.views.series import series_of
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

EXAMPLE = "boston-ceasefire"
TARGETS = (1, 30)  # per cent a year
GROUPS: dict[str, str] = {
    "treated": mark("Treated areas"),
    "comparison": mark("Comparison areas"),
    "ring": mark("Ring around the treated areas"),
    "comparison_ring": mark("Ring around the comparison areas"),
}
WHOLE = mark("The whole place")


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, written = chosen.words, questions.log(chosen.asked)
    log = written.value
    offered = [*log.entries, *log.events]
    entry = next((one for one in offered if one.id == chosen.selection.entry), offered[0] if offered else None)
    if entry is None:
        heading(chosen, words.say("Did it work?"))
        st.info(words.say("The log of this place is empty. Write down below what was done, when and where."))
    else:
        answer = questions.evaluated(chosen.asked, entry)
        heading(chosen, safe_markdown(words.own(entry.name)) + ": " + answer.sentence(words))
        choice(chosen, entry, answer.value, offered)
        card(chosen, entry, answer.value)
        designs(chosen, answer)
        caveats(answer, words)
    if log.broken:
        st.error(
            words.count(
                "{n} change of the log does not follow on the one before it: something was taken out or changed on disk.",
                "{n} changes of the log do not follow on the one before them: something was taken out or changed on disk.",
                log.broken,
            )
        )
    if log.damaged:
        st.warning(words.say("{n} changes of the log were damaged on disk and are left out.", n=words.number(log.damaged)))
    timeline(chosen, written)
    if chosen.may("import"):
        log_form.show(chosen, log)
    target(chosen)
    example(chosen)


def choice(chosen: Chosen, entry: Entry, found: Evaluation, offered: Sequence[Entry]) -> None:
    """Draw the choice of the intervention, and say what could not have been told from chance."""
    words = chosen.words
    names = {one.id: named(one, words) for one in offered}
    st.selectbox(
        words.say("Intervention"),
        list(names),
        format_func=names.__getitem__,
        **address.widget("entry", entry.id, lambda old, new: replace(old, entry=new)),
    )
    if limit := reading.limit(found, words):
        st.markdown(limit)
    plan(found, words)
    if entry.origin == "event":
        st.caption(
            words.say("A dated event of the whole place, not an entry of the log: nothing was left out of it that could be compared with.")
        )


def plan(found: Evaluation, words: Words) -> None:
    """Say what was planned before, and show its text."""
    if (last := found.plans.last) is not None:
        st.markdown(safe_markdown(" ".join(reading.planned(found, words))))
        shown = st.expander(words.say("The plan, as registered"))
        shown.markdown(safe_markdown(last.text))
        shown.caption(words.say("Its code, to be noted elsewhere: {code}", code=last.code))


def named(entry: Entry, words: Words) -> str:
    """Return the name of an entry with its year."""
    return f"{words.own(entry.name)} ({entry.start.year})"


def card(chosen: Chosen, entry: Entry, found: Evaluation) -> None:
    """Draw the dates, the areas with their numbers, and the series with the start drawn."""
    words = chosen.words
    left, right = st.columns([1, 1.6], gap="medium")
    with left:
        st.header(words.say("When and where"), anchor=False)
        st.markdown(dates(entry, found, words))
        if note := words.own(entry.note):
            st.markdown(safe_markdown(note))
        if not unpublished(found):
            st.table(shown(interventions.before_and_after(found.case), AREAS, words).set_index(words.say("Areas")))
            tables.worked_out(words).caption(areas_note(found, words))
            areas_map(chosen, found)
    with right:
        st.header(words.say("Before and after"), anchor=False)
        series(chosen, entry, found)


def dates(entry: Entry, found: Evaluation, words: Words) -> str:
    """Return the dates of an entry as a sentence, and how many months are compared."""
    start = words.date(entry.start.date())
    if entry.end is None:
        told = words.say("Since {start}.", start=start)
    else:
        told = words.say("From {start} to {end}.", start=start, end=words.date((entry.end - DAY).date()))
    if unpublished(found):
        return told
    before, after = found.case.lengths
    months = words.say(
        "Compared: {before} whole months before and {after} from {month} on.",
        before=words.number(before),
        after=words.number(after),
        month=words.month(found.case.start.start_time),
    )
    if found.case.cohorts:
        began = words.number(len(found.case.cohorts))
        months += " " + words.say("Its areas began on different days ({n}); each is compared from its own.", n=began)
    return f"{told} {months}"


def _a_month(row: pd.Series, side: str, words: Words) -> str:
    """Return homicides in all and a month."""
    if pd.isna(row[f"{side}_mean"]):
        return "–"
    return words.say("{n} ({mean} a month)", n=words.number(row[side]), mean=words.number(row[f"{side}_mean"], 2))


AREAS: tuple[Column, ...] = (
    Column("group", mark("Areas"), each(lambda row, words: words.say(WHOLE if pd.isna(row["units"]) else GROUPS[row["group"]]))),
    Column("units", mark("Units"), number()),
    Column("before", mark("Before"), each(lambda row, words: _a_month(row, "before", words))),
    Column("after", mark("After"), each(lambda row, words: _a_month(row, "after", words))),
)


def areas_map(chosen: Chosen, found: Evaluation) -> None:
    """Draw the areas on blocks; nothing where the whole place is treated, or nothing is mapped."""
    words, one = chosen.words, found.case
    groups = {name: [str(unit) for unit in one.areas[name]] for name in GROUPS if len(one.areas[name])}
    if one.whole or "treated" not in groups:
        return
    labels = {name: words.say(GROUPS[name]) for name in groups}
    title = words.say("Map of the treated areas, those compared with them, and the rings around both")
    marked = areas.marked_areas(chosen.whole.ask(where.geometry), groups, labels, words, other=words.say("All others"), title=title)
    maps.draw_areas(chosen, marked, key="areas_map", height=360)


def unpublished(found: Evaluation) -> bool:
    """Return whether nothing is known by month."""
    return found.effects[0].why_not == "unpublished"


def areas_note(found: Evaluation, words: Words) -> str:
    """Return what the table counts."""
    one = found.case
    if one.only_totals:
        return words.say("People killed, as published.")
    told = words.say(
        "People killed together count once here; killed in the treated areas: {before} people before, {after} after.",
        before=words.number(one.victims[0]),
        after=words.number(one.victims[1]),
    )
    ring = words.say(
        "The ring is every unit within {metres} m that is neither treated nor compared with.", metres=words.number(one.ring_metres)
    )
    return told if one.whole else f"{told} {ring}"


def series(chosen: Chosen, entry: Entry, found: Evaluation) -> None:
    """Draw the series of the treated areas with the start and the end."""
    words = chosen.words
    if unpublished(found) or not len(found.case.months):
        yearly(chosen, entry)
        return
    answer = chosen.ask(questions.series, entry, ring=RING, around=questions.around(chosen.asked, entry))
    table, ends = answer.value.table, answer.value.ends
    table = table.assign(label=[words.period(start.date(), end.date()) for start, end in zip(table["start"], ends, strict=True)])
    notes = [note for note in questions.noted(chosen.whole.asked) if note.start in (entry.start, entry.end, *dict(entry.starts).values())]
    notes = notes or [Note(entry.start, entry.name, "event")]
    known = tuple((note.start, "", words.own(note.text)) for note in notes if table["start"].iloc[0] <= note.start <= ends.iloc[-1])
    shown = series_of(table, words, dated=known)
    pictures.draw_once(lambda: charts.lines(shown, words), of=answer, by=("series", known, words), alt=answer.sentence(words))
    compared = "comparison" in table.columns
    lines = words.say(
        "Blue: {areas}; broad: their mean before and after. Dashed upright line: the start.",
        areas=words.say(WHOLE if found.case.whole else GROUPS["treated"]).lower(),
    )
    step = words.say("Each month") if answer.value.months == 1 else words.say("Three months at a time")
    st.caption(f"{step}. {lines}" + (" " + words.say("Grey, dashed: the comparison areas.") if compared else ""))
    tables.behind(table.iloc[::-1], SERIES if compared else SERIES[:-1], words, alt=words.say("The series as a table"), of=answer)
    parts.downloads(chosen, answer.table(), shown, title=words.own(entry.name), name="intervention")


SERIES: tuple[Column, ...] = (
    Column("label", mark("Period")),
    Column("count", mark("These areas")),
    Column("mean", mark("Mean of this side")),
    Column("comparison", mark("Comparison areas")),
)


def yearly(chosen: Chosen, entry: Entry) -> None:
    """Draw the years where no months are known."""
    words, years = chosen.words, chosen.whole.ask(when.years)
    shown = series_of(years.value, words, dated=[(entry.start, "", words.own(entry.name))])
    pictures.draw(charts.bars(shown, words), alt=years.sentence(words))
    told = [words.say("Each year. Dashed upright line: the start.")]
    if any(note.kind == "definition" for note in chosen.city.notes):
        told.append(words.say("What is counted changed over the years: see “{page}”.", page=words.say("Over the years")))
    st.caption(" ".join(told))
    parts.faint_years(years.value, words)


def designs(chosen: Chosen, answer: Answer[Evaluation]) -> None:
    """Draw the designs as the rows of one table, and what each says where nothing happened."""
    words, found = chosen.words, answer.value
    st.header(words.say("Several ways to look at it"), anchor=False)
    rows = reading.rows(found, words)
    if len({effect.why_not for effect in found.effects}) == 1 and found.lead is None:
        st.info(answer.sentence(words))
        return
    design, assumes = words.say("Design"), words.say("What it assumes")
    trust = [words.say("Where nothing happened"), words.say("If the start is moved")]
    both = "**" + rows[design] + ".** " + rows[assumes]
    st.table(
        rows.drop(columns=[*trust, assumes])
        .assign(**{design: both})
        .set_index(design)
        .rename_axis(words.say("Design, and what it assumes"))
    )
    tables.worked_out(words).caption(
        words.say(
            "Smallest fall it could tell: a true fall of that size would be found in 80 of 100 such cases. A smaller one would mostly be "
            "missed, so a row that shows no change does not show that nothing changed."
        )
    )
    tables.download(chosen, answer, "evaluation", label=words.say("These designs (CSV)"))
    with st.expander(words.say("How far to trust each row")):
        st.table(rows[[design, *trust]].set_index(design))
        st.markdown(reading.break_sentence(found, words))


def caveats(answer: Answer[Evaluation], words: Words) -> None:
    """Say what to know before the figures are used, and what was checked."""
    rows = reading.checked(answer.value, words)
    if not len(rows):
        return
    shown = st.expander(words.say("Before you use this"))
    shown.markdown("\n".join(f"- {words.say(warning)}" for warning in answer.warnings))
    named = {"check": words.say("What was checked"), "result": words.say("Result")}
    shown.table(rows.rename(columns=named).set_index(named["check"]))


def timeline(chosen: Chosen, written: Answer[Log]) -> None:
    """Draw what is done and was done here, with what an evaluation can say of it."""
    words, entries = chosen.words, written.value.entries
    st.header(words.say("What is being done, and what was done"), anchor=False)
    if not entries:
        st.caption(words.say("No intervention is written down."))
        return
    columns = (
        Column("entry", mark("Intervention"), lambda rows, key, words: [safe_markdown(words.own(one.name)) for one in rows[key]]),
        Column("start", mark("From"), day),
        Column("entry", mark("To the end of"), lambda rows, key, words: [last_day(one, words) for one in rows[key]]),
        Column("entry", mark("Areas"), lambda rows, key, words: [safe_markdown(areas_in_words(one, words)) for one in rows[key]]),
        Column(
            "entry",
            mark("Evaluation"),
            lambda rows, key, words: [questions.evaluated(chosen.asked, one).sentence(words) for one in rows[key]],
        ),
    )
    rows = pd.DataFrame({"entry": entries, "start": [one.start for one in entries]})
    st.table(shown(rows, columns, words).set_index(words.say("Intervention")))
    tables.download(chosen, written, "log", label=words.say("The log (CSV)"))


def last_day(entry: Entry, words: Words) -> str:
    """Return the last day of an intervention, or that it goes on."""
    return words.say("goes on") if entry.end is None else words.short_date((entry.end - DAY).date())


def areas_in_words(entry: Entry, words: Words) -> str:
    """Return the treated areas briefly."""
    if not entry.treated:
        return words.say(WHOLE)
    first = ", ".join(entry.treated[:3])
    return first if len(entry.treated) <= 3 else words.say("{first} and {n} more", first=first, n=words.number(len(entry.treated) - 3))


def target(chosen: Chosen) -> None:
    """Draw what a yearly fall would mean, by place and year."""
    words, mapped = chosen.words, len(chosen.city.blocks)
    offered = units.available(chosen.city.blocks) if mapped else ("city",)
    unit = next((one for one in ("districts", "beats") if one in offered), "city")
    places = chosen.at(unit=unit if mapped else "blocks", picked="")
    st.header(words.say("What a target would mean"), anchor=False)
    percent = chosen.selection.target if TARGETS[0] <= chosen.selection.target <= TARGETS[1] else 10
    st.slider(
        words.say("A fall of so many per cent a year"),
        *TARGETS,
        format="%d%%",
        **address.widget("target", percent, lambda old, new: replace(old, target=new)),
    )
    answer = places.ask(questions.target, percent)
    found = answer.value
    if not len(found) or found["base"].isna().all():
        st.caption(words.say("Not available: no whole year is known."))
        return
    st.markdown(answer.sentence(words))
    cost(chosen, percent)
    unit_word = mark("Areas") if unit == "city" and mapped else map_view.unit_name(places.selection.unit, words, chosen.city.called)
    columns = [
        Column("name", unit_word, lambda rows, key, words: rows[key].fillna(words.say("All, mapped or not"))),
        Column("base", mark("A year now"), decimals=1),
        *(Column(one, mark("Fewer in year {n}"), blanks={"n": one}, decimals=1) for one in found.columns[1:-1]),
        Column("total", mark("Fewer in all"), decimals=1),
    ]
    alt = words.say("Homicides avoided by place and year, as a table")
    tables.draw(questions.in_order(found, places.asked), columns, words, alt=alt, of=answer)
    tables.download(chosen, answer, "target")
    from_years = words.count(
        "Arithmetic, not prophecy: every place falls alike from its last year.",
        "Arithmetic, not prophecy: every place falls alike from its own mean of the last {n} years.",
        found.attrs["base_years"],
    )
    tables.worked_out(words).caption(f"{from_years} {words.say('It says what the target means, not that it will be met, nor how.')}")


def cost(chosen: Chosen, percent: int) -> None:
    """Draw what the target means in money, and the field for the reader's own unit cost: there is no default."""
    words = chosen.words
    st.number_input(
        words.say("What a homicide costs (a figure of your own)"),
        min_value=0,
        step=1000,
        **address.widget("cost", chosen.selection.cost, lambda old, new: replace(old, cost=int(new or 0))),
        width=420,
    )
    answer = chosen.ask(questions.cost, percent)
    if answer is not None:
        st.markdown(safe_markdown(answer.sentence(words)))


def example(chosen: Chosen) -> None:
    """Offer the worked example: the series by which focused deterrence was first evaluated."""
    words = chosen.words
    if chosen.city.slug == EXAMPLE or EXAMPLE not in {one.slug for one in cached.available()}:
        return
    st.header(words.say("A worked example"), anchor=False)
    st.markdown(
        words.say(
            "Boston's Operation Ceasefire, 1996, is where focused deterrence began: the published fall of 63% in the monthly mean of young "
            "people killed can be worked out again here, month by month."
        )
    )
    st.button(
        words.say("Open the Boston series"),
        on_click=address.change,
        args=(lambda old: Selection(city=EXAMPLE, language=old.language),),
    )
