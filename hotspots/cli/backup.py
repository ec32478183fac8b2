"""`backup`: a copy of the store while it is used, which is a store itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from hotspots.cli.arguments import add_json
from hotspots.cli.printing import print_json
from hotspots.store import copying
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Copy the store into a folder, while people import and publish, and read all of it again there by its hashes: versions, keys, "
        "lists of releases, logs, saved views, the record. The folder is a store: to look at it, let HOTSPOTS_STORE name it; to put it "
        "back, stop the services and copy it. Called again it brings what is new and takes out what was erased. What is damaged in the "
        "store never takes the place of what is whole in the copy."
    )
    command.add_argument("folder", metavar=say("FOLDER"), type=Path, help=say("the folder of the copy, best on another disk"))
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Copy, and say what became of each city; return 1 where something was not brought."""
    say = (lambda _: None) if choices.json else lambda one: print(_line(one, words))
    found = copying.copy(choices.folder, progress=say)
    if choices.json:
        print_json([{**vars(one), "wrong": [words.tell(one) for one in one.wrong]} for one in found])
    return int(any(one.wrong for one in found))


def _line(one: copying.Copied, words: Words) -> str:
    if one.slug == copying.RECORD:
        said = words.count("{n} line", "{n} lines", one.files)
    else:
        listed = ", ".join(map(str, one.versions))
        said = words.say(
            "versions {listed}; files: {n}, each found again by its hash; new: {new}", listed=listed, n=one.files, new=one.brought
        )
    return f"{one.slug}\t{'; '.join([said, *map(words.tell, one.wrong)])}"
