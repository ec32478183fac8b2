"""The bytes that the map on screen is drawn from: what goes in comes out, nothing is too large, and text stays text."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

pytest.importorskip("streamlit", reason="the map on screen needs streamlit, which is not installed")

from hotspots.dashboard.map_component import leaflet, payload
from hotspots.views.map_view import (
    ContextLayer,
    LegendRow,
    MapView,
    TipLine,
)

HOSTILE = ["<img src=x onerror=alert(1)>", "${alert(1)}", "`", "</script>", "\u2028", "&lt;b&gt;", '"', "\\", "ñ 字 🙂", ""]
MEBIBYTE = 2**20


def unpack(block: bytes) -> tuple[dict, dict]:
    """Read a block as the browser does."""
    raw = zlib.decompress(block)
    (length,) = struct.unpack_from("<I", raw)
    meta = json.loads(raw[4 : 4 + length])
    arrays, at = {}, 4 + length
    for name, count, width, kind in meta["arrays"]:
        planes = np.frombuffer(raw, np.uint8, count * width, at).reshape(width, count).astype(np.int64)
        numbers = sum(planes[plane] << (8 * plane) for plane in range(width))
        arrays[name] = np.cumsum((numbers >> 1) ^ -(numbers & 1)) if kind == "delta" else numbers
        at += count * width
    assert at == len(raw)
    return meta, arrays


def opened(message: bytes) -> tuple[dict, bytes, bytes]:
    assert message[:4] == payload.MAGIC
    pieces, at = [], 4
    while at < len(message):
        (length,) = struct.unpack_from("<I", message, at)
        pieces.append(message[at + 4 : at + 4 + length])
        at += 4 + length
    head, values, geometry = pieces
    return json.loads(head), values, geometry


def paths_of(meta: dict, arrays: dict) -> list[list[tuple[bool, np.ndarray]]]:
    """Return each shape's rings and lines, context first, units last, in degrees."""
    points = np.column_stack([arrays["x"] + meta["origin"][0], arrays["y"] + meta["origin"][1]]) * meta["step"]
    ends = np.cumsum(arrays["sizes"])
    paths = [(bool(closed), points[end - size : end]) for closed, end, size in zip(arrays["closed"], ends, arrays["sizes"], strict=True)]
    shapes, at = [], 0
    for count in arrays["per_shape"]:
        shapes.append(paths[at : at + count])
        at += count
    return shapes


def rebuilt(paths: list[tuple[bool, np.ndarray]]):
    """Return the shape that a browser fills: rings by the even-odd rule."""
    whole = shapely.Polygon()
    for _, points in paths:
        whole = whole.symmetric_difference(shapely.Polygon(points))
    return whole


def view_of(shapes: list, *, context: list[ContextLayer] = (), names: list[str] | None = None, key: str = "k") -> MapView:
    series = gpd.GeoSeries(shapes, crs=4326)
    n = len(shapes)
    return MapView(
        key=key,
        ids=[f"id{i}" for i in range(n)],
        names=names or [f"Block {i}" for i in range(n)],
        shapes=series,
        classes=(np.arange(n) % 6 - 1).astype(np.int8),
        states=(np.arange(n) % 5).astype(np.int8),
        tips=[
            TipLine("killed", [f"{i % 7} people" for i in range(n)]),
            TipLine("rate", [f"{i % 91 / 7:.1f} ({i % 13}–{i % 37})" for i in range(n)]),
        ],
        colours=("#fff7e3", "#fdd49e", "#f4975a", "#c9562c", "#7a2a0c"),
        legend=[LegendRow("class", "1", "#fff7e3", n)],
        legend_title="title",
        legend_note="note",
        title="a map",
        context=list(context),
        bounds=(-89.5, 13.0, -89.0, 13.5),
    )


def blocks(n: int, corners: int = 21) -> list:
    """Return n irregular blocks of `corners` vertices (the closing one included), about 100 m across, on a grid."""
    random = np.random.default_rng(4)
    side = int(np.ceil(np.sqrt(n)))
    rows, columns = np.divmod(np.arange(n), side)
    angle = np.linspace(0, 2 * np.pi, corners)[:-1]
    reach = 0.0005 * (1 + 0.1 * random.standard_normal((n, corners - 1)))
    x = -89.5 + columns[:, None] * 0.0012 + reach * np.cos(angle)
    y = 13.0 + rows[:, None] * 0.0012 + reach * np.sin(angle)
    return list(shapely.polygons(np.stack([x, y], axis=-1)))


def geometry_of(view: MapView) -> tuple[dict, dict]:
    return unpack(payload.encode_geometry(view)[payload.DIGEST_CHARS :])


def test_shapes_come_back_to_a_hundred_thousandth_of_a_degree() -> None:
    with_hole = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(0.2, 0.2), (0.2, 0.4), (0.4, 0.4), (0.4, 0.2)]])
    island = shapely.Polygon([(0.27, 0.27), (0.33, 0.27), (0.33, 0.33), (0.27, 0.33)])
    two = shapely.MultiPolygon([with_hole, island, shapely.Polygon([(2, 2), (3, 2.123456), (2.5, 3)])])
    far = shapely.Polygon([(-179.99, -84), (-179.5, -84), (-179.5, -83)])
    shapes = [with_hole, two, far, shapely.Polygon([(179.9, 84), (180, 84), (180, 84.5)]), *blocks(50)]
    found = paths_of(*geometry_of(view_of(shapes)))
    assert len(found) == len(shapes)
    for shape, paths in zip(shapes, found, strict=True):
        assert all(closed for closed, _ in paths)
        back = rebuilt(paths)
        assert shapely.hausdorff_distance(back, shape) <= 1e-5
        assert back.symmetric_difference(shape).area <= 1e-5 * shape.length


def test_lines_points_and_missing_shapes_come_back() -> None:
    line = shapely.LineString([(-89.2, 13.1), (-89.1, 13.2), (-89.1, 13.3)])
    both = shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    point = shapely.Point(-89.15, 13.15)
    found = paths_of(*geometry_of(view_of([line, shapely.Polygon(), both, None, point])))
    assert [len(paths) for paths in found] == [1, 0, 2, 0, 1]
    assert not any(closed for paths in found for closed, _ in paths)
    np.testing.assert_allclose(found[0][0][1], shapely.get_coordinates(line), atol=1e-5)
    np.testing.assert_allclose(found[4][0][1], [[-89.15, 13.15]], atol=1e-5)


def test_context_lies_beneath_with_its_labels() -> None:
    square = shapely.box(-89.3, 13.1, -89.1, 13.2)
    street = shapely.LineString([(-89.3, 13.0), (-89.1, 13.0)])
    layers = [
        ContextLayer("water", gpd.GeoSeries([square, square], crs=4326), ["Río", ""]),
        ContextLayer("street", gpd.GeoSeries([street], crs=4326), ["Calle 1"]),
    ]
    meta, arrays = geometry_of(view_of(blocks(3), context=layers))
    assert meta["layers"] == [["water", 2], ["street", 1], ["unit", 3]]
    assert [label[:2] for label in meta["labels"]] == [["water", "Río"], ["street", "Calle 1"]]
    assert meta["labels"][1][2:] == [-89.2, 13.0, 2, 2]  # written along the third shape
    assert shapely.Point(meta["labels"][0][2:4]).within(square)
    assert meta["labels"][0][4:] == [-1, 0]
    assert [path[0] for paths in paths_of(meta, arrays) for path in paths] == [True, True, False, True, True, True]


def test_values_come_back() -> None:
    view = view_of(blocks(30))
    meta, arrays = unpack(payload.encode_values(view, {"lang": "es", "zoom_in": "Acercar"}))
    np.testing.assert_array_equal(arrays["classes"] - 1, view.classes)
    np.testing.assert_array_equal(arrays["states"], view.states)
    for number, tip in enumerate(view.tips):
        told = meta["tips"][number]
        assert told["label"] == tip.label
        assert [told["texts"][code] for code in arrays[f"tip{number}"]] == tip.texts
    assert meta["words"]["zoom_in"] == "Acercar"
    assert meta["words"]["zoom_out"] == payload.WORDS["zoom_out"]
    assert meta["legend"] == [["class", "1", "#fff7e3", 30]]


def test_text_from_data_comes_back_letter_by_letter() -> None:
    n = len(HOSTILE)
    view = replace(
        view_of(blocks(n), names=HOSTILE), ids=[f"{i}{text}" for i, text in enumerate(HOSTILE)], tips=[TipLine(HOSTILE[0], HOSTILE)]
    )
    meta, _ = geometry_of(view)
    assert meta["names"] == HOSTILE
    assert meta["ids"] == view.ids
    told, arrays = unpack(payload.encode_values(view, {}))
    assert [told["tips"][0]["texts"][code] for code in arrays["tip0"]] == HOSTILE


def test_geometry_is_named_by_its_content() -> None:
    first, again = (payload.encode_geometry(view_of(blocks(9))) for _ in range(2))
    other = payload.encode_geometry(view_of(blocks(9), names=["another"] * 9))
    assert first == again
    assert payload.fingerprint_of(first) != payload.fingerprint_of(other)


def test_a_message_is_the_same_bytes_for_the_same_input() -> None:
    view = view_of(blocks(9))
    geometry, values = payload.encode_geometry(view), payload.encode_values(view, {})
    message = payload.seal({"view": view.key, "selected": "id1"}, values, geometry)
    assert message == payload.seal({"selected": "id1", "view": view.key}, values, geometry)
    head, told, shapes = opened(message)
    assert head["selected"] == "id1"
    assert told == values
    assert shapes == geometry[payload.DIGEST_CHARS :]
    assert opened(payload.seal({}, values, None))[2] == b""


def test_a_city_of_46000_blocks_fits_the_wire() -> None:
    view = view_of(blocks(46_000))
    geometry = payload.encode_geometry(view)
    values = payload.encode_values(view, {})
    first, change = payload.seal({}, values, geometry), payload.seal({}, values, None)
    assert len(first) <= 2.5 * MEBIBYTE
    assert len(change) <= 0.3 * MEBIBYTE
    meta, arrays = unpack(geometry[payload.DIGEST_CHARS :])
    assert arrays["sizes"].sum() == 46_000 * 20
    assert meta["step"] == 1e-5


def test_a_map_of_nothing_is_still_a_message() -> None:
    meta, arrays = geometry_of(view_of([]))
    assert meta["ids"] == []
    assert len(arrays["x"]) == 0


def test_missing_leaflet_is_copied_from_another_installed_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "installed"
    (other / "images").mkdir(parents=True)
    for name in ("leaflet-src.esm.js", "leaflet.js", "leaflet.css", "images/layers.png"):
        (other / name).write_text(name)
    monkeypatch.setattr(leaflet, "elsewhere", lambda: [tmp_path / "nowhere", other])
    vendor = tmp_path / "checkout" / "vendor"
    leaflet.put_leaflet_in_place(vendor)
    leaflet.put_leaflet_in_place(vendor)
    assert sorted(file.name for file in (vendor / "leaflet").iterdir()) == ["images", "leaflet-src.esm.js", "leaflet.css", "leaflet.js"]
    assert [file.name for file in vendor.iterdir()] == ["leaflet"]


def test_leaflet_that_is_nowhere_is_reported_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaflet, "elsewhere", lambda: [])
    with pytest.raises(leaflet.LeafletMissingError, match=r"pip install -r requirements\.txt"):
        leaflet.put_leaflet_in_place(tmp_path / "vendor")
