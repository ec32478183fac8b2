"""`repeats`: whether killings follow soon on one another nearby, which windows are open, and where alerts stand."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from hotspots.cli.arguments import add_form, add_study, asked_of, day
from hotspots.cli.printing import known, print_csv, print_json
from hotspots.questions.restricted import Asked, alerts
from hotspots.questions.restricted import repeats as questions
from hotspots.statistics import repeats
from hotspots.statistics.repeats import Events, Knox, NearRepeats
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.options import FALSE_EVERY, FALSES
from hotspots.views.answer import Answer
from hotspots.words import Words, mark, told

VERDICTS = {"more": mark("more than chance explains"), "within": mark("within what chance gives"), "few": mark("too few to tell")}


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Print how often a killing is followed by another nearby soon after, beside chance, the windows open on a day, how "
        "many follow on one another, and where alerts stand. Restricted: never to be published."
    )
    add_study(command, words)
    command.add_argument("--metres", type=float, default=200, help=say("how near (default: 200)"))
    command.add_argument("--days", type=int, default=14, help=say("how soon, and how long a window stays open (default: 14)"))
    as_of = say("know nothing after this day (default: the last day of the data)")
    command.add_argument("--as-of", metavar=say("DAY"), default="", help=as_of)
    command.add_argument("--seed", type=int, default=0, help=say("of the shuffles (default: 0)"))
    every = say("months in which one alert may be raised in vain, over the whole list (default: 12)")
    command.add_argument("--false-every", type=int, choices=[int(one) for one in FALSES], default=FALSE_EVERY, help=every)
    add_form(command, words, tables=("windows", "bands", "alerts", "surges"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print near repeats, open windows, their strength and the alerts of a study."""
    as_of = day(choices, "as_of")
    if as_of:
        after, end = as_of + dt.timedelta(days=1), day(choices, "end")
        choices.end = (min(after, end) if end else after).isoformat()
    asked = asked_of(choices).at(false_every=choices.false_every)
    _check(choices, asked.study)
    if choices.csv:
        print(words.say("restricted: from single incidents, never to be published"), file=sys.stderr)
        print_csv(_table(choices, asked), asked, what=f"repeats: {choices.csv}")
        return
    answer = asked.ask(questions.near_repeats, metres=choices.metres, days=choices.days, seed=choices.seed)
    near = answer.value
    windows = asked.ask(questions.open_windows, metres=choices.metres, days=choices.days).value
    windows = windows.assign(unit=[asked.study.blocks.index[unit] if unit >= 0 else None for unit in windows["unit"]])
    if choices.json:
        print_json(known(_facts(asked, near, windows)))
        return
    print(words.say("restricted: from single incidents, never to be published"), file=sys.stderr)
    print("".join(f"{words.say(warning)}\n" for warning in answer.warnings), end="", file=sys.stderr)
    print("\n".join([*_chance(asked, near, words), *_alerts(asked, words), *_now(windows, words, days=choices.days)]))


def _check(choices: argparse.Namespace, study: Study) -> None:
    if choices.metres <= 0 or choices.days <= 0:
        raise DataError(
            told("repeats: --metres {metres} and --days {days} must both be more than 0", metres=f"{choices.metres:g}", days=choices.days)
        )
    if choices.as_of and repeats.day_number(pd.Timestamp(choices.as_of)) >= repeats.day_number(study.covers[1]):
        last = repeats.day_of(repeats.day_number(study.covers[1]) - 1).date()
        raise DataError(told("--as-of: {day} is after the last day of the data, {last}", day=choices.as_of, last=last))


def _table(choices: argparse.Namespace, asked: Asked) -> Answer[Any]:
    """Return the answer that has the one table that was asked for, as the page of the dashboard gives it."""
    if choices.csv == "windows":
        return asked.ask(questions.open_windows, metres=choices.metres, days=choices.days)
    if choices.csv == "bands":
        return asked.ask(questions.near_repeats, metres=choices.metres, days=choices.days, seed=choices.seed)
    answer = alerts.watch(asked)  # "surges" is what older command lines call it
    if answer.value is None:
        raise DataError(told("repeats: three years of data are needed to say what is usual"))
    return answer


def _facts(asked: Asked, near: NearRepeats, windows: pd.DataFrame) -> dict[str, Any]:
    """Return what JSON says."""
    watched, strength = alerts.watch(asked).value, asked.ask(questions.strength).value
    rule, events = watched.found.rule if watched else None, asked.ask(questions.events)
    return {
        "city": asked.city.slug,
        "restricted": True,
        "as_of": _as_of(events),
        "unplaced_events": events.unplaced,
        "knox": asdict(near.single) | {"verdict": near.single.verdict},
        "table": _rows(near.table),
        "windows": _rows(windows.drop(columns="event")),
        "strength": asdict(strength) if strength else None,
        "alerts": _rows(watched.rows()) if watched else None,
        "alerts_in_vain_a_year": rule.false_a_year if rule else None,
        "chance_of_a_false_one": rule.standing if rule else None,
    }


def _as_of(events: Events) -> str:
    return str(repeats.day_of(events.last).date())


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _chance(asked: Asked, near: NearRepeats, words: Words) -> list[str]:
    """Return what happened beside what chance gives, and how many killings follow on one another."""
    one, events, strength = near.single, asked.ask(questions.events), asked.ask(questions.strength).value
    about = {"city": asked.city.slug, "day": _as_of(events), "n": one.events, "m": events.unplaced}
    limits = {"metres": f"{one.metres:g}", "days": one.days}
    lines = [
        words.say("{city}, as of {day}: {n} events with a place, {m} without", **about),
        words.say("within {metres} m and {days} days: {n} pairs, {mean} by chance", **limits, n=one.observed, mean=f"{one.mean:.1f}"),
        _ratio(one, words),
    ]
    if strength:
        drawn, low, high = (f"{getattr(strength, name):.2f}" for name in ("branching", "low", "high"))
        lines.append(words.say("each event is followed, soon and nearby, by {n} others (95% {low} to {high})", n=drawn, low=low, high=high))
        if strength.verdict == "drift":
            lines.append(words.say("no more than places give that turn busy or quiet over a year"))
    return lines


def _ratio(one: Knox, words: Words) -> str:
    """Return how many times as often as by chance; the verdict alone where chance gives no such pair."""
    verdict = words.say(VERDICTS[one.verdict])
    if np.isnan(one.ratio):
        return verdict
    told = {"ratio": f"{one.ratio:.2f}", "low": f"{one.low:.2f}", "high": f"{one.high:.2f}", "p": f"{one.p:.3f}", "verdict": verdict}
    if one.draws:
        return words.say("ratio {ratio} (95% {low} to {high}), p {p} from {draws} shuffles: {verdict}", **told, draws=one.draws)
    return words.say("ratio {ratio} (95% {low} to {high}), p {p} of all shuffles: {verdict}", **told)


def _alerts(asked: Asked, words: Words) -> list[str]:
    """Return which alerts stand, and which have ended."""
    answer = alerts.watch(asked)
    if answer.value is None:
        return []
    told_of = answer.value.table[answer.value.table["state"].isin(["raised", "ended", "late"])]
    lines = [alerts.sentence(answer.value.named(str(key), asked, words), row, words) for key, row in told_of.iterrows()]
    return [answer.sentence(words), *(f"  {line}" for line in lines)]


def _now(windows: pd.DataFrame, words: Words, *, days: int) -> list[str]:
    """Return the windows that are open."""
    lines = []
    lines.append(words.say("{n} windows open", n=len(windows)))
    for row in windows.to_dict("records"):
        cells = [
            f"  {row['unit'] or words.say('outside')}",
            words.say("day {day} of {days}", day=row["day"], days=days),
            words.say("open to {day}", day=row["last"].date()),
            words.say("killed {n}", n=row["killed"]),
            words.say("others {n}", n=row["overlaps"]),
        ]
        lines.append("\t".join(cells))
    return lines
