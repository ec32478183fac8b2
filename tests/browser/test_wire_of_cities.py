"""What the public edition of every city at hand sends to a browser holds no single case, no place of one and no held-back number."""

from __future__ import annotations

import gzip
from dataclasses import replace
from functools import partial

import attacked
import pandas as pd
import pytest
import wired
from attacked import CASES

STRICT = [one for one in CASES if one.profile != "open"]


@pytest.mark.walk
@pytest.mark.parametrize("case", STRICT, ids=lambda case: case.city)
def test_nothing_of_a_single_case_is_sent(case, server, open_page, tmp_path, monkeypatch):
    if case.real and not attacked.data().is_dir():
        pytest.skip("the real city data are not beside the project (set HOTSPOTS_TEST_DATA)")
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    captured = wired.Wire(open_page(viewport={"width": 1280, "height": 1400}, accept_downloads=True))
    city, out, _ = attacked.published(case, tmp_path, pages=True)
    told, held = wired.scan(case, city, out, captured, partial(server, "app.py"))
    assert len(captured.frames) > 60
    assert len(captured.files) >= 5
    assert not told
    assert not held


def test_the_scan_finds_what_must_not_be_sent(tmp_path, monkeypatch):
    """A day, a place, a mark and a held-back number, each in something that a page might send; what the release says is not one of them."""
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    case = replace(next(one for one in CASES if one.city == "invented-small"), tells=rb"CASE-\d{3}")
    city, out, _ = attacked.published(case, tmp_path)
    placed = city.incidents[~city.incidents.geometry.is_empty]
    place = placed.geometry.to_crs(4326).iloc[0]
    day = placed["date"][placed["date"].dt.day.between(8, 20)].iloc[0]
    sent = {
        "day": f"on {day:%Y-%m-%d} in the evening".encode(),
        "place": gzip.compress(f"somebody at {place.x:.6f}, {place.y:.6f} of the city".encode()),
        "mark": b"the file CASE-123",
        "areas": (out / "areas.csv").read_bytes(),
        "shapes": (out / "areas.geojson").read_bytes(),
    }
    assert set(wired.single_cases(case, city, out, sent)) == {"day", "place", "mark"}
    files = {name: (out / name).read_bytes() for name in ("areas.csv", "attributes.csv", "windows.csv")}
    assert not list(wired.held_back(out, files))
    table = pd.read_csv(out / "attributes.csv", dtype=str, keep_default_na=False)
    hidden = table["count"] == ""
    table.loc[hidden, "count"] = "4"
    told = list(wired.held_back(out, {**files, "who.csv": table.to_csv(index=False).encode("utf-8-sig")}))
    assert len(told) == hidden.sum() > 0
    assert {name for name, *_ in told} == {"who.csv"}
