"""`table`: the tables behind Trends, Who was killed, Compare and Concentration."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from hotspots.cli.arguments import add_study, asked_of
from hotspots.cli.printing import print_csv
from hotspots.questions.restricted import Question, ahead, concentration, when, where, who
from hotspots.store.schema import DataError
from hotspots.words import Words, mark, told

TABLES: Mapping[str, str] = {
    "months": mark("counts, normal range, rate of twelve months"),
    "years": mark("counts and rates"),
    "weeks": mark("counts and normal range"),
    "year-so-far": mark("the year day by day beside those before"),
    "ahead": mark("what the next month, 3 and 12 months may bring, with the record of such ranges"),
    "seasons": mark("months of the year"),
    "week": mark("weekday and hour"),
    "people": mark("age, sex, weapon, category and state of the case beside the years before"),
    "people-by-year": mark("the same for each year"),
    "compare": mark("each unit beside what chance explains"),
    "concentration": mark("what the places with most hold, beside chance"),
    "beside": mark("a place and another one, or the whole city, side by side"),
}
OF_VICTIMS = tuple(name for name in TABLES if name not in ("months", "years", "beside"))  # these need single homicides
OF_DAYS = ("weeks", "week")  # these need their days as well


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    about = words.say("Print, as CSV and unrounded, the numbers that a page of the dashboard draws. Tables:")
    command.description = f"{about} " + "; ".join(f"{name}: {words.say(what)}" for name, what in TABLES.items())
    add_study(command, words)
    one = words.say("one of {names}", names=", ".join(TABLES))
    command.add_argument("what", choices=tuple(TABLES), metavar=words.say("TABLE"), help=one)
    other = words.say("with beside: the other place, as --place has it (default: the whole city)")
    command.add_argument("--beside", metavar=words.say("PLACE"), default="", help=other)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the table that was asked for; a `DataError` says why there is none."""
    asked = asked_of(choices)
    city = asked.city
    if choices.what in OF_VICTIMS and not asked.study.has_victims:
        raise DataError(told("{city}: published totals; this table needs the days of single homicides", city=city.slug))
    if choices.what in OF_DAYS and not asked.study.has_days:
        raise DataError(told("{city}: of each homicide the month is known, and not the day; this table needs days", city=city.slug))
    answer = asked.ask(_ASKED[choices.what])
    found = answer.table() if answer else None
    if found is None or not len(found.columns):
        raise DataError(told("{city}: too little is known for this table", city=city.slug))
    print_csv(answer, asked, what=f"{choices.what}: {TABLES[choices.what]}")


_ASKED: Mapping[str, Question[..., Any]] = {
    "months": when.months,
    "years": when.years,
    "weeks": when.weeks,
    "year-so-far": when.year_so_far,
    "ahead": ahead.months_ahead,
    "seasons": when.seasons,
    "week": when.hours_of_the_week,
    "people": who.people,
    "people-by-year": who.people_by_year,
    "compare": where.compared,
    "concentration": concentration.against_chance,
    "beside": where.side_by_side,
}
