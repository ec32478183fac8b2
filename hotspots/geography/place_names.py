"""What a place is called: one answer for every page, file, map and command."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd


def own_names(units: gpd.GeoDataFrame) -> pd.Series:
    """Return the name that the data give each unit, on one line and without spaces around it; empty where they give none."""
    given = units["name"] if "name" in units.columns else pd.Series(None, index=units.index, dtype="str")
    texts = [" ".join(str(name).split()) if known else "" for name, known in zip(given, given.notna(), strict=True)]
    return pd.Series([text if any(map(str.isprintable, text)) else "" for text in texts], index=units.index, dtype="str", name="name")


def names(units: gpd.GeoDataFrame) -> pd.Series:
    """Return what each unit is called on screen and in files: its name, else its id; never empty or missing.

    A name that several units share has the id after it in brackets, so that no two rows of a table are called the same.

    >>> from hotspots.testing import square_blocks
    >>> names(square_blocks().assign(name=["Harbour", " Old\\n town ", None, "Harbour"])).tolist()
    ['Harbour (b00)', 'Old town', 'b10', 'Harbour (b11)']
    """
    own, ids = own_names(units), units.index.to_series().astype("str")
    found = own.where(own != "", ids)
    shared = found.duplicated(keep=False) & (found != ids)
    return pd.Series(np.where(shared, found + " (" + ids + ")", found), index=units.index, dtype="str", name="name")
