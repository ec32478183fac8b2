"""The rows of the family: none stands in a menu yet."""

from hotspots.statistics.measure import Measure

MEASURES: tuple[Measure, ...] = ()
