"""Several people in one cell: ages, sexes or names that stand one after the other in the row of one event. No name is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from hotspots.readers.columns.offences import SEXES_SAID, plain
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.values import built_in, fold, is_missing, read_counts, small_number
from hotspots.readers.files import limits
from hotspots.readers.homicide_faults import SeveralPeopleError
from hotspots.readers.report import Remark
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import UNKNOWN
from hotspots.words import mark, told

_BETWEEN_AGES = re.compile(r"\s*(?:[;/|&+\n]|,\s+|,(?=[1-9][0-9](?![0-9]))|\b(?:y|e|and|et)\b)\s*")
_BARE_COMMA = r"^[0-9]+,[0-9]+$"
_DECIMALS = 0.2  # of the cells have a comma without a space: they are numbers with decimals
_AGE = re.compile(r"([0-9]{1,3})(?: ?(?:anos?|years?|yrs?|ans?))?")
_OLDEST = 120
_BETWEEN_SEXES = re.compile(r"\s*(?:[,;/|&+\n-]|\b(?:y|e|and|et)\b)\s*")
_OF_ONE_SEX = re.compile(r"\b(?:([0-9]{1,2}) ?|([a-z]{2,5}) )([a-z]+)")
_BETWEEN_NAMES = re.compile(r"\s*(?:[;/|\n]|\s-\s)\s*")
_NAME = re.compile(r"(?:[0-9]+[.)-]\s*)?[^\W\d_]{2,}[^\d]*")
_NAMED = re.compile(
    r"(?:(?:nombres?(?: y apellidos?)?|names?|nome|nom)(?: (?:de|of|da|du|the|la|las|los|el|del))* )?"
    r"(?:victimas?|victims?|vitimas?|victimes?|occis[oa]s?|fallecid[oa]s?|deceased)(?: names?)?|(?:nombres?|names?|nomes?)"
)


def ages_each(text: pd.Series) -> pd.Series:
    """Return the ages that each cell lists, as a tuple of years; empty where it lists fewer than two.

    >>> ages_each(pd.Series(["23, 31 y 17", "23/31", "20-25", "40", "28,5", "35 años; 6 años"])).tolist()
    [(23.0, 31.0, 17.0), (23.0, 31.0), (), (), (), (35.0, 6.0)]
    """
    bare = float(text[~is_missing(text)].str.strip().str.fullmatch(_BARE_COMMA).mean()) > _DECIMALS
    return _each(text, lambda cell: () if bare and re.match(_BARE_COMMA, cell) else _ages(cell))


def sexes_each(text: pd.Series) -> pd.Series:
    """Return the sexes that each cell lists, in our words; empty where it lists fewer than two.

    >>> sexes_each(pd.Series(["M/M/F", "2 masculinos 1 femenino", "dos hombres y una mujer", "Hombre y mujer", "F", "no binario"])).tolist()
    [('male', 'male', 'female'), ('male', 'male', 'female'), ('male', 'male', 'female'), ('male', 'female'), (), ()]
    """
    parts = [part for cell in text.unique() for part in _BETWEEN_SEXES.split(fold(cell))]
    known = built_in(pd.Series(parts or [""]), "sex") | {word: sex for sex, words in SEXES_SAID.items() for word in words}
    return _each(text, lambda cell: _sexes(cell, known))


def _names_each(text: pd.Series) -> pd.Series:
    """Return a mark for each name that a cell lists, and no name."""
    names = {cell: _parts(_BETWEEN_NAMES, cell.strip()) for cell in text.unique()}
    return _each(text, lambda cell: ("",) * len(names[cell]) if all(map(_NAME.fullmatch, names[cell])) else (), form=str)


def _plainly(cell: str) -> str:
    return fold(cell.replace("\n", ";"))


def _each(text: pd.Series, work: Callable[[str], tuple[object, ...]], *, form: Callable[[str], str] = _plainly) -> pd.Series:
    found = {cell: work(form(cell)) for cell in text.unique()}
    return text.map({cell: items if 1 < len(items) <= limits.MOST_VICTIMS else () for cell, items in found.items()}).astype("object")


def _parts(between: re.Pattern[str], cell: str) -> list[str]:
    return [part for part in between.split(cell) if part]


def _ages(cell: str) -> tuple[float, ...]:
    found = [_AGE.fullmatch(part) for part in _parts(_BETWEEN_AGES, cell)]
    years = tuple(float(one[1]) for one in found if one)
    return years if len(years) == len(found) and all(year <= _OLDEST for year in years) else ()


def _sexes(cell: str, known: Mapping[str, str]) -> tuple[str, ...]:
    counted = [(small_number(figure or word), known.get(of, "")) for figure, word, of in _OF_ONE_SEX.findall(cell)]
    if counted and all(number and sex in SEXES_SAID for number, sex in counted):
        alone = not _BETWEEN_SEXES.sub("", _OF_ONE_SEX.sub("", cell)).strip()
        return tuple(sex for number, sex in counted for _ in range(number)) if alone else ()
    said_each = tuple(known.get(part, "") for part in _parts(_BETWEEN_SEXES, cell))
    return said_each if all(sex in SEXES_SAID for sex in said_each) else ()


def _numbers(text: pd.Series) -> pd.Series:
    """Return how many people each cell lists by the kind that fits the column best: ages, sexes or names; 1 where it lists none."""
    kinds = [each(text).map(len) for each in (ages_each, sexes_each, _names_each)]
    return max(kinds, key=lambda number: int((number > 1).sum())).clip(lower=1)


def several_people(columns: pd.DataFrame, *, file: str) -> SeveralPeopleError | None:
    """Return the doubt how many were killed in rows that list several people; None where none does.

    >>> table = pd.DataFrame({"edad": ["23", "31, 17"], "sexo": ["M", "M/F"], "barrio": ["a/b", "c"]})
    >>> doubt = several_people(table, file="h.csv")
    >>> doubt.columns, doubt.several, doubt.people
    (('edad', 'sexo'), 1, 3)
    """
    known = {*INCIDENT_COLUMNS["age"], *INCIDENT_COLUMNS["sex"]}
    names = [str(name) for name in columns.columns if plain(str(name)) in known or _NAMED.fullmatch(plain(str(name)))]
    found = {name: number for name in names if ((number := _numbers(columns[name])) > 1).any()}
    if not found:
        return None
    most = pd.concat(list(found.values()), axis=1).max(axis=1)
    return SeveralPeopleError(file, tuple(found), len(columns), int((most > 1).sum()), int(most.sum()))


def victims_of(columns: pd.DataFrame, section: IncidentSection) -> tuple[pd.Series, list[Remark]]:
    """Return how many people were killed in each row, as a column counts them, as the row lists them, else one; and what was noticed."""
    if section.victims:
        return read_counts(columns[section.victims], column=section.victims)
    if not section.listed:
        return pd.Series(1, index=columns.index), []
    most = pd.concat([_numbers(columns[name]) for name in section.listed], axis=1).max(axis=1).astype(np.int64)
    several = (most > 1).to_numpy(dtype=bool)
    said = told(
        "{rows} of {total} rows list several people killed in {columns}, {people} in all; each is counted",
        columns=", ".join(map(repr, section.listed)),
        people=f"{int(most[several].sum()):,}",
    )
    return most, [Remark("people_listed", "accepted", several, said)]


def one_each(columns: pd.DataFrame, section: IncidentSection, victims: pd.Series) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Return the columns without the ages and sexes of rows that list as many of them as they have victims, and `each KEY` → those lists.

    >>> table = pd.DataFrame({"edad": ["23, 31", "40, 50", "7"]})
    >>> rest, lists = one_each(table, IncidentSection((), date="", age="edad"), pd.Series([2, 3, 1]))
    >>> rest["edad"].tolist(), lists["each age"].tolist()
    (['', '40, 50', '7'], [(23.0, 31.0), (), ()])
    """
    found: dict[str, pd.Series] = {}
    for key, column, read in (("age", section.age, ages_each), ("sex", section.sex, sexes_each)):
        if not column or not (victims > 1).any():
            continue
        each = read(columns[column])
        fit = [len(items) == number > 1 for items, number in zip(each, victims, strict=True)]
        lists = [items if fits else () for items, fits in zip(each, fit, strict=True)]
        found[f"each {key}"] = pd.Series(lists, index=columns.index, dtype="object")
        columns = columns.assign(**{column: columns[column].mask(fit, "")})
    return columns, found


def said_once(columns: pd.DataFrame) -> Remark:
    """Return a remark on rows of several people killed that say one age or one sex: it is counted for each of them.

    >>> rows = pd.DataFrame({"victims": [2, 1, 3], "age": [30.0, 17.0, float("nan")], "sex": ["unknown", "male", "unknown"]})
    >>> said_once(rows).where.tolist()
    [True, False, False]
    """
    said = [columns[key].notna() & columns[key].ne(UNKNOWN) for key in ("age", "sex") if key in columns]
    where = columns["victims"].gt(1).to_numpy(dtype=bool) & np.logical_or.reduce([np.zeros(len(columns), dtype=bool), *said])
    return Remark(
        "said_once",
        "accepted",
        where,
        mark("{rows} of {total} rows are of several people killed and say one age or sex; each of them is counted with it"),
        mark("If it is of one of them, give each a row of their own."),
    )


def one_by_one(repeated: pd.DataFrame, key: str) -> pd.Series:
    """Return the column `key` of rows that were repeated for each victim, where `each KEY` lists one for each of them.

    >>> rows = pd.DataFrame({"age": [float("nan")] * 2 + [40.0], "each age": [(23.0, 31.0)] * 2 + [()]}, index=[0, 0, 1])
    >>> one_by_one(rows, "age").tolist()
    [23.0, 31.0, 40.0]
    """
    turn = repeated.groupby(level=0).cumcount()
    pairs = zip(repeated[key], repeated[f"each {key}"], turn, strict=True)
    return pd.Series([items[at] if items else value for value, items, at in pairs], index=repeated.index, dtype=repeated[key].dtype)
