"""What a person answered about the files of a city, kept beside its versions so that nobody is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotspots import settings
from hotspots.store import checked_json, whole

_NAME = "answers.json"


def remember(slug: str, source: str, answers: Mapping[str, Any]) -> None:
    """Keep the answers about files of one kind, the `source`, with those about others of the city."""
    folder = settings.store_folder() / slug
    folder.mkdir(parents=True, exist_ok=True)
    whole.write(folder / _NAME, checked_json.sealed(remembered(slug) | {source: dict(answers)}))


def remembered(slug: str) -> dict[str, Any]:
    """Return source → answers; nothing where none were kept, or where what was kept is damaged: they are asked again."""
    return checked_json.read(settings.store_folder() / slug / _NAME) or {}
