"""The public release as a web page without a server: plain files that any web server or USB stick carries."""

from __future__ import annotations

from hotspots.drawing.site.pages import render

__all__ = ["render"]
