"""Rates of whole countries, to see a rate beside: facts typed in, each with its year and its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """One published rate per 100,000 residents; `place` and `source` by language where they differ."""

    place: Mapping[str, str]
    year: int
    rate: float
    source: str


_SALVADOR = {"es": "El Salvador", "en": "El Salvador"}
REFERENCES: tuple[Reference, ...] = (
    Reference(_SALVADOR, 2015, 103.0, "IML"),
    Reference(_SALVADOR, 2018, 50.3, "PNC"),
    Reference(_SALVADOR, 2024, 1.9, "FGR"),
    Reference({"es": "Estados Unidos", "en": "United States"}, 2018, 5.0, "FBI, Crime in the United States 2018, table 1"),
)
