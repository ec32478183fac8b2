"""What pages say where only totals are published: which period is shown, what is missing, where sources differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.cities.published_totals import Cell
from hotspots.dashboard.restricted import cached
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.views import map_view
from hotspots.words import Words


def for_map(selection: Selection) -> Selection:
    """Return the selection with the period that its units are published for; the same where that is the period chosen."""
    study = cached.study(selection)
    shown = study.for_map()
    return selection if shown is study else replace(selection, start=shown.start.date(), end=shown.end.date())


def explain(chosen: Chosen, selection: Selection | None = None) -> None:
    """Say which totals a page shows; `selection` is that of its map. Says nothing where single homicides are known."""
    if isinstance(chosen.study, TotalsStudy):
        lines = [whole(chosen.study, chosen), *(units_of(chosen, selection) if selection else ()), *rivals(chosen.study, chosen.words)]
        st.markdown("\n".join(f"- {line}" for line in lines if line))


def whole(study: TotalsStudy, chosen: Chosen) -> str:
    """Return what is published for the whole place, where that is not the whole period."""
    words = chosen.words
    if not math.isnan(study.victims):
        return ""
    found = spans(study.published.spans(), words)
    if not found:
        return words.say("With these choices nothing is published for the whole place.")
    return words.say(
        "No total is published for the whole of this period. With these choices there are totals for: {periods}.", periods=found
    )


def units_of(chosen: Chosen, selection: Selection) -> list[str]:
    """Return which period the map shows, where it is another than that of the title, and that an empty map is not a zero."""
    words = chosen.words
    unit = map_view.unit_name(selection.unit, words, chosen.city.called).lower()
    study = cached.study(selection)
    shown = words.period(study.start.date(), study.end.date())
    if selection.start != chosen.selection.start or selection.end != chosen.selection.end:
        return [
            words.say(
                "Map, places and table: {shown}, the latest period within {period} that is published by {unit}. The title: {period}.",
                shown=shown,
                period=chosen.period,
                unit=unit,
            )
        ]
    if isinstance(study, TotalsStudy) and study.counts.isna().all() and not study.held_back.any():
        found = sorted({span for area in study.blocks.index for span in study.published.spans(area)})
        if not found:
            return [words.say("By {unit}, nothing is published with these choices: grey means unknown, not none.", unit=unit)]
        return [
            words.say(
                "By {unit}, nothing is published for {period}: grey means unknown, not none. Published by {unit}: {periods}.",
                unit=unit,
                period=shown,
                periods=spans(found, words),
            )
        ]
    return []


def rivals(study: TotalsStudy, words: Words) -> list[str]:
    """Return a sentence for each period on which two published totals of the whole place differ."""
    return [
        words.say(
            "Sources differ on {period}: {n} is counted here ({source}); {other} stands in another table ({other_source}).",
            period=words.period(one.start.date(), one.end.date()),
            n=words.number(one.count),
            source=_plain(one),
            other=words.number(other.count),
            other_source=_plain(other),
        )
        for one, other in study.rivals
    ]


def _plain(cell: Cell) -> str:
    text = cell.source or cell.table
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~$:&" else char for char in text)


def spans(found: Sequence[tuple[pd.Timestamp, pd.Timestamp]], words: Words) -> str:
    """Return periods as a list in words."""
    return words.join([words.period(start.date(), end.date()) for start, end in found])


def title(chosen: Chosen) -> str:
    """Return the title of a page whose total is not published."""
    return chosen.words.say("{city}, {period}: no total is published", city=chosen.city.name, period=chosen.period)


def published_rate(study: TotalsStudy, words: Words) -> None:
    """Show the rate that the publisher printed beside the total of this study, with its source."""
    cell = study.whole.cells[0] if len(study.whole.cells) == 1 else None
    known = cell is not None and not math.isnan(cell.rate)
    st.metric(words.say("Per 100,000 residents a year"), words.rate(cell.rate) if cell and known else "–")
    st.caption(words.say("as published: {source}", source=_plain(cell)) if cell and known else words.say("no rate is published"))


def year_table(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the yearly table of published totals under words that a reader knows."""
    columns = {
        words.say("Year"): [str(year) for year in table.index],
        words.say("People killed"): table["count"].to_numpy(),
        words.say("Rate as published"): table["published_rate"].to_numpy(),
    }
    if table["rate"].notna().any():
        columns[words.say("Per 100,000 residents a year")] = table["rate"].round(2).to_numpy()
    return pd.DataFrame({**columns, words.say("Source"): table["source"].to_numpy()})
