"""Who lives where: land use, population, districts, beats, and the names of blocks and streets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from streets import PLACES, groups, strokes, touching

DISTRICTS = {
    1: "Casco Viejo",
    2: "El Malecón",
    3: "Ensanche del Faro",
    4: "Las Gaviotas",
    5: "Cerro Albatros",
    6: "Lomas de Sotavento",
    7: "Llanos del Alcatraz",
    8: "Las Salinas de Albatros",
}
PER_KM2 = {1: 12_500, 2: 15_500, 3: 10_500, 4: 5_600, 5: 20_500, 6: 18_000, 7: 11_500, 8: 9_500}
BEATS = {1: 4, 2: 4, 3: 5, 4: 5, 5: 5, 6: 5, 7: 5, 8: 3}
POPULATION = 372_000
STATION = "Comisaría Central"
AGES: tuple[str, ...] = ("0-14", "15-29", "30-44", "45-64", "65+")
SHARE_OF_AGES = {
    1: (0.17, 0.24, 0.22, 0.24, 0.13),
    2: (0.16, 0.23, 0.24, 0.25, 0.12),
    3: (0.20, 0.24, 0.23, 0.22, 0.11),
    4: (0.15, 0.20, 0.23, 0.27, 0.15),
    5: (0.30, 0.30, 0.20, 0.14, 0.06),
    6: (0.29, 0.29, 0.21, 0.15, 0.06),
    7: (0.26, 0.28, 0.22, 0.17, 0.07),
    8: (0.25, 0.28, 0.23, 0.18, 0.06),
}

# name, where, how many blocks it takes, whether residents are counted as none (0) or not known
USES: tuple[tuple[str, tuple[float, float], int, bool], ...] = (
    ("Alcaldía de Puerto Albatros", (60, 640), 1, True),
    ("Catedral Vieja", (300, 520), 1, True),
    (STATION, (480, 800), 1, True),
    ("Mercado Central", (-560, 250), 3, True),
    ("Mercado de Pescadores", (-250, -60), 2, True),
    ("Mercado La Dársena", (1_420, -1_480), 2, True),
    ("Mercado del Llano", (2_480, 250), 2, True),
    ("Terminal de Oriente", (3_240, 450), 2, True),
    ("Terminal del Norte", (620, 2_350), 2, True),
    ("Estadio Marítimo", (2_600, -600), 3, True),
    ("Estadio La Rosa Náutica", (-2_500, 750), 3, True),
    ("Universidad del Litoral", (1_250, 800), 4, True),
    ("Instituto Técnico Naval", (-3_250, -1_330), 3, True),
    ("Hospital del Buen Viento", (1_700, -420), 3, True),
    ("Hospital de la Ribera", (-350, 1_560), 2, True),
    ("Cementerio de los Marinos", (-1_450, 650), 3, True),
    ("Cementerio del Llano", (3_750, -150), 4, True),
    ("Puerto, muelle 1", (260, -870), 3, False),
    ("Puerto, muelle 2", (620, -1_250), 3, False),
    ("Puerto, muelle 3", (600, -1_720), 4, False),
    ("Puerto, patio de contenedores", (470, -2_160), 5, False),
    ("Puerto, silos", (440, -2_650), 4, False),
    ("Astillero", (650, -3_020), 4, False),
    ("Puerto, aduana y almacenes", (760, -900), 3, True),
    ("Zona franca La Salina, lote 1", (2_250, -1_800), 3, True),
    ("Zona franca La Salina, lote 2", (2_250, -2_150), 3, True),
    ("Zona franca La Salina, lote 3", (2_150, -2_500), 3, True),
    ("Salinera del Sur", (3_100, -2_350), 4, False),
    ("Salinera Vieja", (2_700, -2_550), 3, False),
    ("Planta empacadora", (2_050, -2_720), 2, True),
    ("Cervecería del Puerto", (1_560, -900), 2, True),
    ("Talleres del ferrocarril", (2_350, -950), 3, True),
    ("Central de abastos", (3_250, -1_050), 3, True),
    ("Planta de agua", (-900, 2_600), 2, True),
    ("Subestación eléctrica", (4_000, 1_050), 1, True),
    ("Centro comercial Bahía", (-2_000, 550), 2, True),
    ("Centro comercial Los Arrecifes", (3_650, 700), 2, True),
    ("Cantera del Norte", (1_600, 2_500), 2, False),
    ("Faro y radio costera", (-3_380, -1_000), 1, True),
    ("Parque industrial Las Garzas", (4_150, -950), 3, True),
    ("Cuartel de bomberos", (1_300, 350), 1, True),
    ("Biblioteca y archivo", (-100, 850), 1, True),
)
SERVICES = (
    *("Alcaldía de Puerto Albatros", STATION, "Hospital del Buen Viento", "Hospital de la Ribera", "Universidad del Litoral"),
    *("Instituto Técnico Naval", "Cuartel de bomberos", "Biblioteca y archivo", "Mercado Central", "Terminal de Oriente"),
    "Terminal del Norte",
)
MEETING: tuple[tuple[float, float], ...] = ((-560, 250), (420, -1_250), (620, 2_350))  # around which bars are: market, docks, station
POCKETS: dict[str, tuple[float, float]] = {
    "Plaza Mayor": (200, 700),
    "Plaza de la Aduana": (-380, 60),
    "Plazuela del Ancla": (650, 250),
    "Parque El Cabrestante": (880, -1_950),
    "Parque La Dársena": (1_500, -1_900),
    "Parque La Brújula": (900, 2_050),
    "Parque El Sextante": (1_500, 50),
    "Plaza Bahía Serena": (-1_350, 330),
    "Parque El Ostral": (-3_700, 750),
    "Parque Mar de Leva": (-2_750, 400),
    "Cancha El Manantial": (-1_150, 1_450),
    "Cancha Piedra Parda": (-950, 3_000),
    "Parque Las Mareas": (2_700, 1_700),
    "Parque El Cardumen": (4_000, 150),
    "Parque La Corriente": (2_800, 50),
    "Parque Brisa Norte": (2_900, -950),
    "Parque La Salina": (2_600, -1_750),
    "Cancha Sotavento": (1_250, 2_750),
}
WORDS = (Path(__file__).parent / "street_names.txt").read_text(encoding="utf-8").split("\n")[:-1]
KINDS = {1: ("Calle", "Callejón"), 2: ("Calle", "Paso"), 3: ("Avenida", "Calle", "Alameda"), 4: ("Bulevar", "Vereda", "Alameda")}
OTHER_KINDS = ("Calle", "Avenida", "Vía", "Pasaje", "Senda", "Cuesta")


@dataclass
class Map:
    """The blocks as the files will have them, one entry a block in every list, in the order of the file."""

    shapes: list[Polygon]
    names: list[str]
    district: np.ndarray
    beat: list[str]
    ids: list[str]
    population: np.ndarray
    residential: np.ndarray
    ages: np.ndarray  # one column for each of AGES; missing where the residents are not known


def take_out(blocks: list[Polygon], names: dict[str, tuple[float, float]]) -> tuple[np.ndarray, dict[str, Polygon]]:
    """Return which blocks stay, and the blocks that became squares and small parks, by name."""
    tree = shapely.STRtree(blocks)
    found = {name: int(tree.nearest(shapely.Point(at))) for name, at in names.items()}
    stays = np.ones(len(blocks), dtype=bool)
    stays[list(found.values())] = False
    return stays, {name: blocks[number] for name, number in found.items()}


def join_for_uses(blocks: list[Polygon], quarters: np.ndarray) -> tuple[list[Polygon], np.ndarray, dict[int, int]]:
    """Join neighbouring blocks of one quarter into ports, markets, stadiums; return blocks, quarters, use by block number."""
    pairs = touching(blocks)
    beside: dict[int, list[int]] = {}
    for one, two in pairs:
        if quarters[one] == quarters[two] and blocks[one].intersection(blocks[two]).length > 20:
            beside.setdefault(int(one), []).append(int(two))
            beside.setdefault(int(two), []).append(int(one))
    tree = shapely.STRtree(blocks)
    taken: set[int] = set()
    use_of: dict[int, int] = {}
    gone: set[int] = set()
    for use, (_, at, count, _) in enumerate(USES):
        near = [int(n) for n in tree.query(shapely.Point(at).buffer(400)) if int(n) not in taken]
        start = min(near, key=lambda n: blocks[n].distance(shapely.Point(at)))
        chosen = _gather(blocks, beside, start, count, taken)
        taken |= set(chosen)
        gone |= set(chosen[1:])
        use_of[start] = use
        joined = shapely.union_all([blocks[n] for n in chosen])
        blocks[start] = Polygon(joined.exterior)
    stays = [number for number in range(len(blocks)) if number not in gone]
    place = {number: spot for spot, number in enumerate(stays)}
    return [blocks[n] for n in stays], quarters[stays], {place[n]: use for n, use in use_of.items()}


def _gather(blocks: list[Polygon], beside: dict[int, list[int]], start: int, count: int, taken: set[int]) -> list[int]:
    chosen = [start]
    while len(chosen) < count:
        rim = {n for done in chosen for n in beside.get(done, []) if n not in chosen and n not in taken}
        whole = {n: shapely.union_all([blocks[k] for k in (*chosen, n)]) for n in sorted(rim)}
        plain = {n: shape for n, shape in whole.items() if shape.geom_type == "Polygon" and not shape.interiors}
        if not plain:
            break
        chosen.append(min(plain, key=lambda n: (plain[n].length ** 2 / plain[n].area, n)))
    return chosen


def settle(blocks: list[Polygon], quarters: np.ndarray, uses: dict[int, int], *, seed: int) -> Map:
    """Give every block its district, beat, id, name and residents; the map comes back in the order of the ids."""
    chance = np.random.default_rng([seed, 2])
    centre = np.array([block.centroid.coords[0] for block in blocks])
    district = np.array([PLACES[place].district for place in quarters])
    residential = np.array([number not in uses for number in range(len(blocks))])
    population = _residents(blocks, centre, district, residential, chance)
    beat = _beats(blocks, centre, district, population, chance)
    order = sorted(range(len(blocks)), key=lambda n: (beat[n], -round(centre[n, 1] / 90), centre[n, 0]))
    ids = _numbered([beat[n] for n in order], "{0}-{1:03d}")
    plain = _numbered([_neighbourhood(centre[n], district[n]) for n in order], "{0}, manzana {1}")
    names = [USES[uses[n]][0] if n in uses else name for n, name in zip(order, plain, strict=True)]
    unknown = {n for n, use in uses.items() if not USES[use][3]}
    people = np.array([np.nan if n in unknown else population[n] for n in order])
    shapes = [blocks[n] for n in order]
    ages = _ages(people, district[order], np.random.default_rng([seed, 6]))
    return Map(shapes, names, district[order], [beat[n] for n in order], ids, people, residential[order], ages)


def _ages(people: np.ndarray, district: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Return the residents of each age: those of the district, with blocks a little younger or older than it; they add up exactly."""
    shares = np.array([SHARE_OF_AGES[int(number)] for number in district])
    own = chance.gamma(60 * shares)
    drawn = chance.multinomial(np.nan_to_num(people).astype(int), own / own.sum(axis=1, keepdims=True))
    return np.where(np.isnan(people)[:, None], np.nan, drawn)


def _numbered(labels: list[str], form: str) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        result.append(form.format(label, seen[label]))
    return result


def _neighbourhood(at: np.ndarray, district: int) -> str:
    own = [place for place in PLACES if place.district == district]
    return min(own, key=lambda place: np.hypot(at[0] - place.at[0], at[1] - place.at[1])).name


def _residents(
    blocks: list[Polygon], centre: np.ndarray, district: np.ndarray, residential: np.ndarray, chance: np.random.Generator
) -> np.ndarray:
    area = np.array([block.area for block in blocks]) / 1e6
    crowding = np.array([PER_KM2[int(number)] for number in district])
    outward = np.exp(-np.hypot(centre[:, 0] - 300, centre[:, 1] - 500) / 7_000)
    homes = area * crowding * outward * np.exp(chance.normal(0, 0.27, len(blocks)))
    shops = (np.hypot(centre[:, 0] - 100, centre[:, 1] - 450) < 700) & (chance.random(len(blocks)) < 0.25)
    homes = np.where(shops, 0.25 * homes, homes) * residential
    return np.round(np.where(residential, np.maximum(homes * POPULATION / homes.sum(), 6), 0)).astype(int)


def _beats(blocks: list[Polygon], centre: np.ndarray, district: np.ndarray, people: np.ndarray, chance: np.random.Generator) -> list[str]:
    code = np.empty(len(blocks), dtype=object)
    for number, count in BEATS.items():
        own = np.flatnonzero(district == number)
        near = _split(centre[own], people[own] + 20.0, count, chance)
        near = _mend([blocks[n] for n in own], near)
        code[own] = [f"C{number}{part + 1}" for part in near]
    return list(code)


def _split(at: np.ndarray, weight: np.ndarray, count: int, chance: np.random.Generator) -> np.ndarray:
    """Weighted k-means, the parts numbered from north to south."""
    best, parts = np.inf, np.zeros(len(at), dtype=int)
    for _ in range(8):
        middle = at[chance.choice(len(at), count, replace=False, p=weight / weight.sum())]
        for _ in range(40):
            far = np.hypot(*(at[:, None, :] - middle[None]).transpose(2, 0, 1))
            part = far.argmin(axis=1)
            held = [part == number for number in range(count)]
            middle = np.array([np.average(at[h], axis=0, weights=weight[h]) if h.any() else m for h, m in zip(held, middle, strict=True)])
        loads = np.bincount(part, weights=weight, minlength=count)
        if loads.max() / max(loads.min(), 1) < best:
            best, parts = loads.max() / max(loads.min(), 1), np.argsort(np.argsort(-middle[:, 1]))[part]
    return parts


def _mend(blocks: list[Polygon], part: np.ndarray) -> np.ndarray:
    """Give pieces cut off from the main body of their beat to the beat around them."""
    pairs = touching(blocks, apart=30)
    for _ in range(4):
        same = pairs[part[pairs[:, 0]] == part[pairs[:, 1]]]
        label = groups(len(blocks), same) if len(same) else np.arange(len(blocks))
        sizes = np.bincount(label, minlength=len(blocks))
        main = {number: max(np.unique(label[part == number]), key=lambda g: sizes[g]) for number in np.unique(part)}
        lost = np.array([label[n] != main[part[n]] for n in range(len(blocks))])
        for one, two in np.vstack([pairs, pairs[:, ::-1]]):
            if lost[one] and not lost[two]:
                part[one] = part[two]
    return part


def street_names(lines: list[LineString], avenues: dict[str, LineString], walks: dict[str, object], blocks: Map) -> list[str]:
    """Return the name of the street on which each segment runs."""
    stroke = strokes(lines)
    middle = [line.interpolate(0.5, normalized=True) for line in lines]
    names = [_known(point, avenues, walks) for point in middle]
    tree = shapely.STRtree(blocks.shapes)
    home = tree.nearest(middle)
    length: dict[int, float] = {}
    first: dict[int, int] = {}
    for number, line in enumerate(lines):
        if not names[number]:
            length[stroke[number]] = length.get(stroke[number], 0.0) + line.length
            first.setdefault(stroke[number], number)
    given = _christen(sorted(length, key=lambda s: (-round(length[s]), s)), length, {s: home[n] for s, n in first.items()}, blocks)
    return [name or given[street] for name, street in zip(names, stroke, strict=True)]


def _known(point: shapely.Point, avenues: dict[str, LineString], walks: dict[str, object]) -> str:
    near = [(line.distance(point), name) for name, line in avenues.items()]
    if min(near)[0] < 5:
        return min(near)[1]
    return next((name for name, zone in walks.items() if shapely.intersects(zone, point)), "")


def _christen(streets: list[int], length: dict[int, float], home: dict[int, int], blocks: Map) -> dict[int, str]:
    used: set[str] = set()
    passages: dict[str, int] = {}
    names = {}
    for rank, street in enumerate(streets):
        block = home[street]
        district = int(blocks.district[block])
        quarter = blocks.names[block].split(", manzana")[0].split(" ", 1)[-1]
        kinds = KINDS.get(district, OTHER_KINDS)
        options = (f"{kind} {WORDS[(rank * 37 + turn) % len(WORDS)]}" for turn in range(len(WORDS)) for kind in kinds)
        free = next((name for name in options if name not in used), None) if length[street] > 260 else None
        if free is None:
            passages[quarter] = passages.get(quarter, 0) + 1
            free = f"Pasaje {passages[quarter]}, {quarter}"
        used.add(free)
        names[street] = free
    return names
