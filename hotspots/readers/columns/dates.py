"""Dates as the file writes them → the local date and hour; a doubt is asked, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hotspots.readers.columns.clock_ranges import in_dates, next_day, stated, without_end_of_day
from hotspots.readers.columns.clocks import in_city_zone, split_offset
from hotspots.readers.columns.odd_clocks import believed
from hotspots.readers.columns.odd_dates import far_dates, far_remark, firsts_alone, odd_days, turned, unfinished, year_alone
from hotspots.readers.columns.parts_of_dates import COMPACT, DAY_NAMED, NAMED_DAY, YEAR_FIRST, YEAR_LAST, days_of, in_parts
from hotspots.readers.columns.periods import month_of
from hotspots.readers.columns.values import each_once, fold, is_missing
from hotspots.readers.columns.written_dates import plain_dates, unaccented
from hotspots.readers.faults import DayOrMonthError, ShortYearsError
from hotspots.readers.report import Mask, Remark, only
from hotspots.store.schema import DataError
from hotspots.words import mark, told

_SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
_MONTH_ONLY = r"^(?:(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.](?:19|20)[0-9]{2})$"
_OF_DAYS = ("%d", "%e", "%j", "%x", "%c", "%D", "%F", "%a", "%A", "%u", "%w")  # in date_format
_OF_MONTHS = (*_OF_DAYS, "%m", "%b", "%B", "%h")
_NO_DATE = r"[^0-9]*|-?[0-9]{1,3}(?:\.(?:[0-9]{0,3}|[0-9]{5,}))?"  # words, small numbers, degrees
_OF_DATES = re.compile(r"fec|date|data|dia|day|jour|when|time|hora|hecho|fato|occur|ocurr|dt")  # in the name of a column
FIRST_YEAR = 1900
_LONGEST = 1_000  # letters of a cell that are looked at: a longer one is no date
_MONTHS_LEAST = 0.05  # of the dates: fewer months without a day are mistakes
_SHOWN = 60  # letters of a value that a sentence shows


@dataclass(frozen=True, eq=False)
class Dates:
    """The dates of every row: `date` local and without a zone (missing where the row is rejected), `hour` 0 to 23 or missing.

    Where the `day` is not known, the date is the first of its month.
    """

    date: pd.Series
    hour: pd.Series
    remarks: tuple[Remark, ...]
    day_known: Mask


@dataclass(frozen=True, eq=False)
class _Parsed:
    day: pd.Series
    seconds: pd.Series
    offset: pd.Series
    short_year: Mask
    month_alone: Mask


def read_dates(
    texts: pd.Series,
    *,
    times: pd.Series | None = None,
    date_format: str = "",
    date_zone: str = "",
    timezone: str = "UTC",
    column: str = "date",
    time_column: str = "time",
    day_zero: pd.Timestamp | None = None,
    open_period: bool = True,
    precision: str = "",
) -> Dates:
    """Return the local date and hour that the texts stand for.

    With `date_format` that form is required of every value; without, it is worked out from all values together. Under
    `date_zone` "local", or none, the clock is kept as it stands and an offset written beside it is dropped; with "UTC" or a zone it is
    moved to the city's `timezone`, and so are counts since 1970 where that is known. Where the period is open, the few dates that lie
    decades from all others are left out. `day_zero` is the day that a workbook counts from: its serial numbers become dates.
    `precision` is what the dates know, "day" or "month"; left out, it is worked out: months without a day, and dates that are all the
    first of a month, know the month alone. No day is made up for them: see `Dates.day_known`.
    Raises `DataError` when day and month could be swapped, when years have two digits, when the values are serial numbers of a file
    that does not say from which day, or when most cannot be read.

    >>> read = read_dates(pd.Series(["2018-12-30 21:00:00+00:00", "2018-12-31 02:30:00+00:00"]))
    >>> read.date.dt.strftime("%d %H:%M").tolist(), read.hour.tolist()
    (['30 21:00', '31 02:30'], [21.0, 2.0])
    """
    text = each_once(texts.astype("str"), _trimmed)
    missing = is_missing(text)
    if not precision and year_alone(text):
        raise _only_years(text, column)
    text, counted = _from_serials(text, day_zero, column, date_format=date_format)
    text, ranged = in_dates(text, column)
    text, ends = without_end_of_day(text)
    if not date_format:
        text, plain = plain_dates(text, column=column)
        counted += plain
    parsed = _by_format(text, missing, date_format, column) if date_format else _worked_out(text, missing, column)
    seconds, ends, unread = (parsed.seconds, ends, ranged) if times is None else stated(times, time_column)
    ends = ends & ~parsed.month_alone
    day, seconds, ended = next_day(parsed.day, seconds, ends, column=column if times is None else time_column)
    parsed = replace(parsed, day=day, seconds=seconds)
    counting = any(remark.code == "epoch_dates" for remark in counted) and timezone != "UTC"
    zone = date_zone or ("UTC" if counting else "local")
    local, hour, clock_remarks = _local(
        replace(parsed, day=day, seconds=seconds), zone, zone_said=bool(date_zone), timezone=timezone, column=column
    )
    remarks = [*counted, *_rejections(local, missing.to_numpy(), parsed.short_year, column), *clock_remarks, *unread, *ended]
    rejected = _rejected(remarks, len(text))
    months = _months_alone(local.mask(rejected), parsed.month_alone, precision)
    local = local.mask(months, local.dt.normalize() - pd.to_timedelta(local.dt.day - 1, unit="D")).astype("datetime64[us]")
    if open_period:
        far = far_dates(local.mask(rejected))
        remarks.append(far_remark(far, local, column))
        rejected |= far
    date = local.mask(rejected)
    end = unfinished(date, column, months=bool(months.any())) if open_period else []
    said = _of_months(months, parsed.month_alone | (precision == "month"), column)
    return Dates(date, hour.mask(rejected), only([*remarks, said, *odd_days(date, column, known=~months), *end]), ~months)


def _trimmed(text: pd.Series) -> pd.Series:
    return text.str.replace(r"[\s\u00a0\u202f]+", " ", regex=True).str.strip().str.slice(stop=_LONGEST)


def _turned(text: pd.Series, column: str) -> DataError:
    return DataError(
        told(
            "incidents: a spreadsheet read some dates of {column} with day and month the wrong way round: no date such as {first} has a "
            "day after the 12th, and all others, such as {other}, have; export the column as text, or as yyyy-mm-dd where it was typed",
            column=repr(column),
            first=repr(text[text.str.match(YEAR_FIRST)].iloc[0][:_SHOWN]),
            other=repr(text[text.str.match(YEAR_LAST)].iloc[0][:_SHOWN]),
        )
    )


def _only_years(text: pd.Series, column: str) -> DataError:
    return DataError(
        told(
            "incidents: the {n} dates of {column} are one day of each year (first: {first}): they know the year alone, and a victim needs "
            'the month at least; if that is the day, write date_precision = "day" under [incidents] in city.toml',
            n=f"{int((~is_missing(text)).sum()):,}",
            column=repr(column),
            first=repr(text[~is_missing(text)].iloc[0]),
        )
    )


def _months_alone(date: pd.Series, alone: Mask, precision: str) -> Mask:
    """Return of which rows the month is known and the day is not."""
    if precision == "month":
        return np.asarray(date.notna())
    return np.asarray((alone | (False if precision == "day" else firsts_alone(date))) & date.notna().to_numpy())


def _of_months(months: Mask, plain: Mask, column: str) -> Remark:
    """Return the remark on rows without a day: their dates say so themselves (`plain`), or are all the first of a month."""
    if (months & ~plain).any():
        text = mark("{rows} of {total} rows are dated on the first of a month: the file knows the month only, so nothing is told by day")
        advice = mark('Ask the source for the day; if these are the days, write date_precision = "day" under [incidents] in city.toml.')
        return Remark("first_of_month", "accepted", months, text, advice, column)
    text = mark("{rows} of {total} rows give the month and no day: they are counted in their month, and nothing is told by day")
    return Remark("month_alone", "accepted", months, text, mark("Ask the source for the day."), column)


def _local(parsed: _Parsed, zone: str, *, zone_said: bool, timezone: str, column: str) -> tuple[pd.Series, pd.Series, list[Remark]]:
    """Return the local dates, the hours that are known, and what was noticed about clocks and zones."""
    day, seconds, offset = parsed.day, parsed.seconds, parsed.offset
    if zone == "local":
        clocks = believed(day, seconds, timezone=timezone, zone_said=zone_said, column=column)
        local, remarks = in_city_zone(clocks.day, clocks.seconds, offset, date_zone=zone, timezone=timezone, column=column)
    else:
        clocked = seconds if seconds.fillna(0).any() else pd.Series(np.nan, index=seconds.index)
        local, remarks = in_city_zone(day, clocked, offset, date_zone=zone, timezone=timezone, column=column)
        clock = (local - local.dt.normalize()).dt.total_seconds().where(seconds.notna())
        clocks = believed(local.dt.normalize(), clock, timezone=timezone, zone_said=True, column=column)
        local = clocks.day + pd.to_timedelta(clocks.seconds.fillna(0), unit="s").astype("timedelta64[us]")
    hour = local.dt.hour.where(clocks.seconds.notna() & local.notna()).astype("float64")
    return local, hour, [*remarks, *clocks.remarks]


def _rejected(remarks: list[Remark], rows: int) -> Mask:
    rejected = np.zeros(rows, dtype=bool)
    for remark in remarks:
        rejected |= remark.where if remark.outcome == "rejected" else False
    return rejected


_FORMS = (YEAR_FIRST, COMPACT, YEAR_LAST, DAY_NAMED, NAMED_DAY, _SERIAL, _MONTH_ONLY)


def share_dated(text: pd.Series) -> float:
    """Return how many of the first thousand values that say anything have the form of a date.

    A number of five digits is the date of a spreadsheet only under a name that speaks of dates: it may be a code, or residents.

    >>> share_dated(pd.Series(["5 de enero de 2023", "2023-01-06", "7", ""]))
    0.6666666666666666
    """
    known = text[~is_missing(text)].iloc[:1_000].str.strip()
    if known.str.fullmatch(_NO_DATE).all():
        return 0.0
    plain, counted = plain_dates(known, column="")
    low = unaccented(split_offset(plain)[0])
    forms = _FORMS if not text.name or _OF_DATES.search(fold(str(text.name))) else [form for form in _FORMS if form != _SERIAL]
    dated = np.logical_or.reduce([low.str.fullmatch(form).to_numpy(dtype=bool) for form in forms])
    return float(np.mean(dated | bool(counted and counted[0].code == "epoch_dates")))


def _from_serials(text: pd.Series, day_zero: pd.Timestamp | None, column: str, *, date_format: str) -> tuple[pd.Series, list[Remark]]:
    """Return the texts with the serial numbers of a workbook written as dates, where the day that they count from is known."""
    hits = text.str.fullmatch(_SERIAL)
    if day_zero is None or date_format or not hits.any():
        return text, []
    stamps = day_zero + pd.to_timedelta((text[hits].astype("float64") * 86400).round(), unit="s")
    written = stamps.dt.strftime("%Y-%m-%d %H:%M:%S").str.removesuffix(" 00:00:00")
    said = mark("{rows} of {total} rows hold a date as a plain number, as Excel keeps it; read as that date")
    remark = Remark(
        "serial_dates", "repaired", hits.to_numpy(dtype=bool), said, mark("Give the column a date format in the workbook."), column
    )
    return text.mask(hits, written.reindex(text.index)), [remark]


def _rejections(local: pd.Series, missing: Mask, short_year: Mask, column: str) -> list[Remark]:
    tomorrow = pd.Timestamp.now().normalize() + pd.Timedelta(days=2)
    unread = local.isna().to_numpy() & ~missing
    early = (local.dt.year < FIRST_YEAR).fillna(False).to_numpy(dtype=bool)
    late = (local >= tomorrow).to_numpy(dtype=bool)
    return [
        Remark(
            "no_date",
            "rejected",
            missing,
            mark("{rows} of {total} rows have no date; they were left out"),
            mark("Fill the date in the file."),
            column,
        ),
        Remark(
            "impossible_date",
            "rejected",
            unread & ~short_year,
            mark("{rows} of {total} rows have a date that does not exist or cannot be read; they were left out"),
            mark("Correct the date in the file."),
            column,
        ),
        Remark(
            "two_digit_year",
            "rejected",
            short_year,
            mark("{rows} of {total} rows have a year of two digits; they were left out"),
            mark("Write the year with four digits, or give date_format in city.toml."),
            column,
        ),
        Remark(
            "early_date",
            "rejected",
            early,
            told("{rows} of {total} rows have a date before {year}; they were left out", year=FIRST_YEAR),
            mark("Correct the date in the file."),
            column,
        ),
        Remark(
            "future_date",
            "rejected",
            late,
            mark("{rows} of {total} rows have a date in the future; they were left out"),
            mark("Correct the date in the file."),
            column,
        ),
    ]


def _by_format(text: pd.Series, missing: pd.Series, date_format: str, column: str) -> _Parsed:
    body, offset = split_offset(text)
    wanted = date_format.replace("%z", "").replace("%Z", "").strip()
    try:
        stamp = pd.to_datetime(body.where(~missing), format=wanted, errors="coerce").astype("datetime64[us]")
    except (ValueError, TypeError):
        raise DataError(
            told(
                'incidents: date_format = "{date_format}" is not a form of date; write for example date_format = "%d/%m/%Y"',
                date_format=date_format,
            )
        ) from None
    bad = stamp.isna() & ~missing
    if bad.sum() * 2 > (~missing).sum():
        raise DataError(
            told(
                'incidents: {n} of {total} values of {column} do not have the form date_format = "{date_format}" '
                "(first: {first}); correct date_format in city.toml, or leave it out to have it worked out",
                n=f"{int(bad.sum()):,}",
                total=f"{int((~missing).sum()):,}",
                column=repr(column),
                date_format=date_format,
                first=repr(text[bad].iloc[0][:_SHOWN]),
            )
        )
    if not any(part in wanted for part in _OF_MONTHS):
        raise DataError(
            told('incidents: date_format = "{date_format}" has no month; a victim needs the month at least', date_format=wanted)
        )
    clocked = any(mark in wanted for mark in ("%H", "%I", "%X", "%T", "%c"))
    seconds = (stamp - stamp.dt.normalize()).dt.total_seconds() if clocked else pd.Series(np.nan, index=text.index)
    alone = stamp.notna().to_numpy() & (not any(part in wanted for part in _OF_DAYS))
    return _Parsed(stamp.dt.normalize(), seconds, offset, np.zeros(len(text), dtype=bool), alone)


def _worked_out(text: pd.Series, missing: pd.Series, column: str) -> _Parsed:
    body, offset = split_offset(text)
    _refuse_serials(text[~missing], column)
    if turned(text[~missing]):
        raise _turned(text[~missing], column)
    codes, different = pd.factorize(body, use_na_sentinel=False)
    read = in_parts(pd.Series(different, dtype=body.dtype))
    a, b, short = (read[name].take(codes).set_axis(text.index) for name in ("a", "b", "short"))
    short = short.to_numpy(dtype=bool)
    _refuse_short_years(text, short, missing, column)
    whole = ~short & ~missing
    days = days_of(read, day_first=_order(body[whole], a[whole], b[whole], column))
    day, seconds = (one.take(codes).set_axis(text.index) for one in (days, read["seconds"]))
    month = month_of(text, where=day.isna() & ~missing)
    alone = month.notna().to_numpy() & bool(month.notna().sum() > _MONTHS_LEAST * (~missing).sum())
    day = day.mask(alone, month)
    _refuse_unread(text, day.isna() & ~missing, missing, column)
    return _Parsed(day, seconds, offset, short & ~alone, alone)


def _refuse_serials(text: pd.Series, column: str) -> None:
    hits = text[text.str.fullmatch(_SERIAL)]
    if len(hits) * 2 > len(text) and len(hits):
        raise DataError(
            told(
                "incidents: {n} of {total} values of {column} are {what} (first: {first}); {advice}",
                n=f"{len(hits):,}",
                total=f"{len(text):,}",
                column=repr(column),
                what=told("serial numbers of a spreadsheet, not dates"),
                first=repr(hits.iloc[0]),
                advice=told("format the column as yyyy-mm-dd in the spreadsheet and save it as CSV again, or name the .xlsx itself"),
            )
        )


def _refuse_short_years(text: pd.Series, short: Mask, missing: pd.Series, column: str) -> None:
    if short.sum() * 20 > (~missing).sum():
        forms = _forms(text[short].iloc[0], year="%y", mark="/")
        raise ShortYearsError(column, forms, _unread(text[~missing], forms), int(short.sum()), samples=tuple(text[short].iloc[:3]))


def _refuse_unread(text: pd.Series, bad: pd.Series, missing: pd.Series, column: str) -> None:
    if bad.sum() * 2 > (~missing).sum():
        shown = ", ".join(repr(value[:_SHOWN]) for value in text[bad].iloc[:3])
        raise DataError(
            told(
                "incidents: {n} of {total} values of {column} cannot be read as dates ({shown}); write their form in "
                'city.toml, for example date_format = "%d/%m/%Y"',
                n=f"{int(bad.sum()):,}",
                total=f"{int((~missing).sum()):,}",
                column=repr(column),
                shown=shown,
            )
        )


def _order(text: pd.Series, a: pd.Series, b: pd.Series, column: str) -> bool:
    """Return whether the day comes first; ask when the values do not say."""
    both = a.notna() & b.notna() & (a != b) & (a >= 1) & (b >= 1)
    day_first, month_first = int((both & (a > 12) & (b <= 12)).sum()), int((both & (b > 12) & (a <= 12)).sum())
    doubtful = text[both & (a <= 12) & (b <= 12)]
    few, many = sorted((day_first, month_first))
    if not doubtful.empty and (many == 0 or few * 100 > many):
        mark = next((char for char in doubtful.iloc[0] if char in "-/."), "/")
        forms = _forms(doubtful.iloc[0], year="%Y", mark=mark)
        samples = tuple(_both_ways(value) for value in doubtful.drop_duplicates().iloc[:3])
        raise DayOrMonthError(column, forms, _unread(text, forms), len(doubtful), samples, day_first, month_first)
    return day_first >= month_first


def _both_ways(value: str) -> tuple[str, pd.Timestamp, pd.Timestamp]:
    """Return a date with the day that it is if the day comes first, and if the month does."""
    first, second, year = (int(part) for part in pd.Series([value]).str.extract(YEAR_LAST)[["a", "b", "y"]].iloc[0])
    return value, pd.Timestamp(year, second, first), pd.Timestamp(year, first, second)


def _forms(value: str, *, year: str, mark: str) -> tuple[str, str]:
    """Return how date_format writes dates like this one, with the day first and with the month first."""
    half = value.strip().upper().endswith("M")
    clock = (" %I" if half else " %H") + ":%M" + (":%S" if value.count(":") > 1 else "") + (" %p" if half else "")
    rest = f"{mark}{year}{clock if ':' in value else ''}"
    return f"%d{mark}%m{rest}", f"%m{mark}%d{rest}"


def _unread(text: pd.Series, forms: tuple[str, str]) -> tuple[float, float]:
    """Return the share of dates that cannot be read in each form."""
    day_first, month_first = (float(pd.to_datetime(text, format=form, errors="coerce").isna().mean()) for form in forms)
    return day_first, month_first
