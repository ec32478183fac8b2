"""Write down what was planted: `truth.toml`, and `city.toml` with the words and blocks that the generator alone knows."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any

import deaths
import geopandas as gpd
import numpy as np
import pyproj
import records
import shapely
from deaths import Events
from people import DISTRICTS, STATION, Map
from terrain import to_degrees

UNKNOWN_WORDS = {"sex": ("S/D",), "weapon": ("NO DETERMINADA",), "category": (), "status": ()}
OURS = {
    "sex": ("male", "female"),
    "weapon": ("firearm", "blade", "blunt", "body", "other", "unknown"),
    "category": ("group", "dispute", "domestic", "robbery", "police", "other", "unknown"),
    "status": ("cleared", "open"),
}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.10g}" if float(value) % 1 or abs(value) > 1e9 else f"{float(value):.1f}"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return '"' + str(value) + '"'


def _table(name: str, facts: dict[str, Any], note: str = "") -> str:
    lines = [f"# {note}"] if note else []
    return "\n".join([*lines, name, *[f"{key} = {_value(value)}" for key, value in facts.items()], ""])


def _words(field: str) -> str:
    """Every word of the file, without the blanks around it, and its meaning among ours."""
    pairs: dict[str, str] = {}
    for ours in OURS[field]:
        word = records.WORDS[ours]
        if field == "weapon" and ours == "unknown":
            continue
        for variant in (word, *records.VARIANTS.get(word, ())):
            pairs[variant.strip()] = ours
    pairs |= dict.fromkeys(UNKNOWN_WORDS[field], "unknown")
    return "\n".join(f'"{word}" = "{ours}"' for word, ours in pairs.items())


def write_city(folder: Path, template: Path, city: Map) -> None:
    """Write `city.toml`."""
    station = to_degrees([city.shapes[city.names.index(STATION)].representative_point()])[0]
    treated = [block for block, beat in zip(city.ids, city.beat, strict=True) if beat in deaths.TREATED_BEATS]
    lines = [", ".join(_value(block) for block in treated[n : n + 10]) for n in range(0, len(treated), 10)]
    text = Template(template.read_text(encoding="utf-8")).substitute(
        {field: _words(field) for field in OURS},
        station=f"{station.x:.6f}, {station.y:.6f}",
        definition_date=str(deaths.POLICE_UNTIL),
        intervention_date=str(deaths.EFFECT_FROM),
        comparison=", ".join(f'"beat:{beat}"' for beat in deaths.COMPARISON_BEATS),
        treated="\n".join(f"  {line}," for line in lines),
    )
    (folder / "city.toml").write_text(text, encoding="utf-8", newline="\n")


def _group_tables(city: Map, groups: dict[str, list[int]], events: Events, size: np.ndarray) -> list[str]:
    tables = []
    for group in deaths.GROUPS:
        own = groups[group.name]
        date = deaths.FIRST + events.day
        within = np.isin(events.block, own)
        inside = within & (date >= np.datetime64(group.start)) & (date < np.datetime64(group.end))
        facts = {
            "name": group.name,
            "kind": group.kind,
            "blocks": [city.ids[n] for n in own],
            "district": DISTRICTS[int(city.district[own[0]])],
            "relative_risk": float(group.risk),
            "start": group.start,
            "end": group.end,
            "residents": int(city.population[own].sum()),
            "victims": int(size[within].sum()),
            "victims_while_hot": int(size[inside].sum()),
        }
        tables.append(_table("[[hot]]", facts))
    return tables


def _concentration(city: Map, events: Events, size: np.ndarray, groups: dict[str, list[int]]) -> dict[str, Any]:
    counts = np.bincount(events.block, weights=size, minlength=len(city.ids))
    ranked = np.sort(counts)[::-1]
    top = int(np.ceil(0.05 * len(ranked)))
    hot = sorted({n for own in groups.values() for n in own})
    half = int(np.searchsorted(np.cumsum(ranked), ranked.sum() / 2) + 1)
    return {
        "blocks": len(ranked),
        "hot_blocks": len(hot),
        "share_in_hot_blocks": round(float(counts[hot].sum() / ranked.sum()), 4),
        "share_in_top_5_percent": round(float(ranked[:top].sum() / ranked.sum()), 4),
        "blocks_with_half": half,
        "blocks_without_a_victim": int((counts == 0).sum()),
    }


def _totals(city: Map, table: list[records.Row], events: Events, size: np.ndarray) -> dict[str, Any]:
    return {
        "rows": len(table),
        "events": len(events.block),
        "events_with_several_victims": int((size > 1).sum()),
        "triggered_events": int((events.parent >= 0).sum()),
        "population": int(np.nansum(city.population)),
        "residential_blocks": int(city.residential.sum()),
        "other_blocks": int((~city.residential).sum()),
        "victims_a_year": [sum(row["fecha"].endswith(str(year)) for row in table) for year in range(2015, 2025)],
    }


def _planted(city: Map, events: Events) -> list[str]:
    start, end, level = deaths.LOCKDOWN
    time = {
        "year_levels": deaths.YEAR_LEVELS,
        "season_amplitude": deaths.SEASON,
        "season_peak_day": deaths.SEASON_PEAK,
        "weekday_factors": deaths.WEEKDAYS,
        "lockdown": [str(start), str(end)],
        "lockdown_factor": level,
    }
    repeats = {
        "branching": deaths.BRANCHING,
        "distance": "exponential",
        "mean_metres": deaths.NEAR_METRES,
        "delay": "exponential, rounded up to whole days",
        "mean_days": deaths.NEAR_DAYS,
        "observed_knox_is_truth": False,
    }
    plan = {
        "name_es": "Plan Muelle Tranquilo",
        "name_en": "Quiet Docks plan",
        "start": str(deaths.EFFECT_FROM),
        "factor": deaths.EFFECT,
        "treated_beats": deaths.TREATED_BEATS,
        "spill_over_beats": deaths.SPILL_BEATS,
        "spill_over_factor": 1.0,
        "comparison_beats": deaths.COMPARISON_BEATS,
        "victims_spared": events.removed["spared_by_the_intervention"],
    }
    definition = {
        "date": str(deaths.POLICE_UNTIL),
        "category": "police",
        "share_of_events_before": deaths.POLICE_SHARE,
        "share_after": 0.0,
        "victims_no_longer_counted": events.removed["police_no_longer_counted"],
    }
    districts = {DISTRICTS[number]: risk for number, risk in deaths.DISTRICT_RISK.items()}
    return [
        _table("[time]", time, "First events follow this level; triggered ones follow their parent."),
        _table("[near_repeats]", repeats, "Each event triggers a Poisson number of further events, which trigger others in turn."),
        _table("[intervention]", plan, "Each finished event in a treated block since the start stays with probability `factor`."),
        _table("[definition]", definition, "Police killings happen as before; from this date the file no longer holds them."),
        _table(
            "[district_risk]", {f'"{name}"': risk for name, risk in districts.items()}, "Risk per resident outside hot blocks, relative."
        ),
        _table("[events]", {"several_victims_share": deaths.SHARED_EVENTS, "two_three_four": deaths.SIZES}),
        _table("[uninhabited]", {f'"{name}"': rate for name, rate in deaths.UNINHABITED.items()}, "First events a year at the mean level."),
    ]


def _versions() -> dict[str, str]:
    """The libraries on which the last decimal of a coordinate may depend."""
    return {
        "numpy": np.__version__,
        "shapely": shapely.__version__,
        "geos": shapely.geos_version_string,
        "geopandas": gpd.__version__,
        "proj": pyproj.proj_version_str,
    }


def write_truth(
    path: Path,
    city: Map,
    groups: dict[str, list[int]],
    *,
    events: Events,
    size: np.ndarray,
    table: list[records.Row],
    dirt: dict[str, int],
    seed: int,
) -> None:
    """Write `truth.toml`: parameters that were planted, and figures that follow from this one draw."""
    west, south, east, north = shapely.union_all(to_degrees(city.shapes)).bounds
    place = {"west": west, "south": south, "east": east, "north": north, "nearest_coast_km": 210}
    head = "# Written by generate.py. What was planted in Puerto Albatros, and what this draw of it came to. All of it is invented.\n"
    parts = [
        head + f"seed = {seed}\n",
        _table("[made_with]", _versions(), "With these versions generate.py gives the same bytes again."),
        _table(
            "[position]", place, "Degrees; the nearest land is the coast of El Salvador and Nicaragua, more than this many kilometres off."
        ),
        _table("[totals]", _totals(city, table, events, size), "Follow from this draw."),
        _table("[concentration]", _concentration(city, events, size, groups), "Of the true blocks, before dirt."),
        _table("[dirt]", dirt, "Rows with each kind of dirt; the kinds about places do not overlap."),
        *_planted(city, events),
        *_group_tables(city, groups, events, size),
    ]
    path.write_text("\n".join(parts), encoding="utf-8", newline="\n")
