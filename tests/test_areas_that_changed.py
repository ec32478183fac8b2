"""The 262 municipalities of El Salvador and the 44 that they became in 2024: the list itself, and totals added up by it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.readers.layers.area_counts import read_area_counts
from hotspots.readers.sections import AreaCountSection
from hotspots.store.schema import DataError

LIST = Path(__file__).parents[1] / "data" / "cities" / "el-salvador" / "raw" / "municipalities_2024.csv"
# How many municipalities each department had until 2024, as the law on the division of the country and the census of 2007 have them.
BEFORE = {
    "Ahuachapán": 12, "Santa Ana": 13, "Sonsonate": 16, "Chalatenango": 33, "La Libertad": 22, "San Salvador": 19, "Cuscatlán": 16,
    "La Paz": 22, "Cabañas": 9, "San Vicente": 13, "Usulután": 23, "San Miguel": 20, "Morazán": 26, "La Unión": 18,
}  # fmt: skip


@pytest.fixture(scope="module")
def changes() -> pd.DataFrame:
    return pd.read_csv(LIST)


def test_the_list_is_whole(changes):
    assert changes.groupby("department").size().to_dict() == BEFORE
    assert sum(BEFORE.values()) == 262
    assert changes["municipality_2024"].nunique() == 44
    assert not changes.duplicated(["department", "municipality_before"]).any()
    assert all(new.startswith(department) for department, new in zip(changes["department"], changes["municipality_2024"], strict=True))


def test_the_new_municipalities_are_those_of_the_official_outlines(changes, real_data):
    outlines = gpd.read_file(real_data / "el_salvador" / "municipios_44_2024_hdx.geojson")
    assert set(changes["municipality_2024"]) == set(outlines["municipality"])
    assert dict(zip(outlines["municipality"], outlines["department"], strict=True)) == dict(
        zip(changes["municipality_2024"], changes["department"], strict=True)
    )


def section(folder: Path, rows: pd.DataFrame, **changed) -> AreaCountSection:
    rows.to_csv(folder / "t.csv", index=False)
    known = {
        "area": "municipio", "within": "departamento", "period": "anio", "count": "n", "population": "p", "became": LIST,
        "became_from": "municipality_before", "became_within": "department", "became_to": "municipality_2024",
    }  # fmt: skip
    return AreaCountSection("t", folder / "t.csv", **(known | changed))


@pytest.fixture
def invented(changes) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (d, m, year, int(rng.integers(0, 40)), int(rng.integers(500, 9000)))
        for d, m in changes.iloc[:, [0, 2]].to_numpy()
        for year in (2014, 2015)
    ]
    return pd.DataFrame(rows, columns=["departamento", "municipio", "anio", "n", "p"])


def blocks_of(changes: pd.DataFrame) -> pd.Series:
    names = sorted(changes["municipality_2024"].unique())
    return pd.Series(names, index=[f"m{at:02}" for at in range(len(names))])


def test_totals_of_the_old_are_those_of_the_new(tmp_path, changes, invented):
    """By pandas alone: joined on department and name, and added up."""
    areas = blocks_of(changes)
    found, report = read_area_counts((section(tmp_path, invented),), areas=areas)
    joined = invented.merge(changes, left_on=["departamento", "municipio"], right_on=["department", "municipality_before"])
    told = joined.groupby(["municipality_2024", "anio"])[["n", "p"]].sum()
    own = found.assign(name=found["area"].map(areas), year=found["start"].dt.year).set_index(["name", "year"])
    assert len(own) == 88
    assert own["count"].to_dict() == told["n"].to_dict()
    assert own["population"].to_dict() == told["p"].to_dict()
    assert own["count"].sum() == invented["n"].sum()
    assert report.read == report.accepted == 524
    assert "areas_that_changed" in {one.code for one in report.findings}


def test_spelling_does_not_matter_and_names_of_several_are_told_apart(tmp_path, changes, invented):
    plain = invented.assign(
        municipio=invented["municipio"].str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.upper()
    )
    first, _ = read_area_counts((section(tmp_path, invented),), areas=blocks_of(changes))
    second, _ = read_area_counts((section(tmp_path, plain),), areas=blocks_of(changes))
    pd.testing.assert_frame_equal(first, second)


def test_a_new_area_of_which_a_part_is_missing_is_not_known(tmp_path, changes, invented):
    some = invented[~((invented["municipio"] == "Soyapango") & (invented["anio"] == 2015))]
    areas = blocks_of(changes)
    found, report = read_area_counts((section(tmp_path, some),), areas=areas)
    named = set(zip(found["area"].map(areas), found["start"].dt.year, strict=True))
    assert ("San Salvador Este", 2014) in named
    assert ("San Salvador Este", 2015) not in named
    assert len(named) == 87
    assert any("San Salvador Este" in str(one.text) for one in report.findings if one.code == "parts_missing")


def test_what_cannot_be_is_refused(tmp_path, changes, invented):
    with pytest.raises(DataError, match=r"are no block .*Ahuachapán Norte"):
        read_area_counts((section(tmp_path, invented),), areas=pd.Series({"a": "Ahuachapán"}))
    with pytest.raises(DataError, match=r"stand twice .*San Lorenzo"):
        read_area_counts((section(tmp_path, invented, within="", became_within=""),), areas=blocks_of(changes))


def test_a_map_of_the_44_where_their_outlines_are_given(tmp_path, changes, invented):
    from hotspots import cities
    from hotspots.study.selection import Selection

    names = sorted(changes["municipality_2024"].unique())
    boxes = gpd.GeoDataFrame({"name": names}, geometry=[shapely.box(x, 13, x + 0.01, 13.01) for x in np.arange(44) / 100 - 89], crs=4326)
    folder = tmp_path / "el-salvador-44"
    folder.mkdir()
    boxes.to_file(folder / "m.geojson")
    invented.to_csv(folder / "t.csv", index=False)
    (folder / "changes.csv").write_bytes(LIST.read_bytes())
    (folder / "city.toml").write_text(
        'name = "Los 44"\nlanguage = "es"\nepsg = 32616\nsource = "Invented"\n[area_counts]\nfile = "t.csv"\npublic = true\n'
        'area = "municipio"\nwithin = "departamento"\nperiod = "anio"\ncount = "n"\npopulation = "p"\nbecame = "changes.csv"\n'
        'became_from = "municipality_before"\nbecame_within = "department"\nbecame_to = "municipality_2024"\n'
        '[blocks]\nfile = "m.geojson"\nid = "name"\nname = "name"\n',
        encoding="utf-8",
    )
    city = cities.import_folder(folder)
    study = Selection(city=city.slug).study(city)
    assert len(study.counts) == 44
    assert study.has_outlines
    joined = invented.merge(changes, left_on=["departamento", "municipio"], right_on=["department", "municipality_before"])
    told = joined.groupby(["municipality_2024", "anio"])["n"].sum()
    assert study.counts["San Salvador Este"] in (told["San Salvador Este"].sum(), told["San Salvador Este", 2015])
