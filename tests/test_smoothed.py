"""The local shrunk rate, held to spdep's EBlocal on three data sets and to its laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from printed import printed
from scipy import sparse

from hotspots.statistics import clusters, rates
from hotspots.study import Study
from hotspots.study.testing import square_city


def oracle() -> dict[str, np.ndarray]:
    return dict(printed("rates"))


def beside(told: dict[str, np.ndarray], name: str, n: int) -> sparse.csr_array:
    matrix = np.zeros((n, n))
    for unit in range(n):
        matrix[unit, told[f"{name}_near_{unit + 1}"].astype(int) - 1] = 1
    return sparse.csr_array(matrix)


def test_people_killed_together_do_not_make_rates_differ():
    """Equal risk everywhere, a fifth of the events kill two: counted one by one, the rates of nearly all such cities seem to differ."""
    rng = np.random.default_rng(8)
    blocks_apart, by_victim = [], []
    for _ in range(30):
        at = rng.integers(0, 100, 1250)
        sizes = 1 + (rng.random(1250) < 0.2)
        event = np.repeat(np.arange(1250), sizes)
        points = [(10 * (place % 10) + 5, 10 * (place // 10) + 5) for place in at[event]]
        study = Study.of(*square_city(points, event_id=[str(one) for one in event]))
        found = rates.shrunk_rate(study)
        blocks_apart.append(found.std() / found.mean())
        alone = rates.shrink(study.exposed.astype(float), study.person_years.astype(float))
        by_victim.append(alone.std() / alone.mean())
    assert np.mean(blocks_apart) < 0.7 * np.mean(by_victim)
    assert np.mean(np.array(blocks_apart) > 1e-9) <= 0.75


@pytest.mark.parametrize("name", ["sids74", "sids79", "lattice"])
def test_shrunk_rates_are_those_of_spdep(name):
    told = oracle()
    found = rates.shrink(pd.Series(told[f"{name}_counts"]), pd.Series(told[f"{name}_people"]))
    np.testing.assert_allclose(found, told[f"{name}_global"], rtol=1e-12)


@pytest.mark.parametrize("name", ["sids74", "sids79", "lattice"])
def test_local_shrunk_rates_are_those_of_spdep(name):
    told = oracle()
    counts, people = told[f"{name}_counts"], told[f"{name}_people"]
    found = clusters.local_shrinkage(counts, people, beside(told, name, len(counts)))
    np.testing.assert_allclose(found, told[f"{name}_spdep"], rtol=1e-12)
    assert np.nanmax(np.abs(found - told[f"{name}_geoda"])) > 1e-5  # GeoDa's definition is another one


def test_where_all_are_neighbours_it_is_the_global_one():
    incidents, blocks = square_city([(5, 5)] * 9 + [(15, 5), (5, 15)], population=[1000, 800, 1200, 600])
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    np.testing.assert_allclose(clusters.local_shrunk_rate(study), rates.shrunk_rate(study))


def test_neighbours_all_alike_give_their_common_rate():
    incidents, blocks = square_city([(5, 5), (15, 5), (25, 5)], side=3, population=[1000.0] * 3 + [0.0] * 6)
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    found = clusters.local_shrunk_rate(study)
    np.testing.assert_allclose(found.iloc[:3], 100.0)
    assert found.iloc[3:].isna().all()
    assert clusters.local_shrunk_state(study).tolist() == ["unstable"] * 3 + ["no_data"] * 6


def test_it_lies_between_the_own_rate_and_that_of_the_neighbourhood():
    rng = np.random.default_rng(3)
    near = sparse.csr_array(np.kron(np.eye(5), np.ones((6, 6)) - np.eye(6)))
    for _ in range(40):
        people = rng.integers(100, 5000, 30).astype(float)
        counts = rng.poisson(people * rng.gamma(1, 0.001, 30)).astype(float)
        found, own = clusters.local_shrinkage(counts, people, near), counts / people
        whole = np.repeat(counts.reshape(5, 6).sum(axis=1) / people.reshape(5, 6).sum(axis=1), 6)
        assert ((found - whole) * (own - whole) >= -1e-18).all()
        assert (np.abs(found - whole) <= np.abs(own - whole) + 1e-15).all()
