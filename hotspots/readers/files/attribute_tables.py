"""The table of a shapefile (.dbf): fields of fixed width, each as the text that a person would type."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.report import Finding
from hotspots.words import mark, told

_FIELD = 32  # bytes that describe one field
_END = 0x0D
_DELETED = ord("*")
_WINDOWS = {"1252", "CP1252", "ANSI 1252", "WINDOWS-1252", "LATIN1", "ISO-8859-1", "ISO88591", "88591", "ISO 88591", "8859_1"}
_DRIVERS = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x64: "cp852", 0x65: "cp866", 0xC8: "cp1250", 0xC9: "cp1251"}
_PAGES = {"437": "cp437", "850": "cp850", "CP437": "cp437", "CP850": "cp850", "1250": "cp1250", "CP1250": "cp1250"}


def read_attributes(path: Path, page: Path, *, name: str, rows: int) -> tuple[pd.DataFrame, npt.NDArray[np.bool_], list[Finding]]:
    """Return the columns of the table beside `rows` shapes, which rows are not marked as deleted, and what was found.

    `page` is the file that names the letters.

    Raises `ValueError` for a table that does not fit the shapes.
    """
    raw = path.read_bytes()
    count, header, width = struct.unpack_from("<IHH", raw, 4)
    fields = _fields(raw, header)
    limits.check_columns(len(fields), file=name)
    if count != rows or width < 1 or len(raw) < header + count * width or sum(size for *_, size in fields) + 1 > width:
        raise ValueError("a table that does not fit its shapes")
    grid = np.frombuffer(raw, dtype=np.uint8, count=count * width, offset=header).reshape(count, width)
    codec, findings = _codec(raw, grid, page, name)
    columns, at = {}, 1
    for label, kind, size in fields:
        cells = grid[:, at : at + size].tobytes()
        columns[label.decode(codec, errors="replace")] = [
            _text(cells[place : place + size], kind, codec) for place in range(0, size * count, size)
        ]
        at += size
    kept = grid[:, 0] != _DELETED
    return pd.DataFrame(columns, index=range(count), dtype="str")[kept].reset_index(drop=True), kept, findings


def _fields(raw: bytes, header: int) -> list[tuple[bytes, str, int]]:
    found = []
    for at in range(_FIELD, min(header, len(raw)) - _FIELD + 1, _FIELD):
        if raw[at] == _END:
            break
        label, kind, size = raw[at : at + 11].split(b"\0")[0], chr(raw[at + 11]), raw[at + 16]
        if size:
            found.append((label, kind, size))
    return found


def _codec(raw: bytes, grid: npt.NDArray[np.uint8], page: Path, name: str) -> tuple[str, list[Finding]]:
    """Return the encoding: the one that is named where the letters bear it out, else UTF-8, else Windows-1252, and that is told."""
    said = page.read_bytes()[:20].decode("ascii", errors="replace").strip().upper() if page.is_file() else ""
    whole = grid.tobytes()
    if said in _WINDOWS:
        return "cp1252", []
    if said in _PAGES:
        return _PAGES[said], []
    if _sound(whole):
        return "utf-8", []
    driver = _DRIVERS.get(raw[29], "") if not said else ""
    if driver and driver != "cp1252":
        return driver, []
    text = told("{name}: the letters were read as Windows-1252", name=name)
    return "cp1252", [Finding("old_encoding", "accepted", 0, text, mark("If names look wrong, export the layer as UTF-8."))]


def _sound(whole: bytes) -> bool:
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(cell: bytes, kind: str, codec: str) -> str:
    if kind == "D":
        day = cell.decode("ascii", errors="replace").strip("\0 ")
        return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 and day.isdecimal() and day != "00000000" else ""
    if kind == "L":
        return {"t": "true", "y": "true", "f": "false", "n": "false"}.get(cell[:1].decode("latin-1").lower(), "")
    if kind in "NF":
        return _number(cell.decode("ascii", errors="replace").strip("\0 "))
    if kind in "IO+@YBMGP":
        return ""  # binary, or kept in a file beside it that zips seldom hold
    return cell.decode(codec, errors="replace").rstrip("\0 ").split("\0")[0]


def _number(text: str) -> str:
    if "*" in text:
        return ""
    if "." in text and "e" not in text.lower():
        return text.rstrip("0").rstrip(".")
    try:
        return f"{float(text):.15g}" if "e" in text.lower() else text
    except ValueError:
        return text
