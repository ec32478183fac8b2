"""Years, months and days as tables of counts write them, in their cells and in the names of their columns → periods."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from hotspots.readers.columns.values import fold
from hotspots.readers.files.months import MONTH_OF

_FILLERS = frozenset(
    {"de", "del", "do", "da", "du", "of", "en", "em", "y", "to", "al", "hasta"}
    | {"ano", "anos", "anio", "anios", "year", "years", "annee", "mes", "month", "mois", "the"}
)
_FORMATS = ((r"\d{4}", "%Y"), (r"\d{4}-\d{1,2}", "%Y-%m"), (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"))
_BETWEEN = (re.compile(r"\s+(?:to|a|al|hasta|[–-])\s+|\s*\.\.\s*"), re.compile(r"\s*/\s*"))
_STEPS = (*((mark, "days") for mark in ("%d", "%j")), *((mark, "months") for mark in ("%m", "%b", "%B")), ("%Y", "years"), ("%y", "years"))
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_MONTHS = re.compile(r"\d{4}-\d{2}/\d{4}-\d{2}")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NUMBER, _YEAR = r"(?P<number>[1-4]|iv|i{1,3})", r"(?P<year>\d{4})"
_WORD = r"(?P<word>t|q|trim|trimestre|trimester|quarter|qtr|s|sem|semestre|semester|cuatrimestre|quadrimestre)"
_QUARTERS = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}[ ./-]*{_WORD}[ .-]*{_NUMBER}",
        rf"{_WORD}[ .-]*{_NUMBER}[ ./-]*(?:de |of )?{_YEAR}",
        rf"{_NUMBER}(?:o|er|ro|do|to|st|nd|rd|th|e|º|°)?[ .-]*{_WORD}[ ./-]*(?:de |of )?{_YEAR}",
        rf"{_YEAR}[ ./-]*{_NUMBER}(?:o|er|ro|do|to|st|nd|rd|th|e|º|°)?[ .-]*{_WORD}",
    )
)
_ROLLING = re.compile(
    r"\b(?:(?:year|12 months|twelve months) (?:ending|ended|to)|(?:ano|12 meses|doce meses) (?:terminad\w*|hasta|a)(?: en)?) "
)
_PARTS = re.compile(r"[a-z]+|[0-9]+")
_SPLIT = re.compile(r"(?<![0-9])([0-9]{4}) ?[/–-] ?([0-9]{4}|[0-9]{2})(?![0-9/–-])")
_FISCAL = re.compile(r"\b(?:fy|ay|sy|af|ef|financial|fiscal|school|academic|ejercicio|exercice|exercicio|year)\b")
_FISCAL_YEAR = re.compile(r"\b(?:fy|fiscal year|financial year|ano fiscal|ejercicio fiscal|annee fiscale) ?'?([0-9]{4}|[0-9]{2})\b")
_OF_FISCAL = re.compile(r"\b(?:fy|(?:fiscal|financial) (?:year|yr)|ano fiscal|ejercicio fiscal|annee fiscale)\b")
_OF_YEARS = r"\b(?:year|yr|fy)\b.*\b"
_NAMED_FIRST = re.compile(rf"{_OF_YEARS}(?:starting|beginning|commencing)\b|\bano\b.*\b(?:que (?:inicia|empieza|comienza)|iniciado)\b")
_NAMED_LAST = re.compile(rf"{_OF_YEARS}(?:ending|ended)\b|\bano\b.*\b(?:que (?:termina|finaliza)|terminado)\b")
_ORDER = re.compile(r"(?<![0-9a-z])(iv|i{1,3})(?![0-9a-z])|(?<![0-9])([1-4])(?![0-9])")
_ORDINALS = (
    ("prim", "first", "prem"),
    ("segun", "second", "deux"),
    ("terc", "third", "trois"),
    ("cuart", "quart", "fourth", "quatr"),
)
_MOST_MONTHS = 5_000  # texts that differ: a column that has more holds no months
OF_WEEKS = re.compile(  # the name of a column that says the week; behind it the number of a week, where each has a column of its own
    r"(?:(?:num|numero|number|no|n|de|of|la|the|ano|year) )*(?:semanas?|sem|se|weeks?|wk|epi ?week|iso ?week|semaine)"
    r"(?: (?:epidemiologica|epidemiologique|epi|iso|hecho|del hecho|ocurrencia|of year|del ano))*"
)


@dataclass(frozen=True)
class Named:
    """What a text says of time: `period` as ISO writes it (`2019`, `2019-01`, `2019-01-31`; `--01` is a month of any year), empty where
    it says nothing; `rest` are its other words.

    A year that begins in one and ends in the next is `2019>2020`, one that is named by its end alone `>2020`."""

    period: str
    rest: str = ""

    @property
    def step(self) -> str:
        """How long the period is: year, split year, quarter (or other months), month (of a known year or any), day; empty without one."""
        if ">" in self.period:
            return "split year"
        if "/" in self.period:
            return "quarter"
        return "any month" if self.period.startswith("--") else {0: "", 4: "year", 7: "month", 10: "day"}[len(self.period)]


def named_period(text: str) -> Named:
    """Return the year, month or day that a text names, in whatever order, and its other words.

    >>> [named_period(one).period for one in ("2015", "Ene-2019", "01/2019", "201903", "marzo de 2019", "ene", "Jan 19", "2019-01-31")]
    ['2015', '2019-01', '2019-01', '2019-03', '2019-03', '--01', '2019-01', '2019-01-31']
    >>> [named_period(one).period for one in ("2021-T1", "Q4 2021", "Oct-Dec 2021", "I trimestre 2021", "2021-04/2022-03")]
    ['2021-01/2021-03', '2021-10/2021-12', '2021-10/2021-12', '2021-01/2021-03', '2021-04/2022-03']
    >>> [named_period(one).period for one in ("Year ending March 2021", "October 2021 to December 2021", "2022-S1", "2o semestre 2022")]
    ['2020-04/2021-03', '2021-10/2021-12', '2022-01/2022-06', '2022-07/2022-12']
    >>> named_period("Homicidios_2015"), named_period("Municipio")
    (Named(period='2015', rest='homicidios'), Named(period='', rest='municipio'))
    """
    plain = re.sub(r"(?<=\d{4})\.0+$", "", fold(text)).replace("%", " pct ")
    day = _ISO_DAY.fullmatch(plain)
    if day:
        return Named("-".join(day.groups()))
    if _MONTHS.fullmatch(plain):
        return Named(plain)
    several = _of_several_months(plain)
    if several:
        return several
    years: list[int] = []
    months: list[int] = []
    numbers: list[int] = []
    rest: list[str] = []
    for part in _PARTS.findall(plain):
        if part.isdigit():
            _sort_number(part, years, months, numbers)
        elif part in MONTH_OF:
            months.append(MONTH_OF[part])
        elif part not in _FILLERS:
            rest.append(part)
    return Named(_joined(years, months, numbers), " ".join(rest))


def _of_several_months(plain: str) -> Named | None:
    """Return the quarter, the half of a year, or the twelve months to a month that a text names; None where it names none."""
    quarter = _quarter(plain)
    if quarter:
        return Named(quarter)
    rolling = _ROLLING.search(plain)
    if not rolling:
        return None
    end = named_period(plain[rolling.end() :])
    return Named(_twelve_months(end.period), end.rest) if end.step == "month" else Named("")


def _quarter(plain: str) -> str:
    """Return the three, four or six months that a text names by their number, in four languages; empty where it names none."""
    found = next((one for one in (form.fullmatch(plain) for form in _QUARTERS) if one), None)
    if not found or not _is_year(int(found["year"])):
        return ""
    size = 6 if found["word"].startswith("s") else 4 if found["word"].startswith("c") else 3
    last = size * (_ROMAN.get(found["number"]) or int(found["number"]))
    return f"{found['year']}-{last - size + 1:02}/{found['year']}-{last:02}" if last <= 12 else ""


def _twelve_months(end: str) -> str:
    """Return the twelve months that end with a month."""
    year, month = map(int, end.split("-"))
    return f"{year - (month < 12)}-{month % 12 + 1:02}/{end}"


def _sort_number(part: str, years: list[int], months: list[int], numbers: list[int]) -> None:
    if len(part) == 6 and _is_year(int(part[:4])) and 1 <= int(part[4:]) <= 12:
        years.append(int(part[:4]))
        months.append(int(part[4:]))
    elif len(part) == 4 and _is_year(int(part)):
        years.append(int(part))
    else:
        numbers.append(int(part))


def _is_year(number: int) -> bool:
    return 1900 <= number <= 2100


def _joined(years: list[int], months: list[int], numbers: list[int]) -> str:
    """Return the period that one year, at most one month and no other number make; empty for anything else."""
    if not years and len(months) == 1 and len(numbers) == 1 and numbers[0] < 100:
        years, numbers = [2000 + numbers[0] if numbers[0] < 70 else 1900 + numbers[0]], []
    if len(years) == 1 and not months and len(numbers) == 1 and 1 <= numbers[0] <= 12:
        months, numbers = numbers, []
    if len(years) == len(months) == 2 and not numbers and (years[0], months[0]) < (years[1], months[1]):
        return f"{years[0]}-{months[0]:02}/{years[1]}-{months[1]:02}"
    if len(years) == 1 and len(months) == 2 and months[0] < months[1] and not numbers:
        return f"{years[0]}-{months[0]:02}/{years[0]}-{months[1]:02}"
    if numbers or len(years) > 1 or len(months) > 1:
        return ""
    if years:
        return f"{years[0]}-{months[0]:02}" if months else str(years[0])
    return f"--{months[0]:02}" if months else ""


def split_year(text: str) -> Named:
    """Return the year that a text names by the two years that it lies in, or as a financial one; nothing where it names none.

    >>> [split_year(one).period for one in ("2019/20", "2009-10", "2019-2020", "FY2020", "FY 2019/20", "2019/21", "2019")]
    ['2019>2020', '2009>2010', '2019>2020', '>2020', '2019>2020', '', '']
    """
    plain = fold(text)
    both = _SPLIT.search(plain)
    if both:
        first, last = int(both[1]), int(both[2])
        last = last if last > 99 else first - first % 100 + last + (100 if last < first % 100 else 0)
        rest = " ".join(part for part in _PARTS.findall(_FISCAL.sub(" ", plain.replace(both[0], " "))) if part not in _FILLERS)
        return Named(f"{first}>{last}", rest) if _is_year(first) and last == first + 1 else Named("")
    one = _FISCAL_YEAR.search(plain)
    if not one:
        return Named("")
    last = int(one[1]) if len(one[1]) == 4 else 2000 + int(one[1])
    return Named(f">{last}", " ".join(part for part in _PARTS.findall(plain.replace(one[0], " ")) if part not in _FILLERS))


def is_fiscal(name: str) -> bool:
    """Return whether a column is named as one of financial years, whose values may be single years.

    >>> is_fiscal("Año fiscal"), is_fiscal("FY"), is_fiscal("Year (starting April)"), is_fiscal("year")
    (True, True, True, False)
    """
    return bool(_OF_FISCAL.search(_letters(name)) or said_of_years(name).named)


@dataclass(frozen=True)
class YearsSaid:
    """What the name of a column says of its years: which calendar year they bear the name of ("first", "last"; empty: unsaid), and the
    month that they begin in (0: unsaid)."""

    named: str = ""
    month: int = 0


def said_of_years(name: str) -> YearsSaid:
    """Return what the name of a column of years says of when they begin.

    >>> said_of_years("Year ending March"), said_of_years("Financial year beginning"), said_of_years("Año")
    (YearsSaid(named='last', month=4), YearsSaid(named='first', month=0), YearsSaid(named='', month=0))
    """
    plain = _letters(name)
    named = "first" if _NAMED_FIRST.search(plain) else "last" if _NAMED_LAST.search(plain) else ""
    months = [MONTH_OF[word] for word in plain.split() if word in MONTH_OF]
    if not named or len(months) != 1:
        return YearsSaid(named)
    return YearsSaid(named, months[0] if named == "first" else months[0] % 12 + 1)


def _letters(name: str) -> str:
    return " ".join(re.findall(r"[a-z]+", fold(name)))


def begun(period: str, month: int, *, first: bool = False) -> str:
    """Return a split year as ISO writes it, where such years begin in this month; one that begins in January is whole years.

    A year that is named by one calendar year ends in it, or where the `first` is meant begins in it.

    >>> begun("2019>2020", 4), begun(">2020", 10), begun("2019>2020", 1), begun(">2020", 1)
    ('2019-04/2020-03', '2019-10/2020-09', '2019-01/2020-12', '2020-01/2020-12')
    """
    early, _, last = period.rpartition(">")
    if month == 1:
        return f"{early or last}-01/{last}-12"
    if first and not early:
        last = str(int(last) + 1)
    return f"{int(last) - 1}-{month:02}/{last}-{month - 1:02}"


def together(texts: Iterable[str]) -> dict[str, Named]:
    """Return what each of several names of columns says; days that are all the first of a month are the months.

    Two or more that all may name a year by the two that it lies in do so: of 2009/10, 2010/11, 2011/12 none is a month.

    >>> [one.period for one in together(["2019-01-01 00:00:00", "2019-02-01 00:00:00"]).values()]
    ['2019-01', '2019-02']
    >>> [one.period for one in together(["2009/10", "2010/11", "parish"]).values()]
    ['2009>2010', '2010>2011', '']
    """
    found = {text: named_period(text) for text in texts}
    split = {text: split_year(text) for text, one in found.items() if one.step not in ("day", "any month")}
    split = {text: one for text, one in split.items() if one.period}
    certain = all(found[text].step not in ("month", "quarter") for text in split)
    if (len(split) > 1 or certain) and not any(one.step in ("month", "quarter") for text, one in found.items() if text not in split):
        found |= split
    days = [one for one in found.values() if one.step == "day"]
    if days and all(one.period.endswith("-01") for one in days):
        return {text: Named(one.period[:7], one.rest) if one.step == "day" else one for text, one in found.items()}
    return found


def year_and_month(years: pd.Series, months: pd.Series) -> pd.Series:
    """Return one period for each row from its year and its month, which may be a number or a name; the text as it stands where it is none.

    >>> year_and_month(pd.Series(["2019", "2019", "19"]), pd.Series(["ene", "2", "x"])).tolist()
    ['2019-01', '2019-02', '19 x']
    """
    number = {text: _month(text) for text in months.unique()}
    year = years.str.strip().str.replace(r"\.0+$", "", regex=True)
    joined = year + "-" + months.map(number)
    return joined.where(months.map(number).ne("") & year.str.fullmatch(r"\d{4}"), (year + " " + months.str.strip()).str.strip()).astype(
        "str"
    )


def year_and_quarter(years: pd.Series, parts: pd.Series, name: str) -> pd.Series:
    """Return one period for each row from its year and its quarter, half or third of it; the texts as they stand where there is none.

    `name` is that of the column of the parts, which says what they are.

    >>> year_and_quarter(pd.Series(["2019"] * 3), pd.Series(["1", "IV", "2do trimestre"]), "Trimestre").tolist()
    ['2019-01/2019-03', '2019-10/2019-12', '2019-04/2019-06']
    >>> year_and_quarter(pd.Series(["2019", "2019.0"]), pd.Series(["II", "Jul - Dic"]), "semestre").tolist()
    ['2019-07/2019-12', '2019-07/2019-12']
    """
    words = _letters(name)
    size = 6 if re.search(r"\b(?:sem|half)", words) else 4 if re.search("[cq]uadri|cuatri", words) else 3
    spans = {text: _months_of(text, size) for text in parts.unique()}
    year = years.str.strip().str.replace(r"\.0+$", "", regex=True)
    first, last = (parts.map({text: span[side] for text, span in spans.items()}) for side in (0, 1))
    joined = year + "-" + first + "/" + year + "-" + last
    return joined.where((first != "") & year.str.fullmatch(r"\d{4}"), (year + " " + parts.str.strip()).str.strip()).astype("str")


def _months_of(text: str, size: int) -> tuple[str, str]:
    """Return the first and the last month of a part of a year of `size` months, as its number or its months name it; empty for none."""
    plain = re.sub(r"\.0+$", "", fold(text))
    named = named_period(f"{plain} 2000").period
    if "/" in named and not _ORDER.fullmatch(plain):
        return named[5:7], named[13:15]
    order = _ORDER.search(plain)
    number = _ROMAN[order[1]] if order and order[1] else int(order[2]) if order else 0
    number = number or next((at for at, words in enumerate(_ORDINALS, 1) if plain.startswith(words)), 0)
    return (f"{size * (number - 1) + 1:02}", f"{size * number:02}") if 0 < number <= 12 // size else ("", "")


def _month(text: str) -> str:
    plain = re.sub(r"\.0+$", "", text.strip())
    if plain.isdigit():
        return f"{int(plain):02}" if 1 <= int(plain) <= 12 else ""
    found = named_period(re.sub(r"^\d{1,2}\s*[-.) ]\s*(?=\D)", "", plain))
    return found.period[2:] if found.step == "any month" and not found.rest else ""


def read_periods(texts: pd.Series, period_format: str = "") -> tuple[pd.Series, pd.Series]:
    """Return the first day of each period and the day after its last; missing where the text is no period.

    Years, months, days, and ranges of them whose last part is included. Without `period_format` the parts are ISO, or years and months
    as `named_period` reads them.

    >>> start, end = read_periods(pd.Series(["2010", "2015-02", "2015-01-01/2015-03-31", "Ene-2019"]))
    >>> end.dt.strftime("%Y-%m-%d").tolist()
    ['2011-01-01', '2015-03-01', '2015-04-01', '2019-02-01']
    >>> read_periods(pd.Series(["12/2015"]), "%m/%Y")[0].iloc[0].month
    12
    """
    known = {} if period_format else _days(texts.unique())
    known |= {text: _period(str(text).strip(), period_format) for text in texts.unique() if text not in known}
    ends = [texts.map({text: span[side] for text, span in known.items()}) for side in (0, 1)]
    return ends[0].astype("datetime64[us]"), ends[1].astype("datetime64[us]")


def month_of(texts: pd.Series, *, where: pd.Series) -> pd.Series:
    """Return the first day of the month that each text names, where it names one and no day; missing elsewhere, and but `where` asked.

    >>> month_of(pd.Series(["2023-05", "May 2023", "5/2023", "2023", "2023-05-07"]), where=pd.Series([True] * 5)).dt.month.tolist()
    [5.0, 5.0, 5.0, nan, nan]
    """
    different = texts[where].unique()
    named = {text: named_period(text) for text in different} if len(different) <= _MOST_MONTHS else {}
    known = {text: pd.Timestamp(f"{one.period}-01") for text, one in named.items() if one.step == "month" and not one.rest}
    return texts.where(where).map(known).astype("datetime64[us]")


def _days(texts: Iterable[str]) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the days among the texts, as ISO writes them: all at once, as a table of days has thousands."""
    days = pd.Series([text for text in texts if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)], dtype="str")
    start = pd.to_datetime(days, format="%Y-%m-%d", errors="coerce")
    return {text: (day, day + pd.Timedelta(days=1)) for text, day in zip(days, start, strict=True) if pd.notna(day)}


def _period(text: str, period_format: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    whole = _span(text, period_format)
    for parts in (sign.split(text) for sign in _BETWEEN):
        if whole is None and len(parts) == 2:
            first, last = (_span(part, period_format) for part in parts)
            whole = (first[0], last[1]) if first and last else None
    if whole is None and not period_format:
        named = named_period(text)
        months = "/" in named.period and named.period != text
        whole = _period(named.period, "") if months else _span(named.period, "") if not named.rest else None
    return whole or (pd.NaT, pd.NaT)


def _span(text: str, period_format: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    wanted = period_format or next((form for pattern, form in _FORMATS if re.fullmatch(pattern, text)), "")
    start = pd.to_datetime(text, format=wanted, errors="coerce") if wanted else pd.NaT
    step = next((step for mark, step in _STEPS if mark in wanted), None)
    return None if start is pd.NaT or step is None else (start.normalize(), start.normalize() + pd.DateOffset(**{step: 1}))
