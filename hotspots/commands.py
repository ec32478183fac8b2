"""The bodies of the longer commands; `__main__` holds their grammar."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any


def check(choices: argparse.Namespace) -> int:
    """Print what became of every version of a city; return 1 where something is wrong."""
    from hotspots import cities

    found = cities.check(choices.city)
    wrong = any(one.faults for one in found)
    if choices.json:
        print(json.dumps({"city": choices.city, "intact": not wrong, "versions": [asdict(one) for one in found]}, ensure_ascii=False))
        return int(wrong)
    for one in found:
        name = f"version {one.number}" if one.number else "the pointer to the version served"
        print(f"{choices.city}\t{name}{' (served)' if one.served else ''}\t{'damaged' if one.faults else 'intact'}")
        if one.found is not None and not one.faults:
            print(f"  {_numbers(one.found)}" + ("" if one.recorded else "; not compared: published before these were written down"))
        for fault in one.faults:
            print(f"  {fault}", file=sys.stderr)
    return int(wrong)


def _numbers(found: dict[str, Any]) -> str:
    if "totals_rows" in found and not found["victims"]:
        return f"published totals alone: {found['totals_rows']:,} rows that add up to {found['totals_sum']:,.0f}"
    people = "unknown" if found["population"] is None else f"{found['population']:,.0f}"
    years = f"{min(found['by_year'])} to {max(found['by_year'])}" if found["by_year"] else "no year"
    totals = f", published totals {found['totals_sum']:,.0f} in {found['totals_rows']:,} rows" if "totals_rows" in found else ""
    placed = f"{found['located']:,} located, {found['inside']:,} inside"
    return f"{found['victims']:,} victims, {placed}, population {people}, {years}{totals}"


def rollback(choices: argparse.Namespace) -> None:
    """Serve an earlier version of a city again."""
    from hotspots import store

    before = store.served(choices.city)
    version = store.rollback(choices.city, choices.version)
    if choices.json:
        print(json.dumps({"city": version.slug, "version": version.number, "before": before, "published": version.manifest["published"]}))
        return
    day = version.manifest["published"]
    print(f"{version.slug}: version {version.number}, published {day}, is served again (before: version {before or 'unknown'})")


def of_units(city: Any, study: Any) -> dict[str, Any]:
    """Return what belongs to the headline numbers on some units only: what residents are, and how far homicides lie from their street."""
    from hotspots import segments, units

    found: dict[str, Any] = {"residents": rule} if (rule := units.denominator(study.blocks)) else {}
    if study.away is None:
        return found
    snap = segments.distribution(study.away, within=segments.snap_distance())
    names = {"n": "snapped", "median": "snap_median", "p90": "snap_p90", "p95": "snap_p95", "longest": "snap_max", "beyond": "snap_beyond"}
    metres = {name: getattr(snap, part) for part, name in names.items()} | {"snap_within": snap.within}
    return found | {name: None if value != value else round(value, 2) for name, value in metres.items()}


def reconcile(choices: argparse.Namespace, selection: Any) -> None:
    """Print the same homicides on every unit."""
    from hotspots import cities, reconciliation

    city = cities.load(choices.city)
    found = reconciliation.table(city, selection)
    if choices.json:
        print(json.dumps({"city": city.slug, "units": found.reset_index().to_dict("records")}, ensure_ascii=False))
        return
    print(f"{'unit':<18}" + "".join(f"{name:>15}" for name in found))
    for unit, row in found.iterrows():
        print(f"{unit:<18}" + "".join(f"{value:>15}" for value in row))


def export(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Write the file that `export` asks for."""
    from hotspots import exports, units
    from hotspots.catalog import measure
    from hotspots.words import words_for

    told = exports.Told(city, choices.unit or units.default(city.blocks), words_for(choices.language or city.language))
    n = exports.write(study, [measure(key.strip()) for key in choices.measure.split(",")], choices.out, told=told)
    print(f"{choices.out}: {n:,} rows")


def priorities(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Print the first places and the test of the rules."""
    from hotspots import priorities as ranking

    shares = _shares(choices.share)
    found = ranking.backtest(study, months=choices.months, shares=shares)
    rule = choices.rule or (ranking.PLAIN if isinstance(found, str) else found.winner(shares[-1]))
    places = ranking.ranked(study, rule=rule, share=shares[-1])
    if choices.json:
        tested = None if isinstance(found, str) else json.loads(found.table.reset_index().to_json(orient="records"))
        rows = json.loads(places.reset_index(names="id").to_json(orient="records"))
        periods = [] if isinstance(found, str) else [[str(start.date()), str(end.date())] for start, end in found.periods]
        facts = {"city": city.slug, "version": city.version, "rule": rule, "untested": found if isinstance(found, str) else None}
        print(json.dumps({**facts, "periods": periods, "tests": tested, "places": rows}, ensure_ascii=False))
        return
    print("restricted: for those who decide where to begin, not for publication", file=sys.stderr)
    if isinstance(found, str):
        print(f"the rules cannot be tested: {ranking.REASONS[found]}", file=sys.stderr)
    else:
        _print_tests(found)
    print(f"the first {100 * shares[-1]:g}% of the area by {rule}:")
    print(
        "\n".join(f"{row['order']}\t{unit}\t{row['name']}\t{row['events']}\t{row['area'] / 1e4:.2f} ha" for unit, row in places.iterrows())
    )


def _shares(text: str) -> tuple[float, ...]:
    from hotspots.schema import DataError

    try:
        found = sorted({float(part) / 100 for part in text.split(",")})
    except ValueError:
        found = []
    if not found or not all(0 < share <= 0.5 for share in found):
        raise DataError(f"--share: {text!r} is not a list of percentages from above 0 to 50; write it as 1,2,5")
    return tuple(found)


def _print_tests(found: Any) -> None:
    start, end = found.periods[0][0].date(), found.periods[-1][1].date()
    print(f"tested on {len(found.periods)} periods of {found.months} months, {start} to {end} (end exclusive)")
    print("share  rule         caught          hit rate (95%)         PAI    PEI    RRI   beats the plain count")
    for (rule, share), row in found.table.sort_index(level="share", sort_remaining=False).iterrows():
        rate = f"{row['hit_rate']:.3f} ({row['hit_rate_low']:.3f} to {row['hit_rate_high']:.3f})"
        beats = "-" if rule == "count" else "yes" if row["beats"] else "no"
        caught = f"{row['hits']:.1f} of {row['events']:.0f}"
        print(f"{100 * share:>4g}%  {rule:<11}  {caught:<14}  {rate}  {row['pai']:>6.2f}  {row['pei']:.3f}  {row['rri']:.3f}  {beats}")
