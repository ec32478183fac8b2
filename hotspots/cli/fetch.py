"""`fetch`: bring a folder up to date from an official source, and import it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from hotspots.cities.sources import Source, SourceError, Update, catalogue, fetch, find_source, kept_in
from hotspots.cli.main import main
from hotspots.words import Told, Words

_EVERY = {"hour": 3_600, "day": 86_400, "week": 604_800}


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Ask an official source for its rows, tell what is new, and import them. Nothing but this command asks the internet for data. "
        "Without SOURCE the catalogue is printed. A .toml file of the same form as those of the catalogue is a source as well."
    )
    command.add_argument(
        "source", metavar=say("SOURCE"), nargs="?", help=say("a source of the catalogue, or a .toml file that describes one")
    )
    into = say("where the rows are kept (default: beside the store)")
    command.add_argument("--into", metavar=say("FOLDER"), type=Path, help=into)
    command.add_argument("--every", choices=tuple(_EVERY), help=say("go on, and ask again after that time"))
    command.add_argument("--only", action="store_true", help=say("fetch, and import nothing"))
    command.add_argument("--yes", action="store_true", help=say("take the safe answer to every question; refuse where none is safe"))
    answer = say("the answer to a question, by its id; may be repeated (with several files: ID@FILE=VALUE)")
    command.add_argument("--answer", metavar=say("ID=VALUE"), action="append", default=[], help=answer)
    command.add_argument("--json", action="store_true", help=say("print the quality report as JSON"))


def run(choices: argparse.Namespace, words: Words) -> int:
    """Fetch once, or again and again; a time that fails does not end the times to come."""
    if choices.source is None:
        print("\n\n".join(_described(source, words) for source in catalogue()))
        return 0
    source = find_source(choices.source)
    folder = choices.into or kept_in(source)
    if not choices.every:
        return _once(choices, words, source=source, folder=folder)
    while True:
        try:
            _once(choices, words, source=source, folder=folder)
        except SourceError as error:
            print(words.tell(error), file=sys.stderr)
        time.sleep(_EVERY[choices.every])


def _once(choices: argparse.Namespace, words: Words, *, source: Source, folder: Path) -> int:
    def progress(step: Told) -> None:
        print(words.tell(step), file=sys.stderr, flush=True)

    update = fetch(source, folder, progress=progress)
    print(_said(update, source, words), file=sys.stderr)
    if choices.only or not source.city:
        print(update.file)
        return 0
    given = [part for answer in choices.answer for part in ("--answer", answer)]
    flags = [flag for flag, wanted in (("--yes", choices.yes), ("--json", choices.json)) if wanted]
    return main(["import", str(folder), *given, *flags, "--language", words.language])


def _said(update: Update, source: Source, words: Words) -> str:
    if not update.new:
        return words.say("{source}: nothing new; {n} rows as before", source=source.name, n=f"{update.rows:,}")
    numbers = {name: f"{getattr(update, name):,}" for name in ("rows", "added", "changed", "gone")}
    return words.say("{source}: {rows} rows; {added} added, {changed} changed, {gone} gone", source=source.name, **numbers)


def _described(source: Source, words: Words) -> str:
    tried = words.say("last run against the live service: {day}", day=source.tried)
    untried = words.say("nobody has run this entry against the live service yet")
    homicide = words.say("a homicide there: {text}", text=words.own(source.homicide))
    licence = words.say(source.licence)
    return "\n  ".join(
        [f"{source.slug}: {source.name} ({source.kind})", homicide, source.page, licence, tried if source.tried else untried]
    )
