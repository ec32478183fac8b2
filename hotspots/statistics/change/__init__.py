"""What changed: counts of a period beside the same days of the years before, for the city and for each of its places."""

from hotspots.statistics.change.comparison import PERCENT_FROM, VERDICTS, Comparison, compare, judged, reporting_lag
from hotspots.statistics.change.direction import Direction, direction
from hotspots.statistics.change.measures import MEASURES, change, change_class, change_interval, change_p, change_state

__all__ = [
    "MEASURES", "PERCENT_FROM", "VERDICTS", "Comparison", "Direction", "change", "change_class", "change_interval", "change_p",
    "change_state", "compare", "direction", "judged", "reporting_lag",
]  # fmt: skip
