"""Which rows are homicides, and how many people each stands for: what the columns of a file say of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.readers.columns.causes_of_death import causes
from hotspots.readers.columns.offences import NO, YES, kinds_of, may_count, meaning_of, plain, roles, says_killing, says_stages
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.values import fold, is_missing, whole_numbers
from hotspots.readers.homicide_faults import HomicideError, Judged, VictimsError
from hotspots.readers.report import Mask

_MOST_VALUES = 1_000  # different values of a column that names offences
_FEW_VALUES = 40  # different values of a column of which we know none
_FEW_COLUMNS = 6  # of that kind that are offered
_OUT = ("attempted", "negligent", "traffic", "suicide", "legal", "void", "person")
_YEARLY, _RATE = 5_000, 150.0  # rows a year; rows a year for 100,000 residents
_LEAST_YEARLY = 30  # rows a year below which a rate says nothing
_MOST = 1_000  # people killed in one row
_PARTLY = 0.5  # of the cells of a column that is called so are numbers, and the others say something else
_MEAN_OF_EVENTS = 5.0  # people killed in the mean event, which no list of a city reaches
_VICTIMS = re.compile(r"\b(?:victims?|victimas?|vitimas?|victimes?)\b")
_POLICE_LEAST = 2
_OF_VICTIMS = re.compile(r"(?:n[ro]?|numero|number|total)? ?(?:de|of)? ?(?:vitimas|victimas|victims) (?:em|de|por|en|of|in) (.+)")
_PEOPLE = re.compile(r"(?:victim|victima|vitima|victime|participant|participante|person|persona|pessoa|people|involved|involucrado)s?")
_LIST = re.compile(r"\s*\[\s*\{")  # of records, as a service writes it
_NUMBERS_OF = re.compile(r"\b(?:n|num|numero|number|count|counts|total|cantidad|quantidade|qtd|nombre|casos|cases|sum)\b")
_MANNER = re.compile(r"\bsicariat")  # a way of killing, which stands beside quarrels and robberies where every row is a homicide
_NOTE_NUMBER = re.compile(r" [0-9]+$")
_OF_POLICE = re.compile(
    r"threat (?:type|level)|flee(?:ing|status)?(?: status)?|(?:un)?armed(?: with| unarmed)?|body ?cam(?:era)?s?|"
    r"officers? (?:names?|involved|charged)|agency responsible(?: for death)?|criminal charges|official disposition(?: of death)?|"
    r"encounter type|call for service|was mental illness related|signs of mental illness|highest level of force|"
    r"tipo de procedimiento|unidad policial"
)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a file says of its own rows: `judged` are the columns that name offences or outcomes, `where` and `kept` the rows that are
    homicides without doubt, `says_so` whether anything at all says that rows are killings. `police` are columns that only a list of
    people killed by police has, `lists` those that hold a list of people in each row, of whom nobody knows who was killed."""

    judged: tuple[Judged, ...]
    where: Mapping[str, tuple[str, ...]]
    kept: Mask
    says_so: bool
    police: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


def evidence(columns: pd.DataFrame, *, used: Collection[str] = ()) -> Evidence:
    """Return what the columns say, those that are `used` for something else left out.

    >>> said = evidence(pd.DataFrame({"delito": ["HOMICIDIO DOLOSO", "ROBO", "HOMICIDIO CULPOSO"]}))
    >>> said.where, said.kept.tolist()
    ({'delito': ('HOMICIDIO DOLOSO',)}, [True, False, False])
    """
    names = [name for name in columns.columns if name not in used]
    judged = tuple(one for one in (_judged(columns[name], name) for name in names) if one)
    counted = any("killed" in kinds_of(name) and _counts(columns[name]) is not None for name in names)
    if not judged and not counted:  # numbers of the hurt, and none of the killed
        hurt = [name for name in names if "hurt" in kinds_of(name) and columns[name].nunique() <= _MOST_VALUES]
        judged = tuple(_unknown(columns[name], name) for name in hurt)
    sure = [one for one in judged if one.meaning("homicide", "died")]
    if not judged and not counted and not any(says_killing(name) for name in columns.columns):
        judged = tuple(_unknown(columns[name], name) for name in names if _coded(columns[name], name))
    says_so = bool(sure) or any(says_killing(name) for name in columns.columns) or any("killed" in kinds_of(name) for name in names)
    telling = tuple(one for one in judged if not _only_homicides(one))
    where = _reading(columns, telling if any(one in telling for one in sure) or not telling else judged)
    where = {column: _once(values) for column, values in where.items() if column in {one.column for one in telling}}
    police = tuple(str(name) for name in columns.columns if _OF_POLICE.fullmatch(plain(name)))
    lists = tuple(str(name) for name in names if _PEOPLE.fullmatch(plain(name)) and columns[name].str.match(_LIST).any())
    return Evidence(telling, where, rows_where(columns, where), says_so, police if len(police) >= _POLICE_LEAST else (), lists)


def _once(values: Sequence[str]) -> tuple[str, ...]:
    """Return the values without those of cases whose victims stand in rows of their own: both would count the same people twice.

    >>> _once(("HOMICÍDIO DOLOSO (2)", "Nº DE VÍTIMAS EM HOMICÍDIO DOLOSO (3)", "LATROCÍNIO"))
    ('Nº DE VÍTIMAS EM HOMICÍDIO DOLOSO (3)', 'LATROCÍNIO')
    """
    bare = {value: _NOTE_NUMBER.sub("", plain(value)) for value in values}
    of_victims = {found[1] for text in bare.values() if (found := _OF_VICTIMS.fullmatch(text))}
    return tuple(value for value in values if bare[value] not in of_victims)


def rows_where(columns: pd.DataFrame, where: Mapping[str, Collection[str]]) -> Mask:
    """Return the rows whose value, as trimmed text, is listed for every column."""
    keep = np.ones(len(columns), dtype=bool)
    for column, values in where.items():
        keep &= columns[column].str.strip().isin(list(values)).to_numpy(dtype=bool)
    return keep


def homicide_doubt(said: Evidence, *, file: str) -> HomicideError | None:
    """Return the doubt which rows are homicides; None where no column leaves one."""
    if said.lists:
        return HomicideError(file, len(said.kept), lists=said.lists)
    if not said.judged:
        return HomicideError(file, len(said.kept), police=said.police) if said.police else None
    return HomicideError(file, len(said.kept), said.judged, said.where, int(said.kept.sum()) if said.where else 0)


def too_many(columns: pd.DataFrame, *, file: str, days: float, residents: float) -> HomicideError | None:
    """Return the doubt that so many rows in so many days can be homicides, where nothing in the file says that they are.

    150 a year for 100,000 residents is more than any country had in this century; where the `residents` are not known (0) it is 5,000
    rows a year, more than any city. A rate of fewer than 30 rows a year is left alone.
    """
    yearly = len(columns) / max(days / 365.25, 1 / 12)
    rate = yearly / residents * 1e5 if residents > 0 else 0.0
    if not (yearly > _YEARLY if residents <= 0 else rate > _RATE and yearly >= _LEAST_YEARLY):
        return None
    some = [name for name in columns.columns if 1 < columns[name].nunique() <= _FEW_VALUES][:_FEW_COLUMNS]
    return HomicideError(file, len(columns), tuple(_unknown(columns[name], name) for name in some), yearly=yearly, rate=rate)


def victims_doubt(columns: pd.DataFrame, said: Evidence, *, file: str, used: Collection[str] = ()) -> VictimsError | None:
    """Return the doubt how many people each row stands for; None where no column counts people.

    A column that says `killed` by its name is the sure one, of several the one that speaks of victims; one that says `victims` only where
    no column speaks of the hurt, of deaths or of offences, and its numbers are not larger than those of people killed at one place, as
    ages are. What speaks of killings in other words is sure of nothing.
    """
    kinds = {name: kinds_of(name) for name in columns.columns if name not in used}
    numbers, partly = _numbers(columns, {name: kind for name, kind in kinds.items() if name not in said.where})
    killed = [] if partly else victims_first(name for name in numbers if "killed" in kinds[name])
    if not numbers:
        return None
    mixed = bool(said.judged) or partly or any("hurt" in kind for kind in kinds.values())
    general = [name for name in numbers if name not in killed]
    alone = len(general) == 1 and "victims" in kinds[general[0]] and not mixed
    sure = killed[0] if killed else general[0] if alone and numbers[general[0]].mean() <= _MEAN_OF_EVENTS else ""
    sums = {name: int(numbers[name][said.kept].sum()) for name in (*killed, *general)}
    if all((numbers[name][said.kept] == 1).all() for name in sums):
        return None  # every row is one person, whichever column is read
    samples = {name: tuple(columns[name].drop_duplicates().iloc[:3]) for name in sums}
    return VictimsError(file, int(said.kept.sum()), sums, samples, sure)


def _numbers(columns: pd.DataFrame, kinds: Mapping[str, Collection[str]]) -> tuple[dict[str, pd.Series], bool]:
    """Return the columns that may count people killed, as numbers; else those that are called so and hold other texts too, and True."""
    counts = {name: _counts(columns[name]) for name in kinds if may_count(name)}
    found = {name: one for name, one in counts.items() if one is not None and not (_numbered(one) or _within_cases(one, columns))}
    if found:
        return found, False
    called = [name for name, one in counts.items() if one is None and {"killed", "victims"} & set(kinds[name])]
    some = {name: _counts(columns[name], least=_PARTLY) for name in called}
    return {name: one for name, one in some.items() if one is not None and (one > 1).any()}, True


def _numbered(number: pd.Series) -> bool:
    """Return whether numbers only count the rows, as those of the murders of a year do: each once, and none left out."""
    return len(number) > 1 and number.is_unique and int(number.max() - number.min()) == len(number) - 1


def _within_cases(number: pd.Series, columns: pd.DataFrame) -> bool:
    """Return whether numbers count the victims of each case, a row each: 1, 2, 3 in rows of one case and day that follow one another.

    >>> table = pd.DataFrame({"fecha": ["5/1", "5/1", "6/1"], "numero_victima": ["1", "2", "1"]})
    >>> _within_cases(pd.Series([1, 2, 1]), table), _within_cases(pd.Series([1, 2, 2]), table)
    (True, False)
    """
    known = {*INCIDENT_COLUMNS["event_id"], *INCIDENT_COLUMNS["date"]}
    named = [name for name in columns.columns if plain(str(name)) in known]
    goes_on = columns[named].eq(columns[named].shift()).all(axis=1).to_numpy(dtype=bool)
    more = number.to_numpy() > 1
    if not named or not more.any() or not goes_on[more].all():
        return False
    return bool((number.to_numpy() == np.where(more, number.shift().fillna(0).to_numpy() + 1, 1)).all())


def victims_first(names: Iterable[str]) -> list[str]:
    """Return columns in their order, those first that speak of victims: of the cases beside them each may have several.

    >>> victims_first(["Homicídio doloso", "Nº de vítimas em homicídio doloso"])
    ['Nº de vítimas em homicídio doloso', 'Homicídio doloso']
    """
    return sorted(names, key=lambda name: not _VICTIMS.search(plain(name)))


def _judged(text: pd.Series, name: str) -> Judged | None:
    """Return the column with what its values mean; None where it names no offence, no outcome and nobody's part in a case."""
    parts = _roles(text, name) or _causes(text, name)
    if parts:
        return parts
    kinds = kinds_of(name)
    if not kinds & {"offence", "maybe", "flag", "attempt"}:
        return _as_told(name, text.str.strip().value_counts()) if says_offences(text) or _stages(text) or _voids(text) else None
    counts = text.str.strip().value_counts()
    if len(counts) > _MOST_VALUES:
        return None
    if "flag" in kinds and {fold(value) for value in counts.index if value} <= YES | NO:
        numeric = {fold(value) for value in counts.index} <= {"0", "1", "0.0", "1.0", ""}
        return None if "killed" in kinds and numeric else _flag(name, counts)
    if "attempt" in kinds and {fold(value) for value in counts.index if value} <= YES | NO:
        return _unknown(text, name, attempted=YES) if len(counts) > 1 else None
    return _by_words(text, name, counts)


def _by_words(text: pd.Series, name: str, counts: pd.Series) -> Judged | None:
    """Return a column that may be of offences or outcomes with what its texts say; None where they say nothing."""
    meanings = {value: meaning_of(value) for value in counts.index}
    if "homicide" in meanings.values():
        meanings = {value: "unclear" if meaning == "died" else meaning for value, meaning in meanings.items()}
    if _manners_alone(meanings):
        return _unknown(text, name)
    known = [meaning for meaning in meanings.values() if meaning != "unclear"]
    telling = {"homicide", "died", *_OUT} & set(known)
    strong = "offence" in kinds_of(name) and any(any(map(str.isalpha, value)) for value in counts.index)
    few = 1 < len(counts) <= min(_FEW_VALUES, max(len(text) // 5, 2))
    if not (telling or (strong and (known or few))):
        return None
    return Judged(name, tuple((str(value), meanings[value], int(rows)) for value, rows in counts.items()))


def _roles(text: pd.Series, name: str) -> Judged | None:
    """Return a column that says who of a case a row is: the rows of victims are homicides as far as it can tell, the others are none."""
    counts = text.str.strip().value_counts()
    found = roles({str(value): int(rows) for value, rows in counts.items()}, name) if len(counts) <= _FEW_VALUES else {}
    meanings = {"victim": "homicide", "person": "person", "": "unclear"}
    return Judged(name, tuple((str(value), meanings[found.get(value, "")], int(n)) for value, n in counts.items())) if found else None


def _causes(text: pd.Series, name: str) -> Judged | None:
    """Return a column of codes of causes of death, with what each says."""
    counts = text.str.strip().value_counts()
    found = causes(map(str, counts.index)) if len(counts) <= _MOST_VALUES else {}
    return Judged(name, tuple((str(value), found[str(value)], int(rows)) for value, rows in counts.items())) if found else None


def _stages(text: pd.Series) -> bool:
    return text.nunique() <= _FEW_VALUES and says_stages(text.unique())


def _voids(text: pd.Series) -> bool:
    """Return whether some of a few values say that there was no crime after all, as a status of a case may."""
    return text.nunique() <= _FEW_VALUES and any(meaning_of(value) == "void" for value in text.unique())


def _manners_alone(meanings: Mapping[str, str]) -> bool:
    """Return whether nothing but a way of killing says homicide beside something else: of what the others are it says nothing."""
    sure = [value for value, meaning in meanings.items() if meaning == "homicide"]
    return bool(sure) and len(sure) < len(meanings) and all(_MANNER.search(plain(value)) for value in sure)


def _coded(text: pd.Series, name: str) -> bool:
    """Return whether a column of an offence, by its name, holds a few numbers that stand for something and count nothing."""
    few = 1 < text[~is_missing(text)].nunique() <= min(_FEW_VALUES, max(len(text) // 5, 2))
    return few and "offence" in kinds_of(name) and not _NUMBERS_OF.search(plain(name))


def says_offences(text: pd.Series) -> bool:
    """Return whether the few values of a column name homicides beside something else, whatever its name, such as `indicateur`.

    >>> says_offences(pd.Series(["Homicides", "Vols violents"])), says_offences(pd.Series(["Norte", "Sur"]))
    (True, False)
    """
    if text.nunique() > _FEW_VALUES:
        return False
    meanings = {meaning_of(value) for value in text.unique()}
    return "homicide" in meanings and bool({*_OUT, "other"} & meanings)


def _as_told(name: str, counts: pd.Series) -> Judged:
    """Return a column with what each of its values says of itself."""
    return Judged(name, tuple((str(value), meaning_of(value), int(rows)) for value, rows in counts.items()))


def _unknown(text: pd.Series, name: str, *, attempted: Collection[str] = ()) -> Judged:
    """Return a column whose values say nothing of themselves, but for those that say "yes" to an attempt."""
    counts = text.str.strip().value_counts()
    return Judged(
        name, tuple((str(value), "attempted" if fold(value) in attempted else "unclear", int(rows)) for value, rows in counts.items())
    )


def _flag(name: str, counts: pd.Series) -> Judged:
    meanings = {value: "homicide" if fold(value) in YES else "other" if fold(value) in NO else "unclear" for value in counts.index}
    return Judged(name, tuple((str(value), meanings[value], int(rows)) for value, rows in counts.items()))


def _only_homicides(judged: Judged) -> bool:
    return {meaning for _, meaning, _ in judged.values} <= {"homicide", "died"}


def _reading(columns: pd.DataFrame, judged: tuple[Judged, ...]) -> dict[str, tuple[str, ...]]:
    """Return column → values of the rows that are homicides without doubt: one column says so, and none says otherwise."""
    sure = [one for one in judged if one.meaning("homicide", "died")]
    if not sure:
        return {}
    first = min(sure, key=lambda one: sum(rows for _, meaning, rows in one.values if meaning in ("homicide", "died")))
    where = {first.column: first.meaning("homicide", "died")}
    keep = rows_where(columns, where)
    for other in judged:
        flag = {fold(value) for value, _, _ in other.values} <= YES | NO | {""} and not other.meaning("attempted")
        against = set(other.meaning(*_OUT, *(("other", "unclear") if flag else ())))
        left = columns[other.column].str.strip()[keep].unique()
        if other is not first and against & set(left):
            where[other.column] = tuple(str(value) for value in left if value not in against)
    return where if all(where.values()) and rows_where(columns, where).any() else {}


def _counts(text: pd.Series, *, least: float = 0.95) -> pd.Series | None:
    """Return the column as whole numbers of people, missing as none; None where it is no such column: fewer than `least` are numbers."""
    number = whole_numbers(text)
    good = number.between(0, _MOST) & (number % 1 == 0)
    if float((good | is_missing(text)).mean()) < least or not good.any():
        return None
    return number.where(good).fillna(0)
