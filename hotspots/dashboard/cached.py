"""The only caches. Keys are small values; what comes out is shared by all readers and never changed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import cities, clusters, compiled, concentration, density, grids, heat, trends, units, view
from hotspots.catalog import measure
from hotspots.cities import City, Summary
from hotspots.dashboard import map_component
from hotspots.selection import Selection
from hotspots.study import Study
from hotspots.words import words_for


@st.cache_resource(show_spinner=False)
def bundled() -> tuple[str, ...]:
    """Import the bundled cities that are not published yet, once for each start of the server; return their short names."""
    return tuple(cities.ensure_bundled())


def warm() -> None:
    """Make what the first reader will ask for first: the city that opens, its shapes and its maps."""
    for one in available()[:1]:
        place = city(one.slug, one.version).blocks
        for unit in {units.default(place), *units.available(place)} - {"city"}:
            for key in ("count", "rate"):
                chosen = Selection(city=one.slug, version=one.version, unit=unit, language=city(one.slug, one.version).language)
                shapes(one.slug, one.version, unit, map_view(chosen, key))
            monthly(chosen)


def available() -> list[Summary]:
    """Return the published cities; read anew each time, so that an import shows at once."""
    bundled()
    return cities.available()


@st.cache_resource(max_entries=8, show_spinner=False)
def city(slug: str, version: int) -> City:
    """Return one version of a city's data."""
    return cities.load(slug, version)


@st.cache_resource(max_entries=32, show_spinner=False)
def geography(slug: str, version: int, unit: str) -> units.Geography:
    """Return the units of one kind and the unit of every incident."""
    found = city(slug, version)
    return units.geography(found.incidents, found.blocks, unit)


def study(chosen: Selection) -> Study:
    """Return the study of a selection; what does not change the numbers (language, place, measure) is no part of the key."""
    return _study(replace(chosen, language="", place="", measure="", bandwidth=0))


@st.cache_resource(max_entries=128, show_spinner=False)
def _study(chosen: Selection) -> Study:
    return chosen.study(city(chosen.city, chosen.version), geography(chosen.city, chosen.version, chosen.unit))


@st.cache_resource(max_entries=32, show_spinner=False)
def frame(slug: str, version: int, unit: str) -> view.MapGeometry:
    """Return the shapes of a map and the city's own background."""
    found = city(slug, version)
    layers = view.background(found, unit)
    place = geography(slug, version, unit)
    weights = place.unit_of.value_counts().reindex(place.blocks.index, fill_value=0) if grids.side_of(unit) else None
    return view.geometry(f"{slug}/{version}/{unit}", place.blocks, layers, weights=weights)


@st.cache_resource(max_entries=32, show_spinner=False)
def shapes(slug: str, version: int, unit: str, _shown: view.MapView) -> bytes:
    """Return the shapes of a map as the browser gets them."""
    return map_component.encode_geometry(_shown)


def map_view(chosen: Selection, key: str) -> view.MapView:
    """Return the map of measure `key` over a selection."""
    return _map_view(replace(chosen, place="", measure=key))


@st.cache_resource(max_entries=64, show_spinner=False)
def _map_view(chosen: Selection) -> view.MapView:
    shown = frame(chosen.city, chosen.version, chosen.unit)
    words = words_for(chosen.language)
    called = city(chosen.city, chosen.version).called
    plain = view.map_view(study(chosen), measure(chosen.measure), shown, words, unit=chosen.unit, called=called)
    if not chosen.bandwidth:
        return plain
    smooth = density.surface(study(chosen), bandwidth=chosen.bandwidth)
    return heat.with_surface(plain, smooth, city(chosen.city, chosen.version).epsg, words)


@st.cache_resource(max_entries=64, show_spinner=False)
def values(chosen: Selection, key: str, _shown: view.MapView, _words: dict[str, str]) -> bytes:
    """Return what a map shows as the browser gets it. `chosen` must not name a place."""
    return map_component.encode_values(_shown, _words)


def monthly(chosen: Selection) -> pd.DataFrame:
    """Return the monthly table of a selection, whatever unit and place it names."""
    return _monthly(replace(chosen, language="", place="", measure="", unit="blocks", bandwidth=0))


@st.cache_resource(max_entries=64, show_spinner=False)
def _monthly(chosen: Selection) -> pd.DataFrame:
    return trends.monthly(study(chosen))


def against_chance(chosen: Selection, baseline: str = "equal") -> concentration.AgainstChance | None:
    """Return how concentrated the homicides of a selection are, beside chance; None where none is mapped."""
    return _against_chance(replace(chosen, language="", place="", measure="", bandwidth=0), baseline)


@st.cache_resource(max_entries=128, show_spinner=False)
def _against_chance(chosen: Selection, baseline: str) -> concentration.AgainstChance | None:
    return concentration.against_chance(study(chosen), baseline=baseline)


def evidence(chosen: Selection) -> tuple[clusters.Advice, clusters.Calibration]:
    """Return whether a selection has enough homicides to rank places, and what its hot-spot map shows where nothing is going on."""
    return _evidence(replace(chosen, language="", place="", measure="", bandwidth=0))


@st.cache_resource(max_entries=64, show_spinner=False)
def _evidence(chosen: Selection) -> tuple[clusters.Advice, clusters.Calibration]:
    found = study(chosen)
    return clusters.advice(found), clusters.calibration(found)


def hot_places(chosen: Selection) -> pd.DataFrame:
    """Return the hot places of a selection with their numbers."""
    return _hot_places(replace(chosen, language="", place="", measure="", bandwidth=0))


@st.cache_resource(max_entries=64, show_spinner=False)
def _hot_places(chosen: Selection) -> pd.DataFrame:
    found = study(chosen)
    return clusters.hot_places(found, clusters.hot_spot(found))


def circular_scan(chosen: Selection) -> clusters.Scan:
    """Return the circles with more homicides than chance explains."""
    return _circular_scan(replace(chosen, language="", place="", measure="", bandwidth=0, correction=""))


@st.cache_resource(max_entries=32, show_spinner=False)
def _circular_scan(chosen: Selection) -> clusters.Scan:
    return clusters.circular_scan(study(chosen), simulations=_shuffles())


def space_time_scan(chosen: Selection, anytime: bool) -> clusters.Scan:
    """Return the bursts of a selection; unless `anytime`, those that go on at its end."""
    return _space_time_scan(replace(chosen, language="", place="", measure="", bandwidth=0, baseline="", correction=""), anytime)


@st.cache_resource(max_entries=32, show_spinner=False)
def _space_time_scan(chosen: Selection, anytime: bool) -> clusters.Scan:
    return clusters.space_time_scan(study(chosen), anytime=anytime, simulations=_shuffles())


def _shuffles() -> int:
    """Return how often chance is tried: less often without the compiled loops, so that nobody waits long; the page says how often."""
    return clusters.SIMULATIONS if compiled.installed() else 199
