"""Write down all that the project says, so that two states of its code can be compared.

    python tests/comparison/capture.py --tree FOLDER --data SHARED_DATA --out before.json
    python tests/comparison/differences.py before.json after.json --expect allowed.txt

FOLDER is a checkout of the project; SHARED_DATA holds the folders `philadelphia`, `chicago` and `guayaquil` (without it only the bundled
cities are looked at). The tree is asked from outside alone, by what outlives any change within: `python -m hotspots COMMAND …` with its
options, `app.py` opened at an address, and the settings HOTSPOTS_STORE, HOTSPOTS_CITIES, HOTSPOTS_EDITION and HOTSPOTS_RELEASE.

The result is one JSON object of texts. `page:/map?city=…` is all that a page shows, part by part in its order: sentences, tables as CSV,
charts with their rows, what the map is sent, choices on offer. `page:… button:…` is what a button gives (drawings at one address in
fifteen). `command:totals …` is exit status, output and errors. `file:… of command:…` is a file that a command wrote. Texts of more than a
few thousand letters are cut in the middle and carry a hash of the whole (`--limit 0` keeps all, `--only` picks keys to look at). Moments,
random ids, folders of this machine and clocks of progress are replaced by words; keys that sign releases are fixed. Both captures need
the same libraries.

Everything runs in processes of its own: first the imports, then the releases, then a process for the pages of each city and for the
commands of each city, `--jobs` at a time (2). `--only PATTERN` (a regular expression, searched in `page:…` and `command:…`) leaves out
the rest, `--every N` takes one in N pages and commands of each city (compare such a part with `differences.py --partial`). All of it
takes some 20 minutes of two idle cores.

Where a folder `--work` is named, its `*.log` files say what each page and command took, and a run that was broken off goes on
where it was (with the same `--only`). The tree must be able to open pages: `hotspots` has to be installed, with Leaflet in place.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import asked_commands  # noqa: E402
import asked_pages  # noqa: E402
import plain_text  # noqa: E402
import real_cities  # noqa: E402
from asked_pages import Face  # noqa: E402

BUNDLED = ("puerto-albatros", "boston-ceasefire", "el-salvador")
KEY = "5e" * 32  # what signs releases here
AREAS = {"puerto-albatros": ("a001", "a007"), "el-salvador": ("SV-AH",)}
WINDOWS = {"strict": ("2015-01-01", "2020-01-01"), "open": ("2016-01-01", "2024-01-01")}


@dataclass
class Capture:
    """One run: the tree, the folders, what is asked for, and what was found so far."""

    tree: Path
    data: Path | None
    work: Path
    only: re.Pattern[str]
    limit: int
    every: int = 1
    found: dict[str, str] = field(default_factory=dict)

    @property
    def folders(self) -> dict[str, str]:
        """The folders of this machine, and the words that stand for them."""
        return {str(self.tree): "TREE", str(self.work): "WORK"} | ({str(self.data): "DATA"} if self.data else {})

    def cities(self) -> dict[str, str]:
        """Return the folder of each city; those that the project does not hold are written here."""
        found = {slug: str(self.tree / "data" / "cities" / slug) for slug in BUNDLED}
        if self.data is None:
            return found
        texts = {
            "philadelphia": real_cities.philadelphia_toml(self.data) + real_cities.philadelphia_streets(self.data),
            "chicago": real_cities.chicago_toml(self.data),
            "guayaquil": real_cities.guayaquil_toml(self.data),
        }
        for slug, text in texts.items():
            folder = self.work / "cities" / slug
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "city.toml").write_text(text, encoding="utf-8")
            found[slug] = str(folder)
        return found

    def store(self, name: str) -> Path:
        """Return a store: a copy of the one that the imports filled, whose releases are signed with a key that stays."""
        folder = self.work / f"store-{name}"
        if name != "first" and not folder.exists():
            shutil.copytree(self.work / "store-first", folder)
            for city in folder.iterdir():
                if city.is_dir():
                    (city / ".release-key").write_text(KEY, encoding="ascii")
        return folder

    def run(self, name: str, worker: str, asked: list, *, store: str = "", prefix: str = "", always: bool = False, **settings: str) -> None:
        """Run one worker on what is asked, in a process of its own, and keep what it found."""
        told = [one if isinstance(one, str) else " ".join(one) for one in asked]
        kind = "page:" if worker == "page_worker.py" else "command:"
        kept = [one for one, text in zip(asked, told, strict=True) if always or self.only.search(f"{kind}{prefix}{text}")]
        kept = kept if always else kept[:: self.every]
        if not kept:
            return
        folder = self.work / name
        if (folder / "found.json").exists():  # by a run into the same folder that was broken off
            self.found |= json.loads((folder / "found.json").read_text(encoding="utf-8"))
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        job = {"tree": str(self.tree), "asked": kept, "prefix": prefix, "work": str(folder), "out": str(folder / "found.json")}
        job |= {"folders": self.folders | {str(folder): "JOB"}, "limit": self.limit}
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        began = time.perf_counter()
        with (self.work / f"{name}.log").open("w", encoding="utf-8") as log:
            done = subprocess.run(
                [sys.executable, str(HERE / worker), str(folder / "job.json")],
                cwd=self.tree,
                env=self.environment(store, **settings),
                stdout=log,
                stderr=log,
                check=False,
            )
        if done.returncode:
            text = (self.work / f"{name}.log").read_text(encoding="utf-8")
            raise RuntimeError(f"{name} ended with {done.returncode}: …{text[-2000:]}")
        self.found |= json.loads((folder / "found.json").read_text(encoding="utf-8"))
        print(f"{name}: {len(kept)} asked, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)

    def environment(self, store: str, **settings: str) -> dict[str, str]:
        """Return the environment of a worker: that of this process without any setting of the project but those named."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTSPOTS_")}
        own = {"HOTSPOTS_CITIES": str(self.work / "none"), "HOTSPOTS_STORE": str(self.work / f"store-{store or 'first'}")}
        fixed = {"PYTHONPATH": str(self.tree), "COLUMNS": "100", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
        fixed |= {"PYTHONPYCACHEPREFIX": str(self.work / "bytecode")}  # nothing is written into the tree
        return clean | fixed | own | settings

    # The parts of a capture. Each is independent of the others, but that the imports come first and the releases before their pages.

    def imports(self) -> None:
        """Fill the store."""
        self.run("imports", "command_worker.py", asked_commands.imports(self.cities()), always=True)

    def general(self) -> None:
        """Ask what belongs to no city."""
        self.store("general")
        asked = asked_commands.general(self.cities(), str(self.data)) if self.data else asked_commands.lines("--help", "list")
        self.run("general", "command_worker.py", asked, store="general", always=bool(self.only.search("command:general")))

    def pages(self, face: Face) -> None:
        """Open the pages of one city."""
        self.store(f"pages-{face.slug}")
        self.run(f"pages-{face.slug}", "page_worker.py", asked_pages.addresses(face), store=f"pages-{face.slug}")

    def commands(self, face: Face) -> None:
        """Run the commands that ask one city."""
        self.run(f"commands-{face.slug}", "command_worker.py", asked_commands.of_city(face))

    def log(self, slug: str, area: str) -> None:
        """Write a log of interventions and open the pages that show it; all of it, or nothing: each step rests on those before."""
        name = f"log-{slug}"
        self.store(name)
        prefix = "(log) "
        addresses = [f"/{page}?city={slug}&lang={lang}" for page in ("interventions", "trends") for lang in ("es", "en")]
        if self.only.search(f"command:{prefix}interventions {slug}"):
            self.run(name, "command_worker.py", asked_commands.log_of(slug, area), store=name, prefix=prefix, always=True)
            self.run(f"{name}-pages", "page_worker.py", addresses, store=name, prefix=prefix, always=True)

    def release(self, slug: str, profile: str) -> None:
        """Publish a city, attack it, and open the public edition on it: all of it, or nothing."""
        name, prefix = f"release-{profile}-{slug}", f"({profile}) "
        if not self.only.search(f"command:{prefix}publish {slug}"):
            return
        self.store(name)
        out = self.work / "releases" / profile / slug
        out.parent.mkdir(parents=True, exist_ok=True)
        asked = asked_commands.releases(slug, profile, str(out))
        self.run(name, "command_worker.py", asked, store=name, prefix=prefix, always=True)
        areas, windows = AREAS.get(slug, ()), WINDOWS[profile] if slug == "puerto-albatros" else ()
        public = {"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(out)}
        addresses = asked_pages.public(slug, windows, areas)
        self.run(
            f"public-{profile}-{slug}", "page_worker.py", addresses, store="none", prefix=f"(public, {profile}) ", always=True, **public
        )
        if profile == "open":
            return
        written = [f"/publish?city={slug}&lang=en"]
        self.run(f"{name}-page", "page_worker.py", written, store=name, prefix=prefix, always=True, HOTSPOTS_RELEASE=str(out.parent))

    def everything(self, jobs: int) -> None:
        """Run all parts, the longest first."""
        self.imports()
        faces = [face for face in asked_pages.FACES if face.slug in self.cities()]
        albatros = asked_pages.ALBATROS
        parts: list[Callable[[], None]] = [lambda: self.pages(albatros), lambda: self.commands(albatros)]
        parts += [lambda: self.release("puerto-albatros", "strict"), lambda: self.release("puerto-albatros", "open")]
        parts += [lambda slug=slug: self.release(slug, "strict") for slug in BUNDLED[1:]]  # type: ignore[misc]
        parts += [lambda face=face: self.pages(face) for face in faces if face is not albatros]  # type: ignore[misc]
        parts += [lambda face=face: self.commands(face) for face in faces if face is not albatros]  # type: ignore[misc]
        parts += [self.general, lambda: self.log("puerto-albatros", "beat:C21")]
        with ThreadPoolExecutor(jobs) as pool:
            for done in [pool.submit(part) for part in parts]:
                done.result()


def main() -> None:
    """Capture a tree."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--tree", type=Path, required=True, help="a checkout of the project")
    parser.add_argument("--data", type=Path, help="the folder of the real city data")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--only", default="", help="a regular expression: only what it finds in page:… or command:…")
    parser.add_argument("--every", type=int, default=1, help="one in so many pages and commands of each city, for a first look")
    parser.add_argument("--limit", type=int, default=plain_text.LIMIT, help="how many letters of one part are kept; 0: all")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes run at a time")
    parser.add_argument("--work", type=Path, help="a folder to work in, which is kept (default: a temporary one)")
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compared-") as made:
        work = (choices.work or Path(made)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        data = choices.data.resolve() if choices.data else None
        capture = Capture(choices.tree.resolve(), data, work, re.compile(choices.only), choices.limit, choices.every)
        capture.everything(choices.jobs)
    choices.out.write_text(json.dumps(dict(sorted(capture.found.items())), indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(capture.found)} keys", file=sys.stderr)


if __name__ == "__main__":
    main()
