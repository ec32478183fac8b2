"""Did it work? One intervention by several designs side by side, each with what it can tell from chance; or "not evaluable"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from hotspots.cities.logbook import Entry
from hotspots.inference.level_shift import Break, break_date
from hotspots.readers.sections import Note
from hotspots.statistics.interventions.before_after import against_comparison, before_after
from hotspots.statistics.interventions.cases import RING, Case, before_and_after, case, series
from hotspots.statistics.interventions.designs import DESIGNS, every
from hotspots.statistics.interventions.displacement import weighted_displacement_difference
from hotspots.statistics.interventions.effects import Effect, Placebos
from hotspots.statistics.interventions.high_before import ALLOWING, was_high
from hotspots.statistics.interventions.interrupted import LEAST_AFTER, interrupted
from hotspots.statistics.interventions.measures import MEASURES
from hotspots.statistics.interventions.synthetic import synthetic_control
from hotspots.statistics.interventions.targets import BASE_YEARS, avoided
from hotspots.study import Study
from hotspots.words import mark

__all__ = [
    "ALLOWING", "ASSUMES", "BASE_YEARS", "DESIGNS", "LABELS", "MEASURES", "RING", "WARNINGS", "WHY_NOT", "Case", "Effect", "Evaluation",
    "Placebos", "against_comparison", "avoided", "before_after", "before_and_after", "case", "evaluate", "interrupted", "series",
    "synthetic_control", "weighted_displacement_difference",
]  # fmt: skip

LABELS: dict[str, str] = {
    "before_after": mark("Before and after, these areas alone"),
    "comparison": mark("Before and after, beside the comparison areas"),
    "interrupted": mark("Break in the monthly series (trend and season taken off)"),
    "displacement": mark("Difference in homicides, with what moved next door"),
    "synthetic": mark("Beside a mix of similar places (synthetic control)"),
    "matched": mark("Beside other places that were as high before"),
    "earlier": mark("Before and after, without the high year"),
}
ASSUMES: dict[str, str] = {
    "before_after": mark("Nothing else changed at that time, and the areas were not picked because they were high."),
    "comparison": mark("Without it, these areas would have changed by the same share as the comparison areas."),
    "interrupted": mark("Without it, the earlier trend and season would have gone on, and nothing else changed in that month."),
    "displacement": mark(
        "Without it, these areas would have changed by as many homicides as the comparison areas; what was pushed out went into the ring."
    ),
    "synthetic": mark("The mix of untouched places that moved alike before would have moved alike after."),
    "matched": mark("Without it, these areas would have fallen back by the same share as the other places that rose as much in that year."),
    "earlier": mark(
        "Without it, these areas would have gone back to where they were before that year, or to the mean of all the time before: the "
        "interval reaches over both."
    ),
}
WHY_NOT: dict[str, str] = {
    "short": mark("fewer than 12 whole months before the start, or fewer than 6 after it"),
    "unpublished": mark("no months are published"),
    "strange": mark("none of its areas exist in these data"),
    "few": mark("fewer than 10 homicides before the start, or fewer than 10 expected after it"),
    "power": mark("even a fall of 60% could not be told from chance"),
    "no_comparison": mark("no comparison areas are named"),
    "no_whole": mark("it covers the whole place, so no areas are left to compare with"),
    "empty_comparison": mark("the comparison areas have too few homicides"),
    "series": mark("it needs 24 months before, 12 after, and homicides on both sides"),
    "pool": mark("fewer than 10 other places have enough homicides and time to be mixed"),
    "none_as_high": mark("no other place rose as much in the year before the start"),
    "short_earlier": mark("fewer than 12 months before the year in which they were high"),
    "high": mark("these areas were high just before the start, and nothing here allows for their falling back by themselves"),
    "fit": mark("no mix of other places follows these areas before the start"),
}
WARNINGS: dict[str, str] = {
    "hot_before": mark(
        "These areas had unusually many homicides in the last 12 months before the start. Places picked when they are high fall back by "
        "themselves: a part of any fall is that return. The two rows at the end allow for it; the others do not."
    ),
    "definition": mark(
        "What is counted changed within this time. The rows without comparison areas take that change for an effect: choose a period "
        "that begins after it, or give the rows with comparison areas more weight."
    ),
    "part": mark("Some areas of this entry do not exist in these data and are left out."),
    "trend": mark(
        "Without comparison areas, the same method also finds changes at made-up dates before the start: something else moves this series."
    ),
    "unlike": mark(
        "The comparison areas have less than half, or more than twice, as many homicides: the difference in homicides is then no fair one."
    ),
    "scatter": mark("The months swing more than chance alone would make them; the intervals are wider for it."),
    "early": mark("It began less than a year before the end of these data: this is a first look."),
}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What all designs say of one intervention.

    `effects` come in the order of `DESIGNS`. `lead` is the one whose sentence is read first: beside comparison areas where there are
    any, else the interrupted series, else before and after; where the areas were high before the start (`high`), one that allows for
    their falling back, never the two of the areas alone; None where none evaluates anything. `warnings` are keys of `WARNINGS`.
    `breaks` is where the months of the treated areas break by themselves.
    """

    case: Case
    effects: tuple[Effect, ...]
    lead: Effect | None
    warnings: tuple[str, ...]
    breaks: Break | None

    @property
    def high(self) -> bool:
        """Whether the areas were high before the start, so that a fall was to be expected."""
        return any(effect.design in ALLOWING for effect in self.effects)

    def effect(self, design: str) -> Effect:
        """Return what one design says."""
        return next(one for one in self.effects if one.design == design)


def evaluate(study: Study, entry: Entry, *, notes: Iterable[Note] = (), ring: float = RING) -> Evaluation:
    """Evaluate one intervention of the log by every design that these data allow.

    What it means for a reader: how the treated areas changed after the start beside what would have been expected without it. No
    design knows what would have happened; each assumes something, said beside it. A design is "not evaluable" when months, homicides
    or comparison areas are missing, or when even a fall of 60 % could not be told from chance (at 5 %, found in 80 of 100 cases).
    `notes` are the city's remarks: a change of definition within the time is warned of. `study` is one on the units that the entry's
    areas are named by; its period bounds what is before and after.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 3), start="2020-01-01", end="2021-01-01")
    >>> found = evaluate(study, Entry("x", {"en": "x"}, pd.Timestamp("2020-06-01")))
    >>> found.lead is None, found.effect("before_after").why_not
    (True, 'short')
    """
    numbers = case(study, entry, ring=ring)
    effects = every(numbers)
    known = numbers.months["treated"]
    found = None if known.isna().any() else break_date(known)
    return Evaluation(numbers, effects, leading(effects), _warnings(numbers, effects, notes), found)


def leading(effects: tuple[Effect, ...]) -> Effect | None:
    """Return the design whose sentence is read first, of those that evaluate something."""
    high = any(effect.design in ALLOWING for effect in effects)
    order = (*ALLOWING, "comparison") if high else ("comparison", "interrupted", "before_after")
    able = {effect.design: effect for effect in effects if effect.evaluable}
    return next((able[name] for name in order if name in able), None)


def _warnings(one: Case, effects: tuple[Effect, ...], notes: Iterable[Note]) -> tuple[str, ...]:
    """Return the keys of the warnings that hold."""
    if not any(effect.evaluable for effect in effects):
        return ("part",) if one.strange and len(one.areas["treated"]) else ()
    _, after = one.halves("treated")
    crossed = any(note.kind == "definition" and _within(one, note.start) for note in notes)
    by_name = {effect.design: effect for effect in effects if effect.evaluable}
    holds = {
        "hot_before": was_high(one),
        "definition": crossed,
        "part": bool(one.strange),
        "trend": any(_moves(by_name.get(name)) for name in ("before_after", "interrupted")),
        "unlike": "displacement" in by_name and not 0.5 <= _size(by_name["displacement"]) <= 2,
        "scatter": any(effect.scatter > 1.2 for effect in by_name.values() if effect.design != "synthetic"),
        "early": len(after) < LEAST_AFTER,
    }
    return tuple(name for name, there in holds.items() if there)


def _within(one: Case, day: pd.Timestamp) -> bool:
    months = one.months.index
    return bool(months[0].start_time < day <= months[-1].end_time)


def _moves(effect: Effect | None) -> bool:
    """Return whether more than one in five made-up dates came out as a change; by chance it is one in twenty."""
    return effect is not None and effect.placebos is not None and effect.placebos.found * 5 > effect.placebos.tried


def _size(effect: Effect) -> float:
    return effect.facts["comparison_before"] / max(effect.facts["before"], 1.0)
