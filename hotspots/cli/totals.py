"""`totals`: the headline numbers of a city."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from hotspots.cities import City
from hotspots.cli.arguments import add_json, add_study, asked_of
from hotspots.cli.printing import print_json
from hotspots.geography import segments, units
from hotspots.questions.restricted.city import reconciled
from hotspots.statistics import concentration, rates, trends
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    command.description = words.say(
        "Print rows read, victims, how many have a place and lie inside the units, population, the rate with its exact "
        "95 % interval, the share in the top 5 % of units, and the yearly counts."
    )
    add_study(command, words)
    reconcile = words.say("print the same homicides on every unit instead: each row adds up to all of them")
    command.add_argument("--reconcile", action="store_true", help=reconcile)
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the numbers, by the names that JSON gives them."""
    if choices.reconcile or choices.unit == "all":
        _reconcile(choices)
        return
    asked = asked_of(choices)
    city, study = asked.city, asked.study
    if isinstance(study, TotalsStudy):
        print("\n".join(_published_notes(city, study, words)), file=sys.stderr)
    numbers = totals(city, study)
    if choices.json:
        print_json(numbers)
        return
    years = numbers.pop("by_year")
    width = max(len(name) for name in numbers)
    unknown = words.say("unknown")
    for name, value in numbers.items():
        print(f"{name:<{width}}  {unknown if value is None else value}")
    print("by_year")
    for year, count in years.items():
        print(f"  {year}  {unknown if count is None else count}")


def _reconcile(choices: argparse.Namespace) -> None:
    """Print the same homicides on every unit."""
    asked = asked_of(choices)
    answer = asked.ask(reconciled)
    found = answer.value
    if choices.json:
        print_json({"city": asked.city.slug, "units": answer.table().to_dict("records")})
        return
    print(f"{'unit':<18}" + "".join(f"{name:>15}" for name in found))
    for unit, row in found.iterrows():
        print(f"{unit:<18}" + "".join(f"{value:>15}" for value in row))


def _published_notes(city: City, study: TotalsStudy, words: Words) -> list[str]:
    """Return what a reader of published totals must know: what the units are known for, and where sources differ."""
    lines = [
        words.say(
            "{city}: published totals; nothing is known of single homicides. A number that nobody published is unknown, never 0.",
            city=city.slug,
        )
    ]
    shown = study.for_map()
    if shown is not study:
        days = {"start": study.start.date(), "end": study.end.date(), "first": shown.start.date(), "last": shown.end.date()}
        lines.append(
            words.say("the totals are of {start} to {end} (end exclusive); by unit only {first} to {last} is published last", **days)
        )
    for one, other in study.rivals:
        lines.append(
            words.say(
                "sources differ on {start} to {end}: {n} counted here ({table}), {m} in another table ({other})",
                start=one.start.date(),
                end=one.end.date(),
                n=words.number(one.count),
                table=one.table,
                m=words.number(other.count),
                other=other.table,
            )
        )
    return lines


def totals(city: City, study: Study) -> dict[str, Any]:
    """Return the headline numbers of a study, ready for JSON; None where a number does not exist."""
    top = concentration.top_share(study)
    rate = rates.overall(study)
    return {
        "city": city.slug,
        "version": city.version,
        "start": study.start.date().isoformat(),
        "end": study.end.date().isoformat(),
        "rows_read": city.report.read,
        "victims": _plain(study.victims),
        "located": _plain(study.located),
        "inside": _plain(study.inside),
        "n_areas": len(study.blocks),
        "zero_areas": int((study.counts == 0).sum()),
        "population": _plain(study.population),
        "person_years": _plain(rate.person_years),
        "rate": _plain(rate.value),
        "rate_low": _plain(rate.low),
        "rate_high": _plain(rate.high),
        "rate_left_out": _plain(rates.left_out(study)),
        "top5pct_k": top.units,
        "top5pct_share": _plain(top.share),
        **_of_units(study),
        "by_year": {str(year): None if n != n else int(n) for year, n in trends.yearly(study)["count"].items()},
    }


def _of_units(study: Study) -> dict[str, Any]:
    """Return what belongs to some units only: what residents are, and how far homicides lie from their street."""
    found: dict[str, Any] = {"residents": rule} if (rule := units.denominator(study.blocks)) else {}
    if study.away is None:
        return found
    snap = segments.distribution(study.away, within=segments.snap_distance())
    names = {"n": "snapped", "median": "snap_median", "p90": "snap_p90", "p95": "snap_p95", "longest": "snap_max", "beyond": "snap_beyond"}
    metres = {name: getattr(snap, part) for part, name in names.items()} | {"snap_within": snap.within}
    return found | {name: None if value != value else round(value, 2) for name, value in metres.items()}


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 6)
