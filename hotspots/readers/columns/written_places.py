"""Coordinates as people write them → numbers: decimal commas, degrees and minutes, pairs in one cell, points in WKT and JSON."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.readers.columns.values import is_missing
from hotspots.readers.faults import Floats
from hotspots.readers.report import Mask

NUMBER = r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?"
_MOST_DEGREES = 180
_DECIMAL = r"[0-9]+(?:[.,][0-9]+)?"
_DEGREES = (
    rf"^(?P<before>[NSEWO])?\s*(?P<sign>[-+])?(?P<d>{_DECIMAL})\s*(?:°|º|˚|DEG|D|:)?\s*"
    rf"(?:(?P<m>{_DECIMAL})\s*(?:'|’|′|´|MIN|:)?\s*(?:(?P<s>{_DECIMAL})\s*(?:\"|”|″|''|’’|´´|SEC)?)?)?\s*(?P<after>[NSEWO])?$"
)
_SAYS_DEGREES = r"[°º˚:]|DEG|^[NSEWO]\s*[0-9]|[0-9'\"’”′″´]\s*[NSEWO]$"
_WKT = rf"^(?:SRID=[0-9]+;)?\s*(?:MULTI)?POINT\s*(?:ZM|Z|M)?\s*\(+\s*({NUMBER})\s+({NUMBER})(?:\s+{NUMBER})*\s*\)+$"
_EMPTY_WKT = r"(?:SRID=[0-9]+;)?\s*(?:MULTI)?POINT\s*(?:ZM|Z|M)? EMPTY"
_JSON = rf"\"COORDINATES\"\s*:\s*\[\s*({NUMBER})\s*,\s*({NUMBER})\s*[,\]]"
_NAMED = rf"LAT[A-Z]*['\"]?\s*[:=]\s*['\"]?({NUMBER})['\"]?\s*[,;]\s*['\"]?LO?NG?[A-Z]*['\"]?\s*[:=]\s*['\"]?({NUMBER})"
_LINK = rf"HTTPS?://\S*?[@=/]({NUMBER}),\s*\+?({NUMBER})"
_LISTED = rf"^\[.*,\s*\"({NUMBER})\",\s*\"({NUMBER})\",[^\"]*\]$"  # as rows of Socrata list a place: address, latitude, longitude
_POINT_PAIR = r"^([^,;|]+?)\s*[,;|]\s*([^,;|]+)$"
_COMMA_PAIR = r"^([-+]?[0-9]+,[0-9]+)\s*(?:;|\||\s)\s*([-+]?[0-9]+,[0-9]+)$|^([-+]?[0-9]+,[0-9]+),\s+([-+]?[0-9]+,[0-9]+)$"
_GAP_PAIR = rf"^({NUMBER})\s+({NUMBER})$"
_LETTERS_PAIR = r"^(.*?[NS])[\s,;]+(.*?[EWO])$"


@dataclass(frozen=True, eq=False)
class Pairs:
    """The numbers of each cell as `x` and `y`, where the cell is `blank`, and where a decimal `comma` was read."""

    x: Floats
    y: Floats
    blank: Mask
    comma: Mask


def coordinate(text: pd.Series) -> tuple[Floats, Mask]:
    """Return the number that each text stands for, and where a decimal comma was read; what is no coordinate is missing.

    South and west, `W` or `O` (oeste, ouest), are below 0.

    >>> coordinate(pd.Series(["-75.5", "6,25", "6°15'00\\"N", "75 34.5' W", "here"]))[0].tolist()
    [-75.5, 6.25, 6.25, -75.575, nan]
    >>> coordinate(pd.Series(["\u221274.5"]))[0].tolist()
    [-74.5]
    >>> coordinate(pd.Series(["1,001,134", "999,788", ""]))[0].tolist(), coordinate(pd.Series(["4.709.950,76"]))[0].tolist()
    ([1001134.0, 999788.0, nan], [4709950.76])
    """
    plain = _ungrouped(text.str.strip().str.replace(r"^[\u2212\u2013](?=[0-9])", "-", regex=True))
    comma = plain.str.fullmatch(r"[-+]?[0-9]+,[0-9]+")
    written = plain.where(~comma, plain.str.replace(",", "."))
    number = pd.to_numeric(written.where(written.str.fullmatch(NUMBER)), errors="coerce").astype("float64")
    rest = plain[number.isna()]
    rest = rest[rest.str.upper().str.contains(_SAYS_DEGREES, regex=True)]
    if len(rest):
        number = number.fillna(_sexagesimal(rest).reindex(number.index))
    return number.to_numpy(dtype=np.float64, na_value=np.nan), comma.to_numpy(dtype=bool)


def _ungrouped(plain: pd.Series) -> pd.Series:
    """Return numbers without the signs that group their thousands, where all are grouped so and it shows: one has two such signs, or a
    fraction behind one, or is larger than any degree."""
    said = plain[plain != ""]
    for sign, point in ((",", "."), (".", ",")):
        form = rf"[-+]?[0-9]{{1,3}}(?:\{sign}[0-9]{{3}})*(?:\{point}[0-9]+)?"
        if said.empty or not said.str.fullmatch(form).all():
            continue
        grouped = said[said.str.contains(sign, regex=False)]
        shown = grouped.str.count(rf"\{sign}").gt(1) | grouped.str.contains(point, regex=False)
        shown |= (sign == ",") & (pd.to_numeric(grouped.str.replace(",", "."), errors="coerce").abs() > _MOST_DEGREES)
        if shown.any():
            return plain.str.replace(sign, "", regex=False)
    return plain


def _sexagesimal(text: pd.Series) -> pd.Series:
    parts = text.str.upper().str.extract(_DEGREES)
    whole, minutes, seconds = (pd.to_numeric(parts[key].str.replace(",", "."), errors="coerce") for key in ("d", "m", "s"))
    degrees = whole + minutes.fillna(0) / 60 + seconds.fillna(0) / 3600
    letter = parts["after"].fillna(parts["before"])
    below = letter.isin(["S", "W", "O"]) | ((parts["sign"] == "-") & letter.isna())
    return degrees.where(~below, -degrees).where((minutes.fillna(0) < 60) & (seconds.fillna(0) < 60))


def pairs(text: pd.Series) -> Pairs:
    """Return the two coordinates of each cell.

    Points in WKT and JSON give x first. A plain pair gives the latitude first, as maps and people do, unless most first numbers can be no
    latitude.

    >>> read = pairs(pd.Series(["(6.2, -75.5)", "POINT (-75.5 6.2)", "6°12'N 75°30'W", "MULTIPOINT ((-75.5 6.2))", ""]))
    >>> read.x.tolist(), read.y.tolist(), read.blank.tolist()
    ([-75.5, -75.5, -75.5, -75.5, nan], [6.2, 6.2, 6.2, 6.2, nan], [False, False, False, False, True])
    """
    upper = text.str.strip().str.upper()
    blank = (is_missing(text) | upper.str.fullmatch(_EMPTY_WKT)).to_numpy(dtype=bool)
    known = upper.str.extract(_WKT)
    known = known.fillna(upper.str.extract(_JSON))
    x, x_comma = coordinate(known[0].fillna(""))
    y, y_comma = coordinate(known[1].fillna(""))
    named = upper.str.extract(_NAMED)
    for pattern in (_LINK, _LISTED):
        named = named.fillna(upper.str.extract(pattern))
    bare = upper.where(np.isnan(x) & ~blank & named[0].isna(), "")
    first, second = _bare_pair(bare)
    one, one_comma = coordinate(first.fillna(named[0]).fillna(""))
    two, two_comma = coordinate(second.fillna(named[1]).fillna(""))
    latitude_first = _latitude_first(one, two)
    x = np.where(np.isnan(x), two if latitude_first else one, x)
    y = np.where(np.isnan(y), one if latitude_first else two, y)
    return Pairs(x, y, blank, x_comma | y_comma | one_comma | two_comma)


def _bare_pair(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the two texts of a pair without a name: the last one in brackets, where there are brackets."""
    inner = text.str.extract(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$")[0].fillna(text)
    found = inner.str.extract(_COMMA_PAIR)
    first, second = found[0].fillna(found[2]), found[1].fillna(found[3])
    for pattern in (_POINT_PAIR, _GAP_PAIR, _LETTERS_PAIR):
        more = inner.str.extract(pattern)
        first, second = first.fillna(more[0]), second.fillna(more[1])
    return first, second


def _latitude_first(first: Floats, second: Floats) -> bool:
    """Return whether pairs are read with the latitude first: unless most cannot be so, or are no degrees."""
    known = np.isfinite(first) & np.isfinite(second)
    if not known.any():
        return True
    return float(np.mean(np.abs(first[known]) <= 90)) > 0.5


def share_paired(text: pd.Series) -> float:
    """Return the share of cells that hold two coordinates, among the first thousand that say anything.

    >>> share_paired(pd.Series(["(6.2461, -75.5232)", "nowhere at all 1234", ""]))
    0.5
    """
    known = text[text.str.strip() != ""].iloc[:1_000]
    if known.empty or float(known.str.count(r"[0-9]").mean()) < 4:
        return 0.0
    read = pairs(known)
    return float(np.mean(np.isfinite(read.x) & np.isfinite(read.y)))
