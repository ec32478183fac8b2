"""What is done about it, area by area: the nearest service beside the people killed, and the areas in which a programme works."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from hotspots.cities import Note
from hotspots.geography.outlines import outlined
from hotspots.release.profiles import Window
from hotspots.release.reading import Reading

MONTHS = 36  # for which deaths are told beside a distance, whatever the length of the window


def services(reading: Reading) -> pd.DataFrame:
    """Return the services of a release: `name` and `geometry`, those without a name too."""
    context = reading.city.context
    return context[(context["kind"] == "service") & context.geometry.notna()]


def unmet(reading: Reading, window: Window) -> pd.DataFrame:
    """Return for each area the people killed in 36 months (`killed`), the `metres` to the nearest service and its name (`service`).

    `killed` is the published number of the window by its length, missing where that is not shown; `reason` says why. A service within
    an area is 0 m away. Without any service the table is empty.
    """
    there, rows = services(reading), reading.areas(window)
    if not len(there):
        return pd.DataFrame(columns=["killed", "reason", "metres", "service"])
    months = (window[1].year - window[0].year) * 12 + window[1].month - window[0].month
    shapes = reading.city.blocks.geometry
    drawn = np.asarray(outlined(reading.city.blocks))
    tree, at = shapely.STRtree(np.asarray(there.geometry.array)), np.asarray(shapes.array)[drawn]
    pairs, far = tree.query_nearest(at, return_distance=True, all_matches=False)
    found = pd.DataFrame({"metres": np.nan, "service": ""}, index=rows.index)
    found.loc[drawn, "metres"] = far[np.argsort(pairs[0])]
    found.loc[drawn, "service"] = there["name"].fillna("").astype(str).to_numpy()[pairs[1][np.argsort(pairs[0])]]
    return found.assign(killed=rows["count"] * MONTHS / months, reason=rows["reason"])


def programmes(reading: Reading) -> list[Note]:
    """Return the interventions that the release names, in order of time; one that began on several days is there for each of them."""
    return [note for note in reading.notes if note.kind == "intervention"]


def named(reading: Reading) -> int:
    """Return how many programmes the release names: one that began on several days counts once."""
    return len({_name(note) for note in programmes(reading)})


def _name(note: Note) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(note.text.items()))


def worked_in(reading: Reading) -> pd.Series:
    """Return how many programmes each area has, those of the whole city left out; by the id of the area."""
    places = {(_name(note), area) for note in programmes(reading) for area in note.treated}
    return pd.Series([area for _, area in sorted(places)], dtype=object).value_counts().reindex(reading.city.blocks.index, fill_value=0)
