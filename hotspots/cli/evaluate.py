"""`evaluate`: one intervention of the log, by every design that the data allow."""

from __future__ import annotations

import argparse

from hotspots import cities
from hotspots.cities import logbook
from hotspots.cli.arguments import add_city, add_form, add_period, add_where, day
from hotspots.cli.printing import print_csv, print_json
from hotspots.statistics import interventions
from hotspots.statistics.interventions import Evaluation, reading
from hotspots.study.selection import Selection, read_where
from hotspots.views import data_tables
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
    command.add_argument("--ring", metavar=say("METRES"), type=float, default=interventions.RING, help=ring)
    add_form(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Evaluate one entry and print every design."""
    city = cities.load(choices.city)
    entry = logbook.read(city.slug, city.notes).entry(choices.entry)
    start, end = day(choices, "start"), day(choices, "end")
    study = Selection(city=city.slug, unit="blocks", start=start, end=end, where=read_where(choices.where)).study(city)
    found = interventions.evaluate(study, entry, notes=city.notes, ring=choices.ring)
    if choices.json:
        print_json(reading.numbers(found))
    elif choices.csv:
        print_csv(data_tables.designs(found))
    else:
        print("\n".join(_lines(found, words_for(choices.language or city.language))))


def _lines(found: Evaluation, words: Words) -> list[str]:
    """Return the evaluation as text: what it says, what limits it, each design, what to beware of."""
    lines = [reading.sentence(found, words), reading.limit(found, words)]
    for row in reading.rows(found, words).to_dict("records"):
        head, *rest = row.items()
        lines += [f"\n{head[1]}", *(f"  {name}: {value}" for name, value in rest)]
    return [*lines, *("\n" + words.say(interventions.WARNINGS[name]) for name in found.warnings)]
