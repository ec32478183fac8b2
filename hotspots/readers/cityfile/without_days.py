"""Lists of single homicides that know the month, the quarter or the year alone: counted as totals of those, and no day is invented."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.cityfile.pointing import samples_of
from hotspots.readers.cityfile.when_and_where import area_of_outlines
from hotspots.readers.columns.killings import evidence, homicide_doubt
from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.periods import OF_WEEKS
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS, OF_AREAS
from hotspots.readers.columns.values import built_in, fold, is_missing
from hotspots.readers.columns.written_places import coordinate, share_paired
from hotspots.readers.doubts import settled
from hotspots.readers.faults import PlaceColumnError
from hotspots.readers.files.text_tables import Table
from hotspots.readers.table_faults import NoDaysError


def counted_rows(
    table: Table, when: Entries, columns: Collection[str], ask: Ask, *, outlines: Table | None, months: bool = False
) -> Entries | None:
    """Return what [area_counts] says of a list of single homicides without days; None where another column may be the date.

    `when` says where the period of a row stands, in these `columns`; `months` whether it is a month, so that each row may stay a homicide
    of its own: None too. A person is asked first: nothing by day, no point and neither age nor weapon is known of totals. Of several
    columns that name an area one is asked for.
    """
    dated = {*INCIDENT_COLUMNS["date"]} - {plain(name) for name in columns}
    if any(plain(str(name)) in dated and not is_missing(table.columns[name]).all() for name in table.columns.columns):
        return None
    samples = samples_of(table.columns[list(columns)])
    weeks = "" if months else next((str(name) for name in table.columns.columns if OF_WEEKS.fullmatch(plain(str(name)))), "")
    doubt = NoDaysError(table.source, ", ".join(map(str, columns)), samples, len(table.rows), months, _placed(table), weeks)
    if "each_row" not in settled(doubt, ask):
        return None
    entries: Entries = {**when, "each_row": True, **_area(table, columns, ask, outlines), **_sex(table)}
    unclear = homicide_doubt(evidence(table.columns, used={*columns, *map(str, entries.values())}), file=table.source)
    where = settled(unclear, ask).get("where", {}) if unclear else {}
    return entries | ({"where": where} if where else {})


def _area(table: Table, used: Collection[str], ask: Ask, outlines: Table | None) -> Entries:
    names = [str(name) for name in table.columns.columns if name not in used]
    best = "" if outlines is None else area_of_outlines(table, outlines, names)
    if best:
        return {"area": best}
    known: Mapping[str, int] = {name: at for at, name in enumerate(INCIDENT_COLUMNS["area"])}
    called = [
        name for name in names if (plain(name) in known or OF_AREAS.search(plain(name))) and not is_missing(table.columns[name]).all()
    ]
    if len(called) < 2:
        return {"area": called[0]} if called else {}
    several = [name for name in called if len(set(table.columns[name].str.strip())) > 1] or called
    safe = min(several, key=lambda name: known.get(plain(name), len(known)))
    order = (safe, *(name for name in called if name != safe))
    some = samples_of(table.columns[list(order)])
    doubt = PlaceColumnError(table.source, tuple(names), order, some, safe, places={name: {"area": name} for name in order})
    return settled(doubt, ask)


def _placed(table: Table) -> bool:
    """Return whether the rows have coordinates."""
    if table.shapes is not None:
        return True
    plainly = {plain(str(name)): str(name) for name in reversed(list(table.columns.columns))}
    pairs = [[plainly[one] for one in INCIDENT_COLUMNS[key] if one in plainly] for key in ("x", "y")]
    both = [plainly[one] for one in INCIDENT_COLUMNS["geometry"] if one in plainly]
    placed = [[np.isfinite(coordinate(table.columns[name])[0]).any() for name in names] for names in pairs]
    return all(map(any, placed)) or any(share_paired(table.columns[name]) > 0 for name in both)


def _sex(table: Table) -> Entries:
    """Return the column of the sex where every row has a word for it that we know."""
    names = [str(name) for name in table.columns.columns if plain(str(name)) in INCIDENT_COLUMNS["sex"]]
    for name in names:
        text: pd.Series = table.columns[name][table.spoiled == ""]
        words = built_in(text, "sex")
        if len(text) and not is_missing(text).any() and all(fold(one) in words for one in text.unique()):
            return {"sex": name}
    return {}
