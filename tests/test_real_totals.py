"""Real cities give the totals that others computed from the same files."""

from __future__ import annotations

import json

import pytest
import real_cities

from hotspots import cities
from hotspots.geography import units
from hotspots.statistics import concentration, rates, trends
from hotspots.study.selection import Selection

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def imported(real_data, tmp_path_factory):
    """Read both cities once."""
    found = {}
    for slug in ("philadelphia", "chicago"):
        folder = tmp_path_factory.mktemp("cities") / slug
        folder.mkdir()
        (folder / "city.toml").write_text(getattr(real_cities, f"{slug}_toml")(real_data), encoding="utf-8")
        reference = json.loads((real_data / slug / "reference.json").read_text())
        found[slug] = (cities.read_folder(folder), reference)
    return found


@pytest.mark.walk
def test_philadelphia(imported):
    city, reference = imported["philadelphia"]
    expected = reference["homicides_2006_2018_tracts2020"]
    study = Selection().study(city)
    top = concentration.top_share(study)
    assert (city.report.read, study.victims, study.inside) == (4121, expected["points"], expected["inside"])
    assert (len(study.blocks), int((study.counts == 0).sum())) == (expected["n_areas"], expected["zero_areas"])
    assert (top.units, round(top.share, 4)) == (expected["top5pct_k"], expected["top5pct_share"])
    assert round(concentration.top_share(study, fraction=0.1).share, 4) == expected["top10pct_share"]
    assert [study.counts.idxmax(), int(study.counts.max())] == expected["max"]
    assert study.population == reference["population_acs2023"]
    by_year = {str(year): int(n) for year, n in trends.yearly(study)["count"].items()}
    assert by_year == reference["homicides_by_year"]


def test_philadelphia_rate_of_2018(imported):
    import datetime as dt

    city, reference = imported["philadelphia"]
    study = Selection(start=dt.date(2018, 1, 1), end=dt.date(2019, 1, 1)).study(city)
    assert round(rates.overall(study).value, 2) == reference["city_rate_2018_per100k_acs2023pop"]


def test_philadelphia_tracts_with_the_highest_rates(imported):
    city, reference = imported["philadelphia"]
    study = Selection().study(city)
    table = rates.rate(study)[city.blocks["population"] >= 500].sort_values(ascending=False).head(5)
    found = [[block, int(study.counts[block]), int(city.blocks["population"][block]), round(rate, 1)] for block, rate in table.items()]
    assert found == reference["top_tract_rate_annual_pop>=500"]


def test_chicago(imported):
    import datetime as dt

    city, reference = imported["chicago"]
    study = Selection().study(city)
    top = concentration.top_share(study)
    assert (study.victims, study.located, study.inside) == (reference["rows"], reference["with_coords"], reference["inside_tracts"])
    assert (top.units, round(top.share, 4)) == (reference["top5pct_k"], reference["top5pct_share"])
    assert {str(year): int(n) for year, n in trends.yearly(study)["count"].items()} == reference["by_year"]
    year = Selection(start=dt.date(2016, 1, 1), end=dt.date(2017, 1, 1)).study(city)
    assert (year.victims, round(rates.overall(year).value, 2)) == (780, reference["rate_2016_per100k"])


def test_every_victim_is_accounted_for(imported):
    for city, _ in imported.values():
        study = Selection().study(city)
        placed = study.rows["unplaced"] == ""
        outside = int((study.unit_of.isna() & placed).sum())
        assert study.inside + outside + int((~placed).sum()) == study.victims == city.report.victims


def test_ties_do_not_depend_on_the_order_of_blocks(imported):
    city, _ = imported["philadelphia"]
    shuffled = city.blocks.sample(frac=1, random_state=5)
    assert units.assign(city.incidents, city.blocks).astype(str).tolist() == units.assign(city.incidents, shuffled).astype(str).tolist()
