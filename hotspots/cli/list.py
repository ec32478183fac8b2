"""`list`: the published cities and their newest version."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

from hotspots import cities
from hotspots.cities import Summary
from hotspots.cli.arguments import add_json
from hotspots.cli.printing import print_json
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    command.description = words.say("List the published cities and their newest version.")
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the published cities."""
    found = cities.available()
    if choices.json:
        print_json([_row(one) for one in found])
        return
    if not found:
        print(words.say("no city is published yet; start with: python -m hotspots import FOLDER"), file=sys.stderr)
    for one in found:
        invented = one.fictional and "fic" not in one.name.lower()
        label = words.say("{city} (fictional)", city=one.name) if invented else one.name
        last = one.end.date() - dt.timedelta(days=1)
        version = words.say("version {version}", version=one.version)
        victims = words.count("{n} victim", "{n} victims", one.victims)
        print(f"{one.slug}\t{label}\t{version}\t{victims}\t" + words.say("{start} to {last}", start=one.start.date(), last=last))


def _row(one: Summary) -> dict[str, object]:
    row: dict[str, object] = {
        "city": one.slug,
        "name": one.name,
        "fictional": one.fictional,
        "version": one.version,
        "victims": one.victims,
    }
    return row | {"start": one.start.date().isoformat(), "end": one.end.date().isoformat(), "published": str(one.published)}
