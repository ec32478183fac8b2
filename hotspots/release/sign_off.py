"""The sheet that who publishes signs: who, when, what the release was audited against, and what nobody could look at."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from hotspots import settings
from hotspots.store import checked_json
from hotspots.words import mark

FILE = "sign-offs.jsonl"
NOT_KNOWN: tuple[str, ...] = (
    mark("releases in other folders or on other machines, unless their list and key were brought here (`key import`)"),
    mark("another city made of the same deaths in another store, or with other days and other places"),
    mark("what police, courts, hospitals, newspapers or families tell elsewhere"),
    mark("numbers, briefs and maps of the restricted edition that somebody passed on"),
)


@dataclass(frozen=True)
class Sheet:
    """One signature: `who` published on the day `when` the release with this `fingerprint`.

    `against` names what it was audited against; what it was not audited against is `NOT_KNOWN`, as it was told before publishing.
    """

    who: str
    when: str
    fingerprint: str
    profile: str
    against: tuple[str, ...]
    not_known: tuple[str, ...] = NOT_KNOWN


def keep(slug: str, sheet: Sheet) -> None:
    """Add a sheet to those of a city; they lie beside its list of releases, not in the folder that goes out: they name a person."""
    path = settings.store_folder() / slug / FILE
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(sheet), sort_keys=True, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    checked_json.flush_folder(path.parent)


def sheets(slug: str) -> Sequence[Sheet]:
    """Return the sheets of a city, oldest first."""
    path = settings.store_folder() / slug / FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    rows = [json.loads(line) for line in lines]
    return [Sheet(**row | {name: tuple(row[name]) for name in ("against", "not_known")}) for row in rows]
