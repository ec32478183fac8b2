"""The reader's choices survive the way into an address and back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.store.schema import INCIDENT_FIELDS, DataError
from hotspots.study.selection import Selection, read_query, read_where

WORDS = {row.name: row.values for row in INCIDENT_FIELDS if row.kind == "word"} | {"age": ("0-14", "15-29", "60+", "unknown")}
name = st.text("abcdefghijklmnopqrstuvwxyz-0123456789", max_size=12)
wheres = st.dictionaries(st.sampled_from(sorted(WORDS)), st.none(), max_size=4).flatmap(
    lambda fields: st.fixed_dictionaries({field: st.sets(st.sampled_from(WORDS[field]), min_size=1) for field in fields})
)
days = st.tuples(st.dates(dt.date(2000, 1, 1), dt.date(2010, 1, 1)), st.dates(dt.date(2010, 1, 2), dt.date(2020, 1, 1)))


@st.composite
def selections(draw) -> Selection:
    start, end = draw(days)
    where = tuple(sorted((field, tuple(sorted(values))) for field, values in draw(wheres).items()))
    return Selection(
        city=draw(name),
        version=draw(st.integers(0, 99)),
        unit=draw(name),
        measure=draw(name),
        start=draw(st.sampled_from([None, start])),
        end=draw(st.sampled_from([None, end])),
        where=where,
        place=draw(st.just("") | st.text(max_size=10).map("block:{}".format)),
        picked=draw(st.text(max_size=10)),
        beside=draw(st.text(max_size=10)),
        language=draw(st.sampled_from(["", "es", "en"])),
        bandwidth=draw(st.integers(0, 20_000)),
        layer=draw(st.sampled_from(["", "residents", "streets"])),
    )


@given(selections())
def test_round_trip(selection):
    assert read_query(selection.query()) == (selection, ())


@given(
    st.dictionaries(
        st.sampled_from(["city", "version", "from", "to", "weapon", "age", "sex", "lang", "place", "layer"]), st.text(max_size=30)
    )
)
def test_any_address_is_read_without_a_fault(query):
    selection, _ = read_query(query)
    hash(selection)
    assert read_query(selection.query())[0] == selection


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ({"from": "yesterday"}, ("from",)),
        ({"from": "2020-01-01", "to": "2019-01-01"}, ("to",)),
        ({"weapon": "firearm,laser"}, ("weapon",)),
        ({"age": "old"}, ("age",)),
        ({"version": "-1"}, ("version",)),
    ],
)
def test_parts_that_make_no_sense_are_named(query, problems):
    assert read_query(query)[1] == problems


def test_no_values_means_no_filter():
    chosen = Selection().with_where("weapon", ("firearm",))
    assert chosen.where == (("weapon", ("firearm",)),)
    assert chosen.with_where("weapon", ()) == Selection()


def test_an_older_address_names_the_unit_that_was_looked_at_without_its_kind():
    """It narrows nothing, as it narrowed nothing when it was written."""
    assert read_query({"city": "x", "place": "b005"}) == (Selection(city="x", picked="b005"), ())
    assert read_query({"city": "x", "place": "block:b005"}) == (Selection(city="x", place="block:b005"), ())


def test_filters_of_the_command_line():
    with pytest.raises(DataError, match="not of the form field=value"):
        read_where(["weapon"])
