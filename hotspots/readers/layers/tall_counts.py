"""Tables of counts whose periods stand in several columns → one row for each area and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.readers.columns.offences import SEXES_SAID, sex_said
from hotspots.readers.columns.periods import begun, together, year_and_month, year_and_quarter
from hotspots.readers.columns.residents import Numbers, read_numbers
from hotspots.readers.columns.total_rows import says_total
from hotspots.readers.columns.written_dates import joined_date
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.readers.sections import AreaCountSection
from hotspots.store.schema import DataError
from hotspots.words import told


def tall(table: Table, section: AreaCountSection) -> tuple[Table, AreaCountSection]:
    """Return the table with one column of periods and one of numbers, and the section that names them; others come back as they are.

    Each cell of a column of a period becomes a row. A column of sums beside them is no period; it is told, and added to nothing. Raises
    `DataError` where the name of a column is no period, or lacks its year.
    """
    if section.each_row:
        one = _free("count", table.columns)
        table, section = replace(table, columns=table.columns.assign(**{one: "1"})), replace(section, count=one)
    if section.sex_columns:
        table, section = _by_sex(table, section)
    if section.period_columns:
        return _melted(table, section)
    if section.of_year:
        years = pd.Series(str(section.of_year), index=table.columns.index)
        whole = year_and_month(years, table.columns[section.month]) if section.month else years
        return _with_period(table, section, _free("period", table.columns), whole)
    if section.year:
        return _of_parts(table, section)
    if section.years_begin:
        known = together(table.columns[section.period].str.strip().unique())
        whole = table.columns[section.period].str.strip().map({text: _iso(one.period, section) or text for text, one in known.items()})
        return _with_period(table, section, f"{section.period}, whole", whole)
    return table, section


def _of_parts(table: Table, section: AreaCountSection) -> tuple[Table, AreaCountSection]:
    """Return the table with one column of periods, made of those of the year and its parts."""
    label = " + ".join(filter(None, (section.year, section.quarter, section.month, section.day)))
    years = table.columns[section.year].str.strip().str.replace(r"\.0+$", "", regex=True)
    if section.day:
        whole = joined_date(table.columns, {"year": section.year, "month": section.month, "day": section.day})
    elif section.quarter:
        whole = year_and_quarter(years, table.columns[section.quarter], section.quarter)
    else:
        whole = year_and_month(years, table.columns[section.month]) if section.month else years
    return _with_period(table, section, label, whole)


def _by_sex(table: Table, section: AreaCountSection) -> tuple[Table, AreaCountSection]:
    """Return the table with one row for each sex, and the section that names the columns of the sex and the numbers."""
    names = list(section.sex_columns.values())
    listed = ", ".join(map(repr, names))
    text = told("{file}: the numbers of each sex stand in columns of their own ({columns})", file=table.source, columns=listed)
    long, sex, count = _unfolded(table, names, "sex")
    columns = long.columns.assign(**{sex: pd.Series(list(section.sex_columns) * len(table.rows), dtype="str")})
    read = replace(long, columns=columns, findings=(*table.findings, Finding("sex_columns", "accepted", len(columns), text)))
    ours = {name: name for name in section.sex_columns}
    return read, replace(section, sex_columns={}, sex=sex, count=count, values={**section.values, "sex": ours})


def _unfolded(table: Table, names: Sequence[str], part: str) -> tuple[Table, str, str]:
    """Return the table with one row for each of the columns `names`, in their order, and the columns of the part and of the number.

    What the part is, the caller says: its column, called `part` or the like, is not filled yet.
    """
    width = len(names)
    others = table.columns[[name for name in table.columns.columns if name not in names]]
    long = others.loc[others.index.repeat(width)].reset_index(drop=True)
    label, count = _free(part, long), _free("count", long)
    long[label] = ""
    long[count] = pd.Series(table.columns[list(names)].to_numpy(dtype=object).reshape(-1), dtype="str")
    read = replace(
        table,
        columns=long,
        rows=np.repeat(table.rows, width),
        spoiled=np.repeat(table.spoiled, width),
        shapes=None,
        origins=None if table.origins is None else np.repeat(table.origins, width),
    )
    return read, label, count


def _with_period(table: Table, section: AreaCountSection, label: str, whole: pd.Series) -> tuple[Table, AreaCountSection]:
    columns = table.columns.assign(**{label: whole.astype("str")})
    return replace(table, columns=columns), replace(section, period=label, year="", quarter="", month="", day="")


def _melted(table: Table, section: AreaCountSection) -> tuple[Table, AreaCountSection]:
    names, sums = list(section.period_columns), _sums(table, section)
    periods = together(names)
    _refuse_odd(names, table, section)
    rows, width = len(table.rows), len(names)
    long, period, count = _unfolded(table, names, "period")
    written = pd.Series([_iso(periods[name].period, section) for name in names] * rows, dtype="str")
    if section.of_year:
        written = str(section.of_year) + written.str.removeprefix("-")
    if section.year:
        years = long.columns[section.year].str.strip().str.replace(r"\.0+$", "", regex=True)
        written = years + written.str.removeprefix("-")
    text = told(
        "{file}: {columns} columns are periods (the first {first}, the last {last}): each of the {rows} rows was read as {columns} numbers",
        file=table.source,
        columns=width,
        first=repr(names[0]),
        last=repr(names[-1]),
        rows=f"{rows:,}",
    )
    wide = Finding("period_columns", "accepted", rows * width, text)
    columns = long.columns.assign(**{period: written.astype("str")})
    section = replace(section, period=period, count=count, year="", month="", period_columns=())
    sexes = [sex_said(name)[0] for name in names]
    if not section.sex and set(sexes) == set(SEXES_SAID):
        sex = _free("sex", columns)
        columns = columns.assign(**{sex: pd.Series(sexes * rows, dtype="str")})
        section = replace(section, sex=sex, values={**section.values, "sex": {one: one for one in SEXES_SAID}})
    return replace(long, columns=columns, findings=(*table.findings, wide, *sums)), section


def _iso(period: str, section: AreaCountSection) -> str:
    begin = section.years_begin
    return begun(period, begin, first=section.years_named == "first") if begin and (">" in period or len(period) == 4) else period


def _free(name: str, columns: pd.DataFrame) -> str:
    """Return the name, or where a column has it already, one that none has."""
    return name if name not in columns.columns else _free(f"{name} of the column", columns)


def _refuse_odd(names: list[str], table: Table, section: AreaCountSection) -> None:
    steps = {name: one.step for name, one in together(names).items()}
    whole = ("year", "quarter", "month", "day", *(("split year",) if section.years_begin else ()))
    wrong = [name for name, step in steps.items() if step not in (("any month",) if section.year or section.of_year else whole)]
    if wrong:
        raise DataError(
            told(
                "{file}: the name of column {column} (in period_columns) is no {wanted}; take it out of period_columns",
                file=table.source,
                column=repr(wrong[0]),
                wanted=told("month") if section.year else told("year, and no month with its year (for months alone give year, a column)"),
            )
        )


def _sums(table: Table, section: AreaCountSection) -> list[Finding]:
    """Return a finding on each column beside the periods that holds sums of them."""
    found = []
    known = {*section.period_columns, *section.named().values(), *section.where}
    rest = together(section.period_columns)[section.period_columns[0]].rest
    numbers = {name: read_numbers(table.columns[name], Numbers(section.count_dot))[0] for name in section.period_columns}
    for name in table.columns.columns:
        if name in known:
            continue
        sums = read_numbers(table.columns[name], Numbers(section.count_dot))[0]
        parts = _parts(name, section)
        added = sum((numbers[part].fillna(0) for part in parts), start=pd.Series(0.0, index=table.columns.index))
        same = (sums == added) & sums.notna()
        filled = int(sums.notna().sum())
        one = together([name])[name]
        said = says_total(name) or (one.step == "year" and one.rest == rest)
        if not filled or not (said or same.sum() == filled > 1):
            continue
        text = told(
            "{file}: column {column} was added to nothing: in {same} of {filled} rows it is the sum of {n} columns of periods",
            file=table.source,
            column=repr(name),
            same=f"{int(same.sum()):,}",
            filled=f"{filled:,}",
            n=len(parts),
        )
        found.append(Finding("sum_column", "accepted", filled, text))
    return found


def _parts(name: str, section: AreaCountSection) -> list[str]:
    """Return the columns that one of sums may be the sum of: those of its year where it names one, else all."""
    periods = together(section.period_columns)
    year = together([name])[name].period
    inside = [one for one in section.period_columns if year and periods[one].period.startswith(f"{year}-")]
    return inside or list(section.period_columns)
