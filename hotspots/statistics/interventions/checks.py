"""What an evaluation is checked for: each check can fail, and says so in a sentence of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hotspots.cities.logbook import Entry
from hotspots.cities.plans import Plans
from hotspots.readers.sections import Note
from hotspots.statistics.interventions.cases import Case
from hotspots.statistics.interventions.effects import NORMAL_95, Effect
from hotspots.statistics.interventions.high_before import was_high
from hotspots.statistics.interventions.staggered import begun
from hotspots.words import mark

ENOUGH = 20  # homicides on each side, as with rates
LEAST_AFTER = 12  # months
TOGETHER = 1.25  # by how much the change in people killed and that in events may part


@dataclass(frozen=True)
class Around:
    """What is known around an entry: the `others` of the log, when it was `written` (None: not known), what was planned for it.

    `late` is how many of the newest version's people were killed more than 30 days before the version before it ended, and came in with
    the newest; None where there is no version before.
    """

    others: tuple[Entry, ...] = ()
    written: pd.Timestamp | None = None
    plans: Plans = field(default_factory=Plans)
    late: int | None = None


@dataclass(frozen=True, eq=False)
class Looked:
    """What a check looks at."""

    case: Case
    effects: Mapping[str, Effect]
    notes: tuple[Note, ...]
    around: Around


@dataclass(frozen=True)
class Check:
    """One check: the question, what is said where it fails, and `fails`, which is None where it cannot be told."""

    name: str
    question: str
    failed: str
    fails: Callable[[Looked], bool | None]


def _definition(at: Looked) -> bool:
    months = at.case.months.index
    return any(note.kind == "definition" and months[0].start_time < note.start <= months[-1].end_time for note in at.notes)


def _parallel(at: Looked) -> bool | None:
    """Return whether the treated share drifted before the start: the score test of a trend, widened by the scatter of the months."""
    before = at.case.halves("treated", "comparison")[0]
    n, y = before.sum(axis=1), before[:, 0]
    share = y.sum() / n.sum() if n.sum() else 0.0
    if not 0 < share < 1:
        return None
    time = np.arange(len(n)) - float(n @ np.arange(len(n)) / n.sum())
    used = n > 0
    chance = n[used] * share * (1 - share)
    scatter = max(float(((y[used] - n[used] * share) ** 2 / chance).sum()) / max(int(used.sum()) - 1, 1), 1.0)
    return bool(abs(time @ (y - n * share)) > NORMAL_95 * math.sqrt(scatter * float(time**2 @ (n * share * (1 - share)))))


def _overlap(at: Looked) -> bool:
    """Return whether something else of the log was done in these areas, or those compared with, within the time looked at."""
    case = at.case
    first, last = case.months.index[0].start_time, case.months.index[-1].end_time
    ours = {*case.entry.treated, *case.entry.comparison}
    return any(
        one.start <= last
        and (one.end is None or one.end > first)
        and (not one.treated or not case.entry.treated or bool(ours.intersection(one.treated)))
        for one in at.around.others
    )


def _few(at: Looked) -> bool:
    before, after = at.case.halves("treated")
    return bool(min(before.sum(), after.sum()) < ENOUGH)


def _unlike(at: Looked) -> bool | None:
    if not len(at.case.areas["comparison"]):
        return None
    before = at.case.halves("treated", "comparison")[0].sum(axis=0)
    return bool(not 0.5 <= before[1] / max(before[0], 1) <= 2)


def _together(at: Looked) -> bool | None:
    """Return whether the change in people killed and the change in events, each after beside before, part by more than a quarter."""
    before, after = at.case.halves("treated")
    if not before.sum() or not after.sum() or not at.case.victims[0]:
        return None
    apart = (at.case.victims[1] / after.sum()) / (at.case.victims[0] / before.sum())
    return bool(not 1 / TOGETHER <= apart <= TOGETHER)


def _moves(effect: Effect | None) -> bool:
    """Return whether more than one in five made-up dates came out as a change; by chance it is one in twenty."""
    return effect is not None and effect.placebos is not None and effect.placebos.found * 5 > effect.placebos.tried


def _untried(at: Looked) -> bool:
    tried = [one for one in at.effects.values() if one.evaluable and one.design != "synthetic"]
    return bool(tried) and not any(one.placebos or one.facts.get("places_tried") for one in tried)


def _written_late(at: Looked) -> bool | None:
    written = at.around.written
    return None if written is None else bool(written > at.case.start.start_time)


def _planned_late(at: Looked) -> bool | None:
    first = at.around.plans.first
    if at.case.entry.origin == "event":
        return None
    return first is None or first.day > at.case.start.start_time


CHECKS: tuple[Check, ...] = (
    Check(
        "hot_before",
        mark("Were these areas no higher than usual in the year before the start?"),
        mark(
            "These areas had unusually many homicides in the last 12 months before the start. Places picked when they are "
            "high fall back by themselves: a part of any fall is that return. The two rows at the end allow for it; the others "
            "do not."
        ),
        lambda at: was_high(at.case),
    ),
    Check(
        "parallel",
        mark("Did these areas and the comparison areas move alike before the start?"),
        mark(
            "Already before the start these areas and the comparison areas moved apart: the rows beside comparison areas take "
            "what goes on for an effect."
        ),
        _parallel,
    ),
    Check(
        "definition",
        mark("Was the same counted all the time?"),
        mark(
            "What is counted changed within this time. The rows without comparison areas take that change for an effect: "
            "choose a period that begins after it, or give the rows with comparison areas more weight."
        ),
        _definition,
    ),
    Check(
        "overlap",
        mark("Was nothing else of the log done there within this time?"),
        mark(
            "Something else of the log was done in these areas, or in those compared with, within this time: the two cannot be told apart."
        ),
        _overlap,
    ),
    Check(
        "fewest",
        mark("Are there at least 20 homicides before and after?"),
        mark("There are fewer than 20 homicides before or after the start: one or two more would move the result."),
        _few,
    ),
    Check(
        "touched",
        mark("Do the comparison areas lie away from the treated ones?"),
        mark("A comparison area lies within the ring: what was pushed out of the treated areas may have gone there and look like a fall."),
        lambda at: at.case.near if len(at.case.areas["comparison"]) else None,
    ),
    Check(
        "unlike",
        mark("Have the comparison areas about as many homicides?"),
        mark(
            "The comparison areas have less than half, or more than twice, as many homicides: the difference in homicides is "
            "then no fair one."
        ),
        _unlike,
    ),
    Check(
        "together",
        mark("Do people killed and events say the same?"),
        mark(
            "Events in which several people were killed weigh on one side of the start: counted by people the change differs "
            "by more than a quarter from what is shown."
        ),
        _together,
    ),
    Check(
        "late",
        mark("Are the last months complete?"),
        mark(
            "People killed more than 30 days earlier still came in with the newest data: the last months may fill up, and a fall may fade."
        ),
        lambda at: None if at.around.late is None else at.around.late > 0,
    ),
    Check(
        "written_late",
        mark("Was it written down before it began?"),
        mark("This entry, or its first day, was written into the log after the start: a day chosen with the numbers in view finds falls."),
        _written_late,
    ),
    Check(
        "planned_late",
        mark("Was a plan registered before the start?"),
        mark("No plan was registered before the start: which row, areas and months count was open when the numbers were known."),
        _planned_late,
    ),
    Check(
        "trend",
        mark("Does the same method find nothing at made-up dates?"),
        mark(
            "Without comparison areas, the same method also finds changes at made-up dates before the start: something else "
            "moves this series."
        ),
        lambda at: any(_moves(at.effects.get(name)) for name in ("before_after", "interrupted")),
    ),
    Check(
        "untried",
        mark("Could it be tried where nothing happened?"),
        mark(
            "There are too few months and too few other places to try this where nothing happened: the intervals are those of chance alone."
        ),
        _untried,
    ),
    Check(
        "scatter",
        mark("Do the months swing no more than chance makes them?"),
        mark("The months swing more than chance alone would make them; the intervals are wider for it."),
        lambda at: any(one.scatter > 1.2 for one in at.effects.values() if one.evaluable and one.design != "synthetic"),
    ),
    Check(
        "early",
        mark("Is a year or more over since the start?"),
        mark("It began less than a year before the end of these data: this is a first look."),
        lambda at: at.case.lengths[1] < LEAST_AFTER,
    ),
    Check(
        "part",
        mark("Do all its areas exist in these data?"),
        mark("Some areas of this entry do not exist in these data and are left out."),
        lambda at: bool(at.case.strange),
    ),
    Check(
        "begun",
        mark("Have all its areas months enough on both sides of their own start?"),
        mark("Some areas began too early or too late for these data and are left out."),
        lambda at: len(begun(at.case)) < len(at.case.cohorts),
    ),
)
WARNINGS: dict[str, str] = {one.name: one.failed for one in CHECKS}


def looked_at(case: Case, effects: tuple[Effect, ...], notes: Iterable[Note], around: Around) -> dict[str, bool | None]:
    """Return each check by name: whether it fails, None where it cannot be told; that of own starts where areas have some."""
    at = Looked(case, {one.design: one for one in effects}, tuple(notes), around)
    return {one.name: one.fails(at) for one in CHECKS if one.name != "begun" or case.cohorts}
