"""How far long work has come: told to whoever listens, from wherever in it a part is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LISTENER: ContextVar[Callable[[int, int], None] | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(tell: Callable[[int, int], None]) -> Iterator[None]:
    """Let `tell` hear how many parts of how many are done, for as long as this lasts.

    >>> with heard_by(lambda part, whole: print(part, "of", whole)):
    ...     done(1, 2)
    1 of 2
    """
    before = _LISTENER.set(tell)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def done(part: int, whole: int) -> None:
    """Say that so many parts of the whole are done; nothing happens where nobody listens."""
    tell = _LISTENER.get()
    if tell is not None:
        tell(part, whole)
