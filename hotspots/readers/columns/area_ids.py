"""Ids of areas as two files write them: the same area meets itself, one to one, whatever zeros, accents or case were lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from hotspots.readers.columns.values import fold, is_missing
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Mask, Remark, only
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

_LISTED = 8
_ADVICE = mark("Correct the ids in one of the two files, or say which column they are in: block_id under [incidents], id under [blocks].")

_WHOLE_NUMBER = re.compile(r"([0-9]+)[.,]0+")
_PLACE = "000"  # what the DANE code of a town's seat ends with, behind that of its municipality
_DANE = re.compile(r"[0-9]{1,2}[0-9]{3}000")


def spelling(text: str) -> str:
    """Return an id without case, accents, signs and spare spaces, and without the decimals that a program added to a number.

    >>> spelling(" Bogotá, D.C. "), spelling("12.0"), spelling("n-3")
    ('bogota d c', '12', 'n 3')
    """
    plain = fold(text)
    number = _WHOLE_NUMBER.fullmatch(plain)
    return number[1] if number else re.sub(r"[^0-9a-z]+", " ", plain).strip() or plain


def without_zeros(text: str) -> str:
    """Return an id without the zeros that a spreadsheet takes from the front of each number in it.

    >>> without_zeros("002"), without_zeros("Barrio 07"), without_zeros("000")
    ('2', 'barrio 7', '0')
    """
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", spelling(text))


def municipality(text: str) -> str:
    """Return the DANE code of the municipality in that of its seat, without zeros in front; any other id as `without_zeros` has it.

    >>> municipality("5001000"), municipality("05001"), municipality("76001000")
    ('5001', '5001', '76001')
    """
    plain = without_zeros(text)
    return plain[: -len(_PLACE)] if len(plain) >= 7 and _DANE.fullmatch(plain) else plain


Form = Callable[[str], str]
FORMS: Mapping[str, Form] = {
    mark("case, accents or signs"): spelling,
    mark("zeros in front"): without_zeros,
    mark("the code of a town's seat for that of its municipality"): municipality,
}


@dataclass(frozen=True)
class Matched:
    """What became of ids: `known` gives the area of each that has one; `changed` those of them that were written otherwise, by the reason.

    `unknown` are the ids of no area.
    """

    known: Mapping[str, str]
    changed: Mapping[str, str]
    unknown: tuple[str, ...]

    @property
    def reasons(self) -> str:
        """What differs between the two spellings, as one sentence part."""
        found: Told | str = ""
        for text in dict.fromkeys(self.changed.values()):
            one = Told(text, {})
            found = told("{one}; {other}", one=found, other=one) if found else one
        return found

    @property
    def shown(self) -> str:
        """Up to three of the changed ids with the areas that they are taken for."""
        return ", ".join(f"{text} → {self.known[text]}" for text in list(self.changed)[:3])


def matched(texts: Iterable[str], areas: Collection[str], *, names: Mapping[str, str] | None = None) -> Matched:
    """Return the area of each text: the one of that id, else the only one whose id is the same in one of `FORMS`, else in its name.

    A form that makes two areas one says nothing of either: `02` stays unknown beside the areas `2` and `002`. `names` are the areas' ids
    by their names, for files that record a name. Ids are never matched by their position.

    >>> found = matched(["002", "Nuñoa", "9", "1"], ["1", "2", "NUNOA"])
    >>> sorted(found.known.items()), found.unknown
    ([('002', '2'), ('1', '1'), ('Nuñoa', 'NUNOA')], ('9',))
    >>> matched(["02"], ["2", "002"]).unknown
    ('02',)
    """
    wanted = list(dict.fromkeys(text for text in texts if text))
    every, own = set(areas), {area: area for area in areas}
    known = {text: text for text in wanted if text in every}
    changed: dict[str, str] = {}
    for why, form in FORMS.items():
        left = [text for text in wanted if text not in known]
        if left and (form is not municipality or _are_codes([*left, *areas])):
            found = _by_form(form, own, left)
            known |= found
            changed |= dict.fromkeys(found, why)
    if names:
        found = _by_form(spelling, names, [text for text in wanted if text not in known])
        known |= found
        changed |= dict.fromkeys(found, NAMES)
    return Matched(known, changed, tuple(text for text in wanted if text not in known))


NAMES = mark("names for ids")


def _by_form(form: Form, ids: Mapping[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Return the area of each text whose form is that of one area alone."""
    areas: dict[str, set[str]] = {}
    for text, area in ids.items():
        areas.setdefault(form(text), set()).add(area)
    shapes = {text: areas.get(form(text), set()) for text in texts}
    return {text: next(iter(found)) for text, found in shapes.items() if len(found) == 1}


def _are_codes(texts: Iterable[str]) -> bool:
    """Return whether every long number among the texts is the code of a town's seat."""
    long = [plain for plain in map(without_zeros, texts) if plain.isdecimal() and len(plain) >= 6]
    return all(len(plain) >= 7 and _DANE.fullmatch(plain) for plain in long)


def read_area_ids(text: pd.Series, areas: pd.Series, *, column: str, placed: Mask) -> tuple[pd.Series, list[Remark]]:
    """Return the area of each row, as the areas write it, and what was noticed; a text that is no area stays as it is.

    `areas` are the areas' names by their ids, the names empty where they have none; `placed` says which rows have coordinates: those of
    no area are then put where their coordinates lie, and this is told. A `DataError` where not one row names an area and none has a place.
    """
    trimmed = text.str.strip()
    named = areas[areas != ""]
    found = matched(trimmed.unique(), areas.index, names=dict(zip(named, named.index, strict=True)) if named.is_unique else None)
    empty = is_missing(trimmed).to_numpy(dtype=bool) & ~trimmed.isin(found.known).to_numpy(dtype=bool)
    strange = trimmed.isin(found.unknown).to_numpy(dtype=bool) & ~empty
    if strange.any() and not found.known and not placed.any():
        raise DataError(
            told(
                "incidents: no value of {column} (such as {first}) is the id or the name of an area (such as {known}), and there are no "
                "coordinates; correct block_id under [incidents], or id under [blocks], in city.toml",
                column=repr(column),
                first=repr(found.unknown[0]),
                known=repr(areas.index[0]) if len(areas) else "–",
            )
        )
    remarks = _on_ids(trimmed, found, of=len(areas), empty=empty, strange=strange, placed=placed, column=column)
    return trimmed.map(lambda one: found.known.get(one, one)), list(only(remarks))


def _on_ids(trimmed: pd.Series, found: Matched, *, of: int, empty: Mask, strange: Mask, placed: Mask, column: str) -> tuple[Remark, ...]:
    """Return what is to be said of the ids in a column: written otherwise, of no area, or not there."""
    listed = ", ".join(f"{word!r} ({times:,})" for word, times in trimmed[strange].value_counts().iloc[:_LISTED].items())
    numbers = {"areas": f"{of:,}", "listed": listed}
    return (
        Remark(
            "area_id_spelled",
            "repaired",
            trimmed.isin(found.changed).to_numpy(dtype=bool),
            told(
                "{rows} of {total} rows write their area otherwise than the areas do ({reasons}); each was matched to the one area that it "
                "can be: {shown}",
                reasons=found.reasons,
                shown=found.shown,
            ),
            column=column,
        ),
        Remark(
            "area_id_unknown_placed",
            "accepted",
            strange & placed,
            told(
                "{rows} of {total} rows name an area that is none of the {areas} areas ({listed}); they are counted in the area where "
                "their coordinates lie",
                **numbers,
            ),
            _ADVICE,
            column,
        ),
        Remark(
            "area_id_unknown",
            "accepted",
            strange & ~placed,
            told(
                "{rows} of {total} rows name an area that is none of the {areas} areas ({listed}); they have no coordinates either: they "
                "count in every total and in no area",
                **numbers,
            ),
            _ADVICE,
            column,
        ),
        Remark(
            "no_area",
            "accepted",
            empty & ~placed,
            mark("{rows} of {total} rows have neither coordinates nor an area; they count in every total and in no area"),
            column=column,
        ),
    )


def areas_that_occur(text: pd.Series) -> tuple[pd.Series, list[str]]:
    """Return each row's area where nobody lists them, and the areas: the texts themselves, spellings of one name under the commonest.

    >>> rows, areas = areas_that_occur(pd.Series(["San José", "SAN JOSE", "San José", "", "Colón"]))
    >>> rows.tolist(), areas
    (['San José', 'San José', 'San José', '', 'Colón'], ['Colón', 'San José'])
    """
    trimmed = text.str.strip()
    said = trimmed[~is_missing(trimmed)]
    counts = said.value_counts(sort=True)
    counts = counts.sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    first: dict[str, str] = {}
    for one in counts.index:
        first.setdefault(spelling(one), one)
    known = {one: first[spelling(one)] for one in counts.index}
    return trimmed.map(lambda one: known.get(one, "")), sorted(first.values())


def placeless(table: Table, section: IncidentSection) -> bool:
    """Return whether no row has coordinates, and each has an area by its id or name instead, or nothing says any place."""
    if section.no_place or not section.block_id:
        return section.no_place
    if section.x and section.y:
        return bool(is_missing(table.columns[section.x]).all())
    if section.geometry:
        return bool(is_missing(table.columns[section.geometry]).all())
    return table.shapes is None


def by_area_alone(areas: pd.Series, column: str) -> Remark:
    """Return the remark on rows that have no coordinates, and an area instead; without a `column` no area either."""
    if not column:
        said = mark("{rows} of {total} rows are counted for the whole city, as nothing says where: no map, and nothing is known by area")
        return Remark("no_place", "accepted", areas.index.isin(areas.index), said)
    text = told(
        "{rows} of {total} rows have no coordinates; each is counted in the area that it names in {column}: totals, trends and rates by "
        "area are known, and distances and the place within the area are not",
        column=repr(column),
    )
    return Remark("by_area_alone", "accepted", (areas != "").to_numpy(dtype=bool), text, column=column)
