"""What a city.toml says, as plain values → its text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def text_of(content: Mapping[str, Any], *, remarks: Sequence[str] = ()) -> str:
    """Return the text of the city.toml that says this; `remarks` stand above it, each as a comment.

    >>> print(text_of({"name": "León", "incidents": {"date": "day", "where": {"fatal": ["1"]}}}, remarks=["asked: fatal"]))
    # asked: fatal
    name = "León"
    <BLANKLINE>
    [incidents]
    date = "day"
    <BLANKLINE>
    [incidents.where]
    "fatal" = ["1"]
    <BLANKLINE>
    """
    above = [f"# {line}" for remark in remarks for line in remark.splitlines()]
    return "\n".join([*above, *_lines(content, ())]) + "\n"


def _lines(content: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """Return the plain keys of a section, then the sections below it."""
    plain = {key: value for key, value in content.items() if not isinstance(value, Mapping)}
    below = {key: value for key, value in content.items() if isinstance(value, Mapping) and value}
    words = len(path) > 1  # such keys are the file's own words
    lines = [f"[{'.'.join(map(_key, path))}]"] if path and (plain or not below) else []
    lines += [f"{_quoted(key) if words else key} = {_value(value)}" for key, value in plain.items()]
    for key, value in below.items():
        lines += ["", *_lines(value, (*path, key))] if lines else _lines(value, (*path, key))
    return lines


def _key(part: str) -> str:
    return part if part.replace("_", "").replace("-", "").isascii() and part.replace("_", "").replace("-", "").isalnum() else _quoted(part)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, int | float) else _quoted(str(value))


def _quoted(text: str | Path) -> str:
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "")
