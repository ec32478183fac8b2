"""Did it work? One intervention by several designs side by side, each with what it can tell from chance; or "not evaluable"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hotspots.cities.logbook import Entry
from hotspots.cities.plans import Plans
from hotspots.inference.level_shift import Break, break_date
from hotspots.readers.sections import Note
from hotspots.statistics.interventions.before_after import against_comparison, before_after
from hotspots.statistics.interventions.cases import RING, Case, before_and_after, case, series
from hotspots.statistics.interventions.checks import CHECKS, WARNINGS, Around, looked_at
from hotspots.statistics.interventions.designs import DESIGNS, every
from hotspots.statistics.interventions.displacement import weighted_displacement_difference
from hotspots.statistics.interventions.effects import Effect, Placebos
from hotspots.statistics.interventions.high_before import ALLOWING
from hotspots.statistics.interventions.interrupted import interrupted
from hotspots.statistics.interventions.measures import MEASURES
from hotspots.statistics.interventions.synthetic import synthetic_control
from hotspots.statistics.interventions.targets import BASE_YEARS, avoided
from hotspots.study import Study
from hotspots.words import mark

__all__ = [
    "ALLOWING", "ALONE", "ASSUMES", "BASE_YEARS", "CHECKS", "DESIGNS", "LABELS", "MEASURES", "RING", "WARNINGS", "WHY_NOT", "Around",
    "Case", "Effect", "Evaluation", "Placebos", "against_comparison", "avoided", "before_after", "before_and_after", "case", "evaluate",
    "interrupted", "series", "synthetic_control", "weighted_displacement_difference",
]  # fmt: skip

ALONE = Around()
LABELS: dict[str, str] = {
    "before_after": mark("Before and after, these areas alone"),
    "comparison": mark("Before and after, beside the comparison areas"),
    "interrupted": mark("Break in the monthly series (trend and season taken off)"),
    "displacement": mark("Difference in homicides, with what moved next door"),
    "weighted": mark("Difference in people killed, on ground of equal size"),
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
    "weighted": mark(
        "Without it, each square kilometre of these areas would have changed by as many people killed as one of the comparison areas."
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
    "starts": mark("its areas began at different dates, and this way of looking needs one"),
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


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What all designs say of one intervention.

    `effects` come in the order of `DESIGNS`. `lead` is the one whose sentence is read first: beside comparison areas where there are
    any, else the interrupted series, else before and after; where the areas were high before the start (`high`), one that allows for
    their falling back, never the two of the areas alone; None where none evaluates anything. `checks` say of each name in `WARNINGS`
    whether that check fails, None where it cannot be told; there are none where the areas or the months are missing. `plans` are what
    was planned before. `breaks` is where the months of the treated areas break by themselves.
    """

    case: Case
    effects: tuple[Effect, ...]
    lead: Effect | None
    checks: Mapping[str, bool | None]
    plans: Plans
    breaks: Break | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The names of the checks that fail; where nothing is evaluated, only that some areas are left out."""
        failed = tuple(name for name, fails in self.checks.items() if fails)
        return failed if any(effect.evaluable for effect in self.effects) else tuple(name for name in failed if name == "part")

    @property
    def high(self) -> bool:
        """Whether the areas were high before the start, so that a fall was to be expected."""
        return any(effect.design in ALLOWING for effect in self.effects)

    def effect(self, design: str) -> Effect:
        """Return what one design says."""
        return next(one for one in self.effects if one.design == design)


def evaluate(study: Study, entry: Entry, *, notes: Iterable[Note] = (), ring: float = RING, around: Around = ALONE) -> Evaluation:
    """Evaluate one intervention of the log by every design that these data allow.

    What it means for a reader: how the treated areas changed after the start beside what would have been expected without it. No
    design knows what would have happened; each assumes something, said beside it. A design is "not evaluable" when months, homicides
    or comparison areas are missing, or when even a fall of 60 % could not be told from chance (at 5 %, found in 80 of 100 cases).
    `notes` are the city's remarks: a change of definition within the time is warned of. `around` is what is known around the entry.
    `study` is one on the units that the entry's areas are named by; its period bounds what is before and after.

    >>> import pandas as pd
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
    able = len(numbers.months) > 0 and len(numbers.areas["treated"]) + numbers.whole > 0 and not known.isna().any()
    checks = looked_at(numbers, effects, notes, around) if able else {}
    return Evaluation(numbers, effects, leading(effects), checks, around.plans, found)


def leading(effects: tuple[Effect, ...]) -> Effect | None:
    """Return the design whose sentence is read first, of those that evaluate something."""
    high = any(effect.design in ALLOWING for effect in effects)
    order = (*ALLOWING, "comparison") if high else ("comparison", "interrupted", "before_after")
    able = {effect.design: effect for effect in effects if effect.evaluable}
    return next((able[name] for name in order if name in able), None)
