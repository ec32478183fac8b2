"""What a picture or a file says of itself: a finding, then period, filters, number and how far the data reach, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspots.cities import City
from hotspots.geography import residents, segments, units
from hotspots.inference.normal_range import Trend
from hotspots.statistics import rates
from hotspots.statistics.measure import Measure
from hotspots.store.schema import UNKNOWN, Blocks, censuses
from hotspots.study import Study, Where
from hotspots.study.calendar import DAY, Days
from hotspots.study.places import KINDS, Place
from hotspots.views.answer import Answer
from hotspots.words import Words, mark, words_for

IN_TENTHS = 20  # homicides: of fewer, "9 in 10" says nothing
TRENDS: dict[str, str] = {
    "fall": mark("From year to year since {first}: {share} (95% interval {low} to {high}): fewer each year."),
    "rise": mark("From year to year since {first}: {share} (95% interval {low} to {high}): more each year."),
    "none": mark("From year to year since {first}: {share} (95% interval {low} to {high}): no clear rise or fall."),
}
VALUES: dict[str, str] = {
    "firearm": mark("Firearm"),
    "blade": mark("Blade"),
    "blunt": mark("Blunt object"),
    "body": mark("Body: hands, feet, strangling"),
    "other": mark("Other"),
    "unknown": mark("Unknown"),
    "group": mark("Gang or group"),
    "dispute": mark("Dispute"),
    "domestic": mark("Family or partner"),
    "robbery": mark("Robbery"),
    "police": mark("Police action"),
    "male": mark("Men and boys"),
    "female": mark("Women and girls"),
    "open": mark("Open"),
    "cleared": mark("Cleared"),
    "mon": mark("Monday"),
    "tue": mark("Tuesday"),
    "wed": mark("Wednesday"),
    "thu": mark("Thursday"),
    "fri": mark("Friday"),
    "sat": mark("Saturday"),
    "sun": mark("Sunday"),
    "jan": mark("January"),
    "feb": mark("February"),
    "mar": mark("March"),
    "apr": mark("April"),
    "may": mark("May"),
    "jun": mark("June"),
    "jul": mark("July"),
    "aug": mark("August"),
    "sep": mark("September"),
    "oct": mark("October"),
    "nov": mark("November"),
    "dec": mark("December"),
}


WHAT_COUNTS = mark("Counted: each person killed, once; what is a homicide is as the source has it")
OF_ONE: dict[str, str] = {"male": mark("Male"), "female": mark("Female")}  # of one person


@dataclass(frozen=True)
class Caption:
    """The lines above a picture (the first is its heading) and below it."""

    head: str
    note: str


def value_name(name: str, value: str, words: Words) -> str:
    """Return how a filter's value reads.

    >>> from hotspots.words import words_for
    >>> value_name("weapon", "blade", words_for("en")), value_name("age", "15-29", words_for("en"))
    ('Blade', '15–29')
    """
    if name == "hour" and value != UNKNOWN:
        first, _, last = value.partition("-")
        return f"{int(first)}:00–{int(last)}:59"
    return value.replace("-", "–") if name == "age" and value != UNKNOWN else words.say(VALUES[value])


def value_of_one(name: str, value: str, words: Words) -> str:
    """Return how a value reads that one person or one case has.

    >>> from hotspots.words import words_for
    >>> value_of_one("sex", "female", words_for("en")), value_of_one("status", "open", words_for("en"))
    ('Female', 'Open')
    """
    return words.say(OF_ONE[value]) if value in OF_ONE else value_name(name, value, words)


def period(one: Study | Days, words: Words) -> str:
    """Return the period of a study, or some days, as briefly as it can be said.

    >>> from hotspots.words import words_for
    >>> year = Days(pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01"))
    >>> period(year, words_for("en")), days(year, words_for("en"))
    ('2024', '1 Jan – 31 Dec 2024')
    """
    return words.period(one.start.date(), one.end.date())


def days(one: Study | Days, words: Words) -> str:
    """Return the exact days of a period, both ends included."""
    return words.days(one.start.date(), (one.end - DAY).date())


def how_many(n: float, words: Words) -> str:
    """Return how many people were killed, or that nobody published it.

    >>> from hotspots.words import words_for
    >>> how_many(1, words_for("en")), how_many(float("nan"), words_for("en"))
    ('1 person killed', 'no total is published')
    """
    return words.say("no total is published") if pd.isna(n) else words.count("{n} person killed", "{n} people killed", n)


def filters(where: Where, words: Words) -> str:
    """Return the filters in words; "all homicides" where there are none."""
    parts = [words.join(value_name(name, value, words) for value in values) for name, values in where]
    return " · ".join(parts) or words.say("all homicides")


def counted(city: City, study: Study, words: Words) -> str:
    """Return what is counted where the reader chose a definition; else nothing."""
    known, name = city.definitions, getattr(study, "definition", "")
    return words.say("counted: {what}", what=words.own(known[name])) if name in known else ""


def what_counts(city: City, study: Study, words: Words) -> str:
    """Return what is counted as a homicide: of totals what their table says, else what the source calls so, and which rows are kept."""
    if city.only_totals:
        known = city.definitions
        said = known.get(getattr(study, "definition", "") or next(iter(known), ""))
        return words.say("Counted: {what}", what=words.own(said)) if said else words.say(WHAT_COUNTS)
    kept = [words.tell(one.text) for one in city.report.findings if one.code == "filtered"]
    return ". ".join([words.say(WHAT_COUNTS), *kept])


def place_name(place: Place, words: Words) -> str:
    """Return what a place is called: its own name, with the kind where the name says nothing by itself; what was drawn says so.

    >>> from dataclasses import replace
    >>> from hotspots.testing import square_blocks
    >>> from hotspots.words import words_for
    >>> one = Place("district:12", "district", "12", None, square_blocks(), ..., ...)
    >>> place_name(one, words_for("en")), place_name(replace(one, name="Harbour"), words_for("en"))
    ('District 12', 'Harbour')
    """
    kind = words.say(KINDS[place.kind])
    if place.kind == "circle":
        lat, lon, metres = place.text.partition(":")[2].split(",")
        return words.say(
            "Circle of {metres} m around {lat}, {lon}", metres=words.number(float(metres)), lat=f"{float(lat):.5f}", lon=f"{float(lon):.5f}"
        )
    if not place.name:
        return kind
    return place.name if re.search(r"[^\W\d_]{3}", place.name) else f"{kind} {place.name}"


def subject(city: City, study: Study, words: Words) -> str:
    """Return what a study is about: the city, or the place and the city."""
    return city.name if study.place is None else f"{place_name(study.place, words)}, {city.name}"


def of_place(study: Study, words: Words) -> list[str]:
    """Return the sentences that figures of a place need: that residents are estimated, and who is in no place; none for the city."""
    place = study.place
    if place is None:
        return []
    lines = []
    if place.estimated and study.population > 0:
        lines.append(
            words.say("Residents here are estimated: each block shares its residents among the streets in and around it by length.")
            if place.lines
            else words.say("Residents here are estimated: those of each block, shared out by area.")
        )
    if study.in_no_place > 0:
        lines.append(
            words.count(
                "{n} person killed in this period is in no such place ({kind}), and in no figure of one.",
                "{n} people killed in this period are in no such place ({kind}), and in no figure of one.",
                study.in_no_place,
                kind=words.say(KINDS[place.kind]).lower(),
            )
        )
    return lines


def people_killed(city: City, study: Study, words: Words) -> str:
    """Return how many were killed in a city, or in a place of it, in a period, as a heading."""
    period = words.period(study.start.date(), study.end.date())
    told = {"city": subject(city, study, words), "period": period}
    return words.count("{n} person killed in {city}, {period}", "{n} people killed in {city}, {period}", study.victims, **told)


def left_out(victims: float, words: Words) -> str:
    """Return the remark that stands beside a rate of the places whose residents are known, on those killed elsewhere; empty for none."""
    if not victims > 0:
        return ""
    return words.count(
        "In no rate: {n} person killed where the number of residents is not known",
        "In no rate: {n} people killed where the number of residents is not known",
        victims,
    )


def from_year_to_year(trend: Trend, first: int, words: Words) -> str:
    """Return by what share the numbers rise or fall each year, with the interval, and whether that is clear.

    >>> from hotspots.words import words_for
    >>> from_year_to_year(Trend(-0.05, -0.11, 0.02, 9, 10), 2015, words_for("en"))
    'From year to year since 2015: −5% (95% interval −11% to +2%): no clear rise or fall.'
    >>> from_year_to_year(Trend(-0.05, -0.11, 0.004, 9, 10), 2015, words_for("en"))
    'From year to year since 2015: −5% (95% interval −11% to +0.4%): no clear rise or fall.'
    """

    def said(share: float) -> str:
        if abs(share) < 0.0005:
            return words.percent(0)
        return ("+" if share > 0 else "\N{MINUS SIGN}") + words.percent(abs(share), 1 if abs(share) < 0.005 else 0)

    return words.say(TRENDS[trend.verdict], first=first, share=said(trend.share), low=said(trend.low), high=said(trend.high))


def killed(city: City, study: Study, words: Words) -> str:
    """Return how many were killed and, where residents are known, at which rate: with its exact 95 % interval where they are few."""
    one, head = rates.overall(study), people_killed(city, study, words)
    rate, low, high = (words.rate(value) for value in (one.value, one.low, one.high))
    if one.state == "unstable":
        return head + words.say(": {rate} per 100,000 residents a year ({low}–{high})", rate=rate, low=low, high=high)
    return head + words.say(": {rate} per 100,000 residents a year", rate=rate) if one.state == "ok" else head


def of_map(city: City, study: Study, title: str, words: Words) -> Caption:
    """Return the caption of a map whose own title is `title`."""
    return Caption("\n".join([killed(city, study, words), title, *_facts(city, study, words)]), of_file(city, words))


def of_series(city: City, study: Study, title: str, words: Words) -> Caption:
    """Return the caption of a series whose heading is `title`."""
    first, *rest = _facts(city, study, words)
    return Caption("\n".join([title, f"{city.name} · {first}", *rest]), of_file(city, words))


def of_table(city: City, study: Study, what: str, words: Words, *, answer: Answer[Any] | None = None) -> str:
    """Return in one line what a table says of itself: whether it may be published, whose it is, `what` it is, and all that maps say.

    The period and the number are those of the study, or of the `answer` that the table is of.
    """
    told = _facts(city, study, words) if answer is None else _facts(city, study, words, days=answer.period, n=answer.n)
    return " · ".join(part for part in (marked(city, words), city.name, what, *told, words.say(WHAT_COUNTS), note(city, words)) if part)


def _facts(city: City, study: Study, words: Words, *, days: Days | None = None, n: float | None = None) -> Iterable[str]:
    start, end = days or (study.start, study.end)
    killed = how_many(study.victims if n is None else n, words)
    reach = words.say("data to {day}", day=words.date((study.covers[1] - pd.Timedelta(days=1)).date()))
    place = [place_name(study.place, words)] if study.place else []
    what = [one for one in (filters(study.where, words), counted(city, study, words)) if one]
    yield " · ".join([words.period(start.date(), end.date()), *place, *what, killed, reach])
    yield from of_place(study, words)
    if city.fictional:
        yield words.say("fictional city: no real person, no real place")


def may_be_published(city: City) -> bool:
    """Return whether a city holds nothing but totals that their source has published before."""
    return city.only_totals and city.totals is not None and set(city.totals["table"]) <= set(city.public_totals)


def marked(city: City, words: Words) -> str:
    """Return what every file says of its publication: small numbers stand in it as they are, unless all of them were public before."""
    if may_be_published(city):
        return words.say("Published totals: may be passed on with their source")
    return words.say("Restricted: not for publication")


def of_file(city: City, words: Words) -> str:
    """Return what a file says below: whether it may be published, what was counted, and its sources."""
    return " · ".join([marked(city, words), words.say(WHAT_COUNTS), note(city, words)])


def of_sheet(city: City, study: Study, words: Words) -> str:
    """Return what stands at the head of a printed page: whether it may be published, of what it is, and how far the data reach."""
    reach = words.say("data to {day}", day=words.date((study.covers[1] - pd.Timedelta(days=1)).date()))
    place = [place_name(study.place, words)] if study.place else []
    return " · ".join([marked(city, words), city.name, *place, reach, words.say("Data version {version}", version=city.version)])


def whose(city: City, words: Words) -> list[str]:
    """Return whose figures they are, and on what terms; a city that was brought in without a city file may name neither."""
    source, licence = (words.own(one) or words.say("not named") for one in (city.source, city.licence))
    return [words.say("Source: {source}", source=source), words.say("Licence: {licence}", licence=licence)]


def note(city: City, words: Words) -> str:
    """Return where the figures come from: source, licence, census, version of the data."""
    parts = whose(city, words)
    if population := residents_of(city, words):
        parts.append(population)
    parts.append(words.say("Data version {version}", version=city.version))
    return " · ".join(parts)


def residents_of(city: City, words: Words) -> str:
    """Return which census the residents are of, and how they change between censuses; empty where nobody said."""
    said = between_censuses(city.blocks, city.start, city.end, words)
    if said or not city.population_year:
        return said
    return words.say("Residents of {year}", year=city.population_year)


def between_censuses(blocks: Blocks, start: pd.Timestamp, end: pd.Timestamp, words: Words) -> str:
    """Return how the residents of a period were made from several censuses; empty where there is one number for all years."""
    years = sorted(censuses(blocks))
    if len(years) < 2:
        return ""
    text = words.say("Population: censuses of {years}, a straight line between them", years=words.join([str(year) for year in years]))
    outside = residents.constant_before_and_after(blocks, start, end)
    if outside is None:
        return text
    return text + words.say("; before {first} and after {last} as in the nearest", first=outside[0], last=outside[1])


def facts(city: City, study: Study, unit: str) -> dict[str, Any]:
    """Return the same as plain values, for files that programs read. `end` is exclusive."""
    return {
        "city": city.name,
        **({} if may_be_published(city) else {"restricted": "not for publication"}),
        "fictional": city.fictional,
        "version": city.version,
        "unit": unit,
        "start": study.start.date().isoformat(),
        "end": study.end.date().isoformat(),
        **({"place": study.place.text, "in_no_place": _plain(study.in_no_place)} if study.place else {}),
        **({"residents_estimated": study.place.estimated} if study.place else {}),
        "where": {name: list(values) for name, values in study.where},
        **({"definition": name} if (name := getattr(study, "definition", "")) else {}),
        "victims": _plain(study.victims),
        "on_map": _plain(study.inside),
        "population_year": city.population_year,
        **({"residents": rule} if (rule := units.denominator(study.blocks)) else {}),
        "source": words_for(city.language).own(city.source),
        "licence": words_for(city.language).own(city.licence),
    }


def _plain(n: float) -> int | None:
    return None if n != n else int(n)


def of_units(study: Study, what: Measure, words: Words) -> list[str]:
    """Return the sentences that a map of these units needs; none for blocks, beats and districts."""
    found = [distances(study, words)]
    rule = units.denominator(study.blocks)
    if rule and "population" in what.needs:
        found.append(words.say("Residents here: {rule}; nobody counted them place by place.", rule=words.say(rule)))
    return [line for line in found if line]


def shared_out(study: Study, words: Words) -> list[str]:
    """Return by what rule the residents of these units were shared out; none where they were counted."""
    rule = units.denominator(study.blocks)
    return [words.say(rule)] if rule else []


def distances(study: Study, words: Words) -> str:
    """Return how far homicides lie from the street they are counted on; empty where the units are no streets."""
    if study.away is None:
        return ""
    found = segments.distribution(study.away, within=segments.snap_distance())
    parts = []
    if 0 < found.n < IN_TENTHS:
        told = words.number(found.longest, 1)
        parts.append(words.say("Each homicide counts on the nearest street, at most {longest} m from it.", longest=told))
    elif found.n:
        parts.append(
            words.say(
                "Each homicide counts on the nearest street: half lie within {median} m of it, 9 in 10 within {p90} m, 95 in 100 within "
                "{p95} m, all {n} within {longest} m.",
                n=words.number(found.n),
                **{name: words.number(getattr(found, name), 1) for name in ("median", "p90", "p95", "longest")},
            )
        )
    parts.append(words.say("More than {within} m from any street: {n}.", within=words.number(found.within), n=words.number(found.beyond)))
    return " ".join(parts)
