"""No city at hand gives a hidden number away, alone, with the release before, or beside the same deaths by other areas."""

from __future__ import annotations

from dataclasses import replace

import attacked
import numpy as np
import pytest
from attacked import CASES, asked, beside_another, by_hand, leaves, line, published

from hotspots.release import bundle

QUICK = [one for one in CASES if (one.city, one.profile) == ("invented-small", "strict")]
LONG = [pytest.param(one, marks=pytest.mark.walk) for one in CASES if one not in QUICK]
SINGLE = [one for one in CASES if one.tells and one.profile == "strict"]


def name(case) -> str:
    return f"{case.city} {case.profile}"


@pytest.fixture
def real(request):
    """Leave out real cities whose data are not there."""
    case = request.node.callspec.params["case"]
    if case.real and not attacked.data().is_dir():
        pytest.skip("the real city data are not beside the project (set HOTSPOTS_TEST_DATA)")


@pytest.mark.walk
@pytest.mark.parametrize("case", [*QUICK, *LONG], ids=name)
def test_nothing_is_pinned_and_every_hidden_number_stays_wide(real, case, tmp_path):
    city, out, kept = published(case, tmp_path)
    done = attacked.attacked(out, kept)
    assert done.findings.passed, done.findings.found[:3]
    assert done.findings.pinned == 0
    assert done.findings.narrowest >= 9
    if done.release.totals is not None:  # public before: nothing is hidden, and nothing added
        public = city.totals[city.totals["table"].isin(city.public_totals)].reset_index(drop=True)
        assert done.release.totals["count"].tolist() == public["count"].tolist()
        assert done.findings.hidden == 0
        return
    assert done.findings.hidden > 0
    refused = beside_another(case, city, tmp_path)  # what goes out was attacked with all that lies beside it
    assert refused or case.profile == "open"
    for release in done.release, done.past:
        hand, found = by_hand(release), asked(release)
        assert hand
        for figure, (low, high) in hand.items():
            assert found[figure] == (low, high) if np.isfinite(high) else found[figure][0] == low, figure


@pytest.mark.walk
@pytest.mark.parametrize("case", SINGLE, ids=name)
def test_no_file_tells_of_a_single_case(real, case, tmp_path):
    city, out, _ = published(case, tmp_path, pages=True)
    assert {"index.html", "areas.geojson", "release.json"} < {path.name for path in out.iterdir()}
    assert leaves(case, city, out) == {}
    places = city.incidents.geometry
    place = places[places.notna() & ~places.is_empty].iloc[:1].to_crs(4326).iloc[0]
    (out / "note.txt").write_text(f"{place.x:.6f}, {place.y:.6f}")
    (out / "day.txt").write_text(str(city.incidents["date"].dt.date[city.incidents["date"].dt.day.between(8, 22)].iloc[0]))
    assert set(leaves(case, city, out)) == {"note.txt", "day.txt"}


@pytest.mark.walk
def test_a_line_says_what_came_of_it(tmp_path):
    cells = [cell.strip() for cell in line(QUICK[0], tmp_path).strip("|").split("|")]
    assert cells[:2] == ["Invented, small", "strict"]
    assert len(cells) == attacked.HEAD.strip().splitlines()[-1].strip("|").count("|") + 1
    assert int(cells[4]) > 0
    assert cells[5:7] == ["0", "9"]


@pytest.mark.walk
def test_what_cannot_stand_is_said(tmp_path, monkeypatch):
    """A release of which a hidden number was told elsewhere: the attack on both finds it."""
    case = QUICK[0]
    _, out, kept = published(case, tmp_path)
    release = bundle.read(out)
    rows = release.figures.copy()
    few = rows.index[rows["reason"] == "few"][0]
    rows.loc[few, ["count", "reason"]] = [3.0, ""]
    monkeypatch.setattr(attacked.bundle, "read", lambda folder: release if folder == out else replace(release, figures=rows))
    assert {"pinned", "changed"} <= {one.code for one in attacked.attacked(out, kept).findings.found}


def test_one_line_of_the_page_is_measured_anew_and_the_others_stay():
    page = attacked.PAGE.read_text(encoding="utf-8")
    parts = attacked._parts(page)
    assert "".join(parts[part] for part in attacked.PARTS if part in parts) == page
    first = [one for one in parts["twice"].splitlines() if one.startswith("| ")][2:]
    again = attacked._merged(parts["twice"], ["| Invented, small | strict | new |", "| Elsewhere | strict | new |"])
    assert len(again) == len(first) + 1
    assert [one for one in again if one.endswith("| new |")] == ["| Invented, small | strict | new |", "| Elsewhere | strict | new |"]
    assert again.index("| Invented, small | strict | new |") == next(
        i for i, one in enumerate(first) if one.startswith("| Invented, small | strict")
    )
