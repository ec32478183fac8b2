"""Names of columns that stand in two rows, one above the other, as a printed table has them: joined to one name each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LABEL = re.compile(r"\s*(?:[^\W\d].*|(?:19|20)[0-9]{2}\D{0,3}|(?:19|20)[0-9]{2}\s*[-/]\s*[0-9]{1,4})\s*", re.DOTALL)
_LEAST = 2  # columns that a row of a second kind names


@dataclass(frozen=True)
class Head:
    """The names of the columns, and the last row that they take (the first of a file is 0); `upper` and `lower` as the two rows stand."""

    names: tuple[str, ...]
    last: int
    upper: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()


def joined_head(records: Sequence[Sequence[str]], head: int) -> Head:
    """Return the names of row `head` with those of the row under it, or above it, that say more of the same columns; else its own.

    A second row names no first column, as that is named already, and holds words or years. The row above has empty cells beside the one
    that it was written into, which holds for them too, or the same name several times.

    >>> joined_head([["Area", "Killed", "", "Hurt"], ["", "2020", "2021", "2021"], ["North", "1", "2", "3"]], 0).names
    ('Area', 'Killed 2020', 'Killed 2021', 'Hurt 2021')
    >>> joined_head([["", "2020", "2021"], ["Area", "Killed", "Killed"], ["North", "1", "2"]], 1).names
    ('Area', '2020 Killed', '2021 Killed')
    >>> joined_head([["Area", "Killed", "Hurt"], ["", "1", "2"], ["North", "1", "2"]], 0).names
    ('Area', 'Killed', 'Hurt')
    """
    names = tuple(cell.strip() for cell in records[head])
    if head and names and not names[0] and records[head - 1][:1] and records[head - 1][0].strip():
        over = joined_head(records, head - 1)
        return over if over.upper else Head(names, head)
    below = _second(records, head + 1, len(names))
    if below and _leaves_open(names, below):
        return Head(_both(names, below), head + 1, names, below)
    above = _second(records, head - 1, len(names)) if head else ()
    if above and _says_twice(names, above):
        return Head(_both(above, names), head, above, names)
    return Head(names, head)


def _second(records: Sequence[Sequence[str]], at: int, width: int) -> tuple[str, ...]:
    """Return a row that may name columns a second time; empty where it cannot."""
    if not 0 <= at < len(records) - 1:
        return ()
    row = tuple(cell.strip() for cell in [*records[at], *[""] * (width - len(records[at]))])[:width]
    filled = [cell for cell in row if cell]
    return row if not row[0] and len(filled) >= _LEAST and all(_LABEL.fullmatch(cell) for cell in filled) else ()


def _leaves_open(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return whether the upper names need the lower ones: a cell is empty above one that is not, or two above such are the same."""
    under = [name for name, cell in zip(upper, lower, strict=True) if cell]
    return any(under) and (not all(under) or len({*under}) < len(under)) and bool(upper[0])


def _says_twice(names: Sequence[str], above: Sequence[str]) -> bool:
    """Return whether names come again in the columns that the row above tells apart."""
    told = [name for name, cell in zip(names, _carried(above, names), strict=True) if cell]
    return len({*told}) < len(told) and all(names)


def _carried(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the upper names, each also in the empty cells right of it, as far as the lower row goes."""
    carried: list[str] = []
    for name, cell in zip(upper, lower, strict=True):
        carried.append(name or (carried[-1] if carried and cell else ""))
    return carried


def _both(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(part for part in pair if part) for pair in zip(_carried(upper, lower), lower, strict=True))
