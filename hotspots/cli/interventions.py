"""`interventions`: the log of a city: list, add, edit, remove."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hotspots import cities
from hotspots.cities import City, logbook, plans
from hotspots.cities.logbook import Entry
from hotspots.cli.arguments import add_city, add_json
from hotspots.cli.printing import print_json
from hotspots.statistics.interventions import DESIGNS, RING
from hotspots.store.schema import DataError
from hotspots.words import Words, told, words_for


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "List, add, edit or remove the interventions that charts of a city carry. The log lives beside the city's versions, "
        "survives imports, and keeps every change."
    )
    add_city(command, words)
    actions = command.add_subparsers(metavar=say("ACTION"), required=True, dest="action")
    shown = actions.add_parser("list", help=say("print the entries; --history: every change"))
    shown.add_argument("--history", action="store_true", help=say("print every change instead"))
    added = actions.add_parser("add", help=say("add an entry"))
    edited = actions.add_parser("edit", help=say("change what is named of an entry; the rest stays"))
    edited.add_argument("entry", metavar="ID")
    removed = actions.add_parser("remove", help=say("take an entry out; it stays in the history"))
    removed.add_argument("entry", metavar="ID")
    _add_parts(added, words, required=True)
    _add_parts(edited, words, required=False)
    planned = actions.add_parser("plan", help=say("register what will be looked at, before the result is known; it stays in the history"))
    planned.add_argument("entry", metavar="ID")
    planned.add_argument("--text", metavar=say("TEXT"), required=True, help=say("what will be looked at, and when"))
    planned.add_argument("--design", choices=DESIGNS, default="", help=say("the way of looking that counts"))
    ring = say("how far the displacement ring reaches (default: 250)")
    planned.add_argument("--ring", metavar=say("METRES"), type=float, default=RING, help=ring)
    for one in (shown, added, edited, removed, planned):
        add_json(one, words)


def _add_parts(command: argparse.ArgumentParser, words: Words, *, required: bool) -> None:
    """Add the parts of an entry; `required` ones must be named."""
    text, day, areas = words.say("TEXT"), words.say("DAY"), words.say("AREA[,AREA…]")
    command.add_argument("--name", metavar=text, help=words.say("what was done, in the city's own language"))
    command.add_argument("--name-es", metavar=text, help=words.say("in Spanish"))
    command.add_argument("--name-en", metavar=text, help=words.say("in English"))
    command.add_argument("--start", metavar=day, required=required, help=words.say("the first day, as 2021-03-01"))
    command.add_argument("--end", metavar=day, help=words.say("the day after the last one; left out: it goes on"))
    treated = words.say("block ids, beat:NAME, district:NAME; left out: the whole place")
    command.add_argument("--treated", metavar=areas, help=treated)
    command.add_argument("--comparison", metavar=areas, help=words.say("the areas to compare with"))
    starts = words.say("treated areas that began on a day of their own")
    command.add_argument("--starts", metavar=words.say("AREA=DAY[,AREA=DAY…]"), help=starts)
    command.add_argument("--note", metavar=text, help=words.say("a remark, in the city's own language"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Do what is asked of the log."""
    city = cities.load(choices.city)
    if choices.action == "list":
        _show(choices, words, city=city)
        return
    entry = _CHANGES[choices.action](choices, city)
    if choices.json:
        print_json(entry.as_plain())
        return
    if choices.action == "plan":
        code = plans.of_entry(logbook.read(city.slug, city.notes), entry).plans[-1].code
        print(words.say("{city}: plan of {entry} registered, code {code}", city=choices.city, entry=entry.id, code=code))
        return
    done = {"add": words.say("added"), "edit": words.say("changed"), "remove": words.say("removed")}[choices.action]
    print(f"{choices.city}: {done} {entry.id}")


def _show(choices: argparse.Namespace, words: Words, *, city: City) -> None:
    """Print the log."""
    log = logbook.read(city.slug, city.notes)
    if log.broken:
        broken = words.count(
            "{n} change of the log does not follow on the one before it: something was taken out or changed on disk.",
            "{n} changes of the log do not follow on the one before them: something was taken out or changed on disk.",
            log.broken,
        )
        print(broken, file=sys.stderr)
    if log.damaged:
        damaged = words.say("{city}: {n} changes of the log were damaged on disk and are left out", city=city.slug, n=log.damaged)
        print(damaged, file=sys.stderr)
    if choices.history:
        rows = [{"at": one.at, "action": one.action, **one.entry.as_plain()} for one in log.changes]
    else:
        rows = [{"origin": one.origin, **one.as_plain()} for one in log.entries]
    if choices.json:
        print_json(rows)
        return
    for row in rows:
        name = words_for(city.language).own(row["name"])
        compared = {"n": len(row["treated"]), "m": len(row["comparison"])}
        areas = words.say("{n} treated, {m} compared", **compared) if row["treated"] else words.say("the whole place")
        head = f"{row['at']}\t{row['action']}\t" if choices.history else ""
        days = words.say("{start} to {last}", start=row["start"], last=row["end"] or words.say("now"))
        print(f"{head}{row['id']}\t{name}\t{days}\t{areas}")
    if not rows:
        print(
            words.say("{city}: the log is empty; add an entry with: python -m hotspots interventions {city} add", city=city.slug),
            file=sys.stderr,
        )


def _add(choices: argparse.Namespace, city: City) -> Entry:
    named = _named(choices, city)
    entry = Entry("", named.pop("name", {}), named.pop("start", pd.NaT), **named)
    return logbook.add(city.slug, entry, blocks=city.blocks, notes=city.notes)


def _edit(choices: argparse.Namespace, city: City) -> Entry:
    before = logbook.read(city.slug, city.notes).entry(choices.entry)
    named = _named(choices, city)
    texts: dict[str, Any] = {key: {**getattr(before, key), **named.pop(key)} for key in ("name", "note") if key in named}
    entry = replace(before, **{**named, **texts}, origin="log")
    return logbook.edit(city.slug, entry, blocks=city.blocks, notes=city.notes)


def _remove(choices: argparse.Namespace, city: City) -> Entry:
    return logbook.remove(city.slug, choices.entry, notes=city.notes)


def _plan(choices: argparse.Namespace, city: City) -> Entry:
    plans.register(city.slug, choices.entry, choices.text, design=choices.design, ring=choices.ring, notes=city.notes)
    return logbook.read(city.slug, city.notes).entry(choices.entry)


_CHANGES: Mapping[str, Callable[[argparse.Namespace, City], Entry]] = {"add": _add, "edit": _edit, "remove": _remove, "plan": _plan}


def _named(choices: argparse.Namespace, city: City) -> dict[str, Any]:
    """Return the parts of an entry that the command names."""
    names = ((city.language, choices.name), ("es", choices.name_es), ("en", choices.name_en))
    found: dict[str, Any] = {
        "name": {language: text for language, text in names if text},
        "start": _day("--start", choices.start),
        "end": _day("--end", choices.end),
        "treated": _areas(choices.treated),
        "comparison": _areas(choices.comparison),
        "starts": _starts(choices.starts),
        "note": {city.language: choices.note} if choices.note else {},
    }
    return {key: value for key, value in found.items() if value}


def _areas(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))


def _starts(text: str | None) -> tuple[tuple[str, pd.Timestamp], ...]:
    """Return the areas with their own first days."""
    found = []
    for part in _areas(text):
        area, _, day = part.rpartition("=")
        found.append((area, _day("--starts", day) or pd.NaT))
    return tuple(found)


def _day(name: str, text: str | None) -> pd.Timestamp | None:
    try:
        return pd.Timestamp(dt.date.fromisoformat(text)) if text else None
    except ValueError:
        raise DataError(told("{name}: {text} is not a day; write it as 2021-03-01", name=name, text=repr(text))) from None
