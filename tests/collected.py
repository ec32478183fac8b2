"""Collect in one folder all that a machine without a network installs: wheels, the files that pin them by hash, how to go on.

The hashes of the libraries are those of the lock files; that of the project's own wheel is of the one that is built here. Wheels are for
this kind of machine and this Python, whatever its last number: a lock may pin another version for 3.11.2 (Debian 12) than for 3.11.9.
A wheel that no lock names stops it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.markers import Marker, default_environment

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements", "requirements-database")
HEAD = "# Install from this folder, without a network: pip install --no-index --find-links . --require-hashes -r {name}\n"
DOWNLOAD = ("download", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes")


def pinned(lock: str) -> list[tuple[str, str]]:
    """Return the pins of a lock file: each with its hashes, but without its marker; and that marker."""
    found = re.findall(r"^([\w.-]+==[^\s;\\]+)(?: ; ([^\\]*?))? \\\n((?:\s+--hash=.+\n?)+)", lock, re.MULTILINE)
    return [(f"{pin} \\\n{hashes}", marker) for pin, marker, hashes in found]


def of_other_numbers(lock: str) -> list[str]:
    """Return the pins that hold for an older last number of this Python, and not for this one."""
    here = default_environment()
    first = {**here, "python_full_version": f"{here['python_version']}.0"}
    return [pin for pin, marker in pinned(lock) if marker and Marker(marker).evaluate(first) and not Marker(marker).evaluate(here)]


def collect(folder: Path) -> None:
    """Bring the wheels into an empty folder, and build the project's own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = (sys.executable, "-m", "pip")
    for name in LOCKS:
        lock = ROOT / f"{name}.lock"
        subprocess.run([*pip, *DOWNLOAD, "-r", str(lock), "-d", str(folder)], check=True)
        others = folder / "others.txt"
        for pin in of_other_numbers(lock.read_text(encoding="utf-8")):  # one at a time: pip takes no two versions of one library
            others.write_text(pin, encoding="utf-8")
            subprocess.run([*pip, *DOWNLOAD, "-r", str(others), "-d", str(folder)], check=True)
        others.unlink(missing_ok=True)
    subprocess.run([*pip, "wheel", "-q", "--no-deps", str(ROOT), "-w", str(folder)], check=True)
    for path in (ROOT / "Containerfile", ROOT / "docs" / "deploy.md"):
        shutil.copyfile(path, folder / path.name)


def named(wheel: Path) -> tuple[str, str]:
    """Return the name and the version of a wheel, as a lock file writes them."""
    name, version = wheel.name.split("-")[:2]
    return re.sub(r"[-_.]+", "-", name).lower(), version


def collected(folder: Path) -> list[str]:
    """Write the two files; return what does not fit."""
    hashes = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.whl"))}
    texts = {name: (ROOT / f"{name}.lock").read_text(encoding="utf-8") for name in LOCKS}
    locked = "\n".join(texts.values())
    own = [path for path in hashes if named(path)[0] == "hotspots"]
    wrong = [f"{path.name} is in no lock file" for path in hashes if path not in own and f"--hash=sha256:{hashes[path]}" not in locked]
    wrong += [] if len(own) == 1 else [f"{len(own)} wheels of the project itself"]
    (folder / "requirements.txt").write_text(
        HEAD.format(name="requirements.txt")
        + _pins(texts["requirements"])
        + "".join(f"hotspots=={named(path)[1]} \\\n    --hash=sha256:{hashes[path]}\n" for path in own),
        encoding="utf-8",
    )
    (folder / "requirements-database.txt").write_text(
        HEAD.format(name="requirements-database.txt") + _pins(texts["requirements-database"]), encoding="utf-8"
    )
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.name != "SHA256SUMS"}
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()), encoding="utf-8")
    return wrong


def _pins(lock: str) -> str:
    return "".join(line for line in lock.splitlines(keepends=True) if not line.startswith("#"))


if __name__ == "__main__":
    collect(Path(sys.argv[1]))
    found = collected(Path(sys.argv[1]))
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))
