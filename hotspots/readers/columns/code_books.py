"""Codes of a table written out as another sheet of its workbook says."""

from __future__ import annotations

from dataclasses import replace

from hotspots.readers.columns.values import is_missing
from hotspots.readers.files.code_books import bare_code, plain_name
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.words import told

_KNOWN_LEAST = 0.95  # of the cells of a column that say anything are codes of the list


def written_out(table: Table) -> Table:
    """Return the table with the meaning of codes in their place, in the columns whose name and codes a list of codes has, and told so.

    >>> import numpy as np, pandas as pd
    >>> columns = pd.DataFrame({"SEXO": ["01", "2", ""], "edad": ["1", "40", "2"]})
    >>> books = {"sexo": {"1": "Hombre", "2": "Mujer"}, "edad": {"1": "menor", "2": "mayor"}}
    >>> read = written_out(Table("h.xlsx", columns, np.arange(3), np.array([""] * 3), books=books))
    >>> read.columns["SEXO"].tolist(), read.columns["edad"].tolist()
    (['Hombre', 'Mujer', ''], ['1', '40', '2'])
    """
    written: dict[str, list[str]] = {}
    for name in table.columns.columns:
        codes, text = table.books.get(plain_name(str(name)), {}), table.columns[name]
        if not codes or is_missing(text).all():
            continue
        meaning = {value: codes.get(bare_code(value), "") for value in text.unique()}
        if float(text[~is_missing(text)].map(meaning).ne("").mean()) >= _KNOWN_LEAST:
            written[str(name)] = [meaning[value] or value for value in text]
    if not written:
        return table
    said = told(
        "{file}: the codes of {columns} were written out as its list of codes says",
        file=table.source,
        columns=", ".join(map(repr, written)),
    )
    columns = table.columns.assign(**written).astype("str")
    return replace(table, columns=columns, findings=(*table.findings, Finding("written_out", "accepted", 0, said)))
