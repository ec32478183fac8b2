"""The grammar of the commands that put a question to a study: change, clusters, repeats, priorities."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from hotspots.cli import commands as bodies
from hotspots.cli.choices import (
    add_form,
    add_study,
    add_test,
    day,
    study_of,
)


def add_parsers(commands: Any) -> None:
    """Add the grammar of these commands."""
    _add_change(commands)
    _add_clusters(commands)
    _add_repeats(commands)
    _add_priorities(commands)


def _add_change(commands: Any) -> None:
    command = commands.add_parser(
        "change",
        help="compare the newest days with the same days of the years before",
        description="Print 7 and 28 days, the year to date and 365 days, each beside the same calendar days of last year and the mean of "
        "the three years before: counts, the range to expect, the exact test (E-test), and the same allowing for the number of places.",
    )
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("--unit", default="", help="districts, beats, blocks or city (default: the largest that the city has)")
    command.add_argument("--as-of", metavar="DAY", default="", help="the last day, as 2023-12-31 (default: the last day of the data)")
    command.add_argument("--lag", metavar="DAYS", type=int, help="reporting lag: stop so many days before (default: HOTSPOTS_LAG, 0)")
    command.add_argument("--where", metavar="FIELD=VALUE", action="append", default=[], help="keep only these; may be repeated")
    add_form(command)
    command.set_defaults(run=_change)


def _change(choices: argparse.Namespace) -> None:
    bodies.change(choices, as_of=day(choices, "as_of"))


def _add_clusters(commands: Any) -> None:
    command = commands.add_parser(
        "clusters",
        help="find circles, or bursts in place and time, with more homicides than chance explains",
        description="Scan a city: `scan` looks at all circles of units (Kulldorff 1997), `space-time` at circles and spans of days, "
        "without a population (Kulldorff and others 2005). p is the share of shuffled maps with a cluster as strong.",
    )
    add_study(command)
    command.add_argument("--method", choices=("scan", "space-time"), default="scan", help="what to look for (default: scan)")
    command.add_argument("--cap", type=float, default=0.1, metavar="SHARE", help="scan: the largest circle, as a share of the city")
    command.add_argument("--radius", type=float, default=500.0, metavar="METRES", help="space-time: the largest circle (default: 500)")
    command.add_argument("--days", type=int, default=30, metavar="DAYS", help="space-time: the longest span (default: 30)")
    command.add_argument("--now", action="store_true", help="space-time: only what goes on at the end of the period")
    command.add_argument("--shuffles", type=int, default=999, metavar="N", help="how often chance is tried (default: 999)")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="another number gives other shuffles (default: 0)")
    add_form(command)
    add_test(command)
    command.set_defaults(run=_clusters)


def _clusters(choices: argparse.Namespace) -> None:
    bodies.clusters(choices, *study_of(choices))


def _add_repeats(commands: Any) -> None:
    command = commands.add_parser(
        "repeats",
        help="say whether killings draw others nearby, and which windows are open (restricted: never publish)",
        description="Print how often a killing is followed by another nearby soon after, beside chance, the windows open on a day, how "
        "much killings draw others, and the districts with more than usual. Restricted: never to be published.",
    )
    add_study(command)
    command.add_argument("--metres", type=float, default=200, help="how near (default: 200)")
    command.add_argument("--days", type=int, default=14, help="how soon, and how long a window stays open (default: 14)")
    command.add_argument("--as-of", metavar="DAY", default="", help="know nothing after this day (default: the last day of the data)")
    command.add_argument("--seed", type=int, default=0, help="of the shuffles (default: 0)")
    add_form(command, "windows", "bands", "surges")
    command.set_defaults(run=_repeats)


def _repeats(choices: argparse.Namespace) -> None:
    as_of = day(choices, "as_of")
    if as_of:
        after, end = as_of + dt.timedelta(days=1), day(choices, "end")
        choices.end = (min(after, end) if end else after).isoformat()
    bodies.repeats(choices, *study_of(choices))


def _add_priorities(commands: Any) -> None:
    command = commands.add_parser(
        "priorities",
        help="list the places to begin with, and how well such lists did before",
        description="List the places that come first for the months after the period, by deaths alone, with the test of every rule on "
        "periods that it had not seen, beside the plain count. Restricted: not for publication.",
    )
    add_study(command)
    command.add_argument("--share", metavar="PERCENT[,PERCENT…]", default="1,2,5", help="how much of the area, in percent (default: 1,2,5)")
    command.add_argument("--months", type=int, choices=(1, 3, 12), default=12, help="how long a tested period is (default: 12)")
    command.add_argument("--rule", metavar="RULE", help="the rule of the list (default: the one that the test supports)")
    add_form(command, "places", "tests")
    command.set_defaults(run=lambda choices: bodies.priorities(choices, *study_of(choices)))
