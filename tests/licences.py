"""What the libraries that we need are licensed under, as each says itself, and which of these licences we may use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

# By their SPDX names. All may be used in a program under the BSD licence, of which they stay separate files.
ALLOWED = {
    "0BSD", "AFL-2.1", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1",
    "PSF-2.0", "Unlicense", "Zlib",
    "LGPL-3.0-only",  # psycopg: called, never copied or changed, and only where a database is the store or a source
}  # fmt: skip
# What packages write instead, in lower case.
SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "2-clause bsd": "BSD-2-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "sil ofl 1.1": "OFL-1.1",
    "sil open font license 1.1 (ofl-1.1)": "OFL-1.1",
}
# Those that say nothing in their metadata, read in the file of the licence that they bring.
READ_IN_ITS_FILE = {"axe-playwright-python": ("MIT", "MIT License")}


def normal(name: str) -> str:
    """Return a package's name as indexes write it.

    >>> normal("PyYAML_x.Y")
    'pyyaml-x-y'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(lines: Iterable[str]) -> dict[str, Distribution]:
    """Return what the requirements need here, and what these need, by name; what is not installed is left out."""
    found: dict[str, Distribution] = {}
    todo = [Requirement(line) for line in lines]
    while todo:
        wanted = todo.pop()
        name = normal(wanted.name)
        try:
            one = distribution(wanted.name)
        except PackageNotFoundError:
            continue
        if name not in found or wanted.extras:
            found[name] = one
            todo += list(_needs(one, wanted.extras))
    return found


def _needs(one: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    for line in one.requires or []:
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield wanted


def licences(one: Distribution) -> set[str]:
    """Return the licences that a package names, in SPDX's words where we know them, else in its own; empty where it names none.

    Its expression counts first, then a licence of one line, then its classifiers. Of "A OR B" both count: we need not choose.
    """
    said = one.metadata.get("License-Expression") or _one_line(one.metadata.get("License"))
    if said and said.lower() not in SPELLINGS:
        return {_spdx(part) for part in re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", said) if part.strip()}
    if said:
        return {_spdx(said)}
    parts = [line.split(" :: ") for line in one.metadata.get_all("Classifier") or []]
    found = {_spdx(part[-1]) for part in parts if part[0] == "License" and len(part) > 2}
    return found or _read(one)


def _one_line(text: str | None) -> str:
    text = (text or "").strip()
    return "" if "\n" in text or len(text) > 60 or text == "UNKNOWN" else text


def _spdx(text: str) -> str:
    return SPELLINGS.get(text.strip().lower(), text.strip())


def _read(one: Distribution) -> set[str]:
    name, first = READ_IN_ITS_FILE.get(normal(one.metadata["Name"]), ("", ""))
    files = [file for file in one.files or [] if "LICEN" in file.name.upper()]
    return {name} if first and any(first in file.read_text() for file in files) else set()


def not_allowed(packages: dict[str, Distribution]) -> list[str]:
    """Return a line for each package whose licence is not known or not allowed."""
    found = []
    for name, one in sorted(packages.items()):
        said = licences(one)
        if not said or said - ALLOWED:
            found.append(f"{name} {one.version}: {', '.join(sorted(said)) or 'names no licence'}")
    return found
