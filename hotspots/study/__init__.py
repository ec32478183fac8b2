"""Incidents or published totals × units × period: the study that every number comes from, and the reader's choices that make it."""

from __future__ import annotations

from hotspots.study.filters import FILTERS, Where, band
from hotspots.study.of_incidents import Study, years_between
from hotspots.study.options import BASELINES, CAP, CORRECTIONS, EQUAL_SPLITS

__all__ = ["BASELINES", "CAP", "CORRECTIONS", "EQUAL_SPLITS", "FILTERS", "Study", "Where", "band", "years_between"]
