"""How far the list of releases of a city had come, and whose key signed it: kept apart from the list, and keyed with that key.

A chain shows a line that was changed, but not that its last lines are gone, nor that all of it is. The anchor does. It lies in the folder
that `HOTSPOTS_ANCHORS` names, best on another disk, or where the account that publishes can only add; without it, inside the store, but
outside the folders of the cities.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hotspots import settings
from hotspots.release import signing
from hotspots.store import checked_json, whole


@dataclass(frozen=True)
class Anchor:
    """So many `releases`, the last of them chained by `head`, signed with the secret that belongs to `public_key`.

    `accepted` are the moments (UTC) at which a person took a list that did not fit as it stood.
    """

    releases: int
    head: str
    public_key: str
    accepted: tuple[str, ...] = ()


def place(slug: str) -> Path:
    """Return the file that holds the anchor of a city."""
    named = settings.value("HOTSPOTS_ANCHORS")
    return (Path(named).expanduser() if named else settings.store_folder() / ".anchors") / f"{slug}.json"


def read(slug: str) -> Anchor | None:
    """Return the anchor of a city; None where there is none. A `ValueError` where it was damaged."""
    if not place(slug).is_file():
        return None
    values = checked_json.read(place(slug))
    if values is None:
        raise ValueError(slug)
    return Anchor(int(values["releases"]), values["head"], values["public_key"], tuple(values["accepted"]))


def keyed(slug: str, *, secret: bytes) -> bool:
    """Return whether the anchor of a city was written by who holds the secret."""
    values = checked_json.read(place(slug)) or {}
    mark = values.pop("keyed", "")
    return hmac.compare_digest(str(mark), _mark(values, secret))


def write(slug: str, anchor: Anchor, *, secret: bytes) -> None:
    """Write the anchor of a city, whole or not at all."""
    place(slug).parent.mkdir(parents=True, exist_ok=True)
    values = json.loads(json.dumps(asdict(anchor)))
    whole.write(place(slug), checked_json.sealed(values | {"keyed": _mark(values, secret)}), mode=0o600)


def of(releases: int, head: str, *, secret: bytes, accepted: tuple[str, ...] = ()) -> Anchor:
    """Return the anchor of a list as it stands."""
    return Anchor(releases, head, signing.public_key(secret), accepted)


def _mark(values: dict[str, object], secret: bytes) -> str:
    return hmac.new(secret, b"hotspots anchor" + json.dumps(values, sort_keys=True).encode(), hashlib.sha256).hexdigest()
