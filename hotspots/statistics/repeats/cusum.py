"""A cumulative sum of counts, for who watches one series week by week: what it adds up, and how seldom it is false."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RISE = 2.0  # the sum notices a doubling soonest


@dataclass(frozen=True)
class Cusum:
    """A cumulative sum of Poisson counts: `reference` and `limit` in whole parts, of which `parts` make one event."""

    reference: int
    limit: int
    parts: int

    @classmethod
    def of(cls, usual: float, *, quiet: float, rise: float = RISE) -> Cusum:
        """Return the sum that notices a `rise` of the `usual` mean soonest, with the smallest limit at which alarms are `quiet` apart.

        >>> chart = Cusum.of(1.0, quiet=100)
        >>> chart.run_length(1.0) >= 100 > Cusum(chart.reference, chart.limit - 1, chart.parts).run_length(1.0)
        True
        """
        best = usual * (rise - 1) / math.log(rise)
        parts = 4 if best > 2 else 10 if best > 0.5 else 20
        reference = max(round(best * parts), 1)
        return cls(reference, _smallest(lambda limit: cls(reference, limit, parts).run_length(usual) >= quiet), parts)

    def sums(self, counts: np.ndarray) -> np.ndarray:
        """Return the sum after each count, in parts; it starts at 0 and goes on after an alarm.

        >>> Cusum(3, 4, 2).sums(np.array([1, 3, 0, 4])).tolist()
        [0, 3, 0, 5]
        """
        out, held = [], 0
        for count in counts:
            held = max(0, held + self.parts * int(count) - self.reference)
            out.append(held)
        return np.array(out)

    def run_length(self, mean: float) -> float:
        """Return the mean number of weeks until the first alarm, exactly, when counts are Poisson with this mean.

        Any count of 1 or more raises the alarm: its chance is 1 − e^−0.1, so it takes 1 ÷ 0.09516 weeks.

        >>> round(Cusum(1, 1, 2).run_length(0.1), 4)
        10.5083
        """
        from scipy.linalg import solve_toeplitz

        states = np.arange(self.limit)
        most = (self.limit + self.reference) // self.parts
        chances = np.exp(np.arange(most + 1) * math.log(mean) - mean - np.append(0, np.cumsum(np.log(np.arange(1, most + 1)))))
        by_step = np.zeros(2 * self.limit + self.reference + 1)  # the chance of each step of the sum, from -reference - limit on
        by_step[self.limit + self.parts * np.arange(most + 1)] = chances
        falls = (self.reference - states) // self.parts  # counts up to which the sum falls to 0
        to_zero = np.where(falls >= 0, np.cumsum(chances)[np.maximum(falls, 0)], 0.0)
        none = self.limit + self.reference  # the place in `by_step` of a step from a state to itself
        down, up = -by_step[none - states], -by_step[none + states]
        more = to_zero + down  # the chain is one of steps alone, but for what it adds to state 0
        down[0] = up[0] = 1.0 + down[0]
        alone, added = solve_toeplitz((down, up), np.column_stack([np.ones(self.limit), more])).T
        return float(alone[0] / (1.0 - added[0]))


def _smallest(enough: Callable[[int], bool]) -> int:
    """Return the smallest number from 1 on that is enough, when every larger one is too."""
    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
