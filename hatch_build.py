"""Put Leaflet, taken from its PyPI package, where the map component serves it from; it is never kept in the repository."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WANTED = ("leaflet.js", "leaflet-src.esm.js", "leaflet.css", "images")


class LeafletHook(BuildHookInterface):  # type: ignore[type-arg]
    """Copy Leaflet's files into `frontend/vendor/leaflet` before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Copy the files; `version` and `build_data` are the build tool's."""
        if self.target_name != "wheel":
            return
        spec = importlib.util.find_spec("js_lib_leaflet")
        if spec is None or spec.origin is None:
            raise RuntimeError("the package django-js-lib-leaflet is missing: it carries the map's Leaflet files")
        source = Path(spec.origin).parent / "static" / "js_lib_leaflet"
        target = Path(self.root) / "hotspots/dashboard/map_component/frontend/vendor/leaflet"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in WANTED:
            item = source / name
            if item.is_dir():
                shutil.copytree(item, target / name)
            else:
                shutil.copyfile(item, target / name)
