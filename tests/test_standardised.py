"""Age-standardised rates: weights, interval, unknown ages, and residents by age from file to unit."""

from __future__ import annotations

import numpy as np
import pytest
from small_city import blocks, layer, with_lines, write_city
from test_smoothed import oracle

from hotspots import cities
from hotspots.geography import units
from hotspots.inference import intervals
from hotspots.statistics import rates
from hotspots.statistics.catalog import measure
from hotspots.statistics.measure import table
from hotspots.store.schema import DataError, check_blocks, population_bands
from hotspots.study import Study
from hotspots.study.testing import square_city

LINE = 'population_ages = { "0-29" = "young", "30+" = "old" }'


def test_the_interval_of_the_published_example():
    told = oracle()
    total = np.array([319933, 931318, 786511, 488235, 237863, 61313])
    births = {"one": [230061, 329449, 114920, 39487, 14208, 3052], "five": [327, 30666, 123419, 149919, 104088, 34392]}
    cases = {"one": [107, 141, 60, 40, 39, 25], "five": [0, 8, 63, 112, 262, 295]}
    for name in births:
        low, value, high = rates.gamma_interval(np.array([cases[name]]), np.array([births[name]], dtype=float), total / total.sum())
        np.testing.assert_allclose([1e5 * value[0], 1e5 * low[0], 1e5 * high[0]], told[f"down_{name}"], rtol=1e-9)


def test_few_deaths_and_none():
    told, weights = oracle(), np.array([0.3, 0.4, 0.2, 0.1])
    people = np.array([[800.0, 500.0, 900.0, 400.0]] * 2)
    low, value, high = rates.gamma_interval(np.array([[0, 2, 1, 0], [0, 0, 0, 0]]), people, weights)
    np.testing.assert_allclose([value[0], low[0], high[0]], told["few"], rtol=1e-9)
    np.testing.assert_allclose([value[1], low[1], high[1]], told["none"], rtol=1e-9)
    assert high[1] == pytest.approx(0.4 / 500 * 3.688879454)  # the largest weight times Garwood's end for no death


def test_equal_weights_give_the_plain_rate_and_garwoods_interval():
    for n in (0, 1, 7, 40):
        counts = np.array([[n - n // 3, n // 3, 0]])
        people = np.array([[1000.0, 3000.0, 6000.0]])
        low, value, high = rates.gamma_interval(counts, people, people[0] / people.sum())
        ends = intervals.poisson_interval(n)
        np.testing.assert_allclose([value[0], low[0], high[0]], [n / 1e4, ends[0] / 1e4, ends[1] / 1e4], rtol=1e-9)


def test_the_interval_holds_at_least_as_often_as_it_says():
    rng = np.random.default_rng(5)
    people, weights, truth = np.array([900.0, 300.0, 2000.0]), np.array([0.3, 0.3, 0.4]), np.array([0.002, 0.006, 0.0005])
    counts = rng.poisson(people * truth, (4000, 3))
    low, _, high = rates.gamma_interval(counts, np.tile(people, (4000, 1)), weights)
    assert ((low <= weights @ truth) & (weights @ truth <= high)).mean() >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 4000)


def test_the_weights_are_those_of_the_world_standard():
    whole = rates.standard_weights({"0-4": (0, 4), "5-84": (5, 84), "85+": (85, 999)})
    assert whole.sum() == pytest.approx(1)
    np.testing.assert_allclose(whole.to_numpy() * 100.03, [8.86, 90.54, 0.63], atol=1e-9)
    halves = rates.standard_weights({"0-17": (0, 17), "18+": (18, 999)})
    assert halves.iloc[0] == pytest.approx((8.86 + 8.69 + 8.60 + 0.6 * 8.47) / 100.03)
    with pytest.raises(DataError, match="begins above 85"):
        rates.standard_weights({"0-89": (0, 89), "90+": (90, 999)})


def aged(ages, people=((600.0, 400.0),) * 4) -> Study:
    """Return four blocks with residents under 30 and from 30 on; all homicides in the first."""
    incidents, ground = square_city([(5, 5)] * len(ages), age=[float(age) for age in ages], population=[sum(pair) for pair in people])
    bands = {"population:0-29": [pair[0] for pair in people], "population:30+": [pair[1] for pair in people]}
    return Study.of(incidents, check_blocks(ground.assign(**bands)), start="2020-01-01", end="2021-01-01")


def test_a_rate_by_hand():
    young = (8.86 + 8.69 + 8.60 + 8.47 + 8.22 + 7.93) / 100.03
    found = table(aged([20, 25, 50, float("nan")]), measure("standardised_rate"))
    assert found["standardised_rate"].iloc[0] == pytest.approx(1e5 * (young * 2 / 600 + (1 - young) * 1 / 400))
    assert found["state"].tolist() == ["unstable", "zero", "zero", "zero"]
    assert found["standardised_rate_high"].iloc[1] == pytest.approx(1e5 * 3.688879454 * max(young / 600, (1 - young) / 400))


def test_unknown_ages_are_counted_and_left_out():
    study = aged([20, float("nan"), float("nan")])
    known = rates.ages_known(study)
    assert (known.known, known.total, known.unknown) == (1, 3, 2)
    assert rates.standardised_rate(study).iloc[0] == pytest.approx(rates.standardised_rate(aged([20])).iloc[0])


def test_an_age_without_residents_has_no_rate():
    found = table(aged([20], people=((600, 0), (0, 0), (1, 1), (float("nan"), 3))), measure("standardised_rate"))
    assert found["standardised_rate"].isna().tolist() == [True, True, False, True]
    assert found["state"].tolist() == ["no_data", "no_data", "zero", "no_data"]


def test_with_the_citys_own_ages_the_whole_city_has_its_plain_rate():
    incidents, ground = square_city([(5, 5), (5, 6), (15, 5)], age=[20.0, 40.0, 41.0])
    ground = ground.assign(**{"population:0-29": [100.0, 700, 300, 900], "population:30+": [900.0, 300, 700, 100]})
    city = units.geography(incidents, check_blocks(ground), "city")
    study = Study.of(incidents, city.blocks, unit_of=city.unit_of, start="2020-01-01", end="2021-01-01")
    assert rates.standardised(study, standard="city")["value"].iloc[0] == pytest.approx(rates.rate(study).iloc[0])
    with pytest.raises(DataError, match="use one of who, city"):
        rates.standardised(study, standard="segi")


def test_the_last_year_of_a_band_is_in_it_and_so_is_the_first():
    incidents, ground = square_city([(5, 5), (5, 6)], age=[29.9, 30.0])
    ground = ground.assign(**{"population:0-29": 200.0, "population:30+": 800.0})
    study = Study.of(incidents, ground, start="2020-01-01", end="2021-01-01")
    assert rates.standardised(study, standard="city")["value"].iloc[0] == pytest.approx(1e5 * (0.2 / 200 + 0.8 / 800))


def test_without_ages_the_reason_is_told():
    study = Study.of(*square_city([(5, 5)]))
    assert measure("standardised_rate").missing(study) == ("residents or victims are not known by age here",)
    assert rates.standardised_rate(study).isna().all()


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"population:0-29": 1.0, "population:20+": 1.0}, "overlap"),
        ({"population:young": 1.0}, "names no ages"),
        ({"population:30-20": 1.0}, "end before they begin"),
        ({"population:0-29": -1.0}, "below 0"),
    ],
)
def test_bands_are_checked_at_the_door(columns, fault):
    with pytest.raises(DataError, match=fault):
        check_blocks(square_city([])[1].assign(**columns))


def with_ages(young=(600, 500, None, 0), old=(400, 500, 300, 0)) -> str:
    features = blocks()
    for feature, one, two in zip(features, young, old, strict=True):
        feature["properties"] |= {"young": one, "old": two}
    features[3]["properties"]["people"] = 0
    return layer(features)


def test_residents_by_age_go_from_file_to_unit_and_back_from_the_store(tmp_path):
    folder = write_city(tmp_path / "aged", geojson=with_ages(), toml=with_lines(LINE, section="[blocks]"))
    city = cities.load(cities.import_folder(folder).slug)
    assert population_bands(city.blocks) == {"0-29": (0, 29), "30+": (30, 999)}
    assert city.blocks["population:0-29"].fillna(-1).tolist() == [600, 500, -1, 0]
    whole = units.roll_up(city.blocks, "city")
    assert (whole["population:0-29"].iloc[0], whole["population:30+"].iloc[0]) == (1100, 1200)
    odd = [one for one in city.report.findings if one.code == "population_ages_unequal"]
    assert odd[0].rows == 1
    assert "block 03, 300 by age, 1,000 in all" in odd[0].text


def test_without_a_population_the_ages_are_added_up(tmp_path):
    lines = [line for line in with_lines(LINE, section="[blocks]").splitlines() if not line.startswith("population =")]
    city = cities.read_folder(write_city(tmp_path / "aged", geojson=with_ages(), toml="\n".join(lines)))
    assert city.blocks["population"].fillna(-1).tolist() == [1000, 1000, -1, 0]


def test_ages_may_stand_in_a_table_of_their_own(tmp_path):
    text = "id,people,young,old\n01,1000,600,400\n02,1000,500,500\n03,1000,100,900\n04,1000,1000,0\n"
    more = ('population_file = "people.csv"', 'population_id = "id"', LINE)
    city = cities.read_folder(write_city(tmp_path / "aged", toml=with_lines(*more, section="[blocks]"), more={"people.csv": text}))
    assert city.blocks["population:30+"].tolist() == [400, 500, 900, 0]
    assert city.blocks["population"].tolist() == [1000] * 4


@pytest.mark.parametrize("line", ['population_ages = { young = "young" }', 'population_ages = { "0-29" = 3 }'])
def test_a_band_that_is_none_is_refused(tmp_path, line):
    with pytest.raises(DataError, match="must be ages and columns"):
        cities.read_folder(write_city(tmp_path / "aged", toml=with_lines(line, section="[blocks]")))


def test_a_column_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="young"):
        cities.read_folder(write_city(tmp_path / "aged", toml=with_lines(LINE, section="[blocks]")))
