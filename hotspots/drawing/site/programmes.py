"""What is being done, in words: when, what, and in which areas, for every public face."""

from __future__ import annotations

import pandas as pd

from hotspots import geography
from hotspots.cities import Note
from hotspots.release import Reading
from hotspots.words import Words


def programme(note: Note, reading: Reading, words: Words) -> tuple[str, str]:
    """Return when something is done, and what and in which areas; no area is named where it is everywhere."""
    when, what = words.date(note.start.date()), words.own(note.text)
    if note.end is not None:
        when = words.say("{start} to {end}", start=when, end=words.date((note.end - pd.Timedelta(days=1)).date()))
    names = geography.names(reading.city.blocks).reindex(list(note.treated)).dropna()
    return when, words.say("{what} (in {areas})", what=what, areas=words.join(map(str, names))) if len(names) else what
