"""A city → a release: which areas, which windows, which numbers are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from hotspots.cities import City
from hotspots.geography import units
from hotspots.geography.outlines import outlined
from hotspots.release import figures, killed_together, partition, places, republishing
from hotspots.release.facts import basemap_of, facts_of
from hotspots.release.profiles import (
    COVERAGE,
    Profile,
    cutoff,
    profile_of,
    windows,
)
from hotspots.release.release import Release
from hotspots.store.schema import Blocks, DataError, Incidents
from hotspots.store.span import span_of
from hotspots.study import Study
from hotspots.words import (
    told,
)


def build(
    city: City,
    *,
    profile: str = "strict",
    as_of: str | dt.date | None = None,
    through: str | dt.date | None = None,
    secret: bytes = b"",
    before: Iterable[Release] = (),
    already_public: bool = False,
) -> Release:
    """Return the release of a city under a profile, as it may be published on the day `as_of` (default: today). Nothing is written.

    `through` is the last day on which the data are complete; left out, the end of `covers` in city.toml, else the newest incident that
    may be counted. `before` are the releases already published: their areas and figures stay as they are. `secret` settles by lot which
    larger numbers protect the small ones; without it anybody could repeat the lot. Withheld incidents are removed first of all. Of a city
    of totals only those go out that city.toml calls public, or all where a person says so here (`already_public`). A `DataError` says
    why a city cannot be released.
    """
    rules, past = profile_of(profile), list(before)
    if city.only_totals:
        return republishing.republished(city, as_of=as_of, through=through, already_public=already_public)
    if not outlined(city.blocks).all():
        raise DataError(
            told(
                "release: {n} of {total} areas have no outline; areas to publish are joined to neighbours, so give the outlines first",
                n=f"{int((~outlined(city.blocks)).sum()):,}",
                total=f"{len(city.blocks):,}",
            )
        )
    incidents = figures.kept(city.incidents)
    if not len(incidents):
        raise DataError(told("release: there is no homicide that may be counted"))
    first, last, stop = _years(city, rules, incidents, as_of, through)
    known = _known(past, rules)
    length, since = _rhythm(past, rules, last - first + 1)
    spans = windows(first, last, years=length, since=since)
    spans = sorted({*spans, *((start, end) for one in past for start, end in one.windows)})
    placed = units.assign(incidents, city.blocks)
    study = Study.of(incidents, city.blocks, unit_of=placed)
    found: list[_Divided] = []
    for members in [_members(past, city.blocks)] if past else partition.partitions(city.blocks, floor=rules.floor):
        areas = past[-1].areas if past else partition.shapes_of(city.blocks, members, language=city.language)
        area_of = placed.astype(object).map(pd.Series(areas.index[members.to_numpy()], index=members.index))
        counted = figures.Counted(study, area_of, areas["population"], rules, secret, known)
        found.append(_Divided(members, areas, counted, figures.of_windows(counted, spans)))
        if found[-1].coverage >= COVERAGE:
            break
    _, areas, counted, parts = best = max(found, key=lambda one: one.coverage)
    years = figures.city_years(counted, first, last, spans)
    parts += [years, *figures.parts_of_years(counted, years, stop)]
    parts += figures.city_months(counted, first, last) if rules.months else []
    table = figures.typed(pd.concat([known, *parts], ignore_index=True).drop_duplicates(figures.KEYS))
    named = pd.Series(areas.index[best.members.to_numpy()], index=best.members.index)
    facts = facts_of(city, rules, length, merged=len(areas) < len(city.blocks), area_of=named)
    partly = areas.index[areas["population"].isna()].tolist()
    facts |= {"partly_known": partly} if partly else {}
    out = sorted({one for release in past for one in killed_together.told_in(release.facts)})
    facts |= killed_together.as_facts(killed_together.after(out, table, study))
    called = places.places_of(city, areas, named)
    return Release(facts, areas, basemap_of(city), table, members=best.members, places=called)


class _Divided(NamedTuple):
    """One way to divide the city, and the figures of the windows that come of it."""

    members: pd.Series
    areas: Blocks
    counted: figures.Counted
    parts: list[pd.DataFrame]

    @property
    def coverage(self) -> float:
        return float(figures.coverage(pd.concat([figures.empty(), *self.parts], ignore_index=True)).min())


def _years(
    city: City, rules: Profile, counted: Incidents, as_of: str | dt.date | None, through: str | dt.date | None
) -> tuple[int, int, pd.Timestamp]:
    """Return the first and last calendar year that the data cover whole and that may be published, and the end of the last such month."""
    if city.covers_stated:
        start, end = city.start, city.end
    else:
        start, end = span_of(counted)
    if through is not None:
        end = _through(city, end, pd.Timestamp(through) + pd.Timedelta(days=1))
    stop = min(end, cutoff(rules, pd.Timestamp(as_of if as_of is not None else dt.date.today())))
    first = start.year + (start > pd.Timestamp(start.year, 1, 1))
    last = stop.year - 1
    if last < first:
        raise DataError(
            told(
                "release: no calendar year is complete between {start} and {end} (end exclusive); wait, or give the "
                "last day on which the data are complete (--through)",
                start=start.date(),
                end=stop.date(),
            )
        )
    return first, last, stop.to_period("M").start_time


def _through(city: City, end: pd.Timestamp, named: pd.Timestamp) -> pd.Timestamp:
    """Return the day after the last day with complete data that a person named, unless city.toml says that they end before."""
    if city.covers_stated and named > end:
        raise DataError(
            told(
                "release: city.toml says that the data are complete to {day}, and --through is later: a year that is not whole would "
                "look like one in which fewer were killed. Name that day or one before, or change `covers`",
                day=(end - pd.Timedelta(days=1)).date(),
            )
        )
    return named


def _known(past: list[Release], rules: Profile) -> pd.DataFrame:
    """Return all figures published before, or refuse to mix profiles: an open release after a strict one gives away what it hid."""
    others = sorted({one.profile.name for one in past} - {rules.name})
    if others:
        raise DataError(
            told(
                "release: this city was released under the profile {profiles} before; its figures and those of "
                "{profile} give each other's hidden numbers away. Use --profile {first}",
                profiles=", ".join(others),
                profile=rules.name,
                first=others[0],
            )
        )
    if not past:
        return figures.empty()
    joined = pd.concat([one.figures for one in past], ignore_index=True)
    return joined.drop_duplicates(figures.KEYS, keep="first")


def _rhythm(past: list[Release], rules: Profile, complete: int) -> tuple[int, int | None]:
    """Return the length of the windows in years, and the year after the newest one published; shorter data have one shorter window."""
    if not past:
        return min(rules.years, complete), None
    return int(past[-1].facts["rules"]["window_years"]), max(end.year for _, end in past[-1].windows)


def _members(past: list[Release], blocks: Blocks) -> pd.Series:
    """Return the area number of each block as published before; the areas never change, or two maps could be subtracted."""
    members = past[-1].members
    assert members is not None  # the ledger keeps it
    if set(members.index) != set(blocks.index):
        gone, new = len(set(members.index) - set(blocks.index)), len(set(blocks.index) - set(members.index))
        raise DataError(
            told(
                "release: the blocks are not those of the releases before ({gone} are gone, {new} are new); areas "
                "that change let two releases be subtracted from one another. Import the city with the blocks that "
                "it had",
                gone=gone,
                new=new,
            )
        )
    return members.reindex(blocks.index)
