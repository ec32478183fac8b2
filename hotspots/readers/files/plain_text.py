"""Large text tables without any fault, packed by Arrow: the same cells as `records` gives, in a fraction of the time."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from hotspots.readers.files import limits
from hotspots.readers.files.records import Body, names_in_place, names_of, numbered

CODECS = ("utf-8", "utf-8-sig")


def read_plain(path: Path, separator: str, head: int, header: list[str]) -> Body | None:
    """Return the table under row `head` (from 0), or None where any row is odd, so that it has to be read with care.

    Every row is looked at first, as strictly as elsewhere: its width, whether it is empty, repeats the header, is a note, or holds a
    line break.
    """
    rows = _count(path, separator, head, header)
    if not rows:
        return None
    names = [str(place) for place in range(len(header))]
    text = pa.large_string()
    try:
        with pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=head + 1, use_threads=False, block_size=limits.PLAIN_BLOCK),
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, text), null_values=[], strings_can_be_null=False),
        ) as reader:
            table = pa.Table.from_batches([_tight(batch) for batch in reader])
    except pa.ArrowInvalid:
        return None
    if len(table) != rows:
        return None
    frame = table.to_pandas()
    frame.columns = pd.Index(names_of(header))
    return frame, np.arange(head + 2, head + 2 + rows, dtype=np.int64), np.full(rows, "", dtype="U16")


def _tight(batch: Any) -> Any:
    """Return a batch without the room that its columns were given in case they grew; together it is many times what they hold."""
    columns = [pa.concat_arrays([column, column.slice(0, 0)]) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _count(path: Path, separator: str, head: int, header: list[str]) -> int:
    """Return the number of rows under the header; 0 where one of them is odd."""
    width, first = len(header), header[0]
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        rows, numbers = 0, list[int]()
        try:
            for number, record in enumerate(reader):
                if number <= head:
                    continue
                numbers = numbers if rows else numbered(record)
                if len(record) != width or record[0] == first or not any(map(str.strip, record[1:])):
                    return 0
                if names_in_place(record, of=numbers):
                    return 0
                rows += 1
        except csv.Error:
            return 0
        return rows if reader.line_num == head + 1 + rows and rows < limits.MOST_ROWS - head else 0
