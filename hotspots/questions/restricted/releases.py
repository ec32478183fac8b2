"""What would be published of a city now, and what the audit of it finds."""

from __future__ import annotations

import pandas as pd

from hotspots import release as disclosure
from hotspots.questions.restricted.asked import Asked, question
from hotspots.release import Findings, Release
from hotspots.study.selection import Selection
from hotspots.views.answer import Answer


@question(lambda chosen: Selection(city=chosen.city, version=chosen.version, unit="blocks"), most=4)
def examined(asked: Asked, profile: str, *, out: int, month: str) -> Answer[tuple[Release, Findings]]:
    """Return the release that would be published now, and what its audit finds. Nothing is written but the city's key.

    `out` releases were published before, and it is the `month` as 2024-05: an answer holds for these alone.
    """
    slug = asked.city.slug
    before = disclosure.releases(slug)
    release = disclosure.build(asked.city, profile=profile, secret=disclosure.ledger.key(slug), before=before)
    return asked.answer((release, disclosure.audit(release, before)), rows=lambda: windows(release))


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
