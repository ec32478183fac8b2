"""How far a design moves where nothing happened, beyond what chance explains: at made-up dates, and in places that were left alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from hotspots.inference.normal_range import SWING, SWING_YEARS
from hotspots.statistics.interventions.effects import NORMAL_95, Effect, smallest_fall

LEAST_PLACES = 10  # places that were left alone, to take their spread for that of the treated areas


@dataclass(frozen=True)
class Beyond:
    """What moves a design besides chance: the `variance` of the logarithm of its ratio, known from so many `degrees` of freedom.

    `where` says what shows it: `time` (made-up starts), `space` (places that were left alone), `usual` (only how far places swing
    anywhere), empty where nothing does.
    """

    variance: float = 0.0
    degrees: float = math.inf
    where: str = ""

    def reach(self, chance: float) -> float:
        """Return half of a 95 % interval of the logarithm, `chance` being the variance that chance gives it.

        Student's quantile, its degrees of freedom by Satterthwaite (1946, doi:10.2307/3002019): those of chance are many.
        """
        if not self.variance:
            return NORMAL_95 * math.sqrt(chance)
        whole = chance + self.variance
        degrees = self.degrees * (whole / self.variance) ** 2
        return float(stdtrit(min(degrees, 1e6), 0.975)) * math.sqrt(whole)


NOTHING = Beyond()


def spread(effects: Sequence[Effect], degrees: float, where: str, *, farthest: bool = False) -> Beyond:
    """Return what chance leaves unexplained of effects where nothing happened: their mean square less what chance gives, at least 0.

    Each weighs by what chance leaves it (moments, as DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2, about no change). With
    `farthest` it is that of the one which moved most: for a whole city nothing but its own few dates is known, and their mean is then too
    small in two of three cities whose level drifts.

    >>> still = Effect("x", "ratio", 1.0, facts={"after": 10.0, "expected": 10.0, "variance_fixed": 0.1, "variance_part": 0.1})
    >>> spread([still], 1, "time").where
    ''
    """
    pairs = np.array([(log_of(one), chance_of(one)) for one in effects if known(one)]).reshape(-1, 2)
    if not len(pairs):
        return NOTHING
    more = pairs[:, 0] ** 2 - pairs[:, 1]
    weight = 1 / pairs[:, 1]
    found = float(more.max() if farthest else weight @ more / weight.sum())
    return Beyond(found, degrees, where) if found > 0 else NOTHING


def with_usual(seen: Beyond, degrees: float) -> Beyond:
    """Return what few made-up dates of the treated areas alone show, together with how far places swing anywhere.

    `degrees` are those of the dates, 0 where there are none. A few dates can all lie on a calm stretch, and one that does not makes the
    interval endless: so their variance weighs by its degrees of freedom, beside a swing of 17 % that counts for two years, as in a
    normal range (`normal_range.SWING`).

    >>> with_usual(NOTHING, 0).where, round(with_usual(NOTHING, 0).variance, 4), round(with_usual(Beyond(0.1, 2, "time"), 2).variance, 4)
    ('usual', 0.0289, 0.0645)
    """
    variance = (degrees * seen.variance + SWING_YEARS * SWING**2) / (degrees + SWING_YEARS)
    return Beyond(variance, degrees + SWING_YEARS, seen.where or "usual")


def known(effect: Effect) -> bool:
    """Return whether what chance gives an effect is known."""
    return "variance_part" in effect.facts and math.isfinite(chance_of(effect)) and chance_of(effect) > 0


def log_of(effect: Effect) -> float:
    """Return the logarithm of a ratio, half a homicide added to both sides so that none is 0; where a regression gave it, its own."""
    if "after" in effect.facts and "expected" in effect.facts:
        return math.log((effect.facts["after"] + 0.5) / (effect.facts["expected"] + 0.5))
    return math.log(effect.value)


def chance_of(effect: Effect, ratio: float | None = None) -> float:
    """Return the variance that chance, with the scatter of the months, gives the logarithm of a ratio."""
    return effect.facts["variance_fixed"] + effect.facts["variance_part"] / (math.exp(log_of(effect)) if ratio is None else ratio)


def wider(effect: Effect, beyond: Beyond) -> Effect:
    """Return a ratio with the interval and the smallest fall that allow for what moves it besides chance.

    Each side of the interval is the root of its own square and what is `beyond`; what chance alone gives is kept in `facts`.
    """
    if not beyond.variance or not known(effect):
        return effect
    centre = log_of(effect) if effect.value == 0 else math.log(effect.value)
    low, high = (_end(effect, end, centre, beyond) for end in (effect.low, effect.high))
    fixed, part = effect.facts["variance_fixed"], effect.facts["variance_part"]
    more = beyond.reach(fixed + part) ** 2 / NORMAL_95**2 - (fixed + part)
    fall = smallest_fall(lambda ratio: np.sqrt(fixed + part / ratio + more))
    facts = {**effect.facts, "chance_low": effect.low, "chance_high": effect.high, "beyond": beyond.variance}
    return replace(effect, low=low, high=high, detectable=max(fall, effect.detectable), widest=beyond.where, facts=facts)


def _end(effect: Effect, end: float, centre: float, beyond: Beyond) -> float:
    if not 0 < end < math.inf:
        return end
    own = ((math.log(end) - centre) / NORMAL_95) ** 2
    return math.exp(centre + math.copysign(beyond.reach(own), math.log(end) - centre))
