"""Who was killed and how: each value beside the years before, and year by year, the unknown always drawn."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard import pictures
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import clickable, tables
from hotspots.drawing import charts
from hotspots.questions.restricted import here, who
from hotspots.questions.restricted.who import People
from hotspots.statistics import victims
from hotspots.statistics.measure import NEEDS
from hotspots.store.schema import UNKNOWN
from hotspots.study.calendar import DAY
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions, map_view
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, between, number, percent, whole, with_interval, year
from hotspots.words import Words, mark

FIELDS: dict[str, str] = {
    "age": mark("Age of the victim"),
    "sex": mark("Sex of the victim"),
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "status": mark("Whether the case was cleared"),
}
OUTSIDE: dict[str, str] = {
    "above": mark("{what}: {n}, more than the {low}–{high} that the years before lead one to expect."),
    "below": mark("{what}: {n}, fewer than the {low}–{high} that the years before lead one to expect."),
}
FIREARMS: tuple[Column, ...] = (
    Column("year", mark("Year"), year),
    Column("killed", mark("People killed"), whole),
    Column("known", mark("Weapon known"), whole),
    Column("firearm", mark("With a firearm"), whole),
    Column("share", mark("Share (95%)"), with_interval(lambda words: words.percent)),
)
CLEARED: tuple[Column, ...] = (
    Column("place", mark("Place")),
    Column("n", mark("People killed"), whole),
    Column("cleared", mark("Cleared"), whole),
    Column("unknown", mark("Not known"), whole),
    Column("share", mark("Share cleared (95%)"), with_interval(lambda words: words.percent)),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.study
    if isinstance(study, TotalsStudy):
        heading(chosen, words.say("Who was killed"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Who was killed"), reason=words.say(NEEDS["victims"])))
        return
    answer = chosen.whole.ask(who.people)
    found = answer.value
    heading(chosen, answer.sentence(words), dated=True)
    if not found.fields:
        st.info(
            words.say("These data say nothing of the people killed but when and where: no age, no sex, no weapon, no state of the case.")
        )
        return
    if found.nobody:
        st.info(here.nobody(chosen.at(start=found.days.start.date(), end=found.days.end.date()).asked, words))
    counted = chosen.whole.ask(who.by_field).value
    n, period = words.count("{n} person killed", "{n} people killed", study.victims), chosen.period
    st.caption(words.say("{n} · {period}; what is clicked filters every page.", n=n, period=period))
    clickable.bars(chosen, {name: (FIELDS[name], counts) for name, counts in counted.items() if name in FIELDS}, key="people_bars")
    st.markdown(
        words.say(
            "Points: people killed, {days}. Grey bars: the range to expect from the same days of the years before.",
            days=captions.period(found.days, words),
        )
    )
    for name in found.fields:
        section(chosen, name, answer)
        if name == "sex" and "age" in found.fields:
            ages_by_sex(chosen)
        if name == "weapon":
            firearms(chosen)
    with st.container(horizontal=True):
        tables.download(chosen, answer, "people", label=words.say("Now and before (CSV)"))
        by_year = chosen.whole.ask(who.people_by_year)
        tables.download(chosen, by_year, "people_by_year", label=words.say("Year by year (CSV)"))
    tables.worked_out(words).caption(ranges(found, words))


def ranges(found: People, words: Words) -> str:
    """Return what the grey bars allow for."""
    years = found.swings
    if years:
        allow = words.say(
            "Ranges: what to expect if nothing changed. They allow for chance, for people killed together (a double killing is no "
            "change) and for how far the {n} years before differed from one another.",
            n=words.number(years),
        )
    else:
        allow = words.say(
            "Ranges: what to expect if nothing changed. They allow for chance and for people killed together (a double killing is no "
            "change), but not for swings between years: too few earlier years are known."
        )
    allow += " " + words.say(
        "They allow too for so many values looked at together ({n}): of twenty such looks, in one at most does any value lie outside "
        "though nothing changed.",
        n=words.number(found.values),
    )
    rest = words.say(
        "The unknown are drawn in grey: where they grow, every other value shrinks though nothing changed. No share of fewer than 10."
    )
    return f"{allow} {rest}"


def section(chosen: Chosen, name: str, answer: Answer[People]) -> None:
    """Draw one field: now beside the years before, and the shares year by year."""
    words, found, by_year = chosen.words, answer.value.fields[name], answer.value.by_year[name]
    names = {str(value): captions.value_name(name, str(value), words) for value in found.table.index}
    st.header(words.say(FIELDS[name]), anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        counted = "; ".join(f"{names[str(value)]} {words.number(n)}" for value, n in found.table["count"].items())
        alt = f"{words.say(FIELDS[name])}: {counted}"
        pictures.draw_once(lambda: charts.now_and_before(found.table, names, words), of=answer, by=("now", name, words), alt=alt)
    with right:
        alt = words.say("Shares of each year; the numbers are in the table.")
        pictures.draw_once(
            lambda: charts.composition(who.enough_each_year(by_year), names, words), of=answer, by=("years", name, words), alt=alt
        )
    st.markdown(sentences(found, names, words))
    tables.once_open(lambda: as_tables(answer, name, names, words), words, key=f"behind_{name}")
    if name == "status":
        clearance(chosen)


def as_tables(answer: Answer[People], name: str, names: dict[str, str], words: Words) -> None:
    """Draw the two tables behind the pictures of one field."""
    found, by_year = answer.value.fields[name], answer.value.by_year[name]
    rows = found.table.rename_axis("value").reset_index()
    alt = words.say("This period beside the years before")
    tables.draw(rows, now_columns(found, names, words), words, alt=alt, of=answer, part=name)
    columns = (Column("year", mark("Year"), year), *(Column(value, names[str(value)]) for value in by_year.columns))
    rows = by_year.rename_axis("year").reset_index()
    tables.draw(rows, columns, words, alt=words.say("The years as a table"), of=answer, part=name)


def ages_by_sex(chosen: Chosen) -> None:
    """Draw how many there were of each age and sex, in the whole period."""
    words, answer = chosen.words, chosen.whole.ask(who.ages_by_sex)
    st.markdown("**" + words.say("Age and sex together, {period}", period=chosen.period) + "**")
    columns = [Column("age", mark("Age of the victim"), lambda rows, key, words: [captions.value_name("age", a, words) for a in rows[key]])]
    columns += [Column(sex, captions.VALUES[sex]) for sex in answer.value.columns]
    columns.append(Column("total", mark("Total")))
    tables.draw(who.with_total(answer.value), columns, words, alt=words.say("Victims by age and sex"), of=answer)
    tables.download(chosen, answer, "age_and_sex", restricted=True)
    tables.worked_out(words).caption(
        words.say("Small numbers stand here as they are: this table is for those who may see single cases, not for publication.")
    )


def firearms(chosen: Chosen) -> None:
    """Draw the share killed with a firearm, year by year, with its interval."""
    words, answer = chosen.words, chosen.whole.ask(who.firearms)
    st.markdown("**" + words.say("Killed with a firearm, of those whose weapon is known") + "**")
    if alt := answer.sentence(words):
        pictures.draw_once(lambda: charts.yearly_share(answer.value, words), of=answer, by=("firearms", words), alt=alt)
        tables.worked_out(words).caption(
            words.say("Points: the share of each year; lines: its exact 95% interval. No share of fewer than 10.")
        )
    tables.behind(answer.table(), FIREARMS, words, alt=words.say("Share killed with a firearm"), of=answer)


def sentences(found: victims.AgainstBefore, names: dict[str, str], words: Words) -> str:
    """Return what lies outside its range, and how many are unknown."""
    table = found.table
    lines = [
        words.say(
            OUTSIDE[row["verdict"]],
            what=names[str(value)],
            n=words.number(row["count"]),
            low=words.number(row["low"]),
            high=words.number(row["high"]),
        )
        for value, row in table.iterrows()
        if row["verdict"] in OUTSIDE
    ]
    if not found.before:
        lines.append(words.say("The data hold no earlier year to compare with."))
    elif not lines:
        lines.append(words.say("Every number lies within the normal range."))
    if found.total:
        unknown = words.number(table.loc[UNKNOWN, "count"])
        lines.append(words.say("Not known for {n} of {total}.", n=unknown, total=words.number(found.total)))
    return " ".join(lines)


def now_columns(found: victims.AgainstBefore, names: dict[str, str], words: Words) -> tuple[Column, ...]:
    """Return the columns of the table behind the chart of a field."""
    years = words.join(str((one.end - DAY).year) for one in reversed(found.before)) or "–"
    return (
        Column("value", " ", lambda rows, key, words: [names[str(value)] for value in rows[key]]),
        Column("count", mark("People killed")),
        Column("share", mark("Share"), percent()),
        Column("expected", mark("Mean of the same days of {years}"), number(1), {"years": years}),
        Column("share_before", mark("Share then"), percent()),
        Column("low", mark("Normal range"), between("low", "high")),
    )


def clearance(chosen: Chosen) -> None:
    """Draw the share of cleared cases, place by place, and say what it does not say."""
    words = chosen.words
    unit = next((one for one in ("districts", "beats") if one in chosen.city.units), "")
    if unit:
        answer = chosen.at(unit=unit).ask(who.cleared)
        st.markdown("**" + words.say("Cleared, by {unit}", unit=map_view.unit_name(unit, words, chosen.city.called).lower()) + "**")
        tables.draw(answer.table(), CLEARED, words, alt=words.say("Cleared cases by place"), of=answer)
        tables.download(chosen, answer, f"{unit}_cleared")
    lines = [words.say("A recent case had less time to be cleared: the share of the newest years will still rise.")]
    if unit:
        lines.append(words.say("Of the cases whose state is known, in the whole period chosen; no share of fewer than 10."))
    tables.worked_out(words).caption(" ".join(lines))
