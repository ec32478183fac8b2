"""The reader's choices as one small value: it is the address of the page and the key of every cache."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hotspots.cities import City
from hotspots.geography import units
from hotspots.store.schema import AreaCounts, DataError, field
from hotspots.study import (
    BASELINES,
    CAP,
    CORRECTIONS,
    EQUAL_SPLITS,
    FILTERS,
    Study,
    Where,
    band,
    of_totals,
)
from hotspots.words import told

_WORDS = {
    "city": "city",
    "unit": "unit",
    "measure": "measure",
    "place": "place",
    "lang": "language",
    "span": "span",
    "entry": "entry",
    "rule": "rule",
}
_NUMBERS = {
    "version": "version",
    "surface": "bandwidth",
    "target": "target",
    "cap": "cap",
    "near": "near",
    "within": "within",
    "months": "months",
    "base": "base",
}
_DAYS = {"from": "start", "to": "end"}
# What says how figures are looked at, and changes none of them.
_ASIDE = (
    "measure",
    "place",
    "language",
    "bandwidth",
    "layer",
    "entry",
    "target",
    "span",
    "lag",
    "near",
    "within",
    "rule",
    "months",
    "base",
)

MOST_CAP = 50  # per cent: a circle of more than half of a city says that the rest has less
LAYERS: tuple[str, ...] = ("residents", "streets")  # homicides beside where people live; homicides along streets
_LISTED: dict[str, tuple[str, ...]] = {"layer": LAYERS, "baseline": BASELINES, "correction": CORRECTIONS, "equal_split": EQUAL_SPLITS}


@dataclass(frozen=True)
class Selection:
    """What the reader chose. Empty text and None mean "not chosen": the page decides, and the address stays short.

    `end` is exclusive. `version` 0 is the newest one published. `bandwidth` is that of the surface in metres; 0 is no surface.
    `layer` is what the surface shows: empty is homicides alone, else one of `LAYERS`.
    `entry` is one of the log of interventions, `target` a yearly fall in per cent.
    `span` is the period of a comparison (a key of `same_days.periods`); `lag` the days before the end of the data that are left out of it.
    `near` metres and `within` days are those of near repeats; `rule` puts places in order, tested on periods of `months`; `base` is a year
    to compare with.
    `equal_split` is what a density along streets does at crossings.
    `baseline` and `correction` are those of tests of clustering, `cap` is the largest circle of a scan in per cent (see `Study.of`).
    """

    city: str = ""
    version: int = 0
    unit: str = ""
    measure: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    where: Where = ()
    place: str = ""
    language: str = ""
    bandwidth: int = 0
    layer: str = ""
    entry: str = ""
    target: int = 0
    span: str = ""
    near: int = 0
    within: int = 0
    rule: str = ""
    months: int = 0
    base: int = 0
    lag: int | None = None
    baseline: str = ""
    correction: str = ""
    cap: int = 0
    equal_split: str = ""

    def figures(self, **changes: Any) -> Selection:
        """Return the choices that decide figures, with `changes`: what only says what is looked at, and in which language, is set aside.

        >>> Selection(city="x", place="b00", language="es").figures(unit="city") == Selection(city="x", unit="city")
        True
        """
        return replace(self, **(_LOOKED_AT | changes))

    def query(self) -> dict[str, str]:
        """Return the choices as the part of an address after the question mark.

        >>> Selection(city="x", start=dt.date(2020, 1, 1), where=(("weapon", ("blade", "firearm")),)).query()
        {'city': 'x', 'from': '2020-01-01', 'weapon': 'blade,firearm'}
        """
        words = {key: str(getattr(self, name)) for key, name in (_WORDS | {name: name for name in _LISTED}).items()}
        days = {key: day.isoformat() for key, name in _DAYS.items() if (day := getattr(self, name))}
        days |= {"lag": str(self.lag)} if self.lag is not None else {}
        number = {key: str(value) for key, name in _NUMBERS.items() if (value := getattr(self, name))}
        return {key: value for key, value in words.items() if value} | number | days | {name: ",".join(kept) for name, kept in self.where}

    def with_where(self, name: str, values: tuple[str, ...]) -> Selection:
        """Return the selection with another choice for one filter; no values means no filter."""
        others = tuple(pair for pair in self.where if pair[0] != name)
        return replace(self, where=tuple(sorted((*others, (name, tuple(sorted(values)))))) if values else others)

    def study(self, city: City, geography: units.Geography | None = None) -> Study:
        """Return the study that these choices ask of `city`; a `DataError` names a choice that the city cannot meet."""
        if city.only_totals and city.totals is not None:
            return self._totals(city, city.totals, geography)
        place = geography or units.geography(city.incidents, city.blocks, self.unit or units.default(city.blocks), streets=city.segments)
        return Study.of(
            city.incidents,
            place.blocks,
            start=self.start or city.start,
            end=self.end or city.end,
            where=self.where,
            unit_of=place.unit_of,
            covers=(city.start, city.end),
            snapped=place.away,
            streets=city.segments,
            bandwidth=self.bandwidth or None,
            equal_split=self.equal_split or EQUAL_SPLITS[0],
            baseline=self.baseline,
            correction=self.correction or "bh",
            cap=self.cap or CAP,
        )

    def _totals(self, city: City, totals: AreaCounts, geography: units.Geography | None) -> Study:
        unit = self.unit or "blocks"
        return of_totals.TotalsStudy.of_totals(
            of_totals.on_units(totals, city.blocks, unit),
            geography.blocks if geography else units.geography(city.incidents, city.blocks, unit).blocks,
            start=self.start or city.start,
            end=self.end or city.end,
            where=self.where,
            covers=(city.start, city.end),
        )


_LOOKED_AT: dict[str, Any] = {name: getattr(Selection(), name) for name in _ASIDE}


def read_query(query: Mapping[str, str]) -> tuple[Selection, tuple[str, ...]]:
    """Return the choices that an address holds, and the names of the parts that make no sense and were passed over.

    >>> selection, strange = read_query({"city": "x", "from": "2020-13-01", "weapon": "firearm"})
    >>> selection == Selection(city="x", where=(("weapon", ("firearm",)),)), strange
    (True, ('from',))
    """
    found: dict[str, Any] = {name: query[key] for key, name in _WORDS.items() if key in query}
    problems = [name for name, values in _LISTED.items() if query.get(name, values[0]) not in values]
    found |= {name: query[name] for name in _LISTED if name in query and name not in problems}
    numbers = {key: query[key] for key in (*_NUMBERS, "lag") if key in query}
    problems += [key for key, text in numbers.items() if not re.fullmatch(r"[0-9]{1,3}" if key == "lag" else r"[0-9]{1,6}", text)]
    problems += ["cap"] if int(numbers.get("cap", "0") if "cap" not in problems else 0) > MOST_CAP else []
    found |= {_NUMBERS.get(key, key): int(text) for key, text in numbers.items() if key not in problems}
    for key, name in _DAYS.items():
        try:
            found[name] = dt.date.fromisoformat(query[key]) if key in query else None
        except ValueError:
            problems.append(key)
    if found.get("start") and found.get("end") and found["end"] <= found["start"]:
        problems.append("to")
        found["end"] = None
    where, strange = _read_where(query)
    return Selection(**found, where=where), (*problems, *strange)


def _read_where(query: Mapping[str, str]) -> tuple[Where, tuple[str, ...]]:
    where, strange = [], []
    for name in FILTERS:
        values = tuple(sorted(set(query.get(name, "").split(",")) - {""}))
        known = tuple(value for value in values if _known(name, value))
        if known:
            where.append((name, known))
        if known != values:
            strange.append(name)
    return tuple(sorted(where)), tuple(strange)


def _known(name: str, value: str) -> bool:
    return bool(band(value)) if name == "age" else value in field(name).values


def read_where(pairs: list[str]) -> Where:
    """Return the filters that `field=value` texts ask for; the same field twice keeps both values.

    >>> read_where(["weapon=firearm", "sex=male", "weapon=blade"])
    (('sex', ('male',)), ('weapon', ('blade', 'firearm')))
    """
    chosen: dict[str, set[str]] = {}
    faults = []
    for pair in pairs:
        name, _, value = pair.partition("=")
        if not name or not value:
            faults.append(told("where: {pair} is not of the form field=value, as in weapon=firearm", pair=repr(pair)))
        else:
            chosen.setdefault(name.strip(), set()).add(value.strip())
    if faults:
        raise DataError(faults)
    return tuple(sorted((name, tuple(sorted(values))) for name, values in chosen.items()))
