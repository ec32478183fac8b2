"""What one page about a place says: a finding, numbers with their ranges, one map, one series, a few places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from hotspots.agency import Agency
from hotspots.views.map_view import MapView
from hotspots.views.series import Series


@dataclass(frozen=True)
class Figure:
    """One number: what it counts, its exact days, the number as text, and what is said of it.

    `n`, `low` and `high` place it on a bar that starts at zero; without a range there is no bar. `outside` says that it lies outside.
    """

    label: str
    days: str
    text: str
    said: str
    n: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    outside: bool = False

    @property
    def ranged(self) -> bool:
        """Whether there is a range to draw it on."""
        return self.low == self.low and self.n == self.n


@dataclass(frozen=True)
class Part:
    """One value of a bar: its name, how many people, whether it stands for the unknown."""

    name: str
    n: float
    unknown: bool = False


@dataclass(frozen=True)
class Bar:
    """People killed by one attribute: the `parts` in the order they are drawn, the unknown last; `said` names the largest ones."""

    label: str
    said: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table in words: `numbers` are the columns that hold numbers; `lengths` (0 to 1) draw a small bar for each row."""

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    lengths: tuple[float, ...] = ()
    numbered: bool = False  # rows bear the numbers of the map
    strong: int = -1  # the row of the place itself


@dataclass(frozen=True, eq=False)
class Plan:
    """The map: what stands above and below it, the outline of the place (EPSG:4326), and whether only that is looked at."""

    title: str
    about: str
    view: MapView
    place: shapely.Geometry | None = None
    near: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Graph:
    """The series: `signs` explain its numbered lines; `said` are sentences below it, `columns` the headings of its table."""

    title: str
    about: str
    series: Series
    signs: tuple[str, ...]
    said: tuple[str, ...]
    counted: str
    ranged: str


@dataclass(frozen=True)
class Block:
    """A heading and its sentences."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OnePage:
    """One page in one language. All texts are plain; what draws it escapes them.

    `mark` is what must stand on it if it may not be published, empty if it may.
    """

    language: str
    about: str
    city: str
    place: str
    reach: str
    mark: str
    title: str
    lead: tuple[str, ...]
    figures: tuple[Figure, ...]
    plan: Plan | None
    graph: Graph | None
    bars: tuple[Bar, ...]
    bars_title: str
    bars_about: str
    places: Table | None
    when: Table | None
    blocks: tuple[Block, ...]
    source: tuple[str, ...]
    link: str
    link_text: str
    tables: tuple[Table, ...] = field(default=())
    tables_title: str = ""
    agency: Agency | None = None


def length(values: Sequence[float]) -> tuple[float, ...]:
    """Return values as lengths of bars, the longest 1.

    >>> length([4, 2])
    (1.0, 0.5)
    """
    top = max([*values, 0.0]) or 1.0
    return tuple(value / top for value in values)
