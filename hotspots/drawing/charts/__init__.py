"""Draws tables as Vega-Lite charts for the screen. Every chart starts at zero and has its table beside it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotspots.drawing.charts.concentration import lorenz_curve
from hotspots.drawing.charts.panel import NowRow, now_rows
from hotspots.drawing.charts.parts import Spec
from hotspots.drawing.charts.people import composition, histogram, now_and_before, value_bars, yearly_share
from hotspots.drawing.charts.rows import fitting, on_paper
from hotspots.drawing.charts.seasons import calendar, month_name, seasonal, weekday_hour, year_over_year
from hotspots.drawing.charts.series import SMALL, bars, bars_in_range, lines, rolling_rate
from hotspots.views.series import Dated as Rule
from hotspots.views.series import DatedLike, series_of
from hotspots.words import Words

__all__ = [
    "SMALL", "NowRow", "Rule", "Spec", "bars", "bars_in_range", "calendar", "compared_series", "composition", "fitting", "histogram",
    "lines", "lorenz_curve", "month_name", "monthly_counts", "now_and_before", "now_rows", "on_paper", "rolling_rate", "seasonal",
    "value_bars", "weekday_hour", "weekly_counts", "year_over_year", "yearly_counts", "yearly_share", "years_in_range",
]  # fmt: skip


def monthly_counts(table: pd.DataFrame, words: Words, rules: Sequence[DatedLike] = ()) -> Spec:
    """Return the chart of a table of months, of weeks, or of an intervention: `views.series.series_of` drawn by `lines`."""
    return lines(series_of(table, words, dated=rules), words)


weekly_counts = compared_series = monthly_counts


def yearly_counts(table: pd.DataFrame, words: Words, *, height: int = SMALL, rules: Sequence[DatedLike] = ()) -> Spec:
    """Return the chart of a table of years: `views.series.series_of` drawn by `bars`."""
    return bars(series_of(table, words, dated=rules), words, height=height)


def years_in_range(table: pd.DataFrame, words: Words, dated: Sequence[DatedLike] = ()) -> Spec:
    """Return the chart of a table of years beside their normal range: `views.series.series_of` drawn by `bars_in_range`."""
    return bars_in_range(series_of(table, words, dated=dated), words)
