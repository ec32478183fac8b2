"""The model of a study's map: what its events tell of the risk of each unit, worked out once for every measure that reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots.geography.adjacency import contiguity
from hotspots.inference.area_risks import AreaRisks, area_risks
from hotspots.study.memo import kept
from hotspots.study.of_incidents import Study

SURE = 0.95  # of a risk being larger than asked
MOST = 5_000  # units whose neighbours are looked at; more take minutes, and each is then drawn to the mean of all


@dataclass(frozen=True, eq=False)
class AreaModel:
    """The model of a map: what is known of the risk of each `known` unit, as a multiple of the rate of all, `overall` (per person-year)."""

    risks: AreaRisks
    known: np.ndarray
    events: np.ndarray
    expected: np.ndarray
    overall: float
    index: pd.Index

    def series(self, found: np.ndarray) -> pd.Series:
        """Return numbers of the known units as a Series of all; missing where nothing is known."""
        return pd.Series(found, index=self.index[self.known]).reindex(self.index)


def area_model(study: Study, baseline: str = "population") -> AreaModel | None:
    """Return the model of the study's map, worked out once; None where nobody was killed or nothing is known of the baseline.

    The number expected in each unit goes by its share of the `baseline`: `population` (residents times years), `area` (length, of lines),
    `equal`, or `gathering` (places where people gather, there or beside). `overall` is the rate per person-year, per square metre
    (metre), per unit or per such place, of victims.
    """
    return kept(study, _area_model, baseline)


def _area_model(study: Study, baseline: str) -> AreaModel | None:
    beside_residents = baseline == "population"
    size = np.asarray(study.person_years if beside_residents else study.amount(baseline), dtype=float)
    if baseline == "gathering":  # a killing across the street from a bar is near it
        size = size + kept(study.blocks, contiguity, gap=None).matrix @ size
    victims = (study.exposed if beside_residents else study.counts).to_numpy(dtype=float)
    seen = (study.exposed_events if beside_residents else study.events).to_numpy(dtype=float) if study.has_days else victims
    known = np.isfinite(seen) & (size > 0)
    if not seen[known].sum() > 0:
        return None
    near = study.has_outlines and len(size) <= MOST
    beside = kept(study.blocks, contiguity, gap=None).matrix[known][:, known] if near else sparse.csr_array((known.sum(),) * 2)
    seen, size, victims = seen[known], size[known], victims[known]
    expected = size * seen.sum() / size.sum()
    risks = area_risks(seen, expected, beside)
    return AreaModel(risks, known, seen, expected, float(victims.sum() / size.sum()), study.blocks.index)


def chance_above(study: Study, times: float, *, baseline: str = "population") -> pd.Series:
    """Return how likely each unit's risk is more than `times` that of all units together; missing where nothing is known.

    >>> from hotspots.testing import square_city
    >>> chance_above(Study.of(*square_city([(15, 5)] * 8, side=2)), 1).round().tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    found = area_model(study, baseline)
    return pd.Series(np.nan, index=study.blocks.index) if found is None else found.series(found.risks.above(times))
