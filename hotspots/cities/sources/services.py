"""What each kind of service is asked, page by page, and how its answers are read: after their published documentation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hotspots.cities.sources.catalogue import Source
from hotspots.cities.sources.web import SourceError
from hotspots.words import told

Row = dict[str, str]
Query = dict[str, str]


class Page(NamedTuple):
    """One page: its rows, whether the service says that more follow (None: it does not say), and how many there are in all if it says."""

    rows: list[Row]
    more: bool | None = None
    total: int | None = None


class Service(NamedTuple):
    """How a kind is asked: `path` behind the address, `page` from an offset on, `count_query` of all rows (None: not asked), readers."""

    path: Callable[[Source], str]
    page: Callable[[Source, int], Query]
    read: Callable[[Source, Any], Page]
    count_query: Callable[[Source], Query] | None = None
    counted: Callable[[Any], int] = lambda answer: int(answer)


def loads(body: bytes, source: Source) -> Any:
    """Return a JSON answer; a `SourceError` where it was cut, is a page for people, or says that something failed."""
    try:
        answer = json.loads(body)
    except ValueError:
        raise SourceError(told("{source}: the answer is cut off, or no JSON; nothing was changed", source=source.name)) from None
    if isinstance(answer, Mapping) and ("error" in answer or answer.get("success") is False or answer.get("errorCode")):
        said = json.dumps(answer.get("error") or answer.get("message"), ensure_ascii=False)[:300]
        raise SourceError(told("{source}: the service says: {said}", source=source.name, said=said))
    return answer


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rows(found: Any, source: Source) -> list[Row]:
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise SourceError(told("{source}: the answer holds no list of rows; nothing was changed", source=source.name))
    return [{str(name): _text(value) for name, value in row.items()} for row in found]


def _socrata(source: Source, offset: int) -> Query:
    query = {"$limit": str(source.rows_a_page), "$offset": str(offset), "$order": source.key or ":id"}
    return query | ({"$where": source.where} if source.where else {})


def _socrata_count(source: Source) -> Query:
    return {"$select": "count(*) as n"} | ({"$where": source.where} if source.where else {})


def _ckan(source: Source, offset: int) -> Query:
    query = {"resource_id": source.table, "limit": str(source.rows_a_page), "offset": str(offset), "sort": source.key or "_id"}
    return query | ({"filters": source.where} if source.where else {})


def _ckan_page(source: Source, answer: Any) -> Page:
    result = answer.get("result", {}) if isinstance(answer, Mapping) else {}
    return Page(_rows(result.get("records"), source), total=result.get("total"))


def _carto_from(source: Source) -> str:
    return f"FROM {source.table}" + (f" WHERE {source.where}" if source.where else "")


def _carto(source: Source, offset: int) -> Query:
    order = source.key or "cartodb_id"
    return {"q": f"SELECT * {_carto_from(source)} ORDER BY {order} LIMIT {source.rows_a_page} OFFSET {offset}"}


def _carto_page(source: Source, answer: Any) -> Page:
    return Page(_rows(answer.get("rows") if isinstance(answer, Mapping) else None, source))


def _arcgis(source: Source, offset: int) -> Query:
    asked = {"where": source.where or "1=1", "outFields": "*", "outSR": "4326", "returnGeometry": "true", "f": "json"}
    pages = {"resultOffset": str(offset), "resultRecordCount": str(source.rows_a_page), "orderByFields": source.key or "OBJECTID"}
    return asked | pages


def _arcgis_page(source: Source, answer: Any) -> Page:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("features"), list):
        return Page(_rows(None, source))
    days = {one["name"] for one in answer.get("fields", []) if one.get("type") == "esriFieldTypeDate"}
    rows = []
    for feature in answer["features"]:
        place = {name: value for name, value in (feature.get("geometry") or {}).items() if name in ("x", "y")}
        said = {name: _moment(value) if name in days else value for name, value in feature["attributes"].items()}
        rows.append({f"geometry_{name}": value for name, value in place.items()} | said)
    return Page(_rows(rows, source), more=bool(answer.get("exceededTransferLimit")))


def _moment(value: Any) -> Any:
    """Return milliseconds since 1970, in UTC, as a day and an hour.

    >>> _moment(1_072_933_200_000), _moment(None)
    ('2004-01-01T05:00:00', None)
    """
    if not isinstance(value, int):
        return value
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)).replace(tzinfo=None).isoformat()


SERVICES: dict[str, Service] = {
    "socrata": Service(
        lambda source: source.address,
        _socrata,
        lambda source, answer: Page(_rows(answer, source)),
        _socrata_count,
        lambda answer: int(answer[0]["n"]),
    ),
    "ckan": Service(lambda source: source.address.rstrip("/") + "/api/3/action/datastore_search", _ckan, _ckan_page),
    "carto": Service(
        lambda source: source.address,
        _carto,
        _carto_page,
        lambda source: {"q": f"SELECT count(*) AS n {_carto_from(source)}"},
        lambda answer: int(answer["rows"][0]["n"]),
    ),
    "arcgis": Service(
        lambda source: source.address.rstrip("/") + "/query",
        _arcgis,
        _arcgis_page,
        lambda source: {"where": source.where or "1=1", "returnCountOnly": "true", "f": "json"},
        lambda answer: int(answer["count"]),
    ),
}
