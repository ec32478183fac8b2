"""How few places hold how many of the homicides, beside what chance alone would give, and whether the same places last."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import cached, pieces
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.drawing import charts
from hotspots.statistics import concentration, rates
from hotspots.statistics.concentration import AgainstChance, Comparison, Stability
from hotspots.statistics.measure import NEEDS
from hotspots.study import Study
from hotspots.views import data_tables, map_view
from hotspots.words import Words, mark

VERDICTS: dict[str, str] = {
    "below": mark("Homicides are more concentrated than chance explains."),
    "within": mark("Homicides are no more concentrated than chance explains."),
    "above": mark("Homicides are more evenly spread than chance explains."),
}
LASTING: dict[str, str] = {
    "above": mark("That is more than chance explains: to a part, the same places last."),
    "within": mark("That is within what chance gives: nothing here says that the same places last."),
    "below": mark("That is less than chance gives: the places changed."),
}
STEPS = (1, 2, 5, 10, 20, 30, 40, 50)  # percent of the places


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, cached.study(chosen.selection)
    if not study.has_days:
        heading(chosen, words.say("How concentrated homicides are"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Concentration"), reason=words.say(NEEDS["points"])))
        return
    found = cached.against_chance(chosen.selection)
    if found is None:
        heading(chosen, words.say("How concentrated homicides are"))
        pieces.unit_choice(chosen)
        st.info(words.say("No homicides with a place match these choices. Widen the period or remove a filter."))
        return
    unit = map_view.unit_name(chosen.selection.unit, words, chosen.city.called).lower()
    heading(chosen, concentration.sentence(found, words, unit=unit))
    pieces.unit_choice(chosen)
    if found.of_units == 1:
        st.info(words.say("There is one place only, and it holds everything. Choose smaller places."))
        return
    verdict(chosen, found)
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        curve(chosen, found, unit)
    with right:
        lasting(chosen, study)
        fifths(chosen, study)
    limits(chosen, study, found)


def verdict(chosen: Chosen, found: AgainstChance) -> None:
    """Say whether the homicides are more concentrated than chance, when every place is alike and when residents count."""
    words = chosen.words
    lines = [
        words.say(VERDICTS[found.half.verdict]),
        words.say(
            "Had the same homicides fallen on the places by lot, half of them would lie in {low} to {high} of the places.",
            **ends(found.half, found, words),
        ),
    ]
    if cached.study(chosen.selection).population > 0:
        by_people = cached.against_chance(chosen.selection, "population")
        if by_people is not None:
            lines.append(
                words.say(
                    "Had they fallen by where people live, it would be {chance} of the places ({low} to {high}).",
                    chance=concentration.percent(by_people.half.expected, found, words),
                    **ends(by_people.half, found, words),
                )
            )
    if found.homicides < found.of_units:
        lines.append(
            words.say(
                "There are fewer homicides ({n}) than places ({all}), so most places have none whatever happens: only the comparison with "
                "chance says something.",
                n=words.number(found.homicides),
                all=words.number(found.of_units),
            )
        )
    st.markdown(" ".join(lines))


def ends(one: Comparison, found: AgainstChance, words: Words) -> dict[str, str]:
    """Return the ends of what chance gives as text."""
    return {"low": concentration.percent(one.low, found, words), "high": concentration.percent(one.high, found, words)}


def curve(chosen: Chosen, found: AgainstChance, unit: str) -> None:
    """Draw the Lorenz curve with the curve of chance, and the tables behind it."""
    words = chosen.words
    st.subheader(words.say("How much the places with most hold"), anchor=False)
    st.vega_lite_chart(charts.lorenz_curve(found.curve, words), width="stretch", alt=concentration.sentence(found, words, unit=unit))
    st.caption(
        words.say(
            "{period}: {n} homicides of {events} events on {all} places. Blue: as it is. Grey: the mean of {draws} draws by lot, with the "
            "band that 95 of 100 draws fall in.",
            period=chosen.period,
            n=words.number(found.homicides),
            events=words.number(found.events),
            all=words.number(found.of_units),
            draws=words.number(found.draws),
        )
    )
    st.dataframe(parts_table(found, words), hide_index=True, alt=words.say("How few places hold a part of the homicides, as a table"))
    pieces.table_download(chosen, lambda: data_tables.curve(found), f"{chosen.selection.unit}_concentration")
    with st.expander(words.say("The same as a table")):
        st.dataframe(curve_table(found, words), hide_index=True, alt=words.say("The curve as a table"))
        st.caption(
            words.say(
                "Gini coefficient: {gini}; by chance alone {chance}. Against the most even spread that so few homicides allow: {general}; "
                "by chance alone {general_chance}.",
                gini=words.number(found.gini.observed, 2),
                chance=words.number(found.gini.expected, 2),
                general=words.number(found.generalised_gini.observed, 2),
                general_chance=words.number(found.generalised_gini.expected, 2),
            )
        )


def parts_table(found: AgainstChance, words: Words) -> pd.DataFrame:
    """Return how few places hold a quarter, half and four fifths of the homicides, beside chance."""
    return pd.DataFrame(
        {
            words.say("Share of homicides"): [words.percent(part) for part in found.units],
            words.say("Places"): [words.number(round(one.observed * found.of_units)) for one in found.units.values()],
            words.say("Share of the places"): [concentration.percent(one.observed, found, words) for one in found.units.values()],
            words.say("By chance alone"): [concentration.percent(one.expected, found, words) for one in found.units.values()],
            words.say("from (95%)"): [concentration.percent(one.low, found, words) for one in found.units.values()],
            words.say("to (95%)"): [concentration.percent(one.high, found, words) for one in found.units.values()],
        }
    )


def curve_table(found: AgainstChance, words: Words) -> pd.DataFrame:
    """Return what the 1 %, 2 %, … of places with most hold, beside chance; the number of places is rounded up."""
    rows = found.curve.loc[sorted({math.ceil(found.of_units * step / 100) for step in STEPS})]
    return pd.DataFrame(
        {
            words.say("Places"): [words.number(n) for n in rows.index],
            words.say("Share of the places"): [words.percent(one, 1) for one in rows["unit_share"]],
            words.say("Share of homicides"): [words.percent(one) for one in rows["observed"]],
            words.say("By chance alone"): [words.percent(one) for one in rows["expected"]],
            words.say("from (95%)"): [words.percent(one) for one in rows["low"]],
            words.say("to (95%)"): [words.percent(one) for one in rows["high"]],
        }
    )


def lasting(chosen: Chosen, study: Study) -> None:
    """Say whether the places that held half of the homicides held as many in the time after."""
    words = chosen.words
    st.subheader(words.say("Do the same places last?"), anchor=False)
    found = concentration.stability(study)
    if found is None:
        st.markdown(words.say("Not known: the period is too short, or one part of it has no homicide with a place."))
        return
    st.markdown(stability_sentence(found, words) + " " + words.say(LASTING[found.share.verdict]))
    st.caption(
        words.say("Even where nothing changes the share falls below one half: the places were picked when they happened to be high.")
    )


def stability_sentence(found: Stability, words: Words) -> str:
    """Return what the places that held half of one period held of the next, with its chance figure."""
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


def fifths(chosen: Chosen, study: Study) -> None:
    """Say how far apart the rates of the hardest-hit and the least-hit fifth of the places lie."""
    words = chosen.words
    st.subheader(words.say("How unequal is the burden?"), anchor=False)
    found = rates.rate_ratio_of_fifths(study) if study.population > 0 else None
    if found is None:
        st.markdown(words.say("Not known: no population is known, places are fewer than five, or homicides too few to tell places apart."))
        return
    values = {
        "before": words.period(found.start.date(), found.day.date()),
        "after": words.period(found.day.date(), found.end.date()),
        "high": words.rate(found.highest.value),
        "low": words.rate(found.lowest.value),
        "many": words.number(found.highest.count),
        "few": words.number(found.lowest.count),
        "places": words.number(found.units),
    }
    st.markdown(
        words.say(
            "Places put in order by {before}: in {after} the fifth with the highest rates had {high} homicides per 100,000 residents a "
            "year, the fifth with the lowest {low} ({many} and {few} homicides, {places} places each).",
            **values,
        )
        + " "
        + ratio(found, words)
    )
    st.caption(words.say("One half of the period puts the places in order and the other measures them, so that chance alone makes no gap."))


def ratio(found: rates.RateRatio, words: Words) -> str:
    """Return the ratio of the rates with its interval as a sentence."""
    low, high = words.number(found.low, 1), words.number(found.high, 1)
    if pd.isna(found.value):
        return words.say("That is at least {low} times as many (95% interval; it has no upper end).", low=low)
    return words.say("That is {n} times as many (95% interval {low} to {high}).", n=words.number(found.value, 1), low=low, high=high)


def limits(chosen: Chosen, study: Study, found: AgainstChance) -> None:
    """Say what the page does not say."""
    words = chosen.words
    st.subheader(words.say("What this does not say"), anchor=False)
    lines = [
        words.say("Which places these are: that is on the page Map."),
        words.say("How likely a resident of a place is to be killed: more homicides happen where more people live and pass."),
        words.say("Why: places of unequal size or use differ without any cause at work. Chance by lot takes all places for alike."),
    ]
    if study.victims > found.homicides:
        lines.append(
            words.say(
                "Anything about the {n} of {total} people killed whose place is not on the map.",
                n=words.number(study.victims - found.homicides),
                total=words.number(study.victims),
            )
        )
    st.markdown("\n".join(f"- {line}" for line in lines))
