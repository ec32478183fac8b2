"""What is newer than the last window, in words, for every public face: the year under way, and the last 12 and 36 months of an area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from hotspots.drawing.site import sentences
from hotspots.release import Reading, newest
from hotspots.views.series import Series, series_of
from hotspots.words import Words, mark

DAY = pd.Timedelta(days=1)
RANGED: Mapping[str, str] = {
    "within": mark("The same months of the years before lead one to expect {low}–{high}: it lies within."),
    "above": mark("The same months of the years before lead one to expect {low}–{high}: it is more."),
    "below": mark("The same months of the years before lead one to expect {low}–{high}: it is fewer."),
    "unknown": mark("There is no normal range for these months: too few years before were counted in the same way and are told."),
}
NO_ROLLING = mark(
    "The last 12 and 36 months of one area are not published: each month two such numbers, one taken from the other, would tell what "
    "happened in single months of a small place. Tried on ten simulated years of monthly numbers, those of 12 months gave it away in "
    "nearly every area, those of 36 months in nearly every area with up to 24 killed in them."
)


def so_far(reading: Reading, words: Words) -> list[str]:
    """Return how many were killed in the year under way, beside the same months before; and when more is told."""
    found = newest.this_year(reading)
    lines = []
    if found is not None:
        where = {"city": reading.city.name, "period": sentences.period(found.window, words)}
        lines.append(
            words.count("{n} person killed in {city}, {period}", "{n} people killed in {city}, {period}", found.count, **where) + "."
        )
        if found.before == found.before:
            year = found.window[0].year - 1
            lines.append(words.say("In the same months of {year}: {n}.", year=year, n=words.number(found.before)))
        lines.append(words.say(RANGED[found.verdict], low=words.number(found.low), high=words.number(found.high)))
        lines.append(words.say("As known when it was told: who is registered later is counted in a later number."))
    return [*lines, *_next(reading, words)]


def _next(reading: Reading, words: Words) -> list[str]:
    told = newest.next_part(reading)
    if told is None:
        few = words.say("The year under way is not told in parts: too few are killed for numbers that keep single deaths to themselves.")
        return [] if reading.republished else [few]
    end, day = (words.date(one.date()) for one in (told[0] - DAY, told[1]))
    return [words.say("The next number, up to {end}, comes from {day} on.", end=end, day=day)]


def last_months(reading: Reading, area: str, words: Words) -> list[str]:
    """Return how many were killed in an area in the last 12 and 36 months told, or why that is not told and when its next number comes."""
    found = newest.rolling(reading, area)
    if found is not None:
        spans = ((12, found.year, found.last), (36, found.three, found.sum))
        return [
            words.say("{n} months, {period}: {killed} killed.", n=n, period=sentences.period(span, words), killed=words.number(count))
            for n, span, count in spans
        ]
    return why_not(reading, words)


def why_not(reading: Reading, words: Words) -> list[str]:
    """Return why no area's last months are told, and when its next number comes; nothing where they are, or are others'."""
    if reading.republished or reading.rules["exact_areas"] or not reading.windows:
        return []
    days = reading.due
    assert days is not None  # none of these were others' numbers
    start, end = (
        str(day.year)
        for day in (reading.windows[-1][1], reading.windows[-1][1] + pd.DateOffset(years=int(reading.rules["window_years"])) - DAY)
    )
    due = words.say(
        "The next number by area is that of {start}–{end}, from {day} on.", start=start, end=end, day=words.date(days[1].date())
    )
    return [words.say(NO_ROLLING), due]


def chart(reading: Reading, area: str, words: Words) -> Series | None:
    """Return an area's years with their normal ranges, for a small chart; None where it can carry none."""
    found = newest.rolling(reading, area)
    if found is None:
        return None
    shown = series_of(found.years, words)
    told = zip(shown.rows["label"], shown.rows["count"], strict=True)
    return replace(shown, alt="; ".join(f"{label}: {words.number(count)}" for label, count in told))
