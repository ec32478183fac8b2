"""From restricted data to what the public may see: a release, its audit, its files.

`publish` does all of it. The public edition uses `read` alone: a `Release` is read from its folder, checked, and `Release.as_city()` gives
a city of published totals that every page can show.
"""

from __future__ import annotations

from hotspots.release.attack import ContradictionError, Intervals, intervals
from hotspots.release.bundle import ReleaseError, fingerprint, read, render, verify, write
from hotspots.release.examination import Findings, attacked, audit, nested, statements
from hotspots.release.how_sure import Ratio
from hotspots.release.ledger import LedgerError, releases
from hotspots.release.making import build
from hotspots.release.profiles import COVERAGE, FEWER_THAN, PROFILES, TOTALS, UNMAPPED, WIDTH, Profile
from hotspots.release.protection import FEW, HELD, SHOWN, UNPUBLISHED
from hotspots.release.publishing import Done, RefusedError, publish
from hotspots.release.reading import Reading, Sum
from hotspots.release.release import Release
from hotspots.release.rules import Leak as Finding  # the name that other programs know
from hotspots.release.sign_off import NOT_KNOWN, Sheet, sheets
from hotspots.release.statements import Statement, System, system

__all__ = [
    "COVERAGE",
    "FEW",
    "FEWER_THAN",
    "HELD",
    "NOT_KNOWN",
    "PROFILES",
    "SHOWN",
    "TOTALS",
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
    "Ratio",
    "Reading",
    "RefusedError",
    "Release",
    "ReleaseError",
    "Sheet",
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
    "sheets",
    "statements",
    "system",
    "verify",
    "write",
]
