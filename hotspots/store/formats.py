"""How versions are written: by a number in each manifest, so that a program knows what it can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotspots.words import Told, ToldError, told

FORMAT = 1


class StoreError(ToldError, RuntimeError):
    """The store cannot give or take a version, and why, in plain words."""


class DamageError(StoreError):
    """What the store holds is not what was published: a file was changed, cut or lost."""


class NewerError(StoreError):
    """A version was written by a newer program, in a way that this one does not know: it is left as it is."""


def check_format(manifest: Mapping[str, Any], what: Told) -> None:
    """Raise a `NewerError` where a manifest was written by a newer program, a `DamageError` where it does not say in which way.

    >>> check_format({"format": 99}, told("version 3 of 'town'"))
    Traceback (most recent call last):
    hotspots.store.formats.NewerError: version 3 of 'town' was written by a newer program (format 99; this one reads up to 1). ...
    """
    number = manifest.get("format")
    if not isinstance(number, int) or number < 1:
        raise DamageError(told("{what} does not say in which format it was written; import the city again", what=what))
    if number > FORMAT:
        raise NewerError(
            told(
                "{what} was written by a newer program (format {number}; this one reads up to {known}). Nothing was changed; use that one",
                what=what,
                number=number,
                known=FORMAT,
            )
        )
