"""Published totals: tables of area, period and count → checked area counts and the account of every row."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.readers.columns.area_ids import areas_that_occur, matched
from hotspots.readers.columns.values import fold, is_missing
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table, missing_columns
from hotspots.readers.report import (
    OUTCOMES,
    Finding,
    QualityReport,
    Remark,
    finding,
    only,
    outcomes,
    sentence,
)
from hotspots.readers.sections import AreaCountSection
from hotspots.store.schema import (
    UNKNOWN,
    AreaCounts,
    DataError,
    check_area_counts,
    field,
)
from hotspots.words import mark, told

_FORMATS = ((r"\d{4}", "%Y"), (r"\d{4}-\d{1,2}", "%Y-%m"), (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"))
_BETWEEN = (re.compile(r"\s+(?:to|a|al|hasta|[–-])\s+|\s*\.\.\s*"), re.compile(r"\s*/\s*"))
_STEPS = (*((mark, "days") for mark in ("%d", "%j")), *((mark, "months") for mark in ("%m", "%b", "%B")), ("%Y", "years"), ("%y", "years"))


def read_area_counts(sections: tuple[AreaCountSection, ...], *, areas: pd.Series | None) -> tuple[AreaCounts, QualityReport]:
    """Return the rows of all tables, and what became of every row.

    `areas` are the names of the blocks by their ids; a row about any other area is left out and reported. Without it the areas are those
    that the tables name. Rows of one table, area and period are added up. Raises a `DataError` with the faults of all tables together.
    """
    faults: list[DataError] = []
    parts, reports = [], []
    for section in sections:
        try:
            rows, report = _read(section, areas)
        except DataError as error:
            faults.append(error)
        else:
            parts.append(rows)
            reports.append(report)
    if faults:
        raise DataError(faults)
    table = pd.concat(parts, ignore_index=True)
    table.index.name = "row"
    return check_area_counts(table), _together(reports)


def _together(reports: list[QualityReport]) -> QualityReport:
    counts = {name: sum(getattr(report, name) for report in reports) for name in ("read", *OUTCOMES)}
    findings = tuple(row for report in reports for row in report.findings)
    return QualityReport(", ".join(report.source for report in reports), victims=0, findings=findings, **counts)


def _read(section: AreaCountSection, areas: pd.Series | None) -> tuple[pd.DataFrame, QualityReport]:
    named = section.named()
    table = read_file(section.file, needs=(*named.values(), *section.where))
    faults = missing_columns(table, [*named.items(), *(("where", column) for column in section.where)])
    if faults:
        raise DataError(faults)
    rows, remarks = _rows(table, section, areas)
    outcome = outcomes(remarks, rows=len(rows))
    kept = np.isin(outcome, ["accepted", "repaired"])
    findings = tuple(finding(remark, table=table.columns, numbers=table.rows) for remark in only(remarks))
    if not kept.any():
        raise DataError(
            [
                told("{file}: none of {total} rows can be used", file=table.source, total=f"{len(rows):,}"),
                *(sentence(row.text) for row in findings),
            ]
        )
    count: dict[str, Any] = {name: int((outcome == name).sum()) for name in OUTCOMES}
    summed, added = _added_up(rows[kept].astype({"suppressed": bool}), table, np.flatnonzero(kept))
    report = QualityReport(table.source, len(rows), victims=0, findings=(*table.findings, *findings, *added), **count)
    return summed, report


def _added_up(rows: pd.DataFrame, table: Table, at: npt.NDArray[np.intp]) -> tuple[pd.DataFrame, list[Finding]]:
    """Return one row for each area, period and sex: the sum of those that the table has, held back where one of them is; and a remark."""
    keys = ["table", "area", "start", "end", "sex"]
    parts = rows.duplicated(keys, keep=False)
    if not parts.any():
        return rows, []
    groups = rows.groupby(keys, sort=False)
    once = groups.size().to_numpy() == 1
    summed = pd.DataFrame({"count": groups["count"].sum().where(groups["count"].count() == groups.size())})
    summed["suppressed"] = groups["suppressed"].any()
    summed["population"] = groups["population"].first().where(groups["population"].min().eq(groups["population"].max()))
    summed["published_rate"] = groups["published_rate"].first().where(once)
    summed["source"] = groups["source"].first()
    copies = int(table.columns.iloc[at].duplicated().to_numpy().sum())
    text = told(
        "{n} rows of {file} are parts of {sums} totals of one area and period, and were added up; {copies} of them repeat another row in "
        "every column",
        n=f"{int(parts.sum()):,}",
        file=table.source,
        sums=f"{int((~once).sum()):,}",
        copies=f"{copies:,}",
    )
    advice = mark("Where parts are of other offences, keep only homicides with where; if rows are copies, remove them from the file.")
    found = summed.reset_index()[rows.columns]
    found["suppressed"] = found["suppressed"] | found["count"].isna()
    return found, [Finding("added_up", "accepted", int(parts.sum()), text, advice)]


def _rows(table: Table, section: AreaCountSection, areas: pd.Series | None) -> tuple[pd.DataFrame, list[Remark]]:
    cells = table.columns.apply(lambda column: column.str.strip())
    start, end = read_periods(cells[section.period], section.period_format)
    filtered = _filtered(cells, section, table)
    area, noted = _areas(cells, section, areas)
    count, held, strange = _counts(cells[section.count], section.suppressed)
    sex, remarks = _sexes(cells, section)
    remarks += [filtered, *noted]
    columns: dict[str, Any] = {
        "table": section.table,
        "area": area,
        "start": start,
        "end": end,
        "count": count,
        "suppressed": held,
        "sex": sex,
    }
    for name in ("population", "published_rate"):
        columns[name], noted = _numbers(cells, getattr(section, name), name)
        remarks += noted
    columns["source"] = cells[section.source] if section.source else ""
    rejected = {
        "spoiled_row": (
            table.spoiled != "",
            "",
            told("cannot be read as rows of the table; they were left out"),
            "Correct these rows in the file.",
        ),
        "bad_period": (start.isna(), section.period, told("have a period that cannot be read; they were left out"), _PERIOD_ADVICE),
        "bad_count": (
            strange,
            section.count,
            told("have a number that is not a whole number of at least 0; they were left out"),
            _COUNT_ADVICE,
        ),
        "unknown_area": (
            area.isna(),
            section.area,
            told("are about an area that is no block; they were left out"),
            _AREA_ADVICE,
        ),
    }
    remarks += [
        Remark(
            code,
            "rejected",
            np.asarray(where, dtype=bool) & ~filtered.where,
            told("{rows} of {total} rows of {source} {what}", source=table.source, what=what),
            advice,
            column,
        )
        for code, (where, column, what, advice) in rejected.items()
    ]
    return pd.DataFrame(columns, index=cells.index), remarks


def _filtered(cells: pd.DataFrame, section: AreaCountSection, table: Table) -> Remark:
    """Return the rows that `where` sets aside: they take no part, whatever else is wrong with them."""
    keep = np.ones(len(cells), dtype=bool)
    for column, allowed in section.where.items():
        keep &= cells[column].isin(allowed).to_numpy(dtype=bool)
    rules = " and ".join(f"{column} is {' or '.join(allowed)}" for column, allowed in section.where.items())
    text = told("{rows} of {total} rows were left aside: kept are only those where {rules}", rules=rules)
    return Remark("filtered", "filtered", ~keep & (table.spoiled == ""), text, column=next(iter(section.where), ""))


def _areas(cells: pd.DataFrame, section: AreaCountSection, areas: pd.Series | None) -> tuple[pd.Series, list[Remark]]:
    """Return the area of each row, empty for the whole place and missing where it is no area, and what was noticed."""
    if not section.area:
        return pd.Series("", index=cells.index), []
    text = _words(cells, section.area, section.values.get("area", {}))
    if areas is None:
        return areas_that_occur(text)[0], []
    named = areas[areas != ""]
    found = matched(text.unique(), areas.index, names=dict(zip(named, named.index, strict=True)) if named.is_unique else None)
    changed = told(
        "{rows} of {total} rows write their area otherwise than the areas do ({reasons}); each was matched to the one area that it can "
        "be: {shown}",
        reasons=found.reasons,
        shown=found.shown,
    )
    where = text.isin(found.changed).to_numpy(dtype=bool)
    known = {**found.known, "": ""}
    return text.map(known), [Remark("area_id_spelled", "repaired", where, changed, column=section.area)]


_PERIOD_ADVICE = mark("Write years as 2010, months as 2015-01, days as 2015-01-01/2015-03-31, or give period_format in city.toml.")
_COUNT_ADVICE = mark('Write the number; where it was held back, name its mark in city.toml: suppressed = ["*"].')
_AREA_ADVICE = mark("Write the block's id, or name it in city.toml under values.area.")


def read_periods(texts: pd.Series, period_format: str = "") -> tuple[pd.Series, pd.Series]:
    """Return the first day of each period and the day after its last; missing where the text is no period.

    Years, months, days, and ranges of them whose last part is included. Without `period_format` the parts are ISO.

    >>> start, end = read_periods(pd.Series(["2010", "2015-02", "2015-01-01/2015-03-31"]))
    >>> end.dt.strftime("%Y-%m-%d").tolist()
    ['2011-01-01', '2015-03-01', '2015-04-01']
    >>> read_periods(pd.Series(["12/2015"]), "%m/%Y")[0].iloc[0].month
    12
    """
    known = {text: _period(str(text).strip(), period_format) for text in texts.unique()}
    ends = [texts.map({text: span[side] for text, span in known.items()}) for side in (0, 1)]
    return ends[0].astype("datetime64[us]"), ends[1].astype("datetime64[us]")


def _period(text: str, period_format: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    whole = _span(text, period_format)
    for parts in (sign.split(text) for sign in _BETWEEN):
        if whole is None and len(parts) == 2:
            first, last = (_span(part, period_format) for part in parts)
            whole = (first[0], last[1]) if first and last else None
    return whole or (pd.NaT, pd.NaT)


def _span(text: str, period_format: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    wanted = period_format or next((form for pattern, form in _FORMATS if re.fullmatch(pattern, text)), "")
    start = pd.to_datetime(text, format=wanted, errors="coerce") if wanted else pd.NaT
    step = next((step for mark, step in _STEPS if mark in wanted), None)
    return None if start is pd.NaT or step is None else (start.normalize(), start.normalize() + pd.DateOffset(**{step: 1}))


def _counts(texts: pd.Series, marks: tuple[str, ...]) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return the numbers, where they were held back, and where they are neither."""
    held = texts.isin(marks)
    number = pd.to_numeric(texts.where(~held), errors="coerce").astype("float64")
    good = (number >= 0) & (number % 1 == 0)
    return number.where(good), held, ~good & ~held


def _words(cells: pd.DataFrame, column: str, words: dict[str, str] | Any) -> pd.Series:
    return cells[column].map({text: words.get(fold(text), text) for text in cells[column].unique()})


def _sexes(cells: pd.DataFrame, section: AreaCountSection) -> tuple[pd.Series, list[Remark]]:
    if not section.sex:
        return pd.Series("", index=cells.index), []
    ours = {fold(word): word for word in field("sex").values} | dict(section.values.get("sex", {}))
    read = cells[section.sex].map({text: ours.get(fold(text)) for text in cells[section.sex].unique()})
    empty = is_missing(cells[section.sex])
    strange = (read.isna() & ~empty).to_numpy(dtype=bool)
    listed = ", ".join(repr(word) for word in cells.loc[strange, section.sex].unique()[:8])
    advice = told(
        "Write in city.toml, under values.sex of this table, the word and one of {words}.",
        words=", ".join(field("sex").values),
    )
    remark = Remark(
        "unmapped_words",
        "rejected",
        strange,
        told("{rows} of {total} rows have a sex that is in no list; left out: {listed}", listed=listed),
        advice,
        section.sex,
    )
    return read.fillna(UNKNOWN), [remark]


def _numbers(cells: pd.DataFrame, column: str, name: str) -> tuple[pd.Series, list[Remark]]:
    if not column:
        return pd.Series(np.nan, index=cells.index), []
    number = pd.to_numeric(cells[column], errors="coerce").astype("float64")
    good = number >= 0
    bad = (~good & ~is_missing(cells[column])).to_numpy(dtype=bool)
    what = told("{rows} of {total} rows have a {name} that is no number of at least 0; set to missing", name=name.replace("_", " "))
    return number.where(good), [Remark(f"bad_{name}", "repaired", bad, what, column=column)]
