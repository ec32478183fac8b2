"""The inner loops of the two scans. Plain Python that numba compiles (see `compiled`): no calls between them."""

from __future__ import annotations

import math

import numpy as np


def scan_circles(  # noqa: C901  a loop that numba compiles cannot call another
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

    Circle k holds the members from the start of its centre up to k; its ratio with c events is pairs[c] − c·slope[k] − level[k]. Circles
    with `expected` 0 are not looked at. Adding up is quick and a ratio is not: `least` is the smallest number of events that could raise
    the lowest of `best`, and only circles that reach it somewhere are worked out.
    """
    maps = counts.shape[1]
    held = np.empty(maps, dtype=np.int32)
    for centre in range(len(starts) - 1):
        held[:] = 0
        lowest = best.min()
        least = 1
        for k in range(starts[centre], starts[centre + 1]):
            row = counts[members[k]]
            top = np.int32(0)
            for r in range(maps):
                held[r] += row[r]
                top = max(top, held[r])
            if expected[k] <= 0:
                continue
            while least < len(pairs) and (least <= expected[k] or pairs[least] - least * slope[k] - level[k] <= lowest):
                least += 1
            if top < least:
                continue
            for r in range(maps):
                c = held[r]
                if c >= least:
                    best[r] = max(best[r], pairs[c] - c * slope[k] - level[k])


def scan_days(
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
    if anytime:
        _at_any_time(starts, members, ends, logs, before, days, length, best)
    else:
        _until_the_last_day(starts, members, ends, logs, before, days, length, best)


def _at_any_time(
    starts: np.ndarray,
    members: np.ndarray,
    ends: np.ndarray,
    logs: np.ndarray,
    before: np.ndarray,
    days: np.ndarray,
    length: int,
    best: np.ndarray,
) -> None:
    """Do `scan_days` for spans that end on any day.

    Few events of a circle lie so close in time that a span with them could be above `best`: days lie in boxes of half of `length` days,
    and a span touches at most three. Only those few are put in the order of their days and looked at.
    """
    longest = 1
    for centre in range(len(starts) - 1):
        longest = max(longest, starts[centre + 1] - starts[centre])
    when, large = np.empty(longest, dtype=np.int32), np.empty(longest, dtype=np.int32)
    width = (length + 1) // 2
    held = np.zeros(len(before) // width + 6, dtype=np.int32)
    for r in range(len(days)):
        enough = _enough(logs, best[r])
        box = days[r] // width + 2
        for centre in range(len(starts) - 1):
            found = _close_in_time(starts[centre], starts[centre + 1], members, ends, days[r], box, enough, held, when, large)
            if found:
                best[r] = _best_of_spans(found, when, large, enough, logs, before, length, best[r])


def _until_the_last_day(
    starts: np.ndarray,
    members: np.ndarray,
    ends: np.ndarray,
    logs: np.ndarray,
    before: np.ndarray,
    days: np.ndarray,
    length: int,
    best: np.ndarray,
) -> None:
    """Do `scan_days` for spans that end on the last day: few events lie in one, and each is written down for the centres it is near."""
    begins, near, size = _by_event(starts, members, ends, days.shape[1])
    when, large = np.empty(len(members), dtype=np.int32), np.empty(len(members), dtype=np.int32)
    last = len(before) - 2
    for r in range(len(days)):
        filled = starts[:-1].copy()
        for event in np.flatnonzero(days[r] > last - length):
            for k in range(begins[event], begins[event + 1]):
                when[filled[near[k]]], large[filled[near[k]]] = days[r, event], size[k]
                filled[near[k]] += 1
        for centre in range(len(filled)):
            if filled[centre] > starts[centre]:
                best[r] = _best_until_now(starts[centre], filled[centre], when, large, logs, before, best[r])


def _by_event(starts: np.ndarray, members: np.ndarray, ends: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each event's centres begin, the centres, and how many events the smallest circle around each holds that reaches it."""
    begins = np.zeros(n + 1, dtype=np.int64)
    for event in members:
        begins[event + 1] += 1
    begins = np.cumsum(begins)
    filled = begins[:-1].copy()
    near, size = np.empty(len(members), dtype=np.int32), np.empty(len(members), dtype=np.int32)
    for centre in range(len(starts) - 1):
        for k in range(starts[centre], starts[centre + 1]):
            near[filled[members[k]]], size[filled[members[k]]] = centre, ends[k]
            filled[members[k]] += 1
    return begins, near, size


def _enough(logs: np.ndarray, best: float) -> np.ndarray:
    """Return the number of events with which no cylinder is above `best`, by the size of its circle: as if no other were in its span."""
    n = len(logs) - 1
    found = np.empty(n + 1, dtype=np.int32)
    for size in range(n + 1):
        found[size] = int(min(best / max(logs[n] - logs[size], 1e-9), n))
    return found


def _close_in_time(
    begin: int,
    end: int,
    members: np.ndarray,
    ends: np.ndarray,
    day: np.ndarray,
    box: np.ndarray,
    enough: np.ndarray,
    held: np.ndarray,
    when: np.ndarray,
    large: np.ndarray,
) -> int:
    """Write down, in the order of their days, the members from `begin` to `end` that have enough others near in time; return how many.

    `held` counts the members in each box and is left empty.
    """
    found = 0
    for k in range(begin, end):
        held[box[members[k]]] += 1
    for k in range(begin, end):
        own = box[members[k]]
        near = max(held[own - 2] + held[own - 1], held[own + 1] + max(held[own - 1], held[own + 2]))
        if held[own] + near > enough[ends[k]]:
            at = found
            while at > 0 and when[at - 1] > day[members[k]]:
                when[at], large[at] = when[at - 1], large[at - 1]
                at -= 1
            when[at], large[at] = day[members[k]], ends[k]
            found += 1
    for k in range(begin, end):
        held[box[members[k]]] = 0
    return found


def _best_of_spans(
    found: int, when: np.ndarray, large: np.ndarray, enough: np.ndarray, logs: np.ndarray, before: np.ndarray, length: int, best: float
) -> float:
    """Return `best` raised to the largest ratio of any span from one to another of the `found` members, which are in order.

    A span holds no more than all in between, in no smaller circle than its two ends need: only if that could be above `best` is it
    worked out.
    """
    n = len(logs) - 1
    for end in range(found):
        first = end
        while first >= 0 and when[end] - when[first] < length:
            c, least = end - first + 1, max(large[first], large[end])
            if c > enough[least]:
                spread = before[when[end] + 1] - before[when[first]]
                if c * (logs[c] + logs[n] - logs[least] - logs[spread]) > best:
                    best = _best_from(first, end, least, when[end], when, large, logs, before, best)
            first -= 1
    return best


def _best_until_now(begin: int, end: int, when: np.ndarray, large: np.ndarray, logs: np.ndarray, before: np.ndarray, best: float) -> float:
    """Return `best` raised to the largest ratio of any span to the last day, with the members from `begin` to before `end` in any order."""
    n, last = len(logs) - 1, len(before) - 2
    for first in range(begin, end):
        spread = before[last + 1] - before[when[first]]
        for one in range(begin, end):
            if when[one] >= when[first]:
                c = 0
                for other in range(begin, end):
                    c += when[other] >= when[first] and large[other] <= large[one]
                best = max(best, _ratio(c, large[one], spread, n, logs))
    return best


def _ratio(c: int, size: int, spread: int, n: int, logs: np.ndarray) -> float:
    """Return the log-likelihood ratio of a cylinder with `c` events, in a circle of `size` and a span of `spread`; 0 where no more."""
    expected = size * spread / n
    if c <= expected:
        return 0.0
    ratio = c * (logs[c] + logs[n] - logs[size] - logs[spread])
    if c < n:
        ratio += (n - c) * math.log((n - c) / (n - expected))
    return float(ratio)


def _best_from(
    first: int,
    end: int,
    least: int,
    final: int,
    when: np.ndarray,
    large: np.ndarray,
    logs: np.ndarray,
    before: np.ndarray,
    best: float,
) -> float:
    """Return `best` raised to the largest ratio of the span of the members from `first` to `end`, whose circle holds at least `least`."""
    n = len(logs) - 1
    spread = before[final + 1] - before[when[first]]
    for one in range(first, end + 1):
        size, c = large[one], 0
        if size < least:
            continue
        for other in range(first, end + 1):
            if large[other] <= size:
                c += 1
        best = max(best, _ratio(c, size, spread, n, logs))
    return best
