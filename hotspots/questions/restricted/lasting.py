"""How often each hot spot would still stand if a few records had come late or lay one block off: worked out once, kept on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import numpy as np
import pandas as pd

from hotspots.geography import units
from hotspots.questions.restricted.asked import Asked, question
from hotspots.questions.restricted.long import without_districts
from hotspots.statistics.clusters import REDRAWS, SHARE, Redrawing
from hotspots.store import worked_out
from hotspots.views.answer import Answer
from hotspots.words import Words

_FILE = "stands.json"
MADE = 1  # another number where it is worked out in another way: what was kept before is not read then


@question(lambda chosen: chosen.figures(of=["window_test"], unit=chosen.unit, place=""))
def lasting(asked: Asked) -> Answer[pd.Series]:
    """Return in which part of the redraws each unit is hot: as it was kept, else worked out now and kept."""
    found = _read(asked)
    if found is None:
        work(asked)()
        found = _read(asked)
    series = _redrawing(asked).stands() if found is None else found  # where nothing can be kept
    return _answer(asked, series)


def known(asked: Asked) -> Answer[pd.Series] | None:
    """Return the same as it was kept; None where it has not been worked out yet."""
    found = _read(_alone(asked))
    return None if found is None else _answer(asked, found)


def work(asked: Asked) -> Callable[[], None]:
    """Return what works it out and keeps it: all that it needs of the data is at hand in it, so that a thread can do it."""
    asked = _alone(asked)
    redrawing, slug, known_by, held = _redrawing(asked), _slug(asked), _key(asked), without_districts(asked.city.content)

    def done() -> None:
        stands = {str(unit): part for unit, part in redrawing.stands().items() if part}
        worked_out.keep(slug, known_by, {_FILE: json.dumps(stands).encode()}, held=held)

    return done


def key(asked: Asked) -> str:
    """Return what it is known by: all that it depends on."""
    return _key(_alone(asked))


def _alone(asked: Asked) -> Asked:
    return Asked(lasting.read(asked.selection), asked.city, asked.study_of, asked.keep)


def _slug(asked: Asked) -> str:
    return asked.selection.city or asked.city.slug


def _key(asked: Asked) -> str:
    chosen = repr(asked.at(version=0, content="", unit="").selection)
    return hashlib.sha256(json.dumps([MADE, REDRAWS, SHARE, asked.city.content, asked.unit, chosen]).encode()).hexdigest()[:32]


def _read(asked: Asked) -> pd.Series | None:
    kept = worked_out.read(_slug(asked), _key(asked))
    if kept is None:
        return None
    index, stands = asked.study.everywhere.blocks.index, json.loads(kept[_FILE])
    return pd.Series([float(stands.get(str(unit), 0.0)) for unit in index], index=index, name="stands")


def _redrawing(asked: Asked) -> Redrawing:
    """Return the map to draw anew: of districts and beats, a record that lies one block off need not leave its own."""
    study = asked.study.everywhere
    if asked.unit not in ("districts", "beats"):
        return Redrawing.of(study)
    keys = units.roll_up_keys(asked.city.blocks, asked.unit)
    unit = np.where(keys.notna(), study.blocks.index.get_indexer(keys.astype(str)), -1)
    return Redrawing.of(study, asked.at(unit="blocks").study.everywhere, unit)


def _answer(asked: Asked, series: pd.Series) -> Answer[pd.Series]:
    return asked.answer(series, said, rows=lambda: series.rename_axis("id").reset_index())


def said(words: Words) -> str:
    """Return what the share means."""
    return words.say(
        "Stands: on how many of {n} redrawn maps the place is hot by the same test, where each record has a chance of {share} to have come "
        "late or to lie one block off.",
        n=words.number(REDRAWS),
        share=words.percent(SHARE),
    )
