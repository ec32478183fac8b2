"""Values ↔ JSON and Parquet: what crosses between a process that reads and the one that asked, so that nothing is unpickled."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj

from hotspots.store import geometry_tables
from hotspots.words import Told, ToldError

OURS = "hotspots."
SETTINGS = "HOTSPOTS_"  # what the names of this program's settings begin with
_SCALARS = (str, bool, int, float, type(None))


class Parcel:
    """Turns values into plain ones and back; tables travel as Parquet files in `folder`.

    Known are texts, numbers, sentences, paths, days, lists, mappings, numpy arrays of numbers, tables, coordinate systems, our own
    dataclasses and our own errors. Anything else raises `TypeError` where it is packed. Only our own classes are built again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = 0

    def pack(self, value: Any) -> Any:
        """Return the value as JSON can hold it.

        >>> parcel = Parcel(Path("."))
        >>> parcel.pack((1, {"a": Path("b.csv")}))
        {'tuple': [1, {'map': [['a', {'path': 'b.csv'}]]}]}
        """
        if isinstance(value, Told):
            return {"told": [value.pattern, self.pack(value.values)]}
        if type(value) in _SCALARS:
            return value
        if isinstance(value, list):
            return [self.pack(one) for one in value]
        if isinstance(value, tuple | set | frozenset):
            return {type(value).__name__: [self.pack(one) for one in value]}
        if isinstance(value, Mapping):
            return {"map": [[self.pack(key), self.pack(one)] for key, one in value.items()]}
        return self._object(value)

    def _object(self, value: Any) -> Any:
        if isinstance(value, Path):
            return {"path": str(value)}
        if isinstance(value, pd.DataFrame):
            return self._table(value)
        if isinstance(value, pd.Timestamp) or value is pd.NaT:
            return {"day": value.isoformat() if value is not pd.NaT else ""}
        if isinstance(value, np.ndarray):
            return {"array": [value.dtype.str, value.tolist()]}
        if isinstance(value, np.generic):
            return self.pack(value.item())
        if isinstance(value, pyproj.CRS):
            return {"crs": value.to_wkt()}
        return self._ours(value)

    def _ours(self, value: Any) -> Any:
        name = f"{type(value).__module__}:{type(value).__qualname__}"
        if is_dataclass(value) and name.startswith(OURS):
            return {"made": [name, {one.name: self.pack(getattr(value, one.name)) for one in fields(value) if one.init}]}
        if isinstance(value, ToldError) and name.startswith(OURS):
            return {"error": [name, [self.pack(one) for one in value.faults], [self.pack(one) for one in value.parts]]}
        if isinstance(value, str | int | float):  # a subclass
            return {"str": str(value)} if isinstance(value, str) else self.pack(float(value))
        raise TypeError(f"{name} does not travel")

    def _table(self, table: pd.DataFrame) -> dict[str, Any]:
        self.tables += 1
        path = self.folder / f"{self.tables}.parquet"
        table.to_parquet(path, index=True)
        return {"table": path.name}

    def open(self, plain: Any) -> Any:
        """Return the value that was packed. Raises `ValueError` for what no `pack` made.

        >>> parcel = Parcel(Path("."))
        >>> parcel.open(parcel.pack((1, {"a": Path("b.csv")})))
        (1, {'a': PosixPath('b.csv')})
        """
        if isinstance(plain, list):
            return [self.open(one) for one in plain]
        if not isinstance(plain, dict):
            return plain
        ((kind, held),) = plain.items()
        if kind in ("tuple", "set", "frozenset"):
            return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](self.open(one) for one in held)
        if kind == "map":
            return {self.open(key): self.open(one) for key, one in held}
        return self._opened(kind, held)

    def _opened(self, kind: str, held: Any) -> Any:
        build: dict[str, Callable[[], Any]] = {
            "told": lambda: Told(held[0], self.open(held[1])),
            "path": lambda: Path(held),
            "str": lambda: held,
            "day": lambda: pd.Timestamp(held) if held else pd.NaT,
            "array": lambda: np.array(held[1], dtype=held[0]),
            "crs": lambda: pyproj.CRS.from_wkt(held),
            "table": lambda: _with_tuples(geometry_tables.read(self.folder / Path(held).name)),
            "made": lambda: _class(held[0])(**{name: self.open(one) for name, one in held[1].items()}),
            "error": lambda: self._error(held),
        }
        if kind not in build:
            raise ValueError(kind)
        return build[kind]()

    def _error(self, held: Any) -> ToldError:
        kind = _class(held[0])
        error: ToldError = kind.__new__(kind)
        ToldError.__init__(error, [self.open(one) for one in held[1]])
        error.parts = tuple(self.open(one) for one in held[2])
        return error


def _with_tuples(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose cells are tuples where Parquet has lists: they were."""
    lists = [name for name in table.columns if table[name].dtype == object and len(table) and isinstance(table[name].iloc[0], np.ndarray)]
    return table.assign(**{name: table[name].map(tuple) for name in lists}) if lists else table


def _class(name: str) -> Any:
    module, _, qualified = name.partition(":")
    found: Any = importlib.import_module(module) if module.startswith(OURS) else None
    for part in qualified.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type) or not (is_dataclass(found) or issubclass(found, ToldError)):
        raise ValueError(name)
    return found
