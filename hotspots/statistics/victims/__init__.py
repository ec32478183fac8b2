"""Who was killed and how: victims by what the file tells of them. The unknown are always told, never left out."""

from hotspots.inference.normal_range import NORMAL_95
from hotspots.statistics.victims.groups import (
    AGES,
    FEW,
    AgainstBefore,
    against_before,
    by,
    by_year,
    cleared,
    crossed,
    firearm_share,
    looked_at,
    swings,
    values,
)
from hotspots.statistics.victims.measures import MEASURES

__all__ = [
    "AGES", "FEW", "MEASURES", "NORMAL_95", "AgainstBefore", "against_before", "by", "by_year", "cleared", "crossed", "firearm_share",
    "looked_at", "swings", "values",
]  # fmt: skip
