"""Make sure that Leaflet's files lie beside the map's own before the first browser asks for them.

Installing the project puts them there. One case is left: the project is installed, but Python imports it from a fresh checkout
that lies first on its path. Streamlit then serves the checkout's files, and Leaflet is only in the installed copy.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

_VENDOR = Path(__file__).parent / "frontend" / "vendor"
_ENTRY = "leaflet-src.esm.js"
_WANTED = (_ENTRY, "leaflet.js", "leaflet.css", "images")


class LeafletMissingError(RuntimeError):
    """Leaflet's files are nowhere to be found, so no map can be drawn."""


def put_leaflet_in_place(vendor: Path = _VENDOR) -> None:
    """Copy Leaflet's files into `vendor/leaflet` from another installed copy, unless they are there.

    Raises LeafletMissingError when no copy has them, or when the folder cannot be written.
    """
    target = vendor / "leaflet"
    if (target / _ENTRY).is_file():
        return
    source = next((folder for folder in _installed_copies() if (folder / _ENTRY).is_file()), None)
    if source is None:
        raise LeafletMissingError(
            "The map's Leaflet files are missing. Install the project again from its folder: pip install -r requirements.txt"
        )
    try:
        _copy(source, target)
    except OSError as problem:
        if not (target / _ENTRY).is_file():
            raise LeafletMissingError(
                f"The map's Leaflet files could not be copied to {target}. Make the folder writable, "
                "or install the project there: pip install -r requirements.txt"
            ) from problem


def _installed_copies() -> list[Path]:
    """Return the folders where this project's other copies, or the package that carries Leaflet, would keep the files."""
    folders: list[Path] = []
    try:
        installed = importlib.metadata.distribution("hotspots")
        folders.append(Path(str(installed.locate_file("hotspots/dashboard/map_component/frontend/vendor/leaflet"))))
    except importlib.metadata.PackageNotFoundError:
        pass
    spec = importlib.util.find_spec("js_lib_leaflet")
    if spec is not None and spec.origin is not None:
        folders.append(Path(spec.origin).parent / "static" / "js_lib_leaflet")
    return folders


def _copy(source: Path, target: Path) -> None:
    """Copy beside the target first and rename, so that no reader and no second process sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".leaflet-") as scratch:
        ready = Path(scratch) / "leaflet"
        ready.mkdir()
        for name in _WANTED:
            item = source / name
            (shutil.copytree if item.is_dir() else shutil.copyfile)(item, ready / name)
        os.rename(ready, target)
