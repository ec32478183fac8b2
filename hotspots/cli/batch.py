"""`batch`: many cities at once, side by side: imported, checked, published, each with its brief and its digest."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from hotspots import __version__, cities, release
from hotspots.cli import dask_pool
from hotspots.cli.one_city import STEPS, Account, Order, Step, called
from hotspots.questions.restricted.brief import PRESETS
from hotspots.readers.sections import PUBLISH
from hotspots.store import whole
from hotspots.store.schema import DataError
from hotspots.words import Words, mark, told

PAPERS, RELEASES, REPORT, TABLE = "restricted", "releases", "batch.json", "batch.txt"
STATES = {
    "done": mark("done"),
    "kept": mark("as before"),
    "none": mark("nothing to do"),
    "failed": mark("failed"),
    "not reached": mark("not reached"),
}


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Import, check and publish every city below a folder, and write its brief and its digest; several side by side. A city that fails "
        "does not stop the others, and a second call does only what is missing. Exit status 1 where any failed."
    )
    folder = say("FOLDER")
    below = say("the folder whose sub-folders are cities, each with its city.toml")
    command.add_argument("--cities", metavar=folder, type=Path, required=True, help=below)
    out = say("where everything goes: restricted/CITY, releases/CITY, batch.json, batch.txt (default: batch)")
    command.add_argument("--out", metavar=folder, type=Path, default=Path("batch"), help=out)
    releases = say("where releases go in the place of releases/ there, a sub-folder for each city")
    command.add_argument("--releases", metavar=folder, type=Path, help=releases)
    profile = say("what may be published of cities whose city.toml says nothing; of others the less of the two (default: nothing)")
    command.add_argument("--profile", choices=PUBLISH[1:], default="", help=profile)
    command.add_argument("--html", action="store_true", help=say("also write each release as a web page that needs no server"))
    who = say("who signs the releases off (default: who is logged in)")
    command.add_argument("--signed-by", metavar=say("NAME"), default="", help=who)
    preset = say("for whom the briefs are: {names} (default: command)", names=", ".join(PRESETS))
    command.add_argument("--preset", choices=tuple(PRESETS), default="command", metavar=say("PRESET"), help=preset)
    safe = say("take the safe answer to every question; refuse where none is safe")
    command.add_argument("--yes", action="store_true", help=safe)
    command.add_argument("--workers", metavar="N", type=int, default=0, help=say("how many processes (default: one for each core)"))
    scheduler = say("the address of a dask scheduler that is there already; its workers reach the same folders and the same store")
    command.add_argument("--scheduler", metavar=say("ADDRESS"), default="", help=scheduler)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Do what is missing of every city, tell of each as it is done, and return 1 where any failed."""
    orders = _orders(choices, words)
    choices.out.mkdir(parents=True, exist_ok=True)
    print(words.say("What no audit of a release can know, and nobody looked at:"), file=sys.stderr)
    for unknown in release.NOT_KNOWN:
        print(f"  - {words.say(unknown)}", file=sys.stderr)
    report = Report(len(orders))
    with tqdm(total=len(orders), bar_format="{n}/{total} {desc} ({elapsed})", file=sys.stderr, leave=False, disable=None) as bar:

        def hear(city: str, step: str) -> None:
            bar.set_description_str(words.say("{city}: {step}", city=city, step=step))

        how = {"scheduler": choices.scheduler, "processes": choices.workers, "language": words.language}
        for account in dask_pool.side_by_side(orders, hear=hear, **how):
            report.accounts.append(account)
            report.write(choices.out, words)
            bar.update()
            bar.clear()
            print(line(account, words), flush=True)
    failed = sum(one.failed for one in report.accounts)
    print(report.sum(words), file=sys.stderr)
    return int(failed > 0)


def _orders(choices: argparse.Namespace, words: Words) -> dict[str, Order]:
    """Return what is to be done for each city, by its short name and in that order."""
    if not choices.cities.is_dir():
        raise DataError(told("there is no folder {folder}", folder=repr(str(choices.cities))))
    below = sorted(one for one in choices.cities.iterdir() if one.is_dir() and not one.name.startswith("."))
    folders = [one for one in below if (one / "city.toml").is_file()]
    if not folders:
        raise DataError(told("no folder below {folder} has a city.toml", folder=repr(str(choices.cities))))
    without = [one.name for one in below if one not in folders]
    if without:
        print(words.say("without a city.toml, and left alone: {folders}", folders=", ".join(without)), file=sys.stderr)
    out, who = choices.out.absolute(), choices.signed_by or getpass.getuser()
    releases = (choices.releases or out / RELEASES).absolute()
    how: dict[str, Any] = {"releases": releases, "profile": choices.profile, "html": choices.html, "signed_by": who}
    how |= {"preset": choices.preset, "safe": choices.yes}
    found: dict[str, Order] = {}
    for folder in folders:
        slug = cities.slug_of(folder)
        if slug in found:
            names = {"one": found[slug].folder.name, "other": folder.name, "city": slug}
            raise DataError(told("{one} and {other} would both be the city {city}; rename one of the folders", **names))
        found[slug] = Order(folder.absolute(), out / PAPERS / slug, **how)
    return dict(sorted(found.items()))


def line(account: Account, words: Words) -> str:
    """Return what became of a city, in a line."""
    parts = [_part(one, words) for one in account.steps if one.state != "not reached"]
    return words.say(
        "{city}: {what} ({seconds} CPU s, {memory} MB)",
        city=account.slug,
        what="; ".join(parts),
        seconds=words.number(round(account.seconds, 1)),
        memory=words.number(round(account.memory / 1e6)),
    )


def _part(step: Step, words: Words) -> str:
    said = words.tell(step.said[0]) if step.said else ""
    if step.state == "failed":
        return words.say("{step} FAILED: {why}", step=words.tell(called(step.name)), why=said)
    return said + (f" ({words.say(STATES['kept'])})" if step.state == "kept" else "")


@dataclass
class Report:
    """What became of the cities so far, of `cities` in all; written after each, so that what was done is known whatever ends the rest."""

    cities: int
    accounts: list[Account] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def write(self, folder: Path, words: Words) -> None:
        """Write it for programs and for people, each whole or not at all."""
        whole.write(folder / REPORT, (json.dumps(self.plain(words), ensure_ascii=False, indent=1) + "\n").encode())
        whole.write(folder / TABLE, self.text(words).encode())

    def plain(self, words: Words) -> dict[str, Any]:
        """Return it as plain values."""
        rows = [_plain(one, words) for one in self._sorted()]
        moments = {"began": self.began.isoformat(timespec="seconds"), "ended": datetime.now(UTC).isoformat(timespec="seconds")}
        sums = {"cities": self.cities, "done": len(rows), "failed": sum(one.failed for one in self.accounts)}
        return {"program": f"hotspots {__version__}", **moments, **sums, "cpu_seconds": self._seconds(), "rows": rows}

    def text(self, words: Words) -> str:
        """Return it as a table, and below it what failed and what to do."""
        head = [words.say("City"), *(words.tell(called(name)) for name in STEPS), words.say("CPU s"), words.say("MB")]
        rows = [[one.slug, *(words.say(STATES[step.state]) for step in one.steps), *_taken(one, words)] for one in self._sorted()]
        failed = [one for one in self._sorted() if one.failed]
        parts = [_aligned([head, *rows]), "", self.sum(words)]
        parts += ["", words.say("What failed, and what to do:")] * bool(failed)
        for one in failed:
            for step in one.steps:
                if step.state == "failed":
                    parts += [f"{one.slug}, {words.tell(called(step.name))}:", *(f"  {words.tell(said)}" for said in step.said)]
        return "\n".join(parts) + "\n"

    def sum(self, words: Words) -> str:
        """Return how many were done, and what that took."""
        most = max((one.memory for one in self.accounts), default=0)
        return words.say(
            "{done} of {cities} cities, {failed} failed; {seconds} CPU s, at most {memory} MB for one",
            done=len(self.accounts),
            cities=self.cities,
            failed=sum(one.failed for one in self.accounts),
            seconds=words.number(self._seconds()),
            memory=words.number(round(most / 1e6)),
        )

    def _sorted(self) -> list[Account]:
        return sorted(self.accounts, key=lambda one: one.slug)

    def _seconds(self) -> float:
        return round(sum(one.seconds for one in self.accounts), 1)


def _plain(account: Account, words: Words) -> dict[str, Any]:
    steps = {
        one.name: {"state": one.state, "said": [words.tell(said) for said in one.said], "cpu_seconds": round(one.seconds, 2)}
        for one in account.steps
    }
    taken = {"cpu_seconds": round(account.seconds, 2), "peak_mb": round(account.memory / 1e6)}
    return {"city": account.slug, "failed": account.failed, **taken, "steps": steps}


def _taken(account: Account, words: Words) -> list[str]:
    return [words.number(round(account.seconds, 1)), words.number(round(account.memory / 1e6))]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns of text, the last two (numbers) to the right.

    >>> print(_aligned([["a", "b", "CPU s", "MB"], ["city", "done", "1.5", "300"]]))
    a     b     CPU s   MB
    city  done    1.5  300
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 2
    lines = (
        "  ".join(cell.rjust(w) if i >= last else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )
    return "\n".join(one.rstrip() for one in lines)
