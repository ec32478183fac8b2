"""Colours of the data, in one place that an agency can change. The frame around them is themed in `.streamlit/config.toml`."""

from __future__ import annotations

INK = "#1b2733"
MUTED = "#7b8794"
PRIMARY = "#1f5f8b"
ATTENTION = "#9c2f1f"

# The lightest stands clear of the white of zero. Lightness falls steadily from there: the order survives grey print and every kind
# of colour blindness.
HOMICIDES: tuple[str, ...] = ("#fdecca", "#fac27d", "#ee8a4a", "#c4501f", "#741f05")
ZERO = "#ffffff"
NO_DATA = "#d9d9d9"


def classes(n: int) -> tuple[str, ...]:
    """Return `n` colours (1 to 5) from light to dark; few classes leave out the lightest, which is close to paper.

    >>> classes(2)
    ('#fac27d', '#c4501f')
    """
    picks = {1: (2,), 2: (1, 3), 3: (1, 2, 3), 4: (1, 2, 3, 4), 5: (0, 1, 2, 3, 4)}
    return tuple(HOMICIDES[i] for i in picks[n])
