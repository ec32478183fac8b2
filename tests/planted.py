"""Monthly homicides of places with a planted effect: seasons, years that rise and fall, and killings that follow killings."""

from __future__ import annotations

import numpy as np
import pandas as pd

MONTHS = pd.period_range("2015-01", periods=120, freq="M", name="month")
START = pd.Period("2021-03", "M")
AFTER = np.asarray(MONTHS >= START)
YEARS = np.array([78, 86, 83, 77, 72, 62, 65, 60, 54, 49]) / 68.6  # the ups and downs of the bundled city
SEASON = 1 + 0.08 * np.cos(2 * np.pi * (np.arange(12) - 11) / 12)


def months(means: list[float], *, effect: float, seed: int, world: str = "years", follow: float = 0.2) -> np.ndarray:
    """Return counts, a row for each month and a column for each place of `means` a month; the first column is treated.

    `world`: "flat", "trend" (3 % less a year) or "years" (the ups and downs that all places share). Each killing is followed by
    another in the same place with mean `follow`, after 14 days on average; from the start on each of the treated place stays with the
    probability `effect`.
    """
    random = np.random.default_rng(seed)
    level = {
        "flat": np.ones(120),
        "trend": 0.97 ** (np.arange(120) / 12),
        "years": np.repeat(YEARS, 12) * np.tile(SEASON, 10),
    }[world]
    table = np.zeros((120, len(means)))
    for place, mean in enumerate(means):
        own = mean * (1 - follow) * level
        days = np.concatenate([month * 30 + random.uniform(0, 30, random.poisson(own[month])) for month in range(120)])
        every, young = days, days
        while len(young):
            young = np.repeat(young, random.poisson(follow, len(young)))
            young = young + random.exponential(14, len(young))
            every = np.concatenate([every, young])
        month = (every[every < 3600] // 30).astype(int)
        table[:, place] = np.bincount(month, minlength=120)
    table[AFTER, 0] = random.binomial(table[AFTER, 0].astype(int), effect)
    return table
