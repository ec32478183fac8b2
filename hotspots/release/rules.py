"""The rules of a release that need no attack: what may stand in it at all, and that nothing in it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from hotspots.cities.published_totals import WHOLE
from hotspots.release import figures, killed_together, so_far
from hotspots.release.profiles import FEWER_THAN, FIELDS, UNMAPPED
from hotspots.release.protection import FEW, HELD, LIKELIER, SHOWN, attribute_weights, told_by_lot
from hotspots.release.release import Release
from hotspots.release.statements import spell
from hotspots.words import Told, told

OVERLAP = 0.01  # share of the smaller area that two may share: streets closed and corners rounded


@dataclass(frozen=True)
class Leak:
    """One thing that a release gives away: a stable `code`, the `figure`, what it tells in words, and which figure to give up."""

    code: str
    figure: str
    text: str
    give_up: str

    @property
    def sentence(self) -> Told:
        """All of it as one sentence."""
        return told("{figure}: {text}; give up {give_up}", figure=self.figure, text=self.text, give_up=self.give_up)

    def __str__(self) -> str:
        return str(self.sentence)


def broken(release: Release) -> list[Leak]:
    """Return where a release breaks a rule."""
    found = _areas(release)
    strange = sorted(set(release.figures.columns) - set(figures.COLUMNS))
    text = told("is no column of a release: it may be made of numbers from before they were held back")
    found += [Leak("column", name, text, name) for name in strange]
    for name, rows in release.figures.groupby("table"):
        found += _table(release, str(name), rows)
    return found + _windows(release.windows) + _killed_together(release)


def _killed_together(release: Release) -> list[Leak]:
    """Return the numbers of how many are killed together that may tell of few people, or of few years."""
    known = killed_together.told_in(release.facts)
    wrong = [one for one in known if not killed_together.as_allowed(one, release.figures) or killed_together.clash([one], known)]
    text = told("it is of too few people or years, too fine, or of years that another one is told of")
    return [Leak("killed_together", spell(killed_together.FACT, one.start, one.end), text, killed_together.FACT) for one in wrong]


def _table(release: Release, name: str, rows: pd.DataFrame) -> list[Leak]:
    known = {"city", so_far.TABLE, "areas", *FIELDS} | ({"months"} if release.profile.months else set())
    if name not in known:
        return [Leak("table", name, told("is no table of this profile: attributes and finer periods are never crossed"), name)]
    found = []
    if name != "areas" and (rows["area"] != WHOLE).any():
        found.append(Leak("crossed", name, told("is told by area, where only the whole city may be"), name))
    if (rows["value"] != "").any() and name not in FIELDS:
        found.append(Leak("crossed", name, told("is told by the attributes of victims"), name))
    strange = sorted(set(rows["area"]) - {WHOLE, UNMAPPED} - set(release.areas.index))
    found += [Leak("area", area, told("is no area of this release"), area) for area in strange]
    small = rows[(rows["reason"] == SHOWN) & (rows["count"] < FEWER_THAN) & (rows["area"] != UNMAPPED)]
    if len(small) and (name in FIELDS or not release.profile.exact):
        first = small.iloc[0]
        label = ", ".join(part for part in (name, first["area"], first["value"], f"{first['start']:%Y}") if part)
        found.append(Leak("small", label, told("{n} numbers under {limit} are shown", n=len(small), limit=FEWER_THAN), label))
    return found


def lots(release: Release, past: Sequence[Release] = ()) -> list[Leak]:
    """Return the tables in which the number that was drawn tells who knows the method too much of those passed over (`told_by_lot`).

    Tables published before are left out: they are out, and drawing anew would tell more.
    """
    rows = release.figures[release.figures["table"].isin(["areas", *FIELDS])]
    out = {(name, start) for one in past for name, start in zip(one.figures["table"], one.figures["start"], strict=True)}
    found = []
    for (name, start), part in rows.groupby(["table", "start"]):
        if (name, start) in out or not (part["reason"] == HELD).any():
            continue
        inner = part[~part["area"].isin([UNMAPPED, *([WHOLE] if name == "areas" else [])])]
        states = inner.set_index("area" if name == "areas" else "value")
        people = release.areas["population"].astype(float).reindex(states.index).fillna(1.0)
        weights = people if name == "areas" else attribute_weights(str(name), states.index)
        held, few = states.index[states["reason"] == HELD][0], int((states["reason"] == FEW).sum())
        shown = states.loc[states["reason"] == SHOWN, "count"]
        times = told_by_lot(shown, weights, held=held, together=release.together(str(name), start), small=max(few, 1))
        if times > LIKELIER:
            figure = spell(str(name), start, part["end"].iloc[0])
            text = told("which number is held back makes some values of a small one {n} times likelier than others", n=f"{times:.0f}")
            found.append(Leak("lot", figure, text, told("the whole table")))
    return found


def _areas(release: Release) -> list[Leak]:
    people = release.areas["population"]
    floor = release.profile.floor
    unknown = people.isna() & ~people.index.isin(release.facts.get("partly_known", ()))
    low = release.areas.index[(people < floor) | unknown] if release.facts["kind"] == "incidents" and len(people) > 1 else []
    few = told("fewer than {n} people live there", n=f"{floor:,}")
    found = [Leak("floor", str(area), few, told("the area {area}", area=area)) for area in low]
    shapes = np.asarray(release.areas.geometry.array)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    size = shapely.area(shapes)
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other])) > OVERLAP * np.minimum(size[one], size[other])
    for i, j in zip(one[shared], other[shared], strict=True):
        names = release.areas.index[[i, j]]
        text = told("they overlap, so the number of one can be taken from the other's")
        found.append(Leak("overlap", ", ".join(names), text, names[1]))
    return found


def _windows(spans: Sequence[tuple[pd.Timestamp, pd.Timestamp]]) -> list[Leak]:
    found = []
    for (_, end), (start, last) in pairwise(spans):
        if start < end:
            name = spell("areas", start, last)
            found.append(Leak("window", name, told("it overlaps the window before it, so the two can be subtracted"), name))
    return found


def changed(release: Release, past: Sequence[Release]) -> list[Leak]:
    """Return where a release says something else than those before it said: what was published once never changes."""
    found: list[Leak] = []
    for other in past:
        both_public = all(one.facts["kind"] != "incidents" for one in (release, other))
        if other.profile.name != release.profile.name and not both_public:
            text = told("released as {profile} before; the two give each other's hidden numbers away", profile=other.profile.name)
            found.append(Leak("profile", release.profile.name, text, told("this release")))
        same = other.areas.index.equals(release.areas.index)
        if not (same and (other.areas["population"].fillna(-1) == release.areas["population"].fillna(-1)).all() and _alike(other, release)):
            text = told("they are not those of a release before, so the two can be subtracted")
            found.append(Leak("areas_changed", told("the areas"), text, told("the new areas")))
        found += _differences(other.figures, release.figures)
        if killed_together.clash(killed_together.told_in(release.facts), killed_together.told_in(other.facts)):
            text = told("how many are killed together was told of other years before, so the two can be subtracted")
            found.append(Leak("killed_together", killed_together.FACT, text, killed_together.FACT))
    spans = sorted({span for one in (release, *past) for span in one.windows})
    return found + [one for one in _windows(spans) if one not in _windows(release.windows)]


def _alike(one: Release, other: Release) -> bool:
    """Return whether the outlines are the same to a thousandth of a millimetre: those that were written lost their last digits."""
    return bool(one.areas.geometry.geom_equals_exact(other.areas.geometry, tolerance=1e-6).all())


def _differences(old: pd.DataFrame, new: pd.DataFrame) -> list[Leak]:
    both = old.merge(new, on=figures.KEYS, suffixes=("_old", "_new"))
    moved = both[(both["reason_old"] != both["reason_new"]) | (both["count_old"].fillna(-1) != both["count_new"].fillna(-1))]
    found = []
    for row in moved.to_dict("records"):
        name = ", ".join(str(part) for part in (row["table"], row["area"], row["value"], f"{row['start']:%Y-%m-%d}") if part)
        before, after = (_said(row["count" + side], row["reason" + side]) for side in ("_old", "_new"))
        text = told("it was {before} in a release before and is {after} now", before=before, after=after)
        found.append(Leak("changed", name, text, told("the new number of {name}", name=name)))
    return found


def _said(count: float, reason: str) -> str:
    return f"{count:.0f}" if reason == SHOWN else told("not shown ({reason})", reason=reason)
