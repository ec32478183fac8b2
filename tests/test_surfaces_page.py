"""The surfaces of the map page: off until asked for, in the address, each with its note."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from opened import asked, forget, open_page, text

from hotspots import cities
from hotspots.cli.main import main
from hotspots.dashboard.restricted import cached
from hotspots.drawing import exports
from hotspots.questions.restricted import where
from hotspots.statistics.catalog import measure
from hotspots.statistics.density import surfaces
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.selection import read_query
from hotspots.study.testing import square_city
from hotspots.words import words_for


def surface_of(app) -> str:
    return next(radio for radio in app.radio if radio.key == "choice_surface").value


def test_off_until_asked_for_then_in_the_address(city):
    app = open_page(lang="en")
    assert surface_of(app) == "none"
    assert "surface" not in asked(app)
    app.radio(key="choice_surface").set_value("residents").run()
    assert asked(app)["layer"] == "residents"
    assert int(asked(app)["surface"]) > 0
    assert "Divides smoothed homicides by smoothed residents" in text(app)
    app.radio(key="choice_surface").set_value("none").run()
    assert not {"surface", "layer"} & set(asked(app))


@pytest.mark.cases(3)
@pytest.mark.parametrize(("layer", "shown"), [("", ""), ("residents", "residents"), ("streets", "none"), ("nonsense", "")])
def test_a_surface_from_the_address(city, layer, shown):
    app = open_page(lang="es", surface="730", **({"layer": layer} if layer else {}))
    assert not app.exception
    assert surface_of(app) == shown  # without streets there is nothing to show along them
    if shown != "none":
        slider = next(one for one in app.select_slider if one.key == "choice_bandwidth")
        assert slider.value == 730
        assert "Las reglas difieren" in text(app)


def test_why_there_is_nothing_along_streets(city):
    assert "no streets are loaded for this city" in text(open_page(lang="en"))


# streets: what crossings do is the reader's choice


def with_streets(folder):
    """Add streets around the nine blocks of the small city: 24 of 10 m, and a dead end."""
    ends = [((x, y), (x + 10, y)) for x in (0, 10, 20) for y in (0, 10, 20, 30)]
    ends += [((x, y), (x, y + 10)) for x in (0, 10, 20, 30) for y in (0, 10, 20)]
    lines = [shapely.LineString(pair) for pair in [*ends, ((30, 30), (38, 30))]]
    streets = gpd.GeoDataFrame({"id": [f"s{n:02}" for n in range(len(lines))]}, geometry=lines, crs=32616)
    (folder / "streets.geojson").write_text(streets.to_json(drop_id=True), encoding="utf-8")
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write('\n[segments]\nfile = "streets.geojson"\nid = "id"\nepsg = 32616\n')
    return folder


@pytest.fixture
def streets_city(city_folder, monkeypatch, tmp_path):

    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()
    return cities.import_folder(with_streets(city_folder))


def exported(tmp_path, *options: str) -> pd.DataFrame:
    out = tmp_path / "file.csv"
    assert main(["export", "villa-prueba", "--measure", "network_density", "--out", str(out), *options]) == 0
    return pd.read_csv(out, encoding="utf-8-sig")


@pytest.mark.cases(1)
@pytest.mark.parametrize("unit", ["blocks", "segments"])
@pytest.mark.parametrize("split", ["", "continuous"])
def test_the_page_its_downloads_and_the_command_line_take_the_same_kernel(streets_city, tmp_path, split, unit):
    app = open_page(lang="en", measure="network_density", unit=unit, **({"equal_split": split} if split else {}))
    assert not app.exception
    assert app.radio(key="choice_equal_split").value == (split or "discontinuous")
    file = exported(tmp_path, "--unit", unit, *(["--equal-split", split] if split else []))
    assert set(file["network_density_how"]) == {f"equal-split {split or 'discontinuous'}, 300 m"}
    shown = app.dataframe[0].value.set_index("Place")["Density of homicides along streets"]
    np.testing.assert_allclose(shown.loc[file["name"]], file["network_density"].round(2))
    chosen, _ = read_query(
        {"city": "villa-prueba", "unit": unit, "equal_split": split} if split else {"city": "villa-prueba", "unit": unit}
    )
    seen = replace(chosen, version=1, language="en")
    study, told = cached.study(seen), cached.asked(seen).ask(where.map_of, "network_density")
    assert f"equal split, {split or 'discontinuous'}" in told.legend_note
    page = exports.download(study, [measure("network_density")], ".html", told=exports.Subject(streets_city, unit, words_for("en"), told))
    assert f"equal split, {split or 'discontinuous'}" in page.decode()
    shapes = json.loads(
        exports.download(study, [measure("network_density")], ".geojson", told=exports.Subject(streets_city, unit, words_for("en")))
    )
    assert {one["properties"]["network_density_how"] for one in shapes["features"]} == set(file["network_density_how"])
    np.testing.assert_allclose([one["properties"]["network_density"] for one in shapes["features"]], file["network_density"])


def test_the_kernels_differ(streets_city, tmp_path):
    plain, blended = (exported(tmp_path, *options)["network_density"] for options in ((), ("--equal-split", "continuous")))
    assert (plain - blended).abs().max() > 0.01 * plain.max()


def test_the_reader_chooses_what_crossings_do(streets_city):
    app = open_page(lang="es", surface="100", layer="streets")
    assert app.radio(key="choice_equal_split").value == "discontinuous"
    app.radio(key="choice_equal_split").set_value("continuous").run()
    assert not app.exception
    assert asked(app)["equal_split"] == "continuous"
    chosen, _ = read_query({"city": "villa-prueba", "unit": "blocks", "surface": "100", "layer": "streets", "equal_split": "continuous"})
    note = cached.asked(replace(chosen, version=1, language="es")).ask(where.map_of, "count").legend_note
    assert "división igual, continua" in note
    both = cached.asked(replace(chosen, version=1, language="es", bandwidth=300)).ask(where.map_of, "network_density").legend_note
    assert both.count("división igual") == 1  # measure and surface are made alike: said once
    app.radio(key="choice_equal_split").set_value("discontinuous").run()
    assert "equal_split" not in asked(app)  # the usual choice keeps the address short


def test_a_map_of_a_density_says_once_how_far_it_spreads(streets_city):
    """By units the measure's remark says it, and where a surface lies over them the surface's own note does, with what the reader chose."""
    asked_of = cached.asked(replace(read_query({"city": "villa-prueba", "unit": "blocks"})[0], version=1, language="en"))
    metres = words_for("en").number(round(surfaces.bandwidth_of(asked_of.study)[0]))
    assert f"{metres} m" in asked_of.ask(where.map_of, "density").legend_note
    over = asked_of.at(bandwidth=300).ask(where.map_of, "density").legend_note
    assert f"{metres} m" not in over
    assert "300 m" in over
    for metres, rule in {metres: rule for rule, metres in reversed(asked_of.ask(where.bandwidths).items())}.items():
        note = asked_of.at(bandwidth=metres).ask(where.map_of, "density").legend_note
        assert f"bandwidth {metres} m ({surfaces.RULES[rule]})" in note
    assert "m (chosen by the reader)" in over


def test_the_surface_on_the_map_is_that_of_python(streets_city):
    from hotspots.statistics import density

    for split in ("", "continuous"):
        chosen, _ = read_query({"city": "villa-prueba", "unit": "blocks", **({"equal_split": split} if split else {})})
        seen = replace(chosen, version=1)
        own = density.along_streets(cached.study(seen), bandwidth=20)
        same = density.along_streets(cached.study(replace(chosen, version=1, equal_split="")), bandwidth=20, way=split or "discontinuous")
        assert own.way == (split or "discontinuous")
        np.testing.assert_array_equal(own.value, same.value)


def test_no_choice_of_crossings_where_nothing_lies_along_streets(streets_city):
    assert not [one for one in open_page(lang="en").radio if one.key == "choice_equal_split"]


def test_a_strange_kernel_is_refused(streets_city, tmp_path, capsys):
    assert read_query({"equal_split": "fair"})[1] == ("equal_split",)
    with pytest.raises(SystemExit):
        main(["export", "villa-prueba", "--out", str(tmp_path / "a.csv"), "--equal-split", "fair"])
    assert "continuous" in capsys.readouterr().err
    with pytest.raises(DataError, match="use one of discontinuous, continuous"):
        Study.of(*square_city([(5, 5)]), equal_split="fair")
