"""The reader's choices as one small value: it is the address of the page and the key of every cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hotspots.cities import City
from hotspots.geography import units
from hotspots.store.schema import AreaCounts, DataError, field
from hotspots.study import FILTERS, Study, Where, band, of_totals, places
from hotspots.study.gathering import places_of
from hotspots.study.memo import kept
from hotspots.study.options import LAYERS as LAYERS
from hotspots.study.options import MOST_CAP as MOST_CAP
from hotspots.study.options import OF_STATISTICS, OPTIONS, Choices
from hotspots.study.times import TIMES
from hotspots.words import told


@dataclass(frozen=True)
class Selection(Choices):
    """What the reader chose. Empty text and None mean "not chosen": the page decides, and the address stays short.

    `place` is what figures are narrowed to, of the form KIND:ID (see `places.KINDS`); empty is the whole city. `picked` is the unit of a
    map that is looked at where it is no place of its own. `beside` is a second place to look at next to the first.
    `end` is exclusive. `version` 0 is the newest one published. `bandwidth` is that of the surface in metres; 0 is no surface.
    `layer` is what the surface shows: empty is homicides alone, else one of `LAYERS`.
    `entry` is one of the log of interventions, `target` a yearly fall in per cent.
    `span` is the period of a comparison (a key of `calendar.periods`); `lag` the days before the end of the data that are left out of it.
    `near` metres and `within` days are those of near repeats; `rule` puts places in order, tested on periods of `months`; `base` is a year
    to compare with.
    `definition` is the table of published totals that counts what the reader wants counted.
    `equal_split` is what a density along streets does at crossings.
    `content` is the hash of the data that the page opened on: no choice and in no address, but what a kept figure is known by, since a
    version's number may come again with other data. Empty: whatever the version holds.
    `baseline` and `correction` are those of tests of clustering, `cap` is the largest circle of a scan in per cent (see `Study.of`).
    """

    where: Where = ()
    content: str = ""

    def figures(self, *, of: Iterable[str] | None = None, **changes: Any) -> Selection:
        """Return the choices that decide figures, with `changes`: what only says what is looked at, and in which language, is set aside.

        `of` names measures: then the options that none of them reads are set aside too (see `options.OPTIONS`).

        >>> Selection(city="x", picked="b00", language="es").figures(unit="city") == Selection(city="x", unit="city")
        True
        >>> Selection(city="x", correction="by", cap=5).figures(of=["scan"]) == Selection(city="x", cap=5)
        True
        """
        return replace(self, **({row.name: row.unset for row in OPTIONS if not row.decides(of)} | changes))

    def query(self) -> dict[str, str]:
        """Return the choices as the part of an address after the question mark.

        >>> import datetime as dt
        >>> Selection(city="x", start=dt.date(2020, 1, 1), where=(("weapon", ("blade", "firearm")),)).query()
        {'city': 'x', 'from': '2020-01-01', 'weapon': 'blade,firearm'}
        """
        written = {row.key: text for row in OPTIONS if (text := row.write(getattr(self, row.name)))}
        return written | {name: ",".join(kept) for name, kept in self.where}

    def short(self, unit: str) -> dict[str, str]:
        """Return the shortest address that brings the choices back: without what holds where nobody chose.

        `unit` is what the pages of the city take where none is named. The city and the language stay: they hold for whoever opens it.

        >>> Selection(city="x", unit="blocks", correction="bh", cap=5).short("blocks")
        {'city': 'x', 'cap': '5'}
        """
        usual = {row.key: str(row.usual) for row in OPTIONS if row.usual} | {"unit": unit}
        return {key: text for key, text in self.query().items() if usual.get(key) != text}

    def with_where(self, name: str, values: tuple[str, ...]) -> Selection:
        """Return the selection with another choice for one filter; no values means no filter."""
        others = tuple(pair for pair in self.where if pair[0] != name)
        return replace(self, where=tuple(sorted((*others, (name, tuple(sorted(values)))))) if values else others)

    def study(self, city: City, *, everywhere: Study | None = None) -> Study:
        """Return the study that these choices ask of `city`; a `DataError` names a choice that the city cannot meet.

        `everywhere` is the study of these choices without a place, where it is at hand.
        """
        if city.only_totals and city.totals is not None:
            return self._totals(city, city.totals, everywhere)
        unit = self.unit or units.default(city.blocks)
        here = places.geography_of(city, unit)
        whole = everywhere or self._everywhere(city, here)
        if not self.place:
            return whole
        place = places.found(city, self.place)
        return whole.within(place, places.narrowed(place, here, unit))

    def _everywhere(self, city: City, here: units.Geography) -> Study:
        return Study.of(
            city.incidents,
            here.blocks,
            start=self.start or city.start,
            end=self.end or city.end,
            where=self.where,
            unit_of=here.unit_of,
            covers=(city.start, city.end),
            snapped=here.away,
            streets=city.segments,
            exposed_of=here.exposed_of,
            gathering=kept(city.context, places_of),
            recounted=tuple(note.start for note in city.notes if note.kind == "definition"),
            **{row.name: getattr(self, row.name) for row in OF_STATISTICS},
        )

    def _totals(self, city: City, totals: AreaCounts, everywhere: Study | None) -> Study:
        unit = self.unit or "blocks"
        whole = everywhere if isinstance(everywhere, of_totals.TotalsStudy) else self._all_totals(city, totals, unit)
        if not self.place:
            return whole
        place = places.found(city, self.place)
        rows = of_totals.in_place(totals, city.blocks, place, unit)
        return whole.within_totals(place, rows, of_totals.units_of(place.blocks, unit))

    def _all_totals(self, city: City, totals: AreaCounts, unit: str) -> of_totals.TotalsStudy:
        if self.definition and self.definition not in city.definitions:
            listed = ", ".join(city.definitions) or told("none")
            raise DataError(told("there is no definition {name}; there is {listed}", name=repr(self.definition), listed=listed))
        return of_totals.TotalsStudy.of_totals(
            of_totals.on_units(totals, city.blocks, unit),
            of_totals.units_of(city.blocks, unit),
            start=self.start or city.start,
            end=self.end or city.end,
            where=self.where,
            covers=(city.start, city.end),
            definition=self.definition,
        )


def read_query(query: Mapping[str, str]) -> tuple[Selection, tuple[str, ...]]:
    """Return the choices that an address holds, and the names of the parts that make no sense and were passed over.

    >>> selection, strange = read_query({"city": "x", "from": "2020-13-01", "weapon": "firearm"})
    >>> selection == Selection(city="x", where=(("weapon", ("firearm",)),)), strange
    (True, ('from',))
    """
    query = _with_kinds(query)
    found: dict[str, Any] = {}
    problems = []
    for row in OPTIONS:
        try:
            found |= {row.name: row.read(query[row.key])} if row.key in query else {}
        except ValueError:
            problems.append(row.key)
    if found.get("start") and found.get("end") and found["end"] <= found["start"]:
        problems.append("to")
        found["end"] = None
    where, strange = _read_where(query)
    return Selection(**found, where=where), (*problems, *strange)


def _with_kinds(query: Mapping[str, str]) -> Mapping[str, str]:
    """Return an address in which a unit of the map without a kind, as older addresses name it, is what is looked at."""
    place = query.get("place", "")
    if not place or ":" in place:
        return query
    return {name: text for name, text in query.items() if name != "place"} | {"picked": place}


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
    return bool(band(value)) if name == "age" else value in (TIMES.get(name) or field(name).values)


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
