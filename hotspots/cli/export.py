"""`export`: measures, unit by unit, in a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hotspots import cities
from hotspots.cli.arguments import add_options, add_study, selection_of
from hotspots.drawing import exports
from hotspots.geography import units
from hotspots.statistics.catalog import measure
from hotspots.words import Words, words_for


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Write one row for each unit: id, name, count, population, KEY, KEY_low, KEY_high (95 %), and state "
        "(ok, zero, unstable under 20 homicides, suppressed, no_data)."
    )
    add_study(command, words)
    keys = say("what to write, such as count or rate (default: count)")
    command.add_argument("--measure", metavar=say("KEY[,KEY…]"), default="count", help=keys)
    out = say("the file to write: .csv, .geojson, .parquet, .png or .html")
    command.add_argument("--out", metavar=say("FILE"), type=Path, required=True, help=out)
    add_options(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Write the file."""
    selection = selection_of(choices)
    city = cities.load(selection.city)
    whole = selection.study(city)
    study = whole.for_map()
    if study is not whole:
        note = words.say(
            "{city}: by {unit} the latest published period is {start} to {end} (end exclusive); the file is of that period",
            city=city.slug,
            unit=choices.unit or "blocks",
            start=study.start.date(),
            end=study.end.date(),
        )
        print(note, file=sys.stderr)
    about = exports.Told(city, choices.unit or units.default(city.blocks), words_for(choices.language or city.language))
    n = exports.write(study, [measure(key.strip()) for key in choices.measure.split(",")], choices.out, told=about)
    print(f"{choices.out}: {words.count('{n} row', '{n} rows', n)}")
