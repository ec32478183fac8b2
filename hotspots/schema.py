"""What each layer of data is, and the checks at the door: after them, nothing below checks again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

import geopandas as gpd
import numpy as np
import pandas as pd

Incidents = NewType("Incidents", gpd.GeoDataFrame)  # type: ignore[valid-newtype]
Blocks = NewType("Blocks", gpd.GeoDataFrame)  # type: ignore[valid-newtype]

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
)

BLOCK_FIELDS: tuple[Field, ...] = (
    Field("population", "number", "Residents; missing where nobody knows", required=True),
    Field("name", "text", "Name shown on screen"),
    Field("beat", "text", "Beat the block belongs to"),
    Field("district", "text", "District the block belongs to"),
)


def field(name: str) -> Field:
    """Return the incident field called `name`.

    >>> field("weapon").values[0]
    'firearm'
    """
    return next(row for row in INCIDENT_FIELDS if row.name == name)


class DataError(ValueError):
    """Data that cannot be used, with every fault found: what, where, how many, what to do."""

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


def check_incidents(table: gpd.GeoDataFrame) -> Incidents:
    """Return `table` as `Incidents`, or raise a `DataError` that lists every fault.

    One row is one victim. The index is unique; `date` has no time zone; the geometry is a point in a projected system in metres,
    or missing, and then `unplaced` says why.
    """
    faults = [*_frame_faults("incidents", table, INCIDENT_FIELDS), *_crs_faults("incidents", table)]
    if not faults:
        faults = [*_date_faults(table), *_word_faults(table), *_place_faults(table), *_age_faults(table)]
    if faults:
        raise DataError(faults)
    return Incidents(table)


def check_blocks(table: gpd.GeoDataFrame) -> Blocks:
    """Return `table` as `Blocks`, or raise a `DataError` that lists every fault.

    The index is the unique `block_id`, as text; shapes are polygons or lines in a projected system in metres; `population` is at
    least 0, or missing.
    """
    faults = [*_frame_faults("blocks", table, BLOCK_FIELDS), *_crs_faults("blocks", table)]
    if table.index.name != "block_id":
        faults.append("blocks: the index must be named block_id")
    if not faults:
        faults = [*_shape_faults(table), *_population_faults(table)]
    if faults:
        raise DataError(faults)
    return Blocks(table)


def _frame_faults(layer: str, table: gpd.GeoDataFrame, fields: tuple[Field, ...]) -> list[str]:
    faults = [
        f"{layer}: column {row.name} is missing ({row.meaning.lower()})" for row in fields if row.required and row.name not in table.columns
    ]
    repeated = table.index[table.index.duplicated()].unique()
    if len(repeated):
        faults.append(f"{layer}: {len(repeated)} ids occur more than once (first: {repeated[0]}); give every row an id of its own")
    return faults


def _crs_faults(layer: str, table: gpd.GeoDataFrame) -> list[str]:
    if table.crs is None:
        return [f"{layer}: no coordinate system is given; name it with epsg"]
    if not table.crs.is_projected:
        return [f"{layer}: coordinates are in degrees ({table.crs.to_string()}); convert them to a projected system in metres"]
    return []


def _date_faults(table: gpd.GeoDataFrame) -> list[str]:
    if not pd.api.types.is_datetime64_dtype(table["date"].dtype):
        return ["incidents: date must be a local date without a time zone"]
    missing = int(table["date"].isna().sum())
    return [f"incidents: {missing} of {len(table)} rows have no date; reject them first"] if missing else []


def _word_faults(table: gpd.GeoDataFrame) -> list[str]:
    faults = []
    for row in INCIDENT_FIELDS:
        if not row.values or row.name not in table.columns:
            continue
        strange = table.loc[~table[row.name].isin(row.values), row.name]
        if len(strange):
            faults.append(
                f"incidents: {len(strange)} of {len(table)} rows have a {row.name} that is not in our list "
                f"(first: {strange.iloc[0]!r}); use one of {', '.join(word or 'empty' for word in row.values)}"
            )
    return faults


def _place_faults(table: gpd.GeoDataFrame) -> list[str]:
    missing = table.geometry.isna() | table.geometry.is_empty
    faults = []
    kinds = table.geometry[~missing].geom_type
    strange = kinds[kinds != "Point"]
    if len(strange):
        faults.append(f"incidents: {len(strange)} of {len(table)} places are not points (first: {strange.iloc[0]})")
    silent = int((missing & (table["unplaced"] == "")).sum())
    spoken = int((~missing & (table["unplaced"] != "")).sum())
    if silent or spoken:
        faults.append(f"incidents: {silent} rows have no place and no reason for it, {spoken} have both a place and a reason")
    return faults


def _age_faults(table: gpd.GeoDataFrame) -> list[str]:
    if "age" not in table.columns:
        return []
    strange = table.loc[(table["age"] < 0) | (table["age"] > 120), "age"]
    return [f"incidents: {len(strange)} ages are below 0 or above 120 (first: {strange.iloc[0]:g})"] if len(strange) else []


def _shape_faults(table: gpd.GeoDataFrame) -> list[str]:
    shapes = table.geometry
    faults = []
    empty = shapes.isna() | shapes.is_empty
    if empty.any():
        faults.append(f"blocks: {int(empty.sum())} of {len(table)} have no shape (first: {table.index[empty][0]})")
    kinds = shapes[~empty].geom_type
    strange = kinds[~kinds.isin(["Polygon", "MultiPolygon", "LineString", "MultiLineString"])]
    if len(strange):
        faults.append(f"blocks: {len(strange)} shapes are neither areas nor lines (first: {strange.index[0]}, {strange.iloc[0]})")
    invalid = shapes[~empty][~shapes[~empty].is_valid]
    if len(invalid):
        faults.append(
            f"blocks: {len(invalid)} of {len(table)} shapes cross themselves (first: {invalid.index[0]}, "
            f"{invalid.iloc[:1].is_valid_reason().iloc[0]}); repair or drop them"
        )
    return faults


def _population_faults(table: gpd.GeoDataFrame) -> list[str]:
    if not pd.api.types.is_numeric_dtype(table["population"].dtype):
        return ["blocks: population must be a number"]
    strange = table.index[(table["population"] < 0) | ~np.isfinite(table["population"].fillna(0))]
    return [f"blocks: {len(strange)} populations are below 0 or infinite (first: block {strange[0]})"] if len(strange) else []


def dictionary(fields: tuple[Field, ...] = INCIDENT_FIELDS) -> pd.DataFrame:
    """Return the data dictionary of a layer as a table: name, kind, meaning, values.

    >>> dictionary().loc["date", "kind"]
    'datetime'
    """
    rows: Mapping[str, list[str]] = {
        "name": [row.name for row in fields],
        "kind": [row.kind for row in fields],
        "meaning": [row.meaning for row in fields],
        "values": [" ".join(word for word in row.values if word) for row in fields],
    }
    return pd.DataFrame(rows).set_index("name")
