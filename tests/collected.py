"""Write, into a folder of wheels, what to install from it and by which hashes: requirements.txt, and requirements-database.txt.

The hashes of the libraries are those of the lock files; that of the project's own wheel is of the one that was just built. A wheel that the
locks do not name stops it, and so does one that they name and that is not there.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Install from this folder, without a network: pip install --no-index --find-links . --require-hashes -r {name}\n"


def named(wheel: Path) -> tuple[str, str]:
    """Return the name and the version of a wheel, as a lock file writes them."""
    name, version = wheel.name.split("-")[:2]
    return re.sub(r"[-_.]+", "-", name).lower(), version


def collected(folder: Path) -> list[str]:
    """Write the two files; return what does not fit."""
    hashes = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.whl"))}
    texts = {name: (ROOT / f"{name}.lock").read_text(encoding="utf-8") for name in ("requirements", "requirements-database")}
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
    found = collected(Path(sys.argv[1]))
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))
