"""Print what differs between two captures of the project; exit status 1 where anything does that was not expected.

    python tests/comparison/differences.py before.json after.json [--expect allowed.txt]

Keys with the same lines taken out and put in are told once, with their number and the first few of them. `--expect` names a file with a
line for each difference that is meant: `REASON :: KEY PATTERN :: LINE PATTERN`, the patterns regular expressions. A changed line that both
find is told as expected; a key is expected where all its changed lines are. An empty line pattern takes any line; lines that begin with #
are remarks. Keys that only one capture has are told too, and can be expected by the line pattern `^(missing|new) key$`.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SHOWN_KEYS, SHOWN_LINES, LONGEST = 5, 40, 300


@dataclass(frozen=True)
class Expected:
    """A difference that is meant: why, in which keys, and in which lines."""

    reason: str
    key: re.Pattern[str]
    line: re.Pattern[str]


def read_expected(path: Path) -> list[Expected]:
    """Return the differences that a file expects."""
    found = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        parts = [part.strip() for part in row.split("::")]
        if len(parts) != 3:
            raise ValueError(f"{path.name}, line {number}: write REASON :: KEY PATTERN :: LINE PATTERN")
        found.append(Expected(parts[0], re.compile(parts[1]), re.compile(parts[2])))
    return found


def changed(before: str | None, after: str | None) -> tuple[str, ...]:
    """Return the lines taken out (-) and put in (+), without their surroundings."""
    if before is None or after is None:
        return ("+new key" if before is None else "-missing key",)
    if before == after:
        return ()
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    found = tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))
    return found or ("-the ends of lines differ",)


def not_expected(key: str, lines: tuple[str, ...], expected: list[Expected]) -> tuple[tuple[str, ...], set[str]]:
    """Return the changed lines of a key that nobody expects, and the reasons of the others."""
    here = [one for one in expected if one.key.search(key)]
    left, reasons = [], set()
    for line in lines:
        why = next((one.reason for one in here if one.line.search(line[1:])), None)
        if why is None:
            left.append(line)
        else:
            reasons.add(why)
    return tuple(left), reasons


def show(lines: tuple[str, ...], keys: list[str]) -> None:
    """Print one group of keys that differ in the same way."""
    print(f"\n{len(keys)} key(s):")
    for key in keys[:SHOWN_KEYS]:
        print(f"  {key}")
    if len(keys) > SHOWN_KEYS:
        print(f"  … and {len(keys) - SHOWN_KEYS} more")
    for line in lines[:SHOWN_LINES]:
        print("    " + (line if len(line) <= LONGEST else f"{line[:LONGEST]}…"))
    if len(lines) > SHOWN_LINES:
        print(f"    … and {len(lines) - SHOWN_LINES} more lines")


def main() -> int:
    """Compare two captures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--expect", type=Path, help="a file of the differences that are meant")
    parser.add_argument("--only", default="", help="a regular expression: look at the keys that it finds alone")
    parser.add_argument("--partial", action="store_true", help="pass over the keys that only one of the captures has")
    choices = parser.parse_args()
    before, after = (json.loads(path.read_text(encoding="utf-8")) for path in (choices.before, choices.after))
    expected = read_expected(choices.expect) if choices.expect else []
    keys = sorted(before.keys() & after.keys() if choices.partial else before.keys() | after.keys())
    keys = [key for key in keys if re.search(choices.only, key)]
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    meant: dict[str, int] = defaultdict(int)
    for key in keys:
        left, reasons = not_expected(key, changed(before.get(key), after.get(key)), expected)
        if left:
            groups[left].append(key)
        for reason in reasons:
            meant[reason] += 1
    for lines, alike in sorted(groups.items(), key=lambda group: -len(group[1])):
        show(lines, alike)
    for reason, count in meant.items():
        print(f"\nexpected in {count} key(s): {reason}")
    print(f"\n{len(keys)} keys compared, {sum(map(len, groups.values()))} differ, in {len(groups)} ways")
    return int(bool(groups))


if __name__ == "__main__":
    sys.exit(main())
