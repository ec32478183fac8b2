"""Make sure that Leaflet's files lie beside the map's own before the first browser asks for them.

Installing the project puts them there. One case is left: the project is installed, but Python imports it from a fresh checkout
that lies first on its path. Streamlit then serves the checkout's files, and Leaflet is only in the installed copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hotspots.drawing.leaflet_files import ADVICE, ENTRY, VENDOR, WANTED, LeafletMissingError, elsewhere


def put_leaflet_in_place(vendor: Path = VENDOR) -> None:
    """Copy Leaflet's files into `vendor/leaflet` from another installed copy, unless they are there.

    Raises LeafletMissingError when no copy has them, or when the folder cannot be written.
    """
    target = vendor / "leaflet"
    if (target / ENTRY).is_file():
        return
    source = next((folder for folder in elsewhere() if (folder / ENTRY).is_file()), None)
    if source is None:
        raise LeafletMissingError(f"The map's Leaflet files are missing. {ADVICE}")
    try:
        _copy(source, target)
    except OSError as problem:
        if not (target / ENTRY).is_file():
            raise LeafletMissingError(
                f"The map's Leaflet files could not be copied to {target}. Make the folder writable, "
                "or install the project there: pip install -r requirements.txt"
            ) from problem


def _copy(source: Path, target: Path) -> None:
    """Copy beside the target first and rename, so that no reader and no second process sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".leaflet-") as scratch:
        ready = Path(scratch) / "leaflet"
        ready.mkdir()
        for name in WANTED:
            item = source / name
            (shutil.copytree if item.is_dir() else shutil.copyfile)(item, ready / name)
        os.rename(ready, target)
