"""`priorities`: the places to begin with, and how well such lists did before."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from hotspots.cli.arguments import add_form, add_study, asked_of
from hotspots.cli.printing import print_csv, print_json, records
from hotspots.questions.restricted import Asked, priorities
from hotspots.questions.restricted.priorities import FirstPlaces
from hotspots.statistics.priorities import REASONS, Backtest
from hotspots.store.schema import DataError
from hotspots.views.answer import Answer
from hotspots.words import Told, Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "List the places that come first for the months after the period, by deaths alone, with the test of every rule on "
        "periods that it had not seen, beside the plain count. Without --unit, by the kind of place that the test supports. Restricted: "
        "not for publication."
    )
    add_study(command, words)
    share = say("how much of the area, in percent (default: 1,2,5)")
    command.add_argument("--share", metavar=say("PERCENT[,PERCENT…]"), default="1,2,5", help=share)
    command.add_argument("--months", type=int, choices=(1, 3, 12), default=12, help=say("how long a tested period is (default: 12)"))
    command.add_argument("--rule", metavar=say("RULE"), help=say("the rule of the list (default: the one that the test supports)"))
    add_form(command, words, tables=("places", "tests"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the first places and the test of the rules."""
    shares = _shares(choices.share)
    asked = priorities.by_kind(asked_of(choices), choices.unit, months=choices.months, shares=shares)
    test = asked.ask(priorities.backtest, months=choices.months, shares=shares)
    answer = asked.ask(priorities.first_places, choices.rule or "", months=choices.months, shares=shares)
    if choices.csv:
        print_csv(_table(test, answer, which=choices.csv), asked, what=f"priorities: {choices.csv}")
        return
    if choices.json:
        print_json(_facts(asked, test, answer))
        return
    print(words.say("restricted: for those who decide where to begin, not for publication"), file=sys.stderr)
    if isinstance(test.value, str):
        reason = words.say(REASONS[test.value])
        print(words.say("the rules cannot be tested: {reason}", reason=reason), file=sys.stderr)
    else:
        print("\n".join(_tests(test.value, words)))
    print(_heading(asked, answer.value, words))
    for unit, row in answer.value.places.iterrows():
        print(f"{row['order']}\t{unit}\t{row['name']}\t{row['events']}\t{row['area'] / 1e4:.2f} ha")


def _heading(asked: Asked, found: FirstPlaces, words: Words) -> str:
    share = f"{100 * found.share:g}"
    if found.rule != "density":
        return words.say("the first {share}% of the area by {rule}:", share=share, rule=found.rule)
    return words.say(
        "the first {share}% of the area by density (each homicide spread {metres} m: cross-validation on this period):",
        share=share,
        metres=words.number(asked.ask(priorities.spread).value),
    )


def _facts(asked: Asked, test: Answer[Backtest | str], answer: Answer[FirstPlaces]) -> dict[str, object]:
    """Return what JSON says; what was not tested says why."""
    tested, metres = test.value, asked.ask(priorities.spread).value
    facts: dict[str, object] = {"city": asked.city.slug, "version": asked.city.version, "rule": answer.value.rule}
    if isinstance(tested, str):
        facts |= {"untested": tested, "bandwidth": {"tests": None, "places": metres}, "periods": [], "tests": None}
    else:
        periods = [[str(start.date()), str(end.date())] for start, end in tested.periods]
        bandwidth = {"tests": tested.bandwidth, "places": metres}
        facts |= {"untested": None, "bandwidth": bandwidth, "periods": periods, "tests": records(test.table())}
    return {**facts, "places": records(answer.table())}


def _table(test: Answer[Backtest | str], answer: Answer[FirstPlaces], *, which: str) -> Answer[Any]:
    if which == "places":
        return answer
    if isinstance(test.value, str):
        raise DataError(told("priorities: the rules cannot be tested: {reason}", reason=Told(REASONS[test.value], {})))
    return test


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
