"""`erase`: take an event out of every version of a city for good, or old versions, or the whole city."""

from __future__ import annotations

import argparse
import sys

from hotspots import store
from hotspots.cities import erasure
from hotspots.cli.arguments import add_city, add_json
from hotspots.cli.printing import print_json
from hotspots.store import erasing
from hotspots.store.schema import DataError
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Take data out of the store for good; nothing brings them back. Without --yes it only says what it would do. Your own files, "
        "copies of the store and releases that are out are not touched: see to them yourself, and import from corrected files."
    )
    add_city(command, words)
    what = command.add_mutually_exclusive_group(required=True)
    event = say("the id of an event, as `cases` prints it: all who were killed in it, out of every version; may be repeated")
    what.add_argument("--event", metavar="ID", action="append", help=event)
    what.add_argument("--older-than", metavar=say("DAYS"), type=int, help=say("versions published longer ago, but the one served"))
    everything = say("all versions, the log of interventions and the answers; the list of what was released stays")
    what.add_argument("--city", dest="everything", action="store_true", help=everything)
    command.add_argument("--yes", action="store_true", help=say("do it"))
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Erase what is asked, or say what would be erased; return 1 where anything is left that should be gone."""
    if choices.city not in store.slugs():
        store.current(choices.city)  # says that there is none
    if choices.event:
        return _events(choices, words)
    if choices.older_than is not None:
        if choices.older_than < 0:
            raise DataError(told("--older-than: give a whole number of days from 0"))
        gone = erasing.older(choices.city, choices.older_than)
        if choices.yes:
            gone = erasing.remove_older(choices.city, choices.older_than)
    else:
        gone = store.versions(choices.city)
        if choices.yes:
            erasing.remove_city(choices.city)
    if choices.json:
        print_json({"city": choices.city, "erased": choices.yes, "versions": gone})
        return 0
    listed = ", ".join(map(str, gone)) or words.say("none")
    done = words.say("versions erased: {listed}", listed=listed)
    print(f"{choices.city}\t" + (done if choices.yes else words.say("versions that --yes would erase: {listed}", listed=listed)))
    return 0


def _events(choices: argparse.Namespace, words: Words) -> int:
    found = erasure.erase_events(choices.city, choices.event) if choices.yes else None
    rows = found.rows if found else erasure.held(choices.city, choices.event)
    left = found.left if found else ()
    if choices.json:
        print_json({"city": choices.city, "erased": choices.yes, "rows": rows, "left": list(left)})
        return int(bool(left))
    for number, n in rows.items():
        print(f"{choices.city}\t" + words.say("version {version}", version=number) + f"\t{words.count('{n} victim', '{n} victims', n)}")
    if found is None:
        print(words.say("Nothing was erased yet; add --yes to do it."))
    elif left:
        print(words.say("still there: {listed}", listed=", ".join(left)), file=sys.stderr)
    else:
        print(words.say("Every version was read again: the events are in none of them."))
    return int(bool(left))
