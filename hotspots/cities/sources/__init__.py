"""Official sources: a catalogue of services, and how a folder is brought up to date. Nothing is asked unless called."""

from __future__ import annotations

from hotspots.cities.sources.catalogue import Source, catalogue, find_source, kept_in
from hotspots.cities.sources.download import fetch
from hotspots.cities.sources.rows import Update
from hotspots.cities.sources.web import SourceError, Web

__all__ = ["Source", "SourceError", "Update", "Web", "catalogue", "fetch", "find_source", "kept_in"]
