"""The command line of interventions: the log, and whether what was done worked."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from dataclasses import replace
from typing import Any

from hotspots.cli.choices import add_form
from hotspots.words import told


def add_parsers(commands: Any) -> None:
    """Add the grammar of `interventions` and `evaluate`."""
    _add_log(commands)
    command = commands.add_parser(
        "evaluate",
        help="evaluate one intervention of the log by every design that the data allow",
        description="Print each design with its effect, 95 %% interval, the smallest fall it could tell from chance, placebos and what "
        "moving the start does; 'not evaluable' with the reason where that is so.",
    )
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("entry", metavar="ID", help="the entry, as `interventions CITY list` prints it")
    command.add_argument("--start", metavar="DAY", help="first day of the time before, as 2018-01-01 (default: all the data)")
    command.add_argument("--end", metavar="DAY", help="the day after the last one (default: all the data)")
    command.add_argument("--where", metavar="FIELD=VALUE", action="append", default=[], help="keep only these; may be repeated")
    command.add_argument("--ring", metavar="METRES", type=float, default=None, help="how far the displacement ring reaches (default: 250)")
    command.add_argument("--language", choices=("es", "en"), help="the language of the text (default: the city's own)")
    add_form(command)
    command.set_defaults(run=evaluate)


def _add_log(commands: Any) -> None:
    command = commands.add_parser(
        "interventions",
        help="the log of interventions of a city: list, add, edit, remove",
        description="List, add, edit or remove the interventions that charts of a city carry. The log lives beside the city's versions, "
        "survives imports, and keeps every change.",
    )
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    actions = command.add_subparsers(metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="print the entries; --history: every change")
    shown.add_argument("--history", action="store_true", help="print every change instead")
    added = actions.add_parser("add", help="add an entry")
    edited = actions.add_parser("edit", help="change what is named of an entry; the rest stays")
    edited.add_argument("entry", metavar="ID")
    removed = actions.add_parser("remove", help="take an entry out; it stays in the history")
    removed.add_argument("entry", metavar="ID")
    for one, needs in ((added, True), (edited, False)):
        one.add_argument("--name", metavar="TEXT", help="what was done, in the city's own language")
        one.add_argument("--name-es", metavar="TEXT", help="in Spanish")
        one.add_argument("--name-en", metavar="TEXT", help="in English")
        one.add_argument("--start", metavar="DAY", required=needs, help="the first day, as 2021-03-01")
        one.add_argument("--end", metavar="DAY", help="the day after the last one; left out: it goes on")
        one.add_argument("--treated", metavar="AREA[,AREA…]", help="block ids, beat:NAME, district:NAME; left out: the whole place")
        one.add_argument("--comparison", metavar="AREA[,AREA…]", help="the areas to compare with")
        one.add_argument("--note", metavar="TEXT", help="a remark, in the city's own language")
    for one, run in ((shown, show), (added, add), (edited, edit), (removed, remove)):
        one.add_argument("--json", action="store_true", help="print JSON")
        one.set_defaults(run=run)


def _city(choices: argparse.Namespace) -> Any:
    from hotspots import cities

    return cities.load(choices.city)


def show(choices: argparse.Namespace) -> None:
    """Print the log."""
    from hotspots.cities import logbook
    from hotspots.words import words_for

    city = _city(choices)
    log = logbook.read(city.slug, city.notes)
    if log.damaged:
        print(f"{city.slug}: {log.damaged} changes of the log were damaged on disk and are left out", file=sys.stderr)
    if choices.history:
        rows = [{"at": one.at, "action": one.action, **one.entry.as_plain()} for one in log.changes]
    else:
        rows = [{"origin": one.origin, **one.as_plain()} for one in log.entries]
    if choices.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        name = words_for(city.language).own(row["name"])
        areas = f"{len(row['treated'])} treated, {len(row['comparison'])} compared" if row["treated"] else "the whole place"
        head = f"{row['at']}\t{row['action']}\t" if choices.history else ""
        print(f"{head}{row['id']}\t{name}\t{row['start']} to {row['end'] or 'now'}\t{areas}")
    if not rows:
        print(f"{city.slug}: the log is empty; add an entry with: python -m hotspots interventions {city.slug} add", file=sys.stderr)


def add(choices: argparse.Namespace) -> None:
    """Add an entry."""
    import pandas as pd

    from hotspots.cities import logbook

    city = _city(choices)
    named = _named(choices, city)
    entry = logbook.Entry("", named.pop("name", {}), named.pop("start", pd.NaT), **named)
    _say(choices, "added", logbook.add(city.slug, entry, blocks=city.blocks, notes=city.notes))


def edit(choices: argparse.Namespace) -> None:
    """Change what is named of an entry."""
    from hotspots.cities import logbook

    city = _city(choices)
    before = logbook.read(city.slug, city.notes).entry(choices.entry)
    named = _named(choices, city)
    texts: dict[str, Any] = {key: {**getattr(before, key), **named.pop(key)} for key in ("name", "note") if key in named}
    entry = replace(before, **{**named, **texts}, origin="log")
    _say(choices, "changed", logbook.edit(city.slug, entry, blocks=city.blocks, notes=city.notes))


def remove(choices: argparse.Namespace) -> None:
    """Take an entry out of the log."""
    from hotspots.cities import logbook

    city = _city(choices)
    _say(choices, "removed", logbook.remove(city.slug, choices.entry, notes=city.notes))


def _named(choices: argparse.Namespace, city: Any) -> dict[str, Any]:
    """Return the parts of an entry that the command names."""
    names = ((city.language, choices.name), ("es", choices.name_es), ("en", choices.name_en))
    found: dict[str, Any] = {
        "name": {language: text for language, text in names if text},
        "start": _day("--start", choices.start),
        "end": _day("--end", choices.end),
        "treated": _areas(choices.treated),
        "comparison": _areas(choices.comparison),
        "note": {city.language: choices.note} if choices.note else {},
    }
    return {key: value for key, value in found.items() if value}


def _areas(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))


def _day(name: str, text: str | None) -> Any:
    import pandas as pd

    from hotspots.store.schema import DataError

    try:
        return pd.Timestamp(dt.date.fromisoformat(text)) if text else None
    except ValueError:
        raise DataError(told("{name}: {text} is not a day; write it as 2021-03-01", name=name, text=repr(text))) from None


def _say(choices: argparse.Namespace, what: str, entry: Any) -> None:
    if choices.json:
        print(json.dumps(entry.as_plain(), ensure_ascii=False))
    else:
        print(f"{choices.city}: {what} {entry.id}")


def evaluate(choices: argparse.Namespace) -> None:
    """Evaluate one entry and print every design."""
    from hotspots.cities import logbook
    from hotspots.drawing import exports
    from hotspots.statistics import interventions
    from hotspots.statistics.interventions import reading
    from hotspots.study.selection import Selection, read_where
    from hotspots.views import data_tables
    from hotspots.words import words_for

    city = _city(choices)
    entry = logbook.read(city.slug, city.notes).entry(choices.entry)
    start, end = (day.date() if day is not None else None for day in (_day("--start", choices.start), _day("--end", choices.end)))
    study = Selection(city=city.slug, unit="blocks", start=start, end=end, where=read_where(choices.where)).study(city)
    ring = interventions.RING if choices.ring is None else choices.ring
    found = interventions.evaluate(study, entry, notes=city.notes, ring=ring)
    if choices.json:
        print(json.dumps(reading.numbers(found), ensure_ascii=False))
        return
    if choices.csv:
        print(exports.csv(data_tables.designs(found)), end="")
        return
    words = words_for(choices.language or city.language)
    print(reading.sentence(found, words))
    print(reading.limit(found, words))
    for row in reading.rows(found, words).to_dict("records"):
        head, *rest = row.items()
        print(f"\n{head[1]}")
        for name, value in rest:
            print(f"  {name}: {value}")
    for name in found.warnings:
        print("\n" + words.say(interventions.WARNINGS[name]))
