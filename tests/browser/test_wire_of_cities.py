"""What the public edition of every city at hand sends to a browser holds no single case, no place of one and no held-back number."""

from __future__ import annotations

from functools import partial

import attacked
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
    captured, told, held = wired.scan(case, tmp_path, captured, partial(server, "app.py"))
    assert len(captured.frames) > 60
    assert len(captured.files) >= 5
    assert not told
    assert not held
