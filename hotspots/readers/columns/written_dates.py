"""Dates in the forms that machines and tables write: parts in several columns, counts since 1970, weekdays, weeks → plain texts."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from itertools import filterfalse

import numpy as np
import pandas as pd

from hotspots.readers.columns.values import each_once, is_missing
from hotspots.readers.files.months import BEGINNINGS
from hotspots.readers.report import Remark
from hotspots.readers.sections import IncidentSection
from hotspots.words import Told, mark, told

_WEEKDAYS = (  # the letters that they begin with
    "mon|tue|wed|thu|fri|sat|sun|lun|mar|mie|jue|vie|sab|dom|seg|ter|qua|qui|sex|mer|jeu|ven|sam|dim"
)
_DATE_AHEAD = r"[0-9]{1,2}(?:st|nd|rd|th|er|o)?[ .-]+(?:de )?[a-z]{3}|[0-9]+[-/.][0-9]+[-/.][0-9]|[a-z]{3,}\.? [0-9]"
_WEEKDAY = re.compile(rf"^(?:{_WEEKDAYS})[a-z]*(?:-feira)?\.?,?\s+(?={_DATE_AHEAD})")
_MOST_LETTERS = 1_000  # of a text that may be a date; one that has more is none, and is not looked at as a whole
_ZONE_NAME = re.compile(r"\s*\([^)]*\)$")
_NAMED_SHORT = r"^(?P<d>[0-9]{1,2})[-/ .](?P<m>[a-z]{3,})\.?[-/ .](?P<y>[0-9]{2})(?P<rest>[ t].*)?$"
_SECONDS = r"-?[0-9]{9,10}(?:\.0+)?"
_MILLISECONDS = r"-?[0-9]{12,13}(?:\.0+)?"
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})-?([1-7])")
_RUN_TOGETHER = r"([0-3]?[0-9])([0-3][0-9])((?:19|20)[0-9]{2})"  # no year, month and day: there is no month 19 or 20
_RUNS_LEAST = 0.95  # of a column of such dates


def month_number(text: pd.Series) -> pd.Series:
    """Return the month of the year that texts name, as a number or as a word in four languages; missing where they name none.

    >>> month_number(pd.Series(["3", "Marzo", "março", "juillet", "08.0", "13", "total"])).tolist()
    [3.0, 3.0, 3.0, 7.0, 8.0, nan, nan]
    """
    return each_once(text, _month_number)


def _month_number(text: pd.Series) -> pd.Series:
    plain = unaccented(text)
    word = plain.str.extract(r"^(?:[0-9]{1,2}[ .-]+)?([a-z]{3,})\.?$")[0]
    named = word.str[:3].map(BEGINNINGS).fillna(word.str[:4].map(BEGINNINGS))
    number = pd.to_numeric(plain, errors="coerce").astype("float64")
    return named.astype("float64").fillna(number.where(number.between(1, 12) & (number % 1 == 0)))


def unaccented(text: pd.Series) -> pd.Series:
    """Return the texts in small letters, without accents and spare spaces."""
    known = {value: _unaccented(value) for value in text.unique()}
    return text.map(known).astype("str")


def _unaccented(text: str) -> str:
    text = text[:_MOST_LETTERS]
    if not text.isascii():
        text = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text)))
    return " ".join(text.split()).lower()


def joined_date(columns: pd.DataFrame, parts: Mapping[str, str]) -> pd.Series:
    """Return one date text for each row from the columns of its parts: `year` with `month` and `day`, or with a `date` without a year.

    Without a column of the day it is the text of a month. In place of a column of the year, `of_year` may be the year of all.

    A part that is missing leaves the text empty; a part that cannot be leaves a text that is no date, so that the row is told of.

    >>> table = pd.DataFrame({"d": ["5", "31", ""], "m": ["enero", "2", "3"], "y": ["2023", "2023", "2023"]})
    >>> joined_date(table, {"year": "y", "month": "m", "day": "d"}).tolist()
    ['2023-01-05', '2023-02-31', '']
    """
    one = pd.Series(parts.get("of_year", ""), index=columns.index, dtype="str")
    year = columns[parts["year"]].str.strip().str.replace(r"\.0+$", "", regex=True) if "year" in parts else one
    if "date" in parts:
        rest = columns[parts["date"]].str.strip()
        joint = pd.Series(
            np.where(rest.str.fullmatch(r"[0-9]{1,2}[-/.][0-9]{1,2}"), rest.str.replace(r"[-.]", "/", regex=True) + "/", rest + " ")
        )
        return (joint.set_axis(rest.index) + year).where(~is_missing(rest) & ~is_missing(year), "")
    month = columns[parts["month"]].str.strip()
    number = month_number(month)
    shown = number.map(lambda value: f"{value:02.0f}", na_action="ignore").astype("object").fillna(month)
    if "day" not in parts:
        return (year + "-" + shown.astype("str")).where(~is_missing(year) & ~is_missing(month), "")
    day = columns[parts["day"]].str.strip().str.replace(r"\.0+$", "", regex=True)
    text = year + "-" + shown.astype("str") + "-" + day.where(day.str.len() != 1, "0" + day)
    return text.where(~is_missing(year) & ~is_missing(month) & ~is_missing(day), "")


def dated(columns: pd.DataFrame, section: IncidentSection) -> tuple[pd.DataFrame, IncidentSection]:
    """Return the columns with one of whole dates, and the section that names it, where the parts stand in several columns."""
    if not section.year and not section.of_year:
        return columns, section
    parts = {key: name for key in ("date", "year", "month", "day") if (name := getattr(section, key))}
    label = " + ".join([*parts.values(), *([str(section.of_year)] if section.of_year else [])])
    parts |= {"of_year": str(section.of_year)} if section.of_year else {}
    whole = columns.assign(**{label: joined_date(columns, parts).astype("str")})
    return whole, replace(section, date=label, year="", of_year=0, month="", day="")


def plain_dates(text: pd.Series, *, column: str) -> tuple[pd.Series, list[Remark]]:
    """Return the texts in the forms that people write: without weekdays and names of zones, counts since 1970 and ISO weeks as dates.

    >>> plain_dates(pd.Series(["Mon, 06 Feb 2023 14:30:00 GMT", "Mar 5, 2023", "2023-W05-3"]), column="d")[0].tolist()
    ['06 Feb 2023 14:30:00 GMT', 'Mar 5, 2023', '2023-02-01']
    >>> plain_dates(pd.Series(["1672549200000"]), column="d")[0].tolist()
    ['2023-01-01 05:00:00 UTC']
    >>> plain_dates(pd.Series(["05-ene-19", "7-ene-19", "1 May 19"]), column="d")[0].tolist()
    ['05 ene 2019', '7 ene 2019', '1 may 2019']
    >>> plain_dates(pd.Series(["03012021", "31122020", "1022021", "", "00000000"] + ["04052021"] * 20), column="d")[0].tolist()[:5]
    ['03/01/2021', '31/12/2020', '1/02/2021', '', '00000000']
    """
    plain = each_once(text, _bare)
    plain, named = _named_years(plain, column)
    plain = _runs(plain)
    plain, counted = _counts(plain, column)
    plain = _weeks(plain)
    return plain, [*named, *counted]


def _bare(text: pd.Series) -> pd.Series:
    """Return the texts without weekdays and names of zones, the year of `Feb 06 14:30:00 2023` beside its day."""
    low = unaccented(text)
    plain = text.where(~low.str.match(_WEEKDAY), low.str.replace(_WEEKDAY, "", regex=True).str.title())
    plain = plain.str.replace(_ZONE_NAME, "", regex=True).str.replace(r"\b(?:GMT|UTC)(?=[+-][0-9])", "", regex=True, flags=re.IGNORECASE)
    plain = plain.str.replace(r"^([A-Za-z]{3,} [0-9]{1,2}) ([0-9:]{5,8}) ([0-9]{4})$", r"\1 \3 \2", regex=True)  # Feb 06 14:30:00 2023
    return plain.str.replace(r"\b(Gmt|Utc)$", lambda found: found[0].upper(), regex=True)


def _named_years(text: pd.Series, column: str) -> tuple[pd.Series, list[Remark]]:
    """Return dates such as 05-ene-19 with a year of four digits, where the first number changes far more than the last: the year."""
    parts = each_once(text, lambda each: unaccented(each).str.extract(_NAMED_SHORT))
    hits = month_number(parts["m"].fillna("")).notna()
    if parts["d"][hits].nunique() <= 2 * parts["y"][hits].nunique():
        return text, []
    year = pd.to_numeric(parts["y"])
    whole = (year + (2000 - 100 * (year > datetime.date.today().year % 100))).map("{:.0f}".format, na_action="ignore")
    written = parts["d"] + " " + parts["m"] + " " + whole + parts["rest"].fillna("")
    said = mark("{rows} of {total} rows write the year with two digits after a month in words; read as day, month and year")
    remark = Remark("named_short_year", "repaired", hits.to_numpy(dtype=bool), said, "", column)
    return text.mask(hits, written), [remark]


def _counts(text: pd.Series, column: str) -> tuple[pd.Series, list[Remark]]:
    """Return counts of seconds or milliseconds since 1970 as dates and clocks of UTC, where most of the column are such counts."""
    known = ~is_missing(text)
    for pattern, unit, each in ((_MILLISECONDS, "ms", told("milliseconds")), (_SECONDS, "s", told("seconds"))):
        hits = text.str.fullmatch(pattern) & known
        if hits.sum() * 2 > known.sum() and hits.any():
            stamps = pd.to_datetime(text[hits].astype("float64"), unit=unit, errors="coerce")
            written = stamps.dt.strftime("%Y-%m-%d %H:%M:%S UTC")
            return text.mask(hits, written.reindex(text.index)), [_counted(hits, each, column)]
    return text, []


def _runs(text: pd.Series) -> pd.Series:
    """Return day, month and year that were written without a sign between them with one, where nearly all of the column are so."""
    known = text[~is_missing(text)]
    parts = known.str.extract(rf"^{_RUN_TOGETHER}$")
    one, other = (pd.to_numeric(parts[place]) for place in (0, 1))
    fit = one.between(1, 31) & other.between(1, 31) & ((one <= 12) | (other <= 12))
    if not len(known) or fit.mean() < _RUNS_LEAST or not (known[fit].str.len() == 8).any():
        return text
    written = (parts[0] + "/" + parts[1] + "/" + parts[2]).where(fit, known)
    return text.mask(text.index.isin(written.index), written.reindex(text.index))


def _counted(hits: pd.Series, each: Told, column: str) -> Remark:
    said = told("{rows} of {total} rows give the date as a count of {unit} since 1970; read as the date and clock of UTC", unit=each)
    return Remark("epoch_dates", "repaired", hits.to_numpy(dtype=bool), said, "", column)


def _weeks(text: pd.Series) -> pd.Series:
    found = {value: _day_of_week(value) for value in text[text.str.contains("W", regex=False)].unique()}
    return text.replace({value: day for value, day in found.items() if day})


def _day_of_week(value: str) -> str:
    """Return the day that an ISO week and weekday are; empty where the text is none, or the week does not exist."""
    parts = _WEEK.fullmatch(value)
    if parts is None:
        return ""
    try:
        return datetime.date.fromisocalendar(*(int(part) for part in parts.groups())).isoformat()
    except ValueError:
        return ""
