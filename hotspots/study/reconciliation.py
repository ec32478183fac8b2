"""The same homicides on every kind of unit: each row adds up to all of them, or something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from hotspots.cities import City
from hotspots.geography import units
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.words import told


def row(study: Study) -> dict[str, int]:
    """Return how many units there are, and where the victims of a study went: every one in exactly one of three places.

    `inside` lie in a unit; `outside` have a place, in no unit; `without_place` have none. `total` is all three, and all victims.

    >>> from hotspots.testing import square_city
    >>> row(Study.of(*square_city([(5, 5), (15, 5), (500, 5), None])))
    {'units': 4, 'inside': 2, 'outside': 1, 'without_place': 1, 'total': 4}
    """
    inside = study.codes >= 0
    placed = (study.rows["unplaced"] == "").to_numpy()
    outside, without = int((~inside & placed).sum()), int((~inside & ~placed).sum())
    found = {"units": len(study.blocks), "inside": int(inside.sum()), "outside": outside, "without_place": without}
    return {**found, "total": int(inside.sum()) + outside + without}


def table(city: City, selection: Selection, *, study_of: Callable[[Selection], Study] | None = None) -> pd.DataFrame:
    """Return a `row` for each unit that the city can be shown on, under the choices of `selection`; the index is the unit.

    Blocks, beats and districts can hold more than squares do: a homicide whose block the agency recorded counts there even without a
    place of its own. `study_of` gives the studies where they are kept already. A `DataError` where single homicides are not known, or
    where a row does not add up.
    """
    if city.only_totals:
        raise DataError(
            told("units: these data are published totals; the places of single homicides are not known, so there is nothing to compare")
        )
    find = study_of or (lambda chosen: chosen.study(city))
    names = units.available(city.blocks, streets=city.segments is not None)
    studies = {name: find(replace(selection, unit=name)) for name in names}
    found = pd.DataFrame([row(study) for study in studies.values()], index=pd.Index(names, name="unit"))
    wrong = found.index[found["total"] != [study.victims for study in studies.values()]]
    if len(wrong):
        raise DataError(told("units: on {listed} the homicides do not add up; report this", listed=", ".join(wrong)))
    return found
