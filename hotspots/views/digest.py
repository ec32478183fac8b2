"""What is told of the news of a place, whatever carries it: a mail, a file, a feed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """What is new of one kind: `n` of it, the first of them as `lines`; `left` more are not listed."""

    key: str
    title: str
    n: int
    lines: tuple[str, ...]

    @property
    def left(self) -> int:
        """How many are not listed."""
        return self.n - len(self.lines)


@dataclass(frozen=True)
class Digest:
    """What is new in version `version` beside version `since`, both with the moment of their publication (UTC, ISO text).

    `sections` are those in which something is new: none where nothing is. `label` says what it is, of what, and that it is restricted.
    """

    slug: str
    place: str
    name: str
    language: str
    since: int
    version: int
    published: tuple[str, str]
    reach: dt.date
    title: str
    label: str
    foot: str
    address: str
    sections: tuple[Section, ...]

    @property
    def quiet(self) -> bool:
        """Whether nothing is new."""
        return not self.sections

    @property
    def key(self) -> str:
        """What makes it this digest and no other."""
        return f"{self.slug}/{self.place}/{self.language}/{self.since}-{self.version}"
