"""A city's data as a whole: what is newest, what came in late, whether its units agree."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from hotspots.cities import arrivals
from hotspots.cities.arrivals import Arrivals
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import change
from hotspots.study import Study, reconciliation
from hotspots.study.calendar import Days
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.views.answer import Answer
from hotspots.words import Words


def lag(chosen: Selection) -> int:
    """Return the reporting lag in days: the reader's, else the one set for this dashboard."""
    return change.reporting_lag() if chosen.lag is None else chosen.lag


def for_map(asked: Asked) -> Selection:
    """Return the choices with the period that their units are published for; the same where that is the period chosen."""
    shown = asked.study.for_map()
    return asked.selection if shown is asked.study else replace(asked.selection, start=shown.start.date(), end=shown.end.date())


@question()
def newest_year(asked: Asked) -> Answer[Study] | None:
    """Return the latest twelve months published; None where there are none, or where single homicides are known."""
    found = asked.study.newest_year() if isinstance(asked.study, TotalsStudy) else None
    if found is None:
        return None
    return asked.answer(found, lambda words: captions.people_killed(asked.city, found, words), days=Days(found.start, found.end))


@question(lambda chosen: Selection(city=chosen.city, version=chosen.version, unit="blocks"))
def late(asked: Asked) -> Answer[Arrivals | None]:
    """Return what came in late between a version of a city and the one before it; no value where there is none to compare."""
    found = arrivals.arrivals(asked.city.slug, asked.city.version)

    def says(words: Words) -> str:
        if found is None:
            return words.say(
                "How many came in late is not known: only one version of these data was published here. The next import will tell."
            )
        day = words.short_date(pd.Timestamp(found.before).date())
        if not (found.late or found.withdrawn):
            return words.say("Since the version published on {day} nobody killed before was added, and nobody was taken out.", day=day)
        return words.say(
            "Since the version published on {day}: {late} killed before {until} were added, {very} of them more than 30 days after they "
            "died, and {gone} were taken out. At least so many: only the numbers for each day are compared.",
            day=day,
            until=words.short_date(found.until.date()),
            late=words.number(found.late),
            very=words.number(found.very_late),
            gone=words.number(found.withdrawn),
        )

    return asked.answer(found, says)


@dataclass(frozen=True)
class WithPlace:
    """How many of all homicides of a city have a usable place: `n` of `total`, and that share."""

    n: int
    total: int
    share: float


@question(lambda chosen: Selection(city=chosen.city, version=chosen.version, unit="blocks"))
def with_place(asked: Asked) -> Answer[WithPlace]:
    """Return how many of all homicides of a city have a usable place."""
    unplaced = asked.city.incidents["unplaced"]
    n, total = int((unplaced == "").sum()), len(unplaced)
    return asked.answer(WithPlace(n, total, n / max(total, 1)))


@question(lambda chosen: chosen.figures(unit="blocks"))
def reconciled(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the same homicides on every unit: each row adds up to all of them. A `DataError` where only totals are published."""
    found = reconciliation.table(asked.city, asked.selection, study_of=asked.study_of)
    return asked.answer(found, rows=found.reset_index)
