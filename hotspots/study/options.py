"""One row for each choice a reader has. The address, the study, the command line and the caches read the rows: a new choice is one row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hotspots.store.schema import DataError
from hotspots.words import mark, told

BASELINES: tuple[str, ...] = ("population", "area", "equal", "gathering")  # what tests of clustering may compare with
CORRECTIONS: tuple[str, ...] = ("bh", "by")  # for looking at many places at once
LEAST: tuple[str, ...] = ("1.5", "2", "3")  # times the city's risk that a hot spot may be asked to have
EQUAL_SPLITS: tuple[str, ...] = ("discontinuous", "continuous")  # what a density along streets does at crossings
LAYERS: tuple[str, ...] = ("residents", "streets")  # homicides beside where people live; homicides along streets
CAP = 10  # per cent of the baseline in the largest circle of a scan: half of a city would be one useless giant
MOST_CAP = 50  # per cent: a circle of more than half of a city says that the rest has less
DISTANCES: tuple[str, ...] = ("100", "200", "400")  # metres: how near a near repeat is
DELAYS: tuple[str, ...] = ("7", "14", "28")  # days: how soon it comes
FALSES: tuple[str, ...] = ("6", "12", "24", "60")  # months in which one alert may be raised in vain, over the whole list
FALSE_EVERY = 12
AGAINST: tuple[str, ...] = ("before", "1", "3", "5")  # the same time just before; the same months so many years earlier
REPLACED: dict[str, str] = {"shrunk_rate": "smoothed_rate"}  # measures that addresses and commands still name, and what took their place
KINDS: tuple[str, ...] = ("word", "listed", "number", "day", "days", "amount")  # the order in which an address names them
_UNSET: dict[str, Any] = {"word": "", "listed": "", "number": 0, "day": None, "days": None, "amount": 0}
_DIGITS: dict[str, int] = {"number": 6, "days": 3, "amount": 12}


@dataclass(frozen=True)
class Option:
    """One choice: its `key` in the address, its `name` in `Selection` (and in `Study`), and what else has to be known of it.

    `kind` is one of `KINDS`: `listed` is a word out of `values` (a number may have some too), `days` a whole number where 0 is a choice
    too, `amount` money in whole units. `usual` holds where nobody chose; an address names only what was chosen. `changes_figures` says
    whether figures on pages depend on it, or it only says what is looked at. `read_by` are the keys of the measures that read it; empty:
    all. With `help` it is an argument of the command line. `replaced` leads words of old addresses to those that took their place.
    """

    key: str
    kind: str
    name: str = ""
    values: tuple[str, ...] = ()
    usual: Any = None
    most: int | None = None
    changes_figures: bool = False
    read_by: tuple[str, ...] = ()
    help: str = ""
    metavar: str = "N"
    replaced: tuple[tuple[str, str], ...] = ()

    @property
    def unset(self) -> Any:
        """What stands for "not chosen"."""
        return _UNSET[self.kind]

    def decides(self, measures: Iterable[str] | None) -> bool:
        """Return whether figures depend on it: those of `measures`, or those of any page."""
        if measures is None or not self.read_by:
            return self.changes_figures
        return not set(self.read_by).isdisjoint(measures)

    def write(self, value: Any) -> str:
        """Return a value as an address has it; empty where nothing was chosen."""
        return "" if value == self.unset else value.isoformat() if self.kind == "day" else str(value)

    def read(self, text: str) -> Any:
        """Return what a part of an address means; a `ValueError` where it makes no sense."""
        if self.kind == "day":
            return dt.date.fromisoformat(text)
        if self.kind in _DIGITS:
            value = int(text) if re.fullmatch(f"[0-9]{{1,{_DIGITS[self.kind]}}}", text) else -1
            if value < 0 or (self.most is not None and value > self.most) or (self.values and str(value) not in self.values):
                raise ValueError(text)
            return value
        if self.kind == "listed" and text not in self.values:
            raise ValueError(text)
        return dict(self.replaced).get(text, text)


def option(key: str, kind: str, **known: Any) -> Any:
    """Return a field of a dataclass that holds the choice `key`: the row is kept with it."""
    return field(default=_UNSET[kind], kw_only=True, metadata={"option": Option(key, kind, **known)})


@dataclass(frozen=True, kw_only=True)
class Options:
    """What single statistics let a reader choose: part of every `Study`, where the usual value holds in place of what nobody chose."""

    bandwidth: Any = option(  # metres, for measures that smooth; None in a study: each by its own rule. On pages it draws a surface
        "surface",
        "number",
        read_by=("density", "relative_risk", "network_density"),
        help=mark("how far density, relative_risk and network_density spread each homicide (default: each by its own rule)"),
        metavar=mark("METRES"),
    )
    equal_split: str = option(
        "equal_split",
        "listed",
        values=EQUAL_SPLITS,
        usual=EQUAL_SPLITS[0],
        changes_figures=True,
        read_by=("network_density",),
        help=mark(
            "network_density: what crossings do: share evenly among the streets ahead (discontinuous, the usual one), or so that streets "
            "meet without a step (continuous)"
        ),
    )
    baseline: str = option(  # of tests of clustering; empty: population where any is known, else area
        "baseline",
        "listed",
        values=BASELINES,
        usual="",
        changes_figures=True,
        read_by=("window_test", "hot_spot", "detectable_risk", "scan", "emerging"),
        help=mark("hot spots: what chance goes by"),
    )
    correction: str = option(  # of tests of many places
        "correction",
        "listed",
        values=CORRECTIONS,
        usual=CORRECTIONS[0],
        changes_figures=True,
        read_by=("window_test", "hot_spot", "detectable_risk", "emerging"),
        help=mark("hot spots: how many places are allowed for (by: stricter)"),
    )
    least: str = option(  # of hot spots; empty: any excess that chance does not explain
        "least",
        "listed",
        values=LEAST,
        usual="",
        changes_figures=True,
        read_by=("hot_spot",),
        help=mark("hot spots: only places of at least so many times the city's risk, with 95 in 100 certainty"),
    )
    cap: int = option("cap", "number", usual=CAP, most=MOST_CAP, changes_figures=True, read_by=("scan",))


@dataclass(frozen=True, kw_only=True)
class Choices(Options):
    """Every choice but the filters, which are the words of the incidents' own columns."""

    city: str = option("city", "word", changes_figures=True)
    version: int = option("version", "number", changes_figures=True)
    unit: str = option("unit", "word", changes_figures=True)
    measure: str = option("measure", "word", replaced=tuple(REPLACED.items()))
    start: dt.date | None = option("from", "day", changes_figures=True)
    end: dt.date | None = option("to", "day", changes_figures=True)
    place: str = option("place", "word", changes_figures=True)  # KIND:ID (see `places`): what every figure is narrowed to
    definition: str = option("definition", "word", changes_figures=True)  # of published totals: the table whose numbers go first
    picked: str = option("picked", "word")  # the unit of a map that is looked at, where it is no place of its own: a square, a hexagon
    by: str = option("by", "word")  # the units of the map on the first page; empty: those that fit the place
    window: str = option("window", "word")  # the months that this map shows, as 2022-01/2024-12; empty: the last 36
    limits: str = option("limits", "word")  # where its classes begin, as 1,2,5,10; empty: where the numbers put them
    at: str = option("at", "word")  # the middle of the map and its zoom, as LAT,LON,ZOOM; empty: where it opens by itself
    beside: str = option("beside", "word")  # a second place, beside the one chosen
    against: str = option("against", "listed", values=AGAINST)  # the period that the map's own stands beside
    language: str = option("lang", "word")
    layer: str = option("layer", "listed", values=LAYERS)
    entry: str = option("entry", "word")
    target: int = option("target", "number")
    span: str = option("span", "word")
    near: int = option("near", "number", values=DISTANCES)
    within: int = option("within", "number", values=DELAYS)
    false_every: int = option("false_every", "number", values=FALSES)
    rule: str = option("rule", "word")
    months: int = option("months", "number")
    base: int = option("base", "number")
    lag: int | None = option("lag", "days")
    cost: int = option("cost", "amount")  # of a homicide, typed by the reader: no default


# Addresses out there are written in this order within a kind; a choice that is not named comes after.
_WRITTEN = (
    "city unit measure place picked beside lang span entry rule layer baseline correction least equal_split version surface target cap near"
    " within months base"
)


def _order(row: Option) -> tuple[int, int]:
    known = _WRITTEN.split()
    return KINDS.index(row.kind), known.index(row.key) if row.key in known else len(known)


def rows_of(choices: type[Options]) -> tuple[Option, ...]:
    """Return the rows of a class of choices, in the order in which an address names them.

    >>> [row.key for row in rows_of(Options)]
    ['baseline', 'correction', 'least', 'equal_split', 'surface', 'cap']
    """
    found = [Option(**{**vars(one.metadata["option"]), "name": one.name}) for one in fields(choices) if "option" in one.metadata]
    return tuple(sorted(found, key=_order))


OPTIONS: tuple[Option, ...] = rows_of(Choices)
OF_STATISTICS: tuple[Option, ...] = rows_of(Options)


def settled(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of statistics by name, the usual one where none was chosen; a `DataError` names values that do not exist.

    >>> settled({"cap": 25})
    {'baseline': '', 'correction': 'bh', 'least': '', 'equal_split': 'discontinuous', 'bandwidth': None, 'cap': 25}
    """
    found = {row.name: chosen.get(row.name) or row.usual for row in OF_STATISTICS}
    faults = [
        told(
            "study: there is no {option} {value}; use one of {listed}",
            option=row.name.replace("_", " "),
            value=repr(found[row.name]),
            listed=", ".join(row.values),
        )
        for row in OF_STATISTICS
        if row.kind == "listed" and found[row.name] and found[row.name] not in row.values
    ]
    if faults:
        raise DataError(faults)
    return found
