"""What would be published of a city now, and what the audit of it finds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hotspots import release as disclosure
from hotspots.agency import Agency
from hotspots.drawing import site
from hotspots.questions.restricted.asked import Asked, question
from hotspots.release import Findings, Reading, Release
from hotspots.release.facts import as_it_stands
from hotspots.study.selection import Selection
from hotspots.views.answer import Answer
from hotspots.words import words_for


@question(lambda chosen: Selection(city=chosen.city, version=chosen.version, unit="blocks"))
def examined(asked: Asked, profile: str, *, out: int, month: str, already_public: bool) -> Answer[tuple[Release, Findings]]:
    """Return the release that would be published now, and what its audit finds. Nothing is written but the city's key.

    `out` releases were published before, and it is the `month` as 2024-05: an answer holds for these alone. `already_public` as in
    `release.build`.
    """
    slug = asked.city.slug
    before = disclosure.releases(slug)
    how: dict[str, Any] = {"secret": disclosure.ledger.key(slug), "before": before, "already_public": already_public}
    release = disclosure.build(as_it_stands(asked.city), profile=profile, **how)
    return asked.answer((release, disclosure.audit(release, before)), rows=lambda: windows(release))


@question(lambda chosen: Selection(city=chosen.city, version=chosen.version, unit="blocks"))
def page(asked: Asked, /, profile: str, *, language: str, contact: str, agency: Agency | None = None, **when: Any) -> Answer[str]:
    """Return the web page of what would be published now, in a language, as it will be; `when` as in `examined`."""
    release, _ = asked.ask(examined, profile, **when).value
    reading = Reading(release)
    made = site.page(reading, site.Atlas(reading, words_for(language)), contact=contact, agency=agency)
    return asked.answer(made, rows=lambda: windows(release))


def windows(release: Release) -> pd.DataFrame:
    """Return a row for each window of a release: `start`, `end`, people killed (`count`), its `areas`, and how many are `known`.

    `coverage` is the part of the homicides that lies in areas whose number is shown.
    """
    rows = []
    for start, end in release.windows:
        areas = release.by_area[release.by_area["start"] == start]
        known = int((areas["state"] != "suppressed").sum())
        count, coverage = release.total(start)["count"], release.coverage[start]
        rows.append({"start": start, "end": end, "count": count, "areas": len(areas), "known": known, "coverage": coverage})
    return pd.DataFrame(rows)
