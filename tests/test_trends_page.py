"""What Trends says of the newest year and of homicides without a place, held to plain pandas on a city whose numbers are all different."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from opened import text
from seen import passing, plain_rows, watch

from hotspots import cities

CITY = "puerto-albatros"


@pytest.fixture
def see(bundled, unchanged, monkeypatch):
    unchanged(bundled)
    return watch(monkeypatch)


def number(said: str) -> float:
    """Return the number that a cell says in English."""
    return float(said.replace(",", "").replace("\N{MINUS SIGN}", "-").replace("+", "").rstrip("%"))


def years(**where: str) -> pd.Series:
    """Return the people killed in each year, as plain pandas counts them."""
    rows = passing(plain_rows(cities.load(CITY)), where)
    return rows.groupby(rows["date"].dt.year).size()


@pytest.mark.cases(1)
@pytest.mark.parametrize(("where", "base"), [({}, 2019), ({"weapon": "firearm"}, 2016)], ids=["all", "firearm"])
def test_the_newest_year_stands_beside_the_mean_of_the_five_before_it(see, where, base):
    page = see("trends", city=CITY, lang="en", base=str(base), **where)
    table = page.table("Compared with", "Difference").set_index("Compared with")
    by_year = years(**where)
    newest = int(by_year.index[-1])
    now, mean = int(by_year[newest]), float(by_year.loc[newest - 5 : newest - 1].mean())
    assert len(by_year.loc[newest - 5 : newest - 1]) == 5
    for name, then in ((f"Mean of {newest - 5}–{newest - 1}", mean), (str(base), float(by_year[base]))):
        row = table.loc[name]
        assert number(row["People killed then"]) == pytest.approx(then, abs=0.05)
        assert number(row[f"People killed in {newest}"]) == now
        gap, share = re.fullmatch(r"(\S+?)(?: \((\S+)\))?", row["Difference"]).groups()
        assert number(gap) == pytest.approx(now - then, abs=0.05)
        assert number(share) == pytest.approx(100 * (now - then) / then, abs=0.5)


def test_the_share_without_a_place_is_of_all_that_were_killed(see):
    page = see("trends", city=CITY, lang="en")
    rows = plain_rows(cities.load(CITY))
    by = rows["date"].dt.year
    every, none = rows.groupby(by).size(), rows["block"].isna().groupby(by).sum()
    none = none[none > 0]
    assert len(none) > 3
    table = page.table("Without a usable place, or outside the areas mapped").set_index("Year")
    for year, n in none.items():
        row = table.loc[str(year)]
        assert (row["People killed"], row["Without a usable place, or outside the areas mapped"]) == (every[year], n)
        assert number(row["Share"]) == pytest.approx(100 * n / every[year], abs=0.05)
    assert "They count in every total and are on no map" in text(page.app)
