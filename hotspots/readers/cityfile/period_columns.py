"""Where the periods of a table of counts stand: in columns of their own, in one column or its parts; and what nobody but a person knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.cityfile.when_and_where import last_years, years_of
from hotspots.readers.columns.dates import share_dated
from hotspots.readers.columns.odd_dates import year_alone
from hotspots.readers.columns.offences import SEXES_SAID, kinds_of, may_count, plain, says_killing, sex_said
from hotspots.readers.columns.periods import (
    OF_WEEKS,
    Named,
    begun,
    is_fiscal,
    said_of_years,
    split_year,
    together,
    year_and_month,
    year_and_quarter,
)
from hotspots.readers.columns.residents import Numbers, read_numbers
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.total_rows import says_total
from hotspots.readers.columns.values import is_missing
from hotspots.readers.columns.written_dates import joined_date
from hotspots.readers.doubts import settled
from hotspots.readers.files.text_tables import Table
from hotspots.readers.homicide_faults import CountsError
from hotspots.readers.table_faults import SplitYearsError, YearlessError
from hotspots.store.schema import DataError
from hotspots.words import told

_MOSTLY = 0.8
_STEPS_SEEN = 20_000  # texts that say whether a column is one of periods
_WEEKS_LEAST = 5  # columns named like weeks: two or three may be semesters
_MONTHS_LEAST = 3  # columns named like months
NO_COUNT = re.compile(
    r".*\b(pob\w*|popul\w*|habit\w*|resid\w*|tasas?|taxas?|taux|rates?|tx|ratio|porc\w*|pct|percent\w*|var\w*|cambio|change|"
    r"dif\w*|100 ?k|100000|100 000|codigo|cod|code|id|dane|ibge|ubigeo|cve|zip|tracts?|wards?|fid|gid|objectid|edad|age|idade|lat|lon|"
    r"latitud|longitud|latitude|longitude|x|y|area km2|km2|superficie|semana|week|trimestre|quarter|hora|hour)\b.*"
)


RUNNING = re.compile(  # in the name of numbers that count from the beginning of a year on
    r"\b(?:acumulad[oa]s?|cumul\w*|ytd|(?:year|month) to date|to date|ano corrido|en lo que va|a la fecha|ate a data|a ce jour)\b"
)
_RATES = re.compile(r"\b(?:tasas?|taxas?|taux|rates?)\b")
_RATES_LEAST = 2

_OF_QUARTERS = re.compile(
    r"(?:(?:nombre|numero|num|no|del?|do|of|the|year|ano|calendar|fiscal) )*"
    r"(?:t|q|trim|trimestres?|trimester|quarters?|qtr|sem|semestres?|semesters?|half|half year|cuatrimestres?|quadrimestres?)"
    r"(?: (?:del?|do|of|ano|year|hecho|fato))*"
)


@dataclass(frozen=True)
class When:
    """Where the periods of a table stand: what city.toml says of it, and the period of each row as text (of wide tables: none)."""

    entries: Entries
    columns: tuple[str, ...]
    text: pd.Series | None = None
    daily: bool = False
    monthly: bool = False


def replace_entries(when: When, entries: Entries) -> When:
    """Return the periods with other entries."""
    return replace(when, entries=entries)


def wide(table: Table, ask: Ask) -> When | None:
    """Return the columns that are periods; None where there are none, or the rows have dates of their own."""
    found = together(list(table.columns.columns))
    groups = _groups(found) or _groups(found, sums=True)
    if not groups:
        _refuse_weeks(table)
        _refuse_rates(table, found)
    if not groups or any(share_dated(table.columns[name]) > 0.5 for name in table.columns.columns if not found[name].period):
        return None
    groups = {rest: names for rest, names in groups.items() if _whole_numbers(table, names)}
    if not groups:
        first = next(iter(_groups(found).values()))
        if _numeric(table, first) > _MOSTLY:
            raise _of_rates(table, first[0])
        return None
    groups = _sexes_together(table, groups, found)
    rest = _group(table, groups, ask)
    names = groups[rest]
    if RUNNING.search(rest):
        raise of_running(table, names[0])
    entries: Entries = {"period_columns": names}
    if found[names[0]].step == "any month":
        year = _year(table, found)
        entries |= {"year": year} if year else of_asked_year(table, ask, first=names[0]).entries
    if found[names[0]].step == "split year":
        entries |= settled(_split(table, names[:3], rest), ask)
    return When(entries, (*names, *((entries["year"],) if "year" in entries else ())))


def _refuse_weeks(table: Table) -> None:
    """Raise the fault of a table with a column for each week."""
    names = [str(name) for name in table.columns.columns if OF_WEEKS.fullmatch(re.sub(r" ?[0-9]{1,2}$", "", plain(str(name))))]
    numbered = [name for name in names if re.search(r"[0-9]{1,2}$", plain(name))]
    if len(numbered) >= _WEEKS_LEAST:
        raise DataError(
            told(
                "{file}: the columns {first}, … are weeks, and a week may lie in two months or two years; give the numbers by month, by "
                "year, or by day",
                file=table.source,
                first=repr(numbered[0]),
            )
        )


def _of_rates(table: Table, first: str) -> DataError:
    return DataError(
        told(
            "{file}: the columns of periods ({first}, …) hold rates or shares, and no numbers of people; give the table of the numbers",
            file=table.source,
            first=repr(first),
        )
    )


def of_running(table: Table, name: str) -> DataError:
    """Return the fault that numbers count from the beginning of a year on: added up they count people many times, and no year is whole."""
    return DataError(
        told(
            "{file}: {column} says that its numbers run from the beginning of the year, so they are those of no whole year and cannot be "
            "added up; give the numbers of each period alone, or name its months, such as 'Jan-Nov 2022'",
            file=table.source,
            column=repr(name),
        )
    )


def _refuse_rates(table: Table, found: Mapping[str, Named]) -> None:
    """Raise `DataError` where the columns of numbers are rates by their names, each of a period of its own, and nothing else is counted."""
    rates = [name for name, one in found.items() if one.period and _RATES.search(one.rest)]
    numbers = [name for name in table.columns.columns if name not in rates and _numeric(table, [name]) > _MOSTLY]
    if len(rates) >= _RATES_LEAST and not any(may_count(name) or share_dated(table.columns[name]) > 0 for name in numbers):
        raise _of_rates(table, rates[0])


def _groups(found: Mapping[str, Named], *, sums: bool = False) -> dict[str, list[str]]:
    """Return the columns of periods by the other words of their names; a year beside its months is a sum, and so are totals but for `sums`.

    One year alone is a period where its column is called by nothing else, or by a word for those killed.
    """
    groups: dict[str, list[str]] = {}
    for name, one in found.items():
        if one.period and not NO_COUNT.fullmatch(one.rest) and (sums or not says_total(one.rest)):
            groups.setdefault(one.rest, []).append(name)
    kept: dict[str, list[str]] = {}
    for rest, names in groups.items():
        steps = {found[name].step for name in names}
        alone = 1 if not rest or says_killing(rest) else 2
        for step, least in (("day", 2), ("month", 2), ("quarter", 2), ("year", alone), ("split year", 2), ("any month", _MONTHS_LEAST)):
            fit = [name for name in names if found[name].step == step]
            if step in steps and len({found[name].period for name in fit}) == len(fit) >= least:
                kept[rest] = fit
                break
    return kept


def _sexes_together(table: Table, groups: dict[str, list[str]], found: Mapping[str, Named]) -> dict[str, list[str]]:
    """Return the groups with those of each sex as one, in place of their sum where it stands beside them, by both of their names."""
    parts: dict[str, dict[str, str]] = {}
    for rest in groups:
        sex, others = sex_said(rest)
        if sex:
            parts.setdefault(others, {}).setdefault(sex, rest)
    for others, sexes in parts.items():
        periods = [[found[name].period for name in groups[rest]] for rest in sexes.values()]
        if len(sexes) != len(SEXES_SAID) or any(one != periods[0] for one in periods):
            continue
        names = [name for rest in sexes.values() for name in groups[rest]]
        total = sum(sum_of(table.columns[name]) for name in groups.get(others, []))
        if others in groups and total == sum(sum_of(table.columns[name]) for name in names):
            del groups[others]
        groups = {rest: one for rest, one in groups.items() if rest not in sexes.values()} | {" + ".join(sexes.values()): names}
    return groups


def _group(table: Table, groups: Mapping[str, list[str]], ask: Ask) -> str:
    """Return the words of the columns that hold the people killed: asked where several kinds of numbers stand in columns of periods."""
    killing = [rest for rest in groups if says_killing(rest) or "killed" in kinds_of(rest)]
    if len(groups) == 1:
        return next(iter(groups))
    sums = {rest or names[0]: sum(sum_of(table.columns[name]) for name in names) for rest, names in groups.items()}
    samples = {rest or names[0]: tuple(table.columns[names[0]].iloc[:3]) for rest, names in groups.items()}
    doubt = CountsError(table.source, len(table.rows), sums, samples, killing[0] if len(killing) == 1 else "")
    answer = str(settled(doubt, ask)["count"])
    return next(rest for rest, names in groups.items() if answer == (rest or names[0]))


def _whole_numbers(table: Table, names: Collection[str]) -> bool:
    """Return whether most cells of the columns that say anything are whole numbers, and there is one."""
    cells = pd.concat([table.columns[name] for name in names]).str.strip()
    said = cells[~is_missing(cells) & cells.str.contains("[0-9]", regex=True)]
    number, _ = read_numbers(said, Numbers())
    return bool(len(said)) and float(((number >= 0) & (number % 1 == 0)).mean()) > _MOSTLY


def _numeric(table: Table, names: Collection[str]) -> float:
    cells = pd.concat([table.columns[name] for name in names]).str.strip()
    said = cells[~is_missing(cells)]
    return float(read_numbers(said, Numbers())[0].notna().mean()) if len(said) else 0.0


def sum_of(text: pd.Series) -> int:
    """Return what the numbers of a column add up to."""
    return int(read_numbers(text, Numbers())[0].fillna(0).sum())


def _year(table: Table, found: Mapping[str, Named]) -> str:
    named = {plain(name): name for name in reversed(list(table.columns.columns)) if not found[name].period}
    names = [named[one] for one in INCIDENT_COLUMNS["year"] if one in named]
    return next((name for name in [*names, *named.values()] if _steps(table.columns[name]).get("year", 0.0) > _MOSTLY / 2), "")


def _steps(text: pd.Series) -> dict[str, float]:
    """Return how many of the texts are years, months, months of any year, days, and nothing else; of very many, some are looked at."""
    some = text.iloc[:: len(text) // _STEPS_SEEN + 1]
    said = some.str.strip()[~is_missing(some)]
    if said.empty:
        return {}
    known = together(said.unique())
    steps = said.map({one: named.step if not named.rest else "" for one, named in known.items()})
    return {str(step): float(share) for step, share in steps.value_counts(normalize=True).items()}


def _split(table: Table, names: Sequence[str], called: str) -> SplitYearsError:
    """Return the doubt when years begin that are named so; `called` is the name of their column, which may say it itself."""
    periods = [split_year(name).period or name for name in names]
    alone = not re.match(r"\d{4}>", periods[0])
    apart = len(periods) == 1 or begun(periods[0], 1)[8:] < begun(periods[1], 1)[:7]
    said = said_of_years(called)
    ends = {month: _span(begun(periods[0], month)) for month in range(1 if apart else 2, 13) if said.named != "first" or not alone}
    after = {month: _span(begun(periods[0], month, first=True)) for month in range(2, 13) if alone and said.named != "last"}
    answer = f"{said.month} first" if alone and said.named == "first" else str(said.month)
    return SplitYearsError(table.source, tuple(names), ends, after, answer if said.month else "")


def _span(period: str) -> tuple[str, str]:
    first, _, last = period.partition("/")
    return first, last


def of_asked_year(table: Table, ask: Ask, *, first: str = "", month: str = "", counts: Sequence[str] = ()) -> When:
    """Return the one year that a person says the numbers are of; `first` of the columns, or the column `month`, are months of it.

    The year may stand in the name of the file, of the table, or of the column that can only be the numbers (`counts`).
    """
    said = settled(YearlessError(table.source, first or month, years_of(table, counts if len(counts) == 1 else ()), last_years()), ask)
    if not month:
        return When(said, ())
    return When({**said, "month": month}, (month,), table.columns[month], monthly=True)


def in_rows(table: Table, plainly: Mapping[str, str], ask: Ask, *, totals: bool) -> When | None:
    """Return the columns in which each row says its period; None where none does.

    Of months without a year the year is asked for where the rows may be `totals`.
    """
    one_day = _one_day_of_year(table)
    if one_day is not None:
        return one_day
    parts = _parts(table, plainly)
    if "day" in parts:
        return When(dict(parts), tuple(parts.values()), joined_date(table.columns, parts), daily=True)
    steps = {name: _steps(table.columns[name]) for name in table.columns.columns if name not in parts.values()}
    monthly = [name for name, share in steps.items() if share.get("month", 0.0) + share.get("quarter", 0.0) > _MOSTLY]
    if monthly:
        alone = steps[monthly[0]].get("month", 0.0) > _MOSTLY
        return When({"period": monthly[0]}, (*monthly, *parts.values()), table.columns[monthly[0]], monthly=alone)
    named = [plainly[name] for name in INCIDENT_COLUMNS["date"] if name in plainly]
    dated = [name for name in [*named, *steps] if name not in parts.values() and share_dated(table.columns[name]) > 0.5]
    if dated:
        return When({"period": dated[0]}, (dated[0],), table.columns[dated[0]], daily=True)
    joined = _month_of_parts(table, parts) or _quarter(table, parts)
    if joined is not None:
        return joined
    bare = next((name for name, share in steps.items() if share.get("any month", 0.0) > _MOSTLY), "") if totals and not parts else ""
    if bare and plain(bare) in INCIDENT_COLUMNS["month"] and not any(share.get("year", 0.0) > _MOSTLY for share in steps.values()):
        return of_asked_year(table, ask, month=bare)
    return _yearly(table, parts.get("year", ""), steps, ask)


def _one_day_of_year(table: Table) -> When | None:
    """Return the column whose dates are one day of each year, so that they say the year alone, where no other column says the day."""
    forms = {str(name): year_alone(table.columns[name]) for name in table.columns.columns}
    name = next((name for name, form in forms.items() if form), "")
    if not name or any(share_dated(table.columns[other]) > 0.5 for other, form in forms.items() if not form):
        return None
    return When({"period": name, "period_format": forms[name]}, (name,), table.columns[name])


def _yearly(table: Table, named: str, steps: Mapping[str, Mapping[str, float]], ask: Ask) -> When | None:
    """Return the column of years, where it is `named` or its `steps` say so; when they begin is asked where that is not January."""
    yearly = named or next((name for name, share in steps.items() if share.get("year", 0.0) > _MOSTLY), "")
    if yearly and not is_fiscal(yearly):
        return When({"period": yearly}, (yearly,), table.columns[yearly])
    split = yearly or next((name for name, share in steps.items() if share.get("split year", 0.0) > _MOSTLY), "")
    if not split:
        return None
    some = table.columns[split][~is_missing(table.columns[split])].str.strip().drop_duplicates()
    return When({"period": split, **settled(_split(table, list(some[:3]), split), ask)}, (split,), table.columns[split])


def _month_of_parts(table: Table, parts: Mapping[str, str]) -> When | None:
    """Return the columns of a year and a month; None where there are none."""
    if "month" not in parts:
        return None
    joined = year_and_month(table.columns[parts["year"]].str.strip(), table.columns[parts["month"]])
    return When(dict(parts), tuple(parts.values()), joined, monthly=True)


def _quarter(table: Table, parts: Mapping[str, str]) -> When | None:
    """Return the columns of a year and of the quarter, half or third of it that each row is about; None where there are none."""
    if "year" not in parts:
        return None
    for name in table.columns.columns:
        if not _OF_QUARTERS.fullmatch(plain(name)):
            continue
        joined = year_and_quarter(table.columns[parts["year"]], table.columns[name], str(name))
        if joined.str.contains("/", regex=False).mean() > _MOSTLY:
            return When({"year": parts["year"], "quarter": str(name)}, (parts["year"], str(name)), joined)
    return None


def _parts(table: Table, plainly: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of the year, and of month and day where there are such, by their names and by what they hold."""
    found: dict[str, str] = {}
    least = {"year": (1900, 2100), "month": (1, 12), "day": (1, 31)}
    for key in ("year", "month", "day"):
        for name in INCIDENT_COLUMNS[key]:
            column = plainly.get(name, "")
            if column and column not in found.values() and _fits(table.columns[column], key, *least[key]):
                found[key] = column
                break
        if key not in found:
            break
    return found


def _fits(text: pd.Series, key: str, least: int, most: int) -> bool:
    number = pd.to_numeric(text.str.strip(), errors="coerce")
    named = _steps(text).get("any month", 0.0) if key == "month" else 0.0
    return max(float(number.between(least, most).mean()), named) > 0.5
