"""What each layer of data is, and the checks at the door: after them, nothing below checks again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import NewType

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.words import Told, ToldError, told

Incidents = NewType("Incidents", gpd.GeoDataFrame)  # type: ignore[valid-newtype]
Blocks = NewType("Blocks", gpd.GeoDataFrame)  # type: ignore[valid-newtype]
AreaCounts = NewType("AreaCounts", pd.DataFrame)  # type: ignore[valid-newtype]

UNKNOWN = "unknown"
UNPLACED = ("no_coordinates", "impossible_coordinates", "default_place")


@dataclass(frozen=True)
class Field:
    """One column of a layer, as the data dictionary prints it and the check enforces it."""

    name: str
    kind: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()


INCIDENT_FIELDS: tuple[Field, ...] = (
    Field("date", "datetime", "Local date, and clock where it is known, as the file states it", required=True),
    Field("hour", "hour", "Hour of the day, 0 to 23; missing where the file gives no clock", required=True),
    Field("unplaced", "reason", "Why the victim is on no map; empty where there is a place", required=True, values=("", *UNPLACED)),
    Field("event_id", "text", "Victims with the same id were killed in one event", required=True),
    Field("age", "number", "Age of the victim in years"),
    Field("sex", "word", "Sex of the victim", values=("male", "female", "other", UNKNOWN)),
    Field("weapon", "word", "What killed", values=("firearm", "blade", "blunt", "body", "other", UNKNOWN)),
    Field(
        "category",
        "word",
        "What the killing came from",
        values=("group", "dispute", "domestic", "robbery", "police", "other", UNKNOWN),
    ),
    Field("status", "word", "State of the case", values=("open", "cleared", UNKNOWN)),
    Field("block_id", "text", "The block that the agency itself recorded"),
    Field("withheld", "yes/no", "Whether the agency keeps the victim out of every public release"),
    Field("day_known", "yes/no", "Whether the day is known; else the month alone is, and the date is the first of it"),
)

BLOCK_FIELDS: tuple[Field, ...] = (
    Field("population", "number", "Residents; missing where nobody knows", required=True),
    Field("name", "text", "Name shown on screen"),
    Field("beat", "text", "Beat the block belongs to"),
    Field("district", "text", "District the block belongs to"),
)

AREA_COUNT_FIELDS: tuple[Field, ...] = (
    Field("table", "text", "The published table that the row comes from; rows of one table never count the same days twice", required=True),
    Field("area", "text", "The block that the row is about; empty for the whole place", required=True),
    Field("start", "datetime", "First day of the period", required=True),
    Field("end", "datetime", "The day after the last one", required=True),
    Field("count", "number", "People killed; missing where the publisher held it back", required=True),
    Field("suppressed", "yes/no", "Whether the publisher held the number back because it is small", required=True),
    Field("sex", "word", "Sex of the victims that the row counts; empty for all", values=("", "male", "female", "other", UNKNOWN)),
    Field("population", "number", "Residents that the row is about; missing where the publisher names none"),
    Field("source", "text", "Who published the number"),
    Field("published_rate", "number", "The rate per 100,000 that the publisher printed beside the number"),
)


def field(name: str) -> Field:
    """Return the incident field called `name`.

    >>> field("weapon").values[0]
    'firearm'
    """
    return next(row for row in INCIDENT_FIELDS if row.name == name)


AGES = "population:"  # what the name of a column of residents of one age begins with, as in population:15-29


def ages_of(text: str) -> tuple[float, float] | None:
    """Return the first and the last age that a band such as `15-29` or `65+` spans, None for anything else.

    >>> ages_of("15-29"), ages_of("x")
    ((15.0, 29.0), None)
    """
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|\+)", text)
    return (float(found[1]), float(found[2] or 999)) if found else None


def population_bands(blocks: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the ages that residents are known by, name → first and last age, youngest first; empty where they are not known by age.

    >>> population_bands(pd.DataFrame({"population": [3.0], "population:15+": [2.0], "population:0-14": [1.0]}))
    {'0-14': (0.0, 14.0), '15+': (15.0, 999.0)}
    """
    found = {name.removeprefix(AGES): ages_of(name.removeprefix(AGES)) for name in map(str, blocks.columns) if name.startswith(AGES)}
    return dict(sorted(((name, ages) for name, ages in found.items() if ages), key=lambda pair: pair[1]))


CENSUS = "population@"  # what the name of a column of residents of one census begins with, as in population@2010


def censuses(blocks: pd.DataFrame) -> dict[int, str]:
    """Return the columns of residents by the year of their census, the first year first; empty where one number stands for all years.

    >>> censuses(pd.DataFrame({"population": [3.0], "population@2020": [3.0], "population@2010": [1.0]}))
    {2010: 'population@2010', 2020: 'population@2020'}
    """
    years = [name.removeprefix(CENSUS) for name in map(str, blocks.columns) if name.startswith(CENSUS)]
    return {int(year): CENSUS + year for year in sorted(years) if re.fullmatch(r"\d{4}", year)}


class DataError(ToldError, ValueError):
    """Data that cannot be used, with every fault found: what, where, how many, what to do."""


def check_incidents(table: gpd.GeoDataFrame) -> Incidents:
    """Return `table` as `Incidents`, or raise a `DataError` that lists every fault.

    One row is one victim. The index is unique; `date` has no time zone; the geometry is a point in a projected system in metres,
    or missing, and then `unplaced` says why.
    """
    faults = [*_table_faults(told("incidents"), table, INCIDENT_FIELDS), *_crs_faults(told("incidents"), table)]
    if not faults:
        faults = [*_date_faults(table), *_word_faults(table), *_place_faults(table), *_age_faults(table)]
    if faults:
        raise DataError(faults)
    return Incidents(table)


def check_blocks(table: gpd.GeoDataFrame) -> Blocks:
    """Return `table` as `Blocks`, or raise a `DataError` that lists every fault.

    The index is the unique `block_id`, as text; shapes are polygons or lines in a projected system in metres, or missing (on no map);
    `population` is at least 0, or missing; so are the residents of each age (`population:15-29`; no overlap) and census (`…@2010`).
    """
    faults = [*_table_faults(told("blocks"), table, BLOCK_FIELDS), *_crs_faults(told("blocks"), table)]
    if table.index.name != "block_id":
        faults.append(told("blocks: the index must be named block_id"))
    if not faults:
        faults = [*_shape_faults(table), *_population_faults(table), *_band_faults(table)]
    if faults:
        raise DataError(faults)
    return Blocks(table)


def check_area_counts(table: pd.DataFrame) -> AreaCounts:
    """Return `table` as `AreaCounts`, or raise a `DataError` that lists every fault.

    One row is one published number: people killed in one area (a block's id, or empty for the whole place) from `start` to the day
    before `end`. `count` is a whole number of at least 0, or missing, and then `suppressed` says that it was held back. Within one
    table no two rows of one area may count the same days.
    """
    faults = _table_faults(told("area counts"), table, AREA_COUNT_FIELDS)
    if not faults:
        faults = [*_count_faults(table), *_span_faults(table)]
    if faults:
        raise DataError(faults)
    return AreaCounts(table)


def _count_faults(table: pd.DataFrame) -> list[Told]:
    faults = []
    count, held = table["count"], table["suppressed"]
    strange = table.index[count.notna() & ~((count >= 0) & (count % 1 == 0))]
    if len(strange):
        faults.append(
            told(
                "area counts: {n} of {total} numbers are not whole or below 0 (first: {first})",
                **_some(table, len(strange), f"{count[strange[0]]:g}"),
            )
        )
    for where, what in (
        (count.isna() & ~held, told("have no number and are not marked as held back")),
        (count.notna() & held, told("have a number and are marked as held back")),
    ):
        if where.any():
            faults.append(
                told(
                    "area counts: {n} of {total} rows {what} (first: {first})",
                    what=what,
                    **_some(table, int(where.sum()), _named(table[where].iloc[0])),
                )
            )
    for name in {"population", "published_rate"} & set(table.columns):
        below = int((table[name] < 0).sum())
        faults += [told("area counts: {n} of {total} rows have a {name} below 0", n=below, total=len(table), name=name)] if below else []
    words = next(row.values for row in AREA_COUNT_FIELDS if row.name == "sex")
    if "sex" in table.columns and not table["sex"].isin(words).all():
        faults.append(told("area counts: a sex is not in our list; use one of {listed}", listed=_listed(words)))
    return faults


def _span_faults(table: pd.DataFrame) -> list[Told]:
    backward = table[~(table["start"] < table["end"])]
    if len(backward):
        return [
            told(
                "area counts: {n} of {total} periods end before they begin (first: {first})",
                **_some(table, len(backward), _named(backward.iloc[0])),
            )
        ]
    faults = []
    keys = ["table", "area"] + (["sex"] if "sex" in table.columns else [])
    ordered = table.sort_values([*keys, "start", "end"], kind="stable")
    again = ordered[ordered["start"] < ordered.groupby(keys)["end"].shift()]
    if len(again):
        faults.append(
            told(
                "area counts: {n} of {total} rows count days that another row of the same table and area has counted "
                "(first: {first}); put sums and parts into tables of their own",
                **_some(table, len(again), _named(again.iloc[0])),
            )
        )
    if "sex" in table.columns:
        kinds = table.assign(known=table["sex"] != "").groupby(["table", "area", "start"])["known"].nunique()
        mixed = kinds.index[kinds > 1]
        if len(mixed):
            faults.append(
                told(
                    "area counts: table {first} has rows for all victims beside rows by sex ({n} times); put the sums "
                    "into a table of their own, or leave them out",
                    **_some(table, len(mixed), repr(mixed[0][0])),
                )
            )
    return faults


def _some(table: pd.DataFrame, n: int, first: object) -> dict[str, object]:
    """Return what fills a sentence on some rows of a table: how many, of how many, and the first of them."""
    return {"n": n, "total": len(table), "first": first}


def _named(row: pd.Series) -> Told:
    return told("{area}, {day}", area=row["area"] or told("the whole place"), day=f"{row['start']:%Y-%m-%d}")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(word or '""' for word in words)


def _table_faults(layer: str, table: pd.DataFrame, fields: tuple[Field, ...]) -> list[Told]:
    faults = [
        told("{layer}: column {field} is missing ({meaning})", layer=layer, field=row.name, meaning=Told(row.meaning, {}))
        for row in fields
        if row.required and row.name not in table.columns
    ]
    repeated = table.index[table.index.duplicated()].unique()
    if len(repeated):
        faults.append(
            told(
                "{layer}: {n} ids occur more than once (first: {first}); give every row an id of its own",
                layer=layer,
                **_some(table, len(repeated), repeated[0]),
            )
        )
    return faults


def _crs_faults(layer: str, table: gpd.GeoDataFrame) -> list[Told]:
    if table.crs is None:
        return [told("{layer}: no coordinate system is given; name it with epsg", layer=layer)]
    if not table.crs.is_projected:
        return [
            told(
                "{layer}: coordinates are in degrees ({system}); convert them to a projected system in metres",
                layer=layer,
                system=table.crs.to_string(),
            )
        ]
    return []


def _date_faults(table: gpd.GeoDataFrame) -> list[Told]:
    if not pd.api.types.is_datetime64_dtype(table["date"].dtype):
        return [told("incidents: date must be a local date without a time zone")]
    missing = int(table["date"].isna().sum())
    if missing or "day_known" not in table.columns:
        return [told("incidents: {n} of {total} rows have no date; reject them first", n=missing, total=len(table))] if missing else []
    strange = int((table.loc[~table["day_known"], "date"].dt.strftime("%d %H:%M:%S") != "01 00:00:00").sum())
    text = told("incidents: {n} of {total} rows know the month alone, and their date is not the first of it", n=strange, total=len(table))
    return [text] if strange else []


def _word_faults(table: gpd.GeoDataFrame) -> list[Told]:
    faults = []
    for row in INCIDENT_FIELDS:
        if not row.values or row.name not in table.columns:
            continue
        strange = table.loc[~table[row.name].isin(row.values), row.name]
        if len(strange):
            faults.append(
                told(
                    "incidents: {n} of {total} rows have a {field} that is not in our list (first: {first}); use one of {listed}",
                    field=row.name,
                    listed=_listed(row.values),
                    **_some(table, len(strange), repr(strange.iloc[0])),
                )
            )
    return faults


def _place_faults(table: gpd.GeoDataFrame) -> list[Told]:
    missing = table.geometry.isna() | table.geometry.is_empty
    faults = []
    kinds = table.geometry[~missing].geom_type
    strange = kinds[kinds != "Point"]
    if len(strange):
        faults.append(
            told("incidents: {n} of {total} places are not points (first: {first})", **_some(table, len(strange), strange.iloc[0]))
        )
    silent = int((missing & (table["unplaced"] == "")).sum())
    spoken = int((~missing & (table["unplaced"] != "")).sum())
    if silent or spoken:
        faults.append(
            told(
                "incidents: {silent} rows have no place and no reason for it, {spoken} have both a place and a reason",
                silent=silent,
                spoken=spoken,
            )
        )
    return faults


def _age_faults(table: gpd.GeoDataFrame) -> list[Told]:
    if "age" not in table.columns:
        return []
    strange = table.loc[(table["age"] < 0) | (table["age"] > 120), "age"]
    if strange.empty:
        return []
    return [told("incidents: {n} ages are below 0 or above 120 (first: {first})", **_some(table, len(strange), f"{strange.iloc[0]:g}"))]


def _shape_faults(table: gpd.GeoDataFrame) -> list[Told]:
    shapes, faults = table.geometry, []
    empty = shapes.isna() | shapes.is_empty
    kinds = shapes[~empty].geom_type
    strange = kinds[~kinds.isin(["Polygon", "MultiPolygon", "LineString", "MultiLineString"])]
    if len(strange):
        faults.append(
            told(
                "blocks: {n} shapes are neither areas nor lines (first: {first})",
                **_some(table, len(strange), f"{strange.index[0]}, {strange.iloc[0]}"),
            )
        )
    invalid = shapes[~empty][~shapes[~empty].is_valid]
    if len(invalid):
        faults.append(
            told(
                "blocks: {n} of {total} shapes cross themselves (first: {first}); repair or drop them",
                **_some(table, len(invalid), f"{invalid.index[0]}, {invalid.iloc[:1].is_valid_reason().iloc[0]}"),
            )
        )
    return faults


def _population_faults(table: gpd.GeoDataFrame) -> list[Told]:
    if not pd.api.types.is_numeric_dtype(table["population"].dtype):
        return [told("blocks: population must be a number")]
    strange = table.index[(table["population"] < 0) | ~np.isfinite(table["population"].fillna(0))]
    if strange.empty:
        return []
    return [told("blocks: {n} populations are below 0 or infinite (first: block {first})", **_some(table, len(strange), strange[0]))]


def _band_faults(table: gpd.GeoDataFrame) -> list[Told]:
    bands = population_bands(table)
    odd = [name for name in map(str, table.columns) if name.startswith(AGES) and name.removeprefix(AGES) not in bands]
    faults = [told("blocks: {name} names no ages; write them as in {prefix}15-29 or {prefix}65+", name=name, prefix=AGES) for name in odd]
    faults += [told("blocks: the ages {name} end before they begin", name=name) for name, (first, last) in bands.items() if last < first]
    pairs = list(bands.items())
    faults += [
        told("blocks: the ages {one} and {two} overlap; every age may stand in one band only", one=one, two=two)
        for (one, (_, last)), (two, (first, _)) in pairwise(pairs)
        if first <= last
    ]
    for name in bands:
        people = pd.to_numeric(table[AGES + name], errors="coerce")
        below = int(((people < 0) | np.isinf(people)).sum())
        faults += [told("blocks: {n} numbers of residents aged {name} are below 0 or infinite", n=below, name=name)] if below else []
    return faults


def dictionary(fields: tuple[Field, ...] = INCIDENT_FIELDS) -> pd.DataFrame:
    """Return the data dictionary of a layer as a table: name, kind, meaning, values.

    >>> dictionary().loc["date", "kind"]
    'datetime'
    """
    rows = {name: [getattr(row, name) for row in fields] for name in ("name", "kind", "meaning")}
    rows["values"] = [" ".join(word for word in row.values if word) for row in fields]
    return pd.DataFrame(rows).set_index("name")
