"""The space-time permutation scan: where and when did homicides come so close together that shuffled days do not give the like?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from hotspots.statistics.clusters.circles import FEWEST_EVENTS, SIMULATIONS, Scan, _check, compared, in_batches, thinned
from hotspots.statistics.clusters.scan_bounds import Calendar, Diary, best_cylinders, spans
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import told

RADIUS = 500.0  # metres: a neighbourhood on foot
DAYS = 30  # of the longest time span: what outlasts a month is rather a lasting hot spot
MOST_CLUSTERS = 10
MOST_MEMBERS = 1_000_000  # of all circles together: where there would be more, circles are drawn around fewer places, evenly spread
MOST_MOVES = 100_000_000  # members times shuffles: about a minute of one processor
FEWEST_SHUFFLES = 99
_BATCH = 32
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Events:
    """The events that take part: places in metres, the day of each counted from the first day of the study, and their ids."""

    places: np.ndarray
    day: np.ndarray
    ids: np.ndarray
    days: int


@dataclass(frozen=True, eq=False)
class Cylinders:
    """Circles of events. `starts` says where each centre's members begin, by distance; `ends` how many lie within each one's distance."""

    centres: np.ndarray
    starts: np.ndarray
    members: np.ndarray
    ends: np.ndarray
    radius: np.ndarray


def dated_events(study: Study) -> Events:
    """Return the events of a study with a place inside its units: people killed together are one, at the place of the first of them."""
    if not study.has_days:
        raise DataError(told("outbreaks: the days of single homicides are not known, so nothing can be said of bursts in time"))
    x, y = study.places
    use = (study.codes >= 0) & np.isfinite(x) & np.isfinite(y)
    day = (study.rows["date"].dt.normalize() - study.start).dt.days.to_numpy()
    table = pd.DataFrame({"id": study.rows["event_id"].astype(str).to_numpy(), "day": day, "x": np.round(x, 2), "y": np.round(y, 2)})[use]
    table = table.sort_values(["id", "day", "x", "y"]).drop_duplicates("id")
    return Events(
        table[["x", "y"]].to_numpy(float), table["day"].to_numpy(np.int32), table["id"].to_numpy(), (study.end - study.start).days
    )


def cylinders(places: np.ndarray, *, radius: float) -> Cylinders:
    """Return the circles around each place where an event lies, up to `radius` metres and half of all events.

    Where they would hold more than `MOST_MEMBERS` together, they are drawn around fewer places, the first in each cell of a grid.
    """
    spots, first = np.unique(places, axis=0, return_index=True)
    spots, first = spots[np.argsort(first)], np.sort(first)
    tree = scipy.spatial.cKDTree(places)
    held = int(scipy.spatial.cKDTree(spots).count_neighbors(tree, radius + 5e-4)) if len(places) else 0
    if held > MOST_MEMBERS:
        some = thinned(spots, int(len(spots) * MOST_MEMBERS / held))
        spots, first = spots[some], first[some]
    pairs = scipy.spatial.cKDTree(spots).sparse_distance_matrix(tree, radius + 5e-4, output_type="coo_matrix") if len(places) else None
    if pairs is None:
        nothing = np.zeros(0, dtype=np.int32)
        return Cylinders(nothing, np.zeros(1, dtype=np.int64), nothing, nothing.astype(np.int64), nothing.astype(float))
    distance = np.round(pairs.data, 3)
    order = np.lexsort((pairs.col, distance, pairs.row))
    centre, member, distance = pairs.row[order], pairs.col[order], distance[order]
    starts = np.searchsorted(centre, np.arange(len(spots) + 1))
    last = np.ones(len(centre), dtype=bool)  # of its distance
    last[:-1] = (centre[1:] != centre[:-1]) | (distance[1:] != distance[:-1])
    at = np.flatnonzero(last)
    ends = at[np.searchsorted(at, np.arange(len(centre)))] + 1 - starts[centre]
    keep = (ends * 2 <= len(places)) | (ends == ends[starts[centre]])
    starts = np.concatenate([[0], np.cumsum(np.bincount(centre[keep], minlength=len(spots)))])
    return Cylinders(first, starts.astype(np.int64), member[keep].astype(np.int32), ends[keep].astype(np.int64), distance[keep])


def space_time_scan(
    study: Study,
    *,
    radius: float = RADIUS,
    days: int = DAYS,
    anytime: bool = True,
    simulations: int = SIMULATIONS,
    seed: int = 0,
) -> Scan:
    """Return where and when events came closer together than chance explains (Kulldorff and others 2005, doi:10.1371/journal.pmed.0020059).

    It needs no population. A cylinder is a circle around the place of an event, up to `radius` metres, and a span of up to `days` days;
    with `anytime` false only spans that end on the last day, to see what is going on now. Of N events, S in the circle at any time
    and T in the span anywhere, S·T ÷ N are expected in both. The largest likelihood ratio is compared with those after the days were
    shuffled among the events, `simulations` times, so that p allows for all cylinders having been looked at. Clusters share no event.

    In a city with very many events circles are drawn around some of the places only (`Scan.centres` says around how many): every map that
    chance made is looked at in the same way, so p stays what it is. And there are fewer shuffles, never fewer than 99 of those asked for
    (`Scan.simulations` says how many): p is known less closely then.

    It finds bursts, not lasting hot spots. Where people moved within the period, or homicides were reported with a delay that differs
    between places, it finds that.

    Five killings within two days at one corner, 40 others on other days elsewhere.

    >>> from hotspots.testing import square_city
    >>> points = [(5, 5)] * 5 + [(x, y) for x, y in np.random.default_rng(2).uniform(0, 1000, (40, 2))]
    >>> dates = ["2020-07-01"] * 4 + ["2020-07-02"] + [str(pd.Timestamp("2019-01-03") + pd.Timedelta(days=11 * i))[:10] for i in range(40)]
    >>> found = space_time_scan(Study.of(*square_city(points, side=10, size=100.0, dates=dates)), simulations=99)
    >>> print(*found.table.loc[1, ["observed", "radius", "p"]], found.table.loc[1, "start"].date())
    5.0 0.0 0.01 2020-07-01
    """
    _check(simulations)
    if not (np.isfinite(radius) and radius >= 0) or days < 1:
        raise DataError(
            told("scan: needs a radius of 0 m or more and at least 1 day, not {radius} m and {days} days", radius=f"{radius:g}", days=days)
        )
    return kept(study, _scan, radius=float(radius), days=days, anytime=anytime, simulations=simulations, seed=seed)


def _scan(study: Study, *, radius: float, days: int, anytime: bool, simulations: int, seed: int) -> Scan:
    events = dated_events(study)
    zones = cylinders(events.places, radius=radius)
    n = len(events.day)
    simulations = min(simulations, max(FEWEST_SHUFFLES, MOST_MOVES // max(len(zones.members), 1)))
    before = np.concatenate([[0], np.cumsum(np.bincount(events.day, minlength=events.days))]).astype(np.int64)
    seen = best_of_centres(zones, before, events.day, length=days, anytime=anytime)
    picked = _apart(seen, zones, events.day)
    ratio = seen["llr"].to_numpy()[picked]
    beaten = np.zeros(len(picked), dtype=np.int64)
    if len(picked):
        floor = float(ratio.min())
        best = shuffled_best(zones, before, events.day, length=days, anytime=anytime, simulations=simulations, seed=seed, floor=floor)
        beaten = (best[:, None] >= ratio - _ROUNDING * (1 + ratio)).sum(axis=0)
    table = _table(study, events, zones, seen.iloc[picked], (1 + beaten) / (simulations + 1))
    return Scan(table, n, simulations, seed, "days", radius, centres=len(zones.centres))


def logarithms(n: int) -> np.ndarray:
    """Return the logarithms of 0 to n, that of 0 as 0."""
    return np.asarray(np.log(np.maximum(np.arange(n + 1, dtype=float), 1.0)))


def shuffled_best(
    zones: Cylinders, before: np.ndarray, day: np.ndarray, *, length: int, anytime: bool, simulations: int, seed: int, floor: float = 0.0
) -> np.ndarray:
    """Return the largest log-likelihood ratio after each of `simulations` shuffles of the days among the events; none below `floor`."""
    n = len(day)
    logs = logarithms(n)
    lowest = max(floor - 4 * _ROUNDING * (1 + floor), 0.0)

    def one(rng: np.random.Generator, maps: int) -> np.ndarray:
        days = rng.permuted(np.tile(day, (maps, 1)), axis=1)
        best = np.full(maps, lowest)
        best_cylinders(zones.starts, zones.members, zones.ends, logs, before, days, length, anytime, best)
        return best

    return in_batches(one, simulations=simulations, seed=seed, batch=_BATCH)


def best_of_centres(zones: Cylinders, before: np.ndarray, day: np.ndarray, *, length: int, anytime: bool) -> pd.DataFrame:
    """Return the strongest cylinder of each centre that has any, the strongest first: its size in events, its days and its ratio."""
    calendar = Calendar(before, logarithms(len(day)), length, anytime)
    diary = Diary.of(zones.starts, zones.ends, days=len(before) - 1, length=length)
    when = day[zones.members]
    use = np.flatnonzero(when > (-1 if anytime else calendar.last - length))
    at, size = diary.sorted(when[use], use)
    parts = spans(at, size, diary.wide, calendar, np.zeros(len(zones.starts)))
    names = ["centre", "observed", "first", "last", "size", "llr"]
    table = pd.concat([pd.DataFrame(dict(zip(names, part, strict=True))) for part in parts]) if parts else pd.DataFrame(columns=names)
    table = table[table["llr"].astype(float) > 0].sort_values(["llr", "centre", "first"], ascending=[False, True, True], kind="stable")
    return table.drop_duplicates("centre").reset_index(drop=True)


def _inside(row: pd.Series, zones: Cylinders, day: np.ndarray) -> np.ndarray:
    """Return the events in a cylinder."""
    start = zones.starts[int(row["centre"])]
    circle = zones.members[start : start + int(row["size"])]
    return np.asarray(circle[(day[circle] >= row["first"]) & (day[circle] <= row["last"])])


def _apart(seen: pd.DataFrame, zones: Cylinders, day: np.ndarray) -> np.ndarray:
    """Return the rows that share no event with a stronger one; one event alone is no cluster."""
    kept: list[int] = []
    taken: set[int] = set()
    for at, row in seen.iterrows():
        if len(kept) == MOST_CLUSTERS:
            break
        inside = set(_inside(row, zones, day).tolist())
        if len(inside) >= FEWEST_EVENTS and not inside & taken:
            kept.append(int(str(at)))
            taken |= inside
    return np.array(kept, dtype=np.intp)


def _table(study: Study, events: Events, zones: Cylinders, picked: pd.DataFrame, p: np.ndarray) -> pd.DataFrame:
    inside = [_inside(row, zones, events.day) for _, row in picked.iterrows()]
    centre = picked["centre"].to_numpy(dtype=np.intp)
    at = zones.centres[centre]
    size = picked["size"].to_numpy(dtype=np.int64)
    spread = [(events.day >= first) & (events.day <= last) for first, last in zip(picked["first"], picked["last"], strict=True)]
    expected = size * np.array([one.sum() for one in spread], dtype=float) / max(len(events.day), 1)
    columns = {
        "centre": events.ids[at],
        "x": events.places[at, 0],
        "y": events.places[at, 1],
        "radius": zones.radius[zones.starts[centre] + size - 1],
        "start": [study.start + pd.Timedelta(days=int(day)) for day in picked["first"]],
        "end": [study.start + pd.Timedelta(days=int(day) + 1) for day in picked["last"]],
        "events": [len(one) for one in inside],
        **compared(np.array([len(one) for one in inside], dtype=np.int64), expected),
        "llr": picked["llr"].to_numpy(dtype=float),
        "p": p,
        "members": [tuple(events.ids[np.sort(one)]) for one in inside],
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(picked) + 1, name="cluster"))
