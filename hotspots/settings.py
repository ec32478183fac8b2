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
        "Folder in which the published versions of each city's data live.",
        str(Path(platformdirs.user_data_dir("hotspots", appauthor=False)) / "store"),
    ),
    Setting("HOTSPOTS_KEEP", "How many versions of a city's data are kept, the newest ones.", "10"),
    Setting(
        "HOTSPOTS_LAG", "Reporting lag: how many days before the end of the data comparisons stop, unless the reader says otherwise.", "0"
    ),
    Setting(
        "HOTSPOTS_CITIES",
        "Folder with one folder per bundled city; each is imported when the dashboard first needs it.",
        "",
    ),
    Setting("HOTSPOTS_CONTACT", "Whom the public pages name for corrections: an address or a telephone number.", ""),
    Setting("HOTSPOTS_SNAP", "How far a homicide may lie from the street segment that it is counted on, in metres.", "75"),
    Setting("HOTSPOTS_CORNER", "How far along a street a corner reaches, in metres, where corners are places of their own.", "15"),
)


def value(name: str) -> str:
    """Return the setting `name` as it stands in the environment, else its default.

    >>> value("HOTSPOTS_CITIES") == os.environ.get("HOTSPOTS_CITIES", "")
    True
    """
    row = next(setting for setting in SETTINGS if setting.name == name)
    return os.environ.get(name, "") or row.default


def store_folder() -> Path:
    """Return the folder of the store."""
    return Path(value("HOTSPOTS_STORE")).expanduser()


def cities_folder() -> Path:
    """Return the folder of the bundled cities: as set, else beside the source tree, else inside the installed package."""
    named = value("HOTSPOTS_CITIES")
    if named:
        return Path(named).expanduser()
    package = Path(__file__).parent
    beside = package.parent / "data" / "cities"
    return beside if beside.is_dir() else package / "bundled"


def document(name: str) -> Path:
    """Return a document of the project: beside the source tree, else inside the installed package."""
    package = Path(__file__).parent
    beside = package.parent / "docs" / name
    return beside if beside.exists() else package / "docs" / name
