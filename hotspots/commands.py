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


def export(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Write the file that `export` asks for."""
    from hotspots import exports, units
    from hotspots.catalog import measure
    from hotspots.words import words_for

    told = exports.Told(city, choices.unit or units.default(city.blocks), words_for(choices.language or city.language))
    n = exports.write(study, [measure(key.strip()) for key in choices.measure.split(",")], choices.out, told=told)
    print(f"{choices.out}: {n:,} rows")


def repeats(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Print near repeats, open windows, their strength and surges of a study."""
    from hotspots import repeats as family

    if choices.metres <= 0 or choices.days <= 0:
        raise _wrong(f"repeats: --metres {choices.metres:g} and --days {choices.days} must both be more than 0")
    if choices.as_of and family.day_number(_stamp(choices.as_of)) >= family.day_number(study.covers[1]):
        raise _wrong(
            f"--as-of: {choices.as_of} is after the last day of the data, {family.day_of(family.day_number(study.covers[1]) - 1).date()}"
        )
    events = family.events_of(study)
    found = family.near_repeats(study, metres=choices.metres, days=choices.days, seed=choices.seed)
    windows = family.open_windows(events, metres=choices.metres, days=choices.days)
    windows["unit"] = [study.blocks.index[unit] if unit >= 0 else None for unit in windows["unit"]]
    strength, surges = family.strength(events), family.surges(study)
    as_of = family.day_of(events.last).date().isoformat()
    if choices.json:
        told = {"city": city.slug, "restricted": True, "as_of": as_of, "unplaced_events": events.unplaced}
        told |= {"knox": asdict(found.single) | {"verdict": found.single.verdict}, "table": _rows(found.table)}
        told |= {"windows": _rows(windows.drop(columns="event")), "strength": asdict(strength) if strength else None}
        told |= {"surges": _rows(surges.table) if surges else None, "false_alarms_a_year": surges.false_alarms if surges else None}
        print(json.dumps(_known(told), ensure_ascii=False))
        return
    print("restricted: from single incidents, never to be published", file=sys.stderr)
    one = found.single
    print(f"{city.slug}, as of {as_of}: {one.events} events with a place, {events.unplaced} without")
    print(f"within {one.metres:g} m and {one.days} days: {one.observed} pairs, {one.mean:.1f} by chance")
    print(f"ratio {one.ratio:.2f} (95% {one.low:.2f} to {one.high:.2f}), p {one.p:.3f} from {one.draws} shuffles: {_VERDICTS[one.verdict]}")
    if strength:
        print(f"each event brings about {strength.branching:.2f} others (95% {strength.low:.2f} to {strength.high:.2f})")
    for name, row in surges.table[surges.table["state"] == "surge"].iterrows() if surges else ():
        print(f"more than usual: {name or 'whole city'}, {row['events']} events in {row['weeks']} weeks, {row['expected']:.1f} usual")
    print(f"{len(windows)} windows open")
    for row in windows.itertuples():
        days = f"day {row.day} of {choices.days}\topen to {row.last.date()}"
        print(f"  {row.unit or 'outside'}\t{days}\tkilled {row.killed}\tothers {row.overlaps}")


_VERDICTS = {"more": "more than chance explains", "within": "within what chance gives", "few": "too few to tell"}


def _wrong(text: str) -> Exception:
    from hotspots.schema import DataError

    return DataError(text)


def _stamp(text: str) -> Any:
    import pandas as pd

    return pd.Timestamp(text)


def _rows(table: Any) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _known(value: Any) -> Any:
    """Return a value ready for JSON: days as ISO text, None for what is missing or has no end."""
    if isinstance(value, dict):
        return {key: _known(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_known(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if hasattr(value, "isoformat"):
        return value.date().isoformat() if value == value else None
    return value
