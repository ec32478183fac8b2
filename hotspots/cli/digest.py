"""`digest`: what is new of a city or a place since an earlier version, as files and by mail."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hotspots import settings
from hotspots.cli import mailing
from hotspots.cli.arguments import add_city, add_place, add_where, asked_of
from hotspots.drawing import digests
from hotspots.questions.restricted.asked import Asked
from hotspots.questions.restricted.digest import digest, since
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection
from hotspots.views.digest import Digest
from hotspots.words import Words, told, words_for


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Say what is new since an earlier version of a city's data: people killed, cases known late, corrections, what left its normal "
        "range, windows, hot spots, interventions. Restricted: not for publication."
    )
    add_city(command, words)
    add_place(command, words)
    add_where(command, words)
    command.set_defaults(start=None, end=None, unit="")
    before = say("the version to compare with, by its number or by a day, as 2023-01-31 (default: the one before the one served)")
    command.add_argument("--since", metavar=say("VERSION"), default="", help=before)
    command.add_argument("--out", metavar=say("FOLDER"), type=Path, help=say("where to write digest.html, .txt, .json and feed.xml"))
    send = say("a file with the mail server, and receivers with their places: send each what is new since the last time, and nothing twice")
    command.add_argument("--send", metavar=say("FILE"), type=Path, help=send)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Write the files, or send the mails, and print what became of each."""
    if not choices.out and not choices.send:
        raise DataError(told("digest: nothing to do; name a folder with --out, or receivers with --send"))
    asked = asked_of(choices)
    if choices.out:
        found = write(asked, choices.out, before=since(asked.city.slug, choices.since, now=asked.city.version), language=choices.language)
        print(f"{choices.out}: {found.title}")
    return send(asked, choices.send, words) if choices.send else 0


def write(asked: Asked, folder: Path, *, before: int, language: str | None = None) -> Digest:
    """Write the digest since version `before` into a folder and return it; in the city's own language if none is named."""
    spoken = words_for(language or asked.city.language)
    found = digest(asked, spoken, before=before, address=settings.value("HOTSPOTS_ADDRESS"))
    digests.write(folder, found)
    return found


def send(asked: Asked, file: Path, words: Words) -> int:
    """Send to each receiver of the file what is new, and return 1 where somebody did not get it."""

    def made(receiver: mailing.Receiver, before: int) -> Digest:
        chosen = Selection(city=asked.city.slug, place=receiver.place)
        spoken = words_for(receiver.language or asked.city.language)
        return digest(Asked.of(chosen), spoken, before=before, address=settings.value("HOTSPOTS_ADDRESS"))

    failed = 0
    for one in mailing.send(asked.city.slug, asked.city.version, mailing.read(file), made):
        print(words.tell(one.said), file=sys.stderr if one.failed else sys.stdout)
        failed += one.failed
    return int(failed > 0)
