"""The city's words → ours, numbers in text, and what counts as an empty cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import filterfalse
from typing import TypeVar

import numpy as np
import pandas as pd

from hotspots.readers.columns.synonyms import WORDS
from hotspots.readers.files import limits
from hotspots.readers.report import Remark
from hotspots.store.schema import UNKNOWN, field
from hotspots.words import mark, told

_Made = TypeVar("_Made", pd.Series, pd.DataFrame, tuple[pd.Series, pd.Series])
_EMPTY = {"", "na", "n/a", "n.a.", "nan", "null", "none", "nil", "-", "--", "?", "unknown", "unk"}
_EMPTY |= {"desconocido", "desconocida", "sin dato", "s/d"}
_MOST_SILENT = 100  # letters, spaces too, of a text that says nothing
_LISTED = 12
_MOST_LETTERS = 10_000  # of a text that is looked at as a word
_AGE = re.compile(
    r"([0-9]{1,3})(?:\.0+)? ?(?:(years?|yrs?|anos?|ans?|y o|years? old|anos de edad)|"
    r"(months?|mos?|meses|mes|mois|weeks?|semanas?|semaines?|days?|dias?|jours?|hours?|horas?|heures?))\.?"
)
_UNIT_OF_AGE = re.compile(
    r"(?:tiempo|unidad|medida|unidad de|medida de|unidad de medida de|tipo|tipo de) edad|edad (?:unidad|medida|tipo)|"
    r"age (?:units?|type)|(?:unidade|tipo) idade"
)
_UNITS = {"m": "months", "d": "days", "h": "hours"}
_SMALL = {
    word: float(number)
    for number, words in enumerate(
        (
            "cero zero",
            "uno una un one um uma une",
            "dos two dois duas deux",
            "tres three trois",
            "cuatro four quatro quatre",
            "cinco five cinq",
            "seis six",
            "siete seven sete sept",
            "ocho eight oito huit",
            "nueve nine nove neuf",
            "diez ten dez dix",
        )
    )
    for word in words.split()
}
_SPACES = re.compile(r"[\s_]+")


def fold(text: str) -> str:
    """Return `text` without case, accents and spare spaces, so that spellings of one word meet; of a very long one its beginning.

    >>> fold("  Arma  BLÁNCA ")
    'arma blanca'
    """
    text = text[:_MOST_LETTERS]
    if not text.isascii():
        text = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text)))
    return _SPACES.sub(" ", text).strip().casefold()


def each_once(text: pd.Series, work: Callable[[pd.Series], _Made]) -> _Made:
    """Return what `work` makes of the texts, where it makes of each by itself: of equal ones once. A column of dates has few that differ.

    >>> each_once(pd.Series(["b", "a", "b"], index=[4, 5, 6]), lambda texts: texts.str.upper()).to_dict()
    {4: 'B', 5: 'A', 6: 'B'}
    """
    codes, different = pd.factorize(text, use_na_sentinel=False)
    made = work(pd.Series(different, dtype=text.dtype, name=text.name))
    parts = made if isinstance(made, tuple) else (made,)
    spread = tuple(part.take(codes).set_axis(text.index) for part in parts)
    return spread if isinstance(made, tuple) else spread[0]


def is_missing(text: pd.Series) -> pd.Series:
    """Return where a cell says nothing: empty, or a word such as "unknown", "n/a", "sin dato"."""
    worded = (value for value in text.unique() if not value[:1].isdigit() and not value[1:2].isdigit() and len(value) < _MOST_SILENT)
    says_nothing = [value for value in worded if fold(value) in _EMPTY]  # none of these words begins with a digit, or a sign and a digit
    return text.isin(says_nothing)


def built_in(text: pd.Series, name: str) -> dict[str, str]:
    """Return the words of the field `name` that we know → ours; `H` and `M` are a man and a woman where both stand in one column.

    >>> built_in(pd.Series(["H", "M"]), "sex")["m"], built_in(pd.Series(["F", "M"]), "sex")["m"]
    ('female', 'male')
    """
    known = dict(WORDS.get(name, {}))
    if name == "sex" and {"h", "m"} <= {fold(word) for word in text.unique()}:
        known |= {"h": "male", "m": "female"}  # hombre, mujer; homem, mulher; homme
    return known


def map_words(text: pd.Series, *, name: str, words: Mapping[str, str], column: str) -> tuple[pd.Series, list[Remark]]:
    """Return the texts as our words for the field `name`, and a remark on those that nobody mapped: they become unknown.

    >>> told = pd.Series(["Arma de Fuego", "FIREARM", "lasso", ""])
    >>> read, remarks = map_words(told, name="weapon", words={"arma de fuego": "firearm"}, column="arma")
    >>> read.tolist(), remarks[0].text
    (['firearm', 'firearm', 'unknown', 'unknown'], "{rows} of {total} rows have a weapon that is in no list; set to unknown: 'lasso' (1)")
    """
    ours = {fold(word): word for word in field(name).values}
    known = {**ours, **built_in(text, name), **{fold(word): value for word, value in words.items()}}
    folded = text.map({value: fold(value) for value in text.unique()})
    read = folded.map(known)
    empty = folded.isin(_EMPTY)
    strange = (read.isna() & ~empty).to_numpy(dtype=bool)
    if not strange.any():
        return read.fillna(UNKNOWN).astype("str"), []
    counts = text[strange].str.strip().value_counts()
    listed = ", ".join(f"{word!r} ({times:,})" for word, times in counts.iloc[:_LISTED].items())
    more = told(" and {n} more", n=len(counts) - _LISTED) if len(counts) > _LISTED else ""
    line = f'[incidents.values.{name}] "{counts.index[0]}" = one of {", ".join(field(name).values)}'
    remark = Remark(
        "unmapped_words",
        "repaired",
        strange,
        told(
            "{rows} of {total} rows have a {name} that is in no list; set to unknown: {listed}{more}", name=name, listed=listed, more=more
        ),
        told("Write in city.toml: {line}.", line=line),
        column,
    )
    return read.fillna(UNKNOWN).astype("str"), [remark]


def read_ages(text: pd.Series, *, column: str) -> tuple[pd.Series, list[Remark]]:
    """Return ages in years, missing where the cell is empty or is no age from 0 to 120; an age in months, weeks, days or hours is 0.

    >>> read_ages(pd.Series(["34", "0", "999", "", "25 años", "6 meses", "20-25"]), column="age")[0].tolist()
    [34.0, 0.0, nan, nan, 25.0, 0.0, nan]
    """
    number = _years(text)
    good = number.between(0, 120)
    bad = (~good & ~is_missing(text)).to_numpy(dtype=bool)
    remark = Remark(
        "bad_age",
        "repaired",
        bad,
        mark("{rows} of {total} rows have an age that is no number from 0 to 120; set to missing"),
        column=column,
    )
    return number.where(good), [remark]


def _years(text: pd.Series) -> pd.Series:
    """Return the years that ages say, as numbers or with their unit beside them."""
    bare = text.str.strip()
    number = pd.to_numeric(bare, errors="coerce").astype("float64")
    parts = bare.where(number.isna(), "").map(lambda value: fold(value) if value[:1].isdigit() else "").str.extract(_AGE)
    said = pd.to_numeric(parts[0], errors="coerce").astype("float64")
    return number.fillna(said.where(parts[2].isna(), 0.0))


def with_units(ages: pd.Series, columns: pd.DataFrame) -> tuple[pd.Series, list[Remark]]:
    """Return ages with their unit, where another of the columns says that it is no year, and a remark on those.

    >>> table = pd.DataFrame({"edad": ["30", "6"], "medida_edad": ["A", "M"]})
    >>> with_units(table["edad"], table)[0].tolist()
    ['30', '6 months']
    >>> table = pd.DataFrame({"edad": ["30", "41", "6"], "edad_tipo": ["1", "1", "2"]})
    >>> with_units(table["edad"], table)[0].tolist()
    ['30', '41', '']
    """
    for name in columns.columns:
        if not _UNIT_OF_AGE.fullmatch(fold(str(name))):
            continue
        if columns[name][~is_missing(columns[name])].str.strip().str.fullmatch(r"[0-9](?:\.0+)?").all():
            read, noted = _without_odd_units(ages, columns[name])
            if noted[0].where.any():
                return read, noted
            continue
        unit = columns[name].map({value: _UNITS.get(fold(value)[:1], "") for value in columns[name].unique()})
        short = unit.ne("") & ages.str.strip().str.fullmatch(r"[0-9]{1,3}(?:\.0+)?")
        said = told("{rows} of {total} rows give the age in months, days or hours, by {unit}; set to 0 years", unit=repr(str(name)))
        remark = Remark("short_age", "repaired", short.to_numpy(dtype=bool), said, column=str(ages.name))
        return ages.mask(short, ages.str.strip().str.replace(r"\.0+$", "", regex=True) + " " + unit), [remark]
    return ages, []


def _without_odd_units(ages: pd.Series, unit: pd.Series) -> tuple[pd.Series, list[Remark]]:
    """Return the ages without those of a unit that stands as a code other than the usual one, which is that of years."""
    codes = unit.str.strip().str[:1]
    said = codes[~is_missing(unit)]
    odd = ~is_missing(unit) & ~is_missing(ages) & (codes != (said.mode().iloc[0] if len(said) else ""))
    text = told(
        "{rows} of {total} rows give the age in another unit than most, by the codes of {unit}; set to missing", unit=repr(str(unit.name))
    )
    return ages.mask(odd, ""), [Remark("age_unit", "repaired", odd.to_numpy(dtype=bool), text, column=str(ages.name))]


def small_number(word: str) -> int:
    """Return the number that a word, in small letters without accents, says; 0 where it says none.

    >>> small_number("dos"), small_number("12"), small_number("los")
    (2, 12, 0)
    """
    return int(word) if word.isdigit() else int(_SMALL.get(word, 0))


def whole_numbers(text: pd.Series) -> pd.Series:
    """Return what texts say as numbers, in figures or in a word for a small one; missing where they say none.

    >>> whole_numbers(pd.Series(["2", "una", "Dos", "1.0", "S/D", "1,5"])).tolist()
    [2.0, 1.0, 2.0, 1.0, nan, nan]
    """
    bare = text.str.strip()
    number = pd.to_numeric(bare.str.replace(r"[.,]0{1,2}$", "", regex=True), errors="coerce").astype("float64")
    worded = bare.where(number.isna(), "")
    return number.fillna(worded.map({value: _SMALL.get(fold(value)) for value in worded.unique()}).astype("float64"))


def read_counts(text: pd.Series, *, column: str) -> tuple[pd.Series, list[Remark]]:
    """Return how many victims each row stands for: a row with none is filtered out, one that is no whole number up to 1,000 rejected."""
    number = whole_numbers(text)
    none = number == 0
    good = number.between(1, limits.MOST_VICTIMS) & (number % 1 == 0)
    nobody = Remark(
        "nobody_killed",
        "filtered",
        none.to_numpy(dtype=bool),
        mark("{rows} of {total} rows say that nobody was killed; they were set aside"),
        column=column,
    )
    remark = Remark(
        "bad_victims",
        "rejected",
        (~good & ~none).to_numpy(dtype=bool),
        told(
            "{rows} of {total} rows have a number of victims that is not a whole number from 0 to {most}; they were left out",
            most=f"{limits.MOST_VICTIMS:,}",
        ),
        mark("Write the number of victims killed."),
        column,
    )
    return number.where(good).fillna(1).astype(np.int64), [nobody, remark]
