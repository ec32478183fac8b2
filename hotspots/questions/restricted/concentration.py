"""How concentrated homicides are: beside chance, whether the same places last, how unequal the burden is. Always of the whole city."""

from __future__ import annotations

import math

import pandas as pd

from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import concentration, rates
from hotspots.statistics.concentration import AgainstChance, Stability
from hotspots.statistics.rates import RateRatio
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words

STEPS = (1, 2, 5, 10, 20, 30, 40, 50)  # percent of the places


@question()
def against_chance(asked: Asked, baseline: str = "equal") -> Answer[AgainstChance] | None:
    """Return how few places hold how many of the homicides, beside what chance alone gives by `baseline`; None where none is mapped."""
    found = concentration.against_chance(asked.study.everywhere, baseline=baseline)
    if found is None:
        return None

    def says(words: Words) -> str:
        return asked.of_city(concentration.sentence(found, words, unit=asked.unit_word(words)), words)

    return asked.answer(found, says, rows=lambda: data_tables.curve(found))


def parts(found: AgainstChance) -> pd.DataFrame:
    """Return how few places hold a quarter, half and four fifths of the homicides, beside chance."""
    rows = [{"part": part, "places": round(one.observed * found.of_units), **vars(one)} for part, one in found.units.items()]
    return pd.DataFrame(rows)


def steps(answer: Answer[AgainstChance]) -> pd.DataFrame:
    """Return the rows of the curve at 1 %, 2 %, … of the places; the number of places is rounded up."""
    wanted = {math.ceil(answer.value.of_units * step / 100) for step in STEPS}
    table = answer.table()
    return table[table["places"].isin(wanted)].reset_index(drop=True)


@question()
def lasting(asked: Asked) -> Answer[Stability] | None:
    """Return what the places that held half of the homicides held in the time after; None where that cannot be told."""
    found = concentration.stability(asked.study.everywhere)
    return None if found is None else asked.answer(found, lambda words: asked.of_city(_lasting(found, words), words))


def _lasting(found: Stability, words: Words) -> str:
    return words.count(
        "The {n} place of {all} that held half of the {first} homicides of {before} held {share} of the {second} homicides of {after}; "
        "chance alone would give {chance} ({low} to {high}).",
        "The {n} places of {all} that held half of the {first} homicides of {before} held {share} of the {second} homicides of {after}; "
        "chance alone would give {chance} ({low} to {high}).",
        found.units,
        all=words.number(found.of_units),
        first=words.number(found.first),
        before=words.period(found.start.date(), found.day.date()),
        share=words.percent(found.share.observed),
        second=words.number(found.second),
        after=words.period(found.day.date(), found.end.date()),
        chance=words.percent(found.share.expected),
        low=words.percent(found.share.low),
        high=words.percent(found.share.high),
    )


@question()
def fifths(asked: Asked) -> Answer[RateRatio] | None:
    """Return how far apart the rates of the hardest-hit and the least-hit fifth of the places lie; None where that cannot be told."""
    study = asked.study.everywhere
    found = rates.rate_ratio_of_fifths(study) if study.population > 0 else None
    if found is None:
        return None
    return asked.answer(found, lambda words: asked.of_city(_fifths(found, words), words), interval=(found.low, found.high))


def _fifths(found: RateRatio, words: Words) -> str:
    said = words.say(
        "Places put in order by {before}: in {after} the fifth with the highest rates had {high} homicides per 100,000 residents a "
        "year, the fifth with the lowest {low} ({many} and {few} homicides, {places} places each).",
        before=words.period(found.start.date(), found.day.date()),
        after=words.period(found.day.date(), found.end.date()),
        high=words.rate(found.highest.value),
        low=words.rate(found.lowest.value),
        many=words.number(found.highest.count),
        few=words.number(found.lowest.count),
        places=words.number(found.units),
    )
    low, high = words.number(found.low, 1), words.number(found.high, 1)
    if pd.isna(found.value):
        return f"{said} " + words.say("That is at least {low} times as many (95% interval; it has no upper end).", low=low)
    times = words.say("That is {n} times as many (95% interval {low} to {high}).", n=words.number(found.value, 1), low=low, high=high)
    return f"{said} {times}"
