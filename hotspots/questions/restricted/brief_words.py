"""What the brief says of its numbers: finding, two lines below it, the numbers with their ranges, who was killed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hotspots.cities import City
from hotspots.questions.restricted.brief import FIELDS, Brief
from hotspots.release import ledger
from hotspots.release.profiles import FEWER_THAN
from hotspots.release.protection import SHOWN, attribute_weights, protect
from hotspots.statistics import rates, trends
from hotspots.statistics.change import Comparison
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.statistics.trends import Judgement
from hotspots.store.schema import UNKNOWN
from hotspots.study import Study
from hotspots.study.calendar import Days
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions
from hotspots.views.answer import Answer
from hotspots.views.columns import with_sign
from hotspots.views.one_page import Bar, Figure, Part
from hotspots.words import Words, mark

LABELS: dict[str, str] = {"7": mark("7 days"), "28": mark("28 days"), "ytd": mark("This year")}
FIELD_WORDS: dict[str, str] = {"weapon": mark("Weapon"), "category": mark("Came from"), "age": mark("Age"), "sex": mark("Sex")}
SAID: dict[str, str] = {
    "within": mark("within the normal range {low}–{high}"),
    "above": mark("more than the normal range {low}–{high}"),
    "below": mark("fewer than the normal range {low}–{high}"),
}
OF_EVENTS: dict[str, str] = {
    "within": mark("{events} events: within the normal range {low}–{high}"),
    "above": mark("{events} events: more than the normal range {low}–{high}"),
    "below": mark("{events} events: fewer than the normal range {low}–{high}"),
}
NAMED = 2  # values of a bar that are named beside it
ADDED_UP = 3  # values held back that are named beside their sum


def told(n: float, found: Brief, words: Words) -> str:
    """Return a number of people; where small ones are guarded, not which one it is under 10."""
    return words.say("fewer than {n}", n=FEWER_THAN) if found.preset.guarded and n < FEWER_THAN else words.number(n)


def lag_of(found: Brief) -> int:
    """Return how many days before the end of the data the compared periods stop."""
    one = next(iter(found.periods.value.values())) if found.periods else None
    return 0 if one is None else max((min(found.study.end, found.study.covers[1]) - one.days.end).days, 0)


def title(answer: Answer[Brief], city: City, words: Words) -> str:
    """Return the finding."""
    found, latest = answer.value, answer.value.latest
    if found.preset.guarded and latest is not None and latest.value.count < FEWER_THAN:
        about = captions.subject(city, found.study, words)
        return words.say("Fewer than {n} people killed in {city} in the last 12 months", n=FEWER_THAN, city=about)
    return answer.sentence(words) or captions.people_killed(city, found.study, words)


def lead(found: Brief, city: City, words: Words) -> tuple[str, ...]:
    """Return the sentences below the finding: the rate with its interval, the city's, and how few places hold half."""
    lines = []
    if found.latest is not None and (found.latest.value.count >= FEWER_THAN or not found.preset.guarded):
        lines.append(_rate(found.latest.value, found.latest_of_city, city, words))
    if found.concentrated is not None:
        lines.append(found.concentrated.sentence(words) + ".")
    return tuple(line for line in lines if line)


def _rate(latest: Judgement, of_city: Answer[Judgement] | None, city: City, words: Words) -> str:
    one = rates.estimate(latest.exposed, latest.person_years, together=latest.together)
    if one.state == "no_data":
        return ""
    said = words.say(
        "That is {rate} per 100,000 residents a year ({low}–{high}).",
        rate=words.rate(one.value),
        low=words.rate(one.low),
        high=words.rate(one.high),
    )
    every = rates.estimate(of_city.value.exposed, of_city.value.person_years) if of_city else None
    if every is None or every.state == "no_data":
        return said
    if city.districts:  # a sheet leaves the screen: what "the city" means there is told nowhere else
        return f"{said} " + words.say("{city}: {rate}.", city=city.name, rate=words.rate(every.value))
    return f"{said} " + words.say("The whole city: {rate}.", rate=words.rate(every.value))


def figures(found: Brief, city: City, words: Words) -> tuple[Figure, ...]:
    """Return the numbers of the page, each with its days and what is normal."""
    if not found.study.has_victims:
        return tuple(_of_totals(found, words))
    latest = found.latest.value if found.latest else None
    compared = found.periods.value if found.periods else {}
    shown = [_compared(compared[name], LABELS[name], found, words) for name in found.preset.spans if name in compared]
    if latest is not None:
        same = [one for one in shown if one.days == captions.period(Days(latest.start, latest.end), words)]
        shown = [one for one in shown if one not in same] + [_twelve(latest, found, words)]
    if len(shown) < 4 and latest is not None and not (found.preset.guarded and latest.count < FEWER_THAN):
        shown += [one for one in [_rate_figure(latest, words)] if one]
    return tuple(shown)


def _compared(one: Comparison, label: str, found: Brief, words: Words) -> Figure:
    n, when = float(one.city["count"]), captions.period(one.days, words)
    if found.preset.guarded and n < FEWER_THAN:
        return Figure(words.say(label), when, told(n, found, words), words.say("not shown: too few"))
    if one.usual is not None:
        return _figure(label, when, n, (one.usual.low, one.usual.high), one.verdict, words)
    low, high, events = (float(one.city[name]) for name in ("low", "high", "events"))
    if low != low:
        return Figure(words.say(label), when, words.number(n), words.say("no earlier years to compare with"), n)
    if events == n:
        return _figure(label, when, n, (low, high), one.verdict, words)
    ends = {"low": words.number(low), "high": words.number(high)}
    said = words.say(OF_EVENTS[one.verdict], events=words.number(events), **ends)
    return Figure(words.say(label), when, words.number(n), said, events, low, high, one.verdict != "within")


def _figure(label: str, when: str, n: float, ends: tuple[float, float], verdict: str, words: Words) -> Figure:
    said = words.say(SAID[verdict], low=words.number(ends[0]), high=words.number(ends[1]))
    return Figure(words.say(label), when, words.number(n), said, n, float(ends[0]), float(ends[1]), verdict != "within")


def _twelve(latest: Judgement, found: Brief, words: Words) -> Figure:
    label, when = mark("12 months"), captions.period(Days(latest.start, latest.end), words)
    if found.preset.guarded and latest.count < FEWER_THAN:
        return Figure(words.say(label), when, told(latest.count, found, words), words.say("not shown: too few"))
    if latest.range is None:
        return Figure(words.say(label), when, words.number(latest.count), words.say("no earlier years to compare with"), latest.count)
    return _figure(label, when, latest.count, (latest.range.low, latest.range.high), latest.verdict, words)


def _rate_figure(latest: Judgement, words: Words) -> Figure | None:
    one = rates.estimate(latest.exposed, latest.person_years, together=latest.together)
    if one.state == "no_data":
        return None
    said = words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high))
    return Figure(words.say("Per 100,000 a year"), captions.period(Days(latest.start, latest.end), words), words.rate(one.value), said)


def _of_totals(found: Brief, words: Words) -> Iterator[Figure]:
    newest = found.newest.value if found.newest else None
    if newest is None:
        return
    yield _year(newest, found.years.value, words)
    one = rates.overall(newest)
    if one.state != "no_data":
        said = words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high))
        yield Figure(words.say("Per 100,000 a year"), captions.period(newest, words), words.rate(one.value), said)
    elif isinstance(newest, TotalsStudy):
        cell = newest.whole.cells[0] if len(newest.whole.cells) == 1 else None
        known = cell is not None and cell.rate == cell.rate
        said = words.say("as published: {source}", source=cell.source or cell.table) if cell and known else ""
        if cell and known:
            yield Figure(words.say("Per 100,000 a year"), captions.period(newest, words), words.rate(cell.rate), said)
    yield from _beside(found, words)


def _year(newest: Study, years: pd.DataFrame, words: Words) -> Figure:
    """Return the newest twelve months of published totals, beside their normal range where they are a year that has one."""
    label, days, n = words.say("People killed"), captions.period(newest, words), newest.victims
    if newest.start.month > 1:
        return Figure(label, days, words.number(n), words.say("no normal range: these twelve months are no calendar year"), n)
    row = years.iloc[years.index.start_time == newest.start].filter(["low", "high"]).dropna()
    if row.empty:
        return Figure(label, days, words.number(n), words.say("no normal range: too few years before were counted in the same way"), n)
    low, high = row.to_numpy(dtype=float)[0]
    verdict = trends.verdict(n, low, high)
    said = words.say(SAID[verdict], low=words.number(low), high=words.number(high))
    return Figure(label, days, words.number(n), said, n, low, high, verdict != "within")


def _beside(found: Brief, words: Words) -> Iterator[Figure]:
    """Return the newest year beside the year before, where both were counted alike."""
    if found.beside is None:
        return
    beside = found.beside.value
    row = beside.table.iloc[-1]
    first, last = pd.Timestamp(int(row["first"]), 1, 1), pd.Timestamp(beside.year + 1, 1, 1)
    if any(note.kind == "definition" and first < note.start < last for note in found.notes):
        return
    said = words.say("{year}: {difference}", year=beside.year, difference=with_sign(row["difference"], words))
    yield Figure(words.say("The year before"), str(int(row["first"])), words.number(row["then"]), said)


def bars(found: Brief, city: City, words: Words) -> tuple[Bar, ...]:
    """Return who was killed and with what: a bar for each field, the largest value first and the unknown last; none of under 20."""
    if not found.study.has_victims or found.recent.victims < UNSTABLE_UNDER:
        return ()
    return tuple(_bar(name, found.people[name].value, found, city, words) for name in FIELDS if name in found.people)


def _bar(name: str, counts: pd.Series, found: Brief, city: City, words: Words) -> Bar:
    shown, held = counts[counts > 0], pd.Index([])
    if found.preset.guarded:
        weights = attribute_weights(name, counts.index)
        states = protect(
            counts,
            weights=weights,
            secret=ledger.lot_secret(city.slug, city.fingerprint),
            label=f"brief/{name}/{found.recent.start:%Y%m%d}",
        )
        assert states is not None  # nothing was published before
        shown, held = counts[states == SHOWN], counts.index[states != SHOWN]
    known = shown.drop(UNKNOWN, errors="ignore").sort_values(ascending=False, kind="stable")
    parts = [Part(captions.value_name(name, str(value), words), float(n)) for value, n in known.items()]
    if (rest := float(counts.sum() - shown.sum())) > 0:
        parts.append(Part(_together(name, held, words), rest, unknown=True))
    if UNKNOWN in shown.index:
        parts.append(Part(words.say("not known"), float(shown[UNKNOWN]), unknown=True))
    said = [f"{one.name} {words.number(one.n)}" for one in parts if not one.unknown][:NAMED]
    said += [f"{one.name} {words.number(one.n)}" for one in parts if one.unknown]
    return Bar(words.say(FIELD_WORDS[name]), " · ".join(said), tuple(parts))


def _together(name: str, held: pd.Index, words: Words) -> str:
    """Return what the values are called whose numbers stand as one sum, the unknown last; in few words where they are many."""
    if not 1 < len(held) <= ADDED_UP:
        return words.say("not shown")
    known = [captions.value_name(name, str(value), words) for value in held if value != UNKNOWN]
    return " + ".join([*known, *([words.say("not known")] if UNKNOWN in held else [])])
