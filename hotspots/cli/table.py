"""`table`: the tables behind Trends, Who was killed, Compare and Concentration."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

import pandas as pd

from hotspots.cli.arguments import add_study, study_of
from hotspots.cli.printing import print_csv
from hotspots.statistics import concentration, rates, trends
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.calendar import Days, latest
from hotspots.views import data_tables
from hotspots.words import Words, mark, told

TABLES: Mapping[str, str] = {
    "months": mark("counts, normal range, rate of twelve months"),
    "years": mark("counts and rates"),
    "weeks": mark("counts and normal range"),
    "year-so-far": mark("the year day by day beside those before"),
    "seasons": mark("months of the year"),
    "week": mark("weekday and hour"),
    "people": mark("age, sex, weapon, category and state of the case beside the years before"),
    "people-by-year": mark("the same for each year"),
    "compare": mark("each unit beside what chance explains"),
    "concentration": mark("what the places with most hold, beside chance"),
}
OF_DAYS = tuple(name for name in TABLES if name not in ("months", "years"))  # these need the days of single homicides


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    about = words.say("Print, as CSV and unrounded, the numbers that a page of the dashboard draws. Tables:")
    command.description = f"{about} " + "; ".join(f"{name}: {words.say(what)}" for name, what in TABLES.items())
    add_study(command, words)
    one = words.say("one of {names}", names=", ".join(TABLES))
    command.add_argument("what", choices=tuple(TABLES), metavar=words.say("TABLE"), help=one)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the table that was asked for; a `DataError` says why there is none."""
    city, study = study_of(choices)
    if choices.what in OF_DAYS and not study.has_days:
        raise DataError(told("{city}: published totals; this table needs the days of single homicides", city=city.slug))
    found = _SHOWN[choices.what](study)
    if found is None:
        raise DataError(told("{city}: too little is known for this table", city=city.slug))
    print_csv(found)


def _series(of: Callable[[Study], pd.DataFrame | None]) -> Callable[[Study], pd.DataFrame | None]:
    def shown(study: Study) -> pd.DataFrame | None:
        found = of(study)
        return None if found is None else found.reset_index()

    return shown


def _compare(study: Study) -> pd.DataFrame | None:
    funnel = rates.funnel(study)
    return None if funnel is None else data_tables.funnel(funnel, study)


def _concentration(study: Study) -> pd.DataFrame | None:
    beside = concentration.against_chance(study)
    return None if beside is None else data_tables.curve(beside)


def _people(study: Study) -> pd.DataFrame | None:
    there = [name for name in data_tables.OF_PEOPLE if name in study.rows.columns]
    days = latest(Days(max(study.start, study.covers[0]), min(study.end, study.covers[1])))
    return data_tables.people(study, days, there) if there else None


def _people_by_year(study: Study) -> pd.DataFrame | None:
    there = [name for name in data_tables.OF_PEOPLE if name in study.rows.columns]
    return data_tables.people_by_year(study, there) if there else None


_SHOWN: Mapping[str, Callable[[Study], pd.DataFrame | None]] = {
    "months": _series(trends.monthly),
    "years": _series(trends.yearly),
    "weeks": _series(trends.weekly),
    "year-so-far": _series(trends.year_over_year),
    "seasons": _series(trends.seasonal),
    "week": _series(lambda study: trends.weekday_hour(study).table),
    "people": _people,
    "people-by-year": _people_by_year,
    "compare": _compare,
    "concentration": _concentration,
}
