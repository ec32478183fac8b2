"""Put each defect of `table.py` into a copy of the project and see that one of the tests that it names fails: `make defects`.

A row that changes nothing runs with them: where a test fails of that one, the machinery is wrong, and nothing is believed. Where a test
fails without the defect too, the others are asked. docs/defects.md is written from what came out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from pathlib import Path

from table import DEFECTS, NOTHING, Defect

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))
from one_at_a_time import ROOT, run_all

BUILD = ROOT / "build" / "defects"
PAGE = ROOT / "docs" / "defects.md"


def main() -> int:
    """Run; return 1 where one survives, or where sound code is called faulty."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    told.add_argument("--only", nargs="+", default=[], help="defects whose meaning, part or file holds one of these texts; writes nothing")
    chosen = told.parse_args()
    asked = [one for one in DEFECTS if not chosen.only or any(text in f"{one.part} {one.means} {one.path}" for text in chosen.only)]
    began, before = time.monotonic(), os.times()
    found = run_all([NOTHING, *asked], lambda one: list(one.tests), chosen.processes, build=BUILD)
    used = os.times()
    spent = used.children_user + used.children_system - before.children_user - before.children_system
    if found[NOTHING][0] != "survived":
        print(f"a test fails of sound code: {found[NOTHING][1]}")
        return 1
    survived = [one for one in asked if found[one][0] == "survived"]
    if not chosen.only:
        PAGE.write_text(page(found, spent), encoding="utf-8")
    print(f"{len(asked)} defects, {len(asked) - len(survived)} seen, {len(survived)} survived, {time.monotonic() - began:.0f} s")
    print(*(one.means for one in survived), sep="\n")
    return int(bool(survived))


def page(found: Mapping[Defect, tuple[str, str]], spent: float) -> str:
    """Return docs/defects.md: what each defect would do, where, and which test saw it."""
    seen = sum(found[one][0] != "survived" for one in DEFECTS)
    lines = [
        "# Defects put in on purpose",
        "",
        "Written by `make defects` (`tests/defects`). Each is a small change to one file that takes a protection away; the tests named",
        "for it in `tests/defects/table.py` run on a copy of the project that has it. A change of nothing runs with them and must survive.",
        "",
        f"{date.today()}: {seen} of {len(DEFECTS)} seen, {spent:,.0f} s of processor time.",
    ]
    for part, rows in groupby(DEFECTS, key=lambda one: one.part):
        lines += ["", f"## {part.capitalize()}", "", "| with it | in | seen by |", "|---|---|---|"]
        lines += [f"| {one.means} | `{one.path}` | {_told(*found[one])} |" for one in rows]
    return "\n".join(lines) + "\n"


def _told(what: str, by: str) -> str:
    test = by.replace("::", " ").split(" ")[-1].split("[")[0]
    return {"survived": "**none**", "stopped": "a test that never ends"}.get(what, f"`{test}`")


if __name__ == "__main__":
    sys.exit(main())
