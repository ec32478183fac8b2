"""The sentences of the public edition: what a number says, why one is not there, what every map states."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import settings
from hotspots.cities import Note
from hotspots.dashboard.public.answers import (
    Answers,
    Ratio,
    Window,
    told,
)
from hotspots.release.protection import (
    FEW,
    HELD,
    SHOWN,
    UNPUBLISHED,
)
from hotspots.views import map_view
from hotspots.words import Words, mark

REASONS: dict[str, str] = {
    FEW: mark("fewer than 10"),
    HELD: mark("not published, because a smaller number could be worked out from it"),
    UNPUBLISHED: mark("not published"),
}
CHANGES: dict[str, str] = {
    "within": mark("{now} people killed in {period}, {then} in {before}: the difference is within the normal range."),
    "above": mark("{now} people killed in {period}, {then} in {before}: more, and beyond the normal range."),
    "below": mark("{now} people killed in {period}, {then} in {before}: fewer, and beyond the normal range."),
}
BESIDE: dict[str, str] = {
    "within": mark("{ratio} times the rate of the rest (95% interval {low} to {high}): no clear difference."),
    "above": mark("{ratio} times the rate of the rest (95% interval {low} to {high}): higher."),
    "below": mark("{ratio} times the rate of the rest (95% interval {low} to {high}): lower."),
}


def number(count: float, reason: str, words: Words) -> str:
    """Return a number as it may be told: itself, "fewer than 10", or "not published"."""
    kind = told(count, reason)
    return words.number(count) if kind == "shown" else words.say(REASONS[FEW]) if kind == "few" else words.say(REASONS[UNPUBLISHED])


def why(reason: str, words: Words) -> str:
    """Return why a number is not shown; nothing where it is."""
    return "" if reason == SHOWN else words.say(REASONS[reason])


def rate(row: pd.Series, words: Words) -> str:
    """Return a rate with its interval; a dash where there is none."""
    if np.isnan(row["rate"]):
        return "–"
    return f"{words.rate(row['rate'])} ({words.rate(row['rate_low'])}–{words.rate(row['rate_high'])})"


def areas_called(found: Answers, words: Words) -> str:
    """Return what the areas are called."""
    return map_view.unit_name("blocks", words, found.city.called)


def period(window: Window, words: Words) -> str:
    """Return a window in words."""
    return words.period(window[0].date(), window[1].date())


def changed(found: Answers, area: str, window: Window, words: Words) -> str:
    """Return how an area's window compares with the one before, or why that cannot be told."""
    before = found.before(window)
    if before is None:
        return words.say("There is no earlier window to compare with.")
    ratio = found.change(area, window)
    if ratio is None:
        return words.say("Change is not published, because the number of this window or of the one before is not shown.")
    now, then = (found.in_window(one).loc[area, "count"] for one in (window, before))
    spans = {"period": period(window, words), "before": period(before, words)}
    text = words.say(CHANGES[ratio.verdict], now=words.number(now), then=words.number(then), **spans)
    breaks = found.redefined(before[0], window[1])
    return text + (" " + redefined(breaks, words) if breaks else "")


def redefined(breaks: list[Note], words: Words) -> str:
    """Return the warning that what is counted changed."""
    days = words.join([words.date(note.start.date()) for note in breaks])
    return words.say("What is counted changed on {days}, so part of a difference may come from that.", days=days)


def beside(ratio: Ratio | None, words: Words) -> str:
    """Return how an area's rate compares with that of all others together."""
    if ratio is None:
        return words.say("Comparison is not published, because it would need a number that is not shown.")
    values = {"ratio": words.number(ratio.value, 2), "low": words.number(ratio.low, 2), "high": words.number(ratio.high, 2)}
    few = " " + words.say("It rests on fewer than 20 people killed and is uncertain.") if ratio.few else ""
    return words.say(BESIDE[ratio.verdict], **values) + few


def statement(found: Answers, window: Window, words: Words) -> list[str]:
    """Return what every map must say: unit, window, threshold, what "fewer than 10" means, places not found, and no points."""
    unit, span = areas_called(found, words), period(window, words)
    lines = [words.say("Unit: {unit}. Window: {window}, days and months are not published.", unit=unit.lower(), window=span)]
    if found.republished:
        lines.append(words.say("These totals were published by others before; each stands here with its source, unchanged."))
        lines.append(words.say("The sources do not say for how many people the place is unknown."))
    else:
        lines += [threshold(found, words), located(found, window, words)]
    return [*lines, words.say("No single homicide and no point is on this map: each colour is that of a whole area.")]


def threshold(found: Answers, words: Words) -> str:
    """Return the threshold and what it means."""
    if found.facts["rules"]["exact_areas"]:
        return words.say("Threshold: none for areas here; no rate under 10 people killed.")
    return words.say("Threshold: 10. “Fewer than 10” means any number from 0 to 9: it does not say that anybody was killed.")


def located(found: Answers, window: Window, words: Words) -> str:
    """Return how many victims could be placed in an area."""
    whole = found.total(window)
    if np.isnan(whole.count):
        return words.say("How many could be placed in an area is not published.")
    total = words.number(whole.count)
    if np.isnan(whole.unmapped):
        reason = why(whole.unmapped_reason, words)
        return words.say("Of {total} people killed, not placed in an area and not on the map: {reason}.", total=total, reason=reason)
    return words.say(
        "Placed in an area: {share} of {total} people killed. Not on the map, but in every total: {unmapped}.",
        share=words.percent(1 - whole.unmapped / whole.count, 1) if whole.count else "–",
        total=total,
        unmapped=words.number(whole.unmapped),
    )


def held_back(found: Answers, window: Window, words: Words) -> str:
    """Return how many areas have no number, and what part of the homicides lies in those that have."""
    hidden = found.hidden(window)
    if not hidden:
        return words.say("Every area has its number.")
    text = words.count("{n} area has no number.", "{n} areas have no number.", sum(hidden.values()))
    share = found.coverage(window)
    if np.isnan(share):
        return text
    return text + " " + words.say("The others hold {share} of the homicides on the map.", share=words.percent(share))


def source(found: Answers, words: Words) -> str:
    """Return where the figures come from."""
    city = found.city
    parts = [words.say("fictional city: no real person, no real place")] if city.fictional else []
    parts += [words.say("Source: {source}", source=city.source), words.say("Licence: {licence}", licence=city.licence)]
    if city.population_year:
        parts.append(words.say("Population: census of {year}", year=city.population_year))
    return " · ".join(parts)


def contact(words: Words) -> str:
    """Return to whom a reader writes."""
    named = settings.value("HOTSPOTS_CONTACT")
    if named:
        return words.say("Write to {contact}", contact=named)
    return words.say("Write to the agency that the figures come from: it is named as their source.")
