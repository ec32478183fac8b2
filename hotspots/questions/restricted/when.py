"""When people were killed: the last 12 months, months, weeks, years, seasons, days and hours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from hotspots.inference import level_shift
from hotspots.inference.level_shift import Break
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import trends
from hotspots.statistics.trends import BesideYears, Judgement, Projection, WhenInWeek
from hotspots.store.schema import UNKNOWN
from hotspots.study.calendar import Days
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.times import TIMES, times
from hotspots.views import captions, verdicts
from hotspots.views.answer import Answer
from hotspots.views.columns import year
from hotspots.words import Words, mark

WEEKS = 156  # three years
NO_RANGE = mark("No normal range: there are too few years before.")
TREND: dict[str, str] = {
    "fall": mark("{finding}; since {year} about {share} fewer each year"),
    "rise": mark("{finding}; since {year} about {share} more each year"),
    "none": "{finding}",
}


@question()
def last_twelve_months(asked: Asked, *, in_city: bool) -> Answer[Judgement] | None:
    """Return the last 12 whole months beside those before them; None with less than 12. The sentence names the city if `in_city`.

    A rise or fall from year to year that is clear is part of the finding: it can stand beside a number within its normal range.
    """
    found = trends.latest(asked.study)
    if found is None:
        return None

    def says(words: Words) -> str:
        n, city = words.number(found.count), captions.subject(asked.city, asked.study, words)
        where = words.say("{n} people killed in {city} in the last 12 months", n=n, city=city)
        finding = verdicts.judged(where if in_city else words.say("{n} people killed in the last 12 months", n=n), found.verdict, words)
        trend = found.trend
        if trend is None or trend.verdict == "none":
            return finding
        return words.say(TREND[trend.verdict], finding=finding, year=found.first.year, share=words.percent(abs(trend.share)))

    return asked.answer(found, says, days=Days(found.start, found.end))


@question()
def months(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the monthly counts with their normal range, and the rate of each 12 months."""
    found = trends.monthly(asked.study)
    return asked.answer(found, lambda words: months_in_words(found, words), rows=found.reset_index)


def months_in_words(table: pd.DataFrame, words: Words) -> str:
    """Return the monthly series as a sentence: what the chart says to who cannot see it."""
    outside, judged = trends.outside(table)
    if not judged:
        return f"{months_in_brief(table, words)}. {words.say(NO_RANGE)}"
    return words.say(
        "{n} people killed in {months} months; {outside} of {judged} months lie outside their normal range.",
        n=words.number(int(table["count"].sum())),
        months=words.number(len(table)),
        outside=words.number(outside),
        judged=words.number(judged),
    )


def months_in_brief(table: pd.DataFrame, words: Words) -> str:
    """Return how many were killed in how many months."""
    n = table["count"].sum()
    return words.say("{n} people killed in {months} months", n=words.number(n), months=words.number(len(table)))


@question()
def level_shift_of(asked: Asked) -> Answer[Break | None]:
    """Return when the level of the monthly series shifted, if it did; no value with fewer than 36 whole months."""
    table = asked.ask(months).value
    found = level_shift.break_date(table.loc[table["complete"], "count"])

    def says(words: Words) -> str:
        if found is None:
            return words.say("Not known: it takes 36 whole months to tell.")
        if found.p > level_shift.LEVEL:
            return words.say(
                "No clear shift in {months} months: one as clear as any seen here is often found where years only swing as they do here.",
                months=words.number(found.months),
            )
        return words.say(
            "Yes, most clearly from {month}: {before} people killed a month before, {after} from then on ({months} months). So clear "
            "a shift is seldom seen where years only swing as they do here (at most 5 times in 100).",
            month=words.month((found.last + 1).start_time),
            before=words.number(found.before, 1),
            after=words.number(found.after, 1),
            months=words.number(found.months),
        )

    return asked.answer(found, says)


@dataclass(frozen=True, eq=False)
class YearSoFar:
    """The newest year beside whole years `before`: `days` as `trends.year_over_year` gives them, and where it may `end`."""

    year: int
    before: tuple[int, ...]
    days: pd.DataFrame
    end: Projection | None


@question()
def year_so_far(asked: Asked) -> Answer[YearSoFar]:
    """Return how many were killed from New Year to each day beside the years before, and where the year may end."""
    table = trends.year_over_year(asked.study)
    found = YearSoFar(table.attrs["year"], tuple(table.attrs["years"]), table, trends.year_end(asked.study))
    n = table["this"].max() if table["this"].last_valid_index() else 0
    return asked.answer(
        found,
        lambda words: words.say("{n} people killed in {year} so far.", n=words.number(n), year=found.year),
        rows=table.reset_index,
    )


@question()
def weeks(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the weekly counts with their normal range: the last three years of them, and all in the table of a file."""
    table = trends.weekly(asked.study)
    found = table.iloc[-WEEKS:]
    outside, judged = trends.outside(found)

    def says(words: Words) -> str:
        n, of = words.number(found["count"].sum()), words.number(len(found))
        if not judged:
            return f"{words.say('{n} people killed in {weeks} weeks', n=n, weeks=of)}. {words.say(NO_RANGE)}"
        return words.say(
            "{n} people killed in {weeks} weeks; {outside} of {judged} weeks lie outside their normal range.",
            n=n,
            weeks=of,
            outside=words.number(outside),
            judged=words.number(judged),
        )

    return asked.answer(found, says, rows=table.reset_index)


@question()
def seasons(asked: Asked) -> Answer[pd.DataFrame | None]:
    """Return the months of the year beside what months all alike would give; no value where too little is known to show them."""
    table = trends.seasonal(asked.study)
    n = int(table["count"].sum())
    known = n >= trends.LEAST and table["years"].min() >= 1

    def says(words: Words) -> str:
        if not known:
            return words.say(
                "Not shown: it takes {least} homicides and every month of the year in full; here are {n}.", least=trends.LEAST, n=n
            )
        return words.say(
            "{n} people killed: {outside} of 12 months of the year lie outside the range that months all alike would give.",
            n=words.number(n),
            outside=trends.outside(table, "mean")[0],
        )

    return asked.answer(table if known else None, says, rows=table.reset_index)


@question()
def hours_of_the_week(asked: Asked, *, place: str | None = None) -> Answer[WhenInWeek]:
    """Return weekdays by hours, in the unit `place` alone or everywhere."""
    found = trends.weekday_hour(asked.study, place=place)

    def says(words: Words) -> str:
        return words.say("{n} people killed, by day of the week and hour.", n=words.number(found.known))

    return asked.answer(found, says, rows=None if found.table is None else found.table.reset_index)


@question()
def cells_of_the_week(asked: Asked) -> Answer[pd.DataFrame | None]:
    """Return how many were killed on each day of the week (rows) in each band of hours: what can be filtered by, without such a filter.

    No value with fewer than 20 homicides of known hour, and where days are not known.
    """
    if not asked.study.has_days:
        return asked.answer(None)
    bare = asked.selection.with_where("hour", ()).with_where("weekday", ())
    rows = replace(asked, selection=bare).study.rows
    found = pd.crosstab(times(rows, "weekday"), times(rows, "hour"))
    found = found.reindex(index=list(TIMES["weekday"]), columns=[band for band in TIMES["hour"] if band != UNKNOWN], fill_value=0)
    return asked.answer(found if found.to_numpy().sum() >= trends.LEAST else None)


@question()
def years(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the yearly counts and rates; of published totals with the rate as published, its source, and the normal range."""
    found = trends.yearly(asked.study)
    if isinstance(asked.study, TotalsStudy):
        found = found.join(_ranges_of_totals(asked))
    return asked.answer(found, lambda words: years_in_words(found, words), rows=found.reset_index)


def _ranges_of_totals(asked: Asked) -> pd.DataFrame:
    """Return the normal range of each whole year, out of all years published, as the public edition gives it."""
    table = trends.yearly(asked.at(start=None, end=None).study)
    table = table.assign(start=table.index.start_time, end=(table.index + 1).start_time)
    changes = [note.start for note in asked.city.notes if note.kind == "definition"]
    return trends.normal_ranges(table, changes).loc[table["complete"], ["low", "high"]]


def ranged(table: pd.DataFrame) -> bool:
    """Return whether any of these years has a normal range."""
    return "high" in table and bool(table["high"].notna().any())


@question()
def sources_of_years(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the `source` of published yearly totals, and the `first` and the `last` of the years that follow one another from it."""
    told = asked.ask(years).value["source"]
    rows = pd.DataFrame({"year": told.index, "source": told.to_numpy()})
    found = rows.groupby((rows["source"] != rows["source"].shift()).cumsum(), as_index=False)
    return asked.answer(found.agg(first=("year", "first"), last=("year", "last"), source=("source", "first")))


def years_in_words(table: pd.DataFrame, words: Words) -> str:
    """Return a yearly series as a sentence: what the chart says to who cannot see it."""
    rows = table.reset_index(names="year")
    return "; ".join(f"{name}: {words.number(n)}" for name, n in zip(year(rows, "year", words), rows["count"], strict=True))


@question()
def years_beside(asked: Asked) -> Answer[pd.DataFrame]:
    """Return published yearly totals with the `difference` of each from the year before, where both are whole, and the normal range."""
    found = asked.ask(years).value
    found = found.assign(difference=found["count"].astype(float).where(found["complete"]).diff())
    return asked.answer(found, rows=found.reset_index)


@question()
def newest_year_beside(asked: Asked, *, base: int) -> Answer[BesideYears] | None:
    """Return the newest whole year beside the mean of the five before it and the year `base`; None with less than two whole years."""
    found = trends.beside_years(asked.study, base=base)
    return None if found is None else asked.answer(found, rows=lambda: found.table)


@question()
def without_place(asked: Asked) -> Answer[pd.DataFrame] | None:
    """Return for each year how many homicides have no usable place; None where single homicides are not known or there were none."""
    if not asked.study.has_victims or not len(asked.study.dates):
        return None
    found = trends.without_place(asked.study)
    return asked.answer(found, rows=found.reset_index)
