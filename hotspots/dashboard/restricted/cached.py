"""The only caches. Keys are small values; what comes out is shared by all readers and never changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import cities
from hotspots import release as disclosure
from hotspots.cities import City, Summary, arrivals, logbook
from hotspots.dashboard import map_component
from hotspots.geography import grids, units
from hotspots.statistics import (
    change,
    clusters,
    concentration,
    density,
    interventions,
    rates,
    repeats,
    trends,
)
from hotspots.statistics import priorities as ranking
from hotspots.statistics.catalog import measure
from hotspots.study import Study
from hotspots.study.calendar import Days, periods
from hotspots.study.selection import Selection
from hotspots.views import map_view as view
from hotspots.views import surfaces
from hotspots.words import LANGUAGES, words_for


@st.cache_resource(show_spinner=False)
def bundled() -> tuple[str, ...]:
    """Import the bundled cities that are not published yet, once for each start of the server; return their short names."""
    return tuple(cities.ensure_bundled())


def warm() -> None:
    """Make what the first reader will ask for first: the city that opens, its shapes, its maps and its sentence, in every language."""
    for one in available()[:1]:
        place = city(one.slug, one.version).blocks
        for unit in {units.default(place), *units.available(place)} & {"districts", "beats", units.default(place)}:
            for language in LANGUAGES:
                chosen = Selection(city=one.slug, version=one.version, unit=unit, language=language)
                for key in ("count", "rate"):
                    shapes(one.slug, one.version, unit, map_view(chosen, key))
        against_chance(replace(chosen, unit=units.default(place)))
        monthly(chosen)


def warm_later() -> None:
    """Evaluate the interventions of the city that opens: what takes longest, and nobody asks for first."""
    for one in available()[:1]:
        for entry in logbook.read(one.slug, city(one.slug, one.version).notes).entries:
            evaluation(Selection(city=one.slug, version=one.version), entry)


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
    return units.geography(found.incidents, found.blocks, unit, streets=found.segments)


def study(chosen: Selection) -> Study:
    """Return the study of a selection; what does not change the numbers (language, place, measure) is no part of the key."""
    return _study(chosen.figures())


@st.cache_resource(max_entries=128, show_spinner=False)
def _study(chosen: Selection) -> Study:
    return chosen.study(city(chosen.city, chosen.version), geography(chosen.city, chosen.version, chosen.unit))


@st.cache_resource(max_entries=32, show_spinner=False)
def frame(slug: str, version: int, unit: str) -> view.MapGeometry:
    """Return the shapes of a map and the city's own background."""
    found = city(slug, version)
    layers = view.background(found, unit)
    place = geography(slug, version, unit)
    own = grids.own_side(found.blocks)  # squares reach beyond the city; blocks, and what is made from them, do not
    weights = place.unit_of.value_counts().reindex(place.blocks.index, fill_value=0) if own else None
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
    what = measure(chosen.measure)
    if what.key == "network_density" and chosen.layer == "streets" and chosen.bandwidth == density.streets.USUAL:
        what = replace(what, remarks=None)  # the surface's own note says the same
    plain = view.map_view(study(chosen), what, shown, words, unit=chosen.unit, called=called)
    if not chosen.bandwidth:
        return plain
    own, metres, epsg = study(chosen), chosen.bandwidth, city(chosen.city, chosen.version).epsg
    if chosen.layer == "streets":
        along = density.along_streets(own, bandwidth=metres)
        return surfaces.with_streets(plain, replace(along, rule="streets") if metres == density.streets.USUAL else along, epsg, words)
    rule = next((rule for rule, usual in bandwidths(chosen).items() if usual == metres), "given")
    if chosen.layer == "residents":
        risk = density.risk_surface(own, bandwidth=metres, draws=density.relative.DRAWS)
        return surfaces.with_risk(plain, replace(risk, rule=rule), epsg, words)
    return surfaces.with_surface(plain, replace(density.surface(own, bandwidth=metres), rule=rule), epsg, words)


def usual(study: Study) -> int:
    """Return the bandwidth in whole metres that a surface starts with."""
    return max(int(round(density.usual_bandwidth(study), -1)), 10)


def bandwidths(chosen: Selection) -> dict[str, int]:
    """Return the bandwidth in whole metres that each rule gives for a selection, by the rule's name."""
    return _bandwidths(chosen.figures())


@st.cache_resource(max_entries=64, show_spinner=False)
def _bandwidths(chosen: Selection) -> dict[str, int]:
    own = study(chosen)
    found = {rule: density.bandwidth_of(own, rule=rule) for rule in ("scott", *density.CRITERIA)}
    return {rule: max(int(round(metres, -1)), 10) for rule, (metres, way) in found.items() if way == rule}


def sensitivity(chosen: Selection) -> density.Sensitivity:
    """Return how the highest places of the smooth surface of a selection change with its bandwidth."""
    return _sensitivity(chosen.figures(of=["density"]))


@st.cache_resource(max_entries=64, show_spinner=False)
def _sensitivity(chosen: Selection) -> density.Sensitivity:
    return density.sensitivity(study(chosen), bandwidth=chosen.bandwidth)


@st.cache_resource(max_entries=64, show_spinner=False)
def values(chosen: Selection, key: str, _shown: view.MapView, _words: dict[str, str]) -> bytes:
    """Return what a map shows as the browser gets it. `chosen` must not name a place."""
    return map_component.encode_values(_shown, _words)


def monthly(chosen: Selection) -> pd.DataFrame:
    """Return the monthly table of a selection, whatever unit and place it names."""
    return _monthly(chosen.figures(unit="blocks"))


@st.cache_resource(max_entries=64, show_spinner=False)
def _monthly(chosen: Selection) -> pd.DataFrame:
    return trends.monthly(study(chosen))


def against_chance(chosen: Selection, baseline: str = "equal") -> concentration.AgainstChance | None:
    """Return how concentrated the homicides of a selection are, beside chance; None where none is mapped."""
    return _against_chance(chosen.figures(), baseline)


@st.cache_resource(max_entries=128, show_spinner=False)
def _against_chance(chosen: Selection, baseline: str) -> concentration.AgainstChance | None:
    return concentration.against_chance(study(chosen), baseline=baseline)


def evidence(chosen: Selection) -> tuple[clusters.Advice, clusters.Calibration]:
    """Return whether a selection has enough homicides to rank places, and what its hot-spot map shows where nothing is going on."""
    return _evidence(chosen.figures())


@st.cache_resource(max_entries=64, show_spinner=False)
def _evidence(chosen: Selection) -> tuple[clusters.Advice, clusters.Calibration]:
    found = study(chosen)
    return clusters.advice(found), clusters.calibration(found)


def funnel(chosen: Selection) -> rates.Funnel | None:
    """Return each unit of a selection beside what chance explains; None where no homicide or no resident is known."""
    return _funnel(chosen.figures())


@st.cache_resource(max_entries=64, show_spinner=False)
def _funnel(chosen: Selection) -> rates.Funnel | None:
    return rates.funnel(study(chosen))


def backtest(chosen: Selection, months: int = ranking.MONTHS) -> ranking.Backtest | str:
    """Return how well every rule did on periods it had not seen, or why that cannot be told."""
    return _backtest(chosen.figures(), months)


@st.cache_resource(max_entries=64, show_spinner=False)
def _backtest(chosen: Selection, months: int) -> ranking.Backtest | str:
    return ranking.backtest(study(chosen), months=months)


def spread(chosen: Selection) -> float:
    """Return how far the rule by density spreads each homicide in the list of a selection, in metres."""
    return _spread(chosen.figures())


@st.cache_resource(max_entries=64, show_spinner=False)
def _spread(chosen: Selection) -> float:
    return ranking.bandwidth(study(chosen))


def priorities(chosen: Selection, rule: str) -> pd.DataFrame:
    """Return the first places of a selection by a rule."""
    return _priorities(chosen.figures(), rule)


@st.cache_resource(max_entries=64, show_spinner=False)
def _priorities(chosen: Selection, rule: str) -> pd.DataFrame:
    return ranking.ranked(study(chosen), rule=rule)


def near_repeats(chosen: Selection, *, metres: int, days: int) -> repeats.NearRepeats:
    """Return Knox's test of a selection, whatever unit and place it names."""
    return _near_repeats(chosen.figures(unit="blocks"), metres, days)


@st.cache_resource(max_entries=64, show_spinner=False)
def _near_repeats(chosen: Selection, metres: int, days: int) -> repeats.NearRepeats:
    return repeats.near_repeats(study(chosen), metres=metres, days=days)


def recurring(chosen: Selection) -> tuple[repeats.Events, repeats.Strength | None, repeats.Surges | None]:
    """Return the events of a selection, how much they bring about others, and which districts have more than usual."""
    return _recurring(chosen.figures(unit="blocks"))


@st.cache_resource(max_entries=64, show_spinner=False)
def _recurring(chosen: Selection) -> tuple[repeats.Events, repeats.Strength | None, repeats.Surges | None]:
    events = repeats.events_of(study(chosen))
    return events, repeats.strength(events), repeats.surges(study(chosen))


def evaluation(chosen: Selection, entry: logbook.Entry) -> interventions.Evaluation:
    """Return the evaluation of one intervention by the period and the filters of a selection, on blocks."""
    plain = chosen.figures(unit="blocks")
    return _evaluation(plain, json.dumps(entry.as_plain(), sort_keys=True), entry)


@st.cache_resource(max_entries=64, show_spinner=False)
def _evaluation(chosen: Selection, key: str, _entry: logbook.Entry) -> interventions.Evaluation:
    return interventions.evaluate(study(chosen), _entry, notes=city(chosen.city, chosen.version).notes)


def weekly(chosen: Selection) -> pd.DataFrame:
    """Return the weekly table of a selection, whatever unit and place it names."""
    return _weekly(chosen.figures(unit="blocks"))


@st.cache_resource(max_entries=64, show_spinner=False)
def _weekly(chosen: Selection) -> pd.DataFrame:
    return trends.weekly(study(chosen))


def changes(chosen: Selection, until: pd.Timestamp) -> dict[str, change.Comparison]:
    """Return the periods of `calendar.periods` that end before `until`, each beside the years before, by the unit of a selection."""
    return _changes(chosen.figures(), until)


@st.cache_resource(max_entries=64, show_spinner=False)
def _changes(chosen: Selection, until: pd.Timestamp) -> dict[str, change.Comparison]:
    found = study(chosen)
    covered = found.covers[0]
    return {name: change.compare(found, Days(max(one.start, covered), one.end)) for name, one in periods(until).items()}


@st.cache_resource(max_entries=16, show_spinner=False)
def late(slug: str, version: int) -> arrivals.Arrivals | None:
    """Return what came in late between a version of a city and the one before it; None where there is none to compare."""
    return arrivals.arrivals(slug, version)


def hot_places(chosen: Selection) -> pd.DataFrame:
    """Return the hot places of a selection with their numbers."""
    return _hot_places(chosen.figures())


@st.cache_resource(max_entries=64, show_spinner=False)
def _hot_places(chosen: Selection) -> pd.DataFrame:
    found = study(chosen)
    return clusters.hot_places(found, clusters.hot_spot(found))


def circular_scan(chosen: Selection) -> clusters.Scan:
    """Return the circles with more homicides than chance explains."""
    return _circular_scan(chosen.figures(of=["scan"]))


@st.cache_resource(max_entries=32, show_spinner=False)
def _circular_scan(chosen: Selection) -> clusters.Scan:
    return clusters.circular_scan(study(chosen))


SHUFFLES = 499  # of days: so many that nobody waits more than a few seconds; the page says how many


def space_time_scan(chosen: Selection, anytime: bool) -> clusters.Scan:
    """Return the bursts of a selection; unless `anytime`, those that go on at its end."""
    return _space_time_scan(chosen.figures(of=()), anytime)


@st.cache_resource(max_entries=32, show_spinner=False)
def _space_time_scan(chosen: Selection, anytime: bool) -> clusters.Scan:
    return clusters.space_time_scan(study(chosen), anytime=anytime, simulations=SHUFFLES)


def release_examined(slug: str, profile: str) -> tuple[disclosure.Release, disclosure.Findings]:
    """Return the release that would be published of a city now, and what its audit finds. Nothing is written but the city's key."""
    version = next(one.version for one in available() if one.slug == slug)
    return _release_examined(slug, version, profile, len(disclosure.releases(slug)), pd.Timestamp.now().strftime("%Y-%m"))


@st.cache_resource(max_entries=4, show_spinner=False)
def _release_examined(slug: str, version: int, profile: str, out: int, month: str) -> tuple[disclosure.Release, disclosure.Findings]:
    before = disclosure.releases(slug)
    release = disclosure.build(city(slug, version), profile=profile, secret=disclosure.ledger.key(slug), before=before)
    return release, disclosure.audit(release, before)
