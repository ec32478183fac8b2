"""The planted truth and the deaths drawn from it: which blocks, when, how one killing is followed by another.

Everything a later statistic should recover is a constant here or an entry of `GROUPS`; `records.py` adds the dirt.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from people import Map
from streets import touching

FIRST = np.datetime64("2015-01-01")
LAST = np.datetime64("2024-12-31")
DAYS = int((LAST - FIRST).astype(int)) + 1
YEAR_LEVELS = (78, 86, 83, 77, 72, 62, 65, 60, 54, 49)
SEASON = 0.08
SEASON_PEAK = 350
LOCKDOWN = (np.datetime64("2020-03-21"), np.datetime64("2020-06-15"), 0.7)
WEEKDAYS = (0.92, 0.84, 0.85, 0.9, 1.06, 1.2, 1.23)
SCALE = 0.415e-5
DISTRICT_RISK = {1: 1.1, 2: 1.3, 3: 0.6, 4: 0.25, 5: 1.4, 6: 1.25, 7: 0.8, 8: 0.9}
BRANCHING = 0.20
NEAR_METRES = 150.0
NEAR_DAYS = 14.0
SHARED_EVENTS = 0.06
SIZES = (0.80, 0.15, 0.05)
POLICE_SHARE = 0.07
POLICE_UNTIL = np.datetime64("2019-07-01")
TREATED_BEATS = ("C21", "C22", "C23")
SPILL_BEATS = ("C24",)
COMPARISON_BEATS = ("C12", "C13", "C14", "C83")
EFFECT = 0.60
EFFECT_FROM = np.datetime64("2021-03-01")
# expected victims a year, at the middle level, where nobody lives
UNINHABITED = {
    "Mercado Central": 1.6,
    "Terminal de Oriente": 1.1,
    "Mercado La Dársena": 0.9,
    "Terminal del Norte": 0.6,
    "Mercado del Llano": 0.5,
    "Central de abastos": 0.4,
    "Mercado de Pescadores": 0.4,
    "Estadio La Rosa Náutica": 0.2,
}
ELSEWHERE = 0.03


@dataclass(frozen=True)
class Group:
    """Blocks side by side whose risk per resident is `risk` times that of their district, from `start` until before `end`."""

    name: str
    kind: str
    at: tuple[float, float]
    size: int
    risk: float
    start: str = "2015-01-01"
    end: str = "2025-01-01"


GROUPS: tuple[Group, ...] = (
    Group("bodegas", "persistent", (880, -900), 4, 24),
    Group("darsena-norte", "persistent", (1_380, -1_150), 4, 22),
    Group("cabrestante", "persistent", (830, -1_620), 4, 28),
    Group("darsena-sur", "persistent", (1_450, -1_800), 4, 20),
    Group("muelle-viejo", "persistent", (960, -2_150), 4, 24),
    Group("aduana", "persistent", (-480, 380), 4, 24),
    Group("timon", "persistent", (380, -200), 5, 22),
    Group("cerro-bajo", "persistent", (-1_900, 1_650), 4, 20),
    Group("manantial", "persistent", (-1_050, 1_680), 5, 20),
    Group("nido", "persistent", (-2_750, 1_950), 3, 24),
    Group("cuevas", "persistent", (-1_750, 2_950), 4, 20),
    Group("piedra-parda", "persistent", (-650, 2_500), 4, 22),
    Group("loma-alta", "persistent", (880, 2_830), 3, 24),
    Group("cometas", "persistent", (2_420, 2_560), 4, 22),
    Group("corriente", "persistent", (2_700, -120), 4, 26),
    Group("salina", "persistent", (2_700, -1_650), 4, 28),
    Group("estero", "persistent", (3_700, -1_650), 4, 26),
    Group("cuevas-arriba", "starts", (-2_350, 3_250), 4, 28, start="2018-03-01"),
    Group("arrecifes", "starts", (3_750, 500), 4, 32, start="2019-01-01"),
    Group("astrolabio", "starts", (580, 2_050), 4, 34, start="2019-07-01"),
    Group("ribera-alta", "starts", (-400, 2_950), 4, 28, start="2020-06-01"),
    Group("mareas", "starts", (2_500, 1_800), 4, 32, start="2021-01-01"),
    Group("viento", "stops", (1_500, 2_650), 4, 28, end="2018-01-01"),
    Group("bahia-serena", "stops", (-1_650, 380), 4, 60, end="2018-01-01"),
    Group("cumbre", "stops", (-3_150, 1_550), 4, 28, end="2018-09-01"),
    Group("almirantes", "stops", (1_700, 150), 4, 36, end="2019-01-01"),
    Group("brisa-norte", "stops", (2_850, -750), 4, 30, end="2019-07-01"),
)


@dataclass
class Events:
    """Events before attributes: block number, day since `FIRST`, place in metres, and which event triggered it (-1: none)."""

    block: np.ndarray
    day: np.ndarray
    parent: np.ndarray
    place: np.ndarray
    removed: dict[str, int] = field(default_factory=dict)

    def keep(self, kept: np.ndarray, why: str, size: np.ndarray) -> Events:
        """Return the events kept; the victims of the others are counted under `why`."""
        removed = {**self.removed, why: int(size[~kept].sum())}
        return Events(self.block[kept], self.day[kept], self.parent[kept], self.place[kept], removed)


def members(city: Map) -> dict[str, list[int]]:
    """Return the numbers of the blocks of every group: the inhabited block nearest its place, grown by close neighbours."""
    pairs = touching(city.shapes)
    beside: dict[int, set[int]] = {}
    for one, two in pairs:
        beside.setdefault(int(one), set()).add(int(two))
        beside.setdefault(int(two), set()).add(int(one))
    centre = [shape.centroid for shape in city.shapes]
    taken: set[int] = set()
    found = {}
    for group in GROUPS:
        free = [n for n in np.flatnonzero(city.residential) if n not in taken]
        start = min(free, key=lambda n: centre[n].distance(shapely.Point(group.at)))
        chosen = [int(start)]
        while len(chosen) < group.size:
            rim = {n for c in chosen for n in beside[c] if city.residential[n] and n not in taken and n not in chosen}
            rim = {n for n in rim if city.district[n] == city.district[start] and city.beat[n] == city.beat[start]}
            chosen.append(min(rim, key=lambda n: (centre[n].distance(centre[start]), n)))
        taken |= set(chosen)
        found[group.name] = sorted(chosen)
    return found


def daily_level() -> np.ndarray:
    """Return the city's level on every day relative to the mean of the yearly levels: trend, season, weekday, lockdown."""
    day = FIRST + np.arange(DAYS)
    middles = [(np.datetime64(f"{year}-07-02") - FIRST).astype(int) for year in range(2015, 2025)]
    trend = np.exp(np.interp(np.arange(DAYS), middles, np.log(YEAR_LEVELS))) / np.mean(YEAR_LEVELS)
    of_year = (day - day.astype("datetime64[Y]")).astype(int)
    season = 1 + SEASON * np.cos(2 * np.pi * (of_year - SEASON_PEAK) / 365.25)
    weekday = np.array(WEEKDAYS)[(day.astype("datetime64[D]").astype(int) + 3) % 7]
    start, end, level = LOCKDOWN
    return trend * season * weekday * np.where((day >= start) & (day < end), level, 1.0)


def yearly_risk(city: Map) -> np.ndarray:
    """Return expected first events a year for every block at the mean level, outside any group."""
    people = np.nan_to_num(city.population)
    base = SCALE * np.mean(YEAR_LEVELS) * people * np.array([DISTRICT_RISK[int(d)] for d in city.district])
    quiet = [UNINHABITED.get(name, ELSEWHERE) for name in city.names]
    return np.where(city.residential, base, quiet)


def simulate(city: Map, groups: dict[str, list[int]], chance: np.random.Generator) -> Events:
    """Draw first events from the planted risks, then let every event trigger others nearby soon after."""
    level = daily_level()
    risk = yearly_risk(city) / 365.25
    block, day = _draw(np.arange(len(risk)), risk, level, 0, DAYS, chance)
    for group in GROUPS:
        own = np.array(groups[group.name])
        start, end = (int((np.datetime64(when) - FIRST).astype(int)) for when in (group.start, group.end))
        more_block, more_day = _draw(own, risk[own] * (group.risk - 1), level, start, end, chance)
        block, day = np.concatenate([block, more_block]), np.concatenate([day, more_day])
    place = np.array([address(city.shapes[n], chance) for n in block])
    events = Events(block, day, np.full(len(block), -1), place)
    return _trigger(city, events, chance)


def _draw(
    blocks: np.ndarray, daily: np.ndarray, level: np.ndarray, start: int, end: int, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    weight = level[start:end]
    count = chance.poisson(daily * weight.sum())
    day = chance.choice(np.arange(start, end), size=int(count.sum()), p=weight / weight.sum())
    return np.repeat(blocks, count), day


def address(block: shapely.Polygon, chance: np.random.Generator) -> tuple[float, float]:
    """Return a place a few metres inside the edge of a block, as a street address would be."""
    inner = block.buffer(-float(chance.uniform(4, 11)))
    ring = max(shapely.get_parts(inner), key=lambda part: part.area).exterior if not inner.is_empty else block.exterior
    point = ring.interpolate(float(chance.random()), normalized=True)
    return point.x, point.y


def _trigger(city: Map, events: Events, chance: np.random.Generator) -> Events:
    tree = shapely.STRtree(city.shapes)
    block, day, place, parent = (list(column) for column in (events.block, events.day, events.place, events.parent))
    number = 0
    while number < len(block):
        for _ in range(int(chance.poisson(BRANCHING))):
            when = day[number] + int(np.ceil(chance.exponential(NEAR_DAYS)))
            where = _near(tree, place[number], chance)
            if when < DAYS and where is not None:
                block.append(where)
                day.append(when)
                place.append(address(city.shapes[where], chance))
                parent.append(number)
        number += 1
    return Events(np.array(block), np.array(day), np.array(parent), np.array(place))


def _near(tree: shapely.STRtree, origin: np.ndarray, chance: np.random.Generator) -> int | None:
    for _ in range(30):
        turn, far = chance.uniform(0, 2 * np.pi), chance.exponential(NEAR_METRES)
        point = shapely.Point(origin[0] + far * np.cos(turn), origin[1] + far * np.sin(turn))
        found = tree.query(point, predicate="within")
        if len(found):
            return int(found.min())
    return None


def count_as_the_agency_does(city: Map, events: Events, chance: np.random.Generator) -> tuple[Events, np.ndarray, np.ndarray]:
    """Return the recorded events, their sizes and which are police killings: the intervention and the definition at work."""
    count = len(events.block)
    size = np.where(chance.random(count) < SHARED_EVENTS, 2 + chance.choice(3, size=count, p=SIZES), 1)
    police = chance.random(count) < POLICE_SHARE
    size = np.where(police, 1, size)
    date = FIRST + events.day
    treated = np.isin(np.array(city.beat)[events.block], TREATED_BEATS) & (date >= EFFECT_FROM)
    spared = treated & (chance.random(count) >= EFFECT)
    uncounted = police & (date >= POLICE_UNTIL) & ~spared
    left = events.keep(~spared, "spared_by_the_intervention", size)
    left = left.keep(~uncounted[~spared], "police_no_longer_counted", size[~spared])
    kept = ~(spared | uncounted)
    return left, size[kept], police[kept]
