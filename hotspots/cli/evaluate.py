"""`evaluate`: one intervention of the log, by every design that the data allow."""

from __future__ import annotations

import argparse

from hotspots.cli.arguments import add_city, add_form, add_period, add_where, day
from hotspots.cli.printing import print_csv, print_json
from hotspots.questions.restricted import Asked, interventions
from hotspots.statistics.interventions import RING, Evaluation, reading
from hotspots.study.selection import Selection, read_where
from hotspots.views.answer import Answer
from hotspots.words import Words, words_for


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Print each design with its effect, 95 % interval, the smallest fall it could tell from chance, placebos and what "
        "moving the start does; 'not evaluable' with the reason where that is so."
    )
    add_city(command, words)
    command.add_argument("entry", metavar="ID", help=say("the entry, as `interventions CITY list` prints it"))
    add_period(command, words, start=say("first day of the time before, as 2018-01-01 (default: all the data)"))
    add_where(command, words)
    ring = say("how far the displacement ring reaches (default: 250)")
    command.add_argument("--ring", metavar=say("METRES"), type=float, default=RING, help=ring)
    add_form(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Evaluate one entry and print every design."""
    start, end = day(choices, "start"), day(choices, "end")
    asked = Asked.of(Selection(city=choices.city, unit="blocks", start=start, end=end, where=read_where(choices.where)))
    entry = interventions.log(asked).value.entry(choices.entry)
    answer = interventions.evaluated(asked, entry, ring=choices.ring)
    if choices.json:
        print_json(reading.numbers(answer.value))
    elif choices.csv:
        print_csv(answer, asked, what="evaluation")
    else:
        print("\n".join(_lines(answer, words_for(choices.language or asked.city.language))))


def _lines(answer: Answer[Evaluation], words: Words) -> list[str]:
    """Return the evaluation as text: what it says, what limits it, each design, what to beware of."""
    lines = [answer.sentence(words), reading.limit(answer.value, words), *reading.planned(answer.value, words)]
    for row in reading.rows(answer.value, words).to_dict("records"):
        head, *rest = row.items()
        lines += [f"\n{head[1]}", *(f"  {name}: {value}" for name, value in rest)]
    checks = [f"  {one['check']} {one['result']}" for one in reading.checked(answer.value, words).to_dict("records")]
    head = ["\n" + words.say("What was checked")] if checks else []
    return [*lines, *head, *checks, *("\n" + words.say(warning) for warning in answer.warnings)]
