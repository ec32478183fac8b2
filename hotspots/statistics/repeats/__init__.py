"""Near repeats: whether one killing is followed by another nearby soon after, where windows are open, and alerts.

For the restricted edition only: windows come from single incidents, so none of this is ever published.
"""

from hotspots.inference.alarm_rule import Rule
from hotspots.statistics.repeats.alerts import Alerts, alerts
from hotspots.statistics.repeats.close_by import close_by
from hotspots.statistics.repeats.cusum import Cusum
from hotspots.statistics.repeats.doubt import doubted
from hotspots.statistics.repeats.events import Events, day_number, day_of, events_of
from hotspots.statistics.repeats.knox import DAYS, LEVEL, METRES, Knox, NearRepeats, knox, near_repeats
from hotspots.statistics.repeats.measures import MEASURES
from hotspots.statistics.repeats.strength import Strength, strength
from hotspots.statistics.repeats.windows import open_windows

# The earlier names, which other programs still use: alerts took the place of surges.
Surges, surges = Alerts, alerts

__all__ = [
    "DAYS", "LEVEL", "MEASURES", "METRES", "Alerts", "Cusum", "Events", "Knox", "NearRepeats", "Rule", "Strength", "Surges", "alerts",
    "close_by", "day_number", "day_of", "doubted", "events_of", "knox", "near_repeats", "open_windows", "strength",
    "surges",
]  # fmt: skip
