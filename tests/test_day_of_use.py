"""A day's worth of use, without the pauses: the memory that the server holds ends where it began (tests/load/day.py)."""

from __future__ import annotations

import pytest
from day import MORE, grown, used


@pytest.mark.walk
def test_the_memory_of_the_server_ends_where_it_began(tmp_path, capsys):
    with capsys.disabled():
        told = used(tmp_path)
    assert grown(told) < MORE
