"""A small page with an invented map: every state and class, names that would run as HTML, and counters that tests read.

The address chooses `lang`, `blocks` a side, `height`, and `tabs` (the map in a hidden tab).
"""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import shapely
import streamlit as st

from hotspots.dashboard.map_component import (
    encode_geometry,
    memory,
    set_page_language,
    show_map,
)
from hotspots.dashboard.map_component.payload import fingerprint_of
from hotspots.views.map_view import (
    ContextLayer,
    LegendRow,
    MapView,
    TipLine,
)

COLOURS = ("#fff7e3", "#fdd49e", "#f4975a", "#c9562c", "#7a2a0c")
ODD_COLOURS = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
HOSTILE = "<img src=x onerror=window.__pwn=1> ${window.__pwn=1} `x` </script>"
WEST, SOUTH, CELL = -89.40, 13.05, 0.0012
OK, ZERO, UNSTABLE, SUPPRESSED, NO_DATA = range(5)


def cells(side: int) -> gpd.GeoSeries:
    """Return side × side blocks with street gaps, slightly skewed, in rows from the south-west."""
    rows, columns = np.divmod(np.arange(side * side), side)
    west = WEST + columns * CELL + rows * CELL * 0.12
    south = SOUTH + rows * CELL * 0.8
    wide = np.where(columns % 6 == 5, 0.78, 0.9) * CELL
    boxes = shapely.box(west, south, west + wide, south + CELL * 0.72)
    return gpd.GeoSeries(shapely.segmentize(boxes, CELL / 4), crs=4326)


def context(side: int) -> list[ContextLayer]:
    """Return land in the sea, a river, a park, streets, two districts and a place."""
    width, height = side * CELL * 1.12, side * CELL * 0.8
    land = shapely.box(WEST, SOUTH, WEST + width, SOUTH + height).buffer(side * CELL * 0.06)
    river = shapely.LineString(
        [(WEST, SOUTH + height * 0.62), (WEST + width * 0.5, SOUTH + height * 0.5), (WEST + width, SOUTH + height * 0.7)]
    )
    park = shapely.Point(WEST + width * 0.8, SOUTH + height * 0.2).buffer(side * CELL * 0.08)
    half = [shapely.box(WEST, SOUTH, WEST + width / 2, SOUTH + height), shapely.box(WEST + width / 2, SOUTH, WEST + width, SOUTH + height)]
    streets = [shapely.LineString([(WEST, SOUTH + height * part), (WEST + width, SOUTH + height * part)]) for part in (0.2, 0.4, 0.8)]
    series = {
        "coast": ([land], [""]),
        "water": ([river.buffer(side * CELL * 0.012)], ["Río Claro"]),
        "park": ([park], ["Parque del Sur"]),
        "street": (streets, ["Calle 1", "Calle 2", "Calle 3"]),
        "district": (half, ["Distrito Oeste", "<b>Distrito</b> Este"]),
        "service": ([shapely.Point(WEST + width * 0.3, SOUTH + height * 0.3)], ["Hospital"]),
    }
    return [ContextLayer(kind, gpd.GeoSeries(shapes, crs=4326), labels) for kind, (shapes, labels) in series.items()]


def invented_view(side: int, shade: int = 0, colours: tuple[str, ...] = COLOURS) -> MapView:
    """Return a map of side × side blocks; the first row shows each state side by side, the rest has two centres."""
    shapes = cells(side)
    rows, columns = np.divmod(np.arange(side * side), side)
    random = np.random.default_rng(7 + shade)
    near = [np.hypot(rows / side - y, columns / side - x) for y, x in ((0.3, 0.35), (0.75, 0.65))]
    counts = random.poisson(3.5 * np.exp(-((near[0] / 0.16) ** 2)) + 2.5 * np.exp(-((near[1] / 0.13) ** 2)) + 0.18)
    classes = np.digitize(counts, [1, 2, 3, 4, 6]).astype(np.int8) - 1
    states = np.where(counts == 0, ZERO, OK).astype(np.int8)
    states[(counts > 0) & (rows > side * 0.62)] = UNSTABLE
    states[columns >= side - max(1, side // 14)] = SUPPRESSED
    states[rows >= side - max(1, side // 20)] = NO_DATA
    states[:5], classes[:5] = [OK, ZERO, UNSTABLE, SUPPRESSED, NO_DATA], [3, -1, 3, -1, -1]
    classes[np.isin(states, (ZERO, SUPPRESSED, NO_DATA))] = -1
    words = {ZERO: "None in this period", UNSTABLE: "Too few to tell", SUPPRESSED: "Not published", NO_DATA: "No data"}
    kinds = {ZERO: "zero", UNSTABLE: "unstable", SUPPRESSED: "suppressed", NO_DATA: "no_data"}
    ranges = ("1", "2", "3", "4–5", "6 or more")
    legend = [LegendRow("class", ranges[level], colours[level], int(((states == OK) & (classes == level)).sum())) for level in range(5)]
    legend += [LegendRow(kinds[state], words[state], None, int((states == state).sum())) for state in kinds if (states == state).any()]
    people = [f"{count:,} people killed" if state in (OK, UNSTABLE) else words[state] for count, state in zip(counts, states, strict=True)]
    names = [f"Block {number}" for number in range(side * side)]
    names[1] = HOSTILE
    return MapView(
        key=f"invented-{side}",
        ids=[f"b{number}" for number in range(side * side)],
        names=names,
        shapes=shapes,
        classes=classes,
        states=states,
        tips=[TipLine("", people), TipLine("<i>Rate</i>", [f"{2.3 * count:.1f} (0.8–9.9)" for count in counts])],
        colours=colours,
        legend=legend,
        legend_title="People killed by block, 2010–2019",
        legend_note=f"{int(counts.sum()):,} of {int(counts.sum()) + 12:,} victims have a place on the map.",
        title="Map of people killed by block, invented data",
        context=context(side),
        bounds=tuple(float(edge) for edge in shapes.total_bounds),  # type: ignore[arg-type]
    )


@st.cache_resource
def geometry_of(side: int) -> bytes:
    return encode_geometry(invented_view(side))


def main() -> None:
    st.set_page_config(page_title="Map", layout="wide")
    state = st.session_state
    state["runs"] = state.get("runs", 0) + 1
    side = int(st.query_params.get("blocks", "30"))
    height = int(st.query_params.get("height", "560"))
    page = st.radio("Page", ["map", "other"], horizontal=True, label_visibility="collapsed")
    if st.button("Restyle"):
        state["shade"] = state.get("shade", 0) + 1
    if st.button("Forget"):  # one block a side more, whose geometry the server wrongly believes to be sent
        state["more"] = 1
        memory.first_time(fingerprint_of(geometry_of(side + 1)))
    if page == "other":
        set_page_language("fr")
        st.write("no map here")
    else:
        size = side + state.get("more", 0)
        view = invented_view(size, state.get("shade", 0), ODD_COLOURS if state.get("shade", 0) % 2 else COLOURS)
        place = st.tabs(["first", "second"])[1] if "tabs" in st.query_params else st.container()
        with place:
            draw(view, size, height)
    st.text(f"runs={state['runs']} chosen={state.get('chosen')!r} clicks={state.get('clicks', 0)} at={time.time():.3f}")


def draw(view: MapView, size: int, height: int) -> None:
    show_map(
        view,
        geometry_of(size),
        key="map",
        selected=st.session_state.get("chosen"),
        height=height,
        on_click=choose,
        words={"lang": st.query_params.get("lang", "es")},
    )


def choose(unit: str) -> None:
    st.session_state["chosen"] = unit or None
    st.session_state["clicks"] = st.session_state.get("clicks", 0) + 1


if __name__ == "__main__":
    main()
