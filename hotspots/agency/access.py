"""Who may see and do what: roles, and the one table that gives them to people by what the sign-in says of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hotspots import settings
from hotspots.words import Told, ToldError, mark, told

# What there is to see and to do, in words for the screen.
RIGHTS: dict[str, Told] = {
    "areas": told("numbers of areas"),
    "windows": told("open windows"),
    "cases": told("single homicides"),
    "import": told("bringing data in"),
    "publish": told("publishing"),
    "record": told("the record of who saw what"),
    "erase": told("erasing"),
}
# What each role holds; a role that is not here holds nothing.
ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset({"areas"}),
    "partner": frozenset({"areas", "windows"}),
    "commander": frozenset({"areas", "windows", "cases"}),
    "analyst": frozenset({"areas", "windows", "cases", "import", "publish"}),
    "admin": frozenset(RIGHTS),
}
NAMES: dict[str, str] = {
    "viewer": mark("viewer"),
    "partner": mark("partner"),
    "commander": mark("commander"),
    "analyst": mark("analyst"),
    "admin": mark("administrator"),
}
IDLE, LONGEST = 30, 12  # minutes without a sign of life, hours since the sign-in, unless the table says otherwise
_KEYS = frozenset({"claim", "value", "role", "cities", "districts"})


class AccessError(ToldError):
    """What somebody may not see or do, or a table that cannot be used."""


@dataclass(frozen=True)
class Access:
    """What one person may see and do. `cities` and `districts`: these alone; None stands for all, and no name for none."""

    who: str
    role: str
    rights: frozenset[str]
    cities: tuple[str, ...] | None = None
    districts: tuple[str, ...] | None = None

    def may(self, right: str) -> bool:
        """Return whether it holds this right, one of `RIGHTS`.

        >>> EVERYTHING.may("cases"), Access("ana", "viewer", ROLES["viewer"]).may("cases")
        (True, False)
        """
        return right in self.rights

    def sees(self, city: str) -> bool:
        """Return whether this city, by its short name, is one that it may see."""
        return self.cities is None or city in self.cities


EVERYTHING = Access("", "admin", frozenset(RIGHTS))  # of whoever sits at the machine that nobody else reaches


@dataclass(frozen=True)
class Rule:
    """Whoever's `claim` has this `value` (or one of several, as groups have) gets the `role`, for these cities and districts."""

    claim: str
    value: str
    role: str
    cities: tuple[str, ...] | None = None
    districts: tuple[str, ...] | None = None

    def meets(self, claims: Mapping[str, Any]) -> bool:
        """Return whether it is about somebody with these claims. An address that the provider has not verified is nobody's."""
        found = claims.get(self.claim)
        if self.claim == "email" and claims.get("email_verified") is False:
            return False
        return self.value in found if isinstance(found, (list, tuple)) else isinstance(found, str) and found == self.value


@dataclass(frozen=True)
class Table:
    """The rules in their order, the first that meets somebody holds; after how many minutes and hours a sign-in ends."""

    rules: tuple[Rule, ...]
    idle: int = IDLE
    longest: int = LONGEST


def table() -> Table | None:
    """Return the table in the file that HOTSPOTS_ACCESS names, as it stands now; None where none is named.

    An `AccessError` names every fault at once.
    """
    named = settings.value("HOTSPOTS_ACCESS")
    if not named:
        return None
    path = Path(named).expanduser()
    try:
        seen = path.stat()
    except OSError:
        return read(path)  # which says why
    return _as_it_was(path, seen.st_mtime_ns, seen.st_size, seen.st_ino)


@lru_cache(maxsize=8)
def _as_it_was(path: Path, changed: int, size: int, file: int) -> Table:
    """Return the table of a file that has not changed since it was read: a page asks some two hundred times."""
    return read(path)


def read(path: Path) -> Table:
    """Return the table in a file; see `table`."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise AccessError(told("the table of access {name} cannot be read: {fault}", name=path.name, fault=fault)) from fault
    faults = list(_faults(found))
    if faults:
        raise AccessError(faults)
    rules = (
        Rule(one["claim"], one["value"], one["role"], _names(one.get("cities")), _names(one.get("districts"))) for one in found["rule"]
    )
    return Table(tuple(rules), found.get("idle_minutes", IDLE), found.get("longest_hours", LONGEST))


def _names(listed: list[str] | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(listed)


def _faults(found: Mapping[str, Any]) -> Iterator[Told]:
    strange = sorted(set(found) - {"rule", "idle_minutes", "longest_hours"})
    if strange:
        yield told("the table of access has {names}, which means nothing", names=", ".join(strange))
    for name, most in (("idle_minutes", 24 * 60), ("longest_hours", 24 * 7)):
        value = found.get(name, 1)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            yield told("{name} must be a whole number from 1 to {most}, not {value}", name=name, most=most, value=repr(value))
    rules = found.get("rule")
    if not isinstance(rules, list) or not rules:
        yield told("the table of access has no [[rule]]: nobody could come in")
        return
    for number, rule in enumerate(rules, 1):
        yield from _wrong(number, rule if isinstance(rule, dict) else {})


def _wrong(number: int, rule: Mapping[str, Any]) -> Iterator[Told]:
    strange = sorted(set(rule) - _KEYS)
    if strange:
        yield told("rule {n} has {names}, which means nothing", n=number, names=", ".join(strange))
    for name in ("claim", "value"):
        if not isinstance(rule.get(name), str) or not rule[name].strip():
            yield told("rule {n} says no {name}", n=number, name=name)
    if rule.get("role") not in (*ROLES, "none"):
        yield told(
            "rule {n} gives the role {role}; use one of {listed}", n=number, role=repr(rule.get("role")), listed=", ".join((*ROLES, "none"))
        )
    for name in ("cities", "districts"):
        listed = rule.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            yield told("rule {n}: {name} must be a list of names", n=number, name=name)


def access_of(claims: Mapping[str, Any], rules: Table) -> Access | None:
    """Return what somebody with these claims may see and do; None where no rule is about them, or one that gives `none`.

    >>> rules = Table((Rule("email", "eva@police.example", "none"), Rule("groups", "homicide", "commander", districts=("D1",))))
    >>> access_of({"sub": "7", "email": "ana@police.example", "groups": ["homicide"]}, rules).role
    'commander'
    >>> access_of({"sub": "8", "email": "eva@police.example", "groups": ["homicide"]}, rules) is None
    True
    """
    for rule in rules.rules:
        if rule.meets(claims):
            if rule.role not in ROLES:
                return None
            who = str(claims.get("email") or claims.get("preferred_username") or claims.get("sub") or "")
            return Access(who, rule.role, ROLES[rule.role], rule.cities, rule.districts)
    return None


def refused(right: str) -> AccessError:
    """Return the refusal of whoever lacks a right.

    >>> str(refused("cases"))
    'your role does not include this: single homicides'
    """
    return AccessError(told("your role does not include this: {what}", what=RIGHTS[right]))
