"""The catalogue: one file for each official source, with what a homicide is there and which column means what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hotspots import settings
from hotspots.store.schema import DataError
from hotspots.words import told

KINDS = ("socrata", "ckan", "carto", "arcgis", "plain", "database")


@dataclass(frozen=True)
class Source:
    """One source: the `address` of its service, of which `kind` it is, and the `city` section that becomes the city.toml.

    `key` is the column that names a row for good; empty where the source has none, and whole rows are compared. `where` is asked of the
    service, in its own language. `table` is the resource of a CKAN site or the table of a Carto account. `page` is where the source
    describes itself, `homicide` what counts as one there, by language. `tried` is the day of the last run against the live service
    that somebody saw end well; empty: nobody has. `own`: the address was given by the user, not by the catalogue.

    Of a database, `address` is the name of the environment variable in which its address stands, `table` a table, a view or a SELECT,
    `areas` the same for the areas, and `seconds` how long the server may work on one piece.
    """

    slug: str
    name: str
    kind: str
    address: str
    page: str = ""
    licence: str = ""
    homicide: Mapping[str, str] = field(default_factory=dict)
    city: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    where: str = ""
    table: str = ""
    areas: str = ""
    seconds: int = 300
    tried: str = ""
    rows_a_page: int = 1_000
    own: bool = field(default=False)

    @property
    def host(self) -> str:
        """The one host that is asked."""
        return urlsplit(self.address).hostname or ""


def catalogue() -> list[Source]:
    """Return every source of the catalogue, by short name; those of the user's own folder (HOTSPOTS_SOURCES) stand among them."""
    found = {path.stem: read_source(path) for path in settings.sources_folder().glob("*.toml")}
    mine = settings.own_sources_folder()
    found |= {path.stem: read_source(path, own=True) for path in (mine.glob("*.toml") if mine else ())}
    return [found[slug] for slug in sorted(found)]


def kept_in(source: Source) -> Path:
    """Return the folder in which the rows of a source are kept unless another is named: beside the store."""
    return settings.store_folder().parent / "sources" / source.slug


def find_source(name: str) -> Source:
    """Return the source of that short name, or the one that a .toml file of the same form describes.

    Raises a `DataError` that lists those known.
    """
    if name.endswith(".toml"):
        return read_source(Path(name), own=True)
    known = {source.slug: source for source in catalogue()}
    if name not in known:
        raise DataError(told("no source is called {name}; known are: {listed}", name=repr(name), listed=", ".join(known)))
    return known[name]


def read_source(path: Path, *, own: bool = False) -> Source:
    """Return what a file says of a source. Raises a `DataError` where a key is missing, unknown, or the kind is none that we know."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        source = Source(path.stem, own=own, **said)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise DataError(told("{file}: this does not describe a source ({reason})", file=path.name, reason=error)) from None
    if source.kind not in KINDS:
        raise DataError(
            told("{file}: kind is {kind}; known are: {listed}", file=path.name, kind=repr(source.kind), listed=", ".join(KINDS))
        )
    return source
