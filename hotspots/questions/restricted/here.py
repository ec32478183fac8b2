"""One place, or the whole city, at a glance: how many now against usual, which way, who and with what, which few places drive it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from hotspots import geography
from hotspots.cities import logbook
from hotspots.cities.logbook import Entry
from hotspots.geography import units
from hotspots.questions.restricted import changes, city, interventions, repeats, when, who
from hotspots.questions.restricted.asked import Asked, covered, last_day, question
from hotspots.statistics import change, concentration
from hotspots.statistics.change import Comparison, Direction
from hotspots.statistics.concentration import PATTERNS
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.study.calendar import DAY, Days
from hotspots.study.memo import kept
from hotspots.study.selection import Selection
from hotspots.views import captions, verdicts
from hotspots.views.answer import Answer
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

RECENT = 36  # months
LISTED = 8  # places
NEAR, WITHIN = 200, 14  # metres, days: an open window
YEAR = "365"
MINUS = "\N{MINUS SIGN}"
FIELDS: Mapping[str, str] = {
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "age": mark("Age of the victim"),
    "sex": mark("Sex of the victim"),
}
SPANS: Mapping[str, str] = {"7": mark("7 days"), "28": mark("28 days"), "ytd": mark("This year"), YEAR: mark("12 months")}


@dataclass(frozen=True)
class Now:
    """How many were killed in `days`, the normal range from `low` to `high` (missing where it is not known), and the verdict.

    Where people were killed together and there is no range of people killed, the range and `judged` are of events.
    """

    span: str
    days: Days
    count: int
    judged: int
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class SinceYear:
    """The last 12 months beside a whole calendar `year` that was counted alike, the first such one: see `change.Direction`.

    `share` is the difference as a share of that year (missing under 10). Where what is counted changed, and no year since is early
    enough, `redefined` says so; else `first` is the first year of the data, counted differently, and `from_first` the share from there.
    """

    year: int
    found: Direction
    share: float
    redefined: bool
    first: int
    from_first: float


@dataclass(frozen=True, eq=False)
class Here:
    """One place: `now` by period, the `direction` (None where it cannot be told), and who was killed of late, by field."""

    now: tuple[Now, ...]
    direction: SinceYear | None
    who: Mapping[str, pd.Series]


def recent(asked: Asked) -> Asked:
    """Return the same about the last 36 months of the choices: the one period that who, when, where and the map are about."""
    if not asked.study.has_victims:
        return asked
    end = covered(asked.study).end
    start = max(end - pd.DateOffset(months=RECENT), asked.study.start)
    return replace(asked, selection=replace(asked.selection, start=start.date(), end=end.date()))


def recent_days(asked: Asked, words: Words) -> tuple[str, str] | None:
    """Return how long these months are and their days, where they do not begin with a month: 36 of them then touch 37 of the calendar."""
    shown = recent(asked).study
    whole = shown.end - pd.DateOffset(months=RECENT) == shown.start
    return (words.count("{n} month", "{n} months", RECENT), captions.days(shown, words)) if whole and shown.start.day > 1 else None


@question(lambda chosen: chosen.figures(unit="blocks", lag=chosen.lag))
def here(asked: Asked) -> Answer[Here]:
    """Return what is said first of a place, with the finding: how many in 12 months, whether that is usual, and which way it goes."""
    found = asked.ask(changes.of_the_whole, changes.until(asked.study, lag=city.lag(asked.selection)))
    year = _now(YEAR, change.compare(asked.study, _twelve_months(asked, found[YEAR].days.end), places=False))
    others = tuple(_now(span, found[span]) for span in SPANS if span != YEAR and span in found)
    now = (*(one for one in others if one.days != year.days), year)
    direction = _direction(asked, year)
    counted = recent(asked).ask(who.by_field).value
    known = {name: counted[name] for name in FIELDS if name in counted}

    def says(words: Words) -> str:
        killed = words.count("{n} person killed, {days}", "{n} people killed, {days}", year.count, days=captions.period(year.days, words))
        first = verdicts.judged(killed, year.verdict, words)
        return f"{first}. {which_way(direction, words)}".strip()

    return asked.answer(Here(now, direction, known), says, rows=lambda: pd.DataFrame([_row(one) for one in now]), days=year.days)


def _twelve_months(asked: Asked, end: pd.Timestamp) -> Days:
    """Return the 12 months before a day: where it is the first of a month they are the last 12 whole months, as on the page Trends."""
    return Days(max(end - pd.DateOffset(years=1), asked.study.covers[0]), end)


def _now(span: str, one: Comparison) -> Now:
    count, events = int(one.city["count"]), int(one.city["events"])
    low, high = (one.usual.low, one.usual.high) if one.usual else (one.city["low"], one.city["high"])
    verdict = one.verdict.removeprefix("firmly_")
    return Now(span, one.days, count, count if one.usual else events, float(low), float(high), verdict)


def _row(one: Now) -> dict[str, object]:
    last = (one.days.end - DAY).date()
    numbers = {"count": one.count, "low": one.low, "high": one.high, "verdict": one.verdict}
    return {"span": one.span, "start": one.days.start.date(), "last": last, **numbers}


def _direction(asked: Asked, year: Now) -> SinceYear | None:
    """Return how the last 12 months differ from the first whole year counted alike; None with fewer than three years between them."""
    table = asked.ask(when.years).value
    whole = table.loc[table["complete"], "count"]
    if whole.empty or year.days.n < 365:
        return None
    breaks = [note.start for note in asked.city.notes if note.kind == "definition"]
    breaks = [day for day in breaks if whole.index[0].start_time < day < year.days.end]
    alike = whole[whole.index.start_time >= max(breaks)] if breaks else whole
    for years in (alike, whole) if breaks else (whole,):
        if years.empty or year.days.start < years.index[0].end_time + pd.DateOffset(years=2):
            continue
        found = change.direction(year.count, int(years.iloc[0]), years)
        if found:
            apart = bool(breaks) and years is alike
            from_first = _share(year.count, int(whole.iloc[0])) if apart else float("nan")
            redefined = bool(breaks) and not apart
            return SinceYear(
                int(years.index[0].year), found, _share(found.now, found.then), redefined, int(whole.index[0].year), from_first
            )
    return None


def _share(now: int, then: int) -> float:
    return (now - then) / then if then >= change.PERCENT_FROM else float("nan")


def which_way(one: SinceYear | None, words: Words) -> str:
    """Return how the last 12 months stand to the first whole year counted alike, in words; empty where that is not known."""
    if one is None:
        return ""
    told = {"year": str(one.year), "then": words.number(one.found.then)}
    fewer = one.found.now < one.found.then
    if not one.found.clear:
        text = words.say("No clear difference from {year} ({then}).", **told)
    elif pd.isna(one.share):
        text = words.say("Fewer than in {year} ({then}).", **told) if fewer else words.say("More than in {year} ({then}).", **told)
    else:
        told |= {"share": words.percent(abs(one.share))}
        below = words.say("{share} below {year} ({then}), more than chance and the swings between years explain.", **told)
        text = (
            below if fewer else words.say("{share} above {year} ({then}), more than chance and the swings between years explain.", **told)
        )
    if one.redefined:
        return f"{text} {words.say('What is counted changed in between.')}"
    return text if pd.isna(one.from_first) else f"{text} {_from_first(one, words)}"


def _from_first(one: SinceYear, words: Words) -> str:
    told = {"share": words.percent(abs(one.from_first)), "year": str(one.first)}
    if one.from_first < 0:
        return words.say("{share} below {year}, when it was counted differently.", **told)
    return words.say("{share} above {year}, when it was counted differently.", **told)


def range_of(one: SinceYear | None, words: Words) -> str:
    """Return the 95 % range of the change since the year of the finding, as a sentence; empty where that year had under 10."""
    if one is None or pd.isna(one.share):
        return ""
    ends = [f"{'+' if end > 1 else MINUS}{words.percent(abs(end - 1))}" for end in (one.found.low, one.found.high)]
    return words.say(
        "Last 12 months beside {year}: {low} to {high} (95% range, with the swings between years).",
        year=str(one.year),
        low=ends[0],
        high=ends[1],
    )


@dataclass(frozen=True, eq=False)
class FewPlaces:
    """The places where most people were killed of late, most first: `name`, `count`, `last_year`, `share` and `running` share of `n`, and
    the `pattern` (see `concentration.patterns`).

    `table` has every place with a homicide; `of` is how many places there are, `half` how many of them hold half of `n`. What was chosen
    may be less than the last 36 months (`whole`: it is not), even than the last 12 (`parted`: these are a part of it).
    """

    table: pd.DataFrame
    n: int
    of: int
    half: int
    whole: bool
    parted: bool

    @property
    def listed(self) -> pd.DataFrame:
        """The first ones, that are numbered in a list and on the map; none where there is one place only, which nothing inside drives."""
        return self.table.head(LISTED if self.of > 1 else 0)


@question(lambda chosen: chosen.figures(unit=chosen.unit))
def few_places(asked: Asked) -> Answer[FewPlaces]:
    """Return which few places inside hold the homicides of the last 36 months, and how many of them died in the last 12."""
    newest = recent(asked)
    study, end = newest.study, covered(newest.study).end
    counts = study.counts.fillna(0).astype(int)
    year = study.between(max(end - pd.DateOffset(months=12), study.start), end).counts.fillna(0).astype(int)
    table = pd.DataFrame({"name": geography.names(study.blocks).astype(str), "count": counts, "last_year": year})
    table = table[table["count"] > 0].sort_values(["count", "last_year", "name"], ascending=[False, False, True], kind="stable")
    n = int(table["count"].sum())
    table["share"] = table["count"] / max(n, 1)
    table["pattern"] = concentration.patterns(study).reindex(table.index)
    table["running"] = table["count"].cumsum() / max(n, 1)
    half = int((table["running"] < 0.5).sum()) + 1 if n else 0
    whole, parted = study.start == end - pd.DateOffset(months=RECENT), covered(study).longer_than(12)
    found = FewPlaces(table, n, len(counts), half, whole=whole, parted=parted)

    def says(words: Words) -> str:
        if len(table) == 1:
            told = {"n": words.number(n), "of": words.number(found.of), "unit": asked.unit_word(words)}
            return words.say("{n} people killed, all in 1 of {of} {unit}", **told)
        if n < UNSTABLE_UNDER:  # half of so few lies in few places wherever they fall
            told = {"n": words.number(n), "places": words.number(len(table)), "of": words.number(found.of), "unit": asked.unit_word(words)}
            return words.say("{n} people killed, in {places} of {of} {unit}", **told)
        return words.say(
            "{half} of {of} {unit} hold half of {n} people killed",
            half=words.number(half),
            of=words.number(found.of),
            n=words.number(n),
            unit=asked.unit_word(words),
        )

    return newest.answer(found, says, rows=lambda: table.rename_axis("id").reset_index())


def old_or_new(found: FewPlaces, words: Words) -> str:
    """Return how many of the places are old and how many new: those with a homicide in the last 36 months, by their pattern.

    Nothing where there is one such place: its own row says which it is.
    """
    if len(found.table) < 2:
        return ""
    n = found.table["pattern"].value_counts()
    told = {name: words.number(n.get(name, 0)) for name in PATTERNS}
    every = words.number(len(found.table))
    return words.say("Old or new: of {every} places {lasting} lasting, {new} new, {past} past, {at_times} at times.", every=every, **told)


def smallest(asked: Asked) -> str:
    """Return the unit that a place is looked into by: the one that the city is made of."""
    return units.default(asked.city.blocks)


@question(lambda chosen: chosen.figures(unit="blocks"), needs="windows")
def windows(asked: Asked) -> Answer[pd.DataFrame] | None:
    """Return the windows that are open on the last day of the data, within 200 m and 14 days; None where no points are known."""
    if not asked.city.has_points or not asked.study.has_days:
        return None
    return asked.ask(repeats.open_windows, metres=NEAR, days=WITHIN)


def done(asked: Asked) -> list[Entry]:
    """Return what was done here, by the log: in the whole city, or in blocks that the place holds; newest first, read anew each time."""
    here_too = kept(asked.at(unit="blocks").study.blocks, _texts)
    entries = logbook.read(asked.city.slug, asked.city.notes).entries
    found = [one for one in entries if not one.treated or here_too & set(map(str, one.treated))]
    return sorted(found, key=lambda one: one.start, reverse=True)


def _texts(blocks: gpd.GeoDataFrame) -> frozenset[str]:
    """Return the texts by which the log may name what these blocks are, and what they make up."""
    found = set(blocks.index.astype(str))
    for kind in ("district", "beat"):
        found |= {f"{kind}:{name}" for name in (blocks[kind].dropna().unique() if kind in blocks.columns else ())}
    return frozenset(found)


def whether_it_worked(asked: Asked, entry: Entry, words: Words) -> str:
    """Return in one sentence whether something that was done worked: the evaluation's own, of all homicides, whatever was filtered."""
    if not asked.study.has_victims:
        return ""
    return interventions.evaluated(asked.at(where=(), start=None, end=None, place=""), entry).sentence(words)


def name_of(asked: Asked, words: Words) -> str:
    """Return what the place is called: its own name, else the city's."""
    place = asked.study.place
    return asked.city.name if place is None else captions.place_name(place, words)


def nobody(asked: Asked, words: Words) -> str:
    """Say that nobody was killed here in the period; where a filter is in force, nobody to whom it applies."""
    study = asked.study
    told = {"place": safe_markdown(name_of(asked, words)), "period": words.period(study.start.date(), study.end.date())}
    if asked.selection.where:
        return words.say("Nobody to whom these filters apply was killed in {place}, {period}. Remove a filter to see the others.", **told)
    return words.say("Nobody was killed in {place}, {period}.", **told)


def until(asked: Asked) -> pd.Timestamp:
    """Return the last day that the data cover."""
    return last_day(asked.study)


def districts(selection: Selection) -> Selection:
    """Return the choices on districts, of the whole city: what a place is chosen among."""
    return replace(selection, unit="districts", place="")
