"""The audit: everything that was ever released, attacked together. A release that fails is not published."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.cities.published_totals import WHOLE
from hotspots.release import figures, rules, so_far
from hotspots.release.attack import ContradictionError, Intervals, fixed, intervals
from hotspots.release.profiles import FEWER_THAN, UNMAPPED, WIDTH
from hotspots.release.protection import FEW, HELD, SHOWN, UNPUBLISHED
from hotspots.release.release import Release
from hotspots.release.rules import Leak
from hotspots.release.statements import Statement, System, days, spelled, system
from hotspots.words import told

# What a figure that is not shown says all the same.
BOUNDS = {FEW: (0.0, FEWER_THAN - 1.0), HELD: (float(FEWER_THAN), np.inf), UNPUBLISHED: (0.0, np.inf)}


@dataclass(frozen=True)
class Findings:
    """What an audit found: nothing, in a release that may go out.

    `hidden` numbers were attacked, `pinned` of them are known exactly, and the one that is best known can still take `narrowest` + 1
    values (at least: a quick attack stops once 10 are met). `parts` smaller counts that are in no table were attacked too.
    """

    found: tuple[Leak, ...]
    hidden: int
    pinned: int
    narrowest: float
    parts: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.found


def audit(
    release: Release, before: Iterable[Release] = (), *, exact: bool = False, progress: Callable[[int, int], object] | None = None
) -> Findings:
    """Return what the release gives away, alone and beside all releases before it.

    First the rules: no small number, areas with enough residents and without overlap, windows that do not overlap, no crossed tables,
    no number changed since it was first published, no lot that tells what it should hide. Then the attack by linear programming on all
    figures together: each hidden number must stay open by at least 9, and no smaller count may be known exactly. `exact` asks for the
    whole interval of every number, which takes longer. `progress` is told before each period how many are done, and of how many.
    """
    begun = time.perf_counter()
    past = list(before)
    found = rules.broken(release) + rules.changed(release, past) + rules.lots(release, past)
    hidden, inside = [Intervals(np.zeros(0), np.zeros(0))], 0
    groups = spells(_statements([release, *past]))
    for done, known in enumerate(groups):
        if progress is not None:
            progress(done, len(groups))
        more, open_, parts = together_or_apart(known, exact=exact, zero_tells=not release.profile.exact)
        found += more + ([] if release.profile.exact else nested(known))
        hidden.append(open_)
        inside += parts
    width = np.concatenate([one.width for one in hidden])
    narrowest = float(width.min()) if len(width) else np.inf
    kept = tuple(dict.fromkeys(found))
    return Findings(kept, len(width), int((width == 0).sum()), narrowest, inside, time.perf_counter() - begun)


def _statements(releases: Sequence[Release]) -> tuple[Statement, ...]:
    """Return what the figures of some releases say, each once."""
    table = pd.concat([one.figures for one in releases], ignore_index=True)
    return statements(table.drop_duplicates([*figures.KEYS, "count", "reason"]))


def statements(table: pd.DataFrame) -> tuple[Statement, ...]:
    """Return what a table of figures (`figures.COLUMNS`) says: a shown number itself, a hidden one its bounds."""
    found = []
    periods = {span: days(*span) for span in set(zip(table["start"], table["end"], strict=True))}
    for name, area, start, end, value, count, reason in table[list(figures.COLUMNS)].itertuples(index=False):
        low, high = (count, count) if reason == SHOWN else BOUNDS[reason]
        where = frozenset() if area == WHOLE else frozenset([area])
        values = ((name, value),) if value else ()
        label = spelled(", ".join(part for part in (name, area, value) if part), periods[start, end])
        found.append(Statement(label, start, end, low, high, where, values, hidden=reason != SHOWN, table=name))
    return tuple(found)


def spells(known: Sequence[Statement]) -> list[tuple[Statement, ...]]:
    """Return the statements in groups that have no day in common: nothing links them."""
    found: list[list[Statement]] = []
    until = pd.Timestamp.min
    for one in sorted(known, key=lambda one: one.start):
        if one.start >= until:
            found.append([])
        found[-1].append(one)
        until = max(until, one.end)
    return [tuple(group) for group in found]


def together_or_apart(known: tuple[Statement, ...], *, exact: bool, zero_tells: bool) -> tuple[list[Leak], Intervals, int]:
    """Attack the statements together; where the years of the city contradict the rest, the two apart.

    They may: years are published as they end and never changed, and a window some years later counts what was registered since.
    """
    try:
        return attacked(known, exact=exact, zero_tells=zero_tells)
    except ContradictionError:
        city = tuple(one for one in known if one.table in ("city", so_far.TABLE))
        rest = tuple(one for one in known if one.table not in ("city", so_far.TABLE))
    try:
        found, parts = [attacked(one, exact=exact, zero_tells=zero_tells) for one in (city, rest) if one], 0
        parts = sum(one[2] for one in found)
        low, high = (np.concatenate([getattr(one[1], name) for one in found]) for name in ("low", "high"))
        return [finding for one in found for finding in one[0]], Intervals(low, high), parts
    except ContradictionError:
        nothing = Intervals(np.zeros(0), np.zeros(0))
        advice = told("the release, and look for the number that was changed")
        text = told("the figures contradict one another: no counts give all of them")
        return [Leak("contradiction", told("the figures together"), text, advice)], nothing, 0


def attacked(known: Iterable[Statement], *, exact: bool = False, zero_tells: bool = True) -> tuple[list[Leak], Intervals, int]:
    """Return what statements give away by linear programming, the intervals of the hidden ones, and how many parts were attacked.

    A hidden figure gives itself away where it stays open by less than 9; a part that no statement is about on its own, where it is known
    exactly. `zero_tells`: also where it is known to be 0. Raises `ContradictionError` where no counts fit.
    """
    solved = system(known)
    rows = [i for i, one in enumerate(solved.statements) if one.hidden]
    open_ = intervals(solved, solved.matrix[rows], enough=None if exact else np.full(len(rows), float(WIDTH)))
    found = []
    for i, low, high in zip(rows, open_.low, open_.high, strict=True):
        if high - low < WIDTH:
            code, text = "pinned", told("held back, yet it is {n}", n=f"{low:.0f}")
            if high != low:
                code, text = "narrow", told("held back, yet it lies between {low} and {high}", low=f"{low:.0f}", high=f"{high:.0f}")
            found.append(Leak(code, solved.statements[i].name, text, _sibling(solved, i)))
    parts = _parts(solved)
    for j, value in zip(parts, fixed(solved, parts)[1], strict=True):
        if value > 0 or (value == 0 and zero_tells):
            text = told("in no table, yet it is {n}", n=f"{value:.0f}")
            found.append(Leak("part_pinned", solved.labels[j], text, _finest(solved, int(j))))
    return found, open_, len(parts)


def _parts(solved: System) -> np.ndarray:
    """Return the unknowns that no statement is about on its own, and that are no part of a told 0 of people who lie in no area.

    That 0 is of nobody; so where a release has one area, what is said of the city is said of the area.
    """
    pairs = list(zip(solved.statements, solved.supports, strict=False))
    none = [its for one, its in pairs if one.areas == frozenset([UNMAPPED]) and one.exact and one.high == 0]
    nobody = frozenset[int]().union(*none)
    said = {next(iter(its - nobody)) for _, its in pairs if len(its - nobody) == 1}
    return np.array([j for j in range(len(solved.labels)) if j not in said | nobody], dtype=int)


def _sibling(solved: System, row: int) -> str:
    """Return the figure to give up for a hidden one: the smallest shown one that shares a sum with it."""
    mine = solved.supports[row]
    near = set[int]().union(*(one for one in solved.supports if mine & one))
    pairs = zip(solved.statements, solved.supports, strict=False)
    shown = [(one.high, one.name) for one, its in pairs if one.exact and its <= near and not mine & its]
    return min(shown)[1] if shown else _finest(solved, min(mine))


def _finest(solved: System, unknown: int) -> str:
    """Return the statement about the fewest unknowns that this one is among, of those that say a number."""
    pairs = zip(solved.statements, solved.supports, strict=False)
    sizes = [(len(its), one.name) for one, its in pairs if not one.hidden and unknown in its]
    return min(sizes)[1] if sizes else told("the figures around it")


def nested(known: Iterable[Statement]) -> list[Leak]:
    """Return the pairs of shown figures, one within the other, whose difference is a number from 1 to 9.

    Not where they differ by those who lie in no area, whose number is told.
    """
    solved = system(tuple(known))
    shown = [i for i, one in enumerate(solved.statements) if one.exact]
    own = solved.matrix[shown].tocsr()
    own.data = np.ones_like(own.data)
    size = np.diff(own.indptr)
    shared = (own @ own.T).tocoo()
    inner, outer = shared.row, shared.col
    within = (shared.data == size[inner]) & (size[outer] > size[inner])
    value = np.array([solved.statements[i].low for i in shown])
    told_anyway = [solved.supports[i] for i in shown if solved.statements[i].areas == frozenset([UNMAPPED])]
    found = []
    for i, j in zip(inner[within], outer[within], strict=True):
        gap = value[j] - value[i]
        if 0 < gap < FEWER_THAN and solved.supports[shown[j]] - solved.supports[shown[i]] not in told_anyway:
            one, other = solved.statements[shown[i]].name, solved.statements[shown[j]].name
            found.append(Leak("difference", other, told("less {one} it leaves {n}", one=one, n=f"{gap:.0f}"), one))
    return found
