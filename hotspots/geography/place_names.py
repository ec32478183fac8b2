"""What a place is called: one answer for every page, file, map and command."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd


def own_names(units: gpd.GeoDataFrame) -> pd.Series:
    """Return the name that the data give each unit, on one line and without spaces around it; empty where they give none."""
    given = units["name"] if "name" in units.columns else pd.Series(None, index=units.index, dtype="str")
    if given.dtype == "str" and _clean(listed := given.fillna("").tolist()):
        return pd.Series(listed, index=units.index, dtype="str", name="name")
    found = zip(given.tolist(), given.notna().tolist(), strict=True)  # lists: to walk through a column of text is slow
    texts = [" ".join(str(name).split()) if known else "" for name, known in found]
    return pd.Series(
        [text if text.isprintable() or any(map(str.isprintable, text)) else "" for text in texts],
        index=units.index,
        dtype="str",
        name="name",
    )


def _clean(texts: list[str]) -> bool:
    """Return whether no text has a letter that cannot be seen, two blanks side by side, or one at an end: told of all in one look."""
    text = "|".join(["", *texts, ""])  # where a name holds the sign itself beside a blank, each is looked at as before
    return text.isprintable() and not any(two in text for two in ("  ", "| ", " |"))


def names(units: gpd.GeoDataFrame) -> pd.Series:
    """Return what each unit is called on screen and in files: its name, else its id; never empty or missing.

    Units that share a name are called alike, as the city calls them: a street of twelve blocks bears its name twelve times.

    >>> from hotspots.testing import square_blocks
    >>> names(square_blocks().assign(name=["Harbour", " Old\\n town ", None, "Harbour"])).tolist()
    ['Harbour', 'Old town', 'b10', 'Harbour']
    """
    own, ids = own_names(units), units.index.to_series().astype("str")
    return pd.Series(np.where(own != "", own, ids), index=units.index, dtype="str", name="name")
