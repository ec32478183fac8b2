"""The public release as a web page without a server; its map and its sentences are those of every public face."""

from __future__ import annotations

from hotspots.drawing.site.pages import page, render
from hotspots.drawing.site.public_map import Atlas

__all__ = ["Atlas", "page", "render"]
