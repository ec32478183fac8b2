"""What is new of a city or a place since an earlier version of its data: what a reader is told who does not come and look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from hotspots import cities, geography, store
from hotspots.cities import logbook
from hotspots.cities.arrivals import differences
from hotspots.questions.restricted import alerts, changes, city, clusters, here, repeats
from hotspots.questions.restricted.asked import Asked
from hotspots.questions.restricted.brief import permalink
from hotspots.statistics import change
from hotspots.store.schema import UNKNOWN, DataError
from hotspots.study.calendar import DAY
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions
from hotspots.views.digest import Digest, Section
from hotspots.words import Words, mark, told

LISTED = 20  # lines of one section
HEADS: Mapping[str, str] = {
    "new": mark("People killed since"),
    "late": mark("Killed before, and only known now"),
    "corrected": mark("Corrected"),
    "withdrawn": mark("Taken out"),
    "outside": mark("Left the normal range, or came back to it"),
    "alerts": mark("Alerts raised and ended"),
    "windows": mark("Windows opened and closed"),
    "hot": mark("Hot spots that came or went"),
    "done": mark("What was begun or ended"),
    "totals": mark("Published numbers that are new or changed"),
}
CAME: Mapping[str, str] = {
    "above": mark("{place}: more than usual, {days}"),
    "below": mark("{place}: fewer than usual, {days}"),
    "within": mark("{place}: within the normal range again, {days}"),
}


def since(slug: str, asked: str, *, now: int) -> int:
    """Return the version that `asked` names: by its number, or the one published last before the end of a day; left out, the one before.

    Raises a `DataError` that names the versions there are where it names none before version `now`.
    """
    older = [number for number in store.versions(slug) if number < now]
    dated = {number: str(store.current(slug, number).manifest["published"])[:10] for number in older}
    if not asked and older:
        return older[-1]
    if asked.isdecimal() and int(asked) in older:
        return int(asked)
    if len(asked) == 10 and (upto := [number for number in older if dated[number] <= asked]):
        return upto[-1]
    there = ", ".join(f"{number} ({day})" for number, day in dated.items()) or told("none")
    raise DataError(told("digest: no version before version {now} is {asked}; there are {there}", now=now, asked=repr(asked), there=there))


def digest(asked: Asked, words: Words, *, before: int, address: str = "") -> Digest:
    """Return what is new in the version of `asked` since version `before`, of the place and the filters of `asked`."""
    old = Asked.of(asked.at(version=before).selection)
    now = Asked.of(asked.selection)
    sections = [_totals(old, now, words)] if isinstance(now.study, TotalsStudy) else list(_of_cases(old, now, words))
    published = [str(store.current(now.city.slug, number).manifest["published"]) for number in (before, now.city.version)]
    reach = (now.study.covers[1] - DAY).date()
    name = here.name_of(now, words)
    day = words.date(dt.datetime.fromisoformat(published[0]).date())
    found = tuple(one for one in sections if one.n)
    title = words.say("{place}: what is new since {day}", place=name, day=day)
    return Digest(
        slug=now.city.slug,
        place=now.selection.place,
        name=name,
        language=words.language,
        since=before,
        version=now.city.version,
        published=(published[0], published[1]),
        reach=reach,
        title=title if found else words.say("{place}: nothing new since {day}", place=name, day=day),
        label=captions.of_sheet(now.city, now.study, words),
        foot=captions.note(now.city, words),
        address=permalink(asked.selection, address=address, version=now.city.version),
        sections=found,
    )


def _of_cases(old: Asked, now: Asked, words: Words) -> Iterable[Section]:
    until = old.study.covers[1]
    found = differences(old.study.rows, now.study.rows)
    fresh = found.added[found.added["date"] >= until]
    late = found.added[found.added["date"] < until]
    yield _section("new", [_death(row, now, words) for row in _newest(fresh)], words)
    yield _section("late", [_death(row, now, words) for row in _newest(late)], words)
    yield _section("corrected", [_corrected(one, now, words) for one in found.corrected], words)
    yield _section("withdrawn", [_death(row, old, words) for row in _newest(found.withdrawn)], words)
    yield _section("outside", _outside(old, now, words), words)
    yield _section("alerts", _alerts(old, now, words), words)
    yield _section("windows", _windows(old, now, words), words)
    yield _section("hot", _hot(old, now, words), words)
    yield _section("done", _done(old, now, words), words)


def _section(key: str, lines: Iterable[str], words: Words) -> Section:
    every = tuple(lines)
    return Section(key, words.say(HEADS[key]), len(every), every[:LISTED])


def _newest(rows: pd.DataFrame) -> list[Any]:
    return list(rows.sort_values("date", ascending=False, kind="stable").itertuples())


def _death(row: Any, asked: Asked, words: Words) -> str:
    """Return one person killed in a line: the day, the place and the weapon, as far as they are known."""
    weapon = getattr(row, "weapon", UNKNOWN)
    with_what = [] if pd.isna(weapon) or weapon == UNKNOWN else [captions.value_name("weapon", weapon, words).lower()]
    day = row.date.date()
    return " · ".join(
        [words.short_date(day) if getattr(row, "day_known", True) else words.month(day), _place_of(row.Index, asked, words), *with_what]
    )


def _place_of(incident: Any, asked: Asked, words: Words) -> str:
    study = asked.at(unit=here.smallest(asked)).study
    unit = study.unit_of.get(incident)
    return words.say("place not known") if unit is None or pd.isna(unit) else str(geography.names(study.blocks)[unit])


def _corrected(change: tuple[Any, tuple[str, ...]], asked: Asked, words: Words) -> str:
    row, fields = change
    labels = [words.say(here.FIELDS[name]).lower() if name in here.FIELDS else words.say("another column") for name in fields]
    which = words.join(sorted(dict.fromkeys(labels))) or words.say("the place")
    return words.say("{case}: {fields} changed", case=_death(row, asked, words), fields=which)


def _outside(old: Asked, now: Asked, words: Words) -> list[str]:
    """Return which of the city or the place and its districts have left their normal range of 28 days, and which are back in it."""
    before, after = _judged(old), _judged(now)
    lines = []
    for name, (verdict, days) in after.items():
        was = before.get(name, ("unknown", days))[0]
        if verdict in CAME and was in CAME and verdict != was:
            place = name or here.name_of(now, words)
            lines.append(words.say(CAME[verdict], place=place, days=captions.days(days, words)))
    return lines


def _judged(asked: Asked) -> dict[str, tuple[str, Any]]:
    by = asked.at(unit=changes.unit_of(asked))
    end = changes.until(by.study, lag=city.lag(by.selection))
    if end <= by.study.covers[0]:
        return {}
    one = by.ask(changes.compared, end)[changes.span_of(by.study)]
    places = one.places if by.unit != "city" else one.places.iloc[:0]
    firm = change.judged(places)
    names = geography.names(by.study.blocks)
    known = {str(names[unit]): _firmly(verdict) for unit, verdict in firm.items()}
    return {name: (verdict, one.days) for name, verdict in {"": one.verdict.removeprefix("firmly_"), **known}.items()}


def _firmly(verdict: str) -> str:
    """Return the verdict on one of many places: outside only where that holds for the number of places compared."""
    return verdict.removeprefix("firmly_") if verdict.startswith("firmly_") else "unknown" if verdict == "unknown" else "within"


def _alerts(old: Asked, now: Asked, words: Words) -> list[str]:
    """Return the alerts raised since, and ended since: of both versions by the same rule. Cases registered late raise none."""
    watched = alerts.watch(now).value
    if watched is None or watched.found.rule is None:
        return []
    before = alerts.before(now, old.city.version, watched)
    lines = []
    for _, one in watched.episodes[~watched.episodes["late"]].iterrows():
        there = alerts.overlapping(one, before)
        stood = there and alerts.overlapping(one, before[before["ended"].isna()])
        ended = pd.notna(one["ended"])
        if (not there and (not ended or one["raised"] >= old.study.covers[1])) or (stood and ended):
            place = watched.named(str(one["place"]), now, words)
            lines.append(alerts.sentence(place, one.rename(None).to_frame().T.assign(state="ended" if ended else "raised").iloc[0], words))
    return lines


def _windows(old: Asked, now: Asked, words: Words) -> list[str]:
    before, after = _open(old, words), _open(now, words)
    opened = [words.say("opened: {window}", window=text) for key, text in after.items() if key not in before]
    closed = [words.say("closed: {window}", window=text) for key, text in before.items() if key not in after]
    return opened + closed


def _open(asked: Asked, words: Words) -> dict[tuple[Any, ...], str]:
    if not asked.city.has_points or not asked.city.has_days:
        return {}
    found = asked.ask(repeats.open_windows, metres=here.NEAR, days=here.WITHIN).value
    names = geography.names(asked.study.everywhere.blocks)
    rows = found.itertuples()
    return {(one.date, round(one.x), round(one.y)): _window(one, names, words) for one in rows}


def _window(one: Any, names: pd.Series, words: Words) -> str:
    where = str(names.iloc[one.unit]) if one.unit >= 0 else words.say("place not known")
    return words.say("{place}, until {day}", place=where, day=words.short_date(one.last.date()))


def _hot(old: Asked, now: Asked, words: Words) -> list[str]:
    before, after = _hot_names(old), _hot_names(now)
    came = [words.say("{place}: now part of a hot spot", place=name) for key, name in after.items() if key not in before]
    return came + [words.say("{place}: no longer part of a hot spot", place=name) for key, name in before.items() if key not in after]


def _hot_names(asked: Asked) -> dict[str, str]:
    places = asked.at(unit=here.smallest(asked)).ask(clusters.hot_places, sized=False).value.places
    return {} if places is None else dict(zip(places.index.astype(str), places["place"].astype(str), strict=True))


def _done(old: Asked, now: Asked, words: Words) -> list[str]:
    """Return what began or ended between the ends of both versions' data."""
    first, last = old.study.covers[1], now.study.covers[1]
    entries = logbook.read(now.city.slug, now.city.notes).entries
    rows = [(one.start, words.say("begun: {name}, {day}", **_named(one, one.start, words))) for one in entries if first <= one.start < last]
    rows += [
        (one.end, words.say("ended: {name}, {day}", **_named(one, one.end, words)))
        for one in entries
        if one.end is not None and first <= one.end < last
    ]
    return [text for _, text in sorted(rows)]


def _named(entry: logbook.Entry, day: pd.Timestamp, words: Words) -> dict[str, str]:
    return {"name": words.own(entry.name), "day": words.short_date(day.date())}


def _totals(old: Asked, now: Asked, words: Words) -> Section:
    """Return the published numbers that the newer version has and the older one lacks, or has otherwise."""
    before, after = _published(old.city), _published(now.city)
    lines = []
    for key, n in after.items():
        was = before.get(key)
        if was != n:
            _, area, start, end, sex = key
            whom = [captions.value_name("sex", sex, words)] if sex else []
            what = ", ".join([area or now.city.name, *whom, words.period(start.date(), end.date())])
            killed = words.number(n)
            lines.append(
                f"{what}: {killed}" if was is None else words.say("{what}: {n}, before {was}", what=what, n=killed, was=words.number(was))
            )
    return _section("totals", lines, words)


def _published(one: cities.City) -> dict[tuple[Any, ...], float]:
    table = one.totals
    if table is None:
        return {}
    known = table[table["count"].notna()]
    keys = zip(known["table"], known["area"], known["start"], known["end"], known["sex"], strict=True)
    return dict(zip(keys, known["count"].astype(float), strict=True))
