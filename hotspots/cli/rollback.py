"""`rollback`: serve an earlier version of a city again."""

from __future__ import annotations

import argparse

from hotspots import store
from hotspots.cli.arguments import add_city, add_json
from hotspots.cli.printing import print_json
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    command.description = words.say(
        "Serve an earlier version again: the one named, else the newest intact one before the version served now. Nothing is "
        "deleted, and the next import still gets a higher number."
    )
    add_city(command, words)
    number = words.say("the number of the version (default: the one before)")
    command.add_argument("version", metavar=words.say("VERSION"), type=int, nargs="?", help=number)
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Serve an earlier version of a city again."""
    before = store.served(choices.city)
    version = store.rollback(choices.city, choices.version)
    day = version.manifest["published"]
    if choices.json:
        print_json({"city": version.slug, "version": version.number, "before": before, "published": day})
        return
    print(
        words.say(
            "{city}: version {version}, published {day}, is served again (before: version {before})",
            city=version.slug,
            version=version.number,
            day=day,
            before=before or words.say("unknown"),
        )
    )
