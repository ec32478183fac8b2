"""Colours of the data, in one place that an agency can change. The frame around them is themed in `.streamlit/config.toml`."""

from __future__ import annotations

INK = "#1b2733"
MUTED = "#7b8794"
PRIMARY = "#1f5f8b"
ATTENTION = "#9c2f1f"

# Lightness falls steadily, so the order survives grey print and every kind of colour blindness.
HOMICIDES: tuple[str, ...] = ("#fff7e3", "#fdd49e", "#f4975a", "#c9562c", "#7a2a0c")
ZERO = "#ffffff"
NO_DATA = "#d9d9d9"


def classes(n: int) -> tuple[str, ...]:
    """Return `n` colours (1 to 5) from light to dark; few classes leave out the lightest, which is close to paper.

    >>> classes(2)
    ('#fdd49e', '#c9562c')
    """
    picks = {1: (2,), 2: (1, 3), 3: (1, 2, 3), 4: (1, 2, 3, 4), 5: (0, 1, 2, 3, 4)}
    return tuple(HOMICIDES[i] for i in picks[n])
