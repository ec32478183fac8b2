"""Any page for any choice of a reader, however few people it leaves: no page fails, and none says what no person would say."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest
from opened import PAGES, ROOT, open_page, text
from streamlit.testing.v1 import AppTest

from hotspots import cities
from hotspots.cities import City
from hotspots.statistics.catalog import MEASURES
from hotspots.statistics.priorities import RULE_WORDS
from hotspots.study.filters import FILTERS
from hotspots.study.options import OPTIONS

CITIES = sorted(path.parent.name for path in (ROOT / "data/cities").glob("*/city.toml"))
DRAWN = 240
BANDS = {"age": ("0-14", "80-120"), "hour": ("3", "20-23"), "weekday": ("mon", "sat,sun"), "month": ("2",)}
FREE = {  # what an address may hold that no list of the options names
    "span": ("7", "28", "ytd", "365"),
    "rule": tuple(RULE_WORDS),
    "months": ("1", "6"),
    "target": ("5", "60"),
    "cost": ("250000",),
    "base": ("1990", "2016", "2024"),
    "lag": ("0", "90"),
    "surface": ("90", "800"),
    "cap": ("3", "50"),
    "limits": ("1,2,5,10",),
    "window": ("2020-01/2020-03", "2016-01/2016-01"),
}
UNITS = ("blocks", "segments", "beats", "districts", "city", "grid:500", "h3:8")
# Numbers that are none, counts of nothing, words for many said of one, and words of programs.
NONSENSE = re.compile(
    r"\binf\b|∞|\b[Nn]a[Nn]\b|NaT\b|<NA>|\{[a-z_]+\}"
    r"|\bNone\b(?! of| in| is| fell| rose| /)"
    r"|(?<![\d.,])(?!100\.0%)[0-9][0-9,.]{4,}\s?%|\d\.?\d*e[+-]\d"
    r"|\b0 of 0\b|\b0 de 0\b|\bone of 0\b|\buno de 0\b"
    r"|(?<![\d.,])1 (?:people|places|years|blocks|events|homicides|months|districts|weeks|days)\b"
    r"|(?<![\d.,])1 (?:personas|lugares|años|cuadras|manzanas|hechos|homicidios|meses|distritos|semanas|días)\b"
    r"|\b(?:all|the|of) 1 [a-z]+s\b"
    r"|(?<![\w.,:/-])[−-]0(?:\.0+)?(?![.,\d])"
    r"| [.,;:](?: |$)|\(\)|\b([^\W\d]{3,}) \1\b"
)


def drawn(city: City, n: int) -> dict[str, str]:
    """Return the address of the n-th choice that is drawn: a place, a period, filters and units, each of them or none."""
    dice = random.Random(n)

    def one_of(values: Sequence[str], share: float) -> list[str]:
        return [dice.choice(values)] if values and dice.random() < share else []

    rows = city.incidents
    offered = {
        "place": (places(city, dice), 0.6),
        **{
            name: (sorted({*rows[name].dropna().astype(str)} - {""}) if name in rows else [], 0.25) for name in FILTERS if name not in BANDS
        },
        **{name: (values, 0.12) for name, values in BANDS.items()},
        "unit": (UNITS, 0.4),
        "measure": (sorted(one.key for one in MEASURES), 0.5),
        **{row.key: (row.values, 0.15) for row in OPTIONS if row.values},
        **{name: (values, 0.1) for name, values in FREE.items()},
        "beside": (places(city, dice), 0.2),
    }
    query = {"city": city.slug, "lang": dice.choice(("en", "es"))}
    query |= {name: one for name, (values, share) in offered.items() for one in one_of(values, share)}
    return query | (period(city, dice) if dice.random() < 0.5 else {})


def period(city: City, dice: random.Random) -> dict[str, str]:
    """Return a day or more of those that the data cover."""
    start = city.start + pd.Timedelta(days=dice.randrange(max((city.end - city.start).days - 1, 1)))
    end = min(start + pd.Timedelta(days=dice.choice((1, 2, 7, 31, 365, 1500))), city.end)
    return {"from": f"{start:%Y-%m-%d}", "to": f"{end:%Y-%m-%d}"}


def places(city: City, dice: random.Random) -> list[str]:
    """Return places of each kind that the city has: some where nobody was killed, one where one person was."""
    blocks, found = city.blocks, []
    some = [str(one) for one in blocks.index]
    found += [f"block:{one}" for one in dice.sample(some, min(4, len(some)))]
    found += [f"{kind}:{dice.choice(sorted({*blocks[kind].dropna()}))}" for kind in ("beat", "district") if kind in blocks.columns]
    for shape in blocks.to_crs(4326).geometry.dropna()[:1]:
        point = shape.representative_point()
        found.append(f"circle:{point.y:.5f},{point.x:.5f},{dice.choice((50, 300, 2000))}")
    if city.segments is not None:
        found.append(f"segment:{dice.choice([str(one) for one in city.segments.index])}")
    return found


def said(app: AppTest) -> Iterator[str]:
    """Give all that a page says: its sentences, what stands in its tables, and the names of what can be chosen."""
    yield text(app)
    for one in app.metric:
        yield f"{one.label}: {one.value} {one.delta}"
    for one in app.get("html"):
        yield re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", one.value, flags=re.S))
    for one in (*app.selectbox, *app.multiselect, *app.radio):
        yield f"{one.label}: {' / '.join(map(str, one.options))}"
    for one in (*app.button, *app.expander):
        yield one.label


def nonsense(texts: Iterator[str]) -> list[str]:
    """Return what no person would say, with the words around it."""
    return sorted({one[max(0, hit.start() - 60) : hit.end() + 40].replace("\n", " ⏎ ") for one in texts for hit in NONSENSE.finditer(one)})


def empty_tables(app: AppTest) -> list[str]:
    """Return the heads of tables without a row."""
    heads = [str(list(one.value.columns)) for one in app.dataframe if not len(one.value)]
    return heads + [one.value for one in app.get("html") if re.search(r"<tbody>\s*</tbody>", one.value)]


@pytest.fixture(autouse=True)
def opened(bundled: Path, serve_alone: Callable[[Path], None]) -> None:
    """Let the dashboard know the bundled cities."""
    serve_alone(bundled)


@pytest.mark.cases(1)
@pytest.mark.parametrize("n", range(DRAWN))
def test_no_page_fails_or_says_what_no_person_would(n: int) -> None:
    query = drawn(cities.load(random.Random(-n).choice(CITIES)), n)
    found = []
    for page in sorted({*PAGES} - {"methods"}):  # what is told there hangs on no choice
        app = open_page(page, **query)
        found += [(page, query, str(one.value)) for one in (*app.exception, *app.error)]
        found += [(page, query, one) for one in nonsense(said(app))]
        found += [(page, query, one) for one in empty_tables(app)]
    assert not found


@pytest.mark.parametrize(
    "said",
    [
        "+126,418,532% a year",
        "95% nan to nan",
        "from None to 3",
        "On the map: 0 of 0 people killed",
        "Old or new: of 1 places",
        "1 people killed",
        "the most even spread: -0.00",
        "{n} people",
        "in the the district",
        "in 2020 , or later",
    ],
)
def test_nonsense_is_found(said: str) -> None:
    assert nonsense(iter([said]))


@pytest.mark.parametrize(
    "said",
    [
        "None of 26 places stands out; 1 person killed in 2024–2024, 2024 as published.",
        "1,101 people killed; 21 people; 0.1 people a day; 100.0% of 12,345 rows",
        "13.86525, -89.93374 · z -0.24 · BSD-3-Clause · 2024-12-31",
        "10 of 20 blocks, 1 of 20 blocks; −45% (−60% to −20%)",
    ],
)
def test_sense_is_none(said: str) -> None:
    assert nonsense(iter([said])) == []
