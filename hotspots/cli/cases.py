"""`cases`: single homicides, one line for each person killed."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import pandas as pd

from hotspots.cli.arguments import add_form, add_study, asked_of
from hotspots.cli.printing import print_csv, print_json, records
from hotspots.questions.restricted import cases as questions
from hotspots.statistics.repeats import DAYS, METRES
from hotspots.store.schema import DataError
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Print single homicides, newest first: day, place, weapon, what it came from, age and sex, state of the case, and how many others "
        "are near in place and time. With --where status=open the open cases alone. Restricted: never to be published."
    )
    add_study(command, words)
    command.add_argument(
        "--days", type=int, default=questions.NEWEST, help=say("how many of the last days (default: 28; 0: the whole period)")
    )
    command.add_argument("--metres", type=float, default=METRES, help=say("how near others are (default: 200)"))
    command.add_argument("--within", type=int, default=DAYS, metavar=say("DAYS"), help=say("how many days before or after (default: 14)"))
    add_form(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the cases."""
    if choices.days < 0 or choices.metres <= 0 or choices.within <= 0:
        raise DataError(told("cases: --metres and --within must be more than 0, --days 0 or more"))
    asked = asked_of(choices)
    answer = asked.ask(questions.cases, days=choices.days, metres=choices.metres, within=choices.within)
    if answer is None:
        raise DataError(told("{city}: published totals; single homicides are not known", city=asked.city.slug))
    print(words.say("restricted: from single incidents, never to be published"), file=sys.stderr)
    if choices.csv:
        print_csv(answer, asked, what="cases")
    elif choices.json:
        days = {"start": answer.period.start.date().isoformat(), "end": answer.period.end.date().isoformat()}
        rows = records(answer.table().astype({"date": str}))
        print_json({"city": asked.city.slug, "restricted": True, **days, "cases": rows})
    else:
        print(answer.sentence(words))
        for row in answer.table().drop(columns=["restricted", "id"]).to_dict("records"):
            print("\t".join(_cell(value) for value in row.values()))


def _cell(value: Any) -> str:
    """Return a value as text; a dash where it is missing."""
    return "–" if pd.isna(value) or value == "" else f"{value:.0f}" if isinstance(value, float) else str(value)
