"""How few places hold how many of the homicides, and how few would hold them by chance alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference import random_allocation
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.words import Words, told

PARTS: tuple[float, ...] = (0.25, 0.5, 0.8)  # of the homicides
TOP = 0.05  # of the units
DRAWS = 999
WORK = 5_000_000  # draws times events; above it there are fewer draws, so that an answer takes less than a second
FEWEST_DRAWS = 99
BASELINES: tuple[str, ...] = ("equal", "population")


@dataclass(frozen=True)
class TopShare:
    """The units with most homicides, and what they hold.

    `units` units of `of_units` hold `count` of the `mapped` homicides: `share` of them.
    """

    units: int
    of_units: int
    count: float
    mapped: float
    share: float


def top_share(study: Study, *, fraction: float = TOP) -> TopShare:
    """Return the share of mapped homicides that lies in the `fraction` of units with most of them.

    The number of units is rounded up. When homicides are few, a large share is mere arithmetic: 100 homicides on 10,000 blocks lie on
    1 % of them at most. So never quote the share without what chance alone would give (see `against_chance`). Missing when nothing is
    mapped.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (25, 25)], side=3)
    >>> top_share(Study.of(incidents, blocks), fraction=0.1).share
    0.5
    """
    ordered = _ordered(study)
    k = math.ceil(fraction * len(ordered))
    held, mapped = ordered[:k].sum(), ordered.sum()  # missing where a unit's count is not known: it could be among the first
    return TopShare(k, len(ordered), held.item(), mapped.item(), float(held / mapped) if mapped else float("nan"))


@dataclass(frozen=True)
class UnitsFor:
    """The fewest units that together hold a part of the homicides.

    `units` units of `of_units` (`fraction` of them) hold `count` of the `mapped` homicides.
    """

    units: int
    of_units: int
    count: float
    mapped: float
    fraction: float


def units_for(study: Study, share: float = 0.5) -> UnitsFor:
    """Return the fewest units that together hold at least `share` of the mapped homicides.

    The same warning as for `top_share`: a small number is a finding only beside what chance alone would give. Missing when nothing is
    mapped, or where a unit's count is not known.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (25, 25)], side=3)
    >>> units_for(Study.of(incidents, blocks), 0.75).units
    2
    """
    ordered = _ordered(study)
    mapped = ordered.sum().item()
    if not mapped > 0:
        return UnitsFor(0, len(ordered), 0, mapped, float("nan"))
    reached = ordered.cumsum()
    k = int(_first(reached[None, :], share * mapped)[0])
    return UnitsFor(k, len(ordered), reached[k - 1].item(), mapped, k / len(ordered))


def lorenz(study: Study) -> pd.DataFrame:
    """Return the Lorenz curve: the units from the one with most homicides down, and the share of homicides that the first k hold.

    Rows 0 to n; row k: `unit` (the k-th; units with equal counts in the order of their ids) and its `count`, `unit_share` = k ÷ n,
    `share` of the mapped homicides that the first k units hold. It starts from the units with most, as is usual for places; economists
    draw the same curve upside down, from those with least. `share` is missing when nothing is mapped.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (15, 15)], side=2)
    >>> lorenz(Study.of(incidents, blocks))["share"].tolist()
    [0.0, 0.5, 0.75, 1.0, 1.0]
    """
    ordered = study.counts.sort_index(key=lambda ids: ids.astype(str)).sort_values(ascending=False, kind="stable", na_position="first")
    n = len(ordered)
    reached = np.concatenate([[0], ordered.to_numpy().cumsum()])
    share = reached / reached[-1] if reached[-1] else np.full(n + 1, np.nan)
    return pd.DataFrame(
        {
            "unit": ["", *ordered.index],
            "count": np.concatenate([[0], ordered.to_numpy()]),
            "unit_share": np.arange(n + 1) / max(n, 1),
            "share": share,
        },
        index=pd.RangeIndex(n + 1, name="units"),
    )


def gini(study: Study) -> float:
    """Return the Gini coefficient of the counts: 0 where every unit has as many, towards 1 where one unit has all.

    It is twice the area between the Lorenz curve and the line of equal shares. With fewer homicides than units it is high whatever
    happens, since most units must have none: see `generalised_gini`. Missing when nothing is mapped.

    Of 10, 8, 2 and seven zeros it is 1.1 − 2 (1·10 + 2·8 + 3·2) ÷ (10·20) = 0.78.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (15, 15)], side=2)
    >>> gini(Study.of(incidents, blocks))
    0.375
    """
    return float(_gini(_ordered(study)[None, :], len(study.counts))[0])


def generalised_gini(study: Study) -> float:
    """Return the Gini coefficient against the most even spread that so few homicides allow.

    G' = max(1, n ÷ c) (G − 1) + 1 with n units and c homicides: 0 where no unit has two while another has none. It mends the floor of
    G, not its scatter: c homicides that fall at random still give a G' well above 0. Source: Bernasco & Steenbeek (2017),
    doi:10.1007/s10940-016-9324-7.

    Of 5, 2, 1 and seven zeros G is 0.80, and G' is 1.25 (0.80 − 1) + 1 = 0.75.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (15, 15)], side=2)
    >>> generalised_gini(Study.of(incidents, blocks))
    0.375
    """
    return float(_generalised(_gini(_ordered(study)[None, :], len(study.counts)), len(study.counts), study.inside)[0])


@dataclass(frozen=True)
class Comparison:
    """A figure beside what chance alone gives: the mean of the draws, and the ends between which 95 in 100 of them fall."""

    observed: float
    expected: float
    low: float
    high: float

    @property
    def marginal(self) -> float:
        """The observed figure minus that of chance: of homicides in the top units, above 0 is concentrated; of units, below 0."""
        return self.observed - self.expected

    @property
    def verdict(self) -> str:
        """`below`, `within` or `above` what chance gives."""
        return "below" if self.observed < self.low else "above" if self.observed > self.high else "within"


@dataclass(frozen=True, eq=False)
class AgainstChance:
    """What a study shows of concentration, each figure beside what chance alone gives.

    `homicides` victims of `events` events lie in `of_units` units. `units[part]` is the share of units that holds that part of the
    homicides (see `PARTS`), `top` the share of homicides in the 5 % of units with most. `curve` has a row for numbers of units from 0
    to all: `unit_share`, `observed`, `expected`, `low`, `high`. `draws` is how often chance was tried.
    """

    baseline: str
    homicides: int
    events: int
    of_units: int
    units: dict[float, Comparison]
    top: Comparison
    gini: Comparison
    generalised_gini: Comparison
    curve: pd.DataFrame
    draws: int

    @property
    def half(self) -> Comparison:
        """The share of units that holds half of the homicides."""
        return self.units[0.5]


def against_chance(study: Study, *, baseline: str = "equal", draws: int = DRAWS, seed: int = 0) -> AgainstChance | None:
    """Return how concentrated the homicides are beside what the same homicides give when they fall on the units by lot.

    The counts are of victims, as everywhere; what falls by lot is whole events, each with its victims of one unit, since victims killed
    together do not choose their places apart. `baseline` says how the lot falls: `equal` gives every unit the same chance, `population`
    a chance in step with its residents (none where nobody lives or is known). Units of different size or use are not equally likely
    even without any hot spot, so beating an equal chance is the least that concentration must do. None when nothing is mapped; a
    `DataError` where single homicides are not known, or no residents are. Same `seed`, same answer.

    Source: Chalfin, Kaplan & Cuellar (2021), doi:10.1177/0022427820984213.

    Two homicides on two blocks: by lot they share a block half of the time, and one block then holds all; one block always holds half.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6)], side=2)
    >>> two = against_chance(Study.of(incidents, blocks[:2]))
    >>> two.half.observed, two.half.expected, round(two.top.expected, 1)
    (0.5, 0.5, 0.7)
    """
    chances = _chances(study, baseline)
    study = study.exposed_study if baseline == "population" else study
    sizes = _event_sizes(study)
    n, homicides = len(study.counts), int(sizes.sum())
    if not homicides or not n:
        return None
    draws = max(min(draws, WORK // len(sizes)), min(draws, FEWEST_DRAWS))
    drawn = random_allocation.allocated(sizes, n, chances=chances, draws=draws, seed=seed)
    ordered = _ordered(study)[None, :]
    found, by_lot = ordered.cumsum(axis=1), drawn.cumsum(axis=1)
    top = min(math.ceil(TOP * n), n)
    steps = _steps(n, [int(_first(found, part * homicides)[0]) for part in PARTS])
    curve = pd.DataFrame({"unit_share": steps / n, "observed": _held(found, steps)[0] / homicides}, index=pd.Index(steps, name="units"))
    shares = _held(by_lot, steps) / homicides
    curve = curve.assign(
        expected=shares.mean(axis=0), **dict(zip(("low", "high"), np.quantile(shares, (0.025, 0.975), axis=0), strict=True))
    )
    own, by_chance = _gini(ordered, n), _gini(drawn, n)
    return AgainstChance(
        baseline=baseline,
        homicides=homicides,
        events=len(sizes),
        of_units=n,
        units={part: _compare(_first(found, part * homicides) / n, _first(by_lot, part * homicides) / n) for part in PARTS},
        top=_compare(_held(found, np.array([top]))[:, 0] / homicides, _held(by_lot, np.array([top]))[:, 0] / homicides),
        gini=_compare(own, by_chance),
        generalised_gini=_compare(_generalised(own, n, homicides), _generalised(by_chance, n, homicides)),
        curve=curve,
        draws=draws,
    )


@dataclass(frozen=True)
class Stability:
    """The units that held half of the homicides of the first period, and what they held of the second.

    `units` units of `of_units` held half of the `first` homicides before `day`; of the `second` homicides from `day` on they held
    `share.observed`, where chance alone gives `share.expected`.
    """

    start: pd.Timestamp
    day: pd.Timestamp
    end: pd.Timestamp
    units: int
    of_units: int
    first: int
    second: int
    share: Comparison


def stability(study: Study, *, share: float = 0.5, day: pd.Timestamp | None = None) -> Stability | None:
    """Return what the units that held `share` of the homicides of a first period held of those of the period after it.

    The second period is the last twelve months of the study (of the part of it that the data cover), the first all before; a study of
    less than two years is cut in the middle; `day` cuts elsewhere. Where several units tie for the last place among the first, each
    counts for its part, as if drawn by lot. Chance is exact: were the homicides of the second period to fall on any unit alike, whole
    events at a time, the units picked would hold units ÷ of_units of them. Even with nothing changed the share falls below that of the
    first period: the units were picked when they happened to be high. None where one of the periods has no mapped homicide.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), (15, 5), (5, 7)], dates=["2019-02-01", "2019-03-01", "2020-02-01", "2020-12-01"])
    >>> found = stability(Study.of(incidents, blocks, start="2019-01-01", end="2021-01-01"))
    >>> found.units, found.share.observed, found.share.expected
    (1, 0.5, 0.25)
    """
    if not study.has_victims:
        raise DataError(told("concentration: these data are published totals, so the days and places of single homicides are not known"))
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    cut = day if day is not None else _last_year(study, start, end)
    if not start < cut < end:
        return None
    before, after = study.between(start, end).split(cut)
    first = units_for(before, share)
    if not first.mapped or not after.inside:
        return None
    weights = random_allocation.part_of_top(before.counts.to_numpy(), first.units)
    observed = float(weights @ after.counts.to_numpy() / after.inside)
    sizes = _event_sizes(after)
    expected = first.units / first.of_units
    low, high = random_allocation.share_range(sizes, expected)
    return Stability(
        start, cut, end, first.units, first.of_units, int(first.mapped), int(after.inside), Comparison(observed, expected, low, high)
    )


def sentence(found: AgainstChance, words: Words, *, unit: str) -> str:
    """Return the sentence that readers quote: how few units hold half of the homicides, always with its chance figure.

    `unit` is the word for the units, in the plural.

    >>> from hotspots.testing import square_city
    >>> from hotspots.words import words_for
    >>> found = against_chance(Study.of(*square_city([(5, 5)] * 8)))
    >>> sentence(found, words_for("en"), unit="blocks")
    '1 of 4 blocks (25%) holds half of the homicides; chance alone would give 39%'
    """
    return words.count(
        "{n} of {all} {unit} ({share}) holds half of the homicides; chance alone would give {chance}",
        "{n} of {all} {unit} ({share}) hold half of the homicides; chance alone would give {chance}",
        round(found.half.observed * found.of_units),
        all=words.number(found.of_units),
        unit=unit,
        share=percent(found.half.observed, found, words),
        chance=percent(found.half.expected, found, words),
    )


def percent(share: float, found: AgainstChance, words: Words) -> str:
    """Return a share of the units as text, with a decimal where those that hold half are under one in ten."""
    return words.percent(share, 1 if min(found.half.observed, found.half.expected) < 0.1 else 0)


def _ordered(study: Study) -> np.ndarray:
    return np.asarray(np.sort(study.counts.to_numpy())[::-1])


def _first(reached: np.ndarray, wanted: float) -> np.ndarray:
    """Return, for each row of counts added up, how many it takes to reach `wanted`."""
    return np.asarray((reached < wanted * (1 - 1e-12)).sum(axis=1) + 1)


def _held(reached: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return what the first k units hold in each row, for each k of `steps`; units beyond the row's end hold nothing."""
    padded = np.concatenate([np.zeros((len(reached), 1), dtype=reached.dtype), reached], axis=1)
    return np.asarray(padded[:, np.minimum(steps, reached.shape[1])])


def _gini(ordered: np.ndarray, n: int) -> np.ndarray:
    """Return the Gini coefficient of each row of counts, largest first; units missing from the row's end have none."""
    total = ordered.sum(axis=1, dtype=float)
    ranked = ordered @ np.arange(1.0, ordered.shape[1] + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((n + 1 - 2 * ranked / total) / n)


def _generalised(coefficient: np.ndarray, n: int, homicides: float) -> np.ndarray:
    return np.asarray(max(1.0, n / homicides) * (coefficient - 1) + 1) if homicides else np.full_like(coefficient, np.nan)


def _compare(observed: np.ndarray, drawn: np.ndarray) -> Comparison:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Comparison(float(observed[0]), float(drawn.mean()), float(low), float(high))


def _steps(n: int, more: list[int]) -> np.ndarray:
    """Return the numbers of units at which the curve is drawn: dense where it is steep, and where tables read it."""
    dense = np.round(n * np.linspace(0, 1, 81) ** 2).astype(int)
    return np.unique([*dense, *more, *(math.ceil(n * one / 100) for one in (1, 2, 5, 10, 20, 30, 40, 50))])


def _event_sizes(study: Study) -> np.ndarray:
    """Return the victims of each event within one unit; mapped events only."""
    if not study.has_victims:
        raise DataError(told("concentration: these data are published totals, so the events and places of single homicides are not known"))
    inside = study.codes >= 0
    events = pd.DataFrame({"event": study.rows["event_id"].to_numpy()[inside], "unit": study.codes[inside]})
    return np.asarray(events.groupby(["event", "unit"], sort=False).size().to_numpy())


def _chances(study: Study, baseline: str) -> np.ndarray | None:
    """Return each unit's share of the lot; None where all are alike."""
    if baseline not in BASELINES:
        raise DataError(
            told(
                "concentration: there is no baseline {baseline}; use one of {listed}", baseline=repr(baseline), listed=", ".join(BASELINES)
            )
        )
    if baseline == "equal":
        return None
    people = study.residents.fillna(0).to_numpy(dtype=float)
    if not people.sum() > 0:
        raise DataError(told("concentration: no population is loaded for these areas; use the baseline equal"))
    return np.asarray(people / people.sum())


def _last_year(study: Study, start: pd.Timestamp, end: pd.Timestamp) -> pd.Timestamp:
    year = end - pd.DateOffset(years=1)
    return year if year - pd.DateOffset(years=1) >= start else study.middle
