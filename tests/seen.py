"""What a page hands to its reader: sentences, tables, charts, maps and files; and the same rows read by plain pandas."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from opened import open_page
from streamlit.testing.v1 import AppTest

from hotspots.cities import City
from hotspots.views.map_view import MapView

Spec = dict[str, Any]
DAY = pd.Timedelta(days=1)


@dataclass
class Seen:
    """A page that was opened: the app, and what it gave to buttons, charts and maps."""

    app: AppTest = field(init=False)
    made: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    charts: list[Spec] = field(default_factory=list)
    maps: dict[str, MapView] = field(default_factory=dict)

    def bytes(self, key: str) -> bytes:
        """Return what the button called `key` gives."""
        made = self.made[key]
        return made() if callable(made) else made

    def text(self, key: str) -> str:
        """Return the table that a button gives, as a spreadsheet reads it."""
        return self.bytes(key).decode("utf-8-sig")

    def file(self, key: str, **types: Any) -> pd.DataFrame:
        """Return the table that a button gives."""
        return pd.read_csv(io.StringIO(self.text(key)), **types)

    def table(self, *columns: str) -> pd.DataFrame:
        """Return the first table on the page with these columns."""
        every = [frame.value for frame in (*self.app.dataframe, *self.app.table)]
        return next(one for one in every if set(columns) <= {*map(str, one.columns), str(one.index.name)})

    def chart(self, *fields: str) -> pd.DataFrame:
        """Return the rows of the first chart that has these fields."""
        return next(rows for rows in map(rows_of, self.charts) if set(fields) <= set(rows.columns))


def rows_of(spec: Spec) -> pd.DataFrame:
    """Return the rows that a chart draws: those of the whole chart, else those of its signs."""
    whole = spec.get("data", {}).get("values", [])
    every = [layer["data"]["values"] for layer in spec["layer"] if "data" in layer]
    return pd.DataFrame(whole or next(rows for rows in every if "killed" in rows[0]))


def watch(monkeypatch: Any) -> Callable[..., Seen]:
    """Return a way to open a page that keeps what the page hands to Streamlit; Streamlit gets it too."""
    import streamlit as st

    from hotspots.dashboard import map_component

    now = [Seen()]
    draw_chart, draw_map, draw_button = st.vega_lite_chart, map_component.show_map, st.download_button

    def chart(*given: Any, **more: Any) -> Any:
        spec: Spec = given[-1]
        now[0].charts.append(spec if len(given) == 1 else spec | {"data": {"values": given[0].to_pylist()}})
        return draw_chart(*given, **more)

    def shown(view: MapView, *rest: Any, key: str, **more: Any) -> Any:
        now[0].maps[key] = view
        return draw_map(view, *rest, key=key, **more)

    def button(label: str, data: Any, *rest: Any, key: str, file_name: str, **more: Any) -> Any:
        now[0].made[key], now[0].names[key] = data, file_name
        return draw_button(label, data, *rest, key=key, file_name=file_name, **more)

    monkeypatch.setattr(st, "vega_lite_chart", chart)
    monkeypatch.setattr(st, "download_button", button)
    monkeypatch.setattr(map_component, "show_map", shown)

    def see(page: str, **query: str) -> Seen:
        now[0] = Seen()
        now[0].app = open_page(page, **query)
        assert not now[0].app.exception, now[0].app.exception
        assert not now[0].app.error, [one.value for one in now[0].app.error]
        return now[0]

    return see


def plain_rows(city: City) -> pd.DataFrame:
    """Return a row for each person killed with the block, beat and district that geopandas finds for the place."""
    found = pd.DataFrame(city.incidents.drop(columns="geometry"))
    points = gpd.GeoDataFrame(geometry=city.incidents.geometry, index=found.index)
    points = points[points.geometry.notna() & ~points.geometry.is_empty].set_crs(city.blocks.crs, allow_override=True)
    hit = gpd.sjoin(points, city.blocks[["geometry"]], predicate="intersects")
    block = pd.Series(hit.iloc[:, -1].astype(str), index=hit.index).groupby(level=0).min()  # on an edge: the smallest id
    found["block"] = block.reindex(found.index)
    if "block_id" in found.columns:  # the agency's own word goes first, but not for a default place
        recorded = found["block_id"].isin(city.blocks.index) & (found["unplaced"] != "default_place")
        found["block"] = found["block_id"].where(recorded, found["block"])
    for name in ("beat", "district"):
        if name in city.blocks.columns:
            found[name] = found["block"].map(city.blocks[name])
    found["x"], found["y"] = city.incidents.geometry.x, city.incidents.geometry.y
    return found


def passing(rows: pd.DataFrame, query: dict[str, str]) -> pd.DataFrame:
    """Return the rows that the filters of an address let pass, whatever their day."""
    for name in ("weapon", "sex", "category", "status"):
        if name in query:
            rows = rows[rows[name].isin(query[name].split(","))]
    if "age" in query:
        low, high = map(float, query["age"].split("-"))
        rows = rows[(rows["age"] >= low) & (rows["age"] < high + 1)]
    return rows


def within(rows: pd.DataFrame, start: Any, end: Any) -> pd.DataFrame:
    """Return the rows from `start` to before `end`."""
    return rows[(rows["date"] >= pd.Timestamp(start)) & (rows["date"] < pd.Timestamp(end))]


def period(city: City, query: dict[str, str]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the period that an address asks for."""
    return pd.Timestamp(query.get("from", city.start)), pd.Timestamp(query.get("to", city.end))


def flags(query: dict[str, str], *, dates: bool = True) -> list[str]:
    """Return an address as the arguments of a command."""
    found = []
    for name, value in query.items():
        if name in ("from", "to") and dates:
            found += [{"from": "--start", "to": "--end"}[name], value]
        if name == "unit":
            found += ["--unit", value]
        if name in ("weapon", "sex", "age", "category"):
            found += [part for one in value.split(",") for part in ("--where", f"{name}={one}")]
    return found
