"""`check`: are the stored versions of a city what was published?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hotspots import cities
from hotspots.cli.arguments import add_city, add_json
from hotspots.cli.printing import print_json
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    command.description = words.say(
        "Read every stored file of a city, compare it byte for byte with what was published, and work the headline numbers "
        "out again. Exit status 1 where anything differs."
    )
    add_city(command, words)
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Print what became of every version of a city; return 1 where something is wrong."""
    found = cities.check(choices.city)
    wrong = any(one.faults for one in found)
    if choices.json:
        print_json({"city": choices.city, "intact": not wrong, "versions": [asdict(one) for one in found]})
        return int(wrong)
    for one in found:
        name = words.say("version {version}", version=one.number) if one.number else words.say("the pointer to the version served")
        state = words.say("damaged") if one.faults else words.say("intact")
        print(f"{choices.city}\t{name}{' ' + words.say('(served)') if one.served else ''}\t{state}")
        if one.found is not None and not one.faults:
            unknown = "" if one.recorded else "; " + words.say("not compared: published before these were written down")
            print(f"  {_numbers(one.found, words)}{unknown}")
        for fault in one.faults:
            print(f"  {words.tell(fault)}", file=sys.stderr)
    return int(wrong)


def _numbers(found: Mapping[str, Any], words: Words) -> str:
    rows, total = (words.number(found.get(name)) for name in ("totals_rows", "totals_sum"))
    if "totals_rows" in found and not found["victims"]:
        return words.say("published totals alone: {rows} rows that add up to {total}", rows=rows, total=total)
    years = found["by_year"]
    parts = [
        words.count("{n} victim", "{n} victims", found["victims"]),
        words.say("{located} located, {inside} inside", **{name: words.number(found[name]) for name in ("located", "inside")}),
        words.say("population {n}", n=words.say("unknown") if found["population"] is None else words.number(found["population"])),
        words.say("{start} to {last}", start=min(years), last=max(years)) if years else words.say("no year"),
    ]
    if "totals_rows" in found:
        parts.append(words.say("published totals {total} in {rows} rows", rows=rows, total=total))
    return ", ".join(parts)
