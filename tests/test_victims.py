"""Who was killed and how: every victim has one value, known or unknown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotspots import victims
from hotspots.schema import field
from hotspots.study import Study
from hotspots.testing import square_city

ages = st.lists(st.one_of(st.just(float("nan")), st.floats(0, 119)), max_size=30)


@given(ages)
def test_ages_fall_into_one_band_each_and_agree_with_the_filter(values):
    incidents, blocks = square_city([(5, 5)] * len(values), age=values)
    study = Study.of(incidents, blocks)
    counts = victims.by(study, "age")
    assert counts.sum() == study.victims
    for band, n in counts.items():
        assert Study.of(incidents, blocks, where={"age": [band]}).victims == n


@given(st.lists(st.sampled_from(field("weapon").values), max_size=30))
def test_words_are_counted_under_their_own_name(words):
    incidents, blocks = square_city([None] * len(words), weapon=words)
    counts = victims.by(Study.of(incidents, blocks), "weapon")
    assert counts.to_dict() == {word: words.count(word) for word in field("weapon").values}


def test_a_field_that_the_file_lacks_is_unknown_for_all():
    assert victims.by(Study.of(*square_city([None, None])), "sex").to_dict() == {"male": 0, "female": 0, "other": 0, "unknown": 2}
