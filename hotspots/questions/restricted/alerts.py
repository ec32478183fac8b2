"""Where killings come about twice as fast as usual: the alerts of a city's places, how seldom they are in vain, how soon they come."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hotspots import store
from hotspots.cities import logbook
from hotspots.cities.arrivals import LATE
from hotspots.cities.logbook import find_areas
from hotspots.questions.restricted import city
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import repeats
from hotspots.statistics.repeats import Alerts, Rule
from hotspots.study.calendar import DAY
from hotspots.study.options import FALSE_EVERY
from hotspots.views.answer import Answer
from hotspots.views.data_tables import TOGETHER
from hotspots.words import Words

Areas = tuple[tuple[str, tuple[object, ...]], ...]
AREA = "area:"


@dataclass(frozen=True, eq=False)
class Watched:
    """The alerts of a city's places, `every` so many months one in vain at most; by `by` ("district" or "beat").

    In `table` stand the places that the reader chose, in the state `late` where only killings registered late speak for an alert: those
    are none. `episodes` are the alerts that these data ever raised. `names` are those of areas that the log of interventions names.
    """

    found: Alerts
    table: pd.DataFrame
    episodes: pd.DataFrame
    every: int
    by: str
    areas: Areas
    lag: int

    @property
    def raised(self) -> int:
        """How many alerts these data ever raised, but for those from late registrations."""
        return int((~self.episodes["late"]).sum())

    @property
    def years(self) -> float:
        """How many years of the data are watched."""
        return float(((self.found.last - self.found.watched_since).days + 1) / 365.25)

    def rows(self) -> pd.DataFrame:
        """Return the table with its places as a column, as files have them; the whole city by the word that other files use."""
        table = self.table.rename_axis("place").reset_index()
        return table.assign(place=table["place"].where(table["place"] != "", TOGETHER[1]))

    def named(self, key: str, asked: Asked, words: Words) -> str:
        """Return what a place is called."""
        if key.startswith(AREA):
            log = logbook.read(asked.city.slug, asked.city.notes)
            name = next((words.own(one.name) for one in log.entries if one.id == key.removeprefix(AREA)), key.removeprefix(AREA))
            return words.say("Areas of “{name}”", name=name)
        whole = words.say("All your districts") if asked.city.districts else words.say("Whole city")
        return key.partition(":")[2] or whole


def watch(asked: Asked) -> Answer[Watched | None]:
    """Return the alerts of the places of a city, as the reader chose them; its rows are the places. The log is read anew each time."""
    blocks = asked.city.blocks
    by = "beat" if "beat" in blocks.columns and ("district" not in blocks.columns or asked.selection.unit == "beats") else "district"
    every = asked.selection.false_every or FALSE_EVERY
    return asked.at(unit="blocks").ask(alerts, by=by, areas=_treated(asked, by), every=every, lag=city.lag(asked.selection))


@question()
def alerts(asked: Asked, *, by: str, areas: Areas, every: int, lag: int) -> Answer[Watched | None]:
    """Return the alerts of a city's districts or beats, of areas and of the whole of it, at most one in vain in `every` months."""
    study = asked.study.everywhere
    found = repeats.alerts(study, by=by, areas=areas, a_year=12 / every, lag=lag) if study.has_days else None
    if found is None:
        return asked.answer(None)
    late = _late(asked, found, by=by, areas=areas, lag=lag)
    table, episodes = found.table.copy(), found.episodes.assign(late=late)
    standing = episodes[episodes["ended"].isna() & episodes["late"]]["place"]
    table.loc[table.index.isin(standing), "state"] = "late"
    if asked.study.place:
        here = _around(asked, by, areas, table.index)
        table, episodes = table[here], episodes[episodes["place"].isin(table.index[here])]
    watched = Watched(found, table, episodes.reset_index(drop=True), every, by, areas, lag)
    return asked.answer(watched, lambda words: said(watched, asked, words), rows=watched.rows)


def before(asked: Asked, version: int, watched: Watched) -> pd.DataFrame:
    """Return the alerts that an older version of the data raises under the rule of `watched`: none where its data are too short."""
    rule = watched.found.rule
    found = None if rule is None else _at_version(asked, version, rule, by=watched.by, areas=watched.areas, lag=watched.lag)
    return watched.episodes.iloc[:0] if found is None else found.episodes


def _at_version(asked: Asked, version: int, rule: Rule, *, by: str, areas: Areas, lag: int) -> Alerts | None:
    """Return the alerts that an older version of the data raises under the same rule."""
    older = Asked.of(replace(asked.selection, version=version, content="", place="", unit="blocks"))
    return repeats.alerts(older.study, by=by, areas=areas, lag=lag, rule=rule)


def said(watched: Watched, asked: Asked, words: Words) -> str:
    """Return how many alerts stand."""
    up = watched.table[watched.table["state"] == "raised"]
    last = words.date(watched.found.last.date())
    if not len(up):
        return words.say("No alert stands: up to {day} killings come about as fast as usual everywhere, or too few to tell.", day=last)
    names = words.join([watched.named(str(key), asked, words) for key in up.index])
    return words.count(
        "{n} alert stands, up to {day}: {places}.", "{n} alerts stand, up to {day}: {places}.", len(up), day=last, places=names
    )


def sentence(place: str, row: pd.Series, words: Words) -> str:
    """Return one alert in words: it stands, has ended, or comes from killings alone that were registered late."""
    texts = {
        "raised": words.say("alert since {day}", day=words.short_date(row["raised"].date())),
        "late": words.say("no alert: only with cases that were registered late are there so many"),
        "ended": "",
    }
    if row["state"] == "ended":
        first, last = (words.short_date(row[name].date()) for name in ("raised", "ended"))
        texts["ended"] = words.say("the alert of {first} has ended ({last})", first=first, last=last)
    numbers = words.count(
        "In {n} week, events: {events} (people killed: {killed}); usual: {usual} ({low} to {high} in 95 of 100 cases)",
        "In {n} weeks, events: {events} (people killed: {killed}); usual: {usual} ({low} to {high} in 95 of 100 cases)",
        int(row["weeks"]),
        events=words.number(row["events"]),
        killed=words.number(row["killed"]),
        usual=words.number(row["expected"], 1),
        low=words.number(row["low"]),
        high=words.number(row["high"]),
    )
    return words.say("{place}: {state}. {numbers}.", place=place, state=texts[str(row["state"])], numbers=numbers)


def overlapping(alert: pd.Series, others: pd.DataFrame) -> bool:
    """Return whether an alert of the same place stood at some time when this one does."""
    same = others[others["place"] == alert["place"]]
    ended = alert["ended"] if pd.notna(alert["ended"]) else pd.Timestamp.max
    return bool(((same["raised"] <= ended) & (same["ended"].isna() | (same["ended"] >= alert["raised"]))).any())


def _late(asked: Asked, found: Alerts, *, by: str, areas: Areas, lag: int) -> np.ndarray:
    """Return which alerts come from killings alone that were registered late.

    Those that the oldest version does not raise which knows the 30 days after them.
    """
    late = np.zeros(len(found.episodes), dtype=bool)
    numbers = [one for one in store.versions(asked.city.slug) if one < asked.city.version]
    recent = found.episodes[found.episodes["ended"].isna() | (found.episodes["ended"] > found.last - LATE * 12 * DAY)]
    if found.rule is None or not numbers or not len(recent):
        return late
    ends = {one: pd.Timestamp(store.current(asked.city.slug, one).manifest["facts"]["end"]) for one in numbers}
    known: dict[int, Alerts | None] = {}
    for at, alert in recent.iterrows():
        able = [one for one in sorted(numbers) if ends[one] > alert["raised"] + LATE * DAY]
        if not able:
            continue
        before = known.setdefault(able[0], None) or _at_version(asked, able[0], found.rule, by=by, areas=areas, lag=lag)
        known[able[0]] = before
        late[int(str(at))] = before is not None and not overlapping(alert, before.episodes)
    return late


def _treated(asked: Asked, by: str) -> Areas:
    """Return the treated areas of the log as blocks, but for those that are the whole city, or one district or beat: watched already."""
    blocks = asked.city.blocks
    groups = [set(ids) for ids in blocks.groupby(by).groups.values()] if by in blocks.columns else []
    found: dict[frozenset[object], str] = {}
    for entry in logbook.read(asked.city.slug, asked.city.notes).entries:
        ids = frozenset(find_areas(blocks, entry.treated)[0])
        if ids and len(ids) < len(blocks) and ids not in groups:
            found.setdefault(ids, AREA + entry.id)
    return tuple((key, tuple(sorted(ids, key=str))) for ids, key in found.items())


def _around(asked: Asked, by: str, areas: Areas, keys: pd.Index) -> np.ndarray:
    """Return which places have ground in the place chosen; the whole city always does."""
    place = asked.study.place
    inside = place.blocks if place else asked.city.blocks
    groups = set(inside[by].dropna().astype(str)) if by in inside.columns else set()
    touched = {key for key, ids in areas if not set(ids).isdisjoint(inside.index)}
    return np.array([not key or key in touched or key.partition(":")[2] in groups for key in keys], dtype=bool)
