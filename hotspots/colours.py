"""Colours of the data, in one place that an agency can change. The frame around them is themed in `.streamlit/config.toml`."""

from __future__ import annotations

from collections.abc import Sequence

INK = "#1b2733"
MUTED = "#7b8794"
PRIMARY = "#3a7fb1"  # 3:1 and more against the light paper and the dark
ATTENTION = "#9c2f1f"

# The lightest stands clear of the white of zero. Lightness falls steadily from there: the order survives grey print and every kind
# of colour blindness.
HOMICIDES: tuple[str, ...] = ("#f9d9a0", "#f4b266", "#e8803f", "#bf4c1d", "#6f1d05")
# Fewer, fewer, no clear change, more, more; the middle one stands clear of paper, of zero and of no data.
CHANGE: tuple[str, ...] = ("#5e3c99", "#b2abd2", "#ebeae7", "#fdb863", "#e66101")
# Kinds of things, for every kind of colour vision; the unknown are drawn in NO_DATA.
CATEGORIES: tuple[str, ...] = ("#0072b2", "#e69f00", "#009e73", "#56b4e9", "#cc79a7", "#8c6d3f")
# The outline of what is fewer, as ink is that of what is more.
CHANGE_EDGE = "#32175f"
ZERO = "#ffffff"
NO_DATA = "#d9d9d9"

# Change from purple (fewer) through near-white to orange (more); and what tests of places tell apart. At most five colours on one map.
ROLES: dict[str, str] = {
    "much fewer": "#5e3c99",
    "fewer": "#b2abd2",
    "neither": "#f7f7f7",
    "more": "#fdb863",
    "many more": "#e66101",
    "alike": "#a3cec6",  # neither many nor few: only as many as beside it
    "much alike": "#2a7d74",
    "past": "#b2abd2",
    "at times": "#fac27d",
    "lasting": "#ee8a4a",
    "growing": "#c4501f",
    "new": "#741f05",
}

# The same colours where the map is dark: there more is brighter. What stands in no row stays as it is.
IN_THE_DARK: dict[str, str] = {
    **dict(zip(HOMICIDES, ("#5d4130", "#8c5428", "#c26c2d", "#f0a055", "#ffe0ae"), strict=True)),
    **dict(zip(CHANGE, ("#b9a4ee", "#6f5fa3", "#46515c", "#9a6230", "#fdb863"), strict=True)),
    **{"#f7f7f7": "#46515c", "#a3cec6": "#3f6f68", "#2a7d74": "#6fc0b4"},
    **{"#fac27d": "#8c5428", "#ee8a4a": "#c26c2d", "#c4501f": "#f0a055", "#741f05": "#ffe0ae"},
    **{ZERO: "#29343f", NO_DATA: "#4a5561", "#0072b2": "#4a9fd0", "#56b4e9": "#a9dcf9", "#8c6d3f": "#b39565"},
    **{"#f3b27a": "#8c5428", "#c4501f": "#f0a055"},  # windows opened earlier, and lately
}
# What charts are drawn in, as each theme shows it: words of 4.5:1 and more.
CHARTS_ON_PAPER: dict[str, dict[str, str]] = {
    "light": {MUTED: "#56636f"},
    "dark": {INK: "#e8ecef", MUTED: "#a3afba", PRIMARY: "#7cb7e3", ATTENTION: "#f0957f", NO_DATA: "#6b7987"}
    | {"#ffffff": "#12181f", "#0072b2": "#4a9fd0", "#56b4e9": "#a9dcf9"},
}
FEW = 40  # a map of so few large areas leaves out the cream, which glares
LARGE_IN_THE_DARK: dict[str, str] = dict(zip(HOMICIDES, ("#4a382c", "#6b4a30", "#8c5428", "#c26c2d", "#f0a055"), strict=True))


def in_the_dark(colour: str, units: int) -> str:
    """Return a colour of a map of so many units as a dark map shows it.

    >>> in_the_dark("#6f1d05", 3000), in_the_dark("#6f1d05", 9)
    ('#ffe0ae', '#f0a055')
    """
    dark = IN_THE_DARK.get(colour, colour)
    return LARGE_IN_THE_DARK.get(colour, dark) if units < FEW else dark


def classes(n: int) -> tuple[str, ...]:
    """Return `n` colours (1 to 5) from light to dark; few classes leave out the lightest, which is close to paper.

    >>> classes(2)
    ('#f4b266', '#bf4c1d')
    """
    picks = {1: (2,), 2: (1, 3), 3: (1, 2, 3), 4: (1, 2, 3, 4), 5: (0, 1, 2, 3, 4)}
    return tuple(HOMICIDES[i] for i in picks[n])


# What lies around and beneath the units; the map on screen has the same in `frontend/looks.js`, and a test holds the two together.
GROUND: dict[str, str] = {
    "land": "#ebe8e1",
    "water": "#c9dce6",
    "waterEdge": "#b4ccd7",
    "park": "#d8e4d0",
    "street": "#c9c4bb",
    "coast": "#a9bfca",
    "border": "#6d6a63",
    "service": "#56636f",
    "zero": "#f6f3ed",
    "zeroEdge": "#d3cdc1",
    "noData": "#d9d9d9",
    "noDataEdge": "#c6c6c6",
    "suppressed": "#f0efec",
    "hatchDark": "#8b8b8b",
    "hatchLight": "rgba(255,255,255,.78)",
    "hatchSoft": "rgba(112,92,64,.42)",
    "unitEdge": "rgba(255,255,255,.75)",
    "casing": "rgba(62,48,30,.55)",
}
PAPER, SEA = "#fbfaf7", "#dbe7ec"


def is_pale(colour: str) -> bool:
    """Return whether a colour is too pale to carry a light hatch.

    >>> is_pale("#fdecca"), is_pale("#6f1d05")
    (True, False)
    """
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue > 205


SIGN_ROOM = 0.05  # of the width of a chart: what a sign beside a dated line needs, on a telephone too


def sign_rows(places: Sequence[float], width: float) -> list[int]:
    """Return the row of each sign along a line of `width`, 0 the highest: signs too near to be told apart stand one below the other.

    >>> sign_rows([10, 11, 12, 40], width=100)
    [0, 1, 2, 0]
    """
    ends: list[float] = []  # where the next sign of each row can begin
    rows = [0] * len(places)
    for i in sorted(range(len(places)), key=lambda i: places[i]):
        row = next((row for row, end in enumerate(ends) if end <= places[i]), len(ends))
        ends[row : row + 1] = [places[i] + SIGN_ROOM * width]
        rows[i] = row
    return rows
