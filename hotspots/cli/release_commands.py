"""The command line of public releases: publish one, and attack those that were published."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from hotspots.cli.choices import day
from hotspots.words import told


def add_parsers(commands: Any) -> None:
    """Add the grammar of `publish` and `audit`."""
    _add_publish(commands)
    _add_audit(commands)


def _add_publish(commands: Any) -> None:
    command = commands.add_parser(
        "publish",
        help="write the public release of a city into a folder",
        description="Build the tables that the public may see, attack them together with everything released before, and write them, "
        "signed, into a folder: whole or not at all. Exit status 1 with the reasons where they would give something away.",
    )
    command.add_argument("city", metavar="CITY", help="the city's short name, as `list` prints it")
    command.add_argument("--profile", choices=("strict", "open"), default="strict", help="what may be published (default: strict)")
    command.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="the folder to write; an older release is replaced")
    command.add_argument("--html", action="store_true", help="also write the release as a web page that needs no server: index.html")
    command.add_argument("--through", metavar="DAY", help="the last day on which the data are complete (default: `covers` of city.toml)")
    command.add_argument("--as-of", metavar="DAY", help="publish what may be public on this day (default: today)")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=publish)


def _add_audit(commands: Any) -> None:
    command = commands.add_parser(
        "audit",
        help="attack a release, all releases of a city, or verify what was written down (audit verify)",
        description="FOLDER: is the release there what was published, and what does it give away? CITY: what do all its releases "
        "give away together? verify: are the lists of releases in the store unchanged? Exit status 1 where anything is wrong.",
    )
    command.add_argument("what", metavar="FOLDER|CITY|verify", help="a release's folder, a city's short name, or the word verify")
    command.add_argument("--exact", action="store_true", help="work out the whole interval of every hidden number")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=audit)


def publish(choices: argparse.Namespace) -> None:
    """Publish a release of a city."""
    from hotspots import release as disclosure
    from hotspots import settings
    from hotspots.drawing import site

    days = {name: day(choices, name) for name in ("as_of", "through") if getattr(choices, name)}
    pages = partial(site.render, contact=settings.value("HOTSPOTS_CONTACT"))
    done = disclosure.publish(choices.city, choices.profile, choices.out, pages=pages if choices.html else None, **days)
    covered = {f"{start:%Y}": round(share, 3) for start, share in done.release.coverage.items()}
    hidden, narrowest = done.findings.hidden, _whole(done.findings.narrowest)
    if choices.json:
        facts = {"city": choices.city, "profile": choices.profile, "out": str(choices.out), "files": list(done.files)}
        facts |= {"areas": len(done.release.areas), "hidden": hidden, "narrowest": narrowest, "coverage": covered}
        print(json.dumps(facts | {"fingerprint": done.fingerprint}, ensure_ascii=False))
        return
    print(f"{choices.out}: {choices.profile} release of {choices.city}, {len(done.release.areas)} areas, {len(done.files)} files")
    if choices.html:
        print(f"  web page: {choices.out / 'index.html'}", file=sys.stderr)
    if hidden:
        print(f"  {hidden} numbers are held back; the audit leaves each open by at least {narrowest}", file=sys.stderr)
    for start, share in covered.items():
        print(f"  window from {start}: {share:.0%} of the homicides lie in areas whose number is shown", file=sys.stderr)
    print(f"  fingerprint {done.fingerprint}")


def audit(choices: argparse.Namespace) -> int:
    """Audit a release, the releases of a city, or verify the lists of releases; return 1 where something is wrong."""
    from hotspots import release as disclosure
    from hotspots import store

    if choices.what == "verify":
        lengths = {slug: len(disclosure.releases(slug)) for slug in store.slugs()}
        print(json.dumps(lengths) if choices.json else "\n".join(f"{slug}\t{n} releases, unchanged" for slug, n in lengths.items()))
        return 0
    if Path(choices.what).is_dir():
        release, past = disclosure.read(choices.what), []
    else:
        past = disclosure.releases(choices.what)
        if not past:
            raise store.StoreError(told("nothing was released of {name}, and there is no folder of that name", name=repr(choices.what)))
        release = past.pop()
    findings = disclosure.audit(release, past, exact=choices.exact)
    if choices.json:
        told_all = {
            "passed": findings.passed,
            "hidden": findings.hidden,
            "pinned": findings.pinned,
            "narrowest": _whole(findings.narrowest),
        }
        print(json.dumps(told_all | {"findings": [asdict(one) for one in findings.found]}, ensure_ascii=False))
        return int(not findings.passed)
    print(f"{choices.what}: {'nothing is given away' if findings.passed else f'{len(findings.found)} findings'}")
    print(f"  {findings.hidden} hidden numbers attacked, {findings.pinned} known exactly; {findings.parts} smaller counts attacked")
    for one in findings.found:
        print(f"  {one}", file=sys.stderr)
    return int(not findings.passed)


def _whole(number: float) -> int | None:
    return None if number == float("inf") else int(number)
