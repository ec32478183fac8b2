"""The victims of a city: files and their section → checked incidents and the account of every row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from hotspots.readers.columns.area_ids import areas_that_occur, by_area_alone, placeless, read_area_ids
from hotspots.readers.columns.coded_people import years_of_codes
from hotspots.readers.columns.dates import Dates, read_dates
from hotspots.readers.columns.places import Places, read_places, zone_of
from hotspots.readers.columns.plausible_places import (
    Bounds,
    far_away,
    likely_system,
    misplaced,
    strays,
)
from hotspots.readers.columns.repeated_victims import same_remark
from hotspots.readers.columns.second_looks import lone_remark, other_dates
from hotspots.readers.columns.several_people import one_by_one, one_each, said_once, victims_of
from hotspots.readers.columns.values import map_words, read_ages, with_units
from hotspots.readers.columns.whereabouts import elsewhere, untrue_distances
from hotspots.readers.columns.written_dates import dated
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table
from hotspots.readers.layers.killings_told import killings_remarks
from hotspots.readers.layers.several_files import read_tables
from hotspots.readers.layers.shapes import NOWHERE
from hotspots.readers.place_faults import UnknownSystemError
from hotspots.readers.report import (
    Finding,
    Mask,
    QualityReport,
    Remark,
    finding,
    left_out,
    only,
    outcomes,
    sentence,
)
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import DataError, Incidents, check_incidents
from hotspots.words import Told, mark, told

WORD_FIELDS = ("sex", "weapon", "category", "status")
_TOTAL = r"(?i)\s*(?:grand |sub)?(?:total|totales|totals|suma|sum|gran total)\b.*"


def read_incidents(
    section: IncidentSection,
    *,
    city_crs: pyproj.CRS | None,
    timezone: str,
    bounds: Bounds | None = None,
    residents: float = 0.0,
    areas: pd.Series | None = None,
    read: Callable[..., Table] = read_file,
    progress: Callable[[Told], None] | None = None,
) -> tuple[Incidents, QualityReport]:
    """Return one row per victim, and what became of every row of the file.

    `residents` are those of the city, 0 where they are not known: more rows a year than can be homicides are told, or asked about.
    `areas` are the names of the blocks by their ids, which recorded areas are matched with; without it they are the names that occur.
    A file without coordinates needs `block_id`. `bounds` are those of the blocks, in the city's system: when fewer than half of the
    places lie within them the file is refused. Without a system of the city's own it is the UTM zone of most places. Raises `DataError`
    for a file that cannot be used.
    """
    say = progress or (lambda _: None)
    say(told("reading {file}", file=", ".join(path.name for path in section.files)))
    table = read_tables(section, read)
    whole, section = dated(table.columns, section)
    table = replace(table, columns=whole)
    spoilt = _spoilt(table, section)
    out = np.logical_or.reduce([remark.where for remark in spoilt]) if spoilt else np.zeros(len(table.rows), dtype=bool)
    filtered = _filtered(table, section, out)
    sound = ~out & ~filtered.where
    same = same_remark(table.columns, section.victim_id, sound)
    sound &= ~same.where
    if not sound.any():
        raise DataError(
            told(
                "incidents: none of {total} rows is left after the filters; check [incidents.where] in city.toml",
                total=f"{len(table.rows):,}",
            )
        )
    say(told("reading dates and places of {n} rows", n=f"{int(sound.sum()):,}"))
    part = _rows(table, sound)
    nowhere = placeless(part, section)
    strange = elsewhere(part, section, timezone=timezone) if bounds is None and not nowhere else None
    if strange is not None:
        raise strange
    city_crs = city_crs or (NOWHERE if nowhere else zone_of(part, section))
    columns, remarks = _columns(part, section, city_crs=city_crs, timezone=timezone, bounds=bounds, areas=areas)
    remarks += killings_remarks(part, section, columns["date"], residents=residents)
    everything = [*spoilt, filtered, same, *(_spread(remark, sound) for remark in remarks)]
    outcome = outcomes(everything, rows=len(table.rows))
    kept = np.isin(outcome[sound], ["accepted", "repaired"])
    if not kept.any():
        faults = [sentence(finding(remark, table=table.columns, numbers=table.rows).text) for remark in only(everything)]
        raise DataError([told("incidents: none of {total} rows can be used", total=f"{len(table.rows):,}"), *faults])
    everything += _spread_all([*_conflicts(columns, kept, section), _duplicates(part, kept)], sound)
    incidents = _incidents(columns[kept], city_crs)
    findings = tuple(finding(remark, table=table.columns, numbers=table.rows, origins=table.origins) for remark in only(everything))
    report = _report(table, outcome, len(incidents), (*table.findings, *findings))
    report = replace(report, left_out=left_out(everything, table=table.columns, numbers=table.rows, origins=table.origins))
    return incidents, report


def _report(table: Table, outcome: np.ndarray, victims: int, findings: tuple[Finding, ...]) -> QualityReport:
    count: dict[str, Any] = {name: int((outcome == name).sum()) for name in ("accepted", "repaired", "rejected", "filtered")}
    return QualityReport(table.source, len(outcome), **count, victims=victims, findings=findings)


def _spoilt(table: Table, section: IncidentSection) -> list[Remark]:
    first = table.columns.iloc[:, 0] if table.columns.shape[1] else pd.Series("", index=table.columns.index)
    total = first.str.fullmatch(_TOTAL).to_numpy(dtype=bool) & (table.spoiled == "")
    total &= (table.columns[section.date].str.fullmatch(_TOTAL) | (table.columns[section.date].str.strip() == "")).to_numpy(dtype=bool)
    return list(
        only(
            (
                Remark(
                    "ragged_row",
                    "rejected",
                    table.spoiled == "ragged_row",
                    mark("{rows} of {total} rows have too many or too few values, so their columns cannot be trusted; they were left out"),
                    mark("Correct these rows in the file."),
                ),
                Remark(
                    "repeated_header",
                    "rejected",
                    table.spoiled == "repeated_header",
                    mark("{rows} of {total} rows repeat the column names; they were left out"),
                ),
                Remark(
                    "footnote",
                    "rejected",
                    table.spoiled == "footnote",
                    mark("{rows} of {total} rows are notes under the table; they were left out"),
                    column=str(first.name or ""),
                ),
                Remark(
                    "other_table",
                    "rejected",
                    table.spoiled == "other_table",
                    mark("{rows} of {total} rows are of another table below this one; they were left out"),
                    mark("If that table is meant, put each in a file of its own."),
                ),
                Remark(
                    "total_row",
                    "rejected",
                    total,
                    mark("{rows} of {total} rows are sums, not victims; they were left out"),
                    column=str(first.name or ""),
                ),
            )
        )
    )


def _filtered(table: Table, section: IncidentSection, out: Mask) -> Remark:
    keep = np.ones(len(table.rows), dtype=bool)
    for column, allowed in section.where.items():
        keep &= table.columns[column].str.strip().isin(allowed).to_numpy(dtype=bool)
    rules = " and ".join(f"{column} is {' or '.join(allowed)}" for column, allowed in section.where.items())
    return Remark(
        "filtered",
        "filtered",
        ~keep & ~out,
        told("{rows} of {total} rows were left aside: kept are only those where {rules}", rules=rules),
        column=next(iter(section.where), ""),
    )


def _rows(table: Table, keep: Mask) -> Table:
    shapes = None if table.shapes is None else table.shapes[keep]
    return replace(
        table,
        columns=table.columns[keep].reset_index(drop=True),
        rows=table.rows[keep],
        spoiled=table.spoiled[keep],
        shapes=shapes,
        origins=None if table.origins is None else table.origins[keep],
    )


def _spread(remark: Remark, sound: Mask) -> Remark:
    where = np.zeros(len(sound), dtype=bool)
    where[sound] = remark.where
    return replace(remark, where=where)


def _spread_all(remarks: list[Remark], sound: Mask) -> list[Remark]:
    return [_spread(remark, sound) for remark in remarks]


def _columns(
    table: Table,
    section: IncidentSection,
    *,
    city_crs: pyproj.CRS,
    timezone: str,
    bounds: Bounds | None,
    areas: pd.Series | None,
) -> tuple[pd.DataFrame, list[Remark]]:
    """Return the rows in our columns, and every remark; faults of dates and places are gathered before they are raised."""
    faults: list[DataError] = []
    dates, places = None, None
    try:
        dates = _dates(table, section, timezone)
    except DataError as error:
        faults.append(error)
    try:
        places = read_places(table, section, city_crs=city_crs)
        nowhere = placeless(table, section)
        bounds = None if nowhere else bounds
        untrue = None if nowhere else untrue_distances(places.x, places.y, places.epsg, city_crs)
        faults += [untrue] if untrue else []
        wrong = None if bounds is None else misplaced(places, section, bounds=bounds, city_crs=city_crs)
        faults += [wrong] if wrong else []
    except UnknownSystemError as error:
        likely = None if bounds is None else likely_system(error.x, error.y, bounds=bounds, city_crs=city_crs)
        faults.append(replace(error, likely=likely))
    except DataError as error:
        faults.append(error)
    if faults or dates is None or places is None:
        raise DataError(faults)
    columns, remarks = _fields(table, section, dates, places, areas)
    if placeless(table, section):
        alone = by_area_alone(columns.get("block_id", columns["unplaced"]), section.block_id)
        return columns, [*dates.remarks, *_uncovered(dates, section), alone, *remarks]
    column = section.geometry or section.x
    outside = [strays(places, bounds=bounds, column=column)] if bounds else [far_away(places, column=column)]
    if section.event_id:
        remarks.append(lone_remark(columns, table.columns[section.event_id], section.event_id))
    return columns, [
        *dates.remarks,
        *other_dates(table.columns, section.date),
        *_uncovered(dates, section),
        *places.remarks,
        *outside,
        *remarks,
    ]


def _dates(table: Table, section: IncidentSection, timezone: str) -> Dates:
    return read_dates(
        table.columns[section.date],
        times=table.columns[section.time] if section.time else None,
        date_format=section.date_format,
        date_zone=section.date_zone,
        timezone=timezone,
        column=section.date,
        time_column=section.time,
        day_zero=table.day_zero,
        open_period=section.covers is None,
        precision=section.date_precision,
    )


def _uncovered(dates: Dates, section: IncidentSection) -> list[Remark]:
    if section.covers is None:
        return []
    start, end = section.covers
    outside = (dates.date.notna() & ((dates.date < start) | (dates.date >= end))).to_numpy(dtype=bool)
    text = told(
        "{rows} of {total} rows are dated outside the period that city.toml says the file covers ({start} to {end})",
        start=f"{start:%Y-%m-%d}",
        end=f"{end - pd.Timedelta(days=1):%Y-%m-%d}",
    )
    return [
        Remark(
            "outside_covers", "accepted", outside, text, mark("Correct covers under [incidents] in city.toml, or the dates."), section.date
        )
    ]


def _fields(
    table: Table, section: IncidentSection, dates: Dates, places: Places, areas: pd.Series | None
) -> tuple[pd.DataFrame, list[Remark]]:
    columns = pd.DataFrame(
        {"date": dates.date, "hour": dates.hour, "unplaced": pd.Series(places.unplaced, dtype="str"), "geometry": places.points}
    )
    if not dates.day_known.all():
        columns["day_known"] = dates.day_known
    columns["event_id"] = _events(columns, table, section)
    columns["victims"], remarks = victims_of(table.columns, section)
    texts, each = one_each(table.columns, section, columns["victims"])
    columns = columns.assign(**each)
    if section.age:
        ages, short = years_of_codes(texts[section.age]) if section.age_coded else with_units(texts[section.age], texts)
        columns["age"], noted = read_ages(ages, column=section.age)
        remarks += [*short, *noted]
    for name in WORD_FIELDS:
        column = getattr(section, name)
        if column:
            columns[name], noted = map_words(texts[column], name=name, words=section.values.get(name, {}), column=column)
            remarks += noted
    remarks.append(said_once(columns))
    if section.block_id:
        columns["block_id"], noted = _recorded(table.columns[section.block_id], areas, placed=np.asarray(places.unplaced == ""))
        remarks += noted
    if section.withheld:
        kept_back = [table.columns[column].str.strip().isin(listed) for column, listed in section.withheld.items()]
        columns["withheld"] = np.logical_or.reduce(kept_back)
        remarks += list(only((_withheld(columns["withheld"].to_numpy(dtype=bool), section),)))
    return columns, remarks


def _recorded(text: pd.Series, areas: pd.Series | None, *, placed: Mask) -> tuple[pd.Series, list[Remark]]:
    """Return the areas that the agency recorded: of those that there are, where they are known."""
    return (areas_that_occur(text)[0], []) if areas is None else read_area_ids(text, areas, column=str(text.name), placed=placed)


def _withheld(where: Mask, section: IncidentSection) -> Remark:
    text = "{rows} of {total} rows are withheld: counted here, and in no public release"
    return Remark("withheld", "accepted", where, text, column=next(iter(section.withheld)))


def _events(columns: pd.DataFrame, table: Table, section: IncidentSection) -> pd.Series:
    """Return the event of each row: as the file says, else that of the first row of the same day at exactly the same place.

    A row that names no event and has no day or no place is an event of its own.
    """
    several = table.origins is not None and len(set(table.origins)) > 1
    numbers = pd.Series(np.arange(1, len(table.rows) + 1) if several else table.rows).astype("str")
    stated = table.columns[section.event_id].str.strip() if section.event_id else pd.Series("", index=columns.index)
    points = np.asarray(columns["geometry"].array, dtype=object)
    spots = pd.DataFrame({"day": columns["date"].dt.normalize(), "x": shapely.get_x(points), "y": shapely.get_y(points)})
    dated = columns.get("day_known", True)
    alone = spots[((columns["unplaced"] == "") & (stated == "") & spots.notna().all(axis=1) & dated).to_numpy(dtype=bool)]
    own = "row " + numbers
    own.loc[alone.index] = own.loc[alone.index].groupby([alone[name] for name in alone]).transform("first")
    return stated.where(stated != "", own)


def _conflicts(columns: pd.DataFrame, kept: Mask, section: IncidentSection) -> list[Remark]:
    """Return a remark on events whose victims lie days apart: the id is reused, or wrong."""
    if not section.event_id:
        return []
    days = columns["date"].where(kept)
    spread = days.groupby(columns["event_id"]).transform("max") - days.groupby(columns["event_id"]).transform("min")
    where = (spread > pd.Timedelta(days=3)).to_numpy(dtype=bool)
    return [
        Remark(
            "event_conflict",
            "accepted",
            where,
            mark("{rows} of {total} rows share an event with a victim more than three days apart; kept as one event"),
            mark("If the ids are used again each year, give every event an id of its own."),
            section.event_id,
        )
    ]


def _duplicates(table: Table, kept: Mask) -> Remark:
    repeated = table.columns.duplicated().to_numpy(dtype=bool) & kept
    if table.shapes is not None:
        repeated &= False if not repeated.any() else pd.Series([None if s is None else s.wkb for s in table.shapes]).duplicated().to_numpy()
    return Remark(
        "duplicate_rows",
        "accepted",
        repeated,
        mark("{rows} of {total} rows repeat an earlier row in every column; all were kept, as they may be several victims of one event"),
        mark("If they are copies, remove them from the file."),
    )


def _incidents(columns: pd.DataFrame, city_crs: pyproj.CRS) -> Incidents:
    repeated = columns.loc[columns.index.repeat(columns["victims"])]
    for key in ("age", "sex"):
        if f"each {key}" in repeated.columns:
            repeated = repeated.assign(**{key: one_by_one(repeated, key)})
    repeated = repeated.reset_index(drop=True)
    optional = ("age", *WORD_FIELDS, "block_id", "withheld", "day_known")
    ordered = ["date", "hour", "unplaced", "event_id", *(name for name in optional if name in repeated.columns)]
    table = gpd.GeoDataFrame(repeated[ordered], geometry=gpd.GeoSeries(repeated["geometry"].to_numpy(), crs=city_crs))
    table.index.name = "incident"
    return check_incidents(table)
