"""Ages and sexes as registers of deaths code them: of an age the first digit is a unit, the others say how many of it (4023 or 423: 23
years); of a sex 1 and 2 are a man and a woman, nearly everywhere in that order, and 0 and 1 in either."""

from __future__ import annotations

import pandas as pd

from hotspots.readers.columns.values import is_missing
from hotspots.readers.homicide_faults import CodedAgesError, CodedSexError
from hotspots.readers.report import Remark
from hotspots.words import told

_LONG = (
    r"1(?:0[01][0-9]|02[0-4]|09[0-9])|2(?:0[0-2][0-9]|03[01]|09[0-9])|3(?:00[0-9]|01[0-2]|09[0-9])|4(?:0[0-9]{2}|1[0-2][0-9]|99[89])|9999"
)
_SHORT = r"0[0-5][0-9]|1(?:[01][0-9]|2[0-4])|2(?:[0-2][0-9]|3[01])|3(?:0[0-9]|1[0-2])|4[0-9]{2}|5[0-2][0-9]|[0-3]99|999"
_UNKNOWN = {"4998", "4999", "9999", "999", "000", "099"}
_NO_SEX = {"0", "3", "9", "99"}  # codes of a sex for another, or for nobody knows
_SEXES = ({"1"}, {"2"}, {"1", "2"}, {"0", "1"}, {"0", "1", "2"})  # codes that stand together; beside 1 and 2, 0 is nobody knows
_YEARS_LEAST = 0.5  # of the codes, that are years: most who are killed are no small children


def _codes(text: pd.Series) -> pd.Series:
    return text.str.strip().str.replace(r"\.0+$", "", regex=True)


def coded_ages(text: pd.Series, *, file: str) -> CodedAgesError | None:
    """Return the doubt about ages that are codes of one length, every one of them; None where any is none.

    >>> doubt = coded_ages(pd.Series(["4023", "3011", "4031", "4998", ""], name="EDAD"), file="d.csv")
    >>> doubt.samples, doubt.first
    (('4023', '3011', '4031'), ('4023', 23))
    >>> coded_ages(pd.Series(["23", "31", "4023"], name="EDAD"), file="d.csv") is None
    True
    """
    codes = _codes(text[~is_missing(text)])
    if not len(codes) or not any(codes.str.fullmatch(form).all() for form in (_LONG, _SHORT)):
        return None
    years = codes[codes.str.startswith("4") & ~codes.isin(_UNKNOWN)]
    if len(years) < _YEARS_LEAST * len(codes):
        return None
    first = (str(years.iloc[0]), int(years.iloc[0][1:]))
    return CodedAgesError(file, str(text.name), tuple(codes.drop_duplicates().iloc[:3]), first, len(codes))


def years_of_codes(text: pd.Series) -> tuple[pd.Series, list[Remark]]:
    """Return the years that codes of ages say, as texts, and what was read; months and less are 0, what is no code is no age.

    >>> years_of_codes(pd.Series(["4023", "3011", "4998", "425", "504", "31"], name="EDAD"))[0].tolist()
    ['23', '0', '', '25', '104', '31?']
    """
    codes = _codes(text)
    fits = codes.str.fullmatch(f"{_LONG}|{_SHORT}") & ~is_missing(text)
    years = codes.str[1:].str.lstrip("0").where(codes.str[0] == "4", "0").replace("", "0")
    old = (codes.str.len() == 3) & (codes.str[0] == "5")
    years = years.mask(old, "1" + codes.str[1:]).mask(codes.isin(_UNKNOWN), "")
    said = told(
        "{rows} of {total} rows give the age as a code of a unit and a number, such as {example}; read as years",
        example=repr(str(codes[fits].iloc[0])) if fits.any() else "",
    )
    read = Remark("coded_age", "accepted", fits.to_numpy(dtype=bool), said, column=str(text.name))
    return years.where(fits, text.where(is_missing(text), text + "?")), [read]


def coded_sex(text: pd.Series, *, file: str) -> CodedSexError | None:
    """Return the doubt about sexes that are the codes 1 and 2, or 0 and 1; None where there is any other code but those for nobody knows.

    Where all are of one sex, 1 or 2 stands alone.

    >>> coded_sex(pd.Series(["1", "2", "1", "9", ""], name="SEXO"), file="d.csv").rows
    (('1', 2), ('2', 1))
    >>> coded_sex(pd.Series(["1", "1", "9"], name="SEXO"), file="d.csv").rows
    (('1', 2), ('2', 0))
    >>> coded_sex(pd.Series(["0", "1", "1"], name="SEXO"), file="d.csv").rows
    (('0', 1), ('1', 2))
    >>> [coded_sex(pd.Series(codes, name="SEXO"), file="d.csv") for codes in (["1", "2", "4"], ["0", "2"], ["9"])]
    [None, None, None]
    """
    said = text[~is_missing(text)].str.strip()
    codes = _codes(said)
    there = {"0", "1", "2"} & set(codes)
    if there not in _SEXES or not set(codes) <= {"1", "2"} | _NO_SEX:
        return None
    pair = ("0", "1") if there == {"0", "1"} else ("1", "2")
    first, second = ((next(iter(said[codes == code]), code), int((codes == code).sum())) for code in pair)
    return CodedSexError(file, str(text.name), (first, second))
