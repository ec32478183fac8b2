"""`audit`: attack a release, or all releases of a city, or verify what was written down."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from hotspots import release, store
from hotspots.cli.arguments import add_json
from hotspots.cli.printing import print_json, whole
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "FOLDER: is the release there what was published, and what does it give away? CITY: what do all its releases "
        "give away together? verify: are the lists of releases in the store unchanged? Exit status 1 where anything is wrong."
    )
    what = say("a release's folder, a city's short name, or the word verify")
    command.add_argument("what", metavar=say("FOLDER|CITY|verify"), help=what)
    accept = say("of a city: take the list of releases and the key as they stand, where what was lost is in no copy")
    command.add_argument("--accept", action="store_true", help=accept)
    command.add_argument("--exact", action="store_true", help=say("work out the whole interval of every hidden number"))
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Audit a release, the releases of a city, or verify the lists of releases; return 1 where something is wrong."""
    if choices.what == "verify":
        return _verify(choices, words)
    if choices.accept:
        n = release.ledger.accept(choices.what)
        print(f"{choices.what}\t" + words.say("{n} releases, taken as they stand", n=n))
        return 0
    one, past = _releases(choices.what)
    findings = release.audit(one, past, exact=choices.exact)
    if choices.json:
        facts = {"passed": findings.passed, "hidden": findings.hidden, "pinned": findings.pinned, "narrowest": whole(findings.narrowest)}
        print_json({**facts, "findings": [asdict(each) for each in findings.found]})
        return int(not findings.passed)
    nothing = words.say("nothing is given away")
    if one.facts["kind"] != "incidents" and findings.passed:
        print(f"{choices.what}: {words.say('totals that were public before: nothing is hidden here, so nothing was attacked')}")
        return 0
    print(f"{choices.what}: {nothing if findings.passed else words.say('{n} findings', n=len(findings.found))}")
    counted = {"n": findings.hidden, "m": findings.pinned, "parts": findings.parts}
    print("  " + words.say("{n} hidden numbers attacked, {m} known exactly; {parts} smaller counts attacked", **counted))
    for sheet in release.sheets(choices.what) if not Path(choices.what).is_dir() else ():
        signed = {"fingerprint": sheet.fingerprint[:12], "who": sheet.who, "when": sheet.when, "against": ", ".join(sheet.against) or "–"}
        print("  " + words.say("{fingerprint}… signed off by {who}, {when}; audited together with: {against}", **signed))
    for each in findings.found:
        print(f"  {words.tell(each.sentence)}", file=sys.stderr)
    return int(not findings.passed)


def _verify(choices: argparse.Namespace, words: Words) -> int:
    """Print how many releases each city has; a list, key or note that is not what was written is told after the others: null in JSON."""
    lengths: dict[str, int | None] = {}
    for slug in release.ledger.known():
        try:
            lengths[slug] = release.ledger.verify(slug)
        except release.LedgerError as fault:
            lengths[slug] = None
            for one in fault.faults:
                print(words.tell(one), file=sys.stderr)
    seen = _verify_record(words)
    if choices.json:
        print_json(lengths)
    else:
        for slug, n in lengths.items():
            print(f"{slug}\t" + (words.say("not what was written") if n is None else words.say("{n} releases, unchanged", n=n)))
        if seen:
            print(words.say("the record of who saw what: {n} lines, unchanged", n=seen))
    return int(None in lengths.values() or seen is None)


def _verify_record(words: Words) -> int | None:
    """Return how many lines the record of who saw what has; None where it is not what was written, which is told."""
    try:
        return store.record.verify()
    except store.record.RecordError as fault:
        for one in fault.faults:
            print(words.tell(one), file=sys.stderr)
        return None


def _releases(what: str) -> tuple[release.Release, list[release.Release]]:
    """Return the release that a folder holds, or the newest of a city with those before it."""
    if Path(what).is_dir():
        return release.read(what), []
    past = release.releases(what)
    if not past:
        raise store.StoreError(told("nothing was released of {name}, and there is no folder of that name", name=repr(what)))
    return past.pop(), past
