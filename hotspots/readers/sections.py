"""What a city.toml asks for, as plain values: which file, which column means what, which notes belong to the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

PUBLISH = ("no", "strict", "open")  # from what tells least
CONTEXT_KINDS = ("water", "park", "street", "coast", "boundary", "service", "gathering")


@dataclass(frozen=True)
class Note:
    """A dated remark that charts of the city carry.

    `kind` is "event" (something happened), "definition" (what is counted changed) or "intervention" (something was done in the
    areas `treated`, until the day before `end`, and can be compared with the areas `comparison`). `text` is the wording by language.
    `starts` are the first days of those treated areas that began on another day than `start`.
    """

    start: pd.Timestamp
    text: Mapping[str, str]
    kind: str
    treated: tuple[str, ...] = ()
    end: pd.Timestamp | None = None
    comparison: tuple[str, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)
    starts: Mapping[str, pd.Timestamp] = field(default_factory=dict)

    def as_plain(self) -> dict[str, Any]:
        """Return the remark as plain values, for the manifest; `starts` only if any."""
        end = self.end.isoformat() if self.end is not None else None
        areas: dict[str, Any] = {"treated": list(self.treated), "comparison": list(self.comparison)}
        areas |= {"starts": {area: day.isoformat() for area, day in self.starts.items()}} if self.starts else {}
        return {"start": self.start.isoformat(), "text": dict(self.text), "kind": self.kind, **areas, "end": end, "note": dict(self.note)}

    @classmethod
    def from_plain(cls, row: Mapping[str, Any]) -> Note:
        """Return the remark that plain values describe.

        >>> one = Note(pd.Timestamp("2020-01-01"), {"en": "x"}, "event")
        >>> Note.from_plain(one.as_plain()) == one
        True
        """
        end = pd.Timestamp(row["end"]) if row.get("end") else None
        areas = tuple(row["treated"]), end, tuple(row.get("comparison", ()))
        starts = {area: pd.Timestamp(day) for area, day in row.get("starts", {}).items()}
        return cls(pd.Timestamp(row["start"]), row["text"], row["kind"], *areas, row.get("note", {}), starts)

    @property
    def odd_starts(self) -> list[str]:
        """The areas of `starts` that are not among the treated ones, or begin when all of it is over."""
        late = [area for area, day in self.starts.items() if self.end is not None and day >= self.end]
        return [area for area in self.starts if area not in self.treated or area in late]


@dataclass(frozen=True)
class UnitCost:
    """What a homicide costs by somebody's reckoning: whole units of `currency`, for a `year`, and whose reckoning it is."""

    homicide: int = 0
    currency: str = ""
    year: int = 0
    source: str = ""


@dataclass(frozen=True)
class TotalsTable:
    """What a table of published totals is: `definition` is what it counts, by language; `partial_of` how many areas there are in all.

    A table that tells of some areas only is no part of any sum and of no map; 0 stands for a table that is whole. `public`: the source has
    published these very numbers already.
    """

    definition: Mapping[str, str] = field(default_factory=dict)
    partial_of: int = 0
    public: bool = False


@dataclass(frozen=True)
class IncidentSection:
    """Where the victims are and which column means what; an empty name stands for a column that the file does not have.

    `sheet` is the sheet of a workbook or the layer of a GeoPackage, `header_row` the row that names the columns, as Excel counts.
    `fill_down` are columns whose empty cells mean the value above them. `victim_id` are columns that say which person a row is,
    `listed` those whose cells list the people killed in the row. `age_coded`: ages are codes of a unit and a number. `code_book`: codes
    are written out as other sheets of the workbook say.
    A date in parts has `year` with `month` and `day`, or with a `date` that has no year; `of_year` is the year of all where no column says
    it (0: one does).
    `date_precision` is what the dates know, "day" or "month"; empty where that is worked out.
    `covers` is the period that the file covers, end exclusive. `default_places` are coordinates, as the file writes them, that
    stand for "place unknown". `swapped` says that the two numbers of `geometry` stand the other way
    round than they are read; `places_checked` says that a person
    has seen where the places lie. `no_place`: no column says the place, and all are counted for the whole city. `negate` names the
    coordinates ("x", "y") whose minus sign the file dropped. `withheld`
    names, as `where` does, the rows that no public release may count. `all_homicides` says that each row is a person killed, whatever
    its columns say. `degrees_times`: what the file multiplied its degrees by. `asks`: a person is there to be asked what otherwise is told.
    """

    files: tuple[Path, ...]
    date: str
    x: str = ""
    y: str = ""
    geometry: str = ""
    epsg: int | None = None
    date_format: str = ""
    date_zone: str = ""
    date_precision: str = ""
    time: str = ""
    victims: str = ""
    event_id: str = ""
    block_id: str = ""
    age: str = ""
    sex: str = ""
    weapon: str = ""
    category: str = ""
    status: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_places: tuple[tuple[float, float], ...] = ()
    negate: tuple[str, ...] = ()
    degrees_times: float = 1.0
    swapped: bool = False
    places_checked: bool = False
    no_place: bool = False
    year: str = ""
    month: str = ""
    day: str = ""
    of_year: int = 0
    sheet: str = ""
    header_row: int | None = None
    covers: tuple[pd.Timestamp, pd.Timestamp] | None = None
    fill_down: tuple[str, ...] = ()
    code_book: bool = False
    victim_id: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    age_coded: bool = False
    all_homicides: bool = False
    asks: bool = False

    def named(self) -> dict[str, str]:
        """Return key to column for every key that names a column of the file.

        >>> IncidentSection((Path("a.csv"),), date="day", x="lon", y="lat").named()
        {'date': 'day', 'x': 'lon', 'y': 'lat'}
        """
        keys = (
            "date",
            "year",
            "month",
            "day",
            "x",
            "y",
            "geometry",
            "time",
            "victims",
            "event_id",
            "block_id",
            "age",
            "sex",
            "weapon",
            "category",
            "status",
        )
        return {key: getattr(self, key) for key in keys if getattr(self, key)}


@dataclass(frozen=True)
class BlockSection:
    """Where the blocks are, and their population, in the same file or in `population_file` joined on `population_id`.

    `population_censuses` is the column of each census by its year, where there are several; `population` is then the newest.
    `population_dot` (`thousands`, `decimal`), `population_times`, `population_unknown` (texts that stand for not known) and
    `population_checked` (odd numbers are right) say how its numbers are written. `population_ages` is the column of the residents of
    each age, by band such as `15-29`, in the same file as the population.
    `called` is the place's own word for them, by language, such as "departments"; empty where they are blocks.
    """

    file: Path
    id: str
    epsg: int | None = None
    name: str = ""
    population: str = ""
    population_file: Path | None = None
    population_id: str = ""
    population_year: int | None = None
    beat: str = ""
    district: str = ""
    sheet: str = ""
    population_sheet: str = ""
    called: Mapping[str, str] = field(default_factory=dict)
    population_ages: Mapping[str, str] = field(default_factory=dict)
    population_censuses: Mapping[int, str] = field(default_factory=dict)
    population_dot: str = ""
    population_times: int | None = None
    population_unknown: tuple[str, ...] = ()
    population_checked: bool = False


@dataclass(frozen=True)
class GroupSection:
    """Where the areas of one `kind`, district or beat, are drawn; `name` is the column of their names."""

    kind: str
    file: Path
    name: str
    epsg: int | None = None
    sheet: str = ""


@dataclass(frozen=True)
class SegmentSection:
    """Where the street segments are; `houses` are the columns of their house numbers: left from and to, right from and to."""

    file: Path
    id: str
    street: str = ""
    epsg: int | None = None
    sheet: str = ""
    houses: tuple[str, ...] = ()


@dataclass(frozen=True)
class GazetteerSection:
    """Where addresses and names with their points are; `number` is a column of its own; without `x` and `y` the file has shapes."""

    file: Path
    name: str
    number: str = ""
    x: str = ""
    y: str = ""
    epsg: int | None = None
    sheet: str = ""


@dataclass(frozen=True)
class LayerSection:
    """One layer of the city's own basemap; `kind` is one of `CONTEXT_KINDS`."""

    file: Path
    kind: str
    name: str = ""
    epsg: int | None = None
    sheet: str = ""


@dataclass(frozen=True)
class AreaCountSection:
    """One table of published totals; `area` empty stands for the whole place, `suppressed` are the marks of a number held back.

    `within` is the column that tells areas of one name apart; where none does, `apart` says that rows of one name and period are areas
    of their own. `sex_columns` are, in place of `count`, the columns of the numbers of each sex; `each_row` says that each row
    is one person killed.
    `where` keeps only the rows whose value is listed, as it does of incidents. The period is in the column `period`, or in those of
    its `year`, `month` and `day`; or the `period_columns` are years or months, each with the numbers of that period, and then there is
    no `count`.
    `of_year` is the year of such months where no column says it (0: one does), `years_begin` the month that years such as 2019/20 begin in;
    `years_named` whether one that is named by a single year bears its "first" or its "last". `quarter` stands in place of `month`.
    `count_dot` (`thousands`, `decimal`) says what a point before three digits of a number is.
    `definition` is what the table counts, by language. `partial_of` is how many areas there are where the table tells some of them only.
    `public`: the source has published these very numbers already; a release passes only such on.
    `became` is the table of what each area was made into since: its columns `became_from` (told apart by `became_within`) and `became_to`.
    """

    table: str
    file: Path
    period: str = ""
    count: str = ""
    area: str = ""
    within: str = ""
    period_format: str = ""
    sex: str = ""
    population: str = ""
    source: str = ""
    published_rate: str = ""
    suppressed: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year: str = ""
    of_year: int = 0
    years_begin: int = 0
    years_named: str = ""
    quarter: str = ""
    month: str = ""
    day: str = ""
    period_columns: tuple[str, ...] = ()
    count_dot: str = ""
    sheet: str = ""
    header_row: int | None = None
    fill_down: tuple[str, ...] = ()
    code_book: bool = False
    apart: bool = False
    each_row: bool = False
    sex_columns: Mapping[str, str] = field(default_factory=dict)
    definition: Mapping[str, str] = field(default_factory=dict)
    partial_of: int = 0
    public: bool = False
    became: Path | None = None
    became_from: str = ""
    became_within: str = ""
    became_to: str = ""

    @property
    def about(self) -> TotalsTable:
        """What the table is, apart from its rows."""
        return TotalsTable(self.definition, self.partial_of, self.public)

    def named(self) -> dict[str, str]:
        """Return key to column for every key that names a column of the file.

        >>> AreaCountSection("years", Path("a.csv"), period="year", count="killed").named()
        {'period': 'year', 'count': 'killed'}
        """
        keys = ("area", "within", "period", "year", "quarter", "month", "day", "count", "sex", "population", "source", "published_rate")
        return {key: getattr(self, key) for key in keys if getattr(self, key)}


@dataclass(frozen=True)
class CityFile:
    """A whole city.toml, checked; without `blocks` the units are squares of a grid, and of published totals that are `unmapped` none.

    `publish` is what many cities at once may make public of this one: a word of `PUBLISH`, or empty where it says nothing.
    """

    folder: Path
    name: str
    language: str
    timezone: str
    source: Mapping[str, str] | str
    licence: Mapping[str, str] | str
    incidents: IncidentSection | None
    blocks: BlockSection | None
    epsg: int | None = None
    fictional: bool = False
    unmapped: bool = False
    publish: str = ""
    groups: tuple[GroupSection, ...] = ()
    segments: SegmentSection | None = None
    gazetteer: GazetteerSection | None = None
    layers: tuple[LayerSection, ...] = ()
    notes: tuple[Note, ...] = ()
    costs: UnitCost | None = None
    area_counts: tuple[AreaCountSection, ...] = ()

    def files(self) -> list[Path]:
        """Return every file that the city is made of, its city.toml first."""
        found = [self.folder / "city.toml", *(self.incidents.files if self.incidents else ())]
        found += [self.blocks.file] if self.blocks else []
        found += [section.file for section in self.area_counts]
        found += [section.became for section in self.area_counts if section.became]
        found += [self.blocks.population_file] if self.blocks and self.blocks.population_file else []
        found += [group.file for group in self.groups]
        found += [self.segments.file] if self.segments else []
        found += [self.gazetteer.file] if self.gazetteer else []
        return [*found, *(layer.file for layer in self.layers)]
