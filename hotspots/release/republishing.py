"""A city of totals → a release of those that their source has published already: each as it is, with its source, and no other."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from hotspots import geography
from hotspots.cities import City
from hotspots.release import figures, partition
from hotspots.release.facts import basemap_of, facts_of
from hotspots.release.profiles import TOTALS, profile_of
from hotspots.release.release import Release
from hotspots.store.schema import AreaCounts, Blocks, DataError
from hotspots.words import told


def republished(city: City, *, as_of: str | dt.date | None, through: str | dt.date | None, already_public: bool) -> Release:
    """Return published totals as they are, each with its source: they are public, so there is nothing to hide and nothing to add.

    Nobody can see in a table of counts whether its numbers are public; city.toml says so of each table (`public = true`), or a person
    of all (`already_public`). Tables of which nobody says it stay inside; where no other is left, a `DataError`. A period that is not over
    on the day `as_of` is cut to the day `through`; without it nobody knows what its number is about.
    """
    assert city.totals is not None
    totals = city.totals if already_public else AreaCounts(city.totals[city.totals["table"].isin(city.public_totals)])
    if not len(totals):
        raise DataError(
            told(
                "release: nobody has said that the totals of {city} are public. Small counts by area can tell of single people, and a "
                "table of counts cannot be protected here. Only if their source has published these very numbers, write public = true "
                "under [area_counts] in city.toml and import again, or publish with --already-public; else publish from single homicides",
                city=city.name,
            )
        )
    areas = partition.published_corners(city.blocks)
    areas["name"] = geography.names(areas)
    keep = [name for name in ("population", "name", "geometry") if name in areas.columns]
    rules = profile_of(TOTALS)
    facts = facts_of(city, rules, rules.years, merged=False) | {"kind": "published totals"}
    totals = _ended(totals, pd.Timestamp(as_of if as_of is not None else dt.date.today()), through)
    return Release(
        facts, Blocks(areas[keep]), basemap_of(city), figures.empty(), totals=AreaCounts(totals.reset_index(drop=True).rename_axis("row"))
    )


def _ended(totals: AreaCounts, as_of: pd.Timestamp, through: str | dt.date | None) -> AreaCounts:
    """Return the totals with a period that is not over cut to the last day that its number reaches to; later periods are refused."""
    end = as_of.normalize() if through is None else pd.Timestamp(through) + pd.Timedelta(days=1)
    late = totals["end"] > end
    if late.any() and (through is None or (totals["start"] >= end).any()):
        last = (totals["end"].max() - pd.Timedelta(days=1)).date()
        raise DataError(
            told(
                "release: {n} totals are of a period that is not over ({day}), so they are not those of a whole one. Say to which day "
                "they reach (--through)",
                n=int(late.sum()),
                day=last,
            )
        )
    return AreaCounts(totals.assign(end=totals["end"].where(~late, end).astype("datetime64[us]")))
