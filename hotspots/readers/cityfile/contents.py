"""city.toml → the plain values that it holds, unchecked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hotspots.store.schema import DataError
from hotspots.words import Told, told


def content_of(folder: Path) -> dict[str, Any]:
    """Return the plain values that the city.toml in `folder` holds, unchecked. Raises `DataError` where it cannot be read."""
    path = folder / "city.toml"
    if not path.is_file():
        raise DataError(
            told("{folder}: there is no city.toml in this folder; write one that names the files and their columns", folder=folder.name)
        )
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(told("city.toml: it cannot be read, because it is not UTF-8 text; save it as UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(told("city.toml: it cannot be read ({where}); correct that line", where=_where(str(error)))) from None


def _where(error: str) -> Told:
    """Return the place in the file that the library's English sentence names."""
    found = re.search(r"line (\d+), column (\d+)", error)
    return told("line {line}, column {column}", line=found[1], column=found[2]) if found else told("its last line is not finished")
