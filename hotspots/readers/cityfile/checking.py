"""city.toml → a checked `CityFile`: every fault found is told at once, an unknown key with the known one nearest to it."""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj

from hotspots.readers.cityfile import keys, kinds
from hotspots.readers.cityfile.contents import content_of
from hotspots.readers.cityfile.counted import counted_faults
from hotspots.readers.cityfile.listed import listed_faults
from hotspots.readers.columns.values import fold
from hotspots.readers.files.any_file import carries_shapes
from hotspots.readers.sections import (
    CONTEXT_KINDS,
    PUBLISH,
    AreaCountSection,
    BlockSection,
    CityFile,
    GazetteerSection,
    GroupSection,
    IncidentSection,
    LayerSection,
    Note,
    SegmentSection,
    UnitCost,
)
from hotspots.store.schema import DataError, ages_of, field
from hotspots.words import Told, told


def read_city_file(folder: Path, *, named: Collection[Path] | None = None) -> CityFile:
    """Return what the city.toml in `folder` asks for.

    File names are relative to the folder, or whole. Where `named` is given they stay within the folder, but for the files that are
    named there. Raises one `DataError` with every fault: unknown keys, keys that are missing or of the wrong kind, files that are not
    there or lie outside, coordinate systems and zones that do not exist.
    """
    return check_city_file(content_of(folder), folder=folder, named=named)


def check_city_file(content: Mapping[str, Any], *, folder: Path, named: Collection[Path] | None = None) -> CityFile:
    """Return what plain values, as a city.toml in `folder` would hold them, ask for; raises as `read_city_file`."""
    return _Reader(folder, named).city(content)


class _Reader:
    """Turns sections into values, keeping every fault until the end."""

    def __init__(self, folder: Path, named: Collection[Path] | None = None) -> None:
        self.folder = folder
        self.named = None if named is None else {path.resolve() for path in named}
        self.faults: list[Told] = []

    def city(self, content: Mapping[str, Any]) -> CityFile:
        top = self.section(content, keys.CITY, where="")
        if "incidents" not in content and "area_counts" not in content:
            self.faults.append(told("city.toml: incidents is missing; write [incidents], or [area_counts] where only totals are published"))
        incidents = self.incidents(top.pop("incidents")) if "incidents" in top else None
        totals = self.area_counts(top.pop("area_counts", {}))
        blocks = self.blocks(top.pop("blocks")) if "blocks" in top else None
        named = bool(totals) and all(one.area for one in totals)
        if blocks is None and "blocks" not in content and incidents is None and not named and not top.get("unmapped"):
            self.faults.append(
                told(
                    "city.toml: blocks is missing; published totals need area, the column of the areas that they are about, or "
                    "unmapped = true where they are about the whole place"
                )
            )
        segments = self.segments(top.pop("segments")) if "segments" in top else None
        gazetteer = self.gazetteer(top.pop("gazetteer")) if "gazetteer" in top else None
        groups = tuple(self.group(kind, top.pop(f"{kind}s"), blocks) for kind in ("district", "beat") if f"{kind}s" in top)
        layers = tuple(self.layer(name, table) for name, table in top.pop("layers", {}).items())
        notes = self.notes(top)
        top |= {"costs": UnitCost(**self.section(top["costs"], keys.COSTS, where="[costs]"))} if "costs" in top else {}
        self.check_zone("timezone", zone := top.pop("timezone", "UTC"))
        self.check_epsg("", top.get("epsg"), metres=True)
        self.check_publish(top.get("publish", PUBLISH[0]))
        if self.faults:
            raise DataError(self.faults)
        return CityFile(
            folder=self.folder,
            language=top.pop("language", "en"),
            timezone=zone,
            incidents=incidents,
            blocks=blocks,
            groups=groups,
            segments=segments,
            gazetteer=gazetteer,
            layers=layers,
            notes=notes,
            area_counts=totals,
            **{**top, **{key: kinds.one_text(content.get(key), top.get(key, "")) for key in ("source", "licence")}},
        )

    def check_publish(self, profile: str) -> None:
        """Note a word that says nothing about what may be made public."""
        if profile not in PUBLISH:
            self.faults.append(told("city.toml: publish = {profile} is none of {listed}", profile=repr(profile), listed=", ".join(PUBLISH)))

    def section(self, content: Any, known: Mapping[str, keys.Key], *, where: str) -> dict[str, Any]:
        """Return the values of a section that are of the right kind; everything else becomes a fault."""
        if not isinstance(content, Mapping):
            self.faults.append(told("city.toml: {where} must be a section of its own", where=where))
            return {}
        place = told(" in {where}", where=where) if where else ""
        for key in content.keys() - known.keys():
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = told("did you mean {name}?", name=repr(near[0])) if near else told("known are {listed}", listed=", ".join(known))
            self.faults.append(told("city.toml: unknown key {key}{place}; {hint}", key=repr(key), place=place, hint=hint))
        values = {}
        for name, key in known.items():
            wanted = {"key": name, "place": place, "wanted": keys.WORDS[key.kind]}
            if name in content:
                value = self.value(content[name], key.kind)
                if value is None:
                    self.faults.append(told("city.toml: {key}{place} must be {wanted}", **wanted))
                else:
                    values[name] = value
            elif key.needed:
                self.faults.append(told("city.toml: {key}{place} is missing; write {wanted}", **wanted))
        return values

    def value(self, value: Any, kind: str) -> Any:
        """Return the value in our type, or None where it is not of that kind."""
        types: dict[str, type] = {"text": str, "number": int, "yes/no": bool, "section": Mapping, "list": list, "file": str}
        if kind in types:
            right = isinstance(value, types[kind]) and not (kind == "number" and isinstance(value, bool)) and value != ""
            return (self.path(value) if kind == "file" else value) if right else None
        if kind == "files":
            names = [value] if isinstance(value, str) else value
            good = isinstance(names, list) and names and all(isinstance(name, str) and name for name in names)
            return tuple(self.path(name) for name in names) if good else None
        if kind in ("day", "days"):
            return self.day(value) if kind == "day" else kinds.by_place(value, self.day)
        return kinds.by_census(value) if kind == "column" else kinds.by_language(value)

    def path(self, name: str) -> Path:
        """Return the file, noting a fault when it is not there, or lies outside the folder and nobody named it."""
        path = self.folder / name
        whole = path.resolve()
        if self.named is not None and not whole.is_relative_to(self.folder.resolve()) and whole not in self.named:
            self.faults.append(
                told(
                    "city.toml: file {name} lies outside the folder of city.toml; copy it into the folder, or name it: --allow FILE",
                    name=name,
                )
            )
        elif not path.is_file():
            self.faults.append(told("city.toml: file {name} does not exist; file names are relative to the folder of city.toml", name=name))
        return path

    def day(self, value: Any) -> pd.Timestamp | None:
        """Return the day, or None where the value is none."""
        try:
            day = pd.Timestamp(value)
        except (ValueError, TypeError):
            return None
        whole = isinstance(day, pd.Timestamp) and day == day.normalize() and day.tzinfo is None
        return day if whole and not isinstance(value, int) else None

    def complete(self, content: Any, known: Mapping[str, keys.Key], where: str, **otherwise: Any) -> dict[str, Any]:
        """Return the section with a stand-in for required values that are at fault, so that the check can go on."""
        values = self.section(content, known, where=where)
        self.check_epsg(where, values.get("epsg"))
        return {**otherwise, **values}

    def incidents(self, content: Any) -> IncidentSection:
        values = self.complete(content, keys.INCIDENTS, "[incidents]", file=(), date="")
        files = values.pop("file")
        values["values"] = self.mappings(values.get("values", {}))
        values["where"] = self.filters(values.get("where", {}))
        values["withheld"] = self.filters(values.get("withheld", {}), name="withheld")
        values["default_places"] = self.pairs(values.get("default_places", []))
        values["negate"] = self.axes(values.get("negate", []))
        values["degrees_times"] = float(values.get("degrees_times", 1))
        values |= {key: tuple(map(str, values.get(key, []))) for key in ("fill_down", "victim_id", "listed")}
        self.faults += listed_faults(values, shapes=all(carries_shapes(path) for path in files))
        values["covers"] = self.covers(values["covers"]) if "covers" in values else None
        self.check_zone("date_zone", values.get("date_zone", "local"))
        return IncidentSection(files=files, **values)

    def area_counts(self, content: Mapping[str, Any]) -> tuple[AreaCountSection, ...]:
        """Return the tables of published totals: one under [area_counts], or several under [area_counts.NAME]."""
        own = ("values", "where", "sex_columns")
        several = bool(content) and all(isinstance(value, Mapping) and name not in own for name, value in content.items())
        if several:
            return tuple(self.totals(name, table, f"[area_counts.{name}]") for name, table in content.items())
        return (self.totals("totals", content, "[area_counts]"),) if content else ()

    def totals(self, name: str, content: Any, where: str) -> AreaCountSection:
        values = self.complete(content, keys.AREA_COUNTS, where, file=Path())
        self.faults += counted_faults(values, where)
        values |= {key: tuple(map(str, values.get(key, []))) for key in ("period_columns", "fill_down")}
        values["suppressed"] = tuple(str(mark).strip() for mark in values.get("suppressed", []))
        values["where"] = self.filters(values.get("where", {}))
        words = values.pop("values", {})
        for key, mapping in words.items():
            if key not in ("sex", "area") or not isinstance(mapping, Mapping):
                self.faults.append(told("city.toml: values.{key} in {where} is not a list of words for sex or area", key=key, where=where))
        for word, ours in dict(words.get("sex", {})).items():
            if ours not in field("sex").values:
                self.faults.append(
                    told(
                        'city.toml: "{word}" = {ours} in values.sex of {where} is no word of ours; use one of {listed}',
                        word=word,
                        ours=repr(ours),
                        where=where,
                        listed=", ".join(field("sex").values),
                    )
                )
        mappings = {key: {fold(word): str(ours) for word, ours in words[key].items()} for key in ("sex", "area") if key in words}
        return AreaCountSection(table=name, values=mappings, **values)

    def blocks(self, content: Any) -> BlockSection:
        values = self.complete(content, keys.BLOCKS, "[blocks]", file=Path(), id="")
        if "population_file" in values and not {"population", "population_id"} <= values.keys():
            self.faults.append(
                told("city.toml: population_file in [blocks] needs population and population_id, the two columns of that file")
            )
        if "population_id" in values and "population_file" not in values:
            self.faults.append(told("city.toml: population_id in [blocks] needs population_file, the table that it belongs to"))
        if isinstance(values.get("population"), dict):
            values["population_censuses"] = values["population"]
            values.setdefault("population_year", max(values["population"]))
            values["population"] = values["population"][max(values["population"])]
        values["population_ages"] = self.ages(values.get("population_ages", {}))
        values["population_unknown"] = tuple(str(mark).strip() for mark in values.get("population_unknown", []))
        if values.get("population_dot", "decimal") not in ("thousands", "decimal"):
            self.faults.append(told('city.toml: population_dot in [blocks] may be "thousands" or "decimal"'))
        return BlockSection(**values)

    def segments(self, content: Any) -> SegmentSection:
        values, faults = kinds.with_houses(self.complete(content, keys.SEGMENTS, "[segments]", file=Path(), id=""))
        self.faults += faults
        return SegmentSection(**values)

    def gazetteer(self, content: Any) -> GazetteerSection:
        values = self.complete(content, keys.GAZETTEER, "[gazetteer]", file=Path(), name="")
        if bool(values.get("x")) != bool(values.get("y")):
            self.faults.append(told("city.toml: x and y in [gazetteer] go together; leave both out where the file has shapes"))
        return GazetteerSection(**values)

    def ages(self, content: Mapping[str, Any]) -> dict[str, str]:
        """Return the column of each band of ages, youngest first."""
        found = {str(name): column for name, column in content.items() if ages_of(str(name)) and isinstance(column, str) and column}
        if len(found) != len(content):
            self.faults.append(
                told(
                    "city.toml: population_ages in [blocks] must be ages and columns, such as {example}",
                    example='{ "0-14" = "young", "65+" = "old" }',
                )
            )
        return dict(sorted(found.items(), key=lambda pair: ages_of(pair[0]) or (0, 0)))

    def group(self, kind: str, content: Any, blocks: BlockSection | None) -> GroupSection:
        if blocks and getattr(blocks, kind):
            self.faults.append(
                told("city.toml: [{kind}s] and {kind} in [blocks] both say which {kind} a block is in; keep one of the two", kind=kind)
            )
        return GroupSection(kind, **self.complete(content, keys.GROUP, f"[{kind}s]", file=Path(), name=""))

    def layer(self, name: str, content: Any) -> LayerSection:
        values = self.complete(content, keys.LAYER, f"[layers.{name}]", file=Path(), kind=CONTEXT_KINDS[0])
        if values["kind"] not in CONTEXT_KINDS:
            self.faults.append(
                told(
                    "city.toml: kind in [layers.{name}] is {kind}; use one of {listed}",
                    name=name,
                    kind=repr(values["kind"]),
                    listed=", ".join(CONTEXT_KINDS),
                )
            )
        return LayerSection(**values)

    def notes(self, top: dict[str, Any]) -> tuple[Note, ...]:
        found = []
        for key, kind in (("events", "event"), ("definition_breaks", "definition")):
            for entry in top.pop(key, []):
                values = self.section(entry, keys.NOTE, where=f"[[{key}]]")
                found += [Note(values["date"], values["text"], kind)] if len(values) == 2 else []
        for entry in top.pop("interventions", []):
            values = self.section(entry, keys.INTERVENTION, where="[[interventions]]")
            treated, comparison = (tuple(map(str, values.get(key, []))) for key in ("treated", "comparison"))
            rest = treated, values.get("end"), comparison, values.get("note", {}), values.get("starts", {})
            found += [Note(values["start"], values["name"], "intervention", *rest)] if {"start", "name"} <= values.keys() else []
        strange = [repr(area) for note in found for area in note.odd_starts]
        self.faults += [
            told("city.toml: starts in [[interventions]] names {area}, which is not in treated, or begins when it is over", area=one)
            for one in strange
        ]
        return tuple(sorted(found, key=lambda note: note.start))

    def mappings(self, content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        fields = ("sex", "weapon", "category", "status")
        result = {}
        for name, words in content.items():
            if name not in fields or not isinstance(words, Mapping):
                self.faults.append(
                    told(
                        "city.toml: [incidents.values.{name}] is not a list of words for one of {listed}",
                        name=name,
                        listed=", ".join(fields),
                    )
                )
                continue
            ours = field(name).values
            for word, value in words.items():
                if value not in ours:
                    self.faults.append(
                        told(
                            'city.toml: "{word}" = {value} in [incidents.values.{name}] is no word of ours; use one of {listed}',
                            word=word,
                            value=repr(value),
                            name=name,
                            listed=", ".join(ours),
                        )
                    )
            result[name] = {fold(word): str(value) for word, value in words.items()}
        return result

    def filters(self, content: Mapping[str, Any], *, name: str = "where") -> dict[str, tuple[str, ...]]:
        result = {}
        for column, allowed in content.items():
            listed = [allowed] if isinstance(allowed, str | int) else allowed
            if isinstance(listed, list) and listed and all(type(value) in (str, int) for value in listed):
                result[column] = tuple(str(value).strip() for value in listed)
            else:
                self.faults.append(
                    told(
                        'city.toml: {column} in [incidents.{name}] must be a list of texts, such as ["1", "True"]', column=column, name=name
                    )
                )
        return result

    def pairs(self, content: list[Any]) -> tuple[tuple[float, float], ...]:
        good = [pair for pair in content if isinstance(pair, list) and len(pair) == 2 and all(type(part) in (int, float) for part in pair)]
        if len(good) != len(content):
            self.faults.append(
                told("city.toml: default_places in [incidents] must be pairs x, y as the file writes them, such as [[-89.19, 13.69]]")
            )
        return tuple((float(x), float(y)) for x, y in good)

    def axes(self, content: list[Any]) -> tuple[str, ...]:
        if not set(map(str, content)) <= {"x", "y"}:
            self.faults.append(told('city.toml: negate in [incidents] may hold "x" and "y" only'))
        return tuple(map(str, content))

    def covers(self, content: list[Any]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        days = [self.day(value) for value in content]
        if len(days) == 2 and days[0] is not None and days[1] is not None and days[0] <= days[1]:
            return days[0], days[1] + pd.Timedelta(days=1)
        self.faults.append(
            told('city.toml: covers in [incidents] must be the first and the last day, such as ["2006-01-01", "2018-12-31"]')
        )
        return None

    def check_epsg(self, where: str, epsg: int | None, *, metres: bool = False) -> None:
        if epsg is None:
            return
        place = told(" in {where}", where=where) if where else ""
        try:
            crs = pyproj.CRS.from_epsg(epsg)
        except pyproj.exceptions.CRSError:
            self.faults.append(told("city.toml: epsg = {epsg}{place} is not a coordinate system that exists", epsg=epsg, place=place))
            return
        if metres and not (crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])):
            self.faults.append(
                told(
                    "city.toml: epsg = {epsg} ({name}) is not in metres; choose a projected system in metres, or leave epsg out",
                    epsg=epsg,
                    name=crs.name,
                )
            )

    def check_zone(self, key: str, zone: str) -> None:
        if key == "date_zone" and zone in ("local", "UTC"):
            return
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            if key == "date_zone":
                self.faults.append(
                    told(
                        'city.toml: {key} = "{zone}" is no time zone; write "local", "UTC" or a name such as "America/El_Salvador"',
                        key=key,
                        zone=zone,
                    )
                )
            else:
                self.faults.append(
                    told('city.toml: {key} = "{zone}" is no time zone; write a name such as "America/El_Salvador"', key=key, zone=zone)
                )
