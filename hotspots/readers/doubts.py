"""What is asked of a person: one row for each doubt, with its question, the answers, the safe one, and what city.toml then says."""

from __future__ import annotations

from datetime import datetime

from hotspots.readers.asking import MOST_CANDIDATES, Ask, Doubt, Entries, Question
from hotspots.readers.falls import ShrinkError
from hotspots.readers.faults import (
    NOWHERE,
    AreaColumnError,
    ColumnError,
    DateColumnError,
    DateOrderError,
    DoubtError,
    LatitudeError,
    LoneEventError,
    MidnightZoneError,
    NumbersError,
    PlaceColumnError,
    ResidentsColumnError,
)
from hotspots.readers.homicide_doubts import HOMICIDE_DOUBTS, values_of
from hotspots.readers.place_doubts import elsewhere_options, epsg_entries, epsg_options, place_options
from hotspots.readers.place_faults import (
    LostSignError,
    LostSignInBlocksError,
    MisplacedError,
    OtherSystemError,
    SwappedAxesError,
    SwappedInBlocksError,
    UnknownSystemError,
)
from hotspots.readers.table_doubts import (
    NUMBERS,
    header_options,
    no_days_options,
    numbers_entries,
    sheet_options,
    split_entries,
    split_options,
    year_options,
)
from hotspots.readers.table_faults import (
    HeaderError,
    MergedAreasError,
    MergedCellsError,
    MergedTimesError,
    NoDaysError,
    SameNameError,
    SheetError,
    SplitYearsError,
    TwiceNamedError,
    YearlessDaysError,
    YearlessError,
)
from hotspots.words import Told, told


def question(fault: DoubtError) -> Question | None:
    """Return the question that would settle a fault; None where no row is about it."""
    row = _row(fault)
    if row is None:
        return None
    options, file = row.options(fault), getattr(fault, "file", "")
    named = () if row.ours is None else tuple(answer for answer in options if answer not in row.ours)
    return Question(row.id, row.text(fault), options, row.safe(fault), file, fault.at_stake(), values=values_of(fault), named=named)


def section_of(fault: DoubtError) -> str:
    """Return the section of city.toml that the answer to a fault belongs to; empty where no row is about it."""
    row = _row(fault)
    return row.section if row else ""


def settled(fault: DoubtError, ask: Ask) -> Entries:
    """Return what city.toml says once `ask` has answered; the fault itself is raised where no row is about it."""
    row, asked = _row(fault), question(fault)
    if row is None or asked is None:
        raise fault
    return row.entries(fault, ask(asked))


def _row(fault: DoubtError) -> Doubt | None:
    return next((row for row in DOUBTS if isinstance(fault, row.about)), None)


def _day_options(fault: DateOrderError) -> dict[str, Told]:
    last = datetime(1999, 12, 31, 23, 59)
    day, month = (last.strftime(form) for form in fault.forms)
    return {
        "day": told("the day comes first: {form} is 31 December", form=day),
        "month": told("the month comes first: {form} is 31 December", form=month),
    }


def _safe_order(fault: DateOrderError) -> str:
    """Return the order that reads every date, where the other leaves many unread."""
    (least, first), (most, _) = sorted(zip(fault.unread, ("day", "month"), strict=True), key=lambda pair: pair[0])
    return first if least <= 0.001 and most > 0.1 else ""


def _columns(fault: ColumnError) -> dict[str, Told]:
    """Return the candidates by name, each with three of its values."""
    stake = fault.at_stake()
    such = {column: ", ".join(map(repr, stake.get(column, ()))) for column in fault.candidates[:MOST_CANDIDATES]}
    return {column: told("such as {values}", values=values) if values else told("nothing in it") for column, values in such.items()}


def _in_blocks(id: str, about: type[MisplacedError]) -> Doubt:
    """Return the row about places that one change puts where the blocks are."""
    return Doubt(
        id,
        about,
        text=lambda fault: fault.doubt(),
        options=lambda _: {"yes": told("read them so: they lie where the blocks are"), "no": told("leave them")},
        safe=lambda _: "yes",
        entries=lambda fault, answer: fault.written() if answer == "yes" else {},
    )


def _merged(id: str, about: type[MergedCellsError]) -> Doubt:
    """Return the row about cells that were merged; values that stand once each, in groups, leave no other reading."""
    return Doubt(
        id,
        about,
        text=lambda fault: told("{doubt}; does each mean the value above it?", doubt=fault.doubt()),
        options=lambda _: {"fill": told("yes: each is the value above it"), "empty": told("no: it is not known there")},
        safe=lambda _: "fill",
        entries=lambda fault, answer: {"fill_down": [fault.column]} if answer == "fill" else {},
    )


DOUBTS: tuple[Doubt, ...] = (
    _in_blocks("axes", SwappedInBlocksError),
    _in_blocks("sign", LostSignInBlocksError),
    _in_blocks("epsg", OtherSystemError),
    *HOMICIDE_DOUBTS,
    Doubt(
        "sheet",
        SheetError,
        text=lambda fault: told("{file}: {fault}; which is meant?", file=fault.file, fault=fault.fault),
        options=sheet_options,
        safe=lambda _: "",
        entries=lambda _, answer: {"sheet": answer},
        ours=("*",),
    ),
    Doubt(
        "header",
        HeaderError,
        text=lambda fault: told("{file}: which row names the columns?", file=fault.file),
        options=header_options,
        safe=lambda fault: str(fault.candidates[0][0]),  # the rows under it are counted, and told where they are no victims
        entries=lambda _, answer: {"header_row": int(answer)},
    ),
    Doubt(
        "day_first",
        DateOrderError,
        text=lambda fault: fault.doubt(),
        options=_day_options,
        safe=_safe_order,
        entries=lambda fault, answer: {"date_format": fault.forms[0 if answer == "day" else 1]},
    ),
    Doubt(
        "event_id",
        LoneEventError,
        text=lambda fault: fault.doubt(),
        options=lambda fault: {
            "place": told("no: rows of one place and day are victims of one event"),
            fault.column: told("yes: each is an event of its own"),
        },
        safe=lambda _: "place",
        entries=lambda fault, answer: {} if answer == "place" else {"event_id": fault.column},
    ),
    Doubt(
        "zone",
        MidnightZoneError,
        text=lambda fault: fault.doubt(),
        options=lambda _: {
            "local": told("the days are right as written, and the clock stands for none"),
            "UTC": told("it is midnight, written in UTC: each day is the next one"),
        },
        safe=lambda _: "",
        entries=lambda fault, answer: {"date_zone": "local" if answer == "local" else fault.zone},
    ),
    Doubt(
        "date",
        DateColumnError,
        text=lambda fault: told("{file}: which column is the date of the killing?", file=fault.file),
        options=_columns,
        safe=lambda fault: fault.safe,
        entries=lambda _, answer: {"date": answer},
        ours=(),
    ),
    Doubt(
        "place",
        PlaceColumnError,
        text=lambda fault: told("{file}: which columns are the place of the killing?", file=fault.file),
        options=place_options,
        safe=lambda fault: fault.safe,
        entries=lambda fault, answer: dict(fault.places[answer]),
        ours=(NOWHERE,),
    ),
    Doubt(
        "axes",
        LatitudeError,
        text=lambda fault: fault.faults[0],
        options=lambda _: {"yes": told("read them the other way round"), "no": told("leave them")},
        safe=lambda _: "yes",
        entries=lambda fault, answer: {"x": fault.y, "y": fault.x} if answer == "yes" else {},
    ),
    Doubt(
        "axes",
        SwappedAxesError,
        text=lambda fault: fault.doubt(),
        options=elsewhere_options,
        safe=lambda _: "",
        entries=lambda fault, answer: fault.written(answer),
    ),
    Doubt(
        "sign",
        LostSignError,
        text=lambda fault: fault.doubt(),
        options=elsewhere_options,
        safe=lambda _: "",
        entries=lambda fault, answer: fault.written(answer),
    ),
    Doubt(
        "epsg",
        UnknownSystemError,
        text=lambda fault: told(
            "{file}: the coordinates are not degrees (first: {first}); which EPSG number does the source give for them?",
            file=fault.file,
            first=fault.first,
        ),
        options=epsg_options,
        safe=lambda fault: "" if fault.likely is None else str(fault.likely),
        entries=epsg_entries,
        ours=(),
    ),
    Doubt(
        "area",
        AreaColumnError,
        text=lambda _: told("Which column is the id of a block?"),
        options=_columns,
        safe=lambda fault: fault.candidates[0],
        entries=lambda _, answer: {"id": answer},
        ours=(),
        section="blocks",
    ),
    Doubt(
        "area",
        SameNameError,
        text=lambda fault: told("{doubt}; are they one area each?", doubt=fault.doubt()),
        options=lambda fault: {
            fault.within: told("no: areas of one name are told apart by this column"),
            "one": told("yes: their numbers are parts of one area, and are added up"),
        },
        safe=lambda _: "",
        entries=lambda fault, answer: {} if answer == "one" else {"within": fault.within},
        ours=("one",),
        section="area_counts",
    ),
    Doubt(
        "area",
        TwiceNamedError,
        text=lambda fault: told("{doubt}; are they one area each?", doubt=fault.doubt()),
        options=lambda _: {
            "apart": told("no: each row of a period is an area of its own, in the order of the file"),
            "one": told("yes: their numbers are parts of one area, and are added up"),
        },
        safe=lambda _: "",
        entries=lambda _, answer: {"apart": True} if answer == "apart" else {},
        section="area_counts",
    ),
    Doubt(
        "date",
        NoDaysError,
        text=lambda fault: told("{doubt}; how shall its rows be read?", doubt=fault.doubt()),
        options=no_days_options,
        safe=lambda fault: "months" if fault.months else "" if fault.placed else "totals",
        entries=lambda _, answer: {"each_row": True} if answer == "totals" else {"months": True} if answer == "months" else {},
        section="area_counts",
    ),
    Doubt(
        "date",
        YearlessDaysError,
        text=lambda fault: told("{doubt}; of which year are they?", doubt=fault.doubt()),
        options=year_options,
        safe=lambda fault: str(fault.years[0]) if len(fault.years) == 1 else "",
        entries=lambda _, answer: {"of_year": int(answer)},
    ),
    Doubt(
        "date",
        YearlessError,
        text=lambda fault: told("{doubt}; of which year are they?", doubt=fault.doubt()),
        options=year_options,
        safe=lambda fault: str(fault.years[0]) if len(fault.years) == 1 else "",
        entries=lambda _, answer: {"of_year": int(answer)},
        section="area_counts",
    ),
    Doubt(
        "date",
        SplitYearsError,
        text=lambda fault: told("{doubt}; in which month do they begin?", doubt=fault.doubt()),
        options=split_options,
        safe=lambda fault: fault.sure,
        entries=split_entries,
        section="area_counts",
    ),
    _merged("date", MergedTimesError),
    _merged("area", MergedAreasError),
    Doubt(
        "residents",
        ResidentsColumnError,
        text=lambda _: told("Which column is the number of residents?"),
        options=_columns,
        safe=lambda fault: fault.candidates[0] if len(fault.candidates) == 1 else "",
        entries=lambda _, answer: {"population": answer},
        ours=(),
        section="blocks",
    ),
    Doubt(
        "shrink",
        ShrinkError,
        text=lambda fault: fault.faults[0],
        options=lambda fault: {
            "yes": told("publish what was read"),
            "no": told("keep version {version}, and publish nothing", version=fault.version),
        },
        safe=lambda _: "",
        entries=lambda _, answer: {},
    ),
    Doubt(
        "residents_number",
        NumbersError,
        text=lambda fault: fault.doubt(),
        options=lambda fault: NUMBERS[fault.kind],
        safe=lambda fault: "thousands" if fault.kind == "dot" else "",
        entries=numbers_entries,
        section="blocks",
    ),
)
