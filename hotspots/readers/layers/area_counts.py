"""Published totals: tables of area, period and count → checked area counts and the account of every row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.readers.columns.area_ids import Matched, areas_that_occur, matched
from hotspots.readers.columns.code_books import written_out
from hotspots.readers.columns.dates import read_dates, share_dated
from hotspots.readers.columns.killings import rows_where
from hotspots.readers.columns.merged_cells import filled_down
from hotspots.readers.columns.odd_dates import far_dates, far_remark
from hotspots.readers.columns.periods import read_periods
from hotspots.readers.columns.residents import Numbers, read_numbers
from hotspots.readers.columns.total_rows import no_areas, notes, total_rows
from hotspots.readers.columns.values import built_in, fold, is_missing
from hotspots.readers.faults import DateOrderError
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table, missing_columns
from hotspots.readers.layers.areas_that_changed import read_changes, since_then
from hotspots.readers.layers.areas_that_changed import within as beside
from hotspots.readers.layers.rows_as_totals import with_zeros
from hotspots.readers.layers.tall_counts import tall
from hotspots.readers.report import (
    OUTCOMES,
    Finding,
    Mask,
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


def read_area_counts(sections: tuple[AreaCountSection, ...], *, areas: pd.Series | None) -> tuple[AreaCounts, QualityReport]:
    """Return the rows of all tables, and what became of every row.

    `areas` are the names of the blocks by their ids; a row about any other area is left out and reported. Without it the areas are those
    that the tables name, and those of a table that tells of some areas only are always its own. Rows of one table, area and period are
    added up. Raises a `DataError` with the faults of all tables together.
    """
    faults: list[DataError] = []
    parts, reports = [], []
    for section in sections:
        try:
            rows, report = _read(section, None if section.partial_of else areas)
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
    named = [*section.named().items(), *(("where", column) for column in section.where)]
    named += [("period_columns", column) for column in section.period_columns]
    named += [("sex_columns", column) for column in section.sex_columns.values()]
    table = read_file(section.file, needs=[column for _, column in named], sheet=section.sheet, header_row=section.header_row)
    faults = missing_columns(table, named)
    if faults:
        raise DataError(faults)
    table = written_out(table) if section.code_book else table
    table, section = tall(_apart(filled_down(table, section.fill_down), section), section)
    changes = read_changes(section) if section.became else None
    rows, remarks = _rows(table, section, areas if changes is None else pd.Series("", index=changes.index))
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
    if section.each_row:
        summed, added = with_zeros(summed, source=table.source)
    if changes is not None:
        summed, regrouped = since_then(summed, changes, areas, source=table.source)
        added = [*added, *regrouped]
    report = QualityReport(table.source, len(rows), victims=0, findings=(*table.findings, *findings, *added), **count)
    return summed, report


def _apart(table: Table, section: AreaCountSection) -> Table:
    """Return the table in which areas of one name have the name of what they lie within beside it."""
    if section.apart and section.area:
        return _numbered(table, section)
    if not (section.within and section.area):
        return table
    name, within = (table.columns[column].str.strip() for column in (section.area, section.within))
    several = within.where(within != "").groupby(name).transform("nunique") > 1
    told_apart = beside(name, within)
    return replace(table, columns=table.columns.assign(**{section.area: told_apart if section.became else told_apart.where(several, name)}))


def _numbered(table: Table, section: AreaCountSection) -> Table:
    """Return the table in which rows of one name and period have their number among them beside it."""
    name = table.columns[section.area].str.strip()
    period = [
        table.columns[getattr(section, key)].str.strip() for key in ("period", "year", "month", "day", "sex") if getattr(section, key)
    ]
    sound = pd.Series(table.spoiled == "", index=name.index) & (name != "")
    number = name[sound].groupby([one[sound] for one in (name, *period)]).cumcount() + 1
    several = name.isin(name[number.index[number > 1]]) & sound
    said = name + " (" + number.reindex(name.index).fillna(0).astype(int).astype("str") + ")"
    return replace(table, columns=table.columns.assign(**{section.area: name.mask(several, said)}))


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
    filtered = [_filtered(cells, section, table), *_notes(cells, section, table)]
    start, end = _periods(cells, section, table)
    far = far_dates(start.where(end - start == pd.Timedelta(days=1)))
    far_days, start = far_remark(far, start, section.period), start.mask(far)
    count, held, strange, marked = _counts(cells[section.count], section)
    sex, remarks = _sexes(cells, section)
    away = np.logical_or.reduce([one.where for one in filtered]) | (table.spoiled != "")
    remarks = [replace(one, where=one.where & ~away) for one in remarks]
    groups = (start.astype("str") + " " + sex).where(~away)
    area, noted, summed = _areas(cells, section, areas, groups=groups, counts=count)
    remarks += [*filtered, *noted, replace(far_days, where=far & ~away)]
    away |= summed
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
    empty = (strange & (cells[section.count] == "")).to_numpy(dtype=bool)
    wrong = {
        "spoiled_row": ((table.spoiled != "") & (table.spoiled != "footnote"), "", _SPOILED, "Correct these rows in the file."),
        "bad_period": (start.isna() & ~far, section.period, told("have a period that cannot be read; they were left out"), _PERIOD_ADVICE),
        "no_count": (empty, section.count, told("have no number: that is not known, and not zero; they were left out"), _EMPTY_ADVICE),
        "bad_count": (strange & ~empty, section.count, _NOT_WHOLE, _COUNT_ADVICE),
        "unknown_area": (area.isna(), section.area, _NOT_BEFORE if section.became else _NO_BLOCK, _AREA_ADVICE),
    }
    remarks.append(Remark("count_thousands", "repaired", marked & ~away, _MARKED, column=section.count))
    remarks += [
        Remark(
            code,
            "rejected",
            np.asarray(where, dtype=bool) & ~away if code != "spoiled_row" else np.asarray(where, dtype=bool),
            told("{rows} of {total} rows of {source} {what}", source=table.source, what=what),
            advice,
            column,
        )
        for code, (where, column, what, advice) in wrong.items()
    ]
    return pd.DataFrame(columns, index=cells.index), remarks


def _notes(cells: pd.DataFrame, section: AreaCountSection, table: Table) -> list[Remark]:
    """Return the sentences under the table: they are no numbers of any area."""
    first = cells[section.area or section.period]
    others = cells[[name for name in cells.columns if name not in (section.area, section.period)] if section.area else [section.count]]
    noted = (table.spoiled == "footnote") | (notes(first, others) & (table.spoiled == ""))
    return [Remark("footnote", "filtered", noted, mark("{rows} of {total} rows are sentences under the table; they were set aside"))]


def _periods(cells: pd.DataFrame, section: AreaCountSection, table: Table) -> tuple[pd.Series, pd.Series]:
    """Return the first day of each period and the day after its last; days are read as those of incidents, whatever their form."""
    start, end = read_periods(cells[section.period], section.period_format)
    unread = start.isna() & ~is_missing(cells[section.period]) & (table.spoiled == "")
    if section.period_format or unread.sum() * 2 <= len(start) or share_dated(cells[section.period][unread]) <= 0.5:
        return start, end
    try:
        days = read_dates(cells[section.period][unread], column=section.period, day_zero=table.day_zero).date
    except DateOrderError as doubt:
        day, month = doubt.forms
        raise DataError(
            told(
                "{file}: {doubt}; write under [area_counts] in city.toml period_format = {day}, or {month}",
                file=table.source,
                doubt=doubt.doubt(),
                day=repr(day),
                month=repr(month),
            )
        ) from None
    first = days.reindex(start.index).dt.normalize().astype("datetime64[us]")
    return start.fillna(first), end.fillna((first + pd.Timedelta(days=1)).astype("datetime64[us]"))


def _filtered(cells: pd.DataFrame, section: AreaCountSection, table: Table) -> Remark:
    """Return the rows that `where` sets aside: they take no part, whatever else is wrong with them."""
    keep = rows_where(cells, section.where)
    rules = " and ".join(f"{column} is {' or '.join(allowed)}" for column, allowed in section.where.items())
    text = told("{rows} of {total} rows were left aside: kept are only those where {rules}", rules=rules)
    return Remark("filtered", "filtered", ~keep & (table.spoiled == ""), text, column=next(iter(section.where), ""))


def _areas(
    cells: pd.DataFrame, section: AreaCountSection, areas: pd.Series | None, *, groups: pd.Series, counts: pd.Series
) -> tuple[pd.Series, list[Remark], Mask]:
    """Return the area of each row, what was noticed, and which rows are sums of others.

    The area is empty for the whole place and missing where it is none.
    """
    if not section.area:
        return pd.Series("", index=cells.index), [], np.zeros(len(cells), dtype=bool)
    words = section.values.get("area", {})
    text = _words(cells, section.area, words)
    said = cells[section.area].map({one: fold(one) in words for one in cells[section.area].unique()}).to_numpy(dtype=bool)
    found = None if areas is None else _matched(text, areas)
    known = said if found is None else said | text.isin(found.known).to_numpy(dtype=bool)
    sums = total_rows(text, groups, counts, known=known) & groups.notna().to_numpy(dtype=bool)
    nowhere = no_areas(text, groups.where(~sums), counts) & ~known & groups.where(~sums).notna().to_numpy(dtype=bool)
    area = areas_that_occur(text)[0] if found is None else text.map({**found.known, "": ""})
    area = area.mask(nowhere, text.where(text != "") if found is None else None)
    remarks = [_sums(text, sums, groups, counts, section), Remark("nowhere", "accepted", nowhere, _NOWHERE, column=section.area)]
    return area, remarks if found is None else [*remarks, _spelled(text, found, section)], sums


def _sums(text: pd.Series, sums: Mask, groups: pd.Series, counts: pd.Series, section: AreaCountSection) -> Remark:
    """Return the remark on rows that are sums of others: how many of them are what the others add up to."""
    added = counts[~sums].groupby(groups[~sums]).sum()
    same = int((counts[sums] == groups[sums].map(added)).sum())
    said = told(
        "{rows} of {total} rows are sums of others ({shown}) and were set aside, so that nobody is counted twice; {same} of them are what "
        "all the others add up to",
        shown=", ".join(map(repr, text[sums].unique()[:3])),
        same=f"{same:,}",
    )
    advice = mark("If such a row is an area of its own, name it in city.toml under values.area.")
    return Remark("sum_row", "filtered", sums, said, advice, section.area)


def _matched(text: pd.Series, areas: pd.Series) -> Matched:
    named = areas[areas != ""]
    return matched(text.unique(), areas.index, names=dict(zip(named, named.index, strict=True)) if named.is_unique else None)


def _spelled(text: pd.Series, found: Matched, section: AreaCountSection) -> Remark:
    changed = told(
        "{rows} of {total} rows write their area otherwise than the areas do ({reasons}); each was matched to the one area that it can "
        "be: {shown}",
        reasons=found.reasons,
        shown=found.shown,
    )
    return Remark("area_id_spelled", "repaired", text.isin(found.changed).to_numpy(dtype=bool), changed, column=section.area)


_SPOILED = told("cannot be read as rows of the table; they were left out")
_NO_BLOCK = told("are about an area that is no block; they were left out")
_NOT_BEFORE = told("are about an area of which the table of changes says nothing; they were left out")
_NOT_WHOLE = told("have a number that is not a whole number of at least 0; they were left out")
_MARKED = mark(
    "{rows} of {total} rows mark thousands in their number, by a point, a comma, a space or an apostrophe; read as whole numbers"
)
_NOWHERE = mark("{rows} of {total} rows name no area, and cannot be the whole place: the areas together have more")
_EMPTY_ADVICE = mark("Where nobody was killed, write 0; a period with a number missing has no total of the whole place.")
_PERIOD_ADVICE = mark("Write years as 2010, months as 2015-01, days as 2015-01-01/2015-03-31, or give period_format in city.toml.")
_COUNT_ADVICE = mark('Write the number; where it was held back, name its mark in city.toml: suppressed = ["*"].')
_AREA_ADVICE = mark("Write the block's id, or name it in city.toml under values.area.")


def _counts(texts: pd.Series, section: AreaCountSection) -> tuple[pd.Series, pd.Series, pd.Series, Mask]:
    """Return the numbers, where they were held back, where they are neither, and where they mark thousands."""
    held = texts.isin(section.suppressed)
    number, marked = read_numbers(texts.where(~held, ""), Numbers(section.count_dot))
    good = (number >= 0) & (number % 1 == 0)
    return number.where(good), held, ~good & ~held, (marked & good).to_numpy(dtype=bool)


def _words(cells: pd.DataFrame, column: str, words: dict[str, str] | Any) -> pd.Series:
    return cells[column].map({text: words.get(fold(text), text) for text in cells[column].unique()})


def _sexes(cells: pd.DataFrame, section: AreaCountSection) -> tuple[pd.Series, list[Remark]]:
    if not section.sex:
        return pd.Series("", index=cells.index), []
    ours = built_in(cells[section.sex], "sex") | {fold(word): word for word in field("sex").values} | dict(section.values.get("sex", {}))
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
