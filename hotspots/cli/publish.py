"""`publish`: the public release of a city, in a folder."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from hotspots import agency, release, settings
from hotspots.cli.arguments import add_city, add_json, day
from hotspots.cli.printing import print_json, whole
from hotspots.drawing import site
from hotspots.words import Words


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Build the tables that the public may see, attack them together with everything released before, and write them, "
        "signed, into a folder: whole or not at all. Exit status 1 with the reasons where they would give something away."
    )
    add_city(command, words)
    profile = say("what may be published (default: strict)")
    command.add_argument("--profile", choices=("strict", "open"), default="strict", help=profile)
    out = say("the folder to write; an older release is replaced")
    command.add_argument("--out", metavar=say("FOLDER"), type=Path, required=True, help=out)
    html = say("also write the release as a web page that needs no server: index.html (made anew by itself where the folder has one)")
    command.add_argument("--html", action="store_true", help=html)
    through = say("the last day on which the data are complete (default: `covers` of city.toml)")
    command.add_argument("--through", metavar=say("DAY"), help=through)
    public = say("the source has published these very totals already: pass them on as they are (otherwise `public` of city.toml)")
    command.add_argument("--already-public", action="store_true", help=public)
    who = say("who signs the release off; kept beside the list of releases (default: who is logged in)")
    command.add_argument("--signed-by", metavar=say("NAME"), default="", help=who)
    command.add_argument("--as-of", metavar=say("DAY"), help=say("publish what may be public on this day (default: today)"))
    add_json(command, words)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Publish a release of a city."""
    days = {name: day(choices, name) for name in ("as_of", "through") if getattr(choices, name)}
    how: dict[str, Any] = {**days, "already_public": choices.already_public, "html": choices.html}
    if not choices.json:
        print(words.say("What no audit can know, and nobody looked at:"), file=sys.stderr)
        for line in release.NOT_KNOWN:
            print(f"  - {words.say(line)}", file=sys.stderr)
    how["who"] = choices.signed_by or getpass.getuser()
    begun = time.monotonic()
    how["progress"] = lambda text: print(f"  {time.monotonic() - begun:4.0f} s  {words.tell(text)}", file=sys.stderr)
    done = publish(choices.city, choices.profile, choices.out, **how)
    if choices.json:
        covered = {f"{start:%Y}": round(share, 3) for start, share in done.release.coverage.items()}
        hidden, narrowest = done.findings.hidden, done.findings.narrowest
        facts = {"city": choices.city, "profile": done.release.profile.name, "out": str(choices.out), "files": list(done.files)}
        facts |= {"areas": len(done.release.areas), "hidden": hidden, "narrowest": whole(narrowest), "coverage": covered}
        print_json(facts | {"fingerprint": done.fingerprint, "signed_off": asdict(done.sheet)})
        return
    made = {"folder": choices.out, "profile": choices.profile, "city": choices.city}
    made |= {"n": len(done.release.areas), "m": len(done.files)}
    if done.release.totals is None:
        print(words.say("{folder}: {profile} release of {city}, {n} areas, {m} files", **made))
    else:
        print(words.say("{folder}: totals of {city} that were public before, as they were, {n} areas, {m} files", **made))
    for line in _told(choices, done, words):
        print(f"  {line}", file=sys.stderr)
    print("  " + words.say("fingerprint {fingerprint}", fingerprint=done.fingerprint))


def publish(slug: str, profile: str, out: Path, **how: Any) -> release.Done:
    """Publish a release as `release.publish` does, with the web pages that bear whom to write to and the agency's name."""
    pages = partial(site.render, contact=settings.value("HOTSPOTS_CONTACT"), agency=agency.agency())
    return release.publish(slug, profile, out, pages=pages, **how)


def _told(choices: argparse.Namespace, done: release.Done, words: Words) -> Iterator[str]:
    """Yield what is told beside the result."""
    if "index.html" in done.files:
        yield words.say("web page: {file}", file=choices.out / "index.html")
    hidden, narrowest = done.findings.hidden, done.findings.narrowest
    if hidden:
        yield words.say("{n} numbers are held back; the audit leaves each open by at least {least}", n=hidden, least=whole(narrowest))
    against = ", ".join(done.sheet.against)
    yield words.say("audited together with: {releases}", releases=against) if against else words.say("it is the first release")
    yield words.say("signed off by {who}, {when}", who=done.sheet.who, when=done.sheet.when)
    for start, share in done.release.coverage.items():
        part = words.percent(share)
        yield words.say("window from {start}: {share} of the homicides lie in areas whose number is shown", start=f"{start:%Y}", share=part)
