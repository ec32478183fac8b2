"""What an evaluation says, in sentences: the finding, what could not have been told from chance, and each design as a row of one table."""

from __future__ import annotations

import math

import pandas as pd

from hotspots.cities.plans import SHORT_CODE, Plan
from hotspots.inference import level_shift
from hotspots.statistics.interventions import ASSUMES, CHECKS, DESIGNS, LABELS, WHY_NOT, Effect, Evaluation
from hotspots.words import Words, mark

BESIDE: dict[str, str] = {
    "comparison": mark("than the comparison areas lead one to expect"),
    "interrupted": mark("than trend and season lead one to expect"),
    "before_after": mark("than the months before lead one to expect"),
    "matched": mark("than in other places that were as high before"),
    "earlier": mark("than the time before that year leads one to expect"),
}


WIDEST: dict[str, str] = {
    "time": mark("(as wide as it swings at made-up dates)"),
    "space": mark("(as wide as other places swing)"),
    "usual": mark("(as wide as places swing anywhere)"),
}


def sentence(found: Evaluation, words: Words) -> str:
    """Return the finding in one sentence, with its interval; "not evaluable" with the reason where that is the truth.

    Where the areas were high before the start it begins with that.
    """
    said = _finding(found, words)
    if not found.high or found.lead is None:
        return said
    return words.say("These areas were high in the year before, so a fall was to be expected without anything being done.") + " " + said


def _finding(found: Evaluation, words: Words) -> str:
    lead = found.lead
    if lead is None:
        return words.say("Not evaluable: {reason}.", reason=words.say(WHY_NOT[_reason(found)]))
    if lead.verdict == "unclear":
        return words.say(
            "No change can be told from chance: {change} {beside} (95% interval: {low} to {high}).",
            change=_change(lead.value, words),
            beside=_beside(lead, words),
            low=_signed(lead.low, words),
            high=_signed(lead.high, words),
        )
    return words.say(
        "{change} {beside} (95% interval: {low} to {high}).",
        change=_change(lead.value, words),
        beside=_beside(lead, words),
        low=_signed(lead.low, words),
        high=_signed(lead.high, words),
    )


def limit(found: Evaluation, words: Words) -> str:
    """Return what could not have been told from chance; empty where nothing is evaluated."""
    if found.lead is None:
        return ""
    return words.say("A fall smaller than {share} could not have been told from chance here.", share=words.percent(found.lead.detectable))


def _reason(found: Evaluation) -> str:
    """Return the reason of the design that came nearest to evaluating something."""
    if found.high and any(effect.evaluable for effect in found.effects):
        return "high"  # what remains are designs that take the return to the usual for an effect
    reasons = [effect.why_not for effect in found.effects if not effect.evaluable]
    return next((reason for reason in reasons if reason not in ("no_comparison", "no_whole", "pool")), reasons[0])


def _beside(effect: Effect, words: Words) -> str:
    return words.say(BESIDE[effect.design])


def _change(ratio: float, words: Words) -> str:
    share = words.percent(abs(ratio - 1))
    return words.say("{share} fewer homicides", share=share) if ratio < 1 else words.say("{share} more homicides", share=share)


def _signed(ratio: float, words: Words) -> str:
    """Return a ratio as a change with its sign: 0.66 is −34%.

    >>> from hotspots.words import words_for
    >>> _signed(0.66, words_for("en")), _signed(1.2, words_for("en")), _signed(float("inf"), words_for("en"))
    ('−34%', '+20%', '∞')
    """
    if math.isinf(ratio):
        return "∞"
    sign = "−" if round(100 * ratio) < 100 else "+" if round(100 * ratio) > 100 else ""
    return sign + words.percent(abs(ratio - 1))


def _counted(value: float, words: Words) -> str:
    return ("−" if value < -0.5 else "+" if value > 0.5 else "") + words.number(abs(value))


def rows(found: Evaluation, words: Words) -> pd.DataFrame:
    """Return the designs as a table: effect, 95 % interval, what it assumes, what it can detect, made-up dates or places, moved start."""
    return pd.DataFrame([_row(effect, words) for effect in found.effects])


def _row(effect: Effect, words: Words) -> dict[str, str]:
    plain = _signed if effect.kind == "ratio" else _counted
    told = effect.evaluable
    low, high = (plain(effect.low, words), plain(effect.high, words)) if told else ("", "")
    none = words.say("not evaluable: {reason}", reason=words.say(WHY_NOT[effect.why_not])) if not told else ""
    return {
        words.say("Design"): words.say(LABELS[effect.design]),
        words.say("Effect"): (plain(effect.value, words) + _unit(effect, words)) if told else none,
        words.say("95% interval"): (words.say("{low} to {high}", low=low, high=high) + _widest(effect, words)) if told else "–",
        words.say("Smallest fall it could tell"): _detectable(effect, words) if math.isfinite(effect.detectable) else "–",
        words.say("Where nothing happened"): _placebo(effect, words) if told else "–",
        words.say("If the start is moved"): _moved(effect, words) if told else "–",
        words.say("What it assumes"): words.say(ASSUMES[effect.design]),
    }


def _widest(effect: Effect, words: Words) -> str:
    """Return what the interval is as wide as, where chance alone would make it shorter."""
    if not effect.widest:
        return ""
    return " " + words.say(WIDEST[effect.widest])


def _unit(effect: Effect, words: Words) -> str:
    if effect.kind != "count":
        return ""
    months = words.number(effect.facts["months"])
    people = effect.design == "weighted"
    return " " + (words.say("people killed in {n} months", n=months) if people else words.say("homicides in {n} months", n=months))


def _detectable(effect: Effect, words: Words) -> str:
    return "−" + words.percent(effect.detectable) if effect.kind == "ratio" else _counted(-effect.detectable, words)


def _placebo(effect: Effect, words: Words) -> str:
    """Return what the design says where nothing happened: at made-up dates, or in other places."""
    made = effect.placebos
    if effect.design in ("matched", "weighted"):
        return "–"  # other places would be as high at each made-up date; the weighted row takes its width from the row beside it
    if made is None:
        return words.say("too few months to try")
    if effect.design == "synthetic":
        return words.say("{found} of {tried} other places moved as far", found=words.number(made.found), tried=words.number(made.tried))
    return words.say("a change at {found} of {tried} made-up dates", found=words.number(made.found), tried=words.number(made.tried))


def _moved(effect: Effect, words: Words) -> str:
    plain = _signed if effect.kind == "ratio" else _counted
    if effect.shifted is None:
        return "–"
    low, high = plain(effect.shifted[0], words), plain(effect.shifted[1], words)
    if effect.design == "synthetic":
        return words.say("{low} to {high}, leaving one place out", low=low, high=high)
    return words.say("{low} to {high}, by up to 3 months", low=low, high=high)


def checked(found: Evaluation, words: Words) -> pd.DataFrame:
    """Return what was checked (`check`) and how it came out (`result`), a row for each."""
    said = {False: words.say("yes"), True: words.say("no: see above"), None: words.say("not known")}
    rows = [(words.say(one.question), said[found.checks[one.name]]) for one in CHECKS if one.name in found.checks]
    return pd.DataFrame(rows, columns=["check", "result"])


def planned(found: Evaluation, words: Words) -> list[str]:
    """Return what is to be said of the plans: when they were registered, what changed, what the planned way of looking gives."""
    plans, first, last = found.plans, found.plans.first, found.plans.last
    if first is None or last is None:
        return []
    early = words.say("before the start") if first.day <= found.case.start.start_time else words.say("after the start")
    day = words.date(first.day.date())
    lines = [words.say("Plan registered on {day}, {when} (code {code}).", day=day, when=early, code=first.code[:SHORT_CODE])]
    if last is not first:
        again = words.say("before the start") if last.day <= found.case.start.start_time else words.say("after the start")
        lines.append(words.say("The plan was changed on {day}, {when}.", day=words.date(last.day.date()), when=again))
    if plans.moved:
        lines.append(words.say("Since then the dates or areas of this entry were changed: the plan is about others."))
    if plans.tampered:
        lines.append(words.say("What stands on disk is not what was registered: a plan was changed by hand."))
    if last.design in DESIGNS:
        lines.append(_as_planned(found.effect(last.design), words))
    return lines


def _as_planned(effect: Effect, words: Words) -> str:
    row = _row(effect, words)
    label, said, ends = words.say(LABELS[effect.design]), row[words.say("Effect")], row[words.say("95% interval")]
    return words.say("As planned, by “{design}”: {effect}; 95% interval {interval}.", design=label, effect=said, interval=ends)


def _plan(one: Plan) -> dict[str, object]:
    return {"at": one.at, "text": one.text, "design": one.design or None, "ring": one.ring, "code": one.code, "whole": one.whole}


def break_sentence(found: Evaluation, words: Words) -> str:
    """Return where the months break by themselves."""
    if found.breaks is None:
        return words.say("The months are too few to look for a break by themselves.")
    said = words.say(
        "Told by the months alone, without the date: the clearest break comes after {month}.",
        month=words.month(found.breaks.last.start_time),
    )
    share = words.percent(found.breaks.p, 1)
    if found.breaks.p > level_shift.LEVEL:
        return said + " " + words.say("Years that only swing as these do break as clearly in {share} of cases: no break.", share=share)
    return said + " " + words.say("Years that only swing as these do break as clearly in {share} of cases.", share=share)


def numbers(found: Evaluation) -> dict[str, object]:
    """Return the evaluation as plain values for programs; None where a number does not exist."""
    case = found.case
    return {
        "entry": case.entry.as_plain(),
        "first_month_after": str(case.start),
        "months_before": int((~case.after).sum()),
        "months_after": int(case.after.sum()),
        "areas": {name: len(index) for name, index in case.areas.items()},
        "whole_place": case.whole,
        "people_killed_before": case.victims[0],
        "people_killed_after": case.victims[1],
        "evaluable": found.lead is not None,
        "lead": found.lead.design if found.lead else None,
        "designs": [_plain(effect) for effect in found.effects],
        "warnings": list(found.warnings),
        "checks": dict(found.checks),
        "plans": [_plan(one) for one in found.plans.plans],
        "plan_moved": found.plans.moved,
        "break": {"after_month": str(found.breaks.last), "sup_f": round(found.breaks.f, 6), "p": found.breaks.p} if found.breaks else None,
    }


def _plain(effect: Effect) -> dict[str, object]:
    made = effect.placebos
    names = ("value", "low", "high", "detectable", "scatter")
    return {
        "design": effect.design,
        "kind": effect.kind,
        "not_evaluable": effect.why_not or None,
        "widest": effect.widest or None,
        **{name: _known(getattr(effect, name)) for name in names},
        "placebos": {"tried": made.tried, "found": made.found, "rank_p": _known(made.rank_p)} if made else None,
        "shifted": [_known(end) for end in effect.shifted] if effect.shifted else None,
        "facts": {name: _known(value) for name, value in effect.facts.items()},
    }


def _known(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
