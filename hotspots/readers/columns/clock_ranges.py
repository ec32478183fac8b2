"""Clocks that are more than a moment: from one hour to another, and 24:00, the end of a day."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from hotspots.readers.columns.clocks import read_clock
from hotspots.readers.columns.odd_clocks import stand_for_none
from hotspots.readers.columns.values import each_once, is_missing
from hotspots.readers.columns.written_dates import unaccented
from hotspots.readers.report import Mask, Remark
from hotspots.words import mark, told

_HOUR, _DAY = 3600.0, 86400.0
_END = r"(?<![0-9:])24(:00(?::00(?:\.0+)?)?)(?![0-9:])"
_BARE_END = r"2400(?:00)?|24 ?h ?00"
_HALF = re.compile(r" ?\b([ap])\. ?m\b\.?|(?<=[0-9])([ap])\. ?m\b\.?")
_BEFORE = re.compile(r"^(?:de|desde|entre|from|between|das|da|du)?\s*(?:las?|les|the)?\s*(?=[0-9])")
_BETWEEN = re.compile(r"\s*(?:-|\u2013|\u2014|/|\b(?:a|al|to|hasta|y|as|ate|until|till|and|et)\b(?:\s*\b(?:las?|as)\b)?)\s*")
_HOUR_ALONE = re.compile(r"[0-9]{1,2} ?(?:h(?:rs?|s|oras?|eures?)?\.?)?")
_IN_DATE = re.compile(
    r"(?P<day>.*?)[T ,]+(?P<from>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:\s+-\s+|\s*[\u2013\u2014]\s*|\s+(?:a|to|hasta|y|as|ate|until)\s+)"
    r"(?P<to>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)",
    re.IGNORECASE,
)


def without_end_of_day(text: pd.Series, *, bare: bool = False) -> tuple[pd.Series, Mask]:
    """Return the texts with 24:00 written as 00:00, and where it stood; `bare` also knows 2400.

    >>> text, ends = without_end_of_day(pd.Series(["13/01/2023 24:00", "2023-01-13T23:59", "24:00:00"]))
    >>> text.tolist(), ends.tolist()
    (['13/01/2023 00:00', '2023-01-13T23:59', '00:00:00'], [True, False, True])
    """
    written = each_once(text, lambda each: each.str.replace(_END, r"00\1", regex=True))
    if bare:
        written = written.mask(written.str.fullmatch(_BARE_END), "00:00")
    return written, (written != text).to_numpy(dtype=bool)


def next_day(day: pd.Series, seconds: pd.Series, ends: Mask, *, column: str) -> tuple[pd.Series, pd.Series, list[Remark]]:
    """Return days and clocks where 24:00 at the `ends` is 00:00 of the next day, as ISO 8601 says, and what was done.

    Where so many clocks say it that it stands for an hour that nobody knows, the day stands as written and the hour is missing.

    >>> days = pd.Series(pd.to_datetime(["2023-12-31", "2023-12-31"]))
    >>> moved, _, remarks = next_day(days, pd.Series([0.0, 3600.0]), np.array([True, False]), column="fecha")
    >>> moved.dt.strftime("%Y-%m-%d").tolist(), remarks[0].text.values["months"]
    (['2024-01-01', '2023-12-31'], '1')
    """
    ends = ends & day.notna().to_numpy()
    if stand_for_none(int(ends.sum()), int(seconds[day.notna()].notna().sum())):
        said = mark("{rows} of {total} rows give the hour 24:00, so many that it stands for none: the day is kept, the hour is not known")
        return day, seconds.mask(ends), [Remark("end_of_day", "repaired", ends, said, column=column)]
    moved = (day + pd.Timedelta(days=1)).astype(day.dtype).where(ends, day)
    months = int((ends & (moved.dt.month != day.dt.month).to_numpy()).sum())
    text = told(
        "{rows} of {total} rows give the hour 24:00: they are counted at 00:00 of the next day, {months} of them in the next month",
        months=f"{months:,}",
    )
    advice = mark("If 24:00 is the beginning of the day that stands beside it, write it as 00:00 in the file.")
    return moved, seconds, [Remark("end_of_day", "repaired", ends, text, advice, column)]


def read_ranges(text: pd.Series) -> tuple[pd.Series, Mask]:
    """Return seconds since midnight where a range of clocks begins that lies within one hour, and which texts are ranges.

    A range that goes beyond an hour has no hour: it is missing. It ends before a full hour: `18:00 - 19:00` is the hour 18. Of hours
    alone that holds only where one range of the column begins where another ends: `18-19` may be two hours.

    >>> seconds, ranges = read_ranges(pd.Series(["18:00 a 18:59", "18:00:00 - 20:59:59", "23h-24h", "22h-23h", "7:30"]))
    >>> seconds.tolist(), ranges.tolist()
    ([64800.0, nan, 82800.0, 79200.0, nan], [True, True, True, True, False])
    """
    different = text.drop_duplicates()
    sides = {value: _sides(plain) for value, plain in zip(different, unaccented(different), strict=True)}
    pairs = pd.DataFrame([sides[value] or ("", "") for value in different], columns=["from", "to"], index=different.index).astype("str")
    begin = read_clock(pairs["from"], bare=True)
    ended, is_end = without_end_of_day(pairs["to"].str.replace(r"^24(?= ?h?[a-z]*\.?$)", "24:00", regex=True), bare=True)
    end = read_clock(ended.str.replace(r"(?<=00:00) ?h[a-z]*\.?$", "", regex=True), bare=True) + is_end * _DAY
    alone = pairs["to"].str.fullmatch(_HOUR_ALONE)
    found = begin.notna() & end.notna()
    goes_on = bool(set(begin[found]) & set((end % _DAY)[found & alone]))
    whole = (begin == 0) & (end % _DAY == 0)
    last = end.where(end >= begin, end + _DAY)
    last = last.where((last == begin) | (last % _HOUR != 0) | (alone & (not goes_on)), last - 1)
    one = found & ~whole & (last // _HOUR == begin // _HOUR)
    by_text = dict(zip(different, zip(begin.where(one), found, strict=True), strict=True))
    seconds = text.map({value: pair[0] for value, pair in by_text.items()}).astype("float64")
    return seconds, text.map({value: bool(pair[1]) for value, pair in by_text.items()}).to_numpy(dtype=bool)


def _sides(text: str) -> tuple[str, str] | None:
    """Return the two clocks of a range; None where the text, in small letters without accents, is none."""
    halves = _HALF.sub(lambda found: f"{found[1] or found[2]}m", text)
    parts = _BETWEEN.split(_BEFORE.sub("", halves.strip(), count=1))
    return (parts[0], parts[1]) if len(parts) == 2 and all(part[:1].isdigit() for part in parts) else None


def says_clocks(text: pd.Series) -> bool:
    """Return whether most texts that say anything are clocks or ranges of them, and not ranges of something else, as ages are.

    >>> says_clocks(pd.Series(["18:00 - 18:59", "0h-1h", ""])), says_clocks(pd.Series(["18-25", "26-35"]))
    (True, False)
    """
    said = text[~is_missing(text)].str.strip()
    return bool(len(said)) and float(said.str.contains(r"[0-9] ?(?::[0-9]{2}|h)", regex=True, case=False).mean()) > 0.5


def stated(times: pd.Series, column: str) -> tuple[pd.Series, Mask, list[Remark]]:
    """Return the seconds since midnight of a column of clock times, where it says 24:00, and what was noticed.

    >>> seconds, ends, remarks = stated(pd.Series(["2400", "18 a 20 h", "noche", ""]), "hora")
    >>> seconds.tolist(), ends.tolist(), [remark.code for remark in remarks if remark.where.any()]
    ([0.0, nan, nan, nan], [True, False, False, False], ['wide_time', 'bad_time'])
    """
    text, ends = without_end_of_day(times.astype("str").str.strip(), bare=True)
    seconds = read_clock(text, bare=True)
    begin, ranges = read_ranges(text.where(seconds.isna(), ""))
    lost = (seconds.isna() & ~is_missing(text)).to_numpy() & ~ranges
    said = mark("{rows} of {total} rows have a time that is no clock time; the hour was set to missing")
    return (
        seconds.fillna(begin),
        ends,
        [*_of_ranges(text, begin, ranges, column), Remark("bad_time", "repaired", lost, said, column=column)],
    )


def in_dates(text: pd.Series, column: str) -> tuple[pd.Series, list[Remark]]:
    """Return dates with the beginning of the range of clocks behind them, or none where it goes beyond an hour.

    >>> in_dates(pd.Series(["05/01/2023 18:00 - 18:59", "05/01/2023 18:00 a 23:59", "2023-01-05 21:05-06:00"]), "d")[0].tolist()
    ['05/01/2023 18:00', '05/01/2023', '2023-01-05 21:05-06:00']
    """
    parts = each_once(text, lambda each: each.str.extract(rf"^{_IN_DATE.pattern}$", flags=re.IGNORECASE))
    ranged = parts["day"].notna()
    if not ranged.any():
        return text, []
    begin, ranges = read_ranges((parts["from"] + " - " + parts["to"]).where(ranged, ""))
    written = parts["day"] + (" " + parts["from"]).where(begin.notna(), "")
    return text.mask(ranged & ranges, written), _of_ranges(text, begin, ranges, column)


def _of_ranges(text: pd.Series, begin: pd.Series, ranges: Mask, column: str) -> list[Remark]:
    """Return remarks on the ranges that were read as an hour, and on those that go beyond one."""
    wide = ranges & begin.isna().to_numpy()
    read = told(
        "{rows} of {total} rows give the time from one clock to another within one hour, such as {example}; read as that hour",
        example=_first(text, ranges & ~wide),
    )
    lost = told(
        "{rows} of {total} rows give a time of more than one hour, such as {example}; the hour was set to missing",
        example=_first(text, wide),
    )
    return [
        Remark("hour_range", "accepted", ranges & ~wide, read, column=column),
        Remark("wide_time", "repaired", wide, lost, column=column),
    ]


def _first(text: pd.Series, where: Mask) -> str:
    return repr(text[where].iloc[0]) if np.any(where) else ""
