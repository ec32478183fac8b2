"""What [incidents] must say of its columns: where the date is, where the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotspots.words import Told, told


def listed_faults(values: Mapping[str, Any], *, shapes: bool) -> list[Told]:
    """Return the faults in the keys that name the date and the place of single homicides; `shapes`: the files have points of their own.

    >>> [str(fault) for fault in listed_faults({"date": "day", "x": "lon", "y": "lat", "date_precision": "week"}, shapes=False)]
    ['city.toml: date_precision in [incidents] may be "day" or "month"']
    """
    faults: list[Told] = []
    parts = {"year" if key == "of_year" else key for key in ("date", "year", "of_year", "month", "day") if values.get(key)}
    if parts not in ({"date"}, {"year", "month", "day"}, {"year", "month"}, {"date", "year"}):
        faults.append(
            told("city.toml: [incidents] names no date; give date, or year with month and day, or year with a date that has no year")
        )
    if values.get("year") and values.get("of_year"):
        faults.append(told("city.toml: [incidents] has year and of_year; keep one of the two"))
    if values.get("date_precision", "day") not in ("day", "month"):
        faults.append(told('city.toml: date_precision in [incidents] may be "day" or "month"'))
    return faults + _place_faults(values, shapes=shapes)


def _place_faults(values: Mapping[str, Any], *, shapes: bool) -> list[Told]:
    """Return the faults in the keys that name the place, and where the table begins."""
    faults: list[Told] = []
    if values.get("degrees_times", 1) < 1:
        faults.append(told("city.toml: degrees_times in [incidents] must be 1 or more"))
    if bool(values.get("x")) != bool(values.get("y")):
        faults.append(told("city.toml: x and y in [incidents] go together; give both, or geometry"))
    if values.get("x") and values.get("geometry"):
        faults.append(told("city.toml: [incidents] has x and y, and geometry as well; keep one of the two"))
    if values.get("header_row", 1) < 1:
        faults.append(told("city.toml: header_row in [incidents] must be 1 or more: the row that names the columns, as Excel counts"))
    if not shapes and not any(values.get(key) for key in ("x", "y", "geometry", "block_id", "no_place")):
        faults.append(told("city.toml: [incidents] names no place; give x and y, or geometry, or block_id, or no_place = true"))
    return faults
