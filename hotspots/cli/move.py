"""`move`: all versions from this store into another, a folder or a database."""

from __future__ import annotations

import argparse

from hotspots.cli.arguments import add_json
from hotspots.cli.printing import print_json
from hotspots.store import moving
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Copy every version of every city from the store that HOTSPOTS_STORE names into another one, byte for byte, and read all of it "
        "again there. Afterwards let HOTSPOTS_STORE name the other one. Keys, lists of releases and logs stay in their folder."
    )
    target = say(
        "the name of an environment variable that holds the address of a PostgreSQL database; or, out of one, the folder HOTSPOTS_PAPERS"
    )
    command.add_argument("target", metavar=say("STORE"), help=target)
    clear = say("remove each city's versions here once all of them were found there: what is erased there later would stay here")
    command.add_argument("--clear", action="store_true", help=clear)
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Move, and say what became of each city; return 1 where a damaged version stayed behind."""
    say = None if choices.json else lambda one: print(_line(one, words))
    moved = moving.move(moving.other(choices.target), clear=choices.clear, progress=say or (lambda _: None))
    if choices.json:
        print_json([vars(one) for one in moved])
    return int(any(one.damaged for one in moved))


def _line(one: moving.Moved, words: Words) -> str:
    listed = ", ".join(map(str, one.versions))
    said = words.say("versions {listed}; files: {n}, each found again by its hash", listed=listed, n=one.files)
    kept = words.say("; damaged, not moved: {listed}", listed=", ".join(map(str, one.damaged))) if one.damaged else ""
    return f"{one.slug}\t{said}{kept}"
