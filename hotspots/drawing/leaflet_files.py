"""Where Leaflet's own files lie: the project keeps none, they come from a package when it is installed (`hatch_build.py`)."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

ENTRY = "leaflet-src.esm.js"
WANTED: tuple[str, ...] = (ENTRY, "leaflet.js", "leaflet.css", "images")
VENDOR = Path(__file__).parents[1] / "dashboard" / "map_component" / "frontend" / "vendor"
ADVICE = "Install the project again from its folder: pip install -r requirements.txt"


class LeafletMissingError(RuntimeError):
    """Leaflet's files are nowhere to be found, so no map can be drawn."""


def folder() -> Path:
    """Return the folder with Leaflet's files, wherever a copy lies. Raises `LeafletMissingError` when no copy has them.

    >>> (folder() / "leaflet.css").is_file()
    True
    """
    found = next((place for place in (VENDOR / "leaflet", *elsewhere()) if (place / ENTRY).is_file()), None)
    if found is None:
        raise LeafletMissingError(f"The map's Leaflet files are missing. {ADVICE}")
    return found


def elsewhere() -> list[Path]:
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
