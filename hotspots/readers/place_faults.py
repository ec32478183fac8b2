"""Places in doubt: where they cannot be, what one change would make of them, and what city.toml then says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj

from hotspots.readers.faults import DoubtError, Floats
from hotspots.words import Told, told

_MOST_METRES = 2.1e7  # of the maps of the web, which reach farthest
_TIMES = (1_000_000, 10_000_000)  # that degrees are multiplied by, to be whole numbers


@dataclass(frozen=True)
class Change:
    """One change in how coordinates are read: the two swapped, signs turned, divided, or of another coordinate system."""

    swap: tuple[str, str] | None = None  # the columns x and y as they stand; empty names where one column holds both
    negate: tuple[str, ...] = ()
    divide: float = 1.0
    epsg: int | None = None

    def applied(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the coordinates after the change, still in the system of the file.

        >>> import numpy as np
        >>> Change(negate=("x",)).applied(np.array([89.0]), np.array([13.0]))[0].tolist()
        [-89.0]
        """
        x, y = (x, y) if self.swap is None else (y, x)
        return (-x if "x" in self.negate else x) / self.divide, (-y if "y" in self.negate else y) / self.divide


@dataclass(eq=False)
class UnknownSystemError(DoubtError):
    """Coordinates that are not degrees, in a `file` that does not say what they are.

    `x` and `y` are those numbers, among `of` in all; `likely` is the EPSG number of the system that puts them where the blocks are.
    """

    file: str
    x: Floats
    y: Floats
    of: int
    likely: int | None = None

    @property
    def scales(self) -> dict[int, str]:
        """What degrees may have been multiplied by, each with the first place that it gives: only of numbers that no map in metres has."""
        most = (float(np.abs(self.x).max()), float(np.abs(self.y).max())) if len(self.x) else (0.0, 0.0)
        if max(most) <= _MOST_METRES:
            return {}
        fit = [times for times in _TIMES if most[0] / times <= 180 and most[1] / times <= 90]
        return {times: f"{self.y[0] / times:.6g}, {self.x[0] / times:.6g}" for times in fit}

    @property
    def first(self) -> str:
        """The first pair of numbers."""
        return f"{self.x[0]:.10g}, {self.y[0]:.10g}"

    def _sentence(self) -> Told:
        fault = told(
            "incidents: {n} of {total} coordinates are not degrees (first: {first}) and their coordinate system "
            "is not given; ask the source for its EPSG number and write epsg = … under [incidents] in city.toml",
            n=f"{len(self.x):,}",
            total=f"{self.of:,}",
            first=self.first,
        )
        if self.scales:
            times = f"{next(iter(self.scales))}"
            return told("{fault}; or, if they are degrees times {times}, degrees_times = {times}", fault=fault, times=times)
        return fault if self.likely is None else _mended(fault, Change(epsg=self.likely))


@dataclass(eq=False)
class ElsewhereError(DoubtError):
    """Places of a `file`, `total` of them, that lie on another continent than the city must: `here`, the region of the nearest time zone.

    `columns` are x and y, or `geometry` the one column of both, which are `swapped`
    already or not; `first` is the first pair. `changes` are those
    that would put them right, each by the answer that makes it, and `near` the regions where the places then lie.
    """

    file: str
    columns: tuple[str, str]
    geometry: str
    swapped: bool
    first: str
    total: int
    here: str
    changes: tuple[tuple[str, Change], ...]
    near: tuple[str, ...]

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the first pair."""
        return {self.geometry or ", ".join(self.columns): (self.first,)}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        why = told("are the two coordinates swapped?") if self.changes[0][0] == "swap" else told("was a minus sign lost?")
        return told(
            "{file}: the {total} places (first: {first}) lie near {here}; {why}",
            file=self.file,
            total=f"{self.total:,}",
            first=self.first,
            here=self.here,
            why=why,
        )

    def written(self, answer: str) -> dict[str, Any]:
        """Return what an answer writes in city.toml."""
        if answer == "leave":
            return {"places_checked": True}
        if answer != "swap":
            return {"negate": list(answer)}
        return {"x": self.columns[1], "y": self.columns[0]} if self.columns[0] else {"swapped": not self.swapped}

    def _sentence(self) -> Told:
        listed = ", ".join(
            f"{key} = {str(value).lower() if value is True else repr(value)}"
            for answer, _ in self.changes[:1]
            for key, value in self.written(answer).items()
        )
        return told(
            "incidents: {doubt} If so, write under [incidents] in city.toml: {lines}; if they are right: places_checked = true",
            doubt=self.doubt(),
            lines=listed.replace("'", '"'),
        )


class SwappedAxesError(ElsewhereError):
    """Places that would lie right with their two coordinates swapped."""


class LostSignError(ElsewhereError):
    """Places that would lie right with a minus sign."""


@dataclass(eq=False)
class MisplacedError(DoubtError):
    """Places of which only `inside` of `total` lie within the bounds of the blocks; `change` is the one that would put them there,
    `swapped` whether city.toml says that pairs stand the other way round."""

    inside: int
    total: int
    first: tuple[float, float]
    change: Change | None
    swapped: bool = False

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the first place."""
        return {"x, y": (f"{self.first[0]:.10g}, {self.first[1]:.10g}",)}

    def written(self) -> dict[str, Any]:
        """Return what city.toml must say for the places to lie where the blocks are; nothing where no key says it."""
        change = self.change or Change()
        if change.epsg is not None:
            return {"epsg": change.epsg}
        if change.swap is not None:
            x, y = change.swap
            return {"x": y, "y": x} if x else {"swapped": not self.swapped}
        return {"negate": list(change.negate)} if change.negate else {}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return self._where() if self.change is None else told("{fault}; {why}", fault=self._where(), why=_why(self.change))

    def _where(self) -> Told:
        return told(
            "incidents: only {n} of {total} places lie within the bounds of the blocks (first place: {first})",
            n=f"{self.inside:,}",
            total=f"{self.total:,}",
            first=f"{self.first[0]:.10g}, {self.first[1]:.10g}",
        )

    def _sentence(self) -> Told:
        if self.change is not None:
            return _mended(self._where(), self.change)
        return told(
            "{fault}; no single change of axes, signs or coordinate system mends it: check that incidents and "
            "blocks are of the same city, and each epsg",
            fault=self._where(),
        )


class SwappedInBlocksError(MisplacedError):
    """Places that lie where the blocks are with their two coordinates swapped."""


class LostSignInBlocksError(MisplacedError):
    """Places that lie where the blocks are with a minus sign."""


class OtherSystemError(MisplacedError):
    """Places that lie where the blocks are in another coordinate system than is said."""


def _mended(fault: Told, change: Change) -> Told:
    """Return the fault with the change that mends it: why, and what to write."""
    if change.epsg is not None:
        what = told("write epsg = {epsg} under [incidents] in city.toml", epsg=change.epsg)
    elif change.swap is not None:
        x, y = change.swap
        lines = told('write x = "{x}" and y = "{y}" under [incidents] in city.toml', x=y, y=x)
        what = lines if x else told("write swapped = true under [incidents] in city.toml")
    elif change.negate:
        listed = ", ".join(f'"{sign}"' for sign in change.negate)
        what = told("write negate = [{listed}] under [incidents] in city.toml", listed=listed)
    else:
        what = told("divide them in the file")
    return told("{fault}; {why}: {what}", fault=fault, why=_why(change), what=what)


def _why(change: Change) -> Told:
    if change.epsg is not None:
        return told("they look like the coordinate system {name}", name=pyproj.CRS.from_epsg(change.epsg).name)
    if change.swap is not None:
        return told("the two coordinates are swapped")
    if change.negate:
        return told("a minus sign is missing")
    return told("the numbers are {times} times too large", times=f"{change.divide:,.0f}")
