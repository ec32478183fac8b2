"""The page of calibration: its intervals, and what it says of a promise that is not kept."""

from __future__ import annotations

import calibrated
import numpy as np
import pytest
from calibrated import Row, between, kept_to


def test_the_interval_of_a_share_is_clopper_and_pearsons():
    from scipy.stats import beta

    told = np.repeat([1.0, 0.0], [29, 271])
    assert between(told, share=True) == pytest.approx((beta.ppf(0.025, 29, 272), beta.ppf(0.975, 30, 271)))


def test_the_interval_of_a_mean_is_students():
    from scipy.stats import ttest_1samp

    told = np.array([0.5, 1.0, 1.5, 2.5])
    found = ttest_1samp(told, 0).confidence_interval()
    assert between(told, share=False) == pytest.approx((found.low, found.high))


@pytest.mark.parametrize(
    ("promised", "low", "high", "kept"),
    [
        (".05", 0.04, 0.09, True),
        (".05", 0.06, 0.09, False),
        (".95", 0.90, 0.96, True),
        (".95", 0.90, 0.94, False),
        ("1", 0.7, 0.9, True),
        ("as it is", 0.9, 1.0, True),
    ],
)
def test_a_promise_is_broken_where_the_whole_interval_lies_beyond_it(promised, low, high, kept):
    assert kept_to(promised, low, high) is kept


def test_a_row_says_what_lies_beyond_its_promise_and_is_read_again():
    row = Row("false", "always", ".05", "", 60, lambda rng: True)
    line = row.measured(1.0)
    assert line == "| false | always | .05 |  | **1.000** | 0.940 to 1.000 | 60 |"
    assert calibrated._kept(line) == {("false", "always"): line}
