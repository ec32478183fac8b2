"""The command line: everything that the screen shows, without a screen.

Results go to standard output, progress and reports to standard error. Exit status: 0 done, 1 refused with a reason, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotspots import __version__
from hotspots.cli import commands as bodies
from hotspots.cli import (
    evaluation_commands,
    release_commands,
    study_commands,
    table_commands,
)
from hotspots.cli.choices import (
    add_study,
    add_test,
    selection_of,
    study_of,
)

EXAMPLES = """examples:
  python -m hotspots import data/cities/puerto-albatros
  python -m hotspots import --incidents homicides.xlsx --blocks blocks.geojson --name "My city"
  python -m hotspots list
  python -m hotspots totals puerto-albatros --start 2023-01-01 --end 2024-01-01
  python -m hotspots totals puerto-albatros --where weapon=firearm --where sex=female --json
  python -m hotspots export puerto-albatros --measure rate --unit districts --out districts.csv
  python -m hotspots export puerto-albatros --start 2023-01-01 --end 2024-01-01 --out map-2023.html
  python -m hotspots priorities puerto-albatros --share 1,5
  python -m hotspots totals puerto-albatros --unit segments
  python -m hotspots totals puerto-albatros --reconcile
  python -m hotspots repeats puerto-albatros --metres 200 --days 14 --as-of 2024-06-30
  python -m hotspots change puerto-albatros --as-of 2024-06-30
  python -m hotspots clusters puerto-albatros --method space-time --start 2024-01-01
  python -m hotspots table puerto-albatros people --end 2024-01-01
  python -m hotspots check puerto-albatros

A city is a folder with a city.toml that says where its files are and what their columns mean; CONTRIBUTING.md shows one.
Dates are written 2023-01-31. --end is exclusive: --start 2023-01-01 --end 2024-01-01 is the whole of 2023. No dates: all the data."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    choices = parser().parse_args(arguments)
    from hotspots.settings import EditionError
    from hotspots.store import StoreError
    from hotspots.store.schema import DataError

    try:
        return int(choices.run(choices) or 0)
    except (DataError, StoreError) as fault:
        print(fault, file=sys.stderr)
        return 1
    except EditionError as fault:
        print(fault, file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"cannot read or write {fault.filename or 'a file'}: {fault.strerror or fault}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m hotspots",
        description="Homicides block by block: counts, rates, density and change. The command line speaks English; "
        "the dashboard, its files and its messages speak Spanish and English.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"hotspots {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_import(commands)
    _add_list(commands)
    _add_check(commands)
    _add_rollback(commands)
    _add_totals(commands)
    _add_export(commands)
    study_commands.add_parsers(commands)
    table_commands.add_parsers(commands)
    evaluation_commands.add_parsers(commands)
    release_commands.add_parsers(commands)
    return top


def _add_import(commands: Any) -> None:
    command = commands.add_parser(
        "import",
        help="read a folder with a city.toml, or single files, and publish them as a new version",
        description="Read a city's files, check every row, and publish them as a new version: as a whole, or not at all. "
        "The report says what became of each row. Without a city.toml the columns are worked out, and what is in doubt is asked.",
    )
    command.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="the folder that holds city.toml")
    command.add_argument("--incidents", metavar="FILE", type=Path, action="append", help="no city.toml: the homicides; may be repeated")
    command.add_argument("--blocks", metavar="FILE", type=Path, help="no city.toml: the blocks (left out: squares)")
    command.add_argument("--population", metavar="FILE", type=Path, help="no city.toml: the residents of each block, in a table")
    command.add_argument("--name", metavar="NAME", help="no city.toml: the city's name")
    command.add_argument("--yes", action="store_true", help="take the safe answer to every question; refuse where none is safe")
    command.add_argument("--save", metavar="FOLDER", type=Path, help="no city.toml: write the one that was worked out into this folder")
    command.add_argument("--json", action="store_true", help="print the quality report as JSON")
    command.set_defaults(run=_import, wrong=command.error)


def _add_list(commands: Any) -> None:
    command = commands.add_parser(
        "list", help="list the published cities", description="List the published cities and their newest version."
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_list)


def _add_check(commands: Any) -> None:
    command = commands.add_parser(
        "check",
        help="look whether the stored versions of a city are what was published",
        description="Read every stored file of a city, compare it byte for byte with what was published, and work the headline numbers "
        "out again. Exit status 1 where anything differs.",
    )
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=bodies.check)


def _add_rollback(commands: Any) -> None:
    command = commands.add_parser(
        "rollback",
        help="serve an earlier version of a city again",
        description="Serve an earlier version again: the one named, else the newest intact one before the version served now. Nothing is "
        "deleted, and the next import still gets a higher number.",
    )
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("version", metavar="VERSION", type=int, nargs="?", help="the number of the version (default: the one before)")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=bodies.rollback)


def _add_totals(commands: Any) -> None:
    command = commands.add_parser(
        "totals",
        help="print the headline numbers of a city",
        description="Print rows read, victims, how many have a place and lie inside the units, population, the rate with its exact "
        "95 %% interval, the share in the top 5 %% of units, and the yearly counts.",
    )
    add_study(command)
    command.add_argument(
        "--reconcile", action="store_true", help="print the same homicides on every unit instead: each row adds up to all of them"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_totals)


def _add_export(commands: Any) -> None:
    command = commands.add_parser(
        "export",
        help="write measures, unit by unit, to a file",
        description="Write one row for each unit: id, name, count, population, KEY, KEY_low, KEY_high (95 %%), and state "
        "(ok, zero, unstable under 20 homicides, suppressed, no_data).",
    )
    add_study(command)
    command.add_argument("--measure", metavar="KEY[,KEY…]", default="count", help="what to write, such as count or rate (default: count)")
    command.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the file to write: .csv, .geojson, .parquet, .png or .html"
    )
    command.add_argument(
        "--bandwidth",
        metavar="METRES",
        type=int,
        default=0,
        help="how far density, relative_risk and network_density spread each homicide (default: each by its own rule)",
    )
    command.add_argument(
        "--equal-split",
        choices=("discontinuous", "continuous"),
        default="",
        help="network_density: what crossings do: share evenly among the streets ahead (discontinuous, the usual one), or so that streets "
        "meet without a step (continuous)",
    )
    command.add_argument("--language", choices=("es", "en"), help="the language of a .png or .html (default: the city's own)")
    add_test(command)
    command.set_defaults(run=_export)


def _import(choices: argparse.Namespace) -> None:
    if (choices.folder is None) == (choices.incidents is None):
        choices.wrong("give either FOLDER, or --incidents FILE and --name NAME")
    if choices.incidents is None:
        _import_folder(choices, choices.folder)
        return
    if not choices.name:
        choices.wrong("--incidents needs --name NAME, the name of the city")
    with tempfile.TemporaryDirectory(prefix="hotspots-") as temporary:
        _import_folder(choices, _worked_out(choices, Path(temporary)))


def _worked_out(choices: argparse.Namespace, temporary: Path) -> Path:
    """Write the city.toml that reads the files, show it, and return its folder; the folder's name is the city's short name."""
    from hotspots.cities import slug_of
    from hotspots.readers.guess import work_out

    named = [path for path in (*choices.incidents, choices.blocks, choices.population) if path is not None]
    for path in named:
        path.open("rb").close()  # a file that is not there is told as such
    text = work_out(
        [path.resolve() for path in choices.incidents],
        name=choices.name,
        ask=functools.partial(_answer, yes=choices.yes),
        blocks=choices.blocks.resolve() if choices.blocks else None,
        population=choices.population.resolve() if choices.population else None,
    )
    print(f"worked out, as a city.toml:\n\n{text}", file=sys.stderr)
    folders: list[Path] = [temporary / slug_of(choices.name.replace("/", " ")), *([choices.save] if choices.save else [])]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "city.toml").write_text(text, encoding="utf-8")
    return folders[0]


def _answer(question: Any, *, yes: bool) -> str:
    """Put a question to the person at the terminal, with the safe answer shown; `yes` takes that one."""
    from hotspots.store.schema import DataError
    from hotspots.words import Told, told

    said = [question.text, *(f"  {answer}: {meaning}" for answer, meaning in question.answers.items())]
    if yes:
        if not question.safe:
            none = told("No answer is safe, so --yes does not take one: import again without --yes, or write a city.toml")
            raise DataError([*(Told(line, {}) for line in said), none])
        print("\n".join([*said, f"taken: {question.safe}"]), file=sys.stderr)
        return str(question.safe)
    while True:
        print("\n".join(said), file=sys.stderr)
        print(f"answer [{question.safe}]: " if question.safe else "answer: ", file=sys.stderr, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise DataError(told("the question was not answered; import again at a terminal, or with --yes for the safe answers"))
        given = line.strip() or question.safe
        if given in question.answers or (given and not question.answers):
            return given


def _import_folder(choices: argparse.Namespace, folder: Path) -> None:
    from tqdm import tqdm

    from hotspots import cities
    from hotspots.readers.report import lines

    with tqdm(desc="reading", bar_format="{desc} ({elapsed})", file=sys.stderr, leave=False) as bar:

        def progress(step: str) -> None:
            bar.set_description_str(step)
            bar.refresh()

        city = cities.import_folder(folder, progress=progress)
    if choices.json:
        print(json.dumps({"city": city.slug, "version": city.version, "report": city.report.to_dict()}, ensure_ascii=False))
        return
    print("\n".join(lines(city.report)), file=sys.stderr)
    print(f"{city.slug}: published version {city.version}")


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


def _totals(choices: argparse.Namespace) -> None:
    if choices.reconcile or choices.unit == "all":
        bodies.reconcile(choices, selection_of(choices))
        return
    city, study = study_of(choices)
    if not study.has_days:
        print("\n".join(_published_notes(city, study)), file=sys.stderr)
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
        print(f"  {year}  {'unknown' if count is None else count}")


def _published_notes(city: Any, study: Any) -> list[str]:
    """Return what a reader of published totals must know: what the units are known for, and where sources differ."""
    period = f"{study.start.date()} to {study.end.date()}"
    lines = [f"{city.slug}: published totals; nothing is known of single homicides. A number that nobody published is unknown, never 0."]
    shown = study.for_map()
    if shown is not study:
        lines.append(
            f"the totals are of {period} (end exclusive); by unit only {shown.start.date()} to {shown.end.date()} is published last"
        )
    for one, other in study.rivals:
        lines.append(
            f"sources differ on {one.start.date()} to {one.end.date()}: {one.count:,.0f} counted here ({one.table}), "
            f"{other.count:,.0f} in another table ({other.table})"
        )
    return lines


def totals(city: Any, study: Any) -> dict[str, Any]:
    """Return the headline numbers of a study, ready for JSON; None where a number does not exist."""
    from hotspots.statistics import concentration, rates, trends

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
        "top5pct_k": top.units,
        "top5pct_share": _plain(top.share),
        **bodies.of_units(city, study),
        "by_year": {str(year): None if n != n else int(n) for year, n in trends.yearly(study)["count"].items()},
    }


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 6)


def _export(choices: argparse.Namespace) -> None:
    city, whole = study_of(choices)
    study = whole.for_map()
    if study is not whole:
        print(
            f"{city.slug}: by {choices.unit or 'blocks'} the latest published period is {study.start.date()} to {study.end.date()} "
            "(end exclusive); the file is of that period",
            file=sys.stderr,
        )
    bodies.export(choices, city, study)


if __name__ == "__main__":
    sys.exit(main())
