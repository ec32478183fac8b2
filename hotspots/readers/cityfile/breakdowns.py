"""Tables of counts that give parts of a total in rows of their own: by sex, by age, by weapon, with or without a row of the sum."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from hotspots.readers.asking import Entries
from hotspots.readers.columns.killings import rows_where, says_offences
from hotspots.readers.columns.offences import SEXES_SAID, plain, sex_said
from hotspots.readers.columns.residents import Numbers, read_numbers
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.total_rows import says_total
from hotspots.readers.columns.values import built_in, fold, is_missing
from hotspots.readers.files.text_tables import Table
from hotspots.readers.table_faults import SameNameError, TwiceNamedError

_SHOWN = 3  # names that a question lists
_WHOLE = 0.8  # of a column of numbers
_MOST = 40  # different values of a column of parts
_BOTH = frozenset({"both", "both sexes", "ambos", "ambos sexos", "ambos os sexos", "les deux sexes", "deux sexes"})


def breakdown(table: Table, when: Sequence[str], area: str, *, used: Collection[str]) -> Entries:
    """Return what city.toml says of the columns that give the parts of a total, so that nobody is counted twice and no part is lost.

    `when` are the columns of the period. A column of the sex is `sex` where every area and period has every sex. Of a column in which
    some rows are the sums of the others, the sums are kept where each area and period has one, else the parts.
    """
    rows = table.columns[table.spoiled == ""]
    keys = [name for name in (area, *when) if name]
    parts = {name: rows[name].str.strip() for name in rows.columns if name not in used and name != area and _of_parts(rows[name])}
    sums = {name: text.map({one: _is_sum(one) for one in text.unique()}).astype(bool) for name, text in parts.items()}
    found: Entries = {}
    sex = next((name for name in parts if plain(name) in INCIDENT_COLUMNS["sex"] and _sexes(parts[name][~sums[name]])), "")
    where: dict[str, list[str]] = {}
    keep = pd.Series(data=True, index=rows.index)
    for name in sorted(parts, key=lambda one: one == sex):  # the sexes of what is kept of the other columns
        each = _groups(rows, keys if name == sex else [*keys, *(one for one in parts if one != name)])[keep]
        text, summed = parts[name][keep], sums[name][keep]
        complete = name == sex and _has_all(each[~summed], text[~summed], of=each[~summed])
        found |= {"sex": sex} if complete else {}
        if summed.any() and not summed.all():
            whole = not complete and _has_all(each[summed], pd.Series("sum", index=each.index[summed]), of=each)
            where[name] = sorted(text[summed == whole].unique())
            keep &= parts[name].isin(where[name])
    return found | ({"where": where} if where else {})


def _groups(rows: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    first, *others = (rows[name] for name in names) if names else (pd.Series("", index=rows.index),)
    return first.str.cat(others, sep="\0")


def same_names(table: Table, when: Sequence[str], area: str, counts: Sequence[str], *, used: Collection[str]) -> SameNameError | None:
    """Return the doubt whether rows of one name are one area, where another column tells all such rows of a period apart.

    `counts` are the columns of the numbers.
    """
    if not area:
        return None
    rows = table.columns[table.spoiled == ""]
    rows = rows[~rows[area].map({one: says_total(one) for one in rows[area].unique()}).astype(bool)]
    keys = [area, *when]
    twice = rows[~is_missing(rows[area])].duplicated(keys, keep=False)
    twice = twice.reindex(rows.index, fill_value=False)
    if not twice.any():
        return None
    for name in rows.columns:
        if name in {*used, *keys, *counts} or not _may_hold(rows, name, area) or rows[[*keys, name]].duplicated().any():
            continue
        numbers = sum((read_numbers(rows[one], Numbers())[0].fillna(0) for one in counts), start=pd.Series(0.0, index=rows.index))
        several = rows[area].str.strip()[twice].unique()
        of = {
            one: numbers[rows[area].str.strip() == one].groupby(rows[name].str.strip()).sum().astype(int).to_dict()
            for one in several[:_SHOWN]
        }
        return SameNameError(table.source, area, name, of, len(several))
    return None


def twice_named(
    table: Table, when: Sequence[str], area: str, counts: Sequence[str], *, used: Collection[str], where: Mapping[str, Sequence[str]]
) -> TwiceNamedError | None:
    """Return the doubt whether rows of one name are one area, where they come as often in every period and nothing tells them apart.

    Where half of the areas and more come so, the rows are parts of a total: single homicides, or offences.
    """
    rows = table.columns[(table.spoiled == "") & rows_where(table.columns, where)]
    rows = rows[~is_missing(rows[area])]
    keys = [area, *when]
    again = rows[rows.duplicated(keys, keep=False)]
    often = rows.groupby(keys, sort=False).size().groupby(level=0).agg(["min", "max"])
    same = often.index[(often["min"] == often["max"]) & (often["min"] > 1)]
    others = [name for name in rows.columns if name not in {*keys, *counts, *used}]
    told_apart = any(not again[[*keys, name]].drop_duplicates().equals(again[[*keys, name]].drop_duplicates(keys)) for name in others)
    if again.empty or told_apart or len(same) * 2 > len(often) or set(again[area]) - set(same):
        return None
    numbers = sum((read_numbers(again[one], Numbers())[0].fillna(0) for one in counts), start=pd.Series(0.0, index=again.index))
    number = again.groupby(keys).cumcount()
    shown = {str(name): tuple(numbers[again[area] == name].groupby(number).sum().astype(int)) for name in same[:_SHOWN]}
    return TwiceNamedError(table.source, area, shown, len(same))


def sex_columns(columns: pd.DataFrame, *, used: Collection[str]) -> dict[str, dict[str, str]]:
    """Return sex → column for each pair of columns of whole numbers whose names differ by the sex alone, by both of their names.

    >>> sex_columns(pd.DataFrame({"Homicidios hombres": ["9"], "Homicidios mujeres": ["2"]}), used=())
    {'Homicidios hombres + Homicidios mujeres': {'male': 'Homicidios hombres', 'female': 'Homicidios mujeres'}}
    """
    found: dict[str, dict[str, str]] = {}
    for name in columns.columns:
        sex, rest = sex_said(str(name))
        number = pd.to_numeric(columns[name].str.strip(), errors="coerce")
        if name in used or not sex or not (number.notna() & (number % 1 == 0)).mean() > _WHOLE:
            continue
        found.setdefault(rest, {}).setdefault(sex, str(name))
    return {" + ".join(one.values()): one for one in found.values() if len(one) == len(SEXES_SAID)}


def _may_hold(rows: pd.DataFrame, name: str, area: str) -> bool:
    """Return whether a column may say what the areas lie within: words, fewer than there are areas, the same for most of them."""
    if any(plain(name) in INCIDENT_COLUMNS[key] for key in ("sex", "age", "weapon")) or says_offences(rows[name]):
        return False
    text = rows[name].str.strip()
    words = float(text.str.contains(r"[^\W\d_]", regex=True).mean()) > 0.5
    each = text.groupby(rows[area].str.strip()).nunique()
    return bool(words and 1 < text.nunique() <= each.size and (each == 1).mean() >= 0.5 and not is_missing(text).any())


def _of_parts(text: pd.Series) -> bool:
    """Return whether a column may hold parts: few different words, and a sum among them, or a name of the sex."""
    said = text.str.strip()[~is_missing(text)]
    if not 1 < said.nunique() <= _MOST or pd.to_numeric(said, errors="coerce").notna().mean() > 0.5:
        return False
    return plain(str(text.name)) in INCIDENT_COLUMNS["sex"] or any(_is_sum(one) for one in said.unique())


def _is_sum(text: str) -> bool:
    return says_total(text) or plain(text) in _BOTH


def _sexes(text: pd.Series) -> bool:
    """Return whether every value is a word for a sex that we know."""
    known = built_in(text, "sex")
    return bool(len(text)) and all(fold(one) in known for one in text.unique())


def _has_all(groups: pd.Series, text: pd.Series, *, of: pd.Series) -> bool:
    """Return whether each group among those `of` has a row for each of the texts."""
    pairs = pd.DataFrame({"group": groups, "text": text}).drop_duplicates()
    return bool(len(pairs) == of.nunique() * text.nunique() > 0)
