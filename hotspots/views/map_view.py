"""What to show of a study: classes, colours, states, legend, words. Drawn by the map on screen and by the map that is downloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import colours as look
from hotspots import geography
from hotspots.cities import City
from hotspots.geography import grids, hexagons, units
from hotspots.geography.outlines import outlined, without_gaps
from hotspots.statistics import rates
from hotspots.statistics.catalog import measure as measure_of
from hotspots.statistics.measure import STATES, UNSTABLE_UNDER, Measure, table
from hotspots.store.schema import Blocks
from hotspots.study import Study, places
from hotspots.study.memo import kept
from hotspots.views import captions
from hotspots.views.classes import Classes, category, classed, starts_of
from hotspots.views.classes import class_labels as class_labels
from hotspots.views.classes import class_limits as breaks  # noqa: F401 (other programs know it by this name)
from hotspots.views.columns import numbers
from hotspots.views.outlines import Outline, of_place, outlines
from hotspots.views.single_homicides import Dot
from hotspots.views.street_lines import named_streets
from hotspots.words import Words, mark

UNIT_WORDS: dict[str, str] = {
    "city": mark("Whole city"),
    "districts": mark("Districts"),
    "beats": mark("Beats"),
    "blocks": mark("Blocks"),
    "segments": mark("Street segments"),
    "segments+corners": mark("Street segments and corners"),
}
STATE_WORDS: dict[str, str] = {
    "zero": mark("None in this period"),
    "unstable": mark("Fewer than 20 homicides: the rate is uncertain"),
    "suppressed": mark("Not published: too few to show"),
    "no_data": mark("No residents or none known: no rate"),
}
TOTAL_WORDS: dict[str, str] = {**STATE_WORDS, "no_data": mark("Not published for this period")}


BENEATH: tuple[str, ...] = ("boundary", "coast", "water", "park", "street", "avenue", "service")  # what lies around units, bottom to top


@dataclass(frozen=True)
class TipLine:
    """One line of what hovering says: a label, and its text for each unit."""

    label: str
    texts: list[str]


@dataclass(frozen=True)
class LegendRow:
    """One entry of the legend: `kind` is `class` or a state, `units` how many units look like this."""

    kind: str
    label: str
    colour: str | None
    units: int | None  # None where the entry is not about units


@dataclass(frozen=True, eq=False)
class ContextLayer:
    """What lies under or over the units to find one's way: water, parks, streets, boundaries; shapes in EPSG:4326."""

    kind: str
    shapes: gpd.GeoSeries
    labels: list[str]


@dataclass(frozen=True)
class Overlay:
    """A picture over the units: PNG bytes, even in Web Mercator, and its bounds (west, south, east, north)."""

    png: bytes
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class MapGeometry:
    """Everything of a map that only other units change: shapes in EPSG:4326, context, bounds (west, south, east, north)."""

    key: str
    ids: list[str]
    names: list[str]
    shapes: gpd.GeoSeries
    context: list[ContextLayer]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class MapView:
    """A map ready to be drawn. Arrays and lists are in the order of `ids`.

    `classes` holds the colour class of each unit, or -1 where its state alone decides the look; `states` indexes `STATES`.
    `title` is what the map says to who cannot see it.
    """

    key: str
    ids: list[str]
    names: list[str]
    shapes: gpd.GeoSeries
    classes: np.ndarray
    states: np.ndarray
    tips: list[TipLine]
    colours: tuple[str, ...]
    legend: list[LegendRow]
    legend_title: str
    legend_note: str
    title: str
    context: list[ContextLayer]
    bounds: tuple[float, float, float, float]
    overlay: Overlay | None = None
    outlines: tuple[Outline, ...] = ()
    dots: tuple[Dot, ...] = ()
    limits: tuple[float, ...] = ()  # where the classes begin, of a measure of numbers


def unit_name(unit: str, words: Words, called: Mapping[str, str] | None = None) -> str:
    """Return how a unit reads on screen; `called` is the city's own word for its blocks, by language.

    >>> from hotspots.words import words_for
    >>> unit_name("grid:250", words_for("en"))
    'Squares of 250 m'
    """
    if unit == "blocks" and called:
        return words.own(called)
    side = grids.side_of(unit)
    resolution = hexagons.resolution_of(unit)
    if resolution:
        return words.say("Hexagons with sides of about {side} m", side=words.number(float(f"{hexagons.SIDES[resolution]:.2g}")))
    return words.say("Squares of {side} m", side=words.number(side)) if side else words.say(UNIT_WORDS[unit])


def around(view: MapView, study: Study, unit: str) -> MapView:
    """Return a map of the whole city with the line around the place that a study is of; as it is where there is none."""
    if study.place is None or places.unit_in(study.place.text, unit) in view.ids:
        return view
    return replace(view, outlines=(*view.outlines, *of_place(study.place, study.blocks.crs)))


def geometry(key: str, blocks: Blocks, context: Sequence[ContextLayer] = (), *, weights: pd.Series | None = None) -> MapGeometry:
    """Return the part of a map that stays when filters change. `key` must differ wherever shapes differ.

    The map opens on all units; with `weights` (one number for each unit) on the middle 90 % of them, for squares that reach far beyond
    the city.
    """
    shapes = without_gaps(blocks.geometry.to_crs(4326))
    west, south, east, north = (float(side) for side in (shapes.total_bounds if weights is None else _middle(shapes, weights)))
    ids, names = blocks.index.astype(str).tolist(), kept(blocks, geography.names).tolist()
    return MapGeometry(key, ids, names, shapes, list(context), (west, south, east, north))


def _middle(shapes: gpd.GeoSeries, weights: pd.Series) -> np.ndarray:
    """Return the bounds of the middle 90 % of the weight along each axis, and a tenth more on each side."""
    if not weights.sum() > 0:
        return np.asarray(shapes.total_bounds)
    centres = shapely.get_coordinates(shapely.centroid(np.asarray(shapes.array)))
    ends = []
    for axis in (0, 1):
        order = np.argsort(centres[:, axis])
        share = np.cumsum(weights.to_numpy()[order]) / weights.sum()
        low, high = (centres[order[np.searchsorted(share, at)], axis] for at in (0.05, 0.95))
        margin = max(high - low, 0.01) / 10
        ends.append((low - margin, high + margin))
    return np.array([ends[0][0], ends[1][0], ends[0][1], ends[1][1]])


def context_layers(
    context: gpd.GeoDataFrame, kinds: Sequence[str] = ("boundary", "coast", "water", "park", "street", "service")
) -> list[ContextLayer]:
    """Return the city's own background, bottom to top, in EPSG:4326."""
    table = context.to_crs(4326)
    layers = []
    for kind in kinds:
        part = table[table["kind"] == kind]
        if len(part):
            layers.append(ContextLayer(kind, part.geometry, [str(name) if pd.notna(name) else "" for name in part["name"]]))
    return layers


def background(city: City, unit: str) -> list[ContextLayer]:
    """Return what a map of `unit` shows beneath: the city's own layers, its streets, and the outlines of the districts."""
    layers = context_layers(city.context)
    if city.segments is not None and unit not in units.ON_STREETS:
        layers = [
            ContextLayer("street", *named_streets(city.segments)),
            *(replace(one, kind="avenue") if one.kind == "street" else one for one in layers),
        ]
        layers.sort(key=lambda one: BENEATH.index(one.kind))
    if unit != "city" and "districts" in units.available(city.blocks):
        table = places.geography_of(city, "districts").blocks
        drawn = table[outlined(table)]
        layers.append(ContextLayer("district", drawn.geometry.to_crs(4326), geography.names(drawn).tolist()))
    return layers


def default_measure(study: Study) -> Measure:
    """Return the measure that a map opens with: the rate where at least half of the victims mapped are in units with a stable one.

    On small blocks nearly every rate rests on a handful of deaths; counts are the honest start there.
    """
    study = study.for_map()
    stable = study.counts[(study.counts >= UNSTABLE_UNDER) & study.person_years.notna()].sum()
    rate = measure_of("rate")
    return rate if stable * 2 >= max(study.inside, 1) and not rate.missing(study) else measure_of("count")


def map_view(
    study: Study,
    measure: Measure,
    geometry: MapGeometry,
    words: Words,
    *,
    unit: str,
    called: Mapping[str, str] | None = None,
    limits: Sequence[float] = (),
) -> MapView:
    """Return the map of `measure` over `study`, on the shapes of `geometry`, in the language of `words`; `limits`: see `classes.classed`.

    Where the units are published for a part of the period only, it shows that part (`Study.for_map`) and says which.
    """
    study = study.for_map()
    data = table(study, measure)
    notes = {**state_words(study), **measure.words}
    reason = measure.withheld(measure.of(study), words) if measure.withheld else ""
    if reason:
        data, notes = data.assign(state="zero"), {"zero": reason}
    classes, labels, colours = classed(study, data, measure, words, limits)
    remarks = measure.remarks(measure.of(study), words) if measure.remarks and not reason else ()
    days = words.period(study.start.date(), study.end.date())
    period = " · ".join([days, mapped(study, words), *_residents(study, measure, words)])
    named = unit_name(unit, words, called).lower()
    title = words.say("{what}, {period}, by {unit}", what=words.say(measure.label), period=days, unit=named)
    lines = tips(data, measure, words, notes)
    if measure.scale:
        lines = scale_tips(lines, data[measure.key].to_numpy(dtype=float), classes, labels, words)
    shown = assemble(
        geometry,
        classes=(classes, labels, colours),
        states=data["state"],
        notes={state: words.say(text) for state, text in notes.items() if state != "ok"},
        tips=lines,
        legend_title=legend_title(measure, words),
        legend_note=" ".join([period + "." * bool(remarks), *remarks]),
        title=title,
        outlines=() if reason or measure.groups is None else outlines(measure.groups(study), geometry.shapes, study.counts),
    )
    return replace(shown, limits=tuple(starts_of(data, measure, limits)))


def assemble(
    geometry: MapGeometry,
    *,
    classes: Classes,
    states: Sequence[str] | pd.Series,
    notes: Mapping[str, str],
    tips: list[TipLine],
    legend_title: str,
    legend_note: str,
    title: str,
    outlines: tuple[Outline, ...] = (),
) -> MapView:
    """Return the map on the shapes of `geometry`: every map is put together here.

    `classes` are the class of each unit (−1: its state alone decides), and the label and colour of each class; `states` the state of each
    unit, of `STATES`; `notes` what the legend says of the states, in its order. A state that no unit has is not in the legend.

    >>> from hotspots.study.testing import square_blocks
    >>> told = {"classes": (np.array([0, 0, -1, 0]), ["some"], ("#c4501f",)), "states": ["ok", "ok", "zero", "ok"], "tips": []}
    >>> texts = {"legend_title": "", "legend_note": "", "title": ""}
    >>> shown = assemble(geometry("x", square_blocks()), notes={"zero": "none", "no_data": "not known"}, **told, **texts)
    >>> [(row.label, row.units) for row in shown.legend]
    [('some', 3), ('none', 1)]
    """
    of, labels, colours = classes
    named = np.asarray(states, dtype=object)
    rows = [LegendRow("class", label, colour, int((of == k).sum())) for k, (label, colour) in enumerate(zip(labels, colours, strict=True))]
    plain = {"zero": look.ZERO, "no_data": look.NO_DATA}
    found = [LegendRow(state, text, plain.get(state), int((named == state).sum())) for state, text in notes.items()]
    return MapView(
        **{one.name: getattr(geometry, one.name) for one in fields(MapGeometry)},
        classes=np.asarray(of, dtype=np.int8),
        states=np.array([STATES.index(state) for state in named], dtype=np.int8),
        tips=tips,
        colours=tuple(colours),
        legend=rows + [row for row in found if row.units],
        legend_title=legend_title,
        legend_note=legend_note,
        title=title,
        outlines=outlines,
    )


def legend_title(measure: Measure, words: Words) -> str:
    """Return what the legend says above its classes: the measure, and the unit of its numbers where its name does not hold it."""
    name = words.say(measure.label)
    in_classes = measure.scale or measure.categories or "ok" in measure.words
    if in_classes or measure.unit.lower() in measure.label.lower():
        return name
    return words.say("{what}: {unit}", what=name, unit=words.say(measure.unit))


def _residents(study: Study, measure: Measure, words: Words) -> list[str]:
    """Return how residents came to be known, where nobody counted them unit by unit, and who is in no rate: of measures that need them."""
    if "population" not in measure.needs:
        return []
    rule = units.denominator(study.blocks)
    aside = captions.left_out(rates.left_out(study), words) if study.has_victims else ""
    lines = captions.between_censuses(study.blocks, study.start, study.end, words)
    return [part for part in (words.say(rule) if rule else "", lines, aside) if part]


def scale_tips(lines: list[TipLine], values: np.ndarray, classes: np.ndarray, labels: Sequence[str], words: Words) -> list[TipLine]:
    """Return what hovering says of a measure with named classes: its value with a sign, and the name of the class."""
    count, value, residents, state = lines
    signs = np.where(np.round(values, 1) > 0, "+", np.where(np.round(values, 1) < 0, "\N{MINUS SIGN}", ""))
    texts = [f"{sign}{words.number(abs(one), 1)}" if not np.isnan(one) else "–" for sign, one in zip(signs, values, strict=True)]
    named = [labels[level] if level >= 0 else text for level, text in zip(classes, state.texts, strict=True)]
    return [count, TipLine(value.label, texts), residents, TipLine("", named)]


def state_words(study: Study) -> Mapping[str, str]:
    """Return what each state of a unit means in this study, marked for translation."""
    return STATE_WORDS if study.has_victims else TOTAL_WORDS


def tips(data: pd.DataFrame, measure: Measure, words: Words, states: Mapping[str, str] = STATE_WORDS) -> list[TipLine]:
    """Return what hovering over each unit says: the count, the rate with its interval, residents, and the state in words."""
    lines = [TipLine(words.say("People killed"), numbers(data["count"], words))]
    if not measure.whole:
        lines.append(TipLine(words.say(measure.label), interval_texts(data, measure, words)))
    lines.append(TipLine(words.say("Residents"), numbers(data["population"], words)))
    if measure.categories:
        return [*lines[:1], lines[-1], TipLine("", category_texts(data, measure, words, states))]
    notes = {state: words.say(text) for state, text in states.items() if state != "zero" or "zero" in measure.words}
    return [*lines, TipLine("", [notes.get(state, "") for state in data["state"].tolist()])]


def note_texts(data: pd.DataFrame, measure: Measure, words: Words, study: Study) -> list[str]:
    """Return what is to be noted of each unit: its category or what its state means; nothing where no map may be drawn."""
    if measure.withheld and measure.withheld(measure.of(study), words):
        return [""] * len(data)
    states = {**state_words(study), **measure.words}
    if measure.categories:
        return category_texts(data, measure, words, states)
    said = {state: words.say(text) for state, text in states.items()}
    return [said.get(state, "") for state in data["state"].tolist()]


def category_texts(data: pd.DataFrame, measure: Measure, words: Words, states: Mapping[str, str]) -> list[str]:
    """Return the category of each unit in words, or what its state means."""
    known = data["state"].isin(["ok", "unstable"]).to_numpy()
    found = category(data[measure.key].to_numpy(dtype=float), known, measure)
    labels = [words.say(row.label) for row in measure.categories]
    told = {state: words.say(text) for state, text in states.items()}
    return [labels[k] if k >= 0 else told.get(state, "") for k, state in zip(found.tolist(), data["state"].tolist(), strict=True)]


def interval_texts(data: pd.DataFrame, measure: Measure, words: Words) -> list[str]:
    """Return value and interval of each unit as text, such as `22.2 (15.9–30.1)`; a dash where there is no value."""
    columns = (data[measure.key], data[f"{measure.key}_low"], data[f"{measure.key}_high"])
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    # On a map of streets most are alike.
    texts = {(value, low, high): with_interval(value, low, high, words) for value, low, high in set(rows)}
    return [texts[row] for row in rows]


def with_interval(value: float, low: float, high: float, words: Words) -> str:
    """Return a rate and its interval as text; the rate alone where it has no interval.

    >>> from hotspots.words import words_for
    >>> with_interval(22.18, 15.91, 30.11, words_for("en"))
    '22.2 (15.9–30.1)'
    """
    return words.rate(value) if np.isnan(low) else f"{words.rate(value)} ({words.rate(low)}–{words.rate(high)})"


def mapped(study: Study, words: Words) -> str:
    """Return how many of the victims are on the map.

    >>> from hotspots.testing import square_city
    >>> from hotspots.words import words_for
    >>> mapped(Study.of(*square_city([(5, 5), None])), words_for("en"))
    'on the map: 1 of 2 people killed'
    """
    if not study.victims:
        return words.say("nobody was killed in what is shown")
    return words.say("on the map: {n} of {total} people killed", n=words.number(study.inside), total=words.number(study.victims))
