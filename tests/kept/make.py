"""Make what is kept in this folder: a store, releases, and the answers to a hundred addresses.

Ran once, with the code of commit 0f448fc, and what it made is kept as it was: later code must read the store and the releases, and give
the same answers. Do not run it again to make a test pass; run it into another folder to see what would be made today:

    PYTHONPATH=.:tests python tests/kept/make.py FOLDER

It asks the project from outside alone: `python -m hotspots` for the store and the releases, `app.py` for the answers. The cities are
invented; the key that signs their releases is kept beside them on purpose.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SLUGS = ("villa-prueba", "villa-norte", "villa-sur", "el-salvador")
WEST, SOUTH = 300_000, 1_500_000  # metres, UTM zone 16 north

TOML = """\
name = "{name}"
language = "es"
timezone = "America/El_Salvador"
epsg = 32616
source = "Invented for the tests"
licence = "BSD-3-Clause"
fictional = true

[incidents]
file = "homicides.csv"
x = "x"
y = "y"
epsg = 32616
date = "date"
time = "time"
event_id = "case"
covers = ["{first}-01-01", "{last}-12-31"]
age = "age"
weapon = "weapon"
sex = "sex"
category = "category"
status = "status"

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 32616
name = "name"
population = "people"
district = "district"
beat = "beat"

[segments]
file = "streets.geojson"
id = "id"
epsg = 32616
"""
DATED = """
[[events]]
date = "2018-05-01"
text = { es = "Abre el mercado (invención)", en = "The market opens (invented)" }

[[definition_breaks]]
date = "2016-07-01"
text = { es = "Otra definición (invención)", en = "Another definition (invented)" }

[[interventions]]
name = { es = "Plan Plaza", en = "Plaza plan" }
start = "2018-01-01"
treated = ["district:Norte"]
comparison = ["district:Sur"]
"""


def write_city(folder: Path, name: str, *, side: int, size: int, victims: int, years: int, seed: int, dated: bool = False) -> Path:
    """Write an invented city of `side` × `side` blocks and return its folder; the same `seed` gives the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    toml = TOML.format(name=name, first=2015, last=2014 + years) + (DATED if dated else "")
    (folder / "city.toml").write_text(toml, encoding="utf-8")
    weights = [draw.gammavariate(0.8, 1) for _ in range(side * side)]
    rows = ["case,date,time,x,y,age,sex,weapon,category,status"]
    for number in range(victims):
        block = draw.choices(range(side * side), weights)[0]
        at = (WEST + size * (block % side + draw.random()), SOUTH + size * (block // side + draw.random()))
        x, y = ("", "") if draw.random() < 0.03 else (f"{at[0]:.1f}", f"{at[1]:.1f}")
        day, month, year = draw.randrange(28) + 1, draw.randrange(12) + 1, 2015 + draw.randrange(years)
        words = (
            draw.choice(["male"] * 8 + ["female", "unknown"]),
            draw.choice(["firearm"] * 7 + ["blade", "blunt", "unknown"]),
            draw.choice(["group", "dispute", "domestic", "robbery", "unknown"]),
            draw.choice(["open", "cleared", "unknown"]),
        )
        case = f"c{number - (number % 25 == 24):04}"  # now and then two people in one event
        rows.append(f"{case},{year}-{month:02}-{day:02},{draw.randrange(24):02}:15,{x},{y},{draw.randrange(90)},{','.join(words)}")
    (folder / "homicides.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    blocks = [_block(number, side, size, 2000 + draw.randrange(2000)) for number in range(side * side)]
    _layer(folder / "blocks.geojson", blocks)
    lines = [_street(number, side, size, across=across) for across in (True, False) for number in range(side + 1)]
    _layer(folder / "streets.geojson", [street for line in lines for street in line])
    return folder


def _block(number: int, side: int, size: int, people: int) -> dict[str, Any]:
    west, south = WEST + size * (number % side), SOUTH + size * (number // side)
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    north, east = number // side >= side / 2, number % side >= side / 2
    about = {"id": f"b{number:03}", "name": f"Manzana {number + 1}", "people": people, "district": "Norte" if north else "Sur"}
    about["beat"] = f"{about['district'][0]}{1 + east}"
    return {"type": "Feature", "properties": about, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _street(number: int, side: int, size: int, *, across: bool) -> list[dict[str, Any]]:
    places = [(step * size, number * size) for step in range(side + 1)]
    points = [[WEST + x, SOUTH + y] if across else [WEST + y, SOUTH + x] for x, y in places]
    return [
        {
            "type": "Feature",
            "properties": {"id": f"{'ew' if across else 'ns'}{number}-{step}"},
            "geometry": {"type": "LineString", "coordinates": [points[step], points[step + 1]]},
        }
        for step in range(side)
    ]


def _layer(path: Path, features: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def command(*arguments: str) -> str:
    """Run `python -m hotspots`, stop where it fails, and return what it prints."""
    done = subprocess.run([sys.executable, "-m", "hotspots", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def make_store(files: Path, out: Path) -> None:
    """Fill the store: a small city in two versions with a log, published totals, and two cities with a release each."""
    small = {"side": 4, "size": 150, "years": 6, "dated": True}
    command("import", str(write_city(files / "villa-prueba", "Villa Prueba", victims=240, seed=1, **small)))
    act = ("interventions", "villa-prueba")
    command(
        *act, "add", "--name", "Faroles", "--name-en", "Street lights", "--start", "2017-03-01", "--treated", "beat:N1", "--note", "Prueba"
    )
    command(*act, "add", "--name", "Toda la ciudad", "--start", "2019-01-01", "--end", "2020-01-01")
    command(*act, "add", "--name", "Error", "--start", "2016-01-01")
    command(*act, "edit", "street-lights-2017-03-01", "--end", "2019-03-01", "--comparison", "beat:S1,beat:S2")
    command(*act, "remove", "error-2016-01-01")
    command("import", str(write_city(files / "villa-prueba", "Villa Prueba", victims=260, seed=1, **small)))
    command("import", str(ROOT / "data" / "cities" / "el-salvador"))
    large = {"side": 8, "size": 300, "victims": 900, "years": 7}
    for slug, name, profile, seed in (("villa-norte", "Villa Norte", "strict", 2), ("villa-sur", "Villa Sur", "open", 3)):
        command("import", str(write_city(files / slug, name, seed=seed, **large)))
        command("publish", slug, "--profile", profile, "--as-of", "2025-06-30", "--out", str(out / "releases" / slug))


def make_outputs(out: Path) -> None:
    """Write what commands print that only read the store, all as JSON."""
    lines = ["list --json", *(f"{name} {slug} --json" for name in ("totals", "check") for slug in SLUGS), "audit verify --json"]
    lines += ["interventions villa-prueba list --json", "interventions villa-prueba list --history --json"]
    lines += [
        "totals villa-prueba --where weapon=firearm --start 2017-01-01 --end 2019-01-01 --json",
        "totals villa-norte --unit segments --json",
    ]
    lines += ["change villa-norte --unit beats --json", "audit villa-norte --json"]
    write(out / "outputs.json", {line: json.loads(command(*line.split())) for line in lines})


def asked() -> list[str]:
    """Return a hundred addresses, spread over pages, choices and languages."""
    pages = [
        "map",
        "change",
        "trends",
        "compare",
        "concentration",
        "clusters",
        "people",
        "repeats",
        "priorities",
        "interventions",
        "data",
        "methods",
    ]
    prueba = [f"/{page}?city=villa-prueba&lang={lang}" for page in ("", *pages) for lang in ("es", "en")]
    units = ("districts", "beats", "blocks", "segments", "grid:200", "h3:9")
    choices = [f"map?measure={one}" for one in ("count", "rate", "shrunk_rate", "excess_risk", "hot_spot", "density", "priority")]
    choices += [f"map?unit={unit}&measure=rate" for unit in units] + [
        "map?surface=150",
        "map?place=b005",
        "map?unit=segments&measure=network_density",
    ]
    choices += ["map?measure=hot_spot&baseline=area&correction=by", "map?measure=scan&cap=25", "map?version=1&measure=rate"]
    choices += [
        "?weapon=firearm",
        "?sex=female&from=2017-01-01",
        "trends?age=15-29",
        "people?from=2018-01-01&to=2020-01-01",
        "people?base=2016",
    ]
    choices += ["trends?base=2017", "trends?lag=28", "change?span=ytd&unit=beats", "change?span=365&lag=7", "change?span=7&unit=blocks"]
    choices += ["compare?unit=districts", "compare?weapon=blade,blunt", "concentration?unit=segments", "concentration?to=2018-01-01"]
    choices += ["clusters?cap=10&unit=blocks", "clusters?baseline=area", "repeats?near=400&within=28", "repeats?near=100&within=7"]
    choices += ["priorities?rule=recent&months=3", "interventions?entry=street-lights-2017-03-01&target=20", "data?version=1"]
    prueba += [_in("villa-prueba", one, number) for number, one in enumerate(choices)]
    totals = ["", "map", "trends", "compare", "people", "trends?sex=female", "map?from=2010-01-01&to=2011-01-01", "data"]
    found = prueba + [_in("el-salvador", one, number) for number, one in enumerate(totals)]
    found += [_in("villa-norte", one, number) for number, one in enumerate(("priorities", "priorities?unit=segments"))]
    albatros = [
        "",
        "map",
        "map?unit=districts&measure=rate",
        "map?unit=beats&measure=standardised_rate",
        "map?place=C21-001&weapon=firearm",
    ]
    albatros += ["map?from=2024-01-01&to=2025-01-01&unit=districts&measure=change", "change", "change?span=365&unit=beats", "trends"]
    albatros += ["trends?category=group&sex=male", "trends?from=2018-01-01&to=2022-07-01", "compare?unit=beats", "compare", "concentration"]
    albatros += ["concentration?unit=districts&age=15-29", "people", "people?base=2016", "people?from=2020-01-01&to=2022-01-01", "repeats"]
    albatros += ["repeats?near=100&within=28", "priorities?unit=beats", "interventions", "data", "methods"]
    found += [_in("puerto-albatros", one, number) for number, one in enumerate(albatros)]
    return list(dict.fromkeys(found))[:100]


def _in(city: str, choice: str, number: int) -> str:
    page, _, query = choice.partition("?")
    return f"/{page}?city={city}&" + (f"{query}&" if query else "") + f"lang={'en' if number % 2 else 'es'}"


def asked_in_public() -> list[str]:
    """Return addresses of the public edition, on both releases."""
    pages = [f"/{page}?city={city}&lang=es" for city in ("villa-norte", "villa-sur") for page in ("", "city", "people", "done", "left-out")]
    return [*pages, "/?city=villa-norte&area=a001&lang=en", "/?city=villa-sur&area=a002&window=2018-01-01&show=count&lang=en"]


def make_answers(files: Path, out: Path) -> None:
    """Write the addresses and what the pages answer to them, on a copy of the store and the bundled city."""
    from answers import answer

    os.environ["HOTSPOTS_STORE"] = str(shutil.copytree(out / "store", files / "store"))
    command("import", str(ROOT / "data" / "cities" / "puerto-albatros"))
    write(out / "addresses.json", {address: answer(address) for address in asked()})
    os.environ |= {"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(out / "releases")}
    write(out / "public_addresses.json", {address: answer(address) for address in asked_in_public()})


def write(path: Path, found: dict[str, Any]) -> None:
    """Write a JSON object, an entry to a line."""
    lines = [f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}" for name, value in found.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Make everything into the folder named."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    out = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as made:
        os.environ |= {"HOTSPOTS_STORE": str(out / "store"), "HOTSPOTS_CITIES": str(Path(made) / "none")}
        make_store(Path(made), out)
        make_outputs(out)
        make_answers(Path(made), out)


if __name__ == "__main__":
    main()
