"""What the command line asks for: the city, the period, the filters and the unit, and the study that they make."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from hotspots.words import told


def add_study(command: argparse.ArgumentParser) -> None:
    """Add the arguments that name a study."""
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("--start", metavar="DAY", help="first day, as 2023-01-31 (default: all the data)")
    command.add_argument("--end", metavar="DAY", help="the day after the last one (default: all the data)")
    command.add_argument("--where", metavar="FIELD=VALUE", action="append", default=[], help="keep only these; may be repeated")
    command.add_argument(
        "--unit",
        default="",
        help="city, districts, beats, blocks, segments, segments+corners, squares such as grid:250, or hexagons such as h3:9 "
        "(default: blocks; without blocks, squares)",
    )


def add_test(command: argparse.ArgumentParser) -> None:
    """Add the arguments of tests of clustering."""
    command.add_argument("--baseline", choices=("population", "area", "equal"), default="", help="hot spots: what chance goes by")
    command.add_argument("--correction", choices=("bh", "by"), default="", help="hot spots: how many places are allowed for (by: stricter)")


def add_form(command: argparse.ArgumentParser, *tables: str) -> None:
    """Add the choice of JSON or CSV in the place of text; a command with several `tables` is told which."""
    forms = command.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON")
    if tables:
        forms.add_argument("--csv", choices=tables, default="", help="print one table as CSV, as the page of the dashboard gives it")
    else:
        forms.add_argument("--csv", action="store_true", help="print the table as CSV, as the page of the dashboard gives it")


def study_of(choices: argparse.Namespace) -> tuple[Any, Any]:
    """Return the city and the study that the arguments name."""
    from hotspots import cities

    selection = selection_of(choices)
    city = cities.load(choices.city)
    return city, selection.study(city)


def selection_of(choices: argparse.Namespace) -> Any:
    """Return the arguments as a `Selection`."""
    from hotspots.study.selection import Selection, read_where

    return Selection(
        city=choices.city,
        unit=choices.unit,
        start=day(choices, "start"),
        end=day(choices, "end"),
        where=read_where(choices.where),
        bandwidth=_bandwidth(choices),
        baseline=getattr(choices, "baseline", ""),
        correction=getattr(choices, "correction", ""),
        equal_split=getattr(choices, "equal_split", ""),
    )


def _bandwidth(choices: argparse.Namespace) -> int:
    from hotspots.store.schema import DataError

    metres = int(getattr(choices, "bandwidth", 0))
    if metres < 0:
        raise DataError(told("--bandwidth: {metres} is not a length; give whole metres above 0", metres=metres))
    return metres


def day(choices: argparse.Namespace, name: str) -> dt.date | None:
    """Return the day that an argument gives; None where it is left out."""
    from hotspots.store.schema import DataError

    text = getattr(choices, name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise DataError(
            told("--{name}: {text} is not a day; write it as 2023-01-31", name=name.replace("_", "-"), text=repr(text))
        ) from None
