"""The published cities as a list, and those that come with the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hotspots import settings, store
from hotspots.cities.city import fingerprint_of, read_folder, slug_of
from hotspots.cities.health import stored
from hotspots.cities.steps import Progress
from hotspots.cities.versions import publish
from hotspots.readers.cityfile.checking import read_city_file
from hotspots.readers.cityfile.contents import content_of
from hotspots.readers.cityfile.writing import text_of
from hotspots.readers.columns.values import fold


@dataclass(frozen=True)
class Summary:
    """What a list of cities shows; from the manifest alone. `published` is the moment in UTC, as ISO text; `fallback_from` as in `City`."""

    slug: str
    name: str
    fictional: bool
    version: int
    victims: int
    start: pd.Timestamp
    end: pd.Timestamp
    published: str
    only_totals: bool = False
    fallback_from: int | None = None


def available() -> list[Summary]:
    """Return the published cities, from their manifests alone: a department's own before the bundled ones, those with single homicides
    before published totals, then by name. The dashboard opens on the first.

    A city whose manifest is damaged is left out.
    """
    shipped = bundled()
    found = []
    for slug in store.slugs():
        version, fallen = stored(slug)
        if version is None:
            continue
        facts = version.manifest["facts"]
        found.append(
            Summary(
                slug,
                facts["name"],
                facts["fictional"],
                version.number,
                facts["victims"],
                pd.Timestamp(facts["start"]),
                pd.Timestamp(facts["end"]),
                version.manifest["published"],
                bool(facts.get("only_totals")),
                fallen,
            )
        )
    return sorted(found, key=lambda row: (row.slug in shipped, row.only_totals, fold(row.name)))


def bundled() -> frozenset[str]:
    """Return the cities that come with the program."""
    return frozenset(slug_of(folder) for folder in _bundled())


def ensure_bundled(progress: Progress | None = None) -> list[str]:
    """Import every bundled city that has no version yet, or whose files have changed since, and return their slugs."""
    imported: list[str] = []
    if not store.shelf().may_write():  # a reader of a store that others write
        return imported
    for folder in _bundled():
        slug = slug_of(folder)
        if is_current(folder):
            continue
        with store.lock(slug, wait=600) as held:  # another server may be importing it
            if not is_current(folder):
                publish(read_folder(folder, progress), held=held)
                imported.append(slug)
    return imported


def is_current(folder: Path) -> bool:
    """Return whether the newest version of a city was made of these very files: its city.toml and what it names."""
    city_file = read_city_file(folder)
    same = {fingerprint_of(city_file, text=text) for text in (None, text_of(content_of(folder)))}  # as it stands; as `import` reads it
    return _published_fingerprint(slug_of(folder)) in same


def _bundled() -> list[Path]:
    """Return the folders of the bundled cities."""
    root = settings.cities_folder()
    return sorted(path for path in root.iterdir() if (path / "city.toml").is_file()) if root.is_dir() else []


def _published_fingerprint(slug: str) -> str:
    """Return the fingerprint of the newest version: after going back to an older one the files are not imported again."""
    try:
        number = max(store.versions(slug), default=0) if store.served(slug) else None
        return str(store.current(slug, number).manifest["facts"]["fingerprint"])
    except store.StoreError:
        return ""
