"""Every key of city.toml, section by section, and the kind of its value; `!` says that it must be there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hotspots.words import Told, told

CITY = {
    "name": "text!",
    "language": "text",
    "timezone": "text",
    "source": "text",
    "licence": "text",
    "epsg": "number",
    "fictional": "yes/no",
    "unmapped": "yes/no",
    "incidents": "section",
    "blocks": "section",
    "area_counts": "section",
    "districts": "section",
    "beats": "section",
    "segments": "section",
    "gazetteer": "section",
    "layers": "section",
    "events": "list",
    "definition_breaks": "list",
    "interventions": "list",
}
INCIDENTS = {
    "file": "files!",
    "x": "text",
    "y": "text",
    "geometry": "text",
    "epsg": "number",
    "date": "text",
    "year": "text",
    "month": "text",
    "day": "text",
    "date_format": "text",
    "date_zone": "text",
    "time": "text",
    "victims": "text",
    "event_id": "text",
    "block_id": "text",
    "age": "text",
    "sex": "text",
    "weapon": "text",
    "category": "text",
    "status": "text",
    "values": "section",
    "where": "section",
    "all_homicides": "yes/no",
    "withheld": "section",
    "default_places": "list",
    "negate": "list",
    "swapped": "yes/no",
    "places_checked": "yes/no",
    "covers": "list",
    "sheet": "text",
    "header_row": "number",
}
BLOCKS = {
    "file": "file!",
    "id": "text!",
    "epsg": "number",
    "name": "text",
    "population": "column",
    "population_file": "file",
    "population_id": "text",
    "population_year": "number",
    "population_dot": "text",
    "population_times": "number",
    "population_unknown": "list",
    "population_checked": "yes/no",
    "beat": "text",
    "district": "text",
    "sheet": "text",
    "population_sheet": "text",
    "called": "words",
    "population_ages": "section",
}
AREA_COUNTS = {
    "file": "file!",
    "area": "text",
    "period": "text",
    "year": "text",
    "month": "text",
    "day": "text",
    "period_columns": "list",
    "period_format": "text",
    "count": "text",
    "count_dot": "text",
    "sex": "text",
    "population": "text",
    "source": "text",
    "published_rate": "text",
    "suppressed": "list",
    "public": "yes/no",
    "values": "section",
    "where": "section",
    "sheet": "text",
    "header_row": "number",
    "definition": "words",
    "partial_of": "number",
}
HOUSES = ("from_left", "to_left", "from_right", "to_right")  # columns of house numbers, at the start and the end of each side of a street
SEGMENTS = {"file": "file!", "id": "text!", "street": "text", "epsg": "number", "sheet": "text"}
SEGMENTS |= dict.fromkeys((*HOUSES, "from", "to"), "text")
GAZETTEER = {"file": "file!", "name": "text!", "number": "text", "x": "text", "y": "text", "epsg": "number", "sheet": "text"}
GROUP = {"file": "file!", "name": "text!", "epsg": "number", "sheet": "text"}
LAYER = {"file": "file!", "kind": "text!", "name": "text", "epsg": "number", "sheet": "text"}
NOTE = {"date": "day!", "text": "words!"}
INTERVENTION = {"name": "words!", "start": "day!", "end": "day", "treated": "list", "comparison": "list", "note": "words"}
WORDS = {
    "text": told("text in quotation marks"),
    "column": told("a column in quotation marks, or one for each census, such as {example}", example='{ 2010 = "p10", 2020 = "p20" }'),
    "number": told("a whole number"),
    "yes/no": told("true or false"),
    "section": told("a section of its own"),
    "list": told("a list"),
    "file": told("a file name in quotation marks"),
    "files": told("a file name, or a list of them"),
    "day": told('a day such as "2019-07-01"'),
    "words": told("text, or text by language such as {example}", example='{ es = "…", en = "…" }'),
}

_YEAR = re.compile(r"[12][0-9]{3}")


def by_census(value: Any) -> str | dict[int, str] | None:
    """Return the column of residents, or that of each census by its year; None where it is neither."""
    if isinstance(value, str):
        return value or None
    good = isinstance(value, Mapping) and value and all(isinstance(column, str) and column for column in value.values())
    years = [str(year) for year in value] if good else []
    return dict(sorted((int(year), column) for year, column in value.items())) if years and all(map(_YEAR.fullmatch, years)) else None


def by_language(value: Any) -> dict[str, str] | None:
    """Return a text in each language that it has; None where it is no text."""
    if isinstance(value, str) and value:
        return {"en": value}
    good = isinstance(value, Mapping) and value and all(isinstance(text, str) and text for text in value.values())
    return dict(value) if good else None


def with_houses(values: dict[str, Any]) -> tuple[dict[str, Any], list[Told]]:
    """Return the values of [segments] with the four columns of house numbers as one, and what is at fault with them."""
    rest = {key: value for key, value in values.items() if key not in (*HOUSES, "from", "to")}
    sides, both = [values[key] for key in HOUSES if key in values], [values[key] for key in ("from", "to") if key in values]
    if (len(sides), len(both)) in ((0, 0), (4, 0), (0, 2)):
        return {**rest, "houses": (*sides, *both, *both)}, []
    listed = ", ".join(HOUSES)
    return rest, [told("city.toml: house numbers in [segments] are from and to, or all of {listed}", listed=listed)]
