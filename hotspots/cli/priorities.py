"""`priorities`: the places to begin with, and how well such lists did before."""

from __future__ import annotations

import argparse
import sys

import pandas as pd

from hotspots.cities import City
from hotspots.cli.arguments import add_form, add_study, study_of
from hotspots.cli.printing import print_csv, print_json, records
from hotspots.statistics import priorities
from hotspots.statistics.priorities import Backtest
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.views import data_tables
from hotspots.words import Told, Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "List the places that come first for the months after the period, by deaths alone, with the test of every rule on "
        "periods that it had not seen, beside the plain count. Restricted: not for publication."
    )
    add_study(command, words)
    share = say("how much of the area, in percent (default: 1,2,5)")
    command.add_argument("--share", metavar=say("PERCENT[,PERCENT…]"), default="1,2,5", help=share)
    command.add_argument("--months", type=int, choices=(1, 3, 12), default=12, help=say("how long a tested period is (default: 12)"))
    command.add_argument("--rule", metavar=say("RULE"), help=say("the rule of the list (default: the one that the test supports)"))
    add_form(command, words, tables=("places", "tests"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the first places and the test of the rules."""
    city, study = study_of(choices)
    shares = _shares(choices.share)
    tested = priorities.backtest(study, months=choices.months, shares=shares)
    rule = choices.rule or (priorities.PLAIN if isinstance(tested, str) else tested.winner(shares[-1]))
    places = priorities.ranked(study, rule=rule, share=shares[-1])
    if choices.csv:
        print_csv(_table(tested, places, which=choices.csv))
        return
    if choices.json:
        facts = _facts(city, tested, rule=rule, bandwidth=priorities.bandwidth(study))
        print_json({**facts, "places": records(places.reset_index(names="id"))})
        return
    print(words.say("restricted: for those who decide where to begin, not for publication"), file=sys.stderr)
    if isinstance(tested, str):
        reason = words.say(priorities.REASONS[tested])
        print(words.say("the rules cannot be tested: {reason}", reason=reason), file=sys.stderr)
    else:
        print("\n".join(_tests(tested, words)))
    print(_heading(study, words, rule=rule, share=shares[-1]))
    lines = (f"{row['order']}\t{unit}\t{row['name']}\t{row['events']}\t{row['area'] / 1e4:.2f} ha" for unit, row in places.iterrows())
    print("\n".join(lines))


def _heading(study: Study, words: Words, *, rule: str, share: float) -> str:
    if rule != "density":
        return words.say("the first {share}% of the area by {rule}:", share=f"{100 * share:g}", rule=rule)
    return words.say(
        "the first {share}% of the area by density (each homicide spread {metres} m: cross-validation on this period):",
        share=f"{100 * share:g}",
        metres=words.number(priorities.bandwidth(study)),
    )


def _facts(city: City, tested: Backtest | str, *, rule: str, bandwidth: float) -> dict[str, object]:
    """Return what JSON says of the test; what was not tested says why."""
    facts = {"city": city.slug, "version": city.version, "rule": rule}
    if isinstance(tested, str):
        return {**facts, "untested": tested, "bandwidth": {"tests": None, "places": bandwidth}, "periods": [], "tests": None}
    periods = [[str(start.date()), str(end.date())] for start, end in tested.periods]
    rows = records(tested.table.reset_index())
    return {**facts, "untested": None, "bandwidth": {"tests": tested.bandwidth, "places": bandwidth}, "periods": periods, "tests": rows}


def _table(tested: Backtest | str, places: pd.DataFrame, *, which: str) -> pd.DataFrame:
    if which == "places":
        return places.reset_index(names="id")
    if isinstance(tested, str):
        raise DataError(told("priorities: the rules cannot be tested: {reason}", reason=Told(priorities.REASONS[tested], {})))
    return data_tables.backtest(tested)


def _shares(text: str) -> tuple[float, ...]:
    try:
        found = sorted({float(part) / 100 for part in text.split(",")})
    except ValueError:
        found = []
    if not found or not all(0 < share <= 0.5 for share in found):
        raise DataError(told("--share: {text} is not a list of percentages from above 0 to 50; write it as 1,2,5", text=repr(text)))
    return tuple(found)


def _tests(tested: Backtest, words: Words) -> list[str]:
    """Return the test of the rules as lines of a table."""
    start, end = tested.periods[0][0].date(), tested.periods[-1][1].date()
    days = {"start": start, "end": end}
    lines = [
        words.say(
            "tested on {n} periods of {months} months, {start} to {end} (end exclusive)",
            n=len(tested.periods),
            months=tested.months,
            **days,
        ),
        words.say(
            "density spreads each homicide {metres} m, found by cross-validation on those before {start} alone",
            metres=words.number(tested.bandwidth),
            start=start,
        ),
        words.say("share  rule         caught          hit rate (95%)         PAI    PEI    RRI   beats the plain count"),
    ]
    for (rule, share), row in tested.table.sort_index(level="share", sort_remaining=False).iterrows():
        limits = {"low": f"{row['hit_rate_low']:.3f}", "high": f"{row['hit_rate_high']:.3f}"}
        rate = words.say("{rate} ({low} to {high})", rate=f"{row['hit_rate']:.3f}", **limits)
        beats = "-" if rule == "count" else words.say("yes") if row["beats"] else words.say("no")
        caught = words.say("{n} of {all}", n=f"{row['hits']:.1f}", all=f"{row['events']:.0f}")
        ratios = f"{row['pai']:>6.2f}  {row['pei']:.3f}  {row['rri']:.3f}"
        lines.append(f"{100 * share:>4g}%  {rule:<11}  {caught:<14}  {rate}  {ratios}  {beats}")
    return lines
