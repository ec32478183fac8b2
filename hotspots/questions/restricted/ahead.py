"""What the months to come may bring to a place, and how such ranges held in the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.ahead import Gain
from hotspots.questions.restricted import city
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import trends
from hotspots.statistics.trends import RULES, WHOLE, Ahead
from hotspots.study.places import MADE_OF_BLOCKS
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words, mark

LISTED = ("districts", "beats")
AHEAD: Mapping[int, str] = {1: mark("Next month"), 3: mark("Next 3 months"), 12: mark("Next 12 months")}
TOO_SHORT = mark("The months to come: not known, as it takes 37 whole months that were counted in the same way.")


@dataclass(frozen=True, eq=False)
class PlaceAhead:
    """What the months to come may bring to a place: a row for each of `trends.SPANS` (see `trends.Ahead`), with the record of the rule that
    is shown (`half`, `held`, `off`), and by months what the level of late gained over the mean of the same months, over `over`: the units
    that the place is one of, or empty for the place alone.
    """

    table: pd.DataFrame
    gains: Mapping[int, Gain]
    over: str


@question()
def foretold(asked: Asked, *, lag: int, by_unit: bool) -> Answer[Ahead | None]:
    """Return what the months to come may bring to the place as a whole, and `by_unit` to each of its units."""
    found = trends.ahead(asked.study, lag=lag, units=by_unit) if asked.study.has_victims else None
    return asked.answer(found, rows=None if found is None else lambda: _recorded(found.table))


@question(lambda chosen: chosen.figures(unit="blocks", lag=chosen.lag))
def months_ahead(asked: Asked) -> Answer[PlaceAhead | None]:
    """Return what the next month, 3 and 12 months may bring to the place chosen; no value with too few months to say.

    A district or a beat has the same answer here as in the list of all of them.
    """
    kind, _, name = asked.selection.place.partition(":")
    over = MADE_OF_BLOCKS[kind] if kind in MADE_OF_BLOCKS and MADE_OF_BLOCKS[kind] in LISTED else ""
    where = asked.everywhere.at(unit=over) if over else asked
    answer = where.ask(foretold, lag=city.lag(asked.selection), by_unit=bool(over))
    if answer.value is None:
        return asked.answer(None, lambda words: words.say(TOO_SHORT))
    table = answer.table()
    table = table[table["place"].astype(str) == (name if over else WHOLE)].reset_index(drop=True)
    gains = {months: gain for (whole, months), gain in answer.value.gains.items() if whole != bool(over)}
    found = PlaceAhead(table, gains, over)
    called = asked.selection.place or data_tables.TOGETHER[1]
    return asked.answer(found, lambda words: said(found, words), rows=lambda: found.table.assign(place=name if over else called))


@question(lambda chosen: chosen.figures(unit="blocks", lag=chosen.lag))
def months_ahead_by(asked: Asked, *, unit: str) -> Answer[pd.DataFrame] | None:
    """Return the same for each district or beat that lies in the place, one row each: the range of 95 in 100 by months, the record of 12.

    None where the city has none, or too few months are known.
    """
    answer = None
    if unit in asked.city.units:
        answer = asked.everywhere.at(unit=unit).ask(foretold, lag=city.lag(asked.selection), by_unit=True)
    if answer is None or answer.value is None:
        return None
    table = answer.table()
    inside = asked.at(unit=unit).study.blocks.index.astype(str)
    table = table[table["place"].astype(str).isin(inside)]
    wide = table.pivot(index="place", columns="months", values=["low", "high", "held", "tries", "off"]).reindex(inside)
    wide.columns = [f"{name}_{months}" for name, months in wide.columns]
    return asked.answer(wide.rename_axis("place").reset_index(), rows=lambda: table.reset_index(drop=True))


def _recorded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the record of the rule that is shown."""
    level = table["rule"] == RULES[0]
    return table.assign(**{what: np.where(level, table[f"level_{what}"], table[f"mean_{what}"]) for what in ("half", "held", "off")})


def said(found: PlaceAhead, words: Words) -> str:
    """Return what the next 12 months may bring, with the record."""
    return " ".join(one for one in (range_of(found, words), record_of(found, words)) if one)


def _year(found: PlaceAhead) -> pd.Series:
    return found.table[found.table["months"] == trends.SPANS[-1]].iloc[0]


def range_of(found: PlaceAhead, words: Words) -> str:
    """Return the ranges of the next 12 months."""
    row = _year(found)
    return words.say(
        "Next 12 months ({period}), people killed: {low} to {high} in 95 of 100 cases, {half_low} to {half_high} in half of them.",
        period=words.period(row["start"].date(), row["end"].date()),
        **{name: words.number(row[name]) for name in ("low", "high", "half_low", "half_high")},
    )


def record_of(found: PlaceAhead, words: Words) -> str:
    """Return how often such a range of 12 months held in the past."""
    row = _year(found)
    if not row["tries"]:
        return words.say("Never tried: too few past months.")
    return words.say(
        "Such a range held in {held} of {tries} past tries, one from each month on.",
        held=words.number(round(row["held"] * row["tries"])),
        tries=words.number(row["tries"]),
    )


def brief(found: PlaceAhead, words: Words) -> str:
    """Return the range of the next 12 months as briefly as it can be said."""
    row = _year(found)
    return words.say("Next 12 months: {low}–{high} in 95 of 100 cases.", low=words.number(row["low"]), high=words.number(row["high"]))


def gained(found: PlaceAhead, words: Words) -> list[str]:
    """Return for each span which rule is shown and why, a sentence each."""
    off = found.table.set_index("months")[[f"{rule}_off" for rule in RULES]]
    return [
        words.say(
            "{span}: {shown} Off by {level} with the level of late, by {mean} with the mean.",
            span=words.say(AHEAD[months]),
            shown=_gain(gain, words),
            level=words.number(off.loc[months, "level_off"], 1),
            mean=words.number(off.loc[months, "mean_off"], 1),
        )
        for months, gain in found.gains.items()
    ]


def _gain(gain: Gain, words: Words) -> str:
    if np.isnan(gain.low):
        return words.say("too few past months to tell the rules apart, so the mean of the same months is shown.")
    times = {name: words.number(float(np.exp(value)), 2) for name, value in (("times", gain.mean), ("low", gain.low), ("high", gain.high))}
    if gain.clear:
        return words.say("the level of late is shown: it gave what came {times} times the probability ({low}–{high}, 95%).", **times)
    return words.say(
        "the mean of the same months is shown: the level of late gave what came {times} times the probability ({low}–{high}, 95%), "
        "which is not clearly better.",
        **times,
    )


def made(words: Words) -> str:
    """Return how the ranges are made."""
    return words.say(
        "Two rules are tried on every past month, each time with what was known by then: the mean of the same months of up to five years "
        "before, and the level of late, which follows what the last months brought. The second is shown only where it did clearly better. "
        "Off by: how many people the whole range lay from what came, on average. Tries of 3 and of 12 months overlap."
    )


def over(found: PlaceAhead, words: Words) -> str:
    """Return over what the two rules were compared."""
    if not found.over:
        return words.say("Compared over the past months of this place:")
    if found.over == "districts":
        return words.say("Compared over the past months of all districts together:")
    return words.say("Compared over the past months of all beats together:")


def misleads(words: Words) -> str:
    """Return what no such range can know."""
    return words.say("What is new is in neither rule: a truce, a war, a plan that begins. Then the range is wrong from its first day.")
