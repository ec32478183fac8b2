"""Sheets of a workbook that say what the codes of another mean (1: Hombre): seen by their columns, and never taken for data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

Codes = Mapping[str, Mapping[str, str]]  # plain name of a column → code → what it means

_TITLE = re.compile(
    r"\b(?:catalog\w*|diccionario\w*|dicionario\w*|dictionar\w*|code ?books?|codigos|codes|claves|lookups?|leyenda|legend|metadat\w*)\b"
)
_AHEAD = re.compile(r"^(?:(?:catalogos?|cat|tabla|tc|lista|codigos?|claves?|de|del|la|las|los|el|lookup|codes?|of) )+")
_CODE = re.compile(r"(?:codigos?|cod|claves?|cve|codes?|valor(?:es)?|values?|id|num|numero|no)(?: .+)?|.+ (?:id|cod|codigo|code)")
_BARE_CODE = re.compile(r"(?:codigos?|cod|claves?|cve|codes?|valor(?:es)?|values?|id|num|numero|no)")
_MEANING = re.compile(
    r"(?:descripcion|descricao|description|desc|etiqueta|label|significado|meaning|nombre|name|nome|definicion|definition)(?: .+)?"
)
_OF = re.compile(r"(?:variables?|campos?|columnas?|columns?|fields?|nombre (?:de la )?(?:variable|columna|campo)|mnemonico)")
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}")
_NUMBER = re.compile(r"-?[0-9][0-9.,]*")
_WIDEST = 6  # columns of a list of codes
_MOST = 5_000  # codes of a workbook


def plain_name(name: str) -> str:
    """Return a name without case, accents and signs.

    >>> plain_name("Calidad_Jurídica")
    'calidad juridica'
    """
    letters = unicodedata.normalize("NFKD", name)
    return " ".join(re.findall(r"[^\W_]+", "".join(char for char in letters if not unicodedata.combining(char)).casefold()))


def is_code_book(title: str, head: Sequence[Sequence[str]]) -> bool:
    """Return whether a sheet, by its title and its first rows, lists codes and what they mean: narrow, and no dates or numbers beside them.

    >>> is_code_book("SEXO", [["CLAVE", "DESCRIPCION"], ["1", "Hombre"], ["2", "Mujer"]])
    True
    >>> is_code_book("Datos", [["id", "fecha"], ["1", "2022-01-03"]]), is_code_book("X", [["Codigo", "Nombre", "Casos"], ["1", "A", "3"]])
    (False, False)
    """
    filled = [[cell for cell in row if cell.strip()] for row in head]
    if max(map(len, filled), default=0) > _WIDEST or any(_DATED.search(cell) for row in filled for cell in row):
        return False
    named, called = _named(head), bool(_TITLE.search(plain_name(title)))
    if named is None:
        return called and not _numbers_beside(head, ())
    at, *places = named
    alone = len([cell for cell in head[at] if cell.strip()]) == len([place for place in places if place is not None])
    return (alone or called or named[3] is not None) and not _numbers_beside(head[at + 1 :], places[:1])


def _numbers_beside(rows: Sequence[Sequence[str]], codes: Sequence[int | None]) -> bool:
    """Return whether most cells outside the columns of codes, the first where it is not known, are numbers in any column."""
    columns: dict[int, list[bool]] = {}
    for row in rows:
        for place, cell in enumerate(row):
            if cell.strip() and place not in (codes or (0,)):
                columns.setdefault(place, []).append(bool(_NUMBER.fullmatch(cell.strip())))
    return any(sum(one) * 2 > len(one) for one in columns.values())


def codes_in(title: str, records: Iterable[Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return what a list of codes says: plain name of a column → code → meaning. The sheet's title, or a column, names it.

    >>> codes_in("Cat_Sexo", [["CLAVE", "DESCRIPCION"], ["1", "Hombre"], ["2", "Mujer"]])
    {'sexo': {'1': 'Hombre', '2': 'Mujer'}}
    >>> codes_in("Diccionario", [["Variable", "Código", "Etiqueta"], ["SEXO", "1", "Hombre"], ["", "2", "Mujer"], ["ARMA", "1", "Fuego"]])
    {'sexo': {'1': 'Hombre', '2': 'Mujer'}, 'arma': {'1': 'Fuego'}}
    """
    rows = [list(row) for _, row in zip(range(_MOST), records, strict=False)]
    head = _named(rows)
    if head is None:
        return {}
    at, code, meaning, of = head
    called = plain_name(rows[at][code])
    names = [name for name in (_AHEAD.sub("", plain_name(title)), "" if _BARE_CODE.fullmatch(called) else called) if name]
    found: dict[str, dict[str, str]] = {}
    for row in rows[at + 1 :]:
        cells = [*(cell.strip() for cell in row), *[""] * _WIDEST]
        names = [plain_name(cells[of])] if of is not None and cells[of] else names
        if cells[code] and cells[meaning]:
            for name in names:
                found.setdefault(name, {})[bare_code(cells[code])] = cells[meaning]
    return found


def bare_code(text: str) -> str:
    """Return a code as it is whatever a spreadsheet made of it.

    >>> bare_code(" 01"), bare_code("1.0"), bare_code("A1"), bare_code("0")
    ('1', '1', 'a1', '0')
    """
    bare = re.sub(r"\.0+$", "", text.strip().casefold())
    return bare.lstrip("0") or bare[:1]


def _named(rows: Sequence[Sequence[str]]) -> tuple[int, int, int, int | None] | None:
    """Return the row that names a column of codes and one of what they mean, those columns, and the one of the column they are of."""
    for at, row in enumerate(rows[:_WIDEST]):
        names = [plain_name(cell) for cell in row]
        of = next((place for place, name in enumerate(names) if _OF.fullmatch(name)), None)
        code = next((place for place, name in enumerate(names) if place != of and _CODE.fullmatch(name)), None)
        meaning = next((place for place, name in enumerate(names) if place not in (of, code) and _MEANING.fullmatch(name)), None)
        if code is not None and meaning is not None and len([name for name in names if name]) <= _WIDEST:
            return at, code, meaning, of
    return None
