"""The inner work of the two scans: bounds first, so that few circles and cylinders need their ratio worked out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

_ROUNDING = 1e-9
_RING = 1.15  # the largest circle of a ring expects at most so many times what its smallest one does,
_SPREAD = 1.0  # and at most so many more as times the standard deviation of that number
_FIRST = 200  # rings whose largest circles are worked out on all maps before anything else


@dataclass(frozen=True, eq=False)
class Rings:
    """Circles that grow from one another around one centre and hold nearly the same, taken together.

    The circles of ring k are those from `first[k]` to `last[k]` that are looked at; it grew from circle `before[k]`. `begins` are the
    rings that are the first of their centre, and `added` says which units each ring adds: a row for each ring, a column for each unit.
    """

    first: np.ndarray
    last: np.ndarray
    before: np.ndarray
    begins: np.ndarray
    added: sparse.csr_array


def rings(starts: np.ndarray, members: np.ndarray, expected: np.ndarray, *, units: int) -> Rings:
    """Return the rings of all circles that are looked at: those with `expected` above 0.

    Two centres among three units; the second and third circle of the first one are so alike that they are one ring.

    >>> found = rings(np.array([0, 3, 4]), np.array([0, 1, 2, 2]), np.array([1.0, 1.9, 2.0, 3.0]), units=3)
    >>> found.first.tolist(), found.last.tolist(), found.added.toarray().tolist()
    ([0, 1, 3], [0, 2, 3], [[1, 0, 0], [0, 1, 1], [0, 0, 1]])
    """
    looked_at = np.flatnonzero(expected > 0)
    centre = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[looked_at]
    size = _class(expected[looked_at])
    fresh = np.ones(len(looked_at) + 1, dtype=bool)
    fresh[1:-1] = (size[1:] != size[:-1]) | (centre[1:] != centre[:-1])
    first, last, own = looked_at[fresh[:-1]], looked_at[fresh[1:]], centre[fresh[1:]]
    begins = np.append(True, own[1:] != own[:-1])[: len(own)]
    before = np.where(begins, starts[own] - 1, np.append(-1, last)[:-1])
    flat, ends = _ranges(before + 1, last - before), np.append(0, np.cumsum(last - before))
    added = sparse.csr_array((np.ones(len(flat), dtype=np.int32), members[flat], ends), shape=(len(last), units))
    return Rings(first, last, before, begins, added)


def _class(expected: np.ndarray) -> np.ndarray:
    """Return a whole number that is the same for circles that expect nearly as many events."""
    per = np.log(_RING)
    small = (_SPREAD / per) ** 2  # up to here the first bound is the closer one
    return np.asarray(
        np.floor(np.where(expected < small, np.log(expected / small) / per, 2 * (np.sqrt(expected) - np.sqrt(small)) / _SPREAD))
    )


def _ranges(begin: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Return begin, begin + 1 and so on, so many, of each one after the other."""
    return np.asarray(np.repeat(begin - np.cumsum(many) + many, many) + np.arange(many.sum()))


@dataclass(frozen=True, eq=False)
class Ratios:
    """What the log-likelihood ratio of each circle is worked out from: with c events it is pairs[c] − c·slope − level."""

    expected: np.ndarray
    slope: np.ndarray
    level: np.ndarray
    pairs: np.ndarray

    def of(self, circle: np.ndarray, events: np.ndarray) -> np.ndarray:
        """Return the ratios of circles with so many events."""
        found = self.pairs[events] - events * self.slope[circle] - self.level[circle]
        return np.where((events > self.expected[circle]) & (self.expected[circle] > 0), found, 0.0)

    def least(self, circle: np.ndarray, most: np.ndarray, *, above: float) -> np.ndarray:
        """Return the smallest number of events, at most `most`, with which each circle has a ratio above `above`; `most` must have it."""
        low, high = np.full(len(circle), -1), most.astype(np.int64)
        while (high - low > 1).any():
            middle = (low + high) // 2
            enough = self.of(circle, np.maximum(middle, 0)) > above
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high


def best_circles(
    starts: np.ndarray,
    members: np.ndarray,
    expected: np.ndarray,
    slope: np.ndarray,
    level: np.ndarray,
    pairs: np.ndarray,
    counts: np.ndarray,
    best: np.ndarray,
) -> None:
    """Raise `best`, one for each column of `counts`, to the largest log-likelihood ratio of any circle.

    Circle k holds the members from the start of its centre up to k; circles with `expected` 0 are not looked at (see `Ratios`).
    No circle of a ring holds more than its largest one or expects less than its smallest one: with those two numbers the ratio is at least
    that of any of them. Only a ring that by this could still raise `best` on a map is taken apart there.
    """
    found, ratios = rings(starts, members, expected, units=len(counts)), Ratios(expected, slope, level, pairs)
    if not len(found.last):
        return
    held = _held(found, counts)
    most, margin = held.max(axis=1), _ROUNDING * (1 + pairs[-1])
    strong = np.argsort(-ratios.of(found.last, most), kind="stable")[:_FIRST]
    np.maximum(best, ratios.of(found.last[strong][:, None], held[strong]).max(axis=0), out=best)
    lowest = float(best.min()) - margin
    some = np.flatnonzero(ratios.of(found.first, most) > lowest)
    ring, of = np.nonzero(held[some] >= ratios.least(found.first[some], most[some], above=lowest)[:, None])
    ring = some[ring]
    events = held[ring, of]
    np.maximum.at(best, of, ratios.of(found.last[ring], events))
    closer = ratios.of(found.first[ring], events) > best[of] - margin
    ring, of = ring[closer], of[closer]
    circle, inside, at = _taken_apart(found, ring, of, held, members, counts)
    np.maximum.at(best, of[at], ratios.of(circle, inside))


def _held(found: Rings, counts: np.ndarray) -> np.ndarray:
    """Return the events in the largest circle of each ring, a column for each map."""
    held = np.asarray(found.added @ counts)
    begin = np.flatnonzero(found.begins)
    many = np.diff(np.append(begin, len(held)))
    for step in range(1, int(many.max())):
        later = begin[many > step] + step
        held[later] += held[later - 1]
    return held


def _taken_apart(
    found: Rings, ring: np.ndarray, of: np.ndarray, held: np.ndarray, members: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the circles of each ring, the events in them on the map that goes with it, and which of the rings they belong to."""
    many = found.last[ring] - found.before[ring]
    circle, at = _ranges(found.before[ring] + 1, many), np.repeat(np.arange(len(ring)), many)
    total = np.cumsum(counts[members[circle], of[at]], dtype=np.int64)
    ends = np.cumsum(many) - 1
    return circle, total + (held[ring, of] - total[ends])[at], at


@dataclass(frozen=True, eq=False)
class Diary:
    """The members of each circle in the order of their days.

    Each is written as one whole number that sorts by centre, then day, then size of the smallest circle that holds it. `fixed` has centre
    and size; the day comes in between with each shuffle, `shift` bits up. The centre is `wide` bits above the day: more than `length`
    days lie between two centres.
    """

    fixed: np.ndarray
    shift: int
    wide: int
    length: int

    @classmethod
    def of(cls, starts: np.ndarray, ends: np.ndarray, *, days: int, length: int) -> Diary:
        """Return the diary of circles whose members begin at `starts`, each in a circle of `ends` events."""
        shift, wide = int(ends.max(initial=1)).bit_length(), (days + length).bit_length()
        centre = np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(starts))
        return cls((centre << (shift + wide)) | ends, shift, wide, length)

    @property
    def size(self) -> np.ndarray:
        """How many events the smallest circle holds in which each member is."""
        return np.asarray(self.fixed & ((1 << self.shift) - 1))

    def sorted(self, day: np.ndarray, use: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return centre and day as one number, and the size, of the members chosen, in order; `day` is that of each of them."""
        key = np.sort(self.fixed[use] + (day.astype(np.int64) << self.shift))
        return key >> self.shift, key & ((1 << self.shift) - 1)

    def boxes(self, days: int) -> tuple[np.ndarray, int]:
        """Return where the boxes of each member's centre begin, each of `length` days, and how many boxes there are."""
        many = days // self.length + 3
        centre = self.fixed >> (self.shift + self.wide)
        return centre * many + 1, (int(centre.max(initial=0)) + 1) * many + 1


Found = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Calendar:
    """What the ratio of a cylinder is worked out from: `before[d]` events of the city lie before day d, and logarithms of whole numbers."""

    before: np.ndarray
    logs: np.ndarray
    length: int
    anytime: bool

    @property
    def last(self) -> int:
        """The last day."""
        return len(self.before) - 2

    def within(self, first: np.ndarray, final: np.ndarray) -> np.ndarray:
        """Return how many events of the city lie between two days, both included."""
        return np.asarray(self.before[final + 1] - self.before[first])


def best_cylinders(
    starts: np.ndarray,
    members: np.ndarray,
    ends: np.ndarray,
    logs: np.ndarray,
    before: np.ndarray,
    days: np.ndarray,
    length: int,
    anytime: bool,
    best: np.ndarray,
) -> None:
    """Raise `best`, one for each row of `days`, to the largest log-likelihood ratio of any cylinder.

    Circle k holds `ends[k]` events, those of its centre up to its distance; `before[d]` events of the city lie before day d. Time spans
    begin and end on the day of an event in the circle and last at most `length` days; unless `anytime`, all end on the last day.
    """
    calendar = Calendar(before, logs, length, anytime)
    diary = Diary.of(starts, ends, days=calendar.last + 1, length=length)
    begin, many = diary.boxes(calendar.last + 1)
    room = float(best.min()) * (1 - _ROUNDING) / np.maximum(logs[-1] - logs[diary.size], _ROUNDING)
    enough = np.minimum(room, len(logs)).astype(np.int32)  # no cylinder with so few is above any of `best`
    for r, day in enumerate(days):
        if anytime:
            use = np.flatnonzero(_near_in_time(begin + (day // length)[members], many) > enough)
        else:
            use = np.flatnonzero((day > calendar.last - length)[members])
        at, size = diary.sorted(day[members[use]], use)
        spans(at, size, diary.wide, calendar, best[r : r + 1])


def _near_in_time(box: np.ndarray, many: int) -> np.ndarray:
    """Return how many members at most lie in one span with each: a span touches two boxes."""
    held = np.zeros(many, dtype=np.int32)
    np.add.at(held, box, np.int32(1))
    both = held[1:] + held[:-1]
    return np.asarray(np.maximum(both[1:], both[:-1])[box - 1])


def spans(at: np.ndarray, size: np.ndarray, bits: int, calendar: Calendar, best: np.ndarray) -> list[Found]:
    """Return centre, events, first and last day, size of the circle and ratio of the cylinders that raise `best`, and raise it.

    `best` is one number for each centre, or one for all of them. A span runs from one member of a centre to another, and for each number of
    events in it the smallest circle counts. No cylinder holds more than the span, or a smaller circle than the two members need: only
    where these two numbers give more than `best` is it worked out.
    """
    n, found = len(calendar.logs) - 1, []
    begin = np.arange(len(at))
    for step in range(len(at)):
        begin = begin[: np.searchsorted(begin, len(at) - step)]
        begin = begin[at[begin + step] - at[begin] < calendar.length] if step else begin
        if not len(begin):
            break
        limit = n * np.exp(-float(best.min()) / (step + 1)) * (1 + _ROUNDING)  # as if the city had no event of these days elsewhere
        some = begin if calendar.anytime else begin[_final(at >> bits, begin + step)]
        largest = np.maximum(size[some], size[some + step]) if calendar.anytime else size[some]
        some = some[largest < limit]
        if len(some):
            found.append(_worked_out(some, step, at, size, bits, calendar, best))
    return found


def _final(centre: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return which positions are the last ones of their centre."""
    return np.asarray((at + 1 == len(centre)) | (centre[np.minimum(at + 1, len(centre) - 1)] != centre[at]))


def _worked_out(begin: np.ndarray, step: int, at: np.ndarray, size: np.ndarray, bits: int, calendar: Calendar, best: np.ndarray) -> Found:
    """Return the best cylinder of each span from position `begin` to `step` further on that could raise `best`, and raise it."""
    n, logs, today = len(calendar.logs) - 1, calendar.logs, (1 << bits) - 1
    first, owner = at[begin] & today, at[begin] >> bits
    final = at[begin + step] & today if calendar.anytime else np.full(len(begin), calendar.last)
    largest = np.maximum(size[begin], size[begin + step]) if calendar.anytime else size[begin]
    spread = calendar.within(first, final)
    which = owner if len(best) > 1 else np.zeros(len(owner), dtype=np.intp)
    most = (step + 1) * (logs[step + 1] + logs[n] - logs[largest] - logs[spread])
    keep = most >= best[which] * (1 - _ROUNDING) - _ROUNDING
    begin, first, final, owner, spread, which = (part[keep] for part in (begin, first, final, owner, spread, which))
    held = np.sort(size[begin[:, None] + np.arange(step + 1)], axis=1)
    c = np.broadcast_to(np.arange(1, step + 2), held.shape)
    ratio = _ratio(c, held, spread[:, None], n, logs)
    top, row = ratio.argmax(axis=1), np.arange(len(begin))
    np.maximum.at(best, which, ratio[row, top])
    return owner, c[row, top], first, final, held[row, top], ratio[row, top]


def _ratio(c: np.ndarray, size: np.ndarray, spread: np.ndarray, n: int, logs: np.ndarray) -> np.ndarray:
    """Return the log-likelihood ratio of cylinders with `c` events where the circle holds `size` and the span `spread`; 0 where no more."""
    expected = size * spread / n
    more = c > expected
    rest = np.where(more & (c < n), (n - c) / np.where(more & (c < n), n - expected, 1.0), 1.0)
    return np.where(more, c * (logs[c] + logs[n] - logs[size] - logs[spread]) + (n - c) * np.log(rest), 0.0)
