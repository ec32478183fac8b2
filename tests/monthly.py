"""Ten years of monthly releases of a city whose deaths are registered late, put right and taken out again; and the attack on all of them.

An attacker has every release of the series, and knows the method: which parts of a year were passed over, and what that says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from released import SECRET

from hotspots import release as disclosure
from hotspots.cities import City
from hotspots.release import Release, examination, figures, rules, so_far
from hotspots.release.profiles import FEWER_THAN, PROFILES, cutoff
from hotspots.release.protection import UNPUBLISHED
from hotspots.release.statements import Statement
from hotspots.store.schema import Incidents

NEVER = 10**5  # days
LATE, WRONG, PUT_RIGHT = 0.1, 0.03, 0.05  # of all deaths


class Register:
    """When each death came to be known, how it was told at first, when that was put right, and when it was taken out again.

    One in ten becomes known months late, three in a hundred are taken out again, mostly within a year; five in a hundred are first told
    at the place of another, or with sex and weapon unknown.
    """

    def __init__(
        self, deaths: Incidents, rng: np.random.Generator, *, late: float = LATE, wrong: float = WRONG, put: float = PUT_RIGHT
    ) -> None:
        n, day = len(deaths), deaths["date"].dt.normalize()
        self.deaths = deaths
        months = [30 * rng.geometric(chance, n) for chance in (0.3, 0.1, 0.15)]
        self.late, self.wrong, self.put = (rng.random(n) < share for share in (late, wrong, put))
        self.seen = day + pd.to_timedelta(np.where(self.late, months[0], rng.integers(0, 10, n)), unit="D")
        self.gone = self.seen + pd.to_timedelta(np.where(self.wrong, months[1], NEVER), unit="D")
        self.right = self.seen + pd.to_timedelta(np.where(self.put, months[2], 0), unit="D")
        self.elsewhere = self.put & (rng.random(n) < 0.5)
        self.other = rng.permutation(n)

    def known(self, day: pd.Timestamp) -> Incidents:
        """Return the deaths as they are known on a day."""
        early = self.put & (self.right > day).to_numpy()
        places = np.where(early & self.elsewhere, self.other, np.arange(len(self.deaths)))
        rows = self.deaths.set_geometry(self.deaths.geometry.iloc[places].set_axis(self.deaths.index))
        unknown = {name: rows[name].mask(early & ~self.elsewhere, "unknown") for name in ("sex", "weapon") if name in rows}
        return Incidents(rows.assign(**unknown)[(rows["date"] < day) & (self.seen < day) & (self.gone >= day)])


@dataclass(frozen=True)
class Series:
    """Releases of one city: on each day the one that stood then, and the days on which one that said something new was refused."""

    standing: tuple[tuple[pd.Timestamp, Release], ...]
    refused: tuple[tuple[pd.Timestamp, str], ...]

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases that said something new, oldest first."""
        return tuple({id(release): release for _, release in self.standing}.values())


def series(city: City, profile: str, days: Sequence[pd.Timestamp], register: Register, *, audited: bool = True) -> Series:
    """Publish a city on each of some days, as it is known then, beside all that is out. `audited`: each is attacked before it goes out.

    One that says what the last one said is not kept, as the ledger keeps none.
    """
    out: list[Release] = []
    standing, refused = [], []
    for day in days:
        now = replace(city, incidents=register.known(day), end=min(day, city.end), covers_stated=True)
        made = disclosure.build(now, profile=profile, as_of=day.date(), secret=SECRET, before=out)
        new = not out or not made.figures.equals(out[-1].figures)
        found = disclosure.audit(made, out).found if audited and new else ()
        if found:
            refused.append((day, str(found[0])))
        elif new:
            out.append(made)
        standing += [(day, out[-1])] if out else []
    return Series(tuple(standing), tuple(refused))


def by_month(first: str | pd.Timestamp, *, years: int = 10) -> list[pd.Timestamp]:
    """Return the first day of each month of so many years and of the month after, in which the last year comes out."""
    return list(pd.date_range(first, periods=12 * years + 1, freq="MS"))


def months_of(city: City, profile: str, *, through: str | None = None) -> list[pd.Timestamp]:
    """Return on which days a city can be published month by month: ten years up to its last whole one, less where it has fewer."""
    end = city.end if through is None else pd.Timestamp(through) + pd.Timedelta(days=1)
    last, first = end.year, city.start.year + (city.start > pd.Timestamp(city.start.year, 1, 1))
    years = min(10, last - first - 1)
    return by_month(pd.Timestamp(last - years, 1, 1) + pd.DateOffset(months=PROFILES[profile].lag), years=years)


def passed_over(done: Series) -> Iterator[Statement]:
    """Yield what that which is not told of the parts of a year says to who knows the rule: there are fewer than 10.

    Of a part that could have been told on a day while its year was under way; and of what is left of a year that is over and not told.
    """
    last = done.releases[-1]
    found: set[tuple[int, int, int]] = set()
    for day, release in done.standing:
        years = release.city_years.sort_values("start")
        year, stop = int(years["end"].max().year), cutoff(release.profile, day)
        each, told = so_far.step(years["count"].tolist()), so_far.of_year(release.figures, year)
        over = range(each, stop.month, each) if each and stop.year == year else ()
        found |= {(year, max((one for one in told if one < month), default=0), month) for month in over if month not in told}
        for ended in years.loc[years["reason"] == UNPUBLISHED, "start"].dt.year:
            found |= {(ended, month, 12) for month in [max(so_far.of_year(last.figures, ended), default=0)] if month}
    for year, begin, end in sorted(found):
        if end in so_far.of_year(last.figures, year):
            continue  # it was told later, with those who came to be known since
        since, until = (pd.Timestamp(year, 1, 1) + pd.DateOffset(months=month) for month in (begin, end))
        name = f"passed over, {since:%Y-%m} to {until:%Y-%m}"
        yield Statement(name, since, until, 0.0, FEWER_THAN - 1.0, hidden=True, table=so_far.TABLE)


class Attacked(NamedTuple):
    """What came of the attack on all releases of a series together."""

    leaks: tuple[str, ...]
    figures: int
    hidden: int
    pinned: int
    narrowest: float
    parts: int
    changed: int
    seconds: float


def attack(done: Series) -> Attacked:
    """Attack all releases together, with the knowledge of what was passed over, and ask for the whole interval of each hidden figure."""
    began = sum(os.times()[:4])
    table = pd.concat([one.figures for one in done.releases], ignore_index=True).drop_duplicates([*figures.KEYS, "count", "reason"])
    last, past = done.releases[-1], done.releases[:-1]
    leaks = [*rules.broken(last), *rules.changed(last, past)]
    known = [*examination.statements(table), *passed_over(done)]
    hidden, parts = [np.zeros(0)], 0
    for group in examination.spells(known):
        found, open_, inside = examination.together_or_apart(group, exact=True, zero_tells=not last.profile.exact)
        leaks += found + ([] if last.profile.exact else examination.nested(group))
        hidden.append(open_.width)
        parts += inside
    width = np.concatenate(hidden)
    told = tuple(dict.fromkeys(str(one) for one in leaks))
    changed = int(table.duplicated(figures.KEYS).sum())
    narrowest = float(width.min()) if len(width) else np.inf
    spent = sum(os.times()[:4]) - began
    return Attacked(told, len(table), len(width), int((width == 0).sum()), narrowest, parts, changed, spent)


HEAD = f"""
## Ten years of monthly releases

{LATE:.0%} of the deaths become known months late, {WRONG:.0%} are taken out again, {PUT_RIGHT:.0%} are first told at the place of
another, or with sex and weapon unknown, and put right later. A release is made on the first of each month, beside all that are out;
one that says what the last one said is not new. *Refused*: new ones that the audit held back. All of a series are attacked together,
also with what was passed over, which says to who knows the rule that there are fewer than {FEWER_THAN}. *Changed*: figures told in two
versions. Puerto Albatros has nine years, its releases windows of one year; those of Philadelphia begin with windows of three.

| city | profile | monthly | new | refused | figures | changed | hidden | pinned | least width | parts | CPU s of the attack |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def line(city: City, profile: str, *, through: str | None = None, audited: bool = True) -> str:
    """Return what came of publishing a city month by month, and of the attack on all of it, as a line of the page."""
    days = months_of(city, profile, through=through)
    city = replace(city, end=min(city.end, pd.Timestamp(through) + pd.Timedelta(days=1))) if through else city
    done = series(city, profile, days, Register(city.incidents, np.random.default_rng(0)), audited=audited)
    found = attack(done)
    if found.leaks:
        raise RuntimeError(f"{city.name} {profile}: {found.leaks[:5]}")
    return (
        f"| {city.name} | {profile} | {len(days)} | {len(done.releases)} | {len(done.refused)} | {found.figures:,} | {found.changed} "
        f"| {found.hidden} | {found.pinned} | {found.narrowest:.0f} | {found.parts:,} | {found.seconds:.1f} |"
    )
