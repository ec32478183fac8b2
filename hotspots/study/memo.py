"""The one memo of what was worked out for a study, its units, its streets: bounded here, freed with what it was worked out for."""

from __future__ import annotations

import dataclasses
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse

MOST_BYTES = 512 * 2**20  # of numbers in all; what was not asked for longest goes first
LEAST_BYTES = 2**20  # what each result counts for at least, so that at most 512 are kept

_Owner = TypeVar("_Owner")
_Asked = ParamSpec("_Asked")
_Found = TypeVar("_Found")


class _Entry:
    """One result: for whom, and how much room it takes. Whoever asks while it is being worked out waits at its lock."""

    def __init__(self, owner: weakref.ref[Any]) -> None:
        self.owner = owner
        self.lock = threading.RLock()
        self.found: list[Any] = []
        self.size = LEAST_BYTES


_entries: OrderedDict[tuple[object, ...], _Entry] = OrderedDict()
_lock = threading.RLock()  # of the table alone, held for moments; taken again where an owner dies meanwhile


def _forget(entries: OrderedDict[tuple[object, ...], _Entry], lock: threading.RLock, key: tuple[object, ...], _: object) -> None:
    with lock:  # both are given: an owner may outlive the names of this module when the interpreter ends
        entries.pop(key, None)


def kept(owner: _Owner, make: Callable[Concatenate[_Owner, _Asked], _Found], /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Found:
    """Return `make(owner, …)`: worked out once for one owner and one set of arguments, for all threads, as long as the owner lives.

    The owner is a study, or a table or grid that many studies share; it is known by identity, since none is ever changed, and what is
    returned is shared and must not be changed either. Arguments must be hashable, and a given default is not the same as one left out.
    All results together take up to `MOST_BYTES`, counted when they are made and again when they are asked for: numbers in arrays and
    tables, without words and shapes; the largest, a fine grid and what belongs to it, takes some 30 MB, most take under 1. What `make`
    raises is not kept. A result that holds its owner keeps it alive until it is crowded out.

    >>> from hotspots.testing import square_blocks
    >>> blocks = square_blocks(side=2)
    >>> kept(blocks, len), kept(blocks, len)
    (4, 4)
    """
    key = (id(owner), make, args, tuple(sorted(kwargs.items())))
    with _lock:
        entry = _entries.get(key)
        if entry is None:
            entry = _entries[key] = _Entry(weakref.ref(owner, partial(_forget, _entries, _lock, key)))
        _entries.move_to_end(key)
    with entry.lock:
        if not entry.found:
            entry.found.append(make(owner, *args, **kwargs))
        found: _Found = entry.found[0]
        entry.size = max(size(found), LEAST_BYTES)
    _make_room()
    return found


def _make_room() -> None:
    with _lock:
        total = sum(entry.size for entry in list(_entries.values()))
        while total > MOST_BYTES and len(_entries) > 1:
            total -= _entries.popitem(last=False)[1].size


def size(found: object) -> int:
    """Return the bytes of the numbers in a result: arrays, tables, and what holds them, each once: a study may hold itself.

    >>> size((np.zeros(4), [np.zeros(2)]))
    48
    """
    return _size(found, set())


def _size(found: object, seen: set[int]) -> int:
    if id(found) in seen:
        return 0
    seen.add(id(found))
    if isinstance(found, np.ndarray | pd.Series):
        return int(found.nbytes)
    if isinstance(found, pd.DataFrame):
        return int(np.sum(found.memory_usage(index=False)))
    if isinstance(found, tuple | list):
        return sum(_size(one, seen) for one in found)
    if dataclasses.is_dataclass(found) or sparse.issparse(found):
        return sum(_size(one, seen) for one in vars(found).values())
    return 0
