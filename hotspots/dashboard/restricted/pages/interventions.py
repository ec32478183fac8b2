"""Did it work: one intervention of the log by five designs side by side, what each can tell, and what a target would mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.cities import Note, logbook
from hotspots.cities.logbook import Entry, Log
from hotspots.dashboard.restricted import (
    address,
    cached,
    intervention_areas,
    log_form,
    pieces,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.dashboard.restricted.intervention_areas import GROUPS
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.statistics import interventions
from hotspots.statistics.interventions import Case, Evaluation, reading
from hotspots.study.selection import Selection
from hotspots.views import data_tables, map_view
from hotspots.words import Words
from hotspots.words.escape import safe_markdown

EXAMPLE = "boston-ceasefire"
FEW_A_MONTH = 3.0  # homicides; with fewer the chart shows three months at a time
TARGETS = (1, 30)  # per cent a year


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, city = chosen.words, chosen.city
    log = logbook.read(city.slug, city.notes)
    offered = [*log.entries, *log.events]
    entry = next((one for one in offered if one.id == chosen.selection.entry), offered[0] if offered else None)
    if entry is None:
        heading(chosen, words.say("Did it work?"))
        st.info(words.say("The log of this place is empty. Write down below what was done, when and where."))
    else:
        found = cached.evaluation(chosen.selection, entry)
        heading(chosen, safe_markdown(words.own(entry.name)) + ": " + reading.sentence(found, words))
        choice(chosen, entry, offered)
        card(chosen, entry, found)
        designs(chosen, found)
        caveats(found, words)
    if log.damaged:
        st.warning(words.say("{n} changes of the log were damaged on disk and are left out.", n=words.number(log.damaged)))
    timeline(chosen, log)
    log_form.show(chosen, log)
    target(chosen)
    example(chosen)


def choice(chosen: Chosen, entry: Entry, offered: list[Entry]) -> None:
    """Draw the choice of the intervention, and say what could not have been told from chance."""
    words = chosen.words
    names = {one.id: named(one, words) for one in offered}
    st.selectbox(
        words.say("Intervention"),
        list(names),
        format_func=names.__getitem__,
        **address.widget("entry", entry.id, lambda old, new: replace(old, entry=new)),
    )
    limit = reading.limit(cached.evaluation(chosen.selection, entry), words)
    if limit:
        st.markdown(limit)
    if entry.origin == "event":
        st.caption(
            words.say("A dated event of the whole place, not an entry of the log: nothing was left out of it that could be compared with.")
        )


def named(entry: Entry, words: Words) -> str:
    """Return the name of an entry with its year."""
    return f"{words.own(entry.name)} ({entry.start.year})"


def card(chosen: Chosen, entry: Entry, found: Evaluation) -> None:
    """Draw the dates, the areas with their numbers, and the series with the start drawn."""
    words = chosen.words
    left, right = st.columns([1, 1.6], gap="medium")
    with left:
        st.subheader(words.say("When and where"), anchor=False)
        st.markdown(when(entry, found, words))
        note = words.own(entry.note)
        if note:
            st.markdown(safe_markdown(note))
        if not unpublished(found):
            st.table(area_table(found, words).set_index(words.say("Areas")))
            st.caption(areas_note(found, words))
            intervention_areas.areas_map(chosen, found)
    with right:
        st.subheader(words.say("Before and after"), anchor=False)
        series(chosen, entry, found)


def when(entry: Entry, found: Evaluation, words: Words) -> str:
    """Return the dates of an entry as a sentence, and how many months are compared."""
    start = words.date(entry.start.date())
    if entry.end is None:
        dates = words.say("Since {start}.", start=start)
    else:
        dates = words.say("From {start} to {end}.", start=start, end=words.date((entry.end - pd.Timedelta(days=1)).date()))
    if unpublished(found):
        return dates
    before, after = int((~found.case.after).sum()), int(found.case.after.sum())
    months = words.say(
        "Compared: {before} whole months before and {after} from {month} on.",
        before=words.number(before),
        after=words.number(after),
        month=words.month(found.case.start.start_time),
    )
    return f"{dates} {months}"


def area_table(found: Evaluation, words: Words) -> pd.DataFrame:
    """Return each group of areas with its homicides before and after, in all and a month."""
    one = found.case
    shown = ["treated"] if one.whole else [name for name in GROUPS if len(one.areas[name]) or name == "treated"]
    rows = []
    for name in shown:
        before, after = one.halves(name)
        rows.append(
            {
                words.say("Areas"): words.say("The whole place") if one.whole else words.say(GROUPS[name]),
                words.say("Units"): "–" if one.whole else words.number(len(one.areas[name])),
                words.say("Before"): a_month(before, words),
                words.say("After"): a_month(after, words),
            }
        )
    return pd.DataFrame(rows)


def a_month(counts: np.ndarray, words: Words) -> str:
    """Return homicides in all and a month."""
    if not len(counts):
        return "–"
    return words.say("{n} ({mean} a month)", n=words.number(counts.sum()), mean=words.number(counts.mean(), 2))


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
    table, length = periods(found, words)
    notes = [note for note in pieces.logged(chosen) if note.start in (entry.start, entry.end)]
    notes = notes or [Note(entry.start, entry.name, "event")]
    lines = [(note.start, "", words.own(note.text)) for note in notes]
    known = [line for line in lines if table["start"].iloc[0] <= line[0] <= table["start"].iloc[-1] + pd.DateOffset(months=length)]
    alt = reading.sentence(found, words)
    st.vega_lite_chart(charts.compared_series(table, words, known), width="stretch", alt=alt)
    what = (words.say("The whole place") if found.case.whole else words.say("Treated areas")).lower()
    step = words.say("Each month") if length == 1 else words.say("Three months at a time")
    compared = " " + words.say("Grey, dashed: the comparison areas.") if "comparison" in table.columns else ""
    st.caption(
        step + ". " + words.say("Blue: {areas}; broad: their mean before and after. Dashed upright line: the start.", areas=what) + compared
    )
    with st.expander(words.say("The same as a table")):
        st.dataframe(series_table(table, words), hide_index=True, alt=words.say("The series as a table"))
    intervention_areas.series_files(chosen, table, words.own(entry.name), known)


def yearly(chosen: Chosen, entry: Entry) -> None:
    """Draw the years where no months are known."""
    from hotspots.statistics import trends

    words = chosen.words
    table = trends.yearly(chosen.study)
    rule = [(entry.start, "", words.own(entry.name))]
    alt = "; ".join(f"{year}: {words.number(n)}" for year, n in table["count"].items())
    st.vega_lite_chart(charts.yearly_counts(table, words, height=charts.SMALL, rules=rule), width="stretch", alt=alt)
    st.caption(words.say("Each year. Dashed upright line: the start. What is counted changed more than once: see the page Trends."))


def periods(found: Evaluation, words: Words) -> tuple[pd.DataFrame, int]:
    """Return the months, or three months at a time where they are sparse, counted from the start; and how many months a row has."""
    one = found.case
    step, length = steps(one)
    names = ["treated"] + (["comparison"] if len(one.areas["comparison"]) else [])
    whole = step.map(step.value_counts()) == length
    sums = one.months.loc[whole, names].groupby(step[whole]).sum().rename(columns={"treated": "count"})
    starts = [(one.start + int(at) * length).start_time for at in sums.index]
    labels = [words.period(start.date(), (start + pd.DateOffset(months=length)).date()) for start in starts]
    side = pd.Series(sums.index >= 0, index=sums.index)
    table = pd.DataFrame({"start": starts, "label": labels, "count": sums["count"].to_numpy()}, index=sums.index)
    table["mean"] = sums["count"].groupby(side).transform("mean").round(2)
    table["side"] = side.astype(int)
    return (table.join(sums[["comparison"]]) if "comparison" in sums.columns else table), length


def steps(one: Case) -> tuple[pd.Series, int]:
    """Return how many steps from the start each month lies, and the months of a step: three where they are sparse and fill a step."""
    months = pd.Series([month.ordinal - one.start.ordinal for month in one.months.index], index=one.months.index)
    threes = months // 3
    sparse = one.months["treated"].mean() < FEW_A_MONTH and (threes.value_counts() == 3).any()
    return (threes, 3) if sparse else (months, 1)


def series_table(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the series under words that a reader knows."""
    columns = {words.say("Period"): table["label"], words.say("These areas"): table["count"], words.say("Mean of this side"): table["mean"]}
    if "comparison" in table.columns:
        columns[words.say("Comparison areas")] = table["comparison"]
    return pd.DataFrame(columns).iloc[::-1]


def designs(chosen: Chosen, found: Evaluation) -> None:
    """Draw the designs as the rows of one table, and what each says where nothing happened."""
    words = chosen.words
    st.subheader(words.say("Five ways to look at it"), anchor=False)
    rows = reading.rows(found, words)
    if len({effect.why_not for effect in found.effects}) == 1 and found.lead is None:
        st.info(reading.sentence(found, words))
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
    st.caption(
        words.say(
            "Smallest fall it could tell: a true fall of that size would be found in 80 of 100 such cases. A smaller one would mostly be "
            "missed, so a row that shows no change does not show that nothing changed."
        )
    )
    pieces.table_download(chosen, lambda: data_tables.designs(found), "evaluation", label=words.say("These designs (CSV)"))
    with st.expander(words.say("How far to trust each row")):
        st.table(rows[[design, *trust]].set_index(design))
        st.markdown(break_sentence(found, words))


def break_sentence(found: Evaluation, words: Words) -> str:
    """Return where the months break by themselves."""
    if found.breaks is None:
        return words.say("The months are too few to look for a break by themselves.")
    said = words.say(
        "Told by the months alone, without the date: the clearest break comes after {month}.",
        month=words.month(found.breaks.last.start_time),
    )
    share = words.percent(found.breaks.p, 1)
    if found.breaks.p > 0.05:
        return said + " " + words.say("The same months in any order break as clearly in {share} of cases: no break.", share=share)
    return said + " " + words.say("The same months in a random order break as clearly in {share} of cases.", share=share)


def caveats(found: Evaluation, words: Words) -> None:
    """Say what to know before the figures are used."""
    if found.warnings:
        st.subheader(words.say("Before you use this"), anchor=False)
        st.markdown("\n".join(f"- {words.say(interventions.WARNINGS[name])}" for name in found.warnings))


def timeline(chosen: Chosen, log: Log) -> None:
    """Draw what is done and was done here, with what an evaluation can say of it."""
    words = chosen.words
    st.subheader(words.say("What is being done, and what was done"), anchor=False)
    if not log.entries:
        st.caption(words.say("No intervention is written down."))
        return
    rows = [
        {
            words.say("Intervention"): safe_markdown(words.own(one.name)),
            words.say("From"): words.short_date(one.start.date()),
            words.say("To the end of"): last_day(one, words),
            words.say("Areas"): safe_markdown(areas_in_words(one, words)),
            words.say("Evaluation"): reading.sentence(cached.evaluation(chosen.selection, one), words),
        }
        for one in log.entries
    ]
    st.table(pd.DataFrame(rows).set_index(words.say("Intervention")))
    pieces.table_download(chosen, lambda: data_tables.log(log.entries, words.language), "log", label=words.say("The log (CSV)"))


def last_day(entry: Entry, words: Words) -> str:
    """Return the last day of an intervention, or that it goes on."""
    return words.say("goes on") if entry.end is None else words.short_date((entry.end - pd.Timedelta(days=1)).date())


def areas_in_words(entry: Entry, words: Words) -> str:
    """Return the treated areas briefly."""
    if not entry.treated:
        return words.say("The whole place")
    first = ", ".join(entry.treated[:3])
    return first if len(entry.treated) <= 3 else words.say("{first} and {n} more", first=first, n=words.number(len(entry.treated) - 3))


def target(chosen: Chosen) -> None:
    """Draw what a yearly fall would mean, by place and year."""
    words = chosen.words
    offered = units.available(chosen.city.blocks) if len(chosen.city.blocks) else ("city",)
    unit = next((one for one in ("districts", "beats") if one in offered), "city")
    selection = replace(chosen.selection, unit=unit if len(chosen.city.blocks) else "blocks", place="")
    st.subheader(words.say("What a target would mean"), anchor=False)
    percent = chosen.selection.target if TARGETS[0] <= chosen.selection.target <= TARGETS[1] else 10
    st.slider(
        words.say("A fall of so many per cent a year"),
        *TARGETS,
        format="%d%%",
        **address.widget("target", percent, lambda old, new: replace(old, target=new)),
    )
    table = interventions.avoided(cached.study(selection), fall=percent / 100)
    if not len(table) or table["base"].isna().all():
        st.caption(words.say("Not available: no whole year is known."))
        return
    st.markdown(target_sentence(table, percent, words))
    shown = target_table(table, cached.study(selection).blocks, selection, chosen)
    decimals = {name: st.column_config.NumberColumn(format="%.1f") for name in shown.columns[1:]}
    alt = words.say("Homicides avoided by place and year, as a table")
    st.dataframe(shown, hide_index=True, column_config=decimals, alt=alt)
    pieces.table_download(chosen, lambda: table.rename_axis("place").reset_index(), "target")
    st.caption(
        words.say(
            "Arithmetic, not prophecy: every place falls alike from its own mean of the last {n} years. It says what the target means, not "
            "that it will be met, nor how. Decimals are means: nobody is saved in part.",
            n=words.number(table.attrs["base_years"]),
        )
    )


def target_sentence(table: pd.DataFrame, percent: int, words: Words) -> str:
    """Return what the target means for the whole place."""
    every = table.loc["all"]
    return words.say(
        "From {base} homicides a year, a fall of {percent}% a year means {first} fewer in the first year and {total} fewer in five years.",
        base=words.number(every["base"], 1),
        percent=words.number(percent),
        first=words.number(every["1"], 1),
        total=words.number(every["total"], 0),
    )


def target_table(table: pd.DataFrame, blocks: pd.DataFrame, selection: Selection, chosen: Chosen) -> pd.DataFrame:
    """Return the homicides avoided under words that a reader knows; places alphabetically, all of them last."""
    words = chosen.words
    kept = table[table["base"].notna()]
    called = geography.names(blocks)
    named_rows = [words.say("All, mapped or not") if one == "all" else called.get(one, one) for one in kept.index]
    unit = words.say("Areas") if selection.unit == "city" else map_view.unit_name(selection.unit, words, chosen.city.called)
    columns = {unit: named_rows, words.say("A year now"): kept["base"].to_numpy()}
    for year in kept.columns[1:-1]:
        columns[words.say("Fewer in year {n}", n=year)] = kept[year].to_numpy()
    columns[words.say("Fewer in all")] = kept["total"].to_numpy()
    shown = pd.DataFrame(columns, index=kept.index)
    order = sorted((one for one in shown.index if one != "all"), key=lambda one: called.get(one, one))
    return shown.loc[[*order, "all"]] if len(order) > 1 else shown.loc[["all"]]


def example(chosen: Chosen) -> None:
    """Offer the worked example: the series by which focused deterrence was first evaluated."""
    words = chosen.words
    if chosen.city.slug == EXAMPLE or EXAMPLE not in {one.slug for one in cached.available()}:
        return
    st.subheader(words.say("A worked example"), anchor=False)
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
