"""Which columns could be what is looked for: the candidates that a person points at, each with three of its values."""

from __future__ import annotations

import re
from collections.abc import Collection

import pandas as pd

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.columns.dates import share_dated
from hotspots.readers.columns.killings import evidence, homicide_doubt, rows_where, victims_doubt
from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.repeated_victims import same_victims
from hotspots.readers.columns.several_people import several_people
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS, OF_AREAS
from hotspots.readers.columns.values import is_missing
from hotspots.readers.columns.written_places import share_paired
from hotspots.readers.doubts import settled
from hotspots.readers.faults import NOWHERE, DateColumnError, DoubtError, PlaceColumnError
from hotspots.readers.files.text_tables import Table

_SEEN = 500  # rows that are looked at
_ANOTHER_DATE = r"birth|nac|nasc|naiss|updat|actuali|atuali|creat|crea|regist|report|capt|load|carga|modif|publi|denun|entry|rptd"
_OF_THE_KILLING = (  # in the name of a column of dates
    r"\b(?:occ|occu|occur\w*|ocurr\w*|ocorr\w*|hechos?|fato|faits?|committed|comision|incident\w*|event\w*|suceso|homicid\w*|murder|crime|"
    r"delito|death|muerte|obito|deces|defuncion|shooting|offen[cs]e)\b"
)
_ITS_END = r"\b(?:to|end|ended|until|last|hasta|final|fin|termino|ate)\b"
_OF_CODES = r"\b(?:cod\w*|code|cve\w*|clave|dane|ibge|ubigeo|cep|zip\w*|postal)\b"  # in the name of a column whose numbers are no place
_EAST = r"\b(?:x|lon|lng|long|longitud\w*|este|east\w*)\b"


def samples_of(columns: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return three different values of each column that has any.

    >>> samples_of(pd.DataFrame({"a": ["1", "1", "", "2"], "b": ["", "", "", ""]}))
    {'a': ('1', '2'), 'b': ()}
    """
    return {str(name): tuple(some[~is_missing(some)].drop_duplicates().iloc[:3]) for name, some in columns.head(_SEEN).items()}


def of_the_killing(table: Table) -> tuple[str, ...]:
    """Return the columns of dates whose names speak of the killing, or of what happened, and not of when it was reported or ended."""
    some = table.columns.head(_SEEN)
    called = {str(name): plain(str(name)) for name in some.columns}
    fit = [name for name, said in called.items() if re.search(_OF_THE_KILLING, said) and not re.search(f"{_ANOTHER_DATE}|{_ITS_END}", said)]
    return tuple(name for name in fit if share_dated(some[name]) > 0.5)


def date_column(table: Table, ask: Ask) -> str:
    """Return the column that a person says is the date; those whose values look like dates come first."""
    some = table.columns.head(_SEEN)
    dated = [*(likely := of_the_killing(table)), *(name for name in some.columns if name not in likely and share_dated(some[name]) > 0.5)]
    names = [*dated, *(name for name in some.columns if name not in dated)]
    found = samples_of(some)
    candidates = tuple(name for name in names if found[name])
    alone = len(likely) == 1 or (len(dated) == 1 and not re.search(_ANOTHER_DATE, plain(dated[0])))
    safe = dated[0] if alone else ""
    fault = DateColumnError(table.source, tuple(some.columns), candidates, found, safe)
    if not candidates:
        raise fault
    return str(settled(fault, ask)["date"])


def place_columns(table: Table, ask: Ask, *, used: Collection[str] = ()) -> Entries:
    """Return what a person says is the place: two columns of numbers, one that holds both, one that names the area, or none.

    Columns that are `used` for something else name no area.
    """
    some = table.columns.head(_SEEN)
    found = samples_of(some)
    numeric = [name for name in some.columns if _decimal(some[name]) > 0.5 and not re.search(_OF_CODES, plain(str(name)))]
    pairs = [(x, y) for x in numeric for y in numeric if x != y]
    pairs.sort(key=lambda pair: _east(pair[1]) - _east(pair[0]))
    places: dict[str, Entries] = {f"{x}, {y}": {"x": x, "y": y} for x, y in pairs}
    both = [name for name in some.columns if share_paired(some[name]) > 0.5]
    places |= {name: {"geometry": name} for name in both}
    places |= {name: {"block_id": name} for name in some.columns if name not in {*places, *used} and _may_name_areas(some[name])}
    samples = {one: tuple(value for column in place.values() for value in found[column][:2]) for one, place in places.items()}
    if NOWHERE not in table.columns.columns:
        places[NOWHERE] = {"no_place": True}
    safe = NOWHERE if len(places) == 1 else ""
    return settled(PlaceColumnError(table.source, tuple(some.columns), tuple(places), samples, safe, places=places), ask)


def killed(columns: pd.DataFrame, *, used: Collection[str], file: str, ask: Ask) -> Entries:
    """Return which rows are homicides and which column says how many people each stands for, as far as it was asked.

    `used` are columns that mean something else.
    """
    doubt = homicide_doubt(evidence(columns, used=used), file=file)
    found = settled(doubt, ask) if doubt else {}
    kept = columns[rows_where(columns, found.get("where", {}))]
    counted: DoubtError | None = victims_doubt(kept, evidence(kept, used=used), file=file, used=used)
    if counted is None:
        counted = same_victims(kept, file=file) or several_people(kept, file=file)
    return found | (settled(counted, ask) if counted else {})


def _may_name_areas(text: pd.Series) -> bool:
    """Return whether a column may name areas: it is called so, or its texts come again, and it is no part of a date."""
    if any(plain(str(text.name)) in INCIDENT_COLUMNS[key] for key in ("year", "month", "day", "age", "sex")):
        return False
    return _repeats(text) or bool(OF_AREAS.search(plain(str(text.name))) and not is_missing(text).all())


def _repeats(text: pd.Series) -> bool:
    """Return whether a column may name areas: its texts come again, and are no dates."""
    told = text[~is_missing(text)]
    return 1 < told.nunique() <= len(told) / 2 and share_dated(told) <= 0.5


def _decimal(text: pd.Series) -> float:
    return float(text.str.strip().str.fullmatch(r"[-+]?[0-9]+[.,][0-9]{2,}|[-+]?[0-9]{5,7}").mean())


def _east(name: str) -> int:
    return int(pd.Series([plain(name)]).str.contains(_EAST).iloc[0])
