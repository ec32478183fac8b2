"""Tables whose rows are areas and periods and whose numbers are people killed: seen from their columns, and what city.toml says of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.cityfile.breakdowns import breakdown, same_names, sex_columns, twice_named
from hotspots.readers.cityfile.period_columns import (
    NO_COUNT,
    RUNNING,
    When,
    in_rows,
    of_asked_year,
    of_running,
    replace_entries,
    sum_of,
    wide,
)
from hotspots.readers.cityfile.pointing import samples_of
from hotspots.readers.cityfile.units import of_numbers, only
from hotspots.readers.cityfile.when_and_where import area_of_outlines, date_form, lacks_year
from hotspots.readers.cityfile.without_days import counted_rows
from hotspots.readers.columns.dates import read_dates, share_dated
from hotspots.readers.columns.killings import evidence, homicide_doubt, says_offences, victims_first
from hotspots.readers.columns.offences import kinds_of, may_count, meaning_of, plain, says_killing
from hotspots.readers.columns.residents import Numbers, are_residents, read_numbers
from hotspots.readers.columns.synonyms import BLOCK_COLUMNS, INCIDENT_COLUMNS
from hotspots.readers.columns.total_rows import says_total
from hotspots.readers.columns.values import is_missing
from hotspots.readers.doubts import settled
from hotspots.readers.faults import DoubtError
from hotspots.readers.files.text_tables import Table
from hotspots.readers.homicide_faults import CountsError
from hotspots.store.schema import DataError

_MOSTLY = 0.8
_OF_TIME = re.compile(
    r"\b(?:ano|anio|year|annee|mes|month|mois|dia|day|jour|trimestre|quarter|semestre|semester|bimestre|semana|week|hora|hour|franja|turno)\b"
)
_COUNT = re.compile(
    r"(?:n|no|nr|num|numero|number|cantidad|count|counts|total|totales|casos?|cases?|valor|valores|value|frecuencia|freq|frequencia|"
    r"conteo|qtd|qtde|quantidade|ocorrencias?|nombre|effectif|cuenta|registros)(?: (?:de|of|do|da|casos|cases|hechos|total))*"
)
_OF_YEAR = re.compile(r"(?<=\w)(?: (?:in|of|en|de|del|em|do|du))? (?:19|20)[0-9]{2}$")
_OF_PERSONS = 2  # of age, sex and weapon, that a row says of one person
_OF_ONE = ("age", "weapon", "event_id", "time", "x", "y", "geometry")  # what a row has that is about single victims or events


def counted(table: Table, ask: Ask, *, outlines: Table | None = None) -> Entries | None:
    """Return what [area_counts] says of a table of counts; None where its rows are single homicides or events.

    The periods are columns (years, months), or stand in columns of their own beside one of numbers. A table of days is one of counts
    where every area has a row for every day: else rows are events. What is in doubt is put to `ask`. Raises `DataError` where columns of
    periods hold rates.
    """
    kept = {} if table.shapes is not None else of_numbers(table)
    if not kept:
        return _counted(table, ask, outlines)
    found = _counted(only(table, kept), ask, outlines)
    return None if found is None else {**found, "where": {**found.get("where", {}), **kept}}


def _counted(table: Table, ask: Ask, outlines: Table | None) -> Entries | None:
    columns = wide(table, ask)
    if columns is not None:
        return _whole(table, columns, [], ask, outlines)
    plainly = {plain(name): name for name in reversed(list(table.columns.columns))}
    when = in_rows(table, plainly, ask, totals=not _of_one(table, plainly)) or _of_one_time(table, plainly, ask)
    if when is None or ((when.daily or _has_days(table, plainly, used=when.columns)) and _of_one(table, plainly)):
        return None
    candidates, sexes = _numbers(table, when.columns), sex_columns(table.columns, used=when.columns)
    single = _of_one(table, plainly) and not _grid(table, when, candidates, plainly)
    if when.monthly and (single or _of_persons(table, plainly, candidates)):
        candidates, sexes = [], {}
    if not candidates and not sexes:
        return None if when.daily else counted_rows(table, when.entries, when.columns, ask, outlines=outlines, months=when.monthly)
    numbers = _count(table, when, candidates, sexes, ask, outlines)
    if not numbers:
        return None
    form = date_form(_different(table, when.columns[0]), {"date": when.columns[0]}, ask) if when.daily and len(when.columns) == 1 else {}
    entries = {**when.entries, **({"period_format": form["date_format"]} if form else {}), **numbers}
    of_sexes = [name for one in sexes.values() for name in one.values()]
    return _whole(table, replace_entries(when, entries), [*candidates, *of_sexes], ask, outlines)


def _of_one_time(table: Table, plainly: Mapping[str, str], ask: Ask) -> When | None:
    """Return when the numbers of a table without any period are, as a person says; None where its rows are not one area each.

    The year is that of its title or its name, or asked.
    """
    names = [name for name in table.columns.columns if share_dated(table.columns[name]) > 0]
    counts = _numbers(table, ())
    if names or not (counts or sex_columns(table.columns, used=())) or _of_one(table, plainly):
        return None
    rows = table.columns[table.spoiled == ""]
    apart = any(_is_text(rows[name]) and rows[name].is_unique for name in rows.columns)
    return of_asked_year(table, ask, counts=counts) if apart and len(rows) > 1 else None


def _grid(table: Table, when: When, candidates: Collection[str], plainly: Mapping[str, str]) -> bool:
    """Return whether rows with a place of their own are areas with the numbers of their months: each comes again in most of them.

    A number of 0 says so too: nobody is killed in an event of none.
    """
    spots = [plainly[name] for key in ("x", "y", "geometry") for name in INCIDENT_COLUMNS[key] if name in plainly]
    spot = table.columns[spots].agg(" ".join, axis=1) if spots else pd.Series(table.shapes, index=table.columns.index).astype("str")
    sound = table.spoiled == ""
    pairs = pd.DataFrame({"spot": spot, "when": when.text})[sound].drop_duplicates()
    none = any((read_numbers(table.columns[name][sound], Numbers())[0] == 0).any() for name in candidates)
    return bool(none or len(pairs) > pairs["spot"].nunique() * pairs["when"].nunique() / 2)


def _of_persons(table: Table, plainly: Mapping[str, str], candidates: Collection[str]) -> bool:
    """Return whether rows tell of a person each, by age, sex and weapon, and their number is nearly always one and never none."""
    told_of = sum(any(name in plainly for name in INCIDENT_COLUMNS[key]) for key in ("age", "sex", "weapon"))
    if told_of < _OF_PERSONS or len(candidates) != 1:
        return False
    number = read_numbers(table.columns[next(iter(candidates))][table.spoiled == ""], Numbers())[0].dropna()
    return bool((number >= 1).all() and (number == 1).mean() > _MOSTLY)


def _has_days(table: Table, plainly: Mapping[str, str], *, used: Collection[str]) -> bool:
    """Return whether a date stands beside its year, in a column that is not `used` for the year itself."""
    named = [plainly[name] for name in INCIDENT_COLUMNS["date"] if name in plainly and plainly[name] not in used]
    return any(lacks_year(table.columns[name]) for name in named)


def _whole(table: Table, when: When, candidates: Collection[str], ask: Ask, outlines: Table | None) -> Entries:
    """Return the entries of the table with its area, its sex, its residents and the rows that are homicides."""
    used = {*when.columns, *candidates}
    entries = dict(when.entries)
    counts = [entries["count"]] if "count" in entries else [*entries.get("sex_columns", {}).values(), *entries.get("period_columns", [])]
    table = _numbered(table, counts)
    area = _area(table, used, when, outlines)
    if area:
        entries["area"] = area
        used.add(area)
    plainly = {plain(name): name for name in reversed(list(table.columns.columns))}
    if area:
        periods = when.columns if when.text is not None else tuple(name for name in when.columns if name not in counts)
        twice = same_names(table, periods, area, counts, used=used - {area})
        entries |= settled(twice, ask) if twice else {}
    used |= {str(entries.get("within", ""))}
    entries |= breakdown(table, when.columns if when.text is not None else (), area, used=used)
    used |= {str(entries.get("sex", "")), *entries.get("where", {})}
    if area and not entries.get("within"):
        again = twice_named(table, [*periods, *filter(None, [entries.get("sex")])], area, counts, used=used, where=entries.get("where", {}))
        entries |= settled(again, ask) if again else {}
    people = next((plainly[name] for name in BLOCK_COLUMNS["population"] if name in plainly and plainly[name] not in used), "")
    if people and are_residents(table.columns[people]):
        entries["population"] = people
        used.add(people)
    doubt = homicide_doubt(evidence(table.columns, used=used), file=table.source)
    found = settled(doubt, ask) if doubt else {}
    where = {**entries.pop("where", {}), **found.get("where", {})}
    return entries | ({"where": where} if where else {})


def _numbered(table: Table, counts: Collection[str]) -> Table:
    """Return the table with the rows marked that have no number in any of its columns of numbers: notes, and no parts of a total."""
    bare = ~np.logical_or.reduce([table.columns[name].str.contains("[0-9]", regex=True).to_numpy(dtype=bool) for name in counts])
    return replace(table, spoiled=np.where(bare & (table.spoiled == ""), "footnote", table.spoiled))


def _of_one(table: Table, plainly: Mapping[str, str]) -> bool:
    """Return whether the rows have what only single victims and events have: an age, a weapon, a place, a clock."""
    named = [plainly[name] for key in _OF_ONE for name in INCIDENT_COLUMNS[key] if name in plainly]
    return table.shapes is not None or any(not is_missing(table.columns[name]).all() for name in named)


def _numbers(table: Table, used: Collection[str]) -> list[str]:
    """Return the columns that may be the numbers of people killed, those that say so first."""
    called = {name: _OF_YEAR.sub("", plain(name)) for name in table.columns.columns if name not in used}
    fit = {name: word for name, word in called.items() if not NO_COUNT.fullmatch(word) and _is_count(table.columns[name])}
    running = [name for name, word in fit.items() if RUNNING.search(word)]
    fit = {name: word for name, word in fit.items() if name not in running} or _refused(table, running)
    killed = victims_first(name for name, word in fit.items() if "killed" in kinds_of(word))
    said = [name for name, word in fit.items() if says_killing(word) or kinds_of(word) & {"victims"} or _COUNT.fullmatch(word)]
    return list(dict.fromkeys([*killed, *said]))


def _refused(table: Table, running: Collection[str]) -> dict[str, str]:
    """Return no candidates; raise `DataError` where the only ones are running totals, by their names."""
    said = [name for name in running if may_count(name)]
    if said:
        raise of_running(table, said[0])
    return {}


def _is_count(text: pd.Series) -> bool:
    said = text.str.strip()[~is_missing(text)]
    number, _ = read_numbers(said, Numbers())
    return bool(len(said)) and float(((number >= 0) & (number % 1 == 0)).mean()) > _MOSTLY


def _count(
    table: Table, when: When, candidates: list[str], sexes: Mapping[str, Mapping[str, str]], ask: Ask, outlines: Table | None
) -> Entries:
    """Return the column of the numbers, or those of each sex; empty where the rows are events, or single homicides."""
    of_sexes = {name: [*one.values()] for name, one in sexes.items()}
    alone = [name for name in candidates if not any(name in names for names in of_sexes.values())]
    killed = [name for name in alone or of_sexes if "killed" in kinds_of(name) or (name in of_sexes and says_killing(name))]
    sure = killed[0] if killed else alone[0] if len(alone) == 1 else ""
    if when.daily and not _every_day(table, when, [*candidates, *(name for names in of_sexes.values() for name in names)], outlines):
        return {}
    if sure in of_sexes and len(of_sexes) == 1:
        return {"sex_columns": dict(sexes[sure])}
    others = any(kinds_of(name) & {"hurt"} or meaning_of(name) == "homicide" for name in alone if name != sure)
    if len(alone) == 1 or (len(killed) == 1 and killed[0] in alone and not others):
        return {"count": sure}
    rows = table.columns[evidence(table.columns, used=when.columns).kept]
    sums = {name: sum(sum_of(rows[one]) for one in of_sexes.get(name, [name])) for name in (*of_sexes, *candidates)}
    samples = samples_of(table.columns[candidates]) | {name: tuple(table.columns[names[0]].iloc[:3]) for name, names in of_sexes.items()}
    return settled(CountsError(table.source, len(table.rows), sums, samples, sure, by_sex=sexes), ask)


def _every_day(table: Table, when: When, candidates: Collection[str], outlines: Table | None) -> bool:
    """Return whether every area has a row for every day of the period: then the numbers are those of days, and not of events."""
    if when.text is None:
        return False
    area = _area(table, {*when.columns, *candidates}, when, outlines)
    keep = table.spoiled == ""
    areas = table.columns[area].str.strip()[keep] if area else pd.Series("", index=table.columns.index[keep])
    real = ~areas.map({one: says_total(one) for one in areas.unique()}).astype(bool)
    days = _days(when.text[keep][real], table)
    if days.isna().mean() > 0.05 or days.isna().all():
        return False
    span = (days.max() - days.min()).days + 1
    pairs = pd.DataFrame({"day": days, "area": areas[real]}).dropna().drop_duplicates()
    return bool(span > 1 and len(pairs) == span * pairs["area"].nunique())


def _different(table: Table, name: str) -> Table:
    """Return the first row of each different text in a column: what form its days have hangs on nothing else."""
    once = ~table.columns[name].duplicated().to_numpy()
    return replace(table, columns=table.columns[once], rows=table.rows[once], spoiled=table.spoiled[once], shapes=None, origins=None)


def _days(text: pd.Series, table: Table) -> pd.Series:
    different = text.drop_duplicates()
    return text.map(dict(zip(different, _days_of(different, table), strict=True))).astype("datetime64[us]")


def _days_of(text: pd.Series, table: Table) -> pd.Series:
    try:
        return read_dates(text, day_zero=table.day_zero, open_period=False).date.dt.normalize()
    except DoubtError as doubt:
        form = getattr(doubt, "forms", ("",))[0]
        read = pd.to_datetime(text.str.strip(), format=form or None, errors="coerce")
        other = pd.to_datetime(text.str.strip(), format=getattr(doubt, "forms", ("", ""))[1] or None, errors="coerce")
        return read if read.notna().sum() >= other.notna().sum() else other
    except DataError:
        return pd.Series(pd.NaT, index=text.index)


def _area(table: Table, used: Collection[str], when: When, outlines: Table | None) -> str:
    """Return the column that names the areas: by the ids of the outlines, by its name, or the one of texts; empty where none does.

    Of several the one that tells the rows of a period apart is taken, and of those the first that holds names and not codes.
    """
    names = [name for name in table.columns.columns if name not in used]
    if outlines is not None:
        best = area_of_outlines(table, outlines, names)
        if best:
            return best
    plainly = {said: name for name in reversed(names) for said in (_OF_YEAR.sub("", plain(name)), plain(name))}
    listed = (*INCIDENT_COLUMNS["area"], *BLOCK_COLUMNS["name"], *BLOCK_COLUMNS["id"])
    named = [plainly[one] for one in listed if one in plainly]
    texts = [name for name in names if _is_text(table.columns[name])]
    candidates = [name for name in dict.fromkeys([*named, *texts]) if _may_be_area(table.columns[name], name)]
    candidates = [name for name in candidates if len(set(table.columns[name])) > 1] or [name for name in candidates if name in named]
    alone = [name for name in candidates if _tells_apart(table, name, when)]
    for few in ([name for name in alone if name in named], alone, [name for name in candidates if name in named], candidates):
        different = {name: table.columns[name].nunique() for name in few}
        lettered = [name for name in few if name in texts and different[name] * 2 >= max(different.values())]
        if few:
            return str(max(lettered or few, key=lambda name: different[name]))
    return ""


def _is_text(text: pd.Series) -> bool:
    said = text[~is_missing(text)]
    return bool(len(said)) and float(said.str.contains(r"[^\W\d_]", regex=True).mean()) > 0.5


def _may_be_area(text: pd.Series, name: str) -> bool:
    of_others = any(plain(name) in INCIDENT_COLUMNS[key] for key in ("sex", "weapon", "age")) or bool(_OF_TIME.search(plain(name)))
    return not of_others and not says_offences(text) and not kinds_of(name) & {"offence", "flag"} and text[~is_missing(text)].nunique() > 0


def _tells_apart(table: Table, name: str, when: When) -> bool:
    keep = ~is_missing(table.columns[name])
    columns = [table.columns[name][keep]]
    if when.text is not None:
        columns.append(when.text[keep])
    elif "year" in when.entries:
        columns.append(table.columns[when.entries["year"]][keep])
    return not bool(pd.concat(columns, axis=1).duplicated().any())
