"""What the next count is expected to be, the range that it should fall in, and whether counts rise or fall from year to year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, stdtrit

MEAN_YEARS = 5  # the newest years, whose mean is expected
SPREAD_YEARS = 10  # the years that tell how far a year lies from the one before
SWING, SWING_YEARS = 0.17, 2.0  # how far the level of a place may swing from year to year, and for how many years that counts
TREND_LEAST = 6  # years beyond the levels of a trend; fewer tell none
TREND_FEWEST = 20  # in all those years; fewer tell none, as they make no rate certain
TREND_STEEPEST = 9.0  # tenfold each year, to which the interval may reach: beyond, the years do not hold the line
NORMAL_95 = 1.959963984540054
SETTLED = 1e-12  # of coefficients: what another step of a regression would change


@dataclass(frozen=True)
class Range:
    """What a count is expected to be, and the ends of the range that 95 in 100 such counts fall in."""

    expected: float
    low: int
    high: int


def expected_range(base: np.ndarray | list[int], level: float = 0.95) -> Range:
    """Return the range that the next count should fall in when nothing has changed since the counts of `base`, oldest first.

    `base` has an element for each year, or a row for each year with a column for each part of it (such as three months). What is expected
    is the mean of the newest five years. The next count is a negative binomial of that mean whose variance has three parts: chance, the
    uncertainty of a mean known from few counts, and as much more as each year lies beyond chance from the one before: the mean of
    (x − y)² ÷ (x + y), 1 by chance alone, together with a swing of 17 % for two years, between that of Philadelphia and Chicago (10 to
    14 %) and that of El Salvador (19 %); never less than 1, and as much wider as Student's t makes it for so few years. So years that
    swing widen it, and a steady rise or fall hardly does. It misleads where `base` crosses a change of definition; and where it rose or
    fell, a count outside may be no more than that going on. Source: the baseline of Farrington et al. (1996), doi:10.2307/2983331, with the
    negative binomial limits of Noufaily et al. (2013), doi:10.1002/sim.5595; the successive differences of von Neumann et al. (1941),
    doi:10.1214/aoms/1177731677.

    With `base` 4, 4, 4, 4 the variance is 4 · (1 + 1/4) = 5: a negative binomial of size 16. 40, 37, 34, 31 lie as near to one another
    as chance brings them, though they fall; 40, 28, 45, 29 do not:

    >>> expected_range([4, 4, 4, 4])
    Range(expected=4.0, low=0, high=9)
    >>> expected_range([40, 37, 34, 31]).low, expected_range([40, 28, 45, 29]).low
    (23, 14)
    """
    return expected_ranges(np.asarray(base, dtype=float).reshape(1, len(base), -1), level)[0]


def expected_ranges(years: np.ndarray, level: float = 0.95) -> list[Range]:
    """Return the same of many counts at once, each from its own years: counts by years by parts of a year.

    >>> expected_ranges(np.array([[[4.0], [4.0], [4.0], [4.0]], [[40.0], [37.0], [34.0], [31.0]]]))[0]
    Range(expected=4.0, low=0, high=9)
    """
    mean, size = expected_counts(years)
    tail = (1 - level) / 2
    ends = quantiles(size, mean, np.array([tail, 1 - tail])).tolist()
    expected = years[:, -MEAN_YEARS:].mean(axis=(1, 2)).tolist()
    return [Range(one, low, high) for one, (low, high) in zip(expected, ends, strict=True)]


def expected_counts(years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and size of the negative binomial that `expected_range` is taken from, of one or of many: the last axes are years, parts.

    >>> [float(one) for one in expected_counts(np.array([[4.0], [4.0], [4.0], [4.0]]))]
    [4.0, 16.0]
    """
    newest = years[..., -MEAN_YEARS:, :]
    parts = newest.shape[-2] * newest.shape[-1]
    mean = np.maximum(newest.mean(axis=(-2, -1)), 0.5 / parts)
    return mean, mean / (swings(years, mean) * (1 + 1 / parts) - 1)


def swings(years: np.ndarray, mean: np.ndarray | float, *, wide: bool = True, swing: float = SWING) -> np.ndarray:
    """Return how many times as much as by chance counts of that `mean` vary, as each of `years` (rows; parts as columns) tells.

    See `expected_range`. Never less than 1; `wide` by as much as Student's t makes a range wider for so few years; `swing` is what is
    taken for usual. Axes before the rows are others, each by itself.

    >>> float(swings(np.array([[4.0], [4.0], [4.0], [4.0]]), 4.0))
    1.0
    """
    n, parts = years.shape[-2:]
    both = years[..., 1:, :] + years[..., :-1, :]
    seen = both > 0
    many = seen.sum(axis=(-2, -1))
    beyond = ((years[..., 1:, :] - years[..., :-1, :]) ** 2 / np.where(seen, both, 1)).sum(axis=(-2, -1))
    found = np.where(many > 0, beyond / np.maximum(many, 1), 1.0)
    known = parts * 2 * (n - 1) ** 2 / max(3 * n - 4, 1)  # degrees of freedom of a mean of successive differences
    return held_to(1 + mean * swing**2, found, known, wide=wide)


def held_to(usual: np.ndarray | float, found: np.ndarray | float, known: np.ndarray | float, *, wide: bool = True) -> np.ndarray:
    """Return how many times as much as by chance counts vary: as was `found` with `known` degrees of freedom, beside what is `usual`.

    What is usual counts as two years; never less than 1. `wide`: as much wider as Student's t makes a range for so few degrees.

    >>> float(held_to(1.5, 3.0, 4.0, wide=False)), float(held_to(1.0, 0.4, 4.0))
    (2.5, 1.0)
    """
    held = (known * found + SWING_YEARS * usual) / (known + SWING_YEARS)
    return np.asarray(1 + np.maximum(held - 1, 0.0) * ((stdtrit(known + SWING_YEARS, 0.975) / NORMAL_95) ** 2 if wide else 1.0))


def quantiles(size: np.ndarray | float, mean: np.ndarray | float, at: np.ndarray) -> np.ndarray:
    """Return the smallest counts at which the negative binomial's distribution function reaches `at`: of many, a row for each.

    >>> quantiles(16.0, 4.0, np.array([0.025, 0.975])).tolist()
    [0, 9]
    """
    size, mean = (np.asarray(one, dtype=float)[..., None] for one in (size, mean))
    below = np.full(np.broadcast_shapes(mean.shape, at.shape), -1.0)
    reached = np.floor(mean + 12 * np.sqrt(mean + mean**2 / size)) + 20 + np.zeros_like(below)
    while (gap := reached - below > 1).any():
        half = np.floor((below + reached) / 2)
        there = betainc(size, half + 1.0, size / (size + mean)) >= at
        below, reached = np.where(gap & ~there, half, below), np.where(gap & there, half, reached)
    return np.asarray(reached, dtype=int)


@dataclass(frozen=True)
class Trend:
    """By what share counts rise (above 0) or fall each year, with its 95 % interval.

    `years` took part, the first of them `span` years before the newest.
    """

    share: float
    low: float
    high: float
    span: int
    years: int

    @property
    def verdict(self) -> str:
        """`rise` or `fall` where the interval leaves out no change, else `none`."""
        return "rise" if self.low > 0 else "fall" if self.high < 0 else "none"


def yearly_trend(counts: np.ndarray | list[float], levels: np.ndarray | list[int] | None = None) -> Trend | None:
    """Return by what share the counts of successive years (oldest first) rise or fall each year; None where too little tells it.

    A Poisson regression on the year, its interval as wide as the years scatter about the line (never less than chance) and follow one
    another (the correlation of each year with the next, corrected for so few years), by Student's t. `levels` numbers how each year was
    counted: years alike share a number, so that a change of definition is a step and no trend; a year below 0, or whose count is
    missing, takes no part. Fewer than 20 in all tell nothing, nor do years so uneven that the interval reaches a tenfold rise each year
    (all in the last year, say: no line fits best). A line through ten years says nothing of where it goes on, and years that drift can
    pass for one: where each follows the one before closely (correlation .6) it finds a rise or a fall in 12 of 100 histories, where each
    stands alone in at most 5.

    >>> found = yearly_trend([400, 360, 324, 292, 262, 236, 213, 191, 172, 155])
    >>> round(found.share, 2), found.verdict, found.years
    (-0.1, 'fall', 10)
    >>> yearly_trend([0, 0, 0, 0, 0, 0, 0, 0, 0, 30]) is None
    True
    """
    x = np.asarray(counts, dtype=float)
    level = np.zeros(len(x), dtype=int) if levels is None else np.asarray(levels)
    known = np.flatnonzero(~np.isnan(x) & (level >= 0))
    design = np.column_stack([known - known.mean() if len(known) else known, *(level[known] == one for one in np.unique(level[known]))])
    free = len(known) - design.shape[1]
    if free < TREND_LEAST or x[known].sum() < TREND_FEWEST:
        return None
    slope, error = _slope(x[known], design.astype(float), free)
    reach = float(stdtrit(free, 0.975)) * error
    if slope + reach > np.log1p(TREND_STEEPEST):
        return None
    share, low, high = (float(np.expm1(one)) for one in (slope, slope - reach, slope + reach))
    return Trend(share, low, high, len(x) - 1 - int(known[0]), len(known))


def poisson_fit(counts: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients of a Poisson regression on the columns of `design`, and what it expects.

    By iteratively reweighted least squares. Where all counts of a column are 0 its coefficient has no end and stays far below 0.

    >>> poisson_fit(np.array([2.0, 4.0, 8.0, 8.0]), np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]))[1].round(6).tolist()
    [3.0, 3.0, 8.0, 8.0]
    """
    mean, found = counts + 0.5, np.zeros(design.shape[1])
    for _ in range(25):
        working, before = np.log(mean) + (counts - mean) / mean, found
        found = np.linalg.lstsq(design * np.sqrt(mean)[:, None], working * np.sqrt(mean), rcond=None)[0]
        mean = np.exp(np.clip(design @ found, -20, 20))
        if np.abs(found - before).max() < SETTLED:
            break
    return found, mean


def _slope(y: np.ndarray, design: np.ndarray, free: int) -> tuple[float, float]:
    """Return the first coefficient of a Poisson regression and its standard error."""
    found, mean = poisson_fit(y, design)
    left = (y - mean) / np.sqrt(mean)
    scatter = float((left**2).sum() / free)
    n = len(y)
    near = float(left[1:] @ left[:-1]) / max(float(left @ left), 1e-12)
    follow = float(np.clip((n * near + 2) / (n - 4), 0, 0.8)) if scatter > 1 else 0.0
    inverse = np.linalg.pinv(design.T @ (design * mean[:, None]))[0, 0]
    return float(found[0]), float(np.sqrt(max(scatter, 1.0) * inverse * (1 + follow) / (1 - follow)))
