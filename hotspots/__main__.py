"""The command line: everything that the screen shows, without a screen.

Results go to standard output, progress and reports to standard error. Exit status: 0 done, 1 refused with a reason, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotspots import __version__

EXAMPLES = """examples:
  python -m hotspots import data/cities/puerto-albatros
  python -m hotspots list
  python -m hotspots totals puerto-albatros --start 2023-01-01 --end 2024-01-01
  python -m hotspots totals puerto-albatros --where weapon=firearm --where sex=female --json
  python -m hotspots export puerto-albatros --measure rate --unit districts --out districts.csv

A city is a folder with a city.toml that says where its files are and what their columns mean; CONTRIBUTING.md shows one.
Dates are written 2023-01-31. --end is exclusive: --start 2023-01-01 --end 2024-01-01 is the whole of 2023. No dates: all the data."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    choices = parser().parse_args(arguments)
    from hotspots.schema import DataError
    from hotspots.store import StoreError

    try:
        choices.run(choices)
    except (DataError, StoreError) as fault:
        print(fault, file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"cannot read or write {fault.filename or 'a file'}: {fault.strerror or fault}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m hotspots",
        description="Homicides block by block: counts, rates, density and change.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"hotspots {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_import(commands)
    _add_list(commands)
    _add_totals(commands)
    _add_export(commands)
    return top


def _add_import(commands: Any) -> None:
    command = commands.add_parser(
        "import",
        help="read a folder with a city.toml and publish it as a new version",
        description="Read a city's files, check every row, and publish them as a new version: as a whole, or not at all. "
        "The report says what became of each row.",
    )
    command.add_argument("folder", metavar="FOLDER", type=Path, help="the folder that holds city.toml")
    command.add_argument("--json", action="store_true", help="print the quality report as JSON")
    command.set_defaults(run=_import)


def _add_list(commands: Any) -> None:
    command = commands.add_parser(
        "list", help="list the published cities", description="List the published cities and their newest version."
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_list)


def _add_totals(commands: Any) -> None:
    command = commands.add_parser(
        "totals",
        help="print the headline numbers of a city",
        description="Print rows read, victims, how many have a place and lie inside the units, population, the rate with its exact "
        "95 %% interval, the share in the top 5 %% of units, and the yearly counts.",
    )
    _add_study(command)
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_totals)


def _add_export(commands: Any) -> None:
    command = commands.add_parser(
        "export",
        help="write measures, unit by unit, to a file",
        description="Write one row for each unit: id, name, count, population, KEY, KEY_low, KEY_high (95 %%), and state "
        "(ok, zero, unstable under 20 homicides, suppressed, no_data).",
    )
    _add_study(command)
    command.add_argument("--measure", metavar="KEY[,KEY…]", default="count", help="what to write, such as count or rate (default: count)")
    command.add_argument("--out", metavar="FILE", type=Path, required=True, help="the file to write: .csv, .geojson or .parquet")
    command.set_defaults(run=_export)


def _add_study(command: argparse.ArgumentParser) -> None:
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("--start", metavar="DAY", help="first day, as 2023-01-31 (default: all the data)")
    command.add_argument("--end", metavar="DAY", help="the day after the last one (default: all the data)")
    command.add_argument("--where", metavar="FIELD=VALUE", action="append", default=[], help="keep only these; may be repeated")
    command.add_argument("--unit", default="blocks", help="city, districts, beats or blocks (default: blocks)")


def _import(choices: argparse.Namespace) -> None:
    from tqdm import tqdm

    from hotspots import cities

    with tqdm(desc="reading", bar_format="{desc} ({elapsed})", file=sys.stderr, leave=False) as bar:

        def progress(step: str) -> None:
            bar.set_description_str(step)
            bar.refresh()

        city = cities.import_folder(choices.folder, progress=progress)
    if choices.json:
        print(json.dumps({"city": city.slug, "version": city.version, "report": city.report.to_dict()}, ensure_ascii=False))
        return
    print("\n".join(report_lines(city.report)), file=sys.stderr)
    print(f"{city.slug}: published version {city.version}")


def report_lines(report: Any) -> list[str]:
    """Return a quality report as lines for people: one sentence first, then what needs a look, with examples."""
    lines = [
        f"{report.source}: {report.read:,} rows read = {report.accepted:,} accepted as they stand + {report.repaired:,} repaired "
        f"+ {report.rejected:,} rejected + {report.filtered:,} filtered out; {report.victims:,} victims kept."
    ]
    for finding in report.findings:
        lines.append(f"- {finding.outcome}: {finding.text}")
        lines += [f"    row {one.row}, {one.column}: {one.value!r}" for one in finding.examples]
        if finding.advice:
            lines.append(f"    {finding.advice}")
    return lines


def _list(choices: argparse.Namespace) -> None:
    from hotspots import cities

    found = cities.available()
    if choices.json:
        rows = [
            {"city": one.slug, "name": one.name, "fictional": one.fictional, "version": one.version, "victims": one.victims}
            | {"start": one.start.date().isoformat(), "end": one.end.date().isoformat(), "published": str(one.published)}
            for one in found
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not found:
        print("no city is published yet; start with: python -m hotspots import FOLDER", file=sys.stderr)
    for one in found:
        label = f"{one.name} (fictional)" if one.fictional and "fic" not in one.name.lower() else one.name
        last = one.end.date() - dt.timedelta(days=1)
        print(f"{one.slug}\t{label}\tversion {one.version}\t{one.victims:,} victims\t{one.start.date()} to {last}")


def _study(choices: argparse.Namespace) -> tuple[Any, Any]:
    from hotspots import cities
    from hotspots.selection import Selection, read_where

    city = cities.load(choices.city)
    where = read_where(choices.where)
    selection = Selection(city=choices.city, unit=choices.unit, start=_day(choices, "start"), end=_day(choices, "end"), where=where)
    return city, selection.study(city)


def _day(choices: argparse.Namespace, name: str) -> dt.date | None:
    from hotspots.schema import DataError

    text = getattr(choices, name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise DataError(f"--{name}: {text!r} is not a day; write it as 2023-01-31") from None


def _totals(choices: argparse.Namespace) -> None:
    city, study = _study(choices)
    numbers = totals(city, study)
    if choices.json:
        print(json.dumps(numbers, ensure_ascii=False))
        return
    years = numbers.pop("by_year")
    width = max(len(name) for name in numbers)
    for name, value in numbers.items():
        print(f"{name:<{width}}  {'unknown' if value is None else value}")
    print("by_year")
    for year, count in years.items():
        print(f"  {year}  {count}")


def totals(city: Any, study: Any) -> dict[str, Any]:
    """Return the headline numbers of a study, ready for JSON; None where a number does not exist."""
    from hotspots import concentration, rates, trends

    top = concentration.top_share(study)
    rate = rates.overall(study)
    return {
        "city": city.slug,
        "version": city.version,
        "start": study.start.date().isoformat(),
        "end": study.end.date().isoformat(),
        "rows_read": city.report.read,
        "victims": study.victims,
        "located": study.located,
        "inside": study.inside,
        "n_areas": len(study.blocks),
        "zero_areas": int((study.counts == 0).sum()),
        "population": _plain(study.population),
        "person_years": _plain(rate.person_years),
        "rate": _plain(rate.value),
        "rate_low": _plain(rate.low),
        "rate_high": _plain(rate.high),
        "top5pct_k": top.units,
        "top5pct_share": _plain(top.share),
        "by_year": {str(year): int(n) for year, n in trends.yearly(study)["count"].items()},
    }


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 6)


def _export(choices: argparse.Namespace) -> None:
    from hotspots import exports
    from hotspots.catalog import measure

    _, study = _study(choices)
    n = exports.write(study, [measure(key.strip()) for key in choices.measure.split(",")], choices.out)
    print(f"{choices.out}: {n:,} rows")


if __name__ == "__main__":
    sys.exit(main())
