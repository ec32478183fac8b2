"""Write the invented city of Puerto Albatros: `python data/cities/puerto-albatros/generate.py [--out FOLDER]`.

Same seed, same library versions: the same bytes. Nothing here is measured anywhere; no place, person or death is real.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import deaths
import numpy as np
import people
import records
import shapely
import streets
import terrain
import truth
from people import Map
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
SEED = 20_240_711


class City:
    """Everything drawn: the map of blocks, the streets and what lies around them, in metres of the local frame."""

    def __init__(self, *, seed: int = SEED) -> None:
        """Draw the city."""
        self.seed = seed
        self.shore = terrain.coast()
        self.land = terrain.land(self.shore)
        self.limits = terrain.boundary(self.land)
        self.water = {"Río Albatros": terrain.river(), "Estero de las Garzas": terrain.stream()}
        self.parks: dict[str, BaseGeometry] = {name: shape.intersection(self.land) for name, shape in terrain.green().items()}
        self.avenues = streets.avenues()
        self.map = self._build()

    def _build(self) -> Map:
        banks = [self.water["Río Albatros"].buffer(28), self.water["Estero de las Garzas"].buffer(14)]
        closed = shapely.union_all([self.shore.buffer(55), *banks, *self.parks.values()])
        ground = self.land.intersection(self.limits.buffer(-60)).difference(closed)
        blocks, quarters = streets.lay_out(streets.cells(ground, self.avenues), seed=self.seed)
        blocks, quarters = _built_up(blocks, np.array(quarters))
        stays, squares = people.take_out(blocks, people.POCKETS)
        blocks = [block for block, kept in zip(blocks, stays, strict=True) if kept]
        quarters = quarters[stays]
        blocks, quarters, uses = people.join_for_uses(blocks, quarters)
        self.parks |= {name: shape.buffer(-6, join_style="mitre") for name, shape in squares.items()}
        shapes = terrain.to_metres(terrain.to_degrees(blocks))
        return people.settle(shapes, quarters, uses, seed=self.seed)


def _built_up(blocks: list[BaseGeometry], quarters: np.ndarray) -> tuple[list[BaseGeometry], np.ndarray]:
    """Keep what the city has reached, without lonely groups, and smooth the outlines of what is kept."""
    centre = np.array([block.centroid.coords[0] for block in blocks])
    kept = np.flatnonzero(terrain.reach(centre[:, 0], centre[:, 1]) > 0)
    label = streets.groups(len(kept), streets.touching([blocks[n] for n in kept], apart=70))
    big = np.isin(label, np.flatnonzero(np.bincount(label) >= 40))
    kept = kept[big]
    return streets.tidy([blocks[n] for n in kept], quarters[kept], tolerance=2.5)


def _feature(shape: BaseGeometry, properties: dict[str, Any]) -> str:
    drawing = json.loads(shapely.to_geojson(shape))
    feature = {"type": "Feature", "properties": properties, "geometry": drawing}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def _write_layer(path: Path, shapes: list[BaseGeometry], rows: list[dict[str, Any]]) -> None:
    features = [_feature(shape, row) for shape, row in zip(shapes, rows, strict=True)]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _block_rows(city: Map) -> list[dict[str, Any]]:
    columns = zip(city.ids, city.names, city.population, city.ages, city.beat, city.district, strict=True)
    return [
        {
            "block_id": block,
            "name": name,
            "population": _whole(residents),
            **{f"age_{name}": _whole(number) for name, number in zip(people.AGES, ages, strict=True)},
            "beat": beat,
            "district": people.DISTRICTS[int(district)],
        }
        for block, name, residents, ages, beat, district in columns
    ]


def _whole(number: float) -> int | None:
    return None if np.isnan(number) else int(number)


def _segments(city: City) -> tuple[list[BaseGeometry], list[str]]:
    degrees = streets.segments(terrain.to_degrees(city.map.shapes))
    metres = terrain.to_metres(degrees)
    river = city.water["Río Albatros"]
    walks = {"Paseo Costanero": city.shore.buffer(66), "Paseo de la Ribera": river.buffer(38)}
    names = people.street_names(metres, city.avenues, walks, city.map)
    lines, names = streets.close_up(metres, names, shortest=14)
    bridges = [(name, part) for name, line in city.avenues.items() for part in _bridges(line, city, lines)]
    lines, names = [*lines, *[part for _, part in bridges]], [*names, *[name for name, _ in bridges]]
    links = streets.footbridges(lines, longest=400)
    return terrain.to_degrees([*lines, *links]), [*names, *[f"Pasarela {number}" for number in range(1, len(links) + 1)]]


def _bridges(line: BaseGeometry, city: City, lines: list[BaseGeometry]) -> list[BaseGeometry]:
    """The stretches of an avenue that cross water from one bank of the built-up land to the other, tied to the streets there."""
    crossings = shapely.points(sorted({end for street in lines for end in (street.coords[0], street.coords[-1])}))
    tree = shapely.STRtree(crossings)
    parts = shapely.get_parts(line.difference(shapely.union_all(city.map.shapes).buffer(3)))
    wet = [part for part in parts if 15 < part.length < 520 and any(part.crosses(water) for water in city.water.values())]
    tied = []
    for part in wet:
        xy = list(part.simplify(1.0).coords)
        start, end = (crossings[tree.nearest(shapely.Point(at))] for at in (xy[0], xy[-1]))
        if start != end and start.distance(shapely.Point(xy[0])) < 60 and end.distance(shapely.Point(xy[-1])) < 60:
            tied.append(shapely.LineString([start, *[shapely.Point(at) for at in xy[1:-1]], end]))
    return tied


def _write_context(folder: Path, city: City) -> None:
    water = {name: shape.intersection(city.limits) for name, shape in city.water.items()}
    roads = {name: line.intersection(city.limits) for name, line in city.avenues.items()}
    built = shapely.union_all(city.map.shapes).buffer(2)
    layers = {
        "coast": {"Océano Pacífico": terrain.sea(city.land)},
        "boundary": {"Puerto Albatros": city.limits},
        "parks": {name: shape.difference(built) for name, shape in city.parks.items()},
        "river": water,
        "avenues": roads,
    }
    for name, shapes in layers.items():
        drawn = terrain.to_degrees([shape.simplify(1.5) for shape in shapes.values()])
        _write_layer(folder / f"{name}.geojson", drawn, [{"name": label} for label in shapes])
    services = [(name, shape) for name, shape in zip(city.map.names, city.map.shapes, strict=True) if name in people.SERVICES]
    points = terrain.to_degrees([shape.representative_point() for _, shape in services])
    _write_layer(folder / "services.geojson", points, [{"name": name} for name, _ in services])
    gathering = _gathering(city)
    _write_layer(
        folder / "gathering.geojson", terrain.to_degrees([shape for _, shape in gathering]), [{"what": what} for what, _ in gathering]
    )


def _gathering(city: City) -> list[tuple[str, BaseGeometry]]:
    """Markets, stations, stadiums, and bars around three places where the city meets; drawn apart, so that no death depends on them."""
    kinds = {"Mercado": "market", "Terminal": "station", "Estadio": "stadium"}
    known = [(kinds[name.split()[0]], n) for n, name in enumerate(city.map.names) if name.split()[0] in kinds]
    middle = np.array([shape.representative_point().coords[0] for shape in city.map.shapes])
    away = [np.hypot(*(middle - at).T) for at in people.MEETING]
    chance = np.sum([1 / (1 + (one / 500) ** 2) ** 2 for one in away], axis=0)
    chance[[n for _, n in known]] = 0
    bars = np.sort(np.random.default_rng([city.seed, 6]).choice(len(chance), 90, replace=False, p=chance / chance.sum()))
    return [(what, city.map.shapes[n].representative_point()) for what, n in [*known, *(("bar", int(n)) for n in bars)]]


def write(folder: Path, *, seed: int = SEED) -> City:
    """Write every file of the city under `folder` and return what was drawn."""
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    city = City(seed=seed)
    _write_layer(raw / "blocks.geojson", terrain.to_degrees(city.map.shapes), _block_rows(city.map))
    shapes, names = _segments(city)
    rows = [{"segment_id": f"S{number:04d}", "street": name} for number, name in enumerate(names, start=1)]
    _write_layer(raw / "streets.geojson", shapes, rows)
    _write_context(raw, city)
    _write_deaths(folder, city)
    return city


def _write_deaths(folder: Path, city: City) -> None:
    chance = [np.random.default_rng([city.seed, part]) for part in (3, 4, 5)]
    groups = deaths.members(city.map)
    events, size, police = deaths.count_as_the_agency_does(city.map, deaths.simulate(city.map, groups, chance[0]), chance[0])
    table = records.rows(city.map, events, size, police, chance[1])
    dirt = records.soil(table, city.map, chance[2])
    records.write_csv(folder / "raw" / "homicides.csv", table)
    facts = {"events": events, "size": size, "table": table, "dirt": dirt, "seed": city.seed}
    truth.write_truth(folder / "truth.toml", city.map, groups, **facts)
    truth.write_city(folder, HERE / "city.template.toml", city.map)


def main() -> None:
    """Read the command line and write the city."""
    parser = argparse.ArgumentParser(description="Write the invented city of Puerto Albatros.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into; left out: the city's own folder")
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
