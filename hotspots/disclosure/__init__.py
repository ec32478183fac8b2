"""From restricted data to what the public may see: a release, its audit, its files.

`publish` does all of it. The public edition uses `read` alone: a `Release` is read from its folder, checked, and `Release.as_city()` gives
a city of published totals that every page can show.
"""

from __future__ import annotations

from hotspots.disclosure.attack import ContradictionError, Intervals, intervals
from hotspots.disclosure.bundle import ReleaseError, fingerprint, read, render, verify, write
from hotspots.disclosure.examination import Findings, attacked, audit, nested, statements
from hotspots.disclosure.ledger import LedgerError, releases
from hotspots.disclosure.making import build
from hotspots.disclosure.profiles import COVERAGE, FEWER_THAN, PROFILES, UNMAPPED, WIDTH, Profile
from hotspots.disclosure.protection import FEW, HELD, SHOWN, UNPUBLISHED
from hotspots.disclosure.publishing import Done, RefusedError, publish
from hotspots.disclosure.reading import Reading, Sum
from hotspots.disclosure.release import Release
from hotspots.disclosure.rules import Finding
from hotspots.disclosure.statements import Statement, System, system

__all__ = [
    "COVERAGE",
    "FEW",
    "FEWER_THAN",
    "HELD",
    "PROFILES",
    "SHOWN",
    "UNMAPPED",
    "UNPUBLISHED",
    "WIDTH",
    "ContradictionError",
    "Done",
    "Finding",
    "Findings",
    "Intervals",
    "LedgerError",
    "Profile",
    "Reading",
    "RefusedError",
    "Release",
    "ReleaseError",
    "Statement",
    "Sum",
    "System",
    "attacked",
    "audit",
    "build",
    "fingerprint",
    "intervals",
    "nested",
    "publish",
    "read",
    "releases",
    "render",
    "statements",
    "system",
    "verify",
    "write",
]
