"""The guard at the door: what would be published against what is served, by year and by column."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hotspots import store
from hotspots.cities.city import City
from hotspots.cities.health import headline
from hotspots.readers.falls import ShrinkError
from hotspots.words import Told, told

_SHARE = 0.02  # of a year's victims: sources correct a few cases back, a cut file loses more
_LEAST_KNOWN = 0.1  # a column that said this little before says nothing by its loss
_COLUMNS = ("event_id", "block_id", "age", "sex", "weapon", "category", "status")


def shrunk(city: City) -> ShrinkError | None:
    """Return what fell, against the version of the city that is served; None where nothing did, or none is served.

    A year that lost more than 2 % of its victims, published totals that did, a column, the places or the residents of which half or
    more of what was known is gone: each is a fall. Few corrections of the source pass; they stand in `differences`.
    """
    try:
        version = store.current(city.slug)
    except store.StoreError:
        return None
    before = version.manifest["facts"].get("headline") or {}
    now = headline(city.incidents, city.blocks, city.totals)
    falls = [*_years(before, now), *_totals(before, now), *_residents(before, now)]
    with contextlib.suppress(store.StoreError):  # a damaged table cannot be compared; its headline can
        falls += _columns(store.read(version, "incidents"), city.incidents)
    return ShrinkError(version.number, tuple(falls)) if falls else None


def differences(city: City) -> tuple[Told, ...]:
    """Return the years whose number of victims differs from that of the version served, in words; empty where none is served."""
    try:
        before = store.current(city.slug).manifest["facts"].get("headline") or {}
    except store.StoreError:
        return ()
    old, new = before.get("by_year", {}), headline(city.incidents, city.blocks, city.totals)["by_year"]
    years = sorted(year for year in {*old, *new} if old.get(year, 0) != new.get(year, 0))
    return tuple(
        told("{year}: {before} victims before, {now} now", year=year, before=f"{old.get(year, 0):,}", now=f"{new.get(year, 0):,}")
        for year in years
    )


def _years(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Told]:
    new = now["by_year"]
    return [
        told(
            "{year} had {before} victims and now has {now} (−{fall})",
            year=year,
            before=f"{count:,}",
            now=f"{new.get(year, 0):,}",
            fall=_percent(count, new.get(year, 0)),
        )
        for year, count in sorted(before.get("by_year", {}).items())
        if count - new.get(year, 0) > _SHARE * count
    ]


def _totals(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Told]:
    old, new = float(before.get("totals_sum") or 0), float(now.get("totals_sum") or 0)
    if old - new <= _SHARE * old:
        return []
    known = {"before": f"{old:,.0f}", "now": f"{new:,.0f}", "fall": _percent(old, new)}
    return [told("the published totals added up to {before} and now to {now} (−{fall})", **known)]


def _residents(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Told]:
    old, new = float(before.get("population") or 0), float(now.get("population") or 0)
    if not old or new > old / 2:
        return []
    known = {"before": f"{old:,.0f}", "now": f"{new:,.0f}", "fall": _percent(old, new)}
    return [told("the blocks had {before} residents and now have {now} (−{fall})", **known)]


def _columns(before: pd.DataFrame, now: pd.DataFrame) -> list[Told]:
    """Return the columns, the place, the day and the hour among them, that lost half or more of what they said."""
    old, new = _known(before), _known(now)
    return [
        told(
            "{column} was known of {before} % of the victims and now is of {now} %",
            column=name,
            before=f"{100 * share:.0f}",
            now=f"{100 * new.get(name, 0.0):.0f}",
        )
        for name, share in old.items()
        if share >= _LEAST_KNOWN and new.get(name, 0.0) <= share / 2
    ]


def _known(incidents: pd.DataFrame) -> dict[str, float]:
    """Return the share of victims of whom each column says something."""
    if not len(incidents):
        return {}
    said = {name: ~incidents[name].astype("string").fillna("").isin(["", "unknown"]) for name in _COLUMNS if name in incidents.columns}
    said["place"] = incidents["unplaced"] == ""
    said["day"] = incidents["day_known"] if "day_known" in incidents.columns else incidents["date"].notna()
    said["hour"] = incidents["date"] != incidents["date"].dt.normalize()
    return {name: float(known.mean()) for name, known in said.items()}


def _percent(before: float, now: float) -> str:
    return f"{100 * (before - now) / before:.0f} %"
