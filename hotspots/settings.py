"""Every setting as a row: name, meaning, default. Read from the environment, nowhere else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable, what it means, and what holds when it is not set."""

    name: str
    meaning: str
    default: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "HOTSPOTS_STORE",
        "Folder in which the published versions of each city's data live, or the address of a PostgreSQL database: "
        "postgresql://ROLE@SERVER/DATABASE (docs/database.md).",
        str(Path(platformdirs.user_data_dir("hotspots", appauthor=False)) / "store"),
    ),
    Setting(
        "HOTSPOTS_PAPERS",
        "Where the store is a database: the folder of all that is not a version, such as keys, lists of releases, logs and imports "
        "on their way. Every machine that uses the database shares it.",
        str(Path(platformdirs.user_data_dir("hotspots", appauthor=False)) / "papers"),
    ),
    Setting("HOTSPOTS_KEEP", "How many versions of a city's data are kept, the newest ones.", "10"),
    Setting(
        "HOTSPOTS_KEEP_DAYS",
        "How many days a version is kept whatever its number; of older ones the last of each month for a year. 0: by number alone.",
        "30",
    ),
    Setting(
        "HOTSPOTS_ANCHORS",
        "Folder, best on another disk, that notes how many releases of each city there were, so that a list of releases that was cut or "
        "deleted is noticed. Empty: a folder inside the store.",
        "",
    ),
    Setting(
        "HOTSPOTS_LAG", "Reporting lag: how many days before the end of the data comparisons stop, unless the reader says otherwise.", "0"
    ),
    Setting(
        "HOTSPOTS_CITIES",
        "Folder with one folder per bundled city; each is imported when the dashboard first needs it.",
        "",
    ),
    Setting("HOTSPOTS_SOURCES", "Folder with descriptions of further official sources; the page Import and `fetch` know them as well.", ""),
    Setting("HOTSPOTS_CONTACT", "Whom the public pages name for corrections: an address or a telephone number.", ""),
    Setting("HOTSPOTS_AGENCY", "File with the agency's name, logo and colours, such as agency.toml (docs/agency.md).", ""),
    Setting(
        "HOTSPOTS_ACCESS",
        "File that says who may see and do what, such as access.toml (docs/access.md). With it the restricted edition asks for a sign-in, "
        "and may then listen to a network. Empty: it answers this machine alone.",
        "",
    ),
    Setting(
        "HOTSPOTS_RECORD_MONTHS",
        "How many whole months the record of who saw what is kept, where a sign-in is asked for; older ones are deleted. 0: for ever.",
        "24",
    ),
    Setting("HOTSPOTS_ADDRESS", "Where readers reach the dashboard: briefs link to it.", "http://localhost:8501"),
    Setting(
        "HOTSPOTS_LOG",
        "Form of the server's log: `text`, or `json`, a line for each event that holds nothing of a victim (docs/deploy.md).",
        "text",
    ),
    Setting(
        "HOTSPOTS_METRICS",
        "Port, or ADDRESS:PORT, at which the server gives numbers for Prometheus at /metrics; of this machine alone where no address is "
        "named. Empty: none.",
        "",
    ),
    Setting("HOTSPOTS_SNAP", "How far a homicide may lie from the street segment that it is counted on, in metres.", "75"),
    Setting(
        "HOTSPOTS_TILES",
        "Base map that a reader can lay beneath the map: an MBTiles file of pictures or a folder of {z}/{x}/{y}.png on this machine, or an "
        "address of the agency's own with {z}, {x} and {y}; whoever serves that sees where readers look. Empty: none.",
        "",
    ),
    Setting("HOTSPOTS_TILES_SOURCE", "Whom these tiles are credited to; shown on the map with them.", ""),
    Setting("HOTSPOTS_CORNER", "How far along a street a corner reaches, in metres, where corners are places of their own.", "15"),
    Setting(
        "HOTSPOTS_EDITION", "Which dashboard opens: `restricted`, on the store, or `public`, on releases and on nothing else.", "restricted"
    ),
    Setting(
        "HOTSPOTS_RELEASE",
        "Folder of a release, or with one release per sub-folder: what the public edition opens, and where the page Publish writes.",
        "",
    ),
    Setting(
        "HOTSPOTS_READERS",
        "How many pages one process of the dashboard keeps open at a time; who comes after that is told that it is busy. 0: any number.",
        "100",
    ),
    Setting(
        "HOTSPOTS_MEMORY",
        "How many MB what was worked out may take in each process, beside the program and the data in use: what was not asked for longest "
        "is forgotten first.",
        "1024",
    ),
    Setting(
        "HOTSPOTS_WORKER",
        "Set by `run --workers` alone: which of the processes behind one address this one is, and that address, such as 2@127.0.0.1:8501.",
        "",
    ),
)
WORKER_COOKIE = "hotspots_worker"  # by which a browser comes back to the process that it came to first
EDITIONS: tuple[str, ...] = ("restricted", "public")


class SettingError(ValueError):
    """A setting that cannot be what it is."""


class EditionError(PermissionError):
    """What the public edition must not do, or an edition that does not exist."""


def one_thread() -> None:
    """Let each process use one thread for its matrices, unless somebody said otherwise; call it before numpy is loaded.

    Matrices are small here, and there is a process for each core: threads that wait for one another take up to four times as long.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def value(name: str) -> str:
    """Return the setting `name` as it stands in the environment, else its default.

    >>> value("HOTSPOTS_CITIES") == os.environ.get("HOTSPOTS_CITIES", "")
    True
    """
    return os.environ.get(name, "") or _BY_NAME[name].default


_BY_NAME = {setting.name: setting for setting in SETTINGS}


def most_readers() -> int:
    """Return how many pages one process keeps open at a time; 0 is any number.

    >>> most_readers()
    100
    """
    return _whole("HOTSPOTS_READERS")


def memory() -> int:
    """Return how many bytes what was worked out may take in each process.

    >>> memory() // 2**20
    1024
    """
    return _whole("HOTSPOTS_MEMORY") * 2**20


def _whole(name: str) -> int:
    named = value(name)
    if not named.isdecimal():
        raise SettingError(f"{name} is {named!r}; write a whole number, such as {_BY_NAME[name].default}")
    return int(named)


def worker() -> tuple[str, str]:
    """Return which of the processes behind one address this one is, and that address; both empty where it stands alone.

    >>> worker()
    ('', '')
    """
    number, _, address = value("HOTSPOTS_WORKER").partition("@")
    return number, address


def secret(name: str) -> str:
    """Return what stands in the environment under a name that the user gave, such as the address of a database; empty if nothing."""
    return os.environ.get(name, "")


def edition() -> str:
    """Return the edition that runs. A name that is none stops everything: a slip must not open the restricted one.

    >>> edition()
    'restricted'
    """
    named = value("HOTSPOTS_EDITION")
    if named not in EDITIONS:
        raise EditionError(f"HOTSPOTS_EDITION is {named!r}; use one of {', '.join(EDITIONS)}")
    return named


def refuse_in_public(what: str) -> None:
    """Raise an `EditionError` in the public edition: `what` is for the restricted one."""
    if edition() == "public":
        raise EditionError(f"the public edition has no {what}; it opens releases alone (HOTSPOTS_EDITION)")


def release_folder() -> Path | None:
    """Return the folder of the releases; None where none is named."""
    named = value("HOTSPOTS_RELEASE")
    return Path(named).expanduser() if named else None


def store_folder() -> Path:
    """Return the folder of the store; where its versions are in a database, the folder of the rest.

    The public edition has none: whatever asks for it fails there.
    """
    refuse_in_public("store")
    return Path(value("HOTSPOTS_PAPERS" if store_database() else "HOTSPOTS_STORE")).expanduser()


def store_database() -> str:
    """Return the address of the database that holds the versions, which may hold a password; empty where a folder does.

    >>> is_database("postgresql://hotspots@db.example/hotspots"), is_database("/srv/hotspots")
    (True, False)
    """
    refuse_in_public("store")
    named = value("HOTSPOTS_STORE").strip()
    return named if is_database(named) else ""


def is_database(place: str) -> bool:
    """Return whether the place of a store is the address of a database."""
    return place.strip().lower().startswith(("postgresql:", "postgres:", "postgresql+", "postgis:"))


def cities_folder() -> Path:
    """Return the folder of the bundled cities: as set, else beside the source tree, else inside the installed package."""
    refuse_in_public("cities but those released")
    named = value("HOTSPOTS_CITIES")
    if named:
        return Path(named).expanduser()
    package = Path(__file__).parent
    beside = package.parent / "data" / "cities"
    return beside if beside.is_dir() else package / "bundled"


def sources_folder() -> Path:
    """Return the folder of the catalogue of official sources: beside the source tree, else inside the installed package."""
    package = Path(__file__).parent
    beside = package.parent / "data" / "sources"
    return beside if beside.is_dir() else package / "sources"


def own_sources_folder() -> Path | None:
    """Return the folder of the descriptions of sources that the user added; None where none is set."""
    named = value("HOTSPOTS_SOURCES")
    return Path(named).expanduser() if named else None


def dashboard_folder() -> Path:
    """Return the folder of `app.py` and of the server's settings, `.streamlit`: inside the installed package, else the source tree."""
    package = Path(__file__).parent
    inside = package / "dashboard"
    return inside if (inside / "app.py").exists() else package.parent


def document(name: str) -> Path:
    """Return a document of the project: beside the source tree, else inside the installed package."""
    package = Path(__file__).parent
    beside = package.parent / "docs" / name
    return beside if beside.exists() else package / "docs" / name
