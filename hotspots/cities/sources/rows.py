"""What the folder of a source holds: its rows, how they differ from those that came, and the city.toml that reads them."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hotspots.cities.sources.catalogue import Source
from hotspots.readers.cityfile.writing import text_of
from hotspots.readers.files import limits

MOST_ROWS = 2_000_000
Row = Mapping[str, str]


@dataclass(frozen=True)
class Update:
    """What came of it: the `file`, its `rows`, and how many were `added`, `changed` and `gone` since the last time. `asked` are answers."""

    file: Path
    rows: int
    added: int
    changed: int
    gone: int
    asked: int

    @property
    def new(self) -> bool:
        """Whether anything differs from the last time."""
        return bool(self.added or self.changed or self.gone)


def rows_of(file: Path) -> Iterator[Row]:
    """Yield the rows of a file that we wrote, a CSV or a GeoParquet, one at a time; none where there is no file."""
    if not file.is_file():
        return
    if file.suffix == ".parquet":
        for batch in pq.ParquetFile(file).iter_batches():
            for row in batch.to_pylist():
                yield {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        return
    csv.field_size_limit(limits.MOST_BYTES)
    with file.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


@dataclass(frozen=True)
class Marks:
    """How many `rows` there are, and their marks: by the key, or how often each is there. `twice` are rows with the key of another."""

    rows: int
    keyed: Mapping[str, bytes]
    counted: Counter[bytes]

    @property
    def twice(self) -> int:
        """Return how many rows have a key that another row has, or none."""
        return self.rows - len(self.keyed) - self.counted.total()


def marks(rows: Iterable[Row], key: str) -> Marks:
    """Return the mark of every row, holding one row at a time; an empty cell and a missing one are the same."""
    keyed: dict[str, bytes] = {}
    counted: Counter[bytes] = Counter()
    number = 0
    for row in rows:
        number += 1
        said = json.dumps(sorted(pair for pair in row.items() if pair[1]))
        mark = hashlib.blake2b(said.encode(), digest_size=16).digest()
        if key:
            keyed[row.get(key) or ""] = mark
        else:
            counted[mark] += 1
    return Marks(number, keyed, counted)


def changes(old: Marks, new: Marks) -> tuple[int, int, int]:
    """Return how many rows are added, changed and gone.

    >>> before, now = [{"id": "1", "n": "a"}, {"id": "2", "n": ""}], [{"id": "1", "n": "b"}, {"id": "2"}, {"id": "3"}]
    >>> changes(marks(before, "id"), marks(now, "id")), changes(marks(before, ""), marks(now, ""))
    ((1, 1, 0), (2, 0, 1))
    """
    both = old.keyed.keys() & new.keyed.keys()
    added = len(new.keyed) - len(both) + (new.counted - old.counted).total()
    gone = len(old.keyed) - len(both) + (old.counted - new.counted).total()
    return added, sum(old.keyed[one] != new.keyed[one] for one in both), gone


def describe(source: Source, folder: Path, **files: Mapping[str, Any]) -> None:
    """Write the city.toml where there is none: a person may have changed it. `files` says of each section what was fetched for it."""
    path = folder / "city.toml"
    if source.city and not path.is_file():
        city = {name: dict(value) if isinstance(value, Mapping) else value for name, value in source.city.items()}
        city |= {section: {**said, **city.get(section, {})} for section, said in files.items()}
        about = {name: text for name, text in (("source", source.page), ("licence", source.licence)) if text}
        write(path, text_of({"name": source.name, **about, **city}).encode("utf-8"))


def write(path: Path, body: bytes) -> None:
    """Write a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(body)
    os.replace(temporary, path)
