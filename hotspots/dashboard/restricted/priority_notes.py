"""How well rules for choosing places did on years they had not seen: for the page Priorities and for the page Methods."""

from __future__ import annotations

import pandas as pd

from hotspots.statistics.priorities import (
    PLAIN,
    REASONS,
    RULE_WORDS,
    SHARES,
    Backtest,
)
from hotspots.words import Words


def verdict(found: Backtest, words: Words) -> str:
    """Return which rule does best, or that none beat the plain count."""
    winners = {share: found.winner(share) for share in SHARES}
    if set(winners.values()) == {PLAIN}:
        return words.say("No rule beat the plain count of homicides on years it had not seen, so the plain count is used.")
    better = [
        words.say("{rule} (at {share} of the area)", rule=words.say(RULE_WORDS[rule]), share=words.percent(share))
        for share, rule in winners.items()
        if rule != PLAIN
    ]
    return words.say("On years it had not seen, more than chance explains: {rules} beat the plain count.", rules=words.join(better))


def plain_score(found: Backtest, words: Words, *, share: float = SHARES[-1]) -> str:
    """Return what the rule in use would have caught at this share of the area, in a sentence."""
    row = found.table.loc[(found.winner(share), share)]
    return words.say(
        "In the years tested, the places chosen ({share} of the area) had {rate} of the homicides that followed ({low} to {high}; {hits} "
        "of {events}). The others, {rest}, happened elsewhere.",
        share=words.percent(share),
        rate=words.percent(row["hit_rate"]),
        low=words.percent(row["hit_rate_low"]),
        high=words.percent(row["hit_rate_high"]),
        hits=words.number(row["hits"]),
        events=words.number(row["events"]),
        rest=words.percent(1 - row["hit_rate"]),
    )


def tested(found: Backtest, words: Words) -> str:
    """Return on what the rules were tested, in a sentence."""
    start, end = found.periods[0][0], found.periods[-1][1]
    return words.say(
        "Tested on {n} periods of {months} months, {period}: each time the rules saw only what happened before, from {first} on. {events} "
        "homicides with a place, on {units} places; people killed together count once. The rule of homicides around the place spreads each "
        "one {metres} m, found by cross-validation on the homicides before {tested} alone.",
        n=words.number(len(found.periods)),
        months=found.months,
        period=words.period(start.date(), end.date()),
        first=words.date(found.start.date()),
        events=words.number(float(found.table["events"].iloc[0])),
        units=words.number(found.units),
        metres=words.number(round(found.bandwidth)),
        tested=words.date(start.date()),
    )


def spread(metres: float, words: Words) -> str:
    """Return how far the rule by density spreads each homicide of the list, and how that was found, in a sentence."""
    return words.say(
        "Each homicide is spread {metres} m over the ground around it: the distance at which the homicides of this period best foretell "
        "one another's places (cross-validation).",
        metres=words.number(round(metres)),
    )


def reason(found: str, words: Words) -> str:
    """Return why no rule can be tested, in a sentence."""
    return words.say("The rules cannot be tested here: {reason}.", reason=words.say(REASONS[found]))


def table(found: Backtest, words: Words) -> pd.DataFrame:
    """Return every rule at every share of the area, with its intervals."""
    rows = found.table.reset_index().sort_values(["share", "rule"], key=lambda one: one if one.name == "share" else one.map(_order))
    return pd.DataFrame(
        {
            words.say("Share of the area"): [words.percent(share) for share in rows["share"]],
            words.say("Rule"): [words.say(RULE_WORDS[rule]) for rule in rows["rule"]],
            words.say("Homicides caught"): [
                f"{words.number(n, 1)} / {words.number(of)}" for n, of in zip(rows["hits"], rows["events"], strict=True)
            ],
            words.say("Hit rate"): [_range(row, "hit_rate", words.percent) for _, row in rows.iterrows()],
            words.say("Beats the plain count"): [
                "–" if rule == PLAIN else words.say("yes") if beats else words.say("no")
                for rule, beats in zip(rows["rule"], rows["beats"], strict=True)
            ],
            "PAI": [_range(row, "pai", words.rate) for _, row in rows.iterrows()],
            "PEI": [_range(row, "pei", words.percent) for _, row in rows.iterrows()],
            "RRI": [_range(row, "rri", lambda value: words.number(value, 2)) for _, row in rows.iterrows()],
        }
    )


def _order(rule: str) -> int:
    return list(RULE_WORDS).index(rule)


def _range(row: pd.Series, name: str, form: object) -> str:
    assert callable(form)
    return f"{form(row[name])} ({form(row[f'{name}_low'])}–{form(row[f'{name}_high'])})"


def explained(words: Words) -> str:
    """Return what the columns of the table mean, in a few sentences."""
    return words.say(
        "Hit rate: the part of the later homicides that fell into the places chosen. PAI: how many times more than on as much area "
        "taken anywhere; 1 is no better than chance. PEI: the hits as a part of the most that any choice could have had. RRI: 1 "
        "where the places kept their share, under 1 where it fell. In brackets: exact 95% interval of the hit rate, and of the "
        "others with area, best choice and share before taken as given. Ties are broken against the rule; the last place counts "
        "in part."
    )
