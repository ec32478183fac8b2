"""A city in which every text is a program: in names, ids, columns, values, file names, layers, and every sentence of its city.toml."""

from __future__ import annotations

import csv
import itertools
import json
from contextlib import redirect_stdout
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

from odd_city import TOML, write_odd_city

from hotspots import cities, release
from hotspots.cli.main import main
from hotspots.drawing import site

RUN = "window.ran=1"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f"<SCRIPT SRC=data:,{RUN}></SCRIPT>",
    f"</script><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<img/src=x/onerror={RUN}>",
    f"<IMG SRC=x oNeRrOr={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><a xlink:href=javascript:{RUN}><text y=9>x</text></a></svg>",
    f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f"<math href=javascript:{RUN}>x</math>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}>",
    f"<marquee onstart={RUN}>x</marquee>",
    f"<object data=javascript:{RUN}>",
    f"<embed src=javascript:{RUN}>",
    f"<iframe src=javascript:parent.{RUN}></iframe>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<form action=javascript:{RUN}><input type=submit></form>",
    f"<a href=javascript:{RUN}>x</a>",
    f"<base href=javascript:{RUN}//>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<link rel=stylesheet href=x onerror={RUN}>",
    f"<style onload={RUN}></style>",
    f"<template><img src=x onerror={RUN}></template>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f'" autofocus onfocus={RUN} x="',
    f"' onmouseover={RUN} '",
    f"` onmouseover={RUN} `",
    f"javascript:{RUN}",
    f"[x](javascript:{RUN})",
    f"![x](x){{onerror={RUN}}}",
    f"[x]: javascript:{RUN}",
    f"<javascript:{RUN}>",
    f"${{{RUN}}}",
    f"`${{{RUN}}}`",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"{{% raw %}}<img src=x onerror={RUN}>",
    f"');{RUN};//",
    f'");{RUN};//',
    f"\\');{RUN};//",
    f"\\u003cimg src=x onerror={RUN}\\u003e",
    f"&lt;img src=x onerror={RUN}&gt;",
    f"&#60;img src=x onerror={RUN}&#62;",
    f"\u2028{RUN}\u2029",
    f"$\\href{{javascript:{RUN}}}{{x}}$",
    f"$$\\unicode{{<img src=x onerror={RUN}>}}$$",
    f":material/x: :red[<img src=x onerror={RUN}>]",
)
FILE = f"<img src=x onerror={RUN}>"  # what a file name and the name of a layer may hold: no slash
MORE = """
[layers.{layer}]
file = {parks}
kind = "park"
name = "name"
epsg = 32616

[[events]]
date = "2018-05-01"
text = {{ en = {0}, es = {1} }}

[[definition_breaks]]
date = "2019-05-01"
text = {{ en = {2}, es = {3} }}

[gazetteer]
file = "addresses.csv"
name = "street"
x = "x"
y = "y"
epsg = 32616

[costs]
homicide = 1000
currency = {4}
year = 2020
source = {5}
"""


def write_payload_city(folder: Path) -> Path:
    """Write the city into `folder` and return it: the odd city, each of its texts replaced by a payload, in turn."""
    write_odd_city(folder)
    turn = itertools.cycle(PAYLOADS)
    ids = _shapes(folder / "blocks.geojson", turn, keep=("id", "people"))
    _shapes(folder / "streets.geojson", turn)
    _shapes(folder / "river.geojson", turn)
    (folder / f"{FILE}.geojson").write_bytes((folder / "river.geojson").read_bytes())
    _victims(folder, turn)
    west, south = 260_100, 1_510_100
    places = [[next(turn), west + 9 * at, south + 9 * at] for at in range(len(PAYLOADS))]
    with (folder / "addresses.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["street", "x", "y"], *places])
    texts = [json.dumps(next(turn), ensure_ascii=False) for _ in range(12)]
    toml = TOML.replace('"Odd & <i>town</i>"', json.dumps(f"Odd {PAYLOADS[8]}")).replace('"homicides.csv"', json.dumps(f"{FILE}.csv"))
    toml = toml.replace('"Invented for the tests"', f"{texts[6]}\nlicence = {texts[7]}").replace(
        '"weapon"\ncat', f"{json.dumps(FILE)}\ncat"
    )
    toml = toml.replace('beat = "beat"', f'beat = "beat"\ncalled = {{ en = {texts[8]}, es = {texts[9]} }}')
    toml = toml.replace('{ en = "Lights & <u>eyes</u>" }', f"{{ en = {texts[10]}, es = {texts[11]} }}\nnote = {{ en = {texts[0]} }}")
    for old, new in ids.items():
        toml = toml.replace(f'"{old}"', json.dumps(new, ensure_ascii=False))
    more = MORE.format(*texts, layer=json.dumps(FILE), parks=json.dumps(f"{FILE}.geojson"))
    (folder / "city.toml").write_text(toml + more, encoding="utf-8")
    return folder


def _shapes(path: Path, turn: itertools.cycle[str], keep: tuple[str, ...] = ()) -> dict[str, str]:
    """Put a payload into every text of a file of shapes; return each old id with its new one, in which a number keeps it apart."""
    data = json.loads(path.read_text(encoding="utf-8"))
    ids = {}
    for feature in data["features"]:
        texts = feature["properties"]
        for name in texts:
            if name not in keep and name != "id":
                texts[name] = next(turn)
        if "id" in texts:
            new = f"{texts['id']} {next(turn)}"
            ids[texts["id"]], texts["id"] = new, new
    path.write_text(json.dumps(data), encoding="utf-8")
    return ids if keep else {}


def _victims(folder: Path, turn: itertools.cycle[str]) -> None:
    """Write the victims under a hostile file name, with hostile cases, words and names of columns."""
    with (folder / "homicides.csv").open(encoding="utf-8") as file:
        head, *rows = list(csv.reader(file))
    for at, row in enumerate(rows):
        row[head.index("case")] = f"c{at} {next(turn)}"
        for name in ("weapon", "category", "status", "sex"):
            if at % 7 == 0:
                row[head.index(name)] = next(turn)
    head[head.index("weapon")] = FILE
    with (folder / f"{FILE}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    (folder / "homicides.csv").unlink()


def publish_payload_city(folder: Path) -> None:
    """Import the city twice, the second time with two more cases, into the store that is set; write a release with its pages."""
    written = write_payload_city(folder / "odd-town")
    table = written / f"{FILE}.csv"
    whole = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(whole[:-2]), encoding="utf-8")
    cities.import_folder(written)
    table.write_text("".join(whole), encoding="utf-8")
    city = cities.import_folder(written)
    made = release.build(city, profile="open", as_of="2025-01-01", secret=b"a secret of the tests")
    pages = site.render(made, contact=PAYLOADS[8])
    release.write(made, folder / "releases" / "odd-town", key=b"a secret of the tests", pages=pages)


def write_papers(folder: Path) -> list[Path]:
    """Write a map, a brief and a digest of the city as HTML, and return these files."""
    folder.mkdir(exist_ok=True)
    commands = [
        ["export", "odd-town", "--unit", "blocks", "--measure", "count", "--out", str(folder / "map.html")],
        ["export", "odd-town", "--unit", "segments", "--measure", "count", "--out", str(folder / "streets.html")],
        ["brief", "odd-town", "--unit", "blocks", "--out", str(folder / "brief.html")],
        ["digest", "odd-town", "--since", "1", "--out", str(folder / "digest")],
    ]
    for command in commands:
        with redirect_stdout(StringIO()):
            assert main(command) == 0
    return [*sorted(folder.rglob("*.html"))]


class Inside(HTMLParser):
    """What a page holds that could run: handlers, addresses of scripts, elements that none of our pages has."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in STRANGE:
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name, value in attrs if name.startswith("on") or name == "srcdoc" or _script(name, value or "")]


STRANGE = {"object", "embed", "base", "audio", "video", "form", "marquee", "math", "template", "noscript", "animate", "textarea"}


def _script(name: str, value: str) -> bool:
    return name in {"href", "src", "action", "data", "xlink:href"} and value.strip().lower().startswith("javascript:")
