"""What [area_counts] must say of its columns: where the period is, where the numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotspots.store.schema import field
from hotspots.words import Told, told


def counted_faults(values: Mapping[str, Any], where: str) -> list[Told]:
    """Return the faults in the keys that name the periods and the numbers of one table of published totals.

    >>> [str(fault) for fault in counted_faults({"period": "year"}, "[area_counts]")]
    ['city.toml: count in [area_counts] is missing; write the column of the numbers, or period_columns']
    """
    faults = [*_period_faults(values, where), *_number_faults(values, where)]
    if values.get("count_dot", "decimal") not in ("thousands", "decimal"):
        faults.append(told('city.toml: count_dot in {where} may be "thousands" or "decimal"', where=where))
    if values.get("header_row", 1) < 1:
        faults.append(
            told("city.toml: header_row in {where} must be 1 or more: the row that names the columns, as Excel counts", where=where)
        )
    if values.get("partial_of") is not None and (values["partial_of"] < 1 or not values.get("area")):
        faults.append(
            told("city.toml: partial_of in {where} is how many areas there are in all; it goes with area, their column", where=where)
        )
    changed = {key for key in ("became", "became_from", "became_within", "became_to") if values.get(key)}
    if changed and (not {"became", "became_from", "became_to"} <= changed or not values.get("area") or values.get("partial_of")):
        faults.append(
            told(
                "city.toml: became in {where} is the table of what each area was made into; it goes with became_from, became_to and area, "
                "and not with partial_of",
                where=where,
            )
        )
    return faults


def _period_faults(values: Mapping[str, Any], where: str) -> list[Told]:
    """Return the faults in the keys that name the periods."""
    faults = []
    wide = values.get("period_columns")
    parts = {"month" if key == "quarter" else key for key in ("period", "year", "quarter", "month", "day") if values.get(key)}
    if values.get("quarter") and (values.get("month") or values.get("day") or wide):
        faults.append(told("city.toml: quarter in {where} stands in place of month; keep one of the two", where=where))
    allowed: tuple[set[str], ...] = ({"year"}, set()) if wide else ({"period"}, {"year"}, {"year", "month"}, {"year", "month", "day"})
    if "of_year" in values:
        allowed = (set(),) if wide else (set(), {"month"})
    if parts not in allowed:
        faults.append(
            told(
                "city.toml: {where} names its periods by {listed}; give period, or year with month and day as far as the file has them, or "
                "period_columns, with year where they are months",
                where=where,
                listed=", ".join(sorted(parts)) or "–",
            )
        )
    if not 1 <= values.get("years_begin", 1) <= 12:
        faults.append(told("city.toml: years_begin in {where} is a month, 1 to 12", where=where))
    if values.get("years_named", "last") not in ("first", "last"):
        faults.append(told('city.toml: years_named in {where} may be "first" or "last"', where=where))
    return faults


def _number_faults(values: Mapping[str, Any], where: str) -> list[Told]:
    """Return the faults in the keys that name the numbers: exactly one of count, period_columns and sex_columns."""
    faults = []
    wide, sexes, known = values.get("period_columns"), values.get("sex_columns", {}), field("sex").values
    if wide and values.get("count"):
        faults.append(told("city.toml: {where} has count and period_columns; keep one of the two", where=where))
    if sexes and (wide or values.get("count") or values.get("sex")):
        faults.append(told("city.toml: sex_columns in {where} stand in place of count, sex and period_columns; keep one", where=where))
    if set(sexes) - set(known):
        faults.append(told("city.toml: sex_columns in {where} are named by our words: {listed}", where=where, listed=", ".join(known)))
    if values.get("each_row") and (wide or sexes or values.get("count")):
        faults.append(
            told("city.toml: each_row in {where} stands in place of count, sex_columns and period_columns; keep one", where=where)
        )
    if not wide and not sexes and not values.get("count") and not values.get("each_row"):
        faults.append(told("city.toml: count in {where} is missing; write the column of the numbers, or period_columns", where=where))
    return faults
