"""Places watched week by week: an alert where killings come about twice as fast as usual, seldom in vain, as was measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.alarm_rule import Rule, rule_of
from hotspots.inference.alarms import BEFORE, GAP, LEAST, LONGEST, Usual, evidence, ordinary, raised, strongest, usual_of
from hotspots.statistics.repeats.events import day_number, day_of, victims_of
from hotspots.study import Study

FEWEST = 5  # events in the weeks that say what is usual
CITY = ""  # the key of the whole city
QUARTER = 13  # weeks that are told of a place without an alert
MONDAY = 3  # day 0 of our count, 1970-01-01, was a Thursday


@dataclass(frozen=True, eq=False)
class Alerts:
    """The places watched, their alerts, and the rule.

    `table` has one row for each place by its key ("" the whole city, then `district:…` or `beat:…`, then areas): `usual` events a week,
    `state` (`raised`; `ended`: within the last half year; `quiet`; `few`: too few before to say what is usual), `raised` (last day of the
    week), `ended` (last day of the week in which it no longer stood), and of the weeks that speak most for a doubling, up to now where it
    is raised, up to when it was where it has ended (the last 13 where there was none): `since` (their first day), `weeks`, `events`,
    people `killed`, `expected` events with the `low` and `high` end of the range of 95 in 100; `false_a_year` alerts in vain measured for
    this place, `delay` weeks until a doubling is found (the median; missing where it is over 78) and the part `found` within half a year.

    `episodes` are all alerts that these data ever raised: `place`, `raised`, `ended` (missing where it stands), and the same numbers.
    Weeks begin on Mondays; the last one ends on `last`.
    """

    table: pd.DataFrame
    episodes: pd.DataFrame
    rule: Rule | None
    last: pd.Timestamp
    watched_since: pd.Timestamp


def alerts(
    study: Study,
    *,
    by: str = "district",
    areas: Mapping[str, Collection[object]] | tuple[tuple[str, tuple[object, ...]], ...] = (),
    a_year: float = 1.0,
    lag: int = 0,
    rule: Rule | None = None,
    seed: int = 0,
) -> Alerts | None:
    """Return the alerts of a city: of its districts (or beats), of `areas` (a key and the ids of blocks of each), and of the whole of it.

    At the end of each week the events of the last weeks of each place, up to a year of them, stand beside the usual: see
    `inference.alarms`. An alert is raised where they speak for a doubling as strongly as `Rule.limit`; the limit is set so that `a_year`
    are raised in vain over the whole list, by simulating this city where nothing changes (`inference.alarm_rule`). It ends where that
    evidence has fallen to about a third, or after half a year. What happened later never changes an alert: each week knows only what was
    before it. A `rule` given is used as it is.

    `study` is one on blocks. The last `lag` days, not complete yet, are left out. None with 156 weeks of data or fewer. Events are
    counted, not victims, by the day they happened on; the whole city has those without a place too. It misleads where a level has moved
    for good: the alert is raised anew each half year until the usual has followed.
    """
    start, end = max(study.start, study.alike(study.end)[0]), min(study.end, study.covers[1])
    first = -(-(day_number(start) + MONDAY) // 7)
    weeks = (day_number(end) - lag + MONDAY) // 7 - first
    if weeks <= LEAST + GAP:
        return None
    places = _places(study, by, dict(areas))
    counts, killed = _weekly(study, places, first, weeks)
    keys = list(places)
    enough = counts[:, :-GAP][:, -BEFORE:].sum(axis=1) >= FEWEST
    table = pd.DataFrame({"usual": counts.mean(axis=1), "state": "few"}, index=pd.Index(keys, name="place"))
    last, since = day_of(7 * (first + weeks) - MONDAY - 1), day_of(7 * (first + LEAST + GAP) - MONDAY)
    if not enough[0]:
        return Alerts(table.reindex(columns=_COLUMNS), _table([]), None, last, since)
    alike = np.array([key.startswith(f"{by}:") for key in keys])[enough]
    rule = rule or rule_of(counts[enough], alike, a_year=a_year, seed=seed)
    watch = _Watch(counts[enough], killed[enough], usual_of(counts[enough], alike, spread=rule.spread), rule.limit, first)
    names = [key for key, one in zip(keys, enough, strict=True) if one]
    episodes = _table([{"place": names[i], **row} for i in range(len(names)) for row in watch.episodes(i)])
    rows = pd.DataFrame([watch.now(i, episodes[episodes["place"] == name]) for i, name in enumerate(names)], index=names)
    if len(rule.places) == len(names):
        rows = rows.assign(false_a_year=rule.places, delay=rule.delay, found=rule.found)
    table = rows.reindex(index=keys, columns=_COLUMNS).rename_axis("place")
    table.loc[~enough, ["usual", "state"]] = np.column_stack([counts[~enough].mean(axis=1).astype(object), ["few"] * int((~enough).sum())])
    return Alerts(table.astype({"usual": float}), episodes, rule, last, since)


_NUMBERS = ("since", "weeks", "events", "killed", "expected", "low", "high")
_COLUMNS = ["usual", "state", "raised", "ended", *_NUMBERS, "false_a_year", "delay", "found"]


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["place", "raised", "ended", *_NUMBERS])
    return table.astype(dict.fromkeys(("raised", "ended", "since"), "datetime64[ns]"))


@dataclass(frozen=True, eq=False)
class _Watch:
    """Weekly events and people killed of each place, what was usual, and where alerts stand; `first` is the number of the first week."""

    counts: np.ndarray
    killed: np.ndarray
    usual: Usual
    limit: float
    first: int

    @property
    def skip(self) -> int:
        """The weeks before the first that is watched."""
        return int(self.counts.shape[1] - self.usual.expected.shape[1])

    def episodes(self, i: int) -> list[dict[str, object]]:
        """Return the alerts of one place."""
        stands, starts = raised(evidence(self.counts[i, self.skip :], self._of(i)), self.limit)
        rows = []
        for week in np.flatnonzero(starts):
            over = np.flatnonzero(~stands[week:] | (starts[week:] & (np.arange(len(starts) - week) > 0)))
            ended = self._last_day(int(week) + int(over[0])) if len(over) else pd.NaT
            rows.append({"raised": self._last_day(int(week)), "ended": ended, **self._numbers(i, int(week))})
        return rows

    def now(self, i: int, alerts: pd.DataFrame) -> dict[str, object]:
        """Return the row of one place, out of its alerts."""
        weeks = self.usual.expected.shape[1]
        usual = float(self.usual.expected[i, -GAP:].mean())
        newest = alerts.iloc[-1] if len(alerts) else None
        if newest is None or (pd.notna(newest["ended"]) and newest["ended"] <= self._last_day(weeks - 1 - LONGEST)):
            return {"usual": usual, "state": "quiet", "raised": pd.NaT, "ended": pd.NaT, **self._numbers(i, weeks - 1, span=QUARTER)}
        known = newest.drop("place").to_dict()
        if pd.notna(newest["ended"]):
            return {"usual": usual, "state": "ended", **known}
        return {"usual": usual, "state": "raised", **known, **self._numbers(i, weeks - 1)}

    def _of(self, i: int) -> Usual:
        return self.usual.at(i)

    def _last_day(self, week: int) -> pd.Timestamp:
        return day_of(7 * (self.first + self.skip + int(week) + 1) - MONDAY - 1)

    def _numbers(self, i: int, week: int, span: int = 0) -> dict[str, object]:
        upto = self.usual.at(i, slice(week + 1))
        span = min(span, week + 1) or int(strongest(self.counts[i, self.skip : self.skip + week + 1], upto)[-1])
        weeks = slice(week + 1 - span, week + 1)
        at = slice(self.skip + weeks.start, self.skip + weeks.stop)
        expected, size = (float(one[-1]) for one in upto.over(span))
        low, high = ordinary(expected, size)
        counted = {"events": int(self.counts[i, at].sum()), "killed": int(self.killed[i, at].sum())}
        since = self._last_day(week - span) + pd.Timedelta(days=1)
        return {"since": since, "weeks": span, **counted, "expected": expected, "low": low, "high": high}


def _places(study: Study, by: str, areas: dict[str, Collection[object]]) -> dict[str, np.ndarray | None]:
    """Return which blocks each place is made of; None is the whole city, wherever its events are."""
    found: dict[str, np.ndarray | None] = {CITY: None}
    if by in study.blocks.columns:
        groups = study.blocks[by].astype(object)
        for name in sorted({str(one) for one in groups.dropna() if one != ""}):
            found[f"{by}:{name}"] = (groups == name).to_numpy()
    return found | {key: study.blocks.index.isin(list(ids)) for key, ids in areas.items()}


def _weekly(study: Study, places: dict[str, np.ndarray | None], first: int, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the events, and the people killed, of each place in each week: an event is where and when its first victim with a place is."""
    victims = victims_of(study).assign(one=1)
    grouped = victims.sort_values(["day", "off"], kind="stable").groupby("event", sort=False)
    day, unit, killed = grouped["day"].min().to_numpy(), grouped["unit"].first().to_numpy(), grouped["one"].sum().to_numpy()
    week = (day + MONDAY) // 7 - first
    inside = (week >= 0) & (week < weeks)
    week, unit, killed = week[inside], unit[inside], killed[inside]
    events, people = [], []
    for blocks in places.values():
        here = np.ones(len(week), dtype=bool) if blocks is None else (unit >= 0) & blocks[np.maximum(unit, 0)]
        events.append(np.bincount(week[here], minlength=weeks))
        people.append(np.bincount(week[here], killed[here], weeks))
    return np.array(events), np.array(people)
