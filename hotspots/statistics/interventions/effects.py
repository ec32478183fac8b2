"""What one design says of one intervention, and how small a fall it could have told from chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

NORMAL_95, NORMAL_80 = 1.959963984540054, 0.8416212335729143  # quantiles: 5 % on both sides together, power of 80 %
LARGEST = 0.60  # a design that cannot tell even this fall from chance evaluates nothing


@dataclass(frozen=True)
class Placebos:
    """The same design where nothing happened: `found` of `tried` dates or places came out beyond their interval, or as far out.

    `rank_p` is the share of all places, the treated one among them, that moved at least as much; missing for dates.
    """

    tried: int
    found: int
    rank_p: float = float("nan")


@dataclass(frozen=True)
class Effect:
    """What one design estimates.

    `kind` is `ratio` (homicides after ÷ those expected; 1: no change) or `count` (homicides more than expected; 0: no change), with
    `low` and `high`, the ends of its 95 % interval. `detectable` is the smallest fall that the design finds in 80 of 100 cases at 5 %:
    a share for a ratio, homicides for a count. `scatter` is how many times the months vary as chance alone would have them; more than
    1 has widened the interval. `shifted` are the least and the largest estimate when the start is moved by up to three months
    (synthetic control: when one place is left out of the mix).
    `why_not` is empty, or the reason why the design evaluates nothing here. `facts` are further numbers by name. `widest` says where the
    ends of the interval come from: empty for chance and the scatter of the months, `time` or `space` where the same design moves more than
    that at made-up dates, or in places that were left alone, `usual` where only how far places swing anywhere is known.
    """

    design: str
    kind: str
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    detectable: float = float("nan")
    scatter: float = float("nan")
    placebos: Placebos | None = None
    shifted: tuple[float, float] | None = None
    why_not: str = ""
    widest: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def evaluable(self) -> bool:
        """Whether the design says something here."""
        return not self.why_not

    @property
    def verdict(self) -> str:
        """`fall` or `rise` where the interval leaves no change out, else `unclear`; `none` where nothing is evaluated."""
        if self.why_not:
            return "none"
        still = 1.0 if self.kind == "ratio" else 0.0
        return "fall" if self.high < still else "rise" if self.low > still else "unclear"


def smallest_fall(spread: Callable[[np.ndarray], np.ndarray]) -> float:
    """Return the smallest fall, as a share, that a ratio finds in 80 of 100 cases at 5 %; 1 where it finds none.

    `spread` gives the standard error of the ratio's logarithm for true ratios. It is a normal approximation: a fall to ρ is found when
    −ln ρ ≥ (1.96 + 0.84) · spread(ρ).

    With a spread of 0.1 whatever the ratio, ρ = exp(−0.28016) = 0.7557, a fall of 24.4 %.

    >>> round(smallest_fall(lambda ratio: np.full_like(ratio, 0.1)), 3)
    0.244
    """
    ratios = np.arange(0.9999, 0.0, -0.0001)
    found = -np.log(ratios) >= (NORMAL_95 + NORMAL_80) * spread(ratios)
    return float(1 - ratios[np.argmax(found)]) if found.any() else 1.0
