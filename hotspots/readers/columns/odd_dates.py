"""Dates that look like defaults: piles on one day or 1 January, firsts of months, days decades from all others; unfinished years."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from hotspots.readers.columns.parts_of_dates import YEAR_FIRST, YEAR_LAST
from hotspots.readers.columns.repeated_values import repeated_too_often, tail
from hotspots.readers.columns.values import is_missing
from hotspots.readers.faults import long_day
from hotspots.readers.report import Mask, Remark
from hotspots.words import Told, mark, told

_FIRSTS = 12
_MONTHS = 12  # of a year: a day after it is no month
_TURNED_LEAST = 5  # dates in each of two forms
_SEEN = 1_000  # rows that are looked at first
_YEARS_LEAST = 3  # years of one and the same day
_YEAR = r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])"
_DAY_OF_YEAR = re.compile(r"(?i)%Y[-/. ]+(?:[0-9]{1,2}|[a-z]{3,9})[-/. ]+[0-9]{1,2}\b|[0-9]{1,2}[-/. ]+(?:[0-9]{1,2}|[a-z]{3,9})[-/. ]+%Y")
_DECADES, _FEW = 20.0, 0.05  # years from all others; of all rows
_DEFAULTS = (pd.Timestamp(1899, 12, 30), pd.Timestamp(1899, 12, 31), pd.Timestamp(1900, 1, 1), pd.Timestamp(1970, 1, 1))
_NEAR_DEFAULT = 3.0  # years from all others, where the day is one that machines write for "none"
_JANUARY = 0.02  # of all rows; 1 January has about 0.3 %
_OFTEN = 0.1  # of the rows of the other months; a first of the month has about 3.3 %
_LACKING = 3.0  # victims that the rest of a year or month would be expected to have, to call it unfinished


def firsts_alone(date: pd.Series) -> Mask:
    """Return the rows dated on the first of a month, where all are: such a file knows the month, and wrote a day for the form's sake.

    >>> firsts_alone(pd.Series(pd.to_datetime(["2021-02-01", "2021-05-01"] * 6))).all(), firsts_alone(pd.Series(pd.to_datetime([])))
    (np.True_, array([], dtype=bool))
    """
    firsts, known = (date.dt.day == 1).to_numpy(dtype=bool), date.notna().to_numpy()
    return np.asarray(firsts & bool(known.sum() >= _FIRSTS and firsts[known].all() and not (date[known] == date[known].iloc[0]).all()))


def turned(text: pd.Series) -> bool:
    """Return whether a spreadsheet took the day for the month where it could: of dates in two forms one has no day after the 12th, and the
    other none before.

    >>> parts = [f"2021-{month:02}-{day:02}" for month, day in ((5, 1), (7, 2), (9, 3), (2, 4), (3, 5))]
    >>> texts = [f"{day}/03/2021" for day in (13, 17, 20, 24, 29)]
    >>> turned(pd.Series(parts + texts)), turned(pd.Series(parts + ["2021-03-13"] + texts)), turned(pd.Series(texts))
    (True, False, False)
    """
    machine, typed = text.str.extract(YEAR_FIRST)["d"].dropna().astype(int), text.str.extract(YEAR_LAST)[["a", "b"]].dropna().astype(int)
    enough = min(len(machine), len(typed)) >= _TURNED_LEAST and len(machine) + len(typed) == len(text)
    return bool(enough and (machine <= _MONTHS).all() and (typed > _MONTHS).all(axis=0).any())


def year_alone(texts: pd.Series) -> str:
    """Return the form of dates that are all one day of the year, in several years: such a file knows the year alone. Empty for others.

    >>> year_alone(pd.Series(["2019-01-01", "2020-01-01", "2021-01-01"] * 4)), year_alone(pd.Series(["2019-01-01", "2020-01-02"] * 6))
    ('%Y-01-01', '')
    """
    said = texts.iloc[:_SEEN][~is_missing(texts.iloc[:_SEEN])].str.strip()
    if not _form_of_year(said) or len(texts) <= _SEEN:
        return _form_of_year(said) if len(said) >= _FIRSTS and said.nunique() >= _YEARS_LEAST else ""
    said = texts[~is_missing(texts)].str.strip()
    return _form_of_year(said) if said.nunique() >= _YEARS_LEAST else ""


def _form_of_year(said: pd.Series) -> str:
    """Return the texts with %Y in place of their year, where that is one and the same form of a date; empty for others."""
    forms = said.drop_duplicates().str.replace(_YEAR, "%Y", n=1, regex=True)
    return str(forms.iloc[0]) if len(forms) and (forms == forms.iloc[0]).all() and _DAY_OF_YEAR.search(forms.iloc[0]) else ""


def odd_days(date: pd.Series, column: str, *, known: Mask) -> list[Remark]:
    """Return remarks on days that look like defaults: one that holds far too many victims, 1 January, far too many firsts of a month.

    Looked at are the rows of which the day is `known`.
    """
    date = date.where(known)
    at = np.flatnonzero(date.notna())
    days = date.iloc[at].dt.normalize()
    remarks = []
    for rows in repeated_too_often(days.to_numpy().astype(np.int64)):
        where = np.zeros(len(date), dtype=bool)
        where[at[rows]] = True
        text = told(
            "{rows} of {total} rows are dated {day}; that may stand for a day that is not known",
            day=long_day(days.iloc[rows[0]]),
        )
        remarks.append(Remark("date_pile", "accepted", where, text, mark("Ask the source; correct the dates in the file."), column))
    return [*remarks, _january(date, column), _firsts(date, column)]


def _firsts(date: pd.Series, column: str) -> Remark:
    """Return a remark on the firsts of other months than January, where they hold far more than a day of the month does."""
    first = ((date.dt.day == 1) & (date.dt.month != 1)).to_numpy(dtype=bool)
    rest = int((date.dt.month.notna() & (date.dt.month != 1)).sum())
    odd = first.sum() > _OFTEN * rest and tail(int(first.sum()), mean=max(rest / 30.4, 0.1)) < 1e-6
    text = mark("{rows} of {total} rows are dated on the first of a month; that may stand for a month whose day is not known")
    return Remark("first_pile", "accepted", first & odd, text, mark("Ask the source; correct the dates in the file."), column)


def _january(date: pd.Series, column: str) -> Remark:
    """Return a remark on 1 January of several years, where it holds far more than a day does."""
    first = ((date.dt.month == 1) & (date.dt.day == 1)).to_numpy(dtype=bool)
    known, years = int(date.notna().sum()), date[first].dt.year.nunique()
    odd = years > 1 and first.sum() > _JANUARY * known and tail(int(first.sum()), mean=max(known / 365.25, 0.1)) < 1e-6
    text = mark("{rows} of {total} rows are dated 1 January; that may stand for a year whose day is not known")
    return Remark("january_pile", "accepted", first & odd, text, mark("Ask the source; correct the dates in the file."), column)


def far_dates(date: pd.Series) -> Mask:
    """Return the few dates that lie decades from all others, and those that machines write for "none".

    Such a date would stretch the period of the city over years of which the file says nothing.

    >>> dates = pd.Series(pd.to_datetime(["1900-01-01", *["2021-03-04"] * 30, "2022-05-06"]))
    >>> far_dates(dates).sum()
    np.int64(1)
    """
    known = date.dropna()
    days = np.sort(known.unique())
    where = np.zeros(len(date), dtype=bool)
    if len(days) < 2:
        return where
    gaps = np.diff(days) / pd.Timedelta(days=365.25)
    middle = known.sort_values().iloc[len(known) // 2]
    for at in np.flatnonzero(gaps > _NEAR_DEFAULT):
        early = days[at + 1] <= middle
        beyond = ((date <= days[at]) if early else (date >= days[at + 1])).to_numpy(dtype=bool)
        default = pd.Series(date[beyond].dt.normalize()).isin(_DEFAULTS).all()
        if default or (gaps[at] >= _DECADES and beyond.sum() <= max(_FEW * len(known), 1) and len(known) > beyond.sum() * 4):
            where |= beyond
    return where


def far_remark(where: Mask, date: pd.Series, column: str) -> Remark:
    """Return the remark that leaves the far dates out: their victims have no date that can be believed."""
    shown = long_day(date[where].iloc[0]) if where.any() else ""
    text = told(
        "{rows} of {total} rows are dated years from all others, such as {day}, as a day that is not known is; they were left out",
        day=shown,
    )
    advice = mark("Correct the date in the file; if it is right, write the period under covers in city.toml.")
    return Remark("far_date", "rejected", where, text, advice, column)


def unfinished(date: pd.Series, column: str, *, months: bool = False) -> list[Remark]:
    """Return a remark on the last year, and one on the last month, where the file ends before they do.

    The rest of the year, or month, would be expected to have three victims or more at the pace of the year that leads there. Where
    `months` are known and days are not, the last month is taken as whole.
    """
    last = date.max() + pd.offsets.MonthEnd(0) if months else date.max()
    if pd.isna(last) or (date.dt.year == last.year).all():
        return []
    pace = float((date > last - pd.Timedelta(days=365)).sum()) / 365
    remarks = []
    for code, end, text in (
        (
            "part_year",
            pd.Timestamp(last.year, 12, 31),
            mark(
                "{rows} of {total} rows are of {year}, and the last is dated {day}: that year is not whole; compare it with no whole year"
            ),
        ),
        (
            "part_month",
            last.normalize() + pd.offsets.MonthEnd(0),
            mark("{rows} of {total} rows are of the last month, and the last is dated {day}: that month is not whole"),
        ),
    ):
        same = (date.dt.year == last.year) & ((date.dt.month == last.month) | (code == "part_year"))
        where = same.to_numpy(dtype=bool) & (pace * (end - last.normalize()).days >= _LACKING)
        said = Told(text, {"day": long_day(last), "year": last.year})
        remarks.append(Remark(code, "accepted", where, said, mark("If the file does cover the rest, write covers in city.toml."), column))
    return remarks
