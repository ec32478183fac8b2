"""How few places hold how many of the homicides, and how few would hold them by chance alone."""

from hotspots.statistics.concentration.measures import MEASURES
from hotspots.statistics.concentration.patterns import PATTERNS, patterns
from hotspots.statistics.concentration.shares import (
    BASELINES,
    DRAWS,
    FEWEST_DRAWS,
    PARTS,
    TOP,
    WORK,
    AgainstChance,
    Comparison,
    Stability,
    TopShare,
    UnitsFor,
    against_chance,
    generalised_gini,
    gini,
    lorenz,
    percent,
    sentence,
    stability,
    top_share,
    units_for,
)

__all__ = [
    "BASELINES", "DRAWS", "FEWEST_DRAWS", "MEASURES", "PARTS", "PATTERNS", "TOP", "WORK", "AgainstChance", "Comparison", "Stability",
    "TopShare", "UnitsFor", "against_chance", "generalised_gini", "gini", "lorenz", "patterns", "percent", "sentence", "stability",
    "top_share", "units_for",
]  # fmt: skip
