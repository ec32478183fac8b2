"""The drill: a store is copied while people import and publish; the copy is put back elsewhere; a program is upgraded and rolled back.

`make drill` runs all of it and writes the section "Drill" of docs/operations.md; tests take the parts.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hotspots import cities, store
from hotspots.__main__ import main as command
from hotspots.store import database, record

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "kept"
BEFORE = "0f448fc"  # the commit whose program made what is kept (see kept/make.py)
PAGE = ROOT / "docs" / "operations.md"
TOWNS = ("aldea", "burgo")

# A process that works on a store as people do, and says what it did: each version's content by its hash.
WORK = """
import json, sys
from pathlib import Path
from hotspots import cities, store
from hotspots.cities import logbook
from hotspots.release import ledger
from hotspots.store import database, record
from drilled import town
from released import SECRET, released_city
from hotspots import release

made = release.build(released_city(victims=450, years=6, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET)
folder, n = Path(sys.argv[1]), 0
print("ready", flush=True)
while True:
    n += 1
    for slug in sys.argv[2:]:
        try:
            cities.import_folder(town(folder / slug, n))
            version = store.current(slug)
            print(json.dumps([slug, version.number, store.content(version)]), flush=True)
            if n % 3 == 0:
                with store.lock(slug):
                    ledger.key(slug)
                    ledger.add(slug, made)
        except store.StoreError as fault:
            print(json.dumps([slug, 0, str(fault)]), flush=True)
        record.add("ana", "analyst", "import", slug)
"""


@dataclass
class Worked:
    """What those who worked on a store said that they did: the contents by city and version, and how often they were refused."""

    contents: dict[tuple[str, int], str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def town(folder: Path, n: int) -> Path:
    """Write the small city with `n` people more into a folder, and return it."""
    from villa_prueba import write_small_city

    shutil.rmtree(folder, ignore_errors=True)
    write_small_city(folder)
    with (folder / "homicides.csv").open("a", encoding="utf-8") as rows:
        rows.writelines(f"2020-{1 + k % 12:02}-{1 + k % 28:02},{5 + 10 * (k % 3)},15,firearm,male\n" for k in range(n))
    return folder


@contextmanager
def in_store(place: Path) -> Iterator[None]:
    """Let the program use another store, whatever it had found of the one before."""
    before = {name: os.environ.get(name) for name in ("HOTSPOTS_STORE", "HOTSPOTS_PAPERS")}
    os.environ["HOTSPOTS_STORE"] = str(place)
    os.environ.pop("HOTSPOTS_PAPERS", None)
    store.look_again()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({name: value} if value is not None else {})
        store.look_again()


@contextmanager
def working(place: Path, folder: Path) -> Iterator[Worked]:
    """Let a process import, publish and write the record over a store while the block runs."""
    said = Worked()
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORK, str(folder), *TOWNS],
        env={**os.environ, "HOTSPOTS_STORE": str(place), "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield said
    finally:
        process.terminate()
        lines = process.communicate()[0].splitlines()
        for slug, number, what in (json.loads(line) for line in lines if line.endswith("]")):
            if number:
                said.contents[slug, number] = what
            else:
                said.refused.append(what)


def faults(copy: Path) -> list[str]:
    """Return what is wrong with a copy, as the program itself finds it: damaged or lost versions, pointers, lists, the record."""
    wrong = []
    with in_store(copy):
        for slug in store.slugs():
            wrong += [f"{slug} {number}: {one}" for number, found in store.check(slug).items() for one in found]
        out = io.StringIO()
        with contextlib.redirect_stderr(out), contextlib.redirect_stdout(io.StringIO()):
            status = command(["audit", "verify"])
        wrong += out.getvalue().splitlines() if status else []
    return wrong


def contents(place: Path) -> dict[tuple[str, int], str]:
    """Return the content of every version of a store, by its hash."""
    with in_store(place):
        return {(slug, number): store.content(store.current(slug, number)) for slug in store.slugs() for number in store.versions(slug)}


def copied(place: Path, copy: Path) -> int:
    """Copy a store by the command; return its exit status."""
    with in_store(place), contextlib.redirect_stdout(io.StringIO()):
        return command(["backup", str(copy)])


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a folder, by its path; locks are no content."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def drilled_alive(folder: Path, times: int, *, plain: bool = False) -> tuple[list[list[str]], Worked, list[float]]:
    """Copy a store that is worked on so many times; return what is wrong with each copy, what was done meanwhile, and the seconds.

    `plain`: by `cp`, as one would without the command. A copy is looked at where it was made, and once more where it was put back.
    """
    place = folder / "store"
    (folder / "in").mkdir(parents=True)
    found, took = [], []
    with working(place, folder / "in") as said:
        while not all((place / slug / "current").exists() for slug in TOWNS):
            time.sleep(0.1)
        for n in range(times):
            time.sleep(0.13 * (n % 3))
            copy, began = folder / (f"cp-{n}" if plain else "copy"), time.monotonic()
            if plain:
                subprocess.run(["cp", "-a", str(place), str(copy)], check=False, capture_output=True)
                status = 0
            else:
                status = copied(place, copy)
            took.append(time.monotonic() - began)
            restored = folder / "restored"
            shutil.rmtree(restored, ignore_errors=True)
            subprocess.run(["cp", "-a", str(copy), str(restored)], check=True)
            found.append(faults(restored) + ([f"exit status {status}"] if status else []))
            last = contents(restored)
    strange = [f"{key}: not what was imported" for key, what in last.items() if said.contents.get(key, what) != what]
    found[-1] += strange
    return found, said, took


def outputs(place: Path, env: Mapping[str, str], lines: list[str]) -> dict[str, object]:
    """Return what commands of some version of the program say of a store."""
    said = {}
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "hotspots", *line.split()],
            env={**os.environ, "HOTSPOTS_STORE": str(place), **env},
            capture_output=True,
            text=True,
            check=False,
            cwd=env["PYTHONPATH"],
        )
        said[line] = json.loads(done.stdout) if not done.returncode else done.stderr.strip().splitlines()[-1:]
    return said


HEADLINES = [f"totals {slug} --json" for slug in ("villa-prueba", "villa-norte", "villa-sur", "el-salvador")]


def upgraded(folder: Path, *, older: bool = True) -> dict[str, object]:
    """Take a store that an older program wrote, copy it, use it with this one, and go back: by the data, by the copy, by the program.

    Return what was found: `same` (the copy put back is the store of before, file by file), `victims` by the step, `older` (what the older
    program says of the store afterwards, where its source is at hand).
    """
    place, copy = folder / "store", folder / "copy"
    shutil.copytree(KEPT / "store", place)
    before = tree(place)
    assert copied(place, copy) == 0
    with in_store(place), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        first = len(cities.load("villa-prueba").incidents)
        number = cities.import_folder(town(folder / "villa-prueba", 7)).version
        after = len(cities.load("villa-prueba").incidents)
        assert command(["rollback", "villa-prueba"]) == 0
        back = len(cities.load("villa-prueba").incidents)
        wrong = faults(place)
    source = _older(folder) if older else None
    said = outputs(place, {"PYTHONPATH": str(source)}, HEADLINES) if source else {}
    shutil.rmtree(place)
    subprocess.run(["cp", "-a", str(copy), str(place)], check=True)
    (place / ".copy").unlink()
    counted = {"before": first, "imported": after, "rolled back": back}
    return {"same": tree(place) == before, "victims": counted, "number": number, "wrong": wrong, "older": said}


def _older(folder: Path) -> Path | None:
    """Return the source of the program that wrote what is kept; None where there is no history to take it from."""
    target = folder / "older"
    target.mkdir()
    with (folder / "older.tar").open("wb") as out:
        done = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        return None
    subprocess.run(["tar", "-xf", str(folder / "older.tar"), "-C", str(target)], check=True)
    return target


def served_again(copy: Path, folder: Path, port: int) -> float:
    """Put a copy back as the store of a new machine, start the dashboard on it, and return the seconds until a page is ready."""
    began = time.monotonic()
    place = folder / "new-machine"
    subprocess.run(["cp", "-a", str(copy), str(place)], check=True)
    assert faults(place) == []
    env = {**os.environ, "HOTSPOTS_STORE": str(place), "HOTSPOTS_CITIES": str(folder / "none"), "HOME": str(folder)}
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hotspots", "run", "--port", str(port)], env=env, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        while time.monotonic() - began < 300:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
            assert process.poll() is None, (folder / "log.txt").read_text()
            time.sleep(0.2)
        raise AssertionError((folder / "log.txt").read_text())
    finally:
        process.terminate()
        process.wait(timeout=30)


def in_database(folder: Path) -> dict[str, object]:
    """Copy a store whose versions are in a database, put it back as a folder and in an empty database; return whether each is the same."""
    import postgres

    with postgres.serving() as server:
        address = server.address(postgres.STORE, role="writer", password=postgres.WRITER)
        os.environ |= {"HOTSPOTS_STORE": address, "HOTSPOTS_PAPERS": str(folder / "papers")}
        for n in (1, 2):
            cities.import_folder(town(folder / "in" / "aldea", n))
        record.add("ana", "analyst", "import", "aldea")
        before = {number: store.content(store.current("aldea", number)) for number in store.versions("aldea")}
        with contextlib.redirect_stdout(io.StringIO()):
            assert command(["backup", str(folder / "copy")]) == 0
        as_folder = {number: what for (_, number), what in contents(folder / "copy").items()}
        server.empty_store()
        shutil.rmtree(folder / "papers")
        shutil.copytree(folder / "copy", folder / "papers")
        os.environ |= {"HOTSPOTS_STORE": str(folder / "papers"), "NEW_STORE": address}
        database.at.cache_clear()  # as on another machine
        with contextlib.redirect_stdout(io.StringIO()):
            assert command(["move", "NEW_STORE"]) == 0
        os.environ |= {"HOTSPOTS_STORE": address, "HOTSPOTS_PAPERS": str(folder / "papers")}
        store.look_again()
        again = {number: store.content(store.current("aldea", number)) for number in store.versions("aldea")}
        wrong = [one for found in store.check("aldea").values() for one in found]
    return {"versions": len(before), "folder": as_folder == before, "database": again == before, "wrong": wrong}


HEAD = "## Drill\n"
TEXT = """{head}
`make drill`, {day}, {cores} cores. Seconds of the clock depend on what else the machine does.

| what | found |
| --- | --- |
| copies by `hotspots backup` while a process imports, publishes and records without a pause | {times}; with something wrong: {broken} |
| versions imported meanwhile, and imports that were refused because the copy held the lock at that moment | {versions}, {refused} |
| one copy: median and longest | {median:.1f} s, {longest:.1f} s |
| the same by `cp -a`, with something wrong, such as a pointer to a version that is not there | {plain_broken} of {plain} |
| from a copy to a machine that serves: put back, every file checked, dashboard ready | {served:.0f} s |
| a store of the program of {before}: opened, imported into, gone back to ({victims}) | {wrong} faults |
| its copy put back: the store of before, file by file | {same} |
| the older program on the store that this one had written to | {older} |
| a store in a database, copied, put back as a folder and in an empty database: every version by its hash | {database} |
| processor time of all of it | {cpu:.0f} s |
"""


def main() -> int:
    """Run the drill, print its table, and write it into the page if asked."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--times", type=int, default=60, help="how many copies of a living store")
    told.add_argument("--write", action="store_true", help="write docs/operations.md")
    chosen = told.parse_args()
    sys.path[:0] = [str(ROOT / "tests")]
    with tempfile.TemporaryDirectory(prefix="hotspots-drill-") as named:
        folder = Path(named)
        found, said, took = drilled_alive(folder / "alive", chosen.times)
        plain = drilled_alive(folder / "plain", 2 * chosen.times, plain=True)[0]
        (folder / "upgrade").mkdir()
        up = upgraded(folder / "upgrade")
        seconds = served_again(folder / "alive" / "copy", folder, _free_port())
        (folder / "database" / "in").mkdir(parents=True)
        database = in_database(folder / "database")
    older = up["older"]
    same = sum(isinstance(one, dict) for one in older.values()) if isinstance(older, dict) else 0
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    text = TEXT.format(
        head=HEAD,
        day=date.today(),
        cores=os.cpu_count(),
        times=chosen.times,
        broken=sum(map(bool, found)),
        versions=len(said.contents),
        refused=len(said.refused),
        median=sorted(took)[len(took) // 2],
        longest=max(took),
        plain=len(plain),
        plain_broken=sum(map(bool, plain)),
        served=seconds,
        before=BEFORE,
        victims=", ".join(f"{step} {n}" for step, n in up["victims"].items()),  # type: ignore[attr-defined]
        wrong=len(up["wrong"]),  # type: ignore[arg-type]
        same="yes" if up["same"] else "NO",
        older=f"tells of {same} of {len(HEADLINES)} cities" if older else "its source was not at hand",
        database="yes" if database["folder"] and database["database"] and not database["wrong"] else "NO",
        cpu=sum(one.ru_utime + one.ru_stime for one in used),
    )
    print(text)
    for one in [fault for each in found for fault in each][:10]:
        print(one, file=sys.stderr)
    if chosen.write:
        written(text)
    good = not any(found) and up["same"] and not up["wrong"] and database["folder"] and database["database"]
    return int(not good)


def written(text: str) -> None:
    """Put the section into the page, in the place of the one before."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# What was measured in operation\n"
    before, _, rest = page.partition(HEAD)
    _, mark, after = rest.partition("\n## ")
    PAGE.write_text(f"{before.rstrip()}\n\n{text.rstrip()}\n{mark}{after}", encoding="utf-8")


def _free_port() -> int:
    import postgres

    return postgres.free_port()


if __name__ == "__main__":
    sys.exit(main())
