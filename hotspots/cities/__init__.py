"""A city file → a city: published as a version, loaded again; its log of interventions, health, late arrivals and published totals."""

from __future__ import annotations

from hotspots.cities.bring_in import Files, Sample, Understood, bring_in, understand
from hotspots.cities.city import City, Note, check, read_folder, slug_of
from hotspots.cities.listing import Summary, available, bundled, ensure_bundled, is_current
from hotspots.cities.versions import Standing, holding, import_folder, load, publish, standing

__all__ = [
    "City",
    "Files",
    "Note",
    "Sample",
    "Standing",
    "Summary",
    "Understood",
    "available",
    "bring_in",
    "bundled",
    "check",
    "ensure_bundled",
    "holding",
    "import_folder",
    "is_current",
    "load",
    "publish",
    "read_folder",
    "slug_of",
    "standing",
    "understand",
]
