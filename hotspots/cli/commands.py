"""The bodies of the longer commands; `__main__` holds their grammar."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from dataclasses import asdict
from typing import Any

from hotspots.words import Told, told


def check(choices: argparse.Namespace) -> int:
    """Print what became of every version of a city; return 1 where something is wrong."""
    from hotspots import cities

    found = cities.check(choices.city)
    wrong = any(one.faults for one in found)
    if choices.json:
        print(json.dumps({"city": choices.city, "intact": not wrong, "versions": [asdict(one) for one in found]}, ensure_ascii=False))
        return int(wrong)
    for one in found:
        name = f"version {one.number}" if one.number else "the pointer to the version served"
        print(f"{choices.city}\t{name}{' (served)' if one.served else ''}\t{'damaged' if one.faults else 'intact'}")
        if one.found is not None and not one.faults:
            print(f"  {_numbers(one.found)}" + ("" if one.recorded else "; not compared: published before these were written down"))
        for fault in one.faults:
            print(f"  {fault}", file=sys.stderr)
    return int(wrong)


def _numbers(found: dict[str, Any]) -> str:
    if "totals_rows" in found and not found["victims"]:
        return f"published totals alone: {found['totals_rows']:,} rows that add up to {found['totals_sum']:,.0f}"
    people = "unknown" if found["population"] is None else f"{found['population']:,.0f}"
    years = f"{min(found['by_year'])} to {max(found['by_year'])}" if found["by_year"] else "no year"
    totals = f", published totals {found['totals_sum']:,.0f} in {found['totals_rows']:,} rows" if "totals_rows" in found else ""
    placed = f"{found['located']:,} located, {found['inside']:,} inside"
    return f"{found['victims']:,} victims, {placed}, population {people}, {years}{totals}"


def rollback(choices: argparse.Namespace) -> None:
    """Serve an earlier version of a city again."""
    from hotspots import store

    before = store.served(choices.city)
    version = store.rollback(choices.city, choices.version)
    if choices.json:
        print(json.dumps({"city": version.slug, "version": version.number, "before": before, "published": version.manifest["published"]}))
        return
    day = version.manifest["published"]
    print(f"{version.slug}: version {version.number}, published {day}, is served again (before: version {before or 'unknown'})")


def of_units(city: Any, study: Any) -> dict[str, Any]:
    """Return what belongs to the headline numbers on some units only: what residents are, and how far homicides lie from their street."""
    from hotspots.geography import segments, units

    found: dict[str, Any] = {"residents": rule} if (rule := units.denominator(study.blocks)) else {}
    if study.away is None:
        return found
    snap = segments.distribution(study.away, within=segments.snap_distance())
    names = {"n": "snapped", "median": "snap_median", "p90": "snap_p90", "p95": "snap_p95", "longest": "snap_max", "beyond": "snap_beyond"}
    metres = {name: getattr(snap, part) for part, name in names.items()} | {"snap_within": snap.within}
    return found | {name: None if value != value else round(value, 2) for name, value in metres.items()}


def reconcile(choices: argparse.Namespace, selection: Any) -> None:
    """Print the same homicides on every unit."""
    from hotspots import cities
    from hotspots.study import reconciliation

    city = cities.load(choices.city)
    found = reconciliation.table(city, selection)
    if choices.json:
        print(json.dumps({"city": city.slug, "units": found.reset_index().to_dict("records")}, ensure_ascii=False))
        return
    print(f"{'unit':<18}" + "".join(f"{name:>15}" for name in found))
    for unit, row in found.iterrows():
        print(f"{unit:<18}" + "".join(f"{value:>15}" for value in row))


def export(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Write the file that `export` asks for."""
    from hotspots.drawing import exports
    from hotspots.geography import units
    from hotspots.statistics.catalog import measure
    from hotspots.words import words_for

    about = exports.Told(city, choices.unit or units.default(city.blocks), words_for(choices.language or city.language))
    n = exports.write(study, [measure(key.strip()) for key in choices.measure.split(",")], choices.out, told=about)
    print(f"{choices.out}: {n:,} rows")


def priorities(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Print the first places and the test of the rules."""
    from hotspots.statistics import priorities as ranking

    shares = _shares(choices.share)
    found = ranking.backtest(study, months=choices.months, shares=shares)
    rule = choices.rule or (ranking.PLAIN if isinstance(found, str) else found.winner(shares[-1]))
    places = ranking.ranked(study, rule=rule, share=shares[-1])
    if choices.csv:
        _print_priorities(found, places, choices.csv)
        return
    if choices.json:
        tested = None if isinstance(found, str) else json.loads(found.table.reset_index().to_json(orient="records"))
        rows = json.loads(places.reset_index(names="id").to_json(orient="records"))
        periods = [] if isinstance(found, str) else [[str(start.date()), str(end.date())] for start, end in found.periods]
        facts = {"city": city.slug, "version": city.version, "rule": rule, "untested": found if isinstance(found, str) else None}
        facts["bandwidth"] = {"tests": None if isinstance(found, str) else found.bandwidth, "places": ranking.bandwidth(study)}
        print(json.dumps({**facts, "periods": periods, "tests": tested, "places": rows}, ensure_ascii=False))
        return
    print("restricted: for those who decide where to begin, not for publication", file=sys.stderr)
    if isinstance(found, str):
        print(f"the rules cannot be tested: {ranking.REASONS[found]}", file=sys.stderr)
    else:
        _print_tests(found)
    how = f" (each homicide spread {ranking.bandwidth(study):,.0f} m: cross-validation on this period)" if rule == "density" else ""
    print(f"the first {100 * shares[-1]:g}% of the area by {rule}{how}:")
    print(
        "\n".join(f"{row['order']}\t{unit}\t{row['name']}\t{row['events']}\t{row['area'] / 1e4:.2f} ha" for unit, row in places.iterrows())
    )


def _print_priorities(found: Any, places: Any, which: str) -> None:
    from hotspots.statistics import priorities as ranking
    from hotspots.views import data_tables

    if which == "places":
        _print_csv(places.reset_index(names="id"))
        return
    if isinstance(found, str):
        raise _wrong(told("priorities: the rules cannot be tested: {reason}", reason=ranking.REASONS[found]))
    _print_csv(data_tables.backtest(found))


def _print_csv(table: Any) -> None:
    from hotspots.drawing import exports

    print(exports.csv(table), end="")


def _shares(text: str) -> tuple[float, ...]:
    from hotspots.store.schema import DataError

    try:
        found = sorted({float(part) / 100 for part in text.split(",")})
    except ValueError:
        found = []
    if not found or not all(0 < share <= 0.5 for share in found):
        raise DataError(told("--share: {text} is not a list of percentages from above 0 to 50; write it as 1,2,5", text=repr(text)))
    return tuple(found)


def _print_tests(found: Any) -> None:
    start, end = found.periods[0][0].date(), found.periods[-1][1].date()
    print(f"tested on {len(found.periods)} periods of {found.months} months, {start} to {end} (end exclusive)")
    print(f"density spreads each homicide {found.bandwidth:,.0f} m, found by cross-validation on those before {start} alone")
    print("share  rule         caught          hit rate (95%)         PAI    PEI    RRI   beats the plain count")
    for (rule, share), row in found.table.sort_index(level="share", sort_remaining=False).iterrows():
        rate = f"{row['hit_rate']:.3f} ({row['hit_rate_low']:.3f} to {row['hit_rate_high']:.3f})"
        beats = "-" if rule == "count" else "yes" if row["beats"] else "no"
        caught = f"{row['hits']:.1f} of {row['events']:.0f}"
        print(f"{100 * share:>4g}%  {rule:<11}  {caught:<14}  {rate}  {row['pai']:>6.2f}  {row['pei']:.3f}  {row['rri']:.3f}  {beats}")


def repeats(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Print near repeats, open windows, their strength and surges of a study."""
    from hotspots.statistics import repeats as family

    if choices.metres <= 0 or choices.days <= 0:
        raise _wrong(
            told("repeats: --metres {metres} and --days {days} must both be more than 0", metres=f"{choices.metres:g}", days=choices.days)
        )
    if choices.as_of and family.day_number(_stamp(choices.as_of)) >= family.day_number(study.covers[1]):
        raise _wrong(
            told(
                "--as-of: {day} is after the last day of the data, {last}",
                day=choices.as_of,
                last=family.day_of(family.day_number(study.covers[1]) - 1).date(),
            )
        )
    events = family.events_of(study)
    found = family.near_repeats(study, metres=choices.metres, days=choices.days, seed=choices.seed)
    windows = family.open_windows(events, metres=choices.metres, days=choices.days)
    if choices.csv:
        _print_repeats(found, windows, study, choices.csv)
        return
    windows["unit"] = [study.blocks.index[unit] if unit >= 0 else None for unit in windows["unit"]]
    strength, surges = family.strength(events), family.surges(study)
    as_of = family.day_of(events.last).date().isoformat()
    if choices.json:
        facts = {"city": city.slug, "restricted": True, "as_of": as_of, "unplaced_events": events.unplaced}
        facts |= {"knox": asdict(found.single) | {"verdict": found.single.verdict}, "table": _rows(found.table)}
        facts |= {"windows": _rows(windows.drop(columns="event")), "strength": asdict(strength) if strength else None}
        facts |= {"surges": _rows(surges.table) if surges else None, "false_alarms_a_year": surges.false_alarms if surges else None}
        print(json.dumps(_known(facts), ensure_ascii=False))
        return
    print("restricted: from single incidents, never to be published", file=sys.stderr)
    one = found.single
    print(f"{city.slug}, as of {as_of}: {one.events} events with a place, {events.unplaced} without")
    print(f"within {one.metres:g} m and {one.days} days: {one.observed} pairs, {one.mean:.1f} by chance")
    print(f"ratio {one.ratio:.2f} (95% {one.low:.2f} to {one.high:.2f}), p {one.p:.3f} from {one.draws} shuffles: {_VERDICTS[one.verdict]}")
    if strength:
        print(f"each event brings about {strength.branching:.2f} others (95% {strength.low:.2f} to {strength.high:.2f})")
    for name, row in surges.table[surges.table["state"] == "surge"].iterrows() if surges else ():
        print(f"more than usual: {name or 'whole city'}, {row['events']} events in {row['weeks']} weeks, {row['expected']:.1f} usual")
    print(f"{len(windows)} windows open")
    for row in windows.itertuples():
        days = f"day {row.day} of {choices.days}\topen to {row.last.date()}"
        print(f"  {row.unit or 'outside'}\t{days}\tkilled {row.killed}\tothers {row.overlaps}")


def _print_repeats(found: Any, windows: Any, study: Any, which: str) -> None:
    from hotspots.statistics import repeats as family
    from hotspots.views import data_tables

    print("restricted: from single incidents, never to be published", file=sys.stderr)
    if which != "surges":
        _print_csv(data_tables.windows(windows, study) if which == "windows" else found.table)
        return
    surges = family.surges(study)
    if surges is None:
        raise _wrong(told("repeats: three years of data are needed to say what is usual"))
    _print_csv(surges.table)


_VERDICTS = {"more": "more than chance explains", "within": "within what chance gives", "few": "too few to tell"}


def _wrong(text: Told) -> Exception:
    from hotspots.store.schema import DataError

    return DataError(text)


def _stamp(text: str) -> Any:
    import pandas as pd

    return pd.Timestamp(text)


def _rows(table: Any) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _known(value: Any) -> Any:
    """Return a value ready for JSON: days as ISO text, None for what is missing or has no end."""
    if isinstance(value, dict):
        return {key: _known(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_known(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if hasattr(value, "isoformat"):
        return value.date().isoformat() if value == value else None
    return value


def change(choices: argparse.Namespace, *, as_of: dt.date | None) -> None:
    """Print each period beside the years before, place by place."""
    from hotspots import cities
    from hotspots.geography import units
    from hotspots.store.schema import DataError
    from hotspots.study.selection import Selection, read_where

    city = cities.load(choices.city)
    if city.only_totals:
        raise DataError(
            told(
                "change: {city} has published totals alone; the days of single homicides are not known. Use: totals {city}", city=city.slug
            )
        )
    there = units.available(city.blocks)
    unit = choices.unit or next(one for one in ("districts", "beats", "city") if one in there)
    study = Selection(city=choices.city, unit=unit, where=read_where(choices.where)).study(city)
    if choices.csv:
        from hotspots import geography
        from hotspots.views import data_tables

        _print_csv(data_tables.changes(_compared(study, _until(study, as_of=as_of, lag=choices.lag)), geography.names(study.blocks)))
        return
    found = comparisons(study, as_of=as_of, lag=choices.lag)
    if choices.json:
        print(json.dumps({"city": city.slug, "version": city.version, "unit": unit, **found}, ensure_ascii=False))
        return
    for name, one in found["periods"].items():
        print(f"{name}\t{one['start']} to {one['last']}\tagainst the same days to {', '.join(map(str, one['years'])) or 'no earlier year'}")
        for row in [*one["places"], one["no_place"], one["city"]]:
            print("  " + "\t".join(_cells(row)))
        if one["usual"]:
            print("  whole city, allowing for the swings between years\trange {low}-{high}\t{verdict}".format(**one["usual"]))


def _cells(row: dict[str, Any]) -> list[str]:
    """Return a row of the comparison as text: place, count, last year, the mean, the range, the judgement."""
    if row["expected"] is None:
        return [row["name"], str(row["count"]), "nothing to compare with"]
    last, mean = f"last year {row['last_year']}", f"mean {row['expected']:.1f}"
    firm = " (allowing for the number of places)" if row["adjusted"] is not None and row["adjusted"] <= 0.05 else ""
    return [row["name"], str(row["count"]), last, mean, f"range {row['low']}-{row['high']}", row["verdict"] + firm]


def comparisons(study: Any, *, as_of: dt.date | None, lag: int | None) -> dict[str, Any]:
    """Return the periods that end `lag` days before `as_of` (left out: the last day of the data), ready for JSON."""
    import pandas as pd

    from hotspots import geography
    from hotspots.study.calendar import DAY

    until = _until(study, as_of=as_of, lag=lag)
    end = min(pd.Timestamp(as_of) + DAY, study.covers[1]) if as_of else study.covers[1]
    facts = {"through": (study.covers[1] - DAY).date().isoformat(), "until": (until - DAY).date().isoformat(), "lag": (end - until).days}
    found, called = {}, geography.names(study.blocks)
    for name, result in _compared(study, until).items():
        found[name] = {
            "start": result.days.start.date().isoformat(),
            "last": (result.days.end - DAY).date().isoformat(),
            "years": [(before.end - DAY).year for before in result.before],
            "places": [{"id": str(place), "name": called[place], **_row(row)} for place, row in result.places.iterrows()],
            "no_place": {"name": "in none of the places", **_row(result.no_place)},
            "city": {"name": "whole city", **_row(result.city)},
            "usual": {"low": result.usual.low, "high": result.usual.high, "verdict": result.verdict} if result.usual else None,
        }
    return {**facts, "periods": found}


def _until(study: Any, *, as_of: dt.date | None, lag: int | None) -> Any:
    """Return the day that the periods end before: `lag` days before the end of the data, or of `as_of`."""
    import pandas as pd

    from hotspots.statistics import change
    from hotspots.study.calendar import DAY

    days = change.reporting_lag() if lag is None else lag
    end = min(pd.Timestamp(as_of) + DAY, study.covers[1]) if as_of else study.covers[1]
    until = end - days * DAY
    if days < 0 or until <= study.covers[0]:
        first, last = study.covers[0].date(), (study.covers[1] - DAY).date()
        raise _wrong(told("change: the data run from {start} to {end}; no day is left to compare", start=first, end=last))
    return until


def _compared(study: Any, until: Any) -> dict[str, Any]:
    from hotspots.statistics import change
    from hotspots.study.calendar import Days, periods

    return {name: change.compare(study, Days(max(one.start, study.covers[0]), one.end)) for name, one in periods(until).items()}


_WHOLE = ("count", "events", "last_year", "last_year_low", "last_year_high", "last_year_base_events", "base", "base_events", "low", "high")


def _row(row: Any) -> dict[str, Any]:
    """Return a row of a comparison as plain values; None where a number does not exist."""
    values = {key: None if value != value else value if isinstance(value, str) else float(value) for key, value in row.items()}
    found = {key: int(value) if key in _WHOLE and value is not None else value for key, value in values.items()}
    return {"adjusted": None, "last_year_adjusted": None, **found}


def clusters(choices: argparse.Namespace, city: Any, study: Any) -> None:
    """Print the clusters that a scan finds, the strongest first."""
    from hotspots.statistics import clusters as family
    from hotspots.store.schema import DataError
    from hotspots.views import data_tables

    if not study.has_points:
        raise DataError(told("{city}: published totals; a scan needs the places of single homicides", city=city.slug))
    shuffles = {"simulations": choices.shuffles, "seed": choices.seed}
    if choices.method == "scan":
        found = family.circular_scan(study, cap=choices.cap, **shuffles)
    else:
        found = family.space_time_scan(study, radius=choices.radius, days=choices.days, anytime=not choices.now, **shuffles)
    period = {"start": study.start.date().isoformat(), "end": study.end.date().isoformat()}
    about = {"city": city.slug, "method": choices.method, **period, "events": found.n, "compared_with": found.baseline, **shuffles}
    if choices.csv:
        _print_csv(data_tables.scan(found, study))
        return
    if choices.json:
        print(json.dumps({**about, "clusters": json.loads(found.table.to_json(orient="records", date_format="iso"))}, ensure_ascii=False))
        return
    print("; ".join(f"{name} {value}" for name, value in about.items()), file=sys.stderr)
    for number, row in found.table.iterrows():
        when = f"\t{row['start'].date()} to {(row['end']).date()} (exclusive)" if "start" in row else ""
        print(
            f"{number}\t{row['centre']}\t{row['radius']:.0f} m{when}\t{row['observed']} observed\t{row['expected']:.2f} expected"
            f"\t{row['ratio']:.1f} ({row['ratio_low']:.1f}-{row['ratio_high']:.1f})\tp {row['p']:.4g}"
        )
