"""Files of exactly what is shown: CSV, GeoJSON, GeoParquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from hotspots.escape import safe_cell
from hotspots.measures import Measure, table
from hotspots.schema import DataError
from hotspots.study import Study

SUFFIXES: tuple[str, ...] = (".csv", ".geojson", ".parquet")


def frame(study: Study, measures: Sequence[Measure]) -> pd.DataFrame:
    """Return the table of a download: `id`, `name`, `count`, `population`, then KEY, KEY_low, KEY_high of each measure, and `state`.

    `state` is that of the first measure; each further one adds KEY_state. Raises a `DataError` with the reason where the study cannot
    give a measure.

    >>> from hotspots.catalog import measure
    >>> from hotspots.testing import square_city
    >>> frame(Study.of(*square_city([(5, 5)])), [measure("count")]).columns.tolist()
    ['id', 'name', 'count', 'population', 'count_low', 'count_high', 'state']
    """
    faults = [f"{measure.key}: not available: {reason}" for measure in measures for reason in measure.missing(study)]
    if faults:
        raise DataError(faults)
    first, *rest = [table(study, measure) for measure in measures]
    parts = [first.drop(columns="state")]
    parts += [
        part.drop(columns=["name", "count", "population", "state"], errors="ignore").assign(**{f"{measure.key}_state": part["state"]})
        for part, measure in zip(rest, measures[1:], strict=True)
    ]
    joined = pd.concat(parts, axis=1)
    joined = joined.loc[:, ~joined.columns.duplicated()].assign(state=first["state"])
    return joined.reset_index(names="id")


def write(study: Study, measures: Sequence[Measure], path: Path) -> int:
    """Write the download to `path` by its ending (`.csv`, `.geojson`, `.parquet`) and return how many units it holds.

    The file appears whole or not at all. In CSV, text that a spreadsheet would run as a formula is made inert.
    """
    if path.suffix not in SUFFIXES:
        raise DataError(f"export: cannot write {path.suffix or 'a file without an ending'}; use one of {', '.join(SUFFIXES)}")
    data = frame(study, measures)
    if not path.parent.is_dir():
        raise DataError(f"export: the folder {path.parent} does not exist")
    part = path.with_name(f".{path.name}.part")
    try:
        _write_part(data, study, part, path.suffix)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return len(data)


def _write_part(data: pd.DataFrame, study: Study, part: Path, suffix: str) -> None:
    if suffix == ".csv":
        part.write_text(csv(data), encoding="utf-8-sig", newline="")
        return
    shapes = gpd.GeoDataFrame(data, geometry=study.blocks.geometry.to_numpy(), crs=study.blocks.crs)
    if suffix == ".parquet":
        shapes.to_parquet(part)
    else:
        part.write_text(shapes.to_crs(4326).to_json(drop_id=True), encoding="utf-8")


def csv(data: pd.DataFrame) -> str:
    """Return a table as CSV text in which no cell runs as a formula.

    >>> csv(pd.DataFrame({"name": ["=1+1"], "count": [-2]}))
    "name,count\\n'=1+1,-2\\n"
    """
    text = data.select_dtypes(exclude="number").columns
    return str(
        data.assign(**{name: data[name].map(safe_cell, na_action="ignore") for name in text}).to_csv(index=False, lineterminator="\n")
    )
