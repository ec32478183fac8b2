"""What pages say where only totals are published: which period is shown, what is missing, where sources differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from hotspots.cities.published_totals import Cell
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.drawing import charts
from hotspots.drawing.charts import Spec
from hotspots.questions.restricted import published as questions
from hotspots.questions.restricted import when
from hotspots.study.of_totals import TotalsStudy
from hotspots.views.columns import Column, between, each, rounded, year
from hotspots.views.series import Series, key_of_ranges
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

NO_RANGE = mark("No normal range: too few years before were counted in the same way.")
SOURCES = (
    Column(
        "years", mark("Years"), each(lambda row, words: words.period(row["first"].start_time.date(), (row["last"] + 1).start_time.date()))
    ),
    Column("source", mark("Source")),
)


def explain(chosen: Chosen, on_map: Chosen | None = None) -> None:
    """Say which totals a page shows; `on_map` are the choices of its map. Says nothing where single homicides are known."""
    if isinstance(chosen.study, TotalsStudy):
        lines = [whole(chosen.study, chosen), *(units_of(chosen, on_map) if on_map else ()), differ(chosen)]
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


def missing(chosen: Chosen) -> list[str]:
    """Return what is published for the whole place, where that is not the whole period; nothing else."""
    line = whole(chosen.study, chosen) if isinstance(chosen.study, TotalsStudy) else ""
    return [line] if line else []


def units_of(chosen: Chosen, on_map: Chosen) -> list[str]:
    """Return which period the map shows, where it is another than that of the title, and that an empty map is not a zero."""
    words, selection, study = chosen.words, on_map.selection, on_map.by_unit
    unit = on_map.asked.unit_word(words)
    shown = words.period(study.start.date(), study.end.date())
    if selection.start != chosen.selection.start or selection.end != chosen.selection.end:
        return [
            words.say(
                "{shown} is the latest period within {period} that is published by {unit}.",
                shown=shown,
                period=chosen.period,
                unit=unit,
            )
        ]
    if isinstance(study, TotalsStudy) and study.counts.isna().all() and not study.held_back.any():
        found = sorted({span for area in study.blocks.index for span in study.published.spans(area)})
        if not found:
            return [words.say("By {unit}, nothing is published with these choices: unknown, not none.", unit=unit)]
        return [
            words.say(
                "By {unit}, nothing is published for {period}: unknown, not none. Published by {unit}: {periods}.",
                unit=unit,
                period=shown,
                periods=spans(found, words),
            )
        ]
    return []


def by_area(on_map: Chosen) -> bool:
    """Return whether any unit has a number to be drawn: of published totals only in the periods that are published so."""
    study = on_map.by_unit
    return not isinstance(study, TotalsStudy) or bool(study.counts.notna().any() or study.held_back.any())


def differ(chosen: Chosen) -> str:
    """Return the periods on which two published totals of the whole place differ, with the range; empty where there is none."""
    answer = chosen.whole.ask(questions.ranges)
    return chosen.words.say("Sources differ. {ranges}.", ranges=answer.sentence(chosen.words)) if answer.value else ""


def _plain(cell: Cell) -> str:
    return safe_markdown(cell.source or cell.table)


def spans(found: Sequence[tuple[pd.Timestamp, pd.Timestamp]], words: Words) -> str:
    """Return periods as a list in words."""
    return words.join([words.period(start.date(), end.date()) for start, end in found])


def published_rate(study: TotalsStudy, words: Words) -> None:
    """Show the rate that the publisher printed beside the total of this study, with its source."""
    cell = study.whole.cells[0] if len(study.whole.cells) == 1 else None
    known = cell is not None and not math.isnan(cell.rate)
    st.metric(words.say("Per 100,000 residents a year"), words.rate(cell.rate) if cell and known else "–")
    st.caption(words.say("as published: {source}", source=_plain(cell)) if cell and known else words.say("no rate is published"))


def years_drawn(shown: Series, words: Words, *, height: int) -> Spec:
    """Return the chart of years: with their normal ranges where there are any."""
    draw = charts.bars_in_range if when.ranged(shown.rows) else charts.bars
    return draw(shown, words, height=height)


def key_of_years(table: pd.DataFrame, words: Words) -> str:
    """Return what that chart shows, or why it has no normal range."""
    if not when.ranged(table):
        return words.say(NO_RANGE)
    return " ".join(key_of_ranges(table["low"], words))


def years_as_table(chosen: Chosen) -> None:
    """Draw the years behind a series of published totals, folded away, and above them what each comes from, in full."""
    words, answer, sources = chosen.words, chosen.whole.ask(when.years), chosen.whole.ask(when.sources_of_years)
    with tables.folded(words):
        tables.whole(sources.value, SOURCES, words, alt=words.say("Which source each year is from"), of=sources)
        tables.draw(answer.table(), year_columns(answer.value), words, alt=words.say("The years as a table"), of=answer)


def year_columns(table: pd.DataFrame) -> list[Column]:
    """Return the columns of the yearly table of published totals, whose sources stand above it; no rate of ours without residents."""
    columns = [Column("year", mark("Year"), year), Column("count", mark("People killed"))]
    columns.append(Column("published_rate", mark("Rate as published"), decimals=1))
    if table["rate"].notna().any():
        columns.append(Column("rate", mark("Per 100,000 residents a year"), rounded(2)))
    if when.ranged(table):
        columns.append(Column("low", mark("Normal range"), between("low", "high")))
    return columns
