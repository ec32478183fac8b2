"""Codes of causes of death, as registers of deaths write them: the external causes of ICD-10, chapter XX."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CODE = re.compile(r"\*?([A-Z])([0-9]{2})\.?([0-9X])?[0-9A-Z]{0,3}")
_LEAST = 0.9  # of the values that must be codes
# From code, to code → what it says. What lies between no two is a disease or an injury without its cause.
# World Health Organization, International Classification of Diseases, tenth revision, https://icd.who.int/browse10
_SPANS = (
    ("V01", "X59", "traffic"),  # transport and all other accidents
    ("X60", "X84", "suicide"),
    ("X85", "Y09", "homicide"),
    ("Y10", "Y34", "unclear"),  # undetermined intent
    ("Y35", "Y36", "legal"),  # legal intervention, war
    ("Y85", "Y86", "traffic"),  # late deaths of accidents
)
_LATE = {"Y870": "suicide", "Y871": "homicide", "Y872": "unclear"}


def causes(values: Iterable[str]) -> dict[str, str]:
    """Return value → what it says of a death, where the values are codes of ICD-10 and one is an assault or a suicide; else nothing.

    >>> causes(["X95.4", "X99", "V892", "Y349", "I219", "X700"])
    {'X95.4': 'homicide', 'X99': 'homicide', 'V892': 'traffic', 'Y349': 'unclear', 'I219': 'other', 'X700': 'suicide'}
    >>> causes(["B12", "C07"]), causes(["X95", "Norte", "Sur"])
    ({}, {})
    """
    values = list(values)
    said = [value for value in values if value.strip()]
    codes = {value: _CODE.fullmatch(value.strip().upper()) for value in said}
    found = {value: "unclear" if code is None else _meaning(code) for value, code in codes.items()}
    known = sum(code is not None for code in codes.values())
    if not said or known < _LEAST * len(said) or not {"homicide", "suicide"} & set(found.values()):
        return {}
    return {value: found.get(value, "unclear") for value in values}


def _meaning(code: re.Match[str]) -> str:
    three = code[1] + code[2]
    late = _LATE.get(three + (code[3] or ""))
    return late or next((meaning for first, last, meaning in _SPANS if first <= three <= last), "other")
