"""What a page gets: the reader's choices, and the one study behind every number of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

from hotspots.cities import City
from hotspots.dashboard.restricted import admission, cached
from hotspots.questions.restricted import Asked, Question
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import Words

_Told = ParamSpec("_Told")
_Given = TypeVar("_Given")


@dataclass(frozen=True)
class Chosen:
    """What a page gets: the reader's choices, the words, and the one study that every number of the page comes from."""

    selection: Selection
    words: Words
    city: City

    @property
    def study(self) -> Study:
        """The study of the choices on blocks: its totals do not depend on the unit shown."""
        return self.whole.asked.study

    @property
    def by_unit(self) -> Study:
        """The study of the choices on the unit shown."""
        return self.asked.study

    @cached_property
    def asked(self) -> Asked:
        """What questions about the choices are asked with."""
        return cached.asked(self.selection)

    @cached_property
    def whole(self) -> Chosen:
        """The same on blocks: for questions whose answer does not depend on the unit shown."""
        return self.at(unit="blocks")

    @property
    def everywhere(self) -> Chosen:
        """The same about the whole city, whatever place was chosen."""
        return self.at(place="")

    def at(self, **changes: Any) -> Chosen:
        """Return the same with other choices."""
        return replace(self, selection=replace(self.selection, **changes))

    def may(self, right: str) -> bool:
        """Return whether whoever is at the page holds a right (of `agency.RIGHTS`)."""
        return admission.current().may(right)

    def ask(self, question: Question[_Told, _Given], /, *told: _Told.args, **named: _Told.kwargs) -> _Given:
        """Return the answer to a question about the choices, on the unit shown."""
        return self.asked.ask(question, *told, **named)

    @cached_property
    def period(self) -> str:
        """The period in words."""
        return self.words.period(self.study.start.date(), self.study.end.date())

    @cached_property
    def filters(self) -> str:
        """The filters in words; "all homicides" where there are none."""
        return captions.filters(self.selection.where, self.words)
