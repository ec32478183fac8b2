"""Which versions of a city stay: the newest, the young, and the last of each month for a year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hotspots import settings
from hotspots.store import checked_json
from hotspots.store.formats import StoreError
from hotspots.words import told

_YEAR = timedelta(days=366)


def leaving(published: Mapping[int, datetime | None], *, newest: int, days: int, now: datetime) -> list[int]:
    """Return the versions that may be removed: number → when it was published (None: unknown) gives numbers, ascending.

    The `newest` stay, whatever their age; so does each that is not older than `days`, and the last of each month for a year, so that
    many imports of a bad file in a row never leave nothing but the bad file. With 0 `days` the number alone decides.

    >>> day = datetime(2024, 5, 31)
    >>> dates = {n: day - timedelta(days=20 * (6 - n)) for n in range(1, 7)}  # 21 Feb, 12 Mar, 1 and 21 Apr, 11 and 31 May
    >>> leaving(dates, newest=2, days=30, now=day), leaving(dates, newest=2, days=0, now=day)
    ([3], [1, 2, 3, 4])
    """
    numbers = sorted(published)
    old = numbers[: max(len(numbers) - newest, 0)]
    dated = {number: day for number in old if (day := published[number]) is not None} if days else {}
    last_of_month = {day.strftime("%Y-%m"): number for number, day in dated.items() if now - day <= _YEAR}
    stay = {number for number, day in dated.items() if now - day <= timedelta(days=days)} | set(last_of_month.values())
    return [number for number in old if number not in stay]


def published_at(manifest: bytes | None) -> datetime | None:
    """Return when a version was published; None where its manifest cannot be read."""
    try:
        values = checked_json.unsealed(manifest or b"") or {}
        return datetime.fromisoformat(str(values["published"]))
    except (KeyError, ValueError):
        return None


def kept(setting: str, least: int) -> int:
    """Return what a setting says of how much is kept; a `StoreError` where it is no whole number from `least`."""
    text = settings.value(setting)
    if not text.isdecimal() or int(text) < least:
        raise StoreError(told("{setting} is {text}; set it to a whole number from {least}", setting=setting, text=repr(text), least=least))
    return int(text)
