"""What a release says of the city and of its own rules, and the basemap that it brings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.cities import City, Note, logbook
from hotspots.release import partition
from hotspots.release.profiles import FEWER_THAN, UNMAPPED, Profile
from hotspots.study.gathering import KIND
from hotspots.words import LANGUAGES, mark, words_for

AREAS = mark("Areas")


def as_it_stands(city: City) -> City:
    """Return the city with the interventions of its log as they stand today: what was added is there, what was removed is not."""
    others = tuple(note for note in city.notes if note.kind != "intervention")
    log = logbook.read(city.slug, city.notes)
    return replace(city, notes=(*others, *(note for one in log.entries for note in _begun(one))))


def _begun(entry: logbook.Entry) -> list[Note]:
    """Return an intervention as one note for each day on which it began in some of its areas, the first day first."""
    day_of = {area: entry.start for area in entry.treated} | dict(entry.starts)
    found = []
    for day in sorted({*day_of.values()} or {entry.start}):
        areas = tuple(area for area, its in day_of.items() if its == day)
        found.append(Note(day, entry.name, "intervention", areas, entry.end, entry.comparison))
    return found


def facts_of(city: City, rules: Profile, length: int, *, merged: bool, area_of: pd.Series | None = None) -> dict[str, Any]:
    """Return what the release says of the city and of its own rules, as plain values; nothing in it hangs on a single incident.

    `area_of` is the published area of each block: where something was done is told by area, never by block.
    """
    notes = [_plain(note, city, area_of) for note in city.notes]
    called = {language: words_for(language).say(AREAS) for language in LANGUAGES} if merged else dict(city.called)
    plain = ("slug", "name", "language", "timezone", "source", "licence", "epsg", "fictional", "population_year")
    return {
        **{name: getattr(city, name) for name in plain},
        "called": called,
        "notes": notes,
        "profile": rules.name,
        "rules": {
            "fewer_than": FEWER_THAN,
            "area_floor": rules.floor,
            "window_years": length,
            "lag_months": rules.lag,
            "exact_areas": rules.exact,
            "unmapped": UNMAPPED,
        },
        "kind": "incidents",
    }


def _plain(note: Note, city: City, area_of: pd.Series | None) -> dict[str, Any]:
    """Return a dated note as plain values; of an intervention also when it ended, in which areas it was (none named:
    everywhere), and which it is compared with."""
    told: dict[str, Any] = {"start": note.start.date().isoformat(), "text": dict(note.text), "kind": note.kind}
    if note.kind != "intervention":
        return told
    told |= {"end": note.end.date().isoformat()} if note.end is not None else {}
    for name, places in (("areas", note.treated), ("comparison", note.comparison)):
        blocks = logbook.find_areas(city.blocks, places)[0]
        areas = blocks if area_of is None else area_of.reindex(blocks).dropna().unique()
        told |= {name: sorted(map(str, areas))} if len(areas) else {}
    return told


def basemap_of(city: City) -> gpd.GeoDataFrame:
    """Return the city's basemap with its corners as they are published."""
    drawn = city.context[city.context["kind"] != KIND]  # places where people gather are compared with, and on no map
    return partition.published_corners(drawn) if len(drawn) else drawn
