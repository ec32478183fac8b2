"""Incidents or published totals × units × period: the study that every number comes from, and the reader's choices that make it."""

from __future__ import annotations

from hotspots.study.filters import FILTERS, OF_COLUMN, WEEKDAYS, Where, band, takes
from hotspots.study.of_incidents import Study, years_between
from hotspots.study.options import BASELINES, CAP, CORRECTIONS, EQUAL_SPLITS

__all__ = [
    "BASELINES",
    "CAP",
    "CORRECTIONS",
    "EQUAL_SPLITS",
    "FILTERS",
    "OF_COLUMN",
    "WEEKDAYS",
    "Study",
    "Where",
    "band",
    "takes",
    "years_between",
]
