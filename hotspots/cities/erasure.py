"""Erasing: an event that must not be known any more is taken out of every version of a city, and that is proved; or the whole city is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots import settings, store
from hotspots.cities import drafts
from hotspots.cities.health import headline
from hotspots.store import erasing
from hotspots.store.schema import DataError
from hotspots.store.shelves import Tables
from hotspots.words import told


@dataclass(frozen=True)
class Erased:
    """What was taken out: by version how many `rows`, those killed in the events; `left` are places in the city's folder that still name
    an event (empty: proved gone)."""

    rows: Mapping[int, int]
    left: tuple[str, ...]


def held(slug: str, events: Collection[str]) -> dict[int, int]:
    """Return in which intact versions of a city the events stand, and how many people were killed in them there."""
    found: dict[int, int] = {}
    for number in store.versions(slug):
        try:
            rows = store.read(store.current(slug, number), "incidents")["event_id"].astype(str).isin(list(events))
        except store.DamageError:
            continue
        found |= {number: int(rows.sum())} if rows.any() else {}
    return found


def erase_events(slug: str, events: Collection[str]) -> Erased:
    """Take events out of every version of a city: all who were killed in them. A `DataError` where no version has one of them.

    Examples of rows that stand in the account of an import go from every version too, because they may be of the event; so do imports
    that were begun. Afterwards every version is read again, byte for byte. Releases that are out stay in their list: they are totals.
    """
    wanted = {str(one) for one in events}
    rows = held(slug, wanted)
    there = {one for number in rows for one in store.read(store.current(slug, number), "incidents")["event_id"].astype(str)}
    strange = sorted(wanted - there)
    if strange:
        raise DataError(told("{city}: no version has an event {events}", city=slug, events=", ".join(map(repr, strange))))
    drafts.sweep(everything=True)

    def without(tables: Tables, facts: Mapping[str, Any]) -> tuple[Tables, Mapping[str, Any]]:
        incidents = tables["incidents"]
        here = incidents["event_id"].astype(str).isin(list(wanted))
        kept = {**tables, "incidents": incidents[~here]} if here.any() else tables
        return ({**kept}, _facts(facts, kept, int(here.sum()))) if here.any() or _examples(facts) else (tables, facts)

    erasing.rewrite(slug, without)
    return Erased(rows, _left(slug, wanted))


def _facts(facts: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], gone: int) -> dict[str, Any]:
    report = {**facts["report"], "victims": facts["report"]["victims"] - gone}
    report["findings"] = [{**one, "examples": []} for one in report["findings"]]
    counted = headline(tables["incidents"], tables["blocks"], tables.get("area_counts"))
    return {**facts, "report": report, "victims": report["victims"], "headline": counted}


def _examples(facts: Mapping[str, Any]) -> bool:
    return any(one.get("examples") for one in facts["report"].get("findings", ()))


def _left(slug: str, events: Collection[str]) -> tuple[str, ...]:
    """Return the files of a city that still name one of the events: tables as they are read, everything else as it is written."""
    faults = [f"version {number}" for number, found in store.check(slug).items() if found]
    faults += [f"version {number}: incidents" for number in held(slug, events)]
    folder = settings.store_folder() / slug
    plain = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet" and path.name != ".lock"]
    return (*faults, *(str(path.relative_to(folder)) for path in plain if _names(path, events)))


def _names(path: Path, events: Collection[str]) -> bool:
    text = path.read_bytes()
    return any(f'"{one}"'.encode() in text for one in events)
