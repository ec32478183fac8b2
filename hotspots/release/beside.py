"""What lies in the folder that a release is written to, and beside it: releases of the same deaths are attacked together with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from hotspots.cities.published_totals import WHOLE
from hotspots.release import bundle, rules
from hotspots.release.attack import ContradictionError
from hotspots.release.examination import attacked, nested, spells, statements
from hotspots.release.profiles import UNMAPPED
from hotspots.release.release import Release
from hotspots.release.rules import Leak
from hotspots.release.statements import Statement
from hotspots.words import told

SHARED = 0.01  # share of the smaller of two shapes that corners rounded and streets closed may share


@dataclass(frozen=True)
class Beside:
    """A release that lies in the same folder, or is the one that would be replaced (`same`): its folder's name and what it says."""

    name: str
    release: Release
    same: bool


def beside(out: Path) -> list[Beside]:
    """Return the releases in `out` and in its sister folders, whoever made them. Raises `ReleaseError` where one cannot be read.

    What cannot be read cannot be attacked together with a new one, so nothing is published next to it.
    """
    places = sorted(one for one in out.parent.iterdir() if (one / bundle.MANIFEST).is_file()) if out.parent.is_dir() else []
    return [Beside(one.name, bundle.read(one), same=one.name == out.name) for one in places if not one.name.startswith(".")]


def weakened(release: Release, there: Sequence[Beside]) -> list[Leak]:
    """Return what a release would give away beside those that lie in its folder: alone they may be safe, together not.

    One of another city in the place to be overwritten is refused. One of the same city, or of the same areas, is held to what was said
    before, as if it stood in the ledger. One of other areas that overlap is attacked by laying the shapes over one another.
    """
    found: list[Leak] = []
    for other in there:
        facts = other.release.facts
        if other.same and facts["slug"] != release.facts["slug"]:
            text = told("the folder holds the release of another city, {city}", city=facts["name"])
            found.append(Leak("overwritten", other.name, text, told("this folder, and name another")))
        elif _hide_nothing(release, other.release) or not _same_place(release, other.release):
            continue
        elif _same_areas(release, other.release):
            found += [_named(leak, other) for leak in rules.changed(release, [other.release])]
        else:
            found += [_named(leak, other) for leak in _together(release, other.release)]
    return found


def _named(leak: Leak, other: Beside) -> Leak:
    return replace(leak, figure=told("beside the release in {folder}: {figure}", folder=other.name, figure=leak.figure))


def _hide_nothing(one: Release, other: Release) -> bool:
    """Return whether there is nothing to give away: one of the two holds totals that were public before."""
    return one.totals is not None or other.totals is not None


def _same_areas(one: Release, other: Release) -> bool:
    if not one.areas.index.equals(other.areas.index):
        return False
    here, there = (_degrees(each) for each in (one, other))
    return bool((shapely.area(shapely.symmetric_difference(here, there)) <= SHARED * shapely.area(here)).all())


def _degrees(release: Release) -> np.ndarray:
    return np.asarray(release.areas.geometry.to_crs(4326).array)


def _same_place(one: Release, other: Release) -> bool:
    """Return whether two releases overlap in space and in time."""
    here, there = (shapely.union_all(_degrees(each)) for each in (one, other))
    shared = shapely.area(shapely.intersection(here, there)) > SHARED * min(shapely.area(here), shapely.area(there))
    (first, last), (begin, end) = ((each.figures["start"].min(), each.figures["end"].max()) for each in (one, other))
    return bool(shared and first < end and begin < last)


def _together(one: Release, other: Release) -> list[Leak]:
    """Return what two releases with other areas give away together: the pieces that their shapes cut one another into are unknowns."""
    if one.profile.name != other.profile.name:
        text = told("released as {profile} there; the two give each other's hidden numbers away", profile=other.profile.name)
        return [Leak("profile", one.profile.name, text, told("this release"))]
    pieces = _pieces(_degrees(one), _degrees(other))
    known = [line for at, release in enumerate((one, other)) for line in _on_pieces(release, at, pieces)]
    found: list[Leak] = []
    for group in spells(list(dict.fromkeys(known))):
        try:
            found += attacked(group, zero_tells=not one.profile.exact)[0] + ([] if one.profile.exact else nested(group))
        except ContradictionError:
            text = told("the two count the same days and places and do not fit together, so nobody can tell what they give away")
            found.append(Leak("contradiction", f"{group[0].start:%Y-%m-%d}", text, told("one of the two, or publish it elsewhere")))
    return found


def _on_pieces(release: Release, at: int, pieces: Mapping[str, tuple[int, int]]) -> list[Statement]:
    """Return what a release says, of pieces; where it covers a part of the other alone, its whole is that part and who lies nowhere."""
    where = {area: frozenset(name for name, pair in pieces.items() if pair[at] == i) for i, area in enumerate(release.areas.index)}
    inside = frozenset[str]().union(*where.values())
    part = len(inside) < len(pieces)
    nowhere = frozenset([f"{UNMAPPED} {at}" if part else UNMAPPED])
    where |= {UNMAPPED: nowhere, WHOLE: inside | nowhere if part else frozenset()}
    said = zip(statements(release.figures), release.figures["area"], strict=True)
    return [replace(line, areas=where[area]) for line, area in said]


def _pieces(here: np.ndarray, there: np.ndarray) -> dict[str, tuple[int, int]]:
    """Return the pieces that two sets of shapes cut one another into, by name: the positions of the shapes, −1 for none."""
    i, j = shapely.STRtree(there).query(here, predicate="intersects")
    shared = shapely.area(shapely.intersection(here[i], there[j]))
    real = shared > SHARED * np.minimum(shapely.area(here)[i], shapely.area(there)[j])
    found = {f"{a}+{b}": (int(a), int(b)) for a, b in zip(i[real], j[real], strict=True)}
    inside = [pd.Series(shared[real]).groupby(at[real]).sum().reindex(range(len(of)), fill_value=0.0) for at, of in ((i, here), (j, there))]
    for side, (of, covered) in enumerate(zip((here, there), inside, strict=True)):
        for at in np.flatnonzero(covered.to_numpy() < (1 - SHARED) * shapely.area(of)):
            found[f"{at}+" if side == 0 else f"+{at}"] = (int(at), -1) if side == 0 else (-1, int(at))
    return found
