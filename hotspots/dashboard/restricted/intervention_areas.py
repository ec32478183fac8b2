"""Where an intervention was: its areas on a map; and its series as files."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import cached, pieces
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.drawing import exports, prints
from hotspots.drawing.charts import Rule
from hotspots.geography import outlines
from hotspots.statistics.interventions import Evaluation
from hotspots.views import areas, captions
from hotspots.words import mark

GROUPS: dict[str, str] = {
    "treated": mark("Treated areas"),
    "comparison": mark("Comparison areas"),
    "ring": mark("Ring around the treated areas"),
    "comparison_ring": mark("Ring around the comparison areas"),
}


def areas_map(chosen: Chosen, found: Evaluation) -> None:
    """Draw the areas on blocks; nothing where the whole place is treated, or nothing is mapped."""
    words, one, selection = chosen.words, found.case, chosen.selection
    groups = {name: [str(unit) for unit in one.areas[name]] for name in GROUPS if len(one.areas[name])}
    if one.whole or "treated" not in groups:
        return
    if not outlines.outlined(chosen.city.blocks).any():
        pieces.no_outlines(words)
        return
    frame = cached.frame(selection.city, selection.version, "blocks")
    labels = {name: words.say(GROUPS[name]) for name in groups}
    title = words.say("Map of the treated areas, those compared with them, and the rings around both")
    shown = areas.marked_areas(frame, groups, labels, words, other=words.say("All others"), title=title)
    pieces.draw_areas(selection, shown, words, key="areas_map", height=360)


def series_files(chosen: Chosen, table: pd.DataFrame, title: str, rules: list[Rule]) -> None:
    """Offer the series compared as a table, and as a picture with its heading and source."""
    words, city, study = chosen.words, chosen.city, chosen.study
    stem = exports.file_name(city, study, [], "", unit="intervention")
    plain = table.drop(columns="label").assign(start=table["start"].dt.date)

    def picture() -> bytes:
        caption = captions.of_series(city, study, title, words)
        drawn = table.set_index("start")[[name for name in ("count", "comparison") if name in table.columns]]
        signed = [(day, str(number), text) for number, (day, _, text) in enumerate(rules, 1)]
        return prints.series_png(drawn, words=words, head=caption.head, note=caption.note, rules=signed)

    with st.container(horizontal=True):
        st.download_button(
            words.say("Series as a table (CSV)"),
            data=lambda: exports.csv(plain).encode("utf-8-sig"),
            file_name=f"{stem}.csv",
            mime="text/csv",
            on_click="ignore",
            key="intervention.csv",
        )
        st.download_button(
            words.say("Series as a picture (PNG)"),
            data=picture,
            file_name=f"{stem}.png",
            mime="image/png",
            on_click="ignore",
            key="intervention.png",
        )
