"""Whether it worked: the log of what was done, an entry of it by every design, its series, and what a target would mean."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hotspots import geography
from hotspots.cities import Note, logbook, plans
from hotspots.cities.logbook import Entry, Log
from hotspots.questions.restricted import city
from hotspots.questions.restricted.asked import Asked, question
from hotspots.readers.sections import UnitCost
from hotspots.statistics import interventions
from hotspots.statistics.interventions import ALONE, RING, Around, Evaluation, reading
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words, words_for

ALL = "all"  # the row of a target that is of the whole place


@dataclass(frozen=True, eq=False)
class Series:
    """The treated areas (and those compared with them) in rows of so many `months`: see `statistics.interventions.series`."""

    table: pd.DataFrame
    months: int

    @property
    def ends(self) -> pd.Series:
        """The day after the last one of each row."""
        return self.table["start"] + pd.DateOffset(months=self.months)


def _on_blocks(chosen: Selection) -> Selection:
    return chosen.figures(unit="blocks", place="")  # what was done somewhere is beside what was not, wherever that is


def log(asked: Asked) -> Answer[Log]:
    """Return what is done and was done in a city; read anew each time, since it is written into."""
    found = logbook.read(asked.city.slug, asked.city.notes)
    return asked.answer(found, rows=lambda: data_tables.log(found.entries, asked.selection.language))


def noted(asked: Asked) -> list[Note]:
    """Return the starts (of each area that has its own, too) and the ends of the interventions in the city's log, as charts draw them."""
    found = []
    for entry in log(asked).value.entries:
        found.append(Note(entry.start, entry.name, "intervention", entry.treated))
        found += [Note(day, entry.name, "intervention", (area,)) for area, day in entry.starts if day != entry.start]
        if entry.end is not None:
            ended = {language: words_for(language).say("end of {name}", name=text) for language, text in entry.name.items()}
            found.append(Note(entry.end, ended, "intervention", entry.treated))
    return found


def crossing(asked: Asked) -> list[Note]:
    """Return the dated events, changes of definition and interventions that fall into the period, in order of time."""
    study = asked.study
    known = [note for note in asked.city.notes if note.kind != "intervention"] + noted(asked)
    return sorted((note for note in known if study.start <= note.start < study.end), key=lambda note: note.start)


def around(asked: Asked, entry: Entry) -> Around:
    """Return what is known around an entry: what else the log holds, when it was written, what was planned, what came in late."""
    written = log(asked).value
    late = asked.ask(city.late).value
    others = tuple(one for one in written.entries if one.id != entry.id)
    return Around(others, plans.written(written, entry), plans.of_entry(written, entry), None if late is None else late.very_late)


def evaluated(asked: Asked, entry: Entry, *, ring: float = RING) -> Answer[Evaluation]:
    """Return the evaluation of an entry with what is known around it now; the log is read anew each time."""
    return asked.ask(evaluation, entry, ring=ring, around=around(asked, entry))


@question(_on_blocks)
def evaluation(asked: Asked, entry: Entry, *, ring: float = RING, around: Around = ALONE) -> Answer[Evaluation]:
    """Return one intervention of the log by every design that the data allow, on blocks."""
    found = interventions.evaluate(asked.study, entry, notes=asked.city.notes, ring=ring, around=around)
    return asked.answer(
        found,
        lambda words: reading.sentence(found, words),
        rows=lambda: data_tables.designs(found),
        interval=(found.lead.low, found.lead.high) if found.lead else None,
        warnings=tuple(interventions.WARNINGS[name] for name in found.warnings),
    )


@question(_on_blocks)
def series(asked: Asked, entry: Entry, *, ring: float = RING, around: Around = ALONE) -> Answer[Series]:
    """Return the series of the treated areas before and after, with the evaluation's sentence."""
    found = asked.ask(evaluation, entry, ring=ring, around=around)
    table, months = interventions.series(found.value.case)
    return asked.answer(Series(table, months), found.says, rows=lambda: table.assign(start=table["start"].dt.date))


@question()
def target(asked: Asked, percent: int) -> Answer[pd.DataFrame]:
    """Return how many homicides fewer a yearly fall by so many per cent would mean, by place and year; the row `ALL` is all of them.

    It starts from the mean of three years; from the last year alone where totals are published, since what they count changes.
    """
    of_totals = isinstance(asked.study, TotalsStudy)
    found = interventions.avoided(asked.study, fall=percent / 100, base_years=1 if of_totals else interventions.BASE_YEARS)

    def says(words: Words) -> str:
        every = found.loc[ALL]
        base = round(every["base"], 1)
        return words.say(
            "From {base} homicides a year, a fall of {percent}% a year means {first} fewer in the first year and {total} fewer in five "
            "years.",
            base=words.number(base, 1 if base % 1 else 0),
            percent=words.number(percent),
            first=words.number(every["1"], 1),
            total=words.number(every["total"], 0),
        )

    return asked.answer(found, says, rows=lambda: found.rename_axis("place").reset_index())


@dataclass(frozen=True)
class Cost:
    """What the homicides of a year cost at `unit` each, and how much less a target would mean in five years; `known`: whose it is."""

    unit: int
    a_year: float
    less: float
    known: UnitCost | None


@question(lambda chosen: chosen.figures(unit="blocks", cost=chosen.cost))
def cost(asked: Asked, percent: int) -> Answer[Cost] | None:
    """Return what the target means in money: at the reader's unit cost, else that of the city file; None where there is neither."""
    known = asked.city.costs if not asked.selection.cost else None
    unit = asked.selection.cost or (known.homicide if known else 0)
    every = asked.ask(target, percent).value
    if not unit or not len(every):
        return None
    found = Cost(unit, every.loc[ALL, "base"] * unit, every.loc[ALL, "total"] * unit, known)

    def says(words: Words) -> str:
        money = f" {known.currency}" if known else ""
        whose = f"{known.year}, {known.source}" if known else words.say("your own figure")
        return words.say(
            "At {unit} a homicide ({whose}): {year} a year now; the target means {less} less in five years.",
            unit=words.number(unit) + money,
            whose=whose,
            year=words.number(found.a_year) + money,
            less=words.number(found.less) + money,
        )

    return asked.answer(found, says)


def in_order(found: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Return the places of a target that are known with their `name`, alphabetically; all of them last, without a name."""
    called = geography.names(asked.study.blocks)
    known = found[found["base"].notna()]
    names = {one: None if one == ALL else called.get(one, one) for one in known.index}
    rows = known.assign(name=list(names.values()))
    order = sorted((one for one in rows.index if one != ALL), key=lambda one: str(names[one]))
    return rows.loc[[*order, ALL]] if len(order) > 1 else rows.loc[[ALL]]
