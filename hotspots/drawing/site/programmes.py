"""What is being done, in words, for every public face: what, since when, where, evaluated how; and the services beside the numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.cities import Note
from hotspots.drawing.site import sentences
from hotspots.release import SHOWN, Reading, near
from hotspots.release.profiles import Window
from hotspots.words import Words, mark

NO_SERVICES = mark("This release names no service. That does not mean that there is none: the agency may not have listed them.")
NEAREST = mark(
    "People killed for each 36 months are worked out from the published number of the window. Distances are straight lines from the "
    "edge of an area to the nearest service that the release names; how long the way takes, and whether it is open to all, they do not say."
)


def programme(note: Note, reading: Reading, words: Words) -> tuple[str, str]:
    """Return when something is done, and what and in which areas; no area is named where it is everywhere."""
    when, what = words.date(note.start.date()), words.own(note.text)
    if note.end is not None:
        when = words.say("{start} to {end}", start=when, end=words.date((note.end - pd.Timedelta(days=1)).date()))
    else:
        when = words.say("since {start}", start=when)
    places = _named(note.treated, reading, words)
    return when, words.say("{what} (in {areas})", what=what, areas=places) if places else what


def evaluated(note: Note, reading: Reading, words: Words) -> str:
    """Return how a programme is evaluated, as far as the release says."""
    places = _named(note.comparison, reading, words)
    if not places:
        return words.say("Nothing says what it is compared with: whether it worked cannot be told.")
    return words.say("Compared with {areas}, before and after. The result is not in this release.", areas=places)


def _named(areas: tuple[str, ...], reading: Reading, words: Words) -> str:
    names = geography.names(reading.city.blocks).reindex(list(areas)).dropna()
    return words.join(map(str, names)) if len(names) else ""


def table(reading: Reading, words: Words) -> pd.DataFrame:
    """Return the programmes of a release as texts: when, what and where, evaluated how."""
    rows = [(*programme(note, reading, words), evaluated(note, reading, words)) for note in near.programmes(reading)]
    return pd.DataFrame(rows, columns=[words.say("When"), words.say("What is done"), words.say("Evaluated how")])


def lines(reading: Reading, words: Words) -> list[str]:
    """Return the programmes of a release, each as one line."""
    return [f"{words.begins(when)}: {what}. {how}" for when, what, how in table(reading, words).itertuples(index=False)]


def services(reading: Reading, window: Window, words: Words) -> pd.DataFrame:
    """Return each area's people killed for each 36 months beside the nearest service, as texts; empty where no service is named."""
    found = near.unmet(reading, window)
    if found.empty:
        return pd.DataFrame()
    span = sentences.period(window, words)
    killed = [
        words.number(n, 1) if reason == SHOWN else words.say("{said} in {period}", said=sentences.number(n, reason, words), period=span)
        for n, reason in zip(found["killed"], found["reason"], strict=True)
    ]
    return pd.DataFrame(
        {
            sentences.areas_called(reading, words): geography.names(reading.city.blocks).tolist(),
            words.say("Killed for each 36 months"): killed,
            words.say("Nearest service"): [nearest(*row, words) for row in zip(found["service"], found["metres"], strict=True)],
        }
    )


def nearest(name: str, metres: float, words: Words) -> str:
    """Return a service and how far it is.

    >>> from hotspots.words import words_for
    >>> nearest("Clinic", 0.0, words_for("en")), nearest("Clinic", 1234.0, words_for("en"))
    ('Clinic, in the area', 'Clinic, 1.2 km')
    """
    if np.isnan(metres):
        return "–"
    called = name or words.say("a service without a name")
    if metres == 0:
        return words.say("{service}, in the area", service=called)
    return words.say("{service}, {km} km", service=called, km=words.number(metres / 1000, 1))


def listed(reading: Reading, words: Words) -> str:
    """Return the services by name, in one sentence."""
    there = near.services(reading)
    names = sorted({str(name) for name in there["name"].fillna("") if str(name)})
    if not len(there):
        return words.say(NO_SERVICES)
    if not names:
        return words.count("{n} service is on the map; none has a name.", "{n} services are on the map; none has a name.", len(there))
    return words.count("{n} service is on the map: {names}.", "{n} services are on the map: {names}.", len(there), names=words.join(names))
