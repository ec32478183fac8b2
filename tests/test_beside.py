"""A release is held to what lies in its folder and beside it, whoever made that: what an ordinary analyst does by mistake is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from invented_cities import write_city
from released import SECRET, city_of, released_city

from hotspots import cities
from hotspots import release as disclosure
from hotspots.cities import City
from hotspots.cli.main import main
from hotspots.geography import units
from hotspots.release import RefusedError, figures, outlines, publishing
from hotspots.release.beside import Beside, beside, counted_twice, weakened
from hotspots.release.likeness import same_deaths
from hotspots.store import StoreError, locks
from hotspots.store.schema import Blocks, Incidents, check_incidents

DAY = "2026-01-15"


def city(**more):
    return released_city(**{"victims": 450, "years": 5, "seed": 3, "hot": 3.0} | more)


def lying(release, name="there", *, same=False) -> list[Beside]:
    return [Beside.of(name, release, same=same)]


@pytest.fixture
def ask(capsys):
    """Return a way to run a command that gives its exit status and what it printed."""

    def run(*arguments):
        capsys.readouterr()
        status = main([*arguments, "--language", "en"])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


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


def three_geographies(strict):
    """Return three releases of four squares, each of which tells two pairs of them; any two leave every square open, all three do not."""
    counts = {"x": 14.0, "y": 17.0, "z": 13.0, "w": 40.0}
    squares = {
        name: shapely.box(500.0 * (i % 2), 500.0 * (i // 2), 500.0 * (i % 2) + 500, 500.0 * (i // 2) + 500) for i, name in enumerate(counts)
    }
    span = {"table": "areas", "start": pd.Timestamp(2015, 1, 1), "end": pd.Timestamp(2020, 1, 1), "value": "", "reason": ""}
    for pairs in (("xy", "zw"), ("yz", "xw"), ("xz", "yw")):
        shapes = [shapely.union_all([squares[one] for one in pair]) for pair in pairs]
        sums = {"": sum(counts.values()), "unmapped": 0.0} | {f"a{i}": counts[p[0]] + counts[p[1]] for i, p in enumerate(pairs)}
        areas = gpd.GeoDataFrame(
            {"population": [9000.0, 9000.0], "name": list(pairs)},
            geometry=shapes,
            crs=strict.areas.crs,
            index=pd.Index(["a0", "a1"], name="block_id"),
        )
        table = figures.typed(pd.DataFrame([span | {"area": area, "count": n} for area, n in sums.items()]))
        yield replace(strict, areas=Blocks(areas), figures=table, facts=strict.facts | {"slug": pairs[0]}, members=None)


def test_all_releases_of_a_folder_are_attacked_together(strict):
    """Two by two nothing falls out, also not beside the first; all three together give every square away."""
    one, two, three = three_geographies(strict)
    assert codes(two, *lying(one)) == codes(three, *lying(one)) == codes(three, *lying(two)) == set()
    found = weakened(three, [*lying(one, "one"), *lying(two, "two")])
    assert {leak.code for leak in found} == {"part_pinned"}
    assert len(found) == 4
    assert "one, two" in str(found[0])
    assert {leak.code for leak in weakened(three, lying(two), before=[one])} <= {"part_pinned", "contradiction"}


def test_two_cities_of_the_same_deaths_are_told(store, tmp_path):
    """Other blocks, another name, a few records more: still the same deaths. Others of the same days in other places are not."""
    whole = city()
    cities.publish(whole)
    disclosure.publish(whole.slug, "strict", tmp_path / "somewhere" / "one", as_of=DAY)
    copy = replace(whole, slug="copy", incidents=Incidents(whole.incidents.iloc[20:].reset_index(drop=True).rename_axis("incident")))
    assert [one.name for one in counted_twice(copy)] == [whole.slug]
    assert not same_deaths(copy, city(seed=4))
    cities.publish(copy)
    with pytest.raises(RefusedError, match="beside the release in villa-prueba"):
        disclosure.publish("copy", "open", tmp_path / "elsewhere" / "two", as_of=DAY)


def months(deaths):
    """Return the deaths with their months alone."""
    first = deaths["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    return check_incidents(deaths.assign(date=first, hour=pd.NA, day_known=False))


def years(deaths):
    """Return the deaths as a list of years writes them: all on 1 January."""
    first = deaths["date"].dt.to_period("Y").dt.to_timestamp().astype("datetime64[us]")
    return check_incidents(deaths.assign(date=first, hour=pd.NA, day_known=False))


def moved(deaths, by=250.0):
    """Return the deaths at places up to so many metres away, each moved by itself."""
    shifts = np.random.default_rng(1).uniform(-by, by, (len(deaths), 2))
    points = [one and shapely.affinity.translate(one, *shift) for one, shift in zip(deaths.geometry, shifts, strict=True)]
    return deaths.set_geometry(gpd.GeoSeries(points, index=deaths.index, crs=deaths.crs))


def by_area(deaths):
    """Return the deaths with the block that each lies in, and no point."""
    of = units.assign(deaths, city().blocks).astype("str").replace("nan", "")
    nowhere = gpd.GeoSeries([None] * len(deaths), index=deaths.index, crs=deaths.crs)
    return deaths.assign(block_id=of, unplaced="no_coordinates").set_geometry(nowhere)


def plain(deaths):
    """Return the deaths without what is known of the people."""
    return deaths.drop(columns=["age", "sex", "weapon"])


COARSENED = {
    "months": lambda deaths: plain(months(deaths)),
    "years": lambda deaths: plain(years(deaths)),
    "moved": lambda deaths: plain(moved(deaths)),
    "moved, months": lambda deaths: plain(months(moved(deaths))),
    "areas": lambda deaths: plain(by_area(deaths)),
    "areas, months": lambda deaths: plain(months(by_area(deaths))),
    "no place, months": lambda deaths: months(by_area(deaths).drop(columns="block_id")),
    "a year, months": lambda deaths: plain(months(deaths[deaths["date"].dt.year == 2016])),
    "men, months": lambda deaths: plain(months(deaths[deaths["sex"] == "male"])),
    "nine, months": lambda deaths: plain(months(deaths.iloc[::50])),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("kind", COARSENED)
def test_a_copy_is_met_again_however_it_was_coarsened(kind):
    whole = city()
    copy = replace(whole, incidents=Incidents(COARSENED[kind](whole.incidents)))
    assert same_deaths(copy, whole)
    assert not outlines.apart(outlines.of(copy), outlines.of(whole))
    other = city(seed=4)
    assert not same_deaths(replace(other, incidents=Incidents(COARSENED[kind](other.incidents))), whole)


def test_men_and_women_of_one_city_are_not_the_same_deaths():
    deaths = city().incidents
    men, others = deaths[deaths["sex"] == "male"], deaths[deaths["sex"] != "male"]
    for of in (lambda one: one, months):
        assert not same_deaths(replace(city(), incidents=Incidents(of(men))), replace(city(), incidents=Incidents(of(others))))


@pytest.mark.walk
def test_a_list_of_months_is_not_published_open_beside_its_strict_release(store, tmp_path):
    whole = city()
    cities.publish(whole)
    disclosure.publish(whole.slug, "strict", tmp_path / "somewhere" / "one", as_of=DAY)
    cities.publish(replace(whole, slug="copy", incidents=Incidents(months(whole.incidents))))
    with pytest.raises(RefusedError, match="beside the release in villa-prueba"):
        disclosure.publish("copy", "open", tmp_path / "elsewhere" / "two", as_of=DAY)


@pytest.mark.walk
def test_the_key_goes_to_another_machine(store, tmp_path, monkeypatch, ask):
    """With the file of the key a second store draws the same lot, byte for byte; one that went its own way is refused."""
    whole = city()
    cities.publish(whole)
    disclosure.publish(whole.slug, "strict", tmp_path / "a" / "one", as_of=DAY, who="R. Prueba")
    copy = tmp_path / "key.json"
    assert ask("key", "export", whole.slug, str(copy))[0] == 0
    assert copy.stat().st_mode & 0o077 == 0
    assert ask("key", "export", whole.slug, str(copy))[0] == 1  # it is there
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "second"))
    cities.publish(whole)
    assert ask("key", "import", "other", str(copy))[0] == 1
    assert ask("key", "import", whole.slug, str(copy))[0] == 0
    disclosure.publish(whole.slug, "strict", tmp_path / "b" / "one", as_of=DAY)
    assert disclosure.fingerprint(tmp_path / "a" / "one") == disclosure.fingerprint(tmp_path / "b" / "one")
    assert [sheet.against for sheet in disclosure.sheets(whole.slug)] == [(f"{whole.slug} 1",)]
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "third"))
    cities.publish(whole)
    disclosure.publish(whole.slug, "strict", tmp_path / "c" / "one", as_of=DAY)
    code, _, said = ask("key", "import", whole.slug, str(copy))
    assert code == 1
    assert "another key" in said
    spoilt = copy.read_text().replace("few", "fewer")
    (tmp_path / "spoilt.json").write_text(spoilt)
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "fourth"))
    assert ask("key", "import", whole.slug, str(tmp_path / "spoilt.json"))[0] == 1


@pytest.mark.walk
def test_who_published_is_kept_with_what_it_was_audited_against(store, tmp_path, ask):
    slug = cities.publish(city()).slug
    code, _, said = ask("publish", slug, "--out", str(tmp_path / "rel" / "one"), "--as-of", DAY, "--signed-by", "R. Prueba")
    assert code == 0
    assert said.index("another store") < said.index("signed off by R. Prueba")
    assert " s  attacking the figures: 0 of 1 periods done" in said  # a sign of life
    ask("publish", slug, "--out", str(tmp_path / "rel" / "two"), "--as-of", DAY, "--signed-by", "B. Prueba")
    first, second = disclosure.sheets(slug)
    assert (first.who, first.against, second.against) == ("R. Prueba", (), (f"{slug} 1", "one"))
    assert second.fingerprint == disclosure.fingerprint(tmp_path / "rel" / "two")
    assert first.not_known == disclosure.NOT_KNOWN
    assert "B. Prueba" in ask("audit", slug)[1]
    assert not any(b"B. Prueba" in path.read_bytes() for path in (tmp_path / "rel" / "two").iterdir())  # a person's name stays inside


def test_a_city_elsewhere_or_at_another_time_is_no_matter(strict):
    far = city()
    shift = 100_000.0
    moved = city_of(
        far.incidents.set_geometry(far.incidents.geometry.translate(shift)), far.blocks.set_geometry(far.blocks.geometry.translate(shift))
    )
    assert codes(disclosure.build(moved, profile="open", as_of=DAY, secret=SECRET), *lying(strict)) == set()


def test_a_release_without_shapes_may_lie_anywhere(strict):
    none = gpd.GeoSeries([None] * len(strict.areas), index=strict.areas.index, crs=strict.areas.crs)
    nowhere = replace(strict, areas=strict.areas.set_geometry(none))
    assert Beside.of("there", nowhere, same=False).bounds == (-180.0, -90.0, 180.0, 90.0)
    west, south, east, north = Beside.of("there", strict, same=False).bounds
    assert (west, south, east, north) == pytest.approx(strict.areas.to_crs(4326).total_bounds)


def test_releases_are_read_where_nothing_is_stored_yet(strict, tmp_path, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "papers" / "of" / "all"))
    disclosure.write(strict, tmp_path / "releases" / "one", key=SECRET)
    for _ in range(2):  # read, and then known
        assert [one.name for one in beside(tmp_path / "releases" / "other")] == ["one"]


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


def invented(folder: Path, number: int) -> City:
    return replace(cities.read_folder(write_city(folder / f"city-{number}", 500, number=number)), content=f"content {number}")


def without_places(city: City, share: float) -> City:
    """Return the city with the places of a share of its deaths lost, spread over its years."""
    lost = np.arange(len(city.incidents)) % 100 < 100 * share
    shapes = city.incidents.geometry.where(~lost)
    return replace(city, incidents=Incidents(city.incidents.set_geometry(shapes).assign(unplaced=np.where(lost, "no_coordinates", ""))))


@pytest.mark.walk
def test_outlines_tell_apart_only_what_is_not_made_of_the_same_deaths(tmp_path):
    one, far, half = invented(tmp_path, 1), invented(tmp_path, 2), without_places(invented(tmp_path, 3), 0.6)
    assert outlines.apart(outlines.of(one), outlines.of(far))
    assert not same_deaths(one, far)
    copies = {
        "itself": one,
        "some of its places lost": without_places(one, 0.3),
        "most of its places lost": without_places(one, 0.9),
        "two years": replace(one, incidents=Incidents(one.incidents[one.incidents["date"].dt.year < 2014])),
        "blocks of another": replace(one, blocks=far.blocks),
        "other deaths, most places lost": half,
    }
    for name, other in copies.items():
        assert not outlines.apart(outlines.of(one), outlines.of(other)), name
        assert not outlines.apart(outlines.of(other), outlines.of(one)), name


def test_an_outline_is_kept_with_the_data_and_is_another_with_other_data(tmp_path, monkeypatch):
    city = cities.import_folder(write_city(tmp_path / "north", 500))
    assert outlines.of_stored("north") == outlines.of(city)
    with monkeypatch.context() as patch:
        patch.setattr(outlines, "of", lambda _: pytest.fail("the outline was worked out again"))
        assert sum(outlines.of_stored("north").all.values()) == 500
    rows = (tmp_path / "north" / "homicides.csv").read_text().splitlines()
    (tmp_path / "north" / "homicides.csv").write_text("\n".join(rows[:-2]) + "\n")
    cities.import_folder(tmp_path / "north")
    assert sum(outlines.of_stored("north").all.values()) == 498


@pytest.mark.walk
def test_while_one_release_is_written_no_other_of_the_store_is(store, tmp_path, monkeypatch):
    cities.import_folder(write_city(tmp_path / "north", 500))
    monkeypatch.setattr(publishing, "_WAIT", 0.0)
    with locks.hold(store / ".publishing"), pytest.raises(StoreError, match="another release is being written"):
        disclosure.publish("north", "strict", tmp_path / "out" / "north")
    assert not (tmp_path / "out").exists()
    disclosure.publish("north", "strict", tmp_path / "out" / "north")


@pytest.mark.walk
def test_a_release_beside_that_was_read_before_and_then_changed_is_read_again(tmp_path):
    for number, name in enumerate(("north", "south")):
        cities.import_folder(write_city(tmp_path / name, 500, number=number))
        disclosure.publish(name, "strict", tmp_path / "out" / name)
    disclosure.publish("south", "strict", tmp_path / "out" / "south")
    (tmp_path / "out" / "north" / "areas.csv").write_bytes(b"changed")
    with pytest.raises(disclosure.ReleaseError, match="was changed or damaged"):
        disclosure.publish("south", "strict", tmp_path / "out" / "south")
