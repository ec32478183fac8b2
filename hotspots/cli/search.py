"""`search`: the places of a city that a text may mean."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from hotspots.cities.search import KINDS, LONGEST, MOST
from hotspots.cli.arguments import add_city, add_json
from hotspots.cli.printing import known, print_json
from hotspots.questions.restricted import Asked, search
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    command.description = words.say(
        "Find a place by what people call it, however it is written: districts, beats, blocks, streets, crossings (A & B), names on the "
        "map, house numbers where the data have them, or latitude and longitude. Prints its name, what it is, the text that names it "
        "elsewhere, and its middle. Nothing leaves this machine."
    )
    add_city(command, words)
    command.add_argument(
        "text", nargs="+", metavar=words.say("TEXT"), help=words.say("a name, A & B, a house number, or latitude, longitude")
    )
    most = words.say("how many places at most (default: {n})", n=MOST)
    command.add_argument("--most", type=int, default=MOST, metavar="N", help=most)
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the places found, best first; a `DataError` where there is none."""
    text = " ".join(choices.text)
    asked = Asked.of(Selection(city=choices.city))
    found = asked.ask(search.hits, text, most=max(choices.most, 1))
    if not found:
        raise DataError(told("{city}: no place is called like {text}", city=asked.city.name, text=repr(text[:LONGEST])))
    if choices.json:
        print_json([known(asdict(hit) | {"box": list(hit.box)}) for hit in found])
        return
    for hit in found:
        kind = words.say(KINDS[hit.kind]) + (f", {hit.within}" if hit.within else "")
        print(f"{hit.name} ({kind})\t{hit.place}\t{hit.lat:.5f}, {hit.lon:.5f}")
