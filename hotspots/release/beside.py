"""What lies in the folder that a release is written to, and beside it: all releases of the same deaths are attacked together with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from hotspots import cities, settings, store
from hotspots.cities import City
from hotspots.cities.published_totals import WHOLE
from hotspots.release import bundle, killed_together, ledger, outlines, rules
from hotspots.release.attack import ContradictionError
from hotspots.release.examination import attacked, nested, spells, statements
from hotspots.release.likeness import same_deaths
from hotspots.release.profiles import UNMAPPED
from hotspots.release.release import Release
from hotspots.release.rules import Leak
from hotspots.release.statements import Statement, spell
from hotspots.store import checked_json, whole
from hotspots.words import told

SHARED = 0.01  # share of the smaller of two shapes that corners rounded and streets closed may share


@dataclass(frozen=True)
class Beside:
    """A release that lies in the same folder, or is the one that would be replaced (`same`): its folder's name, and where its areas lie.

    `bounds` are west, south, east and north in degrees; what it says is read when it is asked for.
    """

    name: str
    same: bool
    bounds: tuple[float, ...]
    read: Callable[[], Release]

    @classmethod
    def of(cls, name: str, release: Release, *, same: bool) -> Beside:
        """Return a release that was read already."""
        return cls(name, same, _bounds(release), partial(_itself, release))

    @property
    def release(self) -> Release:
        """What it says."""
        return self.read()


def beside(out: Path) -> list[Beside]:
    """Return the releases in `out` and in its sister folders, whoever made them. Raises `ReleaseError` where one cannot be read.

    What cannot be read cannot be attacked together with a new one, so nothing is published next to it. One that was read before, and that
    nobody touched since, is as it was then.
    """
    places = sorted(one for one in out.parent.iterdir() if (one / bundle.MANIFEST).is_file()) if out.parent.is_dir() else []
    notes = checked_json.read(_notes()) or {}
    found, known = [], dict(notes.get("boxes", {}))
    for place in (one.absolute() for one in places if not one.name.startswith(".")):
        mark, noted = _mark(place), known.get(str(place), {})
        if noted.get("mark") != mark:
            known[str(place)] = noted = {"mark": mark, "bounds": _bounds(_as_it_lies(place, mark))}
        found.append(Beside(place.name, place.name == out.name, tuple(noted["bounds"]), partial(_as_it_lies, place, mark)))
    if known != notes.get("boxes"):
        whole.write(_notes(), checked_json.sealed({"boxes": known}))
    return found


def _notes() -> Path:
    """Return the file that notes where the areas of each release lie that was read and found whole."""
    folder = settings.store_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ".beside.json"


def _mark(place: Path) -> str:
    """Return what tells whether anybody touched a file of a release."""
    there = [(one.name, one.stat()) for one in sorted(place.iterdir())]
    return hashlib.sha256(repr([(name, of.st_size, of.st_mtime_ns, of.st_ino) for name, of in there]).encode()).hexdigest()


@lru_cache(maxsize=64)
def _as_it_lies(place: Path, mark: str) -> Release:
    return bundle.read(place)


def _bounds(release: Release) -> tuple[float, ...]:
    shapes = release.areas.to_crs(4326).total_bounds
    return tuple(map(float, shapes)) if np.isfinite(shapes).all() else (-180.0, -90.0, 180.0, 90.0)


def counted_twice(city: City) -> list[Beside]:
    """Return the newest release of each other city of the store that is made of the same deaths, wherever its folder lies.

    What makes them the same: see `likeness.same_deaths`. The marks are made when they are compared, and stand in no file. Cities that
    their outlines alone tell apart are not compared.
    """
    found, own = [], outlines.of(city)
    for slug in store.slugs():
        if slug == city.slug or not ledger.begun(slug) or outlines.apart(own, outlines.of_stored(slug)):
            continue
        out = ledger.releases(slug)
        if out and same_deaths(city, cities.load(slug)):
            found.append(Beside.of(slug, out[-1], same=False))
    return found


def _itself(release: Release) -> Release:
    return release


def weakened(release: Release, there: Sequence[Beside], *, before: Sequence[Release] = ()) -> list[Leak]:
    """Return what a release would give away beside those that lie in its folder: alone they may be safe, together not.

    One of another city in the place to be overwritten is refused. One of the same city, or of the same areas, is held to what was said
    before, as if it stood in the ledger. Those of other areas that overlap are attacked all together, with all that was released
    `before`, by laying their shapes over one another.
    """
    found: list[Leak] = []
    others: list[Beside] = []
    own = _bounds(release)
    for other in there:
        if other.same and other.release.facts["slug"] != release.facts["slug"]:
            text = told("the folder holds the release of another city, {city}", city=other.release.facts["name"])
            found.append(Leak("overwritten", other.name, text, told("this folder, and name another")))
        elif not _near(own, other) or _hide_nothing(release, other.release) or not _same_place(release, other.release):
            continue
        elif _same_areas(release, other.release):
            found += [_named(leak, [other]) for leak in rules.changed(release, [other.release])]
        elif release.profile.name != other.release.profile.name:
            text = told("released as {profile} there; the two give each other's hidden numbers away", profile=other.release.profile.name)
            found.append(_named(Leak("profile", release.profile.name, text, told("this release")), [other]))
        else:
            others.append(other)
            found += [_named(leak, [other]) for leak in _parts_told(release, other.release)]
    if others:
        found += [_named(leak, others) for leak in _together([release, *before], [one.release for one in others])]
    return found


def _parts_told(one: Release, other: Release) -> list[Leak]:
    """Return where the numbers of how many are killed together give away that few people who are in one release alone were."""
    pairs = [(a, b) for a in killed_together.told_in(one.facts) for b in killed_together.told_in(other.facts)]
    text = told("beside that of the other release it tells of the few people who are in one of them alone")
    return [
        Leak("killed_together", spell(killed_together.FACT, a.start, a.end), text, killed_together.FACT)
        for a, b in pairs
        if killed_together.tell_of_a_part(a, one.figures, b, other.figures)
        or killed_together.tell_of_a_part(b, other.figures, a, one.figures)
    ]


def _named(leak: Leak, others: Sequence[Beside]) -> Leak:
    folders = ", ".join(dict.fromkeys(one.name for one in others))
    return replace(leak, figure=told("beside the release in {folder}: {figure}", folder=folders, figure=leak.figure))


def _hide_nothing(one: Release, other: Release) -> bool:
    """Return whether there is nothing to give away: one of the two holds totals that were public before."""
    return one.totals is not None or other.totals is not None


def _same_areas(one: Release, other: Release) -> bool:
    if not one.areas.index.equals(other.areas.index):
        return False
    here, there = (_degrees(each) for each in (one, other))
    return bool((shapely.area(shapely.symmetric_difference(here, there)) <= SHARED * shapely.area(here)).all())


def _degrees(release: Release) -> np.ndarray:
    return np.asarray(shapely.make_valid(np.asarray(release.areas.geometry.to_crs(4326).array)))


def _near(own: tuple[float, ...], other: Beside) -> bool:
    """Return whether the boxes around two releases touch; where they do not, nothing else need be looked at."""
    west, south, east, north = zip(own, other.bounds, strict=True)
    return max(west) <= min(east) and max(south) <= min(north)


def _same_place(one: Release, other: Release) -> bool:
    """Return whether two releases overlap in space and in time."""
    here, there = (shapely.union_all(_degrees(each)) for each in (one, other))
    shared = shapely.area(shapely.intersection(here, there)) > SHARED * min(shapely.area(here), shapely.area(there))
    (first, last), (begin, end) = ((each.figures["start"].min(), each.figures["end"].max()) for each in (one, other))
    return bool(shared and first < end and begin < last)


def _together(own: Sequence[Release], others: Sequence[Release]) -> list[Leak]:
    """Return what releases with different areas give away together: the pieces that their shapes cut one another into are unknowns."""
    layers: list[list[Release]] = [list(own)]
    for one in others:
        alike = next((layer for layer in layers if _same_areas(layer[0], one)), None)
        if alike is None:
            layers.append([one])
        else:
            alike.append(one)
    pieces = _pieces([_degrees(layer[0]) for layer in layers])
    known = [line for at, layer in enumerate(layers) for line in _on_pieces(layer, at, pieces)]
    exact, found = own[0].profile.exact, list[Leak]()
    for group in spells(list(dict.fromkeys(known))):
        try:
            found += attacked(group, zero_tells=not exact)[0] + ([] if exact else nested(group))
        except ContradictionError:
            text = told("they count the same days and places and do not fit together, so nobody can tell what they give away")
            found.append(Leak("contradiction", f"{group[0].start:%Y-%m-%d}", text, told("one of them, or publish it elsewhere")))
    return found


def _on_pieces(layer: Sequence[Release], at: int, pieces: Mapping[str, tuple[int, ...]]) -> list[Statement]:
    """Return what releases of the same areas say, of pieces.

    Where they cover a part alone, their whole is that part and who lies nowhere.
    """
    where = {area: frozenset(name for name, places in pieces.items() if places[at] == i) for i, area in enumerate(layer[0].areas.index)}
    inside = frozenset[str]().union(*where.values())
    part = len(inside) < len(pieces)
    nowhere = frozenset([f"{UNMAPPED} {at}" if part else UNMAPPED])
    where |= {UNMAPPED: nowhere, WHOLE: inside | nowhere if part else frozenset()}
    figures = pd.concat([one.figures for one in layer], ignore_index=True).drop_duplicates()
    return [replace(line, areas=where[area]) for line, area in zip(statements(figures), figures["area"], strict=True)]


def _pieces(layers: Sequence[np.ndarray]) -> dict[str, tuple[int, ...]]:
    """Return the pieces that sets of shapes cut one another into, by name: the position of the shape in each set, −1 for none.

    >>> _pieces([np.array([shapely.box(0, 0, 2, 2), shapely.box(5, 0, 7, 2)]), np.array([shapely.box(1, 0, 3, 2)])])
    {'0+0': (0, 0), '0+': (0, -1), '1+': (1, -1), '+0': (-1, 0)}
    """
    shapes, places = np.asarray(layers[0]), [(i,) for i in range(len(layers[0]))]
    for depth, more in enumerate(layers[1:], 1):
        i, j = shapely.STRtree(more).query(shapes, predicate="intersects")
        cut = shapely.intersection(shapes[i], more[j])
        size = shapely.area(cut)
        real = size > SHARED * np.minimum(shapely.area(shapes)[i], shapely.area(more)[j])
        parts = [*cut[real]]
        at = [(*places[a], int(b)) for a, b in zip(i[real], j[real], strict=True)]
        for own, (mine, of, others, theirs) in enumerate(((i, shapes, more, j), (j, more, shapes, i))):
            covered = np.bincount(mine[real], weights=size[real], minlength=len(of))
            for one in np.flatnonzero(covered < (1 - SHARED) * shapely.area(of)):
                parts.append(shapely.difference(of[one], shapely.union_all(others[theirs[real & (mine == one)]])))
                at.append((*places[one], -1) if own == 0 else (*[-1] * depth, int(one)))
        shapes, places = np.array(parts, dtype=object), at
    return {"+".join("" if one < 0 else str(one) for one in place): place for place in places}
