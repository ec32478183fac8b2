"""Search that forgives: how names compare, what is found and in which order, crossings, coordinates, houses; names are invented."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import small_city as small
from conftest import TORTURE
from villa_prueba import write_small_city

from hotspots import cities
from hotspots.cities import City
from hotspots.cities import directory as directories
from hotspots.cities.search import AROUND, KINDS, known, search
from hotspots.geography.crossings import RANGES, Network, house
from hotspots.geography.likeness import Lexicon
from hotspots.geography.name_index import NameIndex
from hotspots.geography.spelling import plain, weight, words_of
from hotspots.store.schema import DataError

BUNDLED = Path(__file__).resolve().parent.parent / "data" / "cities"
WORDS = ("lobar", "tierra", "quimera", "pozo", "ñandú", "cigüeña", "ébano", "o'brien", "vela", "mayorazgo", "12", "3ra", "b", "san", "ruda")


@cache
def albatros() -> City:
    """Return the bundled city."""
    return cities.read_folder(BUNDLED / "puerto-albatros")


@cache
def town() -> City:
    """Return a town of six streets: numbered ones from west to east, named ones from south to north, each 100 m from the next."""
    named, numbered = ("N Lobar St", "Avenida Ñandú", "St Ruda Ave"), ("Carrera 1", "Carrera 2", "5th Street")
    lines, street, ends = [], [], []
    for row, name in enumerate(named):
        for x in range(3):
            lines.append(shapely.LineString([(100 * x, 100 * row), (100 * x + 100, 100 * row)]))
            street.append(name)
            first = 100 * (x + 1)
            ends.append((first + 1, first + 99, first, first + 98))
    for column, name in enumerate(numbered):
        for y in range(2):
            lines.append(shapely.LineString([(100 * column, 100 * y), (100 * column, 100 * y + 100)]))
            street.append(name)
            ends.append((np.nan,) * 4)
    offset = np.array([250_000.0, 1_250_000.0])
    shapes = [shapely.transform(line, lambda points: points + offset) for line in lines]
    index = [f"s{n}" for n in range(len(lines))]
    table = gpd.GeoDataFrame(
        {"street": street, **dict(zip(RANGES, np.array(ends).T, strict=True))}, geometry=shapes, crs=32616, index=index
    )
    context = gpd.GeoDataFrame(
        {"kind": ["park", "service"], "name": ["Parque del Ébano", "Clínica Quimera"]},
        geometry=[shapely.box(250_010, 1_250_010, 250_050, 1_250_050), shapely.Point(250_150, 1_250_120)],
        crs=32616,
    )
    return replace(albatros(), segments=table, context=context)


@cache
def directory(city: City) -> directories.Directory:
    """Return what a search looks through, made once for each city of these tests; nobody changes it."""
    return directories.directory(city)


def textbook(one: str, other: str) -> int:
    """Return how many slips part two words, by the plain recurrence: one cell after the other."""
    cost = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                cost[i, j] = min(cost[i, j], cost[i - 2, j - 2] + 1)
    return cost[len(one), len(other)]


@pytest.mark.parametrize("seed", range(6))
def test_slips_are_those_of_the_textbook(seed):
    """Up to the number asked for, the distance is the textbook's; beyond it, it is only known to be more."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcñ", k=rng.randint(1, 9))) for _ in range(60)]
    lexicon, most = Lexicon(words), 1 + seed % 3
    for word in ["".join(rng.choices("abcñ", k=rng.randint(1, 9))) for _ in range(20)]:
        slips, begun = lexicon.slips(word, np.arange(len(words)), most=most)
        for at, other in enumerate(words):
            true = textbook(word, other)
            assert min(int(slips[at]), most + 1) == min(true, most + 1)
            assert min(int(begun[at]), most + 1) == min(min(textbook(word, other[:size]) for size in range(len(other) + 1)), most + 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("typing", [False, True])
def test_what_a_letters_count_rules_out_is_never_alike(seed, typing):
    """Words are passed over by the letters that they lack; none of these would have been near enough."""
    rng = random.Random(seed)
    words = sorted({"".join(rng.choices("abcdefghi", k=rng.randint(3, 11))) for _ in range(300)})
    word = rng.choice(words)
    word = word[:-1] + rng.choice("xyz")
    alike = Lexicon(words).alike(word, typing=typing)
    forgiven = {other: 2 if max(len(word), len(other)) >= 8 else 1 for other in words}
    for at, other in enumerate(words):
        if textbook(word, other) <= forgiven[other]:
            assert alike[at] > 0
        elif not typing:
            assert alike[at] == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Av. Ñandú", "AVENIDA NANDU"),
        ("Ave Ñandú", "avda. ñandu"),
        ("C. 5 Poniente", "Calle 5 pte"),
        ("Cra. 10", "Carrera 10"),
        ("Kr 10", "cra10"),
        ("Cl 45 Sur", "Calle 45 S"),
        ("5ª Avenida Norte", "Quinta Av. Nte"),
        ("5.ª Avenida Norte", "5ta avenida norte"),
        ("3rd St", "Third Street"),
        ("1ra Calle", "Primera Calle"),
        ("O'Brien Blvd", "OBrien Boulevard"),
        ("St. Ruda St", "Saint Ruda Street"),
        ("Dr. Lobar Dr", "doctor lobar drive"),
        ("Calle 05", "calle 5"),
        ("Distrito 7", "District 7"),
    ],
)
def test_ways_of_writing_the_same_name(one, other):
    """Both are one name."""
    assert words_of(one) == words_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Calle 5", "Carrera 5"), ("N Lobar St", "S Lobar St"), ("Calle 5", "Calle 15"), ("Santa Ruda", "Santo Ruda")]
)
def test_names_that_are_not_the_same(one, other):
    """What tells two streets apart is kept."""
    assert words_of(one) != words_of(other)


def names(seed: int, size: int = 400) -> list[str]:
    """Return invented names of places of up to five words."""
    rng = random.Random(seed)
    kinds = ("", "Calle", "Av.", "Avenida de la", "Barrio", "Paseo del", "N", "Colonia")
    made = {" ".join([rng.choice(kinds), *rng.choices(WORDS, k=rng.randint(1, 3))]).strip() for _ in range(size)}
    return sorted(name.title() if rng.random() < 0.7 else name.upper() for name in made)


@pytest.mark.parametrize("seed", range(3))
def test_the_exact_name_is_always_first(seed):
    """Whatever else is called alike, the name as it is written comes first; capitals, accents and signs do not matter."""
    listed = names(seed)
    index = NameIndex(listed)
    for name in listed[:: 1 if TORTURE else 4]:
        for asked in (name, name.upper(), plain(name), f"  {name.lower()}, "):
            best = index.names[index.rank(asked)[0][0]]
            assert plain(best) == plain(name)


@pytest.mark.parametrize("seed", range(3))
def test_words_in_another_order_are_the_same_name(seed):
    """All words of a name, in any order, find it."""
    rng, listed = random.Random(seed), names(seed)
    index = NameIndex(listed)
    for at, name in enumerate(listed):
        mixed = list(words_of(name))
        rng.shuffle(mixed)
        assert at in dict(index.rank(" ".join(mixed) + " ", most=len(listed)))


def test_while_typing_the_name_stays_in_sight():
    """From the third letter of its own word on, a name is among those offered."""
    index = NameIndex(("Avenida Quimera", "Calle Mayorazgo", "Barrio Ñandú", "Calle Cigüeña"))
    for at, asked in ((0, "quimera"), (1, "mayorazgo"), (2, "nandu"), (3, "ciguena"), (1, "calle mayorazgo")):
        for size in range(3, len(asked) + 1):
            if not "calle ".startswith(asked[:size]):
                assert at in dict(index.rank(asked[:size])), asked[:size]


def test_two_slips_in_a_long_word_and_one_in_a_short_one():
    """More is another word."""
    index = NameIndex(("Mayorazgo", "Pozo"))
    assert [at for asked in ("myorazgo", "mayorasgo", "mayroazgo", "mayozgo", "pzo", "poso") for at, _ in index.rank(asked)] == [
        0,
        0,
        0,
        0,
        1,
        1,
    ]
    assert index.rank("mazgo ") == index.rank("puso ") == []


def test_nothing_is_found_by_nothing():
    """Signs are no name."""
    assert NameIndex(("Pozo",)).rank(" .,-") == NameIndex(("Pozo",)).rank("") == NameIndex(()).rank("pozo") == []


def one_letter_less(name: str) -> str:
    """Return a name without the second letter of its longest word without digits; as it is where it has none."""
    words = [word for word in name.split() if word.isalpha() and weight(words_of(word)[0]) == 1 and len(word) > 2]
    long = max(words, key=len, default="")
    return name.replace(long, long[0] + long[2:], 1) if long else name


@pytest.mark.walk
@pytest.mark.parametrize("make", [albatros, town], ids=["puerto-albatros", "town"])
def test_every_place_is_found_by_its_name(make):
    """As it is, without accents, in capitals and, though perhaps not first, with a letter missing; exact names come first."""
    found = directory(make())
    chosen = random.Random(7).sample(found.entries, min(60 if TORTURE else 20, len(found.entries)))
    chosen += [entry for entry in found.entries if entry.kind in ("district", "beat", "layer")]
    for entry in chosen:
        for asked in (entry.name, plain(entry.name), entry.name.upper()):
            best = search(found, asked, most=1000)
            assert plain(best[0].name) == plain(entry.name)
            assert any(hit.kind == entry.kind and hit.name == entry.name for hit in best)
        slip = one_letter_less(entry.name)
        assert any(hit.kind == entry.kind and hit.name == entry.name for hit in search(found, slip, most=1000)), slip


@pytest.mark.walk
def test_every_block_is_found_by_its_id():
    """Where blocks have names, their ids are known too."""
    found = directory(albatros())
    for entry in [entry for entry in found.entries if entry.kind == "block"][::150]:
        assert search(found, entry.id)[0].place == f"block:{entry.id}"


def test_each_hit_says_what_it_is_and_where():
    """Kinds are told, places are texts of a fixed form, middles lie within edges, and no place is named twice."""
    found = directory(town())
    for asked in ("nandu", "ebano", "quimera", "casco viejo", "C11", "nandu & carrera 1", "5th 150", "s3", "ruda"):
        hits = search(found, asked)
        assert hits
        assert len({hit.place for hit in hits}) == len(hits)
        for hit in hits:
            west, south, east, north = hit.box
            assert hit.kind in KINDS
            assert west <= hit.lon <= east
            assert south <= hit.lat <= north
            assert hit.place.partition(":")[0] in (hit.kind, "circle")
            assert known(found, hit.place).box == pytest.approx(hit.box, abs=2e-5)


def test_what_has_no_area_is_the_ground_around_it():
    """A clinic is a point: looked at are 250 m around it; a park is itself."""
    found = directory(town())
    assert search(found, "clinica quimera")[0].place.startswith("circle:")
    assert search(found, "clinica quimera")[0].place.endswith(f",{AROUND}")
    assert search(found, "parque ebano")[0].place == "layer:park/Parque del Ébano"


@pytest.mark.parametrize(
    "asked",
    [
        "Lobar & Carrera 2",
        "Lobar and Cra 2",
        "cra 2 con lobar",
        "esquina de Lobar y Carrera 2",
        "N Lobar St / Carrera 2",
        "lobr @ carrera 2",
        "Lobar + carrera 2",
        "corner of lobar st and carrera 2",
    ],
)
def test_a_crossing_is_the_point_where_both_streets_meet(asked):
    """By hand: N Lobar St runs along y = 0, Carrera 2 along x = 100."""
    hit = search(directory(town()), asked)[0]
    assert (hit.kind, hit.place) == ("crossing", "crossing:Carrera 2 & N Lobar St")
    at = gpd.GeoSeries([shapely.Point(hit.lon, hit.lat)], crs=4326).to_crs(32616).iloc[0]
    assert at.distance(shapely.Point(250_100, 1_250_000)) < 0.5


def test_a_plate_is_the_crossing_that_it_counts_from():
    """In Colombia `Ñandú # 2-45` is on that street, past the one called 2."""
    assert search(directory(town()), "Av Ñandú # 2-45")[0].place == "crossing:Avenida Ñandú & Carrera 2"


def test_streets_that_do_not_meet_have_no_crossing():
    """Each is offered by itself; a bridge is no crossing, because no segment ends there."""
    hits = search(directory(town()), "carrera 1 & carrera 2")
    assert {hit.kind for hit in hits} == {"street"}
    lines = [shapely.LineString([(0, -5), (0, 5)]), shapely.LineString([(-5, 0), (5, 0)])]
    bridge = gpd.GeoDataFrame({"street": ["A", "B"]}, geometry=lines, crs=32616, index=["a", "b"])
    assert not len(Network.of(bridge).between("A", "B"))


def test_one_street_and_a_sign_list_its_crossings():
    """By hand: Carrera 1 meets the three named streets."""
    hits = search(directory(town()), "carrera 1 & ")
    assert {hit.name for hit in hits if hit.kind == "crossing"} == {
        "Avenida Ñandú & Carrera 1",
        "Carrera 1 & N Lobar St",
        "Carrera 1 & St Ruda Ave",
    }


def test_a_name_with_a_sign_in_it_is_found_whole():
    """`Ortega y Gasset` is one street, although a y joins crossings."""
    table = town().segments.assign(street=town().segments["street"].replace({"Avenida Ñandú": "Calle Ruda y Pozo"}))
    found = directory(replace(town(), segments=table))
    assert search(found, "ruda y pozo")[0].name == "Calle Ruda y Pozo"
    assert search(found, "ruda y pozo con carrera 1")[0].place == "crossing:Calle Ruda y Pozo & Carrera 1"


@pytest.mark.parametrize(
    "asked",
    [
        "11.305800, -89.294600",
        "11.3058 -89.2946",
        "-89.2946, 11.3058",
        "11,3058; -89,2946",
        "11°18'20.88\"N 89°17'40.56\"W",
        "11°18'20.88\" N, 89°17'40.56\" O",
        "(11.3058, -89.2946)",
        "https://maps.example/@11.3058,-89.2946,17z",
    ],
)
def test_coordinates_in_the_usual_ways_of_writing(asked):
    """All are one point, with the ground around it."""
    (hit,) = search(directory(albatros()), asked)
    assert (hit.kind, hit.place) == ("point", "circle:11.305800,-89.294600,250")


@pytest.mark.parametrize("asked", ["40.7, -74.0", "12 5", "2024-01-05", "5", "12,5", "99.1, 200.4"])
def test_numbers_that_are_no_place_of_the_city_are_no_point(asked):
    """Coordinates of elsewhere, days, and the numbers of streets."""
    assert all(hit.kind != "point" for hit in search(directory(albatros()), asked))


@pytest.mark.parametrize(
    ("number", "x", "y"),
    [(101, 0.0, 0.0), (199, 100.0, 0.0), (150, 100 * 50 / 98, 0.0), (298, 200.0, 0.0), (249, 100 + 100 * 48 / 98, 0.0)],
)
def test_a_house_lies_along_its_segment(number, x, y):
    """By hand: odd on the left from 101 to 199, even on the right from 100 to 198, along 100 m; then the next hundred."""
    point = house(town().segments, "N Lobar St", number)
    assert (point.x - 250_000, point.y - 1_250_000) == pytest.approx((x, y))
    hit = search(directory(town()), f"{number} lobar")[0]
    assert (hit.kind, hit.name) == ("address", f"N Lobar St {number}")


@pytest.mark.parametrize("asked", ["Lobar 150", "150 N Lobar St", "lobar street #150", "Lobar No. 150", "lobr nº 150"])
def test_ways_of_writing_a_house(asked):
    """The number before the street, or after it."""
    assert search(directory(town()), asked)[0].name == "N Lobar St 150"


@pytest.mark.parametrize("number", [99, 400, 1000])
def test_a_house_that_no_segment_has_is_not_found(number):
    """Nothing is made up: the street itself is offered."""
    assert house(town().segments, "N Lobar St", number) is None
    assert search(directory(town()), f"{number} n lobar st")[0].kind == "street"


def test_sides_that_say_the_same_hold_odd_and_even():
    """Where a file has one range for both sides."""
    ends = {"from_left": [1.0], "to_left": [99.0], "from_right": [1.0], "to_right": [99.0]}
    table = gpd.GeoDataFrame({"street": ["A"], **ends}, geometry=[shapely.LineString([(0, 0), (98, 0)])], crs=32616)
    assert [house(table, "A", n).x for n in (1, 50, 99)] == pytest.approx([0.0, 49.0, 98.0])


def test_published_totals_are_found_by_area_alone():
    """A name, and a point in it, are the area; nothing else is known there."""
    country = directory(cities.read_folder(BUNDLED / "el-salvador"))
    for entry in country.entries:
        assert search(country, plain(entry.name))[0].place == f"block:{entry.id}"
        hit = search(country, entry.name)[0]
        assert {one.kind for one in search(country, f"{hit.lat}, {hit.lon}")} <= {"block"}
    assert [hit.kind for hit in search(country, "13.7, -89.2")] == ["block"]


def test_places_without_an_outline_are_found_by_name(tmp_path):
    """They lie nowhere, and no point is near them."""
    city = cities.read_folder(write_small_city(tmp_path / "villa"))
    nowhere = directory(replace(city, blocks=city.blocks.assign(geometry=gpd.GeoSeries([None] * len(city.blocks), crs=city.blocks.crs))))
    hit = search(nowhere, "manzana 4")[0]
    assert (hit.name, hit.lies_somewhere) == ("Manzana 4", False)
    assert search(nowhere, "13.7, -89.2") == ()


@pytest.mark.parametrize(
    "asked", ["'; drop table", "<script>alert(1)</script>", "((((", "[a", "*", "\\", "a" * 5000, "🎈", "& & &", "con con con", "# 5-5"]
)
def test_no_text_breaks_a_search(asked):
    """Whatever is written, an answer comes."""
    assert isinstance(search(directory(town()), asked), tuple)


@pytest.mark.parametrize(
    "place", ["", "x", "district:", "circle:1,2", "circle:a,b,c", "circle:1,2,-3", "crossing:A & B", "segment:none", "polygon:1,2;3,4"]
)
def test_a_place_that_the_city_has_not_is_none(place):
    """It lies nowhere."""
    assert known(directory(town()), place) is None


STREETS = """
[segments]
file = "streets.geojson"
id = "id"
street = "street"
{houses}
[gazetteer]
file = "addresses.csv"
name = "calle"
number = "no"
x = "lon"
y = "lat"
"""
ADDRESSES = "calle,no,lon,lat\nPasaje Quimera,12-B,-91.995,11.005\nPasaje Quimera,14,-91.994,11.005\n,,-91.99,11.0\nMercado Ñandú,,,\n"


def with_addresses(folder: Path, houses: str, **changed: str) -> Path:
    """Write a small city with one street and a gazetteer of two addresses, a row without a name and one without a point."""
    line = {"type": "LineString", "coordinates": [[-92.0, 11.0], [-91.99, 11.0]]}
    numbers = {"fl": "1", "tl": "99 ", "fr": "2.0", "tr": "0", "f": 1, "t": 99}
    street = {"type": "Feature", "properties": {"id": "s1", "street": "Calle Mayorazgo", **numbers}, "geometry": line}
    more = {"streets.geojson": small.layer([street]), "addresses.csv": ADDRESSES} | changed
    return small.write_city(folder / "addressed", toml=small.TOML + STREETS.format(houses=houses), more=more)


@pytest.mark.parametrize(
    ("houses", "known_numbers"),
    [
        ('from_left = "fl"\nto_left = "tl"\nfrom_right = "fr"\nto_right = "tr"', [[1.0, 99.0, 2.0, np.nan]]),
        ('from = "f"\nto = "t"', [[1.0, 99.0, 1.0, 99.0]]),
    ],
)
def test_house_numbers_and_a_gazetteer_come_with_the_city(tmp_path, houses, known_numbers):
    """They are read, kept in the version, and found; a number of 0 is none, and rows without name or point are told."""
    city = cities.import_folder(with_addresses(tmp_path, houses))
    again = cities.load(city.slug)
    for one in (city, again):
        np.testing.assert_array_equal(one.segments[list(RANGES)].to_numpy(), known_numbers)
        assert one.gazetteer["name"].tolist() == ["Pasaje Quimera 12-B", "Pasaje Quimera 14"]
        found = directory(one)
        assert search(found, "51 mayorazgo")[0].name == "Calle Mayorazgo 51"
        hit = search(found, "psje quimera 12b")[0]
        assert (hit.kind, hit.name) == ("address", "Pasaje Quimera 12-B")
        assert (hit.lon, hit.lat) == pytest.approx((-91.995, 11.005), abs=1e-5)
        assert hit.place.startswith("circle:")
    assert [row.rows for row in city.report.findings if row.code == "gazetteer_incomplete"] == [2]


@pytest.mark.parametrize(
    ("houses", "changed", "told"),
    [
        ('from = "f"', {}, "house numbers in [segments] are from and to"),
        ('from = "f"\nto = "t"\nfrom_left = "fl"', {}, "house numbers in [segments] are from and to"),
        ('from_left = "fl"\nto_left = "tl"', {}, "house numbers in [segments] are from and to"),
        ('from = "f"\nto = "gone"', {}, "gone"),
        ("", {"addresses.csv": "calle,no,lon,lat\n,,1,2\n"}, "gazetteer: no row of addresses.csv has a name and a point"),
        ("", {"addresses.csv": "calle,no,lon\nx,1,2\n"}, "lat"),
    ],
)
def test_faults_in_house_numbers_and_gazetteers_are_told(tmp_path, houses, changed, told):
    """Half a range, a column that is not there, a file without an address."""
    with pytest.raises(DataError, match=re.escape(told)):
        cities.read_folder(with_addresses(tmp_path, houses, **changed))
