"""`brief`: one page about a city or a place, as PDF, slide or HTML."""

from __future__ import annotations

import argparse
from pathlib import Path

from hotspots import settings
from hotspots.cli.arguments import add_study, asked_of
from hotspots.drawing import exports
from hotspots.drawing.brief import SUFFIXES, render
from hotspots.questions.restricted.asked import Asked
from hotspots.questions.restricted.brief import PRESETS
from hotspots.questions.restricted.brief_page import of_choices
from hotspots.store.schema import DataError
from hotspots.views.one_page import OnePage
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Write one page about a city or a place: the finding, numbers with their normal range, one map, one series, who was killed, the "
        "few places that drive it, what was done, what is not known, and where it comes from. Restricted: not for publication."
    )
    add_study(command, words)
    preset = say("for whom: {names} (default: command)", names=", ".join(PRESETS))
    command.add_argument("--preset", choices=tuple(PRESETS), default="command", metavar=say("PRESET"), help=preset)
    command.add_argument("--paper", choices=("a4", "letter"), default="a4", help=say("paper of a .pdf (default: a4)"))
    command.add_argument("--tables", action="store_true", help=say("add the tables behind the page"))
    out = say("the file to write: {endings}", endings=", ".join(SUFFIXES))
    command.add_argument("--out", metavar=say("FILE"), type=Path, required=True, help=out)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Write the file and print its finding."""
    out: Path = choices.out
    if out.suffix not in SUFFIXES:
        ending = out.suffix or told("a file without an ending")
        raise DataError(told("brief: cannot write {ending}; use one of {listed}", ending=ending, listed=", ".join(SUFFIXES)))
    asked = asked_of(choices)
    page = write(asked, out, choices.preset, language=choices.language, paper=choices.paper, tables=choices.tables)
    print(f"{out}: {page.title}")


def write(asked: Asked, out: Path, preset: str, *, language: str | None = None, paper: str = "a4", tables: bool = False) -> OnePage:
    """Write the brief into a file, whole or not at all, and return what its page says; in the city's own language if none is named."""
    asked = asked.at(language=language or asked.city.language)
    page = of_choices(asked, preset, address=settings.value("HOTSPOTS_ADDRESS"), tables=tables)
    exports.put(out, lambda: render(page, out.suffix, paper=paper))
    return page
