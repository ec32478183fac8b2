"""`change`: the newest days beside the same days of the years before."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hotspots import geography
from hotspots.cli.arguments import add_city, add_form, add_place, add_where, day
from hotspots.cli.printing import print_csv, print_json
from hotspots.questions.restricted import Asked, changes
from hotspots.questions.restricted.city import lag
from hotspots.statistics.change import Comparison
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.calendar import DAY
from hotspots.study.selection import Selection, read_where
from hotspots.words import Words, mark, told

VERDICTS = {"above": mark("above"), "within": mark("within"), "below": mark("below"), "unknown": mark("unknown")}
TOGETHER = {"no_place": mark("in none of the places"), "city": mark("whole city")}
IN_PLACE = {**TOGETHER, "city": mark("whole place")}
WHOLE = ("count", "events", "last_year", "last_year_low", "last_year_high", "last_year_base_events", "base", "base_events", "low", "high")


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Print 7 and 28 days, the year to date and 365 days, each beside the same calendar days of last year and the mean of "
        "the three years before: counts, the range to expect, the exact test (E-test), and the same allowing for the number of places."
    )
    add_city(command, words)
    unit = say("districts, beats, blocks or city (default: the largest that the city has)")
    command.add_argument("--unit", default="", help=unit)
    as_of = say("the last day, as 2023-12-31 (default: the last day of the data)")
    command.add_argument("--as-of", metavar=say("DAY"), default="", help=as_of)
    lag = say("reporting lag: stop so many days before (default: HOTSPOTS_LAG, 0)")
    command.add_argument("--lag", metavar=say("DAYS"), type=int, help=lag)
    add_where(command, words)
    add_place(command, words)
    add_form(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print each period beside the years before, place by place."""
    as_of = day(choices, "as_of")
    asked = Asked.of(Selection(city=choices.city, where=read_where(choices.where), lag=choices.lag, place=choices.place))
    city = asked.city
    if city.only_totals:
        raise DataError(
            told(
                "change: {city} has published totals alone; the days of single homicides are not known. Use: totals {city}", city=city.slug
            )
        )
    asked = asked.at(unit=choices.unit or changes.unit_of(asked))
    until = _until(asked, as_of=as_of)
    answer = asked.ask(changes.changes, until)
    if choices.csv:
        print_csv(answer, asked, what="change")
        return
    found = _facts(answer.value, asked.study, until, as_of=as_of)
    if choices.json:
        print_json({"city": city.slug, "version": city.version, "unit": asked.unit, **found})
        return
    for name, one in found["periods"].items():
        print("\n".join(_lines(name, one, words, together=IN_PLACE if asked.study.place else TOGETHER)))


def _lines(name: str, one: Mapping[str, Any], words: Words, *, together: Mapping[str, str]) -> list[str]:
    """Return one period as text: its days, each place, the places together."""
    years = ", ".join(map(str, one["years"])) or words.say("no earlier year")
    days = words.say("{start} to {last}", start=one["start"], last=one["last"])
    lines = ["\t".join([name, days, words.say("against the same days to {years}", years=years)])]
    lines += ["  " + "\t".join(_cells(row, words)) for row in [*one["places"], one["no_place"], one["city"]]]
    if usual := one["usual"]:
        cells = [
            words.say("{place}, allowing for the swings between years", place=words.say(together["city"])),
            words.say("range {low}-{high}", low=usual["low"], high=usual["high"]),
            words.say(VERDICTS[usual["verdict"]]),
        ]
        lines.append("  " + "\t".join(cells))
    return lines


def _cells(row: Mapping[str, Any], words: Words) -> list[str]:
    """Return a row of the comparison as text: place, count, last year, the mean, the range, the judgement."""
    name = row["name"] if "id" in row else words.say(row["name"])
    if row["expected"] is None:
        return [name, str(row["count"]), words.say("nothing to compare with")]
    last = words.say("last year {n}", n=row["last_year"])
    mean = words.say("mean {n}", n=f"{row['expected']:.1f}")
    between = words.say("range {low}-{high}", low=row["low"], high=row["high"])
    firm = " " + words.say("(allowing for the number of places)") if row["adjusted"] is not None and row["adjusted"] <= 0.05 else ""
    return [name, str(row["count"]), last, mean, between, words.say(VERDICTS[row["verdict"]]) + firm]


def _until(asked: Asked, *, as_of: dt.date | None) -> pd.Timestamp:
    """Return the day that the periods end before; a `DataError` where the data hold none to compare."""
    days, covers = lag(asked.selection), asked.study.covers
    until = changes.until(asked.study, lag=days, as_of=as_of)
    if days < 0 or until <= covers[0]:
        first, last = covers[0].date(), (covers[1] - DAY).date()
        raise DataError(told("change: the data run from {start} to {end}; no day is left to compare", start=first, end=last))
    return until


def _facts(compared: Mapping[str, Comparison], study: Study, until: pd.Timestamp, *, as_of: dt.date | None) -> dict[str, Any]:
    """Return the periods, ready for JSON."""
    left_out = (changes.until(study, lag=0, as_of=as_of) - until).days
    facts = {"through": (study.covers[1] - DAY).date().isoformat(), "until": (until - DAY).date().isoformat(), "lag": left_out}
    names, together = geography.names(study.blocks), IN_PLACE if study.place else TOGETHER
    found = {}
    for name, result in compared.items():
        found[name] = {
            "start": result.days.start.date().isoformat(),
            "last": (result.days.end - DAY).date().isoformat(),
            "years": [(before.end - DAY).year for before in result.before],
            "places": [{"id": str(place), "name": names[place], **_row(row)} for place, row in result.places.iterrows()],
            "no_place": {"name": together["no_place"], **_row(result.no_place)},
            "city": {"name": together["city"], **_row(result.city)},
            "usual": {"low": result.usual.low, "high": result.usual.high, "verdict": result.verdict} if result.usual else None,
        }
    return {**facts, "periods": found}


def _row(row: pd.Series) -> dict[str, Any]:
    """Return a row of a comparison as plain values; None where a number does not exist."""
    values = {key: None if value != value else value if isinstance(value, str) else float(value) for key, value in row.items()}
    found = {key: int(value) if key in WHOLE and value is not None else value for key, value in values.items()}
    return {"adjusted": None, "last_year_adjusted": None, **found}
