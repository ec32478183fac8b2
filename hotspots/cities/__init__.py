"""A city file → a city: published as a version, loaded again; its log of interventions, health, late arrivals and published totals."""

from __future__ import annotations

from hotspots.cities.city import City, Note, Summary, available, check, ensure_bundled, import_folder, load, publish, read_folder, slug_of

__all__ = [
    "City",
    "Note",
    "Summary",
    "available",
    "check",
    "ensure_bundled",
    "import_folder",
    "load",
    "publish",
    "read_folder",
    "slug_of",
]
