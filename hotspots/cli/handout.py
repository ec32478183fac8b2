"""`handout`: a page about an area, for who lives there, made from a release alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from hotspots import geography, release, settings
from hotspots.agency import worn
from hotspots.drawing import exports
from hotspots.drawing.brief.paper import PAPERS
from hotspots.drawing.site import Atlas, handout
from hotspots.release import Reading
from hotspots.store.schema import DataError
from hotspots.words import LANGUAGES, Words, told, words_for


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Write a page about an area of a release, for who lives there: how many people were killed, against before, what is uncertain, "
        "what is near, what is held back and why, and when the next numbers come. It reads the release and opens no store."
    )
    command.add_argument("release", metavar=say("FOLDER"), type=Path, help=say("the folder of a release"))
    area = say("the area, by its code or its name; may be repeated (default: a page for each area)")
    command.add_argument("--area", metavar=say("AREA"), action="append", default=[], help=area)
    command.add_argument("--paper", choices=tuple(PAPERS), default="a4", help=say("paper of a .pdf (default: a4)"))
    command.add_argument("--out", metavar=say("FILE"), type=Path, required=True, help=say("the file to write: .pdf"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Write the file and print how many pages it has."""
    if choices.out.suffix != ".pdf":
        raise DataError(told("handout: cannot write {file}; a page to print is a .pdf", file=choices.out.name))
    found = Reading(release.read(choices.release))
    if not found.windows:
        raise DataError(told("{folder}: this release has no figures by area", folder=choices.release.name))
    own = found.city.language if found.city.language in LANGUAGES else words.language
    atlas = Atlas(found, words_for(choices.language or own))
    areas = [_area(found, one) for one in choices.area] or handout.order(found)
    contact = settings.value("HOTSPOTS_CONTACT")
    exports.put(choices.out, lambda: handout.pdf(atlas, areas, contact=contact, agency=worn(), paper=choices.paper))
    print(f"{choices.out}: {words.count('{n} page', '{n} pages', len(areas))}")


def _area(found: Reading, named: str) -> str:
    names = geography.names(found.city.blocks).astype(str)
    wanted = named.removeprefix("area:")
    fits = [str(area) for area, name in names.items() if wanted == str(area)] or [str(a) for a, name in names.items() if wanted == name]
    if len(fits) != 1:
        raise DataError(told("handout: the release has no area {area}; it has: {listed}", area=repr(wanted), listed=", ".join(names[:20])))
    return fits[0]
