"""What was understood of files that a person brings in, and what changed since the version before; asked by the page Import alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hotspots import store
from hotspots.cities import City, Sample, Understood
from hotspots.geography import grids
from hotspots.readers.report import Finding, LeftOut, QualityReport
from hotspots.statistics import trends
from hotspots.statistics.catalog import measure
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.views import map_view
from hotspots.words import Words, mark
from hotspots.words.escape import safe_cell

COARSE = "grid:2000"  # of a city without areas of its own: the small map shows where, not how many
ROLES: dict[str, str] = {
    "date": mark("Date"),
    "time": mark("Clock"),
    "x": mark("Place: longitude or x"),
    "y": mark("Place: latitude or y"),
    "geometry": mark("Place"),
    "block_id": mark("Area"),
    "victims": mark("People killed"),
    "event_id": mark("Event"),
    "age": mark("Age"),
    "sex": mark("Sex"),
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "status": mark("State of the case"),
    "homicide": mark("What a homicide is"),
}


@dataclass(frozen=True)
class Totals:
    """The totals of a city as it would be published: `areas` is 0 where none were given, `residents` missing where nobody knows them.

    `inside` is missing where every area lacks the number of some period.
    """

    read: int
    used: int
    victims: int
    without_place: int
    inside: float
    areas: int
    residents: float
    start: pd.Timestamp
    end: pd.Timestamp


def totals(city: City) -> Totals:
    """Return the totals of a city, published or not."""
    report, study = city.report, _study(city)
    missing = 0 if city.only_totals else int((city.incidents["unplaced"] != "").sum())
    residents = float(city.blocks["population"].sum(min_count=1)) if len(city.blocks) else float("nan")
    own = 0 if grids.own_side(city.blocks) else len(city.blocks)
    used = report.accepted + report.repaired
    return Totals(report.read, used, report.victims, missing, study.inside, own, residents, city.start, city.end)


def _study(city: City, unit: str = "blocks") -> Study:
    return Selection(city=city.slug, version=city.version, unit=unit).study(city)


def says(found: Totals, words: Words) -> str:
    """Return how many rows are homicides and how many of these have no place, as one sentence."""
    rows = words.say("{used} of {read} rows are homicides", used=words.number(found.used), read=words.number(found.read))
    killed = words.count("{n} person killed", "{n} people killed", found.victims)
    placeless = words.count("{n} has no place", "{n} have no place", found.without_place)
    return f"{rows} ({killed}); {placeless}." if found.victims != found.used else f"{rows}; {placeless}."


def sample(found: Sample, words: Words) -> pd.DataFrame:
    """Return the first rows of a file, those columns first that have a role, with the role over the column's own name."""
    ordered = sorted(found.rows.columns, key=lambda column: column not in found.roles)
    titles = {column: _title(column, found.roles, words) for column in ordered}
    return found.rows[ordered].map(_cell).rename(columns=titles)


def _cell(text: str) -> object:
    """Return a cell that a spreadsheet shows as text, should the table be saved from the page; a number stays as it stands."""
    return text if re.fullmatch(r"[-+]?[\d.,]+", text) else safe_cell(text)


def _title(column: str, roles: Mapping[str, str], words: Words) -> str:
    role = ROLES.get(roles.get(column, ""))
    return f"{words.say(role)} ← {column}" if role else words.say("(not used) {column}", column=column)


def understood_words(found: Understood) -> pd.DataFrame:
    """Return a row for each word of the files that was understood: `field`, the file's `word`, and `ours`."""
    rows = [{"field": field, "word": word, "ours": ours} for field, listed in found.words.items() for word, ours in listed.items()]
    return pd.DataFrame(rows, columns=["field", "word", "ours"])


def months(city: City) -> pd.DataFrame:
    """Return how many were killed in each month of each year: `year`, `month` (1 to 12), `count`; without rows for totals alone."""
    if city.only_totals:
        return pd.DataFrame({"year": [], "month": [], "count": []})
    counts = trends.monthly(_study(city))["count"]
    return pd.DataFrame({"year": counts.index.year, "month": counts.index.month, "count": counts.to_numpy()})


def small_map(city: City, key: str, words: Words) -> map_view.MapView | None:
    """Return the map of the number of people killed in each area, as it would be; None where there is no outline."""
    if not len(city.blocks):
        return None
    unit = COARSE if grids.own_side(city.blocks) else "blocks"
    study = _study(city, unit)
    shapes = map_view.geometry(key, study.blocks, map_view.background(city, unit))
    return map_view.map_view(study, measure("count"), shapes, words, unit=unit, called=city.called)


def left_out(report: QualityReport, words: Words) -> pd.DataFrame:
    """Return the rejected rows as the file writes them, with what is wrong with each under `problem`; no cell runs as a formula."""
    found = report.left_out or LeftOut(pd.DataFrame(), (), (), ())
    texts = {one.code: words.tell(one.text) for one in report.findings}
    first = {words.say("row"): list(found.numbers), words.say("file"): list(found.origins)}
    if not any(found.origins):
        first.popitem()
    problems = ["; ".join(texts.get(code, code) for code in codes) for codes in found.codes]
    table = pd.DataFrame({"problem": problems, **first}, index=found.rows.index)
    own = found.rows.rename(columns={name: f"{name} (2)" for name in table.columns})
    return pd.concat([table, own.map(safe_cell)], axis=1).rename(columns=lambda name: str(safe_cell(name)))


@dataclass(frozen=True)
class Changed:
    """What a version holds beside the version before it."""

    version: int
    before: int
    rows: pd.DataFrame  # `what`, `before`, `now`


def changed(slug: str, number: int) -> Changed | None:
    """Return what changed since the version before: people killed in all and by year, first and last day; None for the first version."""
    older = [one for one in store.versions(slug) if one < number]
    if not older:
        return None
    facts = [store.current(slug, one).manifest["facts"] for one in (older[-1], number)]
    years = [_by_year(slug, one) for one in (older[-1], number)]
    rows = [{"what": "", "before": facts[0]["victims"], "now": facts[1]["victims"]}]
    for year in sorted(set(years[0]) | set(years[1])):
        before, now = (found.get(year, 0) for found in years)
        if before != now:
            rows.append({"what": str(year), "before": before, "now": now})
    return Changed(number, older[-1], pd.DataFrame(rows))


def _by_year(slug: str, number: int) -> dict[int, int]:
    counts = store.read(store.current(slug, number), "incidents")["date"].dt.year.value_counts()
    return {int(year): int(n) for year, n in counts.items()}


def versions(slug: str) -> pd.DataFrame:
    """Return the versions of a city, newest first: `version`, when it was `published`, `victims`, last `day`, whether it is `served`."""
    now, rows = store.served(slug), []
    for number in reversed(store.versions(slug)):
        try:
            manifest = store.current(slug, number).manifest
        except store.DamageError:
            continue
        facts = manifest["facts"]
        day = pd.Timestamp(facts["end"]) - pd.Timedelta(days=1)
        published = pd.Timestamp(manifest["published"])
        rows.append({"version": number, "published": published, "victims": facts["victims"], "day": day, "served": number == now})
    return pd.DataFrame(rows, columns=["version", "published", "victims", "day", "served"])


def advice(found: Finding) -> str:
    """Return what to do about a finding on the page Import, where nobody writes a city.toml.

    >>> advice(Finding("bad_age", "repaired", 1, "1 age", "Name it in city.toml."))
    'If it matters, correct the file and give it again; else publish it as it stands.'
    """
    here = mark("If it matters, correct the file and give it again; else publish it as it stands.")
    return here if "city.toml" in found.advice else found.advice
