"""Values as texts that two runs of the same code give alike: without times, random ids, and folders of this machine."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

LIMIT = 8000  # letters of one part of a value that are kept; the rest is told by a hash
BINARY = (".png", ".zip", ".xlsx", ".ico")
MAP_MAGIC = b"HSM1"

_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
_CLOCK = re.compile(r"\(\d\d:\d\d\)")
_FAILED = re.compile(r"(referenc(?:e|ia)[^:.]{0,60}: )[0-9a-f]{8}\b")
_INSERTED = re.compile(r"(<(?:style|script)[^>]*>)(.*?)(</(?:style|script)>)", re.DOTALL)
_RANDOM = re.compile(r"\b([a-z_]*?)_?([0-9a-f]{32})\b")


def short(text: str, limit: int = LIMIT) -> str:
    """Return a long text as its beginning, its end and a hash of the whole; a short one as it is. A `limit` of 0 keeps all."""
    if not limit or len(text) <= limit:
        return text
    whole = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: limit * 3 // 4]}\n[… {len(text)} letters, {whole} …]\n{text[-limit // 4 :]}"


def steady(text: str, folders: Mapping[str, str]) -> str:
    """Return a text with moments, clocks of progress, random ids and folders replaced by words that stay."""
    for folder, word in sorted(folders.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(folder, word)
    text = _CLOCK.sub("(clock)", _MOMENT.sub("MOMENT", text))
    text = _FAILED.sub(r"\1REFERENCE", text)
    ids: dict[str, str] = {}
    return _RANDOM.sub(lambda found: f"{found[1]}_id{ids.setdefault(found[2], str(len(ids)))}", text)


def progress(text: str) -> str:
    """Return what a command wrote to the terminal, each line of its progress once, however often it was drawn."""
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", text)]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line and line != before)


def pretty(value: Any) -> str:
    """Return plain values as JSON, one to a line, so that a difference shows the value alone."""
    return json.dumps(value, indent=0, ensure_ascii=False, sort_keys=True, default=str)


def table(rows: pd.DataFrame) -> str:
    """Return a table as CSV, with its index where that has a name."""
    return rows.to_csv(index=rows.index.name is not None)


def file(path: str, content: bytes, folders: Mapping[str, str], limit: int = LIMIT) -> str:
    """Return the content of a file: text as it is, a Parquet file as its columns and rows, anything else as a hash."""
    suffix = Path(path).suffix
    if suffix == ".parquet":
        rows = pd.read_parquet(io.BytesIO(content))
        shown = rows.map(lambda cell: cell.hex() if isinstance(cell, bytes) else cell)
        return short(f"{rows.dtypes.to_string()}\n{shown.to_csv()}", limit)
    if suffix in BINARY:
        return f"{len(content)} bytes, {hashlib.sha256(content).hexdigest()}"
    text = steady(content.decode("utf-8-sig"), folders)
    if suffix == ".html" and limit:  # styles and libraries are long and say little
        text = _INSERTED.sub(lambda found: found[1] + short(found[2], limit // 4) + found[3], text)
        return short(text, 4 * limit)
    return short(text, limit)


def map_message(message: bytes, limit: int = LIMIT) -> str:
    """Return what a page sends to its map: the head, then the JSON part of each block, and a hash of the numbers beside it."""
    parts, at = [], len(MAP_MAGIC)
    while at < len(message):
        size = int.from_bytes(message[at : at + 4], "little")
        parts.append(message[at + 4 : at + 4 + size])
        at += 4 + size
    head = {name: value for name, value in json.loads(parts[0]).items() if name not in ("values", "geometry")}
    texts = [pretty(head)]
    for part in parts[1:]:
        block = zlib.decompress(part) if part else b"\0\0\0\0"
        size = int.from_bytes(block[:4], "little")
        numbers = hashlib.sha256(block[4 + size :]).hexdigest()[:16]
        texts.append(short(pretty(json.loads(block[4 : 4 + size] or b"null")), limit) + f"\nnumbers {numbers}")
    return "\n".join(texts)
