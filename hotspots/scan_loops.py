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


def scan_days(  # noqa: C901  a loop that numba compiles cannot call another
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
    begin and end on the day of an event in the circle and last at most `length` days; unless `anytime`, all end on the last day. Only spans
    that hold an event by which the circle grew need a look: any other was likelier in the smaller circle. Days lie in boxes of `length`
    days, so that few must be compared.
    """
    n, last, width = days.shape[1], len(before) - 2, (length + 1) // 2
    boxes, longest = last // width + 5, 1  # two empty ones before and after
    for centre in range(len(starts) - 1):
        longest = max(longest, starts[centre + 1] - starts[centre])
    box = np.empty((boxes, longest), dtype=np.int32)
    filled = np.zeros(boxes, dtype=np.int32)
    near = np.empty(longest, dtype=np.int32)
    which = np.empty(n, dtype=np.int32)
    enough = np.empty(n + 1, dtype=np.int32)
    for r in range(len(days)):
        for event in range(n):
            which[event] = days[r, event] // width + 2 if anytime or days[r, event] > last - length else 0
            enough[event + 1] = int(min(best[r] / max(logs[n] - logs[event + 1], 1e-9), n))
        for centre in range(len(starts) - 1):
            filled[:] = 0
            k, promising = starts[centre], False
            while k < starts[centre + 1] and not promising:  # at most three boxes touch a span: can any hold enough?
                size = ends[k]
                after = starts[centre] + size
                for new in range(k, after):
                    filled[which[members[new]]] += 1
                for new in range(k, after):
                    at = which[members[new]]
                    if at:
                        most = max(filled[at - 2] * (at > 2) + filled[at - 1], filled[at + 1] + max(filled[at - 1], filled[at + 2]))
                        promising = promising or filled[at] + most > enough[size]
                k = after
            if not promising:
                continue
            filled[:] = 0
            k = starts[centre]
            while k < starts[centre + 1]:
                size = ends[k]
                after = starts[centre] + size
                for new in range(k, after):
                    at = which[members[new]]
                    if at:
                        box[at, filled[at]] = days[r, members[new]]
                        filled[at] += 1
                for new in range(k, after):
                    day, at, found = days[r, members[new]], which[members[new]], 0
                    if at == 0:
                        continue
                    most = max(filled[at - 2] + filled[at - 1], filled[at + 1] + max(filled[at - 1], filled[at + 2]))
                    if filled[at] + most <= enough[size]:
                        continue
                    for b in range(at - 2, at + 3):
                        for i in range(filled[b]):
                            if abs(box[b, i] - day) < length:
                                near[found] = box[b, i]
                                found += 1
                    if found <= enough[size]:
                        continue
                    for i in range(found):
                        first = near[i]
                        for j in range(found):
                            final = near[j] if anytime else last
                            if first > day or final < day or final - first >= length:
                                continue
                            c = 0
                            for m in range(found):
                                if first <= near[m] <= final:
                                    c += 1
                            spread = before[final + 1] - before[first]
                            expected = size * spread / n
                            if c > expected:
                                ratio = c * (logs[c] + logs[n] - logs[size] - logs[spread])
                                if c < n:
                                    ratio += (n - c) * math.log((n - c) / (n - expected))
                                best[r] = max(best[r], ratio)
                            if not anytime:
                                break
                k = after
