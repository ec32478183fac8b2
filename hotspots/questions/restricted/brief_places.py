"""What the brief says of places: the map with its numbers, the few places that drive it, the hours of the week."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.cities import City
from hotspots.questions.restricted.brief import Brief
from hotspots.questions.restricted.when import ranged as has_ranges
from hotspots.release import ledger
from hotspots.release.profiles import FEWER_THAN
from hotspots.release.protection import SHOWN, protect
from hotspots.statistics import trends
from hotspots.statistics.catalog import measure
from hotspots.statistics.measure import STATES
from hotspots.study import places
from hotspots.views import captions, map_view
from hotspots.views.columns import between, year
from hotspots.views.map_view import LegendRow, MapView
from hotspots.views.one_page import Plan, Table, length
from hotspots.views.outlines import outlines
from hotspots.words import Words, mark

MOST = 5  # places that are listed
MOST_AREAS = 8
MOST_YEARS = 10  # of published totals
HOURS = 3  # in a column, at least
TITLES: dict[str, str] = {"rate": mark("Per 100,000 residents a year"), "count": mark("People killed")}


def table(found: Brief, city: City, words: Words) -> Table | None:
    """Return the places with the most people killed, or the areas; None where nobody was killed, or nothing is known by place."""
    if found.places is None:
        return None if found.study.has_victims else _years(found, words)
    every = found.places.value
    rows = every[every["count"] > 0].head(MOST_AREAS if found.preset.by_area else MOST)
    if rows.empty or (len(every) == 1 and not found.preset.by_area):  # one place is driven by none inside
        return None
    return _areas(rows, found, city, words) if found.preset.by_area else _places(rows, found, words)


def _places(rows: pd.DataFrame, found: Brief, words: Words) -> Table:
    lately = found.places_latest.value["count"] if found.places_latest else pd.Series(dtype=float)
    told = tuple(
        (str(row["name"]), *([words.number(lately.get(unit, 0))] if len(lately) else []), words.number(row["count"]))
        for unit, row in rows.iterrows()
    )
    latest = [captions.period(found.places_latest.period, words)] if found.places_latest and len(lately) else []
    title = words.say("Which few places drive it")
    about = words.say(
        "{n} of {total} people killed, {period}",
        n=words.number(rows["count"].sum()),
        total=words.number(found.recent.victims),
        period=captions.period(found.recent, words),
    )
    columns = (words.say("Place"), *latest, captions.period(found.recent, words))
    return Table(title, about, columns, told, frozenset(range(1, len(columns))), length(rows["count"].tolist()), numbered=True)


def _areas(rows: pd.DataFrame, found: Brief, city: City, words: Words) -> Table:
    shown, known = shown_areas(found, city), rows["rate"].notna().any() if "rate" in rows else False
    hidden = words.say("not shown")
    told = []
    for unit, row in rows.iterrows():
        cells = [str(row["name"]), words.number(row["count"]) if shown[unit] else hidden]
        if known:
            cells.append(map_view.with_interval(row["rate"], row["rate_low"], row["rate_high"], words) if shown[unit] else hidden)
        told.append(tuple(cells))
    own = places.unit_in(found.study.place.text, found.unit) if found.study.place else ""
    columns = (words.say("Area"), words.say("People killed"), *([words.say("Per 100,000 a year (95%)")] if known else []))
    lengths = length([float(n) if shown[unit] else 0.0 for unit, n in rows["count"].items()])
    strong = list(rows.index.astype(str)).index(own) if own in rows.index.astype(str) else -1
    title = words.say("Area by area")
    about = captions.period(found.recent, words)
    return Table(title, about, columns, tuple(told), frozenset(range(1, len(columns))), lengths, strong=strong)


def _years(found: Brief, words: Words) -> Table | None:
    """Return the newest years of published totals, each with the rate and the source that were printed."""
    rows = found.years.value[::-1].head(MOST_YEARS).reset_index(names="year")
    if rows["count"].notna().sum() < 1:
        return None
    ranged = has_ranges(rows)
    usuals = between("low", "high")(rows, "low", words) if ranged else [""] * len(rows)
    told = tuple(
        (name, words.number(row["count"]), *((usual,) if ranged else ()), words.rate(row["published_rate"]), str(row["source"]))
        for name, usual, (_, row) in zip(year(rows, "year", words), usuals, rows.iterrows(), strict=True)
    )
    usual = (words.say("Normal range"),) if ranged else ()
    columns = (words.say("Year"), words.say("People killed"), *usual, words.say("Rate as published"), words.say("Source"))
    return Table(words.say("Year by year"), "", columns, told, frozenset(range(1, len(columns) - 1)))


def shown_areas(found: Brief, city: City) -> pd.Series:
    """Return which areas have a number that is told: all, or those that the rules of a release let stand."""
    assert found.places is not None
    rows = found.places.value
    if not found.preset.guarded or city.only_totals:
        return pd.Series(True, index=rows.index)
    weights = rows["population"].astype(float).fillna(1.0).clip(lower=1.0)
    label = f"brief/areas/{found.recent.start:%Y%m%d}/{found.recent.end:%Y%m%d}"
    states = protect(rows["count"], weights=weights, secret=ledger.lot_secret(city.slug, city.fingerprint), label=label)
    assert states is not None  # nothing was published before
    return states == SHOWN


def plan(found: Brief, listed: Table | None, city: City, words: Words) -> Plan | None:
    """Return the map, with the listed places numbered and the place chosen to look at; None where there is none to draw."""
    if found.map is None:
        return None
    place, numbers = found.study.place, pd.Series(0, index=found.map.shapes.index)
    view = found.map
    if listed is not None and listed.numbered and found.places is not None:
        top = found.places.value.index[: len(listed.rows)]
        numbers.loc[top] = range(1, len(top) + 1)
        view = replace(view, outlines=outlines(numbers, view.shapes))
    if found.preset.guarded:
        view = guarded(view, shown_areas(found, city), words)
    shape = None
    if place is not None and place.outline is not None:
        shape = gpd.GeoSeries([place.outline], crs=found.study.blocks.crs).to_crs(4326).iloc[0]
        shape = shapely.make_valid(shape)
    unit = map_view.unit_name(found.unit, words, city.called).lower()
    about = words.say(
        "{what} by {unit}, {period}",
        what=words.say(TITLES.get(found.key, measure(found.key).label)).lower(),
        unit=unit,
        period=captions.period(found.recent, words),
    )
    return Plan(words.say("Where"), about, view, shape, near=not found.preset.by_area)


def guarded(view: MapView, shown: pd.Series, words: Words) -> MapView:
    """Return a map without the numbers that are not told: their places look like those of a number too small to publish."""
    told = shown.reindex(view.ids).to_numpy(dtype=bool)
    classes, states = view.classes.copy(), view.states.copy()
    classes[~told], states[~told] = -1, STATES.index("suppressed")
    tips = [replace(tip, texts=[text if keep else "" for text, keep in zip(tip.texts, told, strict=True)]) for tip in view.tips]
    rows = [replace(row, units=int((classes == k).sum())) for k, row in enumerate(one for one in view.legend if one.kind == "class")]
    rows += [replace(row, units=int(((states == STATES.index(row.kind)) & told).sum())) for row in view.legend if row.kind != "class"]
    if (~told).any():
        label = words.say("Number not shown: fewer than {n}, or held back to protect a smaller one", n=FEWER_THAN)
        rows.append(LegendRow("suppressed", label, None, int((~told).sum())))
    legend = [row for row in rows if row.kind == "class" or row.units]
    return replace(view, classes=np.asarray(classes), states=np.asarray(states), tips=tips, legend=legend)


def when(found: Brief, words: Words) -> Table | None:
    """Return weekdays by hours; None where too few hours are known."""
    answer = found.hours
    if answer is None or answer.value.table is None:
        return None
    grid = answer.value.table
    if answer.value.width < HOURS:  # single hours are too many for a page
        grid = grid.T.groupby(grid.columns // HOURS * HOURS).sum().T
    columns = ("", *(f"{hour:02}" for hour in grid.columns))
    rows = tuple(
        (words.say(trends.WEEKDAYS[int(day)])[:3], *(words.number(n) if n else "" for n in row))
        for day, row in zip(grid.index, grid.to_numpy(), strict=True)
    )
    about = words.say("{n} with a known hour, {period}", n=words.number(answer.value.known), period=captions.period(found.recent, words))
    return Table(words.say("When"), about, columns, rows, frozenset(range(1, len(columns))))
