"""Is it changing, or is it noise: months with their normal range, the rolling rate, the years."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from hotspots.cities import Note
from hotspots.dashboard import dated_notes, pictures
from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import months_ahead, numbers, published, series, tables
from hotspots.drawing import charts
from hotspots.questions.restricted import city, when
from hotspots.statistics import trends
from hotspots.study.memo import kept_as
from hotspots.study.of_totals import TotalsStudy
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, between, day, each, number, percent, rounded, with_sign, year
from hotspots.views.series import Dated, Series, numbered, series_of
from hotspots.words import Words, mark

MONTH_ENDS = (31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)  # days of a common year
MONTHS: tuple[Column, ...] = (
    Column("month", mark("Month"), lambda rows, key, words: [words.month(month.start_time) for month in rows[key]]),
    Column("count", mark("People killed")),
    Column("low", mark("Normal range, from")),
    Column("high", mark("Normal range, to")),
    Column("rate", mark("12-month rate per 100,000"), rounded(2)),
    Column("rate_low", mark("from (95%)"), rounded(2)),
    Column("rate_high", mark("to (95%)"), rounded(2)),
)
WEEKS: tuple[Column, ...] = (
    Column("week", mark("Week from"), day),
    Column("count", mark("People killed")),
    Column("low", mark("Normal range, from")),
    Column("high", mark("Normal range, to")),
)
YEARS: tuple[Column, ...] = (
    Column("year", mark("Year"), year),
    Column("count", mark("People killed")),
    Column("rate", mark("Per 100,000 residents a year"), rounded(2)),
    Column("rate_low", mark("from (95%)"), rounded(2)),
    Column("rate_high", mark("to (95%)"), rounded(2)),
)
WITHOUT_PLACE: tuple[Column, ...] = (
    Column("year", mark("Year"), year),
    Column("count", mark("People killed")),
    Column("without", mark("Without a usable place, or outside the areas mapped")),
    Column("share", mark("Share"), percent(1)),
)


def _month_name(rows: pd.DataFrame, key: str, words: Words) -> list[str]:
    return [charts.month_name(int(month), words) for month in rows[key]]


SEASONS: tuple[Column, ...] = (
    Column("month", mark("Month"), _month_name),
    Column("count", mark("People killed")),
    Column("years", mark("Years")),
    Column("mean", mark("People killed, on average"), rounded(1)),
    Column("low", mark("If all months were alike (95%)"), between("low", "high", 1)),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    if isinstance(chosen.study, TotalsStudy):
        published_totals(chosen)
        return
    latest = chosen.whole.ask(when.last_twelve_months, in_city=False)
    if latest is None:
        heading(chosen, words.say("Homicides over time"))
        st.info(words.say("The period holds less than 12 whole months: too short to tell a trend."))
    else:
        heading(chosen, latest.sentence(words), dated=True)
        numbers.three(latest.value, words)
        if latest.value.person_years > 0:
            with st.expander(words.say("Beside whole countries")):
                numbers.countries(words)
    answer = chosen.whole.ask(when.months)
    table, notes = answer.value, series.crossing(chosen)
    dated = tuple(numbered(notes, words))
    lag = city.lag(chosen.selection)
    shown = kept_as(answer, ("provisional", lag), lambda: trends.provisional(table, chosen.study.covers[1] - pd.Timedelta(days=lag)))
    drawn = months(answer, shown, dated, words, by=lag)
    if (shown["complete"] != table["complete"]).any():
        st.caption(
            words.count(
                "Also faint: months of the last {n} day, not complete yet.",
                "Also faint: months of the last {n} days, not complete yet.",
                lag,
            )
        )
    if notes:
        with st.expander(words.say("What the numbers stand for")):
            dated_notes.explained(notes, words)
    series.downloads(chosen, answer.table(), drawn, title=words.say("Each month, and its normal range"), name="month")
    shift(chosen)
    rolling(answer, dated, words)
    so_far(chosen)
    months_ahead.draw(chosen)
    weeks(chosen, dated)
    left, right = st.columns(2, gap="medium")
    with left:
        months_of_the_year(chosen)
    with right:
        st.header(words.say("Day of the week and hour"), anchor=False)
        series.hours_of_the_week(chosen, chosen.whole.ask(when.hours_of_the_week))
    years(chosen)
    beside_years(chosen)
    without_place(chosen)
    method(words)


def shift(chosen: Chosen) -> None:
    """Say whether the level of the series shifted, and when."""
    words, found = chosen.words, chosen.whole.ask(when.level_shift_of)
    st.header(words.say("Did the level shift?"), anchor=False)
    st.markdown(found.sentence(words))
    if found.value is not None:
        tables.worked_out(words).caption(
            words.say("It says when, not why. A steady rise or fall also counts as a shift, and there may be more than one.")
        )


def so_far(chosen: Chosen) -> None:
    """Draw the year so far beside the years before, and where it may end."""
    words, answer = chosen.words, chosen.whole.ask(when.year_so_far)
    found = answer.value
    st.header(words.say("{year} beside the years before", year=found.year), anchor=False)
    pictures.draw_once(lambda: charts.year_over_year(found.days, words), of=answer, by=("so far", words), alt=answer.sentence(words))
    if found.before:
        ends = {"first": found.before[0], "last": found.before[-1]}
        st.caption(words.say("Grey band: lowest and highest of {first}–{last}; dashed: their mean.", **ends))
    if found.end is not None:
        st.markdown(
            answer.sentence(words)
            + " "
            + words.say(
                "If the rest of {year} is to its beginning as in {first}–{last}, the year ends between **{low} and {high}** people killed. "
                "This is a range for 95 of 100 such years, not a forecast.",
                year=found.end.year,
                first=found.end.years[0],
                last=found.end.years[-1],
                low=words.number(found.end.low),
                high=words.number(found.end.high),
            )
        )
    columns = (
        Column("month", mark("To the end of"), _month_name),
        Column("this", str(found.year), number()),
        Column("low", mark("Lowest"), number()),
        Column("mean", mark("Mean"), number(1)),
        Column("high", mark("Highest"), number()),
    )
    ends_of_months = found.days.loc[list(MONTH_ENDS)].assign(month=range(1, 13)).reset_index()
    tables.behind(ends_of_months, columns, words, alt=words.say("The year so far as a table"), of=answer)


def weeks(chosen: Chosen, dated: tuple[Dated, ...]) -> None:
    """Draw the last three years week by week."""
    words, answer = chosen.words, chosen.whole.ask(when.weeks)
    table = answer.value
    if not len(table):
        return
    st.header(words.say("Each week, and its normal range"), anchor=False)
    alt = answer.sentence(words)
    crossing = tuple(one for one in dated if one.day >= table.index[0])
    pictures.draw_once(
        lambda: charts.lines(series_of(table, words, dated=crossing), words), of=answer, by=("weeks", crossing, words), alt=alt
    )
    ends = (table.index[-1] + pd.Timedelta(days=6)).date()
    tables.worked_out(words).caption(
        alt + " " + words.say("Weeks of seven days, the last one to {day}; at most the last three years.", day=words.date(ends))
    )
    tables.behind(table.reset_index().iloc[::-1], WEEKS, words, alt=words.say("The weeks as a table"), of=answer)


def months_of_the_year(chosen: Chosen) -> None:
    """Draw the months of the year beside what months all alike would give."""
    words, answer = chosen.words, chosen.whole.ask(when.seasons)
    st.header(words.say("Months of the year"), anchor=False)
    alt = answer.sentence(words)
    if answer.value is None:
        st.caption(alt)
        return
    table = answer.value
    pictures.draw_once(lambda: charts.seasonal(table, words), of=answer, by=("seasons", words), alt=alt)
    tables.worked_out(words).caption(
        alt + " " + words.say("Bars: the mean of each month; dark lines: that range (95%). By chance one month may lie outside.")
    )
    tables.behind(answer.table(), SEASONS, words, alt=words.say("The months of the year as a table"), of=answer)


def published_totals(chosen: Chosen) -> None:
    """Draw the page of a place that publishes totals: its years first, months only where they are published."""
    words = chosen.words
    latest = chosen.whole.ask(city.newest_year)
    if latest is None:
        heading(chosen, words.say("Homicides over time"))
        st.info(words.say("Within this period no total of twelve months is published."))
    else:
        heading(chosen, latest.sentence(words), dated=True)
        numbers.newest(latest.value, words)
    published.explain(chosen)
    notes = series.crossing(chosen)
    dated = tuple(numbered(notes, words))
    shown = years(chosen, dated, notes)
    series.downloads(chosen, chosen.whole.ask(when.years).table(), shown, title=words.say("Each year"), name="year")
    answer = chosen.whole.ask(when.months)
    table = answer.value
    if len(table):
        first, last = table.index[0].start_time, (table.index[-1] + 1).start_time
        months(answer, table, tuple(one for one in dated if first <= one.day < last), words)
        if table["rate"].notna().any():
            rolling(answer, dated, words)


def months(answer: Answer[pd.DataFrame], table: pd.DataFrame, dated: tuple[Dated, ...], words: Words, *, by: Hashable = None) -> Series:
    """Draw the monthly counts with their normal range; return what was drawn.

    `table` is that of the answer, or, as `by` says, made of it.
    """
    ranged = table["low"].notna().any()
    st.header(words.say("Each month, and its normal range") if ranged else words.say("Each month"), anchor=False)
    if not ranged:
        st.caption(words.period(table.index[0].start_time.date(), (table.index[-1] + 1).start_time.date()))
    known = ("months", by, dated, words)
    shown = kept_as(answer, known, lambda: series_of(table, words, dated=dated))
    alt = kept_as(answer, ("months in words", by, words), lambda: when.months_in_words(table, words))
    pictures.draw_once(lambda: charts.lines(shown, words), of=answer, by=known, alt=alt)
    st.expander(words.say("How to read it, and what the numbers stand for")).caption(series.months_text(table, words))
    tables.behind(table.reset_index().iloc[::-1], MONTHS, words, alt=words.say("The months as a table"), of=answer)
    return shown


def rolling(answer: Answer[pd.DataFrame], dated: tuple[Dated, ...], words: Words) -> None:
    """Draw the 12-month rolling rate of a monthly series."""
    st.header(words.say("The rate of each 12 months"), anchor=False)
    table = answer.value
    known = table.dropna(subset=["rate"])
    if not len(known):
        st.caption(words.say("Not available: no population is known, or the data do not cover 12 months."))
        return
    alt = words.say(
        "Homicides per 100,000 residents a year, 12 months at a time: {first} at first, {last} at last.",
        first=words.rate(known["rate"].iloc[0]),
        last=words.rate(known["rate"].iloc[-1]),
    )
    pictures.draw_once(lambda: charts.rolling_rate(table, words, dated), of=answer, by=("rolling", dated, words), alt=alt)
    tables.worked_out(words).caption(
        words.say("Each point is the rate of the 12 months that end there; the band is its exact 95% interval.")
    )


def years(chosen: Chosen, dated: tuple[Dated, ...] = (), notes: Sequence[Note] = ()) -> Series:
    """Draw the yearly counts; return what was drawn."""
    words, answer, totals = chosen.words, chosen.whole.ask(when.years), isinstance(chosen.study, TotalsStudy)
    table = answer.value
    st.header(words.say("Each year"), anchor=False)
    known = ("years", dated, words)
    shown = kept_as(answer, known, lambda: series_of(table, words, dated=dated))
    height = 260 if dated else 200
    draw = partial(published.years_drawn if totals else charts.bars, shown, words, height=height)
    pictures.draw_once(draw, of=answer, by=known, alt=answer.sentence(words))
    if totals:
        st.caption(published.key_of_years(table, words))
    series.faint_years(table, words)
    if notes:
        with st.expander(words.say("What the numbers stand for")):
            dated_notes.explained(list(notes), words)
    if totals:
        published.years_as_table(chosen)
    else:
        tables.behind(answer.table(), YEARS, words, alt=words.say("The years as a table"), of=answer)
    return shown


def beside_years(chosen: Chosen) -> None:
    """Say how the newest whole year compares with the mean of the five before it, and with the year that the reader chose."""
    words, answer = chosen.words, chosen.whole.ask(when.newest_year_beside, base=chosen.selection.base)
    if answer is None:
        return
    found = answer.value
    st.header(words.say("{year} beside other years", year=found.year), anchor=False)
    st.selectbox(
        words.say("Compare with"),
        found.before,
        **address.widget("base", found.base, lambda old, new: replace(old, base=int(new))),
        width=220,
    )
    columns = (
        Column("first", mark("Compared with"), each(_base)),
        Column("then", mark("People killed then"), each(lambda row, words: words.number(row["then"], _digits(row["then"])))),
        Column("now", mark("People killed in {year}"), number(), {"year": found.year}),
        Column("difference", mark("Difference"), each(_difference)),
    )
    tables.draw(answer.table(), columns, words, alt=words.say("The newest year beside other years"), of=answer)
    tables.worked_out(words).caption(
        words.say("A single year swings by chance, so a difference alone shows no change: read it with the normal range above.")
    )


def _base(row: pd.Series, words: Words) -> str:
    first, last = int(row["first"]), int(row["last"])
    return str(first) if first == last else words.say("Mean of {years}", years=f"{first}–{last}")


def _difference(row: pd.Series, words: Words) -> str:
    text = with_sign(row["difference"], words, _digits(row["difference"]))
    return text if pd.isna(row["share"]) else f"{text} ({text[0]}{words.percent(abs(row['share']))})"


def _digits(value: float) -> int:
    return 0 if value == int(value) else 1


def without_place(chosen: Chosen) -> None:
    """Draw the share of the homicides of each year that have no usable place: where it grows, maps and districts show less."""
    words, answer = chosen.words, chosen.whole.ask(when.without_place)
    if answer is None:
        return
    with st.expander(words.say("Homicides without a usable place, year by year")):
        alt = words.say("Homicides without a usable place, year by year")
        tables.draw(answer.table().iloc[::-1], WITHOUT_PLACE, words, alt=alt, of=answer)
        st.caption(words.say("They count in every total and are on no map. Where their share grows, places seem to have fewer."))


def method(words: Words) -> None:
    """Say in two sentences how the normal range is made."""
    tables.worked_out(words).caption(
        words.say(
            "Normal range: a negative binomial range from the same month and its neighbours in up to five earlier years that were counted "
            "in the same way, wider where a year lies further from the one before than chance brings it. Where the years before were "
            "falling or rising, a month outside may be no more than that going on."
        )
    )
