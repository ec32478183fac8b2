"""What a question is, and what it is asked with: the reader's choices, the city that they name, the study that both make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import pandas as pd

from hotspots import cities
from hotspots.cities import City
from hotspots.geography import units
from hotspots.study import Study
from hotspots.study.calendar import Days
from hotspots.study.memo import kept
from hotspots.study.selection import Selection
from hotspots.views import captions, map_view
from hotspots.views.answer import Answer
from hotspots.words import Words, words_for

_Told = ParamSpec("_Told")
_Given = TypeVar("_Given")
_Value = TypeVar("_Value")


def afresh(question: Question[..., _Given], asked: Asked, told: tuple[Any, ...], named: dict[str, Any]) -> _Given:
    """Answer a question now, as a command does; a page keeps the answers."""
    return question(asked, *told, **named)


def _remembered() -> Callable[[Question[..., Any], Asked, tuple[Any, ...], dict[str, Any]], Any]:
    """Return what answers each question once, for as long as a command runs: what one answer is made of, another asks for too."""
    known: dict[Any, Any] = {}

    def answered(question: Question[..., Any], asked: Asked, told: tuple[Any, ...], named: dict[str, Any]) -> Any:
        key = question, question.read(asked.selection), told, tuple(sorted(named.items()))
        try:
            hash(key)
        except TypeError:
            return afresh(question, asked, told, named)
        if key not in known:
            known[key] = afresh(question, asked, told, named)
        return known[key]

    return answered


@dataclass(frozen=True)
class Asked:
    """The reader's choices with what they are about.

    `study_of` gives the study of a selection, `keep` the answer to a question: from a cache, or made now.
    """

    selection: Selection
    city: City
    study_of: Callable[[Selection], Study]
    keep: Callable[[Question[..., Any], Asked, tuple[Any, ...], dict[str, Any]], Any] = afresh

    @classmethod
    def of(cls, selection: Selection) -> Asked:
        """Return what a command asks with: the city is read from the store, each study is made when it is asked for."""
        return cls.about(cities.load(selection.city, selection.version or None), selection)

    @classmethod
    def about(cls, city: City, selection: Selection) -> Asked:
        """Return the same of a city that was read already."""
        return cls(selection, city, lambda chosen: _kept_study(city, chosen), _remembered())

    @cached_property
    def study(self) -> Study:
        """The study of the choices."""
        return self.study_of(self.selection.figures())

    @property
    def unit(self) -> str:
        """The unit that the choices name, else the one that the city opens with."""
        return self.selection.unit or units.default(self.city.blocks)

    def unit_word(self, words: Words) -> str:
        """Return the word for the places, in the plural and within a sentence."""
        return map_view.unit_name(self.unit, words, self.city.called).lower()

    def ask(self, question: Question[_Told, _Given], /, *told: _Told.args, **named: _Told.kwargs) -> _Given:
        """Return the answer to a question about these choices."""
        found: _Given = self.keep(question, self, told, named)
        return found

    def at(self, **changes: Any) -> Asked:
        """Return the same with other choices."""
        return replace(self, selection=replace(self.selection, **changes))

    @property
    def everywhere(self) -> Asked:
        """The same about the whole city, whatever place was chosen."""
        return self.at(place="")

    def of_place(self, text: str, words: Words) -> str:
        """Return a sentence about what lies inside the place chosen, which it names; as it is where none was chosen."""
        place = self.study.place
        return f"{captions.place_name(place, words)}: {text}" if place else text

    def of_city(self, text: str, words: Words) -> str:
        """Return a sentence about the whole city, which it names where a place was chosen."""
        return f"{self.city.name}: {text}" if self.selection.place else text

    def answer(
        self,
        value: _Value,
        says: Callable[[Words], str] | None = None,
        *,
        rows: Callable[[], pd.DataFrame] | None = None,
        interval: tuple[float, float] | None = None,
        warnings: tuple[str, ...] = (),
        days: Days | None = None,
    ) -> Answer[_Value]:
        """Return an answer out of the study: of `days` within it, left out of all of it."""
        study = self.study if days is None else self.study.between(*days)
        period = Days(study.start, study.end)
        return Answer(value, study.victims, period, words_for(self.city.language).own(self.city.source), says, rows, interval, warnings)


def _kept_study(city: City, chosen: Selection) -> Study:
    return kept(city, _study, chosen)


def _study(city: City, chosen: Selection) -> Study:
    everywhere = _kept_study(city, replace(chosen, place="")) if chosen.place else None
    return chosen.study(city, everywhere=everywhere)


@dataclass(frozen=True, eq=False)
class Question(Generic[_Told, _Given]):
    """One question: `ask` answers it, `reads` sets aside the choices that its answer does not depend on, `needs` is the right (of
    `agency.RIGHTS`) that it takes to get one, `long` whether it takes long where the data are many: then what it gives is a plain value,
    not an `Answer`, so that another process can work it out and the disk keep it (`long`).

    Called with `Asked` it answers after setting them aside, so that a kept answer and a fresh one are the same.
    """

    ask: Callable[Concatenate[Asked, _Told], _Given]
    reads: Callable[[Selection], Selection]
    needs: str = "areas"
    long: bool = False

    @property
    def name(self) -> str:
        """Its own name: no other question has it."""
        return f"{self.ask.__module__}.{self.ask.__qualname__}"

    def __call__(self, asked: Asked, /, *told: _Told.args, **named: _Told.kwargs) -> _Given:
        """Answer."""
        return self.ask(replace(asked, selection=self.read(asked.selection)), *told, **named)

    def read(self, selection: Selection) -> Selection:
        """Return the choices that its answer depends on, always about the same data."""
        return replace(self.reads(selection), content=selection.content)


def question(
    reads: Callable[[Selection], Selection] = Selection.figures, *, needs: str = "areas", long: bool = False
) -> Callable[[Callable[Concatenate[Asked, _Told], _Given]], Question[_Told, _Given]]:
    """Make a question of a function. Left out, `reads` keeps every choice that figures depend on.

    >>> @question(lambda chosen: chosen.figures(of=["scan"]))
    ... def largest(asked: Asked) -> int:
    ...     return asked.selection.cap
    >>> largest.reads(Selection(city="x", cap=5, correction="by", picked="b00")) == Selection(city="x", cap=5)
    True
    """
    return lambda ask: Question(ask, reads, needs, long)


def covered(study: Study) -> Days:
    """Return the days of a study that its data cover."""
    return Days(max(study.start, study.covers[0]), min(study.end, study.covers[1]))


def last_day(study: Study) -> pd.Timestamp:
    """Return the last day that the data cover."""
    return study.covers[1] - pd.Timedelta(days=1)
