"""One intervention as numbers: the months of the treated areas, of those they are compared with, and of the ring around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from hotspots.cities.logbook import Entry, find_areas
from hotspots.store.schema import Blocks
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy

RING = 250.0  # metres: about two blocks; a hot spot's neighbours, where trouble would go that only moved
GROUPS: tuple[str, ...] = ("treated", "comparison", "ring", "comparison_ring")
FEW_A_MONTH = 3.0  # homicides; with fewer a month says little, and three are read at a time
QUARTER = 3  # months
_POOLS: tuple[str, ...] = ("beat", "district")


@dataclass(frozen=True, eq=False)
class Case:
    """The months of one intervention.

    `months` counts homicides (several victims of one event in one place count once) in each whole month of the study, columns `GROUPS`;
    missing where nobody published them. `start` is the first month counted as after: the one in which the intervention began. `areas` are
    the blocks of each group; none of them for the whole place (`whole`). `pool` holds the months of untreated places, for the
    synthetic control and for what they do where nothing happened; `compared` are those of them that hold areas which the treated ones are
    compared with. `victims` are the people killed in the treated areas before and after. `strange` are areas of the entry that
    these data do not have. `only_totals`: nothing but published totals is known. `cohorts` are the treated areas that began together,
    each with its first month after and its homicides by month, where they began at different dates; `start` is then the first of them.
    `killed` are the sums, and the sums of squares (`…_squares`), of the victims of each event by side (`before`, `after`) and group.
    `sizes` are the grounds of the groups beside that of the treated one (their units where they have no ground). `near`: a comparison
    area lies in the ring.
    """

    entry: Entry
    months: pd.DataFrame
    start: pd.Period
    areas: dict[str, pd.Index]
    whole: bool
    pool: pd.DataFrame
    victims: tuple[int, int]
    strange: tuple[str, ...]
    ring_metres: float
    only_totals: bool = False
    compared: frozenset[str] = frozenset()
    cohorts: tuple[tuple[pd.Period, np.ndarray], ...] = ()
    killed: pd.DataFrame | None = None
    sizes: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    near: bool = False

    @property
    def after(self) -> np.ndarray:
        """Which of the months count as after."""
        return np.asarray(self.months.index >= self.start)

    @property
    def lengths(self) -> tuple[int, int]:
        """How many months there are before the start and from it on."""
        return int((~self.after).sum()), int(self.after.sum())

    def halves(self, *groups: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the months of the groups before and after, one column for each group; one group alone has no columns."""
        values = self.months[list(groups)].to_numpy(dtype=float)
        values = values[:, 0] if len(groups) == 1 else values
        return values[~self.after], values[self.after]

    @property
    def shown(self) -> tuple[str, ...]:
        """The groups that have areas, the treated ones always; they alone where the whole place is treated."""
        return GROUPS[:1] if self.whole else tuple(name for name in GROUPS if len(self.areas[name]) or name == "treated")


def case(study: Study, entry: Entry, *, ring: float = RING) -> Case:
    """Return the months of an intervention, out of a study on the units that the entry's areas are named by.

    Only whole months count, within the study's period and the data, up to the end of the intervention. The ring is every unit within
    `ring` metres of a treated one that is neither treated nor compared with; the comparison areas have theirs.

    >>> from hotspots.testing import square_city
    >>> days = ["2020-01-05", "2020-02-05", "2020-02-06", "2020-03-31"]
    >>> study = Study.of(*square_city([(5, 5)] * 3 + [(15, 5)], dates=days), end="2020-04-01")
    >>> entry = Entry("x", {"en": "x"}, pd.Timestamp("2020-02-10"), treated=("b00",), comparison=("b01",))
    >>> case(study, entry, ring=5).months.to_numpy().tolist()
    [[1, 0, 0, 0], [2, 0, 0, 0], [0, 1, 0, 0]]
    """
    months = _whole_months(study, entry)
    first = min(pd.Period(day, "M") for day in (entry.start, *(day for _, day in entry.starts)))
    areas, strange = _areas(study.blocks, entry, ring)
    whole = not entry.treated
    if isinstance(study, TotalsStudy):
        table = _published(study, months, whole=whole)
        late = table["treated"][np.asarray(table.index >= first)].sum()
        known = (int(table["treated"].sum() - late), int(late))
        return Case(entry, table, first, areas, whole, pd.DataFrame(index=months), known, strange, ring, only_totals=True)
    kinds = {name: study.blocks.index.isin(areas[name]) for name in GROUPS}
    position, once = _positions(study, months)
    seen = position >= 0
    table = pd.DataFrame(
        {name: _tally(position[seen & once], study.codes[seen & once], kinds[name], len(months)) for name in GROUPS}, index=months
    )
    if whole:
        single = ~study.rows["event_id"].duplicated().to_numpy()
        table["treated"] = np.bincount(position[seen & single], minlength=len(months))
    inside = np.ones(len(position), dtype=bool) if whole else _with_outside(kinds["treated"])[study.codes]
    late = months.searchsorted(first)
    victims = int((seen & inside & (position < late)).sum()), int((seen & inside & (position >= late)).sum())
    pool = _pool(study, position, seen & once, areas, months)
    compared = frozenset(_places(study.blocks)[kinds["comparison"]])
    cohorts = _cohorts(study, entry, position, seen & once, areas["treated"], months)
    killed = _killed(study, position, seen, kinds, late)
    return Case(
        entry,
        table.astype("int64"),
        first,
        areas,
        whole,
        pool,
        victims,
        strange,
        ring,
        compared=compared,
        cohorts=cohorts,
        killed=killed,
        sizes=_sizes(study.blocks, areas),
        near=bool(len(_near(study.blocks, areas["treated"], ring).intersection(areas["comparison"]))),
    )


def before_and_after(one: Case) -> pd.DataFrame:
    """Return for each group of areas (`Case.shown`) how many `units` it has, its homicides `before` and `after`, and their means a month.

    `units` is missing for the whole place; the means (`before_mean`, `after_mean`) are missing where no month is on that side.
    """
    rows = []
    for name in one.shown:
        row: dict[str, object] = {"group": name, "units": np.nan if one.whole else len(one.areas[name])}
        for side, counts in zip(("before", "after"), one.halves(name), strict=True):
            row |= {side: counts.sum(), f"{side}_mean": counts.mean() if len(counts) else np.nan}
        rows.append(row)
    return pd.DataFrame(rows)


def series(one: Case) -> tuple[pd.DataFrame, int]:
    """Return the months of the treated areas, or three at a time where they are sparse, counted from the start; and the months of a row.

    A row has its first day (`start`), its homicides (`count`), the `mean` of the rows of its side, the `side` (0 before, 1 after) and,
    where there are comparison areas, theirs (`comparison`). Months that fill no row are left out.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 3, dates=["2020-01-05", "2020-02-05", "2020-06-30"]), start="2020-01-01", end="2020-07-01")
    >>> table, months = series(case(study, Entry("x", {"en": "x"}, pd.Timestamp("2020-04-10"))))
    >>> months, table["count"].tolist(), table["side"].tolist()
    (3, [2, 1], [0, 1])
    """
    step, length = _steps(one)
    names = ["treated"] + (["comparison"] if len(one.areas["comparison"]) else [])
    full = step.map(step.value_counts()) == length
    sums = one.months.loc[full, names].groupby(step[full]).sum().rename(columns={"treated": "count"})
    side = pd.Series((sums.index >= 0).astype(int), index=sums.index)
    table = pd.DataFrame({"start": [(one.start + int(at) * length).start_time for at in sums.index], "count": sums["count"]})
    table["mean"] = sums["count"].groupby(side).transform("mean").round(2)
    table["side"] = side
    return (table.join(sums[["comparison"]]) if "comparison" in sums.columns else table), length


def _steps(one: Case) -> tuple[pd.Series, int]:
    """Return how many steps from the start each month lies, and the months of a step: three where they are sparse and fill a step."""
    months = pd.Series([month.ordinal - one.start.ordinal for month in one.months.index], index=one.months.index)
    threes = months // QUARTER
    sparse = one.months["treated"].mean() < FEW_A_MONTH and (threes.value_counts() == QUARTER).any()
    return (threes, QUARTER) if sparse else (months, 1)


def _whole_months(study: Study, entry: Entry) -> pd.PeriodIndex:
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    if entry.end is not None:
        end = min(end, entry.end)
    first = pd.Period(start, "M") + (0 if start.day == 1 else 1)
    last = pd.Period(end, "M") - 1  # the month that holds the exclusive end is not whole
    return pd.period_range(first, last, freq="M", name="month") if first <= last else pd.PeriodIndex([], freq="M", name="month")


def _areas(blocks: Blocks, entry: Entry, ring: float) -> tuple[dict[str, pd.Index], tuple[str, ...]]:
    treated, strange = find_areas(blocks, entry.treated)
    comparison, more = find_areas(blocks, entry.comparison)
    near = _near(blocks, treated, ring).difference(treated.union(comparison))
    far = _near(blocks, comparison, ring).difference(treated.union(comparison).union(near))
    return {"treated": treated, "comparison": comparison, "ring": near, "comparison_ring": far}, (*strange, *more)


def _near(blocks: Blocks, some: pd.Index, metres: float) -> pd.Index:
    """Return the units that lie within `metres` of one of `some`."""
    if not len(some) or not len(blocks):
        return blocks.index[:0]
    shapes = np.asarray(blocks.geometry.array)
    _, found = shapely.STRtree(shapes).query(shapes[blocks.index.get_indexer(some)], predicate="dwithin", distance=metres)
    return blocks.index[np.unique(found)]


def _positions(study: Study, months: pd.PeriodIndex) -> tuple[np.ndarray, np.ndarray]:
    """Return the position of each row's month, −1 outside, and whether it is the first victim of its event in its unit."""
    date = pd.Series(study.dates).dt
    if not len(months):
        return np.full(len(study.dates), -1), ~study.repeated
    number = (date.year * 12 + date.month).to_numpy() - (months[0].year * 12 + months[0].month)
    return np.where((number >= 0) & (number < len(months)), number, -1), ~study.repeated


def _tally(position: np.ndarray, codes: np.ndarray, kind: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(position[_with_outside(kind)[codes]], minlength=n)


def _with_outside(kind: np.ndarray) -> np.ndarray:
    """Return which units are of a kind, and False at the end: what code −1, outside all units, points to."""
    return np.concatenate([kind, [False]])


def _published(study: TotalsStudy, months: pd.PeriodIndex, *, whole: bool) -> pd.DataFrame:
    """Return the months that are published for the whole place; nothing is known of areas by month."""
    table = pd.DataFrame(np.nan, index=months, columns=list(GROUPS))
    if whole and len(months):
        table["treated"] = study.series(months)["count"].astype(float)
        known = np.flatnonzero(table["treated"].notna())
        table = table.iloc[known[0] : known[-1] + 1] if len(known) else table
    return table


def _pool(study: Study, position: np.ndarray, used: np.ndarray, areas: dict[str, pd.Index], months: pd.PeriodIndex) -> pd.DataFrame:
    """Return the months of the places that the intervention did not touch: beats, else districts, else the units themselves."""
    blocks = study.blocks
    if not len(areas["treated"]):
        return pd.DataFrame(index=months)
    place = _places(blocks)
    touched = set(place[blocks.index.isin(areas["treated"])])
    if not any(name in blocks.columns for name in _POOLS):
        touched |= set(areas["ring"])
    codes = study.codes[used]
    pairs = pd.DataFrame({"month": position[used], "place": np.array([*place, None], dtype=object)[codes]}).dropna()
    table = pairs[~pairs["place"].isin({*touched, ""})].pivot_table(index="month", columns="place", aggfunc="size", fill_value=0)
    return table.reindex(range(len(months)), fill_value=0).set_axis(months, axis="index")


def _places(blocks: Blocks) -> np.ndarray:
    """Return the place of each unit: its beat, else its district, else itself."""
    column = next((name for name in _POOLS if name in blocks.columns), None)
    return np.asarray(blocks[column] if column else blocks.index, dtype=object)


def _cohorts(
    study: Study, entry: Entry, position: np.ndarray, used: np.ndarray, treated: pd.Index, months: pd.PeriodIndex
) -> tuple[tuple[pd.Period, np.ndarray], ...]:
    """Return the treated areas by the month in which they began; none where all began together."""
    start = pd.Series(pd.Period(entry.start, "M"), index=treated)
    for area, day in entry.starts:
        start[find_areas(study.blocks, (area,))[0].intersection(treated)] = pd.Period(day, "M")
    if start.nunique() < 2:
        return ()
    kinds = {month: study.blocks.index.isin(start.index[start == month]) for month in sorted(start.unique())}
    return tuple((month, _tally(position[used], study.codes[used], kind, len(months)).astype(float)) for month, kind in kinds.items())


def _killed(study: Study, position: np.ndarray, seen: np.ndarray, kinds: dict[str, np.ndarray], late: int) -> pd.DataFrame:
    """Return the victims of each event, summed and squared, by group and side."""
    rows = pd.DataFrame({"event": study.rows["event_id"].to_numpy(), "code": study.codes, "after": position >= late})[seen]
    sizes = rows.groupby(["event", "code", "after"], sort=False).size().rename("killed").reset_index()
    found: dict[str, dict[str, float]] = {}
    for name, kind in kinds.items():
        some = sizes[_with_outside(kind)[sizes["code"].to_numpy()]]
        for side in (False, True):
            killed = some.loc[some["after"] == side, "killed"]
            when = "after" if side else "before"
            found[name] = found.get(name, {}) | {when: float(killed.sum()), f"{when}_squares": float((killed**2).sum())}
    return pd.DataFrame(found).T


def _sizes(blocks: Blocks, areas: dict[str, pd.Index]) -> tuple[float, ...]:
    """Return the ground of each group in parts of the treated one's; 1 where a group is empty."""
    ground = pd.Series(shapely.area(np.asarray(blocks.geometry.array)), index=blocks.index)
    if not ground.sum():
        ground = pd.Series(1.0, index=blocks.index)
    sums = [float(ground[areas[name]].sum()) for name in GROUPS]
    return tuple(one / sums[0] if one and sums[0] else 1.0 for one in sums)
