"""Every city at hand published as anybody would, and attacked from its folder alone: `make attacked`. Writes docs/attacked.md.

Of each city a release is published, kept, and some years later the next one: an attacker has both. Each hidden figure's whole interval is
asked for; it must be the one that arithmetic gives by hand (`by_hand`), which knows nothing of linear programmes. Two more parts: ten years
of monthly releases (`monthly`), and all that the public edition sends of a city to a browser (`browser/wired`).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import monthly
import numpy as np
import pandas as pd
from canaries import corners_of, days, decoded, near_an_incident, pairs
from real_cities import chicago_toml, philadelphia_toml
from released import CITIES, released_city

from hotspots import agency, cities, settings
from hotspots import release as disclosure
from hotspots.cities import City
from hotspots.drawing import site
from hotspots.geography import units
from hotspots.release import RefusedError, Release, bundle, examination, ledger
from hotspots.release.beside import beside, weakened
from hotspots.release.examination import BOUNDS, Findings, audit, spells, statements
from hotspots.release.profiles import FEWER_THAN, FIELDS, WIDTH
from hotspots.release.protection import SHOWN
from hotspots.release.statements import system
from hotspots.store import whole
from hotspots.store.schema import Blocks

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "attacked.md"
Put = Callable[[Path], City]


def _bundled(slug: str) -> Put:
    return lambda _: cities.import_folder(ROOT / "data" / "cities" / slug)


def _invented(name: str) -> Put:
    return lambda _: cities.publish(replace(released_city(**CITIES[name]), slug=f"invented-{name}", name=f"Invented, {name}"))


def _real(slug: str, toml: Callable[[Path], str]) -> Put:
    def put(folder: Path) -> City:
        place = folder / "brought" / slug
        place.mkdir(parents=True)
        (place / "city.toml").write_text(toml(data()), encoding="utf-8")
        return cities.import_folder(place)

    return put


def data() -> Path:
    """Return the folder of the real city data."""
    return Path(os.environ.get("HOTSPOTS_TEST_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True)
class Case:
    """A city, the profile, and the days on which it is published. `tells`: what stands in the rows of its single cases and nowhere else."""

    city: str
    profile: str
    put: Put
    days: tuple[str, str]
    through: str | None = None
    tells: bytes = b""
    real: bool = False


def _both(city: str, put: Put, days: tuple[str, str], **more: object) -> tuple[Case, Case]:
    one = Case(city, "strict", put, days, **more)  # type: ignore[arg-type]
    return one, replace(one, profile="open")


CASES = (
    *_both("invented-large", _invented("large"), ("2018-03-01", "2026-01-15")),
    *_both("invented-middle", _invented("middle"), ("2018-03-01", "2026-01-15")),
    *_both("invented-small", _invented("small"), ("2018-03-01", "2026-01-15")),
    *_both("puerto-albatros", _bundled("puerto-albatros"), ("2020-03-01", "2026-01-15"), tells=rb"PA-\d{4}-\d{4}"),
    *_both(
        "philadelphia", _real("philadelphia", philadelphia_toml), ("2014-03-01", "2026-01-15"),
        real=True, tells=rb"\b20\d{10}\b|\d+ BLOCK ",
    ),
    *_both(
        "chicago", _real("chicago", chicago_toml), ("2013-03-01", "2026-01-15"),
        through="2017-12-31", real=True, tells=rb"\b[A-Z]{2}\d{6}\b|\d{3}XX ",
    ),
    Case("el-salvador", "totals", _bundled("el-salvador"), ("2026-01-15", "2026-01-15")),
    Case("boston-ceasefire", "totals", _bundled("boston-ceasefire"), ("2026-01-15", "2026-01-15")),
)  # fmt: skip


class Attacked(NamedTuple):
    """What came of the attack on both releases of a case together."""

    release: Release
    past: Release
    findings: Findings
    seconds: float


def _key(slug: str, digits: str) -> None:
    """Give a city a key that is always the same, and with it the lot that it draws."""
    whole.write(settings.store_folder() / slug / ledger.KEY, (digits * 32).encode(), mode=0o600)


def published(case: Case, folder: Path, *, pages: bool = False) -> tuple[City, Path, Path]:
    """Publish both releases of a case; return the city, the folder of the newer one and that of the older, which somebody kept."""
    city = case.put(folder)
    _key(city.slug, "5e")
    out, kept = folder / "releases" / city.slug, folder / "kept" / city.slug
    profile = "strict" if case.profile == "totals" else case.profile
    drawn = {"pages": lambda one: site.render(one, agency=agency.agency())} if pages else {"html": False}
    for day in case.days:
        disclosure.publish(city.slug, profile, out, as_of=day, through=case.through, **drawn)
        if not kept.exists():
            shutil.copytree(out, kept)
    return city, out, kept


def attacked(out: Path, kept: Path) -> Attacked:
    """Attack both releases together, from their folders alone."""
    release, past = bundle.read(out), bundle.read(kept)
    began = _spent()
    findings = audit(release, [past], exact=True)
    return Attacked(release, past, findings, _spent() - began)


def _spent() -> float:
    return sum(os.times()[:4])


Figure = tuple[str, str, str, pd.Timestamp]  # table, area, value, and when it begins


def asked(release: Release) -> dict[Figure, tuple[float, float]]:
    """Return between which numbers each hidden figure of a release lies, by linear programmes over all that the release says."""
    found: dict[Figure, tuple[float, float]] = {}
    for known in spells(statements(release.figures)):
        hidden = [one for one in system(known).statements if one.hidden]
        open_ = examination.attacked(known, exact=True)[1]
        for one, low, high in zip(hidden, open_.low, open_.high, strict=True):
            (area,), (value,) = one.areas or ("",), [value for _, value in one.values] or [""]
            found[one.table, area, value, one.start] = low, high
    return found


def by_hand(release: Release) -> dict[Figure, tuple[float, float]]:
    """Return the same by arithmetic, of each hidden figure of a table whose sum is told.

    Each lies within its own limits and leaves the others of its table within theirs: the sum less the most, or the least, that they can be.
    """
    found: dict[Figure, tuple[float, float]] = {}
    for (table, start), rows in release.figures[release.figures["table"].isin(["areas", *FIELDS])].groupby(["table", "start"]):
        hidden, together = rows[rows["reason"] != SHOWN], release.together(str(table), start)
        if not together >= 0:  # the sum itself is hidden
            continue
        low, high = (np.array([BOUNDS[reason][end] for reason in hidden["reason"]]) for end in (0, 1))
        for i, (area, value) in enumerate(zip(hidden["area"], hidden["value"], strict=True)):
            others = np.arange(len(low)) != i
            least, most = together - high[others].sum(), together - low[others].sum()
            found[str(table), area, value, start] = max(low[i], least), min(high[i], most)
    return found


def coarser(city: City) -> City:
    """Return the same deaths by other areas: squares of the map with some nine blocks each."""
    middles = city.blocks.geometry.centroid
    low, _, high, _ = city.blocks.total_bounds
    side = (high - low) / max(2, round((len(city.blocks) / 9) ** 0.5))
    square = (middles.x // side).astype(int).astype(str) + "/" + (middles.y // side).astype(int).astype(str)
    table = units.roll_up(Blocks(city.blocks.drop(columns="district", errors="ignore").assign(beat=square)), "beats")
    blocks = Blocks(table[["population", "geometry"]].assign(name=table.index).rename_axis("block_id"))
    return replace(city, slug=f"{city.slug}-squares", name=f"{city.name}, squares", blocks=blocks, segments=None)


def beside_another(case: Case, city: City, folder: Path) -> str:
    """Publish the same deaths by other areas into the same folder; return what the audit of all together refuses it for, or nothing."""
    other = cities.publish(coarser(city))
    _key(other.slug, "a7")
    try:
        disclosure.publish(
            other.slug, case.profile, folder / "releases" / other.slug, as_of=case.days[-1], through=case.through, html=False
        )
    except RefusedError as fault:
        return ", ".join(sorted({one.code for one in fault.findings.found}))
    there = beside(folder / "releases" / city.slug)
    assert not weakened(bundle.read(folder / "releases" / city.slug), there, before=ledger.releases(city.slug))
    return ""


def leaves(case: Case, city: City, out: Path) -> dict[str, object]:
    """Return, by the file of a release that holds it, what stands in single cases alone: numbers, days, places to a metre."""
    incidents = city.incidents[~city.incidents.geometry.is_empty & city.incidents.geometry.notna()]
    places = np.column_stack([incidents.geometry.to_crs(4326).x, incidents.geometry.to_crs(4326).y])
    said = {one.encode() for one in re.findall(r"\d{4}-\d\d-\d\d", (out / bundle.MANIFEST).read_text(encoding="utf-8"))}
    figures = bundle.read(out).figures  # each says of which days it is
    said |= {f"{day:%Y-%m-%d}".encode() for day in {*figures["start"], *figures["end"]}}
    forbidden, corners = days(pd.DataFrame(city.incidents)) - said, corners_of(out)
    found: dict[str, object] = {}
    for path in sorted(out.iterdir()):
        body = path.read_bytes()
        dates = {day for view in decoded(body) for day in re.findall(rb"\d{4}-\d\d-\d\d", view)} & forbidden
        marks = {mark for view in decoded(body) for mark in re.findall(case.tells, view)} if case.tells else set()
        near = near_an_incident(pairs(body), places, corners, metres=1)
        if dates or marks or len(near):
            found[path.name] = sorted(dates)[:3], sorted(marks)[:3], near[:3].tolist()
    return found


def line(case: Case, folder: Path) -> str:
    """Return what came of one case as a line of the page."""
    city, out, kept = published(case, folder)
    done = attacked(out, kept)
    release, findings = done.release, done.findings
    if not findings.passed:
        raise RuntimeError(f"{case.city} {case.profile}: {[str(one) for one in findings.found[:5]]}")
    if release.totals is not None:
        told = f"{len(release.totals):,}"
        return f"| {city.name} | public totals, as they were | {len(release.areas)} | {told} | 0 | 0 | | | | {done.seconds:.1f} |"
    other = beside_another(case, city, folder)
    joint = f"refused: {other}" if other else f"out; {WIDTH} or more"
    figures = len(release.figures.merge(done.past.figures, how="outer"))
    return (
        f"| {city.name} | {case.profile} | {len(release.areas)} | {figures:,} | {findings.hidden} | {findings.pinned} "
        f"| {findings.narrowest:.0f} | {findings.parts:,} | {joint} | {done.seconds:.1f} |"
    )


HEAD = """# What an attack finds

Written by `make attacked` (`tests/attacked.py`), {day}. Each city is published twice, some years apart, and both releases are attacked
together from their folders alone, by linear programmes in whole numbers where a block of unknowns has at most 400, and exact bounds
beyond. *Hidden*: figures that are not shown. *Pinned*: those that are known all the same. *Least width*: how much stays open of the best
known one; promised are {width}. *Parts*: smaller counts that are in no table; none of them is known. *Beside another geography*: what
came of publishing the same deaths by other areas into the same folder. Numbers under {limit} by area are not hidden in an open release.

| city | profile | areas | figures | hidden | pinned | least width | parts | beside another geography | CPU s of the attack |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |
"""


def _long(case: Case, folder: Path) -> City:
    """Return the city of a case, an invented one with fifteen years in place of five."""
    name = case.city.removeprefix("invented-")
    if name not in CITIES:
        return case.put(folder)
    longer = {**CITIES[name], "victims": 3 * CITIES[name]["victims"]}
    return replace(released_city(**longer, years=15), slug=case.city, name=f"Invented, {name}")


def month_by_month(case: Case, folder: Path) -> str:
    """Return what came of ten years of monthly releases of a case as a line of the page; large open ones are attacked at the end alone."""
    return monthly.line(_long(case, folder), case.profile, through=case.through, audited=not (case.real and case.profile == "open"))


def main() -> int:
    """Attack every city, print, and write the page, or the part of it that was asked for."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--only", default="", help="cities and profiles that hold this text; the other lines of the page stay")
    told.add_argument("--part", choices=PARTS, help="one part of the page alone")
    told.add_argument("--write", action="store_true", help="write docs/attacked.md")
    chosen = told.parse_args()
    measured: dict[str, list[str]] = {}
    for part, (_, told_of) in PARTS.items():
        lines = measured[part] = []
        for case in CASES:
            if chosen.only not in f"{case.city} {case.profile}" or (case.real and not data().is_dir()) or chosen.part not in (None, part):
                continue
            if (part == "months" and case.profile == "totals") or (part == "sent" and case.profile == "open"):
                continue  # totals were public before; of a city that is open its files are looked through (`leaves`)
            with tempfile.TemporaryDirectory(prefix="attacked-") as folder:
                os.environ["HOTSPOTS_STORE"] = f"{folder}/store"
                lines.append(told_of(case, Path(folder)))
            print(lines[-1], flush=True)
            if chosen.write:  # case by case, so that what was measured stands where it is cut off
                _write({part: lines[-1:]}, anew=False)
    if chosen.write:
        _write(measured, anew=not chosen.only)
    return 0


def _write(measured: Mapping[str, list[str]], *, anew: bool) -> None:
    """Write what was measured into the page; `anew`: in place of all lines of its parts."""
    page = _parts(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for part, lines in measured.items():
        if lines:
            page[part] = PARTS[part][0] + "\n".join(lines if anew else _merged(page.get(part, ""), lines)) + "\n"
    PAGE.write_text("".join(page[part] for part in PARTS if part in page), encoding="utf-8")


def _merged(text: str, lines: list[str]) -> list[str]:
    """Return the lines of a part of the page with some of them measured anew, in their places; the cities that are new come last."""
    old = [one for one in text.splitlines() if one.startswith("| ")][2:]
    found = {tuple(one.split("|")[1:3]): one for one in (*old, *lines)}
    return list(found.values())


SENT = """
## What is sent

Each release is served by the public edition and visited in Chromium: every page in both languages, areas whose numbers are hidden, each
kind of map, every file, addresses of the other edition. All answers, messages and files are unpacked and looked through. *Single cases*:
pieces that hold a mark of one, its day, its place to a metre (in text, or as the map draws), or a hash or key of the store. *Held back*:
numbers that a file tells and the release does not.

| city | profile | answers | messages | files | MB | single cases | held back |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def sent(case: Case, folder: Path) -> str:
    """Return what came of looking through all that the public edition sends of a case, as a line of the page."""
    sys.path.append(str(ROOT / "tests" / "browser"))
    import wired

    city, out, _ = published(case, folder, pages=True)
    return wired.line(case, city, out)


PARTS = {
    "twice": (HEAD.format(day=date.today(), width=WIDTH, limit=FEWER_THAN), line),
    "months": (monthly.HEAD, month_by_month),
    "sent": (SENT, sent),
}


def _parts(text: str) -> dict[str, str]:
    """Return the parts of the page as it stands: each but the first begins with its heading."""
    first, *others = text.split("\n## ")
    titles = {head.splitlines()[1]: part for part, (head, _) in PARTS.items() if part != "twice"}
    return {"twice": first, **{titles[f"## {one.splitlines()[0]}"]: f"\n## {one}" for one in others}}


if __name__ == "__main__":
    sys.exit(main())
