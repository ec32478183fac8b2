"""Areas that were made into others: totals of those before → totals of those since, where every one of them is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.readers.columns.area_ids import matched
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import missing_columns
from hotspots.readers.report import Finding
from hotspots.readers.sections import AreaCountSection
from hotspots.store.schema import DataError
from hotspots.words import mark, told

_KEYS = ["table", "start", "end", "sex"]
_ADVICE = mark("Where an area has no row because nobody was killed there, add the row with 0.")


def within(name: pd.Series, other: pd.Series) -> pd.Series:
    """Return names with what they lie within beside them.

    >>> within(pd.Series(["San Lorenzo"]), pd.Series(["Ahuachapán"])).tolist()
    ['San Lorenzo (Ahuachapán)']
    """
    return name.where((name == "") | (other == ""), name + " (" + other + ")")


def read_changes(section: AreaCountSection) -> pd.Series:
    """Return what each area became, by the area before; raises a `DataError` where the table of changes names one twice, or none."""
    assert section.became is not None  # asked only where a table is named
    named = {key: getattr(section, key) for key in ("became_from", "became_within", "became_to") if getattr(section, key)}
    table = read_file(section.became, needs=list(named.values()))
    faults = missing_columns(table, list(named.items()))
    if faults:
        raise DataError(faults)
    cells = table.columns.apply(lambda column: column.str.strip())
    before, since = cells[section.became_from], cells[section.became_to]
    if section.became_within:
        before = within(before, cells[section.became_within])
    sound = (before != "") & (since != "") & (table.spoiled == "")
    twice = before[sound][before[sound].duplicated(keep=False)].unique()
    if len(twice) or not sound.any():
        raise DataError(
            told(
                "{file}: {n} areas stand twice among those of {column} ({shown}); one area can have become one alone: name with "
                "became_within the column that tells them apart",
                file=table.source,
                n=f"{len(twice):,}",
                column=repr(section.became_from),
                shown=", ".join(map(repr, twice[:3])),
            )
            if len(twice)
            else told("{file}: no row names an area and what it became", file=table.source)
        )
    return pd.Series(since[sound].to_numpy(), index=before[sound].to_numpy())


def since_then(rows: pd.DataFrame, changes: pd.Series, areas: pd.Series | None, *, source: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Return totals of the areas since, and what was done; `areas` are the names of the blocks by their ids.

    An area since has a number only where all areas that became it have one in the period; the residents of its parts add up where all are
    known. Rows about the whole place stay. Raises a `DataError` where areas since are no blocks.
    """
    whole, parts = rows[rows["area"] == ""], rows[rows["area"] != ""]
    parts = parts.assign(area=parts["area"].map(changes))
    needed = changes.groupby(changes).size()
    groups = parts.groupby(["area", *_KEYS], sort=False)
    found = groups.agg(
        count=("count", lambda one: one.sum(skipna=False)),
        suppressed=("suppressed", "any"),
        population=("population", lambda one: one.sum(skipna=False)),
        source=("source", lambda one: "; ".join(dict.fromkeys(text for text in one if text))),
        parts=("count", "size"),
    ).reset_index()
    complete = found["parts"].to_numpy() == needed.reindex(found["area"]).to_numpy()
    kept = found[complete].assign(published_rate=np.nan)
    kept["suppressed"] = kept["suppressed"] | kept["count"].isna()
    kept["area"] = _blocks(kept["area"], areas, source)
    remarks = [
        Finding(
            "areas_that_changed",
            "accepted",
            len(parts),
            told(
                "{n} rows of {file} are about areas that were made into others; they were added up to {sums} totals of these",
                n=f"{len(parts):,}",
                file=source,
                sums=f"{int(complete.sum()):,}",
            ),
        )
    ]
    if not complete.all():
        text = told(
            "{n} such totals of {file} are not known, since a number of some of their parts is missing: {shown}",
            n=f"{int((~complete).sum()):,}",
            file=source,
            shown=", ".join(map(repr, found.loc[~complete, "area"].unique()[:3])),
        )
        remarks.append(Finding("parts_missing", "accepted", int(found.loc[~complete, "parts"].sum()), text, _ADVICE))
    return pd.concat([whole, kept[rows.columns]], ignore_index=True), remarks


def _blocks(names: pd.Series, areas: pd.Series | None, source: str) -> pd.Series:
    if areas is None:
        return names
    named = areas[areas != ""]
    found = matched(names.unique(), areas.index, names=dict(zip(named, named.index, strict=True)) if named.is_unique else None)
    if found.unknown:
        raise DataError(
            told(
                "{file}: {n} areas that others became are no block (first: {first}); give [blocks] the outlines of the areas since",
                file=source,
                n=f"{len(found.unknown):,}",
                first=repr(found.unknown[0]),
            )
        )
    return names.map(found.known)
