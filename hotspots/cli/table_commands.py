"""The command line of the tables behind Trends, Who was killed, Compare and Concentration: `table`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from hotspots.cli.choices import add_study, study_of
from hotspots.words import told

TABLES: Mapping[str, str] = {
    "months": "counts, normal range, rate of twelve months",
    "years": "counts and rates",
    "weeks": "counts and normal range",
    "year-so-far": "the year day by day beside those before",
    "seasons": "months of the year",
    "week": "weekday and hour",
    "people": "age, sex, weapon, category and state of the case beside the years before",
    "people-by-year": "the same for each year",
    "compare": "each unit beside what chance explains",
    "concentration": "what the places with most hold, beside chance",
}
OF_DAYS = tuple(name for name in TABLES if name not in ("months", "years"))  # these need the days of single homicides


def add_parsers(commands: Any) -> None:
    """Add the grammar of `table`."""
    command = commands.add_parser(
        "table",
        help="print the table behind Trends, Who was killed, Compare or Concentration",
        description="Print, as CSV and unrounded, the numbers that a page of the dashboard draws. Tables: "
        + "; ".join(f"{name}: {what}" for name, what in TABLES.items()),
    )
    add_study(command)
    command.add_argument("what", choices=tuple(TABLES), metavar="TABLE", help="one of " + ", ".join(TABLES))
    command.set_defaults(run=table)


def table(choices: argparse.Namespace) -> None:
    """Print the table that was asked for; a `DataError` says why there is none."""
    from hotspots.drawing import exports
    from hotspots.store.schema import DataError

    city, study = study_of(choices)
    if choices.what in OF_DAYS and not study.has_days:
        raise DataError(told("{city}: published totals; this table needs the days of single homicides", city=city.slug))
    found = made(study, choices.what)
    if found is None:
        raise DataError(told("{city}: too little is known for this table", city=city.slug))
    print(exports.csv(found), end="")


def made(study: Any, what: str) -> Any:
    """Return the table called `what` of a study; None where too little is known for it."""
    from hotspots.statistics import concentration, rates, trends
    from hotspots.views import data_tables

    series: Mapping[str, Callable[[Any], Any]] = {
        "months": trends.monthly,
        "years": trends.yearly,
        "weeks": trends.weekly,
        "year-so-far": trends.year_over_year,
        "seasons": trends.seasonal,
        "week": lambda one: trends.weekday_hour(one).table,
    }
    if what in series:
        found = series[what](study)
        return None if found is None else found.reset_index()
    if what == "compare":
        funnel = rates.funnel(study)
        return None if funnel is None else data_tables.funnel(funnel, study)
    if what == "concentration":
        beside = concentration.against_chance(study)
        return None if beside is None else data_tables.curve(beside)
    return _of_people(study, by_year=what == "people-by-year")


def _of_people(study: Any, *, by_year: bool) -> Any:
    from hotspots.study.calendar import Days, latest
    from hotspots.views import data_tables

    there = [name for name in data_tables.OF_PEOPLE if name in study.rows.columns]
    if not there:
        return None
    if by_year:
        return data_tables.people_by_year(study, there)
    return data_tables.people(study, latest(Days(max(study.start, study.covers[0]), min(study.end, study.covers[1]))), there)
