"""The bodies of the longer commands; `__main__` holds their grammar."""

from __future__ import annotations

import argparse
import datetime as dt
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


def change(choices: argparse.Namespace, *, as_of: dt.date | None) -> None:
    """Print each period beside the years before, place by place."""
    from hotspots import cities, units
    from hotspots.schema import DataError
    from hotspots.selection import Selection, read_where

    city = cities.load(choices.city)
    if city.only_totals:
        raise DataError(
            f"change: {city.slug} has published totals alone; the days of single homicides are not known. Use: totals {city.slug}"
        )
    there = units.available(city.blocks)
    unit = choices.unit or next(one for one in ("districts", "beats", "city") if one in there)
    study = Selection(city=choices.city, unit=unit, where=read_where(choices.where)).study(city)
    found = comparisons(study, as_of=as_of, lag=choices.lag)
    if choices.json:
        print(json.dumps({"city": city.slug, "version": city.version, "unit": unit, **found}, ensure_ascii=False))
        return
    for name, one in found["periods"].items():
        print(f"{name}\t{one['start']} to {one['last']}\tagainst the same days to {', '.join(map(str, one['years'])) or 'no earlier year'}")
        for row in [*one["places"], one["no_place"], one["city"]]:
            print("  " + "\t".join(_cells(row)))


def _cells(row: dict[str, Any]) -> list[str]:
    """Return a row of the comparison as text: place, count, last year, the mean, the range, the judgement."""
    if row["expected"] is None:
        return [row["name"], str(row["count"]), "nothing to compare with"]
    last, mean = f"last year {row['last_year']}", f"mean {row['expected']:.1f}"
    firm = " (allowing for the number of places)" if row["adjusted"] is not None and row["adjusted"] <= 0.05 else ""
    return [row["name"], str(row["count"]), last, mean, f"range {row['low']}-{row['high']}", row["verdict"] + firm]


def comparisons(study: Any, *, as_of: dt.date | None, lag: int | None) -> dict[str, Any]:
    """Return the periods that end `lag` days before `as_of` (left out: the last day of the data), ready for JSON."""
    import pandas as pd

    from hotspots import change, settings
    from hotspots.same_days import DAY, Days, periods
    from hotspots.schema import DataError

    days = int(settings.value("HOTSPOTS_LAG")) if lag is None else lag
    end = min(pd.Timestamp(as_of) + DAY, study.covers[1]) if as_of else study.covers[1]
    until = end - days * DAY
    if days < 0 or until <= study.covers[0]:
        raise DataError(
            f"change: the data run from {study.covers[0].date()} to {(study.covers[1] - DAY).date()}; no day is left to compare"
        )
    facts = {"through": (study.covers[1] - DAY).date().isoformat(), "until": (until - DAY).date().isoformat(), "lag": days}
    found = {}
    for name, one in periods(until).items():
        result = change.compare(study, Days(max(one.start, study.covers[0]), one.end))
        names = study.blocks["name"] if "name" in study.blocks.columns else study.blocks.index.to_series()
        found[name] = {
            "start": result.days.start.date().isoformat(),
            "last": (result.days.end - DAY).date().isoformat(),
            "years": [(before.end - DAY).year for before in result.before],
            "places": [{"id": str(place), "name": str(names[place]), **_row(row)} for place, row in result.places.iterrows()],
            "no_place": {"name": "in none of the places", **_row(result.no_place)},
            "city": {"name": "whole city", **_row(result.city)},
        }
    return {**facts, "periods": found}


_WHOLE = ("count", "last_year", "last_year_low", "last_year_high", "base", "low", "high")


def _row(row: Any) -> dict[str, Any]:
    """Return a row of a comparison as plain values; None where a number does not exist."""
    values = {key: None if value != value else value if isinstance(value, str) else float(value) for key, value in row.items()}
    found = {key: int(value) if key in _WHOLE and value is not None else value for key, value in values.items()}
    return {"adjusted": None, "last_year_adjusted": None, **found}
