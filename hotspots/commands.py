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


def clusters(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Print the clusters that a scan finds, the strongest first."""
    from hotspots import clusters as family
    from hotspots.schema import DataError

    if not study.has_points:
        raise DataError(f"{city.slug}: published totals; a scan needs the places of single homicides")
    shuffles = {"simulations": choices.shuffles, "seed": choices.seed}
    if choices.method == "scan":
        found = family.circular_scan(study, cap=choices.cap, **shuffles)
    else:
        found = family.space_time_scan(study, radius=choices.radius, days=choices.days, anytime=not choices.now, **shuffles)
    period = {"start": study.start.date().isoformat(), "end": study.end.date().isoformat()}
    about = {"city": city.slug, "method": choices.method, **period, "events": found.n, "compared_with": found.baseline, **shuffles}
    if choices.json:
        print(json.dumps({**about, "clusters": json.loads(found.table.to_json(orient="records", date_format="iso"))}, ensure_ascii=False))
        return
    print("; ".join(f"{name} {value}" for name, value in about.items()), file=sys.stderr)
    for number, row in found.table.iterrows():
        when = f"\t{row['start'].date()} to {(row['end']).date()} (exclusive)" if "start" in row else ""
        print(
            f"{number}\t{row['centre']}\t{row['radius']:.0f} m{when}\t{row['observed']} observed\t{row['expected']:.2f} expected"
            f"\t{row['ratio']:.1f} ({row['ratio_low']:.1f}-{row['ratio_high']:.1f})\tp {row['p']:.4g}"
        )
