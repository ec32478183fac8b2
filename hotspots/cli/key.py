"""`key`: a copy of the key and the list of releases of a city, to keep and to share between machines."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hotspots import release, store
from hotspots.cli.arguments import add_city
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "export: write the key that signs and draws the lot, and the list of all releases, into one file that only you can read. import: "
        "bring them into this store, before anything is published here. Whoever has the file can sign in the name of the city: keep it "
        "as you keep the data, and never beside a release."
    )
    command.add_argument("what", choices=("export", "import"), help=say("write the file, or bring it in"))
    add_city(command, words)
    command.add_argument("file", metavar=say("FILE"), type=Path, help=say("the file with the key and the list"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Write or bring in the key and the list of releases of a city."""
    ledger = release.ledger
    if choices.what == "import":
        if not choices.file.is_file():
            raise store.StoreError(told("there is no file {file}", file=choices.file.name))
        n = ledger.unpack(choices.city, choices.file.read_bytes())
        print(words.say("{city}: this store has its key and its list of {n} releases", city=choices.city, n=n))
        return
    store.current(choices.city)
    if choices.file.exists():
        raise store.StoreError(told("{file} is there already; name another file", file=choices.file.name))
    handle = os.open(choices.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(ledger.packed(choices.city))
    print(choices.file)
    print("  " + words.say("Keep it secret: whoever has it can sign in the name of the city and repeat the lot."), file=sys.stderr)
