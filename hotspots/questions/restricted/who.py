"""Who was killed and how: each value beside the years before, year by year, by age and sex; firearms; cleared cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from hotspots import geography
from hotspots.questions.restricted.asked import Asked, covered, question
from hotspots.statistics import victims
from hotspots.statistics.victims import AgainstBefore
from hotspots.store.schema import UNKNOWN
from hotspots.study.calendar import Days, latest
from hotspots.views import captions, data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words, mark

LEADING: dict[str, str] = {"weapon": mark("Weapon"), "sex": mark("Sex of the victim"), "age": mark("Age of the victim")}
LEAST_POINTS = 2  # years with a share: one alone is no series


@dataclass(frozen=True, eq=False)
class People:
    """What is known of the people killed, by field: in `days` beside the years before, and in each year.

    `swings` counts the earlier years that told how far years differ from one another; 0 where none could. `values` are so many as were
    looked at together: the ranges allow for that.
    """

    days: Days
    fields: Mapping[str, AgainstBefore]
    by_year: Mapping[str, pd.DataFrame]
    swings: int
    values: int

    @property
    def nobody(self) -> bool:
        """Whether nobody was killed in the days."""
        return not any(one.table["count"].sum() for one in self.fields.values())


@question()
def people(asked: Asked) -> Answer[People]:
    """Return who was killed of late (a year at most) beside the same days of the years before; no field where the file tells nothing."""
    study = asked.study
    days = latest(covered(study), by_day=study.has_days)
    by_year = asked.ask(people_by_year).value
    values = victims.looked_at(study, by_year, days)
    fields = {name: victims.against_before(study, name, days, looked_at=max(values, 1)) for name in by_year}

    def says(words: Words) -> str:
        if "weapon" not in fields or found.nobody:
            return words.say("Who was killed")
        counts = fields["weapon"].table["count"]
        return words.say(
            "Firearms killed {n} of {total} people, {days}",
            n=words.number(counts["firearm"]),
            total=words.number(counts.sum()),
            days=captions.period(days, words),
        )

    found = People(days, fields, by_year, victims.swings(study, days), values)
    return asked.answer(found, says, rows=lambda: data_tables.people(fields), days=days)


@question()
def people_by_year(asked: Asked) -> Answer[Mapping[str, pd.DataFrame]]:
    """Return the people killed in each calendar year by the values of each field that the file has."""
    there = [name for name in data_tables.OF_PEOPLE if name in asked.study.rows.columns]
    found = {name: victims.by_year(asked.study, name) for name in there}
    return asked.answer(found, rows=lambda: data_tables.people_by_year(found))


@question()
def by_field(asked: Asked) -> Answer[Mapping[str, pd.Series]]:
    """Return how many were killed by the values of each field that the file has, each without its own filter: its other values too."""
    there = [name for name in data_tables.OF_PEOPLE if name in asked.study.rows.columns]
    found = {name: victims.by(replace(asked, selection=asked.selection.with_where(name, ())).study, name) for name in there}
    return asked.answer(found)


@question()
def ages_by_sex(asked: Asked) -> Answer[pd.DataFrame]:
    """Return how many were killed of each age and sex, small numbers as they are: restricted."""
    found = victims.crossed(asked.study)
    return asked.answer(found, rows=lambda: found.rename_axis("age").reset_index())


def with_total(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `ages_by_sex` with the `total` of each age."""
    return table.assign(total=table.sum(axis=1)).rename_axis("age").reset_index()


def enough_each_year(by_year: pd.DataFrame) -> pd.DataFrame:
    """Return the people killed each year by the values of a field; missing in years with too few for a share."""
    return by_year.astype(float).mask(by_year.sum(axis=1) < victims.FEW)


@question()
def firearms(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the share killed with a firearm in each year, of those whose weapon is known; no sentence with fewer than two shares."""
    found = victims.firearm_share(asked.study)
    shares = found["share"].dropna()

    def says(words: Words) -> str:
        told = "; ".join(f"{year} {words.percent(share)}" for year, share in shares.items())
        return f"{words.say('Share killed with a firearm')}: {told}"

    return asked.answer(found, says if len(shares) >= LEAST_POINTS else None, rows=lambda: found.rename_axis("year").reset_index())


@question()
def cleared(asked: Asked) -> Answer[pd.DataFrame]:
    """Return how many of the homicides of each unit count as cleared, with its name in `place`."""
    found = victims.cleared(asked.study).assign(place=geography.names(asked.study.blocks))
    return asked.answer(found, rows=lambda: found.rename_axis("id").reset_index())


@question()
def most_frequent(asked: Asked, name: str) -> Answer[pd.Series] | None:
    """Return the most frequent value of a field, always with the unknown share; None where the file lacks the field."""
    study = asked.study
    if name not in study.rows.columns:
        return None
    counts = victims.by(study, name)
    known = counts.drop(UNKNOWN)

    def says(words: Words) -> str:
        return words.say(
            "{what}: {top} {share} ({n} of {total}); not known for {unknown}.",
            what=words.say(LEADING[name]),
            top=captions.value_name(name, str(known.idxmax()), words).lower(),
            share=words.percent(known.max() / study.victims),
            n=words.number(known.max()),
            total=words.number(study.victims),
            unknown=words.percent(counts[UNKNOWN] / study.victims),
        )

    return asked.answer(counts, says)
