"""The addresses that are compared: every page of each city at its default choices, and then each choice in turn."""

from __future__ import annotations

from dataclasses import dataclass

PAGES = (
    "overview",
    "map",
    "change",
    "trends",
    "compare",
    "concentration",
    "clusters",
    "cases",
    "people",
    "repeats",
    "priorities",
    "interventions",
    "publish",
    "data",
    "methods",
)
PUBLIC = ("", "city", "people", "done", "left-out", "embed")
MEASURES = [
    "count",
    "rate",
    "shrunk_rate",
    "standardised_rate",
    "excess_risk",
    "window_test",
    "hot_spot",
    "scan",
    "emerging",
    "getis_ord",
    "local_moran",
    "local_shrunk_rate",
    "density",
    "relative_risk",
    "network_density",
    "change",
    "change_p",
    "priority",
]
RULES = ("count", "recent", "shrunk", "density", "near_repeat")


@dataclass(frozen=True)
class Face:
    """What a city has to choose from: units, the filters of an address, periods, places, years to compare with, interventions."""

    slug: str
    units: tuple[str, ...] = ("city", "blocks")
    filters: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    bases: tuple[int, ...] = ()
    entries: tuple[str, ...] = ()
    streets: bool = False
    small: bool = False  # every choice once, not every pair
    totals: bool = False  # published totals alone: no single homicide is known
    counted: str = "count,rate,shrunk_rate,excess_risk"  # measures that the city has on its units


ALBATROS = Face(
    "puerto-albatros",
    units=("city", "districts", "beats", "blocks", "segments", "segments+corners", "grid:500", "grid:250", "h3:9", "h3:8"),
    filters=(
        "weapon=firearm",
        "weapon=blade,blunt,body",
        "category=group",
        "category=domestic,dispute",
        "sex=female",
        "sex=male&weapon=firearm",
        "age=15-29",
        "age=0-14,60-",
        "status=cleared",
        "sex=female&category=domestic&age=30-44",
    ),
    periods=(
        "from=2024-01-01&to=2025-01-01",
        "from=2020-01-01&to=2023-01-01",
        "from=2016-03-01&to=2018-08-01",
        "from=2022-01-01",
        "to=2017-07-01",
        "from=2024-11-01&to=2024-12-01",
    ),
    places=("C21-001", "C11-002"),
    bases=(2015, 2019, 2023),
    entries=("quiet-docks-plan-2021-03-01",),
    streets=True,
)
BOSTON = Face(
    "boston-ceasefire",
    filters=("weapon=firearm", "sex=female"),
    periods=("from=1994-01-01&to=1997-01-01", "from=1997-06-01"),
    bases=(1995,),
    small=True,
    totals=True,
    counted="count",
    entries=("operation-ceasefire-focused-deterrence-1996-06-01",),
)
SALVADOR = Face(
    "el-salvador",
    filters=("sex=female", "sex=male"),
    periods=("from=2010-01-01&to=2011-01-01", "from=2015-01-01&to=2016-01-01", "from=2018-01-01"),
    places=("SV-AH", "SV-CH"),
    bases=(2000, 2015),
    small=True,
    totals=True,
)
PHILADELPHIA = Face(
    "philadelphia",
    units=("city", "blocks", "segments", "grid:500", "h3:8"),
    filters=("weapon=firearm", "sex=female", "age=15-29", "weapon=blade&sex=male"),
    periods=("from=2018-01-01&to=2019-01-01", "from=2010-05-01&to=2012-02-01"),
    places=("42101030100",),
    bases=(2010,),
    streets=True,
    small=True,
)
CHICAGO = Face(
    "chicago",
    units=("city", "blocks", "grid:1000", "h3:8"),
    filters=("status=cleared",),
    periods=("from=2016-01-01&to=2017-01-01", "from=2012-03-01"),
    places=("17031720200",),
    bases=(2010,),
    small=True,
)
GUAYAQUIL = Face(
    "guayaquil",
    units=("city", "grid:500", "h3:8"),
    filters=("weapon=firearm", "age=15-29"),
    periods=("from=2025-01-01&to=2026-01-01",),
    bases=(2024,),
    small=True,
    counted="count",
)
FACES = (ALBATROS, BOSTON, SALVADOR, PHILADELPHIA, CHICAGO, GUAYAQUIL)


def addresses(face: Face) -> list[str]:
    """Return the addresses of a city: each page in both languages by default, and each choice in one language, by turns."""
    found = [_address(face, page, "", lang) for page in PAGES for lang in ("es", "en")]
    choices = dict.fromkeys(_choices(face))
    found += [_address(face, page, query, "en" if number % 2 else "es") for number, (page, query) in enumerate(choices)]
    return list(dict.fromkeys(found))


def _address(face: Face, page: str, query: str, lang: str) -> str:
    path = "" if page == "overview" else page
    return f"/{path}?" + "&".join(part for part in (f"city={face.slug}", query, f"lang={lang}") if part)


def _choices(face: Face) -> list[tuple[str, str]]:
    every = [page for page in PAGES if page not in ("publish", "data", "methods", "clusters", "map")]
    whole = [(page, query) for at, page in enumerate(every) for query in _turn(face.filters, at, 1 if face.small else 4)]
    whole += [(page, query) for at, page in enumerate(every) for query in _turn(face.periods, at, 1 if face.small else 2)]
    whole += [("data", "version=1"), ("map", "version=7"), ("change", "from=2020-13-01&unit=moon&measure=none&weapon=spoon")]
    whole += [("overview", f"{one}&{two}") for one in face.filters[::2] for two in face.periods[:1]]
    by_unit = ("compare", "concentration", "priorities")
    units = [(page, f"unit={unit}") for page in by_unit for unit in face.units[: 3 if face.small else None]]
    return [*whole, *units, *_of_map(face), *_of_time(face), *_of_places(face)]


def _turn(values: tuple[str, ...], at: int, few: int) -> list[str]:
    """Return a few of the values, others for each page, so that every value comes up on some page and every page has some."""
    return [values[(at * few + step) % len(values)] for step in range(min(few, len(values)))]


def _of_map(face: Face) -> list[tuple[str, str]]:
    main = face.units[1] if "blocks" not in face.units else "blocks"
    few = ("count", "rate", "shrunk_rate", "hot_spot", "local_moran", "priority") if face.small else MEASURES
    found = [("map", f"measure={measure}&unit={main}") for measure in few]
    found += [("map", f"measure=rate&unit={unit}") for unit in face.units]
    found += [("map", f"measure=rate&{query}") for query in (*face.filters, *face.periods)]
    found += [("map", query) for query in (*face.filters[:2], *face.periods[:2])]
    if not face.small:
        found += [("map", f"measure={one}&unit={unit}") for one in MEASURES for unit in face.units if unit == "districts"]
        found += [("map", f"measure=change&{period}&unit={unit}") for period in face.periods[:1] for unit in face.units[1:4]]
    more = ("", "&measure=rate", *(f"&{period}" for period in face.periods[:2]))
    found += [("map", f"place={place}{one}") for place in face.places for one in more]
    kinds = ("", "&layer=residents", *(("&layer=streets", "&layer=streets&equal_split=continuous") if face.streets else ()))
    found += [("map", f"surface={metres}{kind}") for metres in ((300,) if face.small else (150, 1000)) for kind in kinds]
    found += [
        ("map", f"measure=network_density&unit=segments&equal_split={one}") for one in ("continuous", "discontinuous") if face.streets
    ]
    tested = [f"baseline={name}" for name in ("population", "area", "equal")] + ["correction=by", "correction=bh&baseline=area"]
    if face.small:
        return [*found, ("map", "measure=hot_spot&baseline=area&correction=by"), ("map", "measure=scan&cap=10")]
    found += [("map", f"measure={one}&{test}") for one in ("hot_spot", "getis_ord") for test in tested]
    return found + [("map", f"measure=scan&cap={cap}") for cap in (2, 10, 60)] + [("map", "measure=scan&baseline=area&cap=5")]


def _of_time(face: Face) -> list[tuple[str, str]]:
    units = [unit for unit in face.units if unit in ("city", "districts", "beats", "blocks")]
    found = [("change", f"span={span}&unit={unit}") for span in ("7", "28", "ytd", "365") for unit in (units[:1] if face.small else units)]
    found += [(page, f"lag={lag}") for page in ("change", "trends") for lag in ((14,) if face.small else (0, 3, 28))] + [
        ("change", "lag=999&span=365")
    ]
    found += [(page, f"base={year}") for page in ("trends", "people") for year in face.bases]
    found += [("repeats", f"near={near}&within={within}") for near in (100, 400) for within in ((7,) if face.small else (7, 28))]
    return found + [("repeats", f"near=100&within=28&{query}") for query in face.filters[:3]]


def _of_places(face: Face) -> list[tuple[str, str]]:
    rules, months = (RULES[1:2], (3,)) if face.small else (RULES, (1, 3, 12))
    found = [("priorities", f"rule={rule}") for rule in rules] + [("priorities", f"months={n}") for n in months]
    found += [("priorities", "rule=recent&months=3&unit=grid:500")]
    found += [
        ("interventions", f"entry={entry}&{more}") for entry in face.entries for more in ("", "target=5", "target=20", *face.periods[:3])
    ]
    found += [("interventions", "target=25"), ("interventions", "entry=none")]
    if face.small:
        return [*found, ("clusters", face.periods[0])]
    found += [("clusters", query) for query in ("unit=districts", "baseline=area", "cap=10", *face.periods[:1])]
    return found


def public(slug: str, windows: tuple[str, ...], areas: tuple[str, ...]) -> list[str]:
    """Return the addresses of the public edition on a release of a city."""
    found = [f"/{page}?city={slug}&lang={lang}" for page in PUBLIC for lang in ("es", "en")]
    found += [f"/?city={slug}&window={window}&lang=en" for window in windows]
    found += [f"/?city={slug}&area={area}&lang=es" for area in areas]
    found += [f"/?city={slug}&area={area}&window={window}&show={show}" for area in areas[:1] for window in windows for show in SHOWS]
    found += [f"/embed?city={slug}&show={show}&lang=en" for show in SHOWS]
    return [*found, f"/?city={slug}&area=zz", f"/map?city={slug}&weapon=firearm&unit=blocks", f"/?city=not-{slug}&lang=en"]


SHOWS = ("rate", "count", "hot")
