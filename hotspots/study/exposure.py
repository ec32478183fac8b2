"""What stands over what in a rate: residents times years, and who was killed where residents are known."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.geography import residents
from hotspots.store.schema import Blocks, Incidents
from hotspots.study.memo import kept

# How many times more victims are taken to vary where nobody tells who was killed together (`Exposure.together`): the smallest tenth with
# which 95 % intervals of 15 to 150 killed hold in at least 93 of 100 where events are as large as in Chicago (2001–2018: 1.11),
# Philadelphia (2006–2018: 1.08) and Guayaquil (2024–2025: 1.65), or a fifth of them have two victims (1.33).
ASSUMED_TOGETHER = 1.4
LEAST_RESIDENTS = 1  # a unit with fewer (a sliver of a square at the edge) has no rate


class Exposure:
    """The part of a study that rates are made of."""

    if TYPE_CHECKING:  # what the rest of the study has
        incidents: Incidents
        blocks: Blocks
        start: pd.Timestamp
        end: pd.Timestamp
        exposed_of: pd.Series | None

        @property
        def years(self) -> float:
            """Length of the period in years."""

        @cached_property
        def codes(self) -> np.ndarray:
            """The position of the unit of each of `rows`; −1 in none."""

        @cached_property
        def repeated(self) -> np.ndarray:
            """Which of `rows` are further victims of an event."""

        @cached_property
        def _seen(self) -> np.ndarray: ...

        @cached_property
        def event_codes(self) -> np.ndarray:
            """A number for the event of each of those killed in the study."""

        def _tally(self, codes: np.ndarray) -> pd.Series: ...

    @cached_property
    def residents_by_census(self) -> dict[int, pd.Series]:
        """Residents of each unit in each census (see `residents.by_census`)."""
        return residents.by_census(self.blocks)

    @cached_property
    def person_years(self) -> pd.Series:
        """Residents times years in each unit; missing where the population is unknown or under 1: there no rate exists."""
        lived = residents.person_years(self.residents_by_census, self.start, self.end)
        return lived.where(lived >= LEAST_RESIDENTS * self.years).rename("person_years")

    def person_years_between(self, start: pd.Timestamp, end: pd.Timestamp) -> float:
        """Return residents of all units times years in `[start, end)`; missing where no unit has a population."""
        return float(residents.person_years(self._people, start, end))

    def lived(self, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> np.ndarray:
        """Return the same of many spans by their starts and ends: no filter changes it, so it is worked out once for the units."""
        return kept(self.blocks, _lived, tuple(starts), tuple(ends))

    @cached_property
    def _people(self) -> dict[int, float]:
        """Residents of all units together in each census."""
        return kept(self.blocks, _people)

    @cached_property
    def exposed_rows(self) -> np.ndarray:
        """Which of `rows` lie where residents are known."""
        if self.exposed_of is None:
            return np.ones(len(self._seen), dtype=bool)
        return np.asarray(self.exposed_of.reindex(self.incidents.index).to_numpy(dtype=bool)[self._seen])

    @cached_property
    def exposed(self) -> pd.Series:
        """Victims in each unit who were killed where residents are known: those that may stand over `person_years`."""
        return self._tally(self.codes[self.exposed_rows])

    @property
    def exposed_victims(self) -> float:
        """Victims who were killed where residents are known: all of them, where all residents are."""
        return int(self.exposed_rows.sum())

    @cached_property
    def exposed_events(self) -> pd.Series:
        """Events in each unit where residents are known: those that may be compared with residents."""
        return self._tally(self.codes[~self.repeated & self.exposed_rows])

    @cached_property
    def together(self) -> float:
        """How many times more victims vary by chance than as many killed one by one: those of one event come together.

        The sum of the squares of the victims of each event over the sum of the victims (the design effect of Kish 1965); 1 where nobody
        was killed together, or where single homicides are not known. Three killed, two of them in one event: (4 + 1) ÷ 3.

        >>> from hotspots.study import Study
        >>> from hotspots.testing import square_city
        >>> round(Study.of(*square_city([(5, 5)] * 3, event_id=["a", "a", "b"])).together, 4)
        1.6667
        """
        codes = self.event_codes
        sizes = np.bincount(codes[codes >= 0]).astype(float)
        sizes = sizes[sizes > 0]
        return float((sizes**2).sum() / sizes.sum()) if len(sizes) else 1.0


def _people(blocks: Blocks) -> dict[int, float]:
    return {year: float(people.sum(min_count=1)) for year, people in residents.by_census(blocks).items()}


def _lived(blocks: Blocks, starts: tuple[pd.Timestamp, ...], ends: tuple[pd.Timestamp, ...]) -> np.ndarray:
    people = kept(blocks, _people)
    return np.array([float(residents.person_years(people, start, end)) for start, end in zip(starts, ends, strict=True)])
