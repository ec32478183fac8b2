"""What commands ask for alike: the city, the period, the filters, the unit, the form; and what questions are asked with."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable
from typing import Any

from hotspots.questions.restricted import Asked
from hotspots.store.schema import DataError
from hotspots.study.options import OF_STATISTICS, Option
from hotspots.study.selection import Selection, read_where
from hotspots.words import Words, told


def add_city(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the argument that names a city."""
    command.add_argument("city", metavar=words.say("CITY"), help=words.say("the city's short name, as `list` prints it"))


def add_period(command: argparse.ArgumentParser, words: Words, *, start: str = "") -> None:
    """Add the first day and the one after the last; `start` is another help text for the first."""
    first = start or words.say("first day, as 2023-01-31 (default: all the data)")
    command.add_argument("--start", metavar=words.say("DAY"), help=first)
    command.add_argument("--end", metavar=words.say("DAY"), help=words.say("the day after the last one (default: all the data)"))


def add_where(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the filters."""
    metavar, help = words.say("FIELD=VALUE"), words.say("keep only these; may be repeated")
    command.add_argument("--where", metavar=metavar, action="append", default=[], help=help)


def add_place(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the place that everything is narrowed to."""
    help = words.say(
        "only what lies in a place: district:ID, beat:ID, block:ID, street:NAME, segment:ID, 'crossing:A & B', layer:KIND/NAME, "
        "circle:LAT,LON,METRES or polygon:LAT,LON;LAT,LON;… Tests over many places keep the whole city and list what lies inside"
    )
    command.add_argument("--place", metavar=words.say("PLACE"), default="", help=help)


def add_study(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments that name a study."""
    add_city(command, words)
    add_period(command, words)
    add_where(command, words)
    add_place(command, words)
    command.add_argument(
        "--unit",
        default="",
        help=words.say(
            "city, districts, beats, blocks, segments, segments+corners, squares such as grid:250, or hexagons such as h3:9 "
            "(default: blocks; without blocks, squares)"
        ),
    )
    counted = words.say("of published totals: the table under [area_counts] that counts as you want it (default: the first one)")
    command.add_argument("--definition", metavar=words.say("NAME"), default="", help=counted)


def add_options(command: argparse.ArgumentParser, words: Words, *, of: Iterable[str] | None = None) -> None:
    """Add the options of statistics that have words for the command line: all, or those that the measures `of` read."""
    for row in OF_STATISTICS:
        if row.help and (of is None or not set(row.read_by).isdisjoint(of)):
            form: dict[str, Any] = {"choices": row.values} if row.values else {"type": int, "metavar": words.say(row.metavar)}
            command.add_argument("--" + row.name.replace("_", "-"), default=row.unset, help=words.say(row.help), **form)


def add_json(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the choice of JSON in the place of text."""
    command.add_argument("--json", action="store_true", help=words.say("print JSON"))


def add_form(command: argparse.ArgumentParser, words: Words, *, tables: tuple[str, ...] = ()) -> None:
    """Add the choice of JSON or CSV in the place of text; a command with several `tables` is told which."""
    forms = command.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help=words.say("print JSON"))
    if tables:
        one = words.say("print one table as CSV, as the page of the dashboard gives it")
        forms.add_argument("--csv", choices=tables, default="", help=one)
    else:
        forms.add_argument("--csv", action="store_true", help=words.say("print the table as CSV, as the page of the dashboard gives it"))


def asked_of(choices: argparse.Namespace) -> Asked:
    """Return what questions about the city and the study that the arguments name are asked with."""
    return Asked.of(selection_of(choices))


def selection_of(choices: argparse.Namespace) -> Selection:
    """Return the arguments as a `Selection`."""
    return Selection(
        city=choices.city,
        unit=choices.unit,
        start=day(choices, "start"),
        end=day(choices, "end"),
        where=read_where(choices.where),
        place=choices.place,
        beside=getattr(choices, "beside", ""),
        definition=getattr(choices, "definition", ""),
        **{row.name: _chosen(choices, row) for row in OF_STATISTICS if row.help},
    )


def _chosen(choices: argparse.Namespace, row: Option) -> Any:
    value = getattr(choices, row.name, row.unset)
    if row.kind == "number" and value < 0:
        name = row.name.replace("_", "-")
        raise DataError(told("--{name}: {value} is below 0; give a whole number above it", name=name, value=value))
    return value


def day(choices: argparse.Namespace, name: str) -> dt.date | None:
    """Return the day that an argument gives; None where it is left out."""
    text = getattr(choices, name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise DataError(
            told("--{name}: {text} is not a day; write it as 2023-01-31", name=name.replace("_", "-"), text=repr(text))
        ) from None
