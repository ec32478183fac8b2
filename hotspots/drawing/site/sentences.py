"""What a release says in words, for every public face: numbers and why one is not there, comparisons, years, who was killed, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.cities import Note
from hotspots.release import FEW, FEWER_THAN, HELD, SHOWN, UNPUBLISHED, Reading
from hotspots.release.how_sure import Ratio
from hotspots.release.profiles import Window
from hotspots.statistics import trends
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.store.schema import UNKNOWN
from hotspots.views import captions, map_view, verdicts
from hotspots.views.series import Series, key_of_ranges, numbered, series_of
from hotspots.words import Words, mark

HIDDEN: Mapping[str, str] = {
    FEW: mark("fewer than 10"),
    HELD: mark("10 or more, not shown"),
    UNPUBLISHED: mark("not published"),
}
EXPLAINED: Mapping[str, str] = {
    FEW: mark("“Fewer than 10” means any number from 0 to 9: it does not say that anybody was killed, or that nobody was."),
    HELD: mark(
        "“10 or more, not shown”: held back because a number under 10 beside it could be found by "
        "subtraction. Which one is held back is drawn by lot."
    ),
    UNPUBLISHED: mark("The number of this area is not published."),
}
CHANGES: Mapping[str, str] = {
    "within": mark("{now} people killed in {period}, {then} in {before}: the difference is within the normal range."),
    "above": mark("{now} people killed in {period}, {then} in {before}: more, and beyond the normal range."),
    "below": mark("{now} people killed in {period}, {then} in {before}: fewer, and beyond the normal range."),
}
BESIDE: Mapping[str, str] = {
    "within": mark("{ratio} times the rate of the rest (95% interval {low} to {high}): no clear difference."),
    "above": mark("{ratio} times the rate of the rest (95% interval {low} to {high}): higher."),
    "below": mark("{ratio} times the rate of the rest (95% interval {low} to {high}): lower."),
}
JUDGED: Mapping[str, str] = {
    "within": mark("That lies within the {low}–{high} that the years {base} lead one to expect."),
    "above": mark("That is more than the {low}–{high} that the years {base} lead one to expect."),
    "below": mark("That is fewer than the {low}–{high} that the years {base} lead one to expect."),
    "unknown": mark("There is no normal range for it: too few years before were counted in the same way and are shown."),
}
HOT = mark(
    "More than chance explains: the area's own number is higher than chance gives the same number of residents, allowing for how "
    "many areas were looked at. It says where the numbers stand out, not why, and nothing of who lives there. Nothing is said of an "
    "area whose number is not shown."
)
GROUPS = mark(
    "A thick line around several areas: together they have more than chance explains. That is said of the group, not of each of them: "
    "one of them may have few."
)
RESIDENTS: Mapping[str, str] = {
    "own": mark("Residents: those of {year}, in the rates of all years"),
    "others": mark("Residents: those of {year}, where a source gives none of its own"),
}
FIELDS: Mapping[str, str] = {
    "sex": mark("Sex of the victim"),
    "age": mark("Age of the victim"),
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "status": mark("Whether the case was cleared"),
}
ONE_WAY = mark(
    "The whole city, one thing at a time: two together, or one by area, could describe a single person. No share of fewer than 10."
)
NO_FIELDS = mark("This release holds no table by age, sex or weapon: the sources published none, or none could be protected.")
NO_VALUES = mark("Not published, because no number of this table could be shown without giving a smaller one away.")
PASSED_ON = mark("Public: may be passed on with its source")
NO_AREAS = mark("This release holds no figures by area.")
NO_YEARS = mark("No number of the whole place is published in this release.")
NO_PROGRAMME = mark("This release names no programme. That does not mean that nothing is done: the agency may not have listed it.")
NO_CAUSE = mark("A date beside a number is no cause: many things change in the same year.")


# --- numbers ----------------------------------------------------------------------------------------------------------------------


def number(count: float, reason: str, words: Words) -> str:
    """Return a number of a release as a text: itself, or why it is not shown.

    >>> from hotspots.words import words_for
    >>> number(1030.0, "", words_for("en")), number(float("nan"), "held", words_for("en"))
    ('1,030', '10 or more, not shown')
    """
    return words.number(count) if reason == SHOWN else words.say(HIDDEN[reason])


def numbers(table: pd.DataFrame, words: Words) -> list[str]:
    """Return each count of a table as a text: the number, or why it is not shown."""
    return [number(count, reason, words) for count, reason in zip(table["count"], table["reason"], strict=True)]


def rates(table: pd.DataFrame, words: Words) -> list[str]:
    """Return each rate of a table with its interval, those of 10 to 19 homicides marked as uncertain; a dash where there is none.

    >>> from hotspots.words import words_for
    >>> rates(pd.DataFrame({"count": [12.0], "rate": [22.18], "rate_low": [11.46], "rate_high": [38.74]}), words_for("en"))
    ['22.2 (11.5–38.7), uncertain']
    """
    found = [map_view.with_interval(*row, words) for row in zip(table["rate"], table["rate_low"], table["rate_high"], strict=True)]
    unsure = (table["count"] < UNSTABLE_UNDER) & (table["rate"] > 0)
    return [words.say("{rate}, uncertain", rate=rate) if doubt else rate for rate, doubt in zip(found, unsure, strict=True)]


def areas_called(reading: Reading, words: Words) -> str:
    """Return what the areas are called."""
    return map_view.unit_name("blocks", words, reading.city.called)


def residents_called(reading: Reading, words: Words) -> str:
    """Return what the residents of areas are called: with their year, where it is the same for every window."""
    year = reading.city.population_year
    return words.say("Residents") if reading.republished or not year else words.say("Residents in {year}", year=year)


def period(window: Window, words: Words) -> str:
    """Return a window in words."""
    return words.period(window[0].date(), window[1].date())


# --- areas ------------------------------------------------------------------------------------------------------------------------


def changed(reading: Reading, area: str, window: Window, words: Words) -> str:
    """Return how an area's window compares with the one before, or why that cannot be told."""
    before = reading.before(window)
    if before is None:
        return words.say("There is no earlier window to compare with.")
    ratio = reading.change(area, window)
    if ratio is None:
        return words.say("Change is not published, because the number of this window or of the one before is not shown.")
    now, then = (reading.areas(one).loc[area, "count"] for one in (window, before))
    spans = {"period": period(window, words), "before": period(before, words)}
    text = words.say(CHANGES[ratio.verdict], now=words.number(now), then=words.number(then), **spans)
    breaks = reading.redefined(before[0], window[1])
    return text + (" " + _redefined(breaks, words) if breaks else "")


def _redefined(breaks: list[Note], words: Words) -> str:
    days = words.join([words.date(note.start.date()) for note in breaks])
    return words.say("What is counted changed on {days}, so part of a difference may come from that.", days=days)


def beside(ratio: Ratio | None, words: Words) -> str:
    """Return how an area's rate compares with that of all others."""
    if ratio is None:
        return words.say("Comparison is not published, because it would need a number that is not shown.")
    values = {name: words.number(n, 2) for name, n in (("ratio", ratio.value), ("low", ratio.low), ("high", ratio.high))}
    few = " " + words.say("The rest are the areas whose number and residents are known.") if ratio.partial else ""
    few += " " + words.say("It rests on fewer than 20 people killed and is uncertain.") if ratio.few else ""
    return words.say(BESIDE[ratio.verdict], **values) + few


def killed(reading: Reading, window: Window, words: Words) -> str:
    """Return how many were killed in a window."""
    total, where = reading.total(window), {"city": reading.city.name, "period": period(window, words)}
    if total.reason != SHOWN:
        return words.say("People killed in {city}, {period}: {said}", said=number(total.count, total.reason, words), **where)
    return words.count("{n} person killed in {city}, {period}", "{n} people killed in {city}, {period}", total.count, **where)


def threshold(reading: Reading, words: Words) -> str:
    """Return the threshold and what it means."""
    if reading.rules["exact_areas"]:
        return words.say("Numbers by area are exact, also under 10. No rate rests on fewer than 10 people killed.")
    return " ".join([words.say("Threshold: {n}.", n=FEWER_THAN), words.say(EXPLAINED[FEW])])


def floor(reading: Reading, words: Words) -> str:
    """Return how many residents an area has at least."""
    return words.say(
        "Areas have at least {n} residents: smaller ones are joined with their neighbours.", n=words.number(reading.rules["area_floor"])
    )


def located(reading: Reading, window: Window, words: Words) -> str:
    """Return how many victims could be placed in an area."""
    whole = reading.total(window)
    if np.isnan(whole.count):
        return words.say("How many could be placed in an area is not published.")
    total = words.number(whole.count)
    if np.isnan(whole.unmapped):
        said = number(whole.unmapped, whole.unmapped_reason, words)
        return words.say("Of {total} people killed, not placed in an area and not on the map: {reason}.", total=total, reason=said)
    return words.say(
        "Placed in an area: {share} of {total} people killed. Not on the map, but in every total: {unmapped}.",
        share=words.percent(1 - whole.unmapped / whole.count, 1) if whole.count else "–",
        total=total,
        unmapped=words.number(whole.unmapped),
    )


def repeated(reading: Reading, window: Window, words: Words) -> list[str]:
    """Return what must be said of totals that others published: where they come from, and which source says otherwise."""
    lines = [words.say("These totals were published by others before; each stands here with its source, unchanged.")]
    lines.append(words.say("The sources do not say for how many people the place is unknown."))
    years = reading.years[(reading.years["start"] >= window[0]) & (reading.years["end"] <= window[1])]
    other = float(years["count"].sum(skipna=False)) if len(years) else np.nan
    if not np.isnan(other) and other != reading.total(window).count:
        lines.append(words.say("The figure for these years in the chart comes from another source: {n}.", n=words.number(other)))
    return lines


def held_back(reading: Reading, window: Window, words: Words) -> str:
    """Return how many areas have no number, and what part of the homicides lies in those that have."""
    if not (hidden := int((reading.areas(window)["reason"] != SHOWN).sum())):
        return words.say("Every area has its number.")
    text = words.count("{n} area has no number.", "{n} areas have no number.", hidden)
    share = reading.coverage(window)
    if np.isnan(share):
        return text
    return text + " " + words.say("The others hold {share} of the homicides on the map.", share=words.percent(share))


def statement(reading: Reading, window: Window, words: Words) -> list[str]:
    """Return what every map must say: unit and its least residents, window, threshold and what it means, places not found, no points."""
    unit, span = areas_called(reading, words), period(window, words)
    lines = [words.say("Unit: {unit}. Window: {window}, days and months are not published.", unit=unit.lower(), window=span)]
    if reading.republished:
        lines += repeated(reading, window, words)
    else:
        held = [words.say(EXPLAINED[HELD])] if (reading.areas(window)["reason"] == HELD).any() else []
        lines += [threshold(reading, words), *held, floor(reading, words), located(reading, window, words)]
    return [*lines, words.say("No single homicide and no point is on this map: each colour is that of a whole area.")]


def caption(reading: Reading, view: map_view.MapView, window: Window, words: Words) -> captions.Caption:
    """Return what a map says that is taken away: the finding above it; below, what it must say, and where the figures come from."""
    head = [killed(reading, window, words), view.title, held_back(reading, window, words)]
    drawn = [words.say(HOT), words.say(GROUPS)] if view.outlines else []
    lines = [words.say(PASSED_ON), *drawn, *statement(reading, window, words), *source(reading, words)]
    return captions.Caption("\n".join(head), "\n".join(lines))


# --- years ------------------------------------------------------------------------------------------------------------------------


def _verdict(year: pd.Series) -> str:
    return trends.verdict(year["count"], year["low"], year["high"])


def title(reading: Reading, words: Words) -> str:
    """Return the finding of the newest whole year; the city's name where none is told of."""
    if (year := reading.newest) is None:
        return reading.city.name
    where = {"city": reading.city.name, "year": year["start"].year}
    if year["reason"] != SHOWN:
        said = number(year["count"], year["reason"], words)
        return words.say("{city}, {year}: number of people killed: {said}", said=said, **where)
    n = words.count("{n} person killed in {city} in {year}", "{n} people killed in {city} in {year}", year["count"], **where)
    return verdicts.judged(n, _verdict(year), words)


def judged(reading: Reading, words: Words) -> str:
    """Return whether the newest whole year lies in its normal range, and whether the years rise or fall; nothing where it is not shown."""
    year = reading.newest
    if year is None:
        return words.say(NO_YEARS)
    if year["reason"] != SHOWN:
        return ""
    first = year["start"].year
    ends = {"low": words.number(year["low"]), "high": words.number(year["high"]), "base": f"{first - int(year['base'])}–{first - 1}"}
    said = words.say(JUDGED[_verdict(year)], **ends)
    trend = reading.trend
    return f"{said} {captions.from_year_to_year(trend, first - trend.span, words)}" if trend else said


def crossing(reading: Reading) -> list[Note]:
    """Return the dated notes that fall within the years shown."""
    first, end = reading.years["start"].min(), reading.years["end"].max()
    return [note for note in reading.notes if first <= note.start < end]


def years(reading: Reading, words: Words) -> Series:
    """Return the years as every public chart draws them: with their normal range and the notes that cross them."""
    called = years_called(reading, words)
    alt = "; ".join(f"{year}: {n}" for year, n in zip(called, numbers(reading.years, words), strict=True))
    shown = series_of(reading.years.assign(partial=parts_of_years(reading)), words, dated=numbered(crossing(reading), words), alt=alt)
    return replace(shown, rows=shown.rows.assign(label=called))


def parts_of_years(reading: Reading) -> pd.Series:
    """Return which years have a number that is that of a part of the year."""
    return reading.years["count"].notna() & ~reading.years["complete"]


def years_called(reading: Reading, words: Words) -> list[str]:
    """Return what each year is called: a part of a year by its months."""
    rows = zip(reading.years.index, reading.years["start"], reading.years["end"], parts_of_years(reading), strict=True)
    return [period((start, end), words) if part else str(year) for year, start, end, part in rows]


def chart_key(reading: Reading, words: Words) -> str:
    """Return what the chart of years shows."""
    return " ".join([*key_of_ranges(reading.years["low"], words), *parts_told(reading, words)])


def parts_told(reading: Reading, words: Words) -> list[str]:
    """Return which numbers in the chart of years are those of a part of a year; nothing where none is."""
    parts = [name for name, part in zip(years_called(reading, words), parts_of_years(reading), strict=True) if part]
    return [words.say("Paler, or with a star: only {months}; compared with no whole year.", months=words.join(parts))] if parts else []


def year_table(reading: Reading, words: Words) -> pd.DataFrame:
    """Return the years as texts, oldest first: number, rate, normal range; of republished figures also the publisher's rate and source."""
    rows = reading.years
    columns = {
        words.say("Year"): years_called(reading, words),
        words.say("People killed"): numbers(rows, words),
        words.say("Per 100,000 a year (95%)"): rates(rows, words),
    }
    if reading.republished:
        columns[words.say("Rate as published")] = [words.rate(one) for one in rows["published_rate"]]
    columns[words.say("Normal range")] = [
        "–" if np.isnan(high) else f"{words.number(low)}–{words.number(high)}" for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    if reading.republished:
        columns[words.say("Source")] = [str(one) for one in rows["source"]]
    return pd.DataFrame(columns)


# --- who was killed ---------------------------------------------------------------------------------------------------------------


def share(count: float, total: float, words: Words) -> str:
    """Return the share of a number in all; a dash where either is under 10 or not shown."""
    return words.percent(count / total) if count >= FEWER_THAN and total >= FEWER_THAN else "–"


def rest(reading: Reading, name: str, window: Window, words: Words) -> str:
    """Return of an attribute for how many it is not known, and what the numbers that are not shown add up to."""
    rows, total = reading.people(name, window), reading.total(window).count
    said = []
    for row in rows[rows["value"] == UNKNOWN].to_dict("records"):
        n = number(row["count"], row["reason"], words)
        part = share(row["count"], total, words)
        telling = words.say("Not known: {n}.", n=n)
        if part != "–":
            telling = words.say("Not known for {share} ({n} of {total}).", share=part, n=n, total=words.number(total))
        said.append(telling)
    hidden, together = rows[rows["reason"] != SHOWN]["value"], reading.together(name, window)
    if len(hidden) and not np.isnan(together):
        labels = words.join(captions.value_name(name, value, words).lower() for value in hidden)
        said.append(words.say("{values} together: {n}.", values=words.begins(labels), n=words.number(together)))
    return " ".join(said)


# --- where the figures come from ----------------------------------------------------------------------------------------------------


def source(reading: Reading, words: Words) -> list[str]:
    """Return where the figures come from and how far they reach."""
    city = reading.city
    lines = [words.say("Figures up to {day}", day=words.date(reading.last_day.date()))]
    lines += captions.whose(city, words)
    if city.population_year:
        told = RESIDENTS["others" if reading.republished else "own"]
        lines.append(words.say(told, year=city.population_year))
    return lines + [fictional(words)] * city.fictional


def fictional(words: Words) -> str:
    """Return that the city is invented."""
    said = words.say("fictional city: no real person, no real place")
    return words.begins(said)


def due(reading: Reading, words: Words) -> str:
    """Return when the next numbers are due."""
    if reading.due is None:
        return words.say("The next numbers come when their source publishes them.")
    year, window = (words.date(day.date()) for day in reading.due)
    return words.say("Next numbers: of the whole place from {year} on, by area from {window} on.", year=year, window=window)


def contact(named: str, reading: Reading, words: Words) -> str:
    """Return to whom a reader writes: to `named`, or to who made the figures."""
    source = words.own(reading.city.source)
    if named or not source:
        return words.say("Write to: {contact}.", contact=named or words.say("whoever gave you this page, which names no source"))
    return words.say("Write to the source of the figures: {source}.", source=source)
