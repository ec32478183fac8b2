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


def publish(choices: argparse.Namespace) -> None:
    """Publish a release of a city."""
    from hotspots import disclosure

    days = {name: _day(value, name) for name, value in (("as_of", choices.as_of), ("through", choices.through)) if value}
    done = disclosure.publish(choices.city, choices.profile, choices.out, **days)
    covered = {f"{start:%Y}": round(share, 3) for start, share in done.release.coverage.items()}
    hidden, narrowest = done.findings.hidden, _whole(done.findings.narrowest)
    if choices.json:
        told = {"city": choices.city, "profile": choices.profile, "out": str(choices.out), "files": list(done.files)}
        told |= {"areas": len(done.release.areas), "hidden": hidden, "narrowest": narrowest, "coverage": covered}
        print(json.dumps(told | {"fingerprint": done.fingerprint}, ensure_ascii=False))
        return
    print(f"{choices.out}: {choices.profile} release of {choices.city}, {len(done.release.areas)} areas, {len(done.files)} files")
    if hidden:
        print(f"  {hidden} numbers are held back; the audit leaves each open by at least {narrowest}", file=sys.stderr)
    for start, share in covered.items():
        print(f"  window from {start}: {share:.0%} of the homicides lie in areas whose number is shown", file=sys.stderr)
    print(f"  fingerprint {done.fingerprint}")


def audit(choices: argparse.Namespace) -> int:
    """Audit a release, the releases of a city, or verify the lists of releases; return 1 where something is wrong."""
    from pathlib import Path

    from hotspots import disclosure, store

    if choices.what == "verify":
        told = {slug: len(disclosure.releases(slug)) for slug in store.slugs()}
        print(json.dumps(told) if choices.json else "\n".join(f"{slug}\t{n} releases, unchanged" for slug, n in told.items()))
        return 0
    if Path(choices.what).is_dir():
        release, past = disclosure.read(choices.what), []
    else:
        past = disclosure.releases(choices.what)
        if not past:
            raise store.StoreError(f"nothing was released of {choices.what!r}, and there is no folder of that name")
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


def _day(text: str, name: str) -> Any:
    import datetime as dt

    from hotspots.schema import DataError

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise DataError(f"--{name.replace('_', '-')}: {text!r} is not a day; write it as 2023-01-31") from None
