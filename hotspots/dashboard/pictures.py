"""Charts as the browser shows them: in colours that are read on the paper of its theme."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import streamlit as st

from hotspots.colours import CHARTS_ON_PAPER
from hotspots.study.memo import kept_as


class _Ready(NamedTuple):
    """A chart as Streamlit takes it with the least work: its rows apart, as they are sent; None where they stand in the description."""

    rows: pa.Table | None
    spec: dict[str, Any]


def draw(spec: dict[str, Any], *, alt: str, room: Any = st) -> None:
    """Draw a chart as wide as its place, or in a `room` of the page; `alt` says in words what it shows."""
    room.vega_lite_chart(on_paper(spec, _theme()), width="stretch", alt=alt)


def draw_once(make: Callable[[], dict[str, Any]], *, of: object, by: Hashable, alt: str, room: Any = st) -> None:
    """Draw what `make` describes, as `draw` does, and make it once: `of` (an answer) alone decides, with `by`, what is in it.

    `by` names the chart among those of the same answer, and holds all else that it depends on, the words among it.
    """
    theme = _theme()
    rows, spec = kept_as(of, ("picture", by, theme), lambda: _ready(on_paper(make(), theme)))
    given = (spec,) if rows is None else (rows, spec)
    room.vega_lite_chart(*given, width="stretch", alt=alt)


def _theme() -> str:
    return st.context.theme.type or "light"


def _ready(spec: dict[str, Any]) -> _Ready:
    data = spec.get("data")
    if not isinstance(data, dict) or set(data) != {"values"}:
        return _Ready(None, spec)
    try:
        rows = pa.Table.from_pandas(pd.DataFrame(data["values"]))
    except pa.ArrowException:  # a column of more than one kind: Streamlit knows what to make of it
        return _Ready(None, spec)
    return _Ready(rows, {name: part for name, part in spec.items() if name != "data"})


def on_paper(spec: Any, theme: str) -> Any:
    """Return a chart's description in the colours of a theme.

    >>> on_paper({"mark": {"color": "#1b2733"}, "layer": [{"color": "#e8803f"}]}, "dark")
    {'mark': {'color': '#e8ecef'}, 'layer': [{'color': '#e8803f'}]}
    """
    if isinstance(spec, dict):
        return {name: on_paper(part, theme) for name, part in spec.items()}
    if isinstance(spec, list | tuple):
        return [on_paper(part, theme) for part in spec]
    return CHARTS_ON_PAPER[theme].get(spec, spec) if isinstance(spec, str) else spec
