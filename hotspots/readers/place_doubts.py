"""What is asked about places: the answers, and what city.toml then says."""

from __future__ import annotations

from hotspots.readers.asking import Entries
from hotspots.readers.faults import NOWHERE, PlaceColumnError
from hotspots.readers.place_faults import ElsewhereError, UnknownSystemError
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

_DEGREES = "degrees:"  # how an answer begins that says what degrees were multiplied by


def epsg_options(fault: UnknownSystemError) -> dict[str, Told]:
    """Return the coordinate system that puts the places where the blocks are, or what degrees may have been multiplied by; or nothing."""
    if fault.likely is not None:
        return {str(fault.likely): told("they lie where the blocks are")}
    return {
        f"{_DEGREES}{times}": told("they are degrees times {times}: the first lies at {place}", times=f"{times:,}", place=place)
        for times, place in fault.scales.items()
    }


def epsg_entries(fault: UnknownSystemError, answer: str) -> Entries:
    """Return the number of a coordinate system, or what degrees were multiplied by; a `DataError` where the answer is neither."""
    if not answer:
        raise fault
    if answer.startswith(_DEGREES) and answer in epsg_options(fault):
        return {"degrees_times": int(answer.removeprefix(_DEGREES))}
    if not answer.isdecimal():
        raise DataError(told("epsg: {answer} is not a number; ask the source for the EPSG number of its coordinates", answer=repr(answer)))
    return {"epsg": int(answer)}


def place_options(fault: PlaceColumnError) -> dict[str, Told]:
    """Return what may say the place, each with some of its values, and where a list may have none, that."""
    such = {one: told("such as {values}", values=", ".join(map(repr, some))) for one, some in fault.at_stake().items() if one != NOWHERE}
    none = told("no column says it: all are counted for the whole city; trends, victims and weapons are known, and no map")
    return such | ({NOWHERE: none} if fault.places.get(NOWHERE, {}).get("no_place") else {})


def elsewhere_options(fault: ElsewhereError) -> dict[str, Told]:
    """Return each change that puts the places near where they may be, and that they are right."""
    meanings = {
        "swap": mark("swapped: they lie near {near}"),
        "x": mark("the longitude lost its minus sign: they lie near {near}"),
        "y": mark("the latitude lost its minus sign: they lie near {near}"),
        "xy": mark("both lost their minus sign: they lie near {near}"),
    }
    listed = {answer: Told(meanings[answer], {"near": near}) for (answer, _), near in zip(fault.changes, fault.near, strict=True)}
    return listed | {"leave": told("they are right: near {here}", here=fault.here)}
