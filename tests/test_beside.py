"""A release is held to what lies in its folder and beside it, whoever made that: what an ordinary analyst does by mistake is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from released import SECRET, city_of, released_city

from hotspots import cities
from hotspots import release as disclosure
from hotspots.geography import units
from hotspots.release import RefusedError
from hotspots.release.beside import Beside, weakened
from hotspots.store.schema import Blocks

DAY = "2026-01-15"


def city(**more):
    return released_city(**{"victims": 450, "years": 5, "seed": 3, "hot": 3.0} | more)


def lying(release, name="there", *, same=False) -> list[Beside]:
    return [Beside(name, release, same)]


def codes(release, *others: Beside) -> set[str]:
    return {leak.code for leak in weakened(release, list(others))}


@pytest.fixture(scope="module")
def strict():
    return disclosure.build(city(), as_of=DAY, secret=SECRET)


def test_the_same_release_beside_itself_gives_nothing_away(strict):
    assert codes(strict, *lying(strict), *lying(strict, same=True)) == set()


def test_an_open_release_beside_a_strict_one_is_refused(strict):
    """A copy of the folder under another name, or a second store that knows nothing of the first."""
    copy = replace(city(), slug="copy")
    assert codes(disclosure.build(copy, profile="open", as_of=DAY, secret=SECRET), *lying(strict)) == {"profile"}


def test_another_lot_is_refused(strict):
    """A second machine with a key of its own holds back another area: the two give the sum of the small ones."""
    lots = [disclosure.build(city(), as_of=DAY, secret=bytes([n])) for n in range(12)]
    other = next(one for one in lots if not one.figures["reason"].equals(strict.figures["reason"]))
    assert "changed" in codes(other, *lying(strict))


def test_another_geography_of_the_same_deaths_is_attacked(strict):
    """The areas of the second release are pairs of columns: laid over the first, hidden numbers fall out, and it is refused."""
    whole = city()
    column = ((whole.blocks.geometry.centroid.x - whole.blocks.total_bounds[0]) // 200).astype(int).astype(str)
    table = units.roll_up(Blocks(whole.blocks.assign(beat=column)), "beats")
    blocks = Blocks(table[["population", "geometry"]].assign(name=table.index).rename_axis("block_id"))
    other = disclosure.build(replace(whole, slug="columns", blocks=blocks), as_of=DAY, secret=b"another")
    assert len(other.areas) < len(strict.areas)
    found = weakened(other, lying(strict))
    assert {leak.code for leak in found} & {"pinned", "narrow", "part_pinned", "difference"}
    assert all("beside the release in there" in str(leak) for leak in found)


def test_a_city_elsewhere_or_at_another_time_is_no_matter(strict):
    far = city()
    shift = 100_000.0
    moved = city_of(
        far.incidents.set_geometry(far.incidents.geometry.translate(shift)), far.blocks.set_geometry(far.blocks.geometry.translate(shift))
    )
    assert codes(disclosure.build(moved, profile="open", as_of=DAY, secret=SECRET), *lying(strict)) == set()


def test_publishing_looks_at_the_folder(store, tmp_path, monkeypatch):
    slug = cities.publish(city()).slug
    disclosure.publish(slug, "strict", tmp_path / "rel" / "one", as_of=DAY)
    before = (tmp_path / "rel" / "one" / "release.json").read_bytes()
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "second"))
    cities.publish(city())
    cities.publish(replace(city(), slug="other"))
    for name, folder, said in (
        (slug, "one", "beside the release in one"),
        ("other", "two", "strict there"),
        ("other", "one", "another city"),
    ):
        with pytest.raises(RefusedError, match=said):
            disclosure.publish(name, "open", tmp_path / "rel" / folder, as_of=DAY)
    assert (tmp_path / "rel" / "one" / "release.json").read_bytes() == before
    assert not (tmp_path / "rel" / "two").exists()
    assert disclosure.releases("other") == []
    shutil.copytree(tmp_path / "rel" / "one", tmp_path / "rel" / "spoilt")
    (tmp_path / "rel" / "spoilt" / "city.csv").write_text("")
    with pytest.raises(disclosure.ReleaseError, match="spoilt"):
        disclosure.publish("other", "strict", tmp_path / "rel" / "two", as_of=DAY)
