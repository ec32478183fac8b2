"""Who was killed and how: victims by what the file tells of them. The unknown are always told, never left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincinv, ndtri, stdtrit

from hotspots.inference.e_test import LEVEL, e_range
from hotspots.store.schema import UNKNOWN, field
from hotspots.study import Study, band
from hotspots.study.calendar import YEARS, Days, known_before
from hotspots.study.filters import events
from hotspots.study.memo import kept
from hotspots.study.times import TIMES, time_codes

FEW = 10  # no share of fewer
SWING_YEARS, LEAST_SWINGS = 5, 2  # earlier years that tell how far years swing
AGES: tuple[str, ...] = ("0-14", "15-29", "30-44", "45-59", "60+", UNKNOWN)


def values(name: str) -> tuple[str, ...]:
    """Return the values of a field in the order in which they are shown; for ages, the bands.

    >>> values("age")[1]
    '15-29'
    """
    return AGES if name == "age" else TIMES.get(name) or field(name).values


def by(study: Study, name: str) -> pd.Series:
    """Return how many victims of the study have each value of the field `name`; ages fall into bands. The sum is `study.victims`.

    A field that the file does not have gives "unknown" for all. Shape: whole numbers on the index `values(name)`.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5)] * 3, age=[15, 29.5, float("nan")])
    >>> by(Study.of(incidents, blocks), "age").to_dict()
    {'0-14': 0, '15-29': 2, '30-44': 0, '45-59': 0, '60+': 0, 'unknown': 1}
    """
    return kept(study, _by, name)


def _by(study: Study, name: str) -> pd.Series:
    return _tally(study.of_rows(_coded, name), name)


def _coded(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return the position among `values(name)` of the value of each row; −1 where it is none of them."""
    order = pd.Index(values(name))
    if name in TIMES:
        return time_codes(rows, name)
    if name not in rows.columns:
        return np.full(len(rows), order.get_loc(UNKNOWN), dtype=np.int8)
    if name == "age":
        return _age_bands(rows[name])
    codes, words = pd.factorize(rows[name])
    return np.asarray(np.append(order.get_indexer(words), -1)[codes].astype(np.int8))


def _tally(codes: np.ndarray, name: str) -> pd.Series:
    order = values(name)
    return pd.Series(np.bincount(codes[codes >= 0], minlength=len(order)), index=order, name=name)


def _age_bands(age: pd.Series) -> np.ndarray:
    starts = [ages[0] for ages in map(band, AGES) if isinstance(ages, tuple)]
    position = np.searchsorted(starts, age.fillna(-1).to_numpy(dtype=float), side="right") - 1
    return np.asarray(np.where(position < 0, len(AGES) - 1, position).astype(np.int8))  # the last band is the unknown


@dataclass(frozen=True, eq=False)
class AgainstBefore:
    """The victims of a period by the values of a field, beside the same days of the years before.

    `table` has a row for each value: `count`, `share` (missing where fewer than 10 were killed in all), `base` and `share_before` of the
    years of `before`, `expected` (base pro rata by days), `together` (how many times the count varies as chance alone would have it,
    because people were killed together), `low` and `high` (the range to expect, see `against_before`) and `verdict`: `within`, `below`,
    `above` or `unknown`. `swings` counts the earlier years that told how far years differ from one another; 0 where none could.
    """

    days: Days
    before: tuple[Days, ...]
    table: pd.DataFrame
    swings: int

    @property
    def total(self) -> int:
        """How many were killed in the period."""
        return int(self.table["count"].sum())


def looked_at(study: Study, names: Iterable[str], days: Days) -> int:
    """Return how many values of the fields `names` there are to judge: those that anybody had in `days` or in the years before them.

    >>> from hotspots.testing import square_city
    >>> city = square_city([(5, 5)] * 3, dates=["2020-02-01", "2019-02-01", "2019-03-01"], sex=["male", "female", "unknown"])
    >>> study = Study.of(*city, covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2020-12-31")))
    >>> looked_at(study, ["sex"], Days(pd.Timestamp("2020-02-01"), pd.Timestamp("2020-02-02")))
    2
    """
    spans = (days, *known_before(days, study.alike(days.end), years=SWING_YEARS))
    date = study.of_history(_dates)
    within = np.any([(date >= one.start.to_datetime64()) & (date < one.end.to_datetime64()) for one in spans], axis=0)
    return sum(int((_tally(study.of_history(_coded, name)[within], name) > 0).sum()) for name in names)


def _dates(rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(rows["date"].to_numpy())


def against_before(study: Study, name: str, days: Days, *, looked_at: int = 1) -> AgainstBefore:
    """Return the victims of `days` by the field `name`, each value beside the same days of the three years before (or those known).

    The range to expect is the wider of two. One allows for chance and for people killed together: the counts that the exact E-test calls
    alike with `base`, both taken in pieces of `together` victims, the sum of the squares of the victims of each event over their sum
    (Kish 1965: the design effect). The other, where at least two of the five years before are known, allows for how far these differed
    from one another: a negative binomial of their mean, as wide as Student's t makes it for so few years. So a double killing is no
    change, and neither is a year that swings as years have done.

    The unknown are a value like the others: where they grow, all others shrink without anything having changed in the city. Counts are
    compared, not shares. Where `looked_at` values are judged together, the ranges are those of 95 in 100 for all of them: in one of
    twenty looks at most does any lie outside though nothing changed (Bonferroni). With one earlier year more do, since nothing tells
    how far years swing. Source of the first range: Krishnamoorthy and Thomson (2004), doi:10.1016/S0378-3758(02)00408-1.

    >>> from hotspots.testing import square_city
    >>> city = square_city([(5, 5)] * 4, dates=["2020-02-01"] * 3 + ["2019-02-01"], sex=["male", "male", "female", "male"])
    >>> study = Study.of(*city, covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2020-12-31")))
    >>> found = against_before(study, "sex", Days(pd.Timestamp("2020-02-01"), pd.Timestamp("2020-02-02")))
    >>> found.table.loc[["male", "female"], ["count", "base", "verdict"]].to_numpy().tolist()
    [[2, 1.0, 'within'], [1, 0.0, 'within']]
    """
    before, known = (known_before(days, study.alike(days.end), years=years) for years in (YEARS, SWING_YEARS))
    codes, date = study.of_history(_coded, name), study.of_history(_dates)
    within = [(date >= one.start.to_datetime64()) & (date < one.end.to_datetime64()) for one in (days, *known)]
    count, *earlier = (_tally(codes[one], name) for one in within)
    base = sum(earlier[: len(before)], start=pd.Series(0.0, index=count.index))
    base = base if before else base + np.nan
    exposure = sum(one.n for one in before) or np.nan
    table = pd.DataFrame({"count": count, "share": _share(count), "base": base, "share_before": _share(base)})
    table = table.assign(
        expected=base * days.n / exposure, together=_together(codes, study.of_history(events), np.any(within, axis=0), name)
    )
    low, high = _in_pieces(base, table["together"].to_numpy(), exposure=days.n, base_exposure=exposure, looked_at=looked_at)
    if told := swings(study, days):
        least, most = _swinging(
            np.array([one.to_numpy() * days.n / part.n for one, part in zip(earlier, known, strict=True)]),
            looked_at,
            table["together"].to_numpy(),
        )
        low, high = np.minimum(low, least), np.maximum(high, most)
    table = table.assign(low=low, high=high)
    table["verdict"] = np.select([base.isna(), count < low, count > high], ["unknown", "below", "above"], "within")
    return AgainstBefore(days, before, table, told)


def swings(study: Study, days: Days) -> int:
    """Return how many earlier years tell how far the same days of years differ from one another; 0 with fewer than two."""
    n = len(known_before(days, study.alike(days.end), years=SWING_YEARS))
    return n if n >= LEAST_SWINGS else 0


def _together(codes: np.ndarray, event: np.ndarray, within: np.ndarray, name: str) -> pd.Series:
    """Return how much more the victims of each value vary than as many single ones would: people killed in one event come together."""
    those = within & (codes >= 0) & (event >= 0)
    n = len(values(name))
    pair, sizes = np.unique(event[those].astype(np.int64) * n + codes[those], return_counts=True)
    killed, squares = (np.bincount(pair % n, weights=of, minlength=n) for of in (sizes, sizes**2))
    return pd.Series(np.where(killed > 0, squares / np.maximum(killed, 1), 1.0), index=values(name))


def _in_pieces(
    base: pd.Series, size: np.ndarray, *, exposure: float, base_exposure: float, looked_at: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return the range of the E-test where victims come in pieces of `size`: a count outside is one whole piece beyond."""
    low, high = e_range(base / size, exposure=exposure, base_exposure=base_exposure, level=LEVEL / looked_at)
    least = np.where(low > 0, np.floor(size * (low - 1) + 1e-9) + 1, np.where(np.isnan(low), np.nan, 0))
    return least, np.ceil(size * (high + 1) - 1e-9) - 1


def _swinging(counts: np.ndarray, looked_at: int = 1, together: np.ndarray | float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the range of the next count of each column of `counts`, a value of one field, for years (rows) that swing.

    So few years say little of how far one value swings. So the part of the variance that chance and people killed together do not explain
    is taken, over the mean squared, from all values of the field, and where a value's own is more, from half way to it; that of the last,
    the unknown, from its own alone. It is as wide as Student's t makes 95 in 100 for so many years and values, of `looked_at` values
    together as Bonferroni has it.
    """
    m, outer = len(counts), LEVEL / looked_at / 2
    mean = np.maximum(counts.mean(axis=0), 0.5 / m)
    chance = mean * together
    more = counts.var(axis=0, ddof=1) - chance
    known = np.arange(len(mean)) < len(mean) - 1 if len(mean) > 1 else np.ones(1, dtype=bool)
    of_all, own = max(more[known].sum() / (mean[known] ** 2).sum(), 0.0), np.maximum(more / mean**2, 0.0)
    swing = np.where(known, np.maximum(of_all, (of_all + own) / 2), own)
    free = (m - 1) * np.where(known, max(int((mean[known] >= 1).sum()), 1), 1)
    reach = stdtrit(free, 1 - outer) / ndtri(1 - outer)
    variance = np.maximum((chance + swing * mean**2) * reach**2, mean) * (1 + 1 / m)
    variance = np.maximum(variance, mean * (1 + 1e-9))
    size = mean**2 / (variance - mean)
    ends = []
    for tail in (outer, 1 - outer):  # halving: the smallest count at which the distribution reaches the tail
        below, reached = np.full(len(mean), -1.0), np.ceil(mean + 60 * np.sqrt(variance)) + 60
        while (reached - below > 1).any():
            half = np.floor((below + reached) / 2)
            enough = betainc(size, half + 1, size / (size + mean)) >= tail
            below, reached = np.where(enough, below, half), np.where(enough, half, reached)
        ends.append(reached)
    return ends[0], ends[1]


def _share(counts: pd.Series) -> pd.Series:
    total = counts.sum()
    return counts / total if total >= FEW else counts * np.nan


def by_year(study: Study, name: str) -> pd.DataFrame:
    """Return the victims of each calendar year of the study by the values of the field `name`: a row for each year, the unknown last.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 2, dates=["2019-03-01", "2020-03-01"], sex=["male", "female"]))
    >>> by_year(study, "sex")["male"].to_dict()
    {2019: 1, 2020: 0}
    """
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    years = pd.RangeIndex(start.year, (end - pd.Timedelta(days=1)).year + 1, name="year")
    order, codes, date = values(name), study.of_rows(_coded, name), pd.Series(study.dates)
    kept = (codes >= 0) & ((date >= start) & (date < end)).to_numpy()
    cells = (date.dt.year.to_numpy()[kept] - start.year) * len(order) + codes[kept]
    counts = np.bincount(cells, minlength=len(years) * len(order)).reshape(len(years), len(order))
    return pd.DataFrame(counts, index=years, columns=list(order))


def crossed(study: Study) -> pd.DataFrame:
    """Return how many victims of the study there are of each age (rows) and sex (columns), the unknown among both.

    Small numbers stand as they are: the table is for the restricted edition. The sum is `study.victims`.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 3, age=[16, 17, 40], sex=["male", "male", "female"]))
    >>> found = crossed(study)
    >>> int(found.loc["15-29", "male"]), int(found.loc["30-44", "female"]), int(found.to_numpy().sum())
    (2, 1, 3)
    """
    ages, sexes = list(values("age")), list(values("sex"))
    age, sex = study.of_rows(_coded, "age").astype(int), study.of_rows(_coded, "sex")
    cells = (age * len(sexes) + sex)[sex >= 0]
    counts = np.bincount(cells, minlength=len(ages) * len(sexes)).reshape(len(ages), -1)
    return pd.DataFrame(counts, index=ages, columns=sexes)


def firearm_share(study: Study) -> pd.DataFrame:
    """Return the share killed with a firearm in each calendar year: `killed`, `known`, `firearm`, `share`, `share_low`, `share_high`.

    The share is of the victims whose weapon is known, with the exact 95 % interval; missing under 10 of them. It misleads where the
    unknown grow: those may not be like the rest. Source: Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 10, dates=["2020-02-01"] * 10, weapon=["firearm"] * 5 + ["blade"] * 5))
    >>> firearm_share(study).loc[2020, ["known", "firearm", "share"]].tolist()
    [10.0, 5.0, 0.5]
    """
    table = by_year(study, "weapon").astype(float)
    killed = table.sum(axis=1)
    known, firearm = killed - table[UNKNOWN], table["firearm"]
    share, low, high = _exact(firearm.to_numpy(), known.to_numpy())
    return pd.DataFrame({"killed": killed, "known": known, "firearm": firearm, "share": share, "share_low": low, "share_high": high})


def _exact(part: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a share and the ends of its exact 95 % interval; missing under 10."""
    known = np.where(n >= FEW, n, np.nan)
    low = np.where(part > 0, betaincinv(np.maximum(part, 1), known - part + 1, 0.025), 0.0)
    high = np.where(part < known, betaincinv(part + 1, np.maximum(known - part, 1), 0.975), 1.0)
    return part / known, np.where(np.isnan(known), np.nan, low), np.where(np.isnan(known), np.nan, high)


def cleared(study: Study) -> pd.DataFrame:
    """Return, for each unit, how many of the homicides count as cleared: `n`, `cleared`, `unknown`, `share`, `share_low`, `share_high`.

    The share is of the victims whose case has a known state, with the exact 95 % interval; missing under 10 of them. It misleads for
    recent cases, which had less time to be cleared, and between places whose police mean different things by cleared. Source: Clopper
    and Pearson (1934), doi:10.1093/biomet/26.4.404.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 10, status=["cleared"] * 5 + ["open"] * 5))
    >>> cleared(study).loc["b00", ["n", "cleared", "share"]].tolist()
    [10.0, 5.0, 0.5]
    """
    status = study.rows["status"] if "status" in study.rows.columns else pd.Series(UNKNOWN, index=study.rows.index)
    units = len(study.blocks)
    codes = np.where(study.codes < 0, units, study.codes)

    def tally(of: pd.Series) -> np.ndarray:
        return np.asarray(np.bincount(codes[of.to_numpy()], minlength=units + 1)[:units].astype(float))

    n, solved, unknown = study.counts.astype(float).to_numpy(), tally(status == "cleared"), tally(status == UNKNOWN)
    share, low, high = _exact(solved, n - unknown)
    columns = {"n": n, "cleared": solved, "unknown": unknown, "share": share, "share_low": low, "share_high": high}
    return pd.DataFrame(columns, index=study.blocks.index)
