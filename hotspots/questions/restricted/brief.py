"""The one page about a city or a place: answers that pages and commands give, chosen for its reader; no figure is made here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hotspots.cities import Note
from hotspots.cities.logbook import Entry, find_areas
from hotspots.geography import units
from hotspots.inference.level_shift import Break
from hotspots.questions.restricted import changes, concentration, interventions, published, when, where, who
from hotspots.questions.restricted import city as whole_city
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics.change import Comparison
from hotspots.statistics.concentration import AgainstChance
from hotspots.statistics.interventions import Evaluation
from hotspots.statistics.trends import BesideYears, Judgement, WhenInWeek
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.views.answer import Answer
from hotspots.views.map_view import MapView
from hotspots.words import mark

FIELDS: tuple[str, ...] = ("weapon", "category", "age", "sex")
ENTRIES = 2  # interventions that a page has room for: the newest


@dataclass(frozen=True)
class Preset:
    """What a reader of one kind gets: `spans` are the periods compared, `months` how far back map, people and places reach.

    `by_area`: districts in place of the smallest units. `monthly`: the series by month, else by year. `guarded`: numbers under 10 are not
    told, and no other that would give one away.
    """

    name: str
    label: str
    spans: tuple[str, ...]
    months: int
    by_area: bool
    monthly: bool
    guarded: bool = False


PRESETS: Mapping[str, Preset] = {
    "command": Preset("command", mark("For those in command"), ("7", "28", "ytd"), 36, by_area=False, monthly=True),
    "community": Preset("community", mark("For the community"), ("28", "ytd"), 60, by_area=True, monthly=False, guarded=True),
    "policy": Preset("policy", mark("For those who decide on policy"), ("28", "ytd"), 60, by_area=True, monthly=False),
}


@dataclass(frozen=True, eq=False)
class Brief:
    """What stands on the page, each part as the answer to its own question; None where the data cannot give it.

    `latest` are the last 12 months and `latest_of_city` the same of the whole city; `newest` is the latest year where totals alone are
    published. `places` are the places of the longer period with what they had of late in `places_latest`, `people` the counts by field.
    """

    preset: Preset
    unit: str
    study: Study
    recent: Study
    latest: Answer[Judgement] | None
    latest_of_city: Answer[Judgement] | None
    newest: Answer[Study] | None
    beside: Answer[BesideYears] | None
    periods: Answer[Mapping[str, Comparison]] | None
    months: Answer[pd.DataFrame] | None
    years: Answer[pd.DataFrame]
    shift: Answer[Break | None] | None
    concentrated: Answer[AgainstChance] | None
    people: Mapping[str, Answer[pd.Series]]
    hours: Answer[WhenInWeek] | None
    map: MapView | None
    key: str
    places: Answer[pd.DataFrame] | None
    places_latest: Answer[pd.DataFrame] | None
    done: tuple[tuple[Entry, Answer[Evaluation]], ...]
    late: Answer[Any]
    ranges: Answer[tuple[published.Range, ...]]
    notes: tuple[Note, ...]


@question(lambda chosen: chosen.figures(language=chosen.language, lag=chosen.lag))
def brief(asked: Asked, preset: str = "command") -> Answer[Brief]:
    """Return the answers that the page of a `preset` (one of `PRESETS`) is made of; its sentence is the finding.

    `people` killed of late, places and map are of the reader's own period where one was chosen, else of the last three or five years.
    """
    kind = PRESETS[preset]
    whole, recent = asked.at(unit="blocks"), _recently(asked, kind)
    by_unit = recent.at(unit=_unit(asked, kind), bandwidth=0)
    days, judged = whole.study.has_victims, _judged(whole)
    found = Brief(
        preset=kind,
        unit=by_unit.unit,
        study=whole.study,
        recent=by_unit.study,
        **judged,
        newest=None if days else whole.ask(whole_city.newest_year),
        beside=whole.ask(when.newest_year_beside, base=0),
        periods=_periods(asked) if days else None,
        months=whole.ask(when.months) if days and kind.monthly else None,
        years=whole.ask(when.years),
        shift=whole.ask(when.level_shift_of) if days and kind.monthly else None,
        concentrated=_concentrated(asked) if days else None,
        people={name: one for name in FIELDS if days and (one := recent.at(unit="blocks").ask(who.most_frequent, name))},
        hours=recent.at(unit="blocks").ask(when.hours_of_the_week) if days and not kind.guarded else None,
        **_places(by_unit, kind, judged["latest"]),
        done=_done(whole),
        late=asked.ask(whole_city.late),
        ranges=whole.ask(published.ranges),
        notes=tuple(interventions.crossing(whole)),
    )
    finding = found.latest or found.newest
    return asked.answer(found, finding.says if finding else None, rows=(found.months or found.years).rows)


def _recently(asked: Asked, kind: Preset) -> Asked:
    """Return the choices with the period of map, people and places: the reader's own, else the last `kind.months` of the data."""
    if asked.selection.start or asked.selection.end:
        return asked
    end = asked.city.end
    start = max(end - pd.DateOffset(months=kind.months), asked.city.start)
    return asked.at(start=start.date(), end=end.date())


def _unit(asked: Asked, kind: Preset) -> str:
    """Return the unit of map and places: the reader's, else the usual one of the city, or the largest that divides it."""
    offered = units.available(asked.city.blocks)
    if not kind.by_area:
        return asked.unit
    named = asked.selection.unit if asked.selection.unit in ("districts", "beats") else ""
    return named or next((one for one in ("districts", "beats", "blocks") if one in offered), asked.unit)


def _judged(whole: Asked) -> dict[str, Any]:
    latest = whole.ask(when.last_twelve_months, in_city=True) if whole.study.has_victims else None
    beside = whole.everywhere.ask(when.last_twelve_months, in_city=True) if latest and whole.selection.place else None
    return {"latest": latest, "latest_of_city": beside}


def _periods(asked: Asked) -> Answer[Mapping[str, Comparison]]:
    by_unit = asked.at(unit=changes.unit_of(asked))
    until = changes.until(by_unit.study, lag=whole_city.lag(asked.selection))
    return by_unit.ask(changes.changes, until)


def _concentrated(asked: Asked) -> Answer[AgainstChance] | None:
    usual = asked.at(unit=units.default(asked.city.blocks))
    return usual.ask(concentration.against_chance)


def _places(by_unit: Asked, kind: Preset, latest: Answer[Judgement] | None) -> dict[str, Any]:
    """Return the map of the units and their table: none where nothing is published by unit in this period, or nobody drew them.

    Areas are those of the whole city, among which a place is seen; smaller units are those inside the place.
    """
    shown = by_unit.everywhere if kind.by_area else by_unit
    study = shown.study
    if not len(study.blocks) or not study.counts.notna().any():
        return {"map": None, "key": "", "places": None, "places_latest": None}
    key = shown.ask(where.opening) if kind.by_area else "count"
    drawn = shown.ask(where.map_of, key) if study.everywhere.has_outlines and len(study.everywhere.blocks) > 1 else None
    days = latest.period if latest else None
    lately = shown.at(start=days.start.date(), end=days.end.date()).ask(where.of_places, key) if days else None
    return {"map": drawn, "key": key, "places": shown.ask(where.of_places, key), "places_latest": lately}


def _done(whole: Asked) -> tuple[tuple[Entry, Answer[Evaluation]], ...]:
    """Return the newest interventions of the log that concern the place, each with its evaluation."""
    entries = [one for one in interventions.log(whole).value.entries if _concerns(one, whole)]
    return tuple((one, interventions.evaluated(whole, one)) for one in entries[: -ENTRIES - 1 : -1] if whole.study.has_victims)


def _concerns(entry: Entry, whole: Asked) -> bool:
    place = whole.study.place
    if place is None or not entry.treated:
        return True
    treated, _ = find_areas(whole.city.blocks, entry.treated)
    return bool(treated.isin(place.blocks.index).any())


def permalink(chosen: Selection, *, address: str, version: int) -> str:
    """Return the address at which the dashboard shows the same choices, of the same version of the data.

    >>> permalink(Selection(city="x", place="district:2"), address="https://a.org/", version=3)
    'https://a.org/?city=x&place=district%3A2&version=3'
    """
    from urllib.parse import urlencode

    return f"{address.rstrip('/')}/?{urlencode(replace(chosen, version=version).query())}"


def day_before(day: pd.Timestamp) -> dt.date:
    """Return the last day of a period whose end is exclusive."""
    last: dt.date = (day - pd.Timedelta(days=1)).date()
    return last
